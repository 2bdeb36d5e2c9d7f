"""A card as plain words for the page's templates: each is one of seven kinds."""

import re
from dataclasses import dataclass
from typing import Literal

import segno
from markupsafe import Markup, escape

from handlers import photos
from handlers.talk import ASIDES
from handlers.words import UNBREAKABLE, Reader, say
from models.card import Article, Attachment, Card, Choice, Stage
from models.text import Text

Kind = Literal["text", "results", "question", "done", "need", "notice", "photo"]

# Longer lists are shown in compact rows.
_MOST_IN_FULL = 3
# What somebody came for when he reads such an article; the others are beside it.
_MAIN_HEADS = frozenset({"register"})
_FOOTER = frozenset(choice.says for choice in ASIDES)
_SHORT_OPTION = 3
_FIRST_SENTENCE = re.compile(r"(.+?)(?:[。！\n]|\.(?=\s|$)|$)\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ButtonView:
    """`chosen` tells of an answered question whether this was the answer; None of all other buttons."""

    label: str
    says: str
    primary: bool = False
    chosen: bool | None = None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """`key` is its own within the page."""

    key: str
    title: str
    state: str | None
    tone: str | None
    facts: tuple[tuple[str, str], ...]
    body: str | None
    buttons: tuple[ButtonView, ...]


@dataclass(frozen=True, slots=True)
class StageView:
    what: str
    stands: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """`address` is where it is fetched, or opened; `drawn` is the picture of a code.

    A `whole` picture bears one, and a `sheet` has figures: of both nothing may be cut off.
    """

    kind: str
    name: str
    address: str | None = None
    drawn: str | None = None
    whole: bool = False
    sheet: bool = False


@dataclass(frozen=True, slots=True)
class CardView:
    """`heading` says the fact, `lead` stands before what the card shows and `rest` after it.

    `question` is the number of the question that it asks; `spoken` is the line that is read aloud.
    """

    kind: Kind
    source: str | None = None
    step: str | None = None
    complaint: str | None = None
    heading: str | None = None
    lead: str | None = None
    rest: str | None = None
    articles: tuple[ArticleView, ...] = ()
    compact: bool = False
    timeline: tuple[StageView, ...] = ()
    attachments: tuple[AttachmentView, ...] = ()
    buttons: tuple[ButtonView, ...] = ()
    short_options: bool = False
    question: int | None = None
    answered: bool = False
    spoken: str = ""


def card_view(
    card: Card,
    reader: Reader,
    key: str,
    answers: dict[int, str | None] | None = None,
    files: str = "0/0",
) -> CardView:
    """A card as the page shows it; `answers` has the sentence that closed each question."""
    kind = _kind(card)
    question = question_of(card)
    answered = question is not None and question in (answers or {})
    meant = (answers or {}).get(question) if question is not None else None
    buttons = tuple(
        ButtonView(
            _words(choice.label, reader),
            choice.says,
            chosen=choice.says == meant if answered and _is_answer(choice) else None,
        )
        for choice in card.choices
        if choice.says not in _FOOTER
    )
    articles = tuple(
        article_view(article, reader, f"{key}-{nth}")
        for nth, article in enumerate(card.articles)
        if kind != "question" or article.facts or article.body
    )
    told = _told(card, kind, reader)
    return CardView(
        kind,
        source=say(card.source, reader) if card.source else None,
        step=_step(card, kind, reader),
        complaint=told.complaint,
        heading=told.heading,
        lead=told.lead,
        rest=told.rest,
        articles=articles,
        compact=kind == "results" and len(articles) > _MOST_IN_FULL,
        timeline=tuple(_stage(stage, reader) for stage in card.timeline),
        attachments=tuple(_attachment(each, reader, files, n) for n, each in enumerate(card.attachments, 1)),
        buttons=buttons,
        short_options=bool(buttons) and all(len(button.label) <= _SHORT_OPTION for button in buttons),
        question=question,
        answered=answered,
        # What a question is about is not said with every question.
        spoken=_spoken(told, () if kind == "question" else articles, buttons, reader),
    )


def _kind(card: Card) -> Kind:
    if card.timeline:
        return "need"
    if card.tone != "plain":
        return card.tone
    if card.articles:
        return "results"
    return "photo" if any(each.kind == "image" for each in card.attachments) else "text"


def question_of(card: Card) -> int | None:
    """The number of the question that a card asks, which its options say."""
    return next((int(_asked(choice)) for choice in card.choices if _is_answer(choice)), None)


def _is_answer(choice: Choice) -> bool:
    return re.fullmatch(r"answer \d+\.\d+", choice.says) is not None


def _asked(choice: Choice) -> str:
    return choice.says.removeprefix("answer ").partition(".")[0]


@dataclass(frozen=True, slots=True)
class _Told:
    complaint: str | None = None
    heading: str | None = None
    lead: str | None = None
    rest: str | None = None


def _told(card: Card, kind: Kind, reader: Reader) -> _Told:
    """The text of a card, taken apart as its kind shows it."""
    if kind == "question":
        # Said again, a question stands below what was wrong with the answer, see handlers.talk.
        complaint, question = (card.text.values.get(name) for name in ("complaint", "question"))
        if not isinstance(complaint, Text) or not isinstance(question, Text):
            complaint, question = None, card.text
        heading, _, rest = say(question, reader).partition("\n")
        reason = _words(complaint, reader) if complaint else None
        return _Told(reason, keep_together(heading), rest=keep_together(rest) or None)
    if kind == "done" or card.source:
        first = _FIRST_SENTENCE.fullmatch(say(card.text, reader))
        heading, rest = first.groups() if first else ("", "")
        return _Told(heading=keep_together(heading) or None, rest=keep_together(rest) or None)
    return _Told(lead=_words(card.text, reader) or None)


def _step(card: Card, kind: Kind, reader: Reader) -> str | None:
    """`第1步，共2步 · 午间瑜伽`: where one is in a form, and what it is about."""
    if kind != "question":
        return None
    parts = []
    if card.step:
        parts.append(say(Text("第{nth}步，共{total}步", nth=card.step[0], total=card.step[1]), reader))
    if len(card.articles) == 1:
        parts.append(say(card.articles[0].title, reader))
    return " · ".join(parts) or None


def article_view(article: Article, reader: Reader, key: str) -> ArticleView:
    """What opens an article comes last: who reads it is nearer to the act."""
    opener = [choice for choice in article.choices if choice.says.startswith("show ")]
    acts = [choice for choice in article.choices if choice not in opener]
    return ArticleView(
        key,
        _words(article.title, reader),
        say(article.state.word, reader) if article.state else None,
        article.state.tone if article.state else None,
        tuple((say(name, reader), _words(fact, reader)) for name, fact in article.facts),
        _words(article.body, reader) if article.body else None,
        tuple(
            ButtonView(say(choice.label, reader), choice.says, choice.says.split(" ")[0] in _MAIN_HEADS)
            for choice in (*acts, *opener)
        ),
    )


def _stage(stage: Stage, reader: Reader) -> StageView:
    details = (stage.when, stage.who, stage.took)
    said = tuple(_words(detail, reader) for detail in details if detail)
    return StageView(_words(stage.what, reader), stage.stands, said)


def _attachment(attachment: Attachment, reader: Reader, files: str, nth: int) -> AttachmentView:
    name = say(attachment.name, reader)
    if attachment.kind == "qr":
        return AttachmentView("qr", name, drawn=_code(attachment.says or ""))
    if attachment.kind == "location":
        latitude, longitude = attachment.at or (0.0, 0.0)
        return AttachmentView("location", name, address=f"geo:{latitude},{longitude}")
    number, before = files.split("/")
    address = f"/file/{number}/{int(before) + nth}"
    whole = attachment.says is not None
    sheet = not whole and attachment.recipe != photos.RECIPE
    return AttachmentView(attachment.kind, name, address, whole=whole, sheet=sheet)


def _code(says: str) -> Markup:
    """Black on white with four modules of margin, also on a dark page: else it is not read."""
    drawn = segno.make_qr(says).svg_inline(
        border=4, omitsize=True, svgclass=None, lineclass=None, dark="#000", light="#fff"
    )
    return Markup(drawn)


def _spoken(
    told: _Told, articles: tuple[ArticleView, ...], buttons: tuple[ButtonView, ...], reader: Reader
) -> str:
    """One line for who listens: what it says, what it is about and how it stands, how much can be pressed."""
    first = (told.complaint, told.heading, told.lead)
    said = [part.partition("\n")[0] for part in first if part]
    if len(articles) == 1:
        if not any(articles[0].title in part for part in said):
            said.append(articles[0].title)
        said.append(articles[0].state or "")
    count = len(buttons) + sum(len(article.buttons) for article in articles)
    if count:
        said.append(say(Text("{count}个按钮", count=count), reader))
    # Tags of `keep_together` are for the eye.
    plain = [Markup(part).striptags() if isinstance(part, Markup) else part for part in said if part]
    joined = ("，" if reader.language != "en" else ", ").join(part.rstrip("。，：,.:") for part in plain)
    return re.sub("(?<=[？！])，|(?<=[?!]),", "", joined)


def _words(text: Text, reader: Reader) -> str:
    return keep_together(say(text, reader))


def keep_together(said: str) -> str:
    """Days and hours are not torn apart at the end of a line."""
    if not UNBREAKABLE.search(said):
        return said
    return Markup(UNBREAKABLE.sub(lambda found: f'<bdi class="keep">{found[0]}</bdi>', str(escape(said))))
