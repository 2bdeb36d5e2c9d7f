"""Every message that the three rooms can say, read from the code, and what the catalogue makes of it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
ROOMS = ("models", "handlers", "bot")
CATALOGUE = ROOT / "handlers" / "locale" / "en" / "LC_MESSAGES" / "linli.po"


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the three rooms, by its path."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text("utf-8"))


def calls(of: str = "Text") -> Iterator[tuple[str, ast.Call]]:
    """Every `Text(…)`, or call of another name, with where it stands."""
    for path, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and name(node.func) == of:
                yield f"{path}:{node.lineno}", node


def name(called: ast.expr) -> str | None:
    return called.id if isinstance(called, ast.Name) else getattr(called, "attr", None)


def literal(call: ast.Call) -> str | None:
    """The message of a call; None where it is not written out, so that no catalogue can have it."""
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


@cache
def messages() -> frozenset[str]:
    """Every message there is; the empty one (models.card.NOTHING) is never said."""
    return frozenset(message for _, call in calls() if (message := literal(call)))


@cache
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="en", abort_invalid=True)


def translations(message: str) -> tuple[str, ...]:
    found = catalogue()[message]
    assert found is not None, f"not in the catalogue: {message!r}"
    return (found.string,) if isinstance(found.string, str) else tuple(found.string or ())
