"""A booked slot in one's calendar: put in, changed and taken out by its file, and in what is subscribed to."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from handlers import calendar_files, recipes
from handlers.recipes import Maker
from models.database import transaction
from models.member import Person
from tests import booking, calendars
from tests.chat import VAULT, Chat, Said
from tests.conftest import NOW
from tests.crowd import member


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    booking.load(say_on_both.engine, tmp_path)
    return say_on_both


def test_its_file_adds_changes_and_takes_it_out(say: Chat) -> None:
    say("预约后天上午9点半档案查询")
    calendar, event = of_file(say, say.press("确认预约"))
    assert (str(calendar["method"]), event["sequence"], str(event["summary"])) == ("PUBLISH", 0, "档案查询")
    assert event["dtstart"].dt == datetime.fromisoformat("2026-11-25T09:30:00+08:00")
    say("预约改到周四上午10点")
    _, moved = of_file(say, say.press("确认改"))
    assert (moved["uid"], moved["sequence"]) == (event["uid"], 1)
    assert moved["dtstart"].dt == datetime.fromisoformat("2026-11-26T10:00:00+08:00")
    say("unbook 1")
    calendar, gone = of_file(say, say.press("确认取消"))
    assert (str(calendar["method"]), gone["uid"], str(gone["status"])) == (
        "CANCEL",
        event["uid"],
        "CANCELLED",
    )
    assert gone["sequence"] > moved["sequence"]


def test_somebody_else_reads_nothing_of_it(say: Chat) -> None:
    say("预约后天上午9点半档案查询")
    made = say.press("确认预约")
    assert of_file(say, made)[1] is not None
    assert of_file(say, made, "he")[1] is None


def test_a_subscribed_calendar_has_it_and_nothing_private(say: Chat) -> None:
    say("预约后天上午9点半档案查询")
    say.press("确认预约")
    say("预约后天下午2点律师咨询")
    say.press("云杉大厦服务站")
    say.press("不写了")
    private = say.press("确认预约")
    assert [each.kind for each in private.reply.messages[0].card.attachments] == ["qr"]
    calendar = made_by(say, calendar_files.feed, "lin")
    assert [str(each["summary"]) for each in calendar.walk("VEVENT")] == ["档案查询"]


def of_file(say: Chat, said: Said, who: str = "lin") -> tuple[Any, Any]:
    (file,) = [each for each in said.reply.messages[0].card.attachments if each.kind == "file"]
    calendar = made_by(say, lambda db, maker: recipes.read(db, file, maker)[1], who)
    return calendar, next(iter(calendar.walk("VEVENT")), None)


def made_by(say: Chat, make: Any, who: str) -> Any:
    with transaction(say.engine) as db:
        maker = Maker(Person(member(db, who), "zh-Hans", None, None), NOW, say.equipment.schedule.zone, VAULT)
        making = make(db, maker)
    return calendars.read(making().data)
