"""Checking in and out by scan, digits or picture: once, in time, at the right place; every refusal has its reason."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.inbound import Inbound
from models import activity, activity_change, checkin_code, checkin_refusal, checking_in, registration
from models.activity import ACTIVITY, Listing
from models.activity_change import Slot
from models.credit import CREDIT
from models.database import Db, transaction
from models.place import PLACE
from models.refusal import Refusal
from models.text import Text
from models.visit import VISIT
from tests import crowd, door
from tests.chat import VAULT, Chat
from tests.door import (
    at,
    changes,
    digits,
    on_screen,
    picture,
    refusals,
    register,
    registered,
    scan,
    visits,
    walk_in,
)  # fmt: skip


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    door.load(say_on_both.engine, tmp_path)
    return say_on_both


def minutes(say: Chat) -> list[int]:
    with transaction(say.engine) as db:
        return [row.minutes for row in db.rows(select(CREDIT.c.minutes).order_by(CREDIT.c.id))]


def test_a_scan_checks_in_once(say: Chat) -> None:
    register(say, "drill", "lin")
    say.at(at("09:58:10"))
    shown = on_screen(say, "tower-station")
    first = scan(say, "lin", shown)
    assert (first.did, first.refs) == ("activity.checkin", ["activity:drill"])
    assert first.text.startswith("已签到 今天 11月23日 周一 09:58，「灭火器讲解」。")
    say.at(at("09:58:55"))
    again = scan(say, "lin", shown)
    assert (again.did, again.text.split("\n")[0]) == (
        "activity.checkin",
        "已签到 今天 11月23日 周一 09:58，「灭火器讲解」。",
    )
    say.at(at("10:30:00"))
    later = scan(say, "lin", on_screen(say, "tower-station"))
    assert later.text.startswith("已签到 今天 11月23日 周一 09:58")
    assert (visits(say), refusals(say)) == ([("screen", 1, True)], [])
    assert changes(say, "visit") == [(None, "arrived")]


def test_what_is_no_code_of_now_and_here_is_refused_and_kept(say: Chat) -> None:
    register(say, "drill", "lin")
    early = scan(say, "lin", picture(say, "drill"))
    assert early.text.startswith("请今天 11月23日 周一 09:30以后再来签到，「灭火器讲解」开始前30分钟起可以。")
    shown = on_screen(say, "tower-station", "10:00:00")
    say.at(at("10:01:31"))
    assert scan(say, "lin", shown).text.startswith("请再扫一次现场屏幕上的码")
    elsewhere = scan(say, "lin", on_screen(say, "estate"))
    assert elsewhere.text.startswith("请到云杉大厦服务站扫码，您报的「灭火器讲解」在那里。这是海棠苑的码。")
    good = on_screen(say, "tower-station")
    forged = scan(say, "lin", good[:-1] + ("A" if good[-1] != "A" else "B"))
    assert forged.text.startswith("请扫现场屏幕上的码，这个码不是签到用的")
    nothing = scan(say, "he", on_screen(say, "ginkgo"))
    assert nothing.text.startswith("请看看现场的安排，银杏街道现在没有可以签到的活动。")
    say.at(at("11:00:00"))
    over = scan(say, "lin", picture(say, "drill"))
    assert over.text.startswith("「灭火器讲解」已经结束了，不能再签到。")
    assert {said.did for said in (early, elsewhere, forged, nothing, over)} == {"activity.checkin"}
    assert visits(say) == []
    assert refusals(say) == [
        ("picture", "checkin.early"),
        ("screen", "checkin.expired"),
        ("screen", "checkin.place"),
        ("screen", "checkin.forged"),
        ("screen", "checkin.nothing"),
        ("picture", "checkin.over"),
    ]
    last_day = say.clock.now() + checkin_refusal.KEPT
    with transaction(say.engine) as db:
        checkin_refusal.forget(db, last_day - timedelta(hours=2))
    assert len(refusals(say)) == 6
    with transaction(say.engine) as db:
        checkin_refusal.forget(db, last_day + timedelta(hours=2))
    assert refusals(say) == []


def test_without_the_grace_and_the_places_they_would_be_taken(
    say: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twins of the guards: a code 91 s old, and a code of another place."""
    register(say, "drill", "lin")
    shown = on_screen(say, "tower-station", "10:00:00")
    say.at(at("10:01:31"))
    monkeypatch.setattr(checkin_code, "_GRACE", 9)
    assert scan(say, "lin", shown).text.startswith("已签到")
    say("undo 1")
    with transaction(say.engine) as db:
        where = crowd.place(db, "estate-station")
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "drill").values(place_id=where))
    assert scan(say, "lin", on_screen(say, "estate-station")).refs == ["activity:drill"]


