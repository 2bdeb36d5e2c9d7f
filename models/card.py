"""All that can be shown on every channel: handlers return cards, channels print them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from models.text import Text

Tone = Literal["plain", "question", "done", "notice"]
StateTone = Literal["good", "warning", "past"]
Stands = Literal["past", "now", "next"]


# The text of a card whose one article says it all.
NOTHING = Text("")


@dataclass(frozen=True, slots=True)
class Choice:
    """A button is a sentence: `says` is what the reader sends by pressing it, a fixed head and a number.

    `aside` ones (back, cancel) never take a number of the list: on a channel without buttons they are
    words to type. `private` ones are said in a chat with us alone: in a group, a platform that can opens that.
    """

    label: Text
    says: str
    aside: bool = False
    private: bool = False


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
    # What was made of it before, since one that many see is the same object for all of them.
    made: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Stage:
    """One point of a timeline: what happened or will, when, by whom, and how long it took."""

    what: Text
    stands: Stands
    when: Text | None = None
    who: Text | None = None
    took: Text | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """What goes along with a card. The shell makes its content after the commit, by `recipe` and `arguments`.

    A `qr` says `says`; a `location` lies at `at`, WGS-84 degrees, latitude first. Both need no recipe. What a recipe
    draws may hold a code too, which opens `says`.
    A `spare` one says nothing that the card does not: where it cannot be carried, nobody misses it.
    """

    kind: Literal["image", "file", "location", "qr"]
    name: Text
    recipe: str | None = None
    arguments: tuple[int | str, ...] = ()
    says: str | None = None
    at: tuple[float, float] | None = None
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """What a handler answers. `refs` are the things shown, as `table:code`, before those of the articles.

    `source` names who speaks, where that is not the bot itself; `step` is the nth question of how many.
    """

    text: Text
    choices: tuple[Choice, ...] = ()
    articles: tuple[Article, ...] = ()
    tone: Tone = "plain"
    step: tuple[int, int] | None = None
    refs: tuple[str, ...] = ()
    source: Text | None = None
    timeline: tuple[Stage, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """Everything the card shows, in order, as `table:code`."""
        shown = (*self.refs, *(article.ref for article in self.articles if article.ref))
        return tuple(dict.fromkeys(shown)) if self.refs else shown

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
                yield _opening(article)
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
        if self.source:
            dumped["source"] = self.source.dump()
        if self.timeline:
            dumped["timeline"] = [_dump_stage(stage) for stage in self.timeline]
        if self.attachments:
            dumped["attachments"] = [_dump_attachment(each) for each in self.attachments]
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
            source=_load_text(dumped.get("source")),
            timeline=tuple(_load_stage(stage) for stage in dumped.get("timeline", ())),
            attachments=tuple(_load_attachment(each) for each in dumped.get("attachments", ())),
        )


def _opening(article: Article) -> Choice:
    """What its number says. One that cannot be opened still has a number, so that the others keep theirs."""
    choice: Choice | None = article.made.get("opening")
    if choice is None:
        says = article.choices[0].says if article.choices else "help"
        choice = article.made["opening"] = Choice(article.title, says)
    return choice


def _dump_choice(choice: Choice) -> list[Any]:
    dumped = [choice.label.dump(), choice.says, choice.aside]
    return [*dumped, choice.private] if choice.private else dumped


def _load_choice(dumped: list[Any]) -> Choice:
    label, says, *how = dumped
    return Choice(Text.load(label), says, *how)


def _dump_article(article: Article) -> dict[str, Any]:
    dumped: dict[str, Any] | None = article.made.get("dump")
    if dumped is None:
        dumped = article.made["dump"] = _dump_new_article(article)
    return dumped


def _dump_new_article(article: Article) -> dict[str, Any]:
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


def _load_text(dumped: list[Any] | None) -> Text | None:
    return Text.load(dumped) if dumped else None


def _dump_stage(stage: Stage) -> list[Any]:
    texts = (stage.when, stage.who, stage.took)
    return [stage.what.dump(), stage.stands, *(text.dump() if text else None for text in texts)]


def _load_stage(dumped: list[Any]) -> Stage:
    what, stands, *texts = dumped
    return Stage(Text.load(what), stands, *(_load_text(text) for text in texts))


def _dump_attachment(attachment: Attachment) -> list[Any]:
    at = list(attachment.at) if attachment.at else None
    made = [attachment.recipe, list(attachment.arguments)]
    spare = [True] if attachment.spare else []
    return [attachment.kind, attachment.name.dump(), *made, attachment.says, at, *spare]


def _load_attachment(dumped: list[Any]) -> Attachment:
    kind, name, recipe, arguments, says, at, *spare = dumped
    where = (at[0], at[1]) if at else None
    return Attachment(kind, Text.load(name), recipe, tuple(arguments), says, where, bool(spare))
