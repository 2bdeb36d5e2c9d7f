"""Ten minutes after the start who is missing is asked once, where others came; never at night, never everybody."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from models.activity import ACTIVITY
from models.database import transaction
from models.registration import REGISTRATION
from tests import door
from tests.chat import Chat
from tests.door import at, on_screen, register, scan

ASKED = "「灭火器讲解」开始了，在云杉大厦服务站。您到了吗？"


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    door.load(say_on_both.engine, tmp_path)
    return say_on_both


def outcomes(say: Chat) -> list[str | None]:
    with transaction(say.engine) as db:
        return [row.outcome for row in db.rows(select(REGISTRATION.c.outcome).order_by(REGISTRATION.c.id))]


def test_who_is_missing_is_asked_once(say: Chat) -> None:
    register(say, "drill", "lin", "he", "officer")
    say.told(at("09:59:00"))
    scan(say, "lin", on_screen(say, "tower-station"))
    assert say.told(at("10:09:59")) == {}
    told = say.told(at("10:10:00"))
    assert sorted(told) == ["he", "officer"]
    assert told["he"].text.startswith(ASKED)
    assert told["he"].labels == ["到了", "在路上", "来不了"]
    assert say.press("在路上", "he").text.startswith("好的，路上小心。")
    said = say.press("到了", "officer")
    assert (said.did, said.text.split("，")[0]) == ("activity.checkin", "请扫现场屏幕上的码")
    excused = say(f"cannotcome {door.number(say.engine, 'drill')}", "officer")
    assert (excused.did, outcomes(say)) == ("activity.cancel", [None, None, "excused"])
    # The same once more is the same; who is there, or never was to come, is told that it is not needed.
    assert say(f"cannotcome {door.number(say.engine, 'drill')}", "officer").text == excused.text
    for who in ("lin", "host"):
        assert say(f"cannotcome {door.number(say.engine, 'drill')}", who).text.startswith("不用再说了")
    assert outcomes(say) == [None, None, "excused"]
    assert say.told(at("10:59:00")) == {}


def test_where_nobody_came_nobody_is_disturbed(say: Chat) -> None:
    register(say, "drill", "lin", "he")
    assert say.told(at("09:59:00")) == {}
    scan(say, "lin", on_screen(say, "tower-station"))
    say("撤销签到", "lin")
    assert say.told(at("10:59:00")) == {}


def test_it_follows_what_moves_and_rests_at_night(say: Chat) -> None:
    register(say, "drill", "lin", "he")
    say.told(at("09:59:00"))
    scan(say, "lin", on_screen(say, "tower-station"))
    starts, ends = (datetime.fromisoformat(at(clock)) for clock in ("10:30:00", "11:30:00"))
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "drill").values(starts=starts, ends=ends))
    assert say.told(at("10:39:00")) == {}
    assert sorted(say.told(at("10:40:00"))) == ["he"]


def test_at_night_nobody_is_asked(say: Chat) -> None:
    number = door.number(say.engine, "night")
    for who in ("lin", "he"):
        say(f"register {number}", who)
        say("确认", who)
    say.told("2026-11-27T21:59:00+08:00")
    scan(say, "lin", on_screen(say, "tower"))
    assert say.told("2026-11-28T01:00:00+08:00") == {}
