"""The door: who comes in, what is too much, and what goes back in the response."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from bot.channels.telegram import webhook
from bot.clock import FixedClock
from bot.configuration import Limits
from bot.inbound import Inbound, Reply
from bot.limits import PersonLimits
from models import dead_letter
from models.delivery import DELIVERY
from models.heard import HEARD
from models.member import ADDRESS, MEMBER
from models.registration import REGISTRATION
from tests.bot.telegram.conftest import HEADER, Bench
from tests.bot.telegram.town import SECRET
from tests.conftest import NOW

GROUP: dict[str, Any] = {"id": -1005003, "type": "supergroup"}


async def count(bench: Bench, table: Any) -> int:
    return int(await bench.app.read(lambda db: db.value(select(func.count()).select_from(table))))


async def dead_letters(bench: Bench) -> list[tuple[str | None, str]]:
    rows = await bench.app.read(lambda db: dead_letter.newest(db, 1000))
    return [(row.message, row.reason) for row in rows]


# Who comes in.


async def test_a_thousand_forged_calls_store_nothing(bench: Bench) -> None:
    forged = [None, "", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), "é", "0" * 1_000_000]
    before = await count(bench, MEMBER)
    update = {"update_id": 1, "message": bench.message("有什么活动", 5001)}
    statuses = set()
    for nth in range(1000):
        secret = forged[nth % len(forged)]
        headers = [] if secret is None else [(HEADER.encode(), secret.encode())]
        posted = await bench.client.post("/telegram", content=json.dumps(update), headers=headers)
        statuses.add((posted.status_code, posted.content))
    assert statuses == {(403, b"")}
    assert (await count(bench, HEARD), await count(bench, ADDRESS), await dead_letters(bench)) == (0, 5, [])
    assert await count(bench, MEMBER) == before


async def test_the_secret_is_what_keeps_them_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: with a comparison that takes everything, a forged call is heard."""
    monkeypatch.setattr("bot.channels.telegram.webhook.hmac.compare_digest", lambda *_: True)
    update = {"update_id": 1, "message": bench.message("有什么活动", 5001)}
    assert (await bench.post(update, "forged")).status_code == 200
    assert await count(bench, HEARD) == 1


async def test_only_posts_are_heard(bench: Bench) -> None:
    assert (await bench.client.get("/telegram", headers={HEADER: SECRET})).status_code == 405


# What is too much.


async def post(bench: Bench, content: bytes | AsyncIterator[bytes]) -> int:
    return (await bench.client.post("/telegram", content=content, headers={HEADER: SECRET})).status_code


async def test_a_long_body_is_refused_before_it_is_read(bench: Bench) -> None:
    padded = json.dumps({"update_id": 1, "message": bench.message("x", 5001), "pad": "x" * 65_536}).encode()
    assert await post(bench, padded) == 413
    exact = b" " * (65_536 - 2) + b"{}"
    assert (len(exact), await post(bench, exact)) == (65_536, 200)
    assert await post(bench, b" " + exact) == 413
    assert await count(bench, HEARD) == 0


async def test_a_stream_without_an_end_is_refused_as_soon_as_it_is_too_much(bench: Bench) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 4096
            yield b" " * 4096

    assert await post(bench, endless()) == 413
    assert read <= 2 * 65_536


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"17",
        b"\xff\xfe",
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        json.dumps({"a": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}).encode(),
    ],
    ids=["nothing", "half", "a list", "a number", "no text", "a long number", "deep", "deeper", "34 deep"],
)
async def test_what_is_no_update_is_refused(bench: Bench, body: bytes) -> None:
    assert await post(bench, body) == 400
    assert await count(bench, HEARD) == 0


def test_half_a_character_in_an_answer_holds_up_nothing() -> None:
    assert json.loads(webhook._written({"text": "半\ud83d"})) == {"text": "半?"}
    assert webhook._written({"text": "半"}) == '{"text":"半"}'.encode()


