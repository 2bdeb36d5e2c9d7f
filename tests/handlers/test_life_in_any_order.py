"""Registering, waiting, offers, cancelling and checking in, in whatever order: what must hold, and what breaks it."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, Row, select, update
from sqlmodel import SQLModel

from handlers.jobs import JOBS
from models import (
    activity,
    checking_in,
    hours,
    registering,
    registration,
    seats,
    store,
    visit,
    waiting,
    waiting_list,
    waiting_times,
)
from models.activity import ACTIVITY, Listing
from models.activity_entry import ActivityEntry, RoleEntry
from models.change import CHANGE
from models.community import CommunityEntry
from models.credit import CREDIT
from models.database import Db, open_engine, transaction
from models.member import MEMBER, MemberEntry
from models.pack import Pack
from models.place import PlaceEntry
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.shift_role import SHIFT_ROLE
from models.visit import VISIT
from tests.chat import SCHEDULE
from tests.conftest import NOW

PEOPLE = ("lin", "he", "mei", "anna", "qian", "wu")
# Two afternoons: the one is told a day before, the other needs somebody at the door.
STARTS = NOW + timedelta(days=2, hours=5)
HOURS = 2
ACTIVITIES = ("talk", "shift")
# So many steps are done before it comes near: afterwards little can be done.
EARLY = 15
HOLDING = {"confirmed", "pending", "offered"}
LIVE = {*HOLDING, "waiting"}
# Written down once more, so that a move that is let in by mistake is found.
MOVES = {
    (None, "confirmed"),
    (None, "waiting"),
    ("waiting", "offered"),
    ("waiting", "confirmed"),
    ("waiting", "cancelled"),
    ("waiting", "missed"),
    ("offered", "confirmed"),
    ("offered", "declined"),
    ("offered", "expired"),
    ("offered", "cancelled"),
    ("confirmed", "cancelled"),
}
people, activities = some.sampled_from(PEOPLE), some.sampled_from(ACTIVITIES)


def _written(code: str, starts: datetime, **more: Any) -> ActivityEntry:
    return ActivityEntry(
        id=code,
        kind="volunteering",
        title=code,
        place="tower",
        starts=starts,
        ends=starts + timedelta(hours=HOURS),
        hours=HOURS,
        **more,
    )


@cache
def _filled() -> bytes:
    """A database with three seats at a talk and one place at the door, as bytes that are quickly copied."""
    door = RoleEntry(id="door", name="门口", needed=1)
    entries: dict[str, dict[str, Any]] = {
        "community": {"": CommunityEntry(name="银杏社区", timezone="Asia/Shanghai")},
        "place": {"tower": PlaceEntry(id="tower", kind="building", name="云杉大厦")},
        "member": {code: MemberEntry(id=code, handle=f"console:{code}", name=code) for code in PEOPLE},
        "activity": {
            "talk": _written("talk", STARTS, capacity=3),
            "shift": _written("shift", STARTS + timedelta(days=1), roles=[door]),
        },
    }
    engine = open_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with transaction(engine) as db:
        store.store(db, Pack(entries))
    written = _raw(engine).serialize()
    engine.dispose()
    return written


def _raw(engine: Engine) -> sqlite3.Connection:
    with engine.connect() as connection:
        return cast("sqlite3.Connection", connection.connection.driver_connection)


class Life(RuleBasedStateMachine):
    """Whatever people and the clock do. `parties` is how many each registration was for when it was made, `rows`
    are all of them after the last step.
    """

    def __init__(self) -> None:
        super().__init__()
        self.engine = open_engine("sqlite://")
        _raw(self.engine).deserialize(_filled())
        self.now = NOW
        self.parties: dict[int, int] = {}
        self.rows: list[Row[Any]] = []
        self.steps = 0

    def teardown(self) -> None:
        self.engine.dispose()

    @initialize(waits=some.integers(1, 2))
    def begin_full(self, waits: int) -> None:
        """It gets interesting where somebody waits: the talk and the door are taken, a pair stands first."""
        for who in PEOPLE[:3]:
            self.register(who, "talk", 1)
        self.register("anna", "talk", waits)
        self.register("wu", "talk", 1)
        self.register("lin", "shift", 1)
        self.register("qian", "shift", 1)

    def among(self, states: str) -> list[Row[Any]]:
        return [row for row in self.rows if row.state in states.split()]

    # What people do.

    @rule(who=people, code=activities, party=some.integers(1, 3))
    def register(self, who: str, code: str, party: int) -> None:
        """Where no seat is left he waits."""
        with transaction(self.engine) as db:
            wanted, member, role = self._found(db, who, code)
            party = 1 if role else party
            try:
                if self._waits(db, wanted) or self._free(db, wanted) < party:
                    key = waiting.join(db, wanted, member, party, {}, SCHEDULE, self.now, role)
                else:
                    key = registering.register(db, wanted, member, party, {}, self.now, role)
            except Refusal:
                return
            self.parties[key] = party

    @rule(who=people, code=activities, party=some.integers(1, 2))
    def push_in(self, who: str, code: str, party: int) -> None:
        """Registers without asking whether there is room: the rows themselves must keep him out."""
        with transaction(self.engine) as db:
            wanted, member, role = self._found(db, who, code)
            if self.now >= wanted.starts or registration.live(db, wanted, member):
                return
            room = not self._waits(db, wanted) and party <= self._free(db, wanted)
            try:
                with db.savepoint("push"):
                    key = registration.enter(db, wanted, member, party, {}, self.now, role=role)
                    if key is None:
                        raise registering.full(wanted)
            except Refusal:
                assert not room
                return
            assert room, "passed those who wait, or sat on a seat that was not there"
            self.parties[key] = party

    @precondition(lambda self: self.among("confirmed pending waiting offered"))
    @rule(nth=some.integers(0, 9))
    def cancel(self, nth: int) -> None:
        with transaction(self.engine) as db:
            one, wanted = self._one(db, "confirmed pending waiting offered", nth)
            self._try(lambda: registering.cancel(db, wanted, one.member_id, self.now))

    @precondition(lambda self: self.among("offered waiting"))
    @rule(nth=some.integers(0, 9))
    def take(self, nth: int) -> None:
        with transaction(self.engine) as db:
            one, wanted = self._one(db, "offered waiting", nth)
            late = one.state == "offered" and self.now >= one.answer_by
            went = self._try(lambda: waiting.take(db, one, wanted, one.member_id, SCHEDULE, self.now))
            assert not (went and late), "took what was offered after the time to answer"

    @precondition(lambda self: self.among("offered waiting"))
    @rule(nth=some.integers(0, 9))
    def decline(self, nth: int) -> None:
        with transaction(self.engine) as db:
            one, wanted = self._one(db, "offered waiting", nth)
            self._try(lambda: waiting.leave(db, one, wanted, one.member_id, self.now))

    @precondition(lambda self: self.now >= STARTS - timedelta(minutes=40))
    @rule(who=people, code=activities, undone=some.booleans())
    def check_in(self, who: str, code: str, undone: bool) -> None:
        with transaction(self.engine) as db:
            wanted, member, _ = self._found(db, who, code)
            went = self._try(lambda: checking_in.check_in(db, wanted, member, "screen", self.now))
            own = registration.live(db, wanted, member)
            if own is not None:
                self.parties.setdefault(own.id, own.seats)
            if not went:
                return
            assert wanted.starts - timedelta(minutes=30) <= self.now
            known = visit.of(db, own.id) if own else None
            if undone and known is not None:
                checking_in.undo(db, wanted, known, member, self.now)

    # What time does.

    @rule(minutes=some.sampled_from([5, 40, 200]))
    def pass_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.among("offered"))
    @rule()
    def let_an_offer_end(self) -> None:
        self.now = max(self.now, min(row.answer_by for row in self.among("offered")))

    @precondition(lambda self: self.steps > EARLY and self.now < STARTS)
    @rule(minutes=some.sampled_from([-300, -90, -45, -20, 10]))
    def come_near(self, minutes: int) -> None:
        """To where it becomes tight: the last offers, the cut-off, the door."""
        self.now = max(self.now, STARTS + timedelta(minutes=minutes))

    @rule()
    def tick(self) -> None:
        """All that is due is done; then whoever could be served is."""
        with transaction(self.engine) as db:
            for _ in range(100):
                if not JOBS["waiting"].run(db, self.now, SCHEDULE):
                    break
            else:
                raise AssertionError("the job never rests")
            for each in waiting_list.queues(db):
                if self._is_open(each.starts):
                    assert not (each.called is None and each.fits(each.head)), (
                        "a seat is free and nobody has it"
                    )
            late = [row for row in self._rows(db) if row.state == "offered" and row.answer_by <= self.now]
            assert not late, "an offer that nobody answered keeps its seat"
            nearest = {row.id: row.starts for row in db.rows(select(ACTIVITY))}
            for row in self._rows(db):
                over = self.now >= waiting_times.cutoff(SCHEDULE, nearest[row.activity_id])
                assert not (over and row.state == "waiting"), "waits for nothing"

    # What holds at any time.

    @invariant()
    def the_counters_are_the_sums_of_the_rows(self) -> None:
        with transaction(self.engine) as db:
            rows = self.rows = self._rows(db)
            self.steps += 1
            for one in db.rows(select(ACTIVITY)):
                here = [row for row in rows if row.activity_id == one.id]
                assert one.seats == sum(row.seats for row in here if row.state in HOLDING)
                assert one.waiting == sum(row.state == "waiting" and row.role_id is None for row in here)
                assert one.capacity is None or one.seats <= one.capacity
            for role in db.rows(select(SHIFT_ROLE)):
                there = [row for row in rows if row.role_id == role.id]
                assert role.seats == sum(row.seats for row in there if row.state in HOLDING) <= role.capacity
                assert role.waiting == sum(row.state == "waiting" for row in there)

    @invariant()
    def nobody_is_passed_and_no_party_split(self) -> None:
        with transaction(self.engine) as db:
            rows = self._rows(db)
        live = [(row.activity_id, row.member_id) for row in rows if row.state in LIVE]
        assert len(live) == len(set(live))
        assert {row.id: row.seats for row in rows} == self.parties
        for one in (row for row in rows if row.state == "offered"):
            before = [row for row in rows if row.activity_id == one.activity_id and row.state == "waiting"]
            assert all((one.at, one.id) < (row.at, row.id) for row in before), "offered out of order"

    @invariant()
    def every_state_has_its_story(self) -> None:
        with transaction(self.engine) as db:
            told = db.rows(select(CHANGE).where(CHANGE.c.subject == "registration").order_by(CHANGE.c.id))
            rows = self._rows(db)
        for row in rows:
            story = [(each.before, each.after) for each in told if each.subject_id == row.id]
            assert set(story) <= MOVES
            assert [before for before, _ in story] == [None, *(after for _, after in story[:-1])]
            assert story[-1][1] == row.state

    @invariant()
    def who_was_there_has_his_hours_once(self) -> None:
        with transaction(self.engine) as db:
            rows = {row.id: row for row in self._rows(db)}
            visits = db.rows(select(VISIT).where(VISIT.c.undone.is_(None)))
            counted = db.rows(select(CREDIT.c.registration_id, CREDIT.c.minutes))
        there = [row.registration_id for row in visits]
        assert len(there) == len(set(there))
        assert all(rows[key].state == "confirmed" for key in there)
        assert sorted(tuple(row) for row in counted) == sorted((key, HOURS * 60) for key in there)

    # How it is looked at.

    def _found(self, db: Db, who: str, code: str) -> tuple[Listing, int, int | None]:
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code))
        wanted = activity.find(db, number)
        role = db.value(select(SHIFT_ROLE.c.id).where(SHIFT_ROLE.c.activity_id == wanted.id))
        return wanted, db.value(select(MEMBER.c.id).where(MEMBER.c.code == who)), role

    def _rows(self, db: Db) -> list[Row[Any]]:
        return list(db.rows(select(REGISTRATION).order_by(REGISTRATION.c.id)))

    def _one(self, db: Db, states: str, nth: int) -> tuple[Row[Any], Listing]:
        found = self.among(states)
        one = registration.find(db, found[nth % len(found)].id)
        assert one is not None
        return one, activity.held(db, one.activity_id)

    def _here(self, db: Db, wanted: Listing) -> list[Row[Any]]:
        return [row for row in self._rows(db) if row.activity_id == wanted.id]

    def _waits(self, db: Db, wanted: Listing) -> bool:
        return any(row.state == "waiting" for row in self._here(db, wanted))

    def _free(self, db: Db, wanted: Listing) -> int:
        held: int = sum(row.seats for row in self._here(db, wanted) if row.state in HOLDING)
        return (wanted.capacity or 0) - held

    def _is_open(self, starts: datetime) -> bool:
        """Whether a free seat is offered now: it is not night, and not so near the start that several are called."""
        left = starts - self.now
        return not SCHEDULE.rests(self.now) and left > timedelta(hours=4)

    def _try(self, act: Callable[[], object]) -> bool:
        """Whether it was let be done."""
        try:
            act()
        except Refusal:
            return False
        return True


Life.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None, database=None)
TestLife = Life.TestCase


# Each fault is one that somebody could write; the machine above must find every one of them.


def _newcomers_pass(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seats, "_TAKE", seats._OFFER)
    patch.setattr(seats, "_TAKE_ROLE", seats._OFFER_ROLE)


def _seats_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    taken = {"seats": ACTIVITY.c.seats + seats._PARTY}
    patch.setattr(seats, "_TAKE", update(ACTIVITY).where(seats._HERE).values(taken))


def _cancelling_keeps_the_seat(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seats, "HOLDING_STATES", (*seats.HOLDING_STATES, "cancelled"))


def _the_last_one_is_offered_first(patch: pytest.MonkeyPatch) -> None:
    order = (REGISTRATION.c.at.desc(), REGISTRATION.c.id.desc())
    patch.setattr(waiting_list, "_FRONT", waiting_list._FRONT.order_by(None).order_by(*order))


def _offers_never_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(waiting_list, "expire", lambda _db, _now: [])


def _a_late_answer_counts(patch: pytest.MonkeyPatch) -> None:
    def take(db: Db, one: Row[Any], *_others: object) -> None:
        if one.state == "offered":
            registration.go(db, one, "confirmed", one.member_id, NOW)

    patch.setattr(waiting, "take", take)


def _an_undone_check_in_keeps_its_hours(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hours, "revoke", lambda *_arguments: None)


def _a_second_scan_is_a_second_visit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(visit, "of", lambda _db, _registration: None)


def _nothing_is_written_down(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(registration, "_record", lambda *_arguments: None)


FAULTS = (
    _newcomers_pass,
    _seats_are_not_counted,
    _cancelling_keeps_the_seat,
    _the_last_one_is_offered_first,
    _offers_never_end,
    _a_late_answer_counts,
    _an_undone_check_in_keeps_its_hours,
    _a_second_scan_is_a_second_visit,
    _nothing_is_written_down,
)


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as opened:
        yield opened


# Each looks through many lives: too slow for every test run.
@pytest.mark.chaos
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__.strip("_"))
def test_it_finds(fault: Callable[[pytest.MonkeyPatch], None], patch: pytest.MonkeyPatch) -> None:
    fault(patch)
    looks = settings(
        Life.TestCase.settings,
        max_examples=150,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    with pytest.raises(Exception, match=r".") as found:
        run_state_machine_as_test(Life, settings=looks)
    assert not isinstance(found.value, TypeError | AttributeError), found.value
