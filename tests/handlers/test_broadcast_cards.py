"""How a broadcast looks: to its readers in their languages, and what can be done with it as it stands."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from handlers import broadcast_cards
from handlers.words import Reader, say
from models import broadcast, broadcast_draft, erasure
from models.audience import Audience
from models.database import Db
from models.member import Language
from models.text import Text
from tests.crowd import member, place

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEXTS = {"zh-Hans": "周五停水，请各位提前储水备用，谢谢配合", "en": "No water on Friday"}


def words(text: Text, now: datetime, language: Language = "zh-Hans") -> str:
    return say(text, Reader(language, now, SHANGHAI))


def draft(db: Db, now: datetime) -> int:
    meant = Audience(places=(place(db, "tower"),), series=("午间时光",))
    return int(broadcast_draft.draft(db, member(db, "officer"), TEXTS, meant, now).number)


@pytest.mark.parametrize(
    ("language", "read"),
    [("zh-Hans", TEXTS["zh-Hans"]), ("zh-Hant", TEXTS["zh-Hans"]), ("en", TEXTS["en"])],
)
def test_each_reads_what_was_typed_for_him(db: Db, now: datetime, language: Language, read: str) -> None:
    card = broadcast_cards.as_read(db, broadcast.find(db, draft(db, now)))
    assert words(card.text, now, language) == read
    assert card.source is not None
    assert words(card.source, now, language) == "云杉大厦 · 站长"


def test_its_audience_in_words(db: Db, now: datetime) -> None:
    found = broadcast.find(db, draft(db, now))
    said = broadcast_cards.whom(db, Audience.load(found.audience))
    assert words(said, now) == "云杉大厦的人、关注“午间时光”的人"
    assert words(said, now, "en") == "people at 云杉大厦, people who follow “午间时光”"


def test_its_beginning_tells_it_from_others(db: Db, now: datetime) -> None:
    found = broadcast.find(db, draft(db, now))
    assert words(broadcast_cards.short(found), now) == "周五停水，请各位提前储水备用，谢…"


def test_without_its_author_it_is_still_read(db: Db, now: datetime) -> None:
    number = draft(db, now)
    erasure.erase(db, member(db, "officer"), now)
    found = broadcast.find(db, number)
    assert words(broadcast_cards.source(db, found), now) == "云杉大厦"
    assert words(broadcast_cards.short(found), now) == ""


def test_what_cannot_be_done_any_more_has_no_button(db: Db, now: datetime) -> None:
    found = broadcast.find(db, draft(db, now))
    heads = [each.says.split()[0] for each in broadcast_cards.controls(found)]
    assert heads == ["sendout", "halt"]
    stopped = broadcast.move(db, found, "stopped", None, now)
    assert [each.says.split()[0] for each in broadcast_cards.controls(stopped)] == ["progress"]
