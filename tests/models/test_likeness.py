"""Which open needs are hinted at: the same matter however it is said; never what others may not see or what has ended."""

from datetime import datetime

import pytest
from sqlalchemy import select, update

from models import likeness, need, reporting
from models.database import Db
from models.need import NEED
from models.place import PLACE
from models.reporting import Report
from tests.chat import SCHEDULE, VAULT

# One matter said by two people: in dialect, in dictation, in English, in Traditional.
TWINS = [
    ("三楼楼道的灯坏了好几天，晚上黑漆漆的", "嗯就是那个我们3楼走廊里厢的灯勿亮了然后夜里摸黑走"),
    ("电梯门老是关不上，一直叮叮叮响", "The lift door won't close and keeps beeping"),
    ("消防通道被纸板箱堵死了", "逃生通道堆滿雜物，走不過去"),
    ("有人把电瓶车推进楼里充电", "楼上那家拉根线下来给助动车充电"),
    ("垃圾房好几天没人清运，臭得要命", "垃圾桶满出来了，气味难闻"),
    ("二楼厕所马桶堵了，水漫出来", "2层卫生间不通，地上都是水"),
    ("园区wifi信号很差，视频会议老断", "Wi-Fi in the park is terrible, our calls drop all the time"),
    ("饭堂有虫子，菜里吃出来一只", "I found an insect in my lunch at the canteen"),
    ("路口右转车太快，从不让行人", "右转弯的车子不停，过马路像逃命"),
    ("3楼有人喂鸽子，阳台上全是鸽子粪", "鴿子糞掉得我家晾的被子上都是，樓上有人天天餵"),
    ("小区想要一个接驳车到地铁站", "Could there be a shuttle bus between our estate and the metro?"),
    ("快递驿站关门太早，下班取不到件", "菜鸟站八点就打烊，我九点到家拿不了包裹"),
    (
        "写字楼空调五点半就关了，加班热得受不了",
        "they switch off the A/C in our tower and people working late are boiling",
    ),
    ("水压太小，六楼洗澡水像滴的一样", "阿拉住顶楼，水细得来像丝线，汏浴汏勿了"),
    ("希望社区有血压测量点", "能不能在居委会放一台量血压的机器"),
    ("人行道的砖松了，下雨踩上去溅一身水", "铺在路上的砖头翘起来，一脚下去全是泥浆"),
]


def _place(db: Db, code: str) -> int:
    return int(db.value(select(PLACE.c.id).where(PLACE.c.code == code)))


def _put(
    db: Db, words: str, now: datetime, place: str = "estate", here: tuple[float, float] | None = None
) -> int:
    found = reporting.categories(db, words)
    code = found[0][0].code if found else reporting.OTHER
    report = Report(words, code, _place(db, place), here=here)
    return reporting.submit(db, VAULT, SCHEDULE, 1, report, now).number


def _alike(db: Db, words: str, place: str = "estate", here: tuple[float, float] | None = None) -> list[int]:
    return [
        row.id for row in likeness.alike(db, place=_place(db, place), words=words, here=here, vault=VAULT)
    ]


def test_the_same_matter_is_found_however_it_is_said(db: Db, now: datetime) -> None:
    numbers = [_put(db, first, now) for first, _ in TWINS]
    assert [number in _alike(db, second) for number, (_, second) in zip(numbers, TWINS, strict=True)] == [
        True
    ] * len(TWINS)
    assert len(_alike(db, TWINS[0][1])) <= likeness.MOST
    assert _alike(db, "灯不亮") == []  # too few words to compare
    assert _alike(db, "想请人教我用手机挂号") == []


