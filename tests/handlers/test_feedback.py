"""Thanks after an activity, and three taps: of those who came alone, each tap for itself."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.channels import CHANNELS
from bot.channels.rendering import render
from handlers.words import Reader
from models import concluding, feedback
from models.database import transaction
from models.feedback import FEEDBACK
from tests.chat import Chat, Said
from tests.shifts import arrive, load, member, register, undo, wanted

PEOPLE = ("lin", "he", "mei")
ASKED = "谢谢您来「垃圾分类值守」，2小时志愿时长记上了。\n这次办得怎么样？点一下就好，不想答也没关系。"


def held(say: Chat, folder: Path) -> None:
    """林一 and 何二 come to the shift on Saturday morning, 梅三 stays away."""
    load(say, folder)
    register(say, "gate", *PEOPLE)
    for who in PEOPLE[:2]:
        arrive(say, "gate", who, "2026-11-28T07:55:00+08:00")


def thanked(told: dict[str, Said]) -> set[str]:
    """Who is thanked, in either script."""
    return {who for who, said in told.items() if "谢谢您来" in said.text or "謝謝您來" in said.text}


def given(say: Chat, who: str = "lin") -> tuple[int | None, str | None, str | None]:
    with transaction(say.engine) as db:
        row = db.row(select(FEEDBACK).where(FEEDBACK.c.member_id == member(db, who)))
    assert row is not None
    return row.stars, row.again, row.better


def test_those_who_came_are_asked_and_each_tap_counts(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    held(say, tmp_path)
    assert thanked(say.told("2026-11-28T10:59:00+08:00")) == set()
    told = say.told("2026-11-28T11:00:00+08:00")
    assert thanked(told) == {"lin", "he"}
    assert told["lin"].text == ASKED
    assert told["lin"].labels == ["不好", "不太好", "一般", "好", "很好"]
    assert told["lin"].refs == ["activity:gate"]
    # Asked once, however often the job runs.
    assert thanked(say.told("2026-11-28T20:00:00+08:00")) == set()
    first = say.press("很好")
    assert (first.did, first.text) == ("activity.feedback", "记下了：很好。下次还会来吗？")
    assert given(say) == (5, None, None)
    say.press("会来")
    assert given(say) == (5, "yes", None)
    assert say.press("现场安排").text == "谢谢，都记下了。七天内想改，再点一次就行。"
    assert given(say) == (5, "yes", "order")
    # An old button changes its own answer, and nothing else.
    say(told["lin"].buttons["一般"])
    assert given(say) == (3, "yes", "order")
    # Where there are no buttons the number of a line is the number of stars; what stands on it can be said anywhere.
    reader = Reader("zh-Hans", say.clock.now(), say.equipment.schedule.zone)
    (card,) = (each.card for each in told["he"].reply.messages)
    assert "5 很好" in render(card, reader, CHANNELS["wechat"], 1)[0].text
    assert say("很好", "he").did == "activity.feedback"
    assert given(say, "he") == (5, None, None)
    assert say("两分", "he").text == "记下了：不太好。下次还会来吗？"
    assert given(say, "he") == (2, None, None)
    assert say("周一那位老师讲得很好，给四星", "he").text == "记下了：好。下次还会来吗？"
    assert say("The teacher was great, I give 3 stars", "he").did == "activity.feedback"
    assert given(say, "he") == (3, None, None)


def test_only_who_came_may_say_and_for_seven_days(say: Chat, tmp_path: Path) -> None:
    held(say, tmp_path)
    very_good = say.told("2026-11-28T11:00:00+08:00")["lin"].buttons["很好"]
    for who in ("officer", "he"):
        assert say(very_good, who).text == "请在活动结束后点我们发的评价，没有找到这一份。"
    assert say("五星", "officer").text == "请在活动结束后评价，现在没有等您评价的活动。"
    say.at("2026-12-05T10:00:00+08:00")
    late = say(very_good)
    assert late.text == "请直接联系主办方，「垃圾分类值守」的评价七天后就收好了。"
    assert (late.did, late.refs) == ("activity.feedback", ["activity:gate"])
    assert given(say) == (None, None, None)


def test_who_was_taken_for_somebody_else_is_not_asked(say: Chat, tmp_path: Path) -> None:
    held(say, tmp_path)
    undo(say, "gate", "he")
    told = say.told("2026-11-28T11:00:00+08:00")
    assert thanked(told) == {"lin"}


def test_without_the_look_at_who_came_everybody_would_be_asked(
    say: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: of those registered all would hear of it, also who stayed away."""
    every = concluding._TO_THANK.whereclause
    assert every is not None
    kept = [each for each in every.clauses if "visit" not in str(each)]
    assert len(kept) < len(every.clauses)
    careless = concluding._TO_THANK.with_only_columns(*concluding._TO_THANK.selected_columns)
    careless._where_criteria = tuple(kept)
    monkeypatch.setattr(concluding, "_TO_THANK", careless)
    monkeypatch.setattr(feedback, "is_asked", lambda _db, _number: True)
    held(say, tmp_path)
    assert thanked(say.told("2026-11-28T11:00:00+08:00")) == set(PEOPLE)


def test_what_is_over_at_night_is_asked_in_the_morning_and_what_is_long_over_never(
    say: Chat, tmp_path: Path
) -> None:
    load(say, tmp_path)
    register(say, "soup", "lin")
    register(say, "gate", "he")
    arrive(say, "soup", "lin", "2026-11-27T18:00:00+08:00")
    say.at("2026-11-27T22:30:00+08:00")  # nothing ran until then
    assert thanked(say.told("2026-11-28T07:59:00+08:00")) == set()
    assert "谢谢您来「邻里汤会」。\n" in say.told("2026-11-28T08:00:00+08:00")["lin"].text
    arrive(say, "gate", "he", "2026-11-28T08:00:00+08:00")
    say.at("2026-11-29T10:30:00+08:00")
    assert thanked(say.told()) == set()
    with transaction(say.engine) as db:
        assert wanted(db, "gate").ends is not None
        assert db.value(select(func.count()).select_from(FEEDBACK)) == 1


def test_own_words_go_to_staff_without_the_name(say: Chat, tmp_path: Path) -> None:
    held(say, tmp_path)
    say.told("2026-11-28T11:00:00+08:00")
    for who, sign in (("lin", "不写名字"), ("he", "写上名字")):
        say.press("好", who)
        say.press("看时间", who)
        say.press("写几句", who)
        say(f"{who}觉得水不够，打我13812345678", who)
        assert say.press(sign, who).text == "谢谢，已经转给工作人员。"
    with transaction(say.engine) as db:
        stored = db.value(select(FEEDBACK.c.words).where(FEEDBACK.c.member_id == member(db, "lin")))
    assert "13812345678" not in stored
    read = say("垃圾分类值守的小结", "officer").text
    assert "· lin觉得水不够，打我13812345678\n" in read
    assert "· he觉得水不够，打我13812345678（何二）" in read
    assert "林一" not in read
    assert "评价：少于5份，不算平均" in read
    # Of the others nobody reads it.
    refused = say("垃圾分类值守的小结", "mei")
    assert (refused.did, "水不够" in refused.text) == ("staff.activity", False)
