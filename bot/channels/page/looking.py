"""Everything that the page shows to one visitor, read in one turn of the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.community import personas
from bot.equipment import Equipment
from handlers.help import first_words, reception
from handlers.registrations import coming
from handlers.talk import ASIDES, menu
from models import community, conversation, history, member
from models.card import Article
from models.conversation import Memory
from models.database import Db
from models.history import Exchange
from models.member import Language, Person
from models.text import Text

CHANNEL = "page"
# So many exchanges are loaded at once; earlier ones by scrolling up.
WINDOW = 50
COMING = 5


@dataclass(frozen=True, slots=True)
class News:
    """What came after a number, and how things stand then: `open_questions` are those that wait for their answer.

    `name` is the community's, in whose name the answers are given.
    """

    name: str
    exchanges: tuple[Exchange, ...] = ()
    older: bool = False
    open_questions: frozenset[int] = frozenset()
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """The whole page. Who has said nothing yet has no `person`."""

    news: News
    person: Person | None
    reception: Text | None
    coming: tuple[Article, ...]
    demo: bool
    personas: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class _Here:
    """An address of the page that is known, and who reads there."""

    address: int
    person: Person
    open_questions: frozenset[int]


def look(db: Db, key: str, now: datetime, equipment: Equipment, before: int | None, *, alone: bool) -> Look:
    """`before` is the number of an exchange, for those that came before it; `alone`: no platform is configured."""
    here = _here(db, key)
    person = here.person if here else None
    lexicon = equipment.lexicons.get(db, community.revision(db), now)
    demo = community.is_demo(db)
    return Look(
        news=earlier(db, key, before),
        person=person,
        reception=reception(db, lexicon, person, now),
        coming=coming(db, person.id, now, COMING) if person else (),
        demo=demo,
        personas=_personas(db) if demo and alone else (),
    )


def later(db: Db, key: str, after: int) -> News:
    """What came after this number, in order."""
    here, name = _here(db, key), community.name(db) or ""
    if here is None:
        return News(name)
    exchanges = history.after(db, here.address, after, WINDOW)
    return News(name, tuple(exchanges), open_questions=here.open_questions, language=here.person.language)


def earlier(db: Db, key: str, before: int | None) -> News:
    """The last that came before this number, or the last of all."""
    here, name = _here(db, key), community.name(db) or ""
    if here is None:
        return News(name)
    exchanges = history.before(db, here.address, before, WINDOW + 1)
    older = len(exchanges) > WINDOW
    return News(
        name,
        tuple(exchanges[-WINDOW:]),
        older=older,
        open_questions=here.open_questions,
        language=here.person.language,
    )


def exchange(db: Db, key: str, number: int) -> tuple[Exchange, Person] | None:
    """One of this browser's own exchanges, and who reads it."""
    here = _here(db, key)
    found = history.find(db, here.address, number) if here else None
    return (found, here.person) if found and here else None


def label_of(db: Db, key: str, says: str) -> tuple[Text | None, Language | None]:
    """What stood on the button that says this, newest first, and the language in which it was read."""
    news = earlier(db, key, None)
    shown = [choice for told in news.exchanges for card in told.cards for choice in card.pressable()]
    known = [*first_words(news.name).choices, *menu(), *ASIDES, *shown]
    return next((choice.label for choice in reversed(known) if choice.says == says), None), news.language


def become(db: Db, key: str, code: str, now: datetime, *, alone: bool) -> bool:
    """Makes a new browser one of the demo's people; False where they are not offered."""
    offered = alone and community.is_demo(db) and code in personas()
    return offered and member.play(db, CHANNEL, key, code, now)


def _here(db: Db, key: str) -> _Here | None:
    row = conversation.look(db, CHANNEL, key)
    if row is None or row.member is None:
        return None
    person = Person(row.member, row.language, row.home_id, row.work_id)
    return _Here(row.address, person, frozenset(form.question for form in Memory.load(row.memory).forms))


def _personas(db: Db) -> tuple[tuple[str, Text], ...]:
    known = member.named(db, personas())
    return tuple((code, _as_whom(known[code])) for code in personas() if code in known)


def _as_whom(persona: Row[Any]) -> Text:
    if persona.staff:
        return Text("{name}（工作人员）", name=persona.name)
    if persona.work_id is None:
        return Text("{name}（居民）", name=persona.name)
    return Text("{name}（上班族）", name=persona.name)
