"""An association writes to the contacts of its member units: to nobody else, and it reads whom it does not reach."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import audience, partnership
from models.database import transaction
from models.organization import ORGANIZATION
from tests import shifts, units
from tests.chat import Chat

SAID = "通知银杏共建联盟各成员单位：周五下午开例会"


def test_contacts_of_active_units_alone_get_it(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    units.load(say.engine, tmp_path)
    preview = say(SAID, "gin")
    assert preview.did == "staff.broadcast"
    assert "发给银杏共建联盟各成员单位的联系人，2人会收到。" in preview.text
    assert "请另外通知没有联系人的单位：苔藓印务。" in preview.text
    # Staff of one tower are not staff of the association.
    assert "请找银主任" in say(SAID, "officer").text
    leave(say, "fern")
    say(SAID, "gin")
    assert "1人会收到" in say._last["gin"].text
    say.press("确认发送", "gin")
    told = say.told("2026-11-23T09:30:00+08:00")
    # Its author reads what became of it.
    assert sorted(told) == ["cen", "gin"]
    assert "周五下午开例会" in told["cen"].text


def leave(say: Chat, unit: str) -> None:
    """The unit's partnership is over: it belongs to the association no longer."""
    with transaction(say.engine) as db:
        now = say.clock.now()
        key = db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == unit))
        one = partnership.apply(db, key, shifts.member(db, "fan"), ["green"], None, now)
        assert partnership.end(db, one, None, None, now)


def test_without_the_rule_a_unit_that_left_would_hear_of_it(
    say: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units.load(say.engine, tmp_path)
    leave(say, "fern")
    assert "1人会收到" in say(SAID, "gin").text
    every = select(ORGANIZATION.c.id).where(ORGANIZATION.c.kind == "company")
    monkeypatch.setattr(audience, "_ACTIVE_UNITS", every)
    assert "2人会收到" in say(SAID, "gin").text
