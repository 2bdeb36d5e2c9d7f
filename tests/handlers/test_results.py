"""What came of an activity: its contact is asked once, staff's word is shown to all, and the organiser reads it all."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select, update

from bot.inbound import Inbound
from models import feedback
from models.activity import ACTIVITY
from models.database import transaction
from models.feedback import FEEDBACK
from models.photo import PHOTO, Sent
from models.registration import REGISTRATION
from tests.chat import Chat, Said
from tests.crowd import add
from tests.shifts import arrive, load, member, register, wanted

END = "2026-11-28T11:00:00+08:00"


def send(say: Chat, name: str, who: str) -> Said:
    return say.send(Inbound("console", who, attached=True, photo=Sent("console", name, name)))


def contact(say: Chat, who: str) -> None:
    with transaction(say.engine) as db:
        chosen = update(ACTIVITY).where(ACTIVITY.c.code == "gate").values(contact_id=member(db, who))
        db.run(chosen)


def test_the_contact_is_asked_once_and_staff_s_word_is_shown_to_all(
    say_on_both: Chat, tmp_path: Path
) -> None:
    say = say_on_both
    load(say, tmp_path)
    contact(say, "officer")
    register(say, "gate", "lin", "he", "mei")
    arrive(say, "gate", "lin", "2026-11-28T07:55:00+08:00")
    arrive(say, "gate", "he", "2026-11-28T08:05:00+08:00")
    asked = say.told(END)["officer"]
    assert asked.text == "「垃圾分类值守」结束了，辛苦了。请写一句小结，再发一张照片，大家在活动里看得到。"
    assert "officer" not in say.told("2026-11-28T12:00:00+08:00")
    assert say.press("写小结", "officer").text == "请用一句话说办得怎么样，最多200字。"
    assert "请发一张现场照片" in say("三个人守了两小时，分对了九成。", "officer").text
    # Words that are no photo are asked again; a photo goes on, whatever comes with it.
    assert "请发一张照片，直接从相册选" in say("稍等", "officer").text
    done = send(say, "bins.jpg", "officer")
    assert done.did == "staff.activity"
    assert done.text.startswith("写好了，大家在这场活动里看得到。")
    assert [each.name for _, one in done.messages for each in one.attachments] == ["bins.jpg"]
    with transaction(say.engine) as db:
        number = wanted(db, "gate").number
    shown = say(f"show {number}", "anna")
    assert "三个人守了两小时，分对了九成。" in shown.text
    assert [each.name for _, one in shown.messages for each in one.attachments] == ["bins.jpg"]
    summary = say("垃圾分类值守的小结", "officer")
    assert (summary.did, summary.refs) == ("staff.activity", ["activity:gate"])
    for line in ("报名：3位", "来了：2位", "现场加入：0位", "同行：0位", "志愿时长：4小时"):
        assert line in summary.text
    # After the sheet is closed who stayed away is told apart.
    say.told("2026-11-28T14:00:00+08:00")
    assert "没来：1位" in say(f"summary {number}", "officer").text
    refused = say(f"summary {number}", "lin")
    assert (refused.did, refused.text) == ("staff.activity", "请找站长，云杉大厦的事由工作人员办。")
    assert say(f"wrapup {number}", "lin").text == "请找站长，云杉大厦的事由工作人员办。"


def test_what_a_member_wrote_waits_for_staff(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    contact(say, "lin")
    register(say, "gate", "he")
    early = say("写小结")
    assert "您负责的活动还没有结束的" in early.text
    say.told(END)
    say.press("写小结", "lin")
    say("很顺利，电话13812345678", "lin")
    assert say.press("不发照片", "lin").text.startswith("写好了，工作人员看过就公开。")
    with transaction(say.engine) as db:
        number = wanted(db, "gate").number
    assert "很顺利" not in say(f"show {number}", "anna").text
    assert "请看一看「垃圾分类值守」的小结" in say.told()["officer"].text
    seen = say.press("看小结", "officer")
    assert seen.did == "staff.activity"
    # Nobody but staff of the place lets it out, also with a button that is not his.
    assert say(seen.buttons["公开小结"], "lin").text == "请找站长，云杉大厦的事由工作人员办。"
    assert "很顺利" not in say(f"show {number}", "anna").text
    # What was written anew since nobody lets out who has not read it.
    say(f"wrapup {number}", "lin"), say("很顺利！电话13812345678", "lin"), say("跳过", "lin")
    assert say(seen.buttons["公开小结"], "officer").text == "请再看一遍小结，刚才那一份已经改过了。"
    assert "很顺利" not in say(f"show {number}", "anna").text
    say(f"summary {number}", "officer")
    assert say.press("公开小结", "officer").text.startswith("公开了，大家在这场活动里看得到。")
    assert "很顺利！电话138****5678" in say(f"show {number}", "anna").text


def test_figures_are_told_from_five_answers_on(say_on_both: Chat, tmp_path: Path) -> None:
    """Four answers would tell who said what."""
    say = say_on_both
    load(say, tmp_path)
    say.at(END)
    with transaction(say.engine) as db:
        there = wanted(db, "gate")
        for nth in range(5):
            who, now = add(db, f"guest{nth}"), say.clock.now()
            key = db.insert(
                insert(REGISTRATION),
                activity_id=there.id,
                member_id=who,
                seats=1,
                answers={},
                state="confirmed",
                at=now - timedelta(days=1),
            )
            row = db.row(select(REGISTRATION).where(REGISTRATION.c.id == key))
            assert row is not None
            asked = feedback.ask(db, row, now)
            one = db.row(select(FEEDBACK).where(FEEDBACK.c.id == asked))
            assert one is not None
            feedback.answer(db, one, now, stars=4 + nth % 2, again="yes", better="time")
            told = feedback.figures(db, there.id)
            assert (told.average is None) == (nth < 4)
    assert "评价：4.4分（5份），5位说还来\n可以更好：时间5票" in say("垃圾分类值守的小结", "officer").text


def test_a_photo_that_nothing_was_made_of_is_forgotten(say: Chat, tmp_path: Path) -> None:
    from models import photo

    load(say, tmp_path)
    contact(say, "officer")
    register(say, "gate", "lin")
    say.told(END)
    say.press("写小结", "officer")
    say("好", "officer")
    say("返回", "officer")
    assert send(say, "outside.jpg", "officer").did == "unknown"  # no question wants one now
    say("好", "officer")
    send(say, "used.jpg", "officer")
    with transaction(say.engine) as db:
        photo.receive(db, member(db, "lin"), Sent("telegram", "unused"), say.clock.now())
        photo.forget(db, datetime.fromisoformat("2026-12-02T00:00:00+08:00"))
        assert [row.name for row in db.rows(select(PHOTO.c.name))] == ["used.jpg"]
