"""Coverage of a tower: 64 companies floor by floor, who was not visited for 90 days, and 300 in one list."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert

from models import outreach
from models.database import Db, transaction
from models.organization import ORGANIZATION
from tests import street
from tests.chat import Chat
from tests.crowd import place
from tests.shifts import member


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    street.load(say_on_both.engine, tmp_path, _companies(61))
    return say_on_both


def _companies(many: int) -> str:
    """So many of four floors from the 20th on; with those of the street there are three more."""
    return "".join(
        f'[[organization]]\nid = "c{nth}"\nkind = "company"\nname = "公司{nth:03}"\nplace = "tower-station"\n'
        f"floor = {20 + nth % 4}\n"
        for nth in range(many)
    )


def _visit(db: Db, say: Chat, name: str, floor: int, days: int, outcome: str = "met") -> None:
    tower, officer = place(db, "tower"), member(db, "officer")
    key, called = outreach.named(db, tower, name)
    at = say.clock.now() - timedelta(days=days)
    outreach.enter(db, tower, floor, called, outcome, officer, at, organization=key)


def test_who_is_left_stands_by_floor(say: Chat) -> None:
    with transaction(say.engine) as db:
        for nth in range(61):
            # One was visited too long ago, one in time, of one the door was closed, one let nobody in.
            days = 91 if nth == 8 else 90 if nth == 12 else 5
            outcome = "empty" if nth == 16 else "refused" if nth == 20 else "met"
            _visit(db, say, f"公司{nth:03}", 20 + nth % 4, days, outcome)
        _visit(db, say, "新芽科技", 12, 3)
    shown = say("云杉大厦走访情况", "officer")
    assert shown.did == "staff.visit"
    assert shown.text == (
        "云杉大厦：65家公司，90天内走访了60家，还有5家。\n· 3楼：0/2家\n· 12楼：1/2家\n"
        "· 20楼：14/16家\n· 21楼：15/15家\n· 22楼：15/15家\n· 23楼：15/15家"
    )
    left = say.press("还没走访的", "officer")
    assert left.text == (
        "云杉大厦90天没走访的有5家：\n· 3楼（2家）：伽马会计、贝塔律所\n· 12楼（1家）：阿克米科技\n"
        "· 20楼（2家）：公司008（上次8月24日 周一 09:10）、公司016（11月18日 周三 09:10没有人）"
    )
    assert say("云杉大厦哪些公司没走访过", "officer").text == left.text
    for who in ("lin", "lawyer", "estate-officer"):
        assert "公司" not in say("云杉大厦还没走访的", who).text


def test_three_hundred_companies_take_a_moment(say: Chat, tmp_path: Path) -> None:
    """Counted in statements and not in time: how many there are does not depend on the companies."""
    with transaction(say.engine) as db:
        tower = place(db, "tower-station")
        for nth in range(300):
            db.run(
                insert(ORGANIZATION),
                code=f"d{nth}",
                kind="company",
                name=f"大公司{nth:03}",
                aliases=[],
                place_id=tower,
                floor=30 + nth % 25,
            )
        for nth in range(200):
            _visit(db, say, f"大公司{nth:03}", 30 + nth % 25, 5)
    with transaction(say.engine) as db:
        found = outreach.companies(db, place(db, "tower"))
        assert len(found) == 364
        assert sum(outreach.is_left(each, say.clock.now()) for each in found) == 164
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(say.engine, "before_cursor_execute", note)
    with transaction(say.engine) as db:
        outreach.companies(db, place(db, "tower"))
    event.remove(say.engine, "before_cursor_execute", note)
    assert len(asked) < 12
    first = say("云杉大厦还没走访的", "officer")
    assert first.text.count("\n· ") == 12
    assert say.press("更多楼层", "officer").text.count("\n· ") == 12
