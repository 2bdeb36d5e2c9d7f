"""How a booking is named at the desk: its number, its service, and as much of a name as may be called out."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row

from handlers.talk import press
from models import place, profile
from models.card import Choice
from models.database import Db
from models.text import Text, as_said, prose

RULE = Text("先叫到点的预约，再按取号的顺序。")
NOBODY = Text("没留称呼")


def number(one: Row[Any]) -> Text:
    """A012 of who drew it, 约17 of who booked."""
    if one.number is not None:
        return as_said(f"A{one.number:03}")
    return Text("约{number}", number=one.id)


def masked(name: str | None) -> Text:
    """张*: enough to call somebody, too little to know him."""
    return as_said(f"{name[0]}*") if name else NOBODY


def who(db: Db, one: Row[Any], hosted: Collection[int]) -> Text | None:
    """Who comes, as this reader may know it: the whole name who gives the service himself, else its first letter.

    None where the service is private and not his.
    """
    name = profile.find(db, one.member_id).name if one.member_id else None
    if one.service_id in hosted:
        return as_said(name) if name else NOBODY
    return None if one.private else masked(name)


def called(db: Db, one: Row[Any], hosted: Collection[int]) -> Text:
    """A012（张*），居住证办理."""
    known = who(db, one, hosted)
    if known is None:
        return Text("{number}，{service}", number=number(one), service=prose(one.service))
    return Text("{number}（{who}），{service}", number=number(one), who=known, service=prose(one.service))


def staff(db: Db, member: int | None) -> Text:
    """Who of the staff did something."""
    name = profile.find(db, member).name if member else None
    return as_said(name) if name else Text("工作人员")


def counter(one: Row[Any]) -> Text | None:
    """The desk to which he is to go."""
    said = one.desk or one.usual_desk
    if said and said.isdigit():
        return Text("{nth}号窗口", nth=said)
    return prose(said) if said else None


def station(db: Db, one: Row[Any]) -> Text:
    return as_said(place.name(db, one.place_id))


def next_one(at: int) -> Choice:
    return Choice(Text("叫下一个"), press("callnext", at))


def decisions(one: Row[Any]) -> tuple[Choice, ...]:
    """What becomes of who was called."""
    return (
        Choice(Text("办好了"), press("served", one.id)),
        Choice(Text("再叫一次"), press("recall", one.id)),
        Choice(Text("过号"), press("passover", one.id)),
        Choice(Text("没来"), press("missed", one.id)),
    )
