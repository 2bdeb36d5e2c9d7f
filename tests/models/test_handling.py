"""The rules of handling: every way that a step takes is one of the machine's, and what holds of every need after it."""

from typing import Any

import pytest
from sqlalchemy import select, update

from models import handling, handling_people, need
from models.change import CHANGE
from models.database import Db
from models.need import MACHINE, NEED
from models.refusal import Refusal
from tests import crowd
from tests.conftest import NOW
from tests.handlers import handled

WAYS = [(before, after) for after, known in handling._WAYS.items() for before in known]


def _in(db: Db, state: str) -> Any:
    number = handled.enter(db, "lin", "tower", NOW)
    db.run(update(NEED).where(NEED.c.id == number).values(state=state))
    return handling.find(db, number)


@pytest.mark.parametrize(("before", "after"), WAYS)
def test_every_way_goes_only_where_the_machine_allows(db: Db, before: str, after: str) -> None:
    one = _in(db, before)
    done = handling.go(db, one, after, crowd.member(db, "officer"), NOW, reason="因为")
    rows = db.rows(select(CHANGE).where(CHANGE.c.subject == "need", CHANGE.c.subject_id == one.id))
    path = [row.after for row in rows][2:]
    assert (done.state, path[-1]) == (after, after)
    for first, then in zip([before, *path], path, strict=False):
        assert then in MACHINE.moves[first]


def test_what_is_past_is_refused_with_the_state_it_is_in(db: Db) -> None:
    for state in ("answered", "resolved", "confirmed", "closed", "withdrawn"):
        with pytest.raises(Refusal, match=r"need\.settled"):
            handling.go(db, _in(db, state), "rejected", None, NOW, reason="因为")


def test_some_steps_are_never_taken_without_words(db: Db) -> None:
    for after in ("rejected", "referred", "duplicate"):
        with pytest.raises(ValueError, match="without a reason"):
            handling.go(db, _in(db, "new"), after, None, NOW)


def test_what_a_state_does_not_change_is_no_part_of_the_log_of_states(db: Db) -> None:
    one = _in(db, "new")
    officer = crowd.member(db, "officer")
    handling.edit(db, one, "private", officer, NOW, visibility="private")
    assert [row.subject for row in handling.log(db, one.id)] == ["need", "need", "handling"]
    assert need.find(db, one.id).state == "new"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("云杉物业", ["云杉物业"]),
        ("物业", ["云杉物业"]),
        ("海棠物业", ["海棠物业"]),
        ("我", [""]),
        ("梅三", ["梅三"]),
        ("小梅", ["梅三"]),
        ("云杉物业的同事", ["云杉物业"]),
        ("消防队", []),
    ],
)
def test_who_is_called_so(db: Db, said: str, found: list[str]) -> None:
    """The unit of the place is nearer than another one of the same kind."""
    handled.unit(db), handled.unit(db, "海棠物业", "estate")
    crowd.make_staff(db, "mei", "ginkgo")
    one = _in(db, "new")
    assert [each.name for each in handling_people.named(db, one, crowd.member(db, "officer"), said)] == found
