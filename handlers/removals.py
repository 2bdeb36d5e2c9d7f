"""Staff take somebody's seat, for a reason that he is told, and give it back to whom they refused."""

from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, approvals
from handlers.activity_cards import BROWSE
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import activity, approval, reminder
from models.activity import Listing
from models.card import Card, Choice
from models.folding import fold
from models.refusal import Refusal
from models.text import Text, prose

_SHOWN = 10
_REMOVE = (
    Phrase(
        r"(?:移出|移除|请出|踢出|剔除|划掉).{0,12}(?:报名|名单|活动)|(?:从|把).{1,24}(?:移出|移除|请出|踢出|剔除|划掉)|"
        r"^移出(?:一个|一位)?(?:人|报名的人)?[。.!]*$",
        weight=5,
        unless="账号|群|我自己|把我",
    ),
    Phrase(
        r"\b(?:remove|take) (?!me\b|my\b).{1,40} (?:from|off)\b",
        weight=5,
        unless="account|group|phone|address",
    ),
)


def _named(reading: Reading) -> Arguments:
    return {"numbers": [title.number for title in reading.titles], "said": reading.text}


@on("staff.activity", head="remove", allow=anybody, private=True, phrases=_REMOVE, reads=_named)
def remove(talk: Talk, number: int | None = None, numbers: list[int] | None = None, said: str = "") -> Card:
    """The number is the registration's."""
    one = approval.find(talk.db, number) if number else _meant(talk, numbers or [], said)
    if one is None:
        talk.leave(Refusal("approval.unknown", Text("请看看名单，没有找到这个报名。")), BROWSE)
    wanted = activity.held(talk.db, one.activity_id)
    try:
        approval.check_decision(talk.db, one, "removed", talk.person.id, talk.now)
        question = Text(
            "取消{name}在「{title}」的报名。原因写什么？对方会看到。",
            name=approvals.name(talk.db, one),
            title=prose(wanted.title),
        )
        reason = approvals.ask_reason(talk, question, activity_cards.subject(wanted))
        approval.remove(talk.db, one, talk.person.id, talk.now, reason)
    except Refusal as refusal:
        talk.leave(refusal, *approvals.next_steps(talk, wanted, refusal))
    reminder.drop(talk.db, one.id, "the registration was cancelled", talk.now)
    text = Text("工作人员取消了您在「{title}」的报名。", title=prose(wanted.title))
    approvals.refused(talk, one, wanted, text, reason)
    done = Text("好的，名额让出来了，原因已经告诉本人。要恢复，点一下。")
    back = Choice(Text("恢复报名"), press("readmit", one.id))
    return Card(done, choices=(back,), tone="done", refs=(wanted.ref,))


def _meant(talk: Talk, numbers: list[int], said: str) -> Row[Any] | None:
    """Whom the sentence names, of those registered for what it names; asked for where that is not clear."""
    found = activity.those(talk.db, numbers)
    if not found:
        text = Text("请说是哪一场，比如“把王五移出周四的瑜伽”。")
        talk.leave(Refusal("approval.which", text), BROWSE)
    wanted = found[0]
    approval.check(talk.db, talk.person.id, wanted)
    there = approval.those(talk.db, wanted, "confirmed")
    named = [each for each in there if _is_named(each, said)]
    if len(named) == 1:
        return named[0]
    if not there:
        text = Text("「{title}」现在没有人报名。", title=prose(wanted.title))
        talk.leave(Refusal("approval.none", text, wanted.ref), _details(wanted))
    offered = named or there
    talk.keep(numbers=[wanted.number])
    options = [Option(each.id, approvals.name(talk.db, each)) for each in offered[:_SHOWN]]

    def by_name(typed: str) -> int:
        hits = [each.id for each in there if _is_named(each, fold(typed))]
        if len(hits) != 1:
            raise Refusal("approval.name", Text("请发名单里的名字，要写全。"))
        return int(hits[0])

    about = (activity_cards.subject(wanted),)
    chosen = talk.ask("who", Text("取消哪一位的报名？也可以发名字。"), *options, check=by_name, about=about)
    return next((each for each in there if each.id == chosen), None)


def _is_named(one: Row[Any], said: str) -> bool:
    known = one.guest or one.name
    return bool(known) and fold(known) in said


def _details(wanted: Listing) -> Choice:
    return Choice(Text("详情"), press("show", wanted.number))


@on("staff.activity", head="readmit", allow=anybody, private=True)
def readmit(talk: Talk, number: int | None = None) -> Card:
    """A new registration by staff for whom they refused; its number is the old one's."""
    one = approval.find(talk.db, number or 0)
    if one is None:
        talk.leave(Refusal("approval.unknown", Text("请看看名单，没有找到这个报名。")), BROWSE)
    try:
        wanted, key = approval.readmit(talk.db, one, talk.person.id, talk.now)
    except Refusal as refusal:
        wanted = activity.held(talk.db, one.activity_id)
        talk.leave(refusal, *approvals.next_steps(talk, wanted, refusal))
    text = Text("工作人员恢复了您的报名，「{title}」有您的位子。", title=prose(wanted.title))
    approvals.admitted(talk, one, wanted, key, text)
    done = Text("好的，{name}的报名恢复了，已经告诉本人。", name=approvals.name(talk.db, one))
    return Card(done, choices=(_details(wanted),), tone="done", refs=(wanted.ref,))
