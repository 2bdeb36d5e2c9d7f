"""A station closes: who had booked then is told once, why, and books one of three other slots with one press."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from models import booking, closed_bookings, closure, slot
from models.booking import BOOKING
from models.database import transaction
from models.place import PLACE
from models.service import SERVICE
from models.slot import SLOT
from tests.chat import Chat


def book(say: Chat, who: str, at: str = "明天下午2点") -> None:
    say(f"预约{at}居住证办理", who)
    assert say.press("确认预约", who).did == "service.book"


def states(say: Chat) -> list[str]:
    with transaction(say.engine) as db:
        return [row.state for row in db.rows(select(BOOKING).order_by(BOOKING.c.id))]


def close(say: Chat, said: str = "云杉服务站明天下午关门，停电") -> str:
    say(said, "officer")
    return say.press("确认关门", "officer").text


def test_who_had_booked_is_told_once_and_offered_others(say_on_both: Chat) -> None:
    say = say_on_both
    book(say, "lin")
    book(say, "he", "明天上午9点")
    assert "会通知1位约好的人，请他们改时间。" in say("云杉服务站明天下午关门，停电", "officer").text
    assert "正在通知1位约好的人。" in say.press("确认关门", "officer").text
    told = say.told()
    assert list(told) == ["lin"]
    lines = told["lin"].text.splitlines()
    assert lines[:2] == [
        "请换个时间：云杉大厦服务站那时候不开门，约1「居住证办理」取消了，原来是明天 11月24日 周二 14:00。",
        "原因：停电",
    ]
    assert told["lin"].refs == ["booking:1", "service:permit"]
    assert states(say) == ["revoked", "booked"]
    with transaction(say.engine) as db:
        # The place in the slot is given back.
        assert [row.taken for row in db.rows(select(SLOT).where(SLOT.c.taken > 0))] == [1]
    others = told["lin"].labels[:3]
    assert others == ["11月25日 周三 09:00", "11月25日 周三 09:15", "11月25日 周三 09:30"]
    asked = say.press(others[1])
    assert (asked.did, "11月25日 周三 09:15–09:30" in asked.text) == ("service.book", True)
    assert "约好了：约3" in say.press("确认预约").text
    assert states(say) == ["revoked", "booked", "booked"]
    # Not again, however often the job looks.
    assert say.told("2026-11-23T20:00:00+08:00") == {}


def book_what_was_free_before(say: Chat) -> None:
    """By somebody who read the slots before the station was closed, and is done after it."""
    close(say)
    say.told()
    with transaction(say.engine) as db:
        place = int(db.value(select(PLACE.c.id).where(PLACE.c.code == "tower-station")))
        member = int(db.value(select(closure.CLOSURE.c.by_id)))
        wanted = db.row(select(SERVICE))
        assert wanted is not None
        starts = datetime.fromisoformat("2026-11-24T14:00:00+08:00")
        window = slot.Window(starts, starts + timedelta(minutes=15), 2)
        booking.enter(db, wanted.id, place, member, starts.date(), say.clock.now(), window=window)


def test_who_books_at_the_same_moment_is_told_too(say_on_both: Chat) -> None:
    book_what_was_free_before(say_on_both)
    assert list(say_on_both.told("2026-11-23T09:20:00+08:00")) == ["officer"]
    assert states(say_on_both) == ["revoked"]


def test_twin_without_the_second_look_he_stands_before_a_closed_door(
    say_on_both: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closure, "_AGAIN", timedelta(0))
    book_what_was_free_before(say_on_both)
    assert say_on_both.told("2026-11-23T09:20:00+08:00") == {}
    assert states(say_on_both) == ["booked"]


def test_who_stands_in_line_is_told_when_it_closes(say_on_both: Chat) -> None:
    say = say_on_both
    close(say, "云杉服务站今天下午关门，停水")
    with transaction(say.engine) as db:
        place = int(db.value(select(PLACE.c.id).where(PLACE.c.code == "tower-station")))
        member = int(db.value(select(closure.CLOSURE.c.by_id)))
        service = int(db.value(select(SERVICE.c.id)))
        now = say.clock.now()
        booking.enter(db, service, place, member, now.date(), now, state="queued", number=1)
    assert (say.told("2026-11-23T11:59:00+08:00"), states(say)) == ({}, ["queued"])
    told = say.told("2026-11-23T12:00:00+08:00")
    assert told["officer"].text.splitlines()[:2] == [
        "请改天再来：云杉大厦服务站关门了，A001「居住证办理」办不了。",
        "原因：停水",
    ]
    assert states(say) == ["revoked"]


def test_what_is_opened_again_stays_booked(say: Chat) -> None:
    book(say, "lin")
    close(say)
    say("unclose 1", "officer")
    assert (say.told(), states(say)) == ({}, ["booked"])


def test_twin_without_the_question_whether_it_is_given_what_was_opened_again_is_lost(say: Chat) -> None:
    """Of what is inside only that is lost which is not given any more."""
    book(say, "lin")
    close(say)
    say("云杉服务站明天13点到17点开门", "officer")
    say.press("确认开门", "officer")
    with transaction(say.engine) as db:
        place = int(db.value(select(PLACE.c.id).where(PLACE.c.code == "tower-station")))
        (one,) = [row for row in closure.upcoming(db, [place], say.clock.now()) if not row.opens]
        now, zone = say.clock.now(), say.equipment.schedule.zone
        assert len(closed_bookings.inside(db, place, None, one.begins, one.ends, now, zone)) == 1
        assert closed_bookings.lost(db, one, now, zone) == []
    assert (say.told(), states(say)) == ({}, ["booked"])


def test_a_slot_that_is_gone_says_so(say: Chat) -> None:
    assert say("slot 99").text == "请重新选一个时间，刚才那个没有了。"
