"""WeChat in the safe mode, the whole stack by `linli run`, beside a bare echo with wechatpy on Starlette.

Fifty known followers at once, each over a connection of his own, who search; the calls of a round are signed
and encrypted before it, with the time of then.
"""

import base64
import hashlib
import itertools
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path

import uvloop
from wechatpy.crypto import PrpCrypto

from tests.bench import community, programs, wire
from tests.bench.figures import ROUNDS, Figure
from tests.bench.load import (
    Measured,
    Person,
    cheaper,
    converse,
    measure,
    rates,
    slower,
    spent,
    versus,
    waits,
    warn,
)
from tests.bench.programs import LINLI, Program, linli, peer, running

PEOPLE = 50
SECONDS = 1.6
WHOLE, ECHO = NAMES = ("whole", "echo")
# So many calls are ready for each second of a round; nobody is faster.
MOST_A_SECOND = 9000
TOKEN, APP_ID, ACCOUNT = "benchtoken", "wx0123456789abcdef", "gh_0123456789ab"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PATH = "/wechat"
# They find something on whatever day it is.
LINES = (
    *("周六有什么活动", "本周有什么活动", "周末有什么沙龙", "明天有什么讲座"),
    *("漕河泾有什么活动", "有什么瑜伽活动", "周三晚上有什么活动", "下周有什么亲子活动"),
)
_PLAIN = (
    "<xml><ToUserName><![CDATA[{account}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
    "<CreateTime>{created}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[{text}]]></Content><MsgId>{number}</MsgId></xml>"
)
_SEALED = (
    "<xml><ToUserName><![CDATA[{account}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
)
_numbers = itertools.count(24_000_000_000_000_000)


class Account:
    """What the platform knows of an account, to write its calls and to read its answers."""

    def __init__(self) -> None:
        self._cipher = PrpCrypto(base64.b64decode(AES_KEY + "="))

    def call(self, openid: str, text: str) -> bytes:
        """A text of somebody, whole."""
        created, number = str(int(time.time())), next(_numbers)
        plain = _PLAIN.format(account=ACCOUNT, openid=openid, created=created, text=text, number=number)
        encrypted = self._cipher.encrypt(plain, APP_ID).decode()
        nonce = str(number)[-10:]
        signed, whole = _signature(created, nonce), _signature(created, nonce, encrypted)
        query = (
            f"signature={signed}&timestamp={created}&nonce={nonce}&openid={openid}"
            f"&encrypt_type=aes&msg_signature={whole}"
        )
        body = _SEALED.format(account=ACCOUNT, encrypted=encrypted).encode()
        return wire.post(f"{PATH}?{query}", "text/xml", body)

    def opened(self, body: bytes) -> str:
        """The answer as its reader gets it."""
        encrypted = body.partition(b"<Encrypt>")[2].partition(b"</Encrypt>")[0]
        encrypted = encrypted.removeprefix(b"<![CDATA[").removesuffix(b"]]>")
        answer: str = self._cipher.decrypt(encrypted.decode(), APP_ID)
        return answer


class Follower(Person):
    """Somebody who has written down before what he will say."""

    def __init__(self, nth: int) -> None:
        super().__init__()
        self.openid = f"oBench{nth:022d}"
        self.line = LINES[nth % len(LINES)]
        self.last = b""
        self._calls: Iterator[bytes] = iter(())

    def prepare(self, account: Account, calls: int) -> None:
        self._calls = iter([account.call(self.openid, self.line) for _ in range(calls)])

    def request(self) -> bytes:
        return next(self._calls)

    def responded(self, body: bytes) -> None:
        if b"<Encrypt>" not in body:
            raise RuntimeError(f"it answered nothing: {body[:200].decode()}")
        self.last = body
        self.answered()


def run() -> list[Figure]:
    with community.folder() as folder, programs.beside() as core:
        found = uvloop.run(rounds(folder, core))
    ours, echo = found[WHOLE], found[ECHO]
    warn("WeChat, whole stack", ours)
    warn("WeChat, echo with wechatpy", echo)
    return [
        Figure(
            "WeChat, safe mode, whole stack, 50 at once", rates(ours), versus(ours, echo), ">= 0.7, aim 1"
        ),
        Figure("  its p99, to the echo's", waits(ours), slower(ours, echo)),
        Figure("  processor time an answer", spent(ours), cheaper(ours, echo)),
        Figure("  peer: an echo with wechatpy on Starlette", rates(echo), versus(echo, echo)),
        Figure("    its processor time", spent(echo), cheaper(echo, echo)),
    ]


async def rounds(
    folder: Path,
    core: set[int],
    names: Sequence[str] = NAMES,
    seconds: float = SECONDS,
    times: int = ROUNDS,
) -> dict[str, list[Measured]]:
    """Everybody in turn, again and again; all are up all the time, and idle while another one works."""
    account = Account()
    server, port = await wire.serve(_api)
    people = [Follower(nth) for nth in range(PEOPLE)]
    found: dict[str, list[Measured]] = {name: [] for name in names}
    async with server, AsyncExitStack() as stack:
        up = {name: await stack.enter_async_context(_program(name, folder, core, port)) for name in names}
        for program in up.values():
            await _acquaint(people, account, program)
        for _ in range(times):
            for name, program in up.items():
                found[name].append(await _round(people, account, program, seconds))
    return found


def _program(name: str, folder: Path, core: set[int], api: int) -> AbstractAsyncContextManager[Program]:
    own = folder / name
    own.mkdir()
    if name == ECHO:
        return running(peer("wechat_echo", TOKEN, AES_KEY, APP_ID), own, core)
    settings = linli(
        WECHAT__APP_ID=APP_ID, WECHAT__APP_SECRET="0123456789abcdef0123456789abcdef", WECHAT__TOKEN=TOKEN,
        WECHAT__ENCODING_AES_KEY=AES_KEY, WECHAT__API_BASE_URL=f"http://127.0.0.1:{api}",
    )  # fmt: skip
    return running(LINLI, own, core, settings)


async def _acquaint(people: Sequence[Follower], account: Account, program: Program) -> None:
    """Everybody is known when it counts; the first one alone, who has the vocabulary read."""
    for person in people:
        person.prepare(account, 4)
    await converse(people[:1], program.port, 2)
    await converse(people, program.port, 2)


async def _round(people: Sequence[Follower], account: Account, program: Program, seconds: float) -> Measured:
    for person in people:
        person.prepare(account, int((seconds + 0.8) * MOST_A_SECOND / len(people)))
    measured = await measure(people, program.port, program.pid, seconds)
    for person in people:
        answer = account.opened(person.last)
        # A number to choose by, or the line itself.
        if not re.search(r"^1[. ]", answer, re.MULTILINE) and person.line not in answer:
            raise RuntimeError(f"a search finds nothing; is the demo there? {answer}")
    return measured


def _api(_path: str, _body: bytes, respond: wire.Respond) -> None:
    respond(b'{"access_token":"bench","expires_in":7200,"errcode":0,"errmsg":"ok"}')


def _signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted((TOKEN, *parts))).encode()).hexdigest()
