"""A quarter in which companies and people give parts of projects; and what a transcript of that needs."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import pack_file, store
from models.database import transaction
from models.project_claim import CLAIM
from models.project_part import PART
from tests.chat import Chat
from tests.conftest import PACK
from tests.handlers.givers import GIVERS
from tests.handlers.officers import rows

PROJECTS = (
    GIVERS
    + """
[[member]]
id = "chief"
handle = "console:chief"
name = "街道主任"
roles = ["staff@ginkgo"]
[[project]]
id = "corner"
board = "安心楼宇"
title = "大堂急救角"
summary = "急救包和培训"
place = "tower"
parts = [
  { key = "kits", kind = "supplies", name = "急救包", quantity = 500, unit = "套", least = 50 },
  { key = "trainers", kind = "expertise", name = "培训医生", quantity = 4, unit = "名" },
  { key = "guides", kind = "people", name = "引导志愿者", quantity = 2, unit = "名", mandatory = false },
]
[[project]]
id = "benches"
board = "邻里友好"
title = "长椅翻新"
place = "estate"
parts = [{ key = "paint", kind = "supplies", name = "木漆", quantity = 12, unit = "桶" }]
"""
)


def load(say: Chat, folder: Path, text: str = PROJECTS) -> None:
    pack = folder / "projects.toml"
    pack.write_text(text, "utf-8")
    with transaction(say.engine) as db:
        store.store(db, pack_file.read([PACK, pack]), say.clock.now())


@pytest.fixture
def quarter(say_on_both: Chat, tmp_path: Path) -> Chat:
    load(say_on_both, tmp_path)
    return say_on_both


@pytest.fixture
def quick(say: Chat, tmp_path: Path) -> Chat:
    """The same on SQLite alone, for what does not depend on the database."""
    load(say, tmp_path)
    return say


def claimed(say: Chat, line: str, who: str) -> str:
    """Said in one line and confirmed; gives what came back."""
    say(line, who)
    text = say.press("确认认领", who).text
    assert text.startswith("提交了：认"), text
    return text


def state(say: Chat, number: int) -> str:
    return str(rows(say, select(CLAIM.c.state).where(CLAIM.c.id == number))[0].state)


def part(say: Chat, code: str) -> tuple[int, int, str]:
    """What is put aside and taken of a part, and its state."""
    found = rows(say, select(PART.c.held, PART.c.taken, PART.c.state).where(PART.c.code == code))[0]
    return (found.held, found.taken, found.state)
