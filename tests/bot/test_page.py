"""The chat page over HTTP: with script and without, each line once, and every browser sees only its own."""

import asyncio
import hashlib
import re
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from bot import limits, web
from bot.app import App, open_app
from bot.channels.page import Page, looking
from bot.clock import FixedClock
from bot.community import personas
from bot.configuration import Limits
from bot.limits import NEWCOMER_BURST, REQUEST_BURST
from models import member
from tests.bot.browser import Browser, Scripted, Seen, read_stream
from tests.bot.programs import serving
from tests.conftest import PACK

_SEATS = text("SELECT sum(seats) FROM activity")
_MEMBERS = text("SELECT count(*) FROM member")
_VISITORS = text("SELECT count(*) FROM address WHERE channel = 'page'")
GREETING = "您好，这里是银杏社区。"
LIMIT = 64 * 1024
MENU = ["找活动", "办事", "我的报名", "反映问题"]


@asynccontextmanager
async def client_of(app: App, *, secure: bool = False) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(web.build(app, {"page": Page(secure=secure)}))
    async with httpx.AsyncClient(transport=transport, base_url="http://linli.test") as client:
        yield client


@pytest.fixture
async def client(app: App) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as opened:
        yield opened


@pytest.fixture
def browser(client: httpx.AsyncClient) -> Browser:
    return Browser(client)


@pytest.fixture
async def scripted(client: httpx.AsyncClient) -> Scripted:
    await client.get("/")
    return Scripted(client)


async def value(app: App, statement: object) -> Any:
    return await app.read(lambda db: db.value(statement))  # type: ignore[arg-type]


# Without script.


async def test_the_greeting_says_what_can_be_done(browser: Browser, app: App) -> None:
    seen = await browser.open()
    assert seen.last.lines[:2] == [GREETING, "要办什么，直接说一句就行，比如："]
    assert list(seen.last.buttons) == ["周六有什么活动", "有什么适合我的", "居住证怎么办"]
    assert (list(seen.menu), seen.form["返回"], seen.own) == (MENU, "back", [])
    assert seen.title == "银杏社区"
    # Looking makes nobody a member.
    assert await value(app, _MEMBERS) == 5


async def test_a_line_is_answered_and_both_stay(browser: Browser, app: App) -> None:
    await browser.open()
    seen = await browser.write("这周四中午有什么活动")
    assert seen.own == ["这周四中午有什么活动"]
    assert seen.cards[1].lines[:3] == ["找到2场，按时间排：", "午间瑜伽", "可报 余20"]
    seen = await browser.write("你好")
    assert seen.own == ["这周四中午有什么活动", "你好"]
    assert seen.cards[1].lines[0] == "找到2场，按时间排："
    assert await value(app, _MEMBERS) == 6


async def test_registering_and_cancelling_by_pressing_alone(browser: Browser, app: App) -> None:
    await browser.open()
    await browser.press("找活动")
    for label in ("报名", "确认报名"):
        seen = await browser.press(label)
    assert seen.last.lines[0] == "报名成功"
    assert await value(app, _SEATS) == 1
    seen = await browser.press("我的报名")
    assert seen.last.lines[0] == "您报名了1场："
    for label in ("取消报名", "确认取消"):
        seen = await browser.press(label)
    assert seen.last.lines[0].startswith("已经取消「")
    assert await value(app, _SEATS) == 0


async def test_one_press_fills_the_page_with_something_real(browser: Browser) -> None:
    await browser.open()
    seen = await browser.press("周六有什么活动")
    assert seen.own == ["周六有什么活动"]
    assert seen.cards[1].attributes["data-number"] == "1"
    assert seen.cards[1].buttons


async def test_a_pressed_button_reads_as_what_stood_on_it(browser: Browser) -> None:
    await browser.open()
    assert (await browser.press("我的报名")).own == ["我的报名"]
    await browser.write("报名周四的瑜伽")
    assert (await browser.press("确认报名")).own[-1] == "确认报名"


