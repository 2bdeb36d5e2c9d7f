"""Thanks after an activity, with the hours and three questions, each a tap that counts by itself."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import checks
from handlers.activity_cards import BROWSE
from handlers.checks import DIGITS
from handlers.jobs import job
from handlers.results import ask_how_it_went
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import activity, concluding, feedback, hours, notice, phone
from models.activity import Listing
from models.card import Card, Choice
from models.database import Db
from models.feedback import AGAIN, BETTER
from models.refusal import Refusal
from models.schedule import Schedule
from models.still import still
from models.text import Text, prose

# So many at once: whoever writes meanwhile waits for them.
SLICE = 25
# From one star to five, so that the number of a line is the number of stars.
_STARS = (Text("不好"), Text("不太好"), Text("一般"), Text("好"), Text("很好"))
# The last digit of a button's number is the answer, what stands before it is what was asked.
_AGAIN, _BETTER = tuple(AGAIN.words), tuple(BETTER.words)
_SCORE = r"([1-5]|[一二两三四五])\s*(?:分|颗?星|stars?\b)"
_RATE = (
    Phrase(
        rf"^(?:我)?(?:给|打|评)?(?:个|它|这次|这场)?{_SCORE}(?:好评)?[!.。]*$"
        r"|^(?:非常|很|挺|比较|不太|不|太)?满意[!.。了]*$",
        weight=4,
    ),
    # What was good about it may stand before.
    Phrase(rf"(?:给|打|评)(?:个|了)?{_SCORE}(?:好评)?[!.。]*$", weight=5),
    Phrase(
        r"^(?:我要|我想|去)?(?:评价|打分|反馈一下|给个评价|写评价)(?:一下)?(?:活动|这次活动|上次活动)?[!.。]*$",
        weight=4,
    ),
    Phrase(
        r"(?:^|\bgive (?:it |this )?)[1-5] stars?[!.]*$"
        r"|^(?:rate (?:the|an|my last) (?:activity|event)|(?:give )?feedback)[!.]*$",
        weight=5,
    ),
)
_WORDS = {
    "非常满意": 5,
    "很满意": 5,
    "太满意": 5,
    "满意": 4,
    "挺满意": 4,
    "比较满意": 4,
    "不太满意": 2,
    "不满意": 1,
}


def _said(reading: Reading) -> Arguments:
    if found := re.search(_SCORE, reading.text):
        return {"stars": DIGITS.get(found[1]) or int(found[1])}
    return {"stars": _WORDS.get(checks.bare(reading.text).removesuffix("了"))}


# Asking.


@job("thanks", next=lambda db, schedule: _next(db, schedule))
def thank_people(db: Db, now: datetime, schedule: Schedule) -> bool:
    """One slice of who came to one activity; then its contact is asked, and it is looked after."""
    if schedule.rests(now):
        return False
    if concluding.pass_over(db, now):
        return True
    over = concluding.due(db, now)
    if over is None:
        return False
    those = concluding.to_thank(db, over.id, SLICE) if over.held else []
    held = activity.held(db, over.id)
    for one in those:
        number = feedback.ask(db, one, now)
        notice.tell_member(
            db,
            [_thanks(held, number, one.minutes)],
            one.member_id,
            now,
            key=f"thanks:{one.id}",
            kind="thanks",
            still=f"thanks {number}",
            rests=True,
            expires=over.ends + concluding.WITHIN,
        )
    if len(those) < SLICE and concluding.conclude(db, over.id, now) and over.held:
        ask_how_it_went(db, held, now)
    return True


def _next(db: Db, schedule: Schedule) -> datetime | None:
    due = concluding.next_due(db)
    return None if due is None else schedule.awake(due)


@still("thanks")
def _still(db: Db, key: int, _now: datetime) -> str | None:
    return None if feedback.is_asked(db, key) else "the check-in was undone"


def _thanks(held: Listing, number: int, minutes: int) -> Card:
    title = prose(held.title)
    text = Text("谢谢您来「{title}」。", title=title)
    if minutes:
        text = Text(
            "谢谢您来「{title}」，{hours}小时志愿时长记上了。", title=title, hours=hours.spoken(minutes)
        )
    question = Text("{thanks}\n这次办得怎么样？点一下就好，不想答也没关系。", thanks=text)
    return Card(question, choices=_stars(number), refs=(held.ref,))


def _stars(number: int) -> tuple[Choice, ...]:
    return tuple(Choice(label, press("rate", 10 * number + stars)) for stars, label in enumerate(_STARS, 1))


# Answering.


@on("activity.feedback", head="rate", allow=anybody, private=True, phrases=_RATE, reads=_said)
def rate(talk: Talk, number: int | None = None, stars: int | None = None) -> Card:
    if number is not None:
        number, stars = divmod(number, 10)
    one = _asked(talk, number)
    if stars is None or stars not in feedback.STARS:
        text = Text("「{title}」办得怎么样？", title=prose(one.title))
        return Card(text, choices=_stars(one.id), refs=(_ref(one),))
    feedback.answer(talk.db, one, talk.now, stars=stars)
    text = Text("记下了：{stars}。下次还会来吗？", stars=_STARS[stars - 1])
    return Card(text, choices=_taps("revisit", one.id, AGAIN.words), tone="done", refs=(_ref(one),))


@on("activity.feedback", head="revisit", allow=anybody, private=True)
def revisit(talk: Talk, number: int = 0) -> Card:
    asked, nth = divmod(number, 10)
    one = _asked(talk, asked)
    feedback.answer(talk.db, one, talk.now, again=_nth(_AGAIN, nth))
    text = Text("记下了。哪里可以更好？不说也可以。")
    own = Choice(Text("写几句"), press("comment", one.id))
    taps = _taps("improve", one.id, BETTER.words)
    return Card(text, choices=(*taps, own), tone="done", refs=(_ref(one),))


@on("activity.feedback", head="improve", allow=anybody, private=True)
def improve(talk: Talk, number: int = 0) -> Card:
    asked, nth = divmod(number, 10)
    one = _asked(talk, asked)
    feedback.answer(talk.db, one, talk.now, better=_nth(_BETTER, nth))
    text = Text("谢谢，都记下了。七天内想改，再点一次就行。")
    own = Choice(Text("写几句"), press("comment", one.id))
    return Card(text, choices=(own, BROWSE), tone="done", refs=(_ref(one),))


@on("activity.feedback", head="comment", allow=anybody, private=True)
def comment(talk: Talk, number: int = 0) -> Card:
    """Own words, which the staff of the place read, and the name only where he wants it beside them."""
    one = _asked(talk, number)
    words = talk.ask("words", Text("请写几句，最多200字。只有这里的工作人员看得到。"), check=checks.words)
    nameless, named = Option("no", Text("不写名字")), Option("yes", Text("写上名字"))
    by_name = talk.ask("named", Text("写上您的名字吗？"), nameless, named) == "yes"
    feedback.answer(talk.db, one, talk.now, words=phone.seal_in(words, talk.vault), named=by_name)
    return Card(Text("谢谢，已经转给工作人员。"), choices=(BROWSE,), tone="done", refs=(_ref(one),))


def _asked(talk: Talk, number: int | None) -> Row[Any]:
    """What the person was asked: by its button, else the newest. Leaves where there is none."""
    one = None
    try:
        if number is not None:
            return feedback.find(talk.db, talk.person.id, number, talk.now)
        one = feedback.newest(talk.db, talk.person.id, talk.now)
        if one is None:
            text = Text("请在活动结束后评价，现在没有等您评价的活动。")
            raise Refusal("feedback.none", text)
    except Refusal as refusal:
        talk.leave(refusal, BROWSE)
    return one


def _nth(codes: tuple[str, ...], nth: int) -> str:
    if not 1 <= nth <= len(codes):
        raise Refusal("feedback.unknown", Text("请在活动结束后点我们发的评价，没有找到这一份。"))
    return codes[nth - 1]


def _taps(head: str, number: int, words: Any) -> tuple[Choice, ...]:
    return tuple(Choice(label, press(head, 10 * number + nth)) for nth, label in enumerate(words.values(), 1))


def _ref(one: Row[Any]) -> str:
    return f"activity:{one.code}"
