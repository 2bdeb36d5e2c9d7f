"""What is wrong with an entry, in words that say how to mend it."""

from typing import Any

from pydantic_core import ErrorDetails

from models.pack import Entry


def mend(problem: ErrorDetails, entry: type[Entry]) -> tuple[str, str]:
    """Where it is (field and, of several, which one), and `what; mend`."""
    place = ".".join(str(part + 1 if isinstance(part, int) else part) for part in problem["loc"])
    kind, message = problem["type"], problem["msg"].removeprefix("Value error, ")
    given: Any = problem["input"]
    if kind == "extra_forbidden":
        return place, f"unknown key; the keys are {', '.join(entry.model_fields)}"
    if kind == "missing":
        return place, "is missing; add it"
    if kind == "string_pattern_mismatch":
        return place, f"{given!r} is no slug; use a-z, 0-9 and single hyphens"
    message = message[0].lower() + message[1:]
    if ";" not in message:
        message = f"{message}, not {str(given)[:60]!r}; write another value"
    return place, message
