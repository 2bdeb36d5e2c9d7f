"""When somebody is reminded: what a registration plans, what a move, a wish and a cancellation make of it."""

import itertools
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, func, insert, select, text, update

from handlers import reminders
from models import activity, erasure, registering, reminder, reminding, still
from models.activity import ACTIVITY
from models.database import Db, transaction
from models.delivery import DELIVERY
from models.member import MEMBER
from models.notice import NOTICE
from models.registration import REGISTRATION
from models.reminder import REMINDER
from models.schedule import Schedule
from tests.chat import SCHEDULE
from tests.conftest import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Register = Callable[..., int]


def at(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{clock}:00+08:00")


def number_of(db: Db, code: str) -> int:
    return int(db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code)))


def member_of(db: Db, code: str) -> int:
    return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def register(db: Db, code: str, who: str = "lin", now: datetime = NOW, schedule: Schedule = SCHEDULE) -> int:
    wanted = activity.find(db, number_of(db, code))
    key = registering.register(db, wanted, member_of(db, who), 1, {}, now)
    reminder.plan(db, key, wanted.starts, schedule, now)
    return key


def move(db: Db, code: str, starts: datetime, now: datetime, schedule: Schedule = SCHEDULE) -> None:
    """The activity moves, as whoever changes it says."""
    there = ACTIVITY.c.code == code
    db.run(update(ACTIVITY).where(there).values(starts=starts, ends=starts + HOUR))
    reminder.rebuild(db, db.value(select(ACTIVITY.c.id).where(there)), schedule, now)


def rows(db: Db, key: int, state: str = "waiting") -> list[tuple[int, datetime]]:
    """The reminders of a registration in this state: minutes before, and when."""
    these = select(REMINDER.c.before, REMINDER.c.due).where(
        REMINDER.c.registration_id == key, REMINDER.c.state == state
    )
    return [(row.before, row.due) for row in db.rows(these.order_by(REMINDER.c.due))]


def run(db: Db, now: datetime, schedule: Schedule = SCHEDULE) -> bool:
    return reminders.remind_people(db, now, schedule)


def told(db: Db) -> list[str]:
    """The keys of all that was told, one for each who was."""
    each = select(NOTICE.c.key).join(DELIVERY, DELIVERY.c.notice_id == NOTICE.c.id).order_by(DELIVERY.c.id)
    return [row.key for row in db.rows(each)]


def became(db: Db) -> list[tuple[int, str, str | None]]:
    found = select(REMINDER.c.before, REMINDER.c.state, REMINDER.c.reason).order_by(REMINDER.c.id)
    return [tuple(row) for row in db.rows(found)]


# Planning.


def test_a_registration_plans_a_day_and_two_hours_before(db: Db) -> None:
    key = register(db, "yoga-thu")
    assert rows(db, key) == [(1440, at(25, "12:10")), (120, at(26, "10:10"))]


def test_who_registers_late_gets_no_stale_one(db: Db) -> None:
    assert rows(db, register(db, "yoga-tue", now=at(23, "12:10"))) == [(120, at(24, "10:10"))]
    assert rows(db, register(db, "coffee", now=at(26, "10:30"))) == []


# The quiet hours: from 22:00 to 08:00.
@pytest.mark.parametrize(
    ("starts", "due"),
    [
        ("12:10", [at(25, "12:10"), at(26, "10:10")]),
        ("10:00", [at(25, "10:00"), at(26, "08:00")]),  # the end of the quiet hours is not quiet
        ("09:59", [at(25, "09:59"), at(26, "08:00")]),  # within them: at their end
        ("08:30", [at(25, "08:30"), at(26, "08:00")]),  # half an hour after their end is still in time
        ("08:29", [at(25, "08:29"), at(25, "21:50")]),  # earlier than that: ten minutes before they begin
        ("08:00", [at(25, "08:00"), at(25, "21:50")]),
        ("06:30", [at(25, "08:00"), at(25, "21:50")]),
        ("23:00", [at(26, "08:00"), at(26, "21:00")]),
        ("00:30", [at(25, "08:00"), at(25, "21:50")]),
    ],
)
def test_what_falls_into_the_quiet_hours_goes_out_beside_them(
    starts: str, due: list[datetime], db: Db
) -> None:
    planned = reminder.times(SCHEDULE.remind, at(26, starts), SCHEDULE, at(20, "09:00"))
    assert [each.due for each in planned] == due


