"""Finding activities by what people say of them, and looking at one."""

import pytest
from sqlalchemy import insert, select
from sqlmodel import SQLModel

from bot.inbound import Inbound
from handlers.understanding import lexicon
from models.database import transaction
from models.place import PLACE
from tests.chat import Chat, Said
from tests.conftest import NOW
from tests.handlers.tea import DRINK

YOGA = ["activity:yoga-tue", "activity:yoga-thu"]
FIRST_PAGE = [
    "activity:yoga-tue",
    "activity:closed",
    "activity:taiji",
    "activity:pressure",
    "activity:yoga-thu",
]
SECOND_PAGE = ["activity:coffee", "activity:night", "activity:sorting", "activity:full", "activity:story"]
TOWER = ["activity:yoga-tue", "activity:closed", "activity:yoga-thu", "activity:coffee", "activity:night"]
ESTATE = ["activity:taiji", "activity:pressure", "activity:sorting", "activity:story"]
NEAREST = "没有找到正好合适的。接近的有："


def head_of(said: Said) -> str:
    """The card's own words, above what it lists."""
    return said.text.split("\n\n")[0]


def found(say: Chat, line: str, who: str = "lin") -> list[str]:
    """What a search shows on its first page."""
    said = say(line, who)
    assert said.did == "activity.search"
    return said.refs


# What is looked for.


@pytest.mark.parametrize(
    ("line", "refs"),
    [
        ("周四有什么活动", ["activity:pressure", "activity:yoga-thu", "activity:coffee"]),
        ("明天有什么活动", ["activity:yoga-tue", "activity:closed"]),
        ("三天内有什么活动", ["activity:yoga-tue", "activity:closed", "activity:taiji"]),
        ("周末有什么活动", ["activity:sorting", "activity:full", "activity:story"]),
        ("11月27日有什么活动", ["activity:night"]),
        ("12月有什么活动", ["activity:early"]),
        ("中午有什么活动", [*YOGA, "activity:coffee"]),
        ("晚上有什么活动", ["activity:closed", "activity:night", "activity:early"]),
        ("what's on this Saturday", ["activity:sorting", "activity:full"]),
    ],
)
def test_by_time(say: Chat, line: str, refs: list[str]) -> None:
    assert found(say, line) == refs


@pytest.mark.parametrize(
    ("line", "refs"),
    [
        ("云杉大厦有什么活动", TOWER),
        ("云杉有什么活动", TOWER),
        ("anything on at Spruce Tower?", TOWER),
        ("云杉大厦服务站有什么活动", YOGA),
        ("海棠苑有什么活动", ESTATE),
        ("海棠小区有什么活动", ESTATE),
        ("银杏街道有什么活动", FIRST_PAGE),
    ],
)
def test_by_place_and_all_that_lies_in_it(say: Chat, line: str, refs: list[str]) -> None:
    assert found(say, line) == refs


@pytest.mark.parametrize(
    ("line", "refs"),
    [
        ("有什么讲座", ["activity:closed", "activity:pressure"]),
        ("有什么沙龙", [*YOGA, "activity:coffee", "activity:story"]),
        ("有哪些课程", ["activity:full", "activity:early"]),
        ("志愿活动", ["activity:sorting"]),
        ("any lectures?", ["activity:closed", "activity:pressure"]),
    ],
)
def test_by_kind(say: Chat, line: str, refs: list[str]) -> None:
    assert found(say, line) == refs


@pytest.mark.parametrize(
    ("line", "refs"),
    [
        ("午间时光有什么活动", YOGA),
        ("午间时光系列", YOGA),
        ("有什么瑜伽活动", YOGA),
        ("想做点运动", ["activity:yoga-tue", "activity:taiji", "activity:yoga-thu"]),
        ("有没有咖啡", ["activity:coffee"]),
        ("亲子活动", ["activity:story"]),
        ("any yoga this week", YOGA),
        ("有咩瑜伽活動", YOGA),
    ],
)
def test_by_series_and_topic(say: Chat, line: str, refs: list[str]) -> None:
    assert found(say, line) == refs


@pytest.mark.parametrize(
    ("line", "refs"),
    [
        ("周六还有名额的活动", ["activity:sorting"]),
        ("明天能报名的活动", ["activity:yoga-tue"]),
        ("周末有什么可以报名的活动", ["activity:sorting", "activity:story"]),
    ],
)
def test_by_free_seats(say: Chat, line: str, refs: list[str]) -> None:
    assert found(say, line) == refs


