"""One message becomes one reply: recall, read the speaker, hear, remember. The worker commits."""

from datetime import datetime
from uuid import uuid4

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.inbound import Inbound, Message, Reply
from handlers.hearing import Line, hear
from handlers.running import Outcome
from handlers.talk import Talk
from handlers.understanding.lexicon import Lexicons
from models import conversation, heard, member
from models.card import Card
from models.conversation import Memory
from models.database import ClaimLost, Db
from models.folding import clean, fold, is_traditional
from models.member import Language, Person
from models.text import Text, as_said

# Longer than any platform lets a person write; what is beyond is cut off.
LONGEST_TEXT = 4096
_log = structlog.get_logger()


def answer(db: Db, inbound: Inbound, now: datetime, lexicons: Lexicons) -> Reply:
    """Runs a message within the worker's transaction. A failing handler is an apology, not an error.

    The first run puts the claims of hot rows off to its end; where one is lost, or somebody else was
    first, the message runs again from the start and sees what is there now.
    """
    for eager in (False, True):
        try:
            with db.attempt(eager=eager):
                return _answer(db, inbound, now, lexicons)
        except ClaimLost:
            continue
        except IntegrityError as error:
            if eager:
                return _apologize(db, inbound, now, error)
        except DBAPIError:
            raise
        except Exception as error:
            return _apologize(db, inbound, now, error)
    raise AssertionError("an eager run has no claims that could be lost")


def _answer(db: Db, inbound: Inbound, now: datetime, lexicons: Lexicons) -> Reply:
    speaker = conversation.speaker(db, inbound.channel, inbound.sender)
    if inbound.message and (kept := heard.recall(db, inbound.channel, inbound.message)):
        return Reply.load(kept)
    address, person, memory, known = _known(db, inbound, speaker)
    lexicon = lexicons.get(db, speaker.revision if speaker else None, now)
    talk = Talk(db, person, now, lexicon.zone, lexicon, memory, in_group=inbound.group is not None)
    line = Line(clean(inbound.text)[:LONGEST_TEXT], inbound.attached, inbound.forwarded)
    outcome = _hear_in_group(db, inbound, talk, line) if inbound.group else hear(talk, line, memory)
    conversation.keep(db, address, memory, known=known)
    reply = _reply(inbound, outcome, talk)
    _keep(db, inbound, address, reply, now)
    return reply


def _known(db: Db, inbound: Inbound, speaker: Row | None) -> tuple[int, Person, Memory, bool]:  # type: ignore[type-arg]
    """The one who speaks; a newcomer becomes a member by his first line."""
    if speaker is None or speaker.member is None:
        address, person = member.meet(db, inbound.channel, inbound.sender, _language_of(inbound))
        return address, person, Memory(), False
    person = Person(speaker.member, speaker.language, speaker.home_id, speaker.work_id)
    return speaker.address, person, Memory.load(speaker.memory), speaker.memory is not None


def _language_of(inbound: Inbound) -> Language:
    """What a newcomer reads: as the platform says, else as he writes."""
    if inbound.language:
        return inbound.language
    if fold(inbound.text).isascii() and inbound.text[:1].isalpha():
        return "en"
    return "zh-Hant" if is_traditional(inbound.text) else "zh-Hans"


def _hear_in_group(db: Db, inbound: Inbound, talk: Talk, line: Line) -> Outcome:
    """A group remembers what was shown in it, and nothing else."""
    key = f"group:{inbound.group}"
    group = conversation.speaker(db, inbound.channel, key)
    shown = Memory.load(group.memory if group else None)
    outcome = hear(talk, line, shown)
    address = group.address if group else member.meet_group(db, inbound.channel, key)
    conversation.keep(db, address, shown, known=group is not None and group.memory is not None)
    return outcome


def _reply(inbound: Inbound, outcome: Outcome, talk: Talk) -> Reply:
    """Numbers run on from card to card; what is private goes to the person also from a group."""
    to = f"group:{inbound.group}" if inbound.group and not outcome.private else inbound.sender
    form = talk.memory.form
    counts = talk.in_group or form is None or form.wants == "choice"
    messages, number = [], 1
    for card in outcome.cards:
        messages.append(Message(to, card, talk.person.language, number if counts else None))
        number += sum(1 for _ in card.numbered())
    return Reply(outcome.did, tuple(messages))


def _keep(db: Db, inbound: Inbound, address: int, reply: Reply, now: datetime) -> None:
    if inbound.message:
        heard.keep(db, inbound.channel, inbound.message, address, reply.dump(), now)


def _apologize(db: Db, inbound: Inbound, now: datetime, error: Exception) -> Reply:
    """The person hears that it is our fault; the operator finds the trace by the same number."""
    trace = uuid4().hex[:8]
    _log.error("message failed", trace=trace, channel=inbound.channel, exc_info=error)
    text = Text(
        "这一步我们出了差错，没有办成，您的内容没有丢。请再试一次；还不行就到服务站，报编号{trace}。",
        trace=as_said(trace),
    )
    with db.attempt(eager=True):
        speaker = conversation.speaker(db, inbound.channel, inbound.sender)
        address, person, memory, known = _known(db, inbound, speaker)
        conversation.keep(db, address, memory, known=known)
        to = f"group:{inbound.group}" if inbound.group else inbound.sender
        reply = Reply(
            "unknown", (Message(to, Card(text, tone="notice"), person.language, None),), failed=True
        )
        _keep(db, inbound, address, reply, now)
    return reply
