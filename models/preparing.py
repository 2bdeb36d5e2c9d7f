"""What is asked at the last moment before something goes out: does it still make sense, and where is it read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from models import consent, delivery_attempt, reach, settling, still
from models.claim import Claim
from models.conversation import CONVERSATION
from models.database import Db
from models.delivery import DELIVERY, LANES, NEVER, UNREACHABLE
from models.halting import PAUSED
from models.member import ADDRESS, MEMBER
from models.notice import NOTICE, Outgoing, Part
from models.reach import Place, Way
from models.schedule import Schedule

_ROWS = (
    select(
        DELIVERY.c.id,
        DELIVERY.c.sent,
        DELIVERY.c.notice_id,
        DELIVERY.c.member_id.label("meant"),
        ADDRESS.c.id.label("address"),
        ADDRESS.c.channel,
        ADDRESS.c.key,
        ADDRESS.c.member_id,
        ADDRESS.c.closed,
        CONVERSATION.c.free_until,
        CONVERSATION.c.free_left,
        MEMBER.c.language,
    )
    .select_from(
        DELIVERY.join(ADDRESS, ADDRESS.c.id == DELIVERY.c.address_id)
        .outerjoin(MEMBER, MEMBER.c.id == ADDRESS.c.member_id)
        .outerjoin(CONVERSATION, CONVERSATION.c.address_id == ADDRESS.c.id)
    )
    .where(DELIVERY.c.id.in_(bindparam("deliveries", expanding=True)))
)
_NOTICES = select(
    *(NOTICE.c[name] for name in ("id", "cards", "purpose", "kind", "still", "rests", "halt", "expires"))
).where(NOTICE.c.id.in_(bindparam("notices", expanding=True)))
_MOVE = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("delivery"))
    .values(address_id=bindparam("address"), via=bindparam("channel"))
)
_TOLD_THERE = select(DELIVERY.c.id).where(
    DELIVERY.c.notice_id == bindparam("notice"), DELIVERY.c.address_id == bindparam("address")
)
_PARK = update(DELIVERY).where(DELIVERY.c.id == bindparam("delivery")).values(via=PAUSED)


@dataclass(slots=True)
class _Told:
    """A notice that several are told: read once, as is what channels make of it."""

    row: Row[Any]
    parts: tuple[Part, ...] | None
    made: dict[Any, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Desk:
    """What is known of a batch. `ways` None: everything goes where it was to go."""

    now: datetime
    schedule: Schedule | None
    ways: Mapping[str, Way] | None
    rows: dict[int, Row[Any]]
    notices: dict[int, _Told]
    places: dict[int, list[Place]]
    grants: dict[int, set[str]]
    refused: dict[int, set[int]]
    agree: dict[str, set[int]]
    # Of each notice the members for whom it makes no sense any more, and why.
    needless: dict[int, Mapping[int, str]]


def prepare(
    db: Db,
    claims: Sequence[Claim],
    now: datetime,
    schedule: Schedule | None = None,
    ways: Mapping[str, Way] | None = None,
) -> list[Outgoing]:
    """What of these is to be sent; what makes no sense any more is settled, what is to wait is put off.

    `ways` are the channels that are served; what is for a member goes by the best of them.
    """
    desk = _lay_out(db, claims, now, schedule, ways)
    found = (_prepare(db, desk, each) for each in claims if each.delivery in desk.rows)
    return [each for each in found if each is not None]


def _lay_out(
    db: Db,
    claims: Sequence[Claim],
    now: datetime,
    schedule: Schedule | None,
    ways: Mapping[str, Way] | None,
) -> _Desk:
    """Everything that the batch takes, in few statements."""
    if not claims:
        return _Desk(now, schedule, ways, {}, {}, {}, {}, {}, {}, {})
    rows = {row.id: row for row in db.rows(_ROWS, deliveries=[each.delivery for each in claims])}
    wanted = sorted({row.notice_id for row in rows.values()})
    notices = {row.id: _Told(row, _parts(row)) for row in db.rows(_NOTICES, notices=wanted)}
    meant = sorted({row.meant for row in rows.values() if row.meant is not None})
    places = reach.places(db, meant) if ways is not None else {}
    grants = reach.grants(db, [each for some in places.values() for each in some], ways or {})
    again = [each.delivery for each in claims if each.attempts > 1]
    refused = delivery_attempt.refused(db, again) if ways is not None else {}
    agree: dict[str, set[int]] = {}
    needless: dict[int, Mapping[int, str]] = {}
    for told in notices.values():
        purpose = told.row.purpose
        if purpose and purpose not in agree:
            readers = sorted({row.meant or row.member_id or 0 for row in rows.values()})
            agree[purpose] = consent.holders(db, readers, purpose)
        if still.asks_each(told.row.still):
            those = [row.meant for row in rows.values() if row.notice_id == told.row.id and row.meant]
            needless[told.row.id] = still.why_not_for(db, told.row.still, those, now)
    return _Desk(now, schedule, ways, rows, notices, places, grants, refused, agree, needless)


def _parts(row: Row[Any]) -> tuple[Part, ...] | None:
    """None for what another version wrote."""
    try:
        return tuple(Part.load(card) for card in row.cards)
    except (KeyError, TypeError, ValueError):
        return None


def _prepare(db: Db, desk: _Desk, claim: Claim) -> Outgoing | None:
    row, now = desk.rows[claim.delivery], desk.now
    told = desk.notices[row.notice_id]
    if _is_put_aside(db, desk, claim, told.row):
        return None
    purpose, reader = told.row.purpose, row.meant or row.member_id
    if purpose and reader not in desk.agree[purpose]:
        settling.settle(db, claim, "skipped", now, f"no consent to {purpose}")
        return None
    if why := _why_not(db, desk, told.row, reader):
        settling.settle(db, claim, "skipped", now, why)
        return None
    if told.parts is None:
        settling.settle(db, claim, "failed", now, "written by another version")
        return None
    if row.meant is None or desk.ways is None:
        if row.closed:
            settling.settle(db, claim, "skipped", now, "nobody is reached there any more")
            return None
        place = Place(row.address, row.channel, row.key, reach.window_of(row))
    else:
        chosen = _choose(db, desk, claim, told.row)
        if chosen is None:
            return None
        place = chosen
    claim = replace(claim, address=place.address, via=place.channel)
    language = row.language or told.parts[0].language or "zh-Hans"
    return Outgoing(
        claim,
        place.address,
        place.channel,
        place.key,
        row.member_id,
        language,
        told.parts,
        row.sent,
        place.window,
        told.row.kind,
        told.row.expires,
        row.meant is not None and desk.ways is not None,
        told.made,
    )


def _why_not(db: Db, desk: _Desk, told: Row[Any], reader: int | None) -> str | None:
    if told.still is None:
        return None
    if told.id in desk.needless:
        return desk.needless[told.id].get(reader or 0)
    return still.why_not(db, told.still, desk.now)


def _is_put_aside(db: Db, desk: _Desk, claim: Claim, told: Row[Any]) -> bool:
    """Whether it does not go out now, whoever reads it."""
    now = desk.now
    if told.expires and told.expires <= now:
        settling.settle(db, claim, "expired", now, "too late to be of use")
        return True
    if told.halt in ("stopping", "stopped"):
        settling.settle(db, claim, "skipped", now, "stopped")
        return True
    if told.halt in ("pausing", "paused"):
        settling.rest(db, claim, now)
        db.run(_PARK, delivery=claim.delivery)
        return True
    if told.rests and claim.lane != LANES["reply"] and desk.schedule and desk.schedule.rests(now):
        settling.rest(db, claim, desk.schedule.awake(now))
        return True
    return False


def _choose(db: Db, desk: _Desk, claim: Claim, told: Row[Any]) -> Place | None:
    """Where a member is told it; None where there is no way now, which is settled then."""
    row, ways = desk.rows[claim.delivery], desk.ways or {}
    tried = desk.refused.get(claim.delivery, set())
    open_to_us = [each for each in desk.places.get(row.meant, []) if each.channel in ways]
    left = [each for each in open_to_us if each.address not in tried]
    # What he has read in part goes on where he has read it.
    left.sort(key=lambda each: row.sent > 0 and each.address != row.address)
    for place in left:
        granted = desk.grants.get(place.address, set())
        if ways[place.channel].may_write(place.window, told.kind, granted, desk.now):
            return place if place.address == row.address or _move(db, desk, claim, place) else None
    waits = [each for each in open_to_us if ways[each.channel].windowed]
    if waits and not claim.is_for_many:
        # There is no other way than to wait until he writes.
        if waits[0].address == row.address or _move(db, desk, claim, waits[0]):
            until = told.expires or NEVER
            settling.hold(db, claim, desk.now, "nobody may write there now", row.sent, until)
        return None
    settling.settle(db, claim, "failed", desk.now, UNREACHABLE)
    return None


def _move(db: Db, desk: _Desk, claim: Claim, place: Place) -> bool:
    """It goes there from now on; False where the same was told there already."""
    row = desk.rows[claim.delivery]
    if db.value(_TOLD_THERE, notice=row.notice_id, address=place.address) is not None:
        settling.settle(db, claim, "skipped", desk.now, "told there already")
        return False
    db.run(_MOVE, delivery=claim.delivery, address=place.address, channel=place.channel)
    return True
