"""What was heard before is answered as before, for a week."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from models import heard
from models.database import Db
from models.heard import HEARD, KEPT
from models.member import ADDRESS
from tests.conftest import NOW

REPLY = {"did": "help", "messages": [["lin", "zh-Hans", 1, {"text": ["好", {}], "tone": "plain"}]]}


@pytest.fixture
def address(db: Db) -> int:
    return int(db.value(select(ADDRESS.c.id).where(ADDRESS.c.key == "lin")))


def test_a_repeat_gets_the_same_reply(db: Db, address: int) -> None:
    assert heard.recall(db, "telegram", "1") is None
    heard.keep(db, "telegram", "1", address, REPLY, NOW)
    assert heard.recall(db, "telegram", "1") == REPLY
    assert heard.recall(db, "wechat", "1") is None
    assert heard.recall(db, "telegram", "2") is None


def test_the_same_message_is_not_kept_twice(db: Db, address: int) -> None:
    heard.keep(db, "telegram", "1", address, REPLY, NOW)
    with pytest.raises(IntegrityError), db.savepoint():
        heard.keep(db, "telegram", "1", address, {"did": "other"}, NOW)
    assert heard.recall(db, "telegram", "1") == REPLY
    heard.keep(db, "wechat", "1", address, {"did": "other"}, NOW)
    assert heard.recall(db, "wechat", "1") == {"did": "other"}


def test_only_what_is_older_than_a_week_is_forgotten(db: Db, address: int) -> None:
    second = timedelta(seconds=1)
    for name, at in {"old": NOW - second, "edge": NOW, "new": NOW + second}.items():
        heard.keep(db, "telegram", name, address, REPLY, at)
    assert not heard.forget(db, NOW + KEPT)
    assert [row.message for row in db.rows(select(HEARD.c.message).order_by(HEARD.c.at))] == [
        "edge",
        "new",
    ]
    assert not heard.forget(db, NOW + KEPT)
    assert not heard.forget(db, NOW + KEPT + second)
    assert [row.message for row in db.rows(select(HEARD.c.message))] == ["new"]


def test_forgetting_goes_in_slices(db: Db, address: int) -> None:
    row = {"channel": "telegram", "address_id": address, "reply": REPLY}
    old = [{**row, "message": f"old-{nth}", "at": NOW} for nth in range(2 * heard._SLICE + 1)]
    new = [{**row, "message": f"new-{nth}", "at": NOW + KEPT} for nth in range(3)]
    db.run(insert(HEARD).values([*old, *new]))
    left = []
    later = NOW + KEPT + timedelta(seconds=1)
    while heard.forget(db, later):
        left.append(db.value(select(func.count()).select_from(HEARD)))
    assert left == [heard._SLICE + 4, 4]
    assert db.value(select(func.count()).select_from(HEARD)) == 3
