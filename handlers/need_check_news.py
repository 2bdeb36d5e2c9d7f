"""Who hears of the check of what others read: staff of what still waits, and who wrote what is not shown."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers.jobs import job
from handlers.need_checks import QUEUE, line
from handlers.talk import press
from models import addressee, checking, duty, member, need, notice, place, working_days
from models.card import Card, Choice
from models.database import Db
from models.local_words import WHY
from models.schedule import Schedule
from models.text import Text

_SLICE = 20


def _next_left(db: Db, schedule: Schedule) -> datetime | None:
    found = checking.left(db, 1)
    return _remind_at(db, schedule, found[0].since) if found else None


def _remind_at(db: Db, schedule: Schedule, since: datetime) -> datetime:
    return schedule.awake(working_days.next_one(db, schedule, since))


@job("unchecked", next=_next_left)
def remind(db: Db, now: datetime, schedule: Schedule) -> bool:
    """Who is nearest hears once a working day of what still waits for a look, and how old it is."""
    if schedule.rests(now):
        return False
    found = [each for each in checking.left(db, _SLICE) if _remind_at(db, schedule, each.since) <= now]
    if not found:
        return False
    checking.reminded(db, [each.id for each in found], now)
    day = now.astimezone(schedule.zone).date()
    for where in dict.fromkeys(each.place_id for each in found):
        to = addressee.nearest(db, [where] if where is not None else place.roots(db)[:1])
        if to is not None:
            _remind(db, to.id, now, f"unchecked:{day}:{to.id}")
    return len(found) == _SLICE


def _remind(db: Db, officer: int, now: datetime, key: str) -> None:
    top = member.is_administrator(db, officer)
    waits = line(checking.queue(db, duty.everywhere(db, officer), everywhere=top), now)
    if waits is None:
        return
    text = Text("请核对一下，核对过别人才看得到。{left}", left=waits)
    card = Card(text, choices=(QUEUE,), tone="notice")
    notice.tell_member(db, [card], officer, now, key=key, kind="reminder", rests=True)


def _next(db: Db, schedule: Schedule) -> datetime | None:
    return checking.first_untold(db)


@job("withheld", next=_next)
def tell_authors(db: Db, now: datetime, _schedule: Schedule) -> bool:
    """Who wrote what is not shown is told once, also where the local words found it."""
    found = checking.untold(db, _SLICE)
    for one in found:
        checking.told(db, one.id)
        if one.member_id is not None:
            notice.tell_member(
                db,
                [_withheld(one)],
                one.member_id,
                now,
                key=f"withheld:{one.id}:{one.at.isoformat()}",
                kind="answer",
                rests=True,
            )
    return len(found) == _SLICE


def _withheld(one: Row[Any]) -> Card:
    text = Text("请放心，您写的照样在办。这一段不公开，别人看不到，工作人员看得到。")
    if one.why in ("insult", "advertisement", "identity"):
        text = Text("请放心，您写的照样在办。里面有{why}，这一段不公开，工作人员看得到。", why=WHY[one.why])
    refs = (need.ref(one.need_id),) if one.need_id else ()
    choices = (Choice(Text("看进展"), press("need", one.need_id)),) if one.need_id else ()
    return Card(text, choices=choices, tone="notice", refs=refs)
