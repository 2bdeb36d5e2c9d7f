"""Finds known words in a sentence: the longest at each place, Latin ones as whole words only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    begin: int
    end: int
    found: T


class Matcher(Generic[T]):
    """Built once from (folded word, meaning) pairs; the first meaning of a word wins."""

    def __init__(self, words: Iterable[tuple[str, T]]) -> None:
        meanings: dict[str, T] = {}
        for word, meaning in words:
            if word:
                meanings.setdefault(word, meaning)
        self._by_first: dict[str, list[tuple[str, T]]] = defaultdict(list)
        for word in sorted(meanings, key=len, reverse=True):
            self._by_first[word[0]].append((word, meanings[word]))

    def find(self, text: str) -> list[Match[T]]:
        """The words of the text, from left to right, none overlapping another."""
        matches: list[Match[T]] = []
        position = 0
        while position < len(text):
            match = self._at(text, position)
            if match is None:
                position += 1
            else:
                matches.append(match)
                position = match.end
        return matches

    def _at(self, text: str, position: int) -> Match[T] | None:
        for word, meaning in self._by_first.get(text[position], ()):
            if text.startswith(word, position) and _is_whole(text, position, position + len(word)):
                return Match(position, position + len(word), meaning)
        return None


def _is_whole(text: str, begin: int, end: int) -> bool:
    """A Latin word does not begin or end inside another one."""
    return not (_joins(text, begin) or _joins(text, end))


def _joins(text: str, position: int) -> bool:
    if not 0 < position < len(text):
        return False
    before, after = text[position - 1], text[position]
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()


def without(text: str, matches: Iterable[Match[T]]) -> str:
    """The text with the matches cut out, each replaced by one blank."""
    parts, position = [], 0
    for match in matches:
        parts.append(text[position : match.begin])
        position = match.end
    return " ".join([*parts, text[position:]])
