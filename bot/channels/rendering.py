"""Cards become lines of text and rows of buttons, within what a channel can show."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels import CHANNELS, Capabilities
from handlers.words import Reader, read_as, say
from models.card import NOTHING, Article, Attachment, Card, Choice, Stage, Stands
from models.notice import Outgoing
from models.text import Text

_MARKS: dict[Stands, str] = {"past": "●", "now": "◐", "next": "○"}
# What belongs to the character before it, or joins the next one to it.
_JOINER = "\u200d"
_MODIFIERS = "\ufe0e\ufe0f\u20e3" + "".join(map(chr, range(0x1F3FB, 0x1F400)))
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
# No sign is longer; what goes on is not one, and is cut anywhere.
_LONGEST_SIGN = 16


@dataclass(frozen=True, slots=True)
class Button:
    """What a reader presses: its label, and the sentence that it says; a `private` one in a chat with us alone."""

    label: str
    says: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class Attached:
    """What goes along with a message: its name for the reader; `says` is what a code says."""

    kind: str
    name: str
    says: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message of a channel."""

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    refs: tuple[str, ...] = ()
    attachments: tuple[Attached, ...] = ()


def render(card: Card, reader: Reader, capabilities: Capabilities, first: int | None) -> list[Rendered]:
    """The messages that show a card; buttons and attachments stand on the last one, things shown on the first."""
    blocks = [*_head(card, reader), *_articles(card, reader, first), *_timeline(card, reader)]
    blocks += _attached(card, reader)
    if capabilities.types:
        blocks += _typed(card, reader, first)
    texts = _packed(blocks, capabilities)
    rows = _rows(card, reader, first) if capabilities.buttons else ()
    last = len(texts) - 1
    return [
        Rendered(
            text,
            rows if index == last else (),
            card.shown if index == 0 else (),
            attachments(card, reader) if index == last else (),
        )
        for index, text in enumerate(texts)
    ]


def render_outgoing(outgoing: Outgoing, now: datetime, zone: ZoneInfo) -> list[Rendered]:
    """The messages of a delivery that were not sent yet, as its channel shows them."""
    reader, capabilities = Reader(outgoing.language, now, zone), CHANNELS[outgoing.channel]
    shown: list[Rendered] = []
    for part in outgoing.parts:
        last = None if part.most is None else part.skip + part.most
        shown += render(part.card, reader, capabilities, part.first)[part.skip : last]
    return shown[outgoing.sent :]


def numbered(outgoing: Outgoing) -> Outgoing:
    """What nobody asked for has its numbers too, where they are typed; see `hearing.learn`, which counts alike."""
    if outgoing.kind is None or not CHANNELS[outgoing.channel].types:
        return outgoing
    parts, first = [], 1
    for part in outgoing.parts:
        parts.append(replace(part, first=first))
        first += sum(1 for _ in part.card.numbered())
    return replace(outgoing, parts=tuple(parts))


def attachments(card: Card, reader: Reader) -> tuple[Attached, ...]:
    """What goes along with the card, named for its reader."""
    return tuple(Attached(each.kind, say(each.name, reader), each.says) for each in card.attachments)


def _head(card: Card, reader: Reader) -> Iterator[str]:
    if card.source:
        yield say(Text("【{source}】", source=card.source), reader)
    if card.step:
        nth, total = card.step
        yield say(Text("第{nth}步，共{total}步", nth=nth, total=total), reader)
    if card.text != NOTHING:
        yield say(card.text, reader)


def _articles(card: Card, reader: Reader, first: int | None) -> Iterator[str]:
    if card.tone == "question":
        yield from (_in_full(article, reader) for article in card.articles if article.facts or article.body)
        return
    if len(card.articles) == 1:
        yield _in_full(card.articles[0], reader)
        return
    for nth, article in enumerate(card.articles):
        yield _in_short(article, reader, f"{nth + first}. " if first else "· ")


def _timeline(card: Card, reader: Reader) -> Iterator[str]:
    """A line for each stage: what happened, then when, by whom, and how long it took."""
    if card.timeline:
        yield "\n".join(_stage(stage, reader) for stage in card.timeline)


def _stage(stage: Stage, reader: Reader) -> str:
    parts = (stage.what, stage.when, stage.who, stage.took)
    return f"{_MARKS[stage.stands]} " + " · ".join(say(part, reader) for part in parts if part)


def _attached(card: Card, reader: Reader) -> Iterator[str]:
    """A line for each attachment, for whoever sees the words alone."""
    if card.attachments:
        yield "\n".join(say(_attachment(each), reader) for each in card.attachments)


def _attachment(attachment: Attachment) -> Text:
    if attachment.kind == "image":
        return Text("图片：{name}", name=attachment.name)
    if attachment.kind == "location":
        return Text("位置：{name}", name=attachment.name)
    if attachment.kind == "qr":
        return Text("二维码：{name}", name=attachment.name)
    return Text("文件：{name}", name=attachment.name)


def _titled(article: Article, reader: Reader) -> str:
    title = say(article.title, reader)
    if article.state is None:
        return title
    return say(Text("{title}【{state}】", title=title, state=article.state.word), reader)


