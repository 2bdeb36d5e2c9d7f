"""How staff say that a published activity gets another title, other seats or anything else but another time and place."""

import re

from handlers import own_activities
from handlers.activity_fields import ALL
from handlers.talk import Arguments, Phrase
from handlers.understanding.reading import Reading, read
from models.folding import clean, fold

_FIELDS = "|".join(field.says for field in ALL)
_NOT_OWN = r"报名(?!截止|开始|问题|后)|提醒|叫我|我的(?:名|称|资料)|吗|嘛|\?|怎么|什么|能不能|\bmy\b|通知"
EDIT = (
    Phrase(
        rf"(?:把|将).{{1,30}}的?(?:{_FIELDS})(?:改|换|调|设)(?:到|成|为|至)|\b(?:set|change) the (?:{_FIELDS}) of\b",
        weight=6,
        needs="topic",
        unless=_NOT_OWN,
    ),
    Phrase(
        rf"(?:把|将)?.{{1,30}}的?(?:{_FIELDS})(?:改|换|调|设|定|提高|增加|减少|降)(?:整|加)?(?:到|成|为|至)|"
        rf"(?:改|换|编辑|修改|调整)(?:一下)?.{{1,30}}的(?:{_FIELDS})|"
        rf"\b(?:set|change) the (?:{_FIELDS}) of\b|\b(?:set|change) .{{1,40}}?(?:{_FIELDS}) to\b",
        weight=6,
        needs="title",
        unless=_NOT_OWN,
    ),
    Phrase(
        r"^(?:请|帮我)?(?:编辑|修改)(?!.*(?:资料|称呼))|^edit\b", weight=5, needs="title", unless=_NOT_OWN
    ),
    Phrase(r"^(?:编辑|修改)活动|^edit (?:an? |the )?(?:event|activity)\b", weight=5, unless=_NOT_OWN),
    Phrase(
        r"扩大(?:范围)?(?:到|至)|放开(?:到|给)|也?面向.{1,20}开放|\bopen(?: up)? .{1,40} to\b|\bwiden .{1,40} to\b",
        weight=6,
        needs="title",
        unless=r"吗|\?|怎么|什么",
    ),
)
_TO = re.compile(
    r"(?:改|换|调|设|定|提高|增加|减少|降)(?:整|加)?(?:到|成|为|至)\s*[:：]?\s*(?P<words>.+)$|\bto\s+(?P<english>.+)$"
)
_WIDEN = re.compile(
    r"(?:扩大(?:范围)?(?:到|至)|放开(?:到|给)|面向|\b(?:open(?: up)?|widen) .{1,40}? to\s)(?P<words>.+?)(?:开放)?$"
)


def said(reading: Reading) -> Arguments:
    """Which activity, which field of it, and the new value in the words of who said it."""
    line = clean(reading.said).rstrip("。.!！")
    plain = fold(line)
    if widened := _WIDEN.search(plain):
        before = read(plain[: widened.start("words")], reading.now, reading.person, reading.lexicon)
        meant = {**own_activities.named(before), "other_name": None}
        return {**meant, "column": "eligible", "said": widened["words"], "wider": True}
    found = _TO.search(plain)
    words = None
    before = reading
    if found:
        at = found.start("words") if found["words"] else found.start("english")
        words = (line if len(plain) == len(line) else plain)[at:]
        before = read(plain[: found.start()], reading.now, reading.person, reading.lexicon)
        if not before.titles:
            before = reading
    return {**own_activities.named(before), "column": _column(before.text), "said": words, "other_name": None}


def _column(text: str) -> str | None:
    """The field that is named; of two the one that stands last, and of one place the longer name."""
    found = [
        (match.end(), len(match[0]), field.column) for field in ALL for match in re.finditer(field.says, text)
    ]
    return max(found)[2] if found else None
