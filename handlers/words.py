"""Turns what is to be said into words in its reader's language: catalogue, script, days and hours."""

import gettext
import io
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

from opencc import OpenCC

from models.member import Language
from models.text import Bilingual, ByLanguage, Moment, Prose, Several, Span, Text, Value

# What is said here and is not torn apart at the end of a line: days, hours from and to, a dot and what it follows.
UNBREAKABLE = re.compile(
    r"(?:\d+年)?\d+月\d+日|\d{1,2}:\d{2}(?:–(?:次日)?\d{1,2}:\d{2}(?: next day)?)?|(?<=\S)\S ·(?= )"
)
_LOCALE = Path(__file__).parent / "locale"
_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and when: 今天 is today for the reader, however long ago the text was written."""

    language: Language
    now: datetime
    zone: ZoneInfo


def say(text: Text, reader: Reader) -> str:
    """The words of a text for this reader."""
    count = text.values.get("count")
    template = _template(text.message, reader.language, count if isinstance(count, int) else None)
    if template.alone:
        # Most texts are a name, a title or a time and nothing around it.
        return str(_value(text.values[template.alone], reader))
    if not template.named:
        return template.message
    return template.message.format_map({name: _value(value, reader) for name, value in text.values.items()})


def _value(value: Value | Text, reader: Reader) -> str | int | float:
    if type(value) is str or type(value) is int:
        return value
    if isinstance(value, Text):
        return say(value, reader)
    if isinstance(value, Prose):
        return _traditional(str(value)) if reader.language == "zh-Hant" else str(value)
    if isinstance(value, Span):
        return say_span(value, reader)
    if isinstance(value, Moment):
        day = _day(value.at.astimezone(reader.zone), reader.language, _today(reader))
        return f"{day} {_hour(value.at, reader)}"
    if isinstance(value, Several):
        between = "\n" if value.lines else (", " if reader.language == "en" else "、")
        return between.join(say(text, reader) for text in value.texts)
    if isinstance(value, ByLanguage):
        return value.read_in(reader.language)
    if isinstance(value, Bilingual):
        return value.english if reader.language == "en" else _value(Prose(value.words), reader)
    return f"{value:g}" if isinstance(value, float) else value


def say_span(span: Span, reader: Reader) -> str:
    """`11月26日 周四 12:10–13:00`; past midnight the end says so."""
    return _span(span.starts, span.ends, reader.language, _today(reader), reader.zone)


def read_as(reader: Reader) -> tuple[Language, date, ZoneInfo]:
    """Everything that words depend on: two readers who are equal in it read the same."""
    return reader.language, _today(reader), reader.zone


def _today(reader: Reader) -> date:
    return _day_of(reader.now, reader.zone)


@lru_cache(maxsize=256)
def _day_of(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


# The times of what is upcoming are said in every list that shows it.
@lru_cache(maxsize=4096)
def _span(starts: datetime, ends: datetime, language: Language, today: date, zone: ZoneInfo) -> str:
    starts, ends = starts.astimezone(zone), ends.astimezone(zone)
    end = f"{ends:%H:%M}"
    if ends.date() == starts.date() + timedelta(days=1) and ends - starts < timedelta(hours=18):
        end = f"{end} next day" if language == "en" else f"次日{end}"
    elif ends.date() != starts.date():
        end = f"{_day(ends, language, today)} {end}"
    return f"{_day(starts, language, today)} {starts:%H:%M}–{end}"


def say_stamp(at: datetime, reader: Reader) -> tuple[str, str]:
    """The day and the hour at which something was said. Never 今天: who reads it may do so tomorrow."""
    return _date(at.astimezone(reader.zone), reader.language, _today(reader)), _hour(at, reader)


def _day(moment: datetime, language: Language, today: date) -> str:
    words = ("today ", "tomorrow ") if language == "en" else ("今天 ", "明天 ")
    return _relative(moment.date(), today, *words) + _date(moment, language, today)


def _date(moment: datetime, language: Language, today: date) -> str:
    day = moment.date()
    if language == "en":
        return _english_day(day, today)
    year = "" if day.year == today.year else f"{day.year}年"
    weekday = ("週" if language == "zh-Hant" else "周") + _WEEKDAYS["zh"][day.weekday()]
    return f"{year}{day.month}月{day.day}日 {weekday}"


def _english_day(day: date, today: date) -> str:
    year = "" if day.year == today.year else f" {day.year}"
    return f"{_WEEKDAYS['en'][day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def _relative(day: date, today: date, today_word: str, tomorrow_word: str) -> str:
    return {0: today_word, 1: tomorrow_word}.get((day - today).days, "")


def _hour(at: datetime, reader: Reader) -> str:
    return f"{at.astimezone(reader.zone):%H:%M}"


@dataclass(frozen=True, slots=True)
class _Template:
    """A message in one language: whether it names values, and the one that is `alone` in it."""

    message: str
    named: bool
    alone: str | None


@lru_cache(maxsize=4096)
def _template(message: str, language: Language, count: int | None) -> _Template:
    words = _message(message, language, count)
    parts = list(Formatter().parse(words))
    names = [name for _, name, _, _ in parts if name is not None]
    if not names:
        return _Template(words.format_map({}), named=False, alone=None)
    alone = names[0] if len(parts) == 1 and words == f"{{{names[0]}}}" else None
    return _Template(words, named=True, alone=alone)


def _message(message: str, language: Language, count: int | None) -> str:
    if not message:
        return ""  # for which gettext would give the catalogue's own header
    if language == "en":
        catalogue = _english()
        return catalogue.gettext(message) if count is None else catalogue.ngettext(message, message, count)
    return _traditional(message).translate(_QUOTES) if language == "zh-Hant" else message


# Where one Simplified character stands for several, the converter chooses these wrongly.
_MISTAKEN = {
    "手衝": "手沖",
    "衝一杯": "沖一杯",
    "衝泡": "沖泡",
    "衝煮": "沖煮",
    "本里的": "本裡的",
    "書里": "書裡",
    "溼": "濕",
    "賬號": "帳號",
    "請回復": "請回覆",
}


# Traditional readers quote with 「」; in what packs write, quotes may stand within 「」 and are left.
_QUOTES = str.maketrans("“”", "「」")


@lru_cache(maxsize=4096)
def _traditional(words: str) -> str:
    converted: str = _to_traditional().convert(words)
    for wrong, right in _MISTAKEN.items():
        converted = converted.replace(wrong, right)
    return converted


@cache
def _to_traditional() -> OpenCC:
    return OpenCC("s2tw")


@cache
def _english() -> gettext.NullTranslations:
    """The English catalogue, compiled as it is read; loaded when the first English reader comes."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with (_LOCALE / "en" / "LC_MESSAGES" / "linli.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale="en"))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
