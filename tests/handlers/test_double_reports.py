"""双报告: a card is the sum of its records to the minute, and reaches the unit only after its owner's yes."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from models import double_figures, double_report, hours, project_claim, quarter
from models.credit import CREDIT
from models.database import transaction
from models.double_report import REPORT
from models.need import NEED
from models.organization import ORGANIZATION
from models.project_claim import CLAIM
from models.project_part import PART
from models.registration import REGISTRATION
from tests import shifts, units
from tests.chat import SCHEDULE, Chat
from tests.handlers.test_double_registrations import register

ASKED = "2027-01-01T09:00:00+08:00"
COMPILED = "2027-01-15T09:00:00+08:00"


def lived(say: Chat, folder: Path) -> Chat:
    """瞿工 comes twice and 俞会计 once, and once without being checked in; their unit gives frames to the project."""
    units.load(say.engine, folder)
    register(say, "qu", "雪松科技")
    register(say, "yu", "雪松科技")
    shifts.register(say, "sorting", "qu", "yu")
    shifts.register(say, "sweep", "qu", "yu")
    shifts.arrive(say, "sorting", "qu", "2026-11-28T08:00:00+08:00")
    shifts.arrive(say, "sweep", "qu", "2026-11-29T09:00:00+08:00")
    shifts.arrive(say, "sweep", "yu", "2026-11-29T09:05:00+08:00")
    with transaction(say.engine) as db:
        now = say.clock.now()
        part = db.row(select(PART).where(PART.c.code == "frames"))
        assert part is not None
        cedar = db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == "cedar"))
        key = project_claim.enter(db, part, shifts.member(db, "cen"), cedar, 20, now)
        for after, more in (("accepted", {}), ("delivered", {"delivered": 20}), ("confirmed", {})):
            row = db.row(select(CLAIM).where(CLAIM.c.id == key))
            assert row is not None
            assert project_claim.go(db, row, after, None, now, **more)  # type: ignore[arg-type]
        columns = {"title": "照片", "state": "confirmed", "project_id": part.project_id, "score": 5}
        db.insert(insert(NEED), at=now, changed=now, **columns)
    return say


def asked(say: Chat, folder: Path) -> dict[str, Any]:
    lived(say, folder)
    earlier = say.told("2027-01-01T08:50:00+08:00")
    assert not any("服务卡" in said.text for said in earlier.values())
    return say.told(ASKED)


def cards(say: Chat, kind: str = "person") -> list[Any]:
    with transaction(say.engine) as db:
        return list(db.rows(select(REPORT).where(REPORT.c.kind == kind).order_by(REPORT.c.id)))


def credited(say: Chat, who: str) -> int:
    with transaction(say.engine) as db:
        whose = CREDIT.c.member_id == shifts.member(db, who)
        return int(db.value(select(func.coalesce(func.sum(CREDIT.c.minutes), 0)).where(whose)))


def test_the_quarter_goes_from_person_to_unit_to_community(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    told = asked(say, tmp_path)
    assert "本季度：2次、240分钟。确认了才发给雪松科技。" in told["qu"].text
    assert told["qu"].labels == ["确认并发给单位", "不对", "不发"]
    assert "本季度：1次、120分钟" in told["yu"].text
    assert "cen" not in told
    assert say.press("确认并发给单位", "qu").text.startswith("确认了，会发给雪松科技。")
    # What is wrong goes to the officer of the place, who corrects the records; then it is asked again.
    say.press("不对", "yu")
    assert "转给工作人员核对了" in say("11月28日那场没有算", "yu").text
    wrong = say.told()["hai"]
    assert "俞会计说2026年第4季度的服务卡不对，“11月28日那场没有算”" in wrong.text
    assert "请找" in say("recount 3", "officer").text
    with transaction(say.engine) as db:
        own = db.value(
            select(REGISTRATION.c.id).where(
                REGISTRATION.c.member_id == shifts.member(db, "yu"),
                REGISTRATION.c.activity_id == shifts.wanted(db, "sorting").id,
            )
        )
        hours.enter(db, own, 90, "签到机坏了", shifts.member(db, "hai"), say.clock.now())
    assert "出了第2版" in say.press("重新出卡", "hai").text
    assert "已经有了新的一版" in say("recount 3", "hai").text
    assert "本季度：2次、210分钟" in say.told()["yu"].text
    say.press("不发", "yu")
    assert "cen" not in say.told("2027-01-15T08:50:00+08:00")
    report = say.told(COMPILED)["cen"]
    assert "瞿工：2次、240分钟" in report.text
    # Of one alone the sum would be his card.
    assert "另有1位没有确认，不列数字" in report.text
    assert "俞" not in report.text
    assert "210" not in report.text
    assert "相框20" in report.text
    assert "5分" in report.text
    assert "没有找到" in say("sendreport 1", "fan").text
    say.press("发给社区", "cen")
    sent = say.told()["hai"]
    assert "雪松科技的2026年第4季度双报告来了：报到的同事1位确认，240分钟。" in sent.text
    assert "瞿工" not in sent.text
    assert "不用再点" in say("sendreport 1", "cen").text
    # To the minute, and each the sum of what is listed in it.
    assert [(row.figures["minutes"], row.version) for row in cards(say)] == [(240, 1), (120, 1), (210, 2)]
    assert (credited(say, "qu"), credited(say, "yu")) == (240, 210)
    for row in cards(say):
        assert row.figures == double_figures.sums_of_person(row.records)
    (unit,) = cards(say, "unit")
    assert unit.figures == double_figures.sums_of_unit(unit.records)


def test_what_changes_later_is_another_version(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    asked(say, tmp_path)
    say.press("确认并发给单位", "qu")
    say.told(COMPILED)
    before = cards(say)[0]
    assert "没有变化" in say("recount 2", "hai").text
    corrected(say, 60)
    assert "出了第2版" in say("recount 2", "hai").text
    first, *_, last = cards(say)
    assert (first.figures, first.records, first.state) == (before.figures, before.records, "superseded")
    assert (last.figures["minutes"], last.version, last.state) == (180, 2, "asked")
    # The unit has its next version with the next yes.
    assert "本季度：2次、180分钟" in say.told()["qu"].text
    say.press("确认并发给单位", "qu")
    assert "瞿工：2次、180分钟" in say.told()["cen"].text
    assert [(row.version, row.state) for row in cards(say, "unit")] == [(1, "superseded"), (2, "compiled")]


def test_who_takes_his_yes_back_is_not_named_any_more(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    asked(say, tmp_path)
    say.press("确认并发给单位", "qu")
    assert "瞿工" in say.told(COMPILED)["cen"].text
    say("我的服务卡", "qu")
    assert say.press("不发", "qu").text.startswith("好的，不发。单位看不到您的名字")
    again = say.told()["cen"].text
    assert "瞿工" not in again
    assert "其余2位合计：3次、360分钟" in again
    # By no old button either.
    first, second = cards(say, "unit")
    assert "瞿工" not in say(f"unitreport {first.id}", "cen").text
    assert "有了新的一版" in say(f"sendreport {first.id}", "cen").text
    assert (first.state, second.state) == ("superseded", "compiled")


def test_a_version_that_waits_for_the_morning_is_not_sent_after_the_next_one(
    say: Chat, tmp_path: Path
) -> None:
    asked(say, tmp_path)
    say.press("确认并发给单位", "qu")
    say.at("2027-01-15T22:30:00+08:00")
    with transaction(say.engine) as db:
        db.run(update(REPORT).where(REPORT.c.kind == "unit").values(due=say.clock.now()))
    assert "cen" not in say.told()
    say("cardno 2", "qu")
    morning = say.told("2027-01-16T09:00:00+08:00")["cen"].text
    assert "瞿工" not in morning
    assert "其余2位合计：3次、360分钟" in morning


def test_a_record_that_is_corrected_is_noticed_by_itself(say: Chat, tmp_path: Path) -> None:
    asked(say, tmp_path)
    say.press("确认并发给单位", "qu")
    assert say.told("2027-01-07T10:00:00+08:00") == {}
    corrected(say, 60)
    assert "本季度：2次、180分钟" in say.told("2027-01-13T10:00:00+08:00")["qu"].text
    assert "qu" not in say.told("2027-01-14T10:00:00+08:00")
    # After that the card stays as it is until staff make it anew; the next one is the next quarter's.
    corrected(say, 90)
    assert "qu" not in say.told("2027-01-30T10:00:00+08:00")
    assert {row.quarter for row in cards(say)} == {"2026Q4"}


def corrected(say: Chat, minutes: int) -> None:
    """瞿工 was credited with so many for the sorting."""
    with transaction(say.engine) as db:
        own = db.value(
            select(REGISTRATION.c.id).where(
                REGISTRATION.c.member_id == shifts.member(db, "qu"),
                REGISTRATION.c.activity_id == shifts.wanted(db, "sorting").id,
            )
        )
        hours.correct(db, own, minutes, "早走了", shifts.member(db, "hai"), say.clock.now())


def test_without_asking_for_the_yes_the_unit_would_read_every_card(
    say: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(say, tmp_path)
    assert "瞿工" not in say.told(COMPILED)["cen"].text
    with transaction(say.engine) as db:
        db.run(update(REPORT).where(REPORT.c.kind == "unit").values(state="collecting", due=say.clock.now()))
    monkeypatch.setattr(double_report, "said_yes", lambda _card: True)
    with transaction(say.engine) as db:
        one = double_report.due(db, say.clock.now())
        assert one is not None
        made = double_report.compile_unit(db, one, SCHEDULE, None, say.clock.now())
    assert made is not None
    assert made.figures["confirmed"] == 2


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("2026-12-31T23:59:59+08:00", "2026Q4"),
        ("2026-12-31T16:00:00+00:00", "2027Q1"),
        ("2026-06-30T15:59:59+00:00", "2026Q2"),
    ],
)
def test_a_quarter_is_the_communitys(at: str, name: str) -> None:
    found = quarter.of(datetime.fromisoformat(at), SCHEDULE.zone)
    assert found.name == name
    assert quarter.named(name) == found
    assert found.begins(SCHEDULE.zone) <= datetime.fromisoformat(at) < found.ends(SCHEDULE.zone)
