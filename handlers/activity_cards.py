"""How an activity is shown: as a line of a list, in full, and as what a registration is about."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from handlers.talk import press
from models.activity import Listing
from models.card import Article, Choice, State
from models.text import Moment, Several, Span, Text, as_said, prose

_KINDS = {
    "salon": Text("沙龙"),
    "lecture": Text("讲座"),
    "course": Text("课程"),
    "club": Text("社团"),
    "volunteering": Text("志愿活动"),
    "charity": Text("公益"),
    "meeting": Text("会议"),
    "outreach": Text("便民服务"),
}
Fact = tuple[Text, Text]
BROWSE = Choice(Text("找活动"), press("activities"))


_STATES = {
    "open": State(Text("可报"), "good"),
    "early": State(Text("未开始"), "warning"),
    "full": State(Text("已满"), "warning"),
    "closed": State(Text("已截止"), "past"),
    "running": State(Text("已开始"), "past"),
    "ended": State(Text("已结束"), "past"),
    "cancelled": State(Text("已取消"), "past"),
    "withdrawn": State(Text("已撤回"), "past"),
}


class _Line(NamedTuple):
    """What a line of a list shows of an activity."""

    number: int
    ref: str
    title: str
    starts: datetime
    ends: datetime
    place: str
    fee: str | None
    stands: str
    free: int | None


def state(activity: Listing, now: datetime) -> State:
    """One clear state, the same everywhere."""
    return _state(activity.stands(now), activity.free)


def _state(stands: str, free: int | None) -> State:
    if stands == "open" and free is not None:
        return State(Text("可报 余{count}", count=free), "good")
    return _STATES[stands]


def row(activity: Listing, now: datetime) -> Article:
    """A line of a list: when, where, and its one state; its number opens it."""
    one = activity
    stands = one.stands(now)
    return _row(
        _Line(one.number, one.ref, one.title, one.starts, one.ends, one.place, one.fee, stands, one.free)
    )


# Everybody who looks is shown the same lines, until a seat is taken.
@lru_cache(maxsize=4096)
def _row(line: _Line) -> Article:
    facts: list[Fact] = [
        (Text("时间"), Text("{span}", span=Span(line.starts, line.ends))),
        (Text("地点"), as_said(line.place)),
        _price(line.fee),
    ]
    register = (Choice(Text("报名"), press("register", line.number)),) if line.stands == "open" else ()
    return Article(
        prose(line.title),
        line.ref,
        state=_state(line.stands, line.free),
        facts=tuple(facts),
        choices=(Choice(Text("详情"), press("show", line.number)), *register),
    )


def held(activity: Listing, now: datetime, party: int) -> Article:
    """A line of somebody's own registrations."""
    return Article(
        prose(activity.title),
        activity.ref,
        state=State(Text("{count}位", count=party), "good"),
        facts=((Text("时间"), span(activity)), (Text("地点"), as_said(activity.place))),
        choices=(Choice(Text("详情"), press("show", activity.number)), *_registered(activity, now)),
    )


def full(activity: Listing, now: datetime, *, party: int = 0, reason: str | None = None) -> Article:
    """Everything that is known; `party` are the seats that the reader holds there, `reason` is why it is cancelled."""
    if activity.is_off:
        party = 0
    choices = _held(activity, now) if party else _register(activity, now) or _instead(activity)
    why: tuple[Fact, ...] = ((Text("原因"), as_said(reason)),) if reason else ()
    return Article(
        prose(activity.title),
        activity.ref,
        state=State(Text("已报名，{count}位", count=party), "good") if party else state(activity, now),
        facts=(*why, *facts(activity, now)),
        body=prose(activity.summary) if activity.summary else None,
        choices=choices,
    )


def subject(activity: Listing) -> Article:
    """What a question is about: nothing to press but what it asks."""
    where: list[Fact] = [(Text("时间"), span(activity)), (Text("地点"), as_said(activity.place))]
    return Article(prose(activity.title), activity.ref, facts=(*where, _price(activity.fee)))


def facts(activity: Listing, now: datetime) -> tuple[Fact, ...]:
    where = [as_said(activity.place)]
    if activity.address and activity.address not in activity.place:
        where.append(as_said(activity.address))
    found: list[Fact] = [
        (Text("时间"), span(activity)),
        (Text("地点"), Text("{where}", where=Several(tuple(where)))),
        (Text("类型"), _KINDS[activity.kind]),
    ]
    if activity.series:
        found.append((Text("系列"), as_said(activity.series)))
    if activity.host:
        found.append((Text("主办"), as_said(activity.host)))
    found.append(_price(activity.fee))
    if activity.hours:
        found.append((Text("志愿时长"), Text("{hours}小时", hours=activity.hours)))
    if activity.registration_opens and now < activity.registration_opens:
        found.append((Text("报名开始"), Text("{at}", at=Moment(activity.registration_opens))))
    if activity.registration_closes:
        found.append((Text("报名截止"), Text("{at}", at=Moment(activity.registration_closes))))
    return tuple(found)


def span(activity: Listing) -> Text:
    """When it is, as a text."""
    return Text("{span}", span=Span(activity.starts, activity.ends))


def _price(fee: str | None) -> Fact:
    return Text("费用"), prose(fee) if fee else Text("免费")


def _register(activity: Listing, now: datetime) -> tuple[Choice, ...]:
    if activity.stands(now) != "open":
        return ()
    return (Choice(Text("报名"), press("register", activity.number)),)


def _registered(activity: Listing, now: datetime) -> tuple[Choice, ...]:
    if now >= activity.starts:
        return ()
    return (Choice(Text("取消报名"), press("withdraw", activity.number)),)


def _held(activity: Listing, now: datetime) -> tuple[Choice, ...]:
    """What can be done with a registration that is shown by itself."""
    choices = _registered(activity, now)
    return (*choices, settings(activity.number)) if choices else ()


def settings(number: int) -> Choice:
    """The way to when somebody is reminded."""
    return Choice(Text("提醒设置"), press("remind", number))


def _instead(activity: Listing) -> tuple[Choice, ...]:
    """Never a card without something to do next."""
    return (Choice(Text("看看同类的"), press("similar", activity.number)),)


def label(activity: Listing) -> Text:
    """Title and time in one line, for a button that stands alone."""
    return Text("{title} · {span}", title=prose(activity.title), span=Span(activity.starts, activity.ends))
