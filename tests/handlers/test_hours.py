"""Volunteer hours: from check-in and check-out, shown with what they rest on; a forgotten check-out is told."""

from pathlib import Path

from tests.chat import Chat
from tests.shifts import SHIFTS, arrive, load, register, shift, undo


def test_hours_are_credited_on_check_in_and_taken_back_with_it(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    load(say, tmp_path)
    register(say, "gate", "lin", "he")
    assert say("我的志愿时长").text == "您现在没有志愿时长。报一场志愿活动，到场签到，时长就自动记上。"
    arrive(say, "gate", "lin", "2026-11-28T07:55:00+08:00")
    arrive(say, "gate", "lin", "2026-11-28T08:30:00+08:00")
    mine = say("我的志愿时长")
    assert (mine.did, mine.refs) == ("hours.show", ["activity:gate"])
    assert mine.text == (
        "您的志愿时长：2小时。\n\n垃圾分类值守【2小时】\n时间：今天 11月28日 周六 08:00–10:00\n怎么记的：现场签到"
    )
    assert mine.labels[-2:] == ["开证明", "时长不对"]
    # Somebody else has none of it, and whose check-in is undone has none any more.
    assert "您现在没有志愿时长" in say("我的志愿时长", "he").text
    undo(say, "gate", "lin")
    assert "您现在没有志愿时长" in say("hours").text
    # A picture that was passed on counts, and is recorded as weaker.
    arrive(say, "gate", "lin", "2026-11-28T08:40:00+08:00", "picture")
    assert "怎么记的：扫了图片上的码" in say("how many volunteer hours do I have").text


def test_a_check_out_counts_what_lies_between(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    register(say, "lobby", "lin", "he", "anna")
    arrive(say, "lobby", "lin", "2026-11-29T09:00:00+08:00")
    assert "大堂导览【等签退】" in say("我的志愿时长").text
    assert "您的志愿时长：0小时。" in say("我的志愿时长").text
    arrive(say, "lobby", "lin", "2026-11-29T10:30:00+08:00")
    assert "大堂导览【1.5小时】" in say("我的志愿时长").text
    # Who stays on counts no more than was planned, and who comes after all goes when he goes the last time.
    arrive(say, "lobby", "lin", "2026-11-29T12:20:00+08:00")
    assert "大堂导览【3小时】" in say("我的志愿时长").text


def test_a_forgotten_check_out_counts_what_was_planned_and_is_told(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    evening = shift("patrol", "夜间巡逻", 29, "20:30", "22:00", 0, True)
    load(say, tmp_path, SHIFTS + evening)
    register(say, "patrol", "lin")
    arrive(say, "patrol", "lin", "2026-11-29T21:00:00+08:00")
    assert say.told("2026-11-30T07:59:00+08:00").keys() == set()
    assert "夜间巡逻【1.5小时】" in say("我的志愿时长").text
    told = say.told("2026-11-30T08:00:00+08:00")["lin"]
    assert "「夜间巡逻」您没有签退，时长按计划的1.5小时记。时间不对，请点“时长不对”。" in told.text
    assert "怎么记的：没有签退，按计划算" in say("我的志愿时长").text
    assert say.told("2026-12-01T12:00:00+08:00").keys() == set()


def test_this_year_and_pages(say: Chat, tmp_path: Path) -> None:
    several = "".join(shift(f"walk{day}", f"巡楼{day}", day, "08:00", "09:00", 0.5) for day in range(24, 31))
    load(say, tmp_path, several)
    for day in range(24, 31):
        register(say, f"walk{day}", "lin")
    for day in range(24, 31):
        arrive(say, f"walk{day}", "lin", f"2026-11-{day}T08:00:00+08:00")
    shown = say("我今年做了多少小时志愿者")
    assert shown.text.startswith("您2026年的志愿时长：3.5小时。")
    assert shown.refs == [f"activity:walk{day}" for day in (30, 29, 28, 27, 26)]
    assert say.press("更多（还有2场）").refs == ["activity:walk25", "activity:walk24"]
    assert "您现在没有志愿时长" in say("去年我的志愿时长").text
