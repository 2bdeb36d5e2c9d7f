"""What an emergency notice looks like to its readers."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import broadcast_cards
from handlers.acknowledgements import answers
from handlers.talk import press
from models import emergency, place
from models.audience import Audience, Counts
from models.card import Card, Choice
from models.database import Db
from models.text import ByLanguage, Moment, Text, as_said

_MINUTE = 60


def words(name: str, texts: dict[str, str], at: datetime, *, drill: bool) -> Text:
    """As its reader reads it: what it is, where and since when, then what its author typed."""
    place, moment, typed = as_said(name), Moment(at), ByLanguage(texts)
    if drill:
        return Text(
            "【演练】紧急通知，这是练习\n{place} · {at}\n\n{words}\n\n【演练】看到请按“收到”。",
            place=place,
            at=moment,
            words=typed,
        )
    return Text(
        "【紧急通知】{place} · {at}\n\n{words}\n\n看到请按“收到”。", place=place, at=moment, words=typed
    )


def besides(texts: dict[str, str], language: str) -> tuple[Text, ...]:
    """For a preview: what was typed for readers of other languages than this one."""
    shown = ByLanguage(texts).read_in(language)
    return tuple(as_said(each) for each in texts.values() if each != shown)


def cards(db: Db, found: Row[Any], own: Row[Any], now: datetime) -> tuple[Card, ...]:
    text = words(place.name(db, own.place_id), found.texts, now, drill=own.drill)
    return (Card(text, choices=answers(found.number), tone="notice"),)


def once_more(db: Db, found: Row[Any], own: Row[Any]) -> tuple[Card, ...]:
    """For those who did not answer, with the time at which it was sent first."""
    text = words(place.name(db, own.place_id), found.texts, found.began, drill=own.drill)
    again = Text("请回复，还没有收到您的回复。\n{words}", words=text)
    return (Card(again, choices=answers(found.number), tone="notice"),)


def look(number: int) -> Choice:
    """To who answered and who did not."""
    return Choice(Text("回复情况"), press("roll", number))


def reach(
    db: Db, meant: Audience, concerned: int, counted: Counts, paces: Mapping[str, float]
) -> tuple[Text, ...]:
    """How many it goes to, whom nothing reaches, and how long all of it takes: line by line."""
    whom = broadcast_cards.whom(db, meant)
    lines = [Text("发给{whom}，{count}人会收到。", whom=whom, count=counted.recipients)]
    if not counted.recipients:
        lines = [Text("发给{whom}，现在没有人收得到。", whom=whom)]
    if counted.unreachable:
        lines.append(Text("另有{count}人收不到：我们没有能给他们发消息的账号。", count=counted.unreachable))
    if concerned not in meant.places:
        lines.append(Text("{place}先发，别的人随后。", place=as_said(place.name(db, concerned))))
    lines.append(_lasts(emergency.lasts(db, meant, counted, paces)))
    return tuple(lines)


def _lasts(seconds: float) -> Text:
    if seconds <= _MINUTE:
        return Text("一分钟内发完。")
    minutes = math.ceil(seconds / _MINUTE)
    if minutes < 2 * _MINUTE:
        return Text("大约{count}分钟发完。", count=minutes)
    return Text("大约{count}小时发完，账号所在的平台只能发这么快。", count=math.ceil(minutes / _MINUTE))
