"""Whether a sentence names the title that was found, or something else that only shares a word with it."""

import re

from handlers.understanding import times
from handlers.understanding.matcher import without
from handlers.understanding.reading import Reading

_KNOWN = ("place", "series", "kind")
_FILLER = re.compile(
    r"请|麻烦|帮我|帮忙|我们|我要|我想|把|将|取消掉?|撤回|改期|改时间|改地点|推迟|延期|延后|提前|顺延|一下|因为|"
    r"(?:改|换|调)(?:一下|一?个)?|调整|时间|地点|地方|场地|教室|开始|结束|延长|缩短|往?[后前](?:推|延|挪|移|调|提)|"
    r"[晚早](?=\s|$)|因故|由于|原因|不办|停办|停课|一次|办不[了成]|[本这那]次|整场|[这那一]场|[这那]个|该|活动|课程|课|班|沙龙|讲座|原定|原来|的|了|吧|到|"
    r"\b(?:please|move|reschedule|postpone|push|back|bring|forward|cancel|call|off|withdraw|unpublish|"
    r"the|this|that|our|an?|event|activity|class|course|session|on|at|in|of|by|to|until|till)\b"
)
_NAME = re.compile(r"[\u3400-\u9fff]{2,}|[a-z]{4,}")
_SPACE = re.compile(r"[\s,.;:!?。、·~\-'\"()“”《》<>]+")
# 推迟半小时, by an hour: how far, and no name.
_FAR = re.compile(
    r"(?:\d{1,3}|[半一两二三四五六七八九十]+|half an?|an?)\s*(?:个半|个)?\s*"
    r"(?:小时|钟头|刻钟|分钟|天|周|星期|hours?|minutes?|mins?|days?|weeks?)(?:后|以后|之后)?"
)


def other(reading: Reading) -> str | None:
    """What the sentence names, where none of the titles that it brought is called so; None where one is.

    Where it brought none, what has its topic is only meant by who cannot write the title: 花环 is no 插花.
    """
    _, plain = times.find(reading.text, reading.now.astimezone(reading.lexicon.zone))
    known = [match for match in reading.matches if match.found.sort in _KNOWN]
    named = _words(without(plain, known))
    if reading.titles:
        called = any(
            not any(_NAME.search(_beside(part, title.text)) for part in named) for title in reading.titles
        )
    else:
        strange = any(not part.isascii() for part in named) and any(map(_NAME.search, named))
        called = not strange and not any(map(_NAME.search, _words(without(plain, reading.matches))))
    return None if called else " ".join(named)


def _words(plain: str) -> list[str]:
    return [part for part in _SPACE.split(_FILLER.sub(" ", _FAR.sub(" ", plain))) if part]


def _beside(words: str, title: str) -> str:
    """The words without what the title has too: a letter that was mistyped is none of another name."""
    if words.isascii():
        return "" if words in title else words
    return "".join(" " if letter in title else letter for letter in words)
