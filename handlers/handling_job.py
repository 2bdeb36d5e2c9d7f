"""What is late climbs: first who has it is told, on the next working day who stands above, each once a day."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import handling_cards, need_cards, need_news
from handlers.jobs import job
from handlers.talk import press
from models import addressee, duty, handling, handling_due, handling_queue, need, need_closing, notice
from models.card import Article, Card, Choice
from models.database import Db
from models.schedule import Schedule
from models.text import Moment, Text

_SLICE = 10
_SHOWN = 5
_MOST_OF_DANGER = 6


def _next(db: Db, _schedule: Schedule) -> datetime | None:
    return handling_due.next_one(db)


@job("needs", next=_next)
def climb(db: Db, now: datetime, schedule: Schedule) -> bool:
    late = handling_due.late(db, now, _SLICE)
    owed: dict[int, list[tuple[Row[Any], bool]]] = {}
    for one in late:
        if one.state == "referred":
            _ask_outcome(db, one, now)
        elif one.urgent and one.state == "new" and one.climbed == 0:
            _warn(db, one, now)
        elif handling_due.climb(db, schedule, one, now):
            for nth, member in enumerate(whom(db, one)):
                owed.setdefault(member, []).append((one, nth > 0))
    for member, those in owed.items():
        _remind(db, schedule, member, those, now)
    return len(late) == _SLICE


def whom(db: Db, one: Row[Any]) -> list[int]:
    """Who has it, and who stands so many steps above as working days have passed; at the top the highest one."""
    if one.state == "rejected":
        able = need_closing.deciders(db, one)
        return list(dict.fromkeys((*able[:1], *(able[one.climbed :] or able[-1:])[:1])))
    holder = holder_of(db, one)
    if holder is None:
        return []
    above, reporter = holder, {one.reporter_id} - {None}
    for _ in range(min(one.climbed, 1) if one.place_id is None else one.climbed):
        up = addressee.next_up(db, one.place_id, above, reporter)
        if up is None:
            break
        above = up.id
    return list(dict.fromkeys((holder, above)))


def holder_of(db: Db, one: Row[Any]) -> int | None:
    """The officer who has it, where he is still staff for it, else the nearest."""
    if one.officer_id is not None and handling.covers(db, one.officer_id, one):
        return int(one.officer_id)
    found = addressee.nearest(db, (one.place_id,), {one.reporter_id} - {None})
    return found.id if found else None


def _remind(
    db: Db, schedule: Schedule, member: int, those: Iterable[tuple[Row[Any], bool]], now: datetime
) -> None:
    """One message a day, whatever is late; the queue behind its button has all of it."""
    key = f"needs late:{member}:{now.astimezone(schedule.zone).date()}"
    if notice.with_key(db, key) is not None:
        return
    shown = list(those)
    _, late = handling_queue.counts(db, member, now)
    count = max(late, len(shown))
    text = Text("请看看时间到了的诉求，有{count}件：", count=count)
    if all(above for _, above in shown):
        text = Text("请过问时间到了的诉求，有{count}件，经办的同事提醒过了：", count=count)
    articles = tuple(_article(db, one, now) for one, _ in shown[:_SHOWN])
    notice.tell_member(
        db,
        [Card(text, articles=articles, choices=(handling_cards.QUEUE,), tone="notice")],
        member,
        now,
        key=key,
        kind="question",
        still=f"lateneeds {member}",
        rests=True,
    )


def _article(db: Db, one: Row[Any], now: datetime) -> Article:
    shown = handling_cards.row(db, one, now)
    return Article(
        shown.title,
        shown.ref,
        shown.state,
        facts=(*shown.facts, (Text("该做的"), _owed(one))),
        choices=shown.choices,
    )


def _owed(one: Row[Any]) -> Text:
    if one.state == "new":
        return Text("受理，或者答复")
    if one.state == "rejected":
        return Text("看一看申诉")
    if one.due is not None and one.climbs < one.due:
        return Text("派给人办，或者答复")
    return Text("办结，或者延期")


def _warn(db: Db, one: Row[Any], now: datetime) -> None:
    """Somebody may be hurt and nobody took it up: everybody on duty there is told, at any hour."""
    if not handling_due.calm_down(db, one, now):
        return
    places = [one.place_id] if one.place_id is not None else []
    whom = [row.id for each in places for row in duty.officers(db, each)][:_MOST_OF_DANGER]
    whom = whom or [each for each in (holder_of(db, one),) if each is not None]
    text = Text(
        "请马上看，{need}可能有危险，从{at}起还没有人受理。", need=need_cards.name(one), at=Moment(one.at)
    )
    choices = (handling_cards.button("acceptneed", one), handling_cards.look(one))
    card = Card(text, choices=choices, tone="notice", refs=(need.ref(one.id),))
    still = f"dangerneed {one.id}"
    need_news.tell_staff(db, one.id, card, whom, "danger", now, still=still, rests=False)


def _ask_outcome(db: Db, one: Row[Any], now: datetime) -> None:
    """What became of it outside: asked of the officer once a week."""
    holder = holder_of(db, one)
    if not handling_due.ask_again(db, one, now) or holder is None:
        return
    text = Text(
        "请问问{unit}，{need}办得怎么样了？",
        unit=handling_cards.who_has_it(db, one) or Text("对方"),
        need=need_cards.name(one),
    )
    choices = tuple(handling_cards.button(head, one) for head in ("resolveneed", "takeneed", "endneed"))
    look = Choice(Text("去办理"), press("handleneed", one.id))
    card = Card(text, choices=(*choices, look), tone="notice", refs=(need.ref(one.id),))
    need_news.tell_staff(db, one.id, card, [holder], f"outcome {one.climbed}", now)
