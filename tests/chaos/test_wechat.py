"""WeChat's callback in bad times: forged calls, no way to write, bodies that are bombs."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine

from bot.channels.wechat.channel import PATH
from models.database import open_engine
from tests.chaos import ledger, quarter, wires
from tests.chaos.assaults import FORGED, GROWTH, Aim, bomb, forge
from tests.chaos.books import count, marks
from tests.chaos.faults import Ballast, lock
from tests.chaos.figures import show, standing_still
from tests.chaos.together import together, until
from tests.chaos.wechat import SECRETS, Standing, now, standing
from tests.fakes.wechat_callback import FAULT, Account, Call, message

LINLI = "tests.chaos.linli"
GOOD = 200
REPLAYS = 100
ANSWER = "记下了{}号。"


@pytest.mark.chaos
async def test_forged_calls_leave_no_trace(
    file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quarter.build(file, tmp_path)
    file.dispose()
    monkeypatch.setenv("LINLI_LOG__LEVEL", "DEBUG")
    good = {f"oGood{nth:02}": list(range(1, GOOD // 10 + 1)) for nth in range(10)}
    async with standing(file, tmp_path, program=LINLI) as running:
        forgeries = _forgeries()

        async def send(nth: int) -> int:
            call = forgeries[nth % len(forgeries)](f"oForger{nth:04}")
            return (await running.platform.post(call)).status_code

        async def talk(who: str) -> None:
            for number in good[who]:
                assert (await _mark(running, who, number)).startswith(ANSWER.format(number))

        async def replay() -> None:
            """What somebody wrote down on its way is good for nothing more."""
            call = running.platform.account.call(message("oHeard", now(), Content="mark 1"), now())
            for _ in range(REPLAYS):
                assert (await running.platform.post(call)).status_code == 200

        statuses = await forge(send, *map(talk, good), replay())
    told = running.server.log.read_text()
    assert marks(file) == {**good, "oHeard": [1]}
    assert len(ledger.read(file).heard) == GOOD + 1
    assert count(file, "address") == len(good) + 1
    assert count(file, "deadletter") == 0
    assert [each for each in SECRETS if each in told] == []
    show(
        capsys,
        f"WeChat, forged: {FORGED} calls, {dict(statuses)}, 0 stored; {GOOD} of {GOOD} good ones answered beside them, "
        f"one of them sent {REPLAYS} times heard once; 0 secrets in {len(told.splitlines())} lines of the log at DEBUG",
    )


def _forgeries() -> list[Callable[[str], Call]]:
    """What can be forged: the address, the signatures, the time, the mode, the key, what stands in it."""
    ours, at = Account(), now()
    plain, other_key = replace(ours, key=None), replace(ours, key="Z" * 42 + "E")

    def written(who: str) -> str:
        return message(who, at, Content="mark 1")

    def call(who: str, by: Account = ours, age: int = 0) -> Call:
        return by.call(written(who), at - timedelta(seconds=age))

    return [
        lambda who: Call({}, written(who).encode()),
        lambda who: call(who).changed(signature="0" * 40),
        lambda who: call(who).changed(msg_signature="0" * 40),
        lambda who: call(who).changed(nonce="1"),
        lambda who: call(who).changed(body=call(who).body),
        lambda who: call(who, replace(ours, token="anothertoken")),
        lambda who: call(who, other_key),
        lambda who: call(who, replace(ours, app_id="wx00000000000000ff")),
        lambda who: call(who, age=301),
        lambda who: call(who, age=-600),
        lambda who: call(who, plain),
        lambda who: call(who, plain).changed(encrypt_type="aes"),
        lambda who: call(who).changed(body=b"<xml>"),
    ]


async def _mark(running: Standing, who: str, number: int) -> str:
    """What somebody is shown who says so."""
    running.api.hear(who)
    return (await running.platform.say(who, f"mark {number}")).text or "nothing"


LOCKED_SECONDS = 8.0
FULL_SECONDS = 8.0
LONGEST_SECONDS = 5.0
TALKERS = [f"oTalker{nth:02}" for nth in range(20)]
LINES = 30
LOST, LATER, BUSY = "没有收下", "办好了马上发给您", "现在来问的人太多"
# Whoever is asked to come again in a minute comes sooner here.
AGAIN_SECONDS = 0.5


@pytest.mark.chaos
async def test_locked_out_it_says_what_did_not_go_through(
    file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def locked() -> None:
        holder = await asyncio.to_thread(lock, str(file.url.database), LOCKED_SECONDS)
        assert await asyncio.to_thread(holder.wait) == 0

    await _cannot_write(file, tmp_path, capsys, f"locked for {LOCKED_SECONDS} s", locked)


@pytest.mark.chaos
async def test_without_room_it_says_what_did_not_go_through(
    small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def filled() -> None:
        ballast = Ballast(small_disk)
        await asyncio.to_thread(ballast.fill)
        await asyncio.sleep(FULL_SECONDS)
        await asyncio.to_thread(ballast.free)

    engine = open_engine(f"sqlite:///{small_disk / 'test.db'}")
    await _cannot_write(engine, tmp_path, capsys, f"a full disk for {FULL_SECONDS} s", filled)
    engine.dispose()


async def _cannot_write(
    engine: Engine,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    what: str,
    fault: Callable[[], Coroutine[None, None, None]],
) -> None:
    """Everybody talks; after a third the fault begins. Whoever is told that it did not go through says it again."""
    quarter.build(engine, folder)
    engine.dispose()
    waits: list[float] = []
    stood: list[float] = []
    shown: Counter[str] = Counter()
    async with standing(engine, folder, program=LINLI) as running:

        async def talk(who: str) -> None:
            for number in range(1, LINES + 1):
                while True:
                    began = time.monotonic()
                    words = await _mark(running, who, number)
                    waits.append(time.monotonic() - began)
                    assert words != FAULT
                    kind = next((each for each in (LOST, LATER, BUSY) if each in words), "answered")
                    shown[kind] += 1
                    if kind in (LOST, BUSY):
                        await asyncio.sleep(AGAIN_SECONDS)
                    else:
                        assert kind == LATER or words.startswith(ANSWER.format(number))
                        break

        async def go_wrong() -> None:
            await until(lambda: shown["answered"] >= len(TALKERS) * LINES // 3)
            await fault()

        async with standing_still(stood):
            await together(go_wrong(), *map(talk, TALKERS))
        # Newcomers are greeted by messages of their own.
        await until(lambda: len(_late(running)) >= shown[LATER])
    assert shown[LOST] > 0
    # What the machine itself stood still for others is nobody's fault here.
    assert max(waits) < LONGEST_SECONDS + max(stood)
    heard = marks(engine)
    assert {who: sorted(numbers) for who, numbers in heard.items()} == {
        who: list(range(1, LINES + 1)) for who in TALKERS
    }
    show(
        capsys,
        f"WeChat, {what}: {len(waits)} calls, {dict(shown)}, the slowest answered after {max(waits):.2f} s "
        f"(the machine stood still for {max(stood):.2f} s); "
        f"{sum(map(len, heard.values()))} of {len(TALKERS) * LINES} lines had their effect, each once",
    )


def _late(running: Standing) -> list[str]:
    """The answers that came by a message of their own."""
    texts = [each["text"]["content"] for each in running.api.sent if each["msgtype"] == "text"]
    return [each for each in texts if each.startswith("记下了")]


@pytest.mark.chaos
async def test_bombs_go_off_outside(file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quarter.build(file, tmp_path)
    file.dispose()
    async with standing(file, tmp_path, program=LINLI) as running:

        def aim() -> Aim:
            sealed = Account().call("<xml>" + "<a>" * 10_000, now())
            bombs = wires.bombs(b"<a>" * 20_000, b" " * (64 * 1024 + 1))
            bombs["sealed, 10,000 deep"] = (f"Content-Length: {len(sealed.body)}",), [sealed.body]
            return f"{PATH}?{urlencode(sealed.query)}", ("Content-Type: text/xml",), bombs

        async def talk() -> None:
            assert (await _mark(running, "oSecond", 1)).startswith(ANSWER.format(1))

        for nth in range(100):
            await _mark(running, "oFirst", nth)
        bombed = await bomb(running.server, aim, talk)
    assert bombed.thrown == {
        "10 MB in chunks": {413}, "64 KiB and a byte": {413}, "said to be 10 GB": {413},
        "30,000 deep": {403}, "100,000 deep": {413}, "sealed, 10,000 deep": {200},
    }  # fmt: skip
    assert count(file, "deadletter") > 0
    show(capsys, f"WeChat, {bombed}")
    assert bombed.growth < GROWTH
