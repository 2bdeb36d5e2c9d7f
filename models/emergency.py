"""Emergency notices: the place concerned is told at once, everybody else spread so that answers stay fast."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Row, Select, bindparam, func, insert, or_, select, update
from sqlmodel import Field, SQLModel

from models import audience as audiences
from models import broadcast, broadcasting, delivery, duty, notice
from models.acknowledgement import ACKNOWLEDGEMENT
from models.audience import Audience, Counts
from models.broadcast import BROADCAST
from models.broadcasting import USEFUL
from models.card import Card
from models.database import Db, table_of
from models.delivery import DELIVERY
from models.member import ADDRESS, MEMBER, told_at
from models.personal import impersonal
from models.place import above, below
from models.still import still, still_for

# Everybody is told within this time, and in less where so many a second leave the answers fast: see
# reference/scale.md, 2; of a thousand told in a second some hundred answer in the next ones.
SPREAD = timedelta(minutes=10)
CALM = 300
# Of so many keys of members is one slice of the place concerned made.
SLICE = 2000
AGAIN_SLICE = 1000
_EVERY_KEY = 2**31 - 1
# So many are counted one by one.
_COUNTED = 2000
# Of those that wait for approval.
_LOOKED_AT = 10


class Emergency(SQLModel, table=True):
    """What a broadcast of this kind has besides: `place_id` is the place concerned, `seconds` over how long the
    others are told. Members of the place up to the key `first` have their delivery; `again` are the keys of
    the notices that went once more to who was silent: of the newest, members up to `cursor` have a delivery, and
    `due` is when the next slice of it is entered. `drill`: nothing happened, it is practised.
    """

    broadcast_id: int = Field(foreign_key="broadcast.id", primary_key=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    drill: bool
    seconds: int
    first: int = 0
    again: list[int] = Field(sa_column=Column(JSON, nullable=False))
    cursor: int = 0
    due: datetime | None = Field(default=None, index=True)


EMERGENCY = table_of(Emergency)
_INSERT = insert(EMERGENCY)
_OF = select(EMERGENCY).where(EMERGENCY.c.broadcast_id == bindparam("broadcast"))
_GO_ON = (
    update(EMERGENCY)
    .where(EMERGENCY.c.broadcast_id == bindparam("broadcast"), EMERGENCY.c.first == bindparam("before"))
    .values(first=bindparam("until"))
)
_AGAIN = (
    update(EMERGENCY)
    .where(EMERGENCY.c.broadcast_id == bindparam("broadcast"))
    .values(again=bindparam("notices", type_=EMERGENCY.c.again.type), cursor=0, due=bindparam("now"))
)
_CURSOR = (
    update(EMERGENCY)
    .where(EMERGENCY.c.broadcast_id == bindparam("broadcast"))
    .values(cursor=bindparam("until"), due=bindparam("at"))
)
_DUE = select(EMERGENCY).where(EMERGENCY.c.due <= bindparam("now")).order_by(EMERGENCY.c.due).limit(1)
_NEXT_DUE = select(func.min(EMERGENCY.c.due))
_ANSWERED = select(ACKNOWLEDGEMENT.c.member_id).where(
    ACKNOWLEDGEMENT.c.broadcast_id == bindparam("broadcast"),
    ACKNOWLEDGEMENT.c.member_id.in_(bindparam("members", expanding=True)),
)
_CHANNELS = (
    select(ADDRESS.c.channel, func.count().label("people"))
    .where(ADDRESS.c.closed.is_(None), ADDRESS.c.member_id.is_not(None))
    .group_by(ADDRESS.c.channel)
)
_PROPOSED = (
    select(BROADCAST)
    .where(BROADCAST.c.kind == "emergency", BROADCAST.c.state == "proposed")
    .order_by(BROADCAST.c.id.desc())
    .limit(_LOOKED_AT)
)
_NEWEST_OF = (
    select(BROADCAST.c.number)
    .join(EMERGENCY, EMERGENCY.c.broadcast_id == BROADCAST.c.id)
    .where(
        BROADCAST.c.began.is_not(None),
        or_(
            BROADCAST.c.author_id == bindparam("member"),
            EMERGENCY.c.place_id.in_(bindparam("places", expanding=True)),
        ),
    )
    .order_by(BROADCAST.c.id.desc())
    .limit(1)
)


def propose(
    db: Db, author: int, texts: dict[str, str], audience: Audience, place: int, now: datetime, *, drill: bool
) -> Row[Any]:
    """Written down as a broadcast that waits for its approval. Raises Refusal where its author is not staff of `place`.

    The audience may be wider than his own places: then somebody who is staff of all of it approves.
    """
    duty.check(db, author, place)
    found = broadcast.propose(db, author, texts, audience, now, kind="emergency")
    seconds = seconds_for(Counts(found.recipients, found.unreachable))
    # Where the whole community is concerned, nobody is told before the others.
    first = 0 if len(above(db, place)) > 1 else _EVERY_KEY
    db.run(
        _INSERT,
        broadcast_id=found.id,
        place_id=place,
        drill=drill,
        seconds=seconds,
        first=first,
        again=[],
        cursor=0,
    )
    return found


def of(db: Db, key: int) -> Row[Any]:
    """What this broadcast has besides as an emergency."""
    row = db.row(_OF, broadcast=key)
    assert row is not None
    return row


def needs_second(db: Db, audience: Audience, author: int, recipients: int) -> bool:
    """Whether somebody else has to approve it: for many, for several buildings, for more than he is staff of."""
    own = all(duty.covers(db, author, place) for place in audiences.scope(db, audience))
    return not own or broadcast.way(db, audience, recipients) == "second"


def tell_slice(db: Db, found: Row[Any], now: datetime) -> bool:
    """Enters the next slice: of the place concerned first, all of it at once; False where all are entered by now."""
    own = of(db, found.id)
    if own.first < found.newest:
        until = min(own.first + SLICE, found.newest)
        there = broadcast.members_of(db, found).where(
            MEMBER.c.id > own.first, MEMBER.c.id <= until, _is_in(db, own.place_id)
        )
        if db.run(_GO_ON, broadcast=found.id, before=own.first, until=until):
            delivery.fan_out(db, found.notice_id, there, now, now, "urgent", SLICE)
        return True
    return broadcasting.tell_slice(db, found, now, due(found, own, now))


def due(found: Any, own: Row[Any], now: datetime) -> datetime:
    """Evenly over the time, by how far the slices got in the order of members."""
    share = found.told / found.newest if found.newest else 0
    at: datetime = found.began + timedelta(seconds=own.seconds * share)
    return max(at, now)


def _is_in(db: Db, place: int) -> Any:
    there = below(db, [place])
    return or_(MEMBER.c.home_id.in_(there), MEMBER.c.work_id.in_(there))


def lasts(db: Db, audience: Audience, counted: Counts, paces: Mapping[str, float]) -> float:
    """Seconds until all are told: what we take our time for, or what the slowest channel takes.

    `paces` are the channels that bear only so many messages a second.
    """
    there = per_channel(db, audience, counted) if paces else {}
    slowest = max((there.get(channel, 0) / pace for channel, pace in paces.items()), default=0.0)
    return max(seconds_for(counted), slowest)


def seconds_for(counted: Counts) -> int:
    """Over how long so many are told, but for those of the place concerned."""
    return min(int(SPREAD.total_seconds()), (counted.recipients + counted.unreachable) // CALM)


def per_channel(db: Db, audience: Audience, counted: Counts) -> dict[str, float]:
    """How many of an audience would be told on each channel; of a large one by their share among everybody."""
    if counted.recipients > _COUNTED:
        shares = {row.channel: row.people for row in db.rows(_CHANNELS)}
        return {name: counted.recipients * people / sum(shares.values()) for name, people in shares.items()}
    meant = audiences.members(db, audience, all_of_them=True).order_by(None)
    each = meant.add_columns(told_at(MEMBER.c.id).label("address")).subquery()
    told = select(ADDRESS.c.channel, func.count().label("people")).join(each, each.c.address == ADDRESS.c.id)
    return {row.channel: row.people for row in db.rows(told.group_by(ADDRESS.c.channel))}


def send_again(db: Db, found: Row[Any], cards: Collection[Card], now: datetime) -> None:
    """Once more, to those who did not answer until it goes out; `cards` are what they see."""
    again = of(db, found.id).again
    key = f"emergency:{found.number}:again:{len(again) + 1}"
    written = notice.write(
        db, cards, now, key=key, kind="emergency", still=f"emergency {found.id}", expires=now + USEFUL
    )
    if written is not None:
        db.run(_AGAIN, broadcast=found.id, notices=[*again, written], now=now)


def send_slice(db: Db, now: datetime) -> bool:
    """Enters one slice of what goes out once more; True while there may be more."""
    own = db.row(_DUE, now=now)
    if own is None:
        return False
    found = broadcast.read(db, own.broadcast_id)
    after = silent(found).where(DELIVERY.c.member_id > own.cursor)
    last = delivery.fan_out(db, own.again[-1], after, now, now, "urgent", AGAIN_SLICE)
    goes_on = last > 0 and found.state != "stopped"
    db.run(_CURSOR, broadcast=own.broadcast_id, until=last or own.cursor, at=now if goes_on else None)
    return True


def next_due(db: Db) -> datetime | None:
    """When the next slice of what goes out once more is entered."""
    at: datetime | None = db.value(_NEXT_DUE)
    return at


@still("launch")
def _waits_for_approval(db: Db, key: int, _now: datetime) -> str | None:
    """Asked before somebody is asked to approve it."""
    return None if broadcast.read(db, key).state == "proposed" else "approved meanwhile"


@still_for("emergency")
def _still_silent(db: Db, key: str, members: Collection[int], _now: datetime) -> Mapping[int, str]:
    """Asked before it goes out once more."""
    answered = db.rows(_ANSWERED, broadcast=int(key), members=list(members))
    return {row.member_id: "answered by now" for row in answered}


def silent(found: Row[Any]) -> Select[Any]:
    """The keys of those who were meant and did not answer, in their order; also of whom nothing reached then."""
    answered = select(ACKNOWLEDGEMENT.c.member_id).where(ACKNOWLEDGEMENT.c.broadcast_id == found.id)
    return (
        select(DELIVERY.c.member_id)
        .where(DELIVERY.c.notice_id == found.notice_id, DELIVERY.c.member_id.not_in(answered))
        .order_by(DELIVERY.c.member_id)
    )


def notices(db: Db, found: Row[Any]) -> list[int]:
    """The notice that went to everybody, and behind it those that went to the silent once more."""
    return [found.notice_id, *of(db, found.id).again]


def proposed(db: Db) -> list[Row[Any]]:
    """Those that wait for somebody's approval, the newest first."""
    return list(db.rows(_PROPOSED))


def newest_of(db: Db, member: int, places: Collection[int]) -> int | None:
    """The number of the newest that began and that he wrote, or that concerns one of these places."""
    number: int | None = db.value(_NEWEST_OF, member=member, places=list(places))
    return number


impersonal(EMERGENCY, "what it is about; whom it was for stands in the deliveries")
