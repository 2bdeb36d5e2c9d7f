"""`linli invite`: a code for a member of the pack, with the links that say it, and its end."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from bot import inviting
from bot.channels import CHANNELS, Capabilities, ChannelError
from bot.channels.page import Page
from models.invite import Made
from tests.bot.programs import linli
from tests.conftest import NOW, PACK

MADE = Made(1, 123_456_789, NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a community in it."""
    assert linli("load", str(PACK), folder=tmp_path).returncode == 0
    return tmp_path


def test_a_code_is_printed_with_its_end_and_how_to_say_it(folder: Path) -> None:
    ran = linli("invite", "officer", folder=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    code, end, how = ran.stdout.splitlines()
    assert re.fullmatch(r"officer \(站长\): [1-9]\d\d \d{3} \d{3}", code)
    assert re.fullmatch(
        r"It is good once, until \d{4}-\d\d-\d\d \d\d:\d\d Asia/Shanghai. An older code for officer is void.",
        end,
    )
    assert how == "From the account that is to be theirs, they send the bot these nine digits alone."


def test_the_code_is_good_for_the_chat(folder: Path) -> None:
    code = linli("invite", "officer", folder=folder).stdout.splitlines()[0].partition(": ")[2]
    scanned = {"from": "stranger", "scan": f"join {code.replace(' ', '')}"}
    said = linli(
        "chat", "--json", "--database", "sqlite:///linli.db", folder=folder, said=json.dumps(scanned)
    )
    answered = json.loads(said.stdout)
    assert answered["did"] == "account.join"
    assert "您的职责：云杉大厦工作人员。" in answered["messages"][0]["text"]


def test_a_code_is_revoked(folder: Path) -> None:
    linli("invite", "officer", folder=folder)
    told = [linli("invite", "officer", "--revoke", folder=folder).stdout.splitlines() for _ in range(2)]
    assert told == [["officer (站长): the open code is void now"], ["officer (站长): there is no open code"]]


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("oficer", "the nearest are officer"),
        ("an", "the nearest are anna, lin"),
        ("q", "write the id of a member of your packs"),
    ],
)
def test_a_member_that_is_none_is_one_line(folder: Path, name: str, mend: str) -> None:
    ran = linli("invite", name, folder=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"linli: MEMBER: there is no {name!r}; {mend}\n"


def test_without_a_database_none_is_made(tmp_path: Path) -> None:
    ran = linli("invite", "officer", folder=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr == (
        "linli: database.url: sqlite:///linli.db does not exist yet; run `linli load PACK.toml` first\n"
    )
    assert list(tmp_path.iterdir()) == []


class Linked(Page):
    """A channel of a platform that has links, or has none just now."""

    capabilities: Capabilities = CHANNELS["console"]

    def __init__(self, *, works: bool = True) -> None:
        super().__init__(secure=True)
        self._works = works

    async def link(self, says: str) -> str | None:
        if not self._works:
            raise ChannelError("it sleeps", permanent=False)
        return f"https://platform.example/start?{says.replace(' ', '_')}"


def test_each_channel_with_links_gives_one_and_a_code_of_it() -> None:
    channels = {"page": Page(secure=True), "linked": Linked(), "asleep": Linked(works=False)}
    lines = asyncio.run(inviting._links(channels, MADE))
    assert lines[:2] == ["", "linked: https://platform.example/start?join_123456789"]
    assert lines[-1] == "asleep: has no link just now (it sleeps); the digits do all the same"
    drawn = lines[2:-1]
    assert len(drawn) > 10
    assert {sign for line in drawn for sign in line} <= set(" ▀▄█")
