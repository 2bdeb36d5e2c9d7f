"""Claims: asked for in one line or step by step, answered, waiting, withdrawn; what each of those people reads."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models.change import CHANGE
from tests.chat import Chat
from tests.handlers.given import PROJECTS, claimed, load, part, quarter, quick, state
from tests.handlers.officers import rows

__all__ = ["quarter", "quick"]

_SHED = """
[[project]]
id = "shed"
board = "安心楼宇"
title = "车棚换感应灯"
place = "estate"
parts = [
  { key = "lamps", kind = "supplies", name = "感应灯", quantity = 10, unit = "盏" },
  { key = "fitters", kind = "expertise", name = "电工", quantity = 2, unit = "名" },
]
"""


def test_a_company_claims_in_one_line_and_an_officer_accepts_in_one_tap(quarter: Chat) -> None:
    say = quarter
    seen = say("枫叶认领急救角项目的急救包三百套，12月4日前", "bo")
    assert (seen.did, seen.refs) == ("project.claim", ["project:corner"])
    assert "认领：急救包300套\n代表：枫叶医药\n最晚到位：12月4日 周五 18:00" in seen.text
    done = say.press("确认认领", "bo")
    assert done.text == "提交了：认1，急救包300套（共需500套）。11月26日 周四 18:00前答复您。"
    assert part(say, "kits") == (300, 0, "open")
    asked = say.told()
    assert list(asked) == ["officer"]
    assert asked["officer"].text.startswith("请答复一项认领：枫叶医药（柏四）想给项目出急救包300套。")
    assert say.press("接受", "officer").text == "接受了，枫叶医药和别的伙伴都收到了。"
    assert (state(say, 1), part(say, "kits")) == ("accepted", (0, 300, "partly"))
    told = say.told()
    assert list(told) == ["bo"]
    assert told["bo"].text.startswith("您的认领接受了：认1，急救包300套。请在12月4日 周五 18:00前到位。")
    assert "枫叶医药：急救包300套" in told["bo"].text
    assert "联系人：站长" in told["bo"].text
    # The old buttons do nothing more.
    assert "认1现在是：已接受。" in say(asked["officer"].buttons["接受"], "officer").text
    assert "认1现在是：已接受。" in say(asked["officer"].buttons["不接受"], "officer").text
    # The next partner: the first one hears who joins.
    claimed(say, "白鸽诊所认领急救角的4名培训医生", "qin")
    say.told()
    say.press("接受", "officer")
    told = say.told()
    assert told["bo"].text == "白鸽诊所加入了项2「大堂急救角」，提供培训医生4名。"
    assert "枫叶医药：急救包300套\n白鸽诊所：培训医生4名" in told["qin"].text
    moved = (CHANGE.c.subject == "part", CHANGE.c.before.is_not(None))
    log = rows(say, select(CHANGE.c.before, CHANGE.c.after).where(*moved).order_by(CHANGE.c.id))
    assert [tuple(row) for row in log] == [("open", "partly"), ("open", "filled")]


@pytest.mark.parametrize(
    ("line", "who", "says"),
    [
        (
            "雪松科技认领急救包100套",
            "bo",
            "请让雪松科技的负责人来认领，或者找站长登记。您还没有登记为它的负责人。",
        ),
        (
            "我代表枫叶认领急救角的急救包100套",
            "lin",
            "请让枫叶医药的负责人来认领，或者找站长登记。您还没有登记为它的负责人。",
        ),
        (
            "我们公司认领急救角的急救包100套",
            "lin",
            "请找站长登记为单位负责人，再替单位认领。也可以以个人名义认领。",
        ),
    ],
)
def test_who_does_not_stand_for_it_reads_who_may(quick: Chat, line: str, who: str, says: str) -> None:
    said = quick(line, who)
    assert (said.did, said.text, said.refs) == ("project.claim", says, ["project:corner"])
    assert part(quick, "kits") == (0, 0, "open")


def test_a_person_claims_for_himself_and_is_no_name_to_others(quick: Chat) -> None:
    say = quick
    asked = say("我想认领急救角的引导志愿者1名", "lin")
    assert "代表：我自己" in asked.text
    say.press("确认认领", "lin")
    assert "谁认领：林一" in say.told()["officer"].text
    say.press("接受", "officer")
    assert "一位居民：引导志愿者1名" in say.told()["lin"].text
    again = say("我想认领急救角的引导志愿者1名", "lin")
    assert again.text.startswith("这样认领，对吗？您这里已经认领过认1，这是另加的。")
    say.press("不认领了", "lin")
    assert "居民1位" in say("项2", "he").text


@pytest.mark.parametrize(
    ("line", "claimed"),
    [
        ("枫叶认领车棚换感应灯的电工1名", "电工1名"),
        ("枫叶认领车棚感应灯的电工1名", "电工1名"),
        ("枫叶认领电工1名，车棚换感应灯项目", "电工1名"),
        ("枫叶认领车棚换感应灯的感应灯3盏", "感应灯3盏"),
        ("枫叶认领车棚的感应灯3盏", "感应灯3盏"),
    ],
)
def test_the_words_of_the_title_name_a_part_only_where_nothing_else_does(
    say: Chat, tmp_path: Path, line: str, claimed: str
) -> None:
    load(say, tmp_path, PROJECTS + _SHED)
    asked = say(line, "bo")
    assert (asked.did, asked.refs) == ("project.claim", ["project:shed"])
    assert f"认领：{claimed}\n" in asked.text


def test_a_claim_is_withdrawn_by_its_number(quick: Chat) -> None:
    claimed(quick, "枫叶认领急救包100套", "bo")
    asked = quick("撤回认1", "bo")
    assert (asked.did, asked.text.splitlines()[0]) == (
        "claim.withdraw",
        "撤回的原因写什么？工作人员会看到。",
    )
    quick.press("数量写错了", "bo")
    assert state(quick, 1) == "withdrawn"
