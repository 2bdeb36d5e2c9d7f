"""What somebody wants to be told by us, and no longer: by kind, topic or purpose, or everything at once."""

import re
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.lexicon import Lexicon
from handlers.understanding.reading import Reading
from models import consent, subscription
from models.card import Article, Card, Choice, State
from models.consent import PURPOSES, Purpose
from models.refusal import Refusal
from models.subscription import ALL
from models.text import Several, Text, as_said, prose

KINDS = {
    "salon": Text("沙龙"),
    "lecture": Text("讲座"),
    "course": Text("课程"),
    "club": Text("社团"),
    "volunteering": Text("志愿活动"),
    "charity": Text("公益"),
    "meeting": Text("会议"),
    "outreach": Text("便民服务"),
}
# The kinds that a question offers; the others can be said.
_OFFERED = ("lecture", "salon", "course", "volunteering")
SETTINGS = Choice(Text("收哪些消息"), press("news"))
# The sorts of subjects that are no line of their own below the purposes.
_WHOLE = (ALL, "purpose")
_ANEW = State(Text("说明改了，请再定一次"), "warning")
_RESUME = Choice(Text("恢复接收"), press("subscribe"))

_PURPOSE_WORDS = {
    "surveys": re.compile(r"问卷|调查|征询|征求意见|surveys?|questionnaires?"),
    "notices": re.compile(
        r"(?:楼|小区|物业|居委|社区)[里内的]*(?:通知|公告|消息)|(?:building|estate) notices?"
    ),
    "recommendations": re.compile(r"活动|推荐|\b(?:events?|activities|recommendations?|suggestions?)\b"),
}
_EVERYTHING = re.compile(
    r"所有|全部|一切|任何|什么都|都别|都不要|打扰|骚扰|烦我|\b(?:all|everything|anything|any)\b"
    r"|(?:发|推|推送|收)(?:任何)?(?:消息|信息|推送|通知)了?[。.!]*$"
)
_OTHER = "提醒|报名|投票|发布|发起|发票|预约|密码|怎么|如何|remind|appointment"
_NOT = r"(?:不要|别|不想|不用|不必|不需要|停止|停掉|取消|关掉|关闭|屏蔽|暂停)"
_AGAIN = r"(?:再|总|老|一直|继续)"
_TO_ME = r"(?:给我|跟我|向我|对我)"
_THINGS = (
    r"(?:通知|公告|推送|消息|信息|推荐|问卷|调查|征询|讲座|活动|沙龙|课程|培训|广告|内容|这类|这种|此类|这些)"
)
# What is cancelled with a shop or a hotel.
_BOOKED = "退订(?:的)?单|订单|酒店|宾馆|旅馆|民宿|[机车门船]票|房间|订的|外卖|餐|快递|牛奶|鲜奶|报纸|杂志|会员|套餐|宽带|流量|商品|货"
_STOP = (
    Phrase(rf"{_NOT}{_AGAIN}+{_TO_ME}?(?:发(?!布|票|言|现|起|烧|呆|火)|推(?!迟))", weight=4, unless=_OTHER),
    Phrase(
        rf"{_NOT}{_AGAIN}*{_TO_ME}?{_AGAIN}*(?:发|推|接收|收到|收|订阅|看到).*{_THINGS}",
        weight=4,
        unless=_OTHER,
    ),
    Phrase(rf"不再(?:想)?(?:接收|收到|收|订阅|需要).*{_THINGS}", weight=4, unless=_OTHER),
    Phrase(
        r"(?:关掉|关闭|关了|停掉|停止|取消|屏蔽|暂停)[^发]{0,10}(?:推荐|通知|推送|消息|订阅|征询)(?:吧|了)?[。!]*$",
        weight=4,
        unless=_OTHER,
    ),
    Phrase(r"(?:通知|推送|消息|推荐|活动信息)(?:太多|都不要|关掉|关了|停了)", weight=4, unless=_OTHER),
    Phrase(rf"^(?:请|能不能)?少{_TO_ME}?(?:发|推)(?:一点|点|一些|些)?", weight=4, unless=_OTHER),
    Phrase(r"^(?:请)?(?:不要|别)(?:再|总|老是?)?(?:来)?(?:打扰|骚扰|烦)我", weight=4),
    Phrase(
        r"^(?:请|帮我|我要|我想|给我|麻烦)*(?:退订|取消订阅)(?!.*(?:吗|\?))",
        weight=4,
        unless=f"{_OTHER}|{_BOOKED}",
    ),
    Phrase(
        rf"^(?:请|以后|我|都|也)*(?:{_NOT}{_AGAIN}*|拒收|拒绝(?:接收)?){_TO_ME}?(?:任何|所有|一切|这些|这类)?"
        r"(?:通知|公告|推送|消息|信息|推荐|问卷|调查|征询|广告)(?:了|吧|啦)*[。.!]*$",
        weight=4,
        unless=_OTHER,
    ),
    Phrase(rf"(?:拒收|拒绝接收).*{_THINGS}", weight=4, unless=_OTHER),
    Phrase(
        rf"^除了?[^,]+?,?(?:别的|其他|其它|都|全|的)*{_NOT}{_AGAIN}*{_TO_ME}?(?:发|推|推送|收)[了吧啦。.!]*$",
        weight=4,
        unless=_OTHER,
    ),
    Phrase(
        r"(?:stop|don'?t|do not|no more)\b.{0,20}\b(?:send|sending|recommend|push|notify|notifications?|messages?|emails?)"
        r"|\bunsubscribe\b|no more (?:lectures?|events?|talks|surveys?|notices?|recommendations?)",
        weight=4,
        unless=_OTHER,
    ),
)
_QUIET = (
    Phrase(
        r"^/?(?:(?:请|帮我|我要|我想|给我|麻烦)*(?:退订|取消订阅|全部退订|退订全部)(?:吧|了)?|退订所有(?:消息|推送)?"
        # As short messages teach it.
        r"|td|t|退订回?td?|回复?td?退订|取关|取消关注|stop(?: all)?|unsubscribe(?: me)?)[!.。]*$",
        weight=6,
    ),
    Phrase(
        r"^(?:我|再也|以后|都|什么都|一条都)*(?:不想|不要|不愿)(?:再|要)*收(?:到)?(?:消息|信息|任何消息)?(?:了|啦)[。.!]*$"
        r"|^no more (?:notices|messages|notifications)(?: please)?[.!]*$",
        weight=6,
    ),
    Phrase(
        r"^(?:请|你们|以后|那|就|都|麻烦)*(?:(?:不要|别|不用|不必|停止|停)(?:再|给我|向我)*(?:推送|发送|推|发)|拒收)"
        r"(?:任何|所有|全部|一切)*(?:消息|信息|东西)?(?:给我)?(?:了|吧|啦)*[。.!]*$",
        weight=5,
    ),
)
_HEAR = (
    Phrase(
        rf"^(?:请|我|我要|我想|帮我|可以|愿意|同意)*(?:接收|收){_TO_ME}?.{{0,10}}(?:通知|公告|推送|消息|推荐|问卷|调查|征询)(?:了|吧)?[。.!]*$",
        weight=4,
        unless=_OTHER + "|吗|\\?|不|拒|没|哪些|什么|收到|收回",
    ),
    Phrase(
        rf"(?:恢复|重新|继续|打开|开启|开通){_TO_ME}?(?:接收|收|发|推|推送|订阅)*.{{0,12}}(?:通知|推送|推荐|消息|订阅|活动)[。!]*$|"
        rf"(?:恢复|继续|重新){_TO_ME}?(?:发|推|推送|推荐|收|接收|订阅)|^(?:我要|我想|帮我|请)*订阅(?!号)|"
        rf"^(?:我要|我想|我还想|想)(?:要)?(?:接收|收到|收).*{_THINGS}",
        weight=4,
        unless=_OTHER + "|吗|\\?|不",
    ),
    Phrase(
        r"多(?:给我|向我|跟我)(?:推|发|推送|推荐)|多(?:推|发|推送)(?:一些|一点|点|些)?(?!迟)",
        weight=4,
        unless=_OTHER + "|吗|\\?|几个|今天|明天|这周|周末",
    ),
    Phrase(
        r"^(?:以后|下次)?(?:有|一有).{0,10}(?:活动|讲座|沙龙|课程|新的).{0,6}(?:通知|告诉|推给|发给)(?:一下)?我",
        weight=4,
    ),
    Phrase(r"\b(?:resume|resubscribe|subscribe)\b|send me more", weight=4, unless=_OTHER + "|unsubscribe"),
)
_SHOW = (
    Phrase(
        r"(?:怎么|如何|哪里|在哪)(?:能|可以)?(?:退订|取消订阅|关掉?推送|关掉?通知)|我(?:的|都)?订阅(?:了(?:什么|哪些|啥))?$|"
        r"(?:消息|订阅|推送|通知)(?:怎么|在哪|如何)?(?:里)?设置|(?:推送|订阅)(?:怎么|在哪|如何)(?:里)?(?:关|改|退|取消)|"
        r"我(?:会|能)?收(?:到)?(?:哪些|什么)(?:消息|通知|推送)|^收哪些消息$",
        weight=5,
    ),
    Phrase(r"(?:my|notification|message) (?:subscriptions?|settings)|how (?:do|can) i unsubscribe", weight=5),
)


