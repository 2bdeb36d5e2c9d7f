"""Shifts as people see them: the roles of an activity with what is free, choosing one, and what one has there."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, occasions
from handlers.activity_cards import Fact
from handlers.talk import Option, Talk, press
from models import guest as guests
from models import private_note, registration, shift, shift_role
from models.activity import Listing
from models.card import Article, Choice
from models.database import Db
from models.folding import fold
from models.refusal import Refusal
from models.registered import Held
from models.shift_role import Role
from models.text import Several, Text, as_said, prose


def facts(talk: Talk, wanted: Listing) -> tuple[Fact, ...]:
    """Each role: how many it takes and how many are missing, and the skill."""
    roles = shift_role.of(talk.db, wanted.id) if wanted.has_roles else []
    return tuple((prose(role.name), _needs(role)) for role in roles)


def _needs(role: Role) -> Text:
    free = Text("还差{count}位", count=role.free) if role.free else Text("满了，可候补")
    parts = [Text("要{count}位", count=role.capacity), free]
    if role.skill:
        parts.append(Text("要会{skill}", skill=prose(role.skill)))
    return Text("{parts}", parts=Several(tuple(parts)))


def shown(talk: Talk, wanted: Listing, article: Article) -> Article:
    """An activity in full, with its roles, its other times, and what the reader has there."""
    more = occasions.choice(talk, wanted)
    with_roles = replace(
        article, facts=(*article.facts, *facts(talk, wanted)), choices=(*article.choices, *more)
    )
    # What somebody holds is nobody else's business.
    return with_roles if talk.in_group else own(talk, wanted, with_roles)


def own(talk: Talk, wanted: Listing, article: Article) -> Article:
    """An activity with what the reader does there, what only those are told who come, and the way to hand it on."""
    return held(talk, wanted, article, registration.live(talk.db, wanted, talk.person.id))


def held(talk: Talk, wanted: Listing, article: Article, row: Row[Any] | None) -> Article:
    """The same where the reader's live registration there is known; None is none."""
    found: list[Fact] = []
    if row is not None and row.role_id is not None:
        found += fact(shift_role.held(talk.db, row.role_id))
    if note := private_note.of(talk.db, wanted, talk.person.id, talk.now):
        found.append((Text("只给来的人看"), as_said(note)))
    confirmed = row is not None and row.state == "confirmed"
    return replace(
        article,
        facts=(*article.facts, *found),
        choices=(*article.choices, *(_hand_on(talk, wanted) if confirmed else ())),
    )


def _hand_on(talk: Talk, wanted: Listing) -> tuple[Choice, ...]:
    if wanted.is_off or wanted.approval or talk.now >= wanted.starts or not shift.is_one(wanted):
        return ()
    return (Choice(Text("转给同事"), press("giveshift", wanted.number)),)


def choose(
    talk: Talk, wanted: Listing, said: str | None, *, guest: bool = False
) -> tuple[Listing, Role | None]:
    """The role that somebody takes, and the activity with the places of it. Leaves with what a role takes that he has not.

    Without roles it is the activity as it is.
    """
    if not wanted.has_roles:
        return wanted, None
    roles = shift_role.of(talk.db, wanted.id)
    role = roles[0] if len(roles) == 1 else _said(roles, said)
    if role is None:
        options = [Option(each.id, _label(each), (fold(each.name),)) for each in roles]
        about = (Article(prose(wanted.title), wanted.ref),)
        chosen = talk.ask("role", Text("报哪个岗位？"), *options, about=about)
        role = next(each for each in roles if each.id == chosen)
    try:
        if guest:
            guests.check_role(talk.db, wanted, role, talk.person.id)
        else:
            shift.check_skill(talk.db, wanted, role, talk.person.id)
    except Refusal as refusal:
        details = Choice(Text("详情"), press("show", wanted.number))
        own = () if guest else (Choice(Text("我有这个技能"), press("skilled", role.id)),)
        talk.leave(refusal, *own, details)
    return shift.narrow(wanted, role), role


def _said(roles: list[Role], said: str | None) -> Role | None:
    """The role that was named; None where none was, or where several are called alike."""
    found = [each for each in roles if said and said in fold(each.name)]
    return found[0] if len(found) == 1 else None


def _label(role: Role) -> Text:
    name = prose(role.name)
    if not role.free:
        return Text("{role} 候补", role=name)
    return Text("{role} 余{count}", role=name, count=role.free)


def fact(role: Role | None) -> tuple[Fact, ...]:
    """The role as a line of what somebody registers for."""
    return ((Text("岗位"), prose(role.name)),) if role else ()


def subject(wanted: Listing, role: Role | None) -> Article:
    """What a question is about, with the role that is taken."""
    about = activity_cards.subject(wanted)
    return replace(about, facts=(*about.facts, *fact(role)))


def about(db: Db, wanted: Listing, role: int | None) -> Article:
    """The same, by the key of the role."""
    return subject(wanted, shift_role.held(db, role) if role is not None else None)


def listed(db: Db, one: Held, line: Article) -> Article:
    """A line of one's own registrations with the role, which alone may tell two shifts from each other."""
    if one.role is None:
        return line
    return replace(line, facts=(*line.facts, *fact(shift_role.held(db, one.role))))
