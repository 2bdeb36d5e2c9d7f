"""The programmes of a quarter are packs over the same few records: salons, campaigns, visits, lines, a club, a party class.

Row numbers are those of the documents. What has a test of its own is not here: 700 check-ins (tests/models/test_checkin.py),
a club's posts (tests/handlers/test_clubs.py), the call that stops by itself (tests/handlers/test_calls.py).
"""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from handlers import recipes
from handlers.recipes import Maker
from models import activity_editing, community, counts, duty
from models.activity import ACTIVITY
from models.counts import By, Line
from models.database import transaction
from models.member import Person
from models.registration import REGISTRATION
from tests import crowd, shifts
from tests.chat import VAULT, Chat, Said
from tests.shifts import arrive, member, register, wanted

PROGRAMMES = """
[[organization]]
id = "kiln"
kind = "company"
name = "青瓷科技"
place = "tower"

[[organization]]
id = "walkers"
kind = "club"
name = "晨走队"
place = "estate"

[[organization]]
id = "elm-branch"
kind = "party"
name = "榆树支部"
place = "tower"

[[organization]]
id = "oak-branch"
kind = "party"
name = "橡树支部"
place = "tower"

[[member]]
id = "elm"
handle = "console:elm"
name = "榆书记"
organizations = ["elm-branch"]
roles = ["representative@elm-branch"]

[[member]]
id = "oak"
handle = "console:oak"
name = "橡书记"
organizations = ["oak-branch"]
roles = ["representative@oak-branch"]

[[activity]]
id = "tea-talk"
kind = "salon"
series = "银杏茶话"
title = "研发费用答疑"
place = "tower-station"
host = "kiln"
starts = 2026-11-24T18:30:00+08:00
ends = 2026-11-24T20:00:00+08:00
tags = ["财税"]

[[activity]]
id = "tea-tax"
kind = "salon"
series = "银杏茶话"
title = "年终个税"
place = "tower-station"
host = "spruce-union"
starts = 2026-11-25T18:30:00+08:00
ends = 2026-11-25T20:00:00+08:00
tags = ["财税"]

[[activity]]
id = "sorting-watch"
kind = "volunteering"
series = "绿叶行动"
title = "厨余分拣值守"
place = "estate-station"
starts = 2026-11-28T08:00:00+08:00
ends = 2026-11-28T10:00:00+08:00
hours = 2
checks_out = true

[[activity]]
id = "crossing"
kind = "volunteering"
series = "绿叶行动"
title = "文明路口"
place = "tower"
starts = 2026-11-28T16:00:00+08:00
ends = 2026-11-28T17:00:00+08:00
hours = 1

[[activity]]
id = "portrait"
kind = "charity"
series = "相守"
title = "上门拍合影"
place = "estate"
host = "walkers"
starts = 2026-11-29T14:00:00+08:00
ends = 2026-11-29T15:00:00+08:00
capacity = 1
private_note = "沈爷爷家，门铃302"

[[activity]]
id = "portrait-two"
kind = "charity"
series = "相守"
title = "上门拍合影"
place = "estate"
host = "walkers"
starts = 2026-11-29T16:00:00+08:00
ends = 2026-11-29T17:00:00+08:00
capacity = 1
private_note = "唐奶奶家，门铃501"

[[activity]]
id = "carnival"
kind = "outreach"
series = "银杏大集"
title = "万人市集"
place = "tower"
starts = 2026-12-05T09:00:00+08:00
ends = 2026-12-05T17:00:00+08:00
capacity = 10000
taken = 9990
for_places = ["tower"]

[[activity]]
id = "class"
kind = "meeting"
series = "榆树课堂"
title = "十一月课"
place = "tower"
host = "elm-branch"
starts = 2026-11-26T18:00:00+08:00
ends = 2026-11-26T19:00:00+08:00

[[activity]]
id = "oak-class"
kind = "meeting"
series = "榆树课堂"
title = "橡树课"
place = "tower"
host = "oak-branch"
starts = 2026-11-26T19:30:00+08:00
ends = 2026-11-26T20:30:00+08:00
"""
NOON = "2026-11-23T12:00:00+08:00"


