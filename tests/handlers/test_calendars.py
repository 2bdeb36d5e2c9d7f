"""One's activities in one's own calendar: the file that comes with a registration, and the link."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from handlers import recipes
from handlers.recipes import Maker
from models.activity import ACTIVITY
from models.calendar import CALENDAR_LINK
from models.card import Attachment
from models.database import transaction
from models.member import ADDRESS, Person
from tests import calendars
from tests.chat import VAULT, Chat, Said
from tests.conftest import NOW

HOSTILE = '瑜伽\nEND:VEVENT\r\nBEGIN:VEVENT, 1; \\n "x" ATTENDEE:mailto:a@b.c'


def attached(said: Said) -> list[Attachment]:
    return [each for message in said.reply.messages for each in message.card.attachments]


def made(say: Chat, file: Attachment, who: str = "lin", now: datetime = NOW) -> Any:
    """The calendar that the file holds, for this reader."""
    with transaction(say.engine) as db:
        member = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == who))
        language = {"mei": "zh-Hant", "anna": "en"}.get(who, "zh-Hans")
        maker = Maker(Person(member, language, None, None), now, say.equipment.schedule.zone, VAULT)  # type: ignore[arg-type]
        _, making = recipes.read(db, file, maker)
    content = making()
    assert content.media_type == "text/calendar; charset=utf-8"
    return calendars.read(content.data)


def registered(say: Chat, line: str = "报名周四的瑜伽", who: str = "lin") -> Said:
    say(line, who)
    return say("确认", who)


def test_a_registration_brings_its_file(say_on_both: Chat) -> None:
    done = registered(say_on_both)
    (file,) = attached(done)
    assert (file.kind, done.messages[-1][1].attachments[0].name) == ("file", "加到日历.ics")
    calendar = made(say_on_both, file)
    (event,) = calendar.walk("VEVENT")
    assert (str(calendar["method"]), event["sequence"], str(event["status"])) == ("PUBLISH", 0, "CONFIRMED")
    assert event["dtstart"].dt == datetime.fromisoformat("2026-11-26T12:10:00+08:00")
    assert event["dtstamp"].dt == NOW
    assert re.fullmatch(r"act-[0-9a-f]{32}@linli\.invalid", str(event["uid"]))


def test_a_change_brings_a_file_that_replaces_it(say_on_both: Chat) -> None:
    say = say_on_both
    first = made(say, attached(registered(say))[0]).walk("VEVENT")[0]
    say("周四的瑜伽换到云杉大厦", "officer")
    say("确认", "officer")
    told = say.told()["lin"]
    assert told.messages[-1][1].attachments[0].name == "更新日历.ics"
    calendar = made(say, attached(told)[0], now=NOW + timedelta(hours=1))
    (moved,) = calendar.walk("VEVENT")
    assert (str(calendar["method"]), moved["sequence"]) == ("PUBLISH", 1)
    assert str(moved["uid"]) == str(first["uid"])
    assert moved["dtstamp"].dt > first["dtstamp"].dt
    assert str(moved["location"]) == "云杉大厦, 云杉路1号"
    say("取消活动周四的瑜伽", "officer")
    say("确认", "officer")
    told = say.told()["lin"]
    assert told.messages[-1][1].attachments[0].name == "从日历移除.ics"
    calendar = made(say, attached(told)[0])
    (off,) = calendar.walk("VEVENT")
    assert (str(calendar["method"]), str(off["status"]), off["sequence"]) == ("CANCEL", "CANCELLED", 2)
    assert str(off["uid"]) == str(first["uid"])


def test_every_reader_has_the_file_in_his_script(say: Chat) -> None:
    file = attached(registered(say, who="mei"))[0]
    (event,) = made(say, file, "mei").walk("VEVENT")
    assert str(event["description"]) == "零基礎，自帶墊子"
    assert str(event["location"]) == "云杉大厦服务站, 云杉路1号2楼"


def test_words_stay_words(say: Chat) -> None:
    """Whatever stands in a title is a title: no line of the file, no event of its own."""
    with transaction(say.engine) as db:
        words = {"title": HOSTILE, "summary": HOSTILE}
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "yoga-thu").values(words))
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "yoga-thu"))
    calendar = made(
        say,
        Attachment("file", attached(registered(say, "报名桌游夜"))[0].name, "activity.calendar", (number,)),
    )
    (event,) = calendar.walk("VEVENT")
    assert str(event["summary"]) == HOSTILE.replace("\r\n", "\n")
    assert "attendee" not in event


def test_a_file_of_what_is_gone_is_empty(say: Chat) -> None:
    file = attached(registered(say))[0]
    assert made(say, Attachment("file", file.name, file.recipe, (999,))).walk("VEVENT") == []


LINES = ("日历", "订阅日历", "把我的活动加到日历", "怎么同步到手机日历", "日历链接")
ENGLISH = ("calendar link", "add my events to my calendar", "subscribe to the calendar")


@pytest.mark.parametrize("line", [*LINES, *ENGLISH])
def test_the_ways_to_ask_for_it(say: Chat, line: str) -> None:
    say.equipment.public_url = "https://linli.test/"
    shown = say(line)
    assert shown.did == "calendar.show"
    assert re.search(r"\nhttps://linli\.test/calendar/[\w-]{32}\.ics\n", shown.text)
    assert shown.labels == ["换新链接"]


def test_the_link_is_the_same_until_there_is_a_new_one(say_on_both: Chat) -> None:
    say = say_on_both
    say.equipment.public_url = "https://linli.test"
    first = say("日历").text
    assert say("日历").text == first
    assert "旧链接马上打不开" in say.press("换新链接").text
    assert say.press("不换").text == "好的，链接没有变。"
    assert say.press("看日历链接").text == first
    say("日历")
    say.press("换新链接")
    renewed = say.press("换新链接")
    assert (renewed.did, "旧链接已经打不开" in renewed.text) == ("calendar.show", True)
    address = re.search(r"https://\S+", renewed.text)
    assert address is not None
    assert (address[0] in first, address[0] in say("日历").text) == (False, True)


def test_nobody_else_has_it(say: Chat) -> None:
    say.equipment.public_url = "https://linli.test"
    assert say("日历").text != say("日历", "he").text


def test_a_group_does_not_see_it(say: Chat) -> None:
    say.equipment.public_url = "https://linli.test"
    shown = say("日历", group="g1")
    assert [to for to, each in shown.messages if "https://" in each.text] == ["lin"]


def test_without_an_address_of_our_own_there_are_files(say: Chat) -> None:
    none = say("日历")
    assert (none.did, none.labels) == ("calendar.show", ["找活动"])
    registered(say)
    shown = say("日历")
    assert (shown.refs, len(attached(shown))) == (["activity:yoga-thu"], 1)
    assert "https://" not in shown.text
    assert say("relink").text == shown.text


def test_a_link_that_cannot_be_opened_any_more_is_made_anew(say: Chat) -> None:
    say.equipment.public_url = "https://linli.test"
    with transaction(say.engine) as db:
        member = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == "lin"))
        db.run(insert(CALENDAR_LINK).values(member_id=member, digest="d", sealed="s", made=NOW))
    assert "/calendar/" in say("日历").text
