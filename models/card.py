"""All that can be shown on every channel: handlers return cards, channels print them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from models.text import Text

Tone = Literal["plain", "question", "done", "notice"]
StateTone = Literal["good", "warning", "past"]


# The text of a card whose one article says it all.
NOTHING = Text("")


@dataclass(frozen=True, slots=True)
class Choice:
    """A button is a sentence: `says` is what the reader sends by pressing it, a fixed head and a number.

    `aside` ones (back, cancel) never take a number of the list: on a channel without buttons they are
    words to type.
    """

    label: Text
    says: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """The one word that says how a thing stands, and how it is meant."""

    word: Text
    tone: StateTone


@dataclass(frozen=True, slots=True)
class Article:
    """One thing on a card. The first of its choices opens it: that is what its number in a list says."""

    title: Text
    ref: str
    state: State | None = None
    facts: tuple[tuple[Text, Text], ...] = ()
    body: Text | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """What a handler answers. `refs` are the things shown that have no article, as `table:code`."""

    text: Text
    choices: tuple[Choice, ...] = ()
    articles: tuple[Article, ...] = ()
    tone: Tone = "plain"
    step: tuple[int, int] | None = None
    refs: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """Everything the card shows, in order, as `table:code`."""
        return (*self.refs, *(article.ref for article in self.articles if article.ref))

    def pressable(self) -> Iterator[Choice]:
        """Every choice that can be pressed, in the order shown."""
        for article in self.articles:
            yield from article.choices
        yield from self.choices

    def numbered(self) -> Iterator[Choice]:
        """The choices that a typed number means, in the order of the numbers.

        A list numbers its articles, a card about one thing what one can do with it, a question its answers.
        """
        if len(self.articles) == 1:
            yield from self.articles[0].choices
        elif self.tone != "question":
            for article in self.articles:
                yield Choice(article.title, article.choices[0].says) if article.choices else _nothing(article)
        yield from (choice for choice in self.choices if not choice.aside)

    def dump(self) -> dict[str, Any]:
        """The card as JSON can carry it; `load` is the way back."""
        dumped: dict[str, Any] = {"text": self.text.dump(), "tone": self.tone}
        if self.choices:
            dumped["choices"] = [_dump_choice(choice) for choice in self.choices]
        if self.articles:
            dumped["articles"] = [_dump_article(article) for article in self.articles]
        if self.step:
            dumped["step"] = list(self.step)
        if self.refs:
            dumped["refs"] = list(self.refs)
        return dumped

    @classmethod
    def load(cls, dumped: dict[str, Any]) -> "Card":
        step = dumped.get("step")
        return cls(
            text=Text.load(dumped["text"]),
            choices=tuple(_load_choice(choice) for choice in dumped.get("choices", ())),
            articles=tuple(_load_article(article) for article in dumped.get("articles", ())),
            tone=dumped["tone"],
            step=(step[0], step[1]) if step else None,
            refs=tuple(dumped.get("refs", ())),
        )


def _nothing(article: Article) -> Choice:
    """An article that cannot be opened still has its number, so that the others keep theirs."""
    return Choice(article.title, "help")


def _dump_choice(choice: Choice) -> list[Any]:
    return [choice.label.dump(), choice.says, choice.aside]


def _load_choice(dumped: list[Any]) -> Choice:
    label, says, aside = dumped
    return Choice(Text.load(label), says, aside)


def _dump_article(article: Article) -> dict[str, Any]:
    state = article.state
    return {
        "title": article.title.dump(),
        "ref": article.ref,
        "state": [state.word.dump(), state.tone] if state else None,
        "facts": [[name.dump(), fact.dump()] for name, fact in article.facts],
        "body": article.body.dump() if article.body else None,
        "choices": [_dump_choice(choice) for choice in article.choices],
    }


def _load_article(dumped: dict[str, Any]) -> Article:
    state, body = dumped["state"], dumped["body"]
    return Article(
        title=Text.load(dumped["title"]),
        ref=dumped["ref"],
        state=State(Text.load(state[0]), state[1]) if state else None,
        facts=tuple((Text.load(name), Text.load(fact)) for name, fact in dumped["facts"]),
        body=Text.load(body) if body else None,
        choices=tuple(_load_choice(choice) for choice in dumped["choices"]),
    )
