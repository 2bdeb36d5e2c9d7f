"""What a card becomes on Telegram, call by call, and what a failed call means for its delivery."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels import ChannelError
from bot.channels.rendering import Button
from bot.channels.telegram import speaking
from bot.channels.telegram.calls import Calls
from bot.channels.telegram.channel import Telegram
from handlers import recipes
from handlers.recipes import Content, Maker, Making
from models import member, notice
from models.card import Article, Attachment, Card, Choice, State
from models.claim import Claim
from models.database import Db
from models.delivery import DELIVERY
from models.member import ADDRESS
from models.notice import Outgoing, Part
from models.text import as_said
from tests.bot.telegram.conftest import Bench
from tests.conftest import NOW

CLAIM = Claim(1, 1, datetime(2030, 1, 1, tzinfo=UTC))
PLAIN = {"link_preview_options": {"is_disabled": True}}
HOSTILE = "<b>*_`[x](http://evil.test)&amp; @everyone /start"
LONG = "很" * 5000


def button(text: str, data: str) -> dict[str, str]:
    return {"text": text, "callback_data": data}


def sent(text: str, *rows: list[dict[str, str]], chat: int = 5001) -> tuple[str, dict[str, Any]]:
    shown = {"chat_id": chat, "text": text, **PLAIN}
    return "sendMessage", {**shown, "reply_markup": {"inline_keyboard": list(rows)}} if rows else shown


# What is told, and the calls that tell it.
TABLE: list[tuple[str, Card, list[tuple[str, dict[str, Any]]]]] = [
    ("words", Card(as_said("明天停水")), [sent("明天停水")]),
    ("words that look like markup", Card(as_said(HOSTILE)), [sent(HOSTILE)]),
    (
        "buttons",
        Card(as_said("好"), choices=(Choice(as_said("报名"), "register 7"), Choice(as_said("返回"), "back", aside=True))),
        [sent("好", [button("报名", "register 7")], [button("返回", "back")])],
    ),
    (
        "a long label",
        Card(as_said("好"), choices=(Choice(as_said("长" * 100), "show 7"),)),
        [sent("好", [button("长" * 63 + "…", "show 7")])],
    ),
    (
        "a label of signs that count twice",
        Card(as_said("好"), choices=(Choice(as_said("😀" * 40), "show 7"),)),
        [sent("好", [button("😀" * 31 + "…", "show 7")])],
    ),
    (
        "one thing",
        Card(
            as_said("改了时间"),
            articles=(
                Article(
                    as_said("午间瑜伽"),
                    "activity:yoga",
                    State(as_said("可报"), "good"),
                    ((as_said("地点"), as_said("云杉大厦")),),
                    choices=(Choice(as_said("报名"), "register 7"), Choice(as_said("详情"), "show 7")),
                ),
            ),
        ),
        [
            sent(
                "改了时间\n\n午间瑜伽【可报】\n地点：云杉大厦",
                [button("报名", "register 7"), button("详情", "show 7")],
            )
        ],
    ),
    ("more than one message holds", Card(as_said(LONG)), [sent("很" * 4096), sent("很" * 904)]),
    (
        "a place",
        Card(as_said("在这里"), attachments=(Attachment("location", as_said("云杉大厦"), at=(31.2, 121.4)),)),
        [
            sent("在这里\n\n位置：云杉大厦"),
            ("sendLocation", {"chat_id": 5001, "latitude": 31.2, "longitude": 121.4}),
        ],
    ),
]  # fmt: skip


def outgoing(*cards: Card, to: str = "5001", owner: int | None = 1, **how: Any) -> Outgoing:
    parts = tuple(Part(card) for card in cards)
    return Outgoing(CLAIM, 1, "telegram", to, owner, "zh-Hans", parts, **how)


@pytest.mark.parametrize(("card", "expected"), [line[1:] for line in TABLE], ids=[line[0] for line in TABLE])
async def test_what_is_called(bench: Bench, card: Card, expected: list[tuple[str, dict[str, Any]]]) -> None:
    bench.fake.know(5001)
    await bench.channel.push(bench.app, outgoing(card))
    assert [each for each in bench.fake.state.calls if each[0] != "getMe"] == expected


def test_what_no_button_can_carry_is_left_out() -> None:
    rows = ((Button("a", ""), Button("b", "字" * 22)), (Button("", "show 1"),))
    assert speaking.keyboard(rows) == {"inline_keyboard": [[button("…", "show 1")]]}
    many = tuple((Button("x", "show 1"),) for _ in range(150))
    assert len(speaking.keyboard(many)["inline_keyboard"]) == speaking.MOST_BUTTONS


# What goes along.


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A recipe that draws, and for whom it did."""
    drawn: list[int] = []

    def draw(_db: Db, maker: Maker, kind: str) -> Making:
        def make() -> Content:
            drawn.append(maker.person.id)
            return Content(kind, b"drawn")

        return make

    monkeypatch.setitem(recipes.RECIPES, "drawing", draw)
    return drawn


