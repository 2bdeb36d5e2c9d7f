"""Who waits gets what is free in order, whole, and once, whoever else is at work; each guard has a twin."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, func, insert, select, update

from handlers import waiting_job
from models import (
    activity,
    erasure,
    joining,
    registering,
    registration,
    seats,
    waiting,
    waiting_list,
    waiting_staff,
    waiting_times,
)
from models.activity import ACTIVITY, Listing
from models.change import CHANGE
from models.database import Db, transaction
from models.due_times import ALWAYS
from models.member import MEMBER
from models.notice import NOTICE
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.schedule import Schedule
from models.shift_role import SHIFT_ROLE
from tests import crowd
from tests.chat import SCHEDULE
from tests.conftest import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def at(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{clock}:00+08:00")


STARTS = at(28, "14:00")


def prepare(db: Db, capacity: int, starts: datetime = STARTS, **values: Any) -> Listing:
    """The coffee, at this time and with so many seats."""
    here = ACTIVITY.c.code == "coffee"
    held = {"starts": starts, "ends": starts + HOUR, "capacity": capacity, "questions": []}
    db.run(update(ACTIVITY).where(here).values(**held, **values))
    return now_of(db)


def now_of(db: Db) -> Listing:
    return activity.find(db, db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "coffee")))


def people(db: Db, count: int) -> list[int]:
    return [crowd.add(db, f"waits-{nth}") for nth in range(count)]


def wait(db: Db, member: int, party: int = 1, now: datetime = NOW) -> int:
    return waiting.join(db, now_of(db), member, party, {}, SCHEDULE, now)


def work(db: Db, now: datetime = NOW, schedule: Schedule = SCHEDULE) -> None:
    """The job, until nothing is due; then it says when it has to do something next, which is not now."""
    while waiting_job.offer(db, now, schedule):
        pass
    due = min((waiting_list.due(each, schedule, ALWAYS) for each in waiting_list.queues(db)), default=None)
    late = waiting_list.next_late(db)
    assert all(each > now for each in (due, late) if each is not None)


def states(db: Db) -> list[str]:
    rows = db.rows(
        select(REGISTRATION.c.state)
        .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
        .where(ACTIVITY.c.code == "coffee")
        .order_by(REGISTRATION.c.id)
    )
    return [row.state for row in rows]


def told(db: Db, beginning: str) -> int:
    return int(db.value(select(func.count()).where(NOTICE.c.key.startswith(beginning))))


def code(rule: Callable[..., Any], *arguments: Any) -> str:
    try:
        rule(*arguments)
    except Refusal as refusal:
        return refusal.code
    return ""


def assert_counted(db: Db) -> None:
    """The counters are the sums of the rows."""
    here = now_of(db)
    rows = db.rows(select(REGISTRATION).where(REGISTRATION.c.activity_id == here.id))
    held = sum(row.seats for row in rows if row.state in seats.HOLDING_STATES)
    assert (here.seats, here.waiting) == (held, sum(row.state == "waiting" for row in rows))


# The time to answer


TIMES = [
    (at(23, "10:00"), at(27, "10:00"), at(24, "20:00")),  # 24 h: 12 until the evening, 12 from the morning on
    (at(23, "10:00"), at(26, "09:00"), at(23, "16:00")),
    (at(23, "20:00"), at(26, "09:00"), at(24, "12:00")),
    (at(23, "10:00"), at(24, "09:00"), at(23, "11:00")),
    (at(23, "10:00"), at(23, "14:30"), at(23, "11:00")),
    (at(23, "21:30"), at(24, "12:00"), at(24, "08:30")),
    (at(23, "22:30"), at(24, "09:00"), at(23, "23:30")),  # within 12 h: also at night
    (at(23, "10:00"), at(23, "14:00"), None),
    (at(23, "23:00"), at(24, "11:30"), None),  # at 08:00 it will be near
]


@pytest.mark.parametrize(("now", "starts", "until"), TIMES)
def test_the_time_to_answer_shrinks_and_rests_at_night(
    now: datetime, starts: datetime, until: datetime | None
) -> None:
    assert waiting_times.answer_by(SCHEDULE, starts, now) == until


# In order


def test_a_freed_seat_goes_to_the_first_and_newcomers_pass_nobody(db: Db) -> None:
    prepare(db, 1)
    lin, *others = people(db, 4)
    registering.register(db, now_of(db), lin, 1, {}, NOW)
    first, second = (wait(db, each) for each in others[:2])
    work(db)
    assert states(db) == ["confirmed", "waiting", "waiting"]
    registering.cancel(db, now_of(db), lin, NOW)
    # Before any job has seen that a seat is free, it is nobody's but the first's.
    assert now_of(db).free == 0
    assert code(registering.register, db, now_of(db), others[2], 1, {}, NOW) == "activity.full"
    work(db)
    assert states(db) == ["cancelled", "offered", "waiting"]
    assert told(db, f"offer:{first}") == 1
    work(db)  # again, as another scheduler would
    assert told(db, "offer:") == 1
    one = waiting.own(db, first, others[0])
    assert one.answer_by == waiting_times.answer_by(SCHEDULE, STARTS, NOW)
    waiting.take(db, one, now_of(db), others[0], SCHEDULE, NOW)
    assert [waiting.place(db, waiting.own(db, second, others[1])), *states(db)] == [
        1, "cancelled", "confirmed", "waiting",
    ]  # fmt: skip
    assert_counted(db)


def test_twin_without_the_guard_newcomers_pass(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "_TAKE", seats._OFFER)
    monkeypatch.setattr(Listing, "free", property(lambda one: one.capacity - one.taken - one.seats))
    prepare(db, 1)
    lin, first, late = people(db, 3)
    registering.register(db, now_of(db), lin, 1, {}, NOW)
    wait(db, first)
    registering.cancel(db, now_of(db), lin, NOW)
    registering.register(db, now_of(db), late, 1, {}, NOW)
    assert states(db) == ["cancelled", "waiting", "confirmed"]


def _family(db: Db) -> None:
    """Two of four seats are free, and three wait before one."""
    prepare(db, 4)
    lin, he, family, single = people(db, 4)
    for each in (lin, he):
        registering.register(db, now_of(db), each, 2, {}, NOW)
    wait(db, family, 3)
    wait(db, single)
    registering.cancel(db, now_of(db), lin, NOW)
    work(db)


def test_a_party_is_not_split_and_nobody_passes_it(db: Db) -> None:
    _family(db)
    assert states(db) == ["cancelled", "confirmed", "waiting", "waiting"]
    registering.cancel(db, now_of(db), crowd.member(db, "waits-1"), NOW)
    work(db)
    assert states(db)[2:] == ["offered", "offered"]
    assert_counted(db)


def test_twin_without_the_guard_a_smaller_party_passes(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    smallest = waiting_list._FRONT.order_by(None).order_by(REGISTRATION.c.seats)
    monkeypatch.setattr(waiting_list, "_FRONT", smallest)
    monkeypatch.setattr(waiting_list.Queue, "fits", lambda one, party: party is not None)
    monkeypatch.setattr(waiting_list, "due", lambda one, *_rest: one.rests or STARTS)
    prepare(db, 4)
    lin, family, single = people(db, 3)
    registering.register(db, now_of(db), lin, 2, {}, NOW)
    wait(db, family, 3)
    wait(db, single)
    waiting_list.step(db, waiting_list.queues(db)[0], SCHEDULE, NOW)
    assert states(db) == ["confirmed", "waiting", "offered"]


def test_twin_without_the_guard_more_is_offered_than_there_is(
    db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    unguarded = update(ACTIVITY).where(seats._HERE).values(seats=ACTIVITY.c.seats + seats._PARTY)
    prepare(db, 1)
    for each in people(db, 3):
        wait(db, each)
    one = waiting_list.queues(db)[0]
    with db.savepoint("guarded"):
        monkeypatch.setattr(waiting_list.Queue, "free", property(lambda _one: None))
        waiting_list.step(db, one, SCHEDULE, NOW)
        assert states(db) == ["offered", "waiting", "waiting"]
    monkeypatch.setattr(seats, "_OFFER", unguarded)
    waiting_list.step(db, one, SCHEDULE, NOW)
    assert states(db) == ["offered", "offered", "offered"]


def test_ten_thousand_places_and_one_more(db: Db) -> None:
    prepare(db, 10_000, taken=0, seats=9_999)
    last, late = people(db, 2)
    assert code(registering.register, db, now_of(db), last, 1, {}, NOW) == ""
    assert code(registering.register, db, now_of(db), late, 1, {}, NOW) == "activity.full"
    wait(db, late)
    work(db)
    assert (now_of(db).seats, now_of(db).waiting, states(db)) == (10_000, 1, ["confirmed", "waiting"])


def test_each_role_has_a_list_of_its_own(db: Db) -> None:
    here = prepare(db, 2)
    tea, door = (
        db.insert(
            insert(SHIFT_ROLE), activity_id=here.id, code=each, name=each, capacity=1, seats=0, waiting=0
        )
        for each in ("tea", "door")
    )
    a, b, c, d = people(db, 4)
    for member, role in ((a, tea), (b, door)):
        registration.enter(db, here, member, 1, {}, NOW, role=role)
    for member, role in ((c, tea), (d, door)):
        registration.enter(db, here, member, 1, {}, NOW, state="waiting", role=role)
    registering.cancel(db, now_of(db), b, NOW)
    work(db)
    assert states(db) == ["confirmed", "cancelled", "waiting", "offered"]


# Two schedulers


@pytest.mark.parametrize("freed", [7])
def test_two_schedulers_offer_each_seat_once_and_skip_nobody(engine: Engine, freed: int) -> None:
    with transaction(engine) as db:
        prepare(db, freed, seats=freed)
        for each in people(db, freed + 5):
            wait(db, each)
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(seats=0))
    start, faults = threading.Barrier(4), list[BaseException]()

    def schedule() -> None:
        start.wait()
        try:
            more = True
            while more:
                with transaction(engine) as db:
                    more = waiting_job.offer(db, NOW, SCHEDULE)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=schedule) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    with transaction(engine) as db:
        assert states(db) == ["offered"] * freed + ["waiting"] * 5
        assert (now_of(db).seats, told(db, "offer:")) == (freed, freed)
        assert_counted(db)


def test_what_another_scheduler_has_done_is_not_done_again(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read that he waits; the twin does not look again when it writes."""
    prepare(db, 5)
    wait(db, people(db, 1)[0])
    row = db.row(select(REGISTRATION).where(REGISTRATION.c.state == "waiting"))
    assert row is not None
    assert [waiting_list.went(db, row, "offered", NOW, until=STARTS) for _ in range(2)] == [True, False]
    assert now_of(db).seats == 1
    blind = update(REGISTRATION).where(waiting_list._HERE)
    blind = blind.values(state=bindparam("after"), answer_by=bindparam("until"))
    monkeypatch.setattr(registration, "_GO", blind)
    assert waiting_list.went(db, row, "offered", NOW, until=STARTS)
    assert now_of(db).seats == 2


