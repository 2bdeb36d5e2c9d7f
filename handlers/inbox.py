"""The inbox of those on duty: what people ask them, answered in the chat; what nobody answers climbs."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import question_cards, replies
from handlers.jobs import job
from handlers.question_cards import INBOX, asker_name, moved_on, officer_name, ref, shown, tell_officer
from handlers.questions import words
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import addressee, asking, duty, notice, question
from models.addressee import Addressee
from models.card import Card, Choice
from models.database import Db
from models.member import Person
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Text, as_said

_PAGE = 5
# So many colleagues are offered at once.
_COLLEAGUES = 8
# So many climb in one slice.
_SLICE = 10
_END = r"[吧啊呀啦了。.!?~\s]*$"
# As it was written, in either script, since the words behind it are passed on as they are.
_NUMBER = r"第?(?P<number>\d{1,9})?\s*[号號]?(?:问题|問題)?"
_TO = r"(?:[回答][复復覆]|answer|reply(?: to)?)"
_REPLY = re.compile(
    rf"^\s*{_TO}\s*{_NUMBER}\s*(?:[:：,，]\s*|(?<=\d)\s+|(?<=[号號题題]))(?P<words>\S.*)$",
    re.DOTALL | re.IGNORECASE,
)
_REPLIES = (
    Phrase(rf"^{_TO}\s*第?(?:\d{{1,9}})?\s*号?(?:问题)?{_END}", weight=5),
    Phrase(rf"^{_TO}\s*第?(?:\d{{1,9}}(?:号|问题)*[\s:,]|号?[:,])", weight=5),
)
_BARE = re.compile(
    rf"^\s*(?:{_TO}|[转轉][给給][别別]人|[办辦][结結]|pass on|close question)\s*{_NUMBER}{_END}",
    re.IGNORECASE,
)
_INBOX = (
    Phrase(rf"^(?:看看|打开)?(?:我的)?(?:收件箱|收件匣){_END}|^(?:my |open )?inbox{_END}", weight=5),
    Phrase(
        rf"^(?:有)?(?:谁|哪些人)在问{_END}|^有(?:谁|人)问(?:我|我们)?(?:吗|没有){_END}|^who is asking{_END}",
        weight=5,
    ),
)
_PASS = (Phrase(rf"^转给(?:别人|同事)\s*\d*{_END}|^pass on\s*\d*{_END}", weight=5),)
_SETTLE = (
    Phrase(rf"^办结\s*(?:第)?(?:\d{{1,9}})?\s*(?:号)?(?:问题)?{_END}|^close question\s*\d*{_END}", weight=5),
)


def on_duty(db: Db, person: Person) -> bool:
    """Staff of any place, administrators, and contacts who were asked; which question is whose is asked for each."""
    if addressee.officer(db, person.id) is not None or duty.plays(db, person.id):
        return True
    return question.addressed(db, person.id)


def _meant(reading: Reading) -> Arguments:
    """The number and the words of `回复 12：已经修好了`."""
    if found := _REPLY.match(reading.said):
        return {"number": int(found["number"]) if found["number"] else None, "said": found["words"]}
    bare = _BARE.match(reading.said)
    return {"number": int(bare["number"])} if bare and bare["number"] else {}


@on(
    "staff.question",
    head="inbox",
    example=Text("收件箱"),
    for_staff=True,
    rank=104,
    allow=on_duty,
    private=True,
    phrases=_INBOX,
)
def inbox(talk: Talk, number: int | None = None) -> Card:
    """What waits for this officer, oldest first; `number` is the last question of the page before."""
    found = question.inbox(talk.db, talk.person.id, number or 0, _PAGE + 1)
    if not found:
        return Card(Text("收件箱是空的，现在没有人在等回复。"), choices=menu())
    page = found[:_PAGE]
    count = question.waiting(talk.db, talk.person.id)
    more = (Choice(Text("更多"), press("inbox", page[-1].id)),) if len(found) > _PAGE else ()
    if len(page) == 1 and number is None:
        return question_cards.thread(talk, page[0])
    articles = tuple(question_cards.row(talk, each) for each in page)
    return Card(Text("等回复的有{count}个，等得最久的在前：", count=count), articles=articles, choices=more)


def _which(talk: Talk, number: int | None) -> Row[Any]:
    """The question that is meant; without a number the only one that waits, else he is asked. Raises Refusal."""
    if number is not None:
        found = question.find(talk.db, number)
        question.check_officer(talk.db, found, talk.person.id)
        return found
    waits = question.inbox(talk.db, talk.person.id, most=_PAGE)
    if not waits:
        talk.leave(Refusal("question.none", Text("收件箱是空的，现在没有人在等回复。")), *menu())
    if len(waits) == 1:
        return waits[0]
    talk.keep(number=None)
    options = [Option(each.id, as_said(question_cards.short(shown(talk, each.newest)))) for each in waits]
    chosen = talk.ask("which", Text("是哪一个？"), *options)
    return question.find(talk.db, chosen)


@on("staff.question", head="reply", allow=anybody, private=True, phrases=_REPLIES, reads=_meant)
def reply(talk: Talk, number: int | None = None, said: str | None = None) -> Card:
    """Into the chat of who asked, at once. Without a number everybody may have something to reply to."""
    if number is None and not question.waiting(talk.db, talk.person.id):
        talk.did = "question.ask"
        return replies.by_word(talk, said)
    found = _which(talk, number)
    _check_unanswered(talk, found)
    asks = Text(
        "请写给{who}的回复，发出就到：\n{words}", who=asker_name(found), words=shown(talk, found.newest)
    )
    answer = words(said or talk.ask("words", asks, check=words))
    stored = asking.answer(talk.db, talk.vault, found, talk.person.id, answer, talk.now)
    _tell_asker(talk, found, stored)
    return _done(talk, Text("已经发给{who}。", who=asker_name(found)), found)


def _check_unanswered(talk: Talk, found: Row[Any]) -> None:
    try:
        asking.check_unanswered(found, talk.person.id)
    except Refusal as refusal:
        talk.leave(refusal, Choice(Text("看看"), press("question", found.id)), INBOX)


def _tell_asker(talk: Talk, found: Row[Any], stored: str) -> None:
    """An answer goes out at once, also in the quiet hours."""
    card = question_cards.to_asker(found, _me(talk, found), stored)
    notice.tell_member(talk.db, [card], found.member_id, talk.now, kind="answer")


def _me(talk: Talk, found: Row[Any]) -> Addressee:
    return addressee.of(talk.db, talk.person.id, found.place_id)


def _done(talk: Talk, text: Text, found: Row[Any]) -> Card:
    """What was done, and how much still waits."""
    count = question.waiting(talk.db, talk.person.id)
    if count:
        text = Text("{done}收件箱里还有{count}个。", done=text, count=count)
    choices = (INBOX,) if count else ()
    return Card(text, choices=choices, tone="done", refs=(ref(found.id),))


@on("staff.question", head="pass", allow=on_duty, private=True, phrases=_PASS, reads=_meant)
def hand_on(talk: Talk, number: int | None = None) -> Card:
    """To a colleague, of the same place first; who asked is told."""
    found = _which(talk, number)
    _check_unanswered(talk, found)
    colleagues = addressee.others(talk.db, found.place_id, {found.officer_id, found.member_id})
    if found.state != "open" or not colleagues:
        talk.leave(Refusal("question.nobody", Text("请自己回复，现在没有别人可以转。")), *_reply_to(found))
    offered = colleagues[:_COLLEAGUES]
    options = [Option(each.id, officer_name(each)) for each in offered]
    chosen = talk.ask("whom", Text("转给谁？"), *options)
    to = next(each for each in offered if each.id == chosen)
    asking.hand_on(talk.db, talk.schedule, found, to, talk.person.id, talk.now)
    _tell_handed_on(talk.db, found, to, talk.now)
    done = Text("已经转给{officer}，也告诉对方了。", officer=officer_name(to))
    return Card(done, choices=(INBOX,), tone="done", refs=(ref(found.id),))


def _reply_to(found: Row[Any]) -> tuple[Choice, ...]:
    return (Choice(Text("回复"), press("reply", found.id)), INBOX)


def _tell_handed_on(db: Db, found: Row[Any], to: Addressee, now: datetime, *, waits: bool = False) -> None:
    """Both sides: who has it now, and who asked."""
    event = f"handed on {found.climbed + 1}"
    tell_officer(db, found.id, to.id, now, event, waits=waits)
    notice.tell_member(
        db,
        [moved_on(found, to)],
        found.member_id,
        now,
        key=f"question {found.id} told {found.climbed + 1}",
        kind="answer",
        still=f"question {found.id}",
        rests=True,
    )


@on("staff.question", head="settle", allow=on_duty, private=True, phrases=_SETTLE, reads=_meant)
def settle(talk: Talk, number: int | None = None) -> Card:
    """Closed, never without a word to who asked."""
    found = _which(talk, number)
    _check_unanswered(talk, found)
    if found.state == "open":
        asks = Text(
            "请写一句怎么办的，会发给{who}：\n{words}", who=asker_name(found), words=shown(talk, found.newest)
        )
        answer = words(talk.ask("words", asks, check=words))
        stored = asking.answer(talk.db, talk.vault, found, talk.person.id, answer, talk.now)
        _tell_asker(talk, found, stored)
        found = question.find(talk.db, found.id)
    asking.close(talk.db, found, talk.person.id, talk.now)
    return _done(talk, Text("办结了。"), found)


def _next(db: Db, _schedule: Schedule) -> datetime | None:
    return question.next_due(db)


@job("questions", next=_next)
def climb(db: Db, now: datetime, schedule: Schedule) -> bool:
    """What nobody answered goes to the next one up, who asked is told; at the top it is reminded day by day."""
    overdue = question.overdue(db, now, _SLICE)
    for found in overdue:
        to = addressee.next_up(db, found.place_id, found.officer_id, {found.member_id})
        if to is not None:
            asking.hand_on(db, schedule, found, to, None, now)
            _tell_handed_on(db, found, to, now, waits=True)
            continue
        asking.stay(db, schedule, found, now)
        if found.officer_id is not None:
            event = f"waits {found.climbed + 1}"
            tell_officer(db, found.id, found.officer_id, now, event, waits=True)
    return len(overdue) == _SLICE
