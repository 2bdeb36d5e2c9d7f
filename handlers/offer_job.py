"""As time passes: what was opened is told to whom it suits, at most once a week each, and what is over expires."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import matches, offer_cards, project_cards
from handlers.jobs import job
from handlers.offer_cards import MINE
from handlers.talk import press
from models import (
    consent,
    match_due,
    match_told,
    matching,
    notice,
    offering,
    project_making,
    project_part,
    project_people,
)
from models.card import Card, Choice
from models.database import Db
from models.matching import Match, Thing
from models.schedule import Schedule
from models.text import Text, prose

# It is of the same sort as what we recommend, and stops with it.
_PURPOSE = "recommendations"


def _next(db: Db, _schedule: Schedule) -> datetime | None:
    first = match_due.first(db)
    return first.at if first is not None else None


@job("matches", next=_next)
def tell(db: Db, now: datetime, _schedule: Schedule) -> bool:
    """One slice: one of them. Of a project its parts are the next slices."""
    first = match_due.first(db)
    if first is None or first.at > now or not match_due.done(db, first.id):
        return False
    again = _TELL[first.subject](db, first.subject_id, now)
    if again is not None:
        match_due.enter(db, first.subject, first.subject_id, again)
    then = match_due.first(db)
    return then is not None and then.at <= now


@job("offers", next=lambda db, _schedule: offering.next_end(db))
def expire(db: Db, now: datetime, _schedule: Schedule) -> bool:
    """Whose last day is over is not found any more; who made it is told."""
    found = offering.past(db, now)
    for row in found:
        one = offering.find(db, row.id)
        whom = offering.contact(db, one)
        if offering.go(db, one, "expired", None, now) and whom is not None:
            text = Text("{what}到期了，别人看不到了。还可以用，请再登记一次。", what=offer_cards.title(one))
            again = Choice(Text("再登记一次"), press("provide" if one.side == "offer" else "wanted"))
            card = Card(text, choices=(again, MINE), refs=(offering.ref(one),))
            key = f"offer:{one.id}:expired"
            notice.tell_member(db, [card], whom, now, key=key, kind="answer", rests=True)
    return bool(found)


def _of_project(db: Db, key: int, now: datetime) -> None:
    """One slice for each thing that it misses."""
    for part in matching.parts(db, key, now):
        match_due.enter(db, "part", part.key, now)


def _of_part(db: Db, key: int, now: datetime) -> datetime | None:
    """Who has something that a project misses, once for the project; gives when to look again."""
    need = matching.missing(db, key, now)
    one = project_making.find(db, need.project or 0) if need is not None else None
    if need is None or one is None:
        return None
    found: dict[int, Card] = {}
    for match in matching.offers_for(db, need, now):
        offer = offering.find(db, match.thing.key)
        whom = offering.contact(db, offer)
        if whom is not None and whom not in found:
            found[whom] = _missing(db, one, need, offer, match)
    return _tell(db, found, f"match:project:{one.id}", now)


def _missing(db: Db, one: Row[Any], need: Thing, offer: Row[Any], match: Match) -> Card:
    part = project_part.find(db, need.key)
    assert part is not None
    text = Text(
        "{project}缺{part}，您登记的{offer}合适：{whys}。",
        project=project_cards.name(one),
        part=prose(part.name),
        offer=offer_cards.title(offer),
        whys=matches.whys(match),
    )
    choices = (
        Choice(Text("用这个认领"), press("useoffer", part.id)),
        Choice(Text("想联系"), press("contactproj", one.id)),
        project_cards.look(one),
    )
    return Card(text, choices=choices, refs=(project_cards.ref(one),))


def _of_offer(db: Db, key: int, now: datetime) -> datetime | None:
    """Who needs what is offered, or who offers what is wanted; gives when to look again."""
    one = offering.find(db, key)
    if not offering.is_open(one, now):
        return None
    fitting = matching.offers_for if one.side == "want" else matching.needs_for
    found: dict[int, Card] = {}
    for match in fitting(db, matching.of_offer(one), now):
        whom, card = _other_side(db, one, match)
        # Who stands on both sides knows already.
        if whom is not None and whom not in found and not offering.is_his(db, one, whom):
            found[whom] = card
    return _tell(db, found, f"match:offer:{key}", now)


def _other_side(db: Db, one: Row[Any], match: Match) -> tuple[int | None, Card]:
    touch = Choice(Text("想联系"), press("contactoffer", one.id))
    what, why = offer_cards.title(one), matches.whys(match)
    if match.thing.subject == "part":
        wanted = project_making.find(db, match.thing.project or 0)
        assert wanted is not None
        text = Text(
            "有人能提供{what}，{project}用得上：{whys}。",
            what=what,
            project=project_cards.name(wanted),
            whys=why,
        )
        compose = Choice(Text("看组团"), press("compose", wanted.id))
        card = Card(text, choices=(touch, compose), refs=(offering.ref(one),))
        return next(iter(project_people.officers(db, wanted)), None), card
    other = offering.find(db, match.thing.key)
    text = Text("有人能提供{what}，和您要的合适：{whys}。", what=what, whys=why)
    if one.side == "want":
        text = Text("有人想要{what}，您登记的合适：{whys}。", what=what, whys=why)
    return offering.contact(db, other), Card(text, choices=(touch, MINE), refs=(offering.ref(one),))


def _tell(db: Db, cards: Mapping[int, Card], key: str, now: datetime) -> datetime | None:
    """Each once, at most one in a week, who agrees to be written to; gives when the first of the others may be."""
    later: list[datetime] = []
    for whom, card in cards.items():
        event = f"{key}:{whom}"
        if not consent.holds(db, whom, _PURPOSE) or notice.with_key(db, event) is not None:
            continue
        if match_told.may(db, whom, now):
            notice.tell_member(
                db, [card], whom, now, key=event, purpose=_PURPOSE, kind="recommendation", rests=True
            )
        elif (until := match_told.next_at(db, whom)) is not None:
            later.append(until)
    return min(later, default=None)


_TELL: dict[str, Callable[[Db, int, datetime], datetime | None]] = {
    "project": _of_project,
    "part": _of_part,
    "offer": _of_offer,
}