def test_without_quiet_hours_each_goes_out_at_its_own_time() -> None:
    always = Schedule(SCHEDULE.zone, None)
    planned = reminder.times(always.remind, at(26, "06:30"), always, at(20, "09:00"))
    assert [each.due for each in planned] == [at(25, "06:30"), at(26, "04:30")]


def test_two_that_fall_on_the_same_instant_are_one() -> None:
    planned = reminder.times([3 * HOUR, 2 * HOUR], at(26, "08:00"), SCHEDULE, NOW)
    assert [(each.before, each.due) for each in planned] == [(180, at(25, "21:50"))]


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Asia/Shanghai"])
def test_a_day_before_is_24_hours_also_where_clocks_are_changed(zone: str) -> None:
    """In New York clocks went back on 1 November 2026, in Berlin on 25 October."""
    here = ZoneInfo(zone)
    for day in (datetime(2026, 11, 1, 15, tzinfo=here), datetime(2026, 10, 25, 15, tzinfo=here)):
        planned = reminder.times([DAY], day, Schedule(here), day - 5 * DAY)
        assert [day.timestamp() - each.due.timestamp() for each in planned] == [DAY.total_seconds()]


# Moving, wishing, cancelling.


def test_a_move_makes_new_ones_of_the_new_start(db: Db) -> None:
    key = register(db, "yoga-thu")
    registering.come(db, activity.find(db, number_of(db, "yoga-thu")), member_of(db, "lin"), NOW)
    move(db, "yoga-thu", at(27, "15:00"), NOW)
    assert rows(db, key) == [(1440, at(26, "15:00")), (120, at(27, "13:00"))]
    assert rows(db, key, "dropped") == [(1440, at(25, "12:10")), (120, at(26, "10:10"))]
    assert db.value(select(REGISTRATION.c.coming).where(REGISTRATION.c.id == key)) is None


def test_a_move_that_keeps_the_start_keeps_the_reminders(db: Db) -> None:
    key = register(db, "yoga-thu")
    before = rows(db, key)
    move(db, "yoga-thu", at(26, "12:10"), NOW)
    assert (rows(db, key), rows(db, key, "dropped")) == (before, [])


def test_what_moved_and_moves_back_is_reminded_of_once(db: Db) -> None:
    key = register(db, "yoga-thu")
    before = rows(db, key)
    move(db, "yoga-thu", at(27, "15:00"), NOW)
    move(db, "yoga-thu", at(26, "12:10"), NOW)
    assert rows(db, key) == before
    run(db, at(25, "12:10"))
    move(db, "yoga-thu", at(28, "12:10"), at(25, "13:00"))
    move(db, "yoga-thu", at(26, "12:10"), at(25, "13:00"))
    assert (rows(db, key, "told"), rows(db, key)) == (before[:1], before[1:])


def test_what_was_told_of_the_old_start_is_told_of_the_new_one(db: Db) -> None:
    key = register(db, "yoga-thu")
    run(db, at(25, "12:10"))
    move(db, "yoga-thu", at(28, "12:10"), at(25, "13:00"))
    run(db, at(27, "12:10"))
    assert len(told(db)) == 2
    assert rows(db, key) == [(120, at(28, "10:10"))]


def test_wishes_survive_a_move_and_each_has_his_own(db: Db) -> None:
    starts = at(26, "12:10")
    keys = [register(db, "yoga-thu", who) for who in ("lin", "he", "anna")]
    reminder.choose(db, keys[0], starts, [], SCHEDULE, NOW)
    reminder.choose(db, keys[1], starts, [3 * HOUR], SCHEDULE, NOW)
    assert [rows(db, key) for key in keys[:2]] == [[], [(180, at(26, "09:10"))]]
    move(db, "yoga-thu", at(27, "15:00"), NOW)
    assert [rows(db, key) for key in keys] == [
        [],
        [(180, at(27, "12:00"))],
        [(1440, at(26, "15:00")), (120, at(27, "13:00"))],
    ]


def test_a_wish_is_taken_back(db: Db) -> None:
    starts, key = at(26, "12:10"), register(db, "yoga-thu")
    usual = rows(db, key)
    reminder.choose(db, key, starts, [], SCHEDULE, NOW)
    assert (rows(db, key), reminder.chosen(db, key)) == ([], [])
    reminder.choose(db, key, starts, None, SCHEDULE, NOW)
    assert (rows(db, key), reminder.chosen(db, key)) == (usual, None)


