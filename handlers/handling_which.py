"""Which need an officer means, and whether he may do something with it."""

from typing import Any, NoReturn

from sqlalchemy import Row

from handlers import handling_cards, need_cards, needs
from handlers.talk import Option, Talk
from models import duty, follow, handling, handling_people, handling_queue, place
from models.refusal import Refusal
from models.text import Text

_OFFERED = 6


def mine(talk: Talk, number: int | None, *, reaches: bool = True) -> Row[Any]:
    """The need that is meant, of those that this officer handles. Raises Refusal.

    `reaches`: others are told of what he does with it, which a visitor of the demo may not do to others.
    """
    check_staff(talk)
    if number is not None:
        needs.leave_elsewhere(talk, number)
    one = handling.find(talk.db, number if number is not None else _chosen(talk))
    handling.check(talk.db, talk.person.id, one)
    if reaches:
        check_real(talk, one)
    return one


def check_staff(talk: Talk) -> None:
    """Raises a Refusal that says who may, where somebody is staff of nothing."""
    if duty.places(talk.db, talk.person.id):
        return
    roots = place.roots(talk.db)
    where = talk.person.home_id or talk.person.work_id or (roots[0] if roots else None)
    if where is not None:
        duty.check(talk.db, talk.person.id, where)
    raise Refusal("need.staff", Text("请到服务站问一问，这件事由工作人员办。"))


def check_real(talk: Talk, one: Row[Any]) -> None:
    """In the demo who plays staff may try everything with what he reported himself, where nobody else hears of it."""
    others = {one.reporter_id, *follow.followers(talk.db, need=one.id)} - {None, talk.person.id}
    if others:
        duty.check_real(talk.db, talk.person.id)


def past(talk: Talk, one: Row[Any]) -> NoReturn:
    """It is past that, or not there yet: what can be done instead is behind the button."""
    talk.leave(handling.settled(one), handling_cards.look(one))


def units_contacts(talk: Talk, one: Row[Any]) -> list[int]:
    """Who is told for the unit that has it; by who only plays staff nobody."""
    if duty.plays(talk.db, talk.person.id):
        return []
    return [each for each in handling_people.contacts(talk.db, one) if each != talk.person.id]


def _chosen(talk: Talk) -> int:
    """The only one that waits, else he is asked."""
    waits = handling_queue.waiting(talk.db, talk.person.id, _OFFERED)
    if not waits:
        refusal = Refusal("need.none", Text("没有在等的诉求。写上编号也行，比如“受理17”。"))
        talk.leave(refusal, handling_cards.QUEUE)
    if len(waits) == 1:
        return int(waits[0].id)
    options = [Option(each.id, need_cards.name(each)) for each in waits]
    about = tuple(article for each in waits for article in handling_cards.subject(each))
    return int(talk.ask("which", Text("是哪一件？"), *options, about=about))
