"""Limits: how fast a person may write and register, and an address ask; each has a twin without it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot import limits
from bot.app import App, open_app
from bot.channels.json_lines import JSONLines
from bot.clock import FixedClock
from bot.configuration import Limits
from bot.inbound import Inbound, Reply
from bot.limits import AddressLimits, Buckets, PersonLimits
from models.database import transaction
from models.text import Text
from tests.chat import Chat, Said
from tests.conftest import PACK

SLOW_DOWN = "请等{count}秒再发一次，刚才这条还没来得及看。"
_HEARD = text("SELECT count(*) FROM heard")
_MEMBERS = text("SELECT count(*) FROM member")


@contextmanager
def opened(clock: FixedClock, settings: Limits | None) -> Iterator[App]:
    app = open_app("sqlite://", clock, [PACK], limits=settings)
    yield app
    app.close()


@pytest.fixture
def limited(clock: FixedClock) -> Iterator[App]:
    with opened(clock, Limits()) as app:
        yield app


async def say(app: App, words: str = "你好", who: str = "lin", *, message: str | None = None) -> Reply:
    return await app.answer(Inbound("console", who, words, message=message))


async def flood(app: App, count: int, who: str = "lin") -> list[Reply]:
    return [await say(app, who=who, message=f"{who}-{nth}") for nth in range(count)]


def kinds(replies: list[Reply]) -> list[str]:
    """`heard`, `told` to be slower, or met with `silence`."""
    return [
        "heard" if each.retry_after is None else "told" if each.messages else "silence" for each in replies
    ]


def move(clock: FixedClock, seconds: float) -> None:
    clock.move(clock.now() + timedelta(seconds=seconds))


def test_a_bucket_holds_its_burst_and_fills_evenly() -> None:
    buckets = Buckets(20, 10)
    assert [buckets.take("lin", 1000.0) for _ in range(12)] == [0] * 10 + [3, 3]
    assert buckets.take("wang", 1000.0) == 0
    assert buckets.take("lin", 1002.0) == pytest.approx(1)
    assert [buckets.take("lin", 1003.0) for _ in range(2)] == [0, pytest.approx(3)]
    assert [buckets.take("lin", 1063.0) for _ in range(11)] == [0] * 10 + [pytest.approx(3)]


@pytest.mark.parametrize("start", [0.0, 1_795_396_200.0])
def test_over_an_hour_it_is_so_many_a_minute(start: float) -> None:
    buckets = Buckets(20, 10)
    taken = sum(buckets.take("lin", start + tenth / 10) == 0 for tenth in range(36_000))
    assert taken == 10 + 20 * 60 - 1


def test_what_is_given_back_can_be_taken_again() -> None:
    buckets = Buckets(20, 2)
    assert [buckets.take("lin", 0.0) for _ in range(3)] == [0, 0, 3]
    buckets.give_back("lin")
    assert [buckets.take("lin", 0.0) for _ in range(2)] == [0, 3]
    buckets.give_back("nobody")
    assert len(buckets) == 1


def test_giving_back_never_makes_more_than_the_burst() -> None:
    buckets = Buckets(20, 2)
    buckets.take("lin", 0.0)
    for _ in range(5):
        buckets.give_back("lin")
    assert [buckets.take("lin", 0.0) for _ in range(3)] == [0, 0, 3]


def test_full_buckets_are_forgotten_however_many_people_there_are() -> None:
    buckets, most = Buckets(20, 10), 0
    for nth in range(300_000):
        assert buckets.take(nth, nth / 100) == 0
        most = max(most, len(buckets))
    # A hundred newcomers a second, each of whom has lost one token for three seconds.
    assert most <= 1024 + 1
    assert len(buckets) <= 1024 + 1


def test_who_has_no_token_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_FEW", 4)
    buckets = Buckets(20, 2)
    assert [buckets.take("lin", 0.0) for _ in range(3)] == [0, 0, 3]
    for nth in range(100):
        buckets.take(nth, 0.0)
    assert buckets.take("lin", 1.0) == 2


def test_a_clock_that_is_put_back_leaves_nobody_waiting() -> None:
    buckets = Buckets(20, 10)
    assert [buckets.take("lin", 10_000.0) for _ in range(11)][-1] == 3
    assert buckets.take("lin", 0.0) == pytest.approx(3)
    assert buckets.take("lin", 3.0) == 0


async def test_ten_at_once_are_heard_then_it_is_said_once(limited: App, clock: FixedClock) -> None:
    replies = await flood(limited, 15)
    assert kinds(replies) == ["heard"] * 10 + ["told"] + ["silence"] * 4
    assert {each.did for each in replies[10:]} == {"unknown"}
    assert [each.retry_after for each in replies[10:]] == [pytest.approx(3)] * 5
    (told,) = replies[10].messages
    assert (told.to, told.card.text, told.card.tone) == ("lin", Text(SLOW_DOWN, count=3), "notice")
    assert (await limited.read(lambda db: db.value(_HEARD))) == 10
    assert b"linli_slowed_total 5.0" in limited.metrics.text()


async def test_without_limits_everything_is_heard(app: App) -> None:
    assert kinds(await flood(app, 15)) == ["heard"] * 15
    assert (await app.read(lambda db: db.value(_HEARD))) == 15


async def test_after_the_wait_that_was_told_the_same_message_is_heard(
    limited: App, clock: FixedClock
) -> None:
    await flood(limited, 11)
    assert kinds([await say(limited, "我的报名", message="again")]) == ["silence"]
    move(clock, 3)
    again = await say(limited, "我的报名", message="again")
    assert (again.did, again.retry_after) == ("registration.list", None)


async def test_it_is_said_again_a_minute_later_and_not_before(limited: App, clock: FixedClock) -> None:
    assert kinds(await flood(limited, 11))[-1] == "told"
    move(clock, 57)
    assert kinds([await say(limited) for _ in range(11)])[-1] == "silence"
    move(clock, 3)
    assert kinds([await say(limited) for _ in range(2)]) == ["heard", "told"]


async def test_twenty_a_minute_for_as_long_as_one_goes_on(limited: App, clock: FixedClock) -> None:
    heard, told = 0, 0
    for _ in range(5 * 60):  # five minutes of two messages a second
        for reply in (await say(limited), await say(limited)):
            heard += reply.retry_after is None
            told += bool(reply.retry_after and reply.messages)
        move(clock, 1)
    assert (heard, told) == (10 + 5 * 20 - 1, 5)


async def test_the_others_are_heard_and_so_is_he_elsewhere(limited: App) -> None:
    await flood(limited, 12)
    others = [await say(limited, who=who) for who in ("he", "zhou")]
    elsewhere = await limited.answer(Inbound("page", "lin", "你好"))
    assert kinds([*others, elsewhere]) == ["heard"] * 3


async def test_it_is_said_in_his_language(limited: App) -> None:
    await say(limited, "speak English please", "ann")
    for _ in range(9):
        await say(limited, who="ann")
    (told,) = (await say(limited, who="ann")).messages
    assert told.language == "en"
    stranger = [await limited.answer(Inbound("page", "new", "你好", language="zh-Hant")) for _ in range(11)]
    assert stranger[-1].messages[0].language == "zh-Hant"


async def test_a_group_is_not_told_of_it(limited: App) -> None:
    for _ in range(10):
        await limited.answer(Inbound("console", "lin", "你好", group="g1"))
    told = await limited.answer(Inbound("console", "lin", "你好", group="g1"))
    assert [message.to for message in told.messages] == ["lin"]


async def test_who_is_too_fast_does_not_become_a_member_by_it(clock: FixedClock) -> None:
    with opened(clock, Limits(burst=1)) as app:
        await say(app, who="first")
        before = await app.read(lambda db: db.value(_MEMBERS))
        await say(app, who="first")
        assert await app.read(lambda db: db.value(_MEMBERS)) == before


async def test_a_repeat_uses_nothing_up(limited: App) -> None:
    once = await say(limited, message="m1")
    again = [await say(limited, message="m1") for _ in range(30)]
    assert kinds([once, *again]) == ["heard"] * 31
    assert [each.repeated for each in (once, *again)] == [False] + [True] * 30
    assert {each == once for each in again} == {True}
    assert kinds(await flood(limited, 11)) == ["heard"] * 9 + ["told", "silence"]


async def test_without_giving_back_repeats_would_use_it_up(
    limited: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PersonLimits, "give_back", lambda _self, _person: None)
    assert kinds([await say(limited, message="m1") for _ in range(12)]) == ["heard"] * 10 + [
        "told",
        "silence",
    ]


async def test_a_repeat_that_comes_while_it_is_at_work_uses_nothing_up(limited: App) -> None:
    replies = await asyncio.gather(*(say(limited, message="m1") for _ in range(30)))
    assert kinds(list(replies)) == ["heard"] * 30
    assert kinds(await flood(limited, 10)) == ["heard"] * 9 + ["told"]


async def test_the_json_chat_has_no_limits(app: App) -> None:
    """The chat of scripts opens the app without any; the fixture `app` does it as `linli chat` does."""
    script = JSONLines()
    answers = [await script.answer(app, '{"from": "lin", "text": "你好"}') for _ in range(40)]
    assert [answer["did"] for answer in answers] == ["smalltalk"] * 40


PLAIN = ("yoga-tue", "yoga-thu", "taiji", "pressure", "sorting", "night")
_NUMBER = text("SELECT number FROM activity WHERE code = :code")


def numbers(chat: Chat) -> list[int]:
    """Of six activities whose organisers ask nothing."""
    with transaction(chat.engine) as db:
        return [db.value(_NUMBER, code=code) for code in PLAIN]


def register(chat: Chat, number: int, who: str = "lin") -> Said:
    """Registers, where nobody says no to that at once."""
    asked = chat(f"register {number}", who)
    return chat.press("确认报名", who) if "确认报名" in asked.labels else asked


def test_five_registrations_a_minute_then_it_is_said(say_on_both: Chat) -> None:
    say, walks = say_on_both, numbers(say_on_both)
    say.equipment.registrations_a_minute = 5
    done = [register(say, number).text.splitlines()[0] for number in walks[:5]]
    assert done == ["报名成功。开始前都可以取消。"] * 5
    late = register(say, walks[5])
    assert late.text == "请过一分钟再报下一场，这一分钟里已经报了5场。"
    assert (late.did, late.labels, late.refs) == (
        "activity.register",
        ["再试一次", "我的报名"],
        ["activity:night"],
    )
    # For others nothing has changed, and for him only until the first one is a minute old.
    assert register(say, walks[5], "he").did == "activity.register"
    assert len(say("我的报名").refs) == 5
    move(say.clock, 60)
    assert register(say, walks[5]).text.splitlines()[0] == "报名成功。开始前都可以取消。"


def test_what_was_cancelled_within_the_minute_counts(say_on_both: Chat) -> None:
    say, walks = say_on_both, numbers(say_on_both)
    say.equipment.registrations_a_minute = 5
    for _ in range(5):
        register(say, walks[0])
        say(f"withdraw {walks[0]}")
        say.press("确认取消")
    assert register(say, walks[0]).text == "请过一分钟再报下一场，这一分钟里已经报了5场。"
    assert say("我的报名").refs == []


def test_without_a_limit_the_sixth_passes(say_on_both: Chat) -> None:
    assert say_on_both.equipment.registrations_a_minute is None
    assert [register(say_on_both, number).did for number in numbers(say_on_both)] == ["activity.register"] * 6
    assert len(say_on_both("我的报名").refs) == 6


async def test_the_app_takes_the_limit_from_the_settings(clock: FixedClock) -> None:
    with opened(clock, Limits(registrations_a_minute=1)) as app, opened(clock, None) as free:
        assert (app.equipment.registrations_a_minute, free.equipment.registrations_a_minute) == (1, None)


TOWER = "203.0.113.9"


@pytest.fixture
def addresses(clock: FixedClock) -> AddressLimits:
    return AddressLimits(clock)


def test_a_building_may_ask_as_much_as_its_people_do(addresses: AddressLimits, clock: FixedClock) -> None:
    assert [addresses.allow_request(TOWER) for _ in range(601)] == [0] * 600 + [
        pytest.approx(0.05, abs=0.001)
    ]
    assert addresses.allow_request("203.0.113.10") == 0
    move(clock, 60)
    assert sum(addresses.allow_request(TOWER) == 0 for _ in range(2000)) == 600


def test_one_browser_that_floods_leaves_the_building_what_it_has(addresses: AddressLimits) -> None:
    flood = [addresses.allow_request(TOWER, "flooder") for _ in range(2000)]
    assert flood[:61] == [0] * 60 + [pytest.approx(0.25, abs=0.001)]
    assert (sum(wait == 0 for wait in flood), addresses.allow_request(TOWER, "neighbour")) == (60, 0)


def test_without_a_limit_for_browsers_he_would_take_it_all(addresses: AddressLimits) -> None:
    flood = [addresses.allow_request(TOWER) for _ in range(2000)]
    assert sum(wait == 0 for wait in flood) == 600
    assert addresses.allow_request(TOWER, "neighbour") > 0


def test_a_building_gets_so_many_newcomers(addresses: AddressLimits, clock: FixedClock) -> None:
    assert [addresses.allow_newcomer(TOWER) for _ in range(121)] == [0] * 120 + [
        pytest.approx(0.5, abs=0.001)
    ]
    # Whoever was here before goes on.
    assert addresses.allow_request(TOWER) == 0
    move(clock, 30)
    assert sum(addresses.allow_newcomer(TOWER) == 0 for _ in range(2000)) == 60


def opens(addresses: AddressLimits, address: str) -> bool:
    """Opens a stream where there is room for it."""
    room = addresses.has_room(address)
    if room:
        addresses.open_stream(address)
    return room


def test_streams_are_counted_while_they_are_open(addresses: AddressLimits) -> None:
    assert [opens(addresses, TOWER) for _ in range(301)] == [True] * 300 + [False]
    assert opens(addresses, "203.0.113.10")
    addresses.close_stream(TOWER)
    assert [opens(addresses, TOWER) for _ in range(2)] == [True, False]
    for _ in range(300):
        addresses.close_stream(TOWER)
    assert [opens(addresses, TOWER) for _ in range(301)] == [True] * 300 + [False]


def test_nothing_is_kept_of_streams_that_are_closed(addresses: AddressLimits) -> None:
    for nth in range(1000):
        assert opens(addresses, f"10.0.{nth // 256}.{nth % 256}")
        addresses.close_stream(f"10.0.{nth // 256}.{nth % 256}")
    assert addresses._streams == {}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.9", "203.0.113.9", True),
        ("203.0.113.9", "203.0.113.10", False),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("testclient", "testclient", True),
        ("testclient", "", False),
    ],
)
def test_a_network_of_version_6_is_one_address(one: str, other: str, same: bool) -> None:
    assert (limits._network(one) == limits._network(other)) is same