# What is to go on although the rest is stopped: 但是沙龙要, 除了沙龙.
_KEPT = re.compile(
    r"[,;。\s]*(?:但是?|不过|可是|只是|\bbut)(?P<but>.+)$"
    r"|(?:除了|除)(?P<except>[^,。]+?)(?:以外|之外|外|,|别的|其他|其它|都|全)"
    r"|\bexcept(?: for)? (?P<only>.+)$"
)
_KEEPS = re.compile(r"(?<!不)要|还|继续|照|可以|保留|留着|\b(?:keep|want|still|yes)\b")


def _less(reading: Reading) -> Arguments:
    """What is to stop, and what of it is `kept`, where the sentence says both."""
    found = _KEPT.search(reading.text)
    if not found or (found["but"] and not _KEEPS.search(found["but"])):
        return _meant(reading)
    part = found["but"] or found["except"] or found["only"]
    kept = list(dict.fromkeys(subjects_of(replace(reading, said=part))))
    before = replace(reading, said=reading.text.replace(found[0], "", 1))
    stopped = _meant(before)
    if kept and (found["except"] or found["only"]) and not stopped.get("subjects"):
        stopped = {"everything": True}
    return {**stopped, "kept": kept}


def _meant(reading: Reading) -> Arguments:
    """The subjects and purposes that are named; `everything` where it is said so."""
    subjects = list(dict.fromkeys(subjects_of(reading)))
    if subjects:
        return {"subjects": subjects}
    purposes = [name for name, words in _PURPOSE_WORDS.items() if words.search(reading.text)]
    if _EVERYTHING.search(reading.text) and not purposes:
        return {"everything": True}
    return {"purposes": purposes[:1]}


