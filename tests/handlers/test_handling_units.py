"""A unit that has a need: it says that it arrived and what was done, and the officer closes with one tap."""

import pytest
from sqlalchemy import select

from models.database import transaction
from models.need_line import LINE
from tests.chat import Chat
from tests.handlers.handled import found, report, states, unit


@pytest.fixture
def given(say_on_both: Chat) -> Chat:
    """需1 is with 云杉物业, for which 何二 stands."""
    with transaction(say_on_both.engine) as db:
        unit(db)
    report(say_on_both)
    say_on_both("把1派给云杉物业", "officer")
    say_on_both.told()
    return say_on_both


def test_from_the_message_to_one_tap_of_the_officer(given: Chat) -> None:
    say = given
    card = say("待处理的诉求有哪些", "he")
    assert (card.did, card.text.splitlines()[0], card.refs) == (
        "staff.need",
        "派给您单位的有1件：",
        ["need:1"],
    )
    say.press("去办理", "he")
    assert say.press("我们收到了", "he").text.startswith("记下了。")
    assert (found(say).sent, say.told()) == ("acknowledged", {})
    assert "收到了" in say("handleneed 1", "officer").text
    say.press("说明情况", "he")
    say("换了两根灯管，电话021-64331234。", "he")
    assert say.press("不发照片", "he").text == "记下了，工作人员看过就办结。"
    told = say.told()
    assert list(told) == ["officer"]
    assert "云杉物业说需1「楼道灯不亮」：换了两根灯管，电话021-64331234。" in told["officer"].text
    assert say.press("这样办结", "officer").text.startswith("办结了。")
    assert "办结了：换了两根灯管，电话021-64331234。" in say.told()["lin"].text
    assert states(say) == ["draft", "new", "triaged", "in_progress", "resolved"]
    with transaction(say.engine) as db:
        kept = [row.text for row in db.rows(select(LINE.c.text).where(LINE.c.kind != "report"))]
    assert [words for words in kept if not words.startswith("sealed:")] == []
    # Old buttons.
    assert say("confirmneed 1", "officer").text.startswith("不用再办结")
    assert say("unitneed 1", "he").text.startswith("请先看看需1")
    assert (say("ackneed 1", "he").did, say.told()) == ("staff.need", {})


def test_another_unit_neither_reads_nor_explains_it(given: Chat) -> None:
    say = given
    with transaction(say.engine) as db:
        unit(db, "海棠物业", "estate", contact="anna")
    for line in ("ackneed 1", "unitneed 1"):
        assert "云杉物业" in say(line, "anna").text
        assert say(line, "mei").text.startswith("請找雲杉") or "云杉物业" in say(line, "mei").text
    assert "楼道里" not in say("handleneed 1", "anna").text
    assert (found(say).sent, say.told()) == ("sent", {})


def test_what_it_does_not_have_any_more_is_not_its_own(given: Chat) -> None:
    say = given
    say("1派给我", "officer")
    assert say("ackneed 1", "he").text.startswith("请放心，需1现在不归您的单位办。")
    assert say("needqueue", "he").text.startswith("都办完了，没有派给您单位的诉求。")


def test_nothing_is_closed_with_words_that_were_not_said(given: Chat) -> None:
    say = given
    assert say("confirmneed 1", "officer").text.startswith("请写一句再办结")
    assert found(say).state == "triaged"
