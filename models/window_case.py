"""Papers that go to another province and back over the window: their steps, and the code by which they are fetched."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, or_, select, update
from sqlmodel import Field, SQLModel

from models import moves
from models.change import CHANGE
from models.database import Db, table_of
from models.personal import OWNER, Codes, Rows, Shown, clear, personal
from models.text import Text
from models.vault import Vault


class WindowCase(SQLModel, table=True):
    """Its key is its public number. `digest` is of the collection code, which stands nowhere else, and `wrong` counts
    how often another one was tried; `tracking` is the number of the parcel. `province` is where it goes.
    """

    __tablename__ = "window_case"
    id: int | None = Field(default=None, primary_key=True)
    service_id: int = Field(foreign_key="service.id", index=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    booking_id: int | None = Field(default=None, foreign_key="booking.id", index=True)
    province: str | None = None
    state: str
    digest: str | None = None
    wrong: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    tracking: str | None = None
    at: datetime
    changed: datetime


WINDOW_CASE = table_of(WindowCase)
MACHINE = moves.machine(
    "window case",
    WINDOW_CASE,
    {
        "registered": ("booked", "checked", "withdrawn"),
        "booked": ("registered", "checked", "withdrawn"),
        "checked": ("sent", "returned", "withdrawn"),
        # What is on its way is withdrawn only where its owner is erased: nobody can say its code any more.
        "sent": ("back", "returned", "withdrawn"),
        "back": ("collected", "returned", "withdrawn"),
        # What is missing is brought, and it is looked at again.
        "returned": ("checked", "withdrawn"),
    },
    begins=("registered", "booked"),
    explained=("returned",),
)
STATES = {
    "registered": Text("已登记"),
    "booked": Text("已约好"),
    "checked": Text("材料验好了"),
    "sent": Text("已寄出"),
    "back": Text("已寄回，可以来取"),
    "collected": Text("已取走"),
    "returned": Text("退回补材料"),
    "withdrawn": Text("已撤回"),
}
# Its owner takes it back until it is in the post.
DROPPABLE = ("registered", "booked", "checked", "returned")
# Nothing more is owed then.
ENDED = ("collected", "withdrawn")
_GOING = tuple(state for state, after in MACHINE.moves.items() if "withdrawn" in after)
# After so many wrong codes its owner has a new one made first.
MOST_WRONG = 5
_DIGITS = 6
_ENTER = insert(WINDOW_CASE)
_FIND = select(WINDOW_CASE).where(WINDOW_CASE.c.id == bindparam("number"))
_OF_MEMBER = (
    select(WINDOW_CASE).where(WINDOW_CASE.c.member_id == bindparam("member")).order_by(WINDOW_CASE.c.id)
)
_OPEN = _OF_MEMBER.where(WINDOW_CASE.c.service_id == bindparam("service"), WINDOW_CASE.c.state.not_in(ENDED))
_AT = (
    select(WINDOW_CASE)
    .where(
        or_(
            WINDOW_CASE.c.place_id.in_(bindparam("places", expanding=True)),
            WINDOW_CASE.c.service_id.in_(bindparam("services", expanding=True)),
        ),
        WINDOW_CASE.c.state.not_in(ENDED),
    )
    .order_by(WINDOW_CASE.c.changed, WINDOW_CASE.c.id)
)
_LOG = (
    select(CHANGE.c.id, CHANGE.c.after, CHANGE.c.reason, CHANGE.c.at)
    .where(CHANGE.c.subject == MACHINE.subject, CHANGE.c.subject_id == bindparam("number"))
    .order_by(CHANGE.c.id)
)
_BY_BOOKING = select(WINDOW_CASE).where(WINDOW_CASE.c.booking_id == bindparam("booking"))
_HERE = WINDOW_CASE.c.id == bindparam("number")
_GIVE_CODE = (
    update(WINDOW_CASE).where(_HERE, WINDOW_CASE.c.state == "back").values(digest=bindparam("made"), wrong=0)
)
_WRONG = (
    update(WINDOW_CASE).where(_HERE, WINDOW_CASE.c.wrong < MOST_WRONG).values(wrong=WINDOW_CASE.c.wrong + 1)
)


def find(db: Db, number: int) -> Row[Any] | None:
    return db.row(_FIND, number=number)


def of_member(db: Db, member: int) -> list[Row[Any]]:
    """Everything of somebody, the first one first."""
    return list(db.rows(_OF_MEMBER, member=member))


def enter(
    db: Db,
    service: int,
    place: int,
    member: int,
    now: datetime,
    *,
    province: str | None = None,
    booking: int | None = None,
) -> int:
    """Gives its number."""
    state = "registered" if booking is None else "booked"
    values = {"service_id": service, "place_id": place, "member_id": member, "province": province}
    key = db.insert(_ENTER, **values, state=state, booking_id=booking, at=now, changed=now)
    moves.begin(db, MACHINE, key, state, member, now)
    return key


def go(
    db: Db, one: Row[Any], after: str, actor: int | None, now: datetime, *, reason: str | None = None, **values: Any
) -> bool:  # fmt: skip
    """False where it is not in that state any more."""
    return moves.go(db, MACHINE, one, after, actor, now, reason=reason, changed=now, **values)


def ref(number: int) -> str:
    return f"window_case:{number}"


def log(db: Db, number: int) -> list[Row[Any]]:
    """What became of it, the first step first: after, reason, at."""
    return list(db.rows(_LOG, number=number))


def open_for(db: Db, member: int, service: int) -> Row[Any] | None:
    """What somebody has going for this service; None where it is over, or there was nothing."""
    return db.row(_OPEN, member=member, service=service)


def waiting(db: Db, places: Collection[int], services: Collection[int]) -> list[Row[Any]]:
    """What is not over at these places or of these services, what nobody touched for longest first."""
    return list(db.rows(_AT, places=list(places), services=list(services)))


def booked(db: Db, service: int, member: int | None, booking: int, now: datetime) -> None:
    """Who has something going for this service has a time for it now."""
    one = None if member is None else open_for(db, member, service)
    if one is not None and one.state == "registered":
        go(db, one, "booked", member, now, booking_id=booking)


def unbooked(db: Db, booking: int, actor: int | None, now: datetime) -> None:
    """That time is given back."""
    one = db.row(_BY_BOOKING, booking=booking)
    if one is not None and one.state == "booked":
        go(db, one, "registered", actor, now, booking_id=None)


def new_code(db: Db, vault: Vault, number: int) -> str | None:
    """The code by which it is fetched, which is known from here on and nowhere else; an older one means nothing.

    None where there is nothing to fetch (any more).
    """
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    return code if db.claim(_GIVE_CODE, number=number, made=_digest(vault, number, code)) else None


def is_code(db: Db, vault: Vault, one: Row[Any], code: str) -> bool:
    """Whether it is this one's code; each wrong one counts."""
    if one.digest and secrets.compare_digest(one.digest, _digest(vault, one.id, code)):
        return True
    db.claim(_WRONG, number=one.id)
    return False


