"""What staff say to a need instead of working on it: an answer, another unit's name, or no with its reason."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import handling, handling_assigning, handling_cards, inbox, need_cards, need_news
from handlers.handling_which import mine, past
from handlers.talk import Option, Talk, anybody, on, press
from handlers.understanding.handling import ANSWER, REFER, REJECT
from models import handling as rules
from models import handling_due, handling_people, need, question
from models.card import Card, Choice
from models.folding import clean
from models.refusal import Refusal
from models.text import Text

_LONGEST = 500
# A phone number as it stands in a sentence; hotlines have five digits.
_DIGITS, _FEWEST = re.compile(r"\+?\d(?:[\d \-()（）]*\d)?"), 5
# Why something is not taken up; whatever it is, a sentence says more.
_REASONS = {
    "outside": Text("不归社区管"),
    "unclear": Text("说得不清楚"),
    "unfounded": Text("核实后没有"),
    "private": Text("私人之间的事"),
    "other": Text("其他原因"),
}


def words(text: str) -> str:
    """What an officer writes; longer than a short answer, since the reporter is to understand it."""
    said = clean(text)
    if not said:
        raise Refusal("check.empty", Text("请写几个字。"))
    if len(said) > _LONGEST:
        raise Refusal("check.long", Text("请写短一些，最多{count}个字。", count=_LONGEST))
    return said


def _told(one: Row[Any], text: Text, *choices: Choice) -> Card:
    return Card(text, choices=(*choices, need_cards.look(one)), tone="notice", refs=(need.ref(one.id),))


@on("staff.need", head="answerneed", allow=anybody, private=True, phrases=ANSWER.phrases, reads=ANSWER)
def answer(talk: Talk, number: int | None = None, words: str | None = None) -> Card:
    """M5: the answer as it was written, and whether it helps."""
    if number is not None and _is_question(talk, number):
        talk.did = "staff.question"
        return inbox.reply(talk, number, words)
    one = mine(talk, number)
    if not rules.can(one, "answered") or one.project_id is not None:
        past(talk, one)
    asked = Text("答复写什么？反映的人会看到，写上谁负责、找谁问。")
    said = _words(words or talk.ask("words", asked, check=_words, about=handling_cards.subject(one)))
    one = _accepted(talk, one)
    done = rules.go(talk.db, one, "answered", talk.person.id, talk.now, **handling_due.NOTHING)
    said = rules.say(talk.db, talk.vault, done.id, talk.person.id, "answer", said, talk.now)
    text = Text("{need}有答复了：{words}", need=need_cards.name(done), words=said)
    told = _told(done, text, *need_cards.solved_choices(done))
    step = rules.event(talk.db, done)
    public = _told(done, Text("您关注的{need}有答复了。", need=need_cards.name(done)))
    need_news.tell(talk.db, done, told, step, talk.now, followers=public, but=(talk.person.id,))
    return handling_cards.full(talk, done, Text("答复记下了。{told}", told=handling.told_whom(done)))


_words = words


def _is_question(talk: Talk, number: int) -> bool:
    """Whether the number is that of a question in the inbox; where it is a need's of his too, he is asked."""
    one = need.find(talk.db, number)
    try:
        question.find(talk.db, number)
    except Refusal:
        return False
    if one is None or one.kind != "need" or one.state in need.ENDED:
        return True
    if not rules.covers(talk.db, talk.person.id, one):
        return True
    if not is_in_inbox(talk, number):
        return False
    options = (
        Option("need", Text("诉求{number}号", number=number)),
        Option("question", Text("{number}号问题", number=number)),
    )
    asked = Text("是哪一个？诉求和收件箱里的问题都有{number}号。", number=number)
    return bool(talk.ask("sort", asked, *options, about=handling_cards.subject(one)) == "question")


def is_in_inbox(talk: Talk, number: int) -> bool:
    """Whether an open question with this number is this officer's to answer."""
    return is_a_question_of(talk, number, "open")


def is_a_question_of(talk: Talk, number: int, *states: str) -> bool:
    """Whether a question with this number is this officer's, in one of these states where there are any."""
    try:
        found = question.find(talk.db, number)
    except Refusal:
        return False
    return (not states or found.state in states) and question.may_answer(talk.db, found, talk.person.id)


def _accepted(talk: Talk, one: Row[Any]) -> Row[Any]:
    """What is new is accepted with the step that follows, of which the reporter hears alone."""
    return handling.accepted(talk, one) if one.state == "new" else one


