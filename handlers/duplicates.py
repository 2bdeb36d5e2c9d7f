"""The same once more: an activity copied to another time, or held every week from now on."""

import re
from typing import Any

from handlers import moves, plan_preview, plan_questions
from handlers.checks import read_number
from handlers.moves import Wish
from handlers.own_activities import named, which
from handlers.plan_preview import Draft
from handlers.talk import Arguments, Phrase, Talk, anybody, on
from handlers.understanding.reading import Reading, read
from models import activity_publishing, duty
from models.card import Card
from models.refusal import Refusal
from models.text import Text, prose

_QUESTION = r"怎么|如何|吗|嘛|\?|什么|提醒|通知|how (?:do|can|to)"
_COPY = (
    Phrase(
        r"(?:复制|拷贝|照搬)|再办(?:一|1)(?:场|次|个)|(?:照着?|按).{1,30}再(?:办|发)|\b(?:copy|duplicate)\b|\bhold .{1,40} again\b",
        weight=6,
        needs="title",
        unless=_QUESTION,
    ),
    Phrase(r"^(?:复制|拷贝)|^(?:please )?(?:copy|duplicate)\b", weight=5, needs="topic", unless=_QUESTION),
    Phrase(
        r"^(?:复制|拷贝)(?:一个|一场)?活动|^(?:copy|duplicate) (?:an? |the )?(?:event|activity)\b",
        weight=6,
        unless=_QUESTION,
    ),
)
_EVERY_WEEK = (
    Phrase(
        r"每(?:个)?(?:周|星期|礼拜).{0,8}(?:办|都办|开|来)|(?:连)?办(?:\d{1,2}|[一二两三四五六七八九十]{1,2})次|"
        r"\b(?:repeat|hold) .{1,40} (?:weekly|every week)\b|\bweekly for \d",
        weight=6,
        needs="title",
        unless=_QUESTION + "|哪|有没有|几点",
    ),
)
_VERB = re.compile(
    r"复制(?:一下|一场)?|拷贝|照搬|再办(?:一|1)(?:场|次|个)|照着?|再发|\b(?:please )?(?:copy|duplicate)\b|\bhold\b|\bagain\b"
)
_TO = re.compile(r"(?:到|至|\bto\b|\bon\b)")
_TIMES = re.compile(r"(?P<many>\d{1,2}|[一二两三四五六七八九十]{1,2})\s*(?:次|场|周|times|weeks)")
_WEEKLY_WORDS = re.compile(
    r"每(?:个)?(?:周|星期|礼拜)[一二三四五六日天]?|办|\b(?:weekly|every week|repeat|hold|for|times|weeks)\b"
)


def _copied(reading: Reading) -> Arguments:
    """复制周四的瑜伽到下周四: what stands behind 到 is when, and maybe where."""
    text = _VERB.sub(" ", moves.without_reason(reading.text))
    for mark in _TO.finditer(text):
        head = read(text[: mark.start()], reading.now, reading.person, reading.lexicon)
        told = moves.told(read(text[mark.end() :], reading.now, reading.person, reading.lexicon))
        if told and (head.titles or head.topic):
            return {**named(head), "wish": told, "other_name": None}
    whole = read(text, reading.now, reading.person, reading.lexicon)
    return {**named(whole), "other_name": None}


@on(
    "staff.activity",
    head="copy",
    example=Text("复制周四的瑜伽到下周四"),
    for_staff=True,
    rank=104,
    allow=anybody,
    private=True,
    phrases=_COPY,
    reads=_copied,
)
def copy(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    other_day: bool = False,
    other_name: str | None = None,
    wish: Wish | None = None,
) -> Card:
    """All of it but its people: questions, roles, the smallest number, and what lies before the start as long before."""
    wanted = which(talk, number, numbers, query, other_day, other_name, Text("复制哪一场？"))
    talk.keep(number=wanted.number)
    slot = moves.slot({**wish}, wanted, talk.zone) if wish and "day" in wish else None
    if slot is None or slot.starts <= talk.now:
        slot = plan_questions.slot(talk, wanted)
    duty.check(talk.db, talk.person.id, slot.place, wanted.ref)
    plan = activity_publishing.plan_of(talk.db, wanted.id)
    new = activity_publishing.at(plan, slot.starts, slot.ends, slot.place, talk.now)
    return plan_preview.settle(talk, Draft(activity_publishing.alone(new)))


def _weekly(reading: Reading) -> Arguments:
    found = _TIMES.search(reading.text)
    text = _WEEKLY_WORDS.sub(" ", _TIMES.sub(" ", reading.text))
    rest = read(text, reading.now, reading.person, reading.lexicon)
    return {**named(rest), "times": read_number(found["many"]) if found else None, "other_name": None}


@on("staff.activity", head="weekly", allow=anybody, private=True, phrases=_EVERY_WEEK, reads=_weekly)
def weekly(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    other_day: bool = False,
    other_name: str | None = None,
    times: int | None = None,
) -> Card:
    """The same day of the coming weeks, each with seats of its own; public holidays are left out."""
    wanted = which(talk, number, numbers, query, other_day, other_name, Text("哪一场每周办？"))
    talk.keep(number=wanted.number)
    if wanted.is_off or talk.now >= wanted.ends:
        sentence = Text("请先复制一场到以后，「{title}」已经过去了。", title=prose(wanted.title))
        talk.leave(Refusal("activity.over", sentence, wanted.ref), *plan_preview.controls(wanted))
    if times is None or not 2 <= times <= activity_publishing.MOST_WEEKS:
        times = plan_preview.weeks(talk)
    plan = activity_publishing.plan_of(talk.db, wanted.id)
    return plan_preview.settle(talk, Draft(plan, times, wanted))
