"""An amount that was entered wrongly is put right with an entry in the log, and what never came is waited for no longer."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import pledging, project_part
from models.change import CHANGE
from models.database import Db, transaction
from models.project_claim import CLAIM, TAKEN
from models.project_part import PART
from tests import programme
from tests.chat import Chat
from tests.handlers.officers import rows
from tests.handlers.test_pledges import money, pledged


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    """林一 pledged 500, and 50 were entered."""
    say = say_on_both
    programme.load(say, tmp_path)
    number = pledged(say)
    say(f"pledgegot {number}", "officer")
    say("50", "officer")
    say.press("录入到账", "officer")
    say.told()
    return say


def agree(say: Chat) -> bool:
    """Whether the part has taken what its claims sum up to, and the totals say the same."""
    (part,) = rows(say, select(PART).where(PART.c.kind == "money"))
    with transaction(say.engine) as db:
        claimed = db.value(
            select(func.coalesce(func.sum(CLAIM.c.quantity), 0)).where(
                CLAIM.c.part_id == part.id, CLAIM.c.state.in_(TAKEN)
            )
        )
        came = pledging.came(db, part.id)
    total = say("今天到账多少", "he").text.splitlines()[0]
    return (part.taken, came) == (claimed, claimed) and total.endswith(f"一共到账{claimed}元。")


def test_the_right_amount_and_every_total_follows(say: Chat) -> None:
    assert say("修改到账", "officer").text.startswith("更正哪一笔？最近录的在前：")
    assert say.press("更正到账", "officer").text.startswith("实际到账多少元？没有到账就写“0”。")
    say("500", "officer")
    assert money(say)[0] == 50
    assert say.press("更正到账", "officer").text.startswith("改好了，到账500元，合计也改了。")
    assert money(say) == (500, "partly", "善款：已到账500元（目标5000元）")
    assert say.told()["lin"].text.startswith("请看一看：给「陪老人散步」的到账更正成500元")
    log = rows(say, select(CHANGE).where(CHANGE.c.after == "amount corrected"))
    assert [row.detail for row in log] == [{"before": 50, "after": 500}]
    assert agree(say)
    # On a later day it stays that day's; nothing at all may have come.
    say.at("2026-11-25T09:00:00+08:00")
    say("更正到账认1", "officer")
    say("0", "officer")
    assert say("好", "officer").text.startswith("改好了，到账0元")
    assert money(say) == (0, "open", "善款：已到账0元（目标5000元）")
    assert agree(say)
    # More than is looked for is not, and nothing of it stays.
    say("pledgefix 1", "officer")
    say("6000", "officer")
    assert say("好", "officer").text == "请写5000元以内，「陪老人散步」只差这么多。"
    assert money(say)[0] == 0
    assert agree(say)


def test_only_staff_correct_it(say: Chat) -> None:
    refused = "请找站长、总干事，云杉大厦的事由工作人员办。"
    assert say("pledgefix 1").text == say("pledgegone 1").text == refused
    assert say("更正到账").text == "请找服务站的工作人员，到账由他们录入。"


def test_without_its_part_a_correction_would_leave_the_total_as_it_was(
    say: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_db: Db, *_: object) -> bool:
        return True

    monkeypatch.setattr(project_part, "give_back", nothing)
    say("pledgefix 1", "officer")
    say("20", "officer")
    say("好", "officer")
    assert not agree(say)


def test_what_never_came_is_looked_for_again(say: Chat) -> None:
    number = pledged(say, "4950", "he")
    # It is still found by who looks for what is missing, and says nothing of what is only meant.
    say("project 2", "lin")
    say.press("捐款意向", "lin")
    say("100", "lin")
    assert say("好", "lin").text.startswith("请看看别的项目")
    say("录入到账", "officer")
    say.press("不会来了", "officer")
    assert say.press("再等等", "officer").text.startswith("好的，再等等")
    say(f"pledgegone {number}", "officer")
    assert say.press("不再等了", "officer").text.startswith("好的，不等这笔了")
    assert say.told()["he"].text == "想捐随时再记：给「陪老人散步」的4950元意向没有到账，先不等了。"
    assert say(f"pledgegone {number}", "officer").text.startswith("请看一看，这个意向已经有了结果：")
    assert pledged(say, "100") > number
    assert agree(say)
