"""What somebody may like: ranked by what he said and did, each with its reason, and never what he may not come to."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select, update

from models import consent, profile, recommending, subscription
from models.activity import ACTIVITY
from models.database import Db, transaction
from models.member import ADDRESS, MEMBER
from models.place import PLACE
from models.registration import REGISTRATION
from tests.chat import Chat, Said
from tests.conftest import NOW


def member(db: Db, who: str) -> int:
    found: int = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == who))
    return found


def place(db: Db, code: str) -> int:
    found: int = db.value(select(PLACE.c.id).where(PLACE.c.code == code))
    return found


def change(say: Chat, code: str, **values: object) -> None:
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == code).values(**values))


def went(say: Chat, who: str, *starts: str, code: str = "gone", series: str | None = None) -> None:
    """He was at such times at something that is over."""
    with transaction(say.engine) as db:
        like = db.row(select(ACTIVITY).where(ACTIVITY.c.code == "taiji"))
        assert like is not None
        for nth, each in enumerate(starts):
            at = datetime.fromisoformat(each)
            row = {
                **like._mapping,
                "code": f"{code}-{nth}",
                "number": 900 + 10 * len(code) + nth,
                "starts": at,
                "series": series,
            }
            row |= {"ends": at + timedelta(hours=1), "day": at.date(), "minute": at.hour * 60 + at.minute}
            row.pop("id")
            key = db.insert(insert(ACTIVITY), **row)
            db.insert(
                insert(REGISTRATION), activity_id=key, member_id=member(db, who), seats=1, answers={},
                state="confirmed", at=at,
            )  # fmt: skip


def reasons(said: Said) -> dict[str, str]:
    """What is recommended, with the reasons, in order; a newcomer is welcomed below it."""
    lines = [line.strip() for line in said.messages[0][1].text.splitlines()]
    return {
        line.split(". ")[1].partition("【")[0]: after.partition(" · ")[0]
        for line, after in pairwise(lines)
        if line[:1].isdecimal()
    }


def test_what_he_likes_comes_first_with_the_reason(say_on_both: Chat) -> None:
    said = say_on_both("有什么适合我的")
    assert (said.did, list(reasons(said).items())[:3]) == (
        "activity.search",
        [
            ("午间瑜伽", "您喜欢瑜伽、就在您上班的楼里"),
            ("手冲咖啡体验", "就在您上班的楼里"),
            ("桌游夜", "就在您上班的楼里"),
        ],
    )
    # One thing on two days is one; at work on Thursday morning he is not asked to a lecture.
    assert (len(said.refs), "activity:pressure" in said.refs) == (5, False)
    assert said.refs[0] == "activity:yoga-tue"
    assert say_on_both("1").refs == ["activity:yoga-tue"]


def test_newcomers_get_what_many_go_to_and_how_to_get_more(say: Chat) -> None:
    change(say, "story", seats=6)
    said = say("推荐几个活动", "new")
    assert list(reasons(said).items())[:2] == [("绘本故事会", "已有6人报名"), ("午间瑜伽", "最近要开始的")]
    assert said.text.splitlines()[0] == "先看看这些。告诉我们您喜欢什么、在哪里，下次挑得更准。"
    assert "说说兴趣" in said.labels
    assert say("说说兴趣", "new").did == "profile.edit"
    say("咖啡", "new")
    assert next(iter(reasons(say("推荐几个活动", "new")).items())) == ("手冲咖啡体验", "您喜欢咖啡")


@pytest.mark.parametrize(
    "line",
    [
        "推荐几个活动", "推荐点活动吧", "有什么推荐", "给我推荐一下", "有啥适合我的伐", "有什么适合我参加的",
        "有没有我感兴趣的活动", "推薦幾個活動", "what do you recommend?", "any recommendations", "something for me",
        "求推荐",
    ],
)  # fmt: skip
def test_how_it_is_asked(say: Chat, line: str) -> None:
    assert reasons(say(line)) != {} or "you like" in say(line).text


@pytest.mark.parametrize("line", ["不要给我推荐活动了", "别再推荐了", "关掉活动推荐", "推荐太多了"])
def test_what_only_sounds_so(say: Chat, line: str) -> None:
    assert say(line).did == "subscription.edit"


def test_when_he_says_to_be_free(say: Chat) -> None:
    said = say("我周四中午有空", "new")
    assert reasons(said) == {"午间瑜伽": "您说的时间", "手冲咖啡体验": "您说的时间"}
    assert said.refs[:2] == ["activity:yoga-thu", "activity:coffee"]
    said = say("周四推荐几个活动")
    assert said.refs[0] == "activity:yoga-thu"


def test_when_and_where_he_usually_comes(say: Chat) -> None:
    went(say, "he", "2026-11-07T08:30:00+08:00", series="晨光")
    assert "您常在" not in say("有什么适合我的", "he").text
    went(say, "he", "2026-11-14T09:00:00+08:00", code="again")
    change(say, "story", series="晨光")
    found = reasons(say("有什么适合我的", "he"))
    assert (found["垃圾分类值守"], found["绘本故事会"]) == (
        "就在您小区里、您常在周六上午来",
        "您参加过晨光、就在您小区里",
    )


def test_what_he_holds_or_has_no_time_for_is_left_out(say: Chat) -> None:
    say("报名周四的瑜伽")
    say("确认")
    assert "activity:coffee" not in say("推荐几个活动").refs
    assert "activity:yoga-thu" not in say("推荐几个活动").refs


def test_what_he_muted_is_left_out(say: Chat) -> None:
    with transaction(say.engine) as db:
        subscription.choose(db, member(db, "lin"), "topic:瑜伽", False, NOW)
        subscription.choose(db, member(db, "lin"), "place:estate", False, NOW)
        subscription.choose(db, member(db, "lin"), "kind:club", True, NOW)
    assert reasons(say("推荐几个活动")) == {
        "桌游夜": "您关注了社团、就在您上班的楼里",
        "手冲咖啡体验": "就在您上班的楼里",
    }


def test_who_wants_no_recommendations_is_chosen_nothing_by_his_profile(say: Chat) -> None:
    with transaction(say.engine) as db:
        consent.withdraw(db, member(db, "lin"), "recommendations", NOW)
    said = say("推荐几个活动")
    assert said.text.splitlines()[0] == "大家常去的有这些。您关了活动推荐，所以没有按您的兴趣和地方来挑。"
    assert set(reasons(said).values()) == {"最近要开始的"}


def test_only_what_he_may_come_to(say_on_both: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say = say_on_both
    with transaction(say.engine) as db:
        estate = place(db, "estate")
        profile.like(db, member(db, "he"), ["咖啡"], NOW)
    change(say, "coffee", eligible={"places": [estate]})
    assert "activity:coffee" not in say("推荐几个活动").refs
    assert "activity:coffee" in say("推荐几个活动", "he").refs
    # Without the guard he would be asked to what he may not come to.
    monkeypatch.setattr(recommending, "is_for", lambda *_: True)
    assert "activity:coffee" in say("推荐几个活动").refs


def test_full_and_waited_for_ones_are_not_recommended(say: Chat) -> None:
    change(say, "coffee", waiting=1)
    assert {"activity:coffee", "activity:full", "activity:closed"} & set(say("推荐几个活动").refs) == set()


def test_a_place_that_is_left_is_no_reason_any_more(say: Chat) -> None:
    with transaction(say.engine) as db:
        profile.leave(db, member(db, "lin"), "work", NOW)
        profile.like(db, member(db, "lin"), [], NOW)
        db.run(update(MEMBER).where(MEMBER.c.id == member(db, "lin")).values(home_id=None))
    assert set(reasons(say("推荐几个活动")).values()) == {"最近要开始的"}


def test_in_a_group_nobody_else_reads_it(say: Chat) -> None:
    assert say("推荐几个活动", group="g1").to[0] == "lin"