@pytest.fixture
def quarter(say_on_both: Chat, tmp_path: Path) -> Chat:
    shifts.load(say_on_both, tmp_path, PROGRAMMES)
    return say_on_both


def publish(say: Chat, *codes: str) -> None:
    """News of a minute after those who follow something said so."""
    say.at("2026-11-23T09:20:00+08:00")
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code.in_(codes)).values(published=say.clock.now()))


def year(say: Chat, by: By) -> list[Line]:
    with transaction(say.engine) as db:
        days = (date(2026, 1, 1), date(2026, 12, 31))
        return counts.of_days(db, by, *days, duty.everywhere(db, member(db, "officer")), say.clock.now())


def test_row_13_and_50_a_year_by_topic_host_and_line(quarter: Chat) -> None:
    say = quarter
    register(say, "tea-talk", "lin", "he")
    register(say, "tea-tax", "lin")
    arrive(say, "tea-talk", "lin", "2026-11-24T18:30:00+08:00")
    say.at("2026-11-26T09:00:00+08:00")
    assert Line("财税", 2, 3, 1) in year(say, "topic")
    assert Line("青瓷科技", 1, 2, 1) in year(say, "host")
    assert Line("银杏茶话", 2, 3, 1) in year(say, "series")


def test_row_20_three_lines_are_one_message(quarter: Chat) -> None:
    say = quarter
    for line in ("银杏茶话", "绿叶行动", "相守"):
        assert say(f"关注{line}").did == "subscription.edit"
    publish(say, "tea-talk", "sorting-watch", "portrait", "class")
    told = say.told("2026-11-24T11:00:00+08:00")
    (only,) = told["lin"].messages
    assert only[1].refs == ("activity:tea-talk", "activity:sorting-watch", "activity:portrait")


def test_row_50_who_follows_one_line_hears_of_that_alone(quarter: Chat) -> None:
    say = quarter
    say("关注绿叶行动")
    publish(say, "tea-talk", "sorting-watch", "crossing", "portrait", "class")
    assert say.told(NOON)["lin"].refs == ["activity:sorting-watch", "activity:crossing"]


def test_row_17_and_57_hours_are_those_of_the_shift_and_what_is_open_stands_apart(quarter: Chat) -> None:
    say = quarter
    register(say, "sorting-watch", "lin", "he")
    register(say, "crossing", "lin", "he")
    for who, clock in (("lin", "08:00"), ("he", "08:00"), ("lin", "09:30"), ("he", "10:20")):
        arrive(say, "sorting-watch", who, f"2026-11-28T{clock}:00+08:00")
    # min(out - in, the shift), to the minute.
    assert say("我的志愿时长", "lin").text.startswith("您的志愿时长：1.5小时。")
    assert say("我的志愿时长", "he").text.startswith("您的志愿时长：2小时。")
    say.at("2026-11-28T16:10:00+08:00")
    # Who edits says why, and what was entered stands apart from what was proved.
    say("给林一补录1小时 文明路口，因为签到机坏了", "officer")
    say.press("确认补录", "officer")
    mine = say("我的志愿时长", "lin").text
    assert mine.startswith("您的志愿时长：2.5小时。其中现场签到1.5小时，工作人员登记1小时。")
    assert "签到机坏了" in mine


def test_row_18_a_beneficiary_shows_to_the_volunteer_of_that_slot_and_staff(quarter: Chat) -> None:
    say = quarter
    with transaction(say.engine) as db:
        crowd.add(db, "warden")
        crowd.make_staff(db, "warden", "estate")
    register(say, "portrait", "lin")
    register(say, "portrait-two", "he")
    read = []
    for moment in ("11-28T13:59", "11-28T14:00", "12-06T14:59", "12-06T15:01"):
        say.at(f"2026-{moment}:00+08:00")
        with transaction(say.engine) as db:
            number = wanted(db, "portrait").number
        for who in ("lin", "he", "anna", "warden"):
            if "沈爷爷" in say(f"show {number}", who).text + say("我的报名", who).text:
                read.append((moment, who))
    assert read == [
        ("11-28T14:00", "lin"), ("11-28T14:00", "warden"), ("12-06T14:59", "lin"), ("12-06T14:59", "warden"),
    ]  # fmt: skip


