"""The calendar that a program subscribes to, over HTTP."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from bot import web
from bot.app import App
from models.activity import ACTIVITY
from models.calendar import CALENDAR_LINK
from models.database import transaction
from tests import calendars
from tests.chat import Chat
from tests.fakes.serving import serving

PUBLIC = "https://linli.test"
THURSDAY = datetime.fromisoformat("2026-11-26T12:10:00+08:00")


@pytest.fixture
def say(say_on_both: Chat) -> Chat:
    say_on_both.equipment.public_url = PUBLIC
    return say_on_both


@asynccontextmanager
async def client_of(say: Chat) -> AsyncIterator[httpx.AsyncClient]:
    app = App(say.engine, say.clock, say.worker, say.equipment.schedule.zone, say.equipment)
    async with serving(web.build(app, {})) as address, httpx.AsyncClient(base_url=address) as client:
        yield client


def link(say: Chat, line: str = "日历", who: str = "lin") -> str:
    """The path of the address that the chat shows."""
    found = re.search(rf"{PUBLIC}(/calendar/\S+\.ics)\n", say(line, who).text + "\n")
    assert found is not None
    return found[1]


def register(say: Chat, line: str, who: str = "lin") -> None:
    say(line, who)
    say("确认", who)


def events(body: bytes) -> dict[str, Any]:
    """By title."""
    return {str(each["summary"]): each for each in calendars.read(body).walk("VEVENT")}


async def test_it_shows_what_one_goes_to(say: Chat) -> None:
    register(say, "报名周四的瑜伽")
    register(say, "报名桌游夜", "anna")
    async with client_of(say) as client:
        answer = await client.get(link(say))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-robots-tag"] == "noindex"
    (event,) = events(answer.content).values()
    assert str(event["summary"]) == "午间瑜伽"
    assert (event["dtstart"].dt, event["dtend"].dt) == (THURSDAY, THURSDAY.replace(hour=13, minute=0))
    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert (event["sequence"], str(event["status"])) == (0, "CONFIRMED")
    assert str(event["location"]) == "云杉大厦服务站, 云杉路1号2楼"
    assert (event["geo"].latitude, event["geo"].longitude) == (31.201, 121.401)
    assert str(event["description"]) == "零基础，自带垫子"
    assert {"UID", "DTSTAMP", "LAST-MODIFIED"} <= set(event)
    assert not {"ORGANIZER", "ATTENDEE", "URL"} & set(event)
    zones = [str(each["tzid"]) for each in calendars.read(answer.content).walk("VTIMEZONE")]
    assert zones == ["Asia/Shanghai"]
    assert b"VALARM" not in answer.content
    assert b"METHOD" not in answer.content


async def test_a_change_has_the_same_name_and_a_higher_number(say: Chat) -> None:
    register(say, "报名周四的瑜伽")
    async with client_of(say) as client:
        path = link(say)
        before = events((await client.get(path)).content)["午间瑜伽"]
        say.at("2026-11-23T10:00:00+08:00")
        say("把周四的瑜伽改到11月27日19:15到20:45", "officer")
        say("确认", "officer")
        moved = events((await client.get(path)).content)["午间瑜伽"]
        with transaction(say.engine) as db:
            db.run(update(ACTIVITY).where(ACTIVITY.c.code == "yoga-thu").values(title="晚间瑜伽"))
        mended = events((await client.get(path)).content)["晚间瑜伽"]
        say("取消活动周五的瑜伽", "officer")
        say("确认", "officer")
        off = events((await client.get(path)).content)["晚间瑜伽"]
    assert len({str(each["uid"]) for each in (before, moved, mended, off)}) == 1
    assert [each["sequence"] for each in (before, moved, mended, off)] == [0, 1, 1, 2]
    assert [str(each["status"]) for each in (moved, off)] == ["CONFIRMED", "CANCELLED"]
    assert moved["dtstart"].dt == datetime.fromisoformat("2026-11-27T19:15:00+08:00")
    assert moved["last-modified"].dt == say.clock.now() > before["last-modified"].dt


async def test_what_one_left_is_taken_out(say: Chat) -> None:
    register(say, "报名周四的瑜伽")
    register(say, "取消周四的瑜伽")
    async with client_of(say) as client:
        path = link(say)
        assert str(events((await client.get(path)).content)["午间瑜伽"]["status"]) == "CANCELLED"
        register(say, "报名周四的瑜伽")
        assert str(events((await client.get(path)).content)["午间瑜伽"]["status"]) == "CONFIRMED"


async def test_what_is_long_over_is_not_shown(say: Chat) -> None:
    register(say, "报名周四的瑜伽")
    async with client_of(say) as client:
        path = link(say)
        for now, shown in (("2026-12-26T12:59", ["午间瑜伽"]), ("2026-12-26T13:01", [])):
            say.at(f"{now}:00+08:00")
            assert list(events((await client.get(path)).content)) == shown


async def test_it_is_not_fetched_twice(say: Chat) -> None:
    register(say, "报名周四的瑜伽")
    async with client_of(say) as client:
        path = link(say)
        first = await client.get(path)
        say.at("2026-11-24T09:10:00+08:00")
        known = {"if-none-match": first.headers["etag"]}
        again = await client.get(path, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        looked = await client.head(path)
        assert (looked.status_code, looked.content) == (200, b"")
        assert looked.headers["etag"] == first.headers["etag"]
        assert looked.headers["content-type"] == first.headers["content-type"]
        register(say, "报名桌游夜")
        assert (await client.get(path, headers=known)).status_code == 200
        assert (await client.post(path)).status_code == 405


async def test_a_new_link_ends_the_old_one(say: Chat) -> None:
    async with client_of(say) as client:
        old = link(say)
        assert link(say, "订阅日历") == old
        say("换新链接")
        new = link(say, "换新链接")
        assert new != old
        assert ((await client.get(old)).status_code, (await client.get(new)).status_code) == (404, 200)


@pytest.mark.parametrize("token", ["x", "a" * 32, "a" * 65, "..", "%00", "日历", "' OR 1=1 --"])
async def test_what_is_no_link_is_nobodys(say: Chat, token: str) -> None:
    link(say)
    async with client_of(say) as client:
        answer = await client.get(f"/calendar/{token}.ics")
    assert (answer.status_code, b"VCALENDAR" in answer.content) == (404, False)


async def test_the_token_stands_nowhere_to_be_found_by(say: Chat) -> None:
    token = link(say).removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) == 32
    with transaction(say.engine) as db:
        row = db.row(CALENDAR_LINK.select())
    assert row is not None
    assert token not in (row.digest, row.sealed)


async def test_who_is_erased_has_no_calendar(say: Chat) -> None:
    async with client_of(say) as client:
        path = link(say)
        say("删除我的账号")
        said = say("确认删除")
        assert said.reply.gone
        assert (await client.get(path)).status_code == 404


async def test_nothing_of_others_is_in_it(say: Chat) -> None:
    """Nor a phone number, nor who else comes."""
    register(say, "报名周四的瑜伽")
    register(say, "报名周四的瑜伽", "anna")
    async with client_of(say) as client:
        body = (await client.get(link(say))).text
    for word in ("Anna", "林一", "tel:", "mailto:"):
        assert word not in body
