"""What guides hear as time passes: that groups came or went, that a slot still lacks somebody."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import guide_cards
from handlers.jobs import job
from handlers.talk import press
from models import consent, duty, guide, notice
from models.card import Card, Choice
from models.database import Db
from models.schedule import Schedule
from models.text import Moment, Text, as_said, prose

_SLICE = 10
# So many who guided before are asked for one slot.
_ASKED = 20


def _next(db: Db, _schedule: Schedule) -> datetime | None:
    return guide.next_due(db)


@job("guides", next=_next)
def look(db: Db, now: datetime, _schedule: Schedule) -> bool:
    changed = guide.changed(db, _SLICE)
    for one in changed:
        _tell_change(db, one, now)
    uncalled = guide.uncalled(db, now, _SLICE)
    for slot in uncalled:
        guide.call(db, slot, now)
        if slot.starts > now:
            _call(db, slot, now)
    return _SLICE in (len(changed), len(uncalled))


def _tell_change(db: Db, one: Row[Any], now: datetime) -> None:
    """More or fewer come than he was told; where nobody does, he need not."""
    guide.note(db, one)
    if one.starts <= now:
        return
    when, name = Moment(one.starts), prose(one.name)
    key = f"guide:{one.id}:people:{one.people}:{one.told}:{now:%Y%m%d%H%M}"
    if one.people:
        guide_cards.tell_coming(db, one, now)
        text = Text(
            "{starts}讲解「{name}」，现在来{groups}。",
            starts=when,
            name=name,
            groups=guide_cards.groups(db, one),
        )
        card = Card(text, choices=(guide_cards.MINE,), tone="notice", refs=(guide_cards.ref(one),))
    else:
        guide.release(db, one, now)
        text = Text("{starts}讲解「{name}」不用来了，团队取消了。", starts=when, name=name)
        card = Card(text, choices=(guide_cards.OTHERS,), tone="notice", refs=(guide_cards.ref(one),))
    notice.tell_member(db, [card], one.member_id, now, key=key, kind="answer", rests=True, expires=one.starts)


def _call(db: Db, slot: Row[Any], now: datetime) -> None:
    """The officer, and who has been a guide there, unless they want no notices."""
    text = Text(
        "请看看能不能讲解：{starts}{place}「{name}」来{count}人，缺{missing}位讲解员。",
        starts=Moment(slot.starts),
        place=as_said(slot.place),
        name=prose(slot.name),
        count=slot.people,
        missing=slot.wanted - slot.has,
    )
    join = Choice(Text("我来讲解"), press("guideslot", slot.id))
    signed = {row.member_id for row in guide.of_slot(db, slot.service_id, slot.place_id, slot.starts)}
    groups = {row.member_id for row in guide.groups(db, slot.service_id, slot.place_id, slot.starts)}
    asked = [each for each in guide.earlier(db, slot.service_id, _ASKED) if each not in signed | groups]
    asked = [each for each in asked if consent.holds(db, each, "notices")]
    officers = [row.id for row in duty.officers(db, slot.place_id)[:1]]
    for member in dict.fromkeys((*officers, *asked)):
        choices = (join, Choice(Text("讲解员安排"), press("guidegaps"))) if member in officers else (join,)
        card = Card(text, choices=choices, tone="notice", refs=(guide_cards.ref(slot),))
        key = f"guide:{slot.id}:call:{member}"
        notice.tell_member(db, [card], member, now, key=key, kind="answer", rests=True, expires=slot.starts)
