"""Coming to a station: by scan, digits or the printed code, within its hours, once in four hours, and what for."""

import random
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot import community, dispatch
from bot.inbound import Inbound, Reply
from models import checkin_code, office_hours, station_visit
from models.activity import ACTIVITY
from models.checkin_code import Code
from models.community import COMMUNITY
from models.database import transaction
from models.place import PLACE
from models.visit import VISIT
from tests import crowd, door
from tests.chat import VAULT, Chat
from tests.door import at, digits, on_screen, place_key, refusals, scan


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    door.load(say_on_both.engine, tmp_path)
    return say_on_both


def printed(say: Chat, where: str) -> str:
    return f"checkin {checkin_code.sign(VAULT, Code('printed', place_key(say.engine, where)))}"


def stops(say: Chat) -> list[tuple[str, str | None]]:
    """How each came to a station and what for, in the order of their coming."""
    with transaction(say.engine) as db:
        rows = db.rows(select(VISIT).where(VISIT.c.activity_id.is_(None)).order_by(VISIT.c.id))
    return [(row.how, row.purpose) for row in rows if row.undone is None]


def test_a_scan_and_what_for(say: Chat) -> None:
    """At 09:10 nothing is on yet: the code of the door is the station's."""
    came = scan(say, "lin", on_screen(say, "tower-station"))
    assert (came.did, came.refs) == ("station.checkin", ["place:tower-station"])
    assert came.text.split("\n") == [
        "已签到 今天 11月23日 周一 09:10，云杉大厦服务站。",
        "今天这里有：10:00 灭火器讲解。",
        "您来做什么？点一个，不点也行。",
    ]
    purposes = ["办事", "咨询", "参加活动", "借场地", "参观", "歇一歇"]
    assert came.labels[:7] == [*purposes, "今天的活动"]
    assert came.labels[-2:] == ["转人工", "撤销签到"]
    said = say("2")
    assert (said.did, said.text.split("\n")[0]) == ("station.checkin", "记下了，来云杉大厦服务站：咨询。")
    assert stops(say) == [("screen", "咨询")]
    # An old button corrects it and does nothing else; nobody else's does.
    assert say(came.buttons["办事"]).text.startswith("记下了，来云杉大厦服务站：办事。")
    assert say(came.buttons["参观"], "he").text.startswith("请到了再扫一次码")
    assert say("camefor 19").text.startswith("请到了再扫一次码")
    assert stops(say) == [("screen", "办事")]
    say.at(at("13:20:00"))
    assert say(came.buttons["参观"]).text.startswith("请到了再扫一次码")
    assert stops(say) == [("screen", "办事")]
    assert scan(say, "anna", on_screen(say, "tower-station")).labels[:2] == ["Services", "Ask a question"]


