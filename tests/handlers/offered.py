"""Who offers what: three companies with representatives, two projects with parts, an officer over all."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from models import pack_file, profile, store
from models.database import transaction
from models.member import MEMBER, ROLE
from tests.chat import VAULT, Chat, Said
from tests.conftest import PACK
from tests.handlers.officers import rows

_PACK = """
[[organization]]
id = "birch"
kind = "company"
name = "白桦齿科"
place = "tower"

[[organization]]
id = "maple"
kind = "company"
name = "红枫文具"
place = "tower"

[[organization]]
id = "willow"
kind = "company"
name = "垂柳物业"

[[member]]
id = "bo"
handle = "console:bo"
name = "柏经理"
work = "tower"
roles = ["representative@birch"]

[[member]]
id = "feng"
handle = "console:feng"
name = "冯经理"
work = "tower"
roles = ["representative@maple"]

[[member]]
id = "liu"
handle = "console:liu"
name = "刘经理"
home = "estate"
roles = ["representative@willow"]

[[member]]
id = "chief"
handle = "console:chief"
name = "街长"
roles = ["staff@ginkgo"]

[[project]]
id = "smile"
board = "健康"
title = "笑一笑"
place = "tower"
parts = [{ key = "kits", kind = "supplies", name = "护牙包", quantity = 300, unit = "份" }, { key = "talk", kind = "expertise", name = "口腔讲师", quantity = 2, unit = "名" }]

[[offer]]
id = "birch-kits"
organization = "birch"
kind = "supplies"
name = "护牙包"
quantity = 500
unit = "份"

[[offer]]
id = "maple-hall"
organization = "maple"
kind = "venue"
name = "三楼报告厅"
quantity = 1
capacity = 60
place = "tower"

[[offer]]
id = "willow-room"
organization = "willow"
kind = "venue"
name = "物业会议室"
quantity = 1
capacity = 12
"""


@pytest.fixture
def offered(say_on_both: Chat, tmp_path: Path) -> Chat:
    """They and what they offer, on either database."""
    return load(say_on_both, tmp_path)


def load(say: Chat, folder: Path, more: str = "") -> Chat:
    pack = folder / "offered.toml"
    pack.write_text(_PACK + more, "utf-8")
    with transaction(say.engine) as db:
        store.store(db, pack_file.read([PACK, pack]), say.clock.now())
    return say


def leave_number(say: Chat, code: str, number: str) -> None:
    """Somebody keeps his phone number with us."""
    with transaction(say.engine) as db:
        member = db.value(select(MEMBER.c.id).where(MEMBER.c.code == code))
        profile.reach(db, VAULT, member, number, say.clock.now())


def stand_down(say: Chat, code: str) -> None:
    """Somebody does not stand for his organization any more."""
    with transaction(say.engine) as db:
        member = db.value(select(MEMBER.c.id).where(MEMBER.c.code == code))
        db.run(delete(ROLE).where(ROLE.c.member_id == member))


def only(say: Chat, statement: Any) -> Any:
    found = rows(say, statement)
    assert len(found) == 1
    return found[0]


def make(say: Chat, line: str, who: str) -> Said:
    """Enters an offer or a wish that leaves place and dates open."""
    say(line, who)
    say.press("哪里都可以", who)
    say.press("随时", who)
    return say.press("提交", who)
