"""Which stations a sentence means: by name, by what they lie in, and by what they do."""

import re
from typing import TYPE_CHECKING

from models.folding import fold

if TYPE_CHECKING:
    from handlers.understanding.lexicon import Lexicon

KINDS = ("station", "venue")
# So many functions have these letters that they tell none from another.
_COMMON = re.compile(r"公共|服务|中心|活动|场地|试点|综合|社区|基层|\s")
# So people say it; the other word is what stands in the functions.
_SAID_SO = (
    (re.compile(r"律师|打官司|法务|\blawyers?\b|\blegal\b"), "法律"),
    (re.compile(r"老人吃饭|老年食堂|社区食堂|长者食堂|助老餐|\bcanteen\b"), "助餐"),
    (re.compile(r"\b(?:enterprise|business|company) (?:services?|support|help)\b"), "企业"),
    (re.compile(r"跨省(?:通办|窗口|专窗)?|外省(?:的)?(?:窗口|专窗)"), "专窗"),
)
_LEAST = 2
# What any of them is called says nothing of what one does.
_ANY = re.compile(r"党群服务(?:站|中心)|(?:服务|党群)(?:站|中心)")


def meant(lexicon: "Lexicon", named: tuple[int, ...]) -> tuple[int, ...]:
    """Of the places that are named those that people come to."""
    return tuple(place for place in named if lexicon.places[place].kind in KINDS)


def inside(lexicon: "Lexicon", around: tuple[int, ...]) -> tuple[int, ...]:
    """The stations in a tower or an estate."""
    inner = (each for place in around for each in lexicon.below[place])
    return tuple(dict.fromkeys(each for each in inner if lexicon.places[each].kind == "station"))


def doing(lexicon: "Lexicon", text: str) -> tuple[int, ...]:
    """The places of which a function stands in the folded text, also loosely; those that it names best."""
    text = _ANY.sub("\n", text)
    said = text + "".join(f"\n{word}" for pattern, word in _SAID_SO if pattern.search(text))
    scored = [
        (max((_score(fold(each), said) for each in node.functions), default=0), node.id)
        for node in lexicon.places.values()
    ]
    best = max((score for score, _ in scored), default=0)
    return tuple(place for score, place in scored if score == best) if best >= _LEAST else ()


def _score(function: str, said: str) -> int:
    """How many letters in a row of what tells this function from others are in the text."""
    return max((_run(part, said) for part in _COMMON.split(function)), default=0)


def _run(words: str, said: str) -> int:
    longest = 0
    for begin in range(len(words)):
        while begin + longest < len(words) and words[begin : begin + longest + 1] in said:
            longest += 1
    return longest