def test_two_scans_within_four_hours_are_one_visit(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    scan(say, "lin", on_screen(say, "tower-station"))
    say.at(at("13:09:59"))
    again = scan(say, "lin", on_screen(say, "tower-station"))
    assert "已签到 今天 11月23日 周一 09:10" in again.text
    assert "4小时里再扫一次，还算这一次。" in again.text
    assert len(stops(say)) == 1
    # Another station is another visit, and so is somebody else's.
    scan(say, "lin", on_screen(say, "estate-station"))
    scan(say, "he", on_screen(say, "tower-station"))
    assert len(stops(say)) == 3
    say.at(at("13:10:00"))
    assert "13:10" in scan(say, "lin", on_screen(say, "tower-station")).text
    assert len(stops(say)) == 4
    # The twin of the rule.
    monkeypatch.setattr(station_visit, "WITHIN", timedelta(0))
    say.at(at("13:11:00"))
    scan(say, "lin", on_screen(say, "tower-station"))
    assert len(stops(say)) == 5


def test_outside_its_hours_it_says_when_it_opens(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say.at(at("18:00:00"))
    refused = scan(say, "lin", on_screen(say, "tower-station"))
    assert (refused.did, refused.refs) == ("station.checkin", ["place:tower-station"])
    assert refused.text.split("\n") == [
        "请开门后再来签到，云杉大厦服务站现在休息，明天09:00开门。",
        "开放时间：周一至周五 09:00–18:00、周六 09:00–12:00。",
    ]
    assert refused.labels == ["看看这个站", "所有服务站"]
    told = say("我到云杉服务站了，签到")
    assert (told.did, told.text) == ("station.checkin", refused.text)
    assert scan(say, "lin", printed(say, "tower-station")).text == refused.text
    assert (stops(say), refusals(say)) == (
        [],
        [("screen", "station.closed"), ("printed", "station.closed")],
    )
    # The twin: without the hours it would count.
    monkeypatch.setattr(office_hours, "is_open", lambda *_: True)
    assert scan(say, "lin", on_screen(say, "tower-station")).text.startswith("已签到")
    assert stops(say) == [("screen", None)]


def test_saying_so_asks_for_the_code_or_the_digits(say: Chat) -> None:
    for words in ("我到云杉服务站了,签到", "云杉大厦服务站签到", "到云杉服务站了", "我在云杉服务站签到"):
        told = say(words)
        assert (told.did, told.refs) == ("station.checkin", ["place:tower-station"]), words
        assert told.text.startswith("请扫云杉大厦服务站屏幕上的码，或者发屏幕上的6位数字。")
    assert say("I'm at Spruce Tower station, check in", "anna").did == "station.checkin"
    assert say("到服务站了，签到").text.startswith("请扫站里屏幕上的码")
    assert stops(say) == []
    right = digits(say, "tower-station")
    assert "请再听一遍6位数字" in say("000000" if right != "000000" else "111111").text
    came = say(f"{right[:3]} {right[3:]}")
    assert (came.did, came.refs) == ("station.checkin", ["place:tower-station"])
    assert say("我到云杉服务站了，签到").text.startswith("已签到 今天 11月23日 周一 09:10")
    # The digits say where he is, whatever he calls it.
    assert say(f"云杉服务站签到 {digits(say, 'estate-station')}", "he").refs == ["place:estate-station"]
    assert stops(say) == [("digits", None), ("digits", None)]


def test_the_printed_code_is_marked_and_is_of_no_activity(say: Chat) -> None:
    door.register(say, "drill", "lin")
    say.at(at("09:58:10"))
    came = scan(say, "lin", printed(say, "tower-station"))
    assert (came.did, came.text.split("\n")[1]) == ("station.checkin", "扫的是打印码，记录里会注明。")
    assert stops(say) == [("printed", None)]
    # His activity goes first with the code that changes, and has a visit of its own.
    assert scan(say, "lin", on_screen(say, "tower-station")).refs == ["activity:drill"]
    assert door.visits(say) == [("printed", 1, True), ("screen", 1, True)]
    assert scan(say, "he", printed(say, "tower")).text.startswith("请扫现场屏幕上的码，这个打印码")


def test_who_has_no_seat_is_asked_what_he_comes_for(say: Chat) -> None:
    door.register(say, "drill", "he")
    say.at(at("09:55:00"))
    asked = scan(say, "lin", on_screen(say, "tower-station"))
    assert (asked.did, asked.text.split("\n")[0]) == ("station.checkin", "您来云杉大厦服务站做什么？")
    # The code is another one by now; that he was there was seen.
    say.at(at("09:58:00"))
    came = say("来办别的事")
    assert (came.did, came.refs) == ("station.checkin", ["place:tower-station"])
    assert (stops(say), door.registered(say, "lin")) == ([("screen", None)], [])
    # Whoever is awaited elsewhere hears where.
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code.in_(("patrol", "choir"))).values(state="cancelled"))
    elsewhere = scan(say, "he", on_screen(say, "estate-station"))
    assert "您报的「灭火器讲解」在云杉大厦服务站，请到那里扫码。" in elsewhere.text
    # Where the station is closed, the one thing that is on is meant.
    with transaction(say.engine) as db:
        db.run(update(PLACE).where(PLACE.c.code == "tower-station").values(opening="Sun 09:00-10:00"))
    walked_in = scan(say, "mei", on_screen(say, "tower-station"))
    assert (walked_in.did, walked_in.refs) == ("activity.checkin", ["activity:drill"])


