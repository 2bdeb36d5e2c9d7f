"""The list of who is registered for an activity: how many, who, how each stands; and the same as a spreadsheet."""

from typing import Any

from handlers import activity_cards
from handlers.own_activities import named, which
from handlers.talk import Phrase, Talk, anybody, on, press
from models import activity, roster
from models.activity import Listing
from models.card import Attachment, Card, Choice
from models.change import STATES
from models.roster import Counts, Line
from models.text import Several, Text, as_said, prose

FILE = "roster"
PAGE = 10
# Pages that one list may have, so that a number says both.
_PAGES = 1000
_LIST = (
    Phrase(
        r"(?:报名|签到|参加|候补|人员)(?:的人|者)?(?:名单|名册|列表|表)|(?:有)?谁(?:报名|报)了|谁(?:要)?参加|哪些人(?:报名?|参加)|导出.{0,20}(?:名单|报名)|"
        r"\b(?:attendance|attendee|registration) list\b|\bwho (?:has |is )?(?:registered|signed up|coming)\b|\bexport .{0,40}(?:list|attendees)\b",
        weight=6,
        needs="title",
        unless=r"志愿时长|我的|通知|待审核|怎么",
    ),
    Phrase(
        r"(?:报名|签到|参加)(?:人员)?名单|\b(?:attendance|attendee) list\b",
        weight=6,
        needs="topic",
        unless="待审核|通知",
    ),
    Phrase(
        r"^(?:看看?|查看?|导出|打开)?(?:活动)?(?:报名|签到|参加)名单[。.!]*$|^.{2,12}(?<!我)的(?:报名|签到|参加)名单[。.!]*$|^(?:show |export )?(?:the )?(?:attendance|attendee) list[.!]*$",
        weight=6,
    ),
)
# What a file system takes for something else.
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|', " "))


@on(
    "staff.activity",
    head="attendees",
    example=Text("周四瑜伽的报名名单"),
    for_staff=True,
    rank=105,
    allow=anybody,
    private=True,
    phrases=_LIST,
    reads=named,
)
def attendees(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    other_day: bool = False,
    other_name: str | None = None,
) -> Card:
    """The first page, and the whole list as a file. For staff of the place, its contact and who keeps the door."""
    wanted = _wanted(talk, number, numbers, query, other_day)
    return _page(talk, wanted, 0)


@on("staff.activity", head="attendpage", allow=anybody, private=True)
def page(talk: Talk, number: int = 0) -> Card:
    wanted, nth = divmod(number, _PAGES)
    return _page(talk, activity.find(talk.db, wanted), nth)


def _wanted(
    talk: Talk, number: int | None, numbers: list[int] | None, query: dict[str, Any] | None, other_day: bool
) -> Listing:
    if number:
        return activity.find(talk.db, number)
    return which(talk, None, numbers, query, other_day, None, Text("看哪一场的名单？"), roster.may)


def _page(talk: Talk, wanted: Listing, nth: int) -> Card:
    roster.check(talk.db, talk.person.id, wanted)
    counts, total = roster.counts(talk.db, wanted)
    found = roster.lines(talk.db, wanted, PAGE, nth * PAGE)
    rest = total - nth * PAGE - len(found)
    lines = [_line(talk, place, one) for place, one in enumerate(found, nth * PAGE + 1)]
    choices = [Choice(Text("更多"), press("attendpage", wanted.number * _PAGES + nth + 1))]
    choices = choices if rest > 0 else []
    if nth:
        text = Text("{lines}", lines=Several(tuple(lines), lines=True))
        return Card(text, choices=tuple(choices), refs=(wanted.ref,))
    head = [
        Text("「{title}」{span}", title=prose(wanted.title), span=activity_cards.span(wanted)),
        _summary(wanted, counts),
    ]
    text = Text("{lines}", lines=Several((*head, *lines), lines=True))
    if not total:
        return Card(text, refs=(wanted.ref,))
    if not roster.may_export(talk.db, talk.person.id, wanted):
        return Card(text, choices=tuple(choices), refs=(wanted.ref,))
    choices.append(Choice(Text("通知报名的人"), press("message", wanted.number)))
    return Card(text, choices=tuple(choices), refs=(wanted.ref,), attachments=(_file(talk, wanted),))


def _summary(wanted: Listing, counts: Counts) -> Text:
    """`15个名额，已报18位（超3位），已到2位，候补4位`."""
    parts: list[Text] = []
    if wanted.capacity is not None:
        parts.append(Text("{count}个名额", count=wanted.capacity))
    parts.append(Text("已报{count}位", count=counts.confirmed))
    more = counts.confirmed + wanted.taken - wanted.capacity if wanted.capacity is not None else 0
    if more > 0:
        parts.append(Text("超{count}位", count=more))
    if wanted.taken:
        parts.append(Text("另有{count}位在别处报的", count=wanted.taken))
    told = (
        (Text("已到{count}位", count=counts.came), counts.came),
        (Text("待审核{count}位", count=counts.pending), counts.pending),
        (Text("等回复{count}位", count=counts.offered), counts.offered),
        (Text("候补{count}位", count=counts.waiting), counts.waiting),
    )
    parts += [text for text, many in told if many]
    return Text("{parts}", parts=Several(tuple(parts)))


def _line(talk: Talk, place: int, one: Line) -> Text:
    """`3. 林一，2位，已到`; a guest with who registered him."""
    parts = [as_said(one.name) if one.name else Text("一位居民")]
    if one.is_guest and one.by:
        parts = [Text("{name}（{by}代报）", name=parts[0], by=one.by)]
    if one.seats > 1:
        parts.append(Text("{count}位", count=one.seats))
    if one.role:
        parts.append(as_said(one.role))
    parts.append(stands(one))
    return Text("{place}. {parts}", place=place, parts=Several(tuple(parts)))


def stands(one: Line) -> Text:
    """How one stands: who has come has come."""
    if one.left:
        return Text("已签退")
    return Text("已到") if one.entered else STATES.words[one.state]


def _file(talk: Talk, wanted: Listing) -> Attachment:
    day = wanted.starts.astimezone(talk.zone)
    date = Text("{month}月{day}日", month=day.month, day=day.day)
    title = wanted.title.translate(_NOT_IN_NAMES)
    name = Text("{name}.xlsx", name=Text("{title}-{date}-{list}", title=title, date=date, list=Text("名单")))
    return Attachment("file", name, FILE, (wanted.number,))
