"""One who sends as fast as he can: hardly anything of it is heard, and the others hardly notice."""

import asyncio
import contextlib
import random
import re
import statistics
import time
from collections import Counter
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import Engine

from bot.app import App
from bot.configuration import Limits
from bot.inbound import Inbound
from bot.limits import PersonLimits
from tests.bot.programs import serving
from tests.chaos import ledger
from tests.chaos.storm import SECONDS, open_quarter

FLOOD = 2000
OTHERS = 50
# The figure that the issue names for the others, of 95 in 100 of their messages.
LONGEST_SECONDS = 1.0
LINES = ("你好", "这周六有什么活动", "我的报名", "菜单")
CONNECTIONS = 10


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def shown(what: str, seconds: list[float]) -> None:
    print(f"\n{what}: p95 {p95(seconds):.3f} s, median {statistics.median(seconds):.3f} s of {len(seconds)}")  # noqa: T201


def most_heard(seconds: float) -> int:
    """So many messages of one person the limits let through in this time."""
    limits = Limits()
    return limits.burst + int(limits.messages_a_minute * seconds / 60) + 1


# -- through the core


async def _talk(app: App, name: str) -> list[float]:
    """Somebody who says what people say, one line after the other: how long each took to be answered."""
    took = []
    for nth, line in enumerate(LINES):
        began = time.monotonic()
        reply = await app.answer(Inbound("console", name, line, message=f"{name}-{nth}"))
        took.append(time.monotonic() - began)
        assert (reply.retry_after, len(reply.messages) > 0) == (None, True)
    return took


@pytest.mark.chaos
@pytest.mark.parametrize("limited", [True, False])
async def test_through_the_core(empty: Engine, tmp_path: Path, limited: bool) -> None:
    app, _ = open_quarter(empty, tmp_path)
    app.limits = PersonLimits(Limits(), app.clock) if limited else None
    kinds: Counter[str] = Counter()

    async def flood(nth: int) -> None:
        reply = await app.answer(Inbound("console", "flooder", "你好", message=f"flooder-{nth}"))
        told = "told" if reply.messages else "silence"
        kinds["heard" if reply.did == "smalltalk" else told] += 1

    began = time.monotonic()
    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as tasks:
        for nth in range(FLOOD):
            tasks.create_task(flood(nth))
        others = [tasks.create_task(_talk(app, f"other-{nth}")) for nth in range(OTHERS)]
    took = time.monotonic() - began
    app.close()
    seconds = [each for other in others for each in other.result()]
    shown(f"{'limited' if limited else 'not limited'}, through the core on {empty.dialect.name}", seconds)
    heard = {name.rpartition("-")[0] for name in ledger.read(empty).heard}
    assert len(heard) == OTHERS + 1
    assert kinds.total() == FLOOD
    if limited:
        assert kinds["heard"] <= most_heard(took)
        assert kinds["told"] <= 1 + took / 60
        assert p95(seconds) < LONGEST_SECONDS
    else:  # all of it is worked on, or told that too many are waiting
        assert kinds["heard"] > most_heard(took) * 10


# -- over HTTP


class Flooder:
    """A browser without patience: several connections, on each one post after the other."""

    def __init__(self, address: str, cookie: str, network: str) -> None:
        self._host, _, port = address.removeprefix("http://").partition(":")
        self._port = int(port)
        self._head = (
            f"POST / HTTP/1.1\r\nHost: {self._host}\r\nCookie: {cookie}\r\nX-Requested-With: linli\r\n"
            f"X-Forwarded-For: {network}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        )
        self.statuses: Counter[int] = Counter()

    async def flood(self) -> None:
        share = FLOOD // CONNECTIONS
        await asyncio.gather(*(self._connection(nth * share, share) for nth in range(CONNECTIONS)))

    async def _connection(self, first: int, count: int) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        with contextlib.closing(writer):
            for nth in range(first, first + count):
                form = urlencode({"text": "你好", "message": f"flooder-message-{nth}", "after": "0"})
                writer.write(f"{self._head}Content-Length: {len(form)}\r\n\r\n{form}".encode())
                head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower()
                length = re.search(r"content-length: (\d+)", head)
                assert length, head
                await reader.readexactly(int(length[1]))
                self.statuses[int(head.split()[1])] += 1


def _client(address: str) -> httpx.AsyncClient:
    """Keeps no cookies of its own: each browser sends its one."""
    forgetful = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(base_url=address, timeout=30, cookies=forgetful)


async def _enter(client: httpx.AsyncClient, network: str) -> dict[str, str]:
    """The headers of a browser that has opened the page."""
    opened = await client.get("/", headers={"X-Forwarded-For": network})
    assert opened.status_code == 200
    return {"Cookie": opened.headers["set-cookie"].partition(";")[0], "X-Forwarded-For": network}


async def _post(client: httpx.AsyncClient, headers: dict[str, str], name: str) -> list[float]:
    """One line a second, from a moment of his own on: how long each took to be answered."""
    took = []
    await asyncio.sleep(random.Random(name).random())
    for nth, line in enumerate(LINES):
        form = {"text": line, "message": f"{name}-message-{nth}", "after": "0"}
        began = time.monotonic()
        posted = await client.post("/", data=form, headers={**headers, "X-Requested-With": "linli"})
        took.append(time.monotonic() - began)
        told: dict[str, Any] = posted.json()
        assert (posted.status_code, len(told["exchanges"]) > nth) == (200, True)
        await asyncio.sleep(max(0, 1 - took[-1]))
    return took


@pytest.mark.chaos
@pytest.mark.parametrize("network", ["the same building", "another address"])
async def test_over_http(tmp_path: Path, network: str) -> None:
    building = "203.0.113.9"
    elsewhere = building if network == "the same building" else "198.51.100.7"
    with serving(tmp_path) as running:
        async with (
            asyncio.timeout(SECONDS),
            _client(running.address) as client,
        ):
            cookie = (await _enter(client, elsewhere))["Cookie"]
            headers = [await _enter(client, building) for _ in range(OTHERS)]
            flooder = Flooder(running.address, cookie, elsewhere)
            began = time.monotonic()
            async with asyncio.TaskGroup() as tasks:
                others = [
                    tasks.create_task(_post(client, each, f"other-{nth}")) for nth, each in enumerate(headers)
                ]
                tasks.create_task(flooder.flood())
            took = time.monotonic() - began
    seconds = [each for other in others for each in other.result()]
    shown(f"over HTTP from {network}, {took:.1f} s in all", seconds)
    assert flooder.statuses.keys() == {200, 429}
    assert flooder.statuses.total() == FLOOD
    assert flooder.statuses[200] <= most_heard(took)
    assert p95(seconds) < LONGEST_SECONDS