PICTURE = Attachment("image", as_said("海报"), "drawing", ("image/png",))
FILE = Attachment("file", as_said("名单.csv"), "drawing", ("text/csv",))


async def test_pictures_files_and_codes_follow_the_words(bench: Bench, drawing: list[int]) -> None:
    bench.fake.know(5001)
    code = Attachment("qr", as_said("签到码"), says="show 17")
    await bench.channel.push(bench.app, outgoing(Card(as_said("给您"), attachments=(PICTURE, FILE, code))))
    shown = bench.fake.chat(5001).messages
    assert [(each.text, each.file and each.file["name"]) for each in shown] == [
        ("给您\n\n图片：海报\n文件：名单.csv\n二维码：签到码", None),
        ("海报", "海报"),
        ("名单.csv", "名单.csv"),
        ("签到码", "telegram.png"),
    ]
    methods = [name for name, _ in bench.fake.state.calls if name != "getMe"]
    assert methods == ["sendMessage", "sendPhoto", "sendDocument", "sendPhoto"]
    assert drawing == [1, 1]


async def test_what_is_made_for_one_person_is_not_made_for_a_group(bench: Bench, drawing: list[int]) -> None:
    bench.fake.know(-1005003, "supergroup")
    card = Card(as_said("给大家"), attachments=(PICTURE,))
    await bench.channel.push(bench.app, outgoing(card, to="group:-1005003", owner=None))
    assert (drawing, len(bench.fake.chat(-1005003).messages)) == ([], 1)


async def test_a_retry_does_not_repeat_what_went_out(bench: Bench, drawing: list[int]) -> None:
    bench.fake.know(5001)
    cards = (Card(as_said("一"), attachments=(PICTURE, FILE)), Card(as_said("二")))
    bench.fake.fail("sendDocument", "500")
    with pytest.raises(ChannelError) as failed:
        await bench.channel.push(bench.app, outgoing(*cards))
    assert (failed.value.sent, failed.value.permanent) == (2, False)
    await bench.channel.push(bench.app, outgoing(*cards, sent=failed.value.sent))
    assert bench.fake.chat(5001).texts == ["一\n\n图片：海报\n文件：名单.csv", "海报", "名单.csv", "二"]


async def test_what_nobody_can_make_any_more_is_given_up(bench: Bench) -> None:
    bench.fake.know(5001)
    unknown = Attachment("image", as_said("海报"), "forgotten")
    with pytest.raises(ChannelError) as failed:
        await bench.channel.push(bench.app, outgoing(Card(as_said("一"), attachments=(unknown,))))
    assert (failed.value.sent, failed.value.permanent) == (1, True)


# What a failed call means.


def refused(bench: Bench) -> Callable[[], Any]:
    return lambda: bench.channel.push(bench.app, outgoing(Card(as_said("好"))))


@pytest.mark.parametrize("fault", ["500", "502", "html", "garbage", "401", "404", "409"])
async def test_for_the_moment(bench: Bench, fault: str) -> None:
    bench.fake.know(5001)
    bench.fake.fail("sendMessage", fault)
    with pytest.raises(ChannelError) as failed:
        await refused(bench)()
    error = failed.value
    assert (error.permanent, error.unreachable, error.retry_after, error.sent) == (False, False, None, 0)
    assert bench.fake.token not in str(error)


@pytest.mark.parametrize(("a_second", "paid"), [(29.5, None), (30, None), (31, True)])
async def test_beyond_what_is_free_it_is_paid_for(bench: Bench, a_second: float, paid: bool | None) -> None:
    bench.fake.know(5001)
    channel = Telegram(Calls(bench.fake.token, bench.fake.url), None, a_second)
    await channel.push(bench.app, outgoing(Card(as_said("好"))))
    await channel.close()
    (sent,) = bench.fake.called("sendMessage")
    assert sent.get("allow_paid_broadcast") == paid
    assert channel.capabilities.pace is not None
    assert channel.capabilities.pace.a_second == a_second


