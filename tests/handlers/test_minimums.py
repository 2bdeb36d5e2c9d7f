"""Too few people: the office is asked 办, 延 or 取消 once and once more, and everybody hears what was decided."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from models import duty
from models.activity import ACTIVITY
from models.database import transaction
from models.member import MEMBER
from models.minimum import MINIMUM_QUESTION
from tests.chat import Chat
from tests.handlers import courses
from tests.handlers.test_registrations import register

FEW = "「书法小班」满3位才开，现在报了2位。\n办、延期还是取消？您定了，报名的人都会知道。"


@pytest.fixture
def calligraphy(say_on_both: Chat, tmp_path: Path) -> Chat:
    return courses.add(say_on_both, tmp_path)


def asked(say: Chat) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(func.count()).select_from(MINIMUM_QUESTION)))


def test_it_is_asked_once_and_held_with_those_who_come(calligraphy: Chat) -> None:
    say = calligraphy
    assert "满3人开班" in say("书法小班").text
    for who in ("lin", "he"):
        register(say, "报名书法小班", who)
    assert "officer" not in say.told("2026-11-26T18:29:00+08:00")
    told = say.told("2026-11-26T18:31:00+08:00")
    assert told["officer"].text.startswith(FEW)
    assert told["officer"].labels == ["照常办", "延期", "取消活动"]
    assert "officer" not in say.told("2026-11-26T21:00:00+08:00")
    done = say.press("照常办", "officer")
    assert done.text == "好的，「书法小班」照常办，正在告诉2位。"
    told = say.told()
    assert set(told) == {"lin", "he"}
    assert told["lin"].text.startswith("「书法小班」照常办，明天 11月27日 周五 18:30见。")
    # Pressed again it tells nobody, and nothing is asked any more.
    assert say("goahead " + str(number_of(say)), "officer").text == "「书法小班」照常办，不用再定。"
    assert "officer" not in say.told("2026-11-27T18:00:00+08:00")
    assert asked(say) == 1


def number_of(say: Chat) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "calligraphy")))


def test_it_is_asked_once_more_and_moved_it_is_asked_anew(calligraphy: Chat) -> None:
    say = calligraphy
    for who in ("lin", "he"):
        register(say, "报名书法小班", who)
    say.told("2026-11-26T19:00:00+08:00")
    again = say.told("2026-11-27T15:31:00+08:00")["officer"]
    assert again.text.startswith("请定一下，今天 11月27日 周五 18:30就要开始了。\n「书法小班」满3位才开")
    assert "改到什么时候" in say.press("延期", "officer").text
    say("12月4日18:30到20:00", "officer")
    assert "正在通知2位报名的人" in say("确认发布", "officer").text
    assert set(say.told()) == {"lin", "he"}
    # The old button means nothing now; before the new start it is asked again.
    assert say("照常办", "officer").did == "staff.activity"
    told = say.told("2026-12-03T18:31:00+08:00")
    assert told["officer"].text.startswith(FEW)
    # And cancelled, everybody hears that.
    say.press("取消活动", "officer")
    assert "正在通知2位报名的人" in say("确认取消", "officer").text
    assert set(say.told()) == {"lin", "he"}
    assert asked(say) == 2


def test_enough_are_not_asked_about(calligraphy: Chat) -> None:
    say = calligraphy
    register(say, "报名书法小班", "he")
    say("报名书法小班", "lin")
    say("改人数", "lin")
    # One may bring one.
    assert "请发1到2之间的数字。" in say("3", "lin").text
    say("2", "lin")
    say("确认报名", "lin")
    assert "officer" not in say.told("2026-11-27T18:40:00+08:00")
    assert asked(say) == 0


def test_the_quiet_hours_are_kept(calligraphy: Chat) -> None:
    say = calligraphy
    with transaction(say.engine) as db:
        here = ACTIVITY.c.code == "calligraphy"
        night = datetime.fromisoformat("2026-11-26T23:30:00+08:00")
        db.run(update(ACTIVITY).where(here).values(decides=night))
    assert "officer" not in say.told("2026-11-27T07:59:00+08:00")
    assert "officer" in say.told("2026-11-27T08:01:00+08:00")


def test_a_contact_who_is_no_staff_is_asked_too_and_passes_on_what_only_staff_do(calligraphy: Chat) -> None:
    say = calligraphy
    with transaction(say.engine) as db:
        tutor = select(MEMBER.c.id).where(MEMBER.c.code == "tutor").scalar_subquery()
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "calligraphy").values(contact_id=tutor))
    for who in ("lin", "he"):
        register(say, "报名书法小班", who)
    told = say.told("2026-11-26T18:31:00+08:00")
    assert {"officer", "tutor"} <= set(told)
    assert told["tutor"].text.startswith(FEW)
    assert told["tutor"].labels == ["照常办", "延期", "取消活动"]
    later, off = told["tutor"].buttons["延期"], told["tutor"].buttons["取消活动"]
    done = "已经请工作人员把「书法小班」延期。定了，报名的人都会知道。"
    assert say(later, "tutor").text == done
    told = say.told()
    assert list(told) == ["officer"]
    assert told["officer"].text.startswith("请您改一下时间：周老师想把「书法小班」延期，报名的人不够。")
    # Pressed again, nobody is asked twice.
    assert say(later, "tutor").text == done
    assert say.told() == {}
    # Nobody else passes anything on.
    assert say(later, "lin").text == "请找站长，云杉大厦的事由工作人员办。"
    assert "改到什么时候" in say(told["officer"].buttons["延期"], "officer").text
    say("取消", "officer")
    # He decides himself what he may; then the rest is settled.
    assert say("照常办", "tutor").text.startswith("好的，「书法小班」照常办")
    assert say(off, "tutor").text == "「书法小班」照常办，不用再定。"
    assert "officer" not in say.told("2026-11-27T18:00:00+08:00")


def test_others_do_not_decide_it(calligraphy: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say = calligraphy
    register(say, "报名书法小班", "lin")
    say.told("2026-11-26T19:00:00+08:00")
    line = f"goahead {number_of(say)}"
    assert say(line, "lin").text == "请找站长，云杉大厦的事由工作人员办。"
    # The twin: without its scope anybody could.
    monkeypatch.setattr(duty, "check", lambda *_: None)
    assert say(line, "lin").text.startswith("好的，「书法小班」照常办")