async def test_many_brackets_are_not_depth(bench: Bench) -> None:
    wide = {"update_id": 1, "message": bench.message("你好", 5001, entities=[{}] * 200)}
    assert (await bench.post(wide)).status_code == 200


async def test_a_text_beyond_what_telegram_lets_one_write_is_cut(bench: Bench) -> None:
    assert (await bench.say("很" * 9000, 1))["method"] == "sendMessage"
    assert (await bench.say("😀" * 5000, 2))["method"] == "sendMessage"


async def test_what_cannot_be_read_is_kept_for_the_operator_and_taken(bench: Bench) -> None:
    poison = {"update_id": 7, "message": {**bench.message("x", 5001), "text": ["密码"]}}
    for _ in range(3):
        posted = await bench.post(poison)
        assert (posted.status_code, posted.content) == (200, b"")
    assert await dead_letters(bench) == [("770001:7", "message.text: list, not a text")]
    assert (await bench.say("你好", 8))["method"] == "sendMessage"


async def test_a_fault_of_ours_is_told_to_the_operator_and_holds_up_nobody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def faulty(_inbound: Inbound) -> Reply:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(bench.app, "answer", faulty)
        assert await bench.say("你好", 1) == {}
    assert await dead_letters(bench) == [("770001:1", "a fault of ours: ZeroDivisionError")]
    assert (await bench.say("你好", 2))["method"] == "sendMessage"


# What goes back.


async def test_an_answer_travels_in_the_response(bench: Bench) -> None:
    shown = await bench.say("有什么活动", 1)
    assert (shown["method"], shown["chat_id"], shown["link_preview_options"]) == (
        "sendMessage",
        5001,
        {"is_disabled": True},
    )
    assert "parse_mode" not in shown
    assert shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"].startswith("show ")


async def test_no_answer_is_packed(bench: Bench) -> None:
    """It goes past what packs pages: that costs more than it saves here."""
    update = {"update_id": 1, "message": bench.message("有什么活动", 5001)}
    posted = await bench.post(update)
    assert (posted.request.headers["accept-encoding"].partition(",")[0], len(posted.content) > 1024) == (
        "gzip",
        True,
    )
    assert "content-encoding" not in posted.headers


async def test_a_repeat_has_one_effect_and_the_same_answer(bench: Bench) -> None:
    bench.fake.know(5001)
    await bench.say("报名午间瑜伽", 1)
    first = await bench.press("register 1", 2)
    answers = [await bench.press("register 1", 2) for _ in range(3)]
    assert answers == [first] * 3
    together = await asyncio.gather(*(bench.say("周四有什么活动", 3) for _ in range(16)))
    assert all(each == together[0] for each in together)
    assert await count(bench, HEARD) == 3


async def question(bench: Bench, who: int = 5001) -> str:
    """Asks to register for the second activity; gives what the button says that does it."""
    bench.fake.know(who)
    asked = await bench.press("register 2", 10, who)
    if "几位" in asked["text"]:
        asked = await bench.say("1", 11, who)
    return str(asked["reply_markup"]["inline_keyboard"][0][0]["callback_data"])


async def test_a_confirmation_is_a_delivery_and_its_question_loses_its_buttons(bench: Bench) -> None:
    last = await bench.press(await question(bench), 20)
    assert last == {"method": "editMessageReplyMarkup", "chat_id": 5001, "message_id": 44}
    assert await count(bench, REGISTRATION) == 1
    assert (await count(bench, DELIVERY), bench.fake.chat(5001).texts) == (1, [])
    await bench.deliver()
    told = bench.fake.chat(5001).messages
    assert "午间瑜伽" in told[0].text, told
    assert await bench.press(await question(bench), 20) == last
    await bench.deliver()
    assert bench.fake.chat(5001).messages == told


