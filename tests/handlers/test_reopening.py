"""没修好: opened again with a sentence, for the same officer and the one above, twice at most."""

import pytest
from sqlalchemy import select

from models import need, need_closing
from models.database import transaction
from models.need_line import LINE
from tests.chat import Chat
from tests.handlers.needs import found, reported
from tests.handlers.officers import make, rows


@pytest.fixture
def say(say_on_both: Chat) -> Chat:
    """何二 stands above 站长."""
    with transaction(say_on_both.engine) as db:
        make(db, "he", "staff", "ginkgo")
    return say_on_both


def resolve(say: Chat, number: int) -> None:
    with transaction(say.engine) as db:
        for step in ("in_progress", "resolved"):
            one = need.find(db, number)
            assert one is not None
            need.go(db, one, step, one.officer_id, say.clock.now())


@pytest.mark.parametrize("line", ["没解决,今天又坏了，17盏都不亮", "not fixed, it still leaks in room 17"])
def test_the_answer_may_be_the_sentence_itself(say: Chat, line: str) -> None:
    number = reported(say, state="resolved")
    assert say(line).did == "need.reopen"
    assert found(say, number).state == "reopened"
    assert line in say.told()["officer"].text


def test_not_solved_carries_a_sentence_to_the_officer_and_the_chief(say: Chat) -> None:
    number = reported(say, state="resolved")
    asked = say(f"没修好,{number} 重新打开")
    assert asked.did == "need.reopen"
    assert asked.text.startswith("请写一句，哪里还没解决？")
    assert "请写一句具体的，比如“还是不亮”。" in say("没").text
    done = say("还是不亮")
    assert done.text.startswith("重新打开了，办理的人和上一级都收到了。最晚明天 11月24日 周二 18:00答复您。")
    told = say.told()
    assert sorted(told) == ["he", "officer"]
    assert all("还是不亮" in each.text for each in told.values())
    assert found(say, number).state == "reopened"
    assert say(f"reopen {number}").text.startswith("不用再说一次")
    assert [row.text for row in rows(say, select(LINE.c.text).where(LINE.c.kind == "reopening"))] == [
        "还是不亮"
    ]
    # A second time in one line, a third time not: the next step is named instead.
    resolve(say, number)
    assert say(f"{number} 重新打开，昨天又灭了两个小时").text.startswith("重新打开了")
    resolve(say, number)
    last = say(f"对结果不满意,重开 {number}")
    assert last.text.startswith("请提到议事会，或者打12345热线。")
    assert found(say, number).reopened == 2


def test_a_follower_says_more_and_reopens_nothing(say: Chat) -> None:
    number = reported(say, state="resolved")
    assert say(f"reopen {number}", "anna").text.startswith("Please tap “Me too” first")
    say(f"支持 {number}", "anna")
    say(f"{number} 还是不亮，四楼也一样", "anna")
    assert "四楼也一样" in say.told()["officer"].text
    assert found(say, number).state == "resolved"
    # Staff may, with a sentence too.
    say(f"reopen {number}", "officer")
    assert say("巡查时还是不亮", "officer").did == "staff.need"
    assert say.told()["lin"].text.startswith(f"需{number}重新打开了，最晚")


def test_without_the_limit_it_would_open_for_ever(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of the limit."""
    number = reported(say, state="resolved", reopened=2)
    monkeypatch.setattr(need_closing, "MOST_REOPENED", 9)
    assert say(f"{number} 重新打开，还是不亮，看不见").text.startswith("重新打开了")
