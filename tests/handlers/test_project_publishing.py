"""办一场活动: for a project, by the form of any activity; who follows the project is told, and others find it there."""

from sqlalchemy import select

from models.activity import ACTIVITY
from tests.chat import Chat
from tests.handlers.given import quick
from tests.handlers.officers import rows

__all__ = ["quick"]

LINE = (
    "发布活动：急救演练，12月5日9:00到11:00，云杉大厦服务站，名额10人，志愿活动，{project}，简介：引导和登记"
)


def test_an_activity_for_a_project_is_offered_to_who_wants_to_help(quick: Chat) -> None:
    say = quick
    # 何二 follows a project that needs nobody now.
    say("我想加入长椅翻新项目", "he")
    assert "请找" in say("eventproject 2", "bo").text
    assert "没有项99" in say(LINE.format(project="项99"), "officer").text
    seen = say(LINE.format(project="项3"), "chief")
    assert "确认发布" in seen.labels, seen.text
    assert say.press("确认发布", "chief").text.startswith("发布了")
    told = say.told()
    assert list(told) == ["he"]
    assert told["he"].text.startswith("项3「长椅翻新」要人了，来报名吧：")
    joined = say("我想参加长椅翻新项目", "lin")
    assert joined.refs[0] == "project:benches"
    assert "急救演练" in joined.text
    # The same by the button on the project, which keeps it.
    asked = say("eventproject 2", "officer")
    assert (asked.did, asked.text.splitlines()[0]) == ("staff.activity", "标题写什么？比如“插花体验”。")
    for answer in ("大堂巡查", "12月6日9:00到10:00", "志愿活动", "5", "看一看"):
        say(answer, "officer")
    say.press("确认发布", "officer")
    held = rows(
        say, select(ACTIVITY.c.project_id).where(ACTIVITY.c.project_id.is_not(None)).order_by(ACTIVITY.c.id)
    )
    assert [row.project_id for row in held] == [3, 2]
