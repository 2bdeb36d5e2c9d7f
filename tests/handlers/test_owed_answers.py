"""A plan or a consultation that is late climbs as needs do, without a word of what was asked; a forgotten one ends."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import erasure, joining
from models.database import transaction
from models.member import ROLE
from models.need import NEED
from models.still import CHECKS
from tests import street
from tests.chat import Chat
from tests.handlers.test_consultations import ask
from tests.handlers.test_plans_wanted import wish, write
from tests.shifts import member
from tests.street import rows

# Three working days from Monday, and the ones after it.
DUE, NEXT, THEN = (f"2026-11-{day}T18:01:00+08:00" for day in (26, 27, 30))
PRESS = "请催一催贝塔律所，过了时间没答复的咨询有1个。内容只有机构看得到。"


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    street.load(say_on_both.engine, tmp_path)
    return say_on_both


def told(say: Chat, until: str, about: str) -> dict[str, list[str]]:
    """Who was told what until then, of what is about this."""
    found = {who: each.text.split("\n") for who, each in say.told(until).items()}
    lines = {who: [line for line in each if about in line] for who, each in found.items()}
    return {who: each for who, each in lines.items() if each}


def test_a_late_consultation_climbs_without_its_words(say: Chat) -> None:
    ask(say)
    say.told()
    assert told(say, DUE, "咨询") == {"lawyer": ["今天要答复：咨询需1，对方还在等。"]}
    again = "请现在答复咨询需1，时间过了，对方还在等。"
    assert told(say, NEXT, "咨询") == {"lawyer": [again], "officer": [PRESS]}
    assert told(say, THEN, "咨询") == {"lawyer": [again], "officer": [PRESS], "chief": [PRESS]}
    counted = say.press("咨询情况", "chief")
    assert counted.text.endswith("· 贝塔律所：1个，等答复1个，过期1个")
    # Two that are late are one message a day.
    ask(say, "he", "加班费怎么算")
    say.told("2026-12-03T18:01:00+08:00")
    seen = told(say, "2026-12-04T18:01:00+08:00", "咨询")
    assert sum("有2个" in line for line in seen["chief"]) == 1
    say("consultreply 1", "lawyer"), say("有。", "lawyer")
    say("consultreply 2", "lawyer"), say("按工资。", "lawyer")
    assert told(say, "2026-12-08T18:01:00+08:00", "咨询") == {
        "lin": ["贝塔律所答复您的咨询需1："],
        "he": ["贝塔律所答复您的咨询需2："],
    }


def test_without_being_asked_again_officers_are_told_of_what_was_answered(
    say: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: it is the check at sending that keeps it back."""
    ask(say)
    say.told(DUE)
    monkeypatch.setitem(CHECKS, "lateconsultations", lambda *_: None)
    assert PRESS in told(say, NEXT, "咨询")["officer"]


def test_where_nobody_represents_the_provider_any_more_the_officer_is_told_at_once(say: Chat) -> None:
    ask(say)
    with transaction(say.engine) as db:
        erasure.erase(db, member(db, "lawyer"), say.clock.now())
        assert db.value(select(ROLE.c.id).where(ROLE.c.member_id == member(db, "officer"))) is not None
    assert told(say, DUE, "咨询") == {
        "officer": ["请给贝塔律所登记一位联系人，没有人答复的咨询有1个。内容只有机构看得到。"]
    }


def test_a_late_plan_climbs_and_outlives_its_officer(say: Chat) -> None:
    wish(say)
    say.told()
    assert told(say, DUE, "需1") == {"officer": ["今天要给方案：需1，对方还在等。"]}
    assert told(say, NEXT, "需1") == {
        "officer": ["请今天写好需1的方案，时间过了，对方还在等。"],
        "chief": ["请过问需1的方案，过了时间还没写，经办的同事提醒过了。"],
    }
    with transaction(say.engine) as db:
        erasure.erase(db, member(db, "officer"), say.clock.now())
    assert told(say, THEN, "需1") == {"chief": ["请今天写好需1的方案，时间过了，对方还在等。"]}
    (
        say("writeplan 1", "chief"),
        say.press("办一场活动", "chief"),
        say("品茶", "chief"),
        say("两位。", "chief"),
    )
    say.told()
    # Whoever asked leaves it at that: it ends, and nobody is told of it as late.
    ended = told(say, "2027-01-05T18:01:00+08:00", "需1")
    assert ended == {"acme-rep": ["需1先结束了，四周没有再说什么。说过的还留着，还要办就重新提一个。"]}
    assert rows(say, NEED.c.state, NEED.c.outcome) == [("closed", "no_answer")]
    assert say.press("看看", "acme-rep").did == "need.status"


def test_steps_of_needs_lead_to_the_consultation_and_reach_nobody_else(say: Chat) -> None:
    ask(say)
    say("consultreply 1", "lawyer"), say("带合同来。", "lawyer"), say.told()
    for line in (
        "need 1",
        "addto 1",
        "reopen 1",
        "1重新打开，还是没说清",
        "isdone 1",
        "withdrawneed 1",
        "contest 1",
    ):
        shown = say(line)
        assert (shown.text.count("带合同来。"), shown.labels[-3:]) == (
            1,
            ["再问一句", "结束咨询", "我的咨询"],
        ), line
    assert say("我的诉求").refs == []
    assert rows(say, NEED.c.state, NEED.c.reopened) == [("answered", 0)]
    # Four weeks later nobody asks whether it is solved.
    silent = say.told("2027-01-05T10:00:00+08:00")
    assert [who for who, each in silent.items() if "需1" in each.text] == ["lin"]
    assert "解决了吗" not in silent["lin"].text


def test_staff_do_with_a_plan_only_what_is_done_with_plans(say: Chat) -> None:
    wish(say)
    for line in (
        "handleneed 1",
        "受理 1",
        "1 办结，做好了",
        "立项 1",
        "openneed 1",
        "rejectneed 1",
        "referneed 1",
    ):
        shown = say(line, "officer")
        assert (shown.refs, shown.labels[:2]) == (["need:1"], ["看策划", "写方案"]), line
    assert say("conceal 1", "officer").text == "请再看看编号，没有找到这一件。"
    assert say("handleneed 1", "estate-officer").text == "请核对编号，没有找到需1。"
    assert rows(say, NEED.c.state, NEED.c.visibility) == [("new", "private")]
    write(say, "办一场活动", "品茶", "两位。")
    assert say("reopen 1", "acme-rep").labels[1:4] == ["接受", "请他们改", "不办了"]


def test_two_accounts_become_one_in_the_middle(say: Chat) -> None:
    """Who asked from another account reads it from this one, and is told of the answer here."""
    ask(say, "newcomer")
    say.told()
    with transaction(say.engine) as db:
        other = db.value(select(NEED.c.reporter_id))
        joining.join(db, member(db, "lin"), other, None, say.clock.now())
    assert "试用期被口头辞退" in say("consultation 1").text
    say("consultreply 1", "lawyer"), say("带合同来。", "lawyer")
    assert any("带合同来。" in each.text for each in say.told().values())
