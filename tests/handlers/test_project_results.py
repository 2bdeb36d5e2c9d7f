"""The result goes out once; a reporter who says no brings the project back, and what was not needed any more is told."""

from sqlalchemy import insert, select, update

from models import need
from models.change import CHANGE
from models.database import transaction
from models.need import NEED
from models.project import PROJECT
from models.project_claim import CLAIM
from tests.chat import Chat
from tests.crowd import member
from tests.handlers.given import claimed, part, quarter, state
from tests.handlers.officers import rows

__all__ = ["quarter"]


def project(say: Chat) -> str:
    return str(rows(say, select(PROJECT.c.state).where(PROJECT.c.id == 2))[0].state)


def test_a_no_brings_it_back_to_work(quarter: Chat) -> None:
    say = quarter
    with transaction(say.engine) as db:
        lin, now = member(db, "lin"), say.clock.now()
        given = {
            "at": now,
            "changed": now,
            "reporter_id": lin,
            "project_id": 2,
            "officer_id": member(db, "officer"),
        }
        db.insert(insert(NEED), title="没有急救包", state="adopted", **given)
    for line, who in (("枫叶认领急救包500套", "bo"), ("白鸽诊所认领急救角的培训医生4名", "qin")):
        claimed(say, line, who)
        say.told()
        say.press("接受", "officer")
        say.told()
    claimed(say, "雪松认领急救角的引导志愿者1名", "wen")
    say.told()
    # Nobody is asked before everything that must be came.
    say("gotclaim 1", "officer")
    assert "都办好了" not in "".join(each.text for each in say.told().values())
    say("gotclaim 2", "officer")
    told = say.told()
    assert (
        told["officer"]
        .text.splitlines()[0]
        .startswith("项2「大堂急救角」都办好了：2家单位、急救包500套、培训医生4名。")
    )
    assert "请找站长" in say("wrapproject 2", "bo").text
    say("wrapproject 2", "officer")
    say("大堂和三楼各一个", "officer")
    asked = say.press("不发照片", "officer")
    assert "还有1项认领没有到位，发布后不再需要。" in asked.text
    assert say.press("确认发布", "officer").did == "staff.need"
    told = say.told()
    assert sorted(told) == ["bo", "lin", "qin", "wen"]
    assert told["lin"].text.startswith(
        "需1「没有急救包」办好了：2家单位、急救包500套、培训医生4名。大堂和三楼各一个\n解决了吗？"
    )
    assert told["wen"].text.startswith("不用送了：项2「大堂急救角」完成了，认3")
    assert (project(say), state(say, 3), part(say, "guides")[2]) == ("delivered", "declined", "expired")
    assert "成果：大堂和三楼各一个" in say("项2", "he").text
    say("没修好，1 重新打开，三楼那个是空的", "lin")
    told = say.told()
    assert project(say) == "running"
    assert "反映的人说还没解决" in told["officer"].text
    # Done once more: the reporter is asked again, the partners have had theirs.
    say("wrapproject 2", "officer")
    say.press("不用加", "officer")
    say.press("不发照片", "officer")
    say.press("确认发布", "officer")
    assert list(say.told()) == ["lin"]
    with transaction(say.engine) as db:
        one = need.find(db, 1)
        assert one is not None
        assert need.go(db, one, "confirmed", None, say.clock.now())
    say.told()
    assert project(say) == "reported"
    assert say("fileproject 2", "officer").text.startswith("归档了")
    assert say("完成的项目有哪些", "he").refs == ["project:corner"]


def reported(say: Chat) -> None:
    """A need of lin's that project 2 answers."""
    with transaction(say.engine) as db:
        lin, now = member(db, "lin"), say.clock.now()
        given = {"at": now, "changed": now, "reporter_id": lin, "project_id": 2}
        given["officer_id"] = member(db, "officer")
        db.insert(insert(NEED), title="没有急救包", state="adopted", **given)


def taken(say: Chat, line: str, who: str) -> None:
    claimed(say, line, who)
    say.told()
    say.press("接受", "officer")
    say.told()


def test_finishing_confirms_what_came(quarter: Chat) -> None:
    say = quarter
    reported(say)
    taken(say, "枫叶认领急救包500套", "bo")
    taken(say, "白鸽诊所认领急救角的培训医生4名", "qin")
    taken(say, "雪松认领急救角的引导志愿者1名", "wen")
    say("认1到位了", "bo")
    say("480", "bo")
    say.press("不发照片", "bo")
    say("认2到位了", "qin")
    say.press("全部培训医生4名", "qin")
    say.press("不发照片", "qin")
    say.told()
    assert [state(say, each) for each in (1, 2, 3)] == ["delivered", "delivered", "accepted"]
    shown = say("项2完成", "officer")
    assert "数字：2家单位、急救包480套、培训医生4名" in shown.text
    say.press("不用加", "officer")
    asked = say.press("不发照片", "officer").text
    assert "发布时确认收到：认1 枫叶医药（柏四） 急救包480套" in asked
    assert "有2项说到位了、还没确认，发布就是您确认收到；没收到的请先退回。" in asked
    assert "还有1项认领没有到位，发布后不再需要。" in asked
    assert [state(say, each) for each in (1, 2)] == ["delivered", "delivered"]
    assert say.press("确认发布", "officer").text.startswith("发布了")
    told = say.told()
    assert told["lin"].text.startswith("需1「没有急救包」办好了：2家单位、急救包480套、培训医生4名。")
    for who, share in (("bo", "急救包500套"), ("qin", "培训医生4名")):
        assert len(told[who].messages) == 1
        assert "完成了，谢谢" in told[who].text
        assert f"您给的：{share}" in told[who].text
    assert [state(say, each) for each in (1, 2, 3)] == ["confirmed", "confirmed", "withdrawn"]
    assert part(say, "kits") == (0, 500, "delivered")
    moved = select(CHANGE.c.actor_id).where(CHANGE.c.subject == "claim", CHANGE.c.after == "confirmed")
    with transaction(say.engine) as db:
        officer = member(db, "officer")
    assert [each.actor_id for each in rows(say, moved)] == [officer, officer]


def test_a_result_without_figures_leaves_them_out(quarter: Chat) -> None:
    say = quarter
    reported(say)
    with transaction(say.engine) as db:
        db.run(update(PROJECT).where(PROJECT.c.id == 2).values(state="running"))
    say("项2完成", "officer")
    say.press("不用加", "officer")
    say.press("不发照片", "officer")
    say.press("确认发布", "officer")
    assert say.told()["lin"].text.startswith("需1「没有急救包」办好了。\n解决了吗？")


def test_nobody_confirms_his_own_by_finishing(quarter: Chat) -> None:
    """The street's director gives something himself: the office has to say that it came."""
    say = quarter
    reported(say)
    taken(say, "枫叶认领急救包500套", "bo")
    taken(say, "白鸽诊所认领急救角的培训医生4名", "qin")
    with transaction(say.engine) as db:
        own = {"member_id": member(db, "chief"), "organization_id": None}
        db.run(update(CLAIM).where(CLAIM.c.id == 2).values(**own))
        db.run(update(CLAIM).values(state="delivered"))
    say("项2完成", "chief")
    say.press("不用加", "chief")
    asked = say.press("不发照片", "chief").text
    assert "数字：1家单位、急救包500套\n发布时确认收到：认1" in asked
    assert "还有1项是您自己或您单位认领的，没有算进去，请先让别的工作人员确认。" in asked
    say.press("确认发布", "chief")
    assert [state(say, each) for each in (1, 2)] == ["confirmed", "delivered"]
