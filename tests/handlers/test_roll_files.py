"""The spreadsheet of who did not answer: complete, for those alone who may see it, and without formulas."""

import csv
import io

import pytest
from sqlalchemy import select

from handlers import roll_calls, roll_files
from handlers.recipes import RECIPES, Maker
from models import member
from models.database import transaction
from models.member import MEMBER
from tests.chat import SCHEDULE, VAULT, Chat
from tests.handlers.test_emergencies import sent
from tests.handlers.test_roll_calls import crowd, employ


def made(say: Chat, who: str) -> bytes:
    """The file, made for this reader."""
    with transaction(say.engine) as db:
        key = db.value(select(MEMBER.c.id).where(MEMBER.c.code == who))
        maker = Maker(member.person(db, key), say.clock.now(), SCHEDULE.zone, VAULT)
        making = RECIPES[roll_calls.FILE](db, maker, 1)
    return making().data


def test_everybody_who_did_not_answer_stands_in_it(say: Chat) -> None:
    crowd(say, 45, "=cmd")
    employ(say, "anna", "+云杉茶社")
    sent(say)
    say("received 1", "mei")
    rows = list(csv.reader(io.StringIO(made(say, "officer").decode("utf-8-sig"))))
    assert rows[:3] == [
        ["地点", "称呼", "单位", "情况"],
        ["云杉大厦", "林一", "", "没回复"],
        ["云杉大厦", "Anna", "'+云杉茶社", "没回复"],
    ]
    assert len(rows) == 49
    assert ["云杉大厦", "'=cmd0", "", "没回复"] in rows
    assert "梅三" not in {row[1] for row in rows}


@pytest.mark.parametrize("who", ["lin", "he"])
def test_who_may_not_see_it_gets_none(say: Chat, who: str) -> None:
    sent(say)
    with pytest.raises(KeyError):
        made(say, who)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(formula: str) -> None:
    assert roll_files.harmless(formula) == f"'{formula}"
    assert roll_files.harmless("林一") == "林一"
