"""What goes out for a delivery: one table of cards and what is asked of the platform for each."""

import re
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import App
from bot.channels import ChannelError
from bot.channels.wechat import client as clients
from bot.channels.wechat import sending
from bot.channels.wechat.client import Client, UnknownOutcome
from bot.channels.wechat.refusals import Refused
from bot.configuration import Carrier
from handlers.recipes import RECIPES, Content, Maker, Making
from models import conversation, grant, member
from models.card import NOTHING, Article, Attachment, Card, Choice, State
from models.claim import Claim
from models.conversation import CONVERSATION, Memory, Window
from models.database import Db
from models.grant import GRANT
from models.member import Language
from models.notice import Outgoing, Part
from models.text import Span, Text, as_said, prose
from tests.conftest import NOW
from tests.fakes.wechat_api import LONGEST_TEXT, WeChatAPI

CUSTOMER, TEMPLATE, SUBSCRIPTION = sending.CUSTOMER, sending.TEMPLATE, sending.SUBSCRIPTION
UPLOAD = "cgi-bin/media/upload"
OPEN = Window(NOW + timedelta(hours=48), 5)
STARTS = datetime.fromisoformat("2026-11-26T12:10:00+08:00")
WHEN = Text("{span}", span=Span(STARTS, STARTS + timedelta(minutes=50)))
YOGA = Article(
    prose("午间瑜伽"),
    "activity:yoga",
    state=State(Text("可报"), "good"),
    facts=((Text("时间"), WHEN), (Text("地点"), as_said("云杉大厦服务站"))),
    choices=(Choice(Text("详情"), "show 17"), Choice(Text("报名"), "register 17")),
)
NEWS = Card(Text("明天有活动："), articles=(YOGA,), tone="notice")
TEMPLATES = {"start": Carrier(kind="template", id="tmpl-start")}
SUBSCRIPTIONS = {"start": Carrier(kind="subscription", id="sub-start")}
PAGE = "https://linli.test"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "WAITS", (0.01, 0.01))


@pytest.fixture
async def reader(app: App) -> int:
    """Somebody with an address, to whom five messages may be written."""

    def meet(db: Db) -> int:
        address, _ = member.meet(db, "wechat", "lin", "zh-Hans")
        conversation.keep(db, address, Memory(), known=False)
        conversation.open_window(db, address, OPEN, None, NOW)
        return address

    return await app.read(meet)


def delivery(
    reader: int,
    *cards: Card | Part,
    sent: int = 0,
    window: Window | None = OPEN,
    kind: str | None = None,
    language: Language = "zh-Hans",
    attempts: int = 1,
) -> Outgoing:
    parts = tuple(each if isinstance(each, Part) else Part(each, 1) for each in cards)
    claim = Claim(7, attempts, NOW + timedelta(seconds=30))
    return Outgoing(claim, reader, "wechat", "lin", None, language, parts, sent, window, kind)


async def left(app: App) -> int:
    return int(await app.read(lambda db: db.value(select(CONVERSATION.c.free_left))))


async def failure(
    client: Client,
    app: App,
    outgoing: Outgoing,
    notices: Mapping[str, Carrier] | None = None,
    page: str | None = None,
) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        await sending.push(client, app, outgoing, notices or {}, page)
    return raised.value


def text(content: str) -> dict[str, Any]:
    return {"touser": "lin", "msgtype": "text", "text": {"content": content}}


def menu(head: str, **items: str) -> dict[str, Any]:
    listed = [{"id": says, "content": label} for says, label in items.items()]
    body = {"head_content": head, "list": listed, "tail_content": ""}
    return {"touser": "lin", "msgtype": "msgmenu", "msgmenu": body}


@dataclass(frozen=True)
class Case:
    """A card as it is due, and what the platform is asked to send for it."""

    name: str
    card: Card | Part
    asked: list[dict[str, Any]]
    language: Language = "zh-Hans"


