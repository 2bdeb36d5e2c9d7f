"""What staff open is given with its services where they ask so, as on a working day; taken back, who booked is told."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, update

from models import service, slot
from models.closure import CLOSURE
from models.database import transaction
from models.service import SERVICE
from tests import booking
from tests.chat import Chat

ZONE = ZoneInfo("Asia/Shanghai")
SUNDAY, MONDAY = date(2026, 11, 29), date(2026, 11, 30)


def starts(engine: Engine, code: str, day: date) -> list[str]:
    key = booking.key(engine, code)
    with transaction(engine) as db:
        one = service.find(db, key)
        assert one is not None
        (there, *_) = service.stations(db, one.id)
        return [f"{each.starts.astimezone(ZONE):%H:%M}" for each in slot.of_day(db, one, there, day, ZONE)]


def open_on(say: Chat, said: str, label: str) -> str:
    say(said, "officer")
    return say.press(label, "officer").text


def test_the_slots_of_a_saturday_are_those_of_a_monday(say_on_both: Chat) -> None:
    say = say_on_both
    code = "permit"
    assert starts(say.engine, code, SUNDAY) == []
    done = open_on(say, "云杉服务站周日加开", "开门也能约")
    assert done.startswith("好了，云杉大厦服务站那时候开门，办事也能约。")
    # By the clock of a Monday, its rest at noon too.
    monday = starts(say.engine, code, MONDAY)
    assert monday[0] == "09:00"
    assert starts(say.engine, code, SUNDAY) == monday


def test_without_that_wish_no_slot_comes(say: Chat) -> None:
    assert open_on(say, "云杉服务站周日加开", "只开门").startswith("好了，")
    assert starts(say.engine, "permit", SUNDAY) == []


def test_longer_in_the_evening_has_more_slots_and_the_rest_at_noon_stays(say: Chat) -> None:
    before = starts(say.engine, "permit", MONDAY)
    open_on(say, "云杉服务站11月30日开到19点", "开门也能约")
    after = starts(say.engine, "permit", MONDAY)
    assert after == [*before, "18:00", "18:15", "18:30", "18:45"]


def test_a_consultation_keeps_the_hours_of_its_hosts(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction(say.engine) as db:
        db.run(update(SERVICE).values(kind="consultation"))
    say("云杉服务站周日加开", "officer")
    say.press("确认开门", "officer")
    assert starts(say.engine, "permit", SUNDAY) == []
    with transaction(say.engine) as db:
        db.run(update(CLOSURE).values(slots=True))
    assert starts(say.engine, "permit", SUNDAY) == []
    # Its twin: as if it were given whenever the place is open.
    monkeypatch.setattr(slot, "WITH_THE_PLACE", {"consultation"})
    assert starts(say.engine, "permit", SUNDAY)[0] == "09:00"


def test_taken_back_who_booked_in_it_is_told_why(say_on_both: Chat) -> None:
    say = say_on_both
    open_on(say, "云杉服务站周日加开", "开门也能约")
    say("预约周日上午9点居住证办理", "lin")
    assert say.press("确认预约", "lin").did == "service.book"
    say("预约下周一上午9点居住证办理", "he")
    assert say.press("确认预约", "he").did == "service.book"
    say("开关门安排", "officer")
    asked = say.press("撤销", "officer")
    assert asked.text.startswith("为什么不开了？写一句，约好的1位会看到")
    assert say("没人值班", "officer").text.startswith("撤销了，")
    told = say.told()
    assert list(told) == ["lin"]
    assert "原因：没人值班" in told["lin"].text
    assert starts(say.engine, "permit", SUNDAY) == []
    # Whoever opens again has the last word.
    open_on(say, "云杉服务站周日加开", "开门也能约")
    assert starts(say.engine, "permit", SUNDAY)[0] == "09:00"


def test_taken_back_with_nobody_in_it_asks_nothing(say: Chat) -> None:
    open_on(say, "云杉服务站周日加开", "开门也能约")
    say("开关门安排", "officer")
    assert say.press("撤销", "officer").text.startswith("撤销了，")