@pytest.mark.parametrize(
    ("line", "refs"),
    [
        ("周四上午的讲座", ["activity:pressure"]),
        ("周四中午在云杉大厦的咖啡沙龙", ["activity:coffee"]),
        ("海棠苑的沙龙", ["activity:story"]),
        ("周末的沙龙", ["activity:story"]),
        ("周四有名额的沙龙", ["activity:yoga-thu", "activity:coffee"]),
        ("明天晚上有什么讲座", ["activity:closed"]),
        ("下周四晚上的急救课程", []),
        ("12月10日晚上的急救课程", ["activity:early"]),
        ("any volunteering at 海棠苑 on Saturday", ["activity:sorting"]),
    ],
)
def test_by_several_at_once(say: Chat, line: str, refs: list[str]) -> None:
    assert found(say, line) == refs


@pytest.mark.parametrize(
    ("line", "refs"),
    [
        ("除了瑜伽还有什么运动", ["activity:taiji"]),
        ("周四有什么活动，不要瑜伽", ["activity:pressure", "activity:coffee"]),
        ("周末有什么活动，不要周六", ["activity:story"]),
        ("明天有什么活动，晚上不行", ["activity:yoga-tue"]),
    ],
)
def test_what_is_not_wanted(say: Chat, line: str, refs: list[str]) -> None:
    assert found(say, line) == refs


# The speaker's own places.


@pytest.mark.parametrize(
    ("who", "line", "refs"),
    [
        ("lin", "附近有什么活动", TOWER),
        ("lin", "我们楼有什么活动", TOWER),
        ("lin", "我公司有什么活动", TOWER),
        ("lin", "海棠苑附近有什么活动", ESTATE),
        ("anna", "what's on near me", TOWER),
        ("anna", "anything on in our building?", TOWER),
        ("mei", "我們樓有什麼活動", TOWER),
        ("he", "附近有什么活动", ESTATE),
        ("he", "我们小区有什么活动", ESTATE),
        ("he", "我家小区周末有什么活动", ["activity:sorting", "activity:story"]),
    ],
)
def test_near_and_ones_own_places(say: Chat, who: str, line: str, refs: list[str]) -> None:
    assert found(say, line, who) == refs


def test_without_a_place_it_is_the_whole_community(say: Chat) -> None:
    assert found(say, "有什么活动", "he") == FIRST_PAGE


# Pages.


def test_pages_go_on_with_more(say: Chat) -> None:
    page = say("有什么活动")
    assert (page.did, head_of(page), page.refs) == ("activity.search", "找到11场，按时间排：", FIRST_PAGE)
    assert page.labels[-5:] == ["更多（还有6场）", "只看可报名的", "按地点找", "按主题找", "给我推荐"]
    page = say.press("更多（还有6场）")
    assert (page.did, page.refs) == ("activity.search", SECOND_PAGE)
    page = say.press("更多（还有1场）")
    assert (page.did, page.refs) == ("activity.search", ["activity:early"])
    assert [label for label in page.labels if "更多" in label] == []


def test_more_is_typed_by_its_number_too(say: Chat) -> None:
    assert "6 更多（还有6场）\n7 只看可报名的" in say("有什么活动", channel="wechat").text
    assert say("6", channel="wechat").refs == SECOND_PAGE


def test_more_is_typed_without_how_many_there_are(say: Chat) -> None:
    assert say("有什么活动").refs == FIRST_PAGE
    assert say("更多").refs == SECOND_PAGE
    assert say("更多。").refs == ["activity:early"]
    assert say("what's on", "anna").refs == FIRST_PAGE
    assert say("Show more", "anna").refs == SECOND_PAGE
    assert say("more", "anna").refs == ["activity:early"]
    assert say("more", "he").refs == FIRST_PAGE


def test_an_old_paging_button_still_pages_its_own_search(say: Chat) -> None:
    more = say("有什么活动").buttons["更多（还有6场）"]
    tower = say("云杉大厦有什么活动").buttons["更多（还有2场）"]
    assert say(more).refs == SECOND_PAGE
    assert say(tower).refs == ["activity:full", "activity:early"]
    say.restart()
    assert say(tower).refs == ["activity:full", "activity:early"]


def test_a_paging_button_of_a_forgotten_search_starts_anew(say: Chat) -> None:
    more = say("云杉大厦有什么活动").buttons["更多（还有2场）"]
    for _ in range(5):
        say("周六有什么活动")
    page = say(more)
    assert (page.did, page.refs) == ("activity.search", FIRST_PAGE)


