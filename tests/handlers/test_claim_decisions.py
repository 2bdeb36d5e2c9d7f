"""Too much is asked for, a part is full, one claim is declined: what is left, and who is asked first."""

from pathlib import Path

from sqlalchemy import select, update

from models.database import transaction
from models.organization import ORGANIZATION
from models.project import PROJECT
from tests.chat import Chat
from tests.handlers.given import PROJECTS, claimed, load, part, quick, state

__all__ = ["quick"]


def test_more_than_is_left_shows_what_is_left_and_a_full_part_takes_who_waits(quick: Chat) -> None:
    say = quick
    claimed(say, "枫叶认领急救包400套", "bo")
    asked = say("雪松认领急救包200套", "wen")
    assert asked.text.startswith("「急救包」现在只缺100套，您说的是200套。认领多少？")
    assert asked.labels[:2] == ["认领100套", "排队等200套"]
    assert "最少认领这么多" in say("20", "wen").text
    say("一百", "wen")
    assert say.press("改数量", "wen").text.startswith("认领多少？「急救包」还缺100套。最少50套。")
    say("60套", "wen")
    say.press("改日期", "wen")
    assert "最晚到位：12月5日 周六 18:00" in say("12月5日", "wen").text
    assert say.press("确认认领", "wen").text.startswith("提交了：认2，急救包60套")
    assert part(say, "kits") == (460, 0, "open")
    # What is left is less than the least: that much may still be given.
    claimed(say, "白鸽诊所认领急救包40套", "qin")
    full = say("白鸽诊所认领急救包30套", "qin")
    assert full.text.startswith("这样排队，对吗？空出来先问您。")
    assert say.press("确认认领", "qin").text == "排上了：认4。空出来先问您，不用守着。"
    assert (state(say, 4), part(say, "kits")) == ("waiting", (500, 0, "open"))
    # Nobody decided yet; one is declined, with a reason and what else is missing.
    say.told()
    queue = say("待处理的认领", "officer")
    assert queue.text.startswith("等您处理的认领有3项，最早的在前：")
    say("不接受 认1", "officer")
    say.press("时间对不上", "officer")
    told = say.told()
    assert told["bo"].text.startswith("这次没有接受您的认领（认1，急救包400套）。原因：时间对不上")
    assert told["bo"].labels == ["认领培训医生4名", "认领引导志愿者2名", "看项目"]
    # Who waited is offered at once, and may say no.
    assert told["qin"].text.startswith("轮到您了：项2「大堂急救角」又缺急救包30套了，认4已经替您提交。")
    assert "认4 急救包30套" in told["officer"].text
    assert (state(say, 4), part(say, "kits")) == ("offered", (130, 0, "open"))
    say.press("撤回认领", "qin")
    assert say.press("安排有变", "qin").text.startswith("撤回了，谢谢您早说。")
    assert "认4（急救包30套）撤回了。原因：安排有变" in say.told()["officer"].text
    assert (state(say, 4), part(say, "kits")) == ("withdrawn", (100, 0, "open"))
    # A withdrawn one stays so, whatever button is pressed; others' claims are not one's own.
    assert "认4现在是：已撤回。" in say("dropclaim 4", "qin").text
    assert say("dropclaim 2", "qin").text == "请让雪松科技的负责人来办，这是他们认领的。"
    assert say("claimed 2", "lin").text.startswith("请找站长")
    assert say("takeclaim 2", "bo").text.startswith("请找站长")
    assert say("我的认领", "qin").text.startswith("您认领的有1项：")


def test_who_gives_it_does_not_decide_on_it(quick: Chat) -> None:
    """枫叶 leads the team and decides too, but not on its own share: neither that it is taken nor that it came."""
    say = quick
    with transaction(say.engine) as db:
        maple = db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == "maple"))
        db.run(update(PROJECT).where(PROJECT.c.code == "corner").values(lead_id=maple))
    claimed(say, "枫叶认领急救包300套", "bo")
    assert list(say.told()) == ["officer"]
    own = "请让别的工作人员来定，这是您自己或您单位认领的。"
    assert say("接受认1", "bo").text == own
    assert state(say, 1) == "offered"
    say("接受认1", "officer")
    say.told()
    assert say("gotclaim 1", "bo").text == own
    claimed(say, "雪松认领急救包200套", "wen")
    assert sorted(say.told()) == ["bo", "officer"]
    assert say("接受认2", "bo").text.startswith("接受了")
    assert (state(say, 1), state(say, 2)) == ("accepted", "accepted")
    # An officer neither on what he gives himself, while somebody else may.
    claimed(say, "我认领急救角的引导志愿者1名", "chief")
    assert say("接受认3", "chief").text == own
    assert say("接受认3", "officer").text.startswith("接受了")


def test_each_officer_of_several_places_sees_all_of_it(quick: Chat, tmp_path: Path) -> None:
    """楼楼联动: one project of two buildings, with one queue for both."""
    keeper = '[[member]]\nid = "keeper"\nhandle = "console:keeper"\nname = "苑长"\nroles = ["staff@estate"]\n'
    load(
        quick,
        tmp_path,
        keeper + PROJECTS.replace('place = "tower"\n', 'place = "tower"\nplaces = ["estate"]\n'),
    )
    claimed(quick, "枫叶认领急救包300套", "bo")
    assert sorted(quick.told()) == ["keeper", "officer"]
    for who in ("keeper", "officer"):
        assert quick("待处理的认领", who).text.startswith("等您处理的认领有1项"), who
    assert quick("接受认1", "keeper").text.startswith("接受了")
    assert "认1现在是：已接受。" in quick("接受认1", "officer").text
