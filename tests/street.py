"""Street work for tests: companies on floors, points where something is weighed, providers who are asked, and their people."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from bot import community
from bot.inbound import Inbound
from models.database import transaction
from tests.chat import Chat, Said

PACK = """
[[place]]
id = "north-bins"
kind = "venue"
name = "北区处理点"
parent = "estate"

[[place]]
id = "south-bins"
kind = "venue"
name = "南区处理点"
parent = "estate"

[[place]]
id = "tower-bins"
kind = "venue"
name = "大厦处理点"
parent = "tower"

[[metric]]
id = "wet"
name = "湿垃圾"
unit = "吨"
by = "20:00"
points = [
    { place = "north-bins", name = "北点", group = "居民区" },
    { place = "south-bins", name = "南点", group = "居民区" },
    { place = "tower-bins", name = "楼点", group = "园区" },
]

[[board]]
id = "warmth"
kind = "aim"
name = "关爱员工"

[[organization]]
id = "acme"
kind = "company"
name = "阿克米科技"
aliases = ["阿克米"]
place = "tower"
floor = 12

[[organization]]
id = "law"
kind = "company"
name = "贝塔律所"
place = "tower"
floor = 3
consults = ["劳动法", "知识产权"]

[[organization]]
id = "books"
kind = "company"
name = "伽马会计"
place = "tower"
floor = 3
consults = ["财税", "知识产权"]

[[organization]]
id = "nobody"
kind = "social"
name = "没有人的机构"
consults = ["天文"]

[[member]]
id = "weigher"
handle = "console:weigher"
name = "过秤老周"
roles = ["operator@north-bins"]

[[member]]
id = "acme-rep"
handle = "console:acme-rep"
name = "小贾"
work = "tower"
roles = ["representative@acme"]

[[member]]
id = "lawyer"
handle = "console:lawyer"
name = "吕律师"
work = "tower"
roles = ["representative@law"]

[[member]]
id = "accountant"
handle = "console:accountant"
name = "丁会计"
work = "tower"
roles = ["representative@books"]

[[member]]
id = "chief"
handle = "console:chief"
name = "主任"
roles = ["administrator"]

[[member]]
id = "estate-officer"
handle = "console:estate-officer"
name = "居委老师"
roles = ["staff@estate"]
"""


def load(engine: Engine, folder: Path, more: str = "") -> None:
    file = folder / "street.toml"
    file.write_text(PACK + more, "utf-8")
    community.load(engine, [file])


def scan(say: Chat, who: str, text: str) -> Said:
    return say.send(Inbound("console", who, text, scanned=True))


def rows(say: Chat, *columns: Any) -> list[tuple[Any, ...]]:
    with transaction(say.engine) as db:
        return [tuple(row) for row in db.rows(select(*columns).order_by(columns[0].table.c.id))]