def test_pages_follow_the_world(say: Chat) -> None:
    more = say("云杉大厦有什么活动").buttons["更多（还有2场）"]
    say.at("2026-11-26T14:00:00+08:00")
    page = say(more)
    assert (page.did, page.text, page.labels) == ("activity.search", "没有更多了。", ["找活动"])


def test_only_what_one_can_register_for(say: Chat) -> None:
    say("周末有什么活动")
    page = say.press("只看可报名的")
    assert (page.did, page.refs) == ("activity.search", ["activity:sorting", "activity:story"])
    assert "只看可报名的" not in page.labels
    assert "只看可报名的" not in say("周四有什么活动").labels


def test_what_is_over_is_not_found(say: Chat) -> None:
    say.at("2026-11-24T12:59:00+08:00")
    assert found(say, "有什么瑜伽活动") == YOGA
    say.at("2026-11-24T13:00:00+08:00")
    assert found(say, "有什么瑜伽活动") == ["activity:yoga-thu"]


# One, none, and how it stands.


def test_one_match_is_shown_whole(say: Chat) -> None:
    shown = say("周四上午有什么活动")
    assert shown.refs == ["activity:pressure"]
    assert shown.text == (
        "冬季血压管理【可报 余40】\n社区医生讲用药与饮食\n"
        "时间：11月26日 周四 09:30–11:00\n地点：海棠苑居民服务站、海棠路8号\n类型：讲座\n费用：免费"
    )
    assert shown.labels == ["报名"]


def test_everything_that_is_known_is_on_the_card(say: Chat) -> None:
    assert say("周四的瑜伽").text == (
        "午间瑜伽【可报 余20】\n零基础，自带垫子\n"
        "时间：11月26日 周四 12:10–13:00\n地点：云杉大厦服务站、云杉路1号2楼\n类型：沙龙\n系列：午间时光\n"
        "主办：云杉联合工会\n费用：免费\n报名截止：11月26日 周四 10:00\n联系人：站长"
    )
    assert "志愿时长：2小时" in say("垃圾分类值守几点").text
    assert "报名开始：12月1日 周二 09:00" in say("急救证培训几点").text
    assert "时间：11月27日 周五 22:00–次日00:30" in say("桌游夜几点").text


def test_a_line_of_a_list_says_when_where_and_what_it_costs(say: Chat) -> None:
    assert say("周六有什么活动").text == (
        "找到2场，按时间排：\n\n"
        "1. 垃圾分类值守【可报 余15】\n   11月28日 周六 08:00–10:00 · 海棠苑 · 免费\n\n"
        "2. 黄油曲奇烘焙【已满】\n   11月28日 周六 14:00–16:00 · 云杉大厦 · 80元"
    )


@pytest.mark.parametrize(
    ("line", "refs", "nearest"),
    [
        ("周六有什么瑜伽", ["show 1", "show 2"], "午间瑜伽 · 明天 11月24日 周二 12:10–13:00"),
        ("下周二有什么讲座", ["show 10", "show 5"], "用大模型写周报 · 明天 11月24日 周二 18:00–19:00"),
        ("今天有什么活动", ["show 1", "show 10", "show 4"], "午间瑜伽 · 明天 11月24日 周二 12:10–13:00"),
        ("周六有没有游泳", ["show 7", "show 8"], "垃圾分类值守 · 11月28日 周六 08:00–10:00"),
    ],
)
def test_nothing_found_offers_the_nearest_without_refs(
    say: Chat, line: str, refs: list[str], nearest: str
) -> None:
    none = say(line)
    assert (none.did, none.text, none.refs) == ("activity.search", NEAREST, [])
    assert list(none.buttons.values()) == refs
    assert none.labels[0] == nearest
    assert say("1").did == "activity.show"


def test_nothing_at_all_says_so(say: Chat) -> None:
    say.at("2026-12-11T00:00:00+08:00")
    none = say("有什么活动")
    assert (none.did, none.text) == ("activity.search", "现在还没有活动，过几天再来看看。")


