"""Programmes for tests beside the community of the tests: a round table with two fields, a contest, a fund week."""

from pathlib import Path

from sqlalchemy import select

from models import pack_file, project_making, store
from models.database import transaction
from models.project import PROJECT, go
from tests import crowd
from tests.chat import Chat
from tests.conftest import PACK

BOARDS = """
[[board]]
id = "table"
name = "长桌会"

[[board]]
id = "economy"
kind = "field"
name = "街区商业"
parent = "table"

[[board]]
id = "culture"
kind = "field"
name = "邻里人文"
parent = "table"

[[board]]
id = "ideas"
kind = "contest"
name = "点子赛"
sides = [
    { name = "企业", kinds = ["company"] },
    { name = "社会组织", kinds = ["social", "club"] },
    { name = "社区", kinds = ["committee"] },
]

[[board]]
id = "week"
kind = "fund"
name = "彩虹周"
starts = 2026-11-20T00:00:00+08:00
ends = 2026-11-30T00:00:00+08:00
url = "https://give.example.org/week"
"""
UNITS = """
[[organization]]
id = "celadon"
kind = "company"
name = "青瓷科技"
place = "tower"

[[organization]]
id = "readers"
kind = "social"
name = "读书会"
place = "tower"

[[organization]]
id = "block"
kind = "committee"
name = "海棠居委"
place = "estate"

[[member]]
id = "qing"
handle = "console:qing"
name = "青姐"
work = "tower"
roles = ["representative@celadon"]

[[member]]
id = "du"
handle = "console:du"
name = "杜老师"
work = "tower"
roles = ["representative@readers"]

[[member]]
id = "ju"
handle = "console:ju"
name = "居主任"
home = "estate"
roles = ["representative@block"]

[[member]]
id = "chief"
handle = "console:chief"
name = "总干事"
work = "tower"
roles = ["staff@ginkgo"]
"""
PROJECTS = """
[[project]]
id = "walk"
board = "week"
labels = ["culture"]
title = "陪老人散步"
place = "tower"
parts = [{ key = "money", kind = "money", name = "善款", quantity = 5000, unit = "元" }, { key = "hands", kind = "people", name = "志愿者", quantity = 4, unit = "人" }]
"""
ALL = BOARDS + UNITS + PROJECTS


def load(say: Chat, folder: Path, more: str = ALL) -> None:
    """Puts them into the database of this chat."""
    pack = folder / "programme.toml"
    pack.write_text(more, encoding="utf-8")
    with transaction(say.engine) as db:
        store.store(db, pack_file.read([PACK, pack]))


def number(say: Chat, code: str) -> int:
    """A project's public number."""
    with transaction(say.engine) as db:
        return int(db.value(select(PROJECT.c.id).where(PROJECT.c.code == code)))


def state(say: Chat, key: int) -> str:
    with transaction(say.engine) as db:
        return str(db.value(select(PROJECT.c.state).where(PROJECT.c.id == key)))


def bring(say: Chat, key: int, *states: str, **values: object) -> None:
    """Takes a project through these states, as its officers would."""
    with transaction(say.engine) as db:
        for after in states:
            one = project_making.find(db, key)
            given = values if after == states[-1] else {}
            assert go(db, one, after, crowd.member(db, "chief"), say.clock.now(), **given)
