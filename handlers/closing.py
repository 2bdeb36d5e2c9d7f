"""Whether it is solved: who reported a need says so and thanks, or takes it back; who says nothing is asked again."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import checks, need_cards, need_news
from handlers.jobs import job
from handlers.needs import NUMBER, find
from handlers.supporting import tell_officer
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import checking, follow, need, need_closing, need_heir, need_line, notice, phone
from models.card import Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.schedule import Schedule
from models.still import still
from models.text import Moment, Text

# What else follows from an answer, and from thanks that may be passed on: projects declare it.
Answered = Callable[[Db, Row[Any], str, datetime], None]
Thanked = Callable[[Db, Row[Any], str, datetime], None]
_ANSWERED: list[Answered] = []
_THANKED: list[Thanked] = []
_STARS = (Text("很不满意"), Text("不满意"), Text("一般"), Text("满意"), Text("很满意"))
END = r"(?:吧|啊|呀|啦|了|吗|呢|的)*[.。!~\s]*$"
NO = ("不", "不了", "算了", "no")


def when_answered(function: Answered) -> Answered:
    """Told of `solved`, `partly`, `unsolved` (open again) and `no_answer`, in the same transaction."""
    _ANSWERED.append(function)
    return function


def when_thanked(function: Thanked) -> Thanked:
    """Told of the reporter's words for who helped, once a person has looked at them and others may read them."""
    _THANKED.append(function)
    return function


def pass_on(db: Db, looked: Row[Any], now: datetime) -> None:
    """Thanks that passed the check reach who helped, in the words that others may read; other lines are no thanks."""
    if looked.subject != need_line.SUBJECT or looked.need_id is None:
        return
    one, read = need.find(db, looked.need_id), checking.may_be_read(db, looked.subject, looked.subject_id)
    kinds = {row.id: row.kind for row in need_line.of(db, looked.need_id)}
    if one is None or read is None or not read.words or kinds.get(looked.subject_id) != "thanks":
        return
    for each in _THANKED:
        each(db, one, read.words, now)


def tell_answered(db: Db, one: Row[Any], outcome: str, now: datetime) -> None:
    for each in _ANSWERED:
        each(db, one, outcome, now)


def own(talk: Talk, number: int) -> Row[Any]:
    """A need that this person reported; leaves where it is somebody else's."""
    one, known = find(talk, number)
    if known != "reporter":
        text = Text("这要由反映的人来说。您有新情况，点“补充几句”。")
        talk.leave(
            Refusal("need.others", text, need.ref(number)), *need_cards.add_choice(one), need_cards.look(one)
        )
    return one


def leave(talk: Talk, one: Row[Any], refusal: Refusal) -> None:
    """With what can be done instead."""
    steps = {
        "need.early": need_cards.add_choice(one),
        "need.ended": (need_cards.REPORT,),
        "need.rejected": need_cards.own_choices(one),
    }
    talk.leave(refusal, *steps.get(refusal.code, ()), need_cards.look(one))


# Solved.

_DONE = (
    Phrase(rf"^{NUMBER}\s*(?:已经?|都)?(?:解决|修好|好)了{END}", weight=7),
    Phrase(r"^(?:need )?#?\d{1,9} (?:is )?(?:solved|fixed|done)[.!]*$", weight=7),
)
_DIGITS = re.compile(r"\d{1,9}")


def numbered(reading: Reading) -> Arguments:
    found = _DIGITS.search(reading.text)
    return {"number": int(found[0])} if found else {}


@on("need.confirm", head="isdone", allow=anybody, private=True, phrases=_DONE, reads=numbered)
def solved(talk: Talk, number: int = 0) -> Card:
    return _solved(talk, number, "solved")


@on("need.confirm", head="partdone", allow=anybody, private=True)
def partly(talk: Talk, number: int = 0) -> Card:
    return _solved(talk, number, "partly")


