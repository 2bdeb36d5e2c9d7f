"""Whom an activity is for: decided before the first question, with the reason and a way in."""

from pathlib import Path

import pytest

from models import eligibility
from tests.chat import Chat
from tests.handlers import courses


@pytest.fixture
def some(say_on_both: Chat, tmp_path: Path) -> Chat:
    return courses.add(say_on_both, tmp_path)


def test_who_lives_there_may_come_and_others_hear_how(some: Chat) -> None:
    say = some
    found = say("露台种花")
    assert "面向：海棠苑" in found.text
    refused = say("报名露台种花")
    assert (refused.did, refused.refs) == ("activity.register", ["activity:terrace"])
    assert refused.text == "请先填住处或单位，「露台种花」只面向海棠苑。"
    assert refused.labels == ["填住处", "填单位", "再试一次", "看看同类的"]
    # 何二 lives in a part of it.
    assert "报名「露台种花」，1位，对吗？" in say("报名露台种花", "he").text
    again = refused.buttons["再试一次"]
    say.press("填住处")
    say("海棠苑北区")
    say("同意")
    assert "报名「露台种花」，1位，对吗？" in say(again).text


def test_a_club_has_a_way_in_and_others_somebody_to_ask(some: Chat) -> None:
    say = some
    refused = say("报名四声部练习")
    assert refused.text == "请先加入春蕾口琴社，「四声部练习」只面向成员。"
    assert refused.labels == ["加入社团", "再试一次", "看看同类的"]
    again = refused.buttons["再试一次"]
    say.press("加入社团")
    assert "报名「四声部练习」，1位，对吗？" in say(again).text
    say("不报了")
    refused = say("报名工会座谈")
    assert refused.text == "请找站长。「工会座谈」只面向云杉联合工会的成员。"
    assert refused.labels == ["详情", "看看同类的"]
    # In a list it is found by everybody, marked.
    listed = say("周六有什么活动")
    assert "activity:round" in listed.refs
    assert "只面向云杉联合工会" in listed.text


def test_without_the_check_anybody_could_come(some: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eligibility, "covers", lambda *_: True)
    assert "报名「工会座谈」，1位，对吗？" in some("报名工会座谈").text
    # Nobody may be brought: there is no other number to give.
    assert "改人数" not in some("报名工会座谈").labels
