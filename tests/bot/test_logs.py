"""What an operator reads: JSON lines that say what happened and where, and never what somebody wrote."""

import asyncio
import io
import json
import logging
import signal
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
import uvicorn
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot import logs, web
from bot.app import App, open_app
from bot.channels.json_lines import JSONLines
from bot.channels.page import Page
from bot.channels.page.identity import COOKIE
from bot.clock import FixedClock
from bot.configuration import Security
from bot.inbound import Inbound
from handlers.talk import ACTIONS, Talk, anybody, on
from models.card import Card
from models.text import Text
from tests.bot.browser import Browser
from tests.bot.programs import linli, serving
from tests.conftest import PACK

CANARY = "金丝雀canary"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Logging is the process's own; each test leaves it as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Everything on standard error, which is no terminal, at DEBUG."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure("DEBUG")
    return stream


def lines(told: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.getvalue().splitlines()]


@pytest.fixture
def faulty() -> Iterator[None]:
    """Two handlers with a fault: each asks, and fails over the answer."""

    @on("test.count", head="testcount", allow=anybody)
    def count(talk: Talk) -> Card:
        return Card(Text("{number}", number=int(talk.ask("number", Text("几岁？")))))

    @on("test.query", head="testquery", allow=anybody)
    def query(talk: Talk) -> Card:
        word: str = talk.ask("word", Text("叫什么？"))
        try:
            raise ValueError(word)
        except ValueError:
            talk.db.run(text("SELECT :word FROM nowhere"), word=word)
        return Card(Text("好"))

    yield
    del ACTIONS["testcount"], ACTIONS["testquery"]


@asynccontextmanager
async def served(app: App) -> AsyncIterator[Browser]:
    """The page over real HTTP, so that the server's own lines are there too."""
    config = uvicorn.Config(web.build(app, {"page": Page(secure=False)}), port=0, log_config=None)
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield Browser(client)
    finally:
        server.should_exit = True
        await running


def test_a_line_is_an_object_with_time_and_level(told: io.StringIO) -> None:
    structlog.get_logger().warning("not alive", reason="锁")
    logging.getLogger("somebody").error("went %s", "wrong")
    one, other = lines(told)
    assert (one["event"], one["level"], one["reason"]) == ("not alive", "warning", "锁")
    assert (other["event"], other["level"]) == ("went wrong", "error")
    assert [line["timestamp"][-1] for line in (one, other)] == ["Z", "Z"]


def test_a_trace_says_where_and_not_what(told: io.StringIO) -> None:
    def fail() -> None:
        try:
            int(CANARY)
        except ValueError as error:
            raise RuntimeError(f"no number: {CANARY}") from error

    for log in (structlog.get_logger().error, logging.getLogger("somebody").error):
        try:
            fail()
        except RuntimeError:
            log("message failed", exc_info=True)
    for line in lines(told):
        assert line["exception"].startswith("builtins.RuntimeError\n  File ")
        assert "\nfrom builtins.ValueError\n  File " in line["exception"]
        assert "in fail\n    int(CANARY)\n" in line["exception"]
    assert CANARY not in told.getvalue()


def test_on_a_terminal_it_is_for_people_and_shows_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure("INFO")
    said = CANARY
    try:
        int(said)
    except ValueError as error:
        structlog.get_logger().error("message failed", trace="1a2b", exc_info=error)
        logging.getLogger("somebody").error("failed", exc_info=error)
    shown = stream.getvalue()
    assert "message failed" in shown
    assert "int(said)" in shown
    assert not shown.startswith("{")
    assert CANARY not in shown


def test_the_level_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure("WARNING")
    for log in (structlog.get_logger(), logging.getLogger("somebody")):
        log.debug("no")
        log.info("no")
        log.warning("yes")
    assert [line["event"] for line in lines(stream)] == ["yes", "yes"]


