"""Which public services a sentence asks for: by name, by synonym, or described in people's own words."""

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from handlers.understanding import service_rules
from models.folding import fold

_HERE = Path(__file__).parent
# What a word weighs where it stands.
_NAME, _SUMMARY, _CATEGORY, _PAPER = 1.0, 0.5, 0.35, 0.12
# What people mean, a whole name, neighbouring letters, letters with one between them, letters that only sound alike.
_MEANT, _WHOLE, _PAIR, _APART, _SOUND = 2.0, 1.1, 1.0, 0.3, 0.55
# A catalogue of few services tells what is rare no better than one of that many.
_FEWEST = 60
# Pairs of letters that stand in the names of services of every office say nothing.
_GENERIC = 0.12
# From this score on a sentence is about a service; from the other one it may be.
SURE, LIKELY = 7.0, 4.5
# With this one it is about a service even where a word is said that is said of activities.
PLAIN = 10.0
# What has less than this share of the best one's score is not meant with it.
_SHARE = 0.3
# What is for people of a province counts so much for who names none.
_ELSEWHERE = 0.6
_WORD = re.compile(r"[a-z0-9]+(?:[-'][a-z0-9]+)*")
_RUN = re.compile(r"[\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A service as it is looked for."""

    key: int
    name: str
    aliases: Sequence[str]
    category: str
    summary: str | None = None
    materials: Sequence[str] = ()
    province: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A service and how much speaks for it; `whole` where a name of it stands in the sentence as it is, `named` where that
    is the one that the catalogue gives it.
    """

    key: int
    score: float
    whole: bool
    named: bool = False


@dataclass(slots=True)
class Services:
    """A community's catalogue, ready for every sentence."""

    entries: Sequence[Entry] = ()
    _pairs: dict[str, list[tuple[int, float]]] = field(default_factory=dict, repr=False)
    _meanings: dict[int, list[tuple[int, float]]] = field(default_factory=dict, repr=False)
    _names: dict[str, list[int]] = field(default_factory=dict, repr=False)
    # Whose services are for people of one province.
    _provinces: dict[int, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        many = max(len(self.entries), _FEWEST)
        pairs: dict[str, dict[int, float]] = defaultdict(dict)
        meanings: dict[int, dict[int, float]] = defaultdict(dict)
        for entry in self.entries:
            for text, worth in _fields(entry):
                for token, weight in _tokens_of_catalogue(text):
                    _raise(pairs[token], entry.key, weight * worth)
                for nth in service_rules.meant_by_catalogue(text) if worth > _PAPER else ():
                    _raise(meanings[nth], entry.key, worth)
                    if worth == _NAME and service_rules.meanings()[nth].province:
                        self._provinces[entry.key] = nth
            for name in {fold(each) for each in (entry.name, *entry.aliases)}:
                self._names.setdefault(name, []).append(entry.key)
        rarity = {token: _rarity(token, len(held), many) for token, held in pairs.items()}
        self._pairs = {
            token: [(key, worth * rarity[token]) for key, worth in held.items()]
            for token, held in pairs.items()
        }
        for nth, held in meanings.items():
            rare = (
                math.log(1 + many / len(held)) * _MEANT * (0.4 if service_rules.meanings()[nth].act else 1.0)
            )
            self._meanings[nth] = [(key, worth * rare) for key, worth in held.items()]

    def ranked(self, text: str) -> list[Found]:
        """The services that a folded sentence asks for, the likeliest first; equally likely ones in their own order."""
        if not self.entries:
            return []
        scores: dict[int, float] = defaultdict(float)
        meant = service_rules.meant_by_people(text)
        provinces = {nth for nth in meant if service_rules.meanings()[nth].province}
        for token, _ in _tokens(text):
            for key, worth in self._pairs.get(token, ()):
                scores[key] += worth
        for nth, strength in meant.items():
            for key, worth in self._meanings.get(nth, ()):
                scores[key] += worth * strength
        whole = self._whole(text)
        for key, length in whole.items():
            scores[key] += _WHOLE * min(length, 8)
        for key, province in self._provinces.items():
            if key in scores and province not in provinces:
                scores[key] *= 0.0 if provinces else _ELSEWHERE
        best = max(scores.values(), default=0.0)
        named = {entry.key for entry in self.entries if entry.key in whole and fold(entry.name) in text}
        found = [
            Found(key, score, key in whole, key in named)
            for key, score in scores.items()
            if 0 < best * _SHARE <= score
        ]
        return sorted(found, key=lambda each: (-each.score, each.key))

    def provinces(self, text: str) -> list[str]:
        """The provinces that a folded sentence names, as catalogues call them."""
        return [
            each.means[0]
            for nth in service_rules.meant_by_people(text)
            if (each := service_rules.meanings()[nth]).province
        ]

    def province_of(self, key: int) -> str | None:
        """The province whose people a service is for; None for everybody's."""
        nth = self._provinces.get(key)
        return None if nth is None else service_rules.meanings()[nth].means[0]

    def _whole(self, text: str) -> dict[int, int]:
        """Whose name stands in the sentence letter by letter, and how long it is."""
        found: dict[int, int] = {}
        for name, keys in self._names.items():
            if name in text and (not name.isascii() or re.search(rf"\b{re.escape(name)}\b", text)):
                length = len(name) if not name.isascii() else 2 + name.count(" ") * 2
                for key in keys:
                    found[key] = max(found.get(key, 0), length)
        return found


def _fields(entry: Entry) -> Iterator[tuple[str, float]]:
    for name in (entry.name, *entry.aliases):
        yield fold(name), _NAME
    if entry.summary:
        yield fold(entry.summary), _SUMMARY
    if entry.province:
        yield fold(entry.province), _NAME
    yield fold(entry.category), _CATEGORY
    for each in entry.materials:
        yield fold(each), _PAPER


def _raise(held: dict[int, float], key: int, worth: float) -> None:
    held[key] = max(held.get(key, 0.0), worth)


def _rarity(token: str, held: int, many: int) -> float:
    generic = token.lstrip("*~") in _general()
    return math.log(1 + many / held) * (_GENERIC if generic else 1.0)


def _tokens(text: str) -> tuple[tuple[str, float], ...]:
    """What of a folded text can be compared, each with its weight; `*` letters apart, `~` the sound of a pair."""
    found: dict[str, float] = {}
    for run in _RUN.findall(text):
        sounds = [_sounds().get(letter, letter) for letter in run]
        for at in range(len(run) - 1):
            found[run[at : at + 2]] = _PAIR
            found[f"~{sounds[at]}{sounds[at + 1]}"] = _SOUND
        for at in range(len(run) - 2):
            found[f"*{run[at]}{run[at + 2]}"] = _APART
    for word in _WORD.findall(text):
        if len(word) > 2 and not word.isdigit():
            found[_stem(word)] = 2 * _PAIR
    return tuple(found.items())


def _stem(word: str) -> str:
    """`permits` and `permit` are one."""
    for ending in ("'s", "ing", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word.removesuffix(ending)
    return word


@cache
def _general() -> frozenset[str]:
    """What stands in the names of services of every office, in pairs of letters and in words."""
    pairs: set[str] = set()
    for word in service_rules.general():
        pairs |= {token.lstrip("*~") for token, _ in _tokens(fold(word))}
    return frozenset(pairs)


# The catalogue is read anew whenever anything of the community changes, and hardly ever says anything new. What people
# say is kept nowhere.
@lru_cache(maxsize=8192)
def _tokens_of_catalogue(text: str) -> tuple[tuple[str, float], ...]:
    return _tokens(text)


@cache
def _sounds() -> dict[str, str]:
    """For each letter the first one of those that sound like it: what is dictated has often another of them."""
    lines = tomllib.loads((_HERE / "sounds.toml").read_text("utf-8"))["alike"]
    return {letter: line[0] for line in lines for letter in line}