@on("staff.need", head="referneed", allow=anybody, private=True, phrases=REFER.phrases, reads=REFER)
def refer(talk: Talk, number: int | None = None, whom: str | None = None) -> Card:
    """M6: to a unit outside, never without its name and how it is reached; after a week the officer asks there.

    One that we know, named without a number, is given it as any unit is.
    """
    one = mine(talk, number)
    if not rules.can(one, "referred") or one.project_id is not None:
        past(talk, one)
    if whom and not _contact(whom)[1]:
        known = handling_people.named(talk.db, one, talk.person.id, whom)
        if len(known) == 1:
            return handling_assigning.given(talk, one, known[0])
    about = handling_cards.subject(one)
    asked = Text("转给哪个单位？写名称和电话，比如“城管中队，021-12345678”。")
    whom = whom if whom and _contact(whom)[1] else talk.ask("whom", asked, check=_Outside(whom), about=about)
    name, contact = _contact(whom)
    one = _accepted(talk, one)
    done = rules.go(
        talk.db,
        one,
        "referred",
        talk.person.id,
        talk.now,
        reason=name,
        unit=name,
        unit_id=None,
        sent="sent",
        **handling_due.outcome(talk.now),
    )
    said = rules.say(
        talk.db, talk.vault, done.id, talk.person.id, "answer", f"{name}，电话{contact}", talk.now
    )
    text = Text("{need}转给别的单位办：{unit}。一周后我们去问结果。", need=need_cards.name(done), unit=said)
    public = Text("您关注的{need}转给{unit}办了。", need=need_cards.name(done), unit=name)
    need_news.tell(
        talk.db,
        done,
        _told(done, text),
        rules.event(talk.db, done),
        talk.now,
        followers=_told(done, public),
        but=(talk.person.id,),
    )
    lead = Text("转办了，一周后提醒您问结果。{told}", told=handling.told_whom(done))
    return handling_cards.full(talk, done, lead)


class _Outside:
    """A name with a phone number; what was said of the name before is put before a bare number."""

    wants = "text"

    def __init__(self, known: str | None) -> None:
        self._known = known

    def __call__(self, said: str) -> str:
        plain = _words(said)
        name, contact = _contact(plain)
        if contact and not name and self._known:
            return f"{self._known} {contact}"
        if not (name and contact):
            raise Refusal("need.outside", Text("请把名称和电话写在一起，对方才找得到人。"))
        return plain


def _contact(said: str) -> tuple[str, str]:
    """`城管中队 电话 021-64331234`: the name, and the number as it was typed; short numbers of services too."""
    found = next((each for each in _DIGITS.finditer(said) if _is_number(each[0])), None)
    if found is None:
        return said.strip(), ""
    name = f"{said[: found.start()]} {said[found.end() :]}"
    for word in ("联系电话", "聯繫電話", "电话", "電話", "phone", "tel"):
        name = name.replace(word, " ")
    return " ".join(name.split()).strip(" ,，:：。.、（）()"), found[0].strip()


def _is_number(typed: str) -> bool:
    return sum(map(str.isdigit, typed)) >= _FEWEST


@on("staff.need", head="rejectneed", allow=anybody, private=True, phrases=REJECT.phrases, reads=REJECT)
def reject(
    talk: Talk, number: int | None = None, words: str | None = None, outside: str | None = None
) -> Card:
    """M7: why not, in a sentence, and one appeal. `outside`: that it is not ours was said already."""
    one = mine(talk, number)
    if not rules.can(one, "rejected") or one.project_id is not None:
        past(talk, one)
    about = handling_cards.subject(one)
    options = [Option(code, label) for code, label in _REASONS.items()]
    why = "outside" if outside else talk.ask("why", Text("为什么不予受理？"), *options, about=about)
    asked = Text("请写一句，反映的人会看到。不归我们管的，写上该找谁。")
    said = _words(words or talk.ask("words", asked, check=_words, about=about))
    one = _accepted(talk, one)
    done = rules.go(
        talk.db,
        one,
        "rejected",
        talk.person.id,
        talk.now,
        reason=rules.reason(said),
        detail={"why": why},
        **handling_due.NOTHING,
    )
    said = rules.say(talk.db, talk.vault, done.id, talk.person.id, "answer", said, talk.now)
    text = Text(
        "{need}没有受理。原因：{why}。{words}", need=need_cards.name(done), why=_REASONS[why], words=said
    )
    if why == "outside":
        text = Text("{text}\n找不到人，请打12345热线。", text=text)
    public = Text("您关注的{need}没有受理。原因：{why}。", need=need_cards.name(done), why=_REASONS[why])
    appeal = () if done.appealed else (Choice(Text("申诉"), press("contest", done.id)),)
    step = rules.event(talk.db, done)
    told, others = _told(done, text, *appeal), _told(done, public)
    need_news.tell(talk.db, done, told, step, talk.now, followers=others, but=(talk.person.id,))
    return handling_cards.full(talk, done, Text("记下了。{told}", told=handling.told_whom(done)))
