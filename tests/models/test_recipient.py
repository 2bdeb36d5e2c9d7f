"""The audience is the one that was approved: who moves in or out until it goes out changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, func, select, update

from models import broadcast, broadcast_draft, broadcasting, recipient
from models.audience import Audience
from models.card import Card
from models.database import Db
from models.delivery import DELIVERY
from models.member import MEMBER
from models.place import PLACE
from models.recipient import RECIPIENT
from models.text import Text
from tests.conftest import NOW

LATER = NOW + timedelta(hours=1)
CARDS = (Card(Text("好")),)


def place(db: Db, code: str) -> int:
    return int(db.value(select(PLACE.c.id).where(PLACE.c.code == code)))


def member(db: Db, code: str) -> int:
    return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def approved(db: Db) -> Row[Any]:
    """A notice for everybody in the tower, which goes out in an hour."""
    officer = member(db, "officer")
    found = broadcast_draft.draft(db, officer, {"zh-Hans": "停水"}, Audience((place(db, "tower"),)), NOW)
    _, seen = broadcast.sight(db, found)
    return broadcast.approve(db, found, officer, seen, NOW, LATER - NOW)


def move_houses(db: Db) -> None:
    """One moves in and one moves out."""
    db.run(update(MEMBER).where(MEMBER.c.code == "he").values(work_id=place(db, "tower")))
    db.run(update(MEMBER).where(MEMBER.c.code == "lin").values(work_id=None))


def send(db: Db, found: Row[Any]) -> set[str]:
    """Who is told in the end, by their codes in the pack."""
    while broadcasting.freeze_slice(db, LATER):
        pass
    found = broadcasting.begin(db, broadcast.read(db, found.id), CARDS, LATER)
    while found.told < found.newest:
        broadcasting.tell_slice(db, found, LATER, LATER)
        found = broadcast.read(db, found.id)
    told = select(MEMBER.c.code).join(DELIVERY, DELIVERY.c.member_id == MEMBER.c.id)
    return {row.code for row in db.rows(told.where(DELIVERY.c.notice_id == found.notice_id))}


def test_who_belonged_when_it_was_approved_is_told(db: Db) -> None:
    found = approved(db)
    assert recipient.count(db, found.id) == found.recipients + found.unreachable == 4
    move_houses(db)
    assert send(db, found) == {"lin", "anna", "mei", "officer"}


def test_without_the_list_whoever_moved_in_would_be_told(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    found = approved(db)
    move_houses(db)
    monkeypatch.setattr(broadcast, "is_frozen", lambda _found: False)
    assert send(db, found) == {"he", "anna", "mei", "officer"}


def test_a_large_one_is_written_down_slice_by_slice_before_anything_goes_out(
    db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "FROZEN_AT_ONCE", 0)
    monkeypatch.setattr(broadcasting, "FREEZE_SLICE", 2)
    found = approved(db)
    assert recipient.count(db, found.id) == 0
    assert broadcasting.next_due(db) == NOW
    slices = 0
    while broadcasting.freeze_slice(db, NOW):
        slices += 1
    assert slices == -(-found.newest // 2)
    assert recipient.count(db, found.id) == 4
    assert broadcasting.next_due(db) == LATER
    move_houses(db)
    assert send(db, found) == {"lin", "anna", "mei", "officer"}


def test_what_is_stopped_is_not_written_down_any_more(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast, "FROZEN_AT_ONCE", 0)
    found = approved(db)
    broadcasting.stop(db, found, member(db, "officer"), NOW)
    while broadcasting.freeze_slice(db, NOW):
        pass
    assert recipient.count(db, found.id) == 0


def test_the_list_goes_when_it_is_over(db: Db) -> None:
    found, other = approved(db), approved(db)
    assert not recipient.forget(db, NOW)
    broadcasting.stop(db, found, member(db, "officer"), NOW)
    while recipient.forget(db, NOW):
        pass
    assert (recipient.count(db, found.id), recipient.count(db, other.id)) == (0, 4)
    assert db.value(select(func.count()).select_from(RECIPIENT)) == 4
