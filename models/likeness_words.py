"""What a sentence names, so that two people's can be compared: things, numbers, pairs of letters, letters.

Things and troubles are one each, however they are called (likeness.toml).
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from models.folding import fold

# What each kind of token weighs.
_THING, _PAIR, _WORD, _LETTER, _NUMBER = 1.0, 0.35, 0.7, 0.2, 0.9
_VAGUE = 0.35
_EMPTY = frozenset("的了是在有都也还很我们你他她这那个里上下不没人一二三四五六七八九十天、，。！？,.!?")
_FILE = Path(__file__).with_name("likeness.toml")
_DIGITS = {**{each: str(nth) for nth, each in enumerate("零一二三四五六七八九")}, "两": "2"}
_COUNTED = re.compile(
    r"(?P<many>\d{1,4}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])\s*"
    r"(?P<what>号楼|号|幢|栋|楼|层|室|单元|期)"
    r"|\b(?:floor|level)\s*(?P<floor>\d{1,3})|\b(?P<nth>\d{1,3})(?:st|nd|rd|th)? floor|\b(?P<storey>\d{1,2})f\b"
    r"|\b(?:building|block|tower|no\.?)\s*(?P<house>\d{1,3})|\b(?P<word>first|second|third|fourth|fifth|sixth|ground) floor"
)
_NTH = {"ground": "1", "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6"}
_UNIT = {"号楼": "号", "幢": "号", "栋": "号", "层": "楼"}
_RUN = re.compile(r"[a-z]{2,}|[\u4e00-\u9fff]+")
_LATIN = re.compile(r"[a-z0-9']+")
# `wi-fi` and `wi fi`, `neighbour's` and `neighbour` are one.
_JOINED, _OWNED = re.compile(r"(?<=[a-z])-(?=[a-z])"), re.compile(r"'s\b")
# What an English word may end in, and what stood there before: `leaked`, `scratches`, `dripping`, `closing`.
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("d", ""), ("ly", ""))
_DOUBLED = re.compile(r"([bdgmnprt])\1(?:ing|ed)$")
Tokens = dict[str, float]


@lru_cache(maxsize=4096)
def tokens(words: str) -> Tokens:
    """What a sentence says, each with its weight: `=12` a thing, `#楼3` a number, else letters."""
    said = _plain(words)
    found: Tokens = {}
    for number in _COUNTED.finditer(said):
        found[_number(number)] = _NUMBER
    things, rest = _things(_COUNTED.sub(" ", said))
    vague = _vague()
    for thing in things:
        found[f"={thing}"] = _VAGUE if thing in vague else _THING
    for pair in _pairs(rest):
        found[pair] = _WORD if pair.isascii() else _PAIR
    for letter in set(said):
        if not letter.isascii() and letter not in _EMPTY:
            found[letter] = _LETTER
    return found


def differ(one: Tokens, other: Tokens) -> bool:
    """Both name a storey, or a house, and not the same."""
    here = [token for token in one if token[0] == "#"]
    there = [token for token in other if token[0] == "#"] if here else []
    for unit in {token[1] for token in here} & {token[1] for token in there}:
        if not {each for each in here if each[1] == unit} & {each for each in there if each[1] == unit}:
            return True
    return False


def kind(token: str) -> str:
    """In whose words a token is: those of all languages, Latin or Chinese ones."""
    if token[0] in "=#":
        return "all"
    return "latin" if token.isascii() else "han"


def marks(words: str) -> Iterable[tuple[str, ...]]:
    """What is looked for in folded words at a first look: a thing by each of its names, and the letters besides."""
    things, rest = _things(_plain(words))
    telling = [each for each in things if each not in _vague()]
    yield from (_names()[each] for each in telling or things)
    yield from ((pair,) for pair in sorted(_pairs(rest)))


def _plain(words: str) -> str:
    return _JOINED.sub(" ", _OWNED.sub("", fold(words)))


def _number(found: re.Match[str]) -> str:
    """`三楼`, `3层`, `3F` and `third floor` are one: `#楼3`."""
    if found["what"]:
        return f"#{_UNIT.get(found['what'], found['what'])}{_digits(found['many'])}"
    if found["house"]:
        return f"#号{int(found['house'])}"
    floor = found["floor"] or found["nth"] or found["storey"] or _NTH[found["word"]]
    return f"#楼{int(floor)}"


def _digits(many: str) -> str:
    if many.isdigit():
        return str(int(many))
    tens, ten, ones = many.rpartition("十")
    if not ten:
        return _DIGITS[many]
    return (_DIGITS[tens] if tens else "1") + (_DIGITS[ones] if ones else "0")


def _pairs(rest: str) -> set[str]:
    """Letters two by two, and Latin words whole."""
    found: set[str] = set()
    for run in _RUN.findall(rest):
        found |= {run} if run.isascii() else {run[at : at + 2] for at in range(len(run) - 1)}
    return found


def _things(said: str) -> tuple[list[int], str]:
    """The things that a plain sentence names, by their numbers in the file; and what stands besides, without idle words."""
    known, lengths = _known()
    things: dict[int, None] = {}
    rest: list[str] = []
    at = 0
    while at < len(said):
        latin = _LATIN.match(said, at)
        for length in lengths.get(said[at], ()):
            word = said[at : at + length]
            if word in known and (latin is None or _ends(said, at + length)):
                things |= dict.fromkeys(known[word])
                rest.append(" ")
                at += length
                break
        else:
            word = latin[0] if latin else said[at]
            if latin and (meant := _stem(word)) is not None:
                things |= dict.fromkeys(meant)
                word = " "
            rest.append(word)
            at = latin.end() if latin else at + 1
    return list(things), "".join(rest)


def _ends(said: str, end: int) -> bool:
    """Whether a Latin word ends there."""
    after = said[end] if end < len(said) else " "
    return not (after.isascii() and after.isalnum())


def _stem(word: str) -> tuple[int, ...] | None:
    """What a Latin word means that is not in the file in this form."""
    known, _ = _known()
    return next((known[each] for each in _stems(word) if len(each) > 2 and each in known), None)


def _stems(word: str) -> Iterator[str]:
    if doubled := _DOUBLED.search(word):
        yield word[: doubled.start() + 1]
    for ending, before in _ENDINGS:
        if word.endswith(ending):
            yield word.removesuffix(ending) + before


@cache
def _known() -> tuple[dict[str, tuple[int, ...]], dict[str, list[int]]]:
    """The things that each word names, none for idle ones; and how long those of a first letter are, the longest first."""
    said: dict[str, list[int]] = {_plain(word): [] for word in _document()["idle"]}
    for thing, words in enumerate(_document()["same"]):
        for word in words:
            said.setdefault(_plain(word), []).append(thing)
    lengths: dict[str, set[int]] = {}
    for word in said:
        lengths.setdefault(word[0], set()).add(len(word))
    known = {word: tuple(dict.fromkeys(things)) for word, things in said.items()}
    return known, {first: sorted(those, reverse=True) for first, those in lengths.items()}


@cache
def _vague() -> frozenset[int]:
    document = _document()
    said = frozenset(document["vague"])
    return frozenset(thing for thing, words in enumerate(document["same"]) if words[0] in said)


@cache
def _names() -> list[tuple[str, ...]]:
    return [_shortest({fold(word) for word in words}) for words in _document()["same"]]


def _shortest(words: set[str]) -> tuple[str, ...]:
    """Without those in which another stands: where it is found they are found too."""
    return tuple(sorted(word for word in words if not any(each in word for each in words if each != word)))


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))
