"""The loop: what somebody reported becomes a project, companies and volunteers give to it, and it comes back with numbers.

Everything is said in the chat; at the end it is known what each person holds, word for word.
"""

from pathlib import Path

from sqlalchemy import func, select

from models import replay
from models.activity import ACTIVITY
from models.change import CHANGE
from models.credit import CREDIT
from models.database import transaction
from models.project import PROJECT
from tests.chat import Chat
from tests.door import on_screen, scan
from tests.handlers import loop_held as held
from tests.handlers.given import load
from tests.handlers.loop_held import GIVEN, MINUTES, PEOPLE, VOLUNTEERS
from tests.handlers.officers import rows


class Post:
    """Everything that each of them was sent without having asked, message by message."""

    def __init__(self, say: Chat) -> None:
        self.say = say
        self.held: dict[str, list[str]] = {}

    def collect(self, until: str | None = None) -> None:
        for who, said in self.say.told(until).items():
            self.held.setdefault(who, []).extend(rendered.text for _, rendered in said.messages)


def test_from_a_need_to_its_result(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    load(say, tmp_path, PEOPLE)
    post = Post(say)
    # Who helps tells the community to whom their figures go at the end of the quarter.
    for who, label in (("bo", "枫叶医药（单位）"), ("v1", "枫叶医药"), ("v9", "枫叶医药")):
        registers(say, who, label)
    say.told()
    adopted(say, post)
    for who, line in (
        ("bo", "枫叶医药认领大堂急救角的300套急救包，12月4日前"),
        ("wen", "雪松科技认领大堂急救角的急救包200套，12月4日前"),
        ("qin", "白鸽诊所认领大堂急救角的4名培训医生，12月4日前"),
    ):
        assert "确认认领" in (offered := say(line, who)).labels, offered.text
        assert say.press("确认认领", who).text.startswith("提交了"), line
        post.collect()
        assert say.press("接受", "officer").text.startswith("接受了")
        post.collect()
    assert say.press("开工", "officer").text.startswith("开工了")
    # Ten volunteers have a seat, two wait.
    published(say)
    post.collect()
    for who in VOLUNTEERS:
        offered = say("我想参加大堂急救角项目", who)
        assert (offered.did, len(offered.refs)) == ("project.join", 2)
        if "报名" in offered.buttons:
            say(offered.buttons["报名"], who)
            done = say.press("确认报名", who)
        else:
            detail = say(offered.buttons["详情"], who)
            say.press(next(each for each in detail.labels if each.startswith("候补")), who)
            done = say.press("加入候补", who)
        assert done.did == "activity.register", done.text
    post.collect()
    came(say, post)
    for who, many in (("bo", "全部急救包300套"), ("wen", "全部急救包200套"), ("qin", "全部培训医生4名")):
        say("送到了", who)
        say.press(many, who)
        say.press("不发照片", who)
        post.collect()
        assert say.press("确认收到", "officer").text.startswith("确认了")
    post.collect("2026-12-06T12:00:00+08:00")
    finished(say, post)
    # The reporter says that it is solved: it ends.
    assert say.press("解决了").text.startswith("记下了，需1到这里结束。")
    post.collect()
    assert str(rows(say, select(PROJECT.c.state).where(PROJECT.c.id == 2))[0].state) == "reported"
    assert {who: texts for who, texts in post.held.items() if who not in VOLUNTEERS} == held.OTHERS
    assert {who: post.held.get(who, []) for who in VOLUNTEERS} == {
        who: held.volunteer(who) for who in VOLUNTEERS
    }
    thanked(say)
    reported(say)
    replayed(say)


def checked(say: Chat) -> None:
    """An officer looks at the one thing that somebody wrote, and others may read it."""
    say("待核对", "officer")
    say.press("核对", "officer")
    assert say.press("可以公开", "officer").text == "公开了，别人现在看得到。"


def thanked(say: Chat) -> None:
    """M11: the reporter's own words, once somebody has looked at them, to who gave something and to who came."""
    say.press("写句感谢")
    say("灯亮了，心里也亮了")
    assert say.press("转给他们").did == "need.confirm"
    assert "bo" not in say.told()
    checked(say)
    told = say.told()
    assert sorted(told) == sorted(["bo", "wen", "qin", *VOLUNTEERS[:9]])
    assert {each.text for each in told.values()} == {held.THANKS}


def registers(say: Chat, who: str, label: str) -> None:
    say("我要向社区报到", who)
    if "我本人" in say._last[who].buttons:
        say.press(label, who)
    say.press("海棠苑", who)
    if label in say._last[who].buttons:
        say.press(label, who)
    say("急救", who)
    say.press("周末", who)
    assert say.press("报到", who).text.startswith("报到成功")


def adopted(say: Chat, post: Post) -> None:
    """Reported, accepted, and made a project with parts."""
    assert say("反映个问题：云杉大厦大堂的灯坏了，也没有急救角").did == "need.report"
    if "跳过" in say._last["lin"].buttons:
        say.press("跳过")
    # M1 is the answer to the reporter's own yes.
    post.held["lin"] = [say.press("提交").text.splitlines()[0]]
    post.collect()
    checked(say)
    assert say("受理 1", "officer").did == "staff.need"
    post.collect()
    say("立项 1", "officer")
    if "不归板块" in say("大堂急救角", "officer").labels:
        say.press("不归板块", "officer")
    say("云杉大厦", "officer")
    say("急救包500套、培训医生4名、志愿者8人（可选）", "officer")
    assert say.press("立项发布", "officer").text.startswith("立项了。")
    post.collect()


def published(say: Chat) -> None:
    """Three hours are credited, less to who says that he goes earlier."""
    line = "发布活动：大堂急救演练，12月5日9:00到12:00，云杉大厦服务站，名额10人，志愿活动，项2，简介：引导和登记"
    assert say(line, "officer").did == "staff.activity"
    for label in ("更多", "志愿时长"):
        say.press(label, "officer")
    say("3小时", "officer")
    for label in ("更多", "签退", "要签退", "确认发布"):
        say.press(label, "officer")
    (made,) = rows(say, select(ACTIVITY).where(ACTIVITY.c.project_id == 2))
    assert (made.state, made.hours, made.checks_out, made.capacity) == ("published", 3, True, 10)


def came(say: Chat, post: Post) -> None:
    """Nine of ten come, and one of them forgets to say that he goes."""
    post.collect("2026-12-05T09:00:00+08:00")
    for who in VOLUNTEERS[:9]:
        assert "已签到" in scan(say, who, on_screen(say, "tower-station")).text, who
    post.collect("2026-12-05T11:00:00+08:00")
    for who in VOLUNTEERS[:8]:
        assert "已签退" in scan(say, who, on_screen(say, "tower-station")).text, who
    post.collect("2026-12-05T20:00:00+08:00")


def finished(say: Chat, post: Post) -> None:
    """The figures are there already; the officer's yes sends them, once."""
    assert f"数字：{GIVEN}" in say.press("看结果", "officer").text
    say.press("不用加", "officer")
    say.press("不发照片", "officer")
    assert say.press("确认发布", "officer").text.startswith("发布了")
    post.collect()
    say("wrapproject 2", "officer")
    assert say.told() == {}


def reported(say: Chat) -> None:
    """The quarter: what staff, the units and the volunteers read is the same nine people and the same minutes."""
    with transaction(say.engine) as db:
        assert db.value(select(func.sum(CREDIT.c.minutes))) == MINUTES
    asked = say.told("2027-01-01T09:00:00+08:00")
    assert "本季度：1次、120分钟" in asked["v1"].text
    assert "本季度：1次、180分钟" in asked["v9"].text
    say.press("确认并发给单位", "v1")
    say.press("确认并发给单位", "v9")
    report = say.told("2027-01-15T09:00:00+08:00")["bo"]
    assert report.text == held.UNIT
    say.press("发给社区", "bo")
    assert "枫叶医药的2026年第4季度双报告来了" in say.told()["keeper"].text
    staff = say("2026年第四季度报告", "officer")
    assert set(staff.text.splitlines()) >= held.QUARTER


def replayed(say: Chat) -> None:
    """The log alone has the state of everything: nothing is taken for granted that it does not say."""
    with transaction(say.engine) as db:
        assert replay.everything(db) == []
        for of in replay.SUBJECTS[:4]:
            there = {row.id: row.state for row in db.rows(select(of.table.c.id, of.table.c.state))}
            assert there, of.subject
            assert replay.states(db, of, list(there)) == there
            begun = CHANGE.c.before.is_(None) & (CHANGE.c.subject == of.subject)
            first = db.rows(select(CHANGE.c.subject_id).where(begun))
            assert sorted(row.subject_id for row in first) == sorted(there), of.subject
