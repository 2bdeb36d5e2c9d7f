"""What could not be read is kept once, without what it said, and for a month."""

from datetime import timedelta

from models import dead_letter
from models.database import Db
from models.dead_letter import KEPT
from tests.conftest import NOW


def kept(db: Db) -> list[tuple[str, str | None, str]]:
    return [(row.channel, row.message, row.reason) for row in dead_letter.newest(db, 10)]


def test_the_newest_first_and_no_more_than_wanted(db: Db) -> None:
    for number in ("1", "2", "3"):
        dead_letter.keep(db, "telegram", number, "message.text is no text", NOW)
    assert [message for _, message, _ in kept(db)] == ["3", "2", "1"]
    assert len(dead_letter.newest(db, 2)) == 2


def test_a_repeat_is_not_another_one(db: Db) -> None:
    for channel, message in (
        ("telegram", "1"),
        ("telegram", "1"),
        ("wechat", "1"),
        ("wechat", None),
        ("wechat", None),
    ):
        dead_letter.keep(db, channel, message, "no XML", NOW)
    assert kept(db) == [
        ("wechat", None, "no XML"),
        ("wechat", None, "no XML"),
        ("wechat", "1", "no XML"),
        ("telegram", "1", "no XML"),
    ]


def test_only_what_is_older_than_a_month_is_forgotten(db: Db) -> None:
    dead_letter.keep(db, "telegram", "old", "no object", NOW - KEPT - timedelta(seconds=1))
    dead_letter.keep(db, "telegram", "new", "no object", NOW - KEPT)
    assert dead_letter.forget(db, NOW) is False
    assert [message for _, message, _ in kept(db)] == ["new"]
