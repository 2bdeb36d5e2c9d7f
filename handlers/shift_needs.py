"""Volunteers read before their shift what was reported there, in the bot's own words."""

from dataclasses import replace

from handlers.talk import press
from models import need, shift_needs
from models.activity import Listing
from models.card import Card, Choice
from models.database import Db
from models.text import Several, Text, as_said, prose


def with_needs(db: Db, card: Card, wanted: Listing) -> Card:
    """The reminder of a shift with what they could look at while they are there."""
    found = shift_needs.of(db, wanted)
    if not found:
        return card
    lines = tuple(
        Text(
            "· 需{number}「{title}」{place}",
            number=each.id,
            title=prose(each.title),
            place=as_said(each.place),
        )
        for each in found
    )
    text = Text(
        "{reminder}\n这里有人反映，到了顺便看看？\n{needs}",
        reminder=card.text,
        needs=Several(lines, lines=True),
    )
    look = tuple(Choice(Text("看需{number}", number=each.id), press("need", each.id)) for each in found)
    refs = (wanted.ref, *card.refs, *(need.ref(each.id) for each in found))
    return replace(card, text=text, choices=(*card.choices, *look), refs=refs)
