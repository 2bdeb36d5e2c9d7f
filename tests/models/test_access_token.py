"""A platform's token: one at a time renews it, and only what he saw."""

from datetime import timedelta

from models import access_token
from models.database import Db
from tests.conftest import NOW

UNTIL = NOW + timedelta(seconds=20)


def test_of_two_who_want_to_renew_it_one_does(db: Db) -> None:
    assert access_token.find(db, "wx1") is None
    assert access_token.claim(db, "wx1", "", NOW, UNTIL)
    assert not access_token.claim(db, "wx1", "", NOW, UNTIL)
    assert access_token.claim(db, "wx2", "", NOW, UNTIL)


def test_what_was_renewed_meanwhile_is_not_renewed_again(db: Db) -> None:
    access_token.claim(db, "wx1", "", NOW, UNTIL)
    assert access_token.keep(db, "wx1", "sealed", NOW + timedelta(hours=2), UNTIL)
    assert not access_token.claim(db, "wx1", "", NOW, UNTIL)
    assert access_token.claim(db, "wx1", "sealed", NOW, UNTIL)
    row = access_token.find(db, "wx1")
    assert row is not None
    assert (row.sealed, row.expires) == ("sealed", NOW + timedelta(hours=2))


def test_a_claim_ends_and_whoever_lost_it_keeps_nothing(db: Db) -> None:
    access_token.claim(db, "wx1", "", NOW, UNTIL)
    assert access_token.claim(db, "wx1", "", UNTIL, UNTIL + timedelta(seconds=20))
    assert not access_token.keep(db, "wx1", "late", NOW + timedelta(hours=2), UNTIL)
    assert access_token.keep(db, "wx1", "new", NOW + timedelta(hours=2), UNTIL + timedelta(seconds=20))


def test_whoever_leaves_it_makes_room_for_the_next(db: Db) -> None:
    access_token.claim(db, "wx1", "", NOW, UNTIL)
    access_token.leave(db, "wx1", NOW)  # not his to leave
    assert not access_token.claim(db, "wx1", "", NOW, UNTIL)
    access_token.leave(db, "wx1", UNTIL)
    assert access_token.claim(db, "wx1", "", NOW, UNTIL)