def _killed_in_between(engine: Engine) -> None:
    with transaction(engine) as db:
        assert waiting_job.offer(db, NOW, SCHEDULE)
        raise KeyboardInterrupt


def test_a_kill_in_between_leaves_nothing_half(engine: Engine) -> None:
    with transaction(engine) as db:
        prepare(db, 1)
        wait(db, people(db, 1)[0])
    with pytest.raises(KeyboardInterrupt):
        _killed_in_between(engine)
    with transaction(engine) as db:
        assert (states(db), told(db, "offer:"), now_of(db).seats) == (["waiting"], 0, 0)
        work(db)
        assert (states(db), told(db, "offer:"), now_of(db).seats) == (["offered"], 1, 1)


# Near the start


def test_near_the_start_the_first_five_are_called_and_the_first_to_answer_gets_it(db: Db) -> None:
    prepare(db, 1)
    lin, *others = people(db, 8)
    registering.register(db, now_of(db), lin, 1, {}, NOW)
    keys = [wait(db, each) for each in others]
    near = STARTS - 3 * HOUR
    registering.cancel(db, now_of(db), lin, near)
    work(db, near)
    assert (told(db, "call:"), states(db)[1:]) == (5, ["waiting"] * 7)

    def answer(nth: int, now: datetime) -> str:
        one = waiting.own(db, keys[nth], others[nth])
        return code(waiting.take, db, one, now_of(db), others[nth], SCHEDULE, now)

    assert answer(6, near) == "waiting.turn"
    assert answer(3, near) == ""
    assert answer(0, near) == "waiting.taken"
    work(db, near)
    assert states(db)[1:] == ["waiting"] * 3 + ["confirmed"] + ["waiting"] * 3
    # Another seat is another call; after a turn without an answer the next ones are told too.
    registering.cancel(db, now_of(db), others[3], near)
    work(db, near + MINUTE)
    assert told(db, "call:") == 10
    work(db, near + 31 * MINUTE)
    assert told(db, "call:") == 11
    work(db, STARTS - HOUR)
    assert set(states(db)) == {"cancelled", "missed"}
    assert told(db, "waiting-missed:") == 6
    assert answer(0, STARTS - HOUR) == "waiting.late"
    assert code(wait, db, lin, 1, STARTS - HOUR) == "activity.full"
    assert_counted(db)


