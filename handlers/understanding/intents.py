"""Which action a sentence asks for, by the phrases that the handlers declare."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from handlers.talk import Action, Arguments, Phrase
from handlers.understanding.reading import Reading

# A phrase of this weight says so much by itself that it is no answer to a question.
CERTAIN = 4


@dataclass(frozen=True, slots=True)
class Intent:
    """An action and its arguments; `certain` where the sentence cannot well be an answer to something else."""

    action: Action
    arguments: Arguments
    certain: bool


@lru_cache(maxsize=1024)
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source)


def understand(reading: Reading, actions: Mapping[str, Action]) -> Intent | None:
    """The action of the heaviest phrase that fits; None where the sentence is not understood."""
    best: tuple[int, Action] | None = None
    for action in actions.values():
        weight = max((phrase.weight for phrase in action.phrases if _fits(phrase, reading)), default=0)
        if weight and (best is None or weight > best[0]):
            best = (weight, action)
    if best is None:
        return None
    weight, action = best
    certain = weight >= CERTAIN or (weight > 1 and reading.anchored)
    return Intent(action, action.reads(reading), certain)


def _fits(phrase: Phrase, reading: Reading) -> bool:
    return (
        _pattern(phrase.pattern).search(reading.text) is not None
        and not (phrase.unless and _pattern(phrase.unless).search(reading.text))
        and (phrase.needs is None or bool(getattr(reading, phrase.needs)))
    )
