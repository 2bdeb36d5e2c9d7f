"""Staff scan the ticket of a booking: who has it is there, or has fetched what his organization fetches."""

from typing import Any, cast

from sqlalchemy import Row

from handlers import desk_cards, desk_news, desk_which
from handlers.desk_which import NAMED
from handlers.talk import Phrase, Talk, anybody, on, refused
from models import booking, booking_privacy, checkin, desk, duty, organization, pickup, place, ticket
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Moment, Text, as_said, prose

_HERE = (Phrase(rf"{NAMED}\s?(?:已经|人)?(?:到了|来了|到场|领了|领走了|领取了)[。.!]*$|{NAMED} (?:is here|arrived|has come|collected)[.!]*$", weight=8),)  # fmt: skip
_GOOD = ("booked", "arrived", "called", "served", "absent")


@on("staff.desk", head="admitticket", allow=anybody, private=True, phrases=_HERE, reads=desk_which.said)
def admit(talk: Talk, number: int | None = None, nth: int | None = None, code: str | None = None) -> Card:
    """Who stands before him with this ticket, or says its number, is there. To anybody else it says nothing."""
    try:
        one = _scanned(talk, code) if code is not None else desk_which.mine(talk, number, nth)
        _check(talk, one)
    except Refusal as refusal:
        how = "personal" if code is not None else "staff"
        checkin.note(talk.db, talk.person.id, refusal, how, talk.now)
        return refused(refusal)
    if one.kind == "pickup":
        return _hand_over(talk, one)
    if one.state not in ("booked", "absent") or not desk.arrive(talk.db, one, talk.person.id, talk.now):
        return _again(talk, one)
    return _arrived(talk, one)


def _scanned(talk: Talk, code: str) -> Row[Any]:
    duty_only = Refusal("ticket.duty", Text("请把凭证给工作人员扫，由他们来办。"))
    read = ticket.read(talk.db, talk.vault, code) if _may_scan(talk) else None
    one = desk.find(talk.db, read.id) if read is not None else None
    if one is None or not desk.may(talk.db, talk.person.id, one):
        raise duty_only
    if one.member_id != talk.person.id:
        duty.check_real(talk.db, talk.person.id)
    return one


def _may_scan(talk: Talk) -> bool:
    return bool(duty.places(talk.db, talk.person.id) or booking_privacy.hosted(talk.db, talk.person.id))


def _check(talk: Talk, one: Row[Any]) -> None:
    """Raises a Refusal where this ticket is not good, or not good today."""
    ref, number = booking.ref(one.id), desk_cards.number(one)
    if one.state not in _GOOD:
        sentence = Text(
            "请对方重新预约，{number}不算了：{state}。", number=number, state=booking.STATES[one.state]
        )
        raise Refusal("ticket.over", sentence, ref)
    # What was fetched is said also on another day.
    if one.day != desk_which.today(talk) and not (one.kind == "pickup" and one.state == "served"):
        sentence = Text(
            "请按约好的时间来，{number}约的是{at}。", number=number, at=Moment(one.starts or one.at)
        )
        raise Refusal("ticket.day", sentence, ref)


def _hand_over(talk: Talk, one: Row[Any]) -> Card:
    """What an organization fetches goes out once; the second time it is said who took it when."""
    if one.state == "served" or not _fetch(talk, one):
        return refused(_taken(talk, one))
    unit, who = _unit(talk, one), desk_cards.who(talk.db, one, [one.service_id])
    text = Text("可以发了，记成已领取：{unit}，{who}，「{service}」。", unit=unit, who=who or desk_cards.NOBODY, service=prose(one.service))  # fmt: skip
    return Card(text, tone="done", refs=(booking.ref(one.id),))


def _fetch(talk: Talk, one: Row[Any]) -> bool:
    if not desk.serve(talk.db, one, talk.person.id, talk.now):
        return False
    desk_news.served(talk.db, one, talk.now)
    return True


def _taken(talk: Talk, one: Row[Any]) -> Refusal:
    found = pickup.of(talk.db, one.service_id, one.organization_id) if one.organization_id else None
    if found is not None and found.state == "served":
        return pickup.refusal(talk.db, found)
    now = cast(Row[Any], desk.find(talk.db, one.id))
    sentence = Text(
        "不用再发，{number}{at}领过了。", number=desk_cards.number(one), at=Moment(now.settled or now.at)
    )
    return Refusal("pickup.given", sentence, booking.ref(one.id))


def _unit(talk: Talk, one: Row[Any]) -> Text:
    return as_said(organization.name(talk.db, one.organization_id)) if one.organization_id else Text("个人")


def _arrived(talk: Talk, one: Row[Any]) -> Card:
    text = Text("到了：{who}，{at}。", who=_whom(talk, one), at=Moment(one.starts or one.at))
    if one.party > 1:
        text = Text(
            "到了：{who}，{at}，{count}位。",
            who=_whom(talk, one),
            at=Moment(one.starts or one.at),
            count=one.party,
        )
    choices: tuple[Choice, ...] = ()
    if one.kind in desk.CALLED_FOR:
        choices = (desk_cards.next_one(one.place_id), desk_cards.decisions(one)[0])
    return Card(text, choices=choices, tone="done", refs=(booking.ref(one.id),))


def _again(talk: Talk, one: Row[Any]) -> Card:
    """The same once more says when he came, and who let him in."""
    first = desk.noted(talk.db, one, "arrived") or desk.noted(talk.db, one, "served")
    now = desk.find(talk.db, one.id) or one
    at = first.at if first is not None else now.came or now.at
    by = (
        desk_cards.staff(talk.db, first.actor_id)
        if first is not None and first.actor_id != one.member_id
        else Text("本人")
    )
    text = Text("之前到过了：{who}，{at}，由{by}。现在是：{state}。", who=_whom(talk, one), at=Moment(at), by=by, state=booking.STATES[now.state])  # fmt: skip
    return Card(text, choices=(desk_cards.next_one(one.place_id),), tone="done", refs=(booking.ref(one.id),))


def _whom(talk: Talk, one: Row[Any]) -> Text:
    return desk_cards.called(talk.db, one, booking_privacy.hosted(talk.db, talk.person.id))


def arrive_at(talk: Talk, here: int) -> tuple[Row[Any], ...]:
    """Who scans the code of a station is there with what he booked there for now; those bookings, all in line."""
    own = [one for one in desk.own(talk.db, talk.person.id, desk_which.today(talk)) if one.place_id == here]
    due = [one for one in own if one.state == "booked" and desk.may_arrive(one, talk.now)]
    return tuple(one for one in due if desk.arrive(talk.db, one, talk.person.id, talk.now))


def arrived_line(talk: Talk, one: Row[Any]) -> Text:
    """What the check-in says of it."""
    return Text("约{number}（{service}，{at}）记成到了。到时间在{place}等叫号。", number=one.id, service=prose(one.service), at=Moment(one.starts or one.at), place=as_said(place.name(talk.db, one.place_id)))  # fmt: skip
