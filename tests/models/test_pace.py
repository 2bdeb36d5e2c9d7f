"""The limiter of a channel: even, one for all processes, and never in the way of answers for long."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from models import claiming, delivery, member, notice, pace, settling
from models.card import Card
from models.claim import Claim
from models.database import Db, transaction
from models.delivery import LANES
from models.member import ADDRESS
from models.pace import HORIZON, KEPT, Limits, Turn
from models.text import Text
from tests.conftest import NOW

TEN = Limits(10, chat=timedelta(seconds=1), group=timedelta(seconds=3))
TENTH = timedelta(milliseconds=100)


def claims(many: int) -> list[Claim]:
    return [Claim(nth, 1, NOW) for nth in range(many)]


def turn(db: Db) -> Turn:
    return pace.turns(db, ["post"])["post"]


def reserve(db: Db, many: int, now: datetime = NOW) -> list[float]:
    """How long after `now` each of so many has its turn."""
    _, placed = pace.reserve(db, turn(db), TEN, claims(many), now)
    return [(each.at - now).total_seconds() for each in placed if each.at]


def test_turns_follow_each_other_evenly(db: Db) -> None:
    assert reserve(db, 3) == [0, 0.1, 0.2]
    assert reserve(db, 2) == [0.3, 0.4]
    # What was not used is not made up for.
    assert reserve(db, 2, NOW + timedelta(seconds=5)) == [0, 0.1]


def test_what_went_out_without_a_turn_has_taken_one(db: Db) -> None:
    pace.reserve(db, turn(db), TEN, [], NOW, spent=5)
    assert reserve(db, 1) == [0.5]


def test_what_a_process_is_late_with_takes_later_turns(db: Db) -> None:
    reserve(db, 2)
    late = turn(db).behind(NOW + timedelta(seconds=1), NOW)
    _, (placed,) = pace.reserve(db, late, TEN, claims(1), NOW)
    assert placed.at == NOW + timedelta(seconds=1)
    # Who is in time takes the next one.
    assert turn(db).behind(NOW, NOW) == turn(db).behind(None, NOW) == turn(db)


def test_one_process_at_a_time_gives_the_turns(db: Db) -> None:
    assert not turn(db).is_anothers("one", NOW)
    pace.keep(db, turn(db), "one", NOW)
    assert turn(db).is_anothers("two", NOW)
    assert not turn(db).is_anothers("one", NOW)
    # The other one dies, or has nothing more to send.
    assert not turn(db).is_anothers("two", NOW + KEPT)
    # What was noted before a clock was set back is void.
    assert not turn(db).is_anothers("two", NOW - timedelta(hours=2))


def test_without_limits_there_are_no_turns(db: Db) -> None:
    placed = pace.reserve(db, turn(db), None, claims(2), NOW)[1]
    assert [each.at for each in placed] == [None, None]
    assert turn(db).next_free is None


def test_what_can_wait_is_taken_only_as_far_as_it_is_near(db: Db) -> None:
    assert pace.room(turn(db), TEN, NOW) == 2
    reserve(db, 1)
    assert pace.room(turn(db), TEN, NOW) == 1
    reserve(db, 1)
    assert pace.room(turn(db), TEN, NOW) == 0
    assert pace.room(turn(db), TEN, NOW + HORIZON) > 0


def test_a_turn_of_before_the_clock_was_set_back_is_void(db: Db) -> None:
    reserve(db, 3)
    back = NOW - timedelta(hours=2)
    assert reserve(db, 1, back) == [0]


def test_a_refusal_stops_what_can_wait_until_it_says(db: Db) -> None:
    address, _ = member.meet(db, "post", "reader", "zh-Hans")
    turn(db)
    pace.stop(db, "post", address, NOW + timedelta(seconds=30))
    pace.stop(db, "post", address, NOW + timedelta(seconds=3))
    assert turn(db).lets_wait(NOW + timedelta(seconds=29))
    assert not turn(db).lets_wait(NOW + timedelta(seconds=30))


def test_nothing_at_all_goes_to_the_chat_that_was_refused(db: Db) -> None:
    address, _ = member.meet(db, "post", "reader", "zh-Hans")
    notice.tell(db, [Card(Text("好"))], [address], NOW)
    pace.stop(db, "post", address, NOW + timedelta(seconds=30))
    assert claiming.claim(db, NOW, ["post"], 10) == []
    assert len(claiming.claim(db, NOW + timedelta(seconds=30), ["post"], 10)) == 1


def test_while_people_wait_for_answers_what_can_wait_does(db: Db) -> None:
    turn(db)
    pace.busy(db, ["post"], NOW + timedelta(seconds=2))
    assert turn(db).lets_wait(NOW)
    assert not turn(db).lets_wait(NOW + timedelta(seconds=2))


def test_after_the_clock_was_set_back_nothing_is_stopped(db: Db) -> None:
    address, _ = member.meet(db, "post", "reader", "zh-Hans")
    turn(db)
    pace.stop(db, "post", address, NOW + timedelta(hours=1))
    back = NOW - timedelta(hours=2)
    pace.turn_back(db, back)
    assert not turn(db).lets_wait(back)
    assert db.value(select(ADDRESS.c.stopped).where(ADDRESS.c.id == address)) is None


@pytest.mark.parametrize(("key", "distance"), [("17", 1), ("group:-5", 3)], ids=["a chat", "a group"])
def test_messages_to_one_chat_keep_their_distance_and_answers_do_not(db: Db, key: str, distance: int) -> None:
    address, _ = member.meet(db, "post", key, "zh-Hans")

    def tell(lane: delivery.Lane) -> None:
        written = notice.write(db, [Card(Text("好"))], NOW)
        assert written is not None
        delivery.enter(db, written, address, NOW, lane=lane)

    def due(after: float) -> list[int]:
        """The lanes on which something may go there then."""
        taken = claiming.claim(db, NOW + timedelta(seconds=after), ["post"], 10)
        settling.give_up(db, taken, NOW)
        return [each.lane for each in taken]

    tell("bulk")
    _, (first,) = pace.reserve(db, turn(db), TEN, claiming.take(db, NOW, LANES["bulk"], "post", 1), NOW)
    pace.keep_apart(db, TEN, first, address, key)
    settling.arrived(db, [first], NOW)
    tell("bulk")
    tell("personal")
    assert due(distance - 0.01) == []
    tell("reply")
    assert due(distance - 0.01) == [LANES["reply"]]
    settling.arrived(db, claiming.claim(db, NOW, ["post"], 10), NOW)
    # Of the others the one that goes first; the last waits behind it.
    assert due(distance) == [LANES["personal"]]


PROCESSES, EACH = 4, 25


def test_all_processes_have_one_limiter(engine: Engine) -> None:
    with transaction(engine) as db:
        turn(db)

    def one(_: int) -> list[datetime]:
        placed: list[datetime] = []
        for _nth in range(EACH):
            with transaction(engine) as db:
                got = pace.reserve(db, turn(db), TEN, claims(2), NOW)[1]
                placed += [each.at for each in got if each.at]
        return placed

    with ThreadPoolExecutor(PROCESSES) as pool:
        every = sorted(at for placed in pool.map(one, range(PROCESSES)) for at in placed)
    assert every == [NOW + nth * TENTH for nth in range(PROCESSES * EACH * 2)]


def test_without_the_lock_two_processes_would_have_the_same_turn(db: Db) -> None:
    """The twin: who does not read the state anew under its lock gives a turn away twice."""
    stale = turn(db)
    first = pace.reserve(db, stale, TEN, claims(1), NOW)[1]
    second = pace.reserve(db, stale, TEN, claims(1), NOW)[1]
    assert first[0].at == second[0].at