async def test_each_message_of_a_delivery_has_a_turn(bench: Bench) -> None:
    bench.fake.know(5001)
    channel = Telegram(Calls(bench.fake.token, bench.fake.url))
    await channel.push(bench.app, outgoing(*(Card(as_said(each)) for each in "一二三")))
    await channel.close()
    assert bench.app.spent == {"telegram": 2}


async def test_too_fast(bench: Bench) -> None:
    bench.fake.know(5001)
    bench.fake.fail("sendMessage", "429:17")
    with pytest.raises(ChannelError) as failed:
        await refused(bench)()
    assert (failed.value.permanent, failed.value.retry_after) == (False, timedelta(seconds=17))


async def push_at(bench: Bench, url: str) -> ChannelError:
    """How a delivery fails there, by somebody who has little patience."""
    channel = Telegram(Calls(bench.fake.token, url, seconds=0.2))
    with pytest.raises(ChannelError) as failed:
        await channel.push(bench.app, outgoing(Card(as_said("好"))))
    await channel.close()
    return failed.value


async def test_nothing_comes_back(bench: Bench) -> None:
    bench.fake.know(5001)
    bench.fake.fail("sendMessage", "hang")
    error = await push_at(bench, bench.fake.url)
    assert (str(error), error.permanent, error.sent) == ("Timed out", False, 0)


async def test_the_answer_is_lost_on_its_way(bench: Bench) -> None:
    bench.fake.know(5001)
    bench.fake.fail("sendMessage", "lost")
    error = await push_at(bench, bench.fake.url)
    assert (error.permanent, bench.fake.chat(5001).texts) == (False, ["好"])


async def test_nobody_is_there_at_all(bench: Bench) -> None:
    error = await push_at(bench, "http://127.0.0.1:9/bot")
    assert (str(error), error.permanent) == ("ClientConnectorError", False)


async def test_whoever_blocked_us_is_not_reached_until_he_writes(bench: Bench) -> None:
    await bench.say("你好", 1)

    def tell(db: Db) -> None:
        address = db.value(select(ADDRESS.c.id).where(ADDRESS.c.key == "5001"))
        notice.tell(db, [Card(as_said("停水"))], [address], NOW)

    await bench.app.read(tell)
    bench.fake.know(5001)
    bench.fake.chat(5001).blocked = True
    await bench.deliver()
    row = await bench.app.read(lambda db: db.row(select(DELIVERY).order_by(DELIVERY.c.id.desc())))
    assert row is not None
    assert (row.state, row.reason) == ("failed", "Forbidden: bot was blocked by the user")
    closed = await bench.app.read(
        lambda db: db.value(select(ADDRESS.c.closed).where(ADDRESS.c.key == "5001"))
    )
    assert closed == NOW
    bench.fake.chat(5001).blocked = False
    await bench.say("你好", 2)
    await bench.app.read(tell)
    await bench.deliver()
    assert bench.fake.chat(5001).texts[-1] == "停水"


async def test_who_never_wrote_cannot_be_written_to(bench: Bench) -> None:
    with pytest.raises(ChannelError) as failed:
        await refused(bench)()
    error = failed.value
    assert (error.permanent, error.unreachable, error.until_contact) == (False, True, True)


async def test_a_group_that_has_grown_is_found_again(bench: Bench) -> None:
    group = await bench.app.read(lambda db: member.meet_group(db, "telegram", "group:-5003"))
    bench.fake.know(-5003, "group")
    bench.fake.move(-5003, -1005003)
    for words in ("一", "二"):
        card = Card(as_said(words))
        await bench.app.read(lambda db, card=card: notice.tell(db, [card], [group], NOW))  # type: ignore[misc]
        await bench.deliver()
    assert bench.fake.chat(-1005003).texts == ["一", "二"]
    # The second went there at once.
    assert [each["chat_id"] for each in bench.fake.called("sendMessage")] == [-5003, -1005003, -1005003]


# Links.


async def test_a_link_opens_the_chat_and_says_it(bench: Bench) -> None:
    assert await bench.channel.link("show 17") == "https://t.me/linli_fake_bot?start=show_17"
    assert await bench.channel.link("我要报名") is None
    assert len(bench.fake.called("getMe")) == 1
