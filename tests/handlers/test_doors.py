"""At the door: staff scan somebody's code, whoever else does learns nothing; the narrow roles may nothing else."""

from pathlib import Path

import pytest

from handlers.talk import ACTIONS
from models import checkin_code
from models.checkin_code import Code
from tests import door
from tests.chat import VAULT, Chat
from tests.door import at, on_screen, refusals, register, scan, visits
from tests.handlers.test_checkin_codes import says

NOTHING = "请把签到码给现场的工作人员扫，由他们来签到。"


@pytest.fixture
def say(say: Chat, tmp_path: Path) -> Chat:
    door.load(say.engine, tmp_path)
    return say


def test_staff_scan_ones_own_code(say: Chat) -> None:
    register(say, "drill", "lin")
    (code,) = says(say("我的签到码"))
    say.at(at("09:40:00"))
    for who in ("lin", "anna", "judge", "host"):
        told = scan(say, who, code)
        assert told.text.startswith({"anna": "Please have the staff there scan"}.get(who, NOTHING))
        assert (told.refs, told.did) == ([], "staff.activity")
    assert visits(say) == []
    done = scan(say, "doorman", code)
    assert (done.did, done.refs) == ("staff.activity", ["activity:drill"])
    assert done.text.startswith("已签到：林一，1位，「灭火器讲解」。\n现在到了1位。")
    say.at(at("09:55:00"))
    again = scan(say, "officer", code)
    assert again.text.startswith("之前签到过了：林一，1位，今天 11月23日 周一 09:40，由门卫老周。")
    assert visits(say) == [("personal", 1, True)]
    assert scan(say, "lin", on_screen(say, "tower-station")).text.startswith(
        "已签到 今天 11月23日 周一 09:40"
    )
    say.press("撤销签到", "officer")
    assert visits(say) == [("personal", 1, False)]
    assert [reason for _, reason in refusals(say)] == ["checkin.duty"] * 4


def test_a_code_that_is_not_good(say: Chat) -> None:
    register(say, "drill", "lin")
    (code,) = says(say("我的签到码"))
    assert "09:30以后再来签到" in scan(say, "doorman", code).text
    say.at(at("09:40:00"))
    assert scan(say, "doorman", code[:-1] + "x").text.startswith(NOTHING)
    other = checkin_code.sign(VAULT, Code("picture", 1))
    assert scan(say, "doorman", f"admit {other}").text.startswith(NOTHING)
    assert say("admit 999", "doorman").text.startswith(NOTHING)
    say(f"withdraw {door.number(say.engine, 'drill')}")
    say("确认取消")
    assert scan(say, "doorman", code).text.startswith("请看看名单，这份报名已经不算了。")
    assert visits(say) == []
    assert refusals(say) == [
        ("personal", "checkin.early"),
        ("personal", "checkin.duty"),
        ("personal", "checkin.duty"),
        ("staff", "checkin.duty"),
        ("personal", "checkin.none"),
    ]


def test_the_number_is_said_and_the_party_put_right(say: Chat) -> None:
    say(f"register {door.number(say.engine, 'drill')}")
    say("改人数")
    say("3")
    say("确认")
    say.at(at("09:40:00"))
    done = say("到场号 1", "doorman")
    assert done.text.startswith("已签到：林一，3位，「灭火器讲解」。\n现在到了3位。")
    say.press("改到场人数", "doorman")
    assert say("2", "doorman").text.startswith("改好了，记2位。")
    assert visits(say) == [("staff", 2, True)]
    assert door.changes(say, "visit") == [(None, "arrived"), ("3", "party corrected")]
    assert say("headcount 1", "anna").text.startswith("Please scan the code again")
    assert visits(say) == [("staff", 2, True)]


# What the narrow role is for: everything else of staff answers as it answers a resident.
OF_THE_DOOR = {"admit", "attendees", "attendpage", "checkincode", "digits", "headcount", "screen"}
OF_STAFF = sorted(head for head, action in ACTIONS.items() if action.name.startswith("staff."))


def answer(say: Chat, line: str, who: str) -> str:
    """What comes first; a form that it opened is left again."""
    said = say(line, who).messages[0][1].text
    say("取消", who)
    return said


def test_door_staff_may_nothing_else(say: Chat) -> None:
    """Every action of staff × role: bare, and about an activity of the tower, as each of four people presses it."""
    number = door.number(say.engine, "drill")
    people = ("he", "doorman", "judge", "officer")
    lines = {head: f"{head} {number}" if ACTIONS[head].numbered else head for head in OF_STAFF}
    seen = {head: {who: answer(say, line, who) for who in people} for head, line in lines.items()}
    may = {
        who: {head for head, told in seen.items() if told[who] == told["officer"] != told["he"]}
        for who in people
    }
    assert may["officer"] > {"move", "calloff", "checkincode", "attendees", "announce"}
    assert may["doorman"] - OF_THE_DOOR == set()
    assert may["doorman"] >= {"attendees", "checkincode", "digits"}
    assert may["judge"] & (OF_THE_DOOR | {"move", "calloff", "announce"}) == set()
