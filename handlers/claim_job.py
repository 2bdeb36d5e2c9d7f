"""What falls due of claims: who has to answer is asked again, who promised is reminded, and what did not come lapses."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import claim_cards, claim_news, project_cards
from handlers.jobs import job
from handlers.project_news import to
from models import claim_deciding, claim_steps, moves, project_claim, project_people, working_days
from models.card import Card
from models.database import Db
from models.project_making import find as find_project
from models.schedule import Schedule
from models.text import Moment, Text

_SLICE = 10
# The reminders come first, and then the day on which it lapses.
_LAST = len(claim_steps.REMINDED)


def _next(db: Db, _schedule: Schedule) -> datetime | None:
    return claim_steps.next_due(db)


@job("claims", next=_next)
def tend(db: Db, now: datetime, schedule: Schedule) -> bool:
    due = claim_steps.overdue(db, now, _SLICE)
    for claim in due:
        if claim.state in ("offered", "delivered"):
            _climb(db, claim, now, schedule)
        elif claim.state == "accepted" and claim.climbed < _LAST:
            _remind(db, claim, now, schedule)
        elif claim.state == "accepted":
            _lapse(db, claim, now, schedule)
        else:
            claim_steps.put_off(db, claim, None, 0)
            if claim.state == "waiting":
                _make_room(db, claim, now, schedule)
    return len(due) == _SLICE


def _climb(db: Db, claim: Row[Any], now: datetime, schedule: Schedule) -> None:
    """First its own office, the next working day who stands above it, and then that one day by day."""
    one = find_project(db, claim.project_id)
    assert one is not None
    office = claim_deciding.deciders(db, one, claim)
    chief = project_people.chief(db, one) if claim.climbed else None
    wants = Text("答复") if claim.state == "offered" else Text("确认收到")
    text = Text("请{wants}：{who}的{number}（{share}）过了期限还没人处理。", wants=wants, who=claim_cards.who_for_staff(db, claim), number=claim_cards.number(claim), share=claim_cards.of(db, claim))  # fmt: skip
    row = claim_cards.article(db, claim, *claim_cards.decisions(claim), staff=True)
    card = Card(text, articles=(row,), tone="notice")
    last = moves.event(db, project_claim.MACHINE, claim.id)
    event = f"claim:{claim.id}:late {last} {claim.climbed + 1}"
    to(db, office if chief is None else [chief], card, event, now)
    claim_steps.put_off(db, claim, working_days.next_one(db, schedule, now), claim.climbed + 1)


def _remind(db: Db, claim: Row[Any], now: datetime, schedule: Schedule) -> None:
    """M27: what, where, by when, and whom to call."""
    one = find_project(db, claim.project_id)
    assert one is not None
    text = Text("请在{at}前到位：{share}，给{project}。", at=Moment(claim.by), share=claim_cards.of(db, claim), project=project_cards.name(one))  # fmt: skip
    facts = project_cards.place_fact(db, one)
    row = claim_cards.article(db, claim, *claim_cards.own_choices(claim))
    shown = replace(row, facts=(*row.facts, *facts, *claim_cards.leader(db, one)))
    event = f"claim:{claim.id}:remind {int(claim.by.timestamp())} {claim.climbed}"
    to(db, [claim.member_id], Card(text, articles=(shown,)), event, now)
    again = claim_steps.alarm(schedule, claim.by, now, claim.climbed + 1)
    claim_steps.put_off(db, claim, again["due"], again["climbed"])


def _lapse(db: Db, claim: Row[Any], now: datetime, schedule: Schedule) -> None:
    """M30 to who decides, a word to who promised it; then who waits is asked first."""
    one = find_project(db, claim.project_id)
    assert one is not None
    if not claim_steps.lapse(db, claim, None, now):
        return
    claim_news.gone(db, claim, Text("过了日子没有到位，先空出来了。"), now)
    text = Text("{number}（{share}）过了日子没有到位，先空出来给别人了。还能出的话，请重新认领。", number=claim_cards.number(claim), share=claim_cards.of(db, claim))  # fmt: skip
    card = Card(text, choices=(project_cards.look(one),), tone="notice", refs=(project_cards.ref(one),))
    to(db, [claim.member_id], card, f"claim:{claim.id}:lapsed", now)
    asked, left_out = claim_steps.promote(db, schedule, claim.part_id, now)
    claim_news.promoted(db, schedule, asked, left_out, now)
    claim_news.settle(db, claim.project_id, None, now)


def _make_room(db: Db, claim: Row[Any], now: datetime, schedule: Schedule) -> None:
    """A pack changed how much is needed: who waits is offered again, or hears that it does not fit any more."""
    asked, left_out = claim_steps.promote(db, schedule, claim.part_id, now)
    claim_news.promoted(db, schedule, asked, left_out, now)
    if claim.climbed and all(each.id != claim.id for each in asked):
        claim_news.told_to_wait(db, claim, now)
