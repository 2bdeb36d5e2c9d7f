"""What whoever has a seat from now on is shown, and what follows it: when he is reminded, whom to ask, his calendar."""

from dataclasses import replace

from handlers import activity_cards, calendar_files, contacts, reminder_cards, shifts
from handlers.activity_cards import MY_LIST
from handlers.talk import Talk, press
from models import expected, registration, shift_role
from models.activity import Listing
from models.card import Article, Card, Choice
from models.text import Text, as_said


def card(talk: Talk, wanted: Listing, key: int, text: Text, *choices: Choice) -> Card:
    """The seat of this registration is his, or of the guest whom he registered."""
    one = registration.find(talk.db, key)
    assert one is not None
    planned = expected.plan(talk.db, key, wanted, one.member_id, talk.schedule, talk.now)
    shown = activity_cards.full(wanted, talk.now, party=one.seats)
    if one.guest:
        shown = of_guest(shown, key, one.guest)
        shown = replace(shown, facts=(*shown.facts, *_role(talk, one.role_id)))
    else:
        shown = shifts.held(talk, wanted, shown, one)
    shown = contacts.with_contact(talk, reminder_cards.with_times(shown, wanted, planned), wanted)
    return Card(
        text,
        articles=(shown,),
        choices=(*choices, MY_LIST),
        tone="done",
        attachments=(calendar_files.attached(wanted),),
    )


def of_guest(shown: Article, key: int, guest: str) -> Article:
    """The same of somebody without an account: it says whose it is, and is cancelled by its own button."""
    cancel = Choice(Text("取消报名"), press("guestoff", key))
    return replace(shown, facts=((Text("替谁"), as_said(guest)), *shown.facts), choices=(cancel,))


def _role(talk: Talk, role: int | None) -> tuple[tuple[Text, Text], ...]:
    return shifts.fact(shift_role.held(talk.db, role)) if role is not None else ()
