"""Whose a delivery is: lanes, what was begun by somebody who died, what a clock that was set does to it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select, text, update

from models import claim, claiming, delivery, delivery_attempt, due_times, halting, member, notice, settling
from models.card import Card
from models.claim import LEASE, Claim
from models.database import Db
from models.delivery import DELIVERY, LANES, Lane
from models.member import MEMBER
from models.text import Text
from tests.conftest import NOW

CARD = Card(Text("好"))
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def address(db: Db) -> int:
    return member.meet(db, "page", "somebody", "zh-Hans")[0]


def tell(db: Db, address: int, lane: Lane = "reply", due: Any = NOW) -> None:
    written = notice.write(db, [CARD], NOW)
    assert written is not None
    delivery.enter(db, written, address, due, lane=lane)


def told(db: Db) -> list[Row[Any]]:
    return list(db.rows(select(DELIVERY).order_by(DELIVERY.c.id)))


def claim_one(db: Db, now: Any = NOW) -> Claim:
    (claimed,) = claiming.claim(db, now, ["page"], 10)
    return claimed


def test_answers_go_first_and_what_can_wait_last(db: Db) -> None:
    lanes: list[Lane] = ["bulk", "urgent", "personal", "reply"]
    for lane in lanes:
        tell(db, member.meet(db, "page", lane, "zh-Hans")[0], lane)
    claimed = claiming.claim(db, NOW, ["page"], 10)
    assert [each.lane for each in claimed] == sorted(LANES.values())


def test_nothing_waits_behind_what_goes_after_it(db: Db, address: int) -> None:
    tell(db, address, "bulk")
    assert claim_one(db).lane == LANES["bulk"]
    tell(db, address, "bulk")
    tell(db, address, "reply")
    # The second broadcast waits for the first, the answer does not.
    assert [each.lane for each in claiming.claim(db, NOW, ["page"], 10)] == [LANES["reply"]]


def test_what_is_put_off_on_a_later_lane_holds_up_no_answer(db: Db, address: int) -> None:
    tell(db, address, "bulk")
    settling.put_off(db, claim_one(db), NOW, "busy", timedelta(minutes=5))
    tell(db, address, "reply")
    assert claim_one(db).lane == LANES["reply"]


def take(db: Db, now: Any = NOW, lane: Lane = "bulk", *, begun: bool, lapsed: bool = True) -> list[Claim]:
    return claiming.take(db, now, LANES[lane], "page", 10, begun=begun, lapsed=lapsed)


def test_what_is_for_many_is_never_sent_twice(db: Db, address: int) -> None:
    tell(db, address, "bulk")
    take(db, begun=True)
    assert take(db, NOW + LEASE, begun=True) == []
    assert (told(db)[0].state, told(db)[0].reason) == ("unknown", "nobody said whether it was sent")


def test_what_somebody_has_let_go_is_taken_before_what_waits(db: Db, address: int) -> None:
    tell(db, address, "bulk", NOW)
    (first,) = take(db, begun=False)
    for nth in range(12):
        other = member.meet(db, "page", f"another {nth}", "zh-Hans")[0]
        tell(db, other, "bulk", NOW)
    taken = claiming.take(db, NOW + LEASE, LANES["bulk"], "page", 1, begun=False)
    assert [each.delivery for each in taken] == [first.delivery]
    # The twin: nothing is taken over.
    others = claiming.take(db, NOW + LEASE, LANES["bulk"], "page", 1, begun=False, lapsed=False)
    assert [each.delivery for each in others] != [first.delivery]


def test_what_was_never_begun_is_no_doubt(db: Db, address: int) -> None:
    tell(db, address, "bulk")
    take(db, begun=False)
    (again,) = take(db, NOW + LEASE, begun=False)
    assert (again.doubts, told(db)[0].state) == (0, "sending")
    # The twin: noted as begun before its call, it is one.
    assert claiming.begin(db, [again]) == {again.delivery}
    assert take(db, NOW + 2 * LEASE, begun=False) == []
    assert told(db)[0].state == "unknown"


def test_nobody_begins_what_is_another_ones(db: Db, address: int) -> None:
    tell(db, address, "bulk")
    (first,) = take(db, begun=False)
    (again,) = take(db, NOW + LEASE, begun=False)
    assert claiming.begin(db, [first]) == set()
    assert claiming.renew(db, [first, again], NOW + 2 * LEASE) == {again.delivery}


def test_who_renews_keeps_what_he_has(db: Db, address: int) -> None:
    tell(db, address, "personal")
    (claimed,) = take(db, lane="personal", begun=True)
    for beat in range(1, 20):
        now = NOW + beat * claim.RENEWAL
        assert claiming.renew(db, [claimed], now + LEASE) == {claimed.delivery}
        assert take(db, now, "personal", begun=True) == []
    assert settling.settle(db, claimed, "sent", LATER) is True


def test_the_doubt_of_what_is_for_many_is_its_end(db: Db, address: int) -> None:
    tell(db, address, "bulk")
    settling.doubt(db, claim_one(db), NOW, "no answer")
    assert told(db)[0].state == "unknown"


def test_after_the_clock_was_set_forward_nothing_is_taken_over_for_a_while(db: Db, address: int) -> None:
    tell(db, address, "bulk")
    take(db, begun=True)
    assert take(db, LATER, begun=True, lapsed=False) == []
    assert told(db)[0].state == "sending"


def test_a_lease_of_before_the_clock_was_set_back_ends_soon(db: Db, address: int) -> None:
    tell(db, address, "personal")
    take(db, lane="personal", begun=True)
    back = NOW - timedelta(hours=2)
    assert take(db, back + LEASE, "personal", begun=True) == []
    due_times.mend(db, back)
    assert told(db)[0].due == back + LEASE
    assert len(take(db, back + LEASE, "personal", begun=True)) == 1


def test_a_lease_that_is_as_long_as_it_may_be_is_left_alone(db: Db, address: int) -> None:
    tell(db, address)
    claim_one(db)
    due_times.mend(db, NOW - timedelta(seconds=30))
    assert told(db)[0].due == NOW + LEASE


def test_what_was_due_before_the_clock_was_set_back_is_due_again(db: Db, address: int) -> None:
    tell(db, address)
    tell(db, address, due=NOW - timedelta(seconds=1))
    settling.put_off(db, claim_one_of(db, 1), NOW, "busy")
    tell(db, address, due=LATER)
    back = NOW - timedelta(hours=2)
    due_times.turn_back(db, NOW, back)
    # What was not due then still is not.
    assert [row.due for row in told(db)] == [back, back, LATER]


def claim_one_of(db: Db, nth: int) -> Claim:
    claims = claiming.claim(db, NOW, ["page"], 10)
    wanted = told(db)[nth].id
    settling.give_up(db, [each for each in claims if each.delivery != wanted], NOW)
    return next(each for each in claims if each.delivery == wanted)


def test_several_at_once_get_their_numbers_in_their_order(db: Db) -> None:
    first, _ = member.meet(db, "page", "first", "zh-Hans")
    second, _ = member.meet(db, "page", "second", "zh-Hans")
    for address in (first, second, first, first, second):
        tell(db, address)
    claims = claiming.claim(db, NOW, ["page"], 10)
    assert settling.arrived(db, claims, NOW) == {each.delivery for each in claims}
    assert [row.number for row in told(db)] == [1, 1, 2, 3, 2]
    assert settling.arrived(db, claims, NOW) == set()
    assert db.value(select(member.ADDRESS.c.told).where(member.ADDRESS.c.id == first)) == 3


def test_its_story_is_kept_where_it_did_not_arrive_at_once(db: Db, address: int) -> None:
    tell(db, address)
    tell(db, address)
    first, second = claiming.claim(db, NOW, ["page"], 10)
    settling.arrived(db, [second], NOW)
    settling.put_off(db, first, NOW, "busy")
    again = claim_one(db, NOW + timedelta(minutes=1))
    settling.doubt(db, again, NOW + timedelta(minutes=1), "no answer")
    claim_one(db, NOW + timedelta(minutes=2))
    claiming.claim(db, NOW + timedelta(minutes=3), ["page"], 10)
    story = delivery_attempt.story(db, first.delivery)
    assert [(row.outcome, row.reason, row.channel) for row in story] == [
        ("later", "busy", "page"),
        ("doubted", "no answer", "page"),
        ("lapsed", "begun, and not heard of any more", "page"),
    ]
    assert told(db)[0].state == "unknown"
    assert delivery_attempt.story(db, second.delivery) == []


def test_the_story_goes_with_its_delivery(db: Db, address: int) -> None:
    tell(db, address)
    settling.put_off(db, claim_one(db), NOW, "busy")
    settling.settle(db, claim_one(db, LATER), "failed", LATER, "gone")
    delivery.forget(db, LATER + delivery.KEPT + timedelta(days=1))
    assert db.rows(select(delivery_attempt.DELIVERY_ATTEMPT)) == []


def test_when_something_is_due_next(db: Db, address: int) -> None:
    assert due_times.next_due(db, ["page", "telegram"], NOW) is None
    tell(db, address, "bulk", due=LATER)
    tell(db, address, "personal", due=LATER + timedelta(hours=1))
    assert due_times.next_due(db, ["page", "telegram"], NOW) == LATER
    assert due_times.next_due(db, ["telegram"], NOW) is None
    settling.hold(db, claim_one(db, LATER), LATER, "no window")
    assert due_times.next_due(db, ["page"], LATER) == LATER + timedelta(hours=1)


@pytest.mark.parametrize(
    "statement",
    [claiming._ripe(("page",), (3,)), due_times._next(("page",)), claiming._taking(3, False, False, False)],
    ids=["ripe", "next", "take"],
)
def test_only_the_index_of_what_is_due_is_looked_into(db: Db, statement: Any) -> None:
    engine = db._connection.engine
    given = {"now": NOW, "lane": 3, "via": "page", "far": NOW, "most": 1, "after": NOW}
    compiled = statement.compile(engine)
    read = {name: given.get(name, value) for name, value in compiled.params.items()}
    values = {
        name: compiled._bind_processors.get(name, lambda each: each)(each) for name, each in read.items()
    }
    placed = tuple(values[name] for name in compiled.positiontup) if compiled.positional else values
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    if engine.dialect.name != "sqlite":
        db.run(text("SET LOCAL enable_seqscan = off"))
    plan = " ".join(str(row) for row in db._connection.exec_driver_sql(explain + str(compiled), placed))
    assert "ix_delivery_due" in plan
    assert "SCAN ripe" not in plan
    assert "SCAN delivery" not in plan


def test_a_member_elsewhere_is_told_where_somebody_sends(db: Db, address: int) -> None:
    reader = db.value(select(MEMBER.c.id).order_by(MEMBER.c.id.desc()).limit(1))
    notice.tell_member(db, [CARD], reader, NOW)
    tell(db, address)
    taken = claiming.take(db, NOW, LANES["personal"], "page", 10, members=True)
    assert [each.member for each in taken] == [reader]
    assert claiming.take(db, NOW, LANES["reply"], "page", 10, members=True) == []


def test_without_a_channel_of_its_own_nothing_is_claimed(db: Db, address: int) -> None:
    tell(db, address)
    db.run(update(DELIVERY).values(via=halting.PAUSED))
    assert claiming.claim(db, NOW, ["page", ""], 10) == []
