"""How many came to a station, by what for: exact for a day, a week and a month, the printed code apart."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from models import footfall
from models.database import transaction
from models.visit import VISIT
from tests import crowd, door
from tests.chat import Chat

ZONE = ZoneInfo("Asia/Shanghai")
PURPOSES = ("办事", "咨询", None)


@pytest.fixture
def say(say_on_both: Chat) -> Chat:
    """Visits of every three hours since September, to two stations, some of them taken back."""
    start = datetime.fromisoformat("2026-09-28T00:30:00+08:00")
    with transaction(say_on_both.engine) as db:
        crowd.make_staff(db, "he", "ginkgo")
        places = [crowd.place(db, code) for code in ("tower-station", "estate-station")]
        hours = range(0, int((say_on_both.clock.now() - start) / timedelta(hours=1)), 3)
        for nth, (hour, place) in enumerate(product(hours, places)):
            entered = start + timedelta(hours=hour)
            db.run(
                insert(VISIT).values(
                    place_id=place,
                    member_id=crowd.member(db, "lin"),
                    entered=entered,
                    seats=1,
                    how="printed" if nth % 5 == 0 else "screen",
                    purpose=PURPOSES[nth % 7 % 3],
                    undone=entered if nth % 11 == 0 else None,
                )
            )
    return say_on_both


def counted(say: Chat, station: str, first: str, last: str) -> tuple[Counter[str | None], int]:
    """The same in plain Python, from all rows."""
    with transaction(say.engine) as db:
        rows = [
            row
            for row in db.rows(VISIT.select())
            if row.place_id == crowd.place(db, station)
            and row.undone is None
            and first <= row.entered.astimezone(ZONE).date().isoformat() <= last
        ]
    return Counter(row.purpose for row in rows), sum(row.how == "printed" for row in rows)


def test_it_is_exact(say: Chat) -> None:
    spans = {
        "云杉服务站今天来了多少人": ("2026-11-23", "2026-11-23"),
        "云杉服务站昨天客流": ("2026-11-22", "2026-11-22"),
        "云杉服务站本周人流": ("2026-11-23", "2026-11-29"),
        "云杉服务站上周客流": ("2026-11-16", "2026-11-22"),
        "云杉服务站这个月来了多少人次": ("2026-11-01", "2026-11-30"),
        "云杉服务站上个月客流": ("2026-10-01", "2026-10-31"),
        "云杉服务站10月客流": ("2026-10-01", "2026-10-31"),
    }
    for words, (first, last) in spans.items():
        told = say(words, "officer")
        by_purpose, weak = counted(say, "tower-station", first, last)
        assert (told.did, told.refs) == ("staff.report", ["place:tower-station"]), words
        head, *lines = told.text.split("\n")
        span = first if first == last else f"{first}–{last[5:]}"
        mark = f"（打印码{weak}）" if weak else ""
        assert head == f"云杉大厦服务站，{span}：{by_purpose.total()}人次{mark}", words
        shown = Counter({line[2:].split("：")[0]: int(line.split("：")[1].split("（")[0]) for line in lines})
        named = Counter({purpose or "没说来做什么": count for purpose, count in by_purpose.items()})
        assert shown == named, words
        assert sum(int(line.split("打印码")[1][:-1]) for line in lines if "打印码" in line) == weak


def test_of_several_stations_and_the_other_lengths(say: Chat) -> None:
    told = say("服务站这周客流", "he")
    sums = [counted(say, code, "2026-11-23", "2026-11-29") for code in ("tower-station", "estate-station")]
    total = sum(by_purpose.total() for by_purpose, _ in sums)
    assert told.text.split("（")[0].split("\n")[0] == f"2026-11-23–11-29，2个站共{total}人次"
    assert told.refs == ["place:tower-station", "place:estate-station"]
    one = say.press("海棠苑居民服务站", "he")
    assert one.text.startswith(f"海棠苑居民服务站，2026-11-23–11-29：{sums[1][0].total()}人次")
    assert one.labels == ["看当天", "看这个月"]
    month = counted(say, "estate-station", "2026-11-01", "2026-11-30")[0].total()
    assert f"：{month}人次" in say.press("看这个月", "he").text


def test_only_its_staff_hear_it(say: Chat) -> None:
    for words in ("云杉服务站这周客流", "服务站今天来了多少人"):
        told = say(words)
        assert (told.did, "人次" in told.text, told.labels) == ("staff.report", False, ["看看这个站"]), words
    assert "人次" not in say("海棠苑居民服务站今天来了多少人", "officer").text
    key = door.place_key(say.engine, "estate-station")
    assert "人次" not in say(f"footfall {key * 10 + 1}", "officer").text


def test_a_day_begins_and_ends_at_midnight_there() -> None:
    first, last = footfall.days("month", datetime(2026, 2, 14, tzinfo=ZONE).date())
    assert (first.isoformat(), last.isoformat()) == ("2026-02-01", "2026-02-28")
    since, until = footfall.instants(first, last, ZONE)
    assert (since.isoformat(), until.isoformat()) == (
        "2026-02-01T00:00:00+08:00",
        "2026-03-01T00:00:00+08:00",
    )


@pytest.mark.parametrize("said", ["今天来了多少人", "昨天一共来了几个人", "上周来了多少人"])
def test_who_names_no_station_means_his_own(say: Chat, said: str) -> None:
    asked = say(said, "officer")
    assert (asked.did, asked.refs) == ("staff.report", ["place:tower-station"])