def _digest(vault: Vault, number: int, code: str) -> str:
    return vault.digest(f"window case {number} {code}")


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """What is not over is withdrawn, so that no window waits for nobody; why papers came back goes with their owner."""
    for row in db.rows(select(WINDOW_CASE).where(rows.these, WINDOW_CASE.c.state.in_(_GOING))):
        go(db, row, "withdrawn", None, now)
    of_these = CHANGE.c.subject_id.in_(select(WINDOW_CASE.c.id).where(rows.these))
    db.run(update(CHANGE).where(CHANGE.c.subject == MACHINE.subject, of_these).values(reason=None))
    clear(member_id=None, province=None, tracking=None, digest=None)(db, rows, now)


personal(
    WINDOW_CASE,
    Text("您的跨省专窗事项"),
    whose=WINDOW_CASE.c.member_id == OWNER,
    shows={
        "id": Text("编号"),
        "service_id": Text("服务"),
        "place_id": Text("地点"),
        "state": Shown(Text("状态"), Codes(STATES)),
        "province": Text("省份"),
        "tracking": Text("快递单号"),
        "at": Text("时间"),
    },
    besides={
        "digest": "the code is compared with it",
        "wrong": "how often a wrong code was tried",
        "booking_id": "the booking is shown by itself",
    },
    erase=_erase,
    kept="as long as the service is: how many were done is its record",
)