def _in_full(article: Article, reader: Reader) -> str:
    lines = [_titled(article, reader)]
    if article.body:
        lines.append(say(article.body, reader))
    lines += [say(Text("{name}：{fact}", name=name, fact=fact), reader) for name, fact in article.facts]
    return "\n".join(lines)


def _in_short(article: Article, reader: Reader, mark: str) -> str:
    """One of a list."""
    words = _words(article, reader)
    line: str | None = words.get("in short")
    if line is None:
        facts = " · ".join(say(fact, reader) for _, fact in article.facts)
        line = words["in short"] = _titled(article, reader) + (f"\n   {facts}" if facts else "")
    return mark + line


def _words(article: Article, reader: Reader) -> dict[Any, Any]:
    """Where its words are kept, as readers of this language read them today.

    One that many are shown is the same object for all of them, and put into words once.
    """
    language, *today = read_as(reader)
    known = article.made.get(language)
    if known is None or known[0] != today:
        known = article.made[language] = today, {}
    words: dict[Any, Any] = known[1]
    return words


def _typed(card: Card, reader: Reader, first: int | None) -> Iterator[str]:
    """Where nothing can be pressed: numbers to type, and the words that lead out."""
    numbered = list(card.numbered())
    listed = len(numbered) - sum(1 for choice in card.choices if not choice.aside)
    if first is not None:
        shown = 0 if len(card.articles) == 1 else listed
        lines = [f"{first + nth} {say(choice.label, reader)}" for nth, choice in enumerate(numbered)][shown:]
        if lines:
            yield "\n".join(lines)
        if numbered:
            yield say(Text("发数字就行。"), reader)
    aside = [say(choice.label, reader) for choice in card.choices if choice.aside or first is None]
    if aside:
        yield say(Text("也可以发：{words}", words=" / ".join(aside)), reader)


def _rows(card: Card, reader: Reader, first: int | None) -> tuple[tuple[Button, ...], ...]:
    """A list has a button for each article, with its number; one thing has its own choices in a row."""
    if len(card.articles) == 1:
        rows = [_buttons(card.articles[0].choices, reader)]
    else:
        rows = [
            (_opening(article, None if first is None else nth + first, reader),)
            for nth, article in enumerate(card.articles)
            if article.choices
        ]
    rows += [_buttons((choice,), reader) for choice in card.choices if not choice.aside]
    rows.append(_buttons(tuple(choice for choice in card.choices if choice.aside), reader))
    return tuple(row for row in rows if row)


def _buttons(choices: tuple[Choice, ...], reader: Reader) -> tuple[Button, ...]:
    return tuple(Button(say(choice.label, reader), choice.says, choice.private) for choice in choices)


def _opening(article: Article, number: int | None, reader: Reader) -> Button:
    """The button of an article in a list."""
    words = _words(article, reader)
    button: Button | None = words.get(number)
    if button is None:
        title = article.title
        label = title if number is None else Text("{nth}. {title}", nth=number, title=title)
        button = words[number] = Button(say(label, reader), article.choices[0].says)
    return button


def _packed(blocks: list[str], capabilities: Capabilities) -> list[str]:
    """Blocks in as few messages as hold them; a message ends between blocks wherever it can."""
    texts: list[str] = []
    for block in blocks:
        for part in _pieces(block, capabilities):
            if not part.strip():
                continue
            if texts and _fits(f"{texts[-1]}\n\n{part}", capabilities):
                texts[-1] = f"{texts[-1]}\n\n{part}"
            else:
                texts.append(part)
    return texts


def _pieces(block: str, capabilities: Capabilities) -> Iterator[str]:
    """A block that is too long alone is cut, after a line where there is one."""
    while not _fits(block, capabilities):
        most = _room(block, capabilities)
        cut = block.rfind("\n", 1, most) if "\n" in block[1:most] else most
        yield block[:cut].rstrip()
        block = block[cut:].lstrip()
    yield block


def _fits(text: str, capabilities: Capabilities) -> bool:
    # No character is longer than four bytes, so most texts need not be measured.
    return 4 * len(text) <= capabilities.text_limit or _size(text, capabilities) <= capabilities.text_limit


def _room(text: str, capabilities: Capabilities) -> int:
    """How many characters of the text fit into one message."""
    if capabilities.measured_in == "characters":
        most = len(text.encode("utf-16-le")[: 2 * capabilities.text_limit].decode("utf-16-le", "ignore"))
    else:
        most = len(text.encode()[: capabilities.text_limit].decode("utf-8", "ignore"))
    return next((cut for cut in range(most, most - _LONGEST_SIGN, -1) if _may_end(text, cut)), most)


def _may_end(text: str, cut: int) -> bool:
    """Whether no sign is cut in half here: accents, skin tones, joined emoji, the two letters of a flag."""
    before, after = text[cut - 1], text[cut]
    if before == _JOINER or after == _JOINER or unicodedata.combining(after) or after in _MODIFIERS:
        return False
    if not (before in _FLAG_LETTERS and after in _FLAG_LETTERS):
        return True
    letters = len(text[:cut]) - len(text[:cut].rstrip(_FLAG_LETTERS))
    return letters % 2 == 0


def _size(text: str, capabilities: Capabilities) -> int:
    """Platforms count a character outside the basic plane as two."""
    return len(text.encode()) if capabilities.measured_in == "bytes" else len(text.encode("utf-16-le")) // 2
