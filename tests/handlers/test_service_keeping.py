"""Staff keep the catalogue: what nobody checked for 180 days is theirs to look at, what is paused says why."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from models import service_keeping
from models.change import CHANGE
from models.database import transaction
from models.service import SERVICE
from tests.chat import Chat
from tests.handlers import catalogue
from tests.street import rows


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    catalogue.load(say_on_both, tmp_path)
    return say_on_both


def of(say: Chat, code: str) -> tuple[date | None, bool]:
    with transaction(say.engine) as db:
        row = db.row(select(SERVICE).where(SERVICE.c.code == code))
    assert row is not None
    return row.checked, row.paused


def test_what_is_older_than_180_days_is_listed_to_who_answers_for_it(say: Chat) -> None:
    """Never checked comes first; 180 days are not more than 180; what is given elsewhere is others'."""
    listed = say("哪些事项要核对", "officer")
    assert (listed.did, listed.refs) == ("staff.service", ["service:permit", "service:copyright"])
    assert listed.text == (
        "请打开看看写得对不对，有2项超过180天没核对：\n\n1. 居住证办理\n   还没有过\n\n2. 作品版权登记\n   2026年5月26日"
    )
    shown = say("2", "officer")
    assert (shown.refs, shown.labels) == (["service:copyright"], ["核对过了", "停办这项", "待核对事项"])
    assert (
        say.press("核对过了", "officer").text
        == "记下了，「作品版权登记」2026年11月23日核对过，卡片上写的就是这天。"
    )
    assert say("哪些事项要核对", "officer").refs == ["service:permit"]
    assert say("哪些事项要核对").text == "请找工作人员，核对办事指南由他们来办。"


def test_a_checked_day_is_said_in_one_line(say: Chat) -> None:
    assert say("居住证办理核对过了", "officer").text.startswith("记下了，「居住证办理」2026年11月23日核对过")
    assert of(say, "permit")[0] == date(2026, 11, 23)
    assert say("作品版权登记11月20日核对过了", "officer").text.startswith(
        "记下了，「作品版权登记」2026年11月20日核对过"
    )
    # A day before the one that is known, and the same button again, change nothing.
    for line in ("作品版权登记10月1日核对过了", "作品版权登记11月20日核对过了"):
        assert say(line, "officer").text == "不用再记，「作品版权登记」2026年11月20日核对过了。"
    assert say("作品版权登记2027年1月5日核对过了", "officer").text.startswith("请说今天或以前的日子")
    assert of(say, "copyright")[0] == date(2026, 11, 20)
    with transaction(say.engine) as db:
        noted = db.rows(select(CHANGE.c.after).where(CHANGE.c.subject == "service"))
        assert [row.after for row in noted] == ["card checked", "card checked"]


def test_who_answers_for_another_place_changes_nothing(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("officer", "lin"):
        refused = say("公章刻制备案核对过了", who)
        assert (refused.did, refused.refs) == ("staff.service", ["service:seal"])
        assert refused.text == "请到服务站问一问，海棠苑居民服务站的事由工作人员办。"
        assert say("暂停公章刻制备案", who).text == refused.text
    key = next(key for key, code in rows(say, SERVICE.c.id, SERVICE.c.code) if code == "seal")
    for head in ("checkeditem", "pauseservice", "resumeitem", "keepservice"):
        assert say(f"{head} {key}", "officer").text == "请到服务站问一问，海棠苑居民服务站的事由工作人员办。"
    assert of(say, "seal") == (date(2026, 4, 1), False)
    # The twin: without the look at the place he would.
    monkeypatch.setattr(service_keeping, "keeps", lambda *_arguments: True)
    say(f"checkeditem {key}", "officer")
    assert of(say, "seal") == (date(2026, 11, 23), False)


def test_a_service_is_paused_with_a_reason_and_goes_on(say: Chat) -> None:
    assert say("暂停临时救助申请", "officer").text == "为什么停？写一句就行，来办的人会看到。"
    assert say("系统升级", "officer").text.startswith(
        "暂停「临时救助申请」吗？原因：系统升级\n不再收新的预约和取号。"
    )
    assert say.press("不停", "officer").text == "好的，没有停，照常办。"
    assert of(say, "relief")[1] is False
    say("暂停临时救助申请", "officer")
    say("系统升级", "officer")
    assert (
        say.press("暂停", "officer").text
        == "「临时救助申请」停了，来看的人会看到原因。要恢复，跟我说一声就行。"
    )
    assert of(say, "relief")[1] is True
    key = next(key for key, code in rows(say, SERVICE.c.id, SERVICE.c.code) if code == "relief")
    shown = say(f"service {key}")
    assert "【暂停办理】" in shown.text
    assert "为什么暂停：系统升级" in shown.text
    assert say(f"pauseservice {key}", "officer").text == "「临时救助申请」已经停着了，不用再停。"
    assert say("恢复临时救助申请", "officer").text == "「临时救助申请」恢复了，现在可以来办。"
    assert say(f"resumeitem {key}", "officer").text == "「临时救助申请」没有停，一直在办。"
    assert of(say, "relief")[1] is False


def test_a_pack_does_not_undo_what_staff_did_since(say: Chat, tmp_path: Path) -> None:
    say("居住证办理核对过了", "officer")
    say("作品版权登记11月20日核对过了", "officer")
    say("暂停临时救助申请", "officer")
    say("系统升级", "officer")
    say.press("暂停", "officer")
    catalogue.load(say, tmp_path)
    assert of(say, "copyright") == (date(2026, 11, 20), False)
    assert of(say, "relief") == (date(2026, 5, 27), True)
    # What the pack knows better, it says.
    catalogue.load(say, tmp_path, catalogue.PACK.replace("2026-05-26", "2026-11-22"))
    assert of(say, "copyright")[0] == date(2026, 11, 22)


def test_the_officer_hears_once_a_month_of_what_became_old(say: Chat, tmp_path: Path) -> None:
    """On a Tuesday morning; loading the same pack again makes no second word of it."""
    assert "officer" not in say.told("2026-11-24T09:29+08:00")
    told = say.told("2026-11-24T09:31+08:00")["officer"]
    assert told.text == "请有空核对一下办事指南，有3项超过180天没人看过。"
    assert say.press("待核对事项", "officer").did == "staff.service"
    catalogue.load(say, tmp_path)
    assert "officer" not in say.told("2026-11-30T23:00+08:00")
    assert say.told("2026-12-31T12:00+08:00")["officer"].text == (
        "请有空核对一下办事指南，有3项超过180天没人看过。"
    )
    for line in ("居住证办理", "作品版权登记", "临时救助申请"):
        say(f"{line}核对过了", "officer")
    assert "officer" not in say.told("2027-03-01T12:00+08:00")