async def test_the_same_form_twice_is_one_act_and_stands_there_once(browser: Browser, app: App) -> None:
    await browser.open()
    await browser.write("报名周四的瑜伽")
    fields = browser.pressing("确认报名")
    once = await browser.post(fields)
    again = await browser.post(fields)
    assert [turn.lines for turn in again.turns] == [turn.lines for turn in once.turns]
    assert await value(app, _SEATS) == 1


async def test_a_double_click_too(browser: Browser, app: App) -> None:
    await browser.open()
    await browser.write("报名周四的瑜伽")
    fields = browser.pressing("确认报名")
    answers = await asyncio.gather(*(browser.client.post("/", data=fields) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert await value(app, _SEATS) == 1
    assert len((await browser.open()).own) == 2


async def test_going_back_and_pressing_another_button_is_another_message(browser: Browser) -> None:
    await browser.open()
    mine, other = browser.pressing("我的报名"), browser.pressing("找活动")
    await browser.post(mine)
    assert (await browser.post(other)).own == ["我的报名", "找活动"]


async def test_while_a_form_waits_the_way_out_stands_in_the_menu(browser: Browser) -> None:
    await browser.open()
    html = (await browser.client.get("/")).text
    assert ('<nav id="form"' in html, re.search(r'<nav id="form"[^>]*hidden', html) is not None) == (
        True,
        True,
    )
    seen = await browser.write("报名周四的瑜伽")
    assert set(seen.last.buttons) == {"确认报名", "改人数", "不报了"}
    html = (await browser.client.get("/")).text
    assert re.search(r'<nav id="form"[^>]*hidden', html) is None
    assert re.search(r'<nav id="menu"[^>]*hidden', html) is not None


async def test_an_answered_question_keeps_its_options_and_marks_the_chosen_one(browser: Browser) -> None:
    await browser.open()
    seen = await browser.write("报名周四的瑜伽")
    question = seen.last
    assert "data-answered" not in question.attributes
    seen = await browser.press("确认报名")
    asked = next(turn for turn in seen.cards if turn.attributes.get("data-question"))
    assert ("data-answered" in asked.attributes, asked.buttons) == (True, question.buttons)
    html = (await browser.client.get("/")).text
    assert len(re.findall(r"data-chosen", html)) == 1
    assert re.search(r'value="answer 1\.1" data-chosen', html)


async def test_older_messages_are_a_link_away(
    browser: Browser, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "WINDOW", 3)
    await browser.open()
    for nth in range(5):
        await browser.write(f"你好{'呀' * nth}")
    assert browser.seen.own == ["你好呀呀", "你好呀呀呀", "你好呀呀呀呀"]
    assert "/?before=3" in browser.seen.links
    assert (await browser.open("/?before=3")).own == ["你好", "你好呀"]


async def test_without_a_cookie_nothing_is_heard(app: App) -> None:
    async with client_of(app) as reading, client_of(app) as forging:
        page = Browser(reading)
        await page.open()
        answer = await forging.post("/", data=page.writing("你好"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert await value(app, _MEMBERS) == 5
        for path in ("/events", "/history"):
            assert (await forging.get(path)).status_code == 403


@pytest.mark.parametrize("made", ["guessed", "{token}", "{token}.{token}", "", "a.b.c"])
async def test_a_cookie_that_was_not_signed_here_is_none(app: App, made: str) -> None:
    async with client_of(app) as mine, client_of(app) as forging:
        browser = Browser(mine)
        await browser.open()
        await browser.write("你好")
        token = mine.cookies["linli"].partition(".")[0]
        cookie = {"cookie": f"linli={made.format(token=token)}"}
        answer = await forging.post("/", data=browser.writing("我的报名"), headers=cookie)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert Seen((await forging.get("/", headers=cookie)).text).own == []


async def test_a_cookie_of_another_community_is_none(app: App, clock: FixedClock) -> None:
    """The twin of the signature: with the other's key it would be taken."""
    other = open_app("sqlite://", clock, [PACK])
    async with client_of(app) as here, client_of(other) as there:
        await here.get("/")
        cookie = {"cookie": f"linli={here.cookies['linli']}"}
        answer = await there.post("/", data={"text": "你好", "message": "x" * 22}, headers=cookie)
        assert answer.headers["location"] == "/"
        other.equipment.vault = app.equipment.vault
        async with client_of(other) as trusting:
            answer = await trusting.post("/", data={"text": "你好", "message": "x" * 22}, headers=cookie)
            assert answer.headers["location"] == "/#end"
    other.close()


async def test_another_browser_sees_nothing_of_it(app: App) -> None:
    async with client_of(app) as one, client_of(app) as two:
        mine, other = Browser(one), Browser(two)
        await mine.open()
        await other.open()
        await mine.write("我叫周敏，报名周四的瑜伽")
        assert (await other.open()).own == []
        # Nor by posting what the other one posted.
        fields = {**mine.seen.hidden, "text": "我的报名"}
        await mine.post(fields)
        assert (await other.post(fields)).own == ["我的报名"]
        history = await two.get("/history", params={"after": "0"})
        assert "周敏" not in history.text


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
    answer = await browser.client.post("/", data=fields, headers=Scripted.HEADERS)
    assert answer.status_code == 400
    assert await value(app, _MEMBERS) == 5


async def test_a_long_body_is_not_read(browser: Browser, app: App) -> None:
    await browser.open()
    answer = await browser.client.post("/", data=browser.writing("长" * LIMIT))
    assert answer.status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        yield b"text=1&message=" + b"x" * 22

    answer = await browser.client.post("/", content=endless())
    assert answer.status_code == 413
    assert await value(app, _MEMBERS) == 5


async def test_who_would_wait_too_long_is_told_and_may_say_it_again(browser: Browser, app: App) -> None:
    await browser.open()
    fields = browser.writing("我的报名")
    open_again = threading.Event()
    app.worker.submit("gate", lambda _db: open_again.wait(20))
    crowd = [app.worker.submit(nth, lambda _db: None) for nth in range(10_000)]
    posted = asyncio.ensure_future(browser.client.post("/", data=fields, headers=Scripted.HEADERS))
    await asyncio.sleep(0.1)
    open_again.set()
    answer = await posted
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert "请过一两分钟再说一次，现在来问的人太多。" in answer.json()["notice"]
    await asyncio.wrap_future(crowd[-1])
    # The same form is heard now.
    assert (await browser.post(fields)).cards[1].lines[0].startswith("您现在没有报名。")


async def test_a_long_line_is_cut_and_answered(browser: Browser) -> None:
    await browser.open()
    seen = await browser.write("。" * 5000)
    assert (len(seen.own[0]), seen.cards[1].lines[0][:7]) == (4096, "请换个说法，比")


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
    assert seen.own[-1] == HOSTILE
    assert f"对什么过敏吗？ {HOSTILE}" in seen.last.lines
    html = (await browser.client.get("/")).text
    assert "&lt;script&gt;alert(2)" in html
    assert (seen.inline, re.findall(r"<script>|<b onclick", html)) == (0, [])


async def test_security_headers(browser: Browser) -> None:
    for path in ("/", "/display"):
        headers = (await browser.client.get(path)).headers
        names = ("content-security-policy", "x-content-type-options", "referrer-policy", "cache-control")
        assert [headers[name] for name in names] == [
            "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
            "nosniff",
            "no-referrer",
            "no-store",
        ]


async def test_no_outside_address_and_nothing_inline(browser: Browser) -> None:
    await browser.open()
    seen = await browser.press("找活动")
    assert ([link for link in seen.links if not link.startswith(("/", "#"))], seen.inline) == ([], 0)


@pytest.mark.parametrize("secure", [False, True])
async def test_the_cookie(app: App, secure: bool) -> None:
    async with client_of(app, secure=secure) as client:
        told = (await client.get("/")).headers["set-cookie"]
    name, *attributes = [part.strip().lower() for part in told.split(";")]
    assert re.fullmatch(r"linli=[\w-]{43}\.[\w-]{43}", name)
    expected = {"httponly", "samesite=lax", "path=/", "max-age=31536000"}
    assert set(attributes) == expected | ({"secure"} if secure else set())


async def test_the_cookie_is_not_in_the_database(browser: Browser, app: App) -> None:
    await browser.open()
    await browser.write("你好")
    token = browser.client.cookies["linli"].partition(".")[0]

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
    first = {"zh-Hans": GREETING, "zh-Hant": "您好，這裡是银杏社区。"}
    assert seen.last.lines[0] == first.get(language, seen.last.lines[0])
    assert (language == "en") == seen.last.lines[1].isascii()


async def test_another_language_is_the_language_of_the_whole_page(browser: Browser) -> None:
    await browser.open()
    await browser.write("这周四中午有什么活动")
    seen = await browser.write("English please")
    assert (seen.language, next(iter(seen.menu)).isascii()) == ("en", True)
    assert seen.cards[1].lines[0].isascii()
    assert seen.own == ["这周四中午有什么活动", "English please"]


# With script.


async def test_a_line_brings_its_exchange(scripted: Scripted) -> None:
    told = await scripted.say("你好", "my-own-id-1")
    (exchange,) = told["exchanges"]
    assert (exchange["number"], exchange["message"], exchange["language"]) == (1, "my-own-id-1", "zh-Hans")
    assert (told["asks"], told["gone"], told["notice"]) == (False, False, None)
    assert Seen(f"<ol>{exchange['html']}</ol>").own == ["你好"]
    told = await scripted.say("报名周四的瑜伽")
    assert [each["number"] for each in told["exchanges"]] == [2]
    assert told["asks"] is True


async def test_the_same_message_again_brings_the_same_exchange(scripted: Scripted, app: App) -> None:
    await scripted.say("报名周四的瑜伽")
    first = await scripted.say("确认报名", "same-id-123")
    scripted.last = 1
    again = await scripted.say("确认报名", "same-id-123")
    assert again == first
    assert await value(app, _SEATS) == 1


async def test_nothing_is_missing_and_nothing_twice_after_a_gap(scripted: Scripted) -> None:
    for _ in range(4):
        await scripted.say("你好")
    told = (await scripted.client.get("/history", params={"after": "2"})).json()
    assert [each["number"] for each in told["exchanges"]] == [3, 4]
    told = (await scripted.client.get("/history", params={"before": "3"})).json()
    assert ([each["number"] for each in told["exchanges"]], told["older"]) == ([1, 2], False)


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "before=-1", "before=9999999999999999999999", "after=" + "9" * 30, ""]
)
async def test_strange_numbers_break_nothing(scripted: Scripted, query: str) -> None:
    await scripted.say("你好")
    assert (await scripted.client.get(f"/history?{query}")).status_code == 200
    assert (await scripted.client.get(f"/?{query}")).status_code == 200


async def test_who_writes_too_fast_is_told_once_and_may_send_the_same_again(clock: FixedClock) -> None:
    app = open_app("sqlite://", clock, [PACK], limits=Limits(messages_a_minute=20, burst=2))
    async with client_of(app) as client:
        await client.get("/")
        scripted = Scripted(client)
        for _ in range(2):
            await scripted.say("你好")
        answer = await scripted.send("我的报名", "kept-in-the-page")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
        assert "请等3秒再发一次" in answer.json()["notice"]
        answer = await scripted.send("我的报名", "kept-in-the-page")
        assert (answer.status_code, answer.json()["notice"]) == (429, None)
        clock.move(clock.now() + timedelta(seconds=3))
        told = await scripted.say("我的报名", "kept-in-the-page")
        assert [each["message"] for each in told["exchanges"]] == ["kept-in-the-page"]
    app.close()


async def test_a_choice_of_size_and_colours_stays(browser: Browser) -> None:
    html = (await browser.client.get("/")).text
    assert 'data-size="normal" data-theme="auto"' in html
    answer = await browser.client.post("/display", data={"size": "care"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    answer = await browser.client.post("/display", data={"theme": "dark"}, headers=Scripted.HEADERS)
    assert answer.status_code == 204
    assert 'data-size="care" data-theme="dark"' in (await browser.client.get("/")).text
    await browser.client.post("/display", data={"size": "<b>", "theme": "pink"})
    assert 'data-size="normal" data-theme="auto"' in (await browser.client.get("/")).text
    assert (await browser.client.get("/display")).status_code == 200


async def test_a_browser_is_forgotten(browser: Browser) -> None:
    await browser.open()
    await browser.write("你好")
    assert (await browser.client.post("/forget", data={})).headers["location"] == "/"
    assert (await browser.open()).own == []


async def test_a_page_of_somebody_else_is_not_heard_and_told(scripted: Scripted, app: App) -> None:
    await scripted.say("你好")
    html = (await scripted.client.get("/")).text
    found = re.search(r'data-who="(\w{16})"', html)
    assert found is not None
    assert (await scripted.say("你好", who=found[1]))["exchanges"][0]["number"] == 2
    told = await scripted.send("我的报名", who="0" * 16)
    assert told.json() == {"changed": True}
    history = await scripted.client.get("/history", params={"after": "0", "who": "0" * 16})
    assert history.json() == {"changed": True}
    assert await value(app, text("SELECT count(*) FROM notice")) == 2


async def test_what_was_written_cannot_be_guessed_from_the_id_of_the_message(
    scripted: Scripted, app: App
) -> None:
    await scripted.say("你好", "same-message-id")
    kept = await value(app, text("SELECT message FROM heard"))
    plain = hashlib.sha256("你好".encode()).hexdigest()[:8]
    assert (plain in kept, kept.endswith("-" + kept[-8:])) == (False, True)


async def test_who_writes_english_is_answered_so_where_the_browser_tells_nothing(
    client: httpx.AsyncClient,
) -> None:
    await client.get("/", headers={"accept-language": "fr-FR"})
    scripted = Scripted(client)
    client.headers["accept-language"] = "fr-FR"
    (exchange,) = (await scripted.say("What's on this Saturday?"))["exchanges"]
    assert exchange["language"] == "en"


async def test_each_visitor_plays_a_persona_of_his_own(demo: App) -> None:
    async with client_of(demo) as one, client_of(demo) as two:
        for client in (one, two):
            await client.post("/persona", data={"member": personas()[0]})
        await Scripted(one).say("叫我小丙")
        assert "小丙" not in str(await Scripted(two).say("我的资料"))
        assert await value(demo, _VISITORS) == 2


# Streams, over real HTTP.


def test_over_real_http(tmp_path: Path) -> None:
    with serving(tmp_path) as running, httpx.Client(base_url=running.address) as client:
        seen = Seen(client.get("/").text)
        assert seen.last.lines[0].startswith("您好，这里是")
        form = {**seen.hidden, "says": "activities"}
        found = Seen(client.post("/", data=form, follow_redirects=True).text)
        assert re.fullmatch(r"找到\d+场，按时间排：", found.cards[1].lines[0])
        for name in ("page.css", "page.js"):
            assert client.get(f"/{name}").status_code == 200
        assert client.get("/healthz").json()["database"] == "ok"
        assert 'linli_messages_total{channel="page",did="activity.search"} 1.0' in client.get("/metrics").text
        assert client.post("/", content=b"x" * (LIMIT + 1)).status_code == 413
        packed = client.get("/", headers={"accept-encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        code, told = running.stop(signal.SIGTERM)
    assert (code, told) == (0, "")


async def test_a_stream_brings_what_another_tab_says_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    port = {}
    with serving(tmp_path) as running:
        port["LINLI_SERVER__PORT"] = running.address.rpartition(":")[2]
        async with httpx.AsyncClient(base_url=running.address, timeout=10) as client:
            await client.get("/")
            tab = Scripted(client)
            await tab.say("你好")
            async with client.stream("GET", "/events", params={"after": "0"}) as stream:
                assert stream.headers["content-type"].startswith("text/event-stream")
                assert "content-encoding" not in stream.headers
                events = read_stream(stream.aiter_lines())
                assert (await anext(events))[0] == 1
                await tab.say("我的报名")
                number, told = await anext(events)
                assert (number, told["number"], told["asks"]) == (2, 2, False)
                # A page that is open does not hold up the end.
                code, log = await asyncio.to_thread(running.stop, signal.SIGTERM)
                assert (code, log) == (0, "")
            cookies = dict(client.cookies)
    with serving(tmp_path, port) as again:
        async with httpx.AsyncClient(base_url=again.address, timeout=10, cookies=cookies) as client:
            tab = Scripted(client)
            await tab.say("你好")
            async with client.stream("GET", "/events", headers={"last-event-id": "1"}) as stream:
                events = read_stream(stream.aiter_lines())
                assert [(await anext(events))[0] for _ in range(2)] == [2, 3]


async def test_as_many_streams_as_a_tower_may_have(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.get("/")
    monkeypatch.setattr(limits, "STREAMS", 0)
    assert (await client.get("/events")).status_code == 429


async def test_one_address_may_not_ask_without_end(app: App, client: httpx.AsyncClient) -> None:
    answers = [(await client.get("/display")).status_code for _ in range(REQUEST_BURST + 1)]
    assert (answers.count(200), answers[-1]) == (REQUEST_BURST, 429)


async def test_one_address_may_not_bring_new_people_without_end(app: App) -> None:
    transport = httpx.ASGITransport(web.build(app, {"page": Page(secure=False)}))
    answers = []
    for _ in range(NEWCOMER_BURST + 1):
        async with httpx.AsyncClient(transport=transport, base_url="http://linli.test") as client:
            answers.append((await client.get("/")).status_code)
    assert (answers.count(200), answers[-1]) == (NEWCOMER_BURST, 429)


# The demo's people.


@pytest.fixture
def demo(clock: FixedClock) -> Any:
    opened = open_app("sqlite://", clock, [])
    yield opened
    opened.close()


async def test_in_the_demo_one_may_be_somebody_with_one_press(demo: App) -> None:
    async with client_of(demo) as client:
        browser = Browser(client)
        html = (await client.get("/")).text
        assert set(re.findall(r'name="member" value="([\w-]+)"', html)) == set(personas())
        for code in personas():
            answer = await client.post("/persona", data={"member": code})
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
            await browser.open()
            known = await demo.read(partial(member.named, codes=[code]))
            assert known[code].name in (await browser.write("我的资料")).last.said


async def test_nobody_else_may_be_taken_over(demo: App) -> None:
    codes = await demo.read(lambda db: [row.code for row in db.rows(text("SELECT code FROM member"))])
    async with client_of(demo) as client:
        for code in {*codes, "", "' OR 1=1 --"} - set(personas()):
            await client.post("/persona", data={"member": code})
        assert await value(demo, _VISITORS) == 0


async def test_the_offer_is_gone_with_another_pack(clock: FixedClock, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    open_app(url, clock, []).close()
    app = open_app(url, clock, [PACK])
    await not_offered(app)
    app.close()


async def test_the_offer_is_gone_with_a_platform(demo: App) -> None:
    demo.platforms = 1
    await not_offered(demo)


async def not_offered(app: App) -> None:
    async with client_of(app) as client:
        assert "/persona" not in (await client.get("/")).text
        await client.post("/persona", data={"member": personas()[0]})
        assert await value(app, _VISITORS) == 0
