"""How an activity looks before it is published: what is known of it, line by line, and the days of a weekly one."""

from datetime import date, datetime, timedelta

from handlers import activity_fields
from handlers.activity_cards import KINDS
from handlers.activity_fields import CAPACITY, OTHERS
from models import community, place
from models.activity_publishing import Plan
from models.card import Article
from models.database import Db
from models.days_off import name_of
from models.text import Moment, Several, Span, Text, as_said, prose

Fact = tuple[Text, Text]


def article(
    db: Db, plan: Plan, days: list[datetime] | None = None, skipped: list[date] | None = None
) -> Article:
    """All that is to be published; nothing has a ref that is not there yet."""
    facts: list[Fact] = [
        (Text("时间"), Text("{span}", span=Span(plan.starts, plan.ends))),
        (Text("地点"), as_said(place.name(db, plan.place_id))),
        (Text("类型"), KINDS[plan.kind]),
        (CAPACITY.label, CAPACITY.shown(db, plan.capacity)),
    ]
    empty = Plan("", "", 0, plan.starts, plan.ends)
    for field in OTHERS:
        value = getattr(plan, field.column)
        if field.column == "fee" or value != getattr(empty, field.column):
            facts.append((field.label, field.shown(db, value)))
    if days and len(days) > 1:
        told = Several(tuple(Text("{at}", at=Moment(day)) for day in days), lines=True)
        facts.append((Text("每周一次"), Text("共{count}次", count=len(days))))
        facts.append((Text("日期"), Text("{lines}", lines=told)))
    if skipped:
        names = tuple(_off(db, day) for day in skipped)
        facts.append((Text("放假跳过"), Text("{days}", days=Several(names))))
    body = prose(plan.summary) if plan.summary else None
    return Article(prose(plan.title), "", facts=tuple(facts), body=body)


def _off(db: Db, day: date) -> Text:
    return Text(
        "{month}月{day}日 {name}", month=day.month, day=day.day, name=as_said(days_off(db, day) or "")
    )


def days_off(db: Db, day: date) -> str | None:
    """What holiday a day is here; None where people work or have their usual weekend."""
    return name_of(day, *community.days(db))


def draft(
    db: Db, known: dict[str, object], starts: datetime | None, ends: datetime | None
) -> tuple[Article, ...]:
    """What was said so far, above the next question: a typed date comes back with its weekday."""
    if "title" not in known:
        return ()
    facts: list[Fact] = []
    if starts is not None:
        facts.append(
            (
                Text("时间"),
                Text("{span}", span=Span(starts, ends)) if ends else Text("{at}", at=Moment(starts)),
            )
        )
    if isinstance(there := known.get("place"), int):
        facts.append((Text("地点"), as_said(place.name(db, there))))
    return (Article(prose(str(known["title"])), "", facts=tuple(facts)),)


def weekly(db: Db, plan: Plan, times: int) -> tuple[list[datetime], list[date]]:
    """The starts of so many weekly ones, and the holidays that were left out; the first one is as it was said."""
    zone = community.zone(db)
    starts, skipped, at = [plan.starts], [], plan.starts
    while len(starts) < times:
        at += timedelta(weeks=1)
        day = at.astimezone(zone).date()
        if days_off(db, day):
            skipped.append(day)
        else:
            starts.append(at)
    return starts, skipped


LABELS = {field.column: field.label for field in activity_fields.ALL}