@pytest.mark.parametrize(
    ("line", "state", "labels"),
    [
        ("垃圾分类值守几点", "垃圾分类值守【可报 余15】", ["报名"]),
        ("晨练太极几点", "晨练太极【可报】", ["报名"]),
        ("黄油曲奇烘焙几点", "黄油曲奇烘焙【已满】", ["候补（您排第一）", "看看同类的", "问联系人"]),
        ("用大模型写周报几点", "用大模型写周报【已截止】", ["看看同类的", "问联系人"]),
        ("急救证培训几点", "急救证培训【未开始】", ["看看同类的", "问联系人"]),
        ("show 11", "消防疏散演练【已结束】", ["看看同类的", "问联系人"]),
    ],
)
def test_a_card_says_how_it_stands_in_one_word(say: Chat, line: str, state: str, labels: list[str]) -> None:
    shown = say(line)
    assert shown.did == "activity.show"
    assert shown.text.splitlines()[0] == state
    assert shown.labels == labels


def test_how_it_stands_changes_with_time_and_seats(say: Chat) -> None:
    def state(line: str) -> str:
        return say(line, "he").text.splitlines()[0]

    say("报名周四的瑜伽"), say("改人数"), say("3"), say("确认")
    assert state("show 2") == "午间瑜伽【可报 余17】"
    assert say("show 2").text.splitlines()[0] == "午间瑜伽【已报名，3位】"
    assert say("show 2").labels == ["取消报名", "提醒设置", "我的签到码", "问联系人"]
    say("报名手冲咖啡 2人"), say("跳过"), say("确认")
    assert state("show 3") == "手冲咖啡体验【已满】"
    say.at("2026-11-26T10:00:00+08:00")
    assert state("show 2") == "午间瑜伽【已截止】"
    say.at("2026-11-26T12:10:00+08:00")
    assert state("show 2") == "午间瑜伽【已开始】"
    assert say("show 2").labels == ["我的签到码", "问联系人"]
    say.at("2026-11-26T13:00:00+08:00")
    assert state("show 2") == "午间瑜伽【已结束】"
    say.at("2026-12-01T09:00:00+08:00")
    assert state("show 9") == "急救证培训【可报 余24】"


def test_what_is_closed_or_full_is_found_and_marked(say: Chat) -> None:
    assert "2. 用大模型写周报【已截止】" in say("明天有什么活动").text
    assert "2. 黄油曲奇烘焙【已满】" in say("周六有什么活动").text
    assert "3. 急救证培训【未开始】" in say("晚上有什么活动").text


def test_instead_of_what_is_not_to_be_had_comes_something_like_it(say: Chat) -> None:
    say("报名手冲咖啡 2人", "he"), say("跳过", "he"), say("确认", "he")
    assert say("黄油曲奇烘焙几点").labels == ["候补（您排第一）", "看看同类的", "问联系人"]
    similar = say.press("看看同类的")
    assert similar.did == "activity.search"
    say.at("2026-11-24T11:00:00+08:00")
    say("show 1")
    similar = say.press("看看同类的")
    assert (similar.did, similar.refs) == ("activity.search", ["activity:taiji", "activity:yoga-thu"])


# Showing one by its name.


@pytest.mark.parametrize(
    ("line", "refs"),
    [
        ("桌游夜怎么去", ["activity:night"]),
        ("绘本故事会怎么去", ["activity:story"]),
        ("黄油曲奇还有名额吗", ["activity:full"]),
        ("周四的瑜伽几点开始", ["activity:yoga-thu"]),
        ("血压管理讲什么", ["activity:pressure"]),
    ],
)
def test_a_question_about_a_title_shows_it(say: Chat, line: str, refs: list[str]) -> None:
    shown = say(line)
    assert (shown.did, shown.refs) == ("activity.show", refs)


def test_a_title_that_stands_twice_shows_both(say: Chat) -> None:
    shown = say("午间瑜伽几点开始")
    assert (shown.did, head_of(shown), shown.refs) == ("activity.show", "有2场：", YOGA)


def test_showing_nothing_shows_what_there_is(say: Chat) -> None:
    shown = say("show")
    assert (shown.did, shown.refs) == ("activity.show", FIRST_PAGE)


# The facts, in the reader's language.


def test_facts_in_english(say: Chat) -> None:
    assert say("show 7", "anna").text == (
        "垃圾分类值守 [Open, 15 seats left]\n"
        "When: Sat 28 Nov 08:00–10:00\nWhere: 海棠苑\nType: Volunteering\nFee: Free\nVolunteer time: 2 h"
    )
    assert "Register by: tomorrow Tue 24 Nov 10:00" in say("show 1", "anna").text
    assert "When: Fri 27 Nov 22:00–00:30 next day" in say("show 12", "anna").text


