"""Never more seats than there are and one live registration a person, whoever races whom; each guard has a twin."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, delete, event, func, insert, select, text, update
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from bot import community, dispatch
from bot.equipment import Equipment
from bot.inbound import Inbound, Reply
from bot.worker import Worker, open_worker
from models import activity, change, registered, registering, registration
from models.activity import ACTIVITY, Activity, Listing
from models.change import Change
from models.database import Db, table_of, transaction
from models.member import ADDRESS, MEMBER
from models.refusal import Refusal
from models.registration import MOVES, REGISTRATION
from tests import databases
from tests.chat import SCHEDULE, VAULT
from tests.conftest import NOW
from tests.conftest import PACK as COMMUNITY

CHANGE = table_of(Change)
SEATS = 50
RACERS = 300
RACE = f"""
[[activity]]
id = "race"
kind = "salon"
title = "抢座讲座"
place = "tower"
starts = 2026-11-27T19:00:00+08:00
ends = 2026-11-27T20:00:00+08:00
capacity = {SEATS}
"""


@dataclass(slots=True)
class Crowd:
    """Many people who press buttons at once, through the whole core."""

    engine: Engine
    worker: Worker
    number: int
    equipment: Equipment = field(default_factory=lambda: Equipment(VAULT, SCHEDULE))

    def all_say(self, lines: dict[str, str]) -> dict[str, Reply]:
        """Everybody says a line, and all wait for their answers."""
        waiting: dict[str, Future[Reply]] = {
            who: self.worker.submit(("console", who), self._hears(who, line)) for who, line in lines.items()
        }
        return {who: future.result(60) for who, future in waiting.items()}

    def _hears(self, who: str, line: str) -> Callable[[Db], Reply]:
        return lambda db: dispatch.answer(db, Inbound("console", who, line), NOW, self.equipment)

    def say_the_same(self, people: Iterable[str], line: str) -> dict[str, Reply]:
        return self.all_say(dict.fromkeys(people, line))

    def press(self, label: str, shown: dict[str, Reply]) -> dict[str, Reply]:
        """Everybody presses this button of what was shown to him."""
        return self.all_say({who: says(reply, label) for who, reply in shown.items()})


def says(reply: Reply, label: str) -> str:
    """What the button with this label says."""
    choices = [choice for message in reply.messages for choice in message.card.pressable()]
    return next(choice.says for choice in choices if choice.label.message == label)


def tones(replies: dict[str, Reply]) -> Counter[str]:
    return Counter(reply.messages[0].card.tone for reply in replies.values())


@pytest.fixture
def crowd(engine: Engine, tmp_path: Path) -> Iterator[Crowd]:
    with gathered(engine, tmp_path) as opened:
        yield opened


@pytest.fixture
def crowd_on_postgres(tmp_path: Path) -> Iterator[Crowd]:
    """For what cannot happen on SQLite, which has one writer."""
    with databases.postgres() as engine:
        SQLModel.metadata.create_all(engine)
        community.load(engine, [COMMUNITY])
        with gathered(engine, tmp_path) as opened:
            yield opened


@contextmanager
def gathered(engine: Engine, folder: Path) -> Iterator[Crowd]:
    file = folder / "race.toml"
    file.write_text(RACE, "utf-8")
    community.load(engine, [file])
    with transaction(engine) as db:
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "race"))
    worker = open_worker(engine)
    yield Crowd(engine, worker, number)
    worker.close()


@dataclass(frozen=True, slots=True)
class Standing:
    """How the seats of an activity stand: the counter, and the rows that it counts."""

    counter: int
    parties: list[int]
    people: int

    @property
    def sum(self) -> int:
        return sum(self.parties)


def standing(engine: Engine, code: str = "race") -> Standing:
    with transaction(engine) as db:
        found = db.row(select(ACTIVITY.c.id, ACTIVITY.c.seats).where(ACTIVITY.c.code == code))
        assert found is not None
        live = db.rows(
            select(REGISTRATION.c.seats, REGISTRATION.c.member_id).where(
                REGISTRATION.c.activity_id == found.id, REGISTRATION.c.state == "confirmed"
            )
        )
    return Standing(found.seats, [row.seats for row in live], len({row.member_id for row in live}))


def assert_every_change_is_told(engine: Engine) -> None:
    """The state of every registration is what its changes say, one after the other."""
    with transaction(engine) as db:
        states = {row.id: row.state for row in db.rows(select(REGISTRATION.c.id, REGISTRATION.c.state))}
        changes = db.rows(select(CHANGE).where(CHANGE.c.subject == "registration").order_by(CHANGE.c.id))
    told: dict[int, str] = {}
    for row in changes:
        assert row.before == told.get(row.subject_id)
        assert row.after in MOVES[row.before]
        told[row.subject_id] = row.after
    assert told == states


# Racers


def test_three_hundred_race_for_fifty_seats(crowd: Crowd) -> None:
    racers = [f"racer-{nth}" for nth in range(RACERS)]
    asked = crowd.say_the_same(racers, f"register {crowd.number}")
    assert tones(asked) == {"question": RACERS}
    told = crowd.press("确认报名", asked)
    # Who was too late is offered to wait, in the same message.
    assert tones(told) == {"done": SEATS, "question": RACERS - SEATS}
    assert {reply.did for reply in told.values()} == {"activity.register", "answer"}
    assert standing(crowd.engine) == Standing(SEATS, [1] * SEATS, SEATS)
    assert_every_change_is_told(crowd.engine)


def test_parties_never_oversell(crowd: Crowd) -> None:
    racers = {f"racer-{nth}": nth % 3 + 1 for nth in range(60)}
    asked = crowd.press("改人数", crowd.say_the_same(racers, f"register {crowd.number}"))
    assert tones(asked) == {"question": len(racers)}
    previews = crowd.all_say({who: str(party) for who, party in racers.items()})
    told = crowd.press("确认报名", previews)
    stands = standing(crowd.engine)
    assert (stands.counter, stands.people) == (stands.sum, len(stands.parties))
    assert SEATS - 3 < stands.sum <= SEATS
    assert tones(told)["done"] == stands.people
    assert_every_change_is_told(crowd.engine)


@pytest.fixture
def twice(crowd: Crowd) -> list[tuple[str, str]]:
    """Twenty people, each with two addresses."""
    pairs = [(f"racer-{nth}", f"racer-{nth}-too") for nth in range(20)]
    crowd.say_the_same([one for one, _ in pairs], "help")
    with transaction(crowd.engine) as db:
        for one, other in pairs:
            member = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == one))
            db.insert(ADDRESS.insert(), channel="console", key=other, member_id=member)
    return pairs


def test_one_live_registration_also_from_two_addresses_at_once(
    crowd: Crowd, twice: list[tuple[str, str]]
) -> None:
    asked = crowd.say_the_same([who for pair in twice for who in pair], f"register {crowd.number}")
    told = crowd.press("确认报名", asked)
    for one, other in twice:
        assert tones({one: told[one], other: told[other]}) == {"done": 1, "notice": 1}
    assert standing(crowd.engine) == Standing(20, [1] * 20, 20)
    assert_every_change_is_told(crowd.engine)


def test_confirming_twice_registers_once(crowd: Crowd) -> None:
    asked = crowd.say_the_same(["racer"], f"register {crowd.number}")
    assert tones(crowd.press("确认报名", asked)) == {"done": 1}
    assert tones(crowd.press("确认报名", asked)) == {"notice": 1}
    assert tones(crowd.say_the_same(["racer"], f"register {crowd.number}")) == {"notice": 1}
    assert standing(crowd.engine) == Standing(1, [1], 1)


def test_two_cancels_at_once_give_the_seats_back_once(crowd: Crowd, twice: list[tuple[str, str]]) -> None:
    crowd.press("确认报名", crowd.say_the_same([one for one, _ in twice], f"register {crowd.number}"))
    # Somebody stays, so that giving back too much would be possible.
    crowd.press(
        "确认报名", crowd.say_the_same([f"stays-{nth}" for nth in range(20)], f"register {crowd.number}")
    )
    asked = crowd.say_the_same([who for pair in twice for who in pair], f"withdraw {crowd.number}")
    told = crowd.press("确认取消", asked)
    for one, other in twice:
        assert tones({one: told[one], other: told[other]}) == {"done": 1, "notice": 1}
    assert standing(crowd.engine) == Standing(20, [1] * 20, 20)
    assert_every_change_is_told(crowd.engine)


def test_a_cancel_that_waits_for_another_one_gives_nothing_back(crowd_on_postgres: Crowd) -> None:
    """The second one has read that the registration is live before the first one commits."""
    crowd = crowd_on_postgres
    told = crowd.press("确认报名", crowd.say_the_same(["one", "stays"], f"register {crowd.number}"))
    assert tones(told) == {"done": 2}
    with transaction(crowd.engine) as db:
        member = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == "one"))
    codes = []

    def cancel_too() -> None:
        with transaction(crowd.engine) as db:
            try:
                registering.cancel(db, activity.find(db, crowd.number), member, NOW)
            except Refusal as refusal:
                codes.append(refusal.code)

    second = threading.Thread(target=cancel_too)
    with transaction(crowd.engine) as db:
        assert registering.cancel(db, activity.find(db, crowd.number), member, NOW).seats == 1
        second.start()
        _wait_until_somebody_waits(crowd.engine)
    second.join(30)
    assert codes == ["registration.none"]
    assert standing(crowd.engine) == Standing(1, [1], 1)
    assert_every_change_is_told(crowd.engine)


def _wait_until_somebody_waits(engine: Engine) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(3000):
        with transaction(engine) as db:
            if db.value(waiting):
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


def test_seats_that_come_back_can_be_taken_again(crowd: Crowd) -> None:
    first, second = [f"first-{nth}" for nth in range(SEATS)], [f"second-{nth}" for nth in range(SEATS)]
    crowd.press("确认报名", crowd.say_the_same(first, f"register {crowd.number}"))
    assert tones(crowd.say_the_same(second, f"register {crowd.number}")) == {"question": SEATS}
    crowd.press("确认取消", crowd.say_the_same(first, f"withdraw {crowd.number}"))
    assert standing(crowd.engine) == Standing(0, [], 0)
    told = crowd.press("确认报名", crowd.say_the_same(second, f"register {crowd.number}"))
    assert tones(told) == {"done": SEATS}
    assert standing(crowd.engine) == Standing(SEATS, [1] * SEATS, SEATS)
    assert_every_change_is_told(crowd.engine)


# The twin of the counter


CONNECTIONS = 16
ROUNDS = 20


def test_counting_and_then_inserting_oversells(crowd: Crowd) -> None:
    """The unguarded rule, beside as many racers, gives more seats than there are."""
    with transaction(crowd.engine) as db:
        race = db.value(select(ACTIVITY.c.id).where(ACTIVITY.c.code == "race"))
        db.run(MEMBER.insert().values([{"language": "en", "interests": []}] * RACERS))
        members = [row.id for row in db.rows(select(MEMBER.c.id).order_by(MEMBER.c.id.desc()).limit(RACERS))]
    sold = [_race_unguarded(crowd.engine, race, members)]
    while sold[-1] <= SEATS and len(sold) < ROUNDS:
        sold.append(_race_unguarded(crowd.engine, race, members))
    assert max(sold) > SEATS, sold


def _race_unguarded(engine: Engine, race: int, members: list[int]) -> int:
    """How many seats are given when everybody counts the rows first; afterwards all are taken back."""
    here = REGISTRATION.c.activity_id == race
    counted = select(func.count()).select_from(REGISTRATION).where(here)
    queue, start = list(members), threading.Barrier(CONNECTIONS)
    with _many_connections(engine) as unguarded:

        def race_on() -> None:
            with unguarded.connect() as connection:
                start.wait()
                while queue:
                    row = {"activity_id": race, "seats": 1, "answers": {}, "state": "confirmed", "at": NOW}
                    try:
                        member = queue.pop()
                        if connection.execute(counted).scalar_one() < SEATS:
                            connection.execute(insert(REGISTRATION).values(**row, member_id=member))
                        connection.commit()
                    except (OperationalError, IndexError):
                        connection.rollback()  # locked, or the last one was taken by another thread

        threads = [threading.Thread(target=race_on) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with unguarded.connect() as connection:
            sold = int(connection.execute(counted).scalar_one())
            connection.execute(delete(REGISTRATION).where(here))
            connection.commit()
    return sold


@contextmanager
def _many_connections(engine: Engine) -> Iterator[Engine]:
    """Autocommit on SQLite, READ COMMITTED on PostgreSQL."""
    level = "AUTOCOMMIT" if engine.dialect.name == "sqlite" else "READ COMMITTED"
    opened = create_engine(engine.url, isolation_level=level, pool_size=CONNECTIONS)
    yield opened
    opened.dispose()


# The counter is written by conditional UPDATE only


@pytest.mark.parametrize("column", ["seats", "taken"])
def test_an_object_does_not_write_the_counter_back(column: str, engine: Engine) -> None:
    before = standing(engine, "coffee")
    with pytest.raises(TypeError, match="conditional UPDATE only"):
        _write_back(engine, column)
    assert standing(engine, "coffee") == before
    with transaction(engine) as db:
        assert _coffee(db).title == "手冲咖啡体验"


def _write_back(engine: Engine, column: str) -> None:
    with transaction(engine) as db:
        coffee = _coffee(db)
        coffee.title = "手冲咖啡"
        setattr(coffee, column, getattr(coffee, column) + 1)


def test_an_object_may_write_everything_else(engine: Engine) -> None:
    with transaction(engine) as db:
        coffee = _coffee(db)
        coffee.title = "手冲咖啡"
        coffee.capacity = 9
    with transaction(engine) as db:
        assert (_coffee(db).title, _coffee(db).capacity) == ("手冲咖啡", 9)


def test_without_the_guard_an_update_is_lost(engine: Engine) -> None:
    guard = activity._seats_are_counted_by_rules
    event.remove(Activity, "before_update", guard)
    try:
        with transaction(engine) as db:
            coffee = _coffee(db)
            db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(seats=ACTIVITY.c.seats + 1))
            coffee.seats += 1
    finally:
        event.listen(Activity, "before_update", guard)
    assert standing(engine, "coffee").counter == 1  # two were given


def _coffee(db: Db) -> Activity:
    return db.session.scalars(select(Activity).where(ACTIVITY.c.code == "coffee")).one()


# Rules, one by one


@pytest.fixture
def coffee(db: Db) -> Listing:
    """Two seats."""
    return activity.find(db, db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "coffee")))


def _member(db: Db, code: str) -> int:
    return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def _codes(rule: Callable[..., Any], *arguments: Any) -> str:
    try:
        rule(*arguments)
    except Refusal as refusal:
        return refusal.code
    return ""


def test_a_lost_claim_of_the_last_seat_is_a_refusal(db: Db, coffee: Listing) -> None:
    """What was read is older than what is there: the counter decides, not what was read."""
    registering.register(db, coffee, _member(db, "he"), 2, {}, NOW)
    assert coffee.free == 2
    with db.savepoint(), pytest.raises(Refusal) as raised:
        registering.register(db, coffee, _member(db, "lin"), 1, {}, NOW)
    assert raised.value.code == "activity.full"


PARTIES = {-1: "registration.party", 0: "registration.party", 1: "", 2: "", 3: "registration.party"}


@pytest.mark.parametrize("party", PARTIES)
def test_parties_that_fit(party: int, db: Db, coffee: Listing) -> None:
    assert _codes(registering.register, db, coffee, _member(db, "lin"), party, {}, NOW) == PARTIES[party]


def test_the_largest_party_where_there_is_no_limit(db: Db) -> None:
    taiji = activity.find(db, db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "taiji")))
    assert (taiji.capacity, taiji.free) == (None, None)
    lin = _member(db, "lin")
    assert _codes(registering.register, db, taiji, lin, 11, {}, NOW) == "registration.party"
    assert _codes(registering.register, db, taiji, lin, 10, {}, NOW) == ""
    assert activity.find(db, taiji.number).seats == 10


STANDS = {
    ("early", "2026-11-30T09:00:00+08:00"): "activity.early",
    ("early", "2026-12-01T09:00:00+08:00"): "",
    ("closed", "2026-11-22T17:59:59+08:00"): "",
    ("closed", "2026-11-22T18:00:00+08:00"): "activity.closed",
    ("full", "2026-11-23T09:10:00+08:00"): "activity.full",
    ("coffee", "2026-11-26T12:29:59+08:00"): "",
    ("coffee", "2026-11-26T12:30:00+08:00"): "activity.running",
    ("coffee", "2026-11-26T13:29:59+08:00"): "activity.running",
    ("coffee", "2026-11-26T13:30:00+08:00"): "activity.ended",
    ("past", "2026-11-23T09:10:00+08:00"): "activity.ended",
}


@pytest.mark.parametrize(("code", "moment"), STANDS)
def test_when_one_may_register(code: str, moment: str, db: Db) -> None:
    wanted = activity.find(db, db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code)))
    now = datetime.fromisoformat(moment)
    expected = STANDS[code, moment]
    assert _codes(registering.register, db, wanted, _member(db, "lin"), 1, {}, now) == expected


def test_cancelling(db: Db, coffee: Listing) -> None:
    lin = _member(db, "lin")
    assert _codes(registering.cancel, db, coffee, lin, NOW) == "registration.none"
    registering.register(db, coffee, lin, 2, {"allergy": "花生"}, NOW)
    assert [(held.seats, held.activity.code) for held in registered.mine(db, lin, NOW)] == [(2, "coffee")]
    assert _codes(registering.cancel, db, coffee, lin, coffee.starts) == "activity.running"
    assert registering.cancel(db, coffee, lin, NOW).seats == 2
    assert _codes(registering.cancel, db, coffee, lin, NOW) == "registration.none"
    assert activity.find(db, coffee.number).seats == 0
    registering.register(db, coffee, lin, 1, {}, NOW)
    assert activity.find(db, coffee.number).seats == 1
    assert registered.party_of(db, coffee, lin) == 1


def test_what_overlaps(db: Db, coffee: Listing) -> None:
    lin = _member(db, "lin")
    yoga = activity.find(db, db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "yoga-thu")))
    assert registered.clashes(db, coffee, lin) == []
    registering.register(db, yoga, lin, 1, {}, NOW)
    assert [other.code for other in registered.clashes(db, coffee, lin)] == ["yoga-thu"]
    assert registered.clashes(db, yoga, lin) == []
    assert registered.clashes(db, coffee, _member(db, "he")) == []
    registering.cancel(db, yoga, lin, NOW)
    assert registered.clashes(db, coffee, lin) == []


STATES = (None, "confirmed", "cancelled")
WRONG_MOVES = [(before, after) for before in STATES for after in STATES if after not in MOVES.get(before, ())]


@pytest.mark.parametrize(("before", "after"), WRONG_MOVES)
def test_a_move_that_is_not_permitted_is_a_fault(before: str | None, after: str, db: Db) -> None:
    with pytest.raises(ValueError, match=f"a registration does not go from {before} to {after}"):
        registration._record(db, 1, before, after, _member(db, "lin"), NOW)
    assert db.rows(select(CHANGE).where(CHANGE.c.subject == "registration")) == []


def test_a_change_says_who_and_when(db: Db, coffee: Listing) -> None:
    lin = _member(db, "lin")
    key = registering.register(db, coffee, lin, 1, {}, NOW)
    change.record(db, "place", 7, "open", "closed", None, NOW, "装修")
    rows = [
        tuple(row)[1:8]
        for row in db.rows(
            select(CHANGE).where(CHANGE.c.subject.not_in(["project", "part"])).order_by(CHANGE.c.id)
        )
    ]
    assert rows == [
        ("registration", key, None, "confirmed", lin, NOW, None),
        ("place", 7, "open", "closed", None, NOW, "装修"),
    ]
