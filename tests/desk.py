"""A desk with two officers, a lawyer and something to fetch, for tests of the line; and what stands in the rows."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from bot import community
from bot.inbound import Inbound
from models import booking, desk, service, slot, ticket
from models.booking import BOOKING
from models.change import CHANGE
from models.database import Db, transaction
from tests import crowd
from tests.chat import VAULT, Chat, Said
from tests.conftest import NOW

# Monday, 23 November, 09:10.
TODAY = NOW.date()
PACK = """
[[member]]
id = "second"
handle = "console:second"
name = "副站长"
roles = ["staff@tower"]

[[member]]
id = "lawyer"
handle = "console:lawyer"
name = "法律老师"

[[member]]
id = "far"
handle = "console:far"
name = "远站长"
roles = ["staff@estate"]

[[organization]]
id = "acorn"
kind = "company"
name = "橡果科技"
place = "tower"

[[member]]
id = "bo"
handle = "console:bo"
name = "薄荷"
work = "tower"
organizations = ["acorn"]
roles = ["representative@acorn"]

[[member]]
id = "cen"
handle = "console:cen"
name = "岑五"
work = "tower"
organizations = ["acorn"]
roles = ["representative@acorn"]

[[service]]
id = "card"
category = "证照"
name = "图书证办理"
aliases = ["办图书证"]
stations = ["tower-station"]
desk = "3号窗口"
slots = "Mon-Fri 09:00-11:30,13:30-16:30/30min x2"

[[service]]
id = "stamp"
category = "证照"
name = "盖章服务"
stations = ["tower-station", "estate-station"]

[[service]]
id = "law"
kind = "consultation"
category = "咨询"
name = "法律咨询"
stations = ["tower-station"]
hosts = ["lawyer"]
slots = "Mon-Fri 09:00-11:30/30min x1"

[[service]]
id = "masks"
kind = "pickup"
category = "物资"
name = "口罩领取"
stations = ["tower-station"]
slots = "Mon-Fri 09:00-11:30/30min x5"
"""


def load(engine: Engine, folder: Path) -> None:
    file = folder / "desk.toml"
    file.write_text(PACK, "utf-8")
    community.load(engine, [file])


def at(clock: str) -> str:
    return f"2026-11-23T{clock}+08:00"


def wanted(db: Db, code: str) -> Any:
    return next(each for each in service.everything(db) if each.code == code)


def book(engine: Engine, code: str, who: str, clock: str, *, ahead: int = 0, **columns: Any) -> int:
    """A booking of today, or so many days ahead; gives its number."""
    with transaction(engine) as db:
        one = wanted(db, code)
        here = crowd.place(db, "tower-station")
        later = timedelta(days=ahead)
        starts = datetime.fromisoformat(at(f"{clock}:00")) + later
        window = slot.Window(starts, starts + timedelta(minutes=30), 5)
        who_it_is = crowd.member(db, who)
        key = booking.enter(db, one.id, here, who_it_is, TODAY + later, NOW, window=window, **columns)
    assert key is not None
    return key


def pass_of(say: Chat, number: int) -> str:
    """What its QR code says."""
    with transaction(say.engine) as db:
        one = booking.find(db, number)
        assert one is not None
        return f"admitticket {ticket.sign(VAULT, one)}"


def scan(say: Chat, who: str, says: str) -> Said:
    return say.send(Inbound("console", who, says, scanned=True))


def state(say: Chat, number: int) -> str:
    with transaction(say.engine) as db:
        one = desk.find(db, number)
        assert one is not None
        return str(one.state)


def changes(engine: Engine, after: str) -> int:
    """How often a booking came to that."""
    with transaction(engine) as db:
        found = db.rows(select(CHANGE.c.id).where(CHANGE.c.subject == "booking", CHANGE.c.after == after))
    return len(found)


def states(engine: Engine) -> list[str]:
    with transaction(engine) as db:
        return [row.state for row in db.rows(select(BOOKING.c.state).order_by(BOOKING.c.id))]
