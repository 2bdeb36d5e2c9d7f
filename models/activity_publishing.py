"""How an activity comes into being in the chat: published by staff, or proposed by others and decided by staff."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, literal_column, select, update
from sqlalchemy.exc import IntegrityError

from models import activity, change, community
from models.activity import ACTIVITY, NEXT_NUMBER, Listing
from models.database import Db
from models.folding import fold
from models.refusal import Refusal
from models.shift_role import SHIFT_ROLE
from models.text import Moment, Prose, Text

# Which state an activity may begin in, and what becomes of what was proposed; the rest is in models/activity_change.py.
MOVES: dict[str | None, set[str]] = {None: {"published", "proposed"}, "proposed": {"published", "returned"}}
# A weekly one is so many times at most: half a year.
MOST_WEEKS = 26
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class RolePlan:
    """A role of a shift that is to be: how many it takes, and the skill that it wants."""

    code: str
    name: str
    capacity: int
    skill: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """An activity as it is to be; all but `roles` are columns of the table, keys of places and organizations too."""

    title: str
    kind: str
    place_id: int
    starts: datetime
    ends: datetime
    capacity: int | None = None
    summary: str | None = None
    series: str | None = None
    host_id: int | None = None
    fee: str | None = None
    registration_opens: datetime | None = None
    registration_closes: datetime | None = None
    tags: tuple[str, ...] = ()
    hours: float = 0
    questions: tuple[dict[str, Any], ...] = ()
    approval: bool = False
    companions: int | None = None
    minimum: int | None = None
    decides: datetime | None = None
    eligible: dict[str, Any] | None = None
    contact_id: int | None = None
    checks_out: bool = False
    occasion: str | None = None
    private_note: str | None = None
    project_id: int | None = None
    roles: tuple[RolePlan, ...] = ()


_COLUMNS = tuple(field.name for field in fields(Plan) if field.name != "roles")
_PLAN = select(*(ACTIVITY.c[name] for name in _COLUMNS)).where(ACTIVITY.c.id == bindparam("activity"))
_ROLES = (
    select(SHIFT_ROLE.c.code, SHIFT_ROLE.c.name, SHIFT_ROLE.c.capacity, SHIFT_ROLE.c.skill)
    .where(SHIFT_ROLE.c.activity_id == bindparam("activity"))
    .order_by(SHIFT_ROLE.c.id)
)
_AT_ONCE = select(ACTIVITY.c.title, ACTIVITY.c.number, ACTIVITY.c.code, ACTIVITY.c.id).where(
    ACTIVITY.c.state == literal_column("'published'"),
    ACTIVITY.c.place_id == bindparam("place"),
    ACTIVITY.c.starts == bindparam("starts"),
)
_TAKEN = select(ACTIVITY.c.id).where(ACTIVITY.c.code == bindparam("code"))
_ENTER, _ENTER_ROLE = insert(ACTIVITY), insert(SHIFT_ROLE)
_PROPOSED = activity.listed().where(ACTIVITY.c.number == bindparam("number"), ACTIVITY.c.state == "proposed")
_DECIDE = (
    update(ACTIVITY)
    .where(ACTIVITY.c.id == bindparam("activity"), ACTIVITY.c.state == "proposed")
    .values(state=bindparam("after"), published=bindparam("since"))
)
_JOIN_OCCASION = (
    update(ACTIVITY)
    .where(ACTIVITY.c.id == bindparam("activity"), ACTIVITY.c.occasion.is_(None))
    .values(occasion=bindparam("name"))
)
_PROPOSALS_OF = select(func.count()).where(
    ACTIVITY.c.contact_id == bindparam("member"), ACTIVITY.c.state == "proposed"
)
# Who proposes more at once asks more of the officers than they can read.
MOST_PROPOSALS = 3


def plan_of(db: Db, key: int) -> Plan:
    """An activity that there is as a plan, with its questions, roles and times."""
    row = db.row(_PLAN, activity=key)
    assert row is not None
    values = {name: getattr(row, name) for name in _COLUMNS}
    values |= {"tags": tuple(row.tags), "questions": tuple(row.questions)}
    roles = tuple(RolePlan(*tuple(each)) for each in db.rows(_ROLES, activity=key))
    return Plan(**values, roles=roles)


def at(plan: Plan, starts: datetime, ends: datetime, place: int, now: datetime) -> Plan:
    """The plan at another time: what lies before the start lies as long before it; what would be past is dropped."""
    by = starts - plan.starts
    moved: dict[str, Any] = {
        name: _later(getattr(plan, name), by, now)
        for name in ("registration_opens", "registration_closes", "decides")
    }
    return replace(plan, starts=starts, ends=ends, place_id=place, **moved)


def alone(plan: Plan) -> Plan:
    """The same as a thing of its own, not as one time of what it is copied from."""
    return replace(plan, occasion=None)


def _later(moment: datetime | None, by: timedelta, now: datetime) -> datetime | None:
    return None if moment is None or moment + by <= now else moment + by


def check(plan: Plan) -> None:
    """Whether its parts fit together. Raises Refusal."""
    if plan.ends <= plan.starts:
        raise Refusal("activity.order", Text("请换个结束时间，要比开始晚。"))
    if plan.registration_closes and plan.registration_closes > plan.ends:
        raise Refusal("activity.closes", Text("请换个报名截止时间，要在结束以前。"))
    if plan.registration_opens and plan.registration_opens >= (plan.registration_closes or plan.starts):
        raise Refusal("activity.opens", Text("请换个报名开始时间，要在报名截止以前。"))
    if plan.decides and plan.minimum is None:
        raise Refusal("activity.minimum", Text("请先写最少几人才办，再写什么时候定。"))
    if plan.decides and plan.decides >= plan.starts:
        raise Refusal("activity.decides", Text("请换个时间，要在开始以前定下来办不办。"))
    if plan.minimum and plan.capacity is not None and plan.minimum > plan.capacity:
        raise Refusal(
            "activity.few", Text("请换个数，最少人数不能比名额多（名额{count}）。", count=plan.capacity)
        )


def check_new(db: Db, plan: Plan, now: datetime) -> None:
    """Whether it can be published at all: to come, and not there already. Raises Refusal."""
    check(plan)
    if plan.starts <= now:
        raise Refusal("activity.past", Text("请换个以后的时间，这个时间已经过了。"))
    for row in db.rows(_AT_ONCE, place=plan.place_id, starts=plan.starts):
        if fold(row.title) == fold(plan.title):
            sentence = Text(
                "请换个标题或时间，{at}这里已经有一场「{title}」了。",
                title=Prose(row.title),
                at=Moment(plan.starts),
            )
            raise Refusal("activity.double", sentence, f"activity:{row.code}")


def publish(db: Db, plan: Plan, actor: int, now: datetime) -> Listing:
    """From now on it is found and can be registered for; who publishes it is its contact unless it has one. Raises Refusal."""
    check_new(db, plan, now)
    contact = plan.contact_id or actor
    return _enter(db, replace(plan, contact_id=contact), "published", actor, now)


def publish_all(db: Db, plans: Sequence[Plan], actor: int, now: datetime) -> list[Listing]:
    """The same thing at several times, each with its own seats. Raises Refusal, and then none is published."""
    first, *others = plans
    done = [publish(db, first, actor, now)]
    name = first.occasion or occasion(db, done[0])
    return done + [publish(db, replace(each, occasion=name), actor, now) for each in others]


def occasion(db: Db, first: Listing) -> str:
    """What all times of it have in common; the one that is there already gets it with this."""
    if first.occasion:
        return first.occasion
    name = f"weekly-{first.number}"
    db.run(_JOIN_OCCASION, activity=first.id, name=name)
    return name


def propose(db: Db, plan: Plan, member: int, now: datetime) -> Listing:
    """Somebody who is no staff wants to hold it: nobody finds it before staff publishes it. Raises Refusal."""
    check_new(db, plan, now)
    if db.value(_PROPOSALS_OF, member=member) >= MOST_PROPOSALS:
        raise Refusal("proposal.many", Text("请等一等回复，您已经有{count}场在等了。", count=MOST_PROPOSALS))
    return _enter(db, replace(plan, contact_id=member), "proposed", member, now)


def proposal(db: Db, number: int) -> Listing:
    """What was proposed under this number and is not decided. Raises Refusal."""
    found = db.objects(activity.listing, _PROPOSED, number=number)
    if not found:
        raise Refusal("proposal.gone", Text("请看看别的，这一场已经有人处理了。"))
    return found[0]


def decide(db: Db, wanted: Listing, after: str, actor: int, now: datetime, reason: str | None = None) -> None:
    """Staff publishes what was proposed, or gives it back with the reason. Raises Refusal."""
    if after not in MOVES["proposed"]:
        raise ValueError(f"a proposal does not become {after}")
    if after == "published":
        check_new(db, plan_of(db, wanted.id), now)
    since = now if after == "published" else None
    if not db.run(_DECIDE, activity=wanted.id, after=after, since=since):
        raise Refusal("proposal.gone", Text("请看看别的，这一场已经有人处理了。"))
    change.record(db, "activity", wanted.id, "proposed", after, actor, now, reason)
    community.touch(db)


def _enter(db: Db, plan: Plan, state: str, actor: int, now: datetime) -> Listing:
    key = _insert(db, plan, state, now)
    for role in plan.roles:
        values = {name.name: getattr(role, name.name) for name in fields(RolePlan)}
        db.insert(_ENTER_ROLE, activity_id=key, seats=0, waiting=0, **values)
    change.record(db, "activity", key, None, state, actor, now)
    community.touch(db)
    return activity.held(db, key)


def _insert(db: Db, plan: Plan, state: str, now: datetime) -> int:
    """Of two who publish in one moment the second takes the next number."""
    for _ in range(_ATTEMPTS - 1):
        try:
            with db.savepoint("number"):
                return db.insert(_ENTER, **_values(db, plan, state, now))
        except IntegrityError:
            continue
    return db.insert(_ENTER, **_values(db, plan, state, now))


def _values(db: Db, plan: Plan, state: str, now: datetime) -> dict[str, Any]:
    number = int(db.value(NEXT_NUMBER))
    columns = {name: getattr(plan, name) for name in _COLUMNS}
    if plan.roles:
        columns["capacity"] = sum(role.capacity for role in plan.roles)
    return {
        **columns,
        "tags": list(plan.tags),
        "questions": list(plan.questions),
        **derived(db, plan),
        "code": _code(db, number),
        "number": number,
        "state": state,
        "published": now if state == "published" else None,
        "seats": 0,
        "taken": 0,
        "waiting": 0,
        "sequence": 0,
    }


def derived(db: Db, plan: Plan) -> dict[str, Any]:
    """What follows from the other columns."""
    start = plan.starts.astimezone(community.zone(db))
    words = activity.words(plan.title, plan.summary, plan.series, list(plan.tags))
    return {"day": start.date(), "minute": start.hour * 60 + start.minute, "words": words}


def _code(db: Db, number: int) -> str:
    """Its public code for ever; a pack may have used the first one that comes to mind."""
    code, tries = f"chat-{number}", 1
    while db.value(_TAKEN, code=code) is not None:
        tries += 1
        code = f"chat-{number}-{tries}"
    return code
