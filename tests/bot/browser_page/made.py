"""A page of made exchanges with every kind of card, served without a bot, so that a browser can be shown it."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from bot.channels.page import cards, view
from bot.channels.page.words import words
from handlers.help import greeting
from handlers.talk import ASIDES, menu
from handlers.words import Reader
from models.card import Article, Attachment, Card, Choice, Stage, State
from models.history import Exchange, Line
from models.member import Language
from models.text import Moment, Span, Text, as_said, prose

STATIC = Path(view.__file__).parent / "static"
NOW = datetime.fromisoformat("2026-11-22T09:41:00+08:00")
ZONE = ZoneInfo("Asia/Shanghai")
NAME = "虹梅邻里"
POLICY = "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>&amp; "]]>\u202eab'
# A grey picture of one pixel.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6368000000820081dd436af40000000049454e44ae426082"
)

OPEN = State(Text("可报 余{count}", count=12), "good")
FULL = State(Text("已满"), "warning")
CLOSED = State(Text("已截止"), "past")
_DETAILS, _REGISTER = Text("详情"), Text("报名")


def _span(day: int, starts: int, ends: int) -> Text:
    first = datetime.fromisoformat(f"2026-11-{day}T00:00:00+08:00")
    return Text("{span}", span=Span(first + timedelta(hours=starts), first + timedelta(hours=ends)))


def article(number: int, title: str, state: State, day: int = 28, *, body: str | None = None) -> Article:
    acts = (Choice(_REGISTER, f"register {number}"),) if state.tone == "good" else ()
    return Article(
        prose(title),
        f"activity:{number}",
        state=state,
        facts=(
            (Text("时间"), _span(day, 14, 16)),
            (Text("地点"), as_said("云杉大厦服务站 宜山路1266号2202室")),
            (Text("费用"), Text("免费")),
        ),
        body=prose(body) if body else None,
        choices=(Choice(_DETAILS, f"show {number}"), *acts),
    )


def results(count: int) -> Card:
    titles = (
        "咖啡拉花体验",
        "办公室肩颈放松课",
        "亲子阅读会：从一本绘本开始认识城市",
        "湿垃圾去哪儿了",
        "午间瑜伽",
    )
    states = (OPEN, FULL, CLOSED, OPEN, FULL)
    made = tuple(
        article(17 + nth, titles[nth], states[nth], 22 + nth, body="现场有老师。" if count == 1 else None)
        for nth in range(count)
    )
    more = (Choice(Text("找活动"), "activities"),) if count > 1 else ()
    return Card(Text("找到{count}场，按时间排：", count=count), articles=made, choices=more)


def asked(number: int, text: Text, *labels: Text, step: tuple[int, int] | None = (1, 2)) -> Card:
    """A question about an activity; its options say `answer NUMBER.NTH`."""
    options = (Choice(label, f"answer {number}.{nth}") for nth, label in enumerate(labels, 1))
    about = Article(prose("咖啡拉花体验"), "activity:17", facts=((Text("时间"), _span(28, 14, 16)),))
    return Card(text, (*options, *ASIDES), (about,), tone="question", step=step)


WORDS = asked(3, prose("请问您在哪家公司上班？"), Text("跳过"), Text("确认报名"), Text("不报了"))
SEATS = asked(
    4,
    prose("一共几位？（含您自己，最多8位）\n多带的人不用单独报名。"),
    *(as_said(f"{seats}位") for seats in range(1, 9)),
    step=(2, 2),
)
AGAIN = asked(
    5,
    Text("{complaint}\n{question}", complaint=Text("请从下面选一个。"), question=Text("要报哪一场？")),
    *(Text("{title} · {span}", title=prose("咖啡拉花体验"), span=_span(day, 14, 16)) for day in (24, 28)),
    step=None,
)
DONE = Card(
    Text("报名成功。开始前都可以取消。"),
    articles=(
        Article(
            prose("咖啡拉花体验"),
            "activity:17",
            State(Text("已报名，{count}位", count=2), "good"),
            ((Text("时间"), _span(28, 14, 16)), (Text("地点"), as_said("云杉大厦服务站"))),
            choices=(Choice(Text("取消报名"), "withdraw 17"),),
        ),
    ),
    attachments=(Attachment("qr", as_said("签到码 4731"), says="https://linli.example/c/4731-abcdef"),),
    choices=(Choice(Text("我的报名"), "mine"),),
    tone="done",
)
NEED = Card(
    prose("收到，已经交给物业服务中心。"),
    articles=(
        Article(
            prose("2号楼电梯有异响"),
            "need:42",
            State(as_said("处理中"), "warning"),
            ((Text("地点"), as_said("云杉大厦 2号楼")), (Text("类型"), as_said("设施"))),
        ),
    ),
    timeline=(
        Stage(prose("收到"), "past", Text("{at}", at=Moment(NOW)), as_said("小邻")),
        Stage(
            prose("物业已派人"), "past", Text("{at}", at=Moment(NOW)), as_said("王师傅"), prose("用了2小时")
        ),
        Stage(prose("维保单位检修"), "now", as_said("11月24日前")),
        Stage(prose("请您看看修好没有"), "next"),
    ),
    choices=(Choice(as_said("补充情况"), "show 42"), Choice(as_said("催一下"), "show 43")),
)
NOTICE = Card(
    prose("今晚20–30层停水。请提前接好水，22:00前恢复。"),
    articles=(
        Article(
            prose("云杉大厦"),
            "notice:1",
            None,
            ((Text("时间"), _span(22, 20, 22)), (Text("地点"), as_said("20–30层"))),
        ),
    ),
    choices=(Choice(as_said("收到"), "show 1"), Choice(as_said("不再接收这类通知"), "show 2")),
    tone="notice",
    source=as_said("云杉大厦通知 · 物业服务中心"),
)
REFUSED = Card(
    Text("「{title}」名额满了。", title=prose("午间瑜伽")),
    choices=(Choice(Text("看看同类的"), "similar 5"), Choice(Text("找活动"), "activities")),
    tone="notice",
)
PHOTO = Card(
    prose("这是大厅的照片。"), attachments=(Attachment("image", as_said("云杉大厦大厅"), "photo", (1,)),)
)
FIGURES = Card(
    prose("上一周的数字。"), attachments=(Attachment("image", as_said("周报.png"), "week.picture", (1,)),)
)
FILES = Card(
    prose("服务站在这里，办事指南也发您。"),
    attachments=(
        Attachment("location", as_said("宜山路1266号云杉大厦2202室"), at=(31.1712, 121.3951)),
        Attachment("file", as_said("公积金办事指南 2026年版.pdf"), "file", (1,)),
    ),
)
LONG = (
    "我想反映一个情况："
    + "2号楼的电梯从上周三开始每次到12楼都会抖一下，声音很响。" * 6
    + "https://example.com/"
    + "a" * 90
)


def conversation() -> list[Exchange]:
    """Every kind of card, as somebody's morning."""
    lines: list[tuple[str | None, Card, str | None, tuple[int, ...]]] = [
        ("这周六有什么活动", results(3), None, ()),
        ("最近有什么活动", results(5), None, ()),
        ("详情", results(1), "show 17", ()),
        ("报名", WORDS, "register 17", ()),
        ("跳过", SEATS, "answer 3.1", (3,)),
        ("2位", AGAIN, "answer 4.2", (4,)),
        ("第二场", DONE, "answer 5.2", (5,)),
        (LONG, NEED, None, ()),
        (None, NOTICE, None, ()),
        ("报名瑜伽", REFUSED, None, ()),
        ("大厅什么样", PHOTO, None, ()),
        ("服务站在哪", FILES, None, ()),
        (HOSTILE, greeting(), None, ()),
    ]
    begun = NOW - timedelta(days=1)
    return [
        Exchange(
            number,
            begun + timedelta(hours=number * 2) if number < 11 else NOW,
            None if said is None else Line(said, meant, closed, None),
            (card,),
        )
        for number, (said, card, meant, closed) in enumerate(lines, 1)
    ]