def subjects_of(reading: Reading) -> list[str]:
    """What the sentence names, also behind a no, since it is a no that these sentences are about."""
    clubs, rest = _clubs(reading.text, reading.lexicon)
    named = [f"club:{code}" for code in clubs]
    for match in (replace(reading, said=rest) if clubs else reading).matches:
        sort, key = match.found.sort, match.found.key
        if sort == "kind":
            named += [f"kind:{kind}" for kind in key]
        elif sort == "place":
            named.append(f"place:{reading.lexicon.places[key].code}")
        else:
            named.append(f"{sort}:{key}")
    return named


def _clubs(text: str, lexicon: Lexicon) -> tuple[list[str], str]:
    """The clubs that are named, and the sentence without their names."""
    named = []
    for club in lexicon.clubs:
        said = next((word for word in club.says if word in text), None)
        if said:
            named.append(club.code)
            text = text.replace(said, "\n")
    return named, text


@on("subscription.edit", head="news", allow=anybody, private=True, phrases=_SHOW)
def news(talk: Talk) -> Card:
    """What somebody is told, all on one card; each line changes itself when it is pressed."""
    member = talk.person.id
    rows = [row for row in subscription.of(talk.db, member) if row.subject.partition(":")[0] not in _WHOLE]
    chosen = [_row(talk.lexicon, row) for row in rows]
    articles = (*(purpose_row(talk, each) for each in PURPOSES.values() if each.sends), *chosen)
    less = Choice(Text("不收某一类"), press("mute"))
    if subscription.silent(talk.db, member):
        text = Text("您已全部退订，只发您问的、报了名的和紧急的。")
        if any(_wanted(talk, each) for each in PURPOSES.values()) or any(row.wanted for row in rows):
            text = Text("您已全部退订，只留下面标着收的。您问的、报了名的和紧急的照常。")
        return Card(text, articles=articles, choices=(_RESUME,))
    stop = Choice(Text("全部退订"), press("unsubscribe"))
    return Card(Text("这些是我们主动发的，点一下就开或关："), articles=articles, choices=(less, stop))


