"""A need that was not solved is opened again, with a sentence that reaches its officer and who stands above."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import checks, need_cards, need_news
from handlers.closing import END, NO, leave, tell_answered
from handlers.needs import find, pick
from handlers.supporting import tell_officer
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on
from handlers.understanding.reading import Reading
from models import duty, need, need_closing, need_reading, need_support, phone
from models.card import Card
from models.refusal import Refusal
from models.text import Moment, Text

_AGAIN = r"(?:重新打开|重开|再打开|重启|re-?open)"
_BROKEN = r"(?:没(?:有)?(?:修好|解决|弄好|办好)|还是(?:不亮|不行|坏的?|没好|老样子|漏|堵|一样)|又坏了|没好)"
_NAMED = re.compile(rf"{_AGAIN}|(?:需求?|诉求|need|#)\s*\d|\d\s*(?:号)?(?:需求|诉求)", re.IGNORECASE)
# The answer to whether it is solved, with what is not: no number in it is a need's.
_NO_AND_WHY = re.compile(
    r"^(?:还是|都|根本|并)?(?:没|未)(?:有)?(?:解决|修好|弄好|办好)(?:了|呢|啊)?[,，、。;；:：\s]+\S"
    r"|^(?:it(?:'s| is) )?(?:not|never) (?:solved|fixed)[,.;:\s]+\S",
    re.IGNORECASE,
)
_REOPEN = (
    Phrase(_NO_AND_WHY.pattern, weight=12, unless=_NAMED.pattern),
    Phrase(rf"^.{{0,4}}{_BROKEN}{END}", weight=3),
    Phrase(rf"{_AGAIN}\s*(?:需求?|诉求|need|#)?\s*#?\s*\d{{1,9}}", weight=9),
    Phrase(rf"(?<!\d)\d{{1,9}}\s*(?:号)?(?:需求|诉求)?\s*(?:请|帮我|麻烦|要)?{_AGAIN}", weight=9),
    Phrase(
        rf"^(?:把|将)?(?:我的|这个|这条|那个)?(?:诉求|需求|问题)?(?:请)?{_AGAIN}(?:这个|这条|那个|我的)?(?:诉求|需求|问题)?{END}",
        weight=6,
    ),
    Phrase(rf"^(?:需求?|诉求|#)?\s*\d{{1,9}}\s*(?:号)?(?:诉求)?[,，\s]*{_BROKEN}", weight=8),
    Phrase(rf"^{_BROKEN}[,，\s]*(?:需求?|诉求|#)?\s*\d{{1,9}}(?:号)?{END}", weight=8),
    Phrase(
        r"\b(?:not fixed|not solved|still broken|isn'?t fixed)\b.{0,10}\b\d{1,9}\b|\b\d{1,9}\b.{0,12}\b(?:not fixed|not solved|still broken)\b",
        weight=8,
    ),
)
_WORDLESS = re.compile(
    rf"{_AGAIN}|需求|诉求|\bneed\b|对结果|不满意|请|帮我|麻烦|把|将|[#需]?\s*\d{{1,9}}\s*号?|[\s,，.。!！~、]",
    re.IGNORECASE,
)
_BARE = re.compile(rf"^(?:{_BROKEN}|not fixed|not solved|still broken)?$", re.IGNORECASE)


def _said(reading: Reading) -> Arguments:
    """The number, and what was said besides that it is not solved."""
    found = re.search(r"(?<!\d)(\d{1,9})(?!\d)", reading.text)
    if _NO_AND_WHY.match(reading.text) and not _NAMED.search(reading.text):
        return {"said": reading.said}
    if found is None:
        return {}
    rest = _WORDLESS.sub("", reading.said)
    return {"number": int(found[1]), "said": None if _BARE.match(rest) else reading.said}


@on("need.reopen", head="reopen", allow=anybody, private=True, phrases=_REOPEN, reads=_said)
def reopen(talk: Talk, number: int | None = None, said: str | None = None) -> Card:
    """Only with a sentence; it reaches the same officer and who stands above."""
    one, known = find(talk, _which(talk) if number is None else number)
    if known == "other":
        return _still_broken(talk, one, said)
    if known == "staff":
        talk.did = "staff.need"
        duty.check_real(talk.db, talk.person.id)
    try:
        need_closing.check_reopens(one)
    except Refusal as refusal:
        leave(talk, one, refusal)
    about = (need_cards.article(talk.db, one),)
    no = Option("", Text("先不打开"), NO)
    asked = Text("请写一句，哪里还没解决？办理的人和上一级都会看到。")
    words = said or talk.ask("words", asked, no, check=sentence, about=about)
    if not words:
        return Card(Text("好的，没有重新打开。"), articles=about, choices=need_cards.own_choices(one))
    stored = phone.seal_in(checks.words(words), talk.vault)
    after = need_closing.reopen(talk.db, talk.schedule, one, stored, talk.person.id, talk.now)
    _tell_reopened(talk, one, after, stored)
    tell_answered(talk.db, after, "unsolved", talk.now)
    text = Text("重新打开了，办理的人和上一级都收到了。最晚{at}答复您。", at=Moment(after.due))
    if known == "staff":
        _tell_reporter(talk, after)
        text = Text("重新打开了，反映的人也知道了。最晚{at}答复。", at=Moment(after.due))
    return Card(
        text, articles=(need_cards.article(talk.db, after, choices=(need_cards.look(after),)),), tone="done"
    )


def sentence(words: str) -> str:
    """What carries no more than that it is not solved is asked again."""
    said = checks.words(words)
    if len(said) < 2 or checks.bare(said) in ("没有", "不行", "没"):
        raise Refusal("need.sentence", Text("请写一句具体的，比如“还是不亮”。"))
    return said


def _which(talk: Talk) -> int:
    nothing = Text("请写上编号，比如“17重新打开”。您没有等您确认的诉求。")
    return pick(talk, lambda one: one.state in need_closing.ASKED, Text("重新打开哪一件？"), nothing)


def _tell_reopened(talk: Talk, before: Row[Any], after: Row[Any], stored: str) -> None:
    """The officer who had it, and who stands above."""
    text = Text(
        "请再看需{number}「{title}」，反映的人说没解决（第{nth}次）：\n{words}\n最晚{at}答复。",
        number=after.id,
        title=after.title,
        nth=after.reopened,
        words=stored,
        at=Moment(after.due),
    )
    above = need_reading.chief(talk.db, before, talk.person.id)
    tell_officer(talk, before, text, f"reopened {after.reopened}", () if above is None else (above,))


def _tell_reporter(talk: Talk, one: Row[Any]) -> None:
    text = Text("需{number}重新打开了，最晚{at}答复您。", number=one.id, at=Moment(one.due))
    card = Card(text, choices=(need_cards.look(one),), tone="notice", refs=(need.ref(one.id),))
    need_news.tell(talk.db, one, card, f"reopened {one.reopened}", talk.now, but=(talk.person.id,))


def _still_broken(talk: Talk, one: Row[Any], said: str | None) -> Card:
    """Of a follower: more words, of which the officer hears at once; whether it is open again is not his to say."""
    if not need_reading.follows(talk.db, one, talk.person.id):
        return _solitary(talk, one)
    words = said or talk.ask("words", Text("请写一句，现在是什么情况？"), check=sentence)
    stored = phone.seal_in(checks.words(words), talk.vault)
    try:
        line = need_support.add(talk.db, one, talk.person.id, stored, None, talk.now)
    except Refusal as refusal:
        leave(talk, one, refusal)
    text = Text("请看一看需{number}，关注的人说还没解决：\n{words}", number=one.id, words=stored)
    tell_officer(talk, one, text, f"still {line}")
    done = Text("已经告诉办理的人。要不要重新打开，由反映的人和工作人员定。")
    return Card(done, choices=(need_cards.look(one),), tone="done", refs=(need.ref(one.id),))


def _solitary(talk: Talk, one: Row[Any]) -> Card:
    text = Text("请先点“我也遇到”，再写现在的情况。重新打开，由反映的人和工作人员定。")
    choices = need_cards.choices(talk, one, "other")
    talk.leave(Refusal("need.others", text, need.ref(one.id)), *choices, need_cards.look(one))