@dataclass
class Made:
    """What is served, and how it answers: a test changes it while the page is open."""

    told: list[Exchange] = field(default_factory=conversation)
    language: Language = "zh-Hans"
    size: str = "normal"
    theme: str = "auto"
    asks: bool = False
    window: int = 50
    # While True a posting is heard but not answered.
    silent: bool = False
    # How the next postings fail, one after the other: a status, with Retry-After where it is 429 or 503.
    failures: list[int] = field(default_factory=list)
    posted: list[dict[str, str]] = field(default_factory=list)
    heard: dict[str, int] = field(default_factory=dict)
    displayed: list[dict[str, str]] = field(default_factory=list)
    events: bool = True
    coming: tuple[Article, ...] = (article(17, "咖啡拉花体验", OPEN),)
    # What is said instead of an answer and kept nowhere; `gone`: nobody is known any more.
    notice: Card | None = None
    gone: bool = False
    # Whether looking at the page makes a browser known again.
    newcomers: bool = False
    asked_for: list[str] = field(default_factory=list)
    # Whose browser it is.
    who: str = "one"
    # What the next line is answered with.
    next: Card | None = None

    @property
    def reader(self) -> Reader:
        return Reader(self.language, NOW, ZONE)

    def tell(self, card: Card, said: str | None = None, *, message: str | None = None, **line: Any) -> int:
        """Something new at the end, which open pages hear; gives its number."""
        number = self.told[-1].number + 1 if self.told else 1
        spoken = None if said is None else Line(said, line.get("meant"), line.get("closed", ()), message)
        self.told = [*self.told, Exchange(number, NOW, spoken, (card,))]
        return number

    def answer(self, fields: dict[str, str]) -> int:
        """A line heard once, however often it comes."""
        message = fields["message"]
        if message not in self.heard:
            said = fields.get("label") or fields.get("text") or fields["says"]
            self.heard[message] = self.tell(
                self.next or _reply(fields), said, message=message, **_meaning(fields)
            )
            self.next = None
        return self.heard[message]

    def unkept(self) -> dict[str, Any]:
        said = words(self.reader, NAME)
        card = cards.card_view(self.notice, self.reader, "notice") if self.notice else None
        html = view.environment().get_template("card.html").render(card=card, words=said) if card else None
        return {"exchanges": [], "asks": False, "gone": self.gone, "notice": html}

    def as_json(self, exchanges: list[Exchange]) -> list[dict[str, Any]]:
        environment, said = view.environment(), words(self.reader, NAME)
        template = environment.get_template("exchange.html")
        return [
            {
                "number": one.number,
                "language": self.language,
                "message": kept.said.message if kept.said else None,
                "html": template.render(exchange=one),
            }
            for one, kept in zip(view.exchanges(exchanges, self.reader, said), exchanges, strict=True)
        ]


