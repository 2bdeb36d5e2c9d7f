"""找场地: the rooms on offer that are large enough, the smallest of them first."""

from pathlib import Path

from tests.chat import Chat
from tests.handlers.offered import load


def test_rooms_of_the_right_size(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    small = say("找场地10人")
    assert (small.did, small.refs) == ("offer.search", ["offer:willow-room", "offer:maple-hall"])
    assert "同类、坐得下、哪里都可以" in small.text
    large = say("谁能提供一个30人的场地")
    assert large.refs == ["offer:maple-hall"]
    nothing = say("找场地300人")
    assert (nothing.refs, nothing.labels[0]) == ([], "登记需要场地")
    assert say("找场地").text == "要坐几位？"
    assert say("50").refs == ["offer:maple-hall"]


def test_who_publishes_and_has_no_room_sees_who_offers_one(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    say("发布活动,插花体验,12月2日18:30到20:00,30人", "officer")
    asked = say.press("看谁有场地", "officer")
    # The room for twelve is too small, and nobody said where it is.
    assert asked.refs == ["offer:maple-hall"]
    assert "单位：红枫文具" in asked.text
    say.press("其他地点", "officer")
    say.press("看谁有场地", "officer")
    chosen = say.press("三楼报告厅", "officer")
    assert "云杉大厦" in chosen.text
    assert chosen.did == "answer"
