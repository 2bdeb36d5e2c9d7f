"""What is to be said, before it becomes words in its reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class Prose(str):
    """Words of a pack or of the catalogue that are converted for readers of Traditional Chinese.

    Plain strings are names or somebody's own words, and stay as they are.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Span:
    """From one instant to another, said with the day and weekday of the community's zone."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant, said with the day and weekday of the community's zone."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Several:
    """Several texts: in one line, as the reader's language joins a list, or each on a line of its own."""

    texts: tuple["Text", ...]
    lines: bool = False


# Whose words were not typed in his own language reads them in the first of these in which they were.
_INSTEAD = {
    "zh-Hans": ("zh-Hans", "zh-Hant", "en"),
    "zh-Hant": ("zh-Hant", "zh-Hans", "en"),
    "en": ("en", "zh-Hans", "zh-Hant"),
}


@dataclass(frozen=True, slots=True)
class ByLanguage:
    """Somebody's own words, by the languages in which they were typed: each reader gets them as they stand."""

    typed: Mapping[str, str]

    def read_in(self, language: str) -> str:
        return next((self.typed[each] for each in _INSTEAD[language] if each in self.typed), "")


@dataclass(frozen=True, slots=True)
class Bilingual:
    """Words of a pack with their English: read as they are, in Traditional Chinese, or in English."""

    words: str
    english: str


Value = str | int | float | Span | Moment | Several | ByLanguage | Bilingual


class Text:
    """A message of the catalogue (Simplified Chinese, the source) and its values.

    `{name}` in the message stands for the value of that name; `count` also chooses the plural.
    """

    __slots__ = ("message", "values")

    def __init__(self, message: str, **values: "Value | Text") -> None:
        self.message = message
        self.values: Mapping[str, Value | Text] = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and (self.message, self.values) == (other.message, other.values)

    def __hash__(self) -> int:
        return hash(self.message)

    def __repr__(self) -> str:
        return f"Text({self.message!r}, {dict(self.values)!r})"

    def dump(self) -> list[Any]:
        """The text as JSON can carry it; `load` is the way back."""
        if not self.values:
            return [self.message, {}]
        return [self.message, {name: _dump(value) for name, value in self.values.items()}]

    @classmethod
    def load(cls, dumped: list[Any]) -> "Text":
        message, values = dumped
        return cls(message, **{name: _load(value) for name, value in values.items()})


def as_said(words: str) -> Text:
    """Words that are a name or somebody's own, as a text of their own."""
    return Text("{words}", words=words)


def prose(words: str) -> Text:
    """Words of a pack, as a text of their own."""
    return Text("{words}", words=Prose(words))


def _dump(value: Value | Text) -> Any:
    if type(value) is str or type(value) is int:
        return value
    if isinstance(value, Prose):
        return {"prose": str(value)}
    if isinstance(value, Text):
        return {"text": value.dump()}
    if isinstance(value, Span):
        return {"span": [value.starts.isoformat(), value.ends.isoformat()]}
    if isinstance(value, Moment):
        return {"moment": value.at.isoformat()}
    if isinstance(value, Several):
        return {"several": [value.lines, *(text.dump() for text in value.texts)]}
    if isinstance(value, ByLanguage):
        return {"typed": dict(value.typed)}
    if isinstance(value, Bilingual):
        return {"bilingual": [value.words, value.english]}
    return value


def _load(dumped: Any) -> Value | Text:
    if not isinstance(dumped, dict):
        value: str | int | float = dumped
        return value
    ((kind, inner),) = dumped.items()
    if kind == "prose":
        return Prose(inner)
    if kind == "text":
        return Text.load(inner)
    if kind == "span":
        return Span(datetime.fromisoformat(inner[0]), datetime.fromisoformat(inner[1]))
    if kind == "moment":
        return Moment(datetime.fromisoformat(inner))
    if kind == "typed":
        return ByLanguage(inner)
    if kind == "bilingual":
        return Bilingual(*inner)
    return Several(tuple(Text.load(text) for text in inner[1:]), inner[0])
