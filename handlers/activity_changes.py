"""Tells who is registered that an activity is held at another time or place, or not at all."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import calendar_files
from handlers.jobs import job
from handlers.talk import press
from models import (
    activity,
    activity_change,
    activity_telling,
    delivery,
    notice,
    place,
    reminder,
    waiting_list,
)
from models.activity import Listing
from models.activity_change import Slot
from models.card import Article, Card, Choice
from models.database import Db
from models.schedule import Schedule
from models.text import Span, Text, as_said, prose

# So many get their delivery in one slice.
SLICE = 500
Fact = tuple[Text, Text]


def _since(db: Db, _schedule: Schedule) -> datetime | None:
    return activity_telling.untold_since(db)


@job("activity changes", next=_since)
def tell(db: Db, now: datetime, schedule: Schedule) -> bool:
    """One slice of those who were registered when it changed."""
    changed = activity_telling.next_untold(db)
    if changed is None:
        return False
    told = changed.notice_id
    if told is None:
        _remind(db, changed, schedule, now)
        told = _write(db, changed, now)
    last = 0
    if told is not None:
        those = activity_telling.those_concerned(changed)
        last = delivery.fan_out(db, told, those, now, now, "personal", SLICE)
    if told is None or last == 0:
        activity_telling.done(db, changed, now)
    else:
        activity_telling.reach(db, changed, told, last)
    return True


def _remind(db: Db, changed: Row[Any], schedule: Schedule, now: datetime) -> None:
    """Of a start that is none any more nobody is reminded."""
    if changed.kind == "cancelled":
        reminder.drop_all(db, changed.activity_id, "cancelled", now)
    else:
        reminder.rebuild(db, changed.activity_id, schedule, now)
        waiting_list.moved(db, changed.activity_id, schedule, now)


def _write(db: Db, changed: Row[Any], now: datetime) -> int | None:
    """The notice; None where there is nothing to tell any more, or where it was told."""
    if activity_telling.is_stale(db, changed):
        return None
    wanted = activity.held(db, changed.activity_id)
    rests, old = not activity_telling.is_urgent(changed), activity_telling.known_slot(db, changed)
    if changed.kind == "cancelled":
        return notice.write(
            db,
            [_cancelled(db, wanted, old, changed.reason)],
            now,
            key=f"cancelled:{wanted.id}",
            kind="cancelled",
            rests=rests,
            expires=max(old.ends, wanted.ends),
        )
    if old == activity_change.slot(wanted):
        return None  # moved back before anybody heard of it
    return notice.write(
        db,
        [_moved(db, wanted, old, changed.reason)],
        now,
        key=f"moved:{wanted.id}:{changed.sequence}",
        kind="moved",
        still=f"moved {changed.id}",
        rests=rests,
        expires=max(old.ends, wanted.ends),
    )


def _moved(db: Db, wanted: Listing, old: Slot, reason: str | None) -> Card:
    text = Text("「{title}」改了，请看看还能不能来。", title=prose(wanted.title))
    facts = (*differences(db, old, activity_change.slot(wanted)), *why(reason))
    choices = (
        Choice(Text("还能来"), press("coming", wanted.number)),
        Choice(Text("来不了"), press("absent", wanted.number)),
        Choice(Text("详情"), press("show", wanted.number)),
    )
    about = Article(prose(wanted.title), wanted.ref, facts=facts, choices=choices)
    return Card(
        text,
        articles=(about,),
        tone="notice",
        attachments=(calendar_files.attached(wanted, calendar_files.CHANGE),),
    )


def _cancelled(db: Db, wanted: Listing, old: Slot, reason: str | None) -> Card:
    text = Text("「{title}」取消了，请不用来了。", title=prose(wanted.title))
    when: Fact = (Text("原来的时间"), Text("{span}", span=Span(old.starts, old.ends)))
    where: Fact = (Text("原来的地点"), as_said(place.name(db, old.place)))
    similar = (Choice(Text("看看同类的"), press("similar", wanted.number)),)
    about = Article(prose(wanted.title), wanted.ref, facts=(when, where, *why(reason)), choices=similar)
    return Card(
        text,
        articles=(about,),
        tone="notice",
        attachments=(calendar_files.attached(wanted, calendar_files.TAKE_OUT),),
    )


def differences(db: Db, old: Slot, new: Slot) -> tuple[Fact, ...]:
    """What is another than before, each with what it was."""
    facts: list[Fact] = []
    if (old.starts, old.ends) != (new.starts, new.ends):
        facts.append((Text("原来的时间"), Text("{span}", span=Span(old.starts, old.ends))))
        facts.append((Text("现在的时间"), Text("{span}", span=Span(new.starts, new.ends))))
    if old.place != new.place:
        facts.append((Text("原来的地点"), as_said(place.name(db, old.place))))
        facts.append((Text("现在的地点"), as_said(place.name(db, new.place))))
    return tuple(facts)


def why(reason: str | None) -> tuple[Fact, ...]:
    """What staff gave as the reason, in their words."""
    return ((Text("原因"), as_said(reason)),) if reason else ()