def purpose_row(talk: Talk, purpose: Purpose) -> Article:
    """A purpose for which we write, whether somebody agrees to it, and the other way round to press."""
    wanted = _wanted(talk, purpose)
    turned = (
        Choice(Text("不再收"), press("disallow", purpose.number))
        if wanted
        else Choice(Text("接收"), press("allow", purpose.number))
    )
    return Article(
        purpose.title,
        "",
        state=_ANEW if consent.outdated(talk.db, talk.person.id, purpose.name) else on_or_off(wanted),
        facts=((Text("用处"), purpose.wording),),
        choices=(turned,),
    )


def _wanted(talk: Talk, purpose: Purpose) -> bool:
    """Whether it runs as a whole: who wants one topic after 退订 wants no other suggestions."""
    member = talk.person.id
    if not (purpose.sends and consent.holds(talk.db, member, purpose.name)):
        return False
    asked_for = {row.subject for row in subscription.of(talk.db, member) if row.wanted}
    return not subscription.silent(talk.db, member) or subscription.of_purpose(purpose.name) in asked_for


def on_or_off(wanted: bool) -> State:
    return State(Text("收"), "good") if wanted else State(Text("不收"), "past")


def _row(lexicon: Lexicon, row: Row[Any]) -> Article:
    label = _label(lexicon, row.subject)
    turned = (
        Choice(Text("不再收"), press("mute", row.id))
        if row.wanted
        else Choice(Text("接收"), press("hear", row.id))
    )
    return Article(label, "", state=on_or_off(row.wanted), choices=(turned,))


def _label(lexicon: Lexicon, subject: str) -> Text:
    """A subject as people call it."""
    sort, _, name = subject.partition(":")
    if sort == "notices":
        return _notices(lexicon, *name.split(":", 1))
    if sort == "kind":
        return KINDS.get(name, prose(name))
    if sort == "place":
        place = next((node.name for node in lexicon.places.values() if node.code == name), name)
        return Text("{place}的活动", place=as_said(place))
    if sort == "club":
        club = next((each.name for each in lexicon.clubs if each.code == name), name)
        return Text("{club}的活动", club=as_said(club))
    return prose(name)


def _notices(lexicon: Lexicon, sort: str, name: str) -> Text:
    """What staff send to a place, an organization, those of a series or an activity."""
    if sort == "place":
        place = next((node.name for node in lexicon.places.values() if node.code == name), name)
        return Text("{what}的通知", what=as_said(place))
    if sort == "series":
        return Text("{what}的通知", what=prose(name))
    named = {"organization": Text("这个组织的通知"), "activity": Text("这场活动的通知")}
    return named[sort]


@on("subscription.edit", head="allow", allow=anybody, private=True)
def allow(talk: Talk, number: int = 0) -> Card:
    return choose_subjects(talk, purposes=[_sending(number).name])


@on("subscription.edit", head="disallow", allow=anybody, private=True)
def disallow(talk: Talk, number: int = 0) -> Card:
    return stop_subjects(talk, purposes=[_sending(number).name])


def _sending(number: int) -> Purpose:
    purpose = consent.numbered(number)
    if not purpose.sends:
        raise Refusal("consent.elsewhere", Text("请在“我的资料”里改这一项。"))
    return purpose


@on("subscription.edit", head="mute", allow=anybody, example=Text("不要再发讲座了"), rank=75, private=True,
    phrases=_STOP, reads=_less)  # fmt: skip
def mute(
    talk: Talk,
    number: int | None = None,
    subjects: list[str] | None = None,
    purposes: list[str] | None = None,
    everything: bool = False,
    kept: list[str] | None = None,
) -> Card:
    if everything:
        card = unsubscribe(talk)
        return choose_subjects(talk, kept) if kept else card
    if number:
        return stop_subjects(talk, subjects=[subscription.find(talk.db, talk.person.id, number).subject])
    if subjects or purposes:
        return stop_subjects(talk, subjects or [], purposes or [], kept or [])
    sort, _, name = talk.ask("which", Text("不想再收哪一类？"), *_offers()).partition(" ")
    if sort == ALL:
        return unsubscribe(talk)
    return stop_subjects(talk, **{sort: [name]})


def _offers() -> tuple[Option[str], ...]:
    """What can be stopped; the value says of which sort it is."""
    purposes = [Option(f"purposes {each.name}", each.title) for each in PURPOSES.values() if each.sends]
    kinds = [Option(f"subjects kind:{kind}", KINDS[kind]) for kind in _OFFERED]
    return (*purposes, *kinds, Option(ALL, Text("全部退订"), ("全部", "都不收", "all", "everything")))