def test_facts_in_traditional(say: Chat) -> None:
    assert say("show 5", "mei").text == (
        "冬季血壓管理【可報 餘40】\n社區醫生講用藥與飲食\n"
        "時間：11月26日 週四 09:30–11:00\n地點：海棠苑居民服务站、海棠路8号\n類型：講座\n費用：免費"
    )


# Around a point, and at a place whose code was scanned.

AT_TOWER, AT_ESTATE = (31.2011, 121.4011), (31.2203, 121.4203)
FAR = "1公里内没有活动。离您最近的有：\n离您最近的服务站是海棠苑居民服务站，现在开着，17:00关门。"


def stand(say: Chat, here: tuple[float, float], who: str = "lin") -> Said:
    return say.send(Inbound("console", who, location=here))


def place_number(say: Chat, code: str) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(PLACE.c.id).where(PLACE.c.code == code)))


def test_a_location_shows_what_is_within_a_kilometre_nearest_first(say_on_both: Chat) -> None:
    """The estate's station is nearer to this point than the estate, though what is on there is later."""
    said = stand(say_on_both, AT_ESTATE)
    assert (said.did, head_of(said)) == ("activity.search", "1公里内有4场，近的在前：")
    assert said.refs == ["activity:pressure", "activity:story", "activity:taiji", "activity:sorting"]


def test_by_time_they_would_stand_in_another_order(say: Chat) -> None:
    assert found(say, "海棠苑有什么活动") == ESTATE


def test_the_rest_is_nearest_first_too(say: Chat) -> None:
    first = stand(say, AT_TOWER)
    assert (head_of(first), len(first.refs)) == ("1公里内有7场，近的在前：", 5)
    more = say.press("更多（还有2场）")
    assert (head_of(more), [*first.refs, *more.refs][-2:]) == ("1公里内有7场，近的在前：", YOGA)
    stand(say, AT_TOWER)
    assert head_of(say.press("只看可报名的")) == "1公里内有4场，近的在前："


def test_where_nothing_is_near_the_nearest_is_offered(say: Chat) -> None:
    said = stand(say, (31.25, 121.5))
    assert (head_of(said), said.refs) == (FAR, [])
    assert said.labels[0].startswith("冬季血压管理 · ")


def test_a_point_is_not_remembered(say: Chat) -> None:
    stand(say, AT_TOWER)
    with transaction(say.engine) as db:
        stored = [
            str(row)
            for table in SQLModel.metadata.sorted_tables
            if table.name != "place"
            for row in db.rows(select(table))
        ]
    assert [each for each in stored if "31.201" in each or "121.401" in each] == []


@pytest.mark.usefixtures("order_tea")
def test_in_a_form_a_location_is_answered_beside_it(say: Chat) -> None:
    say("点茶")
    said = stand(say, AT_ESTATE)
    assert (said.did, said.messages[-1][1].text) == ("activity.search", DRINK)


def test_a_scanned_place_shows_what_is_on_there_and_below(say: Chat) -> None:
    said = say.send(Inbound("console", "lin", f"at {place_number(say, 'estate')}", scanned=True))
    assert (said.did, head_of(said)) == ("activity.search", "这里是海棠苑。找到4场，按时间排：")
    assert said.refs == ESTATE


def test_a_place_with_nothing_on_offers_what_comes_nearest(say: Chat) -> None:
    said = say(f"at {place_number(say, 'estate-north')}")
    assert (head_of(said), said.refs) == (f"海棠苑北区现在没有活动。{NEAREST}", [])


def test_a_place_that_is_none_opens_the_help(say: Chat) -> None:
    assert say("at 999").text == say("帮助").text


# What lies in a building without a location of its own is where the building is; a whole street is not.


def test_a_room_is_near_where_its_building_is(say: Chat) -> None:
    with transaction(say.engine) as db:
        tower, street = (
            db.value(select(PLACE.c.id).where(PLACE.c.code == code)) for code in ("tower", "ginkgo")
        )
        for code, parent in (("room", tower), ("corner", street)):
            db.insert(
                insert(PLACE), code=code, kind="venue", name=code, aliases=[], functions=[], parent_id=parent
            )
        near = lexicon.build(db, NOW).around(AT_TOWER)
        named = [row.code for row in db.rows(select(PLACE.c.code).where(PLACE.c.id.in_(near)))]
    assert sorted(named) == ["ginkgo", "room", "tower", "tower-station"]
