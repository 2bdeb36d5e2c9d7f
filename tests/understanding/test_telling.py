"""Whom, when and which words: what a line says about telling many."""

from datetime import datetime

import pytest

from handlers.understanding import telling
from handlers.understanding.lexicon import build
from models.database import Db
from models.member import Person

NOBODY = Person(0, "zh-Hans", None, None)


@pytest.mark.parametrize(
    ("line", "head", "words"),
    [
        ("通知云杉大厦全体:停水", "通知云杉大厦全体", "停水"),
        ("明天9:30通知云杉大厦全体：停水:到几点", "明天9:30通知云杉大厦全体", "停水:到几点"),
        ("通知云杉大厦全体，明天停水", "通知云杉大厦全体", "明天停水"),
        ("通知大家明天停水", "通知大家", "明天停水"),
        ("notify everybody in Spruce Tower that there is no water", "notify everybody in Spruce Tower", "there is no water"),
        ("通知云杉大厦的人明天停水", "通知云杉大厦的人", "明天停水"),
        ("给云杉大厦的人发个通知，周六停电", "给云杉大厦的人发个通知", "周六停电"),
        ("帮我跟大家说一声，今天食堂不开", "帮我跟大家说一声", "今天食堂不开"),
        ("发一条通知给云杉大厦，说明天停水", "发一条通知给云杉大厦", "明天停水"),
        ("通知报名了周四瑜伽的人，请带垫子", "通知报名了周四瑜伽的人", "请带垫子"),
        ("通知云杉大厦 说明会改到周五", "通知云杉大厦", "说明会改到周五"),
        ("云杉大厦的人通知一下 明天停水", "云杉大厦的人通知一下", "明天停水"),
        ("发通知给云杉大厦", "发通知给云杉大厦", None),
        ("通知云杉大厦全体", "通知云杉大厦全体", None),
        ("通知云杉大厦全体：", "通知云杉大厦全体", None),
    ],
)  # fmt: skip
def test_the_words_stand_behind_the_colon_as_they_were_typed(line: str, head: str, words: str | None) -> None:
    assert telling.split(line) == telling.Said(head, words)


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        ("周五停水", {"zh-Hans": "周五停水"}),
        ("週五停電檢修", {"zh-Hant": "週五停電檢修"}),
        ("No water on Friday", {"en": "No water on Friday"}),
        ("周五停水\nEnglish: No water\non Friday", {"zh-Hans": "周五停水", "en": "No water\non Friday"}),
        ("中文：周五停水\n英文：No water\n繁体：週五停水", {"zh-Hans": "周五停水", "en": "No water", "zh-Hant": "週五停水"}),
        ("周五停水，English corner照常", {"zh-Hans": "周五停水，English corner照常"}),
    ],
)  # fmt: skip
def test_each_language_stands_on_lines_of_its_own(words: str, texts: dict[str, str]) -> None:
    assert telling.by_language(words) == texts


@pytest.mark.parametrize(
    ("head", "at"),
    [
        ("通知云杉大厦全体", None),
        ("明天9点半通知云杉大厦全体", "2026-11-24T09:30:00+08:00"),
        ("明天通知云杉大厦全体", "2026-11-24T09:00:00+08:00"),
        ("明天下午通知云杉大厦全体", "2026-11-24T14:00:00+08:00"),
        ("周五晚上通知云杉大厦全体", "2026-11-27T18:00:00+08:00"),
        ("8点通知云杉大厦全体", "2026-11-24T08:00:00+08:00"),
        ("半小时后通知云杉大厦全体", "2026-11-23T09:40:00+08:00"),
        ("两个半小时后通知云杉大厦全体", "2026-11-23T11:40:00+08:00"),
        ("通知报名周四瑜伽的人", None),
        ("通知周四瑜伽的报名者", None),
        ("明天9点通知周四瑜伽的报名者", "2026-11-24T09:00:00+08:00"),
        ("昨天通知云杉大厦全体", None),
    ],
)
def test_its_time_is_the_next_one_that_is_so_called(db: Db, now: datetime, head: str, at: str | None) -> None:
    said = telling.when(head, now, NOBODY, build(db, now))
    assert said == (datetime.fromisoformat(at) if at else None)


def test_several_kinds_of_people_in_one_line(db: Db, now: datetime) -> None:
    lexicon = build(db, now)

    def whom(head: str) -> telling.Whom:
        return telling.whom(head, db, NOBODY, lexicon, now)

    mixed = whom("通知云杉大厦、云杉联合工会成员和报名手冲咖啡的人").audience
    assert [len(part) for part in (mixed.places, mixed.organizations, mixed.series, mixed.activities)] == [
        1,
        1,
        0,
        1,
    ]
    assert whom("给关注午间时光的人发通知").audience.series == ("午间时光",)
    assert len(whom("给报名瑜伽的人发通知").several) == 2
    assert not whom("通知月球上的人").audience
    assert whom("通知云杉大厦9层全体").left == "9层"


@pytest.mark.parametrize(
    ("line", "head", "words"),
    [
        ("通知云杉大厦明天停水", "通知云杉大厦", "明天停水"),
        ("通知一下云杉大厦、海棠苑周五换水表", "通知一下云杉大厦、海棠苑", "周五换水表"),
        ("通知云杉大厦", "通知云杉大厦", None),
        ("通知云杉大厦全体", "通知云杉大厦全体", None),
        ("通知月球停水", "通知月球停水", None),
    ],
)
def test_the_name_of_the_place_ends_whom_it_is_for(
    db: Db, now: datetime, line: str, head: str, words: str | None
) -> None:
    assert telling.split_behind_place(line, build(db, now)) == telling.Said(head, words)


def test_a_time_that_is_over_is_noticed(db: Db, now: datetime) -> None:
    lexicon = build(db, now)
    assert telling.is_past("今天上午8点通知云杉大厦全体", now, NOBODY, lexicon)
    assert not telling.is_past("今天下午3点通知云杉大厦全体", now, NOBODY, lexicon)
    assert not telling.is_past("通知报名周一瑜伽的人", now, NOBODY, lexicon)