def _reply(fields: dict[str, str]) -> Card:
    if fields.get("text") == "活动":
        return results(3)
    if fields.get("text") == "长":
        return Card(prose("\n".join(f"第{line}行" for line in range(60))))
    return Card(as_said("听到了：" + (fields.get("text") or fields["says"])))


def _meaning(fields: dict[str, str]) -> dict[str, Any]:
    says = fields.get("says", "")
    return {"meant": says, "closed": (int(says[7:].split(".")[0]),)} if says.startswith("answer ") else {}


def build(made: Made) -> Starlette:
    """The server of the made page; its addresses are those of the real one."""
    environment = view.environment()

    def page_of(told: list[Exchange], older: bool) -> view.PageView:
        return view.page(
            made.reader,
            NAME,
            told=told,
            greeting=greeting(),
            menu=menu(),
            coming=made.coming,
            message="made-in-a-test",
            longest=1000,
            size=made.size,
            theme=made.theme,
            asks=made.asks,
            older=older,
            place_line="云杉大厦服务站，今天9:00–18:00",
            personas=(("li", "李阿姨（居民）"), ("wu", "小吴（上班族）")),
            demo=True,
            mark=made.who,
        )

    async def show(request: Request) -> Response:
        made.gone = made.gone and not made.newcomers
        before = int(request.query_params.get("before") or 10**9)
        earlier = [each for each in made.told if each.number < before]
        told = earlier[-made.window :]
        template = environment.get_template("page.html")
        shown = template.render(page=page_of(told, older=len(earlier) > len(told)))
        return HTMLResponse(shown, headers={"Content-Security-Policy": POLICY})

    async def post(request: Request) -> Response:
        async with request.form() as form:
            fields = {name: str(value) for name, value in form.items()}
        made.posted.append(fields)
        while made.silent:
            await asyncio.sleep(0.02)
        if made.failures:
            status = made.failures.pop(0)
            headers = {"Retry-After": "1"} if status in {429, 503} else {}
            return JSONResponse(made.unkept(), status, headers)
        if fields.get("who", made.who) != made.who:
            return JSONResponse({"changed": True})
        if made.gone:
            return JSONResponse(made.unkept() if made.notice else {"gone": True})
        number = made.answer(fields)
        if request.headers.get("x-requested-with") != "linli":
            return RedirectResponse("/", 303)
        after = int(fields["after"])
        exchanges = [each for each in made.told if after < each.number <= number]
        return JSONResponse(
            {"exchanges": made.as_json(exchanges), "asks": made.asks, "gone": False, "notice": None}
        )

    async def events(request: Request) -> Response:
        last = int(request.headers.get("last-event-id") or request.query_params["after"])
        if not made.events:
            return Response(status_code=503)

        async def stream(last: int) -> AsyncIterator[str]:
            yield ": here\n\n"
            if request.query_params.get("who", made.who) != made.who:
                yield 'data: {"changed": true}\n\n'
                return
            while made.events and not await request.is_disconnected():
                for one in made.as_json([each for each in made.told if each.number > last]):
                    last = one["number"]
                    yield f"id: {last}\ndata: {json.dumps({**one, 'asks': made.asks})}\n\n"
                await asyncio.sleep(0.02)

        return StreamingResponse(stream(last), media_type="text/event-stream")

    async def earlier(request: Request) -> Response:
        made.asked_for.append(str(request.url.query))
        if request.query_params.get("who", made.who) != made.who:
            return JSONResponse({"changed": True})
        after, before = request.query_params.get("after"), request.query_params.get("before")
        if after is not None:
            found, older = [each for each in made.told if each.number > int(after)], True
        else:
            found = [each for each in made.told if each.number < int(before or 0)][-made.window :]
            older = bool(found) and found[0].number > made.told[0].number
        return JSONResponse({"exchanges": made.as_json(found), "older": older, "asks": made.asks})

    async def display(request: Request) -> Response:
        if request.method == "GET":
            template = environment.get_template("display.html")
            return HTMLResponse(
                template.render(page=page_of([], older=False)), headers={"Content-Security-Policy": POLICY}
            )
        async with request.form() as form:
            made.displayed.append({name: str(value) for name, value in form.items()})
        made.size = made.displayed[-1].get("size", made.size)
        made.theme = made.displayed[-1].get("theme", made.theme)
        if request.headers.get("x-requested-with") == "linli":
            return Response(status_code=204)
        return RedirectResponse("/", 303)

    async def aside(_request: Request) -> Response:
        template = environment.get_template("aside.html")
        return HTMLResponse(template.render(page=page_of([], older=False)))

    async def file(_request: Request) -> Response:
        return Response(PICTURE, media_type="image/png")

    def static(name: str) -> Route:
        async def send(_request: Request) -> Response:
            return FileResponse(STATIC / name)

        return Route(f"/{name}", send)

    return Starlette(
        routes=[
            Route("/", show),
            Route("/", post, methods=["POST"]),
            Route("/events", events),
            Route("/history", earlier),
            Route("/display", display, methods=["GET", "POST"]),
            Route("/file/{number}/{nth}", file),
            static("page.css"),
            static("page.js"),
            static("icon.svg"),
            Route("/aside", aside),
        ]
    )


@contextmanager
def serving(made: Made) -> Iterator[str]:
    """The made page on a free port, in a thread; gives its address."""
    config = uvicorn.Config(build(made), port=0, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        made.events = made.silent = False
        server.should_exit = True
        thread.join(5)
