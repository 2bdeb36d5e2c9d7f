"""The door of WeChat over real HTTP: what is authentic is answered, what is not leaves no trace."""

import asyncio
import random
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot import courier
from bot.app import App, open_app
from bot.channels import Capabilities
from bot.clock import FixedClock
from bot.configuration import Limits
from bot.inbound import Inbound, Reply
from models import dead_letter
from models.conversation import CONVERSATION
from models.database import Db
from models.dead_letter import DEAD_LETTER
from models.delivery import DELIVERY
from models.grant import GRANT
from models.heard import HEARD
from models.member import ADDRESS, MEMBER
from models.registration import REGISTRATION
from tests.bot.test_courier import Postbox
from tests.bot.wechat.bodies import TOO_LARGE, UNREADABLE
from tests.bot.wechat.conftest import calling
from tests.bot.wechat.nasty import NASTY
from tests.bot.wechat.payloads import PAYLOADS
from tests.bot.wechat.test_envelope import FORGED
from tests.conftest import NOW, PACK
from tests.fakes.wechat_callback import (
    FAULT,
    KEY,
    Account,
    Call,
    Platform,
    consents,
    event,
    message,
)

LIN, HE = "oLin_0123456789-abcdefghijkl", "oHe_0123456789-abcdefghijklm"
LATER = "请等一会儿，办好了马上发给您。现在比平时慢一些。"
LOST = "请过一分钟再发一次。刚才这句没有收下，还没有办。"
TABLES = (ADDRESS, MEMBER, HEARD, CONVERSATION, DELIVERY, DEAD_LETTER, REGISTRATION)


async def stored(app: App) -> dict[str, int]:
    """How many rows each table has."""

    def look(db: Db) -> dict[str, int]:
        return {table.name: db.value(select(func.count()).select_from(table)) for table in TABLES}

    return await app.read(look)


async def dead(app: App) -> list[tuple[str | None, str]]:
    rows = await app.read(lambda db: dead_letter.newest(db, 1000))
    return [(row.message, row.reason) for row in rows]


async def sent_later(app: App) -> list[str]:
    """What the courier brings now, each card's message of the catalogue."""
    post = Postbox()
    while await courier.deliver(app, {"wechat": post}):
        pass
    return [card.text.message for outgoing in post.got for card in outgoing.cards]


@contextmanager
def held(app: App) -> Iterator[None]:
    """The only writer is at work on something else."""
    let_go = threading.Event()
    app.worker.submit("gate", lambda _db: let_go.wait(20))
    try:
        yield
    finally:
        let_go.set()


# What is authentic.


async def test_a_follower_is_greeted_and_may_be_written_to(platform: Platform, app: App) -> None:
    shown = await platform.do(LIN, "subscribe", EventKey="")
    assert shown.text is not None
    assert "初次见面" in shown.text
    (there,) = await app.read(lambda db: db.rows(select(CONVERSATION)))
    assert (there.free_until, there.free_left) == (NOW + timedelta(minutes=1), 3)
    await platform.say(LIN, "你好")
    (there,) = await app.read(lambda db: db.rows(select(CONVERSATION)))
    assert (there.free_until, there.free_left) == (NOW + timedelta(hours=48), 5)


async def test_a_number_is_what_was_shown(platform: Platform) -> None:
    await platform.say(LIN, "你好")
    found = await platform.say(LIN, "周六有什么活动")
    opened = await platform.say(LIN, "1")
    assert found.text is not None
    assert opened.text is not None
    title = found.text.split("1. ")[1].split("\n")[0].split("【")[0]
    assert title in opened.text


async def test_a_code_on_the_wall_opens_what_it_says(platform: Platform) -> None:
    await platform.say(LIN, "你好")
    menu = await platform.do(LIN, "CLICK", EventKey="find")
    scanned = await platform.do(LIN, "SCAN", EventKey="show_1", Ticket="T")
    assert menu.text is not None
    assert scanned.text is not None
    assert "也可以发" in scanned.text or "1 " in scanned.text
    assert scanned.text != menu.text


