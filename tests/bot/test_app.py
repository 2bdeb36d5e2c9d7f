"""The whole that answers: repeats, patience, the demo, and several communities in one process."""

import asyncio
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from bot import community
from bot.app import App, open_app
from bot.clock import FixedClock
from bot.configuration import ConfigurationError
from bot.inbound import Inbound, Reply
from models.database import Db, transaction
from tests import databases
from tests.conftest import NOW, PACK

PATIENCE_SECONDS = 20
_SEATS = text("SELECT sum(seats) FROM activity")
_HEARD = text("SELECT count(*) FROM heard")
_NAME = text("SELECT name FROM community")
_MEMBERS = text("SELECT count(*) FROM member")


def first(reply: Reply) -> str:
    """The catalogue's message of the first card."""
    return reply.messages[0].card.text.message


async def value(app: App, statement: object) -> object:
    return await app.read(lambda db: db.value(statement))  # type: ignore[arg-type]


async def say(app: App, words: str, who: str = "lin", *, message: str | None = None) -> Reply:
    return await app.answer(Inbound("console", who, words, message=message))


async def pressed(app: App, label: str, message: str) -> tuple[Reply, Reply]:
    """The two replies to one press that came twice while it was at work."""
    let_go = asyncio.get_running_loop().run_in_executor(None, _held_up, app)
    once, again = (asyncio.ensure_future(say(app, label, message=message)) for _ in range(2))
    await let_go
    return await once, await again


def _held_up(app: App) -> None:
    """Keeps the only writer busy for as long as both take to come in."""
    app.worker.submit("gate", lambda _db: threading.Event().wait(0.05))


async def test_a_repeat_joins_the_original_that_is_at_work(app: App) -> None:
    await say(app, "报名周四的瑜伽")
    once, again = await pressed(app, "确认报名", "m1")
    assert once is again
    assert (once.did, first(once)) == ("activity.register", "报名成功。开始前都可以取消。")
    assert await value(app, _SEATS) == 1


async def test_a_repeat_that_comes_later_gets_the_kept_answer(app: App) -> None:
    await say(app, "报名周四的瑜伽")
    once = await say(app, "确认报名", message="m1")
    again = await say(app, "确认报名", message="m1")
    assert again == once
    assert (await value(app, _SEATS), await value(app, _HEARD)) == (1, 1)


async def test_the_same_id_on_another_channel_is_another_message(app: App) -> None:
    console = await app.answer(Inbound("console", "lin", "你好", message="m1"))
    telegram = await app.answer(Inbound("telegram", "77", "这周四有什么活动", message="m1"))
    assert (console.did, telegram.did) == ("smalltalk", "activity.search")


async def test_messages_without_an_id_are_never_repeats(app: App) -> None:
    assert [(await say(app, "你好")).did for _ in range(2)] == ["smalltalk", "smalltalk"]
    assert await value(app, _HEARD) == 0


async def test_who_would_wait_too_long_is_told_at_once(app: App) -> None:
    open_again = threading.Event()
    app.worker.submit("gate", lambda _db: open_again.wait(PATIENCE_SECONDS))
    crowd = [app.worker.submit(nth, lambda _db: None) for nth in range(10_000)]
    busy = await say(app, "我的报名", message="m1")
    assert (busy.did, first(busy)) == ("unknown", "请过一两分钟再说一次，现在来问的人太多。")
    open_again.set()
    await asyncio.wrap_future(crowd[-1])
    # Nothing was kept of it: the repeat of the same message is heard.
    assert (await say(app, "我的报名", message="m1")).did == "registration.list"


def filled(engine: Engine) -> tuple[object, object]:
    with transaction(engine) as db:
        return db.value(_NAME), db.value(_MEMBERS)


