"""Who asked for a plan decides: it becomes a project, is dropped, or its day is over."""

from pathlib import Path

import pytest

from models.need import NEED
from models.project import PROJECT
from models.project_part import PART
from tests import street
from tests.chat import Chat
from tests.handlers.test_plans_wanted import wish, write
from tests.street import rows


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    street.load(say_on_both.engine, tmp_path)
    return say_on_both


def test_it_can_become_a_project_or_be_dropped(say: Chat) -> None:
    wish(say)
    write(say, "做成项目", "员工关爱季", "四场小活动。")
    say.told()
    made = say.press("接受", "acme-rep")
    assert made.text.startswith("定了：项")
    assert rows(say, PROJECT.c.title, PROJECT.c.state, PROJECT.c.board)[-1] == (
        "员工关爱季",
        "draft",
        "warmth",
    )
    assert rows(say, PART.c.quantity)[-1] == (30,)
    wish(say)
    say("writeplan 2", "officer"), say.press("办一场活动", "officer"), say("品茶", "officer")
    say("两位茶艺师。", "officer"), say.told()
    assert say.press("不办了", "acme-rep").text == "好的，这份不办了，写过的还留着。"
    assert say.told()["officer"].text == "对方不办了：需2，方案不用再改。"
    assert rows(say, NEED.c.id, NEED.c.state) == [(1, "closed"), (2, "closed")]


def test_a_plan_for_a_day_that_is_over_is_not_accepted(say: Chat) -> None:
    wish(say)
    say.at("2026-12-03T10:00:00+08:00")
    write(say, "办一场活动", "品茶", "两位茶艺师。")
    say.told()
    # The day that was wished is over by now.
    told = say.press("接受", "acme-rep")
    assert told.text == "请换个以后的时间，这个时间已经过了。"
    assert "请他们改" in told.labels
