"""The chat page: forms alone, each posted once, and every browser sees only its own."""

import asyncio
import re
import signal
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from bot import web
from bot.app import App, open_app
from bot.channels.page import Page
from bot.clock import FixedClock
from tests import databases
from tests.bot.browser import Browser, Seen
from tests.bot.programs import serving
from tests.conftest import PACK

_SEATS = text("SELECT sum(seats) FROM activity")
_MEMBERS = text("SELECT count(*) FROM member")
GREETING = "您好，要办什么直接说就行，比如："
LIMIT = 64 * 1024


@asynccontextmanager
async def visiting(app: App, *, secure: bool = False) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(web.build(app, [Page(secure=secure)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://linli.test") as client:
        yield Browser(client)


@pytest.fixture
async def browser(app: App) -> AsyncIterator[Browser]:
    async with visiting(app) as opened:
        yield opened


async def value(app: App, statement: object) -> Any:
    return await app.read(lambda db: db.value(statement))  # type: ignore[arg-type]


def first_line(seen: Seen) -> str:
    return seen.said.splitlines()[0]


async def test_the_greeting_says_what_can_be_done(browser: Browser, app: App) -> None:
    seen = await browser.open()
    assert first_line(seen) == GREETING
    assert seen.labels == ["找活动", "我的报名", "语言 Language"]
    # Looking makes nobody a member.
    assert await value(app, _MEMBERS) == 5


async def test_a_line_is_answered(browser: Browser, app: App) -> None:
    await browser.open()
    seen = await browser.write("这周四中午有什么活动")
    assert seen.said.splitlines()[:3] == ["找到2场，按时间排：", "", "1. 午间瑜伽【可报 余20】"]
    assert seen.labels == ["1. 午间瑜伽", "2. 手冲咖啡体验"]
    assert await value(app, _MEMBERS) == 6


async def test_registering_and_cancelling_by_pressing_alone(browser: Browser, app: App) -> None:
    await browser.open()
    for label in ("找活动", "1. 午间瑜伽", "报名", "确认报名"):
        seen = await browser.press(label)
    assert first_line(seen) == "报名成功。开始前都可以取消。"
    assert await value(app, _SEATS) == 1
    seen = await browser.press("我的报名")
    assert seen.said.splitlines()[:3] == ["您报名了1场：", "", "午间瑜伽【1位】"]
    for label in ("取消报名", "确认取消"):
        seen = await browser.press(label)
    assert first_line(seen) == "已经取消「午间瑜伽」的报名，名额让出来了。"
    assert await value(app, _SEATS) == 0


async def test_the_same_form_twice_is_one_act_and_one_answer(browser: Browser, app: App) -> None:
    await browser.open()
    await browser.write("报名周四的瑜伽")
    fields = browser.seen.pressing("确认报名")
    once = await browser.post(fields)
    at = browser.at
    again = await browser.post(fields)
    assert (again.said, browser.at) == (once.said, at)
    assert await value(app, _SEATS) == 1


async def test_a_double_click_too(browser: Browser, app: App) -> None:
    await browser.open()
    await browser.write("报名周四的瑜伽")
    fields = browser.seen.pressing("确认报名")
    answers = await asyncio.gather(*(browser.client.post("/", data=fields) for _ in range(4)))
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await value(app, _SEATS) == 1
    assert first_line(await browser.open(answers[0].headers["location"])) == "报名成功。开始前都可以取消。"


async def test_going_back_and_pressing_another_button_is_another_message(browser: Browser) -> None:
    page = await browser.open()
    assert (
        first_line(await browser.post(page.pressing("我的报名")))
        == "您现在没有报名。想去点什么，看看最近的活动吧。"
    )
    assert first_line(await browser.post(page.pressing("语言 Language"))) == "用哪种语言？"
    assert first_line(await browser.post(page.writing("周四的瑜伽"))) == "午间瑜伽【可报 余20】"


async def test_reloading_an_answer_shows_it_again(browser: Browser) -> None:
    await browser.open()
    seen = await browser.write("周四的瑜伽")
    assert (await browser.open(browser.at)).said == seen.said


async def test_without_a_cookie_nothing_is_heard(app: App) -> None:
    async with visiting(app) as reading, visiting(app) as forging:
        page = await reading.open()
        answer = await forging.client.post("/", data=page.writing("你好"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert await value(app, _MEMBERS) == 5
        assert first_line(await forging.open("/")) == GREETING
        assert [cookie.name for cookie in forging.client.cookies.jar] == ["linli"]


async def test_another_browser_sees_nothing_of_an_answer(app: App) -> None:
    async with visiting(app) as mine, visiting(app) as other:
        await mine.open()
        seen = await mine.write("我叫周敏，报名周四的瑜伽")
        assert "报名「午间瑜伽」，1位，对吗？" in seen.said
        assert first_line(await other.open(mine.at)) == GREETING
        # Nor by posting what the other one posted.
        fields = {**mine.seen.forms[0].hidden, "text": "我的报名"}
        await mine.post(fields)
        await other.post(fields)
        assert other.seen.said == "您现在没有报名。想去点什么，看看最近的活动吧。"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": "你好"},
        {"text": "", "message": "x" * 22},
        {"text": " \n\t", "message": "x" * 22},
        {"text": "你好", "message": "x"},
        {"text": "你好", "message": "x" * 65},
        {"text": "你好", "message": "x" * 20 + "&y=1"},
        {"text": "你好", "message": "../../../../../../etc"},
        {"text": "你好", "message": "字" * 22},
        {"message": "x" * 22},
    ],
)
async def test_what_is_no_form_of_ours_is_sent_back(
    browser: Browser, app: App, fields: dict[str, str]
) -> None:
    await browser.open()
    answer = await browser.client.post("/", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert await value(app, _MEMBERS) == 5


async def test_a_long_body_is_not_read(browser: Browser, app: App) -> None:
    page = await browser.open()
    answer = await browser.client.post("/", data=page.writing("长" * LIMIT))
    assert answer.status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        yield b"text=1&message=" + b"x" * 22

    answer = await browser.client.post("/", content=endless())
    assert answer.status_code == 413
    assert await value(app, _MEMBERS) == 5


async def test_who_would_wait_too_long_is_told(browser: Browser, app: App) -> None:
    page = await browser.open()
    open_again = threading.Event()
    app.worker.submit("gate", lambda _db: open_again.wait(20))
    crowd = [app.worker.submit(nth, lambda _db: None) for nth in range(10_000)]
    answer = await browser.client.post("/", data=page.writing("我的报名"))
    assert first_line(Seen(answer.text)) == "现在找我的人太多，请过一两分钟再说一次。"
    open_again.set()
    await asyncio.wrap_future(crowd[-1])
    # The same form is heard now.
    assert first_line(await browser.post(page.writing("我的报名"))).startswith("您现在没有报名。")


async def test_a_long_line_is_cut_and_answered(browser: Browser) -> None:
    await browser.open()
    assert first_line(await browser.write("。" * 5000)).startswith("没听懂这一句。")


@pytest.mark.parametrize("content", [b"\xff\xfe=\x00&&&=%", b"text=%ED%A0%80&message=" + b"x" * 22])
async def test_broken_forms_break_nothing(browser: Browser, content: bytes) -> None:
    await browser.open()
    head = {"content-type": "application/x-www-form-urlencoded"}
    answer = await browser.client.post("/", content=content, headers=head)
    assert answer.status_code == 303
    head = {"content-type": "multipart/form-data; boundary=x"}
    assert (await browser.client.post("/", content=content, headers=head)).status_code in (303, 400)


HOSTILE = """<b onclick=alert(1)>"'><script>alert(2)</script>]]>&lt;{{7*7}}"""


async def test_what_somebody_wrote_is_never_markup(browser: Browser) -> None:
    await browser.open()
    await browser.write("报名手冲咖啡体验")
    seen = await browser.write(HOSTILE)
    assert f"对什么过敏吗？ {HOSTILE}" in seen.said
    html = (await browser.client.get(browser.at)).text
    assert "&lt;script&gt;alert(2)" in html
    assert (seen.scripts, re.findall(r"<(?:b|script)\b", html), "49" in seen.said) == (0, [], False)


async def test_a_hostile_answer_id_is_no_markup(browser: Browser) -> None:
    seen = await browser.open("/?answer=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert (first_line(seen), seen.scripts) == (GREETING, 0)


async def test_security_headers(browser: Browser) -> None:
    headers = (await browser.client.get("/")).headers
    names = ("content-security-policy", "x-content-type-options", "referrer-policy", "cache-control")
    assert [headers[name] for name in names] == [
        "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
        "nosniff",
        "no-referrer",
        "no-store",
    ]


@pytest.mark.parametrize("secure", [False, True])
async def test_the_cookie(app: App, secure: bool) -> None:
    async with visiting(app, secure=secure) as browser:
        told = (await browser.client.get("/")).headers["set-cookie"]
    name, *attributes = [part.strip().lower() for part in told.split(";")]
    assert re.fullmatch(r"linli=[\w-]{43}", name)
    expected = {"httponly", "samesite=lax", "path=/", "max-age=31536000"}
    assert set(attributes) == expected | ({"secure"} if secure else set())


async def test_the_cookie_is_not_in_the_database(browser: Browser, app: App) -> None:
    await browser.open()
    await browser.write("你好")
    token = browser.client.cookies["linli"]

    def dump(db: Any) -> str:
        return "\n".join(f"{tuple(row)}" for row in db.rows(text("SELECT * FROM address")))

    assert token not in await app.read(dump)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-TW,zh;q=0.9", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("zh-HK,en", "zh-Hant"),
        ("en-GB,en;q=0.9", "en"),
        ("EN", "en"),
        ("fr-FR,en;q=0.8,zh;q=0.5", "en"),
        ("fr", "zh-Hans"),
        ("*", "zh-Hans"),
        ("", "zh-Hans"),
        (";;;,,,q=", "zh-Hans"),
    ],
)
async def test_a_newcomer_is_answered_in_the_language_of_the_browser(
    browser: Browser, accepted: str, language: str
) -> None:
    seen = await browser.open(accept_language=accepted)
    assert seen.language == language
    assert (
        first_line(seen)
        in {
            "zh-Hans": (GREETING,),
            "zh-Hant": ("您好，要辦什麼直接說就行，比如：",),
            "en": (first_line(seen),) if first_line(seen).isascii() else (),
        }[language]
    )


async def test_who_chose_a_language_keeps_it(browser: Browser) -> None:
    await browser.open(accept_language="en")
    await browser.write("繁体")
    seen = await browser.open(accept_language="en")
    assert (seen.language, first_line(seen)) == ("zh-Hant", "您好，要辦什麼直接說就行，比如：")


async def test_the_style_is_served_and_nothing_comes_from_elsewhere(browser: Browser) -> None:
    await browser.open()
    await browser.write("有什么活动")
    page, style = (await browser.client.get(browser.at)).text, await browser.client.get("/page.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert re.findall(r"""https?:|//\w|url\(|@import|<script|javascript:|\son\w+=""", page + style.text) == []
    assert re.findall(r'(?:href|src)="([^"]*)"', page) == ["/page.css"]


async def test_it_works_without_script(browser: Browser) -> None:
    seen = await browser.open()
    assert (seen.scripts, [form.lines for form in seen.forms]) == (0, [[], ["text"]])


async def test_elsewhere_is_nothing(browser: Browser) -> None:
    statuses = [(await browser.client.request(*asked)).status_code for asked in (("GET", "/x"), ("PUT", "/"))]
    assert statuses == [404, 405]


async def test_alive(browser: Browser) -> None:
    answer = await browser.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "expected_wait": 0.0})


async def test_a_locked_database_is_not_alive_until_it_is_let_go(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "LIVE_SECONDS", 0.2)
    app = open_app(f"sqlite:///{tmp_path}/a.db", clock, [PACK])
    async with visiting(app) as browser:
        with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = await browser.client.get("/healthz")
            assert (answer.status_code, answer.json()["database"]) == (503, "down")
            other.execute("ROLLBACK")
        await app.read(lambda db: None)
        assert (await browser.client.get("/healthz")).status_code == 200
    app.close()


@pytest.fixture
def lost() -> Iterator[Engine]:
    """A PostgreSQL database that a test may take away."""
    with databases.postgres() as engine:
        yield engine


async def test_a_lost_server_is_not_alive(lost: Engine, clock: FixedClock) -> None:
    from models.migrate import upgrade

    upgrade(lost)
    url = lost.url.set(drivername="postgresql").render_as_string(hide_password=False)
    app = open_app(url, clock, [PACK])
    async with visiting(app) as browser:
        assert (await browser.client.get("/healthz")).status_code == 200
        with databases.postgres() as beside:
            await asyncio.to_thread(_take_away, beside, str(lost.url.database))
        answer = await browser.client.get("/healthz")
        assert (answer.status_code, answer.json()["database"]) == (503, "down")
    app.close()


def _take_away(beside: Engine, name: str) -> None:
    with beside.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        connection.exec_driver_sql(f"{ended} WHERE datname = '{name}'")


async def test_metrics_count_and_tell_nothing(browser: Browser) -> None:
    def counted(metrics: str) -> float:
        found = re.search(r'^linli_messages_total\{channel="page",did="smalltalk"\} (\S+)$', metrics, re.M)
        return float(found[1]) if found else 0

    await browser.open()
    before = counted((await browser.client.get("/metrics")).text)
    await browser.write("你好")
    await browser.write("金丝雀canary是什么")
    answer = await browser.client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"][:26]) == (200, "text/plain; version=0.0.4;")
    assert counted(answer.text) == before + 1
    for name in ("linli_failures_total", "linli_answer_seconds_bucket", "linli_expected_wait_seconds"):
        assert re.search(rf"^{name}\b", answer.text, re.M)
    assert [
        word for word in ("canary", "金丝雀", browser.client.cookies["linli"]) if word in answer.text
    ] == []


def test_over_real_http(tmp_path: Path) -> None:
    with serving(tmp_path) as running, httpx.Client(base_url=running.address) as client:
        greeting = client.get("/")
        seen = Seen(greeting.text)
        assert (greeting.status_code, first_line(seen)) == (200, GREETING)
        answer = client.post("/", data=seen.pressing("找活动"), follow_redirects=True)
        found = Seen(answer.text)
        assert re.fullmatch(r"找到\d+场，按时间排：", first_line(found))
        shown = Seen(client.post("/", data=found.pressing(found.labels[0]), follow_redirects=True).text)
        assert first_line(shown).startswith(found.labels[0].removeprefix("1. "))
        assert client.get("/page.css").status_code == 200
        assert client.get("/healthz").json()["database"] == "ok"
        assert 'linli_messages_total{channel="page",did="activity.search"} 1.0' in client.get("/metrics").text
        assert client.post("/", content=b"x" * (LIMIT + 1)).status_code == 413
        code, told = running.stop(signal.SIGTERM)
    assert (code, told) == (0, "")
