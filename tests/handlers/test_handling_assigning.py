"""派给: to oneself, a colleague or a unit; the reporter hears who has it now, and the unit what is to be done."""

import pytest

from models.database import transaction
from tests import crowd
from tests.chat import Chat
from tests.handlers.handled import found, report, states, unit, whose


@pytest.fixture
def units(say_on_both: Chat) -> Chat:
    """何二 stands for 云杉物业, and nobody for 海棠物业."""
    with transaction(say_on_both.engine) as db:
        unit(db)
        unit(db, "海棠物业", "estate", contact=None)
    return say_on_both


def test_what_is_new_is_accepted_with_it_and_the_reporter_hears_once(units: Chat) -> None:
    say = units
    report(say)
    done = say("把 1 派给云杉物业", "officer")
    assert (done.did, done.text.splitlines()[0]) == ("staff.need", "派给云杉物业了。已经告诉反映的人。")
    assert states(say) == ["draft", "new", "triaged"]
    assert (found(say).sent, whose(say), found(say).climbs) == ("sent", "officer", found(say).due)
    told = say.told()
    assert sorted(told) == ["he", "lin"]
    assert told["lin"].text.startswith(
        "需1「楼道灯不亮」受理了，由云杉物业办。最晚12月2日 周三 18:00给您结果。"
    )
    unit_reads = told["he"].text
    assert "请看一看，需1「楼道灯不亮」派给了云杉物业。" in unit_reads
    assert ("楼道里的灯不亮" in unit_reads, "13812345678" in unit_reads, "林一" in unit_reads) == (
        True,
        False,
        False,
    )
    # Once more changes nothing.
    assert "现在就是他们在办" in say("1派给云杉物业", "officer").text
    assert say.told() == {}


def test_accepted_first_and_given_then_is_told_at_each_step(units: Chat) -> None:
    say = units
    report(say)
    say("受理 1", "officer")
    assert "由站长办" in say.told()["lin"].text
    say("将1号诉求交给物业处理", "officer")
    assert "现在由云杉物业办" in say.told()["lin"].text
    say("1号派给我", "officer")
    assert ("由站长办" in say.told()["lin"].text, found(say).unit_id) == (True, None)
    assert states(say) == ["draft", "new", "triaged"]


@pytest.mark.parametrize(
    "said",
    [
        "派 1 给云杉物业",
        "1派给物业",
        "把需1指派给云杉物业去办",
        "assign need 1 to 云杉物业",
        "把这条诉求派给物业",
    ],
)
def test_a_unit_is_named_as_people_name_it(say: Chat, said: str) -> None:
    with transaction(say.engine) as db:
        unit(db)
    report(say)
    assert (say(said, "officer").did, found(say).sent) == ("staff.need", "sent")


def test_where_several_are_called_so_or_nobody_it_is_asked(units: Chat) -> None:
    say = units
    with transaction(say.engine) as db:
        unit(db, "云杉物业二部", contact=None)
    report(say)
    asked = say("把1派给物业", "officer")
    assert asked.text.startswith("是哪一个？“物业”有好几个。")
    assert asked.labels[:2] == ["云杉物业", "云杉物业二部"]
    done = say.press("云杉物业二部", "officer")
    assert done.text.startswith("派给云杉物业二部了，请打电话告诉他们：这里还没有他们的联系人。")
    asked = say("把1派给保洁公司", "officer")
    assert "没有找到“保洁公司”" in asked.text
    assert "请把单位或同事的名字写全" in say("保安", "officer").text
    assert say("云杉联合工会", "officer").text.startswith("派给云杉联合工会了")


def test_a_colleague_is_told_and_has_it(staffed: Chat) -> None:
    say = staffed
    report(say)
    assert say("1派给梅三", "officer").text.startswith("派给梅三了。")
    told = say.told()
    assert (sorted(told), whose(say)) == (["lin", "mei"], "mei")
    assert "派給了您" in told["mei"].text
    # A name with a title, as colleagues call each other.
    assert say("1派给小梅", "officer").text.startswith("不用再派")


def test_a_resident_gives_nothing_to_anybody(units: Chat) -> None:
    say = units
    refused = say("把这条诉求派给物业", "lin")
    assert (refused.did, refused.to) == ("staff.need", ["lin"])
    assert refused.text.startswith("请找站长")


def test_what_is_over_is_not_given_to_anybody(say: Chat) -> None:
    report(say)
    say("1办结，修好了", "officer")
    assert say("把1派给我", "officer").text.startswith("请先看看需1，现在的状态是：已办结，等您确认。")


def test_back_from_outside_the_officer_has_it(say: Chat) -> None:
    report(say)
    say("转办 1 给城管中队 021-64331234", "officer")
    say.told()
    assert say("takeneed 1", "officer").text.startswith("派给站长了。")
    assert (found(say).state, found(say).unit) == ("triaged", None)
    assert "由站长办" in say.told()["lin"].text


def test_who_stops_being_staff_while_he_chooses_gives_nothing(say: Chat) -> None:
    from sqlalchemy import delete

    from models.member import ROLE

    report(say)
    say("assignneed 1", "officer")
    with transaction(say.engine) as db:
        db.run(delete(ROLE).where(ROLE.c.member_id == crowd.member(db, "officer")))
    assert say("1", "officer").text.startswith("请到服务站问一问")
    assert states(say) == ["draft", "new"]
