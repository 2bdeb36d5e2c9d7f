"""How people say that they give a part of a project, and what such a sentence says."""

import re
from typing import Any

from handlers.talk import Arguments, Phrase
from handlers.understanding import amounts
from handlers.understanding.reading import Reading

_OTHER = (
    r"谁(?:来)?认领|有(?:什么|哪些|啥)|认领了(?:什么|哪些|啥)|可以(?:让|给)?(?:公司|企业|单位)?认领的?(?:项目|吗)?$|认领(?:了没|了吗|情况|的项目)|我的认领|认领记录|"
    r"我认领(?:了|的)|我们认领(?:了|的)|撤回|取消|不认领|接受|拒绝|退掉|多少|哪些|现在有|领养|证"
)
CLAIM: tuple[Phrase, ...] = (
    Phrase(r"认领|认捐|认购", weight=6, unless=_OTHER),
    Phrase(
        r"(?:赞助|捐|提供|支援|资助|出).{0,30}项目|项目.{0,20}(?:我们|我司|公司|单位)(?:来|要|想|愿意|可以|能)?(?:出|捐|提供|赞助|包)",
        weight=5,
        needs="project",
        unless=_OTHER,
    ),
    Phrase(
        r"\b(?:claim|sponsor|pledge|contribute|donate|provide|supply|take on|sign up .{0,20} to give)\b",
        weight=5,
        needs="project",
        unless=r"\bwho\b|\bwhat\b|\bwhich\b|withdraw|my claims",
    ),
)
CLAIM += (
    Phrase(
        r"\b(?:claim|sponsor|adopt)\b.{0,20}\bprojects?\b",
        weight=5,
        unless=r"\bwho\b|\bwhat\b|\bwhich\b|withdraw|my claims|\bany\b",
    ),
)
MINE = (
    Phrase(
        r"(?:我|我们|我司|公司)(?:的认领|的认捐|认领过|认领了|认捐了|认领的|认捐的)(?:记录|情况|列表|过|有)?(?:什么|哪些|啥|项目|东西)?[了吗呢。.?!]*$|认领记录",
        weight=8,
        unless=r"想|要|来|撤回|取消|不|谁",
    ),
    Phrase(r"\b(?:my|our) (?:claims|pledges|contributions)\b|what (?:have|did) (?:we|i) claim", weight=8),
)
_BEHALF = re.compile(
    r"代表|我们?公司|我司|本公司|我们?单位|本单位|我们?社团|on behalf of|\bour (?:company|club|team)\b|for my company"
)


def said(reading: Reading) -> Arguments:
    return {
        "numbers": reading.projects,
        "said": reading.text,
        "day": _day(reading),
        "amounts": [list(each) for each in amounts.find(reading.untimed)],
        "behalf": bool(_BEHALF.search(reading.text)),
    }


def _day(reading: Reading) -> str | None:
    """By which day, where the sentence says one."""
    when = reading.when
    day: Any = when and (when.last or when.first)
    return day.isoformat() if day else None
