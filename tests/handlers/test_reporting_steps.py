"""What a report is asked: where it is, by a button, in words, from the map or down the tree; and what it is about."""

from sqlalchemy import select

from bot.inbound import Inbound
from models.database import transaction
from models.need import NEED
from models.place import PLACE
from tests.chat import Chat, Said

WHERE = "在哪里？点一个，或者写清楚，比如“3号楼三楼楼道”，也可以发定位。"


def location(say: Chat, at: tuple[float, float], who: str = "lin") -> Said:
    return say.send(Inbound("console", who, location=at))


def sent(say: Chat) -> tuple[str | None, str | None]:
    """The place and the spot of the report that is sent now."""
    say("跳过"), say("提交")
    with transaction(say.engine) as db:
        found = select(PLACE.c.code, NEED.c.spot).join(PLACE, PLACE.c.id == NEED.c.place_id)
        row = db.row(found.order_by(NEED.c.id.desc()))
        assert row is not None
        return row.code, row.spot


def test_his_own_places_come_first_and_any_words_are_a_place(say: Chat) -> None:
    asked = say("路灯不亮了")
    assert asked.text == WHERE
    assert asked.labels[:2] == ["云杉大厦", "从列表里选"]
    say("云杉路口往东的那个红绿灯旁")
    assert sent(say) == ("tower", None)
    say("水管漏水了"), say("菜场后面的小路")
    assert sent(say) == ("ginkgo", "菜场后面的小路")


def test_a_name_alone_is_a_place_and_no_search(say: Chat) -> None:
    say("路灯不亮了")
    assert say("海棠苑北区").did == "answer"
    assert sent(say) == ("estate-north", None)


def test_the_tree_is_walked_by_buttons(say: Chat) -> None:
    say("垃圾太多没人扫"), say.press("从列表里选")
    assert "就选这里" in say.press("海棠苑").labels
    say.press("海棠苑北区")
    assert sent(say)[0] == "estate-north"


def test_a_location_is_the_nearest_place_or_the_point_itself(say: Chat) -> None:
    say("路灯不亮了"), location(say, (31.2202, 121.4203))
    assert sent(say)[0] == "estate-station"
    say("水管漏水了")
    location(say, (31.300, 121.500))
    assert "地点：银杏街道（地图上的位置）" in say("跳过").text
    say("提交")
    with transaction(say.engine) as db:
        row = db.row(select(NEED.c.latitude, NEED.c.longitude).order_by(NEED.c.id.desc()))
        assert row is not None
        assert tuple(row) == (31.300, 121.500)


def test_what_was_said_of_the_place_stands_before_a_location(say: Chat) -> None:
    say("海棠苑北区的路灯不亮了"), location(say, (31.201, 121.401))
    assert sent(say)[0] == "estate-north"
    say("水管漏水了"), say("海棠苑"), location(say, (31.201, 121.401))
    assert sent(say)[0] == "estate"


def test_what_it_is_about_is_asked_where_the_words_do_not_say(say: Chat) -> None:
    asked = say("我要反映云杉大厦有点不对劲")
    assert asked.text.startswith("请选一类")
    assert "紧急" in asked.labels
    assert say("电梯").did == "answer"
    assert "电梯\n地点" in say("跳过").text
    # Several that say as much: they are offered.
    say("取消")
    both = say("我要反映云杉大厦的空调和电梯")
    assert {"空调与暖气", "电梯", "都不是"} <= set(both.labels)
