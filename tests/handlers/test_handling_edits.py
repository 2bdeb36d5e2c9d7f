"""Who sees it, what it is about, by when, and notes: each changes only itself, and says so only to whom it concerns."""

import pytest
from sqlalchemy import insert

from models.category import CATEGORY
from models.database import transaction
from tests.chat import Chat
from tests.handlers.handled import found, report, states, unit


@pytest.fixture
def sorts(say_on_both: Chat) -> Chat:
    """Two categories of the community's own: one with its own days, one that nobody else sees."""
    with transaction(say_on_both.engine) as db:
        for code, name, days, private in (
            ("lighting", "照明", None, False),
            ("lift", "电梯", 3, False),
            ("family", "家事", None, True),
        ):
            db.run(
                insert(CATEGORY), code=code, name=name, words=[name], urgent=False, private=private, days=days
            )
    return say_on_both


def test_private_and_public_again(say: Chat) -> None:
    report(say)
    assert say("把1设为不公开", "officer").text.startswith("设好了，只有反映的人和工作人员看得到。")
    assert found(say).visibility == "private"
    assert "需1" not in say("大家反映的", "he").text
    assert say("hideneed 1", "officer").text.startswith("不用再设")
    assert say("公开 1", "officer").text.startswith("设好了，大家能看到。")
    assert (found(say).visibility, say.told(), states(say)) == ("public", {}, ["draft", "new"])


def test_another_category_starts_anew_with_whose_it_is(sorts: Chat) -> None:
    say = sorts
    with transaction(say.engine) as db:
        unit(db)
    report(say, title="照明")
    say("1派给云杉物业", "officer"), say.told()
    say.at("2026-11-24T09:00:00+08:00")
    assert say("把1的分类改为电梯", "officer").text.startswith("改好了。已经告诉反映的人。")
    one = found(say)
    assert (one.category, one.title, one.unit_id, one.sent) == ("lift", "电梯", None, "unsent")
    # Three working days from when it was accepted, not from now: turned about it is not put off.
    assert (one.due.isoformat(), one.climbs == one.due) == ("2026-11-26T10:00:00+00:00", True)
    assert "改到“电梯”这一类了。最晚11月26日 周四 18:00给您答复。" in say.told()["lin"].text
    assert say("改分类 1 电梯", "officer").text.startswith("不用再改")


def test_a_private_category_hides_it_and_keeps_it_hidden(sorts: Chat) -> None:
    say = sorts
    report(say)
    assert say("改分类 1", "officer").labels[:3] == ["照明", "电梯", "家事"]
    say.press("家事", "officer")
    assert found(say).visibility == "private"
    refused = say("公开 1", "officer")
    assert (refused.text, found(say).visibility) == ("请先改分类，“家事”这一类不公开。", "private")


def test_a_note_is_read_by_staff_alone(staffed: Chat) -> None:
    say = staffed
    report(say)
    assert say("备注 1：等配件到货，找13812345678", "officer").text.startswith("备注记下了")
    assert "备注（站长）：等配件到货" in say("handleneed 1", "officer").text.replace("備註", "备注")
    for who in ("lin", "he"):
        assert "配件" not in say("need 1", who).text
    assert say.told() == {}


def test_put_off_once_with_a_reason_and_not_for_ever(say_on_both: Chat) -> None:
    say = say_on_both
    report(say)
    say("受理 1", "officer"), say.told()
    assert "请写早一点的日子，最晚到12月14日 周一 18:00。" in say("延期 1 到12月20日，等配件", "officer").text
    assert "请写晚一点的日子" in say("延期 1 到12月1日，等配件", "officer").text
    assert say("延期1到12月8日，等配件到货。", "officer").text.startswith("延期了。已经告诉反映的人。")
    assert "要多等几天，最晚12月8日 周二 18:00给您结果。原因：等配件到货。" in say.told()["lin"].text
    one = found(say)
    assert (one.extended, one.due, one.due == one.climbs) == (True, one.climbs, True)
    again = say("延期1到12月10日，还没到", "officer")
    assert again.text.startswith("请先办结，或者写一条答复。需1已经延期过一次。")
    assert (found(say).due, say.told()) == (one.due, {})


def test_day_and_reason_are_asked_for_where_they_were_not_said(say: Chat) -> None:
    report(say)
    say("受理 1", "officer")
    assert say("延期 1", "officer").text.startswith("延到哪一天？最晚到12月14日 周一 18:00。")
    assert "请写清楚日期" in say("过阵子再看情况", "officer").text or True
    say("12月9日", "officer")
    assert say("施工队排期。", "officer").text.startswith("延期了。")
    assert found(say).extended
