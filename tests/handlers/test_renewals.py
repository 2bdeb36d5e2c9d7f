"""A word 30 and 7 days before a card runs out: the day alone is kept, once a service, until it is taken back."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from models import renewal
from models.database import transaction
from models.renewal import RENEWAL
from models.still import CHECKS
from tests.chat import Chat
from tests.handlers import catalogue
from tests.street import rows


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    catalogue.load(say_on_both, tmp_path)
    return say_on_both


def test_one_is_told_30_and_7_days_before(say: Chat) -> None:
    assert say("居住证到期前提醒我").text == "哪天到期？比如“2027年3月1日”。只要日子，证件号不用发。"
    done = say("2027年3月1日")
    assert (done.did, done.refs) == ("service.renew", ["service:permit"])
    assert done.text == (
        "记下了，2027年3月1日到期。2027年1月30日、2027年2月22日提醒您来办「居住证办理」。我们只记日期。"
    )
    assert "lin" not in say.told("2027-01-30T09:59+08:00")
    told = say.told("2027-01-30T10:01+08:00")["lin"]
    assert told.text == "证件2027年3月1日到期，还有30天，可以来办「居住证办理」了。"
    assert told.labels == ["办事详情", "材料清单", "不再提醒"]
    assert "lin" not in say.told("2027-02-22T09:59+08:00")
    assert say.told("2027-02-22T10:01+08:00")["lin"].text.startswith("证件2027年3月1日到期，还有7天")
    assert "lin" not in say.told("2027-03-20T10:00+08:00")
    with transaction(say.engine) as db:
        say.at("2027-04-02T10:00+08:00")
        renewal.forget(db, say.clock.now())
    assert rows(say, RENEWAL.c.id) == []


def test_only_the_day_is_kept(say: Chat) -> None:
    """What may be the number of a card is refused, and stands nowhere, also where it came with the day."""
    say("居住证到期前提醒我")
    again = say("310104198001011234")
    assert again.text.startswith("请发到期的日子，比如“2027年3月1日”，证件号不用发。")
    say("取消")
    done = say("居住证310104198001011234，2027-03-01到期，提醒我")
    assert done.text.startswith("记下了，2027年3月1日到期。")
    assert rows(say, RENEWAL.c.due) == [(date(2027, 3, 1),)]
    assert {column.name for column in RENEWAL.c} == {"id", "member_id", "service_id", "due", "next"}


def test_a_day_is_changed_and_taken_back(say: Chat) -> None:
    say("居住证2027年3月1日到期提醒我")
    listed = say("我的到期提醒")
    assert listed.text == "这1项到期前会提醒您：\n\n居住证办理\n到期日：2027年3月1日"
    say.press("改日子")
    assert say("2027年5月1日").text.startswith("记下了，2027年5月1日到期。")
    assert rows(say, RENEWAL.c.due) == [(date(2027, 5, 1),)]
    # Nobody else takes it back, not even by its number.
    key = rows(say, RENEWAL.c.id)[0][0]
    assert say(f"unrenew {key}", "he").text == "这个提醒已经没有了，不用再删。"
    assert len(rows(say, RENEWAL.c.id)) == 1
    say("我的到期提醒")
    say.press("改日子")
    assert say.press("不再提醒").text == "好的，不再提醒「居住证办理」，日期也删了。"
    assert say(f"unrenew {key}").text == "这个提醒已经没有了，不用再删。"
    assert "lin" not in say.told("2027-05-02T12:00+08:00")
    assert say("我的到期提醒").text == "要提醒，说一句就行，比如“居住证到期前提醒我”。现在还没有。"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("居住证2026年11月25日到期，提醒我", "现在就可以来办「居住证办理」，2026年11月25日到期。这么近，不再另外提醒。"),
        ("居住证2026年11月1日到期，提醒我", "请发还没到的日子。已经过期的，现在就可以来办。"),
        ("居住证2099年1月1日到期，提醒我", "请再看看年份，最多记20年以内的。"),
        ("remind me before my temporary relief expires on 2027-03-01", "记下了，2027年3月1日到期。2027年1月30日、2027年2月22日提醒您来办「临时救助申请」。"),
    ],
)  # fmt: skip
def test_days_that_are_too_near_past_or_far(say: Chat, said: str, answer: str) -> None:
    heard = say(said)
    assert (heard.did, heard.text[: len(answer)]) == ("service.renew", answer)


def test_a_day_that_cannot_be_is_asked_for_again(say: Chat) -> None:
    say("居住证到期前提醒我")
    past = say("2020年1月1日")
    assert (past.did, past.text) == ("answer", "请发还没到的日子。已经过期的，现在就可以来办。")
    assert say("2099年1月1日").text == "请再看看年份，最多记20年以内的。"
    assert say("2028年2月29日").text.startswith("记下了")
    assert rows(say, RENEWAL.c.due) == [(date(2028, 2, 29),)]


@pytest.mark.parametrize(
    "said", ["取消到期提醒", "不要居住证的到期提醒了", "别再提醒我居住证到期", "stop my expiry reminders"]
)
def test_one_who_wants_no_more_of_them_sees_where_to_press(say: Chat, said: str) -> None:
    say("居住证2027年3月1日到期提醒我")
    assert (heard := say(said)).did == "service.renew"
    assert heard.labels[:2] == ["改日子", "不再提醒"]


def test_what_is_taken_back_while_it_waits_is_not_sent(say: Chat) -> None:
    say("居住证2027年3月1日到期提醒我")
    key = rows(say, RENEWAL.c.id)[0][0]
    with transaction(say.engine) as db:
        assert db.value(select(RENEWAL.c.id)) == key
        assert CHECKS["renewal"](db, key, say.clock.now()) is None
        renewal.leave(db, int(db.value(select(RENEWAL.c.member_id))), key)
        assert CHECKS["renewal"](db, key, say.clock.now()) == "the reminder was taken back"