def test_what_was_put_under_another_category_is_still_found(db: Db, now: datetime) -> None:
    """More of the chosen category than are shown, all of them a little alike, do not push the twin out."""

    def put(words: str, category: str) -> int:
        report = Report(words, category, _place(db, "estate"))
        return reporting.submit(db, VAULT, SCHEDULE, 1, report, now).number

    twin = put("地库出入口结冰，早上送孩子上学差点滑一跤，铲一铲", "parking")
    for nth in range(likeness.MOST + 2):
        put(f"{'东西南北中'[nth]}门的坡道太陡", "access")
    said = "An old man slipped on the icy ramp yesterday"
    found = likeness.alike(db, place=_place(db, "estate"), words=said, category="access", vault=VAULT)
    assert twin in [row.id for row in found]


def test_another_storey_comes_behind(db: Db, now: datetime) -> None:
    fifth, third = _put(db, "五楼楼道的灯坏了", now), _put(db, "三楼楼道的灯坏了", now)
    assert _alike(db, "3F corridor light is broken") == [third, fifth]
    assert _alike(db, "5层走廊灯不亮了呀") == [fifth, third]


def test_only_what_others_may_see_and_could_join_is_hinted_at(db: Db, now: datetime) -> None:
    number = _put(db, TWINS[0][0], now)
    assert _alike(db, TWINS[0][1]) == [number]
    for column, value in (("visibility", "private"), ("visibility", "hidden"), ("kind", "consultation")):
        before = getattr(need.find(db, number), column)
        db.run(update(NEED).values({column: value}))
        assert _alike(db, TWINS[0][1]) == []
        db.run(update(NEED).values({column: before}))
    for state in ("draft", *need.ENDED):
        db.run(update(NEED).values(state=state))
        assert _alike(db, TWINS[0][1]) == []


def test_words_with_a_phone_number_are_compared_by_who_can_open_them(db: Db, now: datetime) -> None:
    number = _put(db, "三楼楼道的灯坏了，打13800138000找我", now)
    said, place = "三楼走廊的灯不亮", _place(db, "estate")
    assert [row.id for row in likeness.alike(db, place=place, words=said, vault=VAULT)] == [number]
    assert likeness.alike(db, place=place, words=said) == []


def test_it_is_looked_for_in_the_whole_estate_and_near_a_location(db: Db, now: datetime) -> None:
    number = _put(db, TWINS[0][0], now, "estate-north")
    assert _alike(db, TWINS[0][1], "estate-station") == [number]
    assert _alike(db, TWINS[0][1], "tower") == []
    here = _put(db, "路灯不亮，晚上看不清路", now, "tower", (31.2010, 121.4010))
    said = "门口的路灯坏了好几天"
    # 110 metres away, and 550.
    assert here in _alike(db, said, "estate-station", (31.2020, 121.4010))
    assert here not in _alike(db, said, "estate-station", (31.2060, 121.4010))


@pytest.mark.parametrize("code", ["lighting", "noise", None])
def test_those_of_its_category_come_first(db: Db, now: datetime, code: str | None) -> None:
    dark, loud = _put(db, "花园的路灯坏了，半夜很黑", now), _put(db, "花园里半夜唱歌，太吵", now)
    said = "花园半夜又黑又吵，灯不亮还有人唱歌"
    found = [
        row.id
        for row in likeness.alike(db, place=_place(db, "estate"), words=said, category=code, vault=VAULT)
    ]
    assert sorted(found) == [dark, loud]
    if code:
        assert found[0] == (dark if code == "lighting" else loud)


def test_among_many_others_it_is_still_the_one(db: Db, now: datetime) -> None:
    """More than are looked into closely: the first look must not lose it."""
    number = _put(db, TWINS[0][0], now)
    things, wrong = (
        ("电梯", "水管", "窗户", "长椅", "门禁", "花坛"),
        ("漏水", "太脏", "关不上", "裂开了", "太吵"),
    )
    for nth in range(2 * 100 + 20):
        _put(db, f"{things[nth % 6]}{wrong[nth % 5]}，已经{nth + 2}天了", now)
    assert number in _alike(db, TWINS[0][1])
