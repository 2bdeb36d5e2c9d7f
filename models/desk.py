"""The line before a desk: who drew a number, who came with a booking, who is called next, and what becomes of him."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select, text
from sqlalchemy.exc import IntegrityError

from models import booking, booking_privacy, duty, service
from models.booking import BOOKING
from models.change import CHANGE
from models.database import Db
from models.place import PLACE
from models.service import SERVICE

# For these one is called; a room, a group that is shown round and what is fetched need no call.
CALLED_FOR = ("item", "consultation", "window")
# Whoever is called and not there is called once more after so many others.
AFTER = 3
# Who has a booking and scans the code of the station so long before it has come for it.
EARLY = timedelta(hours=1)
_MOMENT = timedelta(microseconds=1)
# The index holds these alone.
_LIVE = text(f"booking.{booking.IS_LIVE}")
_LOCK = select(PLACE.c.id).where(PLACE.c.id == bindparam("place")).with_for_update(key_share=True)
_LAST_NUMBER = select(func.max(BOOKING.c.number)).where(
    BOOKING.c.place_id == bindparam("place"), BOOKING.c.day == bindparam("day")
)
_WHOLE = select(
    BOOKING,
    SERVICE.c.name.label("service"),
    SERVICE.c.kind,
    SERVICE.c.private,
    SERVICE.c.desk.label("usual_desk"),
).join(SERVICE, SERVICE.c.id == BOOKING.c.service_id)
_FIND = _WHOLE.where(BOOKING.c.id == bindparam("number"))
_STANDING = _WHOLE.where(
    BOOKING.c.place_id == bindparam("place"),
    BOOKING.c.day == bindparam("day"),
    BOOKING.c.state.in_(("queued", "arrived")),
    SERVICE.c.kind.in_(CALLED_FOR),
)
_LINE = _STANDING.where(
    or_(
        SERVICE.c.id.in_(bindparam("hosted", expanding=True)),
        ~SERVICE.c.private & bindparam("everybody", type_=SERVICE.c.private.type),
    )
)
_BY_NUMBER = _WHOLE.where(
    BOOKING.c.place_id.in_(bindparam("places", expanding=True)),
    BOOKING.c.day == bindparam("day"),
    BOOKING.c.number == bindparam("number"),
).order_by(BOOKING.c.id)
_OWN = _WHOLE.where(
    BOOKING.c.member_id == bindparam("member"),
    BOOKING.c.day == bindparam("day"),
    BOOKING.c.state.in_(booking.LIVE),
).order_by(BOOKING.c.id)
_CALLED = _WHOLE.where(
    BOOKING.c.by_id == bindparam("member"),
    BOOKING.c.day == bindparam("day"),
    BOOKING.c.state == "called",
).order_by(BOOKING.c.id)
_DESK = (
    select(BOOKING.c.desk)
    .where(
        BOOKING.c.by_id == bindparam("member"),
        BOOKING.c.place_id == bindparam("place"),
        BOOKING.c.day == bindparam("day"),
        BOOKING.c.desk.is_not(None),
    )
    .order_by(BOOKING.c.id.desc())
    .limit(1)
)
_ARRIVED = (
    select(CHANGE.c.at, CHANGE.c.actor_id)
    .where(
        CHANGE.c.subject == "booking",
        CHANGE.c.subject_id == bindparam("booking"),
        CHANGE.c.after == bindparam("after"),
    )
    .order_by(CHANGE.c.id)
    .limit(1)
)
_LEFT_OVER = (
    select(BOOKING)
    .where(_LIVE, BOOKING.c.state.in_(("queued", "called", "arrived")), BOOKING.c.day < bindparam("today"))
    .order_by(BOOKING.c.id)
    .limit(bindparam("most"))
)
_WHERE = (
    select(BOOKING.c.place_id)
    .where(_LIVE, BOOKING.c.day == bindparam("day"), BOOKING.c.state.in_(("queued", "arrived")))
    .distinct()
    .order_by(BOOKING.c.place_id)
)
_OLDEST = select(func.min(BOOKING.c.day)).where(_LIVE, BOOKING.c.state.in_(("queued", "called", "arrived")))


# What is read.


def find(db: Db, number: int) -> Row[Any] | None:
    """A booking together with its service: service, kind, private, usual_desk."""
    return db.row(_FIND, number=number)


def with_number(db: Db, places: Collection[int], day: date, number: int) -> list[Row[Any]]:
    """Who drew this number that day at these places."""
    return list(db.rows(_BY_NUMBER, places=list(places), day=day, number=number))


def own(db: Db, member: int, day: date) -> list[Row[Any]]:
    """What somebody has there that day and is not over."""
    return list(db.rows(_OWN, member=member, day=day))


def places(db: Db, day: date) -> list[int]:
    """Where anybody stands in line."""
    return [row.place_id for row in db.rows(_WHERE, day=day)]


def called_by(db: Db, officer: int, day: date) -> list[Row[Any]]:
    """Whom he called and did not settle yet."""
    return list(db.rows(_CALLED, member=officer, day=day))


def last_desk(db: Db, officer: int, place: int, day: date) -> str | None:
    """At which desk he called last."""
    found: str | None = db.value(_DESK, member=officer, place=place, day=day)
    return found


def hosted_at(db: Db, member: int) -> list[int]:
    """Where he gives them."""
    return [each for key in booking_privacy.hosted(db, member) for each in service.stations(db, key)]


def may(db: Db, member: int, one: Row[Any]) -> bool:
    """Who is staff of the place, or gives the service."""
    return duty.covers(db, member, one.place_id) or one.service_id in booking_privacy.hosted(db, member)


def may_arrive(one: Row[Any], now: datetime) -> bool:
    """Whether who has come has come for this booking: its time is near, or was today."""
    return one.starts is not None and now >= one.starts - EARLY


def line(
    db: Db, place: int, day: date, now: datetime, *, hosts: Collection[int] = (), everybody: bool = True
) -> list[Row[Any]]:
    """Who stands at a place, in the order in which he is called: first whose booked time has come, as they came; then
    numbers as they were drawn; last who is early.

    A private service has a line of its own, for its hosts: `hosts` are the services whose line it is as well, and
    without `everybody` the only ones.
    """
    standing = db.rows(_LINE, place=place, day=day, hosted=list(hosts), everybody=everybody)
    return sorted(standing, key=lambda one: _turn(one, now))


def _turn(one: Row[Any], now: datetime) -> tuple[int, datetime, int]:
    since = one.came or one.at
    if one.starts is None or one.passed:
        return 1, since, one.id
    return (0, since, one.id) if one.starts <= now else (2, one.starts, one.id)


def line_of(db: Db, one: Row[Any], now: datetime) -> list[Row[Any]]:
    """The line in which he stands."""
    if one.private:
        return line(db, one.place_id, one.day, now, hosts=[one.service_id], everybody=False)
    return line(db, one.place_id, one.day, now)


def ahead(db: Db, one: Row[Any], now: datetime) -> int:
    """How many are called before him."""
    keys = [each.id for each in line_of(db, one, now)]
    return keys.index(one.id) if one.id in keys else 0


def noted(db: Db, one: Row[Any], after: str) -> Row[Any] | None:
    """When (at) and by whom (actor_id) it first came to that."""
    return db.row(_ARRIVED, booking=one.id, after=after)


# What is done. Each gives False where somebody else was first.


def draw(db: Db, wanted: Row[Any], place: int, member: int, day: date, now: datetime) -> int:
    """A new number of the day; gives the key of its booking. Of two who draw at once the second one waits for the first."""
    db.row(_LOCK, place=place)
    number = (db.value(_LAST_NUMBER, place=place, day=day) or 0) + 1
    key = booking.enter(db, wanted.id, place, member, day, now, state="queued", number=number, came=now)
    assert key is not None
    return key


def call(
    db: Db, standing: Collection[Row[Any]], officer: int, desk: str | None, now: datetime
) -> Row[Any] | None:
    """Calls the first of these; of two who call at once the second one gets the next. None where nobody is left."""
    for one in standing:
        if booking.go(db, one, "called", officer, now, by_id=officer, desk=desk or one.usual_desk, due=None):
            return find(db, one.id)
    return None


def arrive(db: Db, one: Row[Any], actor: int | None, now: datetime) -> bool:
    """He is there, in line from now on."""
    return _settle(db, one, "arrived", actor, now, came=now)


def serve(db: Db, one: Row[Any], officer: int, now: datetime) -> bool:
    return _settle(db, one, "served", officer, now, by_id=officer, settled=now)


def _settle(db: Db, one: Row[Any], after: str, actor: int | None, now: datetime, **values: Any) -> bool:
    """Who did not come and has booked again since comes by that; of what is fetched once it is fetched by that."""
    try:
        with db.savepoint("settled"):
            return booking.go(db, one, after, actor, now, due=None, **values)
    except IntegrityError:
        return False


def miss(db: Db, one: Row[Any], officer: int, now: datetime) -> bool:
    return booking.go(db, one, "absent", officer, now, by_id=officer, settled=now, due=None)


def pass_over(db: Db, one: Row[Any], officer: int, now: datetime) -> bool:
    """He was called and is not there: he is called once more, after the next ones."""
    others = [each for each in line_of(db, one, now) if each.id != one.id]
    since = now if len(others) < AFTER else (others[AFTER - 1].came or others[AFTER - 1].at) + _MOMENT
    back = "queued" if one.starts is None else "arrived"
    return booking.go(db, one, back, officer, now, came=since, passed=one.passed + 1)


def leave(db: Db, one: Row[Any], member: int, now: datetime) -> bool:
    """He waits no longer."""
    return booking.go(db, one, "cancelled", member, now, settled=now, due=None)


# At the end of the day.


def left_over(db: Db, today: date, most: int) -> list[Row[Any]]:
    """Who stood in line on an earlier day, and of whom nothing was said."""
    return list(db.rows(_LEFT_OVER, today=today, most=most))


def oldest(db: Db) -> date | None:
    """The day of the first of all who stand in line."""
    found: date | None = db.value(_OLDEST)
    return found


def close(db: Db, one: Row[Any], now: datetime) -> None:
    """Who drew a number and was never called loses nothing; who came was served, as far as anybody knows."""
    after = "cancelled" if one.state == "queued" else "served"
    booking.go(db, one, after, None, now, settled=now)
