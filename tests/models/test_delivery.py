"""The ledger: what is due is claimed once, its end is written once, and nothing that fails is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Row, delete, select, text, update

from models import claiming, delivery, member, notice, preparing, settling
from models.card import Card
from models.claim import LEASE, Claim
from models.database import Db, transaction
from models.delivery import DELIVERY, KEPT
from models.notice import NOTICE, Outgoing
from models.settling import FIRST_WAIT, MOST_FAILURES
from models.text import Text
from tests.conftest import NOW

CARD = Card(Text("好"))
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def address(db: Db) -> int:
    return member.meet(db, "page", "somebody", "zh-Hans")[0]


def told(db: Db) -> list[Row[Any]]:
    return list(db.rows(select(DELIVERY).order_by(DELIVERY.c.id)))


def the_one(db: Db) -> Row[Any]:
    (row,) = told(db)
    return row


def claim_one(db: Db, now: datetime = NOW) -> Claim:
    (claimed,) = claiming.claim(db, now, ["page"], 10)
    return claimed


def prepare_one(db: Db, claimed: Claim, now: datetime) -> Outgoing | None:
    return next(iter(preparing.prepare(db, [claimed], now)), None)


def test_what_is_told_waits_until_it_is_due(db: Db, address: int) -> None:
    assert notice.tell(db, [CARD], [address], NOW, due=LATER)
    assert claiming.claim(db, NOW, ["page"], 10) == []
    (claimed,) = claiming.claim(db, LATER, ["page"], 10)
    row = the_one(db)
    assert (row.state, row.due, row.attempts) == ("sending", LATER + LEASE, 1)
    assert claimed == Claim(row.id, 1, LATER + LEASE)


def test_the_earliest_first_and_no_more_than_wanted(db: Db, address: int) -> None:
    for hours in (3, 1, 2):
        notice.tell(db, [CARD], [address], NOW, due=NOW + timedelta(hours=hours))
    claimed = claiming.claim(db, NOW + timedelta(days=1), ["page"], 2)
    assert [row.due - LEASE for row in told(db) if row.state == "sending"] == [NOW + timedelta(days=1)] * 2
    assert [each.delivery for each in claimed] == [told(db)[1].id, told(db)[2].id]


def test_only_on_the_channels_that_one_serves(db: Db, address: int) -> None:
    elsewhere, _ = member.meet(db, "telegram", "42", "en")
    notice.tell(db, [CARD], [address, elsewhere], NOW)
    assert len(claiming.claim(db, NOW, ["telegram"], 10)) == 1
    assert [row.state for row in told(db)] == ["pending", "sending"]


def test_only_at_one_key_of_a_channel(db: Db, address: int) -> None:
    other, _ = member.meet(db, "page", "other", "en")
    notice.tell(db, [CARD], [address, other], NOW)
    assert len(claiming.claim(db, NOW, ["page"], 10, "other")) == 1
    assert [row.state for row in told(db)] == ["pending", "sending"]


def test_what_is_claimed_is_claimed_by_nobody_else_until_its_lease_ends(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    first = claim_one(db)
    assert claiming.claim(db, NOW + LEASE - timedelta(seconds=1), ["page"], 10) == []
    again = claim_one(db, NOW + LEASE)
    assert (again.delivery, again.attempts) == (first.delivery, 2)
    # Whoever lost his lease has no say in it any more.
    assert settling.settle(db, first, "failed", NOW + LEASE, "too late") is False
    assert settling.put_off(db, first, NOW + LEASE, "too late") is False
    assert settling.settle(db, again, "sent", NOW + LEASE) is True
    assert (the_one(db).state, the_one(db).number) == ("sent", 1)


def test_twice_lapsed_is_unknown(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    claim_one(db)
    claim_one(db, NOW + LEASE)
    assert claiming.claim(db, NOW + 2 * LEASE, ["page"], 10) == []
    row = the_one(db)
    assert (row.state, row.settled, row.number) == ("unknown", NOW + 2 * LEASE, None)
    assert claiming.claim(db, NOW + 9 * LEASE, ["page"], 10) == []


def test_it_is_settled_once(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    claimed = claim_one(db)
    assert settling.settle(db, claimed, "sent", NOW) is True
    assert settling.settle(db, claimed, "failed", LATER, "again") is False
    assert (the_one(db).state, the_one(db).settled, the_one(db).reason) == ("sent", NOW, None)


def test_numbers_have_no_gaps_and_count_only_what_was_sent(db: Db, address: int) -> None:
    for _ in range(4):
        notice.tell(db, [CARD], [address], NOW)
    finals = ("sent", "failed", "sent", "sent")
    for claimed, final in zip(claiming.claim(db, NOW, ["page"], 10), finals, strict=True):
        settling.settle(db, claimed, final, NOW)  # type: ignore[arg-type]
    assert [row.number for row in told(db)] == [1, None, 2, 3]


def test_a_lost_lease_takes_no_number(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    first = claim_one(db)
    again = claim_one(db, NOW + LEASE)
    assert settling.settle(db, first, "sent", NOW + LEASE) is False
    assert settling.settle(db, again, "sent", NOW + LEASE) is True
    assert the_one(db).number == 1


def test_whoever_is_erased_meanwhile_is_sent_nothing_and_nothing_breaks(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    claimed = claim_one(db)
    db.run(delete(DELIVERY))
    assert settling.settle(db, claimed, "sent", NOW) is False
    assert prepare_one(db, claimed, NOW) is None


def test_what_another_version_wrote_fails_alone(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    db.run(update(NOTICE).values(cards=[{"tune": "of another version"}]))
    assert prepare_one(db, claim_one(db), NOW) is None
    assert (the_one(db).state, the_one(db).reason) == ("failed", "written by another version")


def test_what_fails_for_the_moment_is_tried_again_later_and_not_for_ever(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    at, waits = NOW, []
    for _ in range(MOST_FAILURES - 1):
        claimed = claim_one(db, at)
        assert settling.put_off(db, claimed, at, "busy") is True
        waits.append(the_one(db).due - at)
        at = the_one(db).due
    assert waits == [FIRST_WAIT * 2**nth for nth in range(MOST_FAILURES - 1)]
    settling.put_off(db, claim_one(db, at), at, "busy")
    assert (the_one(db).state, the_one(db).reason) == ("failed", "busy")


def test_as_late_as_the_other_side_says(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    settling.put_off(db, claim_one(db), NOW, "busy", timedelta(minutes=7))
    assert (the_one(db).state, the_one(db).due) == ("pending", NOW + timedelta(minutes=7))


def test_an_event_is_told_once(db: Db, address: int) -> None:
    assert notice.tell(db, [CARD], [address], NOW, key="remind:1:d1") is True
    assert notice.tell(db, [CARD], [address], LATER, key="remind:1:d1") is False
    assert notice.tell(db, [CARD], [address], LATER, key="remind:1:h2") is True
    assert len(told(db)) == 2


def test_too_late_is_expired_and_not_sent(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW, expires=LATER)
    assert prepare_one(db, claim_one(db, LATER), LATER) is None
    assert (the_one(db).state, the_one(db).reason) == ("expired", "too late to be of use")


def test_in_time_it_is_sent(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW, expires=LATER)
    outgoing = prepare_one(db, claim_one(db), NOW)
    assert outgoing is not None
    assert (outgoing.channel, outgoing.to, outgoing.language, outgoing.cards) == (
        "page",
        "somebody",
        "zh-Hans",
        (CARD,),
    )


def test_old_ones_are_forgotten_with_their_notices(db: Db, address: int) -> None:
    for _ in range(2):
        notice.tell(db, [CARD], [address], NOW)
    first, second = claiming.claim(db, NOW, ["page"], 10)
    settling.settle(db, first, "sent", NOW)
    settling.settle(db, second, "sent", LATER)
    limit = NOW + KEPT + timedelta(minutes=1)
    assert (delivery.forget(db, limit), notice.forget(db, limit)) == (False, False)
    assert [row.settled for row in told(db)] == [LATER]
    assert len(db.rows(select(NOTICE))) == 1


def test_what_still_waits_is_not_forgotten(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    delivery.forget(db, NOW + 2 * KEPT)
    notice.forget(db, NOW + 2 * KEPT)
    assert (len(told(db)), len(db.rows(select(NOTICE)))) == (1, 1)


def test_what_is_due_is_found_by_the_partial_index(db: Db) -> None:
    if db.value(text("SELECT 1")) and db._connection.engine.dialect.name != "sqlite":
        db.run(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN"
    else:
        explain = "EXPLAIN QUERY PLAN"
    query = (
        "SELECT id FROM delivery WHERE state IN ('pending', 'sending') AND due <= '2026-11-23' ORDER BY due"
    )
    plan = " ".join(str(row) for row in db.rows(text(f"{explain} {query}")))
    assert "ix_delivery_due" in plan


# Several couriers at once, on real connections.

COURIERS, ROWS = 8, 200


@pytest.fixture
def crowded(engine: Engine) -> Engine:
    with transaction(engine) as db:
        reader, _ = member.meet(db, "page", "reader", "zh-Hans")
        for nth in range(ROWS):
            notice.tell(db, [CARD], [reader], NOW, key=f"n:{nth}")
    return engine


def drain(engine: Engine, claim: Any = claiming.claim) -> list[int]:
    """Claims and settles until nothing is due; the rows that this one sent."""
    mine: list[int] = []
    while True:
        with transaction(engine) as db:
            claimed = claim(db, NOW, ["page"], 7)
        if not claimed:
            return mine
        for each in claimed:
            mine.append(each.delivery)
            with transaction(engine) as db:
                settling.settle(db, each, "sent", NOW)


def test_of_several_couriers_each_row_is_one_ones(crowded: Engine) -> None:
    with ThreadPoolExecutor(COURIERS) as pool:
        sent = [row for mine in pool.map(lambda _: drain(crowded), range(COURIERS)) for row in mine]
    assert (len(sent), len(set(sent))) == (ROWS, ROWS)
    with transaction(crowded) as db:
        assert sorted(row.number for row in told(db)) == list(range(1, ROWS + 1))


def test_nobody_waits_for_what_another_one_is_claiming(crowded: Engine) -> None:
    """SQLite has one writer, so only a server can show it: without skipping, the second would wait."""
    if crowded.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: nobody can be claiming beside another")
    with transaction(crowded) as one, transaction(crowded) as two:
        first = claiming.claim(one, NOW, ["page"], 5)
        two.run(text("SET LOCAL lock_timeout = '2s'"))
        second = claiming.claim(two, NOW, ["page"], 5)
    assert {each.delivery for each in first} & {each.delivery for each in second} == set()
    assert (len(first), len(second)) == (5, 5)


def test_without_a_claim_rows_are_sent_twice(crowded: Engine) -> None:
    """The twin: who takes what is due without holding it sends what the others send too."""

    def peek(db: Db, now: datetime, channels: list[str], most: int) -> list[Claim]:
        due = select(DELIVERY.c.id).where(DELIVERY.c.state == "pending").order_by(DELIVERY.c.id).limit(most)
        return [Claim(row.id, 0, now) for row in db.rows(due)]

    sent: list[int] = []
    for _ in range(2):
        with transaction(crowded) as db:
            sent += [each.delivery for each in peek(db, NOW, ["page"], 7)]
    assert len(set(sent)) < len(sent)


def test_without_its_attempt_a_lost_lease_would_settle(db: Db, address: int) -> None:
    """The twin of the lease: settling by the row alone takes the word of whoever comes last."""
    notice.tell(db, [CARD], [address], NOW)
    claim_one(db)
    again = claim_one(db, NOW + LEASE)
    settling.settle(db, again, "sent", NOW + LEASE)
    unguarded = update(DELIVERY).where(DELIVERY.c.id == again.delivery).values(state="failed")
    assert db.run(unguarded) == 1
    assert the_one(db).state == "failed"


def test_what_is_held_waits_for_its_reader_alone(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    claimed = claim_one(db)
    assert settling.hold(db, claimed, NOW, "no window", 1) is True
    assert settling.hold(db, claimed, NOW, "no window") is False
    assert claiming.claim(db, NOW + timedelta(days=365), ["page"], 10) == []
    assert delivery.release(db, address, LATER) is True
    assert delivery.release(db, address, LATER) is False
    again = claim_one(db, LATER)
    outgoing = prepare_one(db, again, LATER)
    assert outgoing is not None
    assert (again.delivery, outgoing.sent) == (claimed.delivery, 1)


def test_release_leaves_alone_what_waits_for_its_hour(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW, due=LATER)
    assert delivery.release(db, address, NOW) is False
    assert the_one(db).due == LATER


def test_the_next_one_at_an_address_waits_while_one_is_under_way(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    first = claim_one(db)
    notice.tell(db, [CARD], [address], NOW)
    assert claiming.claim(db, NOW, ["page"], 10) == []
    settling.settle(db, first, "sent", NOW)
    second = claim_one(db)
    # A lease that has run out holds up nobody.
    notice.tell(db, [CARD], [address], NOW)
    claimed = claiming.claim(db, NOW + LEASE, ["page"], 10)
    assert [each.delivery for each in claimed] == [second.delivery, second.delivery + 1]


def test_what_goes_to_a_closed_address_is_skipped(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    member.close(db, address, NOW)
    assert prepare_one(db, claim_one(db), NOW) is None
    assert (the_one(db).state, the_one(db).reason) == ("skipped", "nobody is reached there any more")
    member.reopen(db, address)
    notice.tell(db, [CARD], [address], NOW)
    assert prepare_one(db, claiming.claim(db, NOW, ["page"], 10)[0], NOW) is not None


def test_what_may_have_arrived_is_tried_once_more_and_then_left(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    # Failures before it take nothing from that.
    settling.put_off(db, claim_one(db), NOW, "busy", timedelta(seconds=1))
    first = claim_one(db, NOW + timedelta(seconds=1))
    assert settling.doubt(db, first, NOW, "no answer", timedelta(minutes=1)) is True
    assert settling.doubt(db, first, NOW, "no answer") is False
    again = claim_one(db, NOW + timedelta(minutes=1))
    assert (again.failures, again.doubts) == (1, 1)
    assert settling.doubt(db, again, LATER, "no answer") is True
    assert (the_one(db).state, the_one(db).reason) == ("unknown", "no answer")


def test_holding_it_back_is_no_failure(db: Db, address: int) -> None:
    notice.tell(db, [CARD], [address], NOW)
    for _ in range(MOST_FAILURES):
        assert settling.hold(db, claim_one(db), NOW, "no window") is True
        delivery.release(db, address, NOW)
    assert settling.put_off(db, claim_one(db), NOW, "busy") is True
    assert the_one(db).state == "pending"


def test_what_comes_after_one_that_is_tried_again_waits_behind_it(db: Db, address: int) -> None:
    for _ in range(2):
        notice.tell(db, [CARD], [address], NOW)
    first, second = claiming.claim(db, NOW, ["page"], 10)
    settling.put_off(db, first, NOW, "busy", timedelta(minutes=1))
    assert settling.give_back(db, second, first, NOW) is True
    assert claiming.claim(db, NOW, ["page"], 10) == []
    later = claiming.claim(db, NOW + timedelta(minutes=2), ["page"], 10)
    assert [each.delivery for each in later] == [first.delivery, second.delivery]


def test_nothing_waits_behind_what_waits_for_its_reader(db: Db, address: int) -> None:
    for _ in range(2):
        notice.tell(db, [CARD], [address], NOW)
    first, second = claiming.claim(db, NOW, ["page"], 10)
    settling.hold(db, first, NOW, "no window")
    settling.give_back(db, second, first, NOW)
    assert [each.delivery for each in claiming.claim(db, NOW, ["page"], 10)] == [second.delivery]
