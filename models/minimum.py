"""Too few people for what needs some: asked of its office once, and once more where nobody answers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Index,
    Row,
    Select,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from models import activity, change, contact, duty, registration
from models.activity import ACTIVITY, PUBLISHED, UNLOOKED, Listing
from models.database import Db, table_of
from models.personal import impersonal
from models.refusal import Refusal
from models.registration import CONFIRMED, REGISTRATION, TOLD
from models.schedule import Schedule
from models.still import still
from models.text import Prose, Text

# So long before the start it is asked where the activity says nothing else, and once more so long before.
ASKED = timedelta(hours=24)
AGAIN = timedelta(hours=3)
# What is decided later than this, or begins then, is not due yet: a night moves it by less than a day.
_SOON = ASKED + timedelta(days=1)
_ALWAYS = datetime.max.replace(tzinfo=UTC)


_IS_OPEN = "again IS NULL AND minimum_question.answer IS NULL"


class MinimumQuestion(SQLModel, table=True):
    """That its office was asked whether what begins then is held with so few; a new start is asked about anew.

    `answer` is `goes on`; moved and cancelled stand with the activity itself.
    """

    __tablename__ = "minimum_question"
    __table_args__ = (
        UniqueConstraint("activity_id", "starts", name="uq_minimum_question_start"),
        Index(
            "ix_minimum_question_open",
            "id",
            sqlite_where=text("again IS NULL AND answer IS NULL"),
            postgresql_where=text("again IS NULL AND answer IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    activity_id: int = Field(foreign_key="activity.id")
    starts: datetime
    asked: datetime
    again: datetime | None = None
    answer: str | None = None


MINIMUM_QUESTION = table_of(MinimumQuestion)


@dataclass(frozen=True, slots=True)
class Due:
    """What is due of an activity: to look whether enough come, or with `question` to ask once more."""

    activity: int
    starts: datetime
    at: datetime
    question: int | None


_TO_LOOK_AT = (
    select(ACTIVITY.c.id, ACTIVITY.c.starts, ACTIVITY.c.decides)
    .where(text(UNLOOKED), func.coalesce(ACTIVITY.c.decides, ACTIVITY.c.starts) <= bindparam("by"))
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
)
_UNANSWERED = (
    select(MINIMUM_QUESTION, ACTIVITY.c.starts.label("begins"), PUBLISHED.label("held"))
    .join(ACTIVITY, ACTIVITY.c.id == MINIMUM_QUESTION.c.activity_id)
    .where(text(f"minimum_question.{_IS_OPEN}"))
    .order_by(MINIMUM_QUESTION.c.id)
)
_LOOKED = (
    update(ACTIVITY)
    .where(
        ACTIVITY.c.id == bindparam("activity"),
        or_(ACTIVITY.c.minimum_looked.is_(None), ACTIVITY.c.minimum_looked != bindparam("begins")),
    )
    .values(minimum_looked=bindparam("begins"))
)
_COME = select(func.coalesce(func.sum(REGISTRATION.c.seats), 0)).where(
    REGISTRATION.c.activity_id == bindparam("activity"), registration.LIVE, CONFIRMED
)
_ENTER = insert(MINIMUM_QUESTION)
_FIND = select(MINIMUM_QUESTION).where(
    MINIMUM_QUESTION.c.activity_id == bindparam("activity"), MINIMUM_QUESTION.c.starts == bindparam("at")
)
_BY_KEY = select(MINIMUM_QUESTION).where(MINIMUM_QUESTION.c.id == bindparam("question"))
_AGAIN = (
    update(MINIMUM_QUESTION)
    .where(MINIMUM_QUESTION.c.id == bindparam("question"), MINIMUM_QUESTION.c.again.is_(None))
    .values(again=bindparam("now"))
)
_ASKED = (
    select(ACTIVITY.c.number, ACTIVITY.c.contact_id, ACTIVITY.c.place_id)
    .join(
        MINIMUM_QUESTION,
        and_(MINIMUM_QUESTION.c.activity_id == ACTIVITY.c.id, MINIMUM_QUESTION.c.starts == ACTIVITY.c.starts),
    )
    .where(PUBLISHED, MINIMUM_QUESTION.c.answer.is_(None), ACTIVITY.c.starts > bindparam("now"))
    .order_by(ACTIVITY.c.starts)
)
_ANSWER = (
    update(MINIMUM_QUESTION)
    .where(MINIMUM_QUESTION.c.id == bindparam("question"), MINIMUM_QUESTION.c.answer.is_(None))
    .values(answer=bindparam("given"))
)


def due(db: Db, schedule: Schedule, now: datetime | None = None) -> list[Due]:
    """What is or becomes due, the earliest first; of what is not due now only some."""
    by = now + _SOON if now else _ALWAYS
    found = [
        Due(row.id, row.starts, decides_at(row.starts, row.decides, schedule), None)
        for row in db.rows(_TO_LOOK_AT, by=by)
    ]
    for row in db.rows(_UNANSWERED):
        # Of a start that is none any more nobody is asked again.
        gone = not row.held or row.begins != row.starts
        at = max(schedule.before(row.starts - AGAIN, row.starts), schedule.awake(row.asked + AGAIN))
        found.append(Due(row.activity_id, row.starts, row.asked if gone else min(at, row.starts), row.id))
    return sorted(found, key=lambda each: (each.at, each.activity))


def decides_at(starts: datetime, decides: datetime | None, schedule: Schedule) -> datetime:
    """When it is decided whether what begins then is held."""
    return schedule.before(decides or starts - ASKED, starts)


def coming(db: Db, wanted: Listing) -> int:
    """How many come for sure, those registered elsewhere too."""
    return wanted.taken + int(db.value(_COME, activity=wanted.id))


def look(db: Db, one: Due, now: datetime) -> tuple[Listing, int] | None:
    """Notes that it was looked at; gives the activity and its question's key where too few come, and it is time yet."""
    wanted = activity.held(db, one.activity)
    few = not wanted.is_off and wanted.starts == one.starts and now < one.starts
    few = few and coming(db, wanted) < (wanted.minimum or 0)
    if one.question is not None:
        return (wanted, one.question) if db.run(_AGAIN, question=one.question, now=now) and few else None
    if not db.run(_LOOKED, activity=one.activity, begins=one.starts) or not few:
        return None
    return wanted, db.insert(_ENTER, activity_id=wanted.id, starts=one.starts, asked=now)