async def test_reports_of_the_platform_are_taken_in_silence(platform: Platform, app: App) -> None:
    before = await stored(app)
    for xml in [xml for _, xml, means in PAYLOADS if means is None]:
        assert (await platform.deliver(xml)).text is None
    assert await stored(app) == before


async def test_whoever_leaves_is_forgotten(platform: Platform, app: App) -> None:
    before = await stored(app)
    await platform.say(LIN, "你好")
    assert (await platform.do(LIN, "unsubscribe", EventKey="")).text is None
    # That the call was heard is kept, under a number that names nobody.
    assert await stored(app) == {**before, "heard": before["heard"] + 1}
    assert (await platform.do(LIN, "unsubscribe", EventKey="")).text is None


async def test_consents_are_counted_once_and_taken_back(platform: Platform, app: App) -> None:
    async def left() -> dict[str, int]:
        rows = await app.read(lambda db: db.rows(select(GRANT)))
        return {row.template: row.left for row in rows}

    yes = event(
        LIN, NOW, "subscribe_msg_popup_event", consents("SubscribeMsgPopupEvent", [("T1", "accept")] * 1)
    )
    assert (await platform.deliver(yes)).text is None
    assert await left() == {}
    await platform.say(LIN, "你好")
    for _ in range(3):
        assert (await platform.deliver(yes)).text is None
    assert await left() == {"T1": 1}
    no = consents("SubscribeMsgChangeEvent", [("T1", "reject"), ("T2", "reject")])
    assert (await platform.do(LIN, "subscribe_msg_change_event", no)).text is None
    assert await left() == {"T1": 0}


