"""讲解员: who signs up for a slot with groups, who hears of it, and the words that go both ways."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot import community
from models import erasure, guide
from models.database import transaction
from models.member import MEMBER
from tests.chat import Chat, Said
from tests.handlers import officers

VISITS = Path(__file__).with_name("visits.toml")


@pytest.fixture
def say(say_on_both: Chat) -> Chat:
    community.load(say_on_both.engine, [VISITS])
    return say_on_both


def book(say: Chat, who: str, party: int, when: str = "12月2日10点") -> Said:
    say(f"预约{when}堆肥馆团队参观，{party}个人", who)
    made = say.press("确认预约", who)
    assert "约好了" in made.text
    return made


def sign(say: Chat, who: str = "guo") -> Said:
    say("我想当讲解员", who), say("1", who)
    return say.press("我来讲解", who)


def test_a_guide_and_his_groups_hear_of_each_other(say: Chat) -> None:
    assert say("我想当讲解员", "guo").text.startswith("过几天再来看看")
    book(say, "yi", 12), book(say, "er", 10)
    listed = say("哪些参观缺讲解员", "guo")
    assert listed.text.split("\n\n")[1].split("\n") == [
        "堆肥馆团队参观【还缺1位讲解员】",
        "时间：12月2日 周三 10:00",
        "地点：堆肥体验馆",
        "人数：22人",
    ]
    assert say("我想当讲解员", "guo").did == "guide.list"
    asked = say("1", "guo")
    assert (asked.did, asked.text.split("\n")[0]) == (
        "guide.join",
        "来讲解这一场，对吗？团队会看到您的名字，看不到电话。",
    )
    done = say.press("我来讲解", "guo")
    assert (done.did, "人数：约1（12人）、约2（10人），共22人" in done.text) == ("guide.join", True)
    told = say.told()
    assert set(told) == {"yi", "er"}
    assert told["yi"].text == "请放心来：12月2日 周三 10:00参观「堆肥馆团队参观」，郭导给您讲解。"
    assert told["yi"].refs == ["booking:1"]

    assert say.press("给讲解员捎话", "yi").did == "guide.word"
    assert say("有三个孩子，想看蚯蚓", "yi").text == "话带到了。"
    heard = say.told()["guo"]
    assert heard.text == "约1（12人）捎话：有三个孩子，想看蚯蚓"
    say.press("给团队捎话", "guo")
    assert say("在东门集合", "guo").text == "话带到了2个团队。"
    assert say.told()["er"].text == "郭导捎话：在东门集合"

    # What our own list of words finds does not go to anybody.
    say("我的讲解", "guo"), say.press("给团队捎话", "guo")
    assert "电话号码" in say("打我电话13812345678", "guo").text
    assert say.told() == {}
    # Whoever did not book says nothing to him, and nobody else says it for him.
    assert say("groupsay 1", "san").text.startswith("请看看“我的预约”")
    assert say("guidesay 1", "san").text.startswith("请看看“我的讲解”")


def test_a_full_slot_and_old_buttons(say: Chat) -> None:
    book(say, "yi", 12)
    old = say("我想当讲解员", "san").buttons
    sign(say)
    say.told()
    again = (
        sign(say, "guo")
        if say("我想当讲解员", "guo").labels[0] == "我来讲解"
        else say(old["我来讲解"], "guo")
    )
    assert again.text.startswith("不用再报，您已经报了。")
    late = say(old["我来讲解"], "san")
    assert (late.did, late.text) == ("guide.join", "请看看别的场次，这一场的讲解员齐了。")
    assert late.refs == ["service:tour"]
    assert say.told() == {}
    say.at("2026-12-02T10:01:00+08:00")
    assert say(old["我来讲解"], "san").text.startswith("请看看别的场次，这一场没有团队或者已经开始。")


def test_who_cannot_come_gives_his_place_back(say: Chat) -> None:
    book(say, "yi", 12)
    sign(say)
    say.told()
    assert say("我的讲解", "guo").labels == ["给团队捎话", "我来不了"]
    assert say.press("我来不了", "guo").text.startswith("这一场不来讲解了，对吗？")
    left = say.press("确认不来", "guo")
    assert (left.did, left.text) == ("guide.leave", "好的，这一场您不用来了。")
    told = say.told()
    assert told["yi"].text == "12月2日 周三 10:00参观「堆肥馆团队参观」照常，讲解员有变化，我们再找一位。"
    assert told["warden"].text == "请再找一位讲解员：12月2日 周三 10:00参观「堆肥馆团队参观」，有人来不了。"
    assert say("unguide 1", "guo").text == "不用再点，这一场：来不了。"
    assert "【还缺1位讲解员】" in say("我想当讲解员", "san").text


def test_staff_see_which_slots_lack_a_guide_of_their_own_places_alone(say: Chat) -> None:
    book(say, "yi", 12)
    book(say, "er", 9, "12月3日11点")
    say("我想当讲解员", "guo"), say("1", "guo"), say.press("我来讲解", "guo")
    seen = say("参观讲解员安排", "warden")
    assert (seen.did, seen.text.split("\n\n")[0]) == ("staff.guides", "有2场参观，缺讲解员的在前，有1场：")
    assert ["12月3日" in each for each in seen.text.split("\n\n")[1:3]] == [True, False]
    assert "讲解员：郭导" in seen.text or "郭导" in seen.text
    with transaction(say.engine) as db:
        officers.make(db, "he", "staff", "estate")
    assert say("参观讲解员安排", "he").text == "现在没有要讲解的参观。"


def test_who_is_erased_guides_nobody(say: Chat) -> None:
    book(say, "yi", 12)
    sign(say)
    with transaction(say.engine) as db:
        guo = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "guo"))
        erasure.erase(db, guo, say.clock.now())
        found = guide.lacking(db, say.clock.now())
        assert [(each.name, each.has) for each in found] == [("堆肥馆团队参观", 0)]
