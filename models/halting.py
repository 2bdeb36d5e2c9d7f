"""That a notice as a whole is paused, goes on or is stopped: at once for whoever sends, and its rows slice by slice."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, column, func, select, table, text, update

from models.database import Db
from models.delivery import DELIVERY, channel_of

# Where what belongs to a paused notice stands instead of its channel: nobody looks for it there.
PAUSED = "paused"
# So many rows are paused, resumed or stopped at once.
_MOVED_AT_ONCE = 2000
# Of the notices what is to become of their deliveries.
_NOTICE = table("notice", column("id"), column("halt"))

_HALT = update(_NOTICE).where(_NOTICE.c.id == bindparam("notice")).values(halt=bindparam("what"))
_HALTING = (
    select(_NOTICE.c.id, _NOTICE.c.halt)
    .where(text("halt IS NOT NULL"), _NOTICE.c.halt.in_(["pausing", "resuming", "stopping"]))
    .order_by(_NOTICE.c.id)
    .limit(1)
)
_OF_IT = (DELIVERY.c.notice_id == bindparam("notice"), DELIVERY.c.state == "pending")
_CLAIMED = and_(DELIVERY.c.notice_id == bindparam("notice"), DELIVERY.c.state == "sending", ~DELIVERY.c.begun)


def _slice(*conditions: Any) -> Any:
    return DELIVERY.c.id.in_(
        select(DELIVERY.c.id)
        .where(*conditions)
        .order_by(DELIVERY.c.id)
        .limit(_MOVED_AT_ONCE)
        .with_for_update()
    )


_SKIP = {"state": "skipped", "settled": bindparam("now"), "reason": "stopped"}
_STOP = update(DELIVERY).where(_slice(*_OF_IT)).values(_SKIP)
_STOP_CLAIMED = update(DELIVERY).where(_CLAIMED).values(_SKIP)
_PAUSE = update(DELIVERY).where(_slice(*_OF_IT, DELIVERY.c.via != PAUSED)).values(via=PAUSED)
_RESUME = (
    update(DELIVERY)
    .where(_slice(*_OF_IT, DELIVERY.c.via == PAUSED))
    .values(via=func.coalesce(channel_of(DELIVERY.c.address_id), ""))
)


def pause(db: Db, notice: int) -> None:
    """From now on nothing of it is begun, until `resume`; what is on its way arrives."""
    db.run(_HALT, notice=notice, what="pausing")


def resume(db: Db, notice: int) -> None:
    """It goes on where it was paused."""
    db.run(_HALT, notice=notice, what="resuming")


def stop(db: Db, notice: int, now: datetime) -> None:
    """From now on nothing of it is begun, for good; what waits is skipped, the first of it at once."""
    db.run(_HALT, notice=notice, what="stopping")
    db.run(_STOP_CLAIMED, notice=notice, now=now)
    db.run(_STOP, notice=notice, now=now)


def halt(db: Db, now: datetime) -> bool:
    """One slice of what was paused, resumed or stopped, so that nobody has to step over it; True where there was some."""
    halting = db.row(_HALTING)
    if halting is None:
        return False
    moves = {"pausing": _PAUSE, "resuming": _RESUME, "stopping": _STOP}
    given = {"now": now} if halting.halt == "stopping" else {}
    if db.run(moves[halting.halt], notice=halting.id, **given) == 0:
        done = {"pausing": "paused", "resuming": None, "stopping": "stopped"}
        db.run(_HALT, notice=halting.id, what=done[halting.halt])
    return True
