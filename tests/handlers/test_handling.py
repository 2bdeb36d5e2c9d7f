"""The queue of staff, one need whole, and the first steps: accepted once, by who may, told once."""

import pytest
from sqlalchemy import insert

from models import follow, need
from models.database import transaction
from models.member import ROLE
from tests import crowd
from tests.chat import Chat
from tests.conftest import NOW
from tests.handlers.handled import enter, found, report, states, unit, whose

NOT_HIS = "请找站长，云杉大厦的事由工作人员办。"


def test_what_waits_is_listed_with_what_is_due_first_and_late_ones_marked(staffed: Chat) -> None:
    say = staffed
    assert say("待处理的诉求有哪些", "officer").text.startswith("都办完了")
    for _ in range(6):
        report(say)
    report(say, at="estate")
    report(say, at=None)
    shown = say("待处理的诉求有哪些", "officer")
    assert shown.did == "staff.need"
    assert shown.text.startswith("在等的诉求有6件，6件还没受理。先到期的在前：")
    assert shown.refs == [f"need:{number}" for number in range(1, 6)]
    assert say.press("更多", "officer").refs == ["need:6"]
    # Who is staff of everything has what has no place, too.
    assert "有8件" in say("needqueue", "mei").text
    say.at("2026-11-25T09:00:00+08:00")
    late = say("逾期的诉求有哪些", "officer")
    assert ("6件逾期" in late.text, late.text.count("【逾期】")) == (True, 5)


@pytest.mark.parametrize(
    "said",
    ["诉求", "需求队列", "哪些诉求还没处理", "待办诉求", "show pending needs", "which needs are waiting"],
)
def test_the_queue_is_asked_for_as_people_do(say: Chat, said: str) -> None:
    report(say)
    shown = say(said, "officer")
    assert (shown.did, shown.refs) == ("staff.need", ["need:1"])


def test_the_card_says_everything_but_how_the_reporter_is_reached(say: Chat) -> None:
    report(say, spot="3楼电梯口")
    report(say, anonymous=True)
    card = say("handleneed 1", "officer")
    for words in ("需1「楼道灯不亮」", "云杉大厦，3楼电梯口", "林一", "照明", "楼道里的灯不亮"):
        assert words in card.text
    assert "138****5678" in card.text
    assert "13812345678" not in card.text
    assert card.labels[:3] == ["受理", "派给…", "写答复"]
    anonymous = say("handleneed 2", "officer")
    assert ("林一" in anonymous.text, "匿名" in anonymous.text) == (False, True)


def test_accepted_once_and_told_once(say_on_both: Chat) -> None:
    say = say_on_both
    report(say)
    done = say("受理 1", "officer")
    assert (done.did, done.text.splitlines()[0]) == ("staff.need", "受理了。已经告诉反映的人。")
    told = say.told()
    assert list(told) == ["lin"]
    assert told["lin"].text.startswith("需1「楼道灯不亮」受理了，由站长办。最晚12月2日 周三 18:00给您结果。")
    assert (states(say), whose(say)) == (["draft", "new", "triaged"], "officer")
    again = say("acceptneed 1", "officer")
    assert again.text.startswith("不用再受理，这件已经受理了。")
    assert (say.told(), states(say)) == ({}, ["draft", "new", "triaged"])


@pytest.mark.parametrize(
    "said", ["受理1", "受理需1", "受理 #1", "1号我来受理", "受理1号诉求", "accept need 1", "受理第1件"]
)
def test_a_number_is_written_in_many_ways(say: Chat, said: str) -> None:
    report(say)
    assert say(said, "officer").did == "staff.need"
    assert states(say)[-1] == "triaged"


def test_without_a_number_the_only_one_is_meant_or_it_is_asked(say: Chat) -> None:
    assert say("受理诉求", "officer").text.startswith("没有在等的诉求。")
    report(say), report(say)
    assert say("受理诉求", "officer").text.startswith("是哪一件？")
    assert say("2", "officer").text.startswith("受理了。")
    assert (states(say, 1)[-1], states(say, 2)[-1]) == ("new", "triaged")


def test_the_second_of_two_officers_is_told_what_the_first_did(staffed: Chat) -> None:
    say = staffed
    report(say)
    say("受理 1", "mei")
    late = say("受理 1", "officer")
    assert late.text.startswith("不用再受理，梅三已经受理了。")
    assert whose(say) == "mei"


def test_of_two_who_saw_it_new_the_second_is_refused_by_the_database(staffed: Chat) -> None:
    """Both read the row before either of them wrote: the condition of the update alone tells them apart."""
    from models import handling
    from models.refusal import Refusal

    say = staffed
    report(say)
    with transaction(say.engine) as db:
        seen = handling.find(db, 1)
        mei, officer = crowd.member(db, "mei"), crowd.member(db, "officer")
        handling.go(db, seen, "triaged", mei, NOW, officer_id=mei)
        with pytest.raises(Refusal) as refused:
            handling.go(db, seen, "triaged", officer, NOW, officer_id=officer)
        assert refused.value.code == "need.raced"
        now = handling.find(db, 1)
        handling.edit(db, now, "assigned", mei, NOW, officer_id=officer)
        with pytest.raises(Refusal, match=r"need\.raced"):
            handling.edit(db, now, "assigned", officer, NOW, officer_id=mei)
    assert whose(say) == "officer"


