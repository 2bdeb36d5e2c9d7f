"""The codes that staff ask for, and one's own: who gets them, what they say, until when."""

from pathlib import Path

import pytest

from tests import door
from tests.chat import Chat, Said
from tests.door import at, digits, register, scan, visits

PUBLIC = "https://linli.test"


@pytest.fixture
def say(say: Chat, tmp_path: Path) -> Chat:
    door.load(say.engine, tmp_path)
    return say


def says(said: Said) -> list[str]:
    """What the codes say that came along."""
    return [
        each.says or ""
        for message in said.reply.messages
        for each in message.card.attachments
        if each.kind == "qr"
    ]


def test_staff_ask_for_a_picture_of_the_code(say: Chat) -> None:
    shown = say("灭火器讲解的签到码", "officer")
    assert (shown.did, shown.refs) == ("staff.activity", ["activity:drill"])
    assert "今天 11月23日 周一 09:30起，到今天 11月23日 周一 11:00有效。" in shown.text
    assert shown.labels == ["签到屏幕", "念6位数字", "服务站的码"]
    (code,) = says(shown)
    assert says(say("check-in code for 灭火器讲解", "doorman")) == [code]
    assert "请" in scan(say, "lin", code).text
    say.at(at("09:30:00"))
    assert scan(say, "lin", code).text.startswith("已签到 今天 11月23日 周一 09:30，「灭火器讲解」。")
    assert visits(say) == [("picture", 1, True)]
    assert "已到：1位，共报名1位" in say("灭火器讲解的签到码", "officer").text


def test_nobody_else_gets_it(say: Chat) -> None:
    register(say, "drill", "lin")
    refused = say("灭火器讲解的签到码", "lin")
    assert (refused.did, says(refused)) == ("staff.activity", [])
    assert refused.text.startswith("请找站长。「灭火器讲解」的签到由他们管。")
    assert refused.labels == ["我的签到码", "详情"]
    for line in ("checkincode", "screen", "digits"):
        told = say(f"{line} {door.number(say.engine, 'drill')}", "judge")
        assert (told.did, says(told)) == ("staff.activity", [])
        assert told.text.startswith("请找站长。")
    # Whoever is its contact has its door, and of no other.
    assert says(say("楼道巡查的签到码", "host")) != []
    assert says(say("灭火器讲解的签到码", "host")) == []
    assert says(say("楼道巡查的签到码", "doorman")) == []


def test_which_one_is_asked_among_what_comes_next(say: Chat) -> None:
    asked = say("签到码", "doorman")
    assert asked.refs == ["activity:drill", "activity:salon"]
    assert say("1", "doorman").text.startswith("给大家扫就能签到，「灭火器讲解」。")
    assert say("签到码", "anna").text.startswith("Please name the activity")


def test_the_screen_needs_an_address_of_ours(say: Chat) -> None:
    without = say("灭火器讲解的签到屏幕", "officer")
    assert without.text.startswith("请用签到码图片，或者念6位数字。")
    assert without.labels == ["签到码图片", "念6位数字"]
    say.equipment.public_url = PUBLIC
    link = say("灭火器讲解的签到屏幕", "officer").text
    assert f"\n{PUBLIC}/screen/" in link
    assert "到今天 11月23日 周一 11:00有效" in link


def test_digits_to_read_out(say: Chat) -> None:
    say.at(at("09:50:00"))
    shown = say("灭火器讲解的签到数字", "doorman")
    heard = digits(say, "tower-station")
    assert f"请现在念给大家听：{heard[:3]} {heard[3:]}" in shown.text
    say(heard, "he")
    assert say("1", "he").text.startswith("已签到")
    say.at(at("09:51:00"))
    assert say.press("换新数字", "doorman").text != shown.text


def test_ones_own_code(say: Chat) -> None:
    assert say("我的签到码").text.startswith("请先报名，报好了就有签到码。")
    register(say, "drill", "lin")
    shown = say("我的签到码")
    assert (shown.did, shown.refs) == ("registration.code", ["activity:drill"])
    assert shown.text.startswith("请在现场给工作人员扫，「灭火器讲解」。也可以报到场号：1。")
    (code,) = says(shown)
    assert code.startswith("admit ")
    assert says(say(f"mycode {door.number(say.engine, 'drill')}")) == [code]
    assert (
        "我的签到码" in say("我的报名").labels
        or "我的签到码" in say(f"show {door.number(say.engine, 'drill')}").labels
    )
    # It is of who is registered: there is none of anybody else's.
    assert says(say(f"mycode {door.number(say.engine, 'drill')}", "anna")) == []


@pytest.mark.parametrize("said", ["服务站签到码", "我们站的签到码", "服务站的签到屏幕", "服务站的签到数字"])
def test_who_says_station_means_it_also_while_an_activity_is_on(say: Chat, said: str) -> None:
    """The twin is the same sentence without the word: an activity is on soon, which goes first then."""
    assert say(said, "officer").refs == ["place:tower-station"]
    assert say("签到码", "officer").refs[0].startswith("activity:")
