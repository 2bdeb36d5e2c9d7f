"""走访: an officer notes in a few taps which company on which floor was visited, what came of it, and what it needs."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import checks, moves, outreach_needs, outreach_reading
from handlers.activity_reading import read_in
from handlers.outreach_reading import Spot, floor_name, floor_text
from handlers.talk import ACTIONS, Option, Phrase, Talk, anybody, menu, on, press
from models import duty, need, notice, outreach
from models.card import Card, Choice
from models.database import Db
from models.outreach import OUTCOMES
from models.refusal import Refusal
from models.still import still
from models.text import Moment, Several, Text, as_said

# So many needs are taken down at one door, and so many companies of a floor are offered.
_MOST_NEEDS = 5
_OFFERED = 8
_MORNING = time(9)
_LATEST = timedelta(days=366)
CAME = (
    Option("met", OUTCOMES["met"], ("见到", "见了", "met")),
    Option("refused", OUTCOMES["refused"], ("没让进", "不让进", "拒绝", "refused")),
    Option("empty", OUTCOMES["empty"], ("没人", "关门", "空的", "empty")),
)
_NONE = Option("", Text("没有别的"), ("没有", "没有了", "没了", "无", "跳过", "no", "none"))
_NO_DATE = Option(0, Text("先不约"), ("不约", "没有", "跳过", "no"))
_DATES = (_NO_DATE, Option(7, Text("一周后")), Option(30, Text("一个月后")))
_VISIT = (
    Phrase(
        r"^(?:记|记一条|记录|登记|我要|开始)?(?:一次)?(?:走访|扫楼)(?!情况|进度|覆盖|计划|了?哪|记录|的?码|过)",
        weight=12,
        unless=r"走访情况|[?？]|吗$",
    ),
    Phrase(r"^(?:note|log|record|start)?\s*(?:an? )?outreach visit\b", weight=12),
)


@on(
    "staff.visit",
    head="visit",
    example=Text("走访"),
    for_staff=True,
    rank=125,
    allow=anybody,
    private=True,
    phrases=_VISIT,
    reads=outreach_reading.said,
)
def visit(
    talk: Talk,
    number: int | None = None,
    place: int | None = None,
    floor: int | None = None,
    company: str | None = None,
    outcome: str | None = None,
    needs: str | None = None,
    again: str | None = None,
) -> Card:
    """Floor, company, what came of it, what they need, and when next; a line that says it all asks nothing."""
    _check_staff(talk)
    whole = company is not None and outcome is not None
    tower, storey = _spot(talk, place, floor)
    key, name = _company(talk, tower, storey, company)
    came = outcome or talk.ask("outcome", Text("{company}，怎么样？", company=as_said(name)), *CAME)
    wanted = ([needs] if needs else []) if whole or came != "met" else _needs(talk)
    then = _on(talk, again) if whole else when_again(talk)
    duty.check_real(talk.db, talk.person.id)
    at = _where(talk, tower, storey, name)
    entered = [outreach_needs.enter(talk, tower, at, key, words) for words in wanted]
    one = outreach.enter(
        talk.db,
        tower,
        storey,
        name,
        came,
        talk.person.id,
        talk.now,
        organization=key,
        needs=[each.number for each in entered],
        again=then,
    )
    return done(talk, one, Text("记下了。"))


@on("staff.visit", head="doorvisit", allow=anybody, private=True, scans=True)
def at_door(talk: Talk, code: str = "") -> Card:
    """What the code at a floor's door opens: for staff the floor is known by it, for others it says what it is."""
    found = outreach.read_door(talk.vault, code)
    if found is None or not duty.covers(talk.db, talk.person.id, found[0]):
        text = Text("这个码是工作人员走访用的。有事找我们，直接说就行。")
        return Card(text, choices=menu(), tone="notice")
    return _visit_there(talk, *found)


def _visit_there(talk: Talk, place: int, floor: int) -> Card:
    """From here on it is the form of a visit with its spot known, so that it takes the place of one that waits."""
    if talk.form is not None:
        talk.form.head, talk.form.version = "visit", ACTIONS["visit"].version
        talk.form.arguments = {"place": place, "floor": floor}
    return visit(talk, place=place, floor=floor)


def _check_staff(talk: Talk) -> None:
    if duty.places(talk.db, talk.person.id):
        return
    text = Text("请找服务站的工作人员，走访由他们来记。")
    talk.leave(Refusal("outreach.duty", text), *menu())


def _spot(talk: Talk, place: int | None, floor: int | None) -> tuple[int, int]:
    """The tower and the floor, asked as far as they were not said."""
    place = place if place is not None else outreach_reading.only_tower(talk)
    if place is not None:
        duty.check(talk.db, talk.person.id, place)
    if place is not None and floor is not None:
        return place, floor
    if place is not None:
        question = Text("{tower}几楼？比如“12楼”。", tower=_tower(talk, place))
    else:
        question = Text("走访哪里？请写楼名和楼层，比如“12楼”前面加楼名；有门口的码，直接扫也行。")
    found = talk.ask("spot", question, check=Spot(talk, place, floor))
    duty.check(talk.db, talk.person.id, found[0])
    return found[0], found[1]


def _tower(talk: Talk, place: int) -> Text:
    return as_said(outreach.tower(talk.db, place).name)


