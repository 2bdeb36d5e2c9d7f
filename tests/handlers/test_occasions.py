"""The other times of one thing: at most one tap away, those alone that are still to come."""

from pathlib import Path

from tests import roles
from tests.chat import Chat


def test_the_other_times_are_one_tap_away(say: Chat, tmp_path: Path) -> None:
    roles.load(say.engine, tmp_path)
    assert "其他时间" in say("show 13").labels
    other = say.press("其他时间")
    assert (other.did, other.refs) == ("activity.search", ["activity:guard-pm"])
    assert "其他时间" not in say("show 15").labels
    say("show 14")
    say.at("2026-11-28T13:00:00+08:00")
    gone = say.press("其他时间")
    assert (gone.text, gone.refs) == (
        "「路口文明引导」没有别的时间了，看看别的活动吧。",
        ["activity:guard-pm"],
    )
