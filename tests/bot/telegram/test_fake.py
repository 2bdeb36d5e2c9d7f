"""The Telegram of the tests refuses what the real one does: else these tests would prove little."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes import telegram as fakes

ROOT = Path(__file__).parents[3]
LIN, BLOCKED, STRANGER, OLD, NEW = 1, 2, 3, -4, -1004
DEEP_KEYBOARD = {"inline_keyboard": {"text": "x"}}


def keyed(**button: str) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


@pytest.fixture(scope="module")
def fake() -> Iterator[fakes.Telegram]:
    with fakes.running() as telegram:
        for chat in (LIN, BLOCKED, OLD):
            telegram.know(chat)
        telegram.chat(BLOCKED).blocked = True
        telegram.move(OLD, NEW)
        yield telegram


def call(fake: fakes.Telegram, method: str, **parameters: Any) -> dict[str, Any]:
    answered = httpx.post(f"{fake.url}{fake.token}/{method}", json=parameters, timeout=10)
    told: dict[str, Any] = answered.json()
    assert told["ok"] == (answered.status_code == 200)
    return told


@pytest.mark.parametrize(
    ("method", "parameters", "code", "why"),
    [
        ("sendMessage", {"chat_id": LIN, "text": ""}, 400, "message text is empty"),
        ("sendMessage", {"chat_id": LIN, "text": " \n "}, 400, "message text is empty"),
        ("sendMessage", {"chat_id": LIN, "text": "x" * 4097}, 400, "message is too long"),
        ("sendMessage", {"chat_id": LIN, "text": "😀" * 2049}, 400, "message is too long"),
        ("sendMessage", {"chat_id": LIN, "text": "<x", "parse_mode": "HTML"}, 400, "can't parse entities"),
        ("sendMessage", {"chat_id": STRANGER, "text": "x"}, 403, "can't initiate conversation"),
        ("sendMessage", {"chat_id": -99, "text": "x"}, 400, "chat not found"),
        ("sendMessage", {"chat_id": BLOCKED, "text": "x"}, 403, "blocked by the user"),
        ("sendMessage", {"chat_id": OLD, "text": "x"}, 400, "upgraded to a supergroup"),
        ("sendMessage", {"chat_id": LIN, "text": "x", "reply_markup": DEEP_KEYBOARD}, 400, "object expected"),
        (
            "sendMessage",
            {"chat_id": LIN, "text": "x", "reply_markup": keyed(text="x", callback_data="很" * 22)},
            400,
            "BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"chat_id": LIN, "text": "x", "reply_markup": keyed(text="", callback_data="x")},
            400,
            "text is empty",
        ),
        ("editMessageText", {"chat_id": LIN, "message_id": 9, "text": "x"}, 400, "message to edit not found"),
        ("sendPhoto", {"chat_id": LIN}, 400, "there is no photo"),
        ("answerCallbackQuery", {"callback_query_id": "gone"}, 400, "query is too old"),
        ("setMyCommands", {"commands": [{"command": "Ü", "description": "x"}]}, 400, "BOT_COMMAND_INVALID"),
        ("setWebhook", {"url": "https://x.test", "secret_token": "ü"}, 400, "unallowed characters"),
        ("sendCake", {"chat_id": LIN}, 404, "Not Found"),
    ],
)
def test_what_it_refuses(
    fake: fakes.Telegram, method: str, parameters: dict[str, Any], code: int, why: str
) -> None:
    told = call(fake, method, **parameters)
    assert (told["error_code"], why in told["description"]) == (code, True), told


def test_a_group_that_moved_is_told_where_to(fake: fakes.Telegram) -> None:
    assert call(fake, "sendMessage", chat_id=OLD, text="x")["parameters"] == {"migrate_to_chat_id": NEW}


def test_an_edit_that_changes_nothing_is_refused(fake: fakes.Telegram) -> None:
    number = call(fake, "sendMessage", chat_id=LIN, text="x")["result"]["message_id"]
    assert call(fake, "editMessageText", chat_id=LIN, message_id=number, text="y")["ok"]
    told = call(fake, "editMessageText", chat_id=LIN, message_id=number, text="y")
    assert "message is not modified" in told["description"]


def test_another_token_is_nobodys(fake: fakes.Telegram) -> None:
    assert httpx.post(f"{fake.url}1:x/getMe", timeout=10).status_code == 401


def test_nothing_is_fetched_beside_a_webhook(fake: fakes.Telegram) -> None:
    assert call(fake, "setWebhook", url="http://127.0.0.1:9/x")["ok"]
    assert call(fake, "getUpdates")["error_code"] == 409
    assert call(fake, "deleteWebhook")["ok"]
    assert call(fake, "getUpdates")["result"] == []


def test_what_is_fetched_stays_until_it_is_confirmed(fake: fakes.Telegram) -> None:
    number = fake.say(LIN, "你好")
    assert [each["update_id"] for each in call(fake, "getUpdates", offset=0)["result"]] == [number]
    assert [each["update_id"] for each in call(fake, "getUpdates", offset=number)["result"]] == [number]
    assert call(fake, "getUpdates", offset=number + 1)["result"] == []


def test_as_a_child_it_is_told_what_to_do() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.telegram", "0"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        try:
            assert child.stdout is not None
            url = child.stdout.readline().strip()
            control = f"{url.removesuffix('/bot')}/control"
            assert httpx.post(f"{control}/say", json={"who": LIN, "text": "你好"}, timeout=10).json() == 1000
            httpx.post(f"{control}/fail", json={"method": "getMe", "faults": ["500"]}, timeout=10)
            asked = [httpx.post(f"{url}{fakes.TOKEN}/getMe", timeout=10).status_code for _ in range(2)]
            state = httpx.get(f"{control}/state", timeout=10).json()
        finally:
            child.kill()
    assert (asked, state["waiting"], list(state["chats"])) == ([500, 200], 1, [str(LIN)])
