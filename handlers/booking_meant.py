"""Which service somebody wants a slot of, and which of his bookings he means."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from handlers import booking_cards, booking_phrases
from handlers.talk import Option, Talk
from handlers.understanding.services import LIKELY
from models import booking, opening, service
from models.folding import fold
from models.refusal import Refusal
from models.text import Moment, Text, prose

_OFFERED = 5
# What is said of two of about the same score may be either.
_NEAR = 0.8
_ASKING = re.compile(
    r"预约|预订|改约|取消|帮我|给我|我想|我要|约一?[个下次]|想约|候补|凭证|重新|时间|一个|"
    r"\b(?:book|cancel|an?|the|my|appointments?|slots?|for|to|please|i|want|need|reschedule|move)\b"
)


def find(talk: Talk, number: int) -> Row[Any]:
    one = service.find(talk.db, number)
    if one is None:
        raise Refusal("service.none", Text("请说说要办什么，比如“办居住证”。没有找到这一项。"))
    return one


def one_meant(talk: Talk, said: str) -> Row[Any]:
    """The service that is named; asks where it could be several, or none is."""
    found = _named(talk, said)
    if len(found) == 1:
        return found[0]
    if found:
        chosen = talk.ask("service", Text("约哪一项？"), *_options(found))
        return find(talk, chosen)
    offered = [each for each in service.everything(talk.db) if each.slots and not each.paused]
    if not offered:
        raise Refusal("booking.nothing", Text("请直接到服务站来，现在没有要预约的。"))
    offered.sort(key=lambda each: not each.pinned)
    text = Text("约哪一项？写出要办的事也行，比如“{service}”。", service=prose(offered[0].name))
    chosen = talk.ask("service", text, *_options(offered[:_OFFERED]), check=_Named(talk))
    return find(talk, chosen)


def _options(found: Sequence[Row[Any]]) -> list[Option[int]]:
    return [Option(each.id, prose(each.name), tuple(each.aliases)) for each in found]


class _Named:
    wants = "choice"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> int:
        found = _named(self._talk, said)
        if not found:
            raise Refusal("service.none", Text("请换个说法，没有找到这一项。"))
        return int(found[0].id)


def _named(talk: Talk, said: str) -> list[Row[Any]]:
    """The best of the catalogue; of several alike those that can be booked."""
    ranked = talk.lexicon.services.ranked(_ASKING.sub("\n", fold(said)))
    likely = [each for each in ranked if each.whole or each.score >= LIKELY]
    best = [each for each in likely if each.score >= likely[0].score * _NEAR]
    found = [one for each in best if (one := service.find(talk.db, each.key)) is not None]
    slotted = [one for one in found if one.slots and not one.paused]
    return (slotted or found)[:_OFFERED]


def booking_meant(talk: Talk, number: int | None, said: str, question: Text) -> Row[Any]:
    """The booking of his own that somebody means. Raises Refusal where there is none."""
    if number is not None:
        return own(talk, number)
    held = booking.live(talk.db, talk.person.id)
    if not held:
        raise Refusal("booking.none", Text("您现在没有预约。要约的话，说“预约”加要办的事。"))
    named = _held(talk, held, said)
    if len(named) == 1:
        return named[0]
    options = [Option(each.id, _label(talk, each), (f"约{each.id}", str(each.id))) for each in named]
    chosen = talk.ask("which", question, *options)
    return next(each for each in named if each.id == chosen)


def own(talk: Talk, number: int) -> Row[Any]:
    """Raises Refusal where it is not his; whether there is one is nobody else's business."""
    one = booking.find(talk.db, number)
    if one is None or one.member_id != talk.person.id:
        raise Refusal("booking.none", Text("请看看您的预约，没有找到约{number}。", number=number))
    return one


def _label(talk: Talk, one: Row[Any]) -> Text:
    name = prose(find(talk, one.service_id).name)
    if one.starts is None:
        return Text("{code} {service}", code=booking_cards.code(one), service=name)
    return Text("{service}（{when}）", service=name, when=Moment(one.starts))


def _held(talk: Talk, held: list[Row[Any]], said: str) -> list[Row[Any]]:
    """Those whose service is named, else all."""
    ranked = talk.lexicon.services.ranked(_ASKING.sub("\n", fold(said)))
    scores = {each.key: each.score for each in ranked}
    best = max((scores.get(each.service_id, 0.0) for each in held), default=0.0)
    if best < LIKELY / 2:
        return held
    return [each for each in held if scores.get(each.service_id, 0.0) >= best * _NEAR]


def in_a_row(talk: Talk, one: Row[Any], minutes: int | None) -> int:
    """So many slots as the time that was said is long; of anything but a room one alone. Raises Refusal for too many."""
    if not minutes or minutes < 0 or not _is_room(one):
        return 1
    count = -(-minutes // opening.parse_slots(one.slots).minutes)
    most = talk.schedule.bookings.most
    if count > most:
        sentence = Text("请少约一些时间，一次最多连着约{count}个时段。", count=most)
        raise Refusal("booking.too_long", sentence, service.ref(one))
    return count


def _is_room(one: Row[Any]) -> bool:
    """Also where a pack gives no kind: it is called so."""
    return one.kind == "room" or (
        one.kind == "item" and re.search(booking_phrases.ROOM, one.name) is not None
    )