def test_a_cancelled_one_is_refused(say: Chat) -> None:
    register(say, "drill", "lin")
    say.at(at("09:40:00"))
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "drill").values(state="cancelled"))
    assert scan(say, "lin", picture(say, "drill")).text.startswith("「灭火器讲解」取消了，不办了。")
    assert refusals(say) == [("picture", "activity.cancelled")]


def test_digits_that_were_read_aloud(say: Chat) -> None:
    register(say, "drill", "lin")
    with transaction(say.engine) as db:
        open_ones = db.rows(select(PLACE.c.id, PLACE.c.opening).where(PLACE.c.kind == "station"))
        db.run(update(PLACE).where(PLACE.c.kind == "station").values(opening="Sun 09:00-10:00"))
    assert say("123456").did == "unknown"
    with transaction(say.engine) as db:
        for each in open_ones:
            db.run(update(PLACE).where(PLACE.c.id == each.id).values(opening=each.opening))
    say.at(at("09:58:10"))
    assert say("签到").text.startswith("请扫现场屏幕上的码，或者把念的6位数字发来，给「灭火器讲解」签到。")
    right = digits(say, "tower-station")
    wrong = "000000" if right != "000000" else "111111"
    assert say(wrong).text.startswith("请再听一遍6位数字，每分钟换一次，刚才的对不上。")
    assert say(f"{right[:3]} {right[3:]}").text.startswith(
        "已签到 今天 11月23日 周一 09:58，「灭火器讲解」。"
    )
    assert say(f"签到 {right}").did == "activity.checkin"
    assert visits(say) == [("digits", 1, True)]


def test_whoever_guesses_is_locked_out(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    register(say, "drill", "lin")
    say.at(at("09:58:10"))
    for _ in range(checkin_refusal.MOST_WRONG):
        say("签到 000000")
    locked = say(f"签到 {digits(say, 'tower-station')}")
    assert "数字错得太多，今天 11月23日 周一 10:13以后才能再试。" in locked.text
    assert visits(say) == []
    # Others are not concerned, until all strangers together have tried too often.
    monkeypatch.setattr(checkin_refusal, "MOST_WRONG_OF_STRANGERS", 2)
    say("签到 000000", "anna")
    say("签到 000000", "mei")
    assert "数字错得太多" in say(f"签到 {digits(say, 'tower-station')}", "he").text
    # The twin: without the limit the next try is heard.
    monkeypatch.setattr(checkin_refusal, "MOST_WRONG", 99)
    assert say(f"签到 {digits(say, 'tower-station')}").text.startswith("已签到")


def test_who_walks_in_is_registered_where_a_seat_is_free(say: Chat) -> None:
    register(say, "drill", "lin", "anna")
    say.at(at("10:20:00"))
    shown = on_screen(say, "tower-station")
    walked = walk_in(say, "he", shown)
    assert "给您补报了名，1位。" in walked.text
    assert registered(say, "he") == ["confirmed"]
    full = walk_in(say, "mei", shown)
    assert full.text.startswith("請找站长。「滅火器講解」名額滿了，您還沒有報上。")
    assert (registered(say, "mei"), refusals(say)) == ([], [("screen", "checkin.full")])
    # Taken back, the seat that it gave is free again; a registration that was there before stays.
    assert say("撤销签到", "he").text.startswith("签到撤销了，「灭火器讲解」。")
    assert registered(say, "he") == ["cancelled"]
    assert "補報了名" in walk_in(say, "mei", shown).text
    scan(say, "lin", shown)
    say("撤销签到", "lin")
    assert registered(say, "lin") == ["confirmed"]
    assert visits(say) == [("screen", 1, False), ("screen", 1, True), ("screen", 1, False)]


def test_where_several_are_on_a_stranger_is_asked_which(say: Chat) -> None:
    say.at(at("10:05:00"))
    asked = scan(say, "lin", on_screen(say, "estate-station"))
    assert asked.refs == ["activity:patrol", "activity:choir"]
    # The code is another one by now; that he was there was seen.
    say.at(at("10:08:00"))
    assert "「合唱排练」。给您补报了名" in say("2").text
    assert (visits(say), registered(say, "lin")) == ([("screen", 1, True)], ["confirmed"])


def test_who_waits_or_is_not_decided_on(say: Chat) -> None:
    register(say, "drill", "lin", "anna", "he")
    drill = door.key(say.engine, "drill")
    with transaction(say.engine) as db:
        mei, wanted = crowd.member(db, "mei"), activity.held(db, drill)
        registration.enter(db, wanted, mei, 1, {}, say.clock.now(), state="waiting")
    register(say, "salon", "officer")
    say.at(at("10:05:00"))
    shown = on_screen(say, "tower-station")
    waits = scan(say, "mei", shown)
    assert "您排在候補第1位" in waits.text
    stranger = walk_in(say, "host", shown)
    assert "名额满了" in stranger.text
    assert scan(say, "officer", picture(say, "salon")).text.startswith("请找站长。「茶艺体验」要先审核")
    assert scan(say, "judge", picture(say, "salon")).text.startswith("请找站长。「茶艺体验」要先审核")
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "drill").values(capacity=4))
    # A seat is free, but not to pass who waits for it.
    assert "名额满了" in walk_in(say, "host", shown).text
    assert scan(say, "mei", shown).text.startswith("已簽到")
    assert registered(say, "mei") == ["confirmed"]
    assert [reason for _, reason in refusals(say)] == [
        "checkin.waiting",
        "checkin.full",
        "checkin.pending",
        "checkin.pending",
        "checkin.full",
    ]