def test_who_left_gets_none_of_the_new_start(db: Db) -> None:
    key = register(db, "yoga-thu")
    registering.cancel(db, activity.find(db, number_of(db, "yoga-thu")), member_of(db, "lin"), NOW)
    move(db, "yoga-thu", at(27, "15:00"), NOW)
    assert rows(db, key) == []


# Telling.


def test_each_goes_out_once_at_its_time(db: Db) -> None:
    register(db, "yoga-thu")
    run(db, at(25, "12:09"))
    assert told(db) == []
    run(db, at(25, "12:10"))
    run(db, at(25, "12:10"))
    assert len(told(db)) == 1
    run(db, at(26, "10:10"))
    assert became(db) == [(1440, "told", None), (120, "told", None)]
    assert len(told(db)) == 2


# By how much each may be late: a quarter of its span, and three hours at most.
@pytest.mark.parametrize(
    ("span", "late", "fate"),
    [
        (DAY, 3 * HOUR, ("told", None)),
        (DAY, 3 * HOUR + MINUTE, ("expired", "too late to be of use")),
        (2 * HOUR, 30 * MINUTE, ("told", None)),
        (2 * HOUR, 31 * MINUTE, ("expired", "too late to be of use")),
        (20 * MINUTE, 5 * MINUTE, ("told", None)),
        (20 * MINUTE, 6 * MINUTE, ("expired", "too late to be of use")),
        (20 * MINUTE, 20 * MINUTE, ("expired", "it has started")),
    ],
)
def test_what_is_too_late_is_recorded_and_not_told(
    span: timedelta, late: timedelta, fate: tuple[str, str | None], db: Db
) -> None:
    schedule = Schedule(SCHEDULE.zone, remind=(span,))
    register(db, "yoga-thu", schedule=schedule)
    run(db, at(26, "12:10") - span + late, schedule)
    assert [row[1:] for row in became(db)] == [fate]
    assert len(told(db)) == (fate[0] == "told")


def test_it_is_of_use_until_its_limit_or_the_start(db: Db) -> None:
    register(db, "yoga-thu")
    run(db, at(25, "12:30"))
    run(db, at(26, "10:20"))
    expires = [row.expires for row in db.rows(select(NOTICE.c.expires).order_by(NOTICE.c.id))]
    assert expires == [at(25, "15:10"), at(26, "10:40")]


@pytest.mark.parametrize("clock", ["22:00", "23:30", "07:59"])
def test_what_is_due_in_quiet_hours_that_are_new_is_put_off_to_their_end(clock: str, db: Db) -> None:
    always = Schedule(SCHEDULE.zone, None, (2 * HOUR,))
    key = register(db, "yoga-thu", schedule=always)
    due = datetime.fromisoformat(f"2026-11-{25 if clock > '20' else 26}T{clock}:00+08:00")
    db.run(update(REMINDER).values(due=due))
    run(db, due)
    assert (rows(db, key), told(db)) == ([(120, at(26, "08:00"))], [])
    run(db, at(26, "08:00"))
    assert became(db) == [(120, "told", None)]


def test_what_would_be_put_off_too_long_expires(db: Db) -> None:
    always = Schedule(SCHEDULE.zone, None, (2 * HOUR,))
    register(db, "taiji", schedule=always)
    run(db, at(25, "04:30"))
    assert became(db) == [(120, "expired", "the quiet hours end too late")]
    assert told(db) == []


def test_without_quiet_hours_it_is_told_at_night(db: Db) -> None:
    always = Schedule(SCHEDULE.zone, None, (2 * HOUR,))
    register(db, "taiji", schedule=always)
    run(db, at(25, "04:30"), always)
    assert became(db) == [(120, "told", None)]


CHANGES: dict[str, Callable[[Db], Any]] = {
    "the registration was cancelled": lambda db: db.run(update(REGISTRATION).values(state="cancelled")),
    "the activity was cancelled": lambda db: db.run(update(ACTIVITY).values(state="cancelled")),
    "the activity was withdrawn": lambda db: db.run(update(ACTIVITY).values(state="withdrawn")),
    "moved": lambda db: db.run(update(ACTIVITY).values(starts=at(26, "13:00"))),
}


@pytest.mark.parametrize("why", CHANGES)
def test_what_makes_no_sense_any_more_is_dropped_with_the_reason(why: str, db: Db) -> None:
    register(db, "yoga-thu")
    CHANGES[why](db)
    run(db, at(25, "12:10"))
    assert became(db)[0] == (1440, "dropped", why)
    assert told(db) == []


