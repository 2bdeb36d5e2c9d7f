"""Whether the same matter, said by somebody else, is hinted at: pairs that were written for this alone.

Nothing was tuned on them. Where one is missed, the words of models/likeness.toml are not to be mended for it.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models import likeness, need, reporting
from models.database import Db
from models.place import PLACE
from models.reporting import Report
from tests.chat import SCHEDULE, VAULT

PAIRS = [
    json.loads(line)
    for line in Path(__file__).with_name("twin_reports.jsonl").read_text("utf-8").splitlines()
]
SHARE = 0.95


def test_the_twin_is_among_the_three_hinted_at(db: Db, now: datetime) -> None:
    place = int(db.value(select(PLACE.c.id).where(PLACE.c.code == "estate")))
    numbers = [_put(db, pair["first"], place, now) for pair in PAIRS]
    missed = [
        pair["second"]
        for number, pair in zip(numbers, PAIRS, strict=True)
        if number not in [row.id for row in _alike(db, pair["second"], place)]
    ]
    assert len(PAIRS) >= 60
    assert len(PAIRS) - len(missed) >= SHARE * len(PAIRS), missed


def test_what_nobody_reported_is_nobodys_twin(db: Db, now: datetime) -> None:
    place = int(db.value(select(PLACE.c.id).where(PLACE.c.code == "estate")))
    for pair in PAIRS[1:]:
        _put(db, pair["first"], place, now)
    alone = _put(db, PAIRS[0]["first"], place, now)
    assert alone in [row.id for row in _alike(db, PAIRS[0]["second"], place)]
    one = need.find(db, alone)
    assert one is not None
    assert need.go(db, one, "withdrawn", 1, now)
    assert alone not in [row.id for row in _alike(db, PAIRS[0]["second"], place)]


def _put(db: Db, words: str, place: int, now: datetime) -> int:
    """As somebody reports it who takes the category that is found."""
    report = Report(words, _category(db, words), place)
    return reporting.submit(db, VAULT, SCHEDULE, 1, report, now).number


def _alike(db: Db, words: str, place: int) -> list[Any]:
    return list(likeness.alike(db, place=place, words=words, category=_category(db, words), vault=VAULT))


def _category(db: Db, words: str) -> str:
    found = reporting.categories(db, words)
    return found[0][0].code if found else reporting.OTHER