def _solved(talk: Talk, number: int, outcome: str) -> Card:
    one = own(talk, number)
    try:
        new = need_closing.solve(talk.db, one, outcome, talk.person.id, talk.now)
    except Refusal as refusal:
        leave(talk, one, refusal)
    if new:
        tell_answered(talk.db, find(talk, number)[0], outcome, talk.now)
    text = Text("记下了，需{number}到这里结束。您满意吗？", number=number)
    return Card(text, choices=(*_taps(number), thank_choice(number)), tone="done", refs=(need.ref(number),))


def _taps(number: int) -> tuple[Choice, ...]:
    return tuple(Choice(label, press("scoreneed", 10 * number + nth)) for nth, label in enumerate(_STARS, 1))


def thank_choice(number: int) -> Choice:
    return Choice(Text("写句感谢"), press("thankyou", number))


@on("need.confirm", head="scoreneed", allow=anybody, private=True)
def rate(talk: Talk, number: int = 0) -> Card:
    """The last digit is the answer."""
    which, points = divmod(number, 10)
    one = own(talk, which)
    if not need_closing.score(talk.db, one, talk.person.id, points):
        text = Text("请先说解决了没有，再打分。")
        talk.leave(Refusal("need.unscored", text, need.ref(which)), *need_cards.own_choices(one))
    text = Text("记下了：{score}。谢谢您反映。", score=_STARS[points - 1])
    return Card(text, choices=(thank_choice(which), need_cards.MINE), tone="done", refs=(need.ref(which),))


@on("need.confirm", head="thankyou", allow=anybody, private=True)
def thank(talk: Talk, number: int = 0) -> Card:
    """Passed on to who helped, where he agrees; never with his name."""
    one = own(talk, number)
    if one.state not in ("confirmed", "closed"):
        leave(talk, one, need_closing.early(one))
    words = talk.ask("words", Text("请写一句，核对过就转给出力的人和单位。"), check=checks.words)
    asked = Text("这样转，可以吗？不带您的名字：\n{words}", words=words)
    agreed = talk.ask(
        "agreed",
        asked,
        Option("yes", Text("转给他们"), ("好", "可以", "yes")),
        Option("no", Text("先不转"), NO),
    )
    if agreed == "no":
        return Card(Text("好的，没有转。"), choices=(need_cards.MINE,), refs=(need.ref(number),))
    stored = phone.seal_in(phone.without(words), talk.vault)
    need_closing.thank(talk.db, one, stored, talk.person.id, talk.now)
    tell_officer(
        talk, one, Text("谢谢您，需{number}的反映人说：\n{words}", number=number, words=stored), "thanks"
    )
    return Card(
        Text("收到了，核对过就转给他们。谢谢您。"),
        choices=(need_cards.MINE,),
        tone="done",
        refs=(need.ref(number),),
    )


# Taken back.

_BACK = (
    Phrase(
        rf"^(?:我要|我想|帮我|请)?(?:撤回|撤销|撤掉|收回)\s*(?:需求?|诉求|我的诉求|#)?\s*{NUMBER}{END}",
        weight=8,
    ),
    Phrase(r"^(?:withdraw|take back) (?:need |request |report )?#?\d{1,9}[.!]*$", weight=8),
)


