"""A plan or a consultation that is not answered in time climbs, its words stay unread; one that is forgotten ends."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers.handling_job import whom
from handlers.jobs import job
from handlers.talk import press
from models import addressee, consultation, handling_due, need, notice, owed_answers
from models.card import Card, Choice
from models.database import Db
from models.schedule import Schedule
from models.still import still
from models.text import Text, as_said

_SLICE = 10


@job("answers", next=lambda db, _schedule: owed_answers.next_one(db))
def climb(db: Db, now: datetime, schedule: Schedule) -> bool:
    found = owed_answers.late(db, now, _SLICE)
    for one in found:
        if one.state == "answered":
            _end(db, one, now)
        elif handling_due.climb(db, schedule, one, now):
            if one.kind == "plan":
                _remind_planners(db, one, now)
            else:
                _remind_provider(db, one, now, schedule)
    return len(found) == _SLICE


def _end(db: Db, one: Row[Any], now: datetime) -> None:
    """Answered, and nobody said what comes next."""
    if not owed_answers.end(db, one, now) or one.reporter_id is None:
        return
    text = Text("需{number}先结束了，四周没有再说什么。说过的还留着，还要办就重新提一个。", number=one.id)
    look = Choice(Text("看看"), press("need", one.id))
    card = Card(text, choices=(look,), tone="notice", refs=(need.ref(one.id),))
    notice.tell_member(
        db,
        [card],
        one.reporter_id,
        now,
        key=f"need:{one.id}:forgotten {one.reopened}",
        kind="answer",
        rests=True,
    )


def _remind_planners(db: Db, one: Row[Any], now: datetime) -> None:
    """Who writes it, and on each next working day one more who stands above."""
    for nth, member in enumerate(whom(db, one)):
        text = Text("今天要给方案：需{number}，对方还在等。", number=one.id)
        if nth:
            text = Text("请过问需{number}的方案，过了时间还没写，经办的同事提醒过了。", number=one.id)
        elif one.climbed:
            text = Text("请今天写好需{number}的方案，时间过了，对方还在等。", number=one.id)
        card = Card(
            text,
            choices=(
                Choice(Text("写方案"), press("writeplan", one.id)),
                Choice(Text("看策划"), press("plan", one.id)),
            ),
            tone="notice",
            refs=(need.ref(one.id),),
        )
        _tell(db, card, member, f"plan:{one.id}:{_time(one)}", now, f"plan {one.id}")


def _remind_provider(db: Db, one: Row[Any], now: datetime, schedule: Schedule) -> None:
    """Its representatives; from the next working day on, or where there is nobody, the officers too, without the question."""
    those = [each for each in consultation.representatives(db, one.unit_id) if each != one.reporter_id]
    text = Text("今天要答复：咨询需{number}，对方还在等。", number=one.id)
    if one.climbed:
        text = Text("请现在答复咨询需{number}，时间过了，对方还在等。", number=one.id)
    choices = (
        Choice(Text("看咨询"), press("consultation", one.id)),
        Choice(Text("答复"), press("consultreply", one.id)),
    )
    card = Card(text, choices=choices, tone="notice", refs=(need.ref(one.id),))
    for member in those:
        _tell(db, card, member, f"consultation:{one.id}:{_time(one)}", now, f"consultation {one.id}")
    level = one.climbed if not those else one.climbed - 1
    if level >= 0:
        _remind_officers(db, one, level, now, schedule, somebody=bool(those))


def _remind_officers(
    db: Db, one: Row[Any], level: int, now: datetime, schedule: Schedule, *, somebody: bool
) -> None:
    """How many are late with a provider, once a day; of whom and about what they are not even told a number."""
    known = consultation.find(db, one.id)
    count = consultation.late(db, one.unit_id, now)
    text = Text(
        "请催一催{provider}，过了时间没答复的咨询有{count}个。内容只有机构看得到。",
        provider=as_said(known.provider),
        count=count,
    )
    if not somebody:
        text = Text(
            "请给{provider}登记一位联系人，没有人答复的咨询有{count}个。内容只有机构看得到。",
            provider=as_said(known.provider),
            count=count,
        )
    card = Card(text, choices=(Choice(Text("咨询情况"), press("consultcount")),), tone="notice")
    day = now.astimezone(schedule.zone).date()
    for member in _officers(db, known.office, level, one.reporter_id):
        key = f"consultations late:{one.unit_id}:{day}"
        _tell(db, card, member, key, now, f"lateconsultations {one.unit_id}")


def _officers(db: Db, place: int | None, level: int, asker: int | None) -> list[int]:
    """Who is nearest to the provider, and who stands so many steps above; never who asked."""
    but = set() if asker is None else {asker}
    first = above = addressee.nearest(db, (place,), but)
    for _ in range(level if place is not None else 0):
        if above is None or (up := addressee.next_up(db, place, above.id, but)) is None:
            break
        above = up
    return list(dict.fromkeys(each.id for each in (first, above) if each is not None))


def _time(one: Row[Any]) -> str:
    """Which answer it is that is late, and the how manieth time somebody is told."""
    return f"late {one.reopened} {int(one.due.timestamp())} {one.climbed}"


def _tell(db: Db, card: Card, member: int, key: str, now: datetime, check: str) -> None:
    notice.tell_member(
        db, [card], member, now, key=f"{key}:{member}", kind="question", still=check, rests=True
    )


@still("lateconsultations")
def _still(db: Db, provider: int, now: datetime) -> str | None:
    return None if consultation.late(db, provider, now) else "they were answered"
