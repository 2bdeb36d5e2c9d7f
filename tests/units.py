"""Units for tests: an association with three companies, one of them without a contact, and people of theirs."""

from pathlib import Path

from sqlalchemy import Engine

from bot import community

UNITS = """
[[place]]
id = "maple"
kind = "neighbourhood"
name = "枫树居民区"
parent = "ginkgo"

[[board]]
id = "govern"
kind = "aim"
name = "共议楼宇"

[[board]]
id = "green"
kind = "aim"
name = "绿意楼宇"

[[board]]
id = "safe"
kind = "aim"
name = "平安楼宇"

[[organization]]
id = "league"
kind = "committee"
name = "银杏共建联盟"
place = "ginkgo"

[[organization]]
id = "cedar"
kind = "company"
name = "雪松科技"
parent = "league"
place = "tower"

[[organization]]
id = "fern"
kind = "company"
name = "蕨叶餐饮"
parent = "league"
place = "tower"

[[organization]]
id = "moss"
kind = "company"
name = "苔藓印务"
parent = "league"
place = "tower"

[[member]]
id = "cen"
handle = "console:cen"
name = "岑经理"
work = "tower"
organizations = ["cedar"]
roles = ["representative@cedar"]

[[member]]
id = "fan"
handle = "console:fan"
name = "樊店长"
work = "tower"
organizations = ["fern"]
roles = ["representative@fern"]

[[member]]
id = "qu"
handle = "console:qu"
name = "瞿工"
home = "estate-north"
work = "tower"
organizations = ["cedar"]

[[member]]
id = "yu"
handle = "console:yu"
name = "俞会计"
home = "estate"
work = "tower"
organizations = ["cedar"]

[[member]]
id = "hai"
handle = "console:hai"
name = "海站长"
work = "estate-station"
roles = ["staff@estate"]

[[member]]
id = "gin"
handle = "console:gin"
name = "银主任"
work = "ginkgo"
roles = ["staff@ginkgo"]

[[activity]]
id = "sweep"
kind = "volunteering"
title = "楼道清扫"
place = "estate"
starts = 2026-11-29T09:00:00+08:00
ends = 2026-11-29T11:00:00+08:00
capacity = 30
hours = 2
"""


def load(engine: Engine, folder: Path, units: str = UNITS) -> None:
    """Into the community of the tests."""
    file = folder / "units.toml"
    file.write_text(units, "utf-8")
    community.load(engine, [file])
