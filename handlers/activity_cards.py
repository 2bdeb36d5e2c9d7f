"""How an activity is shown: as a line of a list, in full, and as what a registration is about."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from handlers.talk import press
from models.activity import Listing
from models.card import Article, Choice, State
from models.text import Moment, Several, Span, Text, as_said, prose

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
Fact = tuple[Text, Text]
BROWSE = Choice(Text("找活动"), press("activities"))
MY_LIST = Choice(Text("我的报名"), press("mine"))


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


# How one's own registration stands, where it is not simply one.
_HELD_STATES = {
    "pending": State(Text("待审核"), "warning"),
    "waiting": State(Text("候补"), "warning"),
    "offered": State(Text("等您确认"), "warning"),
}


class Queued(NamedTuple):
    """A registration that waits, or is offered a seat: its key, and the place in its list."""

    key: int
    nth: int

    @property
    def state(self) -> State:
        return State(Text("候补第{nth}位", nth=self.nth), "warning")


def own_state(held: str, party: int, queued: Queued | None = None) -> State:
    """How one's own registration stands, in full."""
    if queued and held == "waiting":
        return queued.state
    return _HELD_STATES.get(held) or State(Text("已报名，{count}位", count=party), "good")


def held(
    activity: Listing, now: datetime, party: int, held: str = "confirmed", queued: Queued | None = None
) -> Article:
    """A line of somebody's own registrations; `held` is the state of it."""
    sure = State(Text("{count}位", count=party), "good") if held == "confirmed" else None
    choices = queue_choices(queued.key, held) if queued else _registered(activity, now)
    return Article(
        prose(activity.title),
        activity.ref,
        state=sure or own_state(held, party, queued),
        facts=((Text("时间"), span(activity)), (Text("地点"), as_said(activity.place))),
        choices=(Choice(Text("详情"), press("show", activity.number)), *choices),
    )


def queue_choices(key: int, held: str) -> tuple[Choice, ...]:
    """What one can do who waits, or is offered a seat."""
    if held == "offered":
        return Choice(Text("接受"), press("take", key)), Choice(Text("让给别人"), press("leave", key))
    return (Choice(Text("不等了"), press("leave", key)),)


def full(
    activity: Listing,
    now: datetime,
    *,
    party: int = 0,
    held: str = "confirmed",
    queued: Queued | None = None,
    reason: str | None = None,
) -> Article:
    """Everything that is known; `party` are the seats that the reader has there or wants, `held` how that stands,
    `queued` which place he has who waits, `reason` why it is cancelled.
    """
    if activity.is_off:
        party = 0
    choices = _held(activity, now, held) if party else _register(activity, now) or _instead(activity)
    if party and queued:
        choices = queue_choices(queued.key, held)
    why: tuple[Fact, ...] = ((Text("原因"), as_said(reason)),) if reason else ()
    return Article(
        prose(activity.title),
        activity.ref,
        state=own_state(held, party, queued) if party else state(activity, now),
        facts=(*why, *facts(activity, now)),
        body=prose(activity.summary) if activity.summary else None,
        choices=choices,
    )


def with_promise(article: Article, held: str, by: datetime | None) -> Article:
    """The same of who waits for an organiser, with by when he hears what was decided."""
    if held != "pending" or by is None:
        return article
    promise = (Text("结果"), Text("最晚{at}告诉您", at=Moment(by)))
    return replace(article, facts=(promise, *article.facts))


def subject(activity: Listing) -> Article:
    """What a question is about: nothing to press but what it asks."""
    where: list[Fact] = [(Text("时间"), span(activity)), (Text("地点"), as_said(activity.place))]
    return Article(prose(activity.title), activity.ref, facts=(*where, _price(activity.fee)))


def subject_now(activity: Listing, now: datetime) -> Article:
    """What everybody may know of it and how it stands now, with nothing to press."""
    body = prose(activity.summary) if activity.summary else None
    return Article(
        prose(activity.title),
        activity.ref,
        state=state(activity, now),
        facts=facts(activity, now),
        body=body,
    )


def facts(activity: Listing, now: datetime) -> tuple[Fact, ...]:
    where = [as_said(activity.place)]
    if activity.address and activity.address not in activity.place:
        where.append(as_said(activity.address))
    found: list[Fact] = [
        (Text("时间"), span(activity)),
        (Text("地点"), Text("{where}", where=Several(tuple(where)))),
        (Text("类型"), KINDS[activity.kind]),
    ]
    if activity.series:
        found.append((Text("系列"), as_said(activity.series)))
    if activity.host:
        found.append((Text("主办"), as_said(activity.host)))
    found.append(_price(activity.fee))
    if activity.hours:
        found.append((Text("志愿时长"), Text("{hours}小时", hours=activity.hours)))
    if activity.minimum:
        found.append((Text("开班"), Text("满{count}人开班", count=activity.minimum)))
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
    stands = activity.stands(now)
    if stands == "full":
        ahead = Text("候补（前面{count}人）", count=activity.waiting)
        wait = ahead if activity.waiting else Text("候补（您排第一）")
        return (Choice(wait, press("wait", activity.number)), *_instead(activity))
    if stands != "open":
        return ()
    return (Choice(Text("报名"), press("register", activity.number)),)


def _registered(activity: Listing, now: datetime) -> tuple[Choice, ...]:
    if now >= activity.starts:
        return ()
    return (Choice(Text("取消报名"), press("withdraw", activity.number)),)


def _held(activity: Listing, now: datetime, held: str) -> tuple[Choice, ...]:
    """What can be done with a registration that is shown by itself."""
    choices = _registered(activity, now)
    remind = (settings(activity.number),) if choices else ()
    code = (own_code(activity.number),) if held == "confirmed" and now < activity.ends else ()
    return (*choices, *remind, *code)


def own_code(number: int) -> Choice:
    """The way to the code that shows at the door who one is."""
    return Choice(Text("我的签到码"), press("mycode", number))


def settings(number: int) -> Choice:
    """The way to when somebody is reminded."""
    return Choice(Text("提醒设置"), press("remind", number))


def _instead(activity: Listing) -> tuple[Choice, ...]:
    """Never a card without something to do next."""
    return (Choice(Text("看看同类的"), press("similar", activity.number)),)


def label(activity: Listing) -> Text:
    """Title and time in one line, for a button that stands alone."""
    return Text("{title} · {span}", title=prose(activity.title), span=Span(activity.starts, activity.ends))
