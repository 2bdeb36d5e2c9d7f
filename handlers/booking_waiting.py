"""A place of a slot that became free, offered to who waits first: he takes it, or says no and the next one is asked."""

from typing import Any, NoReturn

from sqlalchemy import Row

from handlers import booking_cards, booking_meant, bookings, hosting
from handlers.booking_cards import MINE
from handlers.talk import Phrase, Talk, anybody, on
from models import booking, booking_due, booking_rules
from models.card import Card
from models.refusal import Refusal
from models.text import Text, as_said

_TAKE = (
    Phrase(
        r"^(?:要|我要)(?:这个)?(?:预约)(?:的)?(?:空位|位子|时间)[!.。]*$|^要这个[!.。]*$|^take the slot[.!]*$",
        weight=6,
    ),
)


@on("service.book", head="takeslot", allow=anybody, private=True, phrases=_TAKE)
def take(talk: Talk, number: int | None = None) -> Card:
    """Pressed again it shows the same ticket."""
    one = _offered(talk, number)
    if one.state in ("booked", "arrived"):
        return _shown(talk, one)
    if one.state != "offered":
        _over(talk, one)
    due = booking_due.alarm(talk.schedule, one.starts, talk.now)
    if not booking_rules.accept(talk.db, one, talk.person.id, talk.now, due):
        _over(talk, one)
    made = booking.find(talk.db, one.id)
    assert made is not None
    hosting.tell_hosts(talk, made.id)
    return _shown(talk, made)


def _shown(talk: Talk, one: Row[Any]) -> Card:
    return booking_cards.card(talk, one, bookings.booked(talk, booking_meant.find(talk, one.service_id), one))


@on("service.cancel", head="passslot", allow=anybody, private=True)
def decline(talk: Talk, number: int | None = None) -> Card:
    """The next one is asked."""
    one = _offered(talk, number)
    if one.state not in ("offered", "waiting") or not booking_rules.cancel(
        talk.db, one, talk.person.id, talk.now
    ):
        _over(talk, one)
    text = Text("好的，让给下一位了。")
    return Card(text, choices=(booking_cards.again(one), MINE), tone="done", refs=(booking.ref(one.id),))


def is_offered(talk: Talk) -> bool:
    """Whether a slot waits for his answer."""
    return any(each.state == "offered" for each in booking.live(talk.db, talk.person.id))


def _offered(talk: Talk, number: int | None) -> Row[Any]:
    """The one that is meant; said without a number, what is offered to him."""
    try:
        if number is not None:
            return booking_meant.own(talk, number)
        held = [each for each in booking.live(talk.db, talk.person.id) if each.state == "offered"]
        if not held:
            raise Refusal("booking.none", Text("现在没有空位等您回复。有了就告诉您。"))
        return held[0]
    except Refusal as refusal:
        talk.leave(refusal, MINE)


def _over(talk: Talk, one: Row[Any]) -> NoReturn:
    sentence = Text(
        "请看看您的预约，{code}现在是：{state}。",
        code=booking_cards.code(one),
        state=booking.STATES[one.state],
    )
    if one.state == "expired":
        sentence = Text("请重新候补，{code}过了回复的时间，已经问下一位。", code=as_said(f"约{one.id}"))
    talk.leave(Refusal("booking.over", sentence, booking.ref(one.id)), booking_cards.again(one), MINE)
