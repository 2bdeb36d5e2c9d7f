"""One's activities in one's own calendar: a link to subscribe to, which is nobody else's."""

from handlers.activity_cards import BROWSE
from handlers.calendar_files import attached
from handlers.talk import Option, Phrase, Talk, anybody, on, press
from models import calendar, registered
from models.card import Card, Choice
from models.text import Text, as_said

# A message of a platform carries no more files than one reads.
MOST_FILES = 5
_SHOW = (
    Phrase(
        r"(?:订阅|添加|同步|导入|加到|加进|放进|放到|存到|连到)(?:到)?.{0,6}日历|日历.{0,4}(?:订阅|链接|地址|同步)|"
        r"^(?:我的)?日历[吗呢?。!]*$|"
        r"calendar (?:link|feed|subscription|url)|(?:subscribe|add|sync|import|put).{0,30}\b(?:to|in|into|with) (?:my |the )?calendar|"
        r"subscribe.{0,20}calendar|^(?:my )?calendar[?!.]*$",
        weight=5,
        unless="新链接|换.{0,4}链接|撤销|new link|活动日历上|农历",
    ),
)
_RENEW = (
    Phrase(
        r"(?:换|重新?生成|作废|撤销|重置).{0,6}日历.{0,4}(?:链接|地址|订阅)|日历.{0,4}(?:链接|地址).{0,4}(?:换|作废|撤销|重置|泄露)|"
        r"(?:new|reset|revoke|change).{0,12}calendar (?:link|url|feed)",
        weight=6,
    ),
)
_LATER = Choice(Text("换新链接"), press("relink"))


@on(
    "calendar.show",
    head="calendar",
    example=Text("把我的活动加到日历"),
    rank=22,
    allow=anybody,
    private=True,
    phrases=_SHOW,
)
def show(talk: Talk) -> Card:
    """Without an address of our own nothing can be subscribed to: then each activity comes as a file."""
    if talk.public_url is None:
        return _files(talk)
    token = calendar.link(talk.db, talk.person.id, talk.vault, talk.now)
    text = Text(
        "在日历里选“添加订阅日历”，贴上这个地址，您报名的活动就会出现，改了时间也会跟着改：\n{link}\n"
        "请不要转给别人，拿到它就能看到您报了什么。",
        link=_address(talk.public_url, token),
    )
    return Card(text, choices=(_LATER,))


@on("calendar.show", head="relink", allow=anybody, private=True, phrases=_RENEW)
def renew(talk: Talk) -> Card:
    if talk.public_url is None:
        return _files(talk)
    question = Text("换新链接吗？换了以后，旧链接马上打不开，用它的日历要重新订阅。")
    yes = Option("yes", Text("换新链接"), ("确认", "是", "好", "换", "yes", "ok", "confirm"))
    no = Option("no", Text("不换"), ("不", "不用", "no"))
    if talk.ask("sure", question, yes, no) == "no":
        return Card(Text("好的，链接没有变。"), choices=(Choice(Text("看日历链接"), press("calendar")),))
    token = calendar.renew(talk.db, talk.person.id, talk.vault, talk.now)
    text = Text("换好了，旧链接已经打不开。新的是：\n{link}", link=_address(talk.public_url, token))
    return Card(text, tone="done")


def _address(public_url: str, token: str) -> Text:
    return as_said(f"{public_url.rstrip('/')}/calendar/{token}.ics")


def _files(talk: Talk) -> Card:
    held = [each.activity for each in registered.mine(talk.db, talk.person.id, talk.now)][:MOST_FILES]
    if not held:
        text = Text("先报名一场活动，报好了会带一个日历文件。您现在没有报名。")
        return Card(text, choices=(BROWSE,))
    files = tuple(attached(each, spare=False) for each in held)
    text = Text("打开文件就能加到日历。这里还不能订阅，有改动会在聊天里告诉您。")
    return Card(text, refs=tuple(each.ref for each in held), attachments=files)
