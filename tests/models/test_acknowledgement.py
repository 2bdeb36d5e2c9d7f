"""收到: who was sent an emergency notice answers it once, and staff see exactly who did not, by building."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Row, func, insert, select, update

from models import (
    acknowledgement,
    audience,
    broadcast,
    broadcasting,
    delivery,
    emergency,
    joining,
    place,
    roll_call,
    subscription,
)
from models.acknowledgement import ACKNOWLEDGEMENT, KEPT, MEANT
from models.audience import Audience
from models.card import Card
from models.database import Db
from models.delivery import DELIVERY
from models.emergency import CALM, EMERGENCY, SLICE, SPREAD
from models.member import ADDRESS, MEMBER, ROLE
from models.place import PLACE
from models.refusal import Refusal
from models.roll_call import Houses, Tally
from models.still import why_not_for
from models.text import Text
from tests.conftest import NOW

CARDS = (Card(Text("好")),)
TEXTS = {"zh-Hans": "燃气泄漏，请马上离开"}


def place_of(db: Db, code: str) -> int:
    return int(db.value(select(PLACE.c.id).where(PLACE.c.code == code)))


def member_of(db: Db, code: str) -> int:
    return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def write(db: Db, *codes: str, place: str = "tower", drill: bool = False) -> Row[Any]:
    """An emergency notice by the officer that begins now, to the people of these places."""
    meant = Audience(places=tuple(place_of(db, code) for code in codes or (place,)))
    author = member_of(db, "officer")
    found = emergency.propose(db, author, TEXTS, meant, place_of(db, place), NOW, drill=drill)
    _, seen = broadcast.sight(db, found)
    boss = staff(db, place_of(db, "ginkgo")) if codes else author
    found = broadcast.approve(db, broadcast.read(db, found.id), boss, seen, NOW, timedelta())
    return broadcasting.begin(db, found, CARDS, NOW)


def staff(db: Db, place: int) -> int:
    """Somebody who is staff there, and lives nowhere."""
    key = db.insert(insert(MEMBER), language="zh-Hans", interests=[])
    db.insert(insert(ROLE), member_id=key, kind="staff", place_id=place)
    return key


def fan_out(db: Db, found: Row[Any], now: datetime = NOW) -> None:
    while emergency.tell_slice(db, broadcast.read(db, found.id), now):
        pass


def send(db: Db, found: Row[Any], at: datetime = NOW) -> None:
    """All that waits is sent."""
    waits = DELIVERY.c.state == "pending"
    db.run(
        update(DELIVERY)
        .where(DELIVERY.c.notice_id == found.notice_id, waits)
        .values(state="sent", settled=at)
    )


def sent(db: Db, *codes: str, **more: Any) -> Row[Any]:
    found = write(db, *codes, **more)
    fan_out(db, found)
    send(db, found)
    return found


def told(db: Db, found: Row[Any]) -> dict[str | None, datetime]:
    rows = db.rows(
        select(MEMBER.c.code, DELIVERY.c.due)
        .join(DELIVERY, DELIVERY.c.member_id == MEMBER.c.id)
        .where(DELIVERY.c.notice_id == found.notice_id)
        .order_by(DELIVERY.c.id)
    )
    return {row.code: row.due for row in rows}


def people(db: Db, count: int, place: str) -> None:
    """So many more who live there, reached on the page."""
    there = place_of(db, place)
    newest = db.value(select(func.max(MEMBER.c.id)))
    db._connection.execute(
        insert(MEMBER), [{"language": "zh-Hans", "interests": [], "home_id": there}] * count
    )
    keys = [row.id for row in db.rows(select(MEMBER.c.id).where(MEMBER.c.id > newest))]
    addresses = [{"channel": "page", "key": f"p{key}", "member_id": key} for key in keys]
    db._connection.execute(insert(ADDRESS), addresses)


# 收到.


def test_an_answer_counts_once(db: Db) -> None:
    found, lin = sent(db), member_of(db, "lin")
    assert acknowledgement.acknowledge(db, found.number, lin, NOW)
    assert not acknowledgement.acknowledge(db, found.number, lin, NOW + timedelta(minutes=1))
    assert [row.at for row in db.rows(select(ACKNOWLEDGEMENT))] == [NOW]


@pytest.mark.parametrize("code", ["he", "nobody"])
def test_who_was_not_sent_it_cannot_answer_it(db: Db, code: str) -> None:
    found = sent(db)
    stranger = member_of(db, "he") if code == "he" else 999_999
    with pytest.raises(Refusal) as refused:
        acknowledgement.acknowledge(db, found.number, stranger, NOW)
    assert refused.value.code == "acknowledgement.other"
    assert db.rows(select(ACKNOWLEDGEMENT)) == []


def test_what_is_no_emergency_is_not_answered_so(db: Db) -> None:
    found, lin = sent(db), member_of(db, "lin")
    table = broadcast.BROADCAST
    db.run(update(table).where(table.c.id == found.id).values(kind="notice"))
    for number in (found.number, found.number + 1):
        with pytest.raises(Refusal):
            acknowledgement.acknowledge(db, number, lin, NOW)
    assert acknowledgement.newest(db, lin, NOW, unanswered=False) is None


def test_who_needs_help_has_received_it_too(db: Db) -> None:
    found, lin, mei = sent(db), member_of(db, "lin"), member_of(db, "mei")
    assert acknowledgement.call(db, found.number, lin, NOW)
    assert not acknowledgement.call(db, found.number, lin, NOW)
    # Also who only answered first; and answering later takes no call back.
    acknowledgement.acknowledge(db, found.number, mei, NOW)
    assert acknowledgement.call(db, found.number, mei, NOW)
    assert not acknowledgement.acknowledge(db, found.number, mei, NOW)
    assert [row.needs_help for row in db.rows(select(ACKNOWLEDGEMENT))] == [True, True]
    with pytest.raises(Refusal):
        acknowledgement.call(db, found.number, member_of(db, "he"), NOW)


def test_a_typed_answer_means_the_newest_that_is_open(db: Db) -> None:
    lin = member_of(db, "lin")
    assert acknowledgement.newest(db, lin, NOW, unanswered=True) is None
    first, second = sent(db), sent(db)
    assert acknowledgement.newest(db, lin, NOW, unanswered=True) == second.number
    acknowledgement.acknowledge(db, second.number, lin, NOW)
    assert acknowledgement.newest(db, lin, NOW, unanswered=True) == first.number
    acknowledgement.acknowledge(db, first.number, lin, NOW)
    assert acknowledgement.newest(db, lin, NOW, unanswered=True) is None
    assert acknowledgement.newest(db, lin, NOW, unanswered=False) == second.number
    assert acknowledgement.newest(db, member_of(db, "he"), NOW, unanswered=True) is None


def test_a_typed_answer_means_nothing_of_yesterday(db: Db) -> None:
    found, lin = sent(db), member_of(db, "lin")
    assert (
        acknowledgement.newest(db, lin, NOW + MEANT - timedelta(seconds=1), unanswered=True) == found.number
    )
    assert acknowledgement.newest(db, lin, NOW + MEANT, unanswered=True) is None


def test_answers_are_forgotten_with_the_deliveries(db: Db) -> None:
    found = sent(db)
    acknowledgement.acknowledge(db, found.number, member_of(db, "lin"), NOW)
    assert not acknowledgement.forget(db, NOW + KEPT)
    assert len(db.rows(select(ACKNOWLEDGEMENT))) == 1
    acknowledgement.forget(db, NOW + KEPT + timedelta(seconds=1))
    assert db.rows(select(ACKNOWLEDGEMENT)) == []


# Whom it goes to, and when.


def test_everybody_there_is_told_also_who_wants_nothing(db: Db) -> None:
    mei = member_of(db, "mei")
    subscription.choose(db, mei, subscription.ALL, False, NOW)
    plain = audience.count(db, audience.members(db, Audience(places=(place_of(db, "tower"),))))
    assert plain.recipients == 3
    assert set(told(db, sent(db))) == {"lin", "anna", "mei", "officer"}


def test_a_small_community_is_told_at_once(db: Db) -> None:
    found = sent(db, "ginkgo")
    assert set(told(db, found).values()) == {NOW}
    assert {"lin", "he"} <= set(told(db, found))


def test_the_place_first_and_the_others_within_ten_minutes(db: Db) -> None:
    people(db, 3 * SLICE, "estate")
    found = write(db, "ginkgo")
    fan_out(db, found)
    rows = told(db, found)
    own = emergency.of(db, found.id)
    assert own.seconds == (found.recipients + found.unreachable) // CALM == 20
    there = {"lin", "anna", "mei", "officer"}
    assert list(rows)[:4] == [code for code in rows if code in there]
    assert {rows[code] for code in there} == {NOW}
    later = db.rows(select(DELIVERY.c.due).where(DELIVERY.c.notice_id == found.notice_id).distinct())
    dues = sorted(row.due for row in later)
    assert len(dues) >= 3
    assert dues[0] == NOW
    assert dues[-1] <= NOW + timedelta(seconds=20)
    count = len(db.rows(select(DELIVERY.c.id).where(DELIVERY.c.notice_id == found.notice_id)))
    assert count == found.recipients + found.unreachable


def test_however_many_it_takes_no_longer_than_ten_minutes(db: Db) -> None:
    found = write(db, "ginkgo")
    most = int(SPREAD.total_seconds())
    db.run(update(EMERGENCY).values(seconds=most))
    far = SimpleNamespace(told=7, newest=7, began=NOW)
    assert emergency.due(far, emergency.of(db, found.id), NOW) == NOW + SPREAD


def test_nobody_is_told_by_who_is_no_staff_there(db: Db) -> None:
    tower = place_of(db, "tower")
    with pytest.raises(Refusal) as refused:
        emergency.propose(db, member_of(db, "lin"), TEXTS, Audience(places=(tower,)), tower, NOW, drill=False)
    assert refused.value.code == "duty.other"


def test_more_than_his_own_places_need_a_second_person(db: Db) -> None:
    officer, tower, ginkgo = member_of(db, "officer"), place_of(db, "tower"), place_of(db, "ginkgo")
    assert not emergency.needs_second(db, Audience(places=(tower,)), officer, 4)
    assert emergency.needs_second(db, Audience(places=(ginkgo,)), officer, 5)
    assert emergency.needs_second(db, Audience(places=(tower,)), officer, 501)
    found = emergency.propose(db, officer, TEXTS, Audience(places=(ginkgo,)), tower, NOW, drill=False)
    _, seen = broadcast.sight(db, found)
    with pytest.raises(Refusal) as refused:
        broadcast.approve(db, found, officer, seen, NOW, timedelta())
    assert refused.value.code == "duty.other"


# The exact list.


def roll(db: Db, found: Row[Any]) -> tuple[Houses, list[int], list[Tally]]:
    row = broadcast.read(db, found.id)
    own, notices = emergency.of(db, found.id), emergency.notices(db, row)
    scope = audience.scope(db, Audience.load(row.audience))
    known = roll_call.houses(db, place.below(db, scope), place.below(db, [own.place_id]))
    return known, notices, roll_call.tally(db, found.id, notices, known)


def listed(db: Db, found: Row[Any], house: str | None) -> list[tuple[str | None, str]]:
    known, notices, _ = roll(db, found)
    where = None if house is None else place_of(db, house)
    return [(one.name, one.stands) for one in roll_call.missing(db, found.id, notices, known, where)]


def counted(db: Db, found: Row[Any]) -> dict[str | None, dict[str, int]]:
    codes = {row.id: row.code for row in db.rows(select(PLACE.c.id, PLACE.c.code))}
    return {codes.get(each.place): dict(each.counts) for each in roll(db, found)[2]}  # type: ignore[arg-type]


def test_the_list_is_exact(db: Db) -> None:
    closed = ADDRESS.c.member_id == member_of(db, "mei")
    db.run(update(ADDRESS).where(closed).values(closed=NOW))
    found = sent(db, "ginkgo")
    acknowledgement.acknowledge(db, found.number, member_of(db, "lin"), NOW)
    acknowledgement.call(db, found.number, member_of(db, "officer"), NOW)
    assert counted(db, found) == {
        "tower": {"answered": 1, "help": 1, "silent": 1, "unreachable": 1},
        "estate-north": {"silent": 1},
    }
    assert listed(db, found, "tower") == [("站长", "help"), ("Anna", "silent"), ("梅三", "unreachable")]
    assert listed(db, found, "estate-north") == [("何二", "silent")]


def test_who_moved_away_since_is_still_listed_and_who_came_later_is_not(db: Db) -> None:
    found = sent(db)
    lin, he, estate = member_of(db, "lin"), member_of(db, "he"), place_of(db, "estate")
    db.run(update(MEMBER).where(MEMBER.c.id == lin).values(work_id=estate))
    db.run(update(MEMBER).where(MEMBER.c.id == he).values(work_id=place_of(db, "tower")))
    assert counted(db, found) == {"tower": {"silent": 3}, None: {"silent": 1}}
    assert listed(db, found, None) == [("林一", "silent")]
    assert ("何二", "silent") not in listed(db, found, "tower")


def test_who_lives_and_works_there_is_listed_once_where_it_happens(db: Db) -> None:
    north = place_of(db, "estate-north")
    db.run(update(MEMBER).where(MEMBER.c.code == "lin").values(home_id=north))
    tower_first = sent(db, "ginkgo")
    assert counted(db, tower_first) == {"tower": {"silent": 4}, "estate-north": {"silent": 1}}
    db.run(update(EMERGENCY).values(place_id=place_of(db, "estate")))
    assert counted(db, tower_first) == {"estate-north": {"silent": 2}, "tower": {"silent": 3}}


def test_what_is_on_its_way_is_no_silence(db: Db) -> None:
    found = write(db)
    fan_out(db, found)
    assert counted(db, found) == {"tower": {"waiting": 4}}
    table = DELIVERY.c.member_id == member_of(db, "lin")
    db.run(update(DELIVERY).where(table).values(state="failed", reason="blocked"))
    assert counted(db, found) == {"tower": {"waiting": 3, "unreachable": 1}}


def test_once_more_only_to_those_who_did_not_answer(db: Db) -> None:
    closed = ADDRESS.c.member_id == member_of(db, "mei")
    db.run(update(ADDRESS).where(closed).values(closed=NOW))
    found = sent(db)
    acknowledgement.acknowledge(db, found.number, member_of(db, "lin"), NOW)
    db.run(update(ADDRESS).where(closed).values(closed=None))
    later = NOW + timedelta(minutes=5)
    emergency.send_again(db, found, CARDS, later)
    assert emergency.next_due(db) == later
    while emergency.send_slice(db, later):
        pass
    assert emergency.next_due(db) is None
    notice = emergency.notices(db, found)[1]
    again = db.rows(
        select(MEMBER.c.code, DELIVERY.c.due, DELIVERY.c.lane)
        .join(MEMBER, MEMBER.c.id == DELIVERY.c.member_id)
        .where(DELIVERY.c.notice_id == notice)
    )
    assert sorted(tuple(row) for row in again) == [
        (code, later, delivery.LANES["urgent"]) for code in ("anna", "mei", "officer")
    ]
    # Whom only this one reaches was reached.
    db.run(update(DELIVERY).where(DELIVERY.c.notice_id == notice).values(state="sent", settled=later))
    assert counted(db, found) == {"tower": {"answered": 1, "silent": 3}}
    # Who answers in the meantime is left alone.
    anna, mei = member_of(db, "anna"), member_of(db, "mei")
    assert why_not_for(db, f"emergency {found.id}", [anna, mei], later) == {}
    acknowledgement.acknowledge(db, found.number, anna, later)
    assert why_not_for(db, f"emergency {found.id}", [anna, mei], later) == {anna: "answered by now"}


def test_how_long_it_took(db: Db) -> None:
    found = write(db)
    fan_out(db, found)
    after = {"lin": 2, "anna": 30, "mei": 90}
    for code, seconds in after.items():
        this = DELIVERY.c.member_id == member_of(db, code)
        settled = NOW + timedelta(seconds=seconds)
        db.run(update(DELIVERY).where(this).values(state="sent", settled=settled))
    times = roll_call.times(db, found.notice_id, NOW)
    first, median, last = (NOW + timedelta(seconds=seconds) for seconds in after.values())
    assert (times.meant, times.sent, times.first, times.median, times.last) == (4, 3, first, median, last)
    assert times.within == {1: 2, 5: 3, 10: 3}


def test_two_accounts_of_one_person_are_one_answer(db: Db) -> None:
    found = sent(db, "ginkgo")
    lin, other = member_of(db, "lin"), db.insert(insert(MEMBER), language="zh-Hans", interests=[])
    delivery.enter(db, found.notice_id, None, NOW, member=other, lane="urgent")
    acknowledgement.acknowledge(db, found.number, other, NOW)
    acknowledgement.acknowledge(db, found.number, lin, NOW)
    joining.join(db, lin, other, None, NOW)
    assert [row.member_id for row in db.rows(select(ACKNOWLEDGEMENT))] == [lin]
