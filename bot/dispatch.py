"""One message becomes one reply: recall, read the speaker, hear, remember. The worker commits."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot import news
from bot.equipment import Equipment
from bot.inbound import Inbound, Message, Reply
from bot.sealing import Sealing
from handlers import short
from handlers.hearing import Line, hear, learn
from handlers.running import Outcome
from handlers.talk import Talk
from models import conversation, delivery, erasure, heard, history, member, notice, phone
from models.card import Card
from models.conversation import Memory, Window
from models.database import ClaimLost, Db
from models.folding import clean, fold, is_traditional
from models.member import Language, Person
from models.notice import Part
from models.refusal import Refusal
from models.text import Text, as_said

# Longer than any platform lets a person write; what is beyond is cut off.
LONGEST_TEXT = 4096
# Where somebody was longer ago is not where he is.
PLACE_HOLDS = timedelta(seconds=60)
_ERASED = ""
_BEFORE = timedelta(milliseconds=1)
# The sentence of a button: nobody writes so.
_BUTTON = re.compile(r"[a-z]+ \d+(\.\d+)?")
_log = structlog.get_logger()


def answer(db: Db, inbound: Inbound, now: datetime, equipment: Equipment) -> Reply:
    """Runs a message within the worker's transaction. A failing handler is an apology, not an error.

    The first run puts the claims of hot rows off to its end; where one is lost, or somebody else was
    first, the message runs again from the start and sees what is there now.
    """
    for eager in (False, True):
        try:
            with db.attempt(eager=eager):
                return _answer(db, inbound, now, equipment)
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


def _answer(db: Db, inbound: Inbound, now: datetime, equipment: Equipment) -> Reply:
    speaker = conversation.speaker(db, inbound.channel, inbound.sender)
    if inbound.message and (kept := heard.recall(db, inbound.channel, inbound.message)):
        return _again(Reply.load(kept), inbound)
    if inbound.leaves:
        return _leave(db, inbound, speaker, now)
    address, person = _known(db, inbound, speaker)
    remembered = speaker.memory if speaker else None
    sealing = Sealing.of(equipment.vault, inbound.text, remembered)
    memory = sealing.opened(remembered)
    told = news.since_last_line(db, inbound, speaker, memory, now)
    lexicon = equipment.lexicons.get(db, speaker.revision if speaker else None, now)
    talk = Talk(
        db,
        person,
        now,
        lexicon.zone,
        lexicon,
        memory,
        equipment.vault,
        address,
        equipment.schedule,
        in_group=inbound.group is not None,
        registrations_a_minute=equipment.registrations_a_minute,
        public_url=equipment.public_url,
        paces=equipment.paces,
    )
    line = Line(
        clean(inbound.text)[:LONGEST_TEXT],
        inbound.attached,
        inbound.forwarded,
        inbound.location,
        inbound.location is not None and inbound.sent is not None and now - inbound.sent > PLACE_HOLDS,
        inbound.scanned,
        inbound.photo,
    )
    group: int | None = None
    if inbound.group:
        group, outcome = _hear_in_group(db, inbound, talk, line)
    else:
        learn(talk, *told)
        outcome = hear(talk, line, memory)
    unmet = inbound.group is not None and _is_unmet(inbound, speaker)
    reply = _reply(inbound, outcome, talk, sealing, unmet=unmet)
    if talk.gone:
        reply = replace(reply, gone=True)
        _keep(db, inbound, None, _addressed(reply, _ERASED), now)
        return reply
    conversation.keep(db, address, sealing.sealed(memory), known=remembered is not None)
    released = _arrived(db, inbound, address, speaker, now)
    _keep(db, inbound, address, reply, now)
    _enter(db, inbound, address, reply, outcome, now)
    held = unmet and speaker is not None and bool(speaker.closed)
    owes = _owe(db, inbound, address, group, reply, now, held=held)
    return replace(reply, owes=True) if owes or released else reply


def _is_unmet(inbound: Inbound, speaker: Row[Any] | None) -> bool:
    """Whether we are not let write to this person yet, who was heard in groups alone."""
    return inbound.waits_for_contact if speaker is None or speaker.member is None else bool(speaker.unmet)


def _leave(db: Db, inbound: Inbound, speaker: Row[Any] | None, now: datetime) -> Reply:
    """Whom we reach no more is sent nothing; who is to be forgotten is, unless the community needs him.

    It is kept as heard: said again it must not meet whoever came back since.
    """
    if speaker is None:
        return Reply("", ())
    if inbound.leaves == "forgotten" and speaker.member is not None:
        try:
            erasure.leave(db, speaker.address, speaker.member, now)
            _keep(db, inbound, None, Reply("", ()), now)
            return Reply("", (), gone=True)
        except Refusal as refusal:
            _log.warning("kept although they left", reason=refusal.code)
    member.close(db, speaker.address, now)
    _keep(db, inbound, speaker.address, Reply("", ()), now)
    return Reply("", ())


def _arrived(db: Db, inbound: Inbound, address: int, speaker: Row[Any] | None, now: datetime) -> bool:
    """Whoever writes is reached again, and may be written to for a while; True where something waited for that."""
    away = speaker is not None and bool(speaker.closed or speaker.unmet)
    back = away and inbound.group is None
    if back:
        member.reopen(db, address)
    if inbound.opens is None:
        return back and delivery.release(db, address, now)
    span, most = inbound.opens
    free = speaker is not None and speaker.free_until is not None
    before = Window(speaker.free_until, speaker.free_left) if speaker is not None and free else None
    conversation.open_window(db, address, Window(now + span, most), before, now)
    return delivery.release(db, address, now)


def _owe(
    db: Db,
    inbound: Inbound,
    address: int,
    group: int | None,
    reply: Reply,
    now: datetime,
    *,
    held: bool = False,
) -> bool:
    """Into the ledger what the response to the platform does not carry; True where there is some.

    `held`: what is for the person waits there until he writes, since the platform let nothing through to him before.
    """
    left = inbound.carries(reply) if inbound.carries else ()
    due = now - _BEFORE
    for to, where, when in (
        (inbound.sender, address, delivery.NEVER if held else due),
        (f"group:{inbound.group}", group, due),
    ):
        parts = [
            Part(message.card, message.first, skip, message.language)
            for message, skip in left
            if message.to == to
        ]
        if parts and where is not None:
            # What the handler itself has told comes after its answer.
            notice.tell(db, parts, [where], now, due=when)
    return bool(left)


def _again(reply: Reply, inbound: Inbound) -> Reply:
    """The answer that it got when it came first; a goodbye is still one."""
    gone = any(each.to == _ERASED for each in reply.messages)
    return replace(_addressed(reply, inbound.sender), repeated=True, gone=gone)


def _addressed(reply: Reply, to: str) -> Reply:
    """The goodbye to somebody who was erased is kept without a name: whoever repeats the line is the one."""
    if not reply.gone and all(each.to != _ERASED for each in reply.messages):
        return reply
    return replace(reply, messages=tuple(replace(each, to=to) for each in reply.messages))


def _known(db: Db, inbound: Inbound, speaker: Row[Any] | None) -> tuple[int, Person]:
    """The one who speaks; a newcomer becomes a member by his first line."""
    if speaker is None or speaker.member is None:
        unmet = inbound.waits_for_contact and inbound.group is not None
        return member.meet(db, inbound.channel, inbound.sender, _language_of(inbound), unmet=unmet)
    person = Person(
        speaker.member,
        speaker.language,
        speaker.home_id,
        speaker.work_id,
        newcomer=bool(speaker.newcomer),
        side=speaker.side,
    )
    return speaker.address, person


def _language_of(inbound: Inbound) -> Language:
    """What a newcomer reads: as the platform says, else as he writes."""
    if inbound.language:
        return inbound.language
    if fold(inbound.text).isascii() and inbound.text[:1].isalpha() and not _BUTTON.fullmatch(inbound.text):
        return "en"
    return "zh-Hant" if is_traditional(inbound.text) else "zh-Hans"


def _hear_in_group(db: Db, inbound: Inbound, talk: Talk, line: Line) -> tuple[int, Outcome]:
    """A group remembers what was shown in it, and nothing else; gives its address too."""
    key = f"group:{inbound.group}"
    group = conversation.speaker(db, inbound.channel, key)
    remembered = group.memory if group else None
    sealing = Sealing.of(talk.vault, inbound.text, remembered)
    shown = sealing.opened(remembered)
    talk.group = address = group.address if group else member.meet_group(db, inbound.channel, key)
    outcome = hear(talk, line, shown)
    if group is not None and group.closed:
        member.reopen(db, address)
    conversation.keep(db, address, sealing.sealed(shown), known=remembered is not None)
    return address, outcome


def _reply(inbound: Inbound, outcome: Outcome, talk: Talk, sealing: Sealing, *, unmet: bool) -> Reply:
    """Numbers run on from card to card; what is private goes to the person also from a group.

    Whoever we may not write to yet is told in the group where it waits for him.
    """
    to = f"group:{inbound.group}" if inbound.group and not outcome.private else inbound.sender
    form = talk.memory.form
    counts = talk.in_group or form is None or form.numbers
    messages, number = [], 1
    for card in outcome.cards:
        messages.append(Message(to, sealing.masked(card), talk.person.language, number if counts else None))
        number += sum(1 for _ in card.numbered())
    if unmet and outcome.private and messages:
        there = f"group:{inbound.group}"
        messages.append(Message(there, short.waiting(), talk.person.language, None))
    return Reply(outcome.did, tuple(messages))


def _keep(db: Db, inbound: Inbound, address: int | None, reply: Reply, now: datetime) -> None:
    if inbound.message:
        heard.keep(db, inbound.channel, inbound.message, address, reply.dump(), now)


def _enter(db: Db, inbound: Inbound, address: int, reply: Reply, outcome: Outcome, now: datetime) -> None:
    """Into the history of a chat that has none of its own: the line, what it meant, and its answer."""
    if inbound.history:
        # A phone number is kept sealed or not at all.
        words = phone.without(inbound.label or inbound.text)
        said = history.Line(words, outcome.meant, outcome.closed, inbound.message)
        history.keep(db, said, [message.card for message in reply.messages], address, now)


def _apologize(db: Db, inbound: Inbound, now: datetime, error: Exception) -> Reply:
    """The person hears that it is our fault; the operator finds the trace by the same number."""
    trace = uuid4().hex[:8]
    _log.error("message failed", trace=trace, channel=inbound.channel, exc_info=error)
    text = Text(
        "请再说一次。刚才这句没办成，是我们出了差错；之前填的、办好的都还在。再不行，请到服务站报编号{trace}。",
        trace=as_said(trace),
    )
    with db.attempt(eager=True):
        speaker = conversation.speaker(db, inbound.channel, inbound.sender)
        address, person = _known(db, inbound, speaker)
        if speaker is None or speaker.memory is None:
            conversation.keep(db, address, Memory(), known=False)
        to = f"group:{inbound.group}" if inbound.group else inbound.sender
        reply = Reply(
            "unknown", (Message(to, Card(text, tone="notice"), person.language, None),), failed=True
        )
        _keep(db, inbound, address, reply, now)
        _enter(db, inbound, address, reply, Outcome("unknown"), now)
        group = conversation.speaker(db, inbound.channel, to) if inbound.group else None
        owes = _owe(db, inbound, address, group.address if group else None, reply, now)
    return replace(reply, owes=owes)
