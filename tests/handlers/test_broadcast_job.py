"""The job: it leaves nothing due behind, and two of it do no harm."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from handlers.broadcast_job import spread
from models import broadcast, broadcast_draft, broadcasting
from models.audience import Audience
from models.database import Db
from models.delivery import DELIVERY
from models.schedule import Schedule
from tests.crowd import add_many, member, place

SCHEDULE = Schedule(ZoneInfo("Asia/Shanghai"))


def approved(db: Db, now: datetime) -> int:
    officer, meant = member(db, "officer"), Audience(places=(place(db, "tower"),))
    found = broadcast_draft.draft(db, officer, {"zh-Hans": "停水"}, meant, now)
    return int(broadcast.approve(db, found, officer, found.digest, now, timedelta(0)).number)


def told(db: Db, number: int) -> int:
    found = broadcast.find(db, number)
    return int(
        db.value(
            select(func.count()).where(
                DELIVERY.c.notice_id == found.notice_id, DELIVERY.c.member_id.is_not(None)
            )
        )
    )


def test_it_leaves_nothing_due_behind(db: Db, now: datetime) -> None:
    add_many(db, 5, "tower")
    number = approved(db, now)
    while spread(db, now, SCHEDULE):
        pass
    at = broadcasting.next_due(db)
    assert at is not None
    assert at > now
    assert told(db, number) == 9


def test_one_that_runs_again_after_a_crash_tells_nobody_twice(db: Db, now: datetime) -> None:
    number = approved(db, now)
    spread(db, now, SCHEDULE)
    found = broadcast.find(db, number)
    broadcasting.tell_slice(db, found, now, now)
    broadcasting.tell_slice(db, found, now, now)
    assert told(db, number) == 4


def test_at_night_what_it_tells_is_due_in_the_morning(db: Db, now: datetime) -> None:
    night = now.replace(hour=23)
    number = approved(db, night)
    while spread(db, night, SCHEDULE):
        pass
    found = broadcast.find(db, number)
    due = db.value(select(func.min(DELIVERY.c.due)).where(DELIVERY.c.notice_id == found.notice_id))
    assert due == SCHEDULE.awake(night)


def test_many_at_once_come_to_their_ends(db: Db, now: datetime) -> None:
    numbers = [approved(db, now) for _ in range(3)]
    while spread(db, now, SCHEDULE):
        pass
    assert [told(db, number) for number in numbers] == [4, 4, 4]
