"""Taking a seat that was offered to who waits, or to who waits for a guest; where it is gone, what is so now."""

from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, approvals, queueing, seated
from handlers.activity_cards import MY_LIST, queue_choices
from handlers.talk import Talk, press, refused
from models import activity, guest, registering, registration, waiting
from models.activity import Listing
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Text, as_said


def taken(talk: Talk, wanted: Listing, one: Row[Any]) -> Card:
    """The seat is his, or asked for where an organiser decides; where it is not to be had any more, what is so now."""
    found = registration.find(talk.db, one.id)
    assert found is not None
    one = found
    try:
        with talk.db.savepoint("take"):
            waiting.take(talk.db, one, wanted, talk.person.id, talk.schedule, talk.now)
    except Refusal as refusal:
        return _instead(talk, wanted, one, refusal)
    wanted = activity.held(talk.db, wanted.id)
    if wanted.approval:
        asked = approvals.ask(talk, wanted, one.id)
        shown = activity_cards.full(wanted, talk.now, party=one.seats, held="pending")
        if one.guest:
            shown = seated.of_guest(shown, one.id, one.guest)
        return Card(asked, articles=(shown,), choices=(MY_LIST,), tone="done")
    text = Text("位子是您的了，报名成功。开始前都可以取消。")
    if one.guest:
        text = Text("位子是{name}的了，报名成功。提醒发给您，请您转告。", name=as_said(one.guest))
    return seated.card(talk, wanted, one.id, text)


def _instead(talk: Talk, wanted: Listing, one: Row[Any], refusal: Refusal) -> Card:
    """An old button tells what is so now."""
    own = one.member_id is not None
    now = registration.live(talk.db, wanted, talk.person.id) if own else registration.find(talk.db, one.id)
    if own and now is not None and now.state == "waiting" and now.id != one.id:
        return queueing.stands(talk, wanted, now)
    off = Choice(Text("取消报名"), press("withdraw", wanted.number) if own else press("guestoff", one.id))
    steps = {
        "confirmed": (Choice(Text("详情"), press("show", wanted.number)),),
        "pending": (off,),
        "offered": queue_choices(one.id, "offered"),
        "waiting": queue_choices(one.id, "waiting"),
    }
    there = steps.get(now.state) if now is not None else None
    if now is not None and now.state in ("confirmed", "pending"):
        refusal = registering.already(wanted, now.state) if own else guest.already(wanted, one.guest)
    return refused(refusal, *(there or queueing.again(wanted, talk.now)), MY_LIST)
