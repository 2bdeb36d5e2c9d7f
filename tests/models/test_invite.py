"""One-time codes: only a digest is kept, one of many gets in, and five wrong ones lock."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import SQLModel

from models import erasure, invite, member
from models.database import Db
from models.invite import INVITE, LOCKED, MOST_WRONG, MOST_WRONG_OF_ALL, VALID, WRONG_CODE, Made
from models.member import ADDRESS
from tests.chat import VAULT
from tests.conftest import NOW


def key_of(db: Db, handle: str) -> int:
    return int(db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == handle)))


def made(db: Db, purpose: invite.Purpose = "staff", at: timedelta = timedelta()) -> Made:
    return invite.make(db, VAULT, key_of(db, "officer"), None, purpose, NOW + at)


def is_open(db: Db, code: Made, at: timedelta = timedelta()) -> bool:
    found = invite.find(db, VAULT, code.code)
    assert found is not None
    return invite.is_open(found, NOW + at)


def test_a_code_has_nine_digits_and_stands_nowhere(db: Db) -> None:
    code = made(db)
    assert (len(str(code.code)), str(code).replace(" ", "")) == (9, str(code.code))
    assert code.says == f"join {code.code}"
    stored = [str(row) for table in SQLModel.metadata.sorted_tables for row in db.rows(select(table))]
    assert [row for row in stored if str(code.code) in row or str(code) in row] == []


@pytest.mark.parametrize("purpose", ["staff", "joining"])
def test_a_code_is_good_until_its_time(db: Db, purpose: invite.Purpose) -> None:
    code = made(db, purpose)
    moment = timedelta(seconds=1)
    assert code.expires == NOW + VALID[purpose]
    assert [is_open(db, code, VALID[purpose] - moment), is_open(db, code, VALID[purpose])] == [True, False]


def test_a_new_code_voids_the_older_of_the_same_purpose(db: Db) -> None:
    first, linking, second = made(db), made(db, "joining"), made(db)
    assert [is_open(db, each) for each in (first, linking, second)] == [False, True, True]


def test_a_revoked_code_is_void(db: Db) -> None:
    code, officer = made(db), key_of(db, "officer")
    assert [invite.revoke(db, officer, None, "staff", NOW) for _ in range(2)] == [1, 0]
    assert not is_open(db, code)
    assert not invite.use(db, code.id, NOW)


def test_a_code_is_used_once(db: Db) -> None:
    code = made(db)
    assert [invite.use(db, code.id, NOW) for _ in range(3)] == [True, False, False]


def test_without_its_condition_a_code_is_used_again(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invite, "_USE", update(INVITE).values(used=NOW))
    code = made(db)
    assert [invite.use(db, code.id, NOW) for _ in range(2)] == [True, True]


def test_a_code_is_found_with_the_key_alone(db: Db) -> None:
    from models.vault import Vault

    code = made(db)
    assert invite.find(db, Vault(b"another key than that of the tests"), code.code) is None


Miss = Callable[[timedelta], int]


@pytest.fixture
def miss(db: Db) -> Miss:
    return lambda at: invite.miss(db, key_of(db, "lin"), NOW + at)


def test_five_wrong_codes_lock_and_time_opens(db: Db, miss: Miss) -> None:
    lin, minute = key_of(db, "lin"), timedelta(minutes=1)
    assert [miss(nth * minute) for nth in range(4)] == [4, 3, 2, 1]
    assert invite.locked_until(db, lin, NOW + 4 * minute) is None
    assert miss(4 * minute) == 0
    until = invite.locked_until(db, lin, NOW + 4 * minute)
    assert until is not None
    assert until == NOW + 4 * minute + LOCKED
    assert invite.locked_until(db, lin, until - timedelta(seconds=1)) == until
    assert invite.locked_until(db, lin, until) is None
    assert invite.locked_until(db, key_of(db, "he"), NOW + 4 * minute) is None


def test_wrong_codes_that_are_far_apart_do_not_lock(db: Db, miss: Miss) -> None:
    for nth in range(MOST_WRONG + 2):
        miss(nth * LOCKED / 4)
    assert invite.locked_until(db, key_of(db, "lin"), NOW + (MOST_WRONG + 1) * LOCKED / 4) is None


@pytest.mark.parametrize(("age", "left"), [(timedelta(), 1), (timedelta(days=40), 0)])
def test_what_is_old_is_forgotten(db: Db, miss: Miss, age: timedelta, left: int) -> None:
    made(db), miss(timedelta())
    assert not invite.forget(db, NOW + age)
    counts: list[Any] = [len(db.rows(select(table))) for table in (INVITE, WRONG_CODE)]
    assert counts == [left, left]


def test_wrong_codes_of_many_lock_everybody(db: Db) -> None:
    """Whoever guesses as many people, erased or not, comes no further."""
    lin = key_of(db, "lin")
    for nth in range(MOST_WRONG_OF_ALL):
        assert invite.locked_until(db, lin, NOW) is None
        guesser = member.meet(db, "page", f"guesser {nth}", "zh-Hans")[1].id
        invite.miss(db, guesser, NOW + timedelta(seconds=nth))
        if nth % 2:
            erasure.erase(db, guesser, NOW)
    at = NOW + timedelta(seconds=MOST_WRONG_OF_ALL)
    assert invite.locked_until(db, lin, at) == NOW + LOCKED
    assert invite.locked_until(db, lin, NOW + LOCKED) is None


def test_without_the_limit_of_all_a_crowd_could_go_on(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invite, "MOST_WRONG_OF_ALL", 1_000)
    for nth in range(60):
        invite.miss(db, member.meet(db, "page", f"guesser {nth}", "zh-Hans")[1].id, NOW)
    assert invite.locked_until(db, key_of(db, "lin"), NOW) is None