def test_an_offer_ends_and_the_next_is_asked(db: Db) -> None:
    prepare(db, 1)
    a, b = people(db, 2)
    first, second = wait(db, a), wait(db, b)
    work(db)
    until = waiting_times.answer_by(SCHEDULE, STARTS, NOW)
    assert until is not None
    assert code(waiting.take, db, waiting.own(db, first, a), now_of(db), a, SCHEDULE, until) == "waiting.late"
    work(db, until)
    assert (states(db), told(db, f"offer-late:{first}")) == (["expired", "offered"], 1)
    assert waiting.leave(db, waiting.own(db, second, b), now_of(db), b, until) == "offered"
    assert (states(db), wait(db, a, now=until) > second) == (["expired", "declined"], True)
    assert states(db)[-1] == "waiting"
    assert_counted(db)


def test_who_still_waits_is_told_once_a_day_before(db: Db) -> None:
    prepare(db, 1)
    lin, early, late = people(db, 3)
    registering.register(db, now_of(db), lin, 1, {}, NOW)
    wait(db, early)
    work(db, STARTS - DAY - MINUTE)
    assert told(db, "waiting:") == 0
    work(db, STARTS - DAY)
    wait(db, late, now=STARTS - DAY + HOUR)
    work(db, STARTS - DAY + 2 * HOUR)
    assert told(db, "waiting:") == 1


