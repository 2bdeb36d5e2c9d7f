"""Followers get what is new as one message a day at most, at noon, and never twice."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot import clock
from bot.app import App
from handlers import digests
from handlers.jobs import JOBS
from models import consent, digest, subscription
from models.activity import ACTIVITY
from models.card import Card
from models.database import transaction
from models.delivery import DELIVERY, LANES
from models.notice import NOTICE
from tests.chat import SCHEDULE, Chat
from tests.models.test_duty import member

NOON = "2026-11-23T12:00:00+08:00"


def publish(say: Chat, *codes: str) -> None:
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code.in_(codes)).values(published=say.clock.now()))


def tick(say: Chat) -> None:
    app = App(say.engine, say.clock, say.worker, SCHEDULE.zone, say.equipment)
    asyncio.run(clock.tick(app))


def told(say: Chat) -> list[tuple[str | None, list[str]]]:
    """Each digest in the ledger: its key, and what it shows."""
    with transaction(say.engine) as db:
        rows = db.rows(select(NOTICE).where(NOTICE.c.kind == "digest").order_by(NOTICE.c.id))
        return [(row.key, [ref for card in row.cards for ref in Card.load(card).shown]) for row in rows]


def at(say: Chat, moment: str) -> None:
    say.at(moment)
    tick(say)


def test_new_activities_come_as_one_message_at_noon(say_on_both: Chat) -> None:
    say = say_on_both
    say("关注云杉大厦"), say("关注午间时光")
    say.clock.move(say.clock.now() + timedelta(minutes=1))
    publish(say, "yoga-thu", "coffee", "taiji")
    at(say, "2026-11-23T11:59:59+08:00")
    assert told(say) == []
    at(say, NOON)
    with transaction(say.engine) as db:
        lin = member(db, "lin")
        (row,) = db.rows(select(DELIVERY.c.lane, DELIVERY.c.member_id, NOTICE).join(NOTICE))
    assert told(say) == [(f"digest:{lin}:2026-11-23", ["activity:yoga-thu", "activity:coffee"])]
    assert (row.lane, row.member_id, row.purpose, row.rests) == (LANES["bulk"], lin, "recommendations", True)


def test_nothing_new_is_no_message(say: Chat) -> None:
    say("关注云杉大厦")
    publish(say, "taiji")
    at(say, NOON)
    assert told(say) == []


def test_the_same_is_not_told_again_and_the_next_day_tells_what_came_since(say_on_both: Chat) -> None:
    say = say_on_both
    say("关注云杉大厦")
    say.clock.move(say.clock.now() + timedelta(minutes=1))
    publish(say, "yoga-thu")
    at(say, NOON)
    tick(say)
    at(say, "2026-11-23T15:00:00+08:00")
    publish(say, "coffee")
    tick(say)
    assert [refs for _, refs in told(say)] == [["activity:yoga-thu"]]
    at(say, "2026-11-24T12:00:00+08:00")
    assert [refs for _, refs in told(say)] == [["activity:yoga-thu"], ["activity:coffee"]]


def test_without_the_mark_the_key_still_tells_once(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two schedulers that look at the same moment: neither sees the other's mark."""
    say("关注云杉大厦")
    say.clock.move(say.clock.now() + timedelta(minutes=1))
    publish(say, "yoga-thu")
    say.at(NOON)
    for _ in range(2):
        with transaction(say.engine) as db:
            digests.tell(db, say.clock.now(), SCHEDULE)
            db.run(digest.DIGEST.delete())
    assert len(told(say)) == 1


def test_who_stopped_is_told_nothing(say_on_both: Chat) -> None:
    say = say_on_both
    say("关注云杉大厦"), say("关注云杉大厦", "anna"), say("关注云杉大厦", "mei")
    say.clock.move(say.clock.now() + timedelta(minutes=1))
    publish(say, "yoga-thu")
    say("取消关注云杉大厦"), say("退订", "mei")
    at(say, NOON)
    with transaction(say.engine) as db:
        anna = member(db, "anna")
    assert [key for key, _ in told(say)] == [f"digest:{anna}:2026-11-23"]


def test_who_agrees_to_no_suggestions_is_told_nothing(say: Chat) -> None:
    say("关注云杉大厦")
    say.clock.move(say.clock.now() + timedelta(minutes=1))
    publish(say, "yoga-thu")
    with transaction(say.engine) as db:
        consent.withdraw(db, member(db, "lin"), "recommendations", say.clock.now())
    at(say, NOON)
    assert told(say) == []


def test_a_notice_of_the_place_is_not_followed_and_the_place_not_unfollowed(say: Chat) -> None:
    """Who wants no notices of a place may still follow what is on there."""
    say("关注云杉大厦")
    with transaction(say.engine) as db:
        subscription.choose(
            db, member(db, "lin"), subscription.of_notices("place:tower"), False, say.clock.now()
        )
    say.clock.move(say.clock.now() + timedelta(minutes=1))
    publish(say, "yoga-thu")
    at(say, NOON)
    assert len(told(say)) == 1


def test_many_are_told_slice_by_slice(say_on_both: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say = say_on_both
    monkeypatch.setattr(digest, "SLICE", 2)
    for who in ("lin", "anna", "mei", "he", "officer"):
        say("关注云杉大厦", who)
    say.clock.move(say.clock.now() + timedelta(minutes=1))
    publish(say, "yoga-thu")
    say.at(NOON)
    with transaction(say.engine) as db:
        assert digests.tell(db, say.clock.now(), SCHEDULE) is True
    assert len(told(say)) == 2
    tick(say)
    assert len(told(say)) == 5


def test_the_next_instant_lies_ahead_whenever_the_job_was_run(say: Chat) -> None:
    job = JOBS["digests"]
    with transaction(say.engine) as db:
        assert job.next(db, SCHEDULE) is None
    say("关注云杉大厦")
    for moment in ("2026-11-23T09:30:00+08:00", NOON, "2026-11-29T23:00:00+08:00"):
        at(say, moment)
        with transaction(say.engine) as db:
            due = job.next(db, SCHEDULE)
        assert due is not None
        assert due > datetime.fromisoformat(moment)


def test_more_than_eight_are_counted(say: Chat) -> None:
    say("关注银杏街道")
    say.clock.move(say.clock.now() + timedelta(minutes=1))
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).values(published=say.clock.now()))
    at(say, NOON)
    ((_, refs),) = told(say)
    with transaction(say.engine) as db:
        (row,) = db.rows(select(NOTICE).where(NOTICE.c.kind == "digest"))
    card = Card.load(row.cards[0])
    assert len(refs) == digests.MOST
    assert card.choices[0].says == "activities"
    assert card.choices[0].label.message == "更多（还有{count}场）"