@on("need.withdraw", head="withdrawneed", allow=anybody, private=True, phrases=_BACK, reads=numbered)
def withdraw(talk: Talk, number: int = 0) -> Card:
    """Before it was taken up; what was said stays with staff. What others reported too goes on without him."""
    one = own(talk, number)
    if one.state == "withdrawn":
        return Card(Text("不用再撤回，需{number}已经撤回了。", number=number), refs=(need.ref(number),))
    about = (need_cards.article(talk.db, one),)
    yes, no = Option("yes", Text("撤回诉求"), ("撤回", "好", "yes")), Option("no", Text("不撤回"), NO)
    asked = Text("撤回需{number}吗？撤回后没有人再办，别人也看不到。", number=number)
    if follow.count(talk.db, need=number):
        asked = Text("撤回需{number}吗？关注的人会知道；别人也报过的，我们接着办。", number=number)
    if one.state in ("new", "triaged") and talk.ask("sure", asked, yes, no, about=about) == "no":
        return Card(Text("好的，没有撤回。"), articles=about, choices=need_cards.own_choices(one))
    try:
        need_closing.withdraw(talk.db, one, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, *need_cards.add_choice(one), need_cards.look(one))
    heir = need_heir.settle(talk.db, talk.schedule, one, talk.now)
    text = Text("不用再办需{number}「{title}」，反映的人撤回了。", number=number, title=one.title)
    done = Text("撤回了，不会再办。要再反映，随时说。")
    if heir is not None:
        text = Text("请接着办需{heir}「{title}」：需{number}撤回了，这是别人报的同一件。", heir=heir.id, number=number, title=one.title)  # fmt: skip
        done = Text("撤回了。别人也报过这一件，我们接着办。")
    tell_officer(talk, heir or one, text, f"withdrawn {number}")
    _tell_left(talk, one, heir)
    return Card(done, tone="done", choices=(need_cards.REPORT,), refs=(need.ref(number),))


def _tell_left(talk: Talk, one: Row[Any], heir: Row[Any] | None) -> None:
    """Who followed it hears that it goes on under another number, or how to report it himself."""
    text = Text(
        "还没解决的，请点“反映问题”再报：需{number}「{title}」反映的人撤回了。",
        number=one.id,
        title=one.title,
    )
    left = Card(text, choices=(need_cards.REPORT,), tone="notice", refs=(need.ref(one.id),))
    if heir is not None:
        text = Text("需{number}撤回了，同一件事需{heir}接着办，有进展告诉您。", number=one.id, heir=heir.id)
        left = Card(text, choices=(need_cards.look(heir),), tone="notice", refs=(need.ref(heir.id),))
        text = Text(
            "您报的需{heir}接着办，最晚{due}给您结果。和它同一件的需{number}撤回了。",
            heir=heir.id,
            due=Moment(heir.due),
            number=one.id,
        )
        own = Card(text, choices=(need_cards.look(heir),), tone="notice", refs=(need.ref(heir.id),))
        need_news.tell(talk.db, heir, own, f"instead of {one.id}", talk.now)
    but = (talk.person.id, heir.reporter_id if heir is not None else None)
    need_news.tell(talk.db, one, left, "withdrawn", talk.now, followers=left, but=but)


# Nobody answers.


def _next(db: Db, schedule: Schedule) -> datetime | None:
    due = need_closing.next_silent(db, schedule.deadlines.silence)
    return None if due is None else schedule.awake(due)


@job("solved", next=_next)
def ask_again(db: Db, now: datetime, schedule: Schedule) -> bool:
    """Who did not say whether it is solved is asked once more; after as long again it ends without an answer."""
    if schedule.rests(now):
        return False
    found = need_closing.silent(db, now, schedule.deadlines.silence)
    for one in found:
        if one.fresh and one.reporter_id is not None:
            need_closing.ask_again(db, one.id, now)
            _ask(db, one, now)
        elif need_closing.give_up(db, one, now):
            tell_answered(db, one, "no_answer", now)
    return bool(found)


def _ask(db: Db, one: Row[Any], now: datetime) -> None:
    text = Text(
        "需{number}「{title}」解决了吗？点一下就好。不回复，过四周就结束。", number=one.id, title=one.title
    )
    card = Card(text, choices=need_cards.solved_choices(one), tone="question", refs=(need.ref(one.id),))
    notice.tell_member(
        db,
        [card],
        one.reporter_id,
        now,
        key=f"need:{one.id}:solved again {one.asked_times}",
        kind="answer",
        still=f"solved {one.id}",
        rests=True,
    )


@still("solved")
def _still(db: Db, key: int, _now: datetime) -> str | None:
    one = need.find(db, key)
    return None if one is not None and one.state in need_closing.ASKED else "it is settled"