def test_warnings_are_lines_too(told: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    (line,) = lines(told)
    assert (line["level"], "DeprecationWarning: old" in line["event"]) == ("warning", True)


async def test_what_a_lost_task_held_is_not_told(told: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    lost = loop.create_future()
    lost.set_exception(ValueError(CANARY))
    del lost
    loop.call_exception_handler(
        {"message": "lost", "future": loop.create_future(), "exception": KeyError(CANARY)}
    )
    events = [line["event"] for line in lines(told) if line["level"] == "error"]
    assert events == ["Future exception was never retrieved", "lost"]
    assert CANARY not in told.getvalue()


@pytest.mark.usefixtures("faulty")
async def test_nothing_that_members_write_is_in_a_line(app: App, told: io.StringIO) -> None:
    script = JSONLines()
    for said in (CANARY, "testcount", CANARY, f"报名{CANARY}", "报名手冲咖啡体验", CANARY, "确认报名"):
        await script.answer(app, json.dumps({"from": f"{CANARY}-1", "text": said, "group": f"{CANARY}-2"}))
        await script.answer(app, json.dumps({"from": f"{CANARY}-1", "text": said}))
    async with served(app) as browser:
        await browser.open(f"/?before={CANARY}")
        for said in (CANARY, "testcount", CANARY, "报名手冲咖啡体验", CANARY, "确认报名"):
            await browser.open()
            await browser.client.post("/", data=browser.writing(said), follow_redirects=True)
        await browser.client.post(
            f"/{CANARY}?{CANARY}", data={"text": CANARY}, headers={"Referer": "/canary"}
        )
        token = browser.client.cookies["linli"]
    failed = [line for line in lines(told) if line["event"] == "message failed"]
    assert len(failed) == 2
    assert [sorted(line) for line in failed] == [
        ["channel", "event", "exception", "level", "timestamp", "trace"]
    ] * 2
    assert "builtins.ValueError" in failed[0]["exception"]
    assert [word for word in ("canary", "金丝雀", token) if word in told.getvalue()] == []


@pytest.mark.usefixtures("faulty")
async def test_a_database_error_tells_no_parameters(app: App, told: io.StringIO) -> None:
    async with served(app) as browser:
        browser.client.headers["accept-language"] = "zh-CN"
        for said in ("testquery", CANARY):
            await browser.open()
            answer = await browser.client.post("/", data=browser.writing(said))
        assert (answer.status_code, answer.text) == (503, "请过一会儿再试 / please try again in a moment")
        await browser.open()
        # The question stays open, and is asked again below.
        assert (await browser.write("我的报名")).cards[-2].lines[0].startswith("您现在没有报名")
    assert "transaction dropped" in {line["event"] for line in lines(told)}
    assert [word for word in ("canary", "金丝雀") if word in told.getvalue()] == []


DEBUG = {"LINLI_LOG__LEVEL": "DEBUG"}


def test_the_whole_program_at_debug_tells_nothing(tmp_path: Path) -> None:
    said = json.dumps({"from": CANARY, "text": f"{CANARY}，报名瑜伽"}) + "\n[" + CANARY + "\n"
    chat = linli("chat", "--json", "--pack", str(PACK), folder=tmp_path, said=said, environment=DEBUG)
    assert (chat.returncode, len(chat.stdout.splitlines())) == (0, 2)
    with serving(tmp_path, DEBUG) as running, httpx.Client(base_url=running.address) as client:
        client.get("/")
        posted = client.post("/", data={"text": CANARY, "message": CANARY + "x" * 20})
        posted = client.post("/", data={"text": CANARY, "message": "canary" + "x" * 20})
        assert (posted.status_code, client.get(posted.headers["location"]).status_code) == (303, 200)
        code, told = running.stop(signal.SIGTERM)
    assert code == 0
    for line in (chat.stderr + told).splitlines():
        assert {"event", "level", "timestamp"} <= json.loads(line).keys()
    assert [word for word in ("canary", "金丝雀") if word in chat.stderr + told] == []


@pytest.mark.parametrize("command", ["run", "chat", "check", "migrate"])
def test_the_password_of_the_database_is_nowhere(tmp_path: Path, command: str) -> None:
    url = f"postgresql://{command}:pass-{CANARY}@127.0.0.1:1/linli"
    ran = linli(command, folder=tmp_path, environment={**DEBUG, "LINLI_DATABASE__URL": url})
    assert ran.returncode in (1, 2)
    assert [word for word in ("canary", "金丝雀", "pass-") if word in ran.stdout + ran.stderr] == []


# What belongs to somebody, or keeps a secret; each of them is looked for as it is.
PHONE = "13912345678"
KEY = "a key that nobody may read, as a canary"
PERSONAL = {
    "name": "贾思勰canary",
    "handle": "openid-oCanary77",
    "text": "楼道里有金丝雀canary",
    "cookie": "forged-cookie-canary",
    "message": "message-id-canary-1",
    "query": "query-canary",
    "agent": "agent-canary",
    "address": "203.0.113.77",
}
SECRETS = [*PERSONAL.values(), "canary", "Canary", "金丝雀", PHONE, PHONE[-8:], KEY]
# What one says in a row; half of it goes wrong.
SAID = (
    PERSONAL["text"],
    f"我叫{PERSONAL['name']}",
    f"我的手机号是{PHONE}",
    "phone",
    f"139 1234 {PHONE[-4:]}",
    "testcount",
    PERSONAL["name"],
    "testcount",
    PERSONAL["text"],
    "testquery",
    PERSONAL["name"],
    "取消",
    "报名手冲咖啡体验",
    PERSONAL["text"],
    "确认报名",
    "我的报名",
    "me",
)


@pytest.fixture
def kept(tmp_path: Path, clock: FixedClock) -> Iterator[App]:
    """An app whose database is a file, and whose key comes from the environment."""
    security = Security.model_validate({"key": KEY})
    app = open_app(f"sqlite:///{tmp_path}/kept.db", clock, [PACK], security)
    yield app
    app.close()


async def many_actions(app: App, people: int) -> int:
    """Everybody says all of it, to a script's chat; gives how often the database failed."""
    script, failed = JSONLines(), 0
    for nth in range(people):
        for said in SAID:
            line = {"from": f"{PERSONAL['handle']}-{nth}", "text": said}
            try:
                await script.answer(app, json.dumps(line))
            except DBAPIError:
                failed += 1
    return failed


async def strange_requests(client: httpx.AsyncClient) -> None:
    """What a browser may send besides: cookies that are none, and everything in every place."""
    headers = {
        "User-Agent": PERSONAL["agent"],
        "Referer": f"http://{PERSONAL['query']}/",
        "X-Forwarded-For": PERSONAL["address"],
        "Accept-Language": PERSONAL["text"].encode().hex(),
        "Cookie": f"{COOKIE}={PERSONAL['cookie']}",
    }
    form = {
        "text": PERSONAL["text"],
        "message": PERSONAL["message"],
        "label": PERSONAL["name"],
        "size": PHONE,
    }
    form |= {"member": PERSONAL["handle"], "says": PHONE, "after": PERSONAL["query"]}
    for path in ("/", "/display", "/persona", "/forget", "/nowhere"):
        await client.post(f"{path}?{PERSONAL['query']}={PHONE}", data=form, headers=headers)
        await client.post(path, content=PERSONAL["text"].encode() * 10_000, headers=headers)
    for path in ("/", "/events", "/history", "/aside", "/file/1/1", "/display", f"/{PERSONAL['query']}"):
        await client.get(f"{path}?before={PERSONAL['query']}&after={PHONE}", headers=headers)


@pytest.mark.chaos
@pytest.mark.usefixtures("faulty")
async def test_through_hundreds_of_actions_no_canary_is_told(
    kept: App, told: io.StringIO, tmp_path: Path
) -> None:
    assert await many_actions(kept, 20) == 20
    async with served(kept) as browser:
        for said in SAID:
            await browser.open()
            await browser.client.post("/", data=browser.writing(said))
        cookie = browser.client.cookies[COOKIE]
        pages = [(await browser.client.get(path)).text for path in ("/metrics", "/healthz")]
        browser.client.cookies.clear()
        await strange_requests(browser.client)
    events = [line["event"] for line in lines(told)]
    # There was something to keep quiet about: everybody fails more than twice.
    assert (events.count("message failed") > 20 * 2, "transaction dropped" in events) == (True, True)
    secrets = [*SECRETS, cookie, cookie.partition(".")[0]]
    assert [secret for secret in secrets if secret in told.getvalue()] == []
    assert [secret for secret in secrets if any(secret in page for page in pages)] == []
    stored = _bytes(tmp_path)
    assert b"oCanary77-19" in stored  # they are there
    assert [
        secret for secret in (PHONE, KEY, cookie, cookie.partition(".")[0]) if secret.encode() in stored
    ] == []


async def test_a_line_that_tells_too_much_would_be_found(kept: App, told: io.StringIO) -> None:
    """The twin: the same search finds what a careless line says."""
    structlog.get_logger().info("heard", text=f"我的手机号是{PHONE}")
    logging.getLogger("somebody").debug("from %s", PERSONAL["handle"])
    found = {secret for secret in SECRETS if secret in told.getvalue()}
    assert {PHONE, PERSONAL["handle"]} <= found


async def test_a_phone_number_stands_in_no_byte_of_the_database(kept: App, tmp_path: Path) -> None:
    """In a chat that keeps no history, and on the page, which keeps what one wrote."""
    for nth, said in enumerate((f"我的手机号是{PHONE}", f"my phone number is {PHONE}", "phone", PHONE)):
        for channel in ("console", "page"):
            inbound = Inbound(channel, f"lin-{nth // 2}", said, message=f"m{nth}", history=channel == "page")
            assert PHONE not in json.dumps((await kept.answer(inbound)).dump(), ensure_ascii=False)
    sealed = await kept.read(lambda db: [row.phone for row in db.rows(_PHONES)])
    assert [kept.equipment.vault.open(each) for each in sealed] == [PHONE] * 4
    assert _bytes(tmp_path).count(PHONE.encode()) == 0
    # Not even after it was all put into one file, and while nobody has it open.
    kept.close()
    assert [path.name for path in tmp_path.glob("kept.db*")] == ["kept.db"]
    assert _bytes(tmp_path).count(PHONE.encode()) == 0


async def test_a_phone_number_that_is_not_sealed_would_be_found(kept: App, tmp_path: Path) -> None:
    await kept.read(lambda db: db.run(text("UPDATE member SET phone = :phone"), phone=PHONE))
    assert _bytes(tmp_path).count(PHONE.encode()) > 0


_PHONES = text("SELECT phone FROM member WHERE phone IS NOT NULL ORDER BY id")


def _bytes(folder: Path) -> bytes:
    """The database with its write-ahead log."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("kept.db*")))


@pytest.mark.parametrize(
    "name",
    ["uvicorn.access", "httpx", "httpcore.connection", "urllib3.connectionpool", "sqlalchemy.engine.Engine"],
)
def test_whoever_would_tell_addresses_or_values_is_quiet(told: io.StringIO, name: str) -> None:
    address = f"https://api.telegram.org/bot{CANARY}/sendMessage?{CANARY}"
    for level in (logging.DEBUG, logging.INFO):
        logging.getLogger(name).log(level, "%s %s", "GET", address)
    assert told.getvalue() == ""
    logging.getLogger("somebody").info("there")
    assert [line["event"] for line in lines(told)] == ["there"]
