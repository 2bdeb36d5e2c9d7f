"""The papers say what the code does: every key, table, action and version is told."""

import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

import handlers
import models
from bot import configuration
from bot.configuration import Configuration
from handlers.talk import ACTIONS
from tests.chat import Chat

ROOT = Path(__file__).parent.parent
_ROOMS = (handlers, models)  # importing them makes their actions and tables known


def paper(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def settings() -> dict[str, tuple[str, bool, str]]:
    """Each key of config.toml: its value as written, whether it is commented out, and the line above."""
    section, above, found = "", "", {}
    for line in paper("config.toml").splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        elif entry := re.fullmatch(r"(# )?(\w+) = (.+)", line):
            found[f"{section}.{entry[2]}"] = (entry[3], bool(entry[1]), above)
        above = line
    return found


def test_config_toml_has_every_key_and_no_other() -> None:
    assert list(settings()) == configuration.keys()


@pytest.mark.parametrize("key", configuration.keys())
def test_a_key_stands_there_with_its_default_and_a_sentence(key: str) -> None:
    written, commented_out, above = settings()[key]
    section, _, name = key.partition(".")
    default: Any = getattr(getattr(Configuration(), section), name)
    # A key without a default shows an example, commented out.
    assert commented_out == (default is None)
    read = tomllib.loads(f"value = {written}")["value"] if default is not None else None
    assert (tuple(read) if isinstance(read, list) else read) == default
    assert re.fullmatch(r"# [A-Z].*\.", above)


def test_config_toml_is_what_the_program_takes_without_it(tmp_path: Path) -> None:
    assert configuration.read(ROOT / "config.toml") == Configuration()


@pytest.mark.parametrize("table", sorted(SQLModel.metadata.tables))
def test_a_table_is_in_the_glossary(table: str) -> None:
    assert re.search(rf"\| `{table}` \|", paper("GLOSSARY.md"))


def test_the_glossary_names_no_table_twice_nor_one_that_is_not_there() -> None:
    named = re.findall(r"^\|[^|]*\|[^|]*\| `(\w+)` \|", paper("GLOSSARY.md"), re.MULTILINE)
    assert sorted(named) == sorted(SQLModel.metadata.tables)


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_gives_the_two_commands(command: str) -> None:
    assert re.search(rf"^{command}\b", paper("README.md"), re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "GLOSSARY.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_what_a_paper_points_to_is_there(name: str) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", paper(name))
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "GLOSSARY.md", "CHANGELOG.md"])
def test_the_files_and_names_that_a_paper_quotes_are_there(name: str) -> None:
    files = re.findall(r"`((?:bot|handlers|models|tests)/[\w./]+\.\w+)`", paper(name))
    assert [path for path in files if not (ROOT / path).exists()] == []
    dotted = re.findall(r"`((?:bot|handlers|models)(?:\.\w+)+)`", paper(name))
    assert [path for path in dotted if not _is_there(path)] == []


def _is_there(dotted: str) -> bool:
    """Whether a name as `models.heard.Heard` leads to something, through modules and attributes."""
    parts = dotted.split(".")
    module = next(
        ".".join(parts[:length])
        for length in range(len(parts), 0, -1)
        if (ROOT / Path(*parts[:length])).is_dir()
        or (ROOT / Path(*parts[:length])).with_suffix(".py").exists()
    )
    found: Any = import_module(module)
    for part in parts[module.count(".") + 1 :]:
        declared = part in getattr(found, "__annotations__", {}) or part in getattr(found, "__slots__", ())
        if not hasattr(found, part) and not declared:
            return False
        found = getattr(found, part, None)
    return True


def test_the_commands_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^(\w+):", paper("Makefile"), re.MULTILINE))
    named = {
        each
        for name in ("README.md", "CONTRIBUTING.md")
        for each in re.findall(r"\bmake (\w+)\b", paper(name))
    }
    assert {"run", "test", "check"} <= named
    assert {
        each for each in named if f"`make {each}`" in paper("README.md") + paper("CONTRIBUTING.md")
    } <= targets


