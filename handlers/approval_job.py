"""Those who wait to be decided on: who decides is reminded of them once, and who was forgotten hears of it in time."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, approvals
from handlers.jobs import job
from handlers.talk import press
from models import activity, approval, contact, notice
from models.card import Card, Choice
from models.database import Db
from models.schedule import Schedule
from models.text import Moment, Text, as_said, prose

# So many in one slice.
SLICE = 50


def _next(db: Db, schedule: Schedule) -> datetime | None:
    """When the first of them is due."""
    found = approval.undecided(db)
    times = [approval.known_by(row.answer_by, row.starts, schedule) for row in found]
    times += [at for at, _ in _reminders(db, found, schedule)]
    return min(times, default=None)


@job("applicants", next=_next)
def tend(db: Db, now: datetime, schedule: Schedule) -> bool:
    found = approval.undecided(db)
    late = [row for row in found if approval.known_by(row.answer_by, row.starts, schedule) <= now]
    for row in late[:SLICE]:
        _give_up(db, row, now)
    still = [row for row in found if row not in late]
    for at, those in _reminders(db, still, schedule):
        if at <= now:
            _remind(db, those, now, schedule)
    return len(late) > SLICE


def _reminders(db: Db, found: Any, schedule: Schedule) -> list[tuple[datetime, list[Row[Any]]]]:
    """When who decides is reminded of which of them, by activity; those who asked later told him themselves."""
    due: dict[int, tuple[datetime, list[Row[Any]]]] = {}
    for row in found:
        at = approval.reminded_at(row.registration_closes, row.starts, schedule)
        if row.at < at:
            due.setdefault(row.activity_id, (at, []))[1].append(row)
    return [
        (at, those)
        for key, (at, those) in due.items()
        if notice.with_key(db, approval.reminder_key(key, those[0].starts)) is None
    ]


def _remind(db: Db, those: list[Row[Any]], now: datetime, schedule: Schedule) -> None:
    wanted = activity.held(db, those[0].activity_id)
    by = min(approval.known_by(row.answer_by, row.starts, schedule) for row in those)
    text = Text(
        "请定一下：「{title}」还有{count}位等您审核。最晚{at}，过了就算没报上。",
        title=prose(wanted.title),
        count=len(those),
        at=Moment(by),
    )
    choices = (Choice(Text("待审核名单"), press("applicants", wanted.number)),)
    approval.tell(
        db,
        Card(text, articles=(activity_cards.subject(wanted),), choices=choices),
        contact.told(db, wanted),
        now,
        key=approval.reminder_key(wanted.id, wanted.starts),
        still=f"undecided {wanted.id}",
        expires=wanted.starts,
    )


def _give_up(db: Db, row: Row[Any], now: datetime) -> None:
    one = approval.find(db, row.id)
    if one is None or not approval.expire(db, one, now):
        return
    wanted = activity.held(db, one.activity_id)
    text = Text("「{title}」这次没有报上，工作人员没来得及定。", title=prose(wanted.title))
    about = activity_cards.subject(wanted)
    facts = about.facts
    if one.guest:
        facts = ((Text("替谁"), as_said(one.guest)), *facts)
    if known := contact.name(db, wanted):
        facts = (*facts, (Text("想问问"), Text("请找{name}", name=as_said(known))))
    similar = (Choice(Text("看看同类的"), press("similar", wanted.number)),)
    shown = replace(about, facts=facts, choices=similar)
    approvals.tell(db, one, wanted, Card(text, articles=(shown,), tone="notice"), now, f"undecided:{one.id}")
