"""A station's codes for its staff: the one that changes, the one to print, the screen's address, the digits."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from models.database import transaction
from models.visit import VISIT
from tests import crowd, door
from tests.chat import Chat
from tests.door import at, digits, on_screen, place_key, scan
from tests.handlers.test_checkin_codes import PUBLIC, says


@pytest.fixture
def say(say: Chat, tmp_path: Path) -> Chat:
    door.load(say.engine, tmp_path)
    return say


def test_the_code_that_changes(say: Chat) -> None:
    shown = say("云杉服务站的签到码", "officer")
    assert (shown.did, shown.refs) == ("staff.activity", ["place:tower-station"])
    assert shown.text.startswith("请现在给到云杉大厦服务站的人扫，一分钟内有效。")
    (code,) = says(shown)
    assert code == on_screen(say, "tower-station")
    assert scan(say, "lin", code).did == "station.checkin"
    say.at(at("09:11:31"))
    past = scan(say, "anna", code)
    assert (past.did, past.refs) == ("station.checkin", ["place:tower-station"])
    assert past.text.startswith("Please scan the screen once more")
    renewed = say.press("换新码", "officer")
    assert says(renewed) == [on_screen(say, "tower-station")]
    # An activity that is named has its own one still.
    assert says(say("灭火器讲解的签到码", "officer"))[0] != code


def test_the_printed_code_and_the_others(say: Chat) -> None:
    say.equipment.public_url = PUBLIC
    shown = say("云杉服务站的打印码", "doorman")
    assert (shown.did, shown.refs) == ("staff.activity", ["place:tower-station"])
    assert "统计里分开算" in shown.text
    (code,) = says(shown)
    say.at(at("17:00:00"))
    assert "扫的是打印码" in scan(say, "lin", code).text
    six = digits(say, "tower-station")
    assert f"{six[:3]} {six[3:]}" in say.press("念6位数字", "doorman").text
    assert re.search(rf"{PUBLIC}/screen/\S{{36}}\n", say("云杉服务站的签到屏幕", "officer").text)
    assert f"{six[:3]} {six[3:]}" in say("云杉服务站的签到数字", "officer").text
    say.equipment.public_url = None
    without = say.press("签到屏幕", "doorman")
    assert without.text.startswith("请用打印码，或者念6位数字。")


def test_nobody_else_gets_them(say: Chat) -> None:
    key = place_key(say.engine, "tower-station")
    for head in ("stationcode", "stationprint", "doorscreen", "stationsix"):
        for who in ("lin", "host", "judge"):
            told = say(f"{head} {key}", who)
            assert (told.did, says(told)) == ("staff.activity", []), (head, who)
            assert told.text.startswith("请找站长，云杉大厦服务站的事由工作人员办。")
            assert told.labels == ["看看这个站"]
    assert says(say("海棠苑居民服务站的签到码", "officer")) == []
    with transaction(say.engine) as db:
        assert db.rows(select(VISIT)) == []


def test_which_station_is_asked(say: Chat) -> None:
    """Whoever has no activity to check in to within a day means a station by naming nothing."""
    say.at("2026-11-30T09:10:00+08:00")
    assert says(say("签到码", "officer")) == [on_screen(say, "tower-station")]
    with transaction(say.engine) as db:
        crowd.make_staff(db, "he", "ginkgo")
    asked = say("打印码", "he")
    assert asked.text.startswith("哪个站的码？")
    assert say("海棠苑居民服务站", "he").refs == ["place:estate-station"]
    assert say("stationprint", "lin").text.startswith("请说站的名字")
