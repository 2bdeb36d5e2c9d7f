"""Activities of this morning and who has their doors, for tests of checking in; and codes as they are shown there."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from bot import community
from bot.inbound import Inbound
from models import checkin_code
from models.activity import ACTIVITY
from models.change import CHANGE
from models.checkin_code import Code
from models.checkin_refusal import CHECKIN_REFUSAL
from models.database import transaction
from models.registration import REGISTRATION
from models.visit import VISIT
from tests import crowd
from tests.chat import VAULT, Chat, Said

# NOW is 09:10; the doors open at 09:30.
PACK = """
[[member]]
id = "doorman"
handle = "console:doorman"
name = "门卫老周"
roles = ["door@tower"]

[[member]]
id = "judge"
handle = "console:judge"
name = "审核小吴"
roles = ["moderator@tower"]

[[member]]
id = "host"
handle = "console:host"
name = "组织者"

[[activity]]
id = "drill"
kind = "lecture"
title = "灭火器讲解"
place = "tower-station"
starts = 2026-11-23T10:00:00+08:00
ends = 2026-11-23T11:00:00+08:00
capacity = 3

[[activity]]
id = "patrol"
kind = "volunteering"
title = "楼道巡查"
place = "estate-station"
starts = 2026-11-23T10:00:00+08:00
ends = 2026-11-23T12:00:00+08:00
hours = 3
checks_out = true
contact = "host"

[[activity]]
id = "choir"
kind = "club"
title = "合唱排练"
place = "estate-station"
starts = 2026-11-23T10:00:00+08:00
ends = 2026-11-23T11:00:00+08:00
contact = "host"

[[activity]]
id = "salon"
kind = "salon"
title = "茶艺体验"
place = "tower"
starts = 2026-11-23T10:00:00+08:00
ends = 2026-11-23T11:00:00+08:00
approval = true
"""


def load(engine: Engine, folder: Path) -> None:
    file = folder / "door.toml"
    file.write_text(PACK, "utf-8")
    community.load(engine, [file])


def at(clock: str) -> str:
    return f"2026-11-23T{clock}+08:00"


def number(engine: Engine, code: str) -> int:
    with transaction(engine) as db:
        return int(db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code)))


def key(engine: Engine, code: str) -> int:
    with transaction(engine) as db:
        return int(db.value(select(ACTIVITY.c.id).where(ACTIVITY.c.code == code)))


def place_key(engine: Engine, code: str) -> int:
    with transaction(engine) as db:
        return crowd.place(db, code)


def on_screen(say: Chat, at_place: str, shown: str | None = None) -> str:
    """What the code says that a screen shows there, now or at another time of the day."""
    when = datetime.fromisoformat(at(shown)) if shown else say.clock.now()
    return f"checkin {checkin_code.on_screen(VAULT, place_key(say.engine, at_place), when)}"


def digits(say: Chat, at_place: str) -> str:
    return checkin_code.digits(VAULT, place_key(say.engine, at_place), say.clock.now())


def picture(say: Chat, code: str) -> str:
    return f"checkin {checkin_code.sign(VAULT, Code('picture', key(say.engine, code)))}"


def scan(say: Chat, who: str, says: str) -> Said:
    return say.send(Inbound("console", who, says, scanned=True))


def walk_in(say: Chat, who: str, says: str) -> Said:
    """Scans what a station's screen shows, and says that he comes for the first thing that is on there."""
    scan(say, who, says)
    return say("1", who)


def register(say: Chat, code: str, *people: str) -> None:
    for who in people:
        say(f"register {number(say.engine, code)}", who)
        say("确认", who)


def visits(say: Chat) -> list[tuple[str, int, bool]]:
    """How each came, how many, and whether it still counts; in the order of their coming."""
    with transaction(say.engine) as db:
        rows = db.rows(select(VISIT).order_by(VISIT.c.id))
    return [(row.how, row.seats, row.undone is None) for row in rows]


def refusals(say: Chat) -> list[tuple[str, str]]:
    with transaction(say.engine) as db:
        rows = db.rows(select(CHECKIN_REFUSAL).order_by(CHECKIN_REFUSAL.c.id))
    return [(row.how, row.reason) for row in rows]


def registered(say: Chat, who: str) -> list[Any]:
    """The states of somebody's registrations, oldest first."""
    with transaction(say.engine) as db:
        rows = db.rows(
            select(REGISTRATION.c.state)
            .where(REGISTRATION.c.member_id == crowd.member(db, who))
            .order_by(REGISTRATION.c.id)
        )
    return [row.state for row in rows]


def changes(say: Chat, subject: str) -> list[tuple[str | None, str]]:
    with transaction(say.engine) as db:
        rows = db.rows(select(CHANGE).where(CHANGE.c.subject == subject).order_by(CHANGE.c.id))
    return [(row.before, row.after) for row in rows]
