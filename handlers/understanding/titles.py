"""Which of many titles a sentence names, also loosely: 护牙项目 for one that is called 绵阳留守儿童护牙."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.folding import fold

# A pair of letters that more titles than this have names none of them.
_GENERIC_SHARE = 0.08
# So long a run of a title's letters names it whatever else is said.
_PLAIN = 4
_LETTERS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")


@dataclass(slots=True)
class Titles:
    """Titles by number, and the pairs of letters by which they are told from each other."""

    texts: Sequence[tuple[int, str]] = ()
    _by_pair: dict[str, set[int]] = field(default_factory=dict, repr=False)
    _weights: dict[str, float] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.texts = [(number, fold(text)) for number, text in self.texts]
        pairs: dict[str, set[int]] = defaultdict(set)
        for number, text in self.texts:
            for pair in _pairs(text):
                pairs[pair].add(number)
        many = len({number for number, _ in self.texts}) or 1
        self._by_pair = dict(pairs)
        for pair, numbers in pairs.items():
            generic = len(numbers) > max(1, many * _GENERIC_SHARE)
            self._weights[pair] = 0.0 if generic else math.log(1 + many / len(numbers))

    def named(self, text: str) -> list[int]:
        """The numbers of the titles that a folded text names best; none where it names none."""
        whole = [(len(title), number) for number, title in self.texts if title in text]
        if whole:
            longest = max(length for length, _ in whole)
            return [number for length, number in whole if length == longest]
        scores: Counter[int] = Counter()
        for pair in _pairs(text):
            for number in self._by_pair.get(pair, ()):
                scores[number] += self._weights[pair]  # type: ignore[assignment]
        best = max(scores.values(), default=0)
        if not best:
            return []
        return [number for number, score in sorted(scores.items()) if score >= best * 0.999]

    def plainly(self, text: str) -> list[int]:
        """Those of which so much stands in the text that nothing else can be meant."""
        return [number for number, title in self.texts if _run(title, text) >= min(_PLAIN, len(title))]


def shared(title: str, text: str) -> int:
    """How many pairs of letters both have."""
    return len(_pairs(title) & _pairs(text))


def _pairs(text: str) -> set[str]:
    found: set[str] = set()
    for run in _LETTERS.findall(text):
        found |= {run} if run.isascii() else {run[at : at + 2] for at in range(len(run) - 1)}
    return found


def _run(title: str, text: str) -> int:
    """The length of the longest run of letters that both have."""
    longest = 0
    for begin in range(len(title)):
        while title[begin : begin + longest + 1] in text and begin + longest < len(title):
            longest += 1
    return longest
