"""One appeal against a rejection, decided by who stands above."""

import pytest

from models.database import transaction
from tests.chat import Chat
from tests.handlers.needs import found, reported
from tests.handlers.officers import make


@pytest.fixture
def say(say_on_both: Chat) -> Chat:
    """何二 stands above 站长."""
    with transaction(say_on_both.engine) as db:
        make(db, "he", "staff", "ginkgo")
    return say_on_both


def test_one_appeal_goes_to_who_stands_above(say: Chat) -> None:
    number = reported(say, state="rejected")
    assert say(f"need {number}").labels[0] == "申诉"
    say.press("申诉")
    assert say("楼道是公共部位，应该有人管").text.startswith("申诉交上去了，由上一级来看。最晚明天")
    told = say.told()
    assert list(told) == ["he"]
    assert told["he"].labels[:2] == ["改为受理", "维持不受理"]
    assert say(f"grantcontest {number}", "officer").text.startswith("请让上一级来定")
    assert say(f"grantcontest {number}", "mei").text.startswith("請找")
    assert say(f"contest {number}").text.startswith("请打12345热线")
    assert say(f"grantcontest {number}", "he").text == "改为受理了，反映的人也知道了。"
    assert say.told()["lin"].text.startswith(f"需{number}「照明」受理了，申诉通过。")
    assert found(say, number).state == "triaged"
    assert say(f"keepcontest {number}", "he").text.startswith("不用再定")
    other = reported(say, state="rejected")
    say(f"contest {other}")
    say("请再看看")
    say.told()
    say(f"keepcontest {other}", "he")
    say("属于业主自家的灯", "he")
    assert "属于业主自家的灯" in say.told()["lin"].text
    assert found(say, other).state == "rejected"


def test_a_colleague_beside_him_is_no_level_up_and_what_is_decided_is_kept(say: Chat) -> None:
    with transaction(say.engine) as db:
        make(db, "anna", "staff", "tower")
    number = reported(say, state="rejected")
    say(f"contest {number}"), say("楼道是公共部位")
    say.told()
    assert say(f"grantcontest {number}", "anna").text.startswith("Please leave it to 何二")
    # Nobody decided by the evening of the day after: who decides is reminded, not who said no.
    late = say.told("2026-11-24T18:01:00+08:00")
    assert ("officer" in late, "时间到了" in late["he"].text) == (False, True)
    say(f"keepcontest {number}", "he")
    say("属于业主自家的灯，问物业13812345678", "he")
    assert "属于业主自家的灯" in say.told()["lin"].text
    assert "属于业主自家的灯" in say(f"handleneed {number}", "officer").text
    other = reported(say, state="rejected")
    say(f"contest {other}"), say("请再看看")
    say(f"grantcontest {other}", "he")
    told = say.told()
    assert told["officer"].text.endswith("申诉通过了。最晚12月3日 周四 18:00给结果。")