async def test_sixteen_at_once_confirm_once(bench: Bench) -> None:
    sure = await question(bench)
    answers = await asyncio.gather(*(bench.press(sure, 20) for _ in range(16)))
    assert all(each == answers[0] for each in answers)
    await bench.deliver()
    assert (await count(bench, REGISTRATION), await count(bench, DELIVERY)) == (1, 1)
    assert len(await bench.called("answerCallbackQuery", 17)) == 17


async def test_without_the_memory_of_what_was_heard_a_repeat_is_answered_otherwise(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the tests of repeats."""
    monkeypatch.setattr("bot.dispatch.heard.recall", lambda *_: None)
    monkeypatch.setattr("bot.dispatch.heard.keep", lambda *_: None)
    sure = await question(bench)
    assert await bench.press(sure, 20) != await bench.press(sure, 20)


# Presses.


async def test_a_press_changes_its_message_and_is_answered(bench: Bench) -> None:
    shown = await bench.press("show 2", 1)
    assert (shown["method"], shown["chat_id"], shown["message_id"]) == ("editMessageText", 5001, 44)
    assert await bench.called("answerCallbackQuery", 1) == [{"callback_query_id": "q1"}]


@pytest.mark.parametrize("data", ["answer 99.1", "nonsense 1.2.3", "show 99999", "取消报名", "x" * 300])
async def test_a_press_that_means_nothing_any_more_is_answered_too(bench: Bench, data: str) -> None:
    assert (await bench.press(data, 1))["method"] == "editMessageText"
    assert await bench.called("answerCallbackQuery", 1) == [{"callback_query_id": "q1"}]


async def test_a_press_that_cannot_be_read_is_answered_too(bench: Bench) -> None:
    assert await bench.press("show 2", 1, message={"message_id": "x"}) == {}
    assert await bench.called("answerCallbackQuery", 1) == [{"callback_query_id": "q1"}]


@pytest.mark.parametrize("message", [{"date": 0}, {"text": None, "caption": "x"}], ids=["old", "a picture"])
async def test_where_the_message_cannot_be_changed_a_new_one_comes(
    bench: Bench, message: dict[str, Any]
) -> None:
    shown = {"message_id": 44, "date": 1, "chat": {"id": 5001, "type": "private"}, **message}
    shown = {name: value for name, value in shown.items() if value is not None}
    query = {"id": "q1", "from": bench.person(5001), "data": "show 2", "message": shown}
    posted = await bench.post({"update_id": 1, "callback_query": query})
    assert posted.json()["method"] == "sendMessage"
    assert await bench.called("answerCallbackQuery", 1) == [{"callback_query_id": "q1"}]


async def test_a_failing_answer_to_a_press_is_nobodys_trouble(bench: Bench) -> None:
    bench.fake.fail("answerCallbackQuery", "500", "html", "429:5")
    for nth in range(3):
        assert (await bench.press("show 2", nth + 1))["method"] == "editMessageText"
    assert len(await bench.called("answerCallbackQuery", 3)) == 3


# Groups.


async def test_a_group_is_answered_where_it_is_addressed(bench: Bench) -> None:
    shown = await bench.say("/activities", 1, chat=GROUP)
    assert (shown["method"], shown["chat_id"]) == ("sendMessage", GROUP["id"])
    assert await bench.say("有什么活动", 2, chat=GROUP) == {}
    assert await count(bench, HEARD) == 1


async def test_what_is_private_leaves_the_group(bench: Bench) -> None:
    bench.fake.know(5001)
    await bench.say("/start", 1)
    before = len(bench.fake.chat(5001).messages)
    assert await bench.say("/mine", 2, chat=GROUP) == {}
    await bench.deliver()
    assert len(bench.fake.chat(5001).messages) > before
    assert bench.fake.chat(GROUP["id"]).messages == []


async def test_whom_no_bot_may_write_to_is_told_in_the_group_where_his_answers_wait(bench: Bench) -> None:
    bench.fake.know(GROUP["id"], "supergroup")
    for nth in (1, 2):
        assert await bench.say("/mine", nth, chat=GROUP) == {}
        await bench.deliver()
    hints = bench.fake.chat(GROUP["id"]).messages
    assert [each.text for each in hints] == ["请点下面，到私聊里看答复，第一次要先点开始。"] * 2
    (button,) = hints[0].rows[0]
    assert button == {"text": "去私聊", "url": f"https://t.me/{bench.fake.username}?start=alone"}
    assert bench.fake.chat(5001).messages == []
    bench.fake.know(5001)
    await bench.say("/start alone", 3)
    await bench.deliver()
    # The answer that the link itself gives stands in the response; both that waited come by themselves.
    waited = [each.text for each in bench.fake.chat(5001).messages if each.text.startswith("您现在没有报名")]
    assert len(waited) == 2
    await bench.say("/mine", 4, chat=GROUP)
    await bench.deliver()
    assert len(hints) == 2


async def test_who_pressed_in_a_group_is_told_where_the_answer_is(bench: Bench) -> None:
    bench.fake.know(5001)
    assert await bench.press("mine", 1, chat=GROUP) == {}
    answered = await bench.called("answerCallbackQuery", 1)
    told = "请看我们的私聊，答复发在那里。没聊过的，先去那里点开始，再按一次。"
    assert answered == [{"callback_query_id": "q1", "text": told}]


async def test_a_group_with_another_number_is_the_same(bench: Bench) -> None:
    old = {"id": -5003, "type": "group"}
    await bench.say("/activities", 1, chat=old)
    posted = await bench.post(
        {"update_id": 2, "message": bench.message(None, 5001, chat=old, migrate_to_chat_id=GROUP["id"])}
    )
    assert (posted.status_code, posted.content) == (200, b"")
    keys = await bench.app.read(
        lambda db: [row.key for row in db.rows(select(ADDRESS.c.key).where(ADDRESS.c.channel == "telegram"))]
    )
    assert sorted(keys) == ["5001", f"group:{GROUP['id']}"]
    # What was shown there is still what a number means.
    told = await bench.say(
        "@linli_fake_bot 1", 3, chat=GROUP, entities=[{"type": "mention", "offset": 0, "length": 15}]
    )
    assert "1. " not in told["text"], told


# When nothing can be written, and when there is too much.


async def test_when_nothing_can_be_written_telegram_comes_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def away(_inbound: Inbound) -> Reply:
        raise OperationalError("SELECT", {}, Exception("disk full"))

    update = {"update_id": 1, "message": bench.message("你好", 5001)}
    with monkeypatch.context() as broken:
        broken.setattr(bench.app, "answer", away)
        posted = await bench.post(update)
    assert (posted.status_code, posted.headers["retry-after"]) == (503, "2")
    assert (await bench.post(update)).status_code == 200


async def test_while_there_is_too_much_telegram_comes_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = {"update_id": 1, "message": bench.message("你好", 5001)}
    with monkeypatch.context() as busy:
        busy.setattr(bench.app.worker, "expected_wait", lambda *_: 3.0)
        assert (await bench.post(update)).status_code == 503
    assert (await bench.post(update)).json()["method"] == "sendMessage"


async def test_whoever_blocks_us_is_sent_nothing_and_comes_back_by_writing(bench: Bench) -> None:
    await bench.say("你好", 1)
    person = bench.person(5001)
    for number, status in ((2, "kicked"), (3, "member")):
        changed = {
            "chat": {"id": 5001, "type": "private"},
            "from": person,
            "new_chat_member": {"status": status},
        }
        assert (await bench.post({"update_id": number, "my_chat_member": changed})).status_code == 200
        closed = await bench.app.read(
            lambda db: db.value(select(ADDRESS.c.closed).where(ADDRESS.c.key == "5001"))
        )
        assert closed == NOW
    assert (await bench.say("你好", 4))["method"] == "sendMessage"
    assert (
        await bench.app.read(lambda db: db.value(select(ADDRESS.c.closed).where(ADDRESS.c.key == "5001")))
        is None
    )


async def test_a_group_that_threw_us_out_is_reached_again_when_it_asks(bench: Bench) -> None:
    async def closed() -> Any:
        key = f"group:{GROUP['id']}"
        return await bench.app.read(lambda db: db.value(select(ADDRESS.c.closed).where(ADDRESS.c.key == key)))

    await bench.say("/activities", 1, chat=GROUP)
    left = {"chat": GROUP, "from": bench.person(5001), "new_chat_member": {"status": "left"}}
    await bench.post({"update_id": 2, "my_chat_member": left})
    assert await closed() == NOW
    await bench.say("/activities", 3, chat=GROUP)
    assert await closed() is None


@pytest.fixture
def limited(bench: Bench, clock: FixedClock) -> Iterator[Bench]:
    """One message a minute, and then one is told to wait."""
    bench.app.limits = PersonLimits(Limits(messages_a_minute=1, burst=1), clock)
    yield bench
    bench.app.limits = None


async def test_whoever_is_too_fast_is_told_so_once(limited: Bench) -> None:
    await limited.say("你好", 1)
    assert (await limited.say("你好", 2))["text"].startswith("请等")
    assert await limited.say("你好", 3) == {}
    assert await limited.press("show 2", 4) == {}
    assert await limited.called("answerCallbackQuery", 1) == [{"callback_query_id": "q4"}]
    assert await count(limited, HEARD) == 1


@pytest.mark.parametrize("chat", [{"id": 5001, "type": "private"}, GROUP], ids=["private", "group"])
async def test_what_was_pressed_too_fast_stays_to_be_pressed_again(
    limited: Bench, chat: dict[str, Any]
) -> None:
    limited.fake.know(5001)
    await limited.say("你好", 1)
    assert await limited.press("show 2", 2, chat=chat) == {}
    (answered,) = await limited.called("answerCallbackQuery", 1)
    assert answered["text"].startswith("请等")
    assert limited.fake.called("sendMessage") == []


async def test_an_apology_stands_below_the_button_that_is_to_be_pressed_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_given: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.dispatch.hear", faulty)
    shown = await bench.press("show 2", 1)
    assert (shown["method"], "reply_markup" in shown) == ("sendMessage", False)


async def test_whoever_is_too_fast_in_a_group_is_told_in_private(limited: Bench) -> None:
    limited.fake.know(5001)
    await limited.say("/activities", 1, chat=GROUP)
    assert await limited.say("/activities", 2, chat=GROUP) == {}
    assert limited.fake.chat(5001).texts[0].startswith("请等")
    assert limited.fake.chat(GROUP["id"]).texts == []


async def test_the_goodbye_is_in_the_response_and_nowhere_else(bench: Bench) -> None:
    bench.fake.know(5001)
    asked = await bench.press("erase", 1)
    for nth in range(2, 6):
        rows = asked["reply_markup"]["inline_keyboard"]
        asked = await bench.press(rows[0][0]["callback_data"], nth)
        if "reply_markup" not in asked or await count(bench, ADDRESS) == 5:
            break
    assert (asked["method"], await count(bench, ADDRESS)) == ("editMessageText", 5)
    await bench.deliver()
    assert bench.fake.called("sendMessage") == []


async def test_one_persons_messages_are_heard_in_their_order(bench: Bench) -> None:
    async with asyncio.TaskGroup() as posting:
        tasks = [posting.create_task(bench.say(f"第{nth}句", nth)) for nth in range(1, 21)]
    assert all(task.result()["method"] == "sendMessage" for task in tasks)
    kept = await bench.app.read(
        lambda db: [row.message for row in db.rows(select(HEARD).order_by(text("rowid")))]
    )
    assert kept == [f"770001:{nth}" for nth in range(1, 21)]
