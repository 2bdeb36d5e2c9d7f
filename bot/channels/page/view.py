"""What the page shows, as plain words for its templates: the whole page, and each exchange on it."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from bot.channels.page.cards import ArticleView, ButtonView, CardView, article_view, card_view, question_of
from bot.channels.page.words import sizes, themes, words
from handlers.words import Reader, say, say_stamp
from models.card import Article, Card, Choice
from models.history import Exchange

# Two messages within this time share one line of day and hour.
STAMP_AGAIN = timedelta(minutes=5)
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """One line and its answer. `stamped` and `dated` tell whether its hour and day stand above it."""

    number: int
    at: str
    day: str
    time: str
    said: str | None
    meant: str | None
    closed: tuple[int, ...]
    cards: tuple[CardView, ...]
    language: str
    words: dict[str, str]
    stamped: bool = True
    dated: bool = True


@dataclass(frozen=True, slots=True)
class PageView:
    """Everything on the page. `older` tells that there are earlier exchanges than the first one here; `mark` whose
    page it is, so that a tab notices that its browser is somebody else now.
    """

    language: str
    words: dict[str, str]
    menu: Sequence[ButtonView]
    menu_all: Sequence[ButtonView]
    exchanges: Sequence[ExchangeView]
    greeting: CardView
    sizes: Sequence[tuple[str, str]]
    themes: Sequence[tuple[str, str]]
    message: str
    longest: int
    last: int = 0
    older: bool = False
    asks: bool = False
    place_line: str | None = None
    size: str = "normal"
    theme: str = "auto"
    personas: Sequence[tuple[str, str]] = ()
    who: str | None = None
    mark: str = ""
    coming: Sequence[ArticleView] = ()
    notice: CardView | None = None
    demo: bool = False
    style: str = "/page.css"
    script: str = "/page.js"

    @property
    def first(self) -> int | None:
        """The number of the oldest exchange that is shown."""
        return self.exchanges[0].number if self.exchanges else None

    @property
    def title(self) -> str:
        return self.words["title"]


def page(
    reader: Reader,
    name: str | None,
    *,
    told: Sequence[Exchange],
    greeting: Card,
    menu: Sequence[Choice],
    message: str,
    longest: int,
    notice: Card | None = None,
    coming: Iterable[Article] = (),
    **shown: object,
) -> PageView:
    """The page for this reader; `name` is the community's, `shown` are further fields of PageView."""
    said = words(reader, name)
    # The language has its button in the header.
    buttons = tuple(
        ButtonView(say(choice.label, reader), choice.says) for choice in menu if choice.says != "language"
    )
    below = {choice.says for choice in menu}
    first = replace(greeting, choices=tuple(each for each in greeting.choices if each.says not in below))
    fields: dict[str, object] = {
        "language": reader.language,
        "words": said,
        "menu": buttons[:4],
        "menu_all": buttons,
        "exchanges": exchanges(told, reader, said),
        "greeting": card_view(first, reader, "greeting"),
        "sizes": sizes(reader),
        "themes": themes(reader),
        "message": message,
        "longest": longest,
        "last": told[-1].number if told else 0,
        "notice": card_view(notice, reader, "notice") if notice else None,
        "coming": tuple(article_view(each, reader, f"coming-{nth}") for nth, each in enumerate(coming)),
    }
    return PageView(**{**fields, **shown})  # type: ignore[arg-type]


def exchanges(
    told: Sequence[Exchange],
    reader: Reader,
    said: dict[str, str],
    open_questions: Collection[int] | None = None,
    *,
    previous: datetime | None = None,
) -> tuple[ExchangeView, ...]:
    """Exchanges in their order. A question that is not open any more was answered, perhaps in a later window;
    where it is not known which are open, the later exchanges here tell.
    """
    answers: dict[int, str | None] = {
        question: None
        for exchange in told
        for card in exchange.cards
        if open_questions is not None
        and (question := question_of(card)) is not None
        and question not in open_questions
    }
    answers |= {
        question: exchange.said.meant
        for exchange in told
        if exchange.said
        for question in exchange.said.closed
    }
    views = []
    for exchange in told:
        views.append(_exchange(exchange, reader, said, answers, previous))
        previous = exchange.at
    return tuple(views)


def _exchange(
    exchange: Exchange,
    reader: Reader,
    said: dict[str, str],
    answers: dict[int, str | None],
    previous: datetime | None,
) -> ExchangeView:
    day, time = say_stamp(exchange.at, reader)
    line = exchange.said
    return ExchangeView(
        number=exchange.number,
        at=exchange.at.isoformat(),
        day=day,
        time=time,
        said=line.text if line else None,
        meant=line.meant if line else None,
        closed=line.closed if line else (),
        cards=tuple(
            card_view(card, reader, f"{exchange.number}-{nth}", answers, _files(exchange, nth))
            for nth, card in enumerate(exchange.cards)
        ),
        language=reader.language,
        words=said,
        stamped=previous is None or exchange.at - previous > STAMP_AGAIN,
        dated=previous is None or _date(previous, reader) != _date(exchange.at, reader),
    )


def _files(exchange: Exchange, nth: int) -> str:
    """Where the attachments of the nth card are fetched: they are counted over the whole exchange."""
    before = sum(len(card.attachments) for card in exchange.cards[:nth])
    return f"{exchange.number}/{before}"


def _date(at: datetime, reader: Reader) -> object:
    return at.astimezone(reader.zone).date()


def environment() -> Environment:
    """The page's templates; whatever they are given is text, never markup."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["foreign"] = _foreign
    return made


def _foreign(said: str | None, said_by: dict[str, str]) -> Markup:
    """The language of Chinese words within an English page: else they are read out and drawn as something else."""
    is_foreign = said_by["lang"] == "en" and said and _HAN.search(said)
    return Markup(' lang="zh-Hans"' if is_foreign else "")
