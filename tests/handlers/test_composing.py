"""组团: staff see which offers together cover a project, and invite each organization once."""

from pathlib import Path

from sqlalchemy import select

from models.database import transaction
from models.project_part import PART
from tests.chat import Chat
from tests.handlers.offered import load

_MORE = """
[[offer]]
id = "maple-talk"
organization = "maple"
kind = "expertise"
name = "口腔健康讲师"
quantity = 1
unit = "名"
"""


def test_staff_compose_a_team_and_invite_it_with_one_tap(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path, _MORE)
    seen = say("给项2组团", "officer")
    assert (seen.did, seen.refs[0]) == ("staff.project", "project:smile")
    assert seen.text.startswith("项2「笑一笑」还凑不齐，能先这样组团：")
    for part in (
        "白桦齿科",
        "出300份（护牙包），这一样就够了",
        "红枫文具",
        "出1名（口腔健康讲师）",
        "还缺1名",
    ):
        assert part in seen.text
    assert say("给项2组团", "he").text.startswith("请找站长")
    assert say("invitegroup 2", "he").text.startswith("请找站长")
    say("给项2组团", "officer")
    assert say.press("邀请这些单位", "officer").text == "邀请了：白桦齿科、红枫文具。"
    told = say.told()
    assert told["bo"].text == "项2「笑一笑」想请您这边出：护牙包300份。您登记过这样的资源，愿意就点认领。"
    assert told["feng"].labels[0] == "认领口腔讲师"
    assert say("invitegroup 2", "officer").text == "不用再邀请，这些单位都邀请过了，或者没有联系人。"
    assert say.told() == {}
    assert say.press("认领口腔讲师", "feng").text.startswith("给项2「笑一笑」认领口腔讲师1名，")


_SPREAD = """
[[project]]
id = "light"
board = "健康"
title = "亮一亮"
place = "tower"
parts = [{ key = "sets", kind = "supplies", name = "应急包", quantity = 10 }, { key = "lamps", kind = "supplies", name = "应急灯", quantity = 5 }]

[[offer]]
id = "birch-sets"
organization = "birch"
kind = "supplies"
name = "应急包应急灯"
quantity = 12

[[offer]]
id = "maple-sets"
organization = "maple"
kind = "supplies"
name = "应急包"
quantity = 9
"""


def test_who_is_invited_claims_what_the_team_needs_and_not_all_that_he_has(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path, _SPREAD)
    assert say("给项3组团", "officer").text.startswith("项3「亮一亮」可以这样组团：")
    say.press("邀请这些单位", "officer")
    told = say.told()
    for who in ("bo", "feng"):
        for label in [each for each in told[who].labels if each.startswith("认领")]:
            say(told[who].buttons[label], who)
            say.press("提交认领", who)
    with transaction(say.engine) as db:
        parts = db.rows(select(PART.c.held, PART.c.quantity).where(PART.c.name.like("应急%")))
        assert [tuple(row) for row in parts] == [(10, 10), (5, 5)]
