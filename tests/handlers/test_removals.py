"""Staff take a seat from somebody: with a reason, for their own places, and back again."""

import pytest

from models import duty
from tests.chat import Chat
from tests.handlers.test_approvals import states
from tests.handlers.test_registrations import seats_of


def test_a_seat_is_taken_back_for_a_reason(say_on_both: Chat) -> None:
    say = say_on_both
    say("报名周四的瑜伽", "lin")
    say("确认", "lin")
    asked = say("把林一移出周四的瑜伽", "officer")
    assert "取消林一在「午间瑜伽」的报名。原因写什么？对方会看到。" in asked.text
    done = say("名额有限", "officer")
    assert seats_of(say, "yoga-thu") == 0
    told = say.told()["lin"]
    assert told.text.startswith("工作人员取消了您在「午间瑜伽」的报名。")
    assert "名额有限" in told.text
    assert "请找站长" in told.text
    assert say("报名周四的瑜伽").text == "请找站长。「午间瑜伽」的报名被取消过，由他们恢复。"
    assert say(done.buttons["恢复报名"], "officer").text == "好的，林一的报名恢复了，已经告诉本人。"
    # Nobody is reminded of the one that was taken back.
    assert states(say) == ["removed", "confirmed"]


def test_it_is_staffs_of_that_place_alone(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say("报名周四的瑜伽", "lin")
    say("确认", "lin")
    refused = say("remove 1", "he")
    assert refused.text.startswith("请找站长")
    assert (states(say), seats_of(say, "yoga-thu")) == (["confirmed"], 1)
    # Without the guard anybody takes it.
    monkeypatch.setattr(duty, "covers", lambda *_arguments: True)
    monkeypatch.setattr(duty, "may", lambda *_arguments: True)
    say("remove 1", "he")
    say("名额有限", "he")
    assert states(say) == ["removed"]
