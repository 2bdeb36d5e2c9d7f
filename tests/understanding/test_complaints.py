"""How people say that something is wrong or that they need help; what is none of it; and where they say that it is."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine

from handlers.talk import ACTIONS
from handlers.understanding import whereat
from handlers.understanding.complaint import words_of
from handlers.understanding.intents import understand
from handlers.understanding.lexicon import Lexicon, build
from handlers.understanding.reading import Reading
from models.database import transaction
from models.member import Person

REPORTS = """
我要反映一个情况
报修
我要投诉
阿拉想反映个事体
楼道里灯坏脱了好几天没人来修
樓梯間的燈壞了
门禁刷卡刷不开
垃圾桶满出来了臭死了
隔壁装修天天敲墙，吵得我头疼
电瓶车又停在消防通道里
有人高空抛物
屋里闻到一股煤气味
电梯里有人被困住了
顶楼漏雨漏到我床上了
路面坑坑洼洼老人容易摔
小区里好多流浪狗咬人
地下车库积水没人处理
空调不制冷能不能派人来看看
我腿脚不便，想找人帮我买菜
老伴住院，想请人陪我去医院
谁能教我用手机挂号
嗯那个就是我们这幢楼的大门啊关不上了已经好几天了就一直开着
I want to report a problem
the toilet on the second floor is blocked
our lift has been out of order for three days
There is no hot water in the building
My mother needs someone to take her to the hospital
please fix the street light at the gate
""".strip().splitlines()
OTHERS = """
周六有什么活动
报名周四的瑜伽
取消明天的咖啡
我报了哪些活动
有没有修自行车的志愿活动
消防疏散演练什么时候
通知云杉大厦的人明天停水
居住证丢了怎么补
我的诉求办得怎么样了
重新打开 17，还是不亮
17 办结,灯管已换
活动太吵了打三颗星
老师讲得很好
我想学太极
志愿者还缺人吗
""".strip().splitlines()


@pytest.fixture
def lexicon(sqlite_engine: Engine, now: datetime) -> Lexicon:
    with transaction(sqlite_engine) as db:
        return build(db, now)


@pytest.fixture
def read(lexicon: Lexicon, now: datetime) -> Callable[..., Reading]:
    """Reads a sentence of somebody whose home and work are given by their codes."""
    keys = {node.code: node.id for node in lexicon.places.values()}

    def reading(said: str, *, home: str | None = None, work: str | None = None) -> Reading:
        person = Person(1, "zh-Hans", keys[home] if home else None, keys[work] if work else None)
        return Reading(said, now, person, lexicon)

    return reading


def _reported(read: Callable[[str], Reading], said: str) -> bool:
    intent = understand(read(said), ACTIONS)
    return intent is not None and intent.action.head == "report"


def test_what_is_wrong_is_a_report(read: Callable[[str], Reading]) -> None:
    assert [said for said in REPORTS if not _reported(read, said)] == []


def test_what_sounds_like_one_is_none(read: Callable[[str], Reading]) -> None:
    assert [said for said in OTHERS if _reported(read, said)] == []


def test_a_statement_may_be_the_answer_to_an_open_question(read: Callable[[str], Reading]) -> None:
    """Unless it says that it is a report, or is of a danger."""
    certain = [
        intent.certain
        for said in ("云杉大厦的灯坏了", "我要报修，云杉大厦的灯坏了", "云杉大厦着火了")
        if (intent := understand(read(said), ACTIONS))
    ]
    assert certain == [False, True, True]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("我要反映个问题：三楼的灯不亮", "三楼的灯不亮"),
        ("你好，我想投诉一下 楼上太吵", "楼上太吵"),
        ("報修，大門壞了", "大門壞了"),
        ("I want to report a problem: The LIFT is stuck", "The LIFT is stuck"),
        ("三楼的灯不亮，我反映过了", "三楼的灯不亮，我反映过了"),
        ("报修", None),
        ("I want to report a problem", None),
    ],
)
def test_the_words_are_kept_as_they_were_typed(said: str, words: str | None) -> None:
    assert words_of(said) == words


@pytest.mark.parametrize(
    ("said", "home", "work", "codes", "spot"),
    [
        ("云杉大厦3楼女厕所漏水", None, None, ["tower"], "3楼女厕所"),
        ("海棠苑北区的灯坏了", None, None, ["estate-north"], None),
        ("我家楼上太吵", "estate-north", "tower", ["estate-north"], None),
        ("我们公司的空调坏了", "estate-north", "tower", ["tower"], None),
        ("The light on our floor is broken", None, "tower", ["tower"], None),
        ("我们这层的灯坏了", "estate-north", "tower", ["tower", "estate-north"], None),
        ("海棠路的窨井盖不见了", None, None, ["estate"], None),
        ("灯坏了", "estate", None, [], None),
    ],
)
def test_where_it_is(
    read: Callable[..., Reading],
    said: str,
    home: str | None,
    work: str | None,
    codes: list[str],
    spot: str | None,
) -> None:
    reading = read(said, home=home, work=work)
    places = {node.code: node.id for node in reading.lexicon.places.values()}
    found = whereat.find(reading)
    assert [code for code, key in places.items() if key in found.places] == codes
    assert found.spot == spot


def test_a_location_means_the_nearest_place_within_reason(read: Callable[..., Reading]) -> None:
    lexicon = read("灯坏了").lexicon
    node = {key: each.code for key, each in lexicon.places.items()}
    near = whereat.nearest(lexicon, (31.2011, 121.4011))
    # The tower, and not the station in it, which lies at the same point.
    assert near is not None
    assert node[near] == "tower"
    assert whereat.nearest(lexicon, (31.210, 121.410)) is None
    root = whereat.root_of(lexicon, here=(31.210, 121.410))
    assert root is not None
    assert node[root] == "ginkgo"