async def test_what_does_not_fit_is_left_to_the_courier(
    platform: Platform, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Capabilities(buttons=False, text_limit=60, measured_in="bytes")
    monkeypatch.setattr("bot.channels.wechat.replies.CAPABILITIES", small)
    shown = await platform.say(LIN, "你好")
    assert shown.text == "您好！要办什么，直接说就行。"
    first, welcome = await sent_later(app)
    assert (first, welcome[:4]) == ("您好！要办什么，直接说就行。", "初次见面")


# The same again.


async def test_the_same_message_four_times_is_heard_once(either: Platform, app: App) -> None:
    await either.say(LIN, "你好")
    registered = message(LIN, NOW, Content="register 3")
    first = await either.deliver(registered)
    sure = message(LIN, NOW, Content="1")
    told = [(await either.deliver(sure)).text for _ in range(4)]
    assert first.text is not None
    assert len(set(told)) == 1
    assert told[0] not in (None, first.text, FAULT)
    assert (await stored(app))["heard"] == 3


async def test_the_same_message_sixteen_at_once_is_heard_once(platform: Platform, app: App) -> None:
    await platform.say(LIN, "你好")
    before = await stored(app)
    xml = message(LIN, NOW, Content="周六有什么活动")
    told = await asyncio.gather(*(platform.deliver(xml) for _ in range(16)))
    assert len({each.text for each in told}) == 1
    assert await stored(app) == {**before, "heard": before["heard"] + 1}


async def test_a_replay_is_answered_and_has_no_second_effect(platform: Platform, app: App) -> None:
    await platform.say(LIN, "你好")
    call = platform.account.call(message(LIN, NOW, Content="周六有什么活动"), NOW)
    first = await platform.post(call)
    before = await stored(app)
    for _ in range(100):
        again = await platform.post(call)
        assert again.status_code == 200
        assert platform.account.opened(again.content) == platform.account.opened(first.content)
    assert await stored(app) == before


async def test_without_its_number_a_repeat_would_be_heard_again(
    platform: Platform, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: dedupe off."""
    await platform.say(LIN, "你好")
    before = await stored(app)
    monkeypatch.setattr("bot.dispatch.heard.recall", lambda *_: None)
    monkeypatch.setattr("bot.dispatch.heard.keep", lambda *_: None)
    xml = message(LIN, NOW, Content="报名")
    heard: list[Inbound] = []
    dispatch = App._dispatch

    def counting(self: App, db: Db, inbound: Inbound) -> Reply:
        heard.append(inbound)
        return dispatch(self, db, inbound)

    monkeypatch.setattr(App, "_dispatch", counting)
    for _ in range(4):
        await platform.deliver(xml)
    assert len(heard) == 4
    assert (await stored(app))["heard"] == before["heard"]


# What is not authentic.


@pytest.mark.chaos
async def test_a_thousand_forged_calls_leave_nothing(platform: Platform, app: App) -> None:
    before, calls = await stored(app), [*FORGED.values()] * 50
    answers = await _posted(platform, calls)
    assert {answer.status_code for answer in answers} == {403}
    assert len(answers) == 1000
    assert await stored(app) == before


async def _posted(platform: Platform, calls: Sequence[Call], at_once: int = 16) -> list[httpx.Response]:
    """The answers, in the order of the calls."""
    room = asyncio.Semaphore(at_once)

    async def post(call: Call) -> httpx.Response:
        async with room:
            return await platform.post(call)

    return await asyncio.gather(*map(post, calls))


async def test_a_page_entered_with_a_wrong_signature_is_not_echoed(
    platform: Platform, clock: FixedClock
) -> None:
    wrong = Platform(platform.http, platform.address, platform.now, Account(token="anothertoken"))
    assert await wrong.verify() == "403"
    old = Platform(platform.http, platform.address, lambda: NOW - timedelta(seconds=301))
    assert await old.verify() == "403"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_nothing_else_is_heard(platform: Platform, method: str) -> None:
    assert (await platform.http.request(method, platform.address)).status_code == 405


@pytest.mark.parametrize("query", ["", "&&&", "a=1&" * 100, "signature=%ff&timestamp=1&nonce=2", "%zz"])
async def test_an_address_that_is_none_is_refused(platform: Platform, query: str) -> None:
    assert (await platform.http.post(f"{platform.address}?{query}", content=b"x")).status_code == 403


# What cannot be read.


@pytest.mark.parametrize(("body", "field"), UNREADABLE.values(), ids=UNREADABLE)
async def test_what_cannot_be_read_is_listed_and_not_repeated(
    either: Platform, app: App, body: bytes, field: str
) -> None:
    before = await stored(app)
    for _ in range(3):
        assert await either.deliver_raw(body) == (200, None)
    ((number, reason),) = await dead(app)
    assert reason == field
    assert number
    assert await stored(app) == {**before, "deadletter": 1}


@pytest.mark.parametrize("body", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_what_is_too_large_is_not_read(either: Platform, app: App, body: bytes) -> None:
    """It says how long it is, and is told that this is too long before it has sent it."""
    call = either.account.call(body, NOW)
    assert await refused(either, call, f"content-length: {len(call.body)}", b"") == 413
    assert await dead(app) == []


async def test_a_body_without_an_end_is_cut_off(platform: Platform) -> None:
    """Without a length it is stopped at the limit, not at the end."""
    call, part = platform.account.call("", NOW), b"2000\r\n" + b"x" * 0x2000 + b"\r\n"
    assert await refused(platform, call, "transfer-encoding: chunked", part * 9) == 413


async def refused(platform: Platform, call: Call, header: str, body: bytes) -> int:
    """The status that comes before the body is whole."""
    url = httpx.URL(platform.address, params=dict(call.query))
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"POST {url.raw_path.decode()} HTTP/1.1\r\nhost: test\r\n{header}\r\n\r\n".encode() + body)
    status = (await reader.readline()).split()[1]
    assert (await reader.read()).lower().count(b"connection: close") == 1
    writer.close()
    await writer.wait_closed()
    return int(status)


async def test_the_largest_body_is_read(app: App) -> None:
    async with calling(app, Account(key=None)) as platform:
        xml = message(LIN, NOW, Content="你好")
        exact = xml.replace("</xml>", " " * (64 * 1024 - len(xml.encode())) + "</xml>")
        assert (await platform.post(platform.account.call(exact, NOW))).status_code == 200
        beyond = exact.replace("</xml>", " </xml>")
        assert (await platform.post(platform.account.call(beyond, NOW))).status_code == 413


@pytest.mark.chaos
async def test_five_hundred_broken_ones_among_a_thousand_good(platform: Platform, app: App) -> None:
    random.seed(20261123)
    good = [message(f"oPerson_{nth % 40:04d}", NOW, Content="你好") for nth in range(1000)]
    broken = [_mutated(each) for each in random.sample(good, 500)]
    deliveries: list[str | bytes] = [*good, *broken]
    random.shuffle(deliveries)
    answers = await _posted(platform, [platform.account.call(xml, NOW) for xml in deliveries])
    statuses = [
        (isinstance(xml, str), answer.status_code) for xml, answer in zip(deliveries, answers, strict=True)
    ]
    assert {status for is_good, status in statuses if is_good} == {200}
    assert {status for is_good, status in statuses if not is_good} <= {200, 403}
    numbers = {xml.split("<MsgId>")[1].split("<")[0] for xml in good}
    heard = await app.read(lambda db: {row.message for row in db.rows(select(HEARD))})
    assert numbers <= heard
    assert len(await dead(app)) > 100


def _mutated(xml: str) -> bytes:
    """One change of what a fuzzer changes: signs, tags, their order, their ends."""
    raw = bytearray(xml.replace("<MsgId>2", "<MsgId>7", 1).encode())
    kind, at = random.randrange(6), random.randrange(len(xml) - 1)
    if kind == 0:
        del raw[at:]
    elif kind == 1:
        raw[at] = random.randrange(256)
    elif kind == 2:
        raw[at:at] = random.randbytes(8)
    elif kind == 3:
        del raw[at : at + random.randrange(1, 60)]
    elif kind == 4:
        raw[at:at] = random.choice([b"<", b">", b"]]>", b"<![CDATA[", b"<a>", b"&x;", b'<a b="1"/>', b"\x00"])
    else:
        name = random.choice(
            [b"MsgType", b"FromUserName", b"ToUserName", b"CreateTime", b"Content", b"MsgId"]
        )
        raw = bytearray(bytes(raw).replace(name, b"X" + name))
    return bytes(raw)


# Too slow, and not at all.


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform's five seconds in a tenth of the time."""
    monkeypatch.setattr("bot.channels.wechat.callback.ANSWER_SECONDS", 0.4)
    monkeypatch.setattr("bot.channels.wechat.callback.HOLD_SECONDS", 0.45)


@pytest.mark.usefixtures("hurried")
async def test_an_answer_that_takes_long_comes_later_and_once(
    platform: Platform, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not by the platform, which is in a hurry here.
    await app.answer(Inbound("wechat", LIN, "你好", message="first"))
    let_go, dispatch = threading.Event(), App._dispatch

    def slow(self: App, db: Db, inbound: Inbound) -> Reply:
        let_go.wait(20)
        return dispatch(self, db, inbound)

    monkeypatch.setattr(App, "_dispatch", slow)
    shown = await platform.say(LIN, "周六有什么活动")
    assert (shown.text, shown.calls) == (LATER, 1)
    let_go.set()
    while not (await stored(app))["delivery"]:
        await asyncio.sleep(0.01)
    (late,) = await sent_later(app)
    assert late == "找到{count}场，按时间排："
    assert await sent_later(app) == []


@pytest.mark.usefixtures("hurried")
async def test_what_was_not_begun_is_told_not_to_have_been_taken(platform: Platform, app: App) -> None:
    before = await stored(app)
    with held(app):
        assert (await platform.say(LIN, "你好")).text == LOST
    assert await stored(app) == before


@pytest.mark.usefixtures("hurried")
async def test_where_nothing_can_be_written_the_person_is_told_in_time(
    platform: Platform, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> Reply:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(App, "_dispatch", away)
    shown = await platform.say(LIN, "你好")
    assert (shown.text, shown.calls) == (LOST, 1)


async def test_a_writer_who_is_held_for_a_moment_is_waited_for(
    platform: Platform, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch, tries = App._dispatch, iter([True, True, False])

    def away(self: App, db: Db, inbound: Inbound) -> Reply:
        if next(tries):
            raise OperationalError("INSERT", {}, Exception("database is locked"))
        return dispatch(self, db, inbound)

    monkeypatch.setattr(App, "_dispatch", away)
    assert "您好" in str((await platform.say(LIN, "你好")).text)


async def test_a_fault_of_ours_is_no_fault_of_the_account(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> Reply:
        raise RuntimeError("out of order")

    monkeypatch.setattr(App, "answer", fails)
    assert (await platform.say(LIN, "你好")).text == LOST


async def test_another_process_that_holds_the_lock_is_told_of(tmp_path: Path, clock: FixedClock) -> None:
    """A real lock, for real seconds: an answer comes within the platform's five."""
    app = open_app(f"sqlite:///{tmp_path}/linli.db", clock, [PACK])
    try:
        async with calling(app, Account()) as platform:
            await platform.say(LIN, "你好")
            other = sqlite3.connect(tmp_path / "linli.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            shown = await platform.say(LIN, "周六有什么活动")
            other.execute("ROLLBACK")
            other.close()
            assert (shown.text, shown.calls) == (LOST, 1)
            again = await platform.say(LIN, "周六有什么活动")
            assert again.text is not None
            assert "1. " in again.text
    finally:
        app.close()


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("tries", [1, 0])
async def test_whoever_leaves_while_nothing_can_be_written_is_forgotten_after_it(
    platform: Platform, app: App, monkeypatch: pytest.MonkeyPatch, tries: int
) -> None:
    monkeypatch.setattr("bot.channels.wechat.callback.FORGET_SECONDS", 0.5)
    monkeypatch.setattr("bot.channels.wechat.callback.FORGET_TRIES", tries)
    await platform.say(LIN, "你好")
    known = await stored(app)
    with held(app):
        assert (await platform.do(LIN, "unsubscribe", EventKey="")).text is None
    await asyncio.sleep(1)
    assert (await stored(app))["address"] == known["address"] - tries


async def test_whoever_leaves_while_too_many_wait_is_forgotten_after_it(
    platform: Platform, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.wechat.callback.FORGET_SECONDS", 0.01)
    before = await stored(app)
    await platform.say(LIN, "你好")
    waits = iter([3.0, 3.0])
    monkeypatch.setattr(app.worker, "expected_wait", lambda *_: next(waits, 0.0))
    assert (await platform.do(LIN, "unsubscribe", EventKey="")).text is None
    async with asyncio.timeout(10):
        while (await stored(app))["address"] > before["address"]:
            await asyncio.sleep(0.01)


async def test_who_writes_too_fast_is_told_once(clock: FixedClock) -> None:
    app = open_app("sqlite://", clock, [PACK], limits=Limits(burst=2, messages_a_minute=2))
    try:
        async with calling(app, Account(key=KEY)) as platform:
            told = [(await platform.say(LIN, "你好")).text for _ in range(4)]
    finally:
        app.close()
    assert told[2] == "请等30秒再发一次，刚才这条还没来得及看。"
    assert told[3] is None


async def test_where_too_many_wait_it_is_told_at_once(
    platform: Platform, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await stored(app)
    monkeypatch.setattr(app.worker, "expected_wait", lambda *_: 3.0)
    assert (await platform.say(LIN, "你好")).text == "请过一两分钟再说一次，现在来问的人太多。"
    assert await stored(app) == before


@pytest.mark.parametrize("words", NASTY, ids=range(len(NASTY)))
async def test_nothing_that_somebody_writes_breaks_the_answer(platform: Platform, words: str) -> None:
    """A form repeats what was written; whatever it was, what comes back is an answer."""
    written = re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", words)
    assert (await platform.say(LIN, written)).text not in (None, FAULT)
