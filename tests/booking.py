"""Services with slots for tests beside the community of the tests, and what became of the bookings."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from bot import community
from models.booking import BOOKING
from models.change import Change
from models.database import table_of, transaction
from models.place import PLACE
from models.service import SERVICE
from models.slot import SLOT
from tests import crowd

PACK = """
[[organization]]
id = "teal"
kind = "company"
name = "青瓷科技"
place = "tower"

[[member]]
id = "qing"
handle = "console:qing"
name = "青姐"
work = "tower"
roles = ["representative@teal"]

[[service]]
id = "archive"
category = "民政"
name = "档案查询"
aliases = ["查档案", "archive record"]
stations = ["tower-station"]
materials = ["身份证原件", "介绍信"]
slots = "Mon-Fri 09:00-11:30/30min x1"

[[service]]
id = "lawyer"
kind = "consultation"
category = "法律"
name = "律师咨询"
hosts = ["officer"]
stations = ["tower-station", "estate-station"]
slots = "Mon-Fri 14:00-17:00/15min x1"
lock = "1d"

[[service]]
id = "meeting-room"
kind = "room"
category = "场地"
name = "服务站会议室"
aliases = ["借会议室"]
stations = ["tower-station"]
slots = "Mon-Fri 13:00-17:00/60min x1"

[[service]]
id = "tour"
kind = "visit"
category = "参观"
name = "低碳体验馆参观"
stations = ["estate-station"]
party = 30
slots = "Mon-Fri 10:00-12:00/60min x30"

[[service]]
id = "kits"
kind = "pickup"
category = "物资"
name = "防护包领取"
stations = ["tower-station"]
slots = "Mon-Fri 09:00-10:00/30min x2"

[[service]]
id = "stamp"
category = "证件"
name = "盖骑缝章"
stations = ["tower-station"]

[[service]]
id = "resting"
category = "证件"
name = "老照片翻拍"
stations = ["tower-station"]
slots = "Mon-Fri 09:00-10:00/30min x2"
paused = true
"""


def load(engine: Engine, folder: Path, more: str = PACK) -> None:
    pack = folder / "booking.toml"
    pack.write_text(more, "utf-8")
    community.load(engine, [pack])


def key(engine: Engine, code: str) -> int:
    """The public number of a service."""
    with transaction(engine) as db:
        return int(db.value(select(SERVICE.c.id).where(SERVICE.c.code == code)))


def states(engine: Engine) -> dict[int, str]:
    with transaction(engine) as db:
        return {row.id: row.state for row in db.rows(select(BOOKING).order_by(BOOKING.c.id))}


def counters(engine: Engine) -> list[tuple[int, int]]:
    """Of each slot that somebody ever booked how much is taken, and how many wait."""
    with transaction(engine) as db:
        return [(row.taken, row.waiting) for row in db.rows(select(SLOT).order_by(SLOT.c.starts, SLOT.c.id))]


def enter(engine: Engine, code: str, who: str | None, state: str, **columns: Any) -> int:
    """A booking of some other day, as it stands by now."""
    with transaction(engine) as db:
        service = db.value(select(SERVICE.c.id).where(SERVICE.c.code == code))
        place = db.value(select(PLACE.c.id).where(PLACE.c.code == "tower-station"))
        member = crowd.member(db, who) if who else None
        values = {"service_id": service, "place_id": place, "member_id": member, "state": state, "party": 1}
        return db.insert(insert(BOOKING), **{**values, "at": columns["starts"], **columns})


def changes(engine: Engine) -> list[tuple[int, str]]:
    """What the log of changes says of bookings."""
    change = table_of(Change)
    with transaction(engine) as db:
        rows: list[Row[Any]] = list(
            db.rows(select(change).where(change.c.subject == "booking").order_by(change.c.id))
        )
    return [(row.subject_id, row.after) for row in rows]


def find(engine: Engine, number: int) -> Row[Any]:
    with transaction(engine) as db:
        found = db.row(select(BOOKING).where(BOOKING.c.id == number))
    assert found is not None
    return found


def clear_times(engine: Engine, number: int) -> None:
    """It is a number of the day from now on."""
    with transaction(engine) as db:
        db.run(update(BOOKING).where(BOOKING.c.id == number).values(starts=None, ends=None))


def note(engine: Engine, number: int, state: str) -> None:
    """What the desk noted of it."""
    with transaction(engine) as db:
        db.run(update(BOOKING).where(BOOKING.c.id == number).values(state=state, due=None))