def test_the_newest_change_is_this_version() -> None:
    version = tomllib.loads(paper("pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## \[?v?(\d+\.\d+\.\d+)\]?", paper("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == version


def test_the_help_shows_every_menu_word_and_example(say: Chat) -> None:
    helped = say("帮助", "officer")
    menu = [action.menu.message for action in ACTIONS.values() if action.menu]
    assert sorted(helped.labels) == sorted([*menu, "更多说法"])
    lines = [*helped.text.splitlines(), *say("更多说法", "officer").text.splitlines()]
    for action in ACTIONS.values():
        assert action.example is None or f"· {action.example.message}" in lines


# What a card leads to by one press: of an activity that is on or was, of a shift, a skill, a club, one's own hours.
LED_TO = {
    *("activity.checkout", "activity.undo", "activity.feedback", "registration.code", "hours.appeal"),
    *("shift.accept", "shift.decline", "call.decline"),
    *("skill.show", "skill.claim", "skill.list", "skill.confirm", "skill.refuse"),
    *("club.join", "club.leave", "club.members", "club.attendance"),
    # What the card of a need, a project, a claim or an offer leads to.
    *("need.appeal", "need.confirm", "need.reopen", "need.support", "need.withdraw"),
    *("project.show", "project.join", "project.invite", "project.lead", "project.remind", "project.unfollow"),
    *("claim.show", "claim.deliver", "claim.withdraw", "staff.claim"),
    *("offer.match", "offer.contact", "offer.agree", "offer.withdraw", "staff.offer"),
    # What the board of a programme, its contest or its fund leads to.
    *("board.list", "board.show", "board.reply"),
    *(f"contest.{each}" for each in ("form", "join", "jury", "list", "show", "submit", "team")),
    *(f"pledge.{each}" for each in ("correct", "give", "list", "queue", "receive", "total", "withdraw")),
    *("showcase.list", "showcase.show", "showcase.name", "showcase.say"),
    # The hall has the name that its pack gives it.
    *("hall.show", "hall.culture", "hall.organization", "hall.results", "hall.social"),
    # What a partnership, a double registration, a pair, a plan or a consultation leads to, or who is asked gets.
    *("partnership.decide", "partnership.end", "partnership.renew"),
    *("double.edit", "double.end", "double.list", "double.show", "profile.side"),
    *(f"pair.{each}" for each in ("answer", "call", "end", "help", "list", "make", "show")),
    *("plan.accept", "plan.change", "plan.giveup", "plan.show", "staff.plan"),
    *(
        "consultation.end",
        "consultation.list",
        "consultation.reply",
        "consultation.show",
        "staff.consultation",
    ),
    # For who enters what is measured, and was told so.
    *("measure.enter", "measure.show"),
    # What the list of services, a station or a booked visit leads to, and who gives a service or was served gets.
    *("guide.join", "guide.leave", "guide.word", "staff.guides"),
    *("service.host", "service.rate", "service.show", "station.show"),
}


def test_every_action_is_shown_in_the_help_by_its_menu_word_or_an_example() -> None:
    names = {action.name for action in ACTIONS.values()}
    shown = {action.name for action in ACTIONS.values() if action.menu or action.example}
    # What is an answer to small talk or one press away from a list; what only an administrator may say, whoever
    # was given a code, or was told of an account that is not his.
    beside = {"smalltalk", "activity.show", "staff.invite", "account.join", "account.unbind"}
    # What 转人工 leads to, and the answers to an emergency notice, which says so itself.
    beside |= {"question.ask", "question.show", "question.close", "emergency.acknowledge", "emergency.help"}
    beside |= LED_TO
    assert names - shown == beside


def test_every_head_is_one_lower_case_word() -> None:
    assert [head for head in ACTIONS if not re.fullmatch(r"[a-z]{2,12}", head)] == []
    assert {head: action.head for head, action in ACTIONS.items()} == {head: head for head in ACTIONS}
