"""The platform's own forms: what of a notice stands in the fields of a template or a subscription message."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bot.configuration import Carrier
from handlers.words import Reader, say
from models.card import NOTHING, Card, Tone
from models.text import Moment, Several, Span, Text

Fact = Literal["title", "text", "time", "place", "state", "source", "number"]
# What a form holds where the configuration does not say: docs/wechat.md tells which template to choose for it.
DEFAULTS: Mapping[str, Mapping[str, Fact]] = {
    "template": {"thing1": "title", "time2": "time", "thing3": "place", "phrase4": "state"},
    "subscription": {"thing1": "title", "time2": "time", "thing3": "place", "thing4": "text"},
}
# How many characters a field takes, by its name without the number.
LIMITS: Mapping[str, int] = {
    "thing": 20,
    "character_string": 32,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "name": 10,
    "phrase": 5,
    "const": 20,
    "car_number": 8,
    "phone_number": 17,
}
# An empty field is refused.
_NONE = "-"
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_DATE = "{0.year}年{0.month}月{0.day}日 {0:%H:%M}"
_PLACE = Text("地点")
_STATES: Mapping[Tone, Text] = {
    "plain": Text("请查看"),
    "question": Text("请回复"),
    "done": Text("已完成"),
    "notice": Text("请留意"),
}


def fields(carrier: Carrier, card: Card, reader: Reader) -> dict[str, dict[str, str]]:
    """The `data` of a template or subscription message: each of its fields, cut to what it takes."""
    shown, chinese = facts(card, reader), facts(card, replace(reader, language="zh-Hans"))
    filled = {}
    for name, fact in names(carrier).items():
        sort = name.rstrip("0123456789")
        # A phrase takes nothing but Chinese characters, whoever reads it.
        known = chinese if sort == "phrase" else shown
        filled[name] = {"value": _cut(known.get(fact, _NONE), sort)}
    return filled


def names(carrier: Carrier) -> Mapping[str, str]:
    """The fields of a carrier, and which fact stands in each."""
    return carrier.fields if carrier.fields is not None else {**DEFAULTS[carrier.kind]}


def facts(card: Card, reader: Reader) -> dict[str, str]:
    """What there is to say of a card, as plain strings for its reader; what it does not tell is left out."""
    article = card.articles[0] if card.articles else None
    text = say(card.text, reader) if card.text != NOTHING else ""
    title = say(article.title, reader) if article else text
    state = article.state.word if article and article.state else _STATES[card.tone]
    body = say(article.body, reader) if article and article.body else ""
    told: dict[Fact, str] = {
        "title": title,
        "text": text or body or title,
        "time": _time(card, reader.zone) or _clock(reader.now, reader.zone),
        "place": _place(card, reader),
        "state": say(state, reader),
        "source": say(card.source, reader) if card.source else "",
        "number": _number(card),
    }
    return {name: value for name, value in told.items() if value}


def _time(card: Card, zone: ZoneInfo) -> str:
    """When it is, as the platform writes it: the first time that the card tells."""
    for text in _texts(card):
        for value in _values(text):
            if isinstance(value, Moment):
                return _clock(value.at, zone)
            if isinstance(value, Span):
                return f"{_clock(value.starts, zone)}~{_clock(value.ends, zone)}"
    return ""


def _texts(card: Card) -> Iterator[Text]:
    for article in card.articles:
        yield from (fact for _, fact in article.facts)
    yield card.text


def _values(text: Text) -> Iterator[object]:
    for value in text.values.values():
        if isinstance(value, Text):
            yield from _values(value)
        elif isinstance(value, Several):
            for each in value.texts:
                yield from _values(each)
        else:
            yield value


def _clock(at: datetime, zone: ZoneInfo) -> str:
    here = at.astimezone(zone)
    return _DATE.format(here)


def _place(card: Card, reader: Reader) -> str:
    told = (fact for article in card.articles for name, fact in article.facts if name == _PLACE)
    place = next(told, None)
    return say(place, reader) if place else ""


def _number(card: Card) -> str:
    """The public number of what the card is about: that of its first button which has one."""
    said = (re.search(r" (\d+)$", choice.says) for choice in card.pressable())
    return next((found[1] for found in said if found), "")


def _cut(value: str, sort: str) -> str:
    """One line, of the characters that the field takes."""
    line = " ".join(value.split())
    if sort == "phrase":
        found = _CHINESE.search(line)
        return (found[0] if found else _STATES["plain"].message)[: LIMITS[sort]]
    if sort in ("character_string", "letter", "symbol"):
        line = "".join(sign for sign in line if sign.isascii()).strip()
    if sort == "number":
        line = "".join(sign for sign in line if sign in "0123456789.")
    most = LIMITS.get(sort)
    if most is not None and len(line) > most:
        line = f"{line[: most - 1]}…" if sort in ("thing", "const", "name") else line[:most]
    return line or ("0" if sort == "number" else _NONE)