def check(db: Db, wanted: Listing, person: int, now: datetime) -> Row[Any]:
    """The question that this person may answer now. Raises Refusal."""
    if person != wanted.contact_id:
        duty.check(db, person, wanted.place_id, wanted.ref)
    title = Prose(wanted.title)
    if wanted.is_off:
        raise Refusal("minimum.off", Text("「{title}」已经取消了，请看别的。", title=title), wanted.ref)
    one = db.row(_FIND, activity=wanted.id, at=wanted.starts)
    if one is None or one.answer is not None or now >= wanted.starts:
        raise Refusal("minimum.settled", Text("「{title}」照常办，不用再定。", title=title), wanted.ref)
    return one


def go_on(db: Db, wanted: Listing, person: int, now: datetime) -> None:
    """It is held with those who come. Raises Refusal."""
    one = check(db, wanted, person, now)
    if not db.run(_ANSWER, question=one.id, given="goes on"):
        raise Refusal(
            "minimum.settled", Text("「{title}」照常办，不用再定。", title=Prose(wanted.title)), wanted.ref
        )
    change.record(db, "activity", wanted.id, wanted.state, "goes on", person, now)


def open_for(db: Db, person: int, now: datetime) -> list[int]:
    """The numbers of the activities that this person is asked about."""
    return [
        row.number
        for row in db.rows(_ASKED, now=now)
        if row.contact_id == person or duty.covers(db, person, row.place_id)
    ]


def those_registered(wanted: Listing) -> Select[Any]:
    """For `delivery.fan_out`: who is told what was decided."""
    return (
        select(TOLD)
        .where(REGISTRATION.c.activity_id == wanted.id, registration.LIVE, TOLD.is_not(None))
        .distinct()
        .order_by(TOLD)
    )


def asked(db: Db, wanted: Listing) -> list[int]:
    """Who is asked and may do all of it: the contact who is staff there, else the office."""
    if wanted.contact_id is not None and duty.covers(db, wanted.contact_id, wanted.place_id):
        return [wanted.contact_id]
    return [each for each in contact.office(db, wanted) if each != wanted.contact_id]


def organizer(db: Db, wanted: Listing) -> int | None:
    """The contact who is no staff there, and is asked too: what he may not do himself he passes on to the office."""
    if wanted.contact_id is None or duty.covers(db, wanted.contact_id, wanted.place_id):
        return None
    return wanted.contact_id


@still("minimum")
def _still_too_few(db: Db, key: int, _now: datetime) -> str | None:
    one = db.row(_BY_KEY, question=key)
    if one is None or one.answer is not None:
        return "it was decided"
    wanted = activity.held(db, one.activity_id)
    if wanted.is_off or wanted.starts != one.starts:
        return "it was moved or cancelled"
    return "enough come" if coming(db, wanted) >= (wanted.minimum or 0) else None


impersonal(MINIMUM_QUESTION, "what became of an activity; who decided it stands in the log of changes")
