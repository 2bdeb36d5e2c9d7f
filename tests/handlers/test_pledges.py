"""A pledge of money changes nothing that everybody reads; only what staff say has come does."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models import pledging, project_claim
from models.change import CHANGE
from models.database import Db
from models.project_claim import CLAIM
from models.project_part import PART
from tests import programme
from tests.chat import Chat
from tests.handlers.officers import rows

PAID = "这里不收钱，只记一个意向；钱请到有资质的平台付。"


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    programme.load(say_on_both, tmp_path)
    return say_on_both


def pledged(say: Chat, amount: str = "500", who: str = "lin") -> int:
    say("project 2", who)
    say.press("捐款意向", who)
    if who == "qing":
        say.press("青瓷科技", who)
    say(amount, who)
    done = say.press("记下意向", who)
    assert done.did == "pledge.give"
    return int(done.buttons["撤回意向"].split()[1])


def money(say: Chat) -> tuple[int, str, str]:
    """What is taken of the money, how its part stands, and how everybody reads it."""
    (part,) = rows(say, select(PART).where(PART.c.kind == "money"))
    shown = say("project 2", "he").text
    return part.taken, part.state, next(line for line in shown.splitlines() if line.startswith("善款"))


def test_a_pledge_and_what_came(say: Chat) -> None:
    say("project 2")
    asked = say.press("捐款意向")
    assert asked.text == f"{PAID}\n想捐多少元？"
    assert say("很多").text.startswith("请写一个整数，1到10000000元，比如“500”。")
    assert say("500").text == f"记一个500元的意向给「陪老人散步」，对吗？{PAID}"
    done = say.press("记下意向")
    assert "请到这个平台捐：\nhttps://give.example.org/week\n" in done.text
    # Nothing that everybody reads has changed.
    assert money(say) == (0, "open", "善款：已到账0元（目标5000元）")
    assert say("今天到账多少", "he").text.startswith("今天到账0元，一共到账0元。")
    say("录入到账", "officer")
    say.press("已到账", "officer")
    assert say("800", "officer").text.startswith("请写一个整数，1到500元，比如“500”。")
    say("300", "officer")
    assert say.press("录入到账", "officer").text.startswith("录好了，到账300元。")
    assert money(say) == (300, "partly", "善款：已到账300元（目标5000元）")
    assert say.told()["lin"].text == "谢谢您：300元到账了，给「陪老人散步」。"
    log = rows(say, select(CHANGE.c.after).where(CHANGE.c.subject == "claim"))
    assert [row.after for row in log] == ["offered", "accepted", "delivered", "confirmed"]
    assert "已到账300元" in say("我的捐款意向").text
    # An old button has no second effect.
    assert say("pledgegot 1", "officer").text.startswith("请看一看，这个意向已经有了结果：")


def test_the_total_of_a_day_is_the_sum_of_what_came(say: Chat) -> None:
    for who, amount in (("lin", "500"), ("he", "1千"), ("qing", "二百")):
        number = pledged(say, amount, who)
        say(f"pledgegot {number}", "officer")
        say.press("全部到账", "officer")
        say.press("录入到账", "officer")
    came = sum(row.delivered for row in rows(say, select(CLAIM).where(CLAIM.c.state == "confirmed")))
    assert say("今天到账多少").text.splitlines()[:2] == [
        f"今天到账{came}元，一共到账{came}元。",
        f"「陪老人散步」{came}元",
    ]
    say.at("2026-11-24T09:00:00+08:00")
    assert say("今天到账多少").text.startswith(f"今天到账0元，一共到账{came}元。")


def test_withdrawn_by_who_pledged_alone(say: Chat) -> None:
    number = pledged(say)
    assert say(f"pledgedrop {number}", "he").text == "请从清单里选一个，没有找到这个意向。"
    assert say(f"pledgedrop {number}").text.startswith("撤回了，这个意向不算了。")
    assert say(f"pledgedrop {number}").text.startswith("请看一看，这个意向已经有了结果：")
    assert say("录入到账", "officer").text == "没有等到账的意向。"


def test_only_staff_say_what_came(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    number = pledged(say)
    refused = "请找站长、总干事，云杉大厦的事由工作人员办。"
    assert say(f"pledgegot {number}").text == say(f"takeclaim {number}").text == refused
    assert money(say)[0] == 0
    # The twin: were a pledge taken at once, everybody would read it as come.
    monkeypatch.setattr(pledging, "give", received)
    say("project 2", "he")
    say.press("捐款意向", "he")
    say("700", "he")
    say.press("记下意向", "he")
    assert money(say)[2] == "善款：已到账700元（目标5000元）"


def received(db: Db, _one: Any, part: Any, member: int, unit: int | None, amount: int, now: datetime) -> int:
    """A pledge that is taken as soon as it is made."""
    key = project_claim.enter(db, part, member, unit, amount, now)
    assert key is not None
    one = project_claim.find(db, key)
    assert one is not None
    project_claim.go(db, one, "accepted", member, now)
    return key


def test_a_fund_week_takes_pledges_on_its_days_only(say: Chat) -> None:
    say.at("2026-12-01T09:00:00+08:00")
    assert say("pledge 2").text == "请看看别的项目，彩虹周到11月30日 周一 00:00已经结束。"
    assert say("pledge 1").text == "请认领它缺的东西，「为老人拍照」不收捐款意向。"
    assert rows(say, select(CLAIM.c.id)) == []
