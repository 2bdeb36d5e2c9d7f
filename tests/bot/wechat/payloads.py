"""What WeChat sends, as its documents show it, and what each is for us; one runner reads them all."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.wechat.reading import Consent
from bot.inbound import Inbound
from models.photo import Sent

SENDER = "oLin_0123456789-abcdefghijkl"
ACCOUNT = "gh_e136c6e50636"
CREATED = 1795396200
NUMBER = "24081374560018375"
_WORDS: dict[str, Any] = {"message": NUMBER, "opens": (timedelta(hours=48), 5)}
# The platform gives an event no number; the runner looks at the key alone.
KEY = "event:"
_TAP: dict[str, Any] = {"message": KEY, "opens": (timedelta(minutes=1), 3), "language": "zh-Hans"}


def _head(kind: str) -> str:
    return (
        f"<ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>\n<FromUserName><![CDATA[{SENDER}]]></FromUserName>\n"
        f"<CreateTime>{CREATED}</CreateTime>\n<MsgType><![CDATA[{kind}]]></MsgType>\n"
    )


def of_kind(kind: str, rest: str, number: str = NUMBER) -> str:
    """A message with its number."""
    return f"<xml>{_head(kind)}{rest}\n<MsgId>{number}</MsgId>\n</xml>"


def event(name: str, rest: str = "") -> str:
    return f"<xml>{_head('event')}<Event><![CDATA[{name}]]></Event>\n{rest}\n</xml>"


def _heard(text: str = "", **more: Any) -> Inbound:
    return Inbound("wechat", SENDER, text, **{**_WORDS, **more})


def _tapped(text: str, **more: Any) -> Inbound:
    return Inbound("wechat", SENDER, text, **{**_TAP, **more})


def _key(key: str) -> str:
    return f"<EventKey><![CDATA[{key}]]></EventKey>"


def _listed(within: str, *listed: str) -> str:
    return f"<{within}>{''.join(f'<List>{each}</List>' for each in listed)}</{within}>"


def _said(template: str, status: str) -> str:
    return (
        f"<TemplateId><![CDATA[{template}]]></TemplateId>"
        f"<SubscribeStatusString><![CDATA[{status}]]></SubscribeStatusString><PopupScene>2</PopupScene>"
    )


_MEDIA = "<MediaId><![CDATA[media_id]]></MediaId>"
_PLACE = (
    "<Location_X>31.198000</Location_X><Location_Y>121.404600</Location_Y><Scale>20</Scale>"
    "<Label><![CDATA[云杉路]]></Label>"
)
_SCANNED = (
    "<ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType>"
    "<ScanResult><![CDATA[{}]]></ScanResult></ScanCodeInfo>"
)
# Name, XML, and what it means: an Inbound, a Consent, None for what needs no answer, or the field that is unreadable.
PAYLOADS: list[tuple[str, str, Inbound | Consent | str | None]] = [
    ("text", of_kind("text", "<Content><![CDATA[周六有什么活动]]></Content>"), _heard("周六有什么活动")),
    (
        "text of two sections",
        of_kind("text", "<Content><![CDATA[a]]]]><![CDATA[>b]]></Content>"),
        _heard("a]]>b"),
    ),
    (
        "text without a section",
        of_kind("text", "<Content>a &lt;b&gt; &amp; c</Content>"),
        _heard("a <b> & c"),
    ),
    ("empty text", of_kind("text", "<Content></Content>"), _heard("")),
    ("number to type", of_kind("text", "<Content><![CDATA[2]]></Content>"), _heard("2")),
    (
        "too long text",
        of_kind("text", f"<Content><![CDATA[{'很' * 5000}]]></Content>"),
        _heard("很" * 4096),
    ),
    (
        "too long emoji",
        of_kind("text", f"<Content><![CDATA[a{'😀' * 2100}]]></Content>"),
        _heard("a" + "😀" * 2047),
    ),
    (
        "tap in a menu that was sent",
        of_kind("text", "<Content><![CDATA[报名]]></Content><bizmsgmenuid>register_17</bizmsgmenuid>"),
        _tapped("register 17", message=NUMBER),
    ),
    (
        "tap that answers a question",
        of_kind(
            "text", "<Content><![CDATA[是]]></Content><bizmsgmenuid><![CDATA[answer 3.1]]></bizmsgmenuid>"
        ),
        _tapped("answer 3.1", message=NUMBER),
    ),
    (
        "tap in a menu that we did not send",
        of_kind("text", "<Content><![CDATA[满意]]></Content><bizmsgmenuid>101</bizmsgmenuid>"),
        _tapped("满意", message=NUMBER),
    ),
    (
        "image",
        of_kind("image", f"<PicUrl><![CDATA[http://p/]]></PicUrl>{_MEDIA}"),
        _heard(attached=True, photo=Sent("wechat", "media_id")),
    ),
    (
        "an image of no name",
        of_kind("image", "<PicUrl>p</PicUrl><MediaId>../../x</MediaId>"),
        _heard(attached=True),
    ),
    (
        "voice that was understood",
        of_kind(
            "voice", f"{_MEDIA}<Format>amr</Format><Recognition><![CDATA[周六有什么活动？]]></Recognition>"
        ),
        _heard("周六有什么活动？"),
    ),
    ("voice", of_kind("voice", f"{_MEDIA}<Format><![CDATA[amr]]></Format>"), _heard(attached=True)),
    (
        "voice of nothing",
        of_kind("voice", f"{_MEDIA}<Format>amr</Format><Recognition><![CDATA[]]></Recognition>"),
        _heard(attached=True),
    ),
    ("video", of_kind("video", f"{_MEDIA}<ThumbMediaId>t</ThumbMediaId>"), _heard(attached=True)),
    ("short video", of_kind("shortvideo", f"{_MEDIA}<ThumbMediaId>t</ThumbMediaId>"), _heard(attached=True)),
    (
        "link",
        of_kind("link", "<Title>t</Title><Description>d</Description><Url>u</Url>"),
        _heard(attached=True),
    ),
    ("file", of_kind("file", "<Title>t.pdf</Title><FileMd5>5d41</FileMd5>"), _heard(attached=True)),
    ("mini program", of_kind("miniprogrampage", "<Title>t</Title><AppId>wx1</AppId>"), _heard(attached=True)),
    (
        "place",
        of_kind("location", _PLACE),
        _heard(location=(31.1998, 121.4), sent=datetime.fromtimestamp(CREATED, UTC)),
    ),
    ("a kind of tomorrow", of_kind("hologram", "<Depth>3</Depth>"), None),
    ("follow", event("subscribe", _key("")), _tapped("/start")),
    ("follow without a key", event("subscribe"), _tapped("/start")),
    ("follow by a product", event("subscribe", _key("scanbarcode|690|extra")), _tapped("/start")),
    (
        "follow by a code",
        event("subscribe", _key("qrscene_show_17") + "<Ticket><![CDATA[T]]></Ticket>"),
        _tapped("show 17", scanned=True),
    ),
    ("follow by a foreign code", event("subscribe", _key("qrscene_123123")), _tapped("help", scanned=True)),
    ("scan", event("SCAN", _key("show_17") + "<Ticket>T</Ticket>"), _tapped("show 17", scanned=True)),
    ("scan of a number", event("SCAN", _key("123123")), _tapped("help", scanned=True)),
    ("scan of a command", event("SCAN", _key("/broadcast all")), _tapped("help", scanned=True)),
    ("click", event("CLICK", _key("find")), _tapped("find")),
    ("click with a number", event("CLICK", _key("show 17")), _tapped("show 17")),
    ("click of a menu that was another's", event("CLICK", _key("V1001_TODAY_MUSIC")), _tapped("help")),
    (
        "scan by a menu",
        event("scancode_waitmsg", _key("6") + _SCANNED.format("show_17")),
        _tapped("show 17", scanned=True),
    ),
    (
        "scan of an address by a menu",
        event("scancode_waitmsg", _key("6") + _SCANNED.format("http://weixin.qq.com/r/x")),
        _tapped("help", scanned=True),
    ),
    ("scan that the client opens", event("scancode_push", _key("6") + _SCANNED.format("1")), None),
    (
        "unsubscribe",
        event("unsubscribe", _key("")),
        Inbound("wechat", SENDER, message=KEY, leaves="forgotten"),
    ),
    (
        "where he is",
        event(
            "LOCATION", "<Latitude>23.1</Latitude><Longitude>113.3</Longitude><Precision>119.3</Precision>"
        ),
        None,
    ),
    ("view", event("VIEW", _key("http://example.com/") + "<MenuId>1</MenuId>"), None),
    ("view of a mini program", event("view_miniprogram", _key("pages/index") + "<MenuId>1</MenuId>"), None),
    (
        "end of a template",
        event("TEMPLATESENDJOBFINISH", "<MsgID>200163836</MsgID><Status>success</Status>"),
        None,
    ),
    (
        "end of a mass send",
        event(
            "MASSSENDJOBFINISH",
            "<MsgID>1000001625</MsgID><Status>err(30003)</Status><TotalCount>0</TotalCount><FilterCount>0</FilterCount>"
            "<SentCount>0</SentCount><ErrorCount>0</ErrorCount><CopyrightCheckResult><Count>2</Count><ResultList>"
            "<item><ArticleIdx>1</ArticleIdx></item><item><ArticleIdx>2</ArticleIdx></item></ResultList>"
            "<CheckState>2</CheckState></CopyrightCheckResult>",
        ),
        None,
    ),
    (
        "photos by a menu",
        event(
            "pic_weixin",
            _key("6")
            + "<SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>5a</PicMd5Sum></item></PicList></SendPicsInfo>",
        ),
        None,
    ),
    (
        "a photo by a menu",
        event("pic_sysphoto", _key("6") + "<SendPicsInfo><Count>0</Count></SendPicsInfo>"),
        None,
    ),
    (
        "a place by a menu",
        event(
            "location_select", _key("6") + f"<SendLocationInfo>{_PLACE}<Poiname></Poiname></SendLocationInfo>"
        ),
        None,
    ),
    ("an event of tomorrow", event("hologram_opened"), None),
    (
        "one consent",
        event("subscribe_msg_popup_event", _listed("SubscribeMsgPopupEvent", _said("T1", "accept"))),
        Consent(SENDER, KEY, given=("T1",)),
    ),
    (
        "several consents",
        event(
            "subscribe_msg_popup_event",
            _listed(
                "SubscribeMsgPopupEvent", _said("T1", "accept"), _said("T2", "reject"), _said("T3", "accept")
            ),
        ),
        Consent(SENDER, KEY, given=("T1", "T3"), taken=("T2",)),
    ),
    (
        "a consent taken back",
        event("subscribe_msg_change_event", _listed("SubscribeMsgChangeEvent", _said("T1", "reject"))),
        Consent(SENDER, KEY, taken=("T1",)),
    ),
    (
        "a subscription message that arrived",
        event(
            "subscribe_msg_sent_event",
            _listed(
                "SubscribeMsgSentEvent",
                "<TemplateId>T1</TemplateId><MsgID>1</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus>",
            ),
        ),
        Consent(SENDER, KEY),
    ),
    (
        "a subscription message that was refused",
        event(
            "subscribe_msg_sent_event",
            _listed(
                "SubscribeMsgSentEvent",
                "<TemplateId>T1</TemplateId><MsgID>1</MsgID><ErrorCode>43101</ErrorCode>",
            ),
        ),
        Consent(SENDER, KEY, taken=("T1",)),
    ),
    ("no kind", "<xml><Content>a</Content></xml>", "MsgType"),
    ("no content", of_kind("text", ""), "Content"),
    ("content of elements", of_kind("text", "<Content><b>a</b></Content>"), "Content"),
    ("content twice", of_kind("text", "<Content>a</Content><Content>b</Content>"), "Content"),
    ("content with an attribute", of_kind("text", '<Content a="1">x</Content>'), "Content: has attributes"),
    ("no number", of_kind("text", "<Content>a</Content>").replace(f"<MsgId>{NUMBER}</MsgId>", ""), "MsgId"),
    ("number of words", of_kind("text", "<Content>a</Content>", "many"), "MsgId"),
    ("number beyond all", of_kind("text", "<Content>a</Content>", "9" * 20), "MsgId"),
    ("number of 4,000 digits", of_kind("text", "<Content>a</Content>", "9" * 4000), "MsgId"),
    ("bad time", of_kind("text", "<Content>a</Content>").replace(str(CREATED), "yesterday"), "CreateTime"),
    (
        "no time",
        event("CLICK", _key("find")).replace(f"<CreateTime>{CREATED}</CreateTime>", ""),
        "CreateTime",
    ),
    ("no sender", of_kind("text", "<Content>a</Content>").replace(SENDER, ""), "FromUserName"),
    ("sender of a group", of_kind("text", "<Content>a</Content>").replace(SENDER, "group:1"), "FromUserName"),
    ("no account", of_kind("text", "<Content>a</Content>").replace(ACCOUNT, "<b>"), "ToUserName"),
    ("no event", f"<xml>{_head('event')}</xml>", "Event"),
    ("event of elements", f"<xml>{_head('event')}<Event><a/></Event></xml>", "Event"),
    ("follow by elements", event("subscribe", "<EventKey><a>1</a></EventKey>"), "EventKey"),
    ("click without a key", event("CLICK"), "EventKey"),
    ("scan without a key", event("SCAN"), "EventKey"),
    ("scan by a menu of nothing", event("scancode_waitmsg", "<ScanCodeInfo></ScanCodeInfo>"), "ScanResult"),
    ("place of words", of_kind("location", _PLACE.replace("31.198000", "north")), "Location_X"),
    ("place beyond the pole", of_kind("location", _PLACE.replace("31.198000", "90.5")), "Location_X"),
    ("place that is no number", of_kind("location", _PLACE.replace("121.404600", "nan")), "Location_Y"),
    ("place without a length", of_kind("location", "<Location_X>31.2</Location_X>"), "Location_Y"),
    ("consent without a list", event("subscribe_msg_popup_event"), "SubscribeMsgPopupEvent: List"),
    (
        "consent to nothing",
        event("subscribe_msg_popup_event", _listed("SubscribeMsgPopupEvent", "<PopupScene>2</PopupScene>")),
        "SubscribeStatusString",
    ),
]