def test_row_19_ten_thousand_seats_and_one_more_who_waits(quarter: Chat) -> None:
    say = quarter
    with transaction(say.engine) as db:
        crowd.add_many(db, 11, "tower")
        number = wanted(db, "carnival").number
    for nth in range(11):
        say(f"register {number}", f"crowd-{nth}")
        last = say("确认", f"crowd-{nth}")
    assert "候补" in last.text
    with transaction(say.engine) as db:
        rows = db.rows(REGISTRATION.select().order_by(REGISTRATION.c.id))
        assert [row.state for row in rows] == ["confirmed"] * 10 + ["waiting"]
        held = wanted(db, "carnival")
        assert (held.taken + held.seats, held.waiting) == (10_000, 1)


def opened(say: Chat) -> list[dict[str, Said]]:
    """Lin works at the tower, He lives at the estate; both follow the fair, which is opened from one to both."""
    say("关注银杏大集", "lin"), say("关注银杏大集", "he")
    publish(say, "carnival")
    told = [say.told(NOON)]
    say.at("2026-11-23T15:00:00+08:00")
    with transaction(say.engine) as db:
        both = {"places": [crowd.place(db, code) for code in ("tower", "estate")]}
        now = say.clock.now()
        activity_editing.edit(db, wanted(db, "carnival"), "eligible", both, member(db, "officer"), now)
    told.append(say.told("2026-11-24T12:00:00+08:00"))
    return told


def test_row_19_a_wider_circle_is_told_once_and_by_segments(quarter: Chat) -> None:
    first, second = opened(quarter)
    assert (first["lin"].refs, "he" in first) == (["activity:carnival"], False)
    assert ("lin" in second, second["he"].refs) == (False, ["activity:carnival"])


def test_without_what_the_log_says_the_first_circle_hears_it_twice(
    quarter: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity_editing, "_detail", lambda *_: None)
    _, second = opened(quarter)
    assert "lin" in second


def test_row_52_attendance_per_branch_and_no_member_of_another_one(quarter: Chat) -> None:
    say = quarter
    register(say, "class", "elm", "lin")
    register(say, "oak-class", "oak")
    arrive(say, "class", "elm", "2026-11-26T18:00:00+08:00")
    say.at("2026-11-27T09:00:00+08:00")
    shown = say("支部出勤", "elm")
    assert "榆书记" in shown.text
    assert "橡书记" not in shown.text + sheet(say, shown, "elm")
    assert "榆书记" not in say("支部出勤", "oak").text
    assert sheet(say, shown, "elm").count("榆书记") == 1
    with pytest.raises(KeyError):
        sheet(say, shown, "oak")
    # A branch is no club: it is neither listed nor joined, and nobody reads who belongs to it.
    assert say("有什么社团", "he").refs == ["organization:walkers"]
    for line in ("加入榆树支部", "榆树支部的成员名单"):
        assert "榆书记" not in say(line, "he").text


def sheet(say: Chat, shown: Said, who: str) -> str:
    """All words of the spreadsheet that came with it, for this reader."""
    (attached,) = shown.reply.messages[0].card.attachments
    with transaction(say.engine) as db:
        zone = community.zone(db)
        assert zone is not None
        reader = Maker(Person(member(db, who), "zh-Hans", None, None), say.clock.now(), zone, VAULT)
        _, making = recipes.read(db, attached, reader)
    rows = CalamineWorkbook.from_filelike(BytesIO(making().data)).get_sheet_by_index(0).to_python()
    return "\n".join(str(cell) for row in rows for cell in row)
