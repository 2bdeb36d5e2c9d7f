"""Shifts with roles for tests: a Saturday at the estate in two shifts, one that overlaps, and a visit with a note."""

from pathlib import Path

from sqlalchemy import Engine

from bot import community

SHIFTS = """
[[activity]]
id = "guard-am"
kind = "volunteering"
series = "文明出行"
title = "路口文明引导"
place = "estate"
starts = 2026-11-28T13:00:00+08:00
ends = 2026-11-28T15:00:00+08:00
occasion = "guard"
contact = "officer"
roles = [{ id = "guide", name = "引导岗", needed = 3 }, { id = "medic", name = "救护岗", needed = 1, skill = "急救" }]

[[activity]]
id = "guard-pm"
kind = "volunteering"
series = "文明出行"
title = "路口文明引导"
place = "estate"
starts = 2026-11-28T15:00:00+08:00
ends = 2026-11-28T17:00:00+08:00
occasion = "guard"
roles = [{ id = "guide", name = "引导岗", needed = 1 }]

[[activity]]
id = "library"
kind = "volunteering"
title = "旧书整理帮工"
place = "tower"
starts = 2026-11-28T14:00:00+08:00
ends = 2026-11-28T16:00:00+08:00
capacity = 5

[[activity]]
id = "visit"
kind = "charity"
title = "上门拍全家福"
place = "estate"
starts = 2026-11-26T14:00:00+08:00
ends = 2026-11-26T15:00:00+08:00
capacity = 2
private_note = "银发的三楼周奶奶"
"""


def load(engine: Engine, folder: Path, shifts: str = SHIFTS) -> None:
    """Into the community of the tests; loading another wording of it changes what is there."""
    file = folder / "roles.toml"
    file.write_text(shifts, "utf-8")
    community.load(engine, [file])
