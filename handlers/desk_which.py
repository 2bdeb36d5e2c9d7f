"""Whom somebody of the staff means at the desk, and whether he may do something with him."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import desk_cards
from handlers.talk import Arguments, Option, Talk
from handlers.understanding.reading import Reading
from models import booking_privacy, desk, duty
from models.card import Article
from models.refusal import Refusal
from models.text import Text, prose

NAMED = r"(?:(?<![a-z\d])a\s?(\d{3,4})|(?:约|\bbooking )\s?(\d{1,9}))(?!\d)号?"
_NAMED = re.compile(NAMED)


def said(reading: Reading) -> Arguments:
    """A012 is a number of the day, 约17 that of a booking."""
    found = _NAMED.search(reading.text)
    if found is None:
        return {}
    return {"nth": int(found[1])} if found[1] else {"number": int(found[2])}


def today(talk: Talk) -> Any:
    return talk.now.astimezone(talk.zone).date()


def check_staff(talk: Talk) -> None:
    """Raises a Refusal where somebody neither is staff nor gives a service: he learns nothing of any number."""
    if not duty.places(talk.db, talk.person.id) and not booking_privacy.hosted(talk.db, talk.person.id):
        raise Refusal("desk.staff", Text("请把号或凭证给工作人员看，由他们来办。"))


def mine(talk: Talk, number: int | None, nth: int | None, *, reaches: bool = True) -> Row[Any]:
    """The booking that is meant, of those that he may look after; without a number the one that he called. Raises Refusal.

    `reaches`: others are told of what he does with it, which a visitor of the demo may not do to others.
    """
    check_staff(talk)
    one = _found(talk, number, nth)
    # Who may not learns neither that it is there nor of which place it is.
    if not desk.may(talk.db, talk.person.id, one):
        raise _nothing()
    if reaches and one.member_id != talk.person.id:
        duty.check_real(talk.db, talk.person.id)
    return one


def _found(talk: Talk, number: int | None, nth: int | None) -> Row[Any]:
    if number is not None:
        one = desk.find(talk.db, number)
        if one is None:
            raise _nothing()
        return one
    if nth is None:
        return _one(talk, desk.called_by(talk.db, talk.person.id, today(talk)))
    near = [*duty.everywhere(talk.db, talk.person.id), *desk.hosted_at(talk.db, talk.person.id)]
    return _one(talk, desk.with_number(talk.db, near, today(talk), nth))


def _one(talk: Talk, found: list[Row[Any]]) -> Row[Any]:
    if not found:
        raise _nothing()
    if len(found) == 1:
        return found[0]
    hosted = booking_privacy.hosted(talk.db, talk.person.id)
    options = [
        Option(
            each.id,
            Text(
                "在{place}的{one}",
                place=desk_cards.station(talk.db, each),
                one=desk_cards.called(talk.db, each, hosted),
            ),
        )
        for each in found
    ]
    about = tuple(Article(prose(each.service), f"booking:{each.id}") for each in found)
    chosen = talk.ask("whom", Text("是哪一位？"), *options, about=about)
    return next(each for each in found if each.id == chosen)


def _nothing() -> Refusal:
    return Refusal("desk.none", Text("请再看看号，今天没有这个号。写法是A012，或者约17。"))
