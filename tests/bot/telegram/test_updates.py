"""Payloads as Telegram delivers them, and what the core hears of each: `updates.json` is the table."""

import json
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram import updates
from bot.channels.telegram.updates import Bot, Heard, Moved, Unreadable
from bot.inbound import Inbound

BOT = Bot(770001, "linli_fake_bot")
TABLE = json.loads((Path(__file__).parent / "updates.json").read_text("utf-8"))
_DEFAULTS = {each.name: each.default for each in fields(Inbound)}


def heard(update: dict[str, Any]) -> Any:
    """What is heard of it, as the table writes it: only what is said, nothing that goes without saying."""
    try:
        found = updates.read(update, BOT)
    except Unreadable as error:
        return {"unreadable": str(error)}
    if isinstance(found, Moved):
        return {"moved": [found.old, found.new]}
    return _told(found) if found else None


def _told(found: Heard) -> dict[str, Any]:
    inbound = asdict(found.inbound)
    assert (inbound.pop("channel"), inbound["message"].partition(":")[0]) == ("telegram", "770001")
    del inbound["message"]
    told = {name: value for name, value in inbound.items() if value != _DEFAULTS[name]}
    if found.press:
        told["press"] = list(asdict(found.press).values())
    if found.topic:
        told["topic"] = found.topic
    return told


@pytest.mark.parametrize("line", TABLE, ids=[line["name"] for line in TABLE])
def test_what_is_heard(line: dict[str, Any]) -> None:
    expected = line["expect"]
    if expected and "text" in expected and not expected["text"]:
        del expected["text"]
    if expected and "location" in expected:
        expected["location"] = tuple(expected["location"])
        expected["sent"] = datetime.fromisoformat(expected["sent"])
    assert heard(line["update"]) == expected


def test_no_name_stands_twice_in_the_table() -> None:
    names = [line["name"] for line in TABLE]
    assert len(names) == len(set(names)) > 70


def test_a_repeat_has_the_same_number_and_another_bots_has_another() -> None:
    update = TABLE[0]["update"]
    assert updates.number(update, 770001) == f"770001:{update['update_id']}"
    assert updates.number(update, 770002) != updates.number(update, 770001)


def test_what_is_asked_for_is_what_is_read() -> None:
    kinds = {name for line in TABLE if line["expect"] for name in line["update"]} - {"update_id"}
    assert kinds == set(updates.ALLOWED)


def test_in_private_a_command_is_ours_before_we_know_our_name() -> None:
    said = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": 5001, "type": "private"},
        "from": {"id": 5001, "is_bot": False},
        "text": "/activities@linli_fake_bot",
    }
    found = updates.read({"update_id": 1, "message": said}, Bot(BOT.id, ""))
    assert isinstance(found, Heard)
    assert found.inbound.text == "activities"


def test_half_a_character_is_none() -> None:
    said = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": 5001, "type": "private"},
        "from": {"id": 5001, "is_bot": False},
        "text": "瑜伽\ud83d！",
    }
    found = updates.read({"update_id": 1, "message": said}, BOT)
    assert isinstance(found, Heard)
    assert found.inbound.text == "瑜伽\ufffd！"