def test_taken_back_while_it_is_fresh(say: Chat) -> None:
    came = scan(say, "lin", on_screen(say, "tower-station"))
    assert say(came.buttons["撤销签到"], "he").text.startswith("没有可以撤销的签到。")
    undone = say("撤销签到")
    assert (undone.did, undone.text) == ("station.undo", "签到撤销了，云杉大厦服务站。")
    assert say(came.buttons["撤销签到"]).text == undone.text
    assert stops(say) == []
    assert door.changes(say, "visit") == [(None, "arrived"), ("arrived", "undone")]
    scan(say, "lin", on_screen(say, "tower-station"))
    say.at(at("09:21:00"))
    assert say("撤销签到").text.startswith("请告诉站里的工作人员")
    assert stops(say) == [("screen", None)]


def flipped(says: str, times: int) -> list[str]:
    """The sentence of a code with one bit of its token changed, or several."""
    chance, token = random.Random(8), says.partition(" ")[2]
    made = set[str]()
    while len(made) < times:
        letters = list(token)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            nth = chance.randrange(len(letters))
            letters[nth] = chr(ord(letters[nth]) ^ (1 << chance.randrange(7)))
        made.add("".join(letters))
    return [f"checkin {each}" for each in sorted(made - {token})]


def test_a_thousand_flipped_codes(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the code that changes and of the printed one: none is taken. The twin: unsigned, some would be."""
    shown = on_screen(say, "tower-station")
    codes = flipped(shown, 600) + flipped(printed(say, "tower-station"), 600)
    assert len(codes) > 1000
    for nth, each in enumerate(codes):
        scan(say, ("lin", "he", "mei")[nth % 3], each)
    assert (stops(say), door.visits(say)) == ([], [])
    late = scan(say, "lin", on_screen(say, "tower-station", "09:08:29"))
    assert (late.did, late.text.split("。")[0]) == (
        "station.checkin",
        "请再扫一次现场屏幕上的码，每30秒换一个，这个已经换掉了",
    )
    # The code of another station says that one is there, and nowhere else.
    assert scan(say, "lin", on_screen(say, "estate-station")).refs == ["place:estate-station"]
    with transaction(say.engine) as db:
        assert {row.place_id for row in db.rows(select(VISIT))} == {crowd.place(db, "estate-station")}
    monkeypatch.setattr("hmac.compare_digest", lambda *_: True)
    token = shown.partition(" ")[2]
    assert scan(say, "he", f"checkin {token[:-1]}{'A' if token[-1] != 'A' else 'B'}").text.startswith(
        "已签到"
    )


def test_three_hundred_on_one_code(say: Chat) -> None:
    """Within its 30 seconds each counts once, however often he scans."""
    shown = on_screen(say, "tower-station")
    with transaction(say.engine) as db:
        crowd.add_many(db, 300, "tower")

    def scans(who: str, late: float) -> "Future[Reply]":
        heard = Inbound("console", who, shown, scanned=True)
        now = say.clock.now() + timedelta(seconds=late)
        return say.worker.submit(("console", who), lambda db: dispatch.answer(db, heard, now, say.equipment))

    waiting = [scans(f"crowd-{nth}", nth / 10) for nth in range(300) for _ in range(2)]
    assert {each.result(60).did for each in waiting} == {"station.checkin"}
    with transaction(say.engine) as db:
        came = [row.member_id for row in db.rows(select(VISIT.c.member_id))]
    assert (len(came), len(set(came))) == (300, 300)


def test_what_a_pack_says_people_come_for(say: Chat, tmp_path: Path) -> None:
    file = tmp_path / "purposes.toml"
    community_of_tests = '[community]\nname = "银杏社区"\ntimezone = "Asia/Shanghai"\nlanguages = ["zh-Hans", "zh-Hant", "en"]\n'
    file.write_text(community_of_tests + 'purposes = ["喝杯茶", "办事"]\n', "utf-8")
    community.load(say.engine, [file])
    came = scan(say, "lin", on_screen(say, "tower-station"))
    assert came.labels[:2] == ["喝杯茶", "办事"]
    assert say("喝杯茶").text.startswith("记下了，来云杉大厦服务站：喝杯茶。")
    assert stops(say) == [("screen", "喝杯茶")]
    with transaction(say.engine) as db:
        assert db.value(select(COMMUNITY.c.purposes)) == ["喝杯茶", "办事"]
