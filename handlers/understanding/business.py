"""The office that helps companies: at which stations it is, and by what name people call it, as the data says."""

import re
from typing import TYPE_CHECKING

from models.folding import fold

if TYPE_CHECKING:
    from handlers.understanding.lexicon import Lexicon

# A function with one of these is such an office. What stands before it is what people call it, else all of it.
_FOR_COMPANIES = re.compile(r"企业|营商|\b(?:business|enterprise)\b")


def desks(lexicon: "Lexicon") -> dict[int, str]:
    """Each station with such an office, and what it is called, folded."""
    found = {}
    for node in lexicon.places.values():
        for function in map(fold, node.functions):
            if node.kind == "station" and (word := _FOR_COMPANIES.search(function)):
                found[node.id] = function[: word.start()].strip() or function
                break
    return found


def called(lexicon: "Lexicon", text: str) -> str | None:
    """The name of such an office that stands in the folded text, the longest first."""
    names = sorted({*desks(lexicon).values()}, key=len, reverse=True)
    return next((each for each in names if each in text), None)
