"""What people mean who come to a public office, by the rules of service_words.toml."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from models.folding import fold

_FILE = Path(__file__).with_name("service_words.toml")
# `~` behind what people say: it hints at it only.
_HINT, _HINTS = "~", 0.35
# All but one of three groups of words.
_PARTLY = 0.3

# Of each group of words one must be there; how much the whole then says.
Rule = tuple[tuple[tuple[str, ...], ...], float]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that people come for: what a catalogue calls it, and how people say it.

    `says` are rules: of each group of words one must be there. `act` is what is done with a thing and no thing itself,
    `province` where it comes from.
    """

    means: tuple[str, ...]
    says: tuple[Rule, ...]
    act: bool
    province: bool


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def general() -> list[str]:
    """What stands in the names of services of every office."""
    return list(_file()["general"])


@cache
def meanings() -> tuple[Meaning, ...]:
    return tuple(
        Meaning(
            tuple(fold(each) for each in one["means"]),
            tuple(_rule(each) for each in one["says"]),
            one.get("act", False),
            one.get("province", False),
        )
        for one in _file()["meaning"]
    )


def _rule(said: str) -> Rule:
    """`老板|公司 + 不发|拖欠 + 工资`: one word of each group, in any order; `@old` stands for words that go together."""
    strength = _HINTS if said.endswith(_HINT) else 1.0
    groups = (group.split("|") for group in said.removesuffix(_HINT).split("+"))
    return tuple(tuple(_words_of(group)) for group in groups), strength


def _words_of(group: Iterable[str]) -> Iterator[str]:
    for word in map(str.strip, group):
        if word.startswith("@"):
            yield from map(fold, _file()["groups"][word[1:]])
        elif word:
            yield fold(word)


@lru_cache(maxsize=8192)
def meant_by_catalogue(text: str) -> tuple[int, ...]:
    """What a catalogue's own words stand for."""
    return tuple(
        nth for nth, meaning in enumerate(meanings()) if any(_stands(word, text) for word in meaning.means)
    )


def _stands(word: str, text: str) -> bool:
    return word in text and (not word.isascii() or re.search(rf"\b{re.escape(word)}\b", text) is not None)


@dataclass(slots=True)
class _Sayings:
    """Every word that any rule has, by its beginning; and in which groups of which rules it stands."""

    by_start: dict[str, list[str]]
    rules: list[tuple[int, int, float]]
    holding: dict[str, list[tuple[int, int]]]


@cache
def _sayings() -> _Sayings:
    rules: list[tuple[int, int, float]] = []
    holding: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for nth, meaning in enumerate(meanings()):
        named = tuple((((word,),), 1.0) for word in meaning.means)
        for groups, strength in (*named, *meaning.says):
            for group, words in enumerate(groups):
                for word in words:
                    holding[word].append((len(rules), group))
            rules.append((nth, len(groups), strength))
    by_start: dict[str, list[str]] = defaultdict(list)
    for word in holding:
        by_start[word[:1] if len(word) == 1 else word[:2]].append(word)
    return _Sayings(dict(by_start), rules, dict(holding))


def _words_in(text: str) -> Iterable[str]:
    """The words of the rules that stand in a folded text, Latin ones as whole words only."""
    sayings = _sayings()
    found: dict[str, None] = {}
    for at, letter in enumerate(text):
        for start in (letter, text[at : at + 2]):
            for word in sayings.by_start.get(start, ()):
                if word not in found and text.startswith(word, at) and _is_whole(text, at, at + len(word)):
                    found[word] = None
    return found


def _is_whole(text: str, begin: int, end: int) -> bool:
    def latin(at: int) -> bool:
        return 0 <= at < len(text) and text[at].isascii() and text[at].isalnum()

    return not (latin(begin - 1) and latin(begin)) and not (
        latin(end - 1) and latin(end) and not _is_ending(text[end:])
    )


def _is_ending(rest: str) -> bool:
    """`cards` is `card`, and `registering` is `register`."""
    return re.match(r"(?:s|es|ed|d|ing)\b", rest) is not None


def meant_by_people(text: str) -> dict[int, float]:
    """What people's words stand for, and how surely."""
    sayings = _sayings()
    met: dict[int, set[int]] = defaultdict(set)
    for word in _words_in(text):
        for rule, group in sayings.holding[word]:
            met[rule].add(group)
    meant: dict[int, float] = {}
    for rule, groups in met.items():
        nth, many, strength = sayings.rules[rule]
        share = 1.0 if len(groups) == many else _PARTLY if many - len(groups) == 1 and many > 2 else 0.0
        if share:
            meant[nth] = max(meant.get(nth, 0.0), strength * share)
    return meant