@pytest.mark.parametrize("why", CHANGES)
def test_it_is_asked_again_when_it_is_sent(why: str, db: Db) -> None:
    register(db, "yoga-thu")
    run(db, at(25, "12:10"))
    lin, asked = member_of(db, "lin"), db.value(select(NOTICE.c.still))
    assert still.why_not_for(db, asked, [lin], at(25, "12:11")) == {}
    CHANGES[why](db)
    assert still.why_not_for(db, asked, [lin], at(25, "12:11")) == {lin: why}


def test_what_has_started_is_not_sent(db: Db) -> None:
    register(db, "yoga-thu")
    run(db, at(25, "12:10"))
    lin, asked = member_of(db, "lin"), db.value(select(NOTICE.c.still))
    assert still.why_not_for(db, asked, [lin], at(26, "12:09")) == {}
    assert still.why_not_for(db, asked, [lin], at(26, "12:10")) == {lin: "it has started"}


def test_a_start_between_two_seconds_is_the_same_when_it_is_asked_again(db: Db) -> None:
    starts = at(26, "12:10") + timedelta(microseconds=123456)
    db.run(update(ACTIVITY).where(ACTIVITY.c.code == "yoga-thu").values(starts=starts))
    register(db, "yoga-thu")
    run(db, starts - DAY)
    lin, asked = member_of(db, "lin"), db.value(select(NOTICE.c.still))
    assert still.why_not_for(db, asked, [lin], starts - DAY) == {}


def test_who_left_is_skipped_and_the_others_are_told(db: Db) -> None:
    for who in ("lin", "he"):
        register(db, "yoga-thu", who)
    run(db, at(25, "12:10"))
    lin, he = member_of(db, "lin"), member_of(db, "he")
    registering.cancel(db, activity.find(db, number_of(db, "yoga-thu")), lin, at(25, "12:10"))
    asked = db.value(select(NOTICE.c.still))
    left = still.why_not_for(db, asked, [lin, he], at(25, "12:11"))
    assert left == {lin: "the registration was cancelled"}


def test_those_who_are_told_the_same_share_one_notice(db: Db) -> None:
    for who in ("lin", "he", "anna"):
        register(db, "yoga-thu", who)
    run(db, at(25, "12:10"))
    assert db.value(select(func.count()).select_from(NOTICE)) == 1
    assert db.value(select(func.count()).select_from(DELIVERY)) == 3


def test_a_slice_that_is_run_again_tells_nobody_twice(db: Db) -> None:
    register(db, "yoga-thu")
    run(db, at(25, "12:10"))
    db.run(update(REMINDER).values(state="waiting", settled=None))  # as if it had not been noted
    register(db, "yoga-thu", "he", at(25, "12:00"))
    run(db, at(25, "12:10"))
    told_to = [row.member_id for row in db.rows(select(DELIVERY.c.member_id).order_by(DELIVERY.c.id))]
    assert told_to == [member_of(db, "lin"), member_of(db, "he")]


def test_more_than_a_slice_is_told_slice_by_slice(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "SLICE", 2)
    for who in ("lin", "he", "anna"):
        register(db, "yoga-thu", who)
    assert run(db, at(25, "12:10")) is True
    assert len(told(db)) == 2
    assert run(db, at(25, "12:10")) is False
    assert len(told(db)) == 3


def test_the_next_one_is_the_earliest_that_waits(db: Db) -> None:
    assert reminding.next_due(db) is None
    register(db, "yoga-thu")
    assert reminding.next_due(db) == at(25, "12:10")
    run(db, at(25, "12:10"))
    assert reminding.next_due(db) == at(26, "10:10")


# Twins: told once by the state of the row, and by the key of the notice where that is lost.


def wait_again(db: Db) -> None:
    """As if what was settled had been lost, and not what was told."""
    db.run(update(REMINDER).where(REMINDER.c.before == 1440).values(state="waiting", settled=None))


def test_a_row_that_waits_again_is_not_told_twice(db: Db) -> None:
    register(db, "yoga-thu")
    run(db, at(25, "12:10"))
    wait_again(db)
    run(db, at(25, "12:11"))
    assert len(told(db)) == 1
    assert became(db)[0] == (1440, "told", None)


