"""What somebody wants to hear of: a no weighs more than a yes, and who stops everything is left alone."""

from datetime import datetime

import pytest
from sqlalchemy import insert, select

from models import subscription
from models.database import Db
from models.member import MEMBER
from models.refusal import Refusal
from models.subscription import ALL, SILENT


@pytest.fixture
def member(db: Db) -> int:
    return db.insert(insert(MEMBER), language="zh-Hans", interests=[])


def choose(db: Db, member: int, now: datetime, **subjects: bool) -> None:
    for subject, wanted in subjects.items():
        subscription.choose(db, member, subject.replace("_", ":"), wanted, now)


def test_who_said_nothing_wants_everything(db: Db, member: int) -> None:
    assert subscription.wants(db, member, ["kind:lecture"])
    assert subscription.wants(db, member, [])
    assert not subscription.silent(db, member)


def test_a_no_to_one_subject_is_a_no_to_what_has_it(db: Db, member: int, now: datetime) -> None:
    choose(db, member, now, kind_lecture=False, topic_健康=True)
    assert not subscription.wants(db, member, ["kind:lecture"])
    assert not subscription.wants(db, member, ["kind:lecture", "topic:健康"])
    assert subscription.wants(db, member, ["kind:salon", "topic:健康"])
    assert subscription.wants(db, member, ["kind:salon"])


def test_the_last_word_counts(db: Db, member: int, now: datetime) -> None:
    choose(db, member, now, kind_lecture=False)
    choose(db, member, now, kind_lecture=True)
    assert subscription.wants(db, member, ["kind:lecture"])
    assert [(row.subject, row.wanted) for row in subscription.of(db, member)] == [("kind:lecture", True)]


def test_a_no_to_all_ends_earlier_wishes(db: Db, member: int, now: datetime) -> None:
    choose(db, member, now, topic_瑜伽=True, kind_lecture=False, all=False)
    assert subscription.silent(db, member)
    assert not subscription.wants(db, member, ["topic:瑜伽"])
    assert not subscription.wants(db, member, [])
    choose(db, member, now, all=True)
    assert subscription.wants(db, member, ["topic:瑜伽"])
    assert not subscription.wants(db, member, ["kind:lecture"])


def test_after_a_no_to_all_one_thing_may_be_wished_again(db: Db, member: int, now: datetime) -> None:
    choose(db, member, now, all=False)
    choose(db, member, now, kind_lecture=True)
    assert subscription.wants(db, member, ["kind:lecture"])
    assert not subscription.wants(db, member, ["kind:salon"])
    assert subscription.silent(db, member)  # but for what was wished


def test_queries_of_members_leave_the_silent_out(db: Db, member: int, now: datetime) -> None:
    silent = select(MEMBER.c.id).where(SILENT)
    assert db.rows(silent) == []
    choose(db, member, now, all=False)
    assert [row.id for row in db.rows(silent)] == [member]


def test_a_choice_is_found_by_its_owner_alone(db: Db, member: int, now: datetime) -> None:
    row = subscription.choose(db, member, ALL, False, now)
    assert subscription.find(db, member, row.id).subject == ALL
    other = db.insert(insert(MEMBER), language="en", interests=[])
    with pytest.raises(Refusal) as refused:
        subscription.find(db, other, row.id)
    assert refused.value.code == "subscription.unknown"
