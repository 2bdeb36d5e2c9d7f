"""立项: a need becomes a project with parts, told once to who reported and who follows it; several may join one."""

import pytest
from sqlalchemy import insert, select

from models import follow
from models.board import BOARD
from models.database import transaction
from models.project import PROJECT
from models.project_part import PART
from tests import crowd
from tests.chat import Chat, Said
from tests.conftest import NOW
from tests.handlers.handled import enter, found, report, states

PARTS = "场地1个、志愿者10人、急救培训师2名"


def adopt(say: Chat, said: str = "立项 1") -> Said:
    asked = say(said, "officer")
    assert (asked.did, asked.text.splitlines()[0]) == (
        "staff.need",
        "项目叫什么？大家会看到，比如“车棚换灯”。",
    )
    if "哪个板块" in say("楼道急救角", "officer").text:
        say("不归板块", "officer")
    say("云杉大厦", "officer")
    say(PARTS, "officer")
    return say.press("立项发布", "officer")


@pytest.mark.parametrize("said", ["立项 1", "需求立项1", "把1号立项", "adopt need 1"])
def test_one_transaction_three_changes_one_message(say_on_both: Chat, said: str) -> None:
    say = say_on_both
    with transaction(say.engine) as db:
        number = enter(db, "lin", "tower", NOW)
        follow.follow(db, crowd.member(db, "he"), NOW, need=number)
    done = adopt(say, said)
    assert done.text.startswith("立项了。已经告诉反映的人。")
    assert states(say) == ["draft", "new", "triaged", "adopted"]
    number = found(say).project_id
    with transaction(say.engine) as db:
        made = db.row(select(PROJECT).where(PROJECT.c.id == number))
        assert made is not None
        parts = db.rows(select(PART).where(PART.c.project_id == made.id).order_by(PART.c.id))
        shown = [(part.kind, part.name, part.quantity, part.unit) for part in parts]
    assert (made.state, made.origin, made.title) == ("claiming", "need", "楼道急救角")
    assert shown == [
        ("venue", "场地", 1, "个"),
        ("people", "志愿者", 10, "人"),
        ("expertise", "急救培训师", 2, "名"),
    ]
    told = say.told()
    assert sorted(each for each in told if each in ("lin", "he")) == ["he", "lin"]
    words = f"您反映的需1「楼道灯不亮」立项了：项{made.id}「楼道急救角」。还缺：场地1个、志愿者10人、急救培训师2名。"
    assert told["lin"].text.splitlines()[0] == words
    assert told["lin"].refs[:2] == ["need:1", f"project:{made.code}"]
    # A button twice makes no second project.
    assert say("adoptneed 1", "officer").text.startswith("不用再立项")
    assert say.told() == {}


def test_boards_are_asked_about_where_there_are_any(say: Chat) -> None:
    with transaction(say.engine) as db:
        db.run(insert(BOARD), code="safe", kind="board", name="平安邻里", sides=[])
    report(say)
    say("立项 1", "officer"), say("换灯", "officer")
    assert say("平安邻里", "officer").text.startswith("放在哪里？")
    say("云杉大厦", "officer")
    preview = say("灯管10支", "officer")
    assert "平安邻里" in preview.text
    assert say.press("先不立项", "officer").text.startswith("好的，没有立项")
    assert states(say) == ["draft", "new"]


def test_several_needs_are_one_project(say: Chat) -> None:
    report(say), report(say, who="he")
    adopt(say)
    say.told()
    number = found(say).project_id
    assert say(f"2号立项到项{number}", "officer").text.startswith("立项了。")
    assert (found(say, 2).project_id, states(say, 2)[-1]) == (number, "adopted")
    assert list(say.told()) == ["he"]
    assert say("立项 2 到项目99", "officer").text.startswith("不用再立项")


def test_a_project_that_is_none_or_anothers_is_not_joined(staffed: Chat) -> None:
    say = staffed
    report(say), report(say)
    assert say("立项 2 到项目99", "officer").text.startswith("请核对编号，没有项99")
    with transaction(say.engine) as db:
        other = db.value(select(PROJECT.c.id).where(PROJECT.c.code == "photos"))
    assert say(f"立项 2 到项{other}", "officer").text.startswith("请找何二")
    assert states(say, 2) == ["draft", "new"]
