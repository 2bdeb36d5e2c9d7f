"""What became of a delivery is written down once, by whoever holds it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from models import delivery_attempt
from models.claim import ALL_OURS, OURS, Claim, by_attempt, slices
from models.database import Db
from models.delivery import DELIVERY, NEVER, Final
from models.delivery_attempt import Outcome
from models.member import ADDRESS

# So often is it tried where the way there fails for the moment, after waits that double.
MOST_FAILURES = 10
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = FIRST_WAIT * 2**MOST_FAILURES
# Whoever died in the middle of sending may have sent it: it is tried once more, and then left.
MOST_DOUBTS = 2
_JUST_AFTER = timedelta(milliseconds=1)

_ARRIVED = (
    update(DELIVERY)
    .where(*ALL_OURS)
    .values(state="sent", settled=bindparam("now"), reason=None)
    .returning(DELIVERY.c.id, DELIVERY.c.address_id)
)
_COUNT_ALL = (
    update(ADDRESS)
    .where(
        # Locked in their order: two couriers never wait for each other.
        ADDRESS.c.id.in_(
            select(ADDRESS.c.id)
            .where(ADDRESS.c.id.in_(bindparam("addresses", expanding=True)))
            .order_by(ADDRESS.c.id)
            .with_for_update()
        )
    )
    .values(told=ADDRESS.c.told + 1)
)
_NUMBER_ALL = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("deliveries", expanding=True)))
    .values(number=select(ADDRESS.c.told).where(ADDRESS.c.id == DELIVERY.c.address_id).scalar_subquery())
)
_SETTLE = (
    update(DELIVERY)
    .where(*OURS)
    .values(state=bindparam("final"), settled=bindparam("now"), reason=bindparam("why"))
    .returning(DELIVERY.c.address_id)
)
_COUNT = update(DELIVERY).where(DELIVERY.c.id == bindparam("delivery")).values(number=bindparam("nth"))
_WAIT = (
    update(DELIVERY)
    .where(*OURS)
    .values(
        state="pending",
        due=bindparam("until"),
        held=bindparam("is_held"),
        begun=False,
        reason=bindparam("why"),
        sent=bindparam("already"),
        failures=bindparam("failed"),
        doubts=bindparam("doubted"),
    )
)
_UNTOUCHED = update(DELIVERY).where(*ALL_OURS).values(state="pending", due=bindparam("until"), begun=False)
_DUE_AT = select(DELIVERY.c.due).where(DELIVERY.c.id == bindparam("delivery"), DELIVERY.c.state == "pending")


def arrived(db: Db, claims: Sequence[Claim], now: datetime) -> set[int]:
    """These were sent; gives those that were still ours to say so of."""
    found = [
        row
        for attempt, some in by_attempt(claims)
        for row in db.rows(_ARRIVED, deliveries=some, attempt=attempt, now=now)
    ]
    order = {each.delivery: nth for nth, each in enumerate(claims)}
    left = sorted(found, key=lambda row: order[row.id])
    while left:
        # Of one address one after the other, as they came.
        first = {row.address_id: row for row in reversed(left)}
        for some in slices(sorted(row.id for row in first.values())):
            there = sorted(row.address_id for row in first.values() if row.id in set(some))
            db.run(_COUNT_ALL, addresses=there)
            db.run(_NUMBER_ALL, deliveries=some)
        gone = {row.id for row in first.values()}
        left = [row for row in left if row.id not in gone]
    return {row.id for row in found}


def settle(db: Db, claimed: Claim, final: Final, now: datetime, why: str | None = None) -> bool:
    """What became of it. False where the lease was lost meanwhile: then it is another one's to say."""
    if final == "sent":
        return bool(arrived(db, [claimed], now))
    ours = {"delivery": claimed.delivery, "attempt": claimed.attempts}
    # Nothing is given where it is another one's by now, or erased with its reader.
    return bool(db.rows(_SETTLE, **ours, final=final, now=now, why=why))


def put_off(
    db: Db, claimed: Claim, now: datetime, why: str, wait: timedelta | None = None, sent: int = 0
) -> bool:
    """The way there failed for the moment: it is tried again later, or has failed. False as with `settle`.

    `sent` of its messages went out by now, and are not sent again.
    """
    failed = claimed.failures + 1
    if failed >= MOST_FAILURES:
        return settle(db, claimed, "failed", now, why)
    wait = wait or FIRST_WAIT * 2 ** (failed - 1)
    return _wait(db, replace(claimed, failures=failed), now, now + wait, why, sent, "later")


def refuse_for(db: Db, claimed: Claim, now: datetime, why: str, wait: timedelta, sent: int = 0) -> bool:
    """The platform wants to hear nothing for so long, which is no failure of this one. False as with `settle`."""
    if claimed.attempts >= MOST_FAILURES**2:
        return settle(db, claimed, "failed", now, why)
    return _wait(db, claimed, now, now + wait, why, sent, "later")


def doubt(
    db: Db, claimed: Claim, now: datetime, why: str, wait: timedelta | None = None, sent: int = 0
) -> bool:
    """Nobody knows whether it arrived: what is for one is tried once more, what is for many never. False as with `settle`."""
    doubts = claimed.doubts + 1
    if claimed.is_for_many or doubts >= MOST_DOUBTS:
        return settle(db, claimed, "unknown", now, why)
    until = now + (wait or FIRST_WAIT)
    return _wait(db, replace(claimed, doubts=doubts), now, until, why, sent, "doubted")


def hold(db: Db, claimed: Claim, now: datetime, why: str, sent: int = 0, until: datetime = NEVER) -> bool:
    """It waits until its reader writes again, see `delivery.release`. False as with `settle`."""
    return _wait(db, claimed, now, until, why, sent, "held")


def reroute(db: Db, claimed: Claim, now: datetime, why: str) -> bool:
    """It was refused there, and goes another way if there is one. False as with `settle`."""
    return _wait(db, claimed, now, now, why, 0, "elsewhere")


def rest(db: Db, claimed: Claim, until: datetime) -> bool:
    """It is not its hour; nothing was tried."""
    ours = {"deliveries": [claimed.delivery], "attempt": claimed.attempts}
    return db.run(_UNTOUCHED, **ours, until=until) == 1


def give_back(db: Db, claimed: Claim, behind: Claim, now: datetime, sent: int = 0) -> bool:
    """It was not tried: one before it at the same address is to be tried again first."""
    due = db.value(_DUE_AT, delivery=behind.delivery)
    # Behind what waits for its reader alone it does not wait.
    until = now if due is None or due >= NEVER else due + _JUST_AFTER
    return _wait(db, claimed, now, until, "waits behind another one", sent, None)


def give_up(db: Db, claims: Sequence[Claim], until: datetime) -> None:
    """These were not begun, and are due again then."""
    for attempt, some in by_attempt(claims):
        db.run(_UNTOUCHED, deliveries=some, attempt=attempt, until=until)


def _wait(
    db: Db, claimed: Claim, now: datetime, until: datetime, why: str, sent: int, outcome: Outcome | None
) -> bool:
    counts = {"failed": claimed.failures, "doubted": claimed.doubts}
    ours = {"delivery": claimed.delivery, "attempt": claimed.attempts}
    held = outcome == "held" and until > now
    waits = db.run(_WAIT, **ours, **counts, until=until, is_held=held, why=why, already=sent) == 1
    if waits and outcome is not None:
        delivery_attempt.keep(db, claimed.delivery, claimed.address or None, now, outcome, why)
    return waits
