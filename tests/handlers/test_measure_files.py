"""The sheet of a month: every entry, also what was corrected, and the sums; for who enters figures there alone."""

from datetime import date
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine

from handlers import measure_files
from handlers.recipes import Content, Maker
from models import measure, member, metric
from models.database import transaction
from tests import street
from tests.chat import VAULT
from tests.conftest import NOW
from tests.shifts import member as key


def test_the_sheet_has_every_entry(sqlite_engine: Engine, tmp_path: Path) -> None:
    street.load(sqlite_engine, tmp_path)
    with transaction(sqlite_engine) as db:
        north = metric.points(db, 1)[0]
        who = key(db, "weigher")
        measure.enter(db, north, date(2026, 11, 2), 3200, who, NOW)
        measure.enter(db, north, date(2026, 11, 2), 3500, who, NOW, replaces=1)
        made = measure_files.file(db, _maker(member.person(db, who)), 1, 202611)
        assert callable(made)
        content = made()
        assert isinstance(content, Content)
        with pytest.raises(KeyError):
            measure_files.file(db, _maker(member.person(db, key(db, "lin"))), 1, 202611)
    read = CalamineWorkbook.from_filelike(BytesIO(content.data)).get_sheet_by_index(0).to_python()
    assert [row[:4] for row in read[1:]] == [
        ["2026-11-02", "北点", 3.2, "更正过，不算"],
        ["2026-11-02", "北点", 3.5, "算"],
        ["合计", "北点", 3.5, ""],
    ]


def _maker(person: member.Person) -> Maker:
    return Maker(person, NOW, ZoneInfo("Asia/Shanghai"), VAULT)
