"""One-time consents: each is good for one message, and a repeat of a yes is the same yes."""

import threading

import pytest
from sqlalchemy import Engine, select

from models import erasure, grant, member, personal
from models.database import Db, transaction
from models.grant import GRANT
from models.vault import Vault
from tests.conftest import NOW


@pytest.fixture
def address(db: Db) -> int:
    return member.meet(db, "wechat", "lin", "zh-Hans")[0]


def left(db: Db, address: int) -> dict[str, int]:
    rows = db.rows(select(GRANT).where(GRANT.c.address_id == address))
    return {row.template: row.left for row in rows}


def test_each_yes_is_good_for_one_message(db: Db, address: int) -> None:
    assert not grant.spend(db, address, "start")
    grant.give(db, address, "start", "event:1")
    grant.give(db, address, "start", "event:2")
    grant.give(db, address, "other", "event:2")
    assert left(db, address) == {"start": 2, "other": 1}
    assert [grant.spend(db, address, "start") for _ in range(3)] == [True, True, False]
    assert left(db, address) == {"start": 0, "other": 1}


def test_a_repeat_of_a_yes_is_the_same_yes(db: Db, address: int) -> None:
    for _ in range(3):
        grant.give(db, address, "start", "event:1")
    assert left(db, address) == {"start": 1}


def test_a_no_takes_them_all_back(db: Db, address: int) -> None:
    grant.take_back(db, address, "start")
    grant.give(db, address, "start", "event:1")
    grant.give(db, address, "start", "event:2")
    grant.take_back(db, address, "start")
    assert not grant.spend(db, address, "start")
    grant.give(db, address, "start", "event:3")
    assert grant.spend(db, address, "start")


def test_what_was_not_sent_after_all_is_given_back(db: Db, address: int) -> None:
    grant.give(db, address, "start", "event:1")
    assert grant.spend(db, address, "start")
    grant.give_back(db, address, "start")
    assert grant.spend(db, address, "start")


def test_of_many_who_want_the_last_one_gets_it(engine: Engine) -> None:
    with transaction(engine) as db:
        address = member.meet(db, "wechat", "lin", "zh-Hans")[0]
        grant.give(db, address, "start", "event:1")
    won: list[bool] = []

    def want() -> None:
        with transaction(engine) as db:
            won.append(grant.spend(db, address, "start"))

    threads = [threading.Thread(target=want) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(won) == [False] * 5 + [True]


def test_they_are_shown_to_their_owner_and_go_with_him(db: Db) -> None:
    address, person = member.meet(db, "wechat", "lin", "zh-Hans")
    grant.give(db, address, "start", "event:1")
    sections = {each.table: each for each in personal.export(db, person.id, Vault(b"k" * 32))}
    cells = [(cell.column, cell.value) for cell in sections["grant"].rows[0]]
    assert cells == [("template", "start"), ("left", 1)]
    erasure.erase(db, person.id, NOW)
    assert db.rows(select(GRANT)) == []