def test_who_waits_is_let_in_at_two_doors_at_once(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other door took his seat between our look and our try: that is no refusal."""
    drill = door.key(say.engine, "drill")
    with transaction(say.engine) as db:
        mei, wanted = crowd.member(db, "mei"), activity.held(db, drill)
        registration.enter(db, wanted, mei, 1, {}, say.clock.now(), state="waiting")
    say.at(at("10:05:00"))
    seat = checking_in._seat

    def beaten(db: Db, wanted: Listing, *rest: Any) -> int:
        monkeypatch.setattr(checking_in, "_seat", seat)
        checking_in.check_in(db, wanted, mei, "screen", say.clock.now())
        raise Refusal("checkin.waiting", Text("没有空位"))

    monkeypatch.setattr(checking_in, "_seat", beaten)
    assert scan(say, "mei", on_screen(say, "tower-station")).text.startswith("已簽到")
    assert (visits(say), refusals(say)) == ([("screen", 1, True)], [])


def test_in_and_out_count_the_minutes_between(say: Chat) -> None:
    register(say, "patrol", "lin")
    say.at(at("10:00:00"))
    came = scan(say, "lin", on_screen(say, "estate-station"))
    assert "走的时候再扫一次，或者说“签退”。" in came.text
    say.at(at("10:03:00"))
    assert scan(say, "lin", on_screen(say, "estate-station")).text.startswith("已签到")
    say.at(at("10:50:00"))
    assert scan(say, "lin", on_screen(say, "estate-station")).text.startswith(
        "已签退 今天 11月23日 周一 10:50，「楼道巡查」。"
    )
    assert minutes(say) == [50]
    # He came back, and goes for good at the end.
    say.at(at("12:10:00"))
    assert say("签退").did == "activity.checkout"
    assert minutes(say) == [120]
    assert say("签退").text.startswith("已签退 今天 11月23日 周一 12:10")
    assert say("签退", "he").text.startswith("您现在没有签到的活动，不用签退。")
    assert changes(say, "visit") == [(None, "arrived"), ("arrived", "departed"), ("departed", "departed")]


def test_who_undoes_it_and_until_when(say: Chat) -> None:
    register(say, "drill", "lin")
    say.at(at("10:00:00"))
    scan(say, "lin", on_screen(say, "tower-station"))
    assert say("undo 1", "he").text.startswith("没有可以撤销的签到。")
    say.at(at("10:11:00"))
    assert say("undo 1", "lin").text.startswith("请找现场的工作人员，过了10分钟由他们来撤销。")
    assert visits(say) == [("screen", 1, True)]
    undone = say("undo 1", "doorman")
    assert (undone.did, undone.text.split("\n")[0]) == (
        "activity.undo",
        "签到撤销了，「灭火器讲解」。签到时记的时长也撤回了。",
    )
    assert visits(say) == [("screen", 1, False)]
    # An old button errs not, and has no second effect.
    assert say("undo 1", "doorman").text.startswith("签到撤销了")
    assert changes(say, "visit") == [(None, "arrived"), ("arrived", "undone")]
    with transaction(say.engine) as db:
        row = db.row(select(VISIT))
        assert row is not None
        assert (row.undone_by_id, row.undone) == (
            crowd.member(db, "doorman"),
            datetime.fromisoformat(at("10:11:00")),
        )


def test_who_is_there_does_not_cancel(say: Chat) -> None:
    register(say, "drill", "lin")
    say.at(at("09:40:00"))
    scan(say, "lin", on_screen(say, "tower-station"))
    number = door.number(say.engine, "drill")
    assert say(f"withdraw {number}").text.startswith("请先撤销签到，再取消「灭火器讲解」，您已经签到了。")
    say("撤销签到")
    say(f"withdraw {number}")
    say("确认取消")
    assert registered(say, "lin") == ["cancelled"]


def put_off(say: Chat, by: timedelta) -> None:
    patrol = door.key(say.engine, "patrol")
    with transaction(say.engine) as db:
        wanted = activity.held(db, patrol)
        slot = Slot(wanted.starts + by, wanted.ends + by, wanted.place_id)
        activity_change.move(db, wanted, slot, crowd.member(db, "officer"), say.clock.now())


def test_who_was_there_before_it_was_put_off_comes_again(say: Chat) -> None:
    """By a while he is there still; by a day his check-in is taken back with its hours, and a scan is a new one."""
    register(say, "patrol", "lin")
    say.at(at("09:50:00"))
    scan(say, "lin", on_screen(say, "estate-station"))
    walked = scan(say, "he", picture(say, "patrol"))
    assert "给您补报了名" in walked.text
    put_off(say, timedelta(hours=1))
    assert [undone for *_, undone in visits(say)] == [True, True]
    put_off(say, timedelta(days=1))
    assert [undone for *_, undone in visits(say)] == [False, False]
    assert (minutes(say), registered(say, "he")) == ([], ["confirmed"])
    assert changes(say, "visit")[-2:] == [("arrived", "undone")] * 2
    say.at("2026-11-24T11:00:00+08:00")
    assert scan(say, "lin", picture(say, "patrol")).text.startswith("已签到 今天 11月24日 周二 11:00")


def test_digits_of_the_next_place_after_what_is_over(say: Chat) -> None:
    """Who has left where he was expected comes elsewhere as anybody does."""
    register(say, "drill", "lin")
    with transaction(say.engine) as db:
        later = datetime.fromisoformat(at("12:00:00"))
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "choir").values(ends=later))
    say.at(at("10:50:00"))
    elsewhere = say(f"签到 {digits(say, 'estate-station')}")
    assert elsewhere.text.startswith("请再听一遍6位数字")
    say.at(at("11:10:00"))
    assert say(f"签到 {digits(say, 'estate-station')}").refs == ["activity:patrol", "activity:choir"]


def test_a_place_on_the_map_is_a_hint(say: Chat) -> None:
    register(say, "drill", "lin", "anna")
    say.at(at("10:00:00"))
    say.send(Inbound("console", "lin", location=(31.201, 121.401)))
    assert visits(say) == []
    scan(say, "lin", on_screen(say, "tower-station"))
    scan(say, "anna", on_screen(say, "tower-station"))
    say.send(Inbound("console", "lin", location=(31.201, 121.401)))
    say.send(Inbound("console", "anna", location=(31.3, 121.5)))
    with transaction(say.engine) as db:
        assert [row.near for row in db.rows(select(VISIT.c.near).order_by(VISIT.c.id))] == [True, False]


def test_codes_of_other_kinds_check_nobody_in(say: Chat) -> None:
    say.at(at("10:00:00"))
    link = checkin_code.sign(VAULT, checkin_code.Code("door", door.key(say.engine, "drill")))
    assert scan(say, "lin", f"checkin {link}").text.startswith("请扫现场屏幕上的码")
    assert refusals(say) == [("screen", "checkin.forged")]
