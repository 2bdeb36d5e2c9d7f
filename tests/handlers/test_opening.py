"""Opening hours in words: the usual ones, and how a place stands now."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from handlers import opening
from handlers.words import Reader, say
from models.member import Language
from models.office_hours import Standing

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = "2026-11-23T09:10"
HOURS = {
    "Mon-Fri 09:00-18:00; Sat 09:00-12:00": (
        "周一至周五 09:00–18:00、周六 09:00–12:00",
        "Mon–Fri 09:00–18:00, Sat 09:00–12:00",
    ),
    "Mon-Fri 09:00-12:00,13:30-18:00; PH off": (
        "周一至周五 09:00–12:00 13:30–18:00、节假日休息",
        "Mon–Fri 09:00–12:00 13:30–18:00, Public holidays closed",
    ),
    "24/7": ("每天 24小时", "Every day 24 hours"),
    "Mon-Sun,PH 09:00-24:00; Wed off": (
        "每天、节假日 09:00–24:00、周三休息",
        "Every day, Public holidays 09:00–24:00, Wed closed",
    ),
    "Fri-Sat 22:00-02:00; 2026-12-24..2026-12-26 off; 2027-01-01 10:00-12:00": (
        "周五至周六 22:00–02:00、12月24日至12月26日休息、1月1日 10:00–12:00",
        "Fri–Sat 22:00–02:00, 24/12–26/12 closed, 1/1 10:00–12:00",
    ),
}
NOW = {
    (True, "2026-11-23T18:00", None): ("现在开着，18:00关门", "Open now, closes at 18:00"),
    (True, "2026-11-24T00:00", None): ("现在开着，24:00关门", "Open now, closes at 24:00"),
    (True, "2026-11-24T02:00", None): ("现在开着，次日02:00关门", "Open now, closes at 02:00 the next day"),
    (True, "2026-11-26T12:00", None): (
        "现在开着，11月26日 周四 12:00关门",
        "Open now, closes Thu 26 Nov 12:00",
    ),
    (True, None, None): ("现在开着，不关门", "Open now, around the clock"),
    (False, "2026-11-23T13:30", None): ("现在休息，今天13:30开门", "Closed now, opens today at 13:30"),
    (False, "2026-11-24T09:00", "停电"): (
        "现在休息，明天09:00开门（停电）",
        "Closed now, opens tomorrow at 09:00 (停电)",
    ),
    (False, "2026-11-29T09:00", None): ("现在休息，周日09:00开门", "Closed now, opens Sun at 09:00"),
    (False, "2026-11-30T09:00", None): (
        "现在休息，11月30日 周一 09:00开门",
        "Closed now, opens Mon 30 Nov 09:00",
    ),
    (False, None, None): ("现在休息，一个月里都没有开门的时间", "Closed now, with no opening within a month"),
}


def reader(language: Language) -> Reader:
    return Reader(language, at(MONDAY), ZONE)


def at(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=ZONE)


@pytest.mark.parametrize("text", HOURS)
def test_the_usual_hours(text: str) -> None:
    said = opening.hours(text)
    assert (say(said, reader("zh-Hans")), say(said, reader("en"))) == HOURS[text]


@pytest.mark.parametrize("standing", NOW)
def test_how_it_stands_now(standing: tuple[bool, str | None, str | None]) -> None:
    is_open, until, reason = standing
    said = opening.said(Standing(is_open, at(until) if until else None, reason), at(MONDAY), ZONE)
    assert (say(said, reader("zh-Hans")), say(said, reader("en"))) == NOW[standing]