EIGHT = tuple(Choice(as_said(f"第{nth}个"), f"show {nth}") for nth in range(1, 9))
LONG = Card(Text("{a}\n{b}", a="甲" * 500, b="乙" * 500))
CASES = [
    Case("words", Card(Text("好的，没有报名。")), [text("好的，没有报名。")]),
    Case(
        "words in English",
        Card(Text("好的，没有报名。")),
        [text("All right, you're not registered.")],
        language="en",
    ),
    Case(
        "one thing, with what one can do with it",
        NEWS,
        [
            menu(
                "明天有活动：\n\n午间瑜伽【可报】\n时间：11月26日 周四 12:10–13:00\n地点：云杉大厦服务站",
                show_17="1 详情",
                register_17="2 报名",
            )
        ],
    ),
    Case(
        "a question, with the ways out",
        Card(
            Text("几点来？"),
            choices=(
                Choice(Text("早上"), "answer 3.1"),
                Choice(Text("晚上"), "answer 3.2"),
                Choice(Text("取消"), "cancel", aside=True),
            ),
            tone="question",
        ),
        [menu("几点来？", **{"answer_3.1": "1 早上", "answer_3.2": "2 晚上", "cancel": "取消"})],
    ),
    Case(
        "more than fits into a menu has numbers",
        Card(Text("选一个："), choices=EIGHT),
        [text("选一个：\n\n" + "\n".join(f"{nth} 第{nth}个" for nth in range(1, 9)) + "\n\n发数字就行。")],
    ),
    Case(
        "what was partly read goes on where it stopped",
        Part(LONG, 1, skip=1),
        [text("乙" * 500)],
    ),
    Case(
        "of a long card only so many messages",
        Part(LONG, 1, most=1),
        [text("甲" * 500)],
    ),
    Case(
        "a link that somebody wrote is none",
        Card(as_said('<a href="x">点</a>')),
        [text('＜a href="x">点＜/a>')],
    ),
    Case("hostile words stay words", Card(as_said("]]>\u202e\\u4f60🎉")), [text("]]>\u202e\\u4f60🎉")]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_card_becomes_what_the_table_says(
    client: Client, app: App, api: WeChatAPI, reader: int, case: Case
) -> None:
    api.hear("lin")
    await sending.push(client, app, delivery(reader, case.card, language=case.language), {})
    assert api.sent == case.asked
    assert await left(app) == 5 - len(case.asked)


async def test_the_cards_of_a_delivery_come_in_order_and_go_on_where_they_stopped(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.hear("lin")
    parts = [Card(Text("好")), LONG, NEWS]
    await sending.push(client, app, delivery(reader, *parts, sent=2), {})
    assert [each["msgtype"] for each in api.sent] == ["text", "msgmenu"]
    assert api.sent[0] == text("乙" * 500)


async def test_what_went_out_before_a_failure_is_not_sent_again(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.hear("lin")
    outgoing = delivery(reader, *(Card(as_said(str(nth))) for nth in range(4)))
    api.fail(CUSTOMER, 45011)
    first = await failure(client, app, outgoing)
    assert (first.sent, first.permanent) == (0, False)
    await sending.push(client, app, replace(outgoing, sent=2), {})
    assert api.sent == [text("2"), text("3")]


@pytest.mark.parametrize("sent", [0, 1, 3])
async def test_what_became_another_couriers_meanwhile_is_left_to_it(
    client: Client, app: App, api: WeChatAPI, reader: int, sent: int
) -> None:
    api.hear("lin")
    outgoing = replace(
        delivery(reader, *(Card(as_said(str(nth))) for nth in range(3))), is_ours=lambda: len(api.sent) < sent
    )
    lost = pytest.raises(ChannelError, match="another one's by now") if sent < 3 else nullcontext()
    with lost as raised:
        await sending.push(client, app, outgoing, {})
    if raised is not None:
        assert (raised.value.permanent, raised.value.until_contact, raised.value.sent) == (False, False, sent)
    assert len(api.sent) == sent


async def test_it_says_how_far_it_came(client: Client, app: App, api: WeChatAPI, reader: int) -> None:
    api.hear("lin", "tap")
    outgoing = delivery(reader, *(Card(as_said(str(nth))) for nth in range(4)))
    error = await failure(client, app, outgoing)
    assert (error.sent, error.until_contact, error.permanent) == (3, True, False)
    assert isinstance(error, Refused)
    assert error.code == 45047
    assert api.sent == [text("0"), text("1"), text("2")]


async def test_a_fault_of_ours_says_how_far_it_came_too(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.hear("lin")
    broken = Card(Text("图来了"), attachments=(Attachment("image", Text("照片"), "nobody.makes.this"),))
    error = await failure(client, app, delivery(reader, Card(Text("好")), broken))
    assert (str(error), error.sent, error.permanent) == ("KeyError", 1, False)
    assert api.sent == [text("好")]


# Attachments.


@pytest.fixture
def picture(monkeypatch: pytest.MonkeyPatch) -> Card:
    def make(_db: Db, maker: Maker, number: int) -> Making:
        return lambda: Content("image/png", b"\x89PNG for %d, %d" % (maker.person.id, number))

    monkeypatch.setitem(RECIPES, "test.picture", make)
    attached = Attachment("image", Text("照片"), "test.picture", (4,))
    return Card(Text("图来了"), choices=(Choice(Text("详情"), "show 17"),), attachments=(attached,))


async def test_a_picture_goes_before_its_words(
    client: Client, app: App, api: WeChatAPI, reader: int, picture: Card
) -> None:
    api.hear("lin")
    await sending.push(client, app, delivery(reader, picture), {})
    person = await app.read(
        lambda db: db.value(select(member.ADDRESS.c.member_id).where(member.ADDRESS.c.id == reader))
    )
    assert api.media == {"media-1": b"\x89PNG for %d, 4" % person}
    assert api.sent == [
        {"touser": "lin", "msgtype": "image", "image": {"media_id": "media-1"}},
        menu("图来了\n\n图片：照片", show_17="1 详情"),
    ]
    assert await left(app) == 3


async def test_words_that_were_read_already_are_not_sent_with_the_picture(
    client: Client, app: App, api: WeChatAPI, reader: int, picture: Card
) -> None:
    api.hear("lin")
    await sending.push(client, app, delivery(reader, Part(picture, 1, skip=1)), {})
    assert [each["msgtype"] for each in api.sent] == ["image"]


async def test_a_picture_that_fails_repeats_no_words(
    client: Client, app: App, api: WeChatAPI, reader: int, picture: Card
) -> None:
    api.hear("lin")
    api.fail(UPLOAD, 45011)
    error = await failure(client, app, delivery(reader, Card(Text("好")), picture))
    assert (error.sent, api.sent) == (1, [text("好")])


async def test_a_code_goes_as_a_picture_of_it(client: Client, app: App, api: WeChatAPI, reader: int) -> None:
    api.hear("lin")
    card = Card(
        Text("给门口的人看"), attachments=(Attachment("qr", Text("入场码"), says="https://linli.test/x"),)
    )
    await sending.push(client, app, delivery(reader, card), {})
    assert [each["msgtype"] for each in api.sent] == ["image", "text"]
    assert api.media["media-1"].startswith(b"\x89PNG")


async def test_a_place_on_the_map_needs_no_more_than_its_line(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.hear("lin")
    card = Card(Text("在这里"), attachments=(Attachment("location", as_said("北门"), at=(31.2, 121.4)),))
    await sending.push(client, app, delivery(reader, card), {})
    assert api.sent == [text("在这里\n\n位置：北门")]


FILE = Card(Text("整理好了"), attachments=(Attachment("file", as_said("我的数据.html"), "privacy.page"),))


async def test_a_file_is_a_link_for_a_day(client: Client, app: App, api: WeChatAPI, reader: int) -> None:
    api.hear("lin")
    await sending.push(client, app, delivery(reader, FILE), {}, PAGE)
    (sent,) = (each["text"]["content"] for each in api.sent)
    before, link = sent.rsplit("\n", 1)
    assert before == "整理好了\n\n文件：我的数据.html\n\n打开“我的数据.html”（24小时内有效）："
    assert re.fullmatch(r"https://linli\.test/wechat/files/[\w=-]{100,}", link)


async def test_a_spare_file_is_left_out_where_there_is_no_address_for_links(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.hear("lin")
    spare = Attachment("file", as_said("加到日历.ics"), "activity.calendar", (1,), spare=True)
    card = Card(Text("报名成功"), attachments=(spare,))
    await sending.push(client, app, delivery(reader, card), {})
    assert api.sent == [text("报名成功")]


async def test_where_there_is_no_address_for_links_it_says_who_has_the_file(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.hear("lin")
    await sending.push(client, app, delivery(reader, FILE), {})
    assert api.sent == [
        text("整理好了\n\n文件：我的数据.html\n\n请向工作人员要“我的数据.html”，这里的微信还发不了文件。")
    ]


async def test_no_message_is_longer_than_the_platform_takes(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    """Each `<a` grows by two bytes after it was measured."""
    api.hear("lin")
    await sending.push(client, app, delivery(reader, Card(as_said("<a " * 680))), {})
    contents = [each["text"]["content"] for each in api.sent]
    assert "".join(contents).replace(" ", "") == "＜a" * 680
    assert all(len(each.encode()) <= LONGEST_TEXT for each in contents)


# When nobody may be written to.


@pytest.mark.parametrize(
    "window", [None, Window(NOW, 5), Window(NOW + timedelta(hours=1), 0)], ids=["never", "over", "used up"]
)
async def test_outside_the_window_an_answer_waits_for_its_reader(
    client: Client, app: App, api: WeChatAPI, reader: int, window: Window | None
) -> None:
    error = await failure(client, app, delivery(reader, NEWS, window=window), TEMPLATES)
    assert (error.until_contact, error.permanent, api.calls) == (True, False, [])


async def test_outside_the_window_news_is_carried_by_its_template(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.templates["tmpl-start"] = "{{thing1.DATA}}{{time2.DATA}}{{thing3.DATA}}{{phrase4.DATA}}"
    outgoing = delivery(reader, NEWS, window=None, kind="start")
    await sending.push(client, app, outgoing, TEMPLATES, PAGE)
    data = {
        "thing1": {"value": "午间瑜伽"},
        "time2": {"value": "2026年11月26日 12:10~2026年11月26日 13:00"},
        "thing3": {"value": "云杉大厦服务站"},
        "phrase4": {"value": "可报"},
    }
    expected = {
        "touser": "lin",
        "template_id": "tmpl-start",
        "client_msg_id": "linli-7",
        "url": PAGE,
        "data": data,
    }
    assert api.forms == [expected]
    # Tried again it is the same message, which nobody gets twice.
    await sending.push(client, app, outgoing, TEMPLATES, PAGE)
    assert len(api.forms) == 1
    assert await left(app) == 5


async def test_while_one_may_write_news_comes_in_full(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.hear("lin")
    await sending.push(client, app, delivery(reader, NEWS, kind="start"), TEMPLATES)
    assert (len(api.sent), api.forms) == (1, [])


async def test_where_the_platform_counts_otherwise_the_template_carries_it(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.templates["tmpl-start"] = "{{thing1.DATA}}"
    await sending.push(client, app, delivery(reader, NEWS, kind="start"), TEMPLATES)
    assert (api.paths()[1:], len(api.forms)) == ([CUSTOMER, TEMPLATE], 1)


async def test_what_was_read_in_part_waits_for_its_reader(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    outgoing = delivery(reader, Card(Text("好")), NEWS, kind="start", window=None, sent=1)
    error = await failure(client, app, outgoing, TEMPLATES)
    assert (error.until_contact, error.sent, api.calls) == (True, 1, [])


async def test_news_of_an_unknown_sort_is_carried_by_the_general_one(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.templates["any"] = "{{thing1.DATA}}"
    notices = {**TEMPLATES, "notice": Carrier(kind="template", id="any", fields={"thing1": "text"})}
    await sending.push(client, app, delivery(reader, NEWS, window=None, kind="other"), notices)
    assert [(each["template_id"], each["data"]) for each in api.forms] == [
        ("any", {"thing1": {"value": "明天有活动："}})
    ]


async def test_news_that_nothing_carries_waits_for_its_reader(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    error = await failure(client, app, delivery(reader, NEWS, window=None, kind="other"), TEMPLATES)
    assert (error.until_contact, api.calls) == (True, [])


async def test_whoever_refuses_the_template_gets_it_when_he_writes(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.templates["tmpl-start"] = "{{thing1.DATA}}"
    api.refusing.add(("lin", "tmpl-start"))
    error = await failure(client, app, delivery(reader, NEWS, window=None, kind="start"), TEMPLATES)
    assert (error.until_contact, error.unreachable) == (True, False)


async def test_whoever_left_is_not_reached(client: Client, app: App, api: WeChatAPI, reader: int) -> None:
    api.templates["tmpl-start"] = "{{thing1.DATA}}"
    api.strangers.add("lin")
    for window in (OPEN, None):
        error = await failure(client, app, delivery(reader, NEWS, window=window, kind="start"), TEMPLATES)
        assert (error.permanent, error.unreachable) == (True, True)


# Subscription messages.


async def grants(app: App) -> list[int]:
    return [row.left for row in await app.read(lambda db: db.rows(select(GRANT.c.left)))]


@pytest.fixture
async def consent(app: App, api: WeChatAPI, reader: int) -> None:
    """He said yes once, to the platform and so to us."""
    api.subscriptions["sub-start"] = "{{thing1.DATA}}{{time2.DATA}}{{thing3.DATA}}{{thing4.DATA}}"
    api.consents["lin", "sub-start"] = 1
    await app.read(lambda db: grant.give(db, reader, "sub-start", "event:1"))


@pytest.mark.usefixtures("consent")
async def test_a_yes_carries_one_subscription_message(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    outgoing = delivery(reader, NEWS, window=None, kind="start")
    await sending.push(client, app, outgoing, SUBSCRIPTIONS, PAGE)
    (form,) = api.forms
    assert (form["template_id"], form["page"], form["data"]["thing4"]) == (
        "sub-start",
        PAGE,
        {"value": "明天有活动："},
    )
    error = await failure(client, app, outgoing, SUBSCRIPTIONS)
    assert (error.until_contact, len(api.forms), api.paths().count(SUBSCRIPTION)) == (True, 1, 1)


async def test_without_a_yes_the_platform_is_not_even_asked(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    error = await failure(client, app, delivery(reader, NEWS, window=None, kind="start"), SUBSCRIPTIONS)
    assert (error.until_contact, api.calls) == (True, [])


@pytest.mark.usefixtures("consent")
async def test_where_the_platform_knows_of_no_consent_all_are_gone(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    await app.read(lambda db: grant.give(db, reader, "sub-start", "event:2"))
    api.consents.clear()
    error = await failure(client, app, delivery(reader, NEWS, window=None, kind="start"), SUBSCRIPTIONS)
    assert (error.until_contact, await grants(app)) == (True, [0])


@pytest.mark.usefixtures("consent")
@pytest.mark.parametrize(("why", "remain"), [(45009, 1), ("5xx", 1), ("lose", 0)])
async def test_a_yes_is_kept_where_nothing_was_sent(
    client: Client, app: App, api: WeChatAPI, reader: int, why: int | str, remain: int
) -> None:
    api.fail(SUBSCRIPTION, why, *(["5xx"] * 2 if why == "5xx" else []))
    await failure(client, app, delivery(reader, NEWS, window=None, kind="start"), SUBSCRIPTIONS)
    assert await grants(app) == [remain]


# What nobody knows.


async def test_what_may_have_arrived_is_told_from_what_failed(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.hear("lin")
    api.fail(CUSTOMER, "lose")
    error = await failure(client, app, delivery(reader, Card(Text("好"))))
    assert (type(error), error.unknown, error.permanent) == (UnknownOutcome, True, False)


async def test_a_card_without_words_is_still_no_empty_message(
    client: Client, app: App, api: WeChatAPI, reader: int
) -> None:
    api.hear("lin")
    await sending.push(client, app, delivery(reader, Card(NOTHING)), {})
    assert api.calls == []
