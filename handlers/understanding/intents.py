"""Which action a sentence asks for, by the phrases that the handlers declare."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from handlers.talk import Action, Arguments, Phrase
from handlers.understanding.reading import Reading

# A phrase of this weight says so much by itself that it is no answer to a question.
CERTAIN = 4
# What may hold a bracket or a bar that groups nothing; and a group with no other within.
_ATOM = re.compile(r"\\.|\[(?:\\.|[^\]])*\]")
_GROUP = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Intent:
    """An action and its arguments; `certain` where the sentence cannot well be an answer to something else."""

    action: Action
    arguments: Arguments
    certain: bool


class _Declared(tuple[Action, ...]):
    """Actions by which something is remembered; a look into each of them would take too long."""

    __slots__ = ()

    def __hash__(self) -> int:
        return len(self)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A phrase of an action, ready to be looked for."""

    action: Action
    phrase: Phrase
    find: Callable[[str], re.Match[str] | None]
    unless: re.Pattern[str] | None

    def fits(self, reading: Reading) -> bool:
        """Whether nothing speaks against it where its pattern is found."""
        needs = self.phrase.needs
        return not (self.unless and self.unless.search(reading.text)) and (
            needs is None or bool(getattr(reading, needs))
        )


def _find(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """What can only be at the beginning is looked for nowhere else: `search` would try each letter."""
    compiled, plain = re.compile(pattern), _ATOM.sub("", pattern)
    while (outer := _GROUP.sub("", plain)) != plain:
        plain = outer
    return compiled.match if all(each.startswith("^") for each in plain.split("|")) else compiled.search


@lru_cache(maxsize=16)
def _ranked(actions: _Declared) -> list[Ranked]:
    """Their phrases, the heaviest first, and among equals the one declared first."""
    phrases = [
        Ranked(action, each, _find(each.pattern), re.compile(each.unless) if each.unless else None)
        for action in actions
        for each in action.phrases
        if each.weight
    ]
    return sorted(phrases, key=lambda each: -each.phrase.weight)


def understand(reading: Reading, actions: Mapping[str, Action]) -> Intent | None:
    """The action of the heaviest phrase that fits; None where the sentence is not understood."""
    ranked = _ranked(_Declared(actions.values()))
    if reading.understood is None or reading.understood[0] is not ranked:
        text = reading.text
        fitting = (each for each in ranked if each.find(text) and each.fits(reading))
        reading.understood = ranked, next(fitting, None)
    best = reading.understood[1]
    if best is None:
        return None
    weight = best.phrase.weight
    certain = not best.phrase.yields and (weight >= CERTAIN or (weight > 1 and reading.anchored))
    return Intent(best.action, best.action.reads(reading), certain)
