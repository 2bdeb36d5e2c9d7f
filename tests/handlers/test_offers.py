"""我有资源 and 我要资源: asked for in a few questions, found by others after staff's look, matched both ways with reasons."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import consent, erasure, match_due, offering, project_making
from models.change import CHANGE
from models.database import transaction
from models.match_due import MATCH_DUE
from models.match_told import APART, MATCH_TOLD
from models.member import MEMBER
from models.offer import OFFER
from models.project_making import PartPlan
from tests.chat import Chat
from tests.handlers.offered import leave_number, load, make, offered, only
from tests.handlers.officers import rows

__all__ = ["offered"]
NUMBER = "13812345681"


def test_a_company_offers_two_lecturers_and_everybody_finds_them_after_the_look(offered: Chat) -> None:
    say = offered
    leave_number(say, "bo", NUMBER)
    first = say("我们公司可以提供两名口腔讲师,看哪里用得上", "bo")
    assert (first.did, first.text.split("\n")[0]) == ("offer.make", "用在哪里？可以发小区或者楼的名字。")
    say("云杉大厦", "bo")
    seen = say("12月1日到12月31日", "bo")
    for part in ("口腔讲师 2名", "类别：专业", "单位：白桦齿科", "地点：云杉大厦"):
        assert part in seen.text
    done = say.press("提交", "bo")
    assert (done.did, done.refs) == ("offer.make", ["offer:chat-5", "project:smile"])
    assert done.text.startswith("收到了，站长看过告诉您。\n合适的有1条：")
    for reason in ("同类", "数量够", "同一幢楼或同一个小区"):
        assert reason in done.text
    assert "口腔讲师" not in say("看看大家的资源", "anna").text
    asked = say.told()["officer"]
    assert asked.text.startswith("请看一遍，公开不公开？有人登记了资源。")
    assert asked.labels == ["公开资源", "不公开"]
    assert say(asked.buttons["公开资源"], "he").text == "请找站长、街长，云杉大厦的事由工作人员办。"
    accepted = say.press("公开资源", "officer")
    assert (accepted.did, accepted.text.split("\n")[0]) == ("staff.offer", "公开了，已经告诉对方。")
    again = say(asked.buttons["不公开"], "officer").text
    assert (again, say(asked.buttons["公开资源"], "officer").text) == (
        again,
        "不用再办，这一条已经处理过了。",
    )
    told = say.told()
    assert told["bo"].text == "公开了：口腔讲师 2名，大家现在能看到。"
    # Who looks after the project that misses them hears of it, with the reasons and no number.
    assert told["officer"].text.startswith("有人能提供口腔讲师 2名，项2「笑一笑」用得上：同类、数量够、")
    found = say("看看大家的资源", "anna")
    assert "offer:chat-5" in found.refs
    assert NUMBER not in found.text + told["officer"].text + done.text
    log = [
        tuple(row)
        for row in rows(say, select(CHANGE.c.before, CHANGE.c.after).where(CHANGE.c.subject == "offer"))
    ]
    assert log == [(None, "proposed"), ("proposed", "open")]


def test_who_wants_something_sees_at_once_what_fits_and_never_a_number(offered: Chat) -> None:
    say = offered
    leave_number(say, "bo", NUMBER)
    done = make(say, "我们公司需要300份护牙包", "feng")
    assert (done.did, done.refs) == ("offer.want", ["offer:chat-5", "offer:birch-kits"])
    assert "合适在：同类、数量够、哪里都可以" in done.text
    assert "护牙包 500份" in done.text
    assert NUMBER not in done.text
    asked = say.told()["officer"]
    say(asked.buttons["公开资源"], "officer")
    told = say.told()
    assert told["bo"].text == "有人想要护牙包 300份，您登记的合适：同类、数量够、哪里都可以。"
    assert told["bo"].labels == ["想联系", "我的资源"]
    # At most one a week: the second waits until the week is over, the third a week longer, one withdrawn is never told.
    for nth, many in enumerate((20, 30, 40), 6):
        make(say, f"我们公司需要{many}份护牙包", "liu")
        # His home is in the estate, of which the officer of the whole quarter decides.
        say(say.told()["chief"].buttons["公开资源"], "chief")
        assert "bo" not in say.told()
        assert only(say, select(OFFER.c.state).where(OFFER.c.code == f"chat-{nth}")).state == "open"
    say("dropoffer 7", "liu")
    say.press("撤回资源", "liu")
    assert "bo" not in say.told("2026-11-30T09:09:00+08:00")
    second = say.told("2026-11-30T09:11:00+08:00")["bo"]
    assert second.text.startswith("有人想要护牙包 20份，")
    assert "bo" not in say.told("2026-12-07T09:09:00+08:00")
    third = say.told("2026-12-07T09:11:00+08:00")["bo"]
    assert third.text.startswith("有人想要护牙包 40份，")
    assert len(rows(say, select(MATCH_TOLD).where(MATCH_TOLD.c.at > say.clock.now() - APART))) == 1
    # Nothing is left to be told.
    assert "bo" not in say.told("2026-12-21T09:11:00+08:00")
    assert rows(say, select(MATCH_DUE)) == []


def test_staff_offer_at_once_a_person_for_himself_and_money_is_a_pledge(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    say("我有资源", "officer")
    say.press("物资", "officer")
    say("5顶帐篷", "officer")
    say("云杉大厦", "officer")
    assert say.press("随时", "officer").text.startswith("这样登记，对吗？")
    assert say.press("提交", "officer").text.startswith("登记好了，大家现在就能看到。")
    assert say("我要资源", "he").labels[:5] == ["人力", "物资", "场地", "专业", "资金"]
    refused = say.press("资金", "he")
    assert refused.text == "请到项目里认捐，资金只能认捐给一个具体的项目，这里不收钱。"
    assert refused.labels == ["找项目"]
    seen = say("我可以提供一间能坐20人的会议室", "lin")
    assert seen.text.startswith("场地在哪里？请发楼或者小区的名字。")
    say.press("云杉大厦", "lin")
    shown = say.press("随时", "lin").text
    assert "能坐几位：20位" in shown
    assert "单位" not in shown
    say.press("改类别", "lin")
    say.press("人力", "lin")
    say.press("提交", "lin")
    row = only(say, select(OFFER).where(OFFER.c.code == "chat-6"))
    assert (row.kind, row.organization_id, row.state) == ("people", None, "proposed")
    with transaction(say.engine) as db:
        lin = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
        erasure.erase(db, lin, say.clock.now())
    assert only(say, select(OFFER.c.state).where(OFFER.c.code == "chat-6")).state == "withdrawn"


@pytest.mark.parametrize(
    ("line", "did"),
    [
        ("我们公司可以提供两名口腔讲师,看哪里用得上", "offer.make"),
        ("我有资源", "offer.make"),
        ("our company can provide two dental lecturers", "offer.make"),
        ("我要资源", "offer.want"),
        ("我们社团需要一间30人的场地", "offer.want"),
        ("有哪些资源可以用", "offer.search"),
        ("找场地30人", "offer.search"),
        ("我的资源", "offer.list"),
        ("我们想提供一个项目", "offer.project"),
        ("给项1组团", "staff.project"),
        ("设牵头", "staff.project"),
        ("邀请伙伴", "project.invite"),
        ("我们来牵头", "project.lead"),
    ],
)
def test_how_it_is_said(say: Chat, line: str, did: str) -> None:
    assert say(line).did == did


def test_no_more_is_taken_of_an_offer_than_there_is(offered: Chat) -> None:
    say = offered
    with transaction(say.engine) as db:
        key = db.value(select(OFFER.c.id).where(OFFER.c.code == "birch-kits"))
        now = say.clock.now()
        assert offering.take(db, key, 300, None, now)
        assert not offering.take(db, key, 201, None, now)
        assert offering.take(db, key, 200, None, now)
        assert offering.find(db, key).state == "filled"
        offering.give_back(db, key, 300, None, now)
        one = offering.find(db, key)
        assert (one.taken, one.state) == (200, "open")


def test_what_a_published_project_misses_is_told_to_who_offers_it(offered: Chat) -> None:
    """With the reasons and a way to claim it; who wants no recommendations is not written to."""
    say = offered
    with transaction(say.engine) as db:
        officer = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "officer"))
        now, part = say.clock.now(), PartPlan("supplies", "护牙包", 300, "份")
        made = project_making.make(db, "牙齿好", [part], officer, now, place_id=1)
        draft = project_making.find(db, made)
        assert draft is not None
        project_making.publish(db, draft, officer, now)
    told = say.told()
    assert told["bo"].text == "项3「牙齿好」缺护牙包，您登记的护牙包 500份合适：同类、数量够、哪里都可以。"
    assert told["bo"].labels[0] == "用这个认领"
    assert say.press("用这个认领", "bo").did == "project.claim"
    with transaction(say.engine) as db:
        bo = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "bo"))
        consent.withdraw(db, bo, "recommendations", say.clock.now())
        match_due.enter(db, "project", made, say.clock.now())
    say.at("2026-12-05T09:00:00+08:00")
    assert "bo" not in say.told()
