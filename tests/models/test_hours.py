"""Hours in any order of coming, going, undoing and entering: sums are sums, and never above what was planned."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError

from models import checking_in, credit, hours, pack_file, registering, registration, served, store, visit
from models.credit import CREDIT
from models.database import Db, transaction
from models.refusal import Refusal
from tests.conftest import PACK
from tests.shifts import member, shift, wanted

ZONE = ZoneInfo("Asia/Shanghai")
OPENS = datetime.fromisoformat("2026-11-29T08:30:00+08:00")
PEOPLE = ("lin", "he")
SHIFT_CODES = ("gate", "lobby", "soup")
SHIFTS = (
    shift("gate", "值守", 29, "08:00", "09:00", 2)
    + shift("lobby", "导览", 29, "09:00", "12:00", 0, True)
    + shift("soup", "汤会", 29, "12:00", "13:00", 0)
)
# Who does what, where, how many minutes after the one before.
STEPS = st.tuples(
    st.sampled_from(["scan", "undo", "enter", "correct", "assume"]),
    st.sampled_from(PEOPLE),
    st.sampled_from(SHIFT_CODES),
    st.integers(1, 40),
)


class _Undone(Exception):  # noqa: N818  (the way out of a transaction, not a fault)
    """Ends a transaction that is not to be committed."""


@pytest.fixture
def shifts(engine: Engine, tmp_path: Path) -> Engine:
    pack = tmp_path / "shifts.toml"
    pack.write_text(SHIFTS, "utf-8")
    with transaction(engine) as db:
        store.store(db, pack_file.read([PACK, pack]))
    return engine


def _do(db: Db, step: tuple[str, str, str, int], now: datetime) -> None:
    what, who, code, number = step
    there, key = wanted(db, code), member(db, who)
    own = registration.live(db, there, key)
    assert own is not None
    with suppress(Refusal):
        if what == "scan":
            checking_in.check_in(db, there, key, "screen", now)
        elif what == "undo" and (known := visit.of(db, own.id)) is not None:
            checking_in.undo(db, there, known, key, now)
        elif what == "enter":
            hours.enter(db, own.id, number, "没电", member(db, "officer"), now)
        elif what == "correct" and visit.of(db, own.id) is not None:
            hours.correct(db, own.id, number, "早走", member(db, "officer"), now)
        elif what == "assume":
            hours.assume(db, now, 10)


def _check(db: Db) -> None:
    for who in PEOPLE:
        found = served.of(db, member(db, who), ZONE)
        own = CREDIT.c.member_id == member(db, who)
        stored = db.value(select(func.coalesce(func.sum(CREDIT.c.minutes), 0)).where(own))
        assert found.minutes == stored == found.by_scan + found.by_word
        assert found.minutes == sum(line.minutes for line in found.counted)
    for code in SHIFT_CODES:
        there = wanted(db, code)
        most = hours.planned(there.hours, there.checks_out, there.starts, there.ends)
        each = db.rows(
            select(func.sum(CREDIT.c.minutes).label("minutes"))
            .where(CREDIT.c.activity_id == there.id)
            .group_by(CREDIT.c.registration_id)
        )
        assert [row.minutes for row in each if row.minutes > most] == []
        assert credit.of_activity(db, there.id) == sum(row.minutes for row in each)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(steps=st.lists(STEPS, max_size=14))
def test_sums_are_sums_and_never_above_what_was_planned(
    shifts: Engine, steps: list[tuple[str, str, str, int]]
) -> None:
    with suppress(_Undone), transaction(shifts) as db:
        for code in SHIFT_CODES:
            for who in PEOPLE:
                registering.register(db, wanted(db, code), member(db, who), 1, {}, OPENS - timedelta(days=1))
        now = OPENS
        for step in steps:
            now += timedelta(minutes=step[3])
            _do(db, step, now)
            _check(db)
        raise _Undone


def _at_the_gate(db: Db) -> int:
    registering.register(db, wanted(db, "gate"), member(db, "lin"), 1, {}, OPENS - timedelta(days=1))
    own = registration.live(db, wanted(db, "gate"), member(db, "lin"))
    assert own is not None
    checking_in.check_in(db, wanted(db, "gate"), member(db, "lin"), "screen", OPENS)
    return int(own.id)


def test_a_second_call_credits_nothing_more(shifts: Engine) -> None:
    with transaction(shifts) as db:
        key = _at_the_gate(db)
        assert [hours.credit(db, key, OPENS) for _ in range(3)] == [120, 120, 120]
        assert credit.of_activity(db, wanted(db, "gate").id) == 120


def test_without_looking_what_is_there_only_the_database_prevents_a_second_line(
    shifts: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(shifts) as db:
        key = _at_the_gate(db)
        monkeypatch.setattr(hours, "_of", lambda *_: {})
        with pytest.raises(IntegrityError), db.savepoint():
            hours.credit(db, key, OPENS)
