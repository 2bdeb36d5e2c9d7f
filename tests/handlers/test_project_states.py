"""A project moves: by itself when everything is promised or something is missing again, by staff with a reason."""

from datetime import datetime

from sqlalchemy import insert, select

from models import follow
from models.change import CHANGE
from models.database import transaction
from models.need import NEED
from models.project import PROJECT
from models.project_part import PART
from tests.chat import Chat
from tests.crowd import member
from tests.handlers.given import claimed, part, quarter, quick, state
from tests.handlers.officers import rows

__all__ = ["quarter", "quick"]


def project(say: Chat, code: str = "corner") -> str:
    return str(rows(say, select(PROJECT.c.state).where(PROJECT.c.code == code))[0].state)


def accept(say: Chat, line: str, who: str, officer: str = "officer") -> dict[str, object]:
    claimed(say, line, who)
    say.told()
    assert say.press("接受", officer).text.startswith("接受了")
    return dict(say.told())


def with_need(say: Chat, code: str = "corner") -> None:
    """林一 reported what this project is for; 何二 follows it, and the project too."""
    with transaction(say.engine) as db:
        key = db.value(select(PROJECT.c.id).where(PROJECT.c.code == code))
        now, lin, he = say.clock.now(), member(db, "lin"), member(db, "he")
        need = db.insert(
            insert(NEED),
            title="大堂没有急救包",
            state="adopted",
            at=now,
            changed=now,
            reporter_id=lin,
            project_id=key,
        )
        follow.follow(db, he, now, need=need)
        follow.follow(db, he, now, project=key)


def need(say: Chat) -> tuple[str, int | None]:
    row = rows(say, select(NEED.c.state, NEED.c.project_id))[0]
    return (row.state, row.project_id)


def test_it_is_ready_when_all_that_must_be_is_promised_and_claiming_again_when_not(quarter: Chat) -> None:
    say = quarter
    with_need(say)
    first = accept(say, "枫叶认领急救包500套", "bo")
    assert sorted(first) == ["bo", "he", "lin"]
    assert need(say)[0] == "in_progress"
    assert project(say) == "claiming"
    claimed(say, "白鸽诊所认领急救角的培训医生4名", "qin")
    say.told()
    say.press("接受", "officer")
    told = say.told()
    assert project(say) == "ready"
    assert told["officer"].text.startswith("项2「大堂急救角」可以开工了，要的都有人认领了。")
    formed = "项2「大堂急救角」人和东西都齐了，2家单位一起来：\n枫叶医药：急救包500套\n白鸽诊所：培训医生4名"
    assert told["lin"].text == formed
    # Who follows the need and the project reads it once.
    assert told["he"].text == formed
    assert say.press("开工", "officer").text.startswith("开工了。")
    assert project(say) == "running"
    say("撤回认领2", "qin")
    assert say.press("安排有变", "qin").text.startswith("撤回了")
    assert project(say) == "claiming"
    say.told()
    again = accept(say, "雪松科技认领急救角的培训医生4名", "wen")
    assert project(say) == "ready"
    # That it can begin again is for the officer to know, not for the reporter.
    assert sorted(again) == ["bo", "officer", "wen"]
    moved = (CHANGE.c.subject == "project", CHANGE.c.before.is_not(None))
    log = [row.after for row in rows(say, select(CHANGE.c.after).where(*moved).order_by(CHANGE.c.id))]
    assert log == ["ready", "running", "claiming", "ready"]


def test_progress_pause_and_cancel_reach_everybody_once(quick: Chat) -> None:
    say = quick
    with_need(say)
    accept(say, "枫叶认领急救包500套", "bo")
    accept(say, "白鸽诊所认领急救角的培训医生4名", "qin")
    say("雪松科技认领急救包100套", "wen")
    say.press("确认认领", "wen")
    say.told()
    assert "请找站长" in say("startproject 2", "bo").text
    say("项2开工", "officer")
    say.press("报进度", "officer")
    say.press("50%", "officer")
    say("急救包装好了", "officer")
    assert say.press("不发照片", "officer").text == "报上了，关注的人都收到了。"
    told = say.told()
    assert sorted(told) == ["he", "lin"]
    assert told["he"].text == "项2「大堂急救角」有进展，完成了50%：急救包装好了"
    say("暂停项2", "officer")
    assert say("先不", "officer").text.startswith("项2「大堂急救角」现在是：进行中。")
    say("暂停项2", "officer")
    say("大堂装修", "officer")
    told = say.told()
    assert sorted(told) == ["bo", "he", "lin", "qin", "wen"]
    assert told["wen"].text.startswith("项2「大堂急救角」暂停了。原因：大堂装修")
    assert "现在暂停了" in say("雪松认领急救角的引导志愿者1名", "wen").text
    assert say("goonproject 2", "officer").text.startswith("继续了")
    say.told()
    say("取消项2", "officer")
    say("大堂要改造", "officer")
    assert say.press("退还给各家", "officer").text.startswith("取消了")
    told = say.told()
    assert sorted(told) == ["bo", "he", "lin", "qin", "wen"]
    gone = "项2「大堂急救角」取消了。原因：大堂要改造\n已经给的：退还给各家。"
    assert {each.text for each in told.values()} == {gone}
    assert need(say) == ("triaged", None)
    assert (state(say, 1), state(say, 3), part(say, "kits")) == ("withdrawn", "withdrawn", (0, 0, "expired"))
    assert {row.state for row in rows(say, select(PART.c.state).where(PART.c.project_id == 2))} == {"expired"}
    assert "大堂急救角" not in say("有什么项目").text
    assert say("stopproject 2", "officer").text.startswith("项2「大堂急救角」现在是：已取消。")


def test_what_is_cancelled_takes_its_activities_along(quick: Chat) -> None:
    """Who registered hears it once, from the activity; nobody can register any more, nor is reminded."""
    say = quick
    seen = say(
        "发布活动：急救角布置，12月5日9:00到12:00，云杉大厦服务站，名额9人，志愿活动，项2，简介：搬柜子",
        "officer",
    )
    assert seen.did == "staff.activity"
    say.press("确认发布", "officer")
    say.told()
    say("我想参加急救角项目", "he")
    say.press("报名", "he")
    assert say.press("确认报名", "he").did == "activity.register"
    accept(say, "枫叶认领急救包500套", "bo")
    say("取消项2", "officer")
    say("大堂要改造", "officer")
    say.press("退还给各家", "officer")
    told = say.told()
    assert sorted(told) == ["bo", "he"]
    assert len(told["he"].messages) == 1
    assert "急救角布置" in told["he"].text
    assert "大堂要改造" in told["he"].text
    assert "急救角布置" not in say("有什么志愿活动", "lin").text
    assert say.told("2026-12-05T09:30:00+08:00") == {}


def test_it_begins_on_its_day(quick: Chat) -> None:
    say = quick
    with transaction(say.engine) as db:
        starts = datetime.fromisoformat("2026-11-23T15:00:00+08:00")
        db.run(PROJECT.update().where(PROJECT.c.code == "benches").values(starts=starts))
    accept(say, "枫叶认领长椅翻新项目的木漆12桶", "bo", "chief")
    assert project(say, "benches") == "ready"
    say.told("2026-11-23T14:59:00+08:00")
    assert project(say, "benches") == "ready"
    say.told("2026-11-23T15:00:00+08:00")
    assert project(say, "benches") == "running"
