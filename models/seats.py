"""The counters of seats and of who waits: they move with the state of a registration, and never past what there is."""

from sqlalchemy import BindParameter, bindparam, case, or_, select, update

from models.activity import ACTIVITY, PUBLISHED
from models.database import Db
from models.shift_role import SHIFT_ROLE

# Those that hold their seats: given, asked for (an organiser decides), or offered for a time.
HOLDING_STATES = ("confirmed", "pending", "offered")
_PARTY: BindParameter[int] = bindparam("party")
# A newcomer passes nobody who waits; who is offered a seat waited for it.
_FREE = or_(
    ACTIVITY.c.capacity.is_(None), ACTIVITY.c.taken + ACTIVITY.c.seats + _PARTY <= ACTIVITY.c.capacity
)
_HERE = ACTIVITY.c.id == bindparam("activity")
_TAKE = (
    update(ACTIVITY)
    .where(_HERE, PUBLISHED, ACTIVITY.c.waiting == 0, _FREE)
    .values(seats=ACTIVITY.c.seats + _PARTY)
)
_OFFER = update(ACTIVITY).where(_HERE, PUBLISHED, _FREE).values(seats=ACTIVITY.c.seats + _PARTY)
_GIVE_BACK = update(ACTIVITY).where(_HERE, ACTIVITY.c.seats >= _PARTY).values(seats=ACTIVITY.c.seats - _PARTY)
# An activity holds as many as its roles; of a role that has more than it needs by now, who leaves leaves no place.
_SPARE = (
    select(
        case(
            (SHIFT_ROLE.c.seats >= SHIFT_ROLE.c.capacity, _PARTY),
            (
                SHIFT_ROLE.c.seats + _PARTY > SHIFT_ROLE.c.capacity,
                SHIFT_ROLE.c.seats + _PARTY - SHIFT_ROLE.c.capacity,
            ),
            else_=0,
        )
    )
    .where(SHIFT_ROLE.c.id == bindparam("role"))
    .scalar_subquery()
)
_GIVE_BACK_OF_ROLE = _GIVE_BACK.values(capacity=ACTIVITY.c.capacity - _SPARE)
_QUEUE = update(ACTIVITY).where(_HERE).values(waiting=ACTIVITY.c.waiting + bindparam("more"))
_ROLE_HERE = SHIFT_ROLE.c.id == bindparam("role")
_ROLE_FREE = SHIFT_ROLE.c.seats + _PARTY <= SHIFT_ROLE.c.capacity
_TAKE_ROLE = (
    update(SHIFT_ROLE)
    .where(_ROLE_HERE, SHIFT_ROLE.c.waiting == 0, _ROLE_FREE)
    .values(seats=SHIFT_ROLE.c.seats + _PARTY)
)
_OFFER_ROLE = update(SHIFT_ROLE).where(_ROLE_HERE, _ROLE_FREE).values(seats=SHIFT_ROLE.c.seats + _PARTY)
_GIVE_BACK_ROLE = (
    update(SHIFT_ROLE)
    .where(_ROLE_HERE, SHIFT_ROLE.c.seats >= _PARTY)
    .values(seats=SHIFT_ROLE.c.seats - _PARTY)
)
_QUEUE_ROLE = update(SHIFT_ROLE).where(_ROLE_HERE).values(waiting=SHIFT_ROLE.c.waiting + bindparam("more"))


def count(db: Db, activity: int, role: int | None, party: int, before: str | None, after: str) -> bool:
    """Moves the counters of seats and of who waits, as a state follows another; False where no seat is left."""
    held, holds = before in HOLDING_STATES, after in HOLDING_STATES
    if waits := (after == "waiting") - (before == "waiting"):
        if role is None:
            db.run(_QUEUE, activity=activity, more=waits)
        else:
            db.run(_QUEUE_ROLE, role=role, more=waits)
    if held == holds:
        return True
    if holds:
        waited = before == "waiting"
        if role is not None and not db.claim(_OFFER_ROLE if waited else _TAKE_ROLE, role=role, party=party):
            return False
        return db.claim(_OFFER if waited else _TAKE, activity=activity, party=party)
    if role is None:
        return db.claim(_GIVE_BACK, activity=activity, party=party)
    if not db.claim(_GIVE_BACK_ROLE, role=role, party=party):
        return False
    return db.claim(_GIVE_BACK_OF_ROLE, activity=activity, role=role, party=party)
