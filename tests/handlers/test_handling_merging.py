"""合并: nobody is counted twice, the later one's people hear of the earlier one, and apart again as it was before."""

import pytest

from models import follow, handling_merging, need
from models.database import transaction
from tests import crowd
from tests.chat import Chat
from tests.conftest import NOW
from tests.handlers.handled import enter, found, states


@pytest.fixture
def two(say_on_both: Chat) -> Chat:
    """林一 reported 需1, which Anna follows; 何二 reported 需2, which Anna and 梅三 follow."""
    with transaction(say_on_both.engine) as db:
        first, later = enter(db, "lin", "tower", NOW), enter(db, "he", "tower", NOW)
        anna, mei = crowd.member(db, "anna"), crowd.member(db, "mei")
        follow.follow(db, anna, NOW, need=first)
        follow.follow(db, anna, NOW, need=later)
        follow.follow(db, mei, NOW, need=later)
    say_on_both.at("2026-11-23T10:00:00+08:00")
    return say_on_both


def followers(say: Chat, number: int) -> list[int]:
    with transaction(say.engine) as db:
        return follow.followers(db, need=number)


@pytest.mark.parametrize("said", ["合并 2 到 1", "把1合并到2", "1和2是同一件事", "merge 2 into 1"])
def test_the_later_one_goes_into_the_earlier_one_and_people_count_once(two: Chat, said: str) -> None:
    say = two
    done = say(said, "officer")
    assert (done.did, done.text.splitlines()[0]) == ("staff.need", "需2并到需1了。已经告诉反映的人。")
    assert (found(say, 2).state, found(say, 2).duplicate_of_id, found(say).state) == ("duplicate", 1, "new")
    # Anna, and now 何二 and 梅三: three people, not four.
    assert len(followers(say, 1)) == len(set(followers(say, 1))) == 3
    told = say.told()
    assert sorted(told) == ["anna", "he", "mei"]
    assert told["he"].text.startswith(
        "您反映的和需1「楼道灯不亮」是同一件事，已经帮您关注。关注的有3位，现在已收到。"
    )


def test_apart_again_everybody_follows_what_he_did_before(two: Chat) -> None:
    say = two
    before = followers(say, 1)
    say("合并 2 到 1", "officer"), say.told()
    assert say("撤销合并 2", "officer").text.startswith("分开了。")
    assert (states(say, 2), found(say, 2).duplicate_of_id) == (["draft", "new", "duplicate", "triaged"], None)
    assert (followers(say, 1), len(followers(say, 2))) == (before, 2)
    assert "分出来单独办了" in say.told()["he"].text
    assert say("撤销合并 2", "officer").text.startswith("不用撤销")


def test_a_duplicate_always_points_to_one_that_is_none(two: Chat) -> None:
    say = two
    with transaction(say.engine) as db:
        enter(db, "anna", "tower", NOW)
    say("合并 3 到 2", "officer")
    assert found(say, 3).duplicate_of_id == 2
    say("合并 2 到 1", "officer")
    assert (found(say, 2).duplicate_of_id, found(say, 3).duplicate_of_id) == (1, 1)
    assert say("合并 3 到 1", "officer").text.startswith("不用再合并")
    with transaction(say.engine) as db:
        for number in (2, 3):
            one = need.find(db, number)
            assert one is not None
            assert handling_merging.survivor(db, one).state != "duplicate"


def test_the_other_one_is_offered_or_typed(two: Chat) -> None:
    say = two
    asked = say("mergeneed 2", "officer")
    assert asked.labels[0] == "需1「楼道灯不亮」"
    assert say("需1", "officer").text.startswith("需2并到需1了。")


def test_what_is_over_takes_nothing_in(two: Chat) -> None:
    say = two
    say("不予受理 1", "officer"), say.press("其他原因", "officer"), say("说明一句", "officer")
    assert say("合并 2 到 1", "officer").text.startswith("请先看看需1，现在的状态是：不予受理。")
    assert found(say, 2).state == "new"


def test_of_two_places_one_needs_the_right_for_both(two: Chat) -> None:
    say = two
    with transaction(say.engine) as db:
        enter(db, "anna", "estate", NOW)
    assert say("合并 3 到 1", "officer").text.startswith("请到服务站问一问，海棠苑的事由工作人员办。")
    assert found(say, 3).state == "new"


def test_apart_again_who_came_with_another_one_still_follows(two: Chat) -> None:
    """需3 went into 需2 and with it into 需1: when 需2 leaves, who reported 需3 stays, and leaves with it."""
    say = two
    with transaction(say.engine) as db:
        enter(db, "officer", "tower", NOW)
        his = crowd.member(db, "officer")
    before = followers(say, 1)
    say("合并 3 到 2", "officer")
    say.at("2026-11-23T11:00:00+08:00")
    say("合并 2 到 1", "officer")
    say.at("2026-11-23T12:00:00+08:00")
    say("2和1不是一件事", "officer")
    assert (found(say, 2).state, found(say, 3).duplicate_of_id) == ("triaged", 1)
    assert sorted(followers(say, 1)) == sorted([*before, his])
    say("撤销合并 3", "officer")
    assert followers(say, 1) == before


def test_nobody_is_promised_news_of_what_is_private(two: Chat) -> None:
    say = two
    say("设为不公开 1", "officer")
    assert say("合并 2 到 1", "officer").text == "请分开办，需1不公开，别人跟不了。"
    assert (found(say, 2).state, say.told()) == ("new", {})