def _company(talk: Talk, tower: int, floor: int, said: str | None) -> tuple[int | None, str]:
    """The company, by one of the names that this floor has, or as it is called from now on."""
    if said is None:
        here = [each for each in outreach.companies(talk.db, tower) if each.floor == floor]
        options = [Option(each.name, as_said(each.name)) for each in here[:_OFFERED]]
        question = Text("哪一家？请写公司名。")
        if options:
            question = Text("哪一家？点一下，或者写公司名。")
        said = talk.ask("company", question, *options, check=Name())
    return outreach.named(talk.db, tower, said)


class Name:
    """A company's name in somebody's words; what is offered is numbered."""

    wants = "choice"

    def __call__(self, said: str) -> str:
        name = checks.words(said).strip('「」《》“”" ')
        if len(name) > outreach_reading.LONGEST_NAME:
            raise Refusal(
                "outreach.name",
                Text("请写短一些，公司名最多{count}个字。", count=outreach_reading.LONGEST_NAME),
            )
        return name


def _needs(talk: Talk) -> list[str]:
    """One after the other, until there is no more."""
    found: list[str] = []
    for nth in range(_MOST_NEEDS):
        question = Text("他们需要什么？一次写一件，没有就点“没有别的”。")
        if nth:
            question = Text("还需要什么？没有就点“没有别的”。")
        said = talk.ask(f"need{nth}", question, _NONE, check=checks.words)
        if not said:
            break
        found.append(said)
    return found


def when_again(talk: Talk) -> datetime | None:
    question = Text("下次哪天去？点一个，或者写日期，比如“12月8日”。那天早上提醒您。")
    days = talk.ask("again", question, *_DATES, check=_Day(talk))
    return None if not days else _morning(talk, _today(talk) + timedelta(days=int(days)))


class _Day:
    """A day to come, as how many days from today."""

    wants = "choice"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> int:
        day = moves.told(read_in(self._talk, said)).get("day")
        ahead = (date.fromisoformat(day) - _today(self._talk)).days if day else 0
        if not 0 < ahead <= _LATEST.days:
            raise Refusal("outreach.day", Text("请写一年以内的日期，比如“12月8日”。"))
        return ahead


def _today(talk: Talk) -> date:
    return talk.now.astimezone(talk.zone).date()


def _on(talk: Talk, day: str | None) -> datetime | None:
    """The day that a whole line said, where it is to come."""
    if day is None or not _today(talk) < date.fromisoformat(day) <= _today(talk) + _LATEST:
        return None
    return _morning(talk, date.fromisoformat(day))


def _morning(talk: Talk, day: date) -> datetime:
    return datetime.combine(day, _MORNING, talk.zone)


def _where(talk: Talk, tower: int, floor: int, company: str) -> str:
    return f"{floor_name(floor)} {company}"


def done(talk: Talk, key: int, lead: Text) -> Card:
    one = outreach.find(talk.db, key)
    lines = [lead, line(talk, one)]
    if one.needs:
        numbers = tuple(Text("需{number}", number=each) for each in one.needs)
        lines.append(Text("记了{needs}，发编号就能看进展。", needs=Several(numbers)))
    if one.next:
        lines.append(Text("{at}提醒您再去。", at=Moment(one.next)))
        _remind(talk, one)
    storey = one.floor + outreach_reading.LOWEST
    choices = (
        Choice(Text("同层下一家"), press("visitfloor", one.place_id * outreach_reading.FLOORS + storey)),
        Choice(Text("更正走访"), press("fixvisit", one.id)),
        Choice(Text("走访情况"), press("coverage", one.place_id)),
    )
    refs = tuple(need.ref(each) for each in one.needs)
    return Card(
        Text("{lines}", lines=Several(tuple(lines), lines=True)), choices=choices, tone="done", refs=refs
    )


def line(talk: Talk, one: Row[Any]) -> Text:
    return Text(
        "{tower}{floor} {company}：{outcome}",
        tower=_tower(talk, one.place_id),
        floor=floor_text(one.floor),
        company=as_said(one.company),
        outcome=OUTCOMES[one.outcome],
    )


@on("staff.visit", head="visitfloor", allow=anybody, private=True)
def next_door(talk: Talk, number: int = 0) -> Card:
    """The next company of the same floor; the number is the tower and the floor."""
    place, storey = divmod(number, outreach_reading.FLOORS)
    floor = storey - outreach_reading.LOWEST
    if place not in talk.lexicon.places or floor not in outreach.FLOORS:
        return visit(talk)
    return _visit_there(talk, place, floor)


def _remind(talk: Talk, one: Row[Any]) -> None:
    """On the day, who went there; not where somebody has been there since."""
    text = Text("今天约好再去：{what}。", what=line(talk, one))
    storey = one.floor + outreach_reading.LOWEST
    go = Choice(Text("记走访"), press("visitfloor", one.place_id * outreach_reading.FLOORS + storey))
    notice.tell_member(
        talk.db,
        [Card(text, choices=(go,), tone="notice")],
        talk.person.id,
        talk.now,
        key=f"outreach:{one.id}:next",
        kind="reminder",
        still=f"outreach {one.id}",
        rests=True,
        due=one.next,
        expires=one.next + timedelta(days=1),
    )


@still("outreach")
def _still(db: Db, key: int, _now: datetime) -> str | None:
    try:
        one = outreach.find(db, key)
    except Refusal:
        return "the visit is gone"
    return None if one.counts and outreach.is_last(db, one) else "somebody has been there since"