def test_only_staff_of_the_place_handle_it_and_the_others_are_told_who_does(staffed: Chat) -> None:
    say = staffed
    report(say)
    lines = [
        "受理 1",
        "把1派给我",
        "1办结，修好了",
        "不予受理1",
        "转办1",
        "立项 1",
        "备注1 你好",
        "设为不公开1",
        "延期1",
        "handleneed 1",
    ]
    for who in ("he", "lin"):
        for line in lines:
            refused = say(line, who)
            assert (refused.did, "站长" in refused.text, "楼道里" in refused.text) == (
                "staff.need",
                True,
                False,
            ), line
    assert (states(say), say.told()) == (["draft", "new"], {})
    # The guard is what refuses: as staff of the tower the same line would do.
    with transaction(say.engine) as db:
        crowd.make_staff(db, "lin", "tower")
    assert say("受理 1", "lin").text.startswith("受理了")


def test_what_has_no_place_is_for_the_staff_of_everything(staffed: Chat) -> None:
    say = staffed
    report(say, at=None)
    assert say("受理 1", "officer").text.startswith("请找")
    assert "受理了" in say("受理 1", "mei").text


def test_begun_works_are_told_to_who_follows_it_but_never_of_what_is_private(say_on_both: Chat) -> None:
    say = say_on_both
    with transaction(say.engine) as db:
        for _ in range(2):
            number = enter(db, "lin", "tower", NOW)
            follow.follow(db, crowd.member(db, "he"), NOW, need=number)
    say("设为不公开 2", "officer")
    for number in (1, 2):
        assert "记下了" in say(f"{number} 开始办理，师傅明天来", "officer").text
    told = say.told()
    assert told["lin"].text.count("开始办了：师傅明天来") == 2
    assert ("需1" in told["he"].text, "需2" in told["he"].text) == (True, False)
    assert states(say) == ["draft", "new", "triaged", "in_progress"]


def test_a_visitor_who_plays_staff_moves_only_what_he_reported_himself(say: Chat) -> None:
    with transaction(say.engine) as db:
        place, he = crowd.place(db, "tower"), crowd.member(db, "he")
        db.insert(insert(ROLE), member_id=he, kind="staff", place_id=place, played=True)
    report(say), report(say, who="he")
    seen = say("handleneed 1", "he")
    assert ("楼道里" in seen.text, "林一" in seen.text) == (False, False)
    assert say("受理 1", "he").text.startswith("请先发给自己看看。")
    assert say("受理 2", "he").text.startswith("受理了")
    assert (found(say).state, found(say, 2).state, say.told()) == ("new", "triaged", {})


def test_numbers_that_are_none_are_refused(say: Chat) -> None:
    with transaction(say.engine) as db:
        key = need.enter(db, NOW, None, title="a draft")
    for number in (99, key):
        assert say(f"受理 {number}", "officer").text.startswith(f"请核对编号，没有找到需{number}。")


@pytest.mark.parametrize(
    ("said", "state", "who"),
    [
        ("1我来办", "triaged", "officer"),
        ("1接了", "triaged", "officer"),
        ("接单1", "triaged", "officer"),
        ("1派给物业王经理", "triaged", "officer"),
        ("1让物业去修", "triaged", "officer"),
        ("1转给物业", "triaged", "officer"),
        ("1转给城管,电话12345678", "referred", "officer"),
        ("1转城管 021-64331234", "referred", "officer"),
        ("1正在处理", "in_progress", "officer"),
        ("1已安排师傅", "in_progress", "officer"),
        ("1修好了，换了灯管", "resolved", "officer"),
        ("1 已处理，换了灯管", "resolved", "officer"),
        ("close 1, lamp replaced", "resolved", "officer"),
        ("1不归我们管，请找城管", "rejected", "officer"),
        ("1 is not ours, please ask the city", "rejected", "officer"),
        ("回复1 物业明天来修", "answered", "officer"),
        ("1回复居民：物业明天来修", "answered", "officer"),
    ],
)
def test_an_officer_says_it_as_it_comes(say: Chat, said: str, state: str, who: str) -> None:
    with transaction(say.engine) as db:
        unit(db)
    report(say)
    assert say(said, who).did == "staff.need"
    assert states(say)[-1] == state
    assert (found(say).unit_id is not None) == ("物业" in said and state == "triaged")
    assert list(say.told()) == (["he", "lin"] if found(say).unit_id else ["lin"])


def test_others_who_say_that_it_is_mended_mean_something_else(say: Chat) -> None:
    """Of who reported it it is the answer, of the unit its word to the officer."""
    with transaction(say.engine) as db:
        unit(db)
    report(say)
    say("1派给物业", "officer"), say.told()
    assert say("1修好了", "lin").did == "need.confirm"
    assert say("1修好了，换了灯管", "he").text.startswith("请发一张照片")
    say.press("不发照片", "he")
    assert "说需1「楼道灯不亮」：换了灯管" in say.told()["officer"].text
    say.press("这样办结", "officer")
    assert say("1修好了", "lin").text.startswith("记下了，需1到这里结束。")
    assert states(say)[-2:] == ["confirmed", "closed"]
