"""What a chat remembers goes to JSON and comes back, is bounded, and survives another version's words."""

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from models import conversation, member
from models.conversation import CONVERSATION, DRAFT_KEPT, FORMS_AT_ONCE, SEARCHES_KEPT, Form, Memory
from models.database import Db
from models.member import ADDRESS
from tests.conftest import NOW

words = some.text(max_size=6)
json_values = some.none() | some.booleans() | some.integers() | words
forms = some.builds(
    Form,
    head=words,
    version=some.integers(1, 9),
    arguments=some.dictionaries(words, json_values, max_size=2),
    began=some.datetimes().map(datetime.isoformat),
    answers=some.dictionaries(words, some.lists(json_values, max_size=2), max_size=2),
    asked=some.lists(words, max_size=2),
    options=some.lists(json_values, max_size=2),
    question=some.integers(0, 99),
    wants=some.sampled_from(["text", "choice", "number"]),
)
memories = some.builds(
    Memory,
    forms=some.lists(forms, max_size=3),
    menu=some.lists(some.lists(words, min_size=2, max_size=2), max_size=2),
    numbers=some.lists(words, max_size=2),
    searches=some.dictionaries(words, some.dictionaries(words, json_values, max_size=2), max_size=2),
    searched=some.integers(0, 99),
    question=some.integers(0, 99),
    misses=some.integers(0, 9),
)


@given(memories)
def test_there_and_back(memory: Memory) -> None:
    assert Memory.load(memory.dump()) == memory


def test_nothing_is_remembered_at_first() -> None:
    assert Memory.load(None) == Memory.load("") == Memory.load("{}") == Memory()
    assert Memory().form is None


def form(head: str, began: datetime = NOW) -> Form:
    return Form(head, 1, {}, began.isoformat())


def test_a_memory_of_another_version() -> None:
    """What it does not know is left out; what is not there has its default."""
    dumped: dict[str, Any] = {
        "forms": [
            {
                "head": "register",
                "version": 2,
                "arguments": {"number": 7},
                "began": NOW.isoformat(),
                "mood": 1,
            }
        ],
        "misses": 2,
        "favourites": ["yoga"],
    }
    memory = Memory.load(json.dumps(dumped))
    assert memory == Memory(forms=[Form("register", 2, {"number": 7}, NOW.isoformat())], misses=2)
    assert Memory.load(memory.dump()) == memory


def test_the_newest_form_is_open_and_few_wait() -> None:
    memory = Memory()
    for head in ("one", "two", "three", "four"):
        memory.open(form(head))
    assert [each.head for each in memory.forms] == ["two", "three", "four"]
    assert len(memory.forms) == FORMS_AT_ONCE
    assert memory.form == form("four")
    memory.open(form("two", NOW + timedelta(hours=1)))
    assert memory.forms == [form("three"), form("four"), form("two", NOW + timedelta(hours=1))]


def test_closing_one_form_leaves_the_others() -> None:
    memory = Memory()
    one, other = form("one"), form("other")
    memory.open(one)
    memory.open(other)
    memory.close(form("other"))
    assert memory.forms == [one, other]  # an equal form is not the same one
    memory.close(other)
    assert memory.form is one


def test_a_form_is_set_aside_after_a_day() -> None:
    memory = Memory(forms=[form("old"), form("young", NOW + timedelta(seconds=1))])
    assert not memory.set_aside(NOW + DRAFT_KEPT - timedelta(seconds=1))
    assert memory.set_aside(NOW + DRAFT_KEPT)
    assert [each.head for each in memory.forms] == ["young"]
    assert not memory.set_aside(NOW + DRAFT_KEPT)
    assert memory.set_aside(NOW + timedelta(days=30))
    assert not memory.set_aside(NOW + timedelta(days=60))
    assert memory.form is None


def test_a_day_is_a_day_in_every_zone() -> None:
    memory = Memory(forms=[form("old", datetime.fromisoformat("2026-11-23T01:10:00+00:00"))])
    assert not memory.set_aside(NOW + DRAFT_KEPT - timedelta(seconds=1))
    assert memory.set_aside(NOW + DRAFT_KEPT)


def test_the_last_searches_are_kept_with_their_numbers() -> None:
    memory = Memory()
    numbers = [memory.remember_search({"series": str(nth)}, nth) for nth in range(SEARCHES_KEPT + 2)]
    assert numbers == [1, 2, 3, 4, 5, 6, 7]
    assert list(memory.searches) == ["3", "4", "5", "6", "7"]
    assert memory.searches["7"] == {"query": {"series": "6"}, "offset": 6}
    again = Memory.load(memory.dump())
    assert again.remember_search({}, 0) == 8
    assert list(again.searches) == ["4", "5", "6", "7", "8"]


def test_one_row_an_address(db: Db) -> None:
    address = db.value(select(ADDRESS.c.id).where(ADDRESS.c.key == "lin"))
    conversation.keep(db, address, Memory(misses=1), known=False)
    conversation.keep(db, address, Memory(misses=2), known=True)
    rows = db.rows(select(CONVERSATION))
    assert [(row.address_id, Memory.load(row.memory)) for row in rows] == [(address, Memory(misses=2))]


def test_everything_about_the_one_who_speaks(db: Db) -> None:
    assert conversation.speaker(db, "console", "nobody") is None
    lin = conversation.speaker(db, "console", "lin")
    assert lin is not None
    assert (lin.language, lin.home_id, lin.memory) == ("zh-Hans", None, None)
    assert lin.work_id is not None
    address, met = member.meet(db, "telegram", "7", "en")
    conversation.keep(db, address, Memory(misses=1), known=False)
    newcomer = conversation.speaker(db, "telegram", "7")
    assert newcomer is not None
    assert (newcomer.address, newcomer.member, newcomer.language) == (address, met.id, "en")
    assert Memory.load(newcomer.memory) == Memory(misses=1)
    assert newcomer.revision == lin.revision == 1


def test_a_group_is_no_member(db: Db) -> None:
    address = member.meet_group(db, "console", "group:g1")
    group = conversation.speaker(db, "console", "group:g1")
    assert group is not None
    assert (group.address, group.member, group.language) == (address, None, None)


def test_a_member_speaks_another_language_from_now_on(db: Db) -> None:
    _, met = member.meet(db, "telegram", "7", "en")
    assert member.language_at(db, "telegram", "7") == "en"
    member.speak(db, met.id, "zh-Hant", NOW)
    assert member.language_at(db, "telegram", "7") == "zh-Hant"
    assert member.language_at(db, "telegram", "8") is None
