"""Whether a sentence names the title that was found, or only shares a word with it."""

from datetime import datetime

import pytest

from handlers.understanding import naming
from handlers.understanding.lexicon import build
from handlers.understanding.reading import Reading
from models.database import Db
from models.member import Person


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("把插花瑜伽", "插花瑜伽"),
        ("午间插花", "午间插花"),
        ("把午间瑜伽", None),
        ("把周四的瑜伽课", None),
        ("麻烦把26号那场午间瑜加", None),
        ("周四的瑜伽推迟一个半小时", None),
        ("把云杉大厦的午间瑜伽", None),
        ("把活动", None),
        ("move the coffee to", None),
        ("move the coffee juggling to", "coffee juggling"),
    ],
)
def test_a_word_in_common_is_no_name(db: Db, now: datetime, said: str, other: str | None) -> None:
    reading = Reading(said, now, Person(0, "zh-Hans", None, None), build(db, now))
    assert naming.other(reading) == other
