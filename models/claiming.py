"""What is due is claimed for a while: what somebody has let go first, then what waits."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, exists, literal, or_, select, text, union_all, update

from models import delivery_attempt, settling
from models.claim import AHEAD, ALL_OURS, LEASE, MANY, Claim, by_attempt, slices
from models.database import Db
from models.delivery import DELIVERY, LANES, NEVER, WAITS
from models.member import ADDRESS
from models.settling import MOST_DOUBTS

_UNDER_WAY = DELIVERY.alias("under_way")
_IS_TRIED_AGAIN = and_(
    _UNDER_WAY.c.state == "pending",
    _UNDER_WAY.c.id < DELIVERY.c.id,
    _UNDER_WAY.c.failures + _UNDER_WAY.c.doubts > 0,
    ~_UNDER_WAY.c.held,
    _UNDER_WAY.c.due < NEVER,
)
# What somebody is being sent comes to its end before the next one, so that he reads them in order. Nothing waits
# behind what goes after it.
_IS_FREE = ~exists().where(
    _UNDER_WAY.c.address_id == DELIVERY.c.address_id,
    _UNDER_WAY.c.number.is_(None),
    _UNDER_WAY.c.due > bindparam("now"),
    _UNDER_WAY.c.lane <= DELIVERY.c.lane,
    or_(_UNDER_WAY.c.state == "sending", _IS_TRIED_AGAIN),
)
_DUE = (
    DELIVERY.c.lane == bindparam("lane"),
    DELIVERY.c.via == bindparam("via"),
    DELIVERY.c.due <= bindparam("now"),
)
_TAKE = (
    select(
        *(DELIVERY.c[name] for name in ("id", "state", "attempts", "failures", "doubts", "begun", "sent")),
        *(DELIVERY.c[name] for name in ("lane", "via", "notice_id", "address_id", "member_id")),
    )
    .join(ADDRESS, ADDRESS.c.id == DELIVERY.c.address_id)
    .where(*_DUE, _IS_FREE, or_(ADDRESS.c.stopped.is_(None), ADDRESS.c.stopped <= bindparam("now")))
    .order_by(DELIVERY.c.due, DELIVERY.c.id)
    .limit(bindparam("most"))
    # Other processes step over what one of them is claiming (PostgreSQL; SQLite has one writer).
    .with_for_update(of=DELIVERY, skip_locked=True)
)
# But answers, what goes to one chat has a distance.
_APART = or_(ADDRESS.c.free.is_(None), ADDRESS.c.free <= bindparam("now"), ADDRESS.c.free > bindparam("far"))


@cache
def _taking(lane: int, lapsed: bool, members: bool, there: bool) -> Select[Any]:
    """`lapsed`: of what somebody has let go, else of what waits."""
    statement = _TAKE if lane == LANES["reply"] else _TAKE.where(_APART)
    state = "delivery.state = 'sending'" if lapsed else f"delivery.{WAITS} AND delivery.state = 'pending'"
    statement = statement.where(text(state))
    if members:
        statement = statement.where(DELIVERY.c.member_id.is_not(None))
    return statement.where(ADDRESS.c.key == bindparam("there")) if there else statement


_HOLD = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("deliveries", expanding=True)))
    .values(
        state="sending",
        due=bindparam("until"),
        attempts=DELIVERY.c.attempts + 1,
        begun=bindparam("is_begun"),
        held=False,
    )
)
_DOUBT = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("deliveries", expanding=True)))
    .values(doubts=DELIVERY.c.doubts + 1)
)
_BEGIN = update(DELIVERY).where(*ALL_OURS).values(begun=True).returning(DELIVERY.c.id)
_RENEW = update(DELIVERY).where(*ALL_OURS).values(due=bindparam("until")).returning(DELIVERY.c.id)


@cache
def _ripe(channels: tuple[str, ...], lanes: tuple[int, ...]) -> Any:
    """Which lanes of which channels have something due: one statement that only touches the index."""
    due = DELIVERY.alias("ripe")
    return union_all(
        *(
            select(literal(lane).label("lane"), literal(via).label("via")).where(
                exists().where(
                    text(f"ripe.{WAITS}"), due.c.lane == lane, due.c.via == via, due.c.due <= bindparam("now")
                )
            )
            for lane in lanes
            for via in channels
        )
    )


def ripe(db: Db, now: datetime, channels: Collection[str]) -> list[tuple[int, str]]:
    """The lanes and channels on which something is due, those that go first first."""
    if not channels:
        return []
    rows = db.rows(_ripe(tuple(sorted(channels)), tuple(LANES.values())), now=now)
    return sorted((row.lane, row.via) for row in rows)


def take(
    db: Db,
    now: datetime,
    lane: int,
    via: str,
    most: int,
    *,
    there: str | None = None,
    begun: bool = True,
    one_each: bool = False,
    lapsed: bool = True,
    members: bool = False,
) -> list[Claim]:
    """Takes what is due on one lane of one channel, earliest first; with `there`, only for that key of it.

    Nobody else takes the same until the lease ends. `begun`: it will be sent at once; `one_each`: of each address
    the first alone; `lapsed`: also what another one has let go; `members`: only what may go another way.
    """
    due: dict[str, Any] = {"now": now, "lane": lane, "via": via, "most": most}
    if lane != LANES["reply"]:
        due["far"] = now + AHEAD
    given = due if there is None else {**due, "there": there}
    rows: list[Row[Any]] = []
    if lapsed:
        # First what somebody has let go: its due is the end of his lease, behind much that was due before.
        rows += db.rows(_taking(lane, True, members, there is not None), **given)
    if len(rows) < most:
        rest = _taking(lane, False, members, there is not None)
        rows += db.rows(rest, **{**given, "most": most - len(rows)})
    if one_each:
        rows = list({row.address_id: row for row in reversed(rows)}.values())[::-1]
    until, again, claims = now + LEASE, [], []
    for row in rows:
        doubts = row.doubts
        if row.state == "sending":
            _lapse(db, row, now)
            doubts += row.begun
            if doubts > row.doubts and (row.lane >= MANY or doubts >= MOST_DOUBTS):
                ours = Claim(row.id, row.attempts, now)
                settling.settle(db, ours, "unknown", now, "nobody said whether it was sent")
                continue
            again += [row.id] if doubts > row.doubts else []
        where = (row.lane, row.via, row.notice_id, row.address_id, row.member_id)
        claims.append(Claim(row.id, row.attempts + 1, until, row.failures, doubts, *where, begun=begun))
    if again:
        db.run(_DOUBT, deliveries=again)
    for some in slices([each.delivery for each in claims]):
        db.run(_HOLD, deliveries=some, until=until, is_begun=begun)
    return claims


def _lapse(db: Db, row: Row[Any], now: datetime) -> None:
    why = "begun, and not heard of any more" if row.begun else "never begun"
    delivery_attempt.keep(db, row.id, row.address_id, now, "lapsed", why)


def claim(
    db: Db, now: datetime, channels: Collection[str], most: int, there: str | None = None
) -> list[Claim]:
    """Takes what is due on these channels, lane by lane; at most so many of each."""
    claims: list[Claim] = []
    for lane, via in ripe(db, now, channels):
        claims += take(db, now, lane, via, most - len(claims), there=there)
        if len(claims) >= most:
            break
    return claims


def begin(db: Db, claims: Sequence[Claim]) -> set[int]:
    """Notes before their calls that these may be on their way; gives those that are still ours."""
    return {
        row.id
        for attempt, some in by_attempt(claims)
        for row in db.rows(_BEGIN, deliveries=some, attempt=attempt)
    }


def renew(db: Db, claims: Sequence[Claim], until: datetime) -> set[int]:
    """Whoever holds these lives; gives those that are still his."""
    return {
        row.id
        for attempt, some in by_attempt(claims)
        for row in db.rows(_RENEW, deliveries=some, attempt=attempt, until=until)
    }