def test_without_the_key_it_would_be_told_twice(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = map(str, itertools.count())
    monkeypatch.setattr(reminding, "_key", lambda _about, _expires: next(keys))
    register(db, "yoga-thu")
    run(db, at(25, "12:10"))
    wait_again(db)
    run(db, at(25, "12:11"))
    assert len(told(db)) == 2


def test_two_schedulers_at_once_tell_each_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "SLICE", 2)  # so that several write the same notice at once
    with transaction(engine) as db:
        for who in ("lin", "he", "anna", "mei", "officer"):
            register(db, "yoga-thu", who)
    start = threading.Barrier(4)

    def tick() -> None:
        start.wait()
        more = True
        while more:
            with transaction(engine) as db:
                more = run(db, at(25, "12:10"))

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with transaction(engine) as db:
        assert len(told(db)) == 5
        assert db.value(select(func.count()).select_from(DELIVERY)) == 5
        assert db.value(select(func.count()).where(REMINDER.c.state == "told")) == 5


# Forgetting.


def test_who_is_erased_takes_his_reminders_along(db: Db) -> None:
    register(db, "yoga-thu")
    kept = register(db, "yoga-thu", "he")
    erasure.erase(db, member_of(db, "lin"), NOW)
    assert {row.registration_id for row in db.rows(select(REMINDER.c.registration_id))} == {kept}


def test_what_was_settled_long_ago_is_forgotten(db: Db) -> None:
    key = register(db, "yoga-thu")
    run(db, at(25, "12:10"))
    assert reminder.forget(db, at(25, "12:10") + reminder.KEPT) is False
    assert len(rows(db, key, "told")) == 1
    reminder.forget(db, at(25, "12:11") + reminder.KEPT)
    assert (rows(db, key, "told"), len(rows(db, key))) == ([], 1)


# The plan of a tick.

DUE = "ix_reminder_due"
MANY = 20_000


@pytest.fixture
def crowded(engine: Engine) -> Engine:
    """Many that wait, and many that were told."""
    with transaction(engine) as db:
        key = register(db, "yoga-thu")
        starts = at(26, "12:10")
        new = [
            {
                "registration_id": key,
                "before": 10_000 + nth,
                "starts": starts,
                "due": NOW + timedelta(seconds=nth),
                "state": "waiting" if nth % 2 else "told",
                "settled": None if nth % 2 else NOW,
            }
            for nth in range(2 * MANY)
        ]
        db._connection.execute(insert(REMINDER), new)
    with engine.connect() as connection:
        connection.execute(text("ANALYZE reminder"))
        connection.commit()
    return engine


def plans(engine: Engine, work: Callable[[Db], object]) -> list[str]:
    """How the database does each statement of a piece of work that reads reminders."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if "FROM reminder" in statement and statement.startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with transaction(engine) as db:
        work(db)
    event.remove(engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        return [
            "\n".join(str(row) for row in connection.exec_driver_sql(explain + statement, parameters))
            for statement, parameters in seen
        ]


def test_a_tick_finds_what_is_due_by_the_index_of_those_that_wait(crowded: Engine) -> None:
    asked = plans(crowded, lambda db: (reminding.due(db, NOW + 30 * MINUTE, 100), reminding.next_due(db)))
    assert len(asked) == 2
    assert [DUE in plan for plan in asked] == [True, True], asked


def test_without_that_index_the_whole_table_is_looked_through(crowded: Engine) -> None:
    with transaction(crowded) as db:
        db.run(text(f"DROP INDEX {DUE}"))
    asked = plans(crowded, lambda db: (reminding.due(db, NOW + 30 * MINUTE, 100), reminding.next_due(db)))
    assert [DUE in plan for plan in asked] == [False, False]
    assert not any("INDEX" in plan.upper() for plan in asked), asked


def test_a_slice_takes_a_few_statements_however_many_are_told(engine: Engine) -> None:
    """Two that find, four that tell those who are told the same, and one that settles."""
    with transaction(engine) as db:
        for who in ("lin", "he", "anna", "mei"):
            register(db, "yoga-thu", who)
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split()[0] in ("SELECT", "INSERT", "UPDATE"):
            seen.append(statement.split()[0])

    event.listen(engine, "before_cursor_execute", note)
    with transaction(engine) as db:
        run(db, at(25, "12:10"))
    event.remove(engine, "before_cursor_execute", note)
    assert seen == [*("SELECT", "SELECT"), *("SELECT", "INSERT", "SELECT"), *("SELECT", "INSERT"), "UPDATE"]
