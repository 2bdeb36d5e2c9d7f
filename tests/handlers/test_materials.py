"""The papers of a service are ticked off one by one; what is ticked is one's own and stays for 90 days."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import ticking
from models.database import transaction
from models.ticking import MATERIAL_TICK
from tests.chat import Chat
from tests.handlers import catalogue


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    catalogue.load(say_on_both, tmp_path)
    return say_on_both


def ticks(say: Chat) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(func.count()).select_from(MATERIAL_TICK)))


def test_papers_are_ticked_until_all_are_there(say: Chat) -> None:
    first = say("临时救助的材料清单")
    assert (first.did, first.refs) == ("service.show", ["service:relief"])
    assert first.text == (
        "「临时救助申请」要带3样，还差3样。有一样勾一样，90天内都记着。"
        "\n\n1. 身份证原件【待备】\n\n2. 困难说明【待备】\n\n3. 户口簿【待备】"
    )
    old = first.buttons["2. 困难说明"]
    assert say("2").text.startswith("「临时救助申请」要带3样，还差2样。")
    # The button of before does no more and undoes nothing.
    assert say(old).text.startswith("「临时救助申请」要带3样，还差2样。")
    say("1")
    done = say("3")
    assert done.text == (
        "「临时救助申请」的材料都齐了，来的时候带上。"
        "\n\n1. 身份证原件【已备】\n\n2. 困难说明【已备】\n\n3. 户口簿【已备】"
    )
    assert [label for label in done.labels if label in ("预约", "办事详情")] == ["预约", "办事详情"]
    assert say("户口簿").text.startswith("「临时救助申请」要带3样，还差1样。")
    assert ticks(say) == 2
    assert say("临时救助的材料清单", "he").text.startswith("「临时救助申请」要带3样，还差3样。")
    assert say("checklist of papers for temporary relief", "anna").did == "service.show"


def test_one_that_names_no_papers_and_one_that_is_asked_for(say: Chat) -> None:
    # Where the catalogue says nothing, nobody is told that he needs nothing.
    nothing = say("作品版权登记材料清单")
    assert nothing.text == "「作品版权登记」没有写要带什么。拿不准，先问一问。"
    assert nothing.labels[0] == "问一问"
    assert say("材料清单").text == "看哪一项的材料？说名字就行，比如“居住证”。"
    assert (
        say("刻章").text
        == "「公章刻制备案」要带1样，还差1样。有一样勾一样，90天内都记着。\n\n营业执照【待备】"
    )


def test_an_old_button_means_no_other_paper(say: Chat, tmp_path: Path) -> None:
    old = say("临时救助的材料清单").buttons["2. 困难说明"]
    catalogue.load(say, tmp_path, catalogue.PACK.replace('"困难说明"', '"收入证明"'))
    changed = say(old)
    assert changed.text.startswith("单子刚刚改过，请看现在的：\n「临时救助申请」要带3样，还差3样。")
    assert ticks(say) == 0
    gone = say("tick 123450001")
    assert (gone.did, gone.text) == ("service.show", "请发“办事”，从单子里选。没有找到这一项。")


def test_ticks_are_forgotten_after_90_days(say: Chat) -> None:
    say("临时救助的材料清单")
    say("1")
    for moment, left in (("2027-02-21T09:00+08:00", 1), ("2027-02-21T09:11+08:00", 0)):
        say.at(moment)
        with transaction(say.engine) as db:
            assert ticking.forget(db, say.clock.now()) is False
        assert ticks(say) == left
