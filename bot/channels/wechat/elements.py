"""The XML of a call as a dictionary, within limits.

Read by expat alone: xmltodict, through which wechatpy reads, knows no limits, and takes three times as long for what a
call does twice.
"""

from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

# What the platform sends is 4 deep and has some 20 elements; a list of consents has some more.
DEEPEST = 32
MOST = 500
# Of a name that we do not know not everything is kept.
_LONGEST_NAME = 40


class Unreadable(Exception):  # noqa: N818
    """`field` is what could not be read, never what stood there; `message` the platform's number, where it is known."""

    def __init__(self, field: str, message: str | None = None) -> None:
        super().__init__(field)
        self.field = field
        self.message = message


def read(xml: str | bytes) -> dict[str, Any]:
    """The elements within the outermost one: words, a dictionary of elements, or a list of those that share a name.

    Raises Unreadable for what is no XML, and for what the platform never sends: attributes, declarations, depth.
    """
    tree = _Tree()
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.words.append
    parser.StartDoctypeDeclHandler = tree.declare
    try:
        parser.Parse(xml, True)
    except (ExpatError, ValueError, LookupError) as error:  # the last for an encoding that nobody knows
        raise Unreadable("the XML itself") from error
    if not isinstance(tree.whole, dict):
        raise Unreadable("the elements")
    return tree.whole


class _Tree:
    """What is open while expat reads."""

    __slots__ = ("count", "open", "whole", "words")

    def __init__(self) -> None:
        self.open: list[dict[str, Any]] = []
        self.words: list[str] = []
        self.count = 0
        self.whole: dict[str, Any] | str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if attributes:
            raise Unreadable(f"{name[:_LONGEST_NAME]}: has attributes")
        if len(self.open) >= DEEPEST or self.count > MOST:
            raise Unreadable("the depth or number of elements")
        self.open.append({})
        self.words.clear()

    def end(self, name: str) -> None:
        inner: dict[str, Any] | str = self.open.pop() or "".join(self.words)
        self.words.clear()
        if not self.open:
            self.whole = inner
            return
        beside = self.open[-1]
        if name not in beside:
            beside[name] = inner
        elif isinstance(beside[name], list):
            beside[name].append(inner)
        else:
            beside[name] = [beside[name], inner]

    def declare(self, *_declared: object) -> None:
        raise Unreadable("a document type: declares one")