def test_the_demo_goes_into_an_empty_database_only_once(empty: Engine, clock: FixedClock) -> None:
    SQLModel.metadata.create_all(empty)
    community.load_demo(empty, clock)
    once = filled(empty)
    community.load_demo(empty, clock)
    assert filled(empty) == once


def test_the_demo_leaves_a_community_alone(engine: Engine, clock: FixedClock) -> None:
    before = filled(engine)
    community.load_demo(engine, clock)
    assert filled(engine) == before == ("银杏社区", 5)


@pytest.mark.parametrize("day", ["2026-11-22", "2026-11-23", "2027-02-28", "2031-07-01"])
async def test_the_demo_always_has_a_coming_week_full_of_activities(day: str) -> None:
    clock = FixedClock(datetime.fromisoformat(f"{day}T09:00:00+08:00"))
    app = open_app("sqlite://", clock, [])
    week = clock.now() + timedelta(days=7)
    coming = text("SELECT count(*) FROM activity WHERE starts BETWEEN :now AND :week")

    def count(db: Db) -> int:
        return int(db.value(coming, now=f"{clock.now():%F}", week=f"{week:%F}"))

    assert await app.read(count) >= 14
    found = await say(app, "最近有什么活动")
    assert (found.did, len(found.messages[0].card.articles)) == ("activity.search", 5)
    app.close()


async def test_the_demo_greets(clock: FixedClock) -> None:
    app = open_app("sqlite://", clock, [])
    greeted, helped = await say(app, "你好", "me"), await say(app, "/start", "me")
    assert (greeted.did, first(greeted)) == ("smalltalk", "您好！要办什么，直接说就行。")
    assert helped.did == "help"
    assert [choice.says for choice in helped.messages[0].card.choices][:2] == ["activities", "services"]
    app.close()


async def test_two_communities_in_one_process_do_not_mix(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    moved = PACK.read_text("utf-8").replace("银杏社区", "白果社区").replace("Asia/Shanghai", "Asia/Tokyo")
    other.write_text(moved.replace("手冲咖啡体验", "抹茶体验"), "utf-8")
    here = open_app(f"sqlite:///{tmp_path}/here.db", FixedClock(NOW), [PACK])
    there = open_app(f"sqlite:///{tmp_path}/there.db", FixedClock(NOW + timedelta(days=1)), [other])
    names = [await value(app, _NAME) for app in (here, there)]
    assert names == ["银杏社区", "白果社区"]
    assert [str(app.zone) for app in (here, there)] == ["Asia/Shanghai", "Asia/Tokyo"]
    # What is asked here is not answered there, and today is another day.
    await say(here, "报名咖啡", message="m1")
    assert (await say(there, "我的报名", message="m1")).did == "registration.list"
    found = [(await say(app, "抹茶", "he")).messages[0].card.shown for app in (here, there)]
    assert found == [(), ("activity:coffee",)]
    today = [(await say(app, "今天有什么活动", "he")).messages[0].card.shown for app in (here, there)]
    assert today == [(), ("activity:yoga-tue", "activity:closed")]
    for app in (here, there):
        app.close()


async def test_two_conversations_of_one_person_in_two_communities(tmp_path: Path) -> None:
    apps = [open_app(f"sqlite:///{tmp_path}/{nth}.db", FixedClock(NOW), [PACK]) for nth in range(2)]
    await asyncio.gather(*(say(app, "报名周四的瑜伽") for app in apps))
    await say(apps[0], "确认报名")
    await say(apps[1], "取消")
    assert [await value(app, _SEATS) for app in apps] == [1, 0]
    for app in apps:
        app.close()


def test_a_server_that_is_not_migrated_is_not_touched() -> None:
    with databases.postgres() as engine:
        with pytest.raises(ConfigurationError) as refused:
            community.prepare(engine)
        with engine.connect() as connection:
            tables = connection.exec_driver_sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            assert tables.scalar() == 0
    assert str(refused.value) == (
        "database.url: the database has not the current schema; run `linli migrate`"
    )
