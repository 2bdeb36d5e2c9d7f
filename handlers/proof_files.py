"""The proof of service on paper: A4, with what was served line by line, room for a seal, and a code to check it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from sqlalchemy import Row

from handlers.papers.fonts import drawable, font
from handlers.papers.lines import break_lines
from handlers.papers.pdf import pdf
from handlers.papers.sheet import SOFT, TEXT, WHITE, WIDTH, Box, Code, Item, Sheet, Words
from handlers.recipes import Apart, Content, Maker, Making, recipe
from handlers.words import Reader, say, say_stamp
from models import community, proof
from models.card import Attachment
from models.database import Db
from models.hours import spoken
from models.text import Text, as_said, prose

FILE = "proof.paper"
# All in units of the page, see papers/sheet.py: a millimetre is 5.14 of them, a point 1.81.
_MARGIN, _TOP = 96, 130
_INNER = WIDTH - 2 * _MARGIN
_TITLE, _NUMBER, _BODY, _CELL, _SMALL = 47, 19, 25.4, 20, 17
_LEADING, _ROW = 51.4, 42
# Where the table must end, and where it must end so that the seal still finds room below it.
_BOTTOM, _ABOVE_SEAL = 1420, 1090
_CODE_SIDE = 165
_RULE, _HEAD = "#c9d3cd", "#eef3f0"
# The left edges of the columns; hours end at the right margin.
_DAY, _WHAT, _WHERE = _MARGIN + 8, _MARGIN + 240, _MARGIN + 580
_HOURS = WIDTH - _MARGIN - 8
# Long ago: a day on paper is said with its year.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Served:
    """One line of the table."""

    day: str
    what: str
    where: str
    hours: str


@dataclass(frozen=True, slots=True)
class Paper:
    """Every word on it, in one language; `opens` is what the code says."""

    title: str
    number: str
    sentence: str
    heads: Served
    lines: tuple[Served, ...]
    note: str
    signed: tuple[str, ...]
    check: tuple[str, ...]
    free: str
    opens: str
    language: str


def attached(made: Row[Any]) -> Attachment:
    name = Text("{name}.pdf", name=Text("志愿服务证明"))
    return Attachment("file", name, FILE, (made.number,), proof.says(made))


@recipe(FILE)
def paper(db: Db, maker: Maker, number: int) -> Making:
    """For its owner alone, and always the same."""
    made = proof.own(db, maker.person.id, number)
    if made is None:
        raise KeyError("proof.unknown")
    words = _read(made, community.name(db) or "", maker)
    return Apart(partial(_print, words, made.at))


def _print(words: Paper, at: datetime) -> Content:
    return Content("application/pdf", pdf(list(sheets(words)), at))


def _read(made: Row[Any], office: str, maker: Maker) -> Paper:
    reader = replace(maker.reader, now=_LONG_AGO)
    number, code = proof.number_on_paper(made.number), proof.code_on_paper(made.code)
    lines = tuple(_line(each, reader) for each in made.lines)
    by_word = any(each["ground"] == "word" for each in made.lines)
    note = Text("带*的由工作人员登记，其余由现场签到记录。") if by_word else Text("都由现场签到记录。")
    return Paper(
        title=say(Text("志愿服务证明"), reader),
        number=say(Text("编号{number}", number=number), reader),
        sentence=say(_sentence(made, reader), reader),
        heads=Served(*(say(head, reader) for head in _HEADS)),
        lines=lines,
        note=say(note, reader),
        signed=tuple(say(each, reader) for each in _signed(made, office, reader)),
        check=(
            say(Text("扫码核对真伪，或者发一句："), reader),
            say(Text("核对证明 {number} {code}", number=number, code=code), reader),
            say(Text("核对只回答真不真、哪段时间、几小时。"), reader),
        ),
        free=say(Text("依法免费出具（《志愿服务条例》）。"), reader),
        opens=maker.code or proof.says(made),
        language=reader.language,
    )


_HEADS = (Text("日期"), Text("项目"), Text("地点"), Text("小时"))


def _sentence(made: Row[Any], reader: Reader) -> Text:
    who = as_said(made.name)
    if made.identity:
        who = Text("{name}（身份证号后四位{identity}）", name=made.name, identity=made.identity)
    return Text(
        "{who}从{since}到{until}参加志愿服务{times}次，共{hours}小时。其中现场签到{scan}小时，工作人员登记{word}小时。",
        who=who,
        since=_day(made.since, reader),
        until=_day(made.until, reader),
        times=len(made.lines),
        hours=spoken(made.by_scan + made.by_word),
        scan=spoken(made.by_scan),
        word=spoken(made.by_word),
    )


def _signed(made: Row[Any], office: str, reader: Reader) -> tuple[Text, ...]:
    return (
        Text("出具单位：{office}", office=as_said(office)),
        Text("经手人："),
        Text("日期：{day}", day=say_stamp(made.at, reader)[0]),
        Text("（盖章）"),
    )


def _day(day: str, reader: Reader) -> str:
    return say_stamp(datetime.combine(date.fromisoformat(day), time(12), reader.zone), reader)[0]


def _line(line: dict[str, Any], reader: Reader) -> Served:
    mark = "*" if line["ground"] == "word" else ""
    return Served(
        say_stamp(datetime.fromisoformat(line["starts"]), reader)[0],
        say(prose(line["title"]), reader) + mark,
        say(as_said(line["place"]), reader),
        spoken(line["minutes"]),
    )


def sheets(words: Paper) -> Iterator[Sheet]:
    """As many pages as the lines take; signature and code stand on the last one."""
    items, y = _opening(words)
    for line in words.lines:
        if y + _ROW > _BOTTOM:
            yield _sheet(words, items)
            items, y = _heads(words, _TOP)
            items.append(_numbered(words))
        items += _cells(line, y)
        y += _ROW
    if y > _ABOVE_SEAL:
        yield _sheet(words, items)
        items, y = [_numbered(words)], _TOP
    items += _closing(words, y)
    yield _sheet(words, items)


def _sheet(words: Paper, items: list[Item]) -> Sheet:
    return Sheet(tuple(items), words.title, words.language, WHITE)


def _numbered(words: Paper) -> Item:
    """No page stands for itself: each says which proof it belongs to."""
    return Words(_HOURS, _TOP - 24, words.number, _NUMBER, SOFT, stands="right")


def _opening(words: Paper) -> tuple[list[Item], float]:
    items: list[Item] = [
        Words(WIDTH / 2, _TOP + 40, words.title, _TITLE, bold=True, face="serif", stands="middle"),
        Words(_HOURS, _TOP + 96, words.number, _NUMBER, SOFT, stands="right"),
    ]
    y = _TOP + 120.0
    for line in break_lines(drawable(words.sentence, "serif"), _INNER, _BODY, font("serif")):
        y += _LEADING
        items.append(Words(_MARGIN, y, line, _BODY, face="serif"))
    heads, y = _heads(words, y + 40)
    return items + heads, y


def _heads(words: Paper, y: float) -> tuple[list[Item], float]:
    return [Box(_MARGIN, y, _INNER, _ROW, _HEAD), *_cells(words.heads, y, SOFT)], y + _ROW


def _cells(line: Served, y: float, colour: str = TEXT) -> list[Item]:
    base = y + _ROW * 0.66
    return [
        Words(_DAY, base, line.day, _CELL, colour),
        Words(_WHAT, base, _cut(line.what, _WHERE - _WHAT - 16), _CELL, colour),
        Words(_WHERE, base, _cut(line.where, _HOURS - _WHERE - 90), _CELL, colour),
        Words(_HOURS, base, line.hours, _CELL, colour, stands="right"),
        Box(_MARGIN, y + _ROW - 1, _INNER, 1, _RULE),
    ]


def _cut(words: str, width: float) -> str:
    """In one line; what is longer ends with …, and keeps the mark that it ends with."""
    plain = drawable(words)
    sans = font("sans")
    if sans.measure(plain, _CELL) <= width:
        return plain
    mark = "*" if plain.endswith("*") else ""
    lines = break_lines(plain.removesuffix("*"), width - 12 * bool(mark), _CELL, sans, 1)
    return "".join(lines) + mark


def _closing(words: Paper, y: float) -> list[Item]:
    """Note, signature at the right with room for a seal, code at the left, and that it costs nothing."""
    items: list[Item] = [Words(_MARGIN, y + 36, words.note, _SMALL, SOFT)]
    y += 96
    code_left = _MARGIN + _CODE_SIDE + 20
    items.append(Code(_MARGIN, y, _CODE_SIDE, words.opens))
    below = y + 30
    for part in words.check:
        for line in break_lines(drawable(part), 330, _SMALL, font("sans")):
            items.append(Words(code_left, below, line, _SMALL, SOFT))
            below += 30
    right = WIDTH - _MARGIN - 300
    signs = y + 30
    for part in words.signed:
        # Who issues it is named whole.
        for line in break_lines(drawable(part, "serif"), 300, _CELL, font("serif"), 4):
            items.append(Words(right, signs, line, _CELL, face="serif"))
            signs += 30
        signs += 18
    items.append(Words(_MARGIN, max(y + _CODE_SIDE + 70, signs + 30), words.free, _SMALL, SOFT))
    return items