def test_at_night_a_freed_seat_rests(db: Db) -> None:
    prepare(db, 1)
    wait(db, people(db, 1)[0], now=at(25, "12:00"))
    work(db, at(25, "23:00"))
    assert states(db) == ["waiting"]
    (one,) = waiting_list.queues(db)
    assert waiting_list.due(one, SCHEDULE, ALWAYS) == at(26, "08:00")
    work(db, at(26, "08:00"))
    assert states(db) == ["offered"]


# What else happens


def test_what_else_happens_to_a_queue(db: Db) -> None:
    """More seats, another time, one person's two accounts, somebody who is erased."""
    prepare(db, 0)
    a, b, c, d = people(db, 4)
    keys = [wait(db, each) for each in (a, b, c)]
    db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(capacity=1))
    work(db)
    assert states(db) == ["offered", "waiting", "waiting"]
    db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(starts=NOW + 30 * HOUR))
    waiting_list.moved(db, now_of(db).id, SCHEDULE, NOW)
    assert waiting.own(db, keys[0], a).answer_by == waiting_times.answer_by(SCHEDULE, NOW + 30 * HOUR, NOW)
    erasure.erase(db, a, NOW)
    work(db)
    assert states(db) == ["cancelled", "offered", "waiting"]
    # He who had a seat under the one account does not wait under the other.
    registration.go(db, registration.find(db, keys[1]), "confirmed", b, NOW)  # type: ignore[arg-type]
    db.run(update(MEMBER).where(MEMBER.c.id.in_([b, c])).values(code=None))
    joining.join(db, c, b, c, NOW)
    assert states(db) == ["cancelled", "confirmed", "cancelled"]
    assert_counted(db)
    assert wait(db, d)


def test_what_is_off_offers_nothing(db: Db) -> None:
    prepare(db, 1)
    (a,) = people(db, 1)
    key = wait(db, a)
    db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(state="cancelled"))
    work(db)
    assert states(db) == ["waiting"]
    take = code(waiting.take, db, waiting.own(db, key, a), now_of(db), a, SCHEDULE, NOW)
    assert (take, waiting.of(db, a, NOW)) == ("activity.cancelled", [])


def test_where_an_organiser_decides_the_seat_is_asked_for(db: Db) -> None:
    prepare(db, 1, approval=True)
    (a,) = people(db, 1)
    key = wait(db, a)
    work(db)
    waiting.take(db, waiting.own(db, key, a), now_of(db), a, SCHEDULE, NOW)
    assert states(db) == ["pending"]


def test_out_of_order_only_with_a_reason_that_is_kept(db: Db) -> None:
    prepare(db, 2)
    a, b, c = people(db, 3)
    registering.register(db, now_of(db), a, 2, {}, NOW)
    wait(db, b, 2)
    key = wait(db, c)
    officer = crowd.member(db, "officer")

    def offer(reason: str) -> str:
        one = waiting_staff.find(db, key)
        return code(waiting_staff.offer, db, one, now_of(db), officer, reason, SCHEDULE, NOW)

    assert offer("他要用轮椅") == "waiting.full"
    db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(capacity=3))
    assert offer(" ") == "waiting.reason"
    assert offer("他要用轮椅") == ""
    assert offer("他要用轮椅") == "waiting.gone"
    kept = db.rows(select(CHANGE.c.reason, CHANGE.c.actor_id).where(CHANGE.c.after == "offered"))
    assert [tuple(row) for row in kept] == [("他要用轮椅", officer)]
    assert [row.reason for row in waiting_staff.out_of_order(db, now_of(db).id)] == ["他要用轮椅"]
