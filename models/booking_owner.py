"""A booking as its owner's: what he reads of it, and what becomes of it when he is erased or two become one."""

from datetime import datetime

from sqlalchemy import Table, bindparam, or_, select, text, update

from models import booking
from models.booking import BOOKING
from models.database import Db
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.text import Text

_TO_COME = select(BOOKING).where(
    BOOKING.c.member_id == bindparam("owner"),
    text(f"booking.{booking.IS_LIVE}"),
    or_(BOOKING.c.ends.is_(None), BOOKING.c.ends > bindparam("now")),
)


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """What is still to come gives its place back. How many came stays; who, and what it was about, goes."""
    for row in db.rows(_TO_COME.where(rows.these), owner=rows.member, now=now):
        booking.go(db, row, "cancelled", None, now, due=None, settled=now)
    for name in ("member_id", "by_id"):
        db.run(update(BOOKING).where(rows.these, BOOKING.c[name] == rows.member).values({name: None}))
    db.run(update(BOOKING).where(rows.these, BOOKING.c.member_id.is_(None)).values(matter=None))
    db.run(update(BOOKING).where(rows.these).values(desk=None))


def _join(db: Db, _table: Table, stays: int, goes: int, now: datetime) -> None:
    """One person has one slot of a service: the surer, then the older."""
    known: set[int] = set()
    found = [row for member in (stays, goes) for row in booking.live(db, member) if row.starts is not None]
    for row in sorted(found, key=lambda row: (row.state in ("waiting", "offered"), row.id)):
        if row.service_id in known:
            booking.go(db, row, "cancelled", stays, now, due=None, settled=now)
        known.add(row.service_id)


personal(
    BOOKING,
    Text("您的预约"),
    whose=or_(BOOKING.c.member_id == OWNER, BOOKING.c.by_id == OWNER),
    shows={
        "id": Text("编号"),
        "service_id": Text("服务"),
        "place_id": Text("地点"),
        "organization_id": Text("代表"),
        "party": Text("人数"),
        "starts": Text("时间"),
        "number": Text("号"),
        "came": Text("到的时间"),
        "desk": Text("窗口"),
        "state": Shown(Text("状态"), Codes(booking.STATES)),
        "rating": Text("评价"),
        "at": Text("预约时间"),
    },
    besides={"matter": "sealed; who wrote it knows it", "by_id": "who of the staff was there"},
    erase=_erase,
    # Whom one called or served is somebody else's to read.
    told=BOOKING.c.member_id == OWNER,
    joins=_join,
    kept="as long as the service is: how many came is its record",
)