@on("subscription.edit", head="hear", allow=anybody, private=True, phrases=_HEAR, reads=_meant)
def hear(
    talk: Talk,
    number: int | None = None,
    subjects: list[str] | None = None,
    purposes: list[str] | None = None,
    everything: bool = False,
) -> Card:
    if number:
        return choose_subjects(talk, subjects=[subscription.find(talk.db, talk.person.id, number).subject])
    if subjects or purposes:
        return choose_subjects(talk, subjects or [], purposes or [])
    return subscribe(talk)


@on("subscription.edit", head="unsubscribe", allow=anybody, private=True, phrases=_QUIET)
def unsubscribe(talk: Talk) -> Card:
    """Everything that we would send by ourselves, at once and without asking back."""
    subscription.choose(talk.db, talk.person.id, ALL, False, talk.now)
    # Whoever was asked which one has said it.
    talk.memory.forms = [form for form in talk.memory.forms if form.head != "mute"]
    text = Text("已全部退订，不再主动给您发消息。您问的、报了名的和紧急的照常。")
    return Card(text, choices=(_RESUME, SETTINGS), tone="done")


@on("subscription.edit", head="subscribe", allow=anybody, private=True)
def subscribe(talk: Talk) -> Card:
    subscription.choose(talk.db, talk.person.id, ALL, True, talk.now)
    return Card(Text("好的，恢复了。收哪些，您定。"), choices=(SETTINGS,), tone="done")


def stop_subjects(
    talk: Talk,
    subjects: list[str] | None = None,
    purposes: list[str] | None = None,
    kept: list[str] | None = None,
) -> Card:
    """Says what stops, what still comes, and how it comes back; `kept` are subjects that are to go on."""
    undo, named = [], []
    for subject in subjects or []:
        row = subscription.choose(talk.db, talk.person.id, subject, False, talk.now)
        named.append(_label(talk.lexicon, subject))
        undo.append(Choice(Text("恢复{what}", what=named[-1]), press("hear", row.id)))
    for purpose in [PURPOSES[name] for name in purposes or []]:
        consent.withdraw(talk.db, talk.person.id, purpose.name, talk.now)
        named.append(purpose.title)
        undo.append(Choice(Text("恢复{what}", what=purpose.title), press("allow", purpose.number)))
    if kept:
        for subject in kept:
            subscription.choose(talk.db, talk.person.id, subject, True, talk.now)
        goes_on = Several(tuple(_label(talk.lexicon, subject) for subject in kept))
        if consent.holds(talk.db, talk.person.id, "recommendations"):
            text = Text(
                "好的，不再给您发{what}。{kept}照常发给您。", what=Several(tuple(named)), kept=goes_on
            )
            return Card(text, choices=(*undo, SETTINGS), tone="done")
    text = Text("好的，不再给您发{what}。您问的、报了名的和紧急的照常。", what=Several(tuple(named)))
    return Card(text, choices=(*undo, SETTINGS), tone="done")


def choose_subjects(talk: Talk, subjects: list[str] | None = None, purposes: list[str] | None = None) -> Card:
    """Who asks for a subject agrees to being told of it; after 退订 all else stays stopped."""
    member = talk.person.id
    silent = subscription.silent(talk.db, member)
    undo, named = [], []
    for subject in subjects or []:
        row = subscription.choose(talk.db, member, subject, True, talk.now)
        named.append(_label(talk.lexicon, subject))
        undo.append(Choice(Text("不收{what}", what=named[-1]), press("mute", row.id)))
    notices = [each for each in subjects or [] if subscription.is_of_notices(each)]
    for needed, asked in (("notices", notices), ("recommendations", set(subjects or []) - set(notices))):
        if asked and not consent.holds(talk.db, member, needed):
            consent.give(talk.db, member, needed, talk.now)
    for purpose in [PURPOSES[name] for name in purposes or []]:
        consent.give(talk.db, member, purpose.name, talk.now)
        if silent:
            subscription.choose(talk.db, member, subscription.of_purpose(purpose.name), True, talk.now)
        named.append(purpose.title)
        undo.append(Choice(Text("不收{what}", what=purpose.title), press("disallow", purpose.number)))
    if silent:
        text = Text("好的，有{what}就发给您。别的还是不发，想收再点。", what=Several(tuple(named)))
        return Card(text, choices=(*undo, _RESUME, SETTINGS), tone="done")
    text = Text("好的，有{what}就发给您。", what=Several(tuple(named)))
    return Card(text, choices=(*undo, SETTINGS), tone="done")
