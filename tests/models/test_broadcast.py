"""A broadcast: its moves, what freezes it, who may send it, and that it reaches each of its readers once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Any, cast

import pytest
from sqlalchemy import Row, select, update

from models import (
    activity,
    broadcast,
    broadcast_draft,
    broadcast_people,
    broadcasting,
    erasure,
    registering,
    still,
    subscription,
)
from models.activity import ACTIVITY
from models.audience import Audience
from models.broadcast import BROADCAST, HOLD, MOVES, STATES
from models.card import Card
from models.change import CHANGE
from models.database import Db
from models.delivery import DELIVERY
from models.member import ADDRESS, MEMBER
from models.refusal import Refusal
from models.text import Text
from tests.crowd import add, add_many, make_staff, member, place

TEXT = {"zh-Hans": "周五空调检修"}
CARDS = (Card(Text("周五空调检修")),)
NONE = timedelta(0)


def tower(db: Db) -> Audience:
    return Audience(places=(place(db, "tower"),))


def written(db: Db, now: datetime, meant: Audience | None = None, **also: Any) -> Row[Any]:
    return broadcast_draft.draft(db, member(db, "officer"), TEXT, meant or tower(db), now, **also)


def approved(db: Db, now: datetime, meant: Audience | None = None, **also: Any) -> Row[Any]:
    found = written(db, now, meant, **also)
    return broadcast.approve(db, found, member(db, "officer"), found.digest, now, NONE)


def spread(db: Db, number: int, now: datetime) -> Row[Any]:
    """Everything that the job does up to the last slice."""
    found = broadcast.find(db, number)
    if found.notice_id is None:
        found = broadcasting.begin(db, found, CARDS, now)
    while found.told < found.newest:
        broadcasting.tell_slice(db, found, now, now)
        found = broadcast.find(db, number)
    return found


def told(db: Db, found: Row[Any]) -> list[str]:
    rows = db.rows(
        select(MEMBER.c.code)
        .join(DELIVERY, DELIVERY.c.member_id == MEMBER.c.id)
        .where(DELIVERY.c.notice_id == found.notice_id, DELIVERY.c.state != "failed")
        .order_by(MEMBER.c.id)
    )
    return [row.code for row in rows]


def settle(db: Db, found: Row[Any], state: str, now: datetime, *who: str) -> None:
    keys = [member(db, code) for code in who]
    those = update(DELIVERY).where(DELIVERY.c.notice_id == found.notice_id, DELIVERY.c.member_id.in_(keys))
    db.run(those.values(state=state, settled=now))


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as refusal:
        act()
    assert refusal.value.code == code


def put(db: Db, found: Row[Any], state: str) -> Row[Any]:
    db.run(update(BROADCAST).where(BROADCAST.c.id == found.id).values(state=state))
    return broadcast.read(db, found.id)


def test_only_the_moves_of_the_table_are_made(db: Db, now: datetime) -> None:
    found = written(db, now)
    for before, after in product(STATES, STATES):
        moves = partial(broadcast.move, db, put(db, found, before), cast(broadcast.State, after), None, now)
        if after in MOVES.get(before, ()):
            assert moves().state == after
        else:
            refused("broadcast.past", moves)
            assert broadcast.read(db, found.id).state == before


def test_of_two_who_move_it_at_once_one_is_refused(db: Db, now: datetime) -> None:
    found = approved(db, now)
    broadcast.move(db, found, "running", None, now)
    refused("broadcast.past", lambda: broadcast.move(db, found, "stopped", None, now))


def test_every_move_is_noted_with_who_did_it(db: Db, now: datetime) -> None:
    found = approved(db, now)
    broadcasting.stop(db, found, member(db, "officer"), now, "wrong day")
    noted = db.rows(
        select(CHANGE.c.before, CHANGE.c.after, CHANGE.c.actor_id, CHANGE.c.reason)
        .where(CHANGE.c.subject == "broadcast", CHANGE.c.subject_id == found.id)
        .order_by(CHANGE.c.id)
    )
    officer = member(db, "officer")
    assert [tuple(row) for row in noted] == [
        (None, "draft", officer, None),
        ("draft", "held", officer, None),
        ("held", "stopped", officer, "wrong day"),
    ]


def test_who_is_not_staff_of_all_of_it_writes_none(db: Db, now: datetime) -> None:
    def act() -> object:
        return broadcast_draft.draft(db, member(db, "lin"), TEXT, tower(db), now)

    refused("duty.other", act)
    make_staff(db, "lin", "tower")
    assert broadcast.find(db, broadcast_draft.draft(db, member(db, "lin"), TEXT, tower(db), now).number)


@pytest.mark.parametrize(
    ("recipients", "way"), [(1, "confirm"), (50, "confirm"), (51, "type"), (500, "type"), (501, "second")]
)
def test_the_number_decides_what_it_takes(db: Db, recipients: int, way: str) -> None:
    assert broadcast.way(db, tower(db), recipients) == way


def test_more_than_one_building_takes_a_second_person(db: Db) -> None:
    both = Audience(places=(place(db, "tower"), place(db, "estate")))
    assert broadcast.way(db, both, 2) == "second"


def of_two_places(db: Db, now: datetime) -> Row[Any]:
    """Written by the administrator for two buildings, so that somebody else has to approve it."""
    add(db, "chief", "tower")
    make_staff(db, "chief", None)
    both = Audience(places=(place(db, "tower"), place(db, "estate")))
    found = broadcast_draft.draft(db, member(db, "chief"), TEXT, both, now)
    return broadcast.submit(db, found, member(db, "chief"), found.digest, now)


def test_its_author_does_not_approve_it_and_somebody_else_does(db: Db, now: datetime) -> None:
    found = of_two_places(db, now)
    assert found.recipients == 6
    chief = member(db, "chief")
    refused("broadcast.own", lambda: broadcast.approve(db, found, chief, found.digest, now, NONE))
    add(db, "second", "tower")
    make_staff(db, "second", "ginkgo")
    counted, seen = broadcast.sight(db, found)
    assert counted.recipients == 7
    sent = broadcast.approve(db, found, member(db, "second"), seen, now, HOLD["second"])
    assert (sent.state, sent.due, sent.approver_id) == (
        "held",
        now + timedelta(seconds=120),
        member(db, "second"),
    )


def test_who_is_staff_of_a_part_of_it_does_not_approve_it(db: Db, now: datetime) -> None:
    found = of_two_places(db, now)
    officer = member(db, "officer")
    refused("duty.other", lambda: broadcast.approve(db, found, officer, found.digest, now, NONE))
    assert broadcast_people.approvers(db, found) == []
    assert broadcast_people.to_approve(db, officer) is None
    make_staff(db, "officer", "estate")
    assert [row.id for row in broadcast_people.approvers(db, found)] == [officer]
    waiting = broadcast_people.to_approve(db, officer)
    assert waiting is not None
    assert waiting.id == found.id
    assert broadcast_people.to_approve(db, member(db, "chief")) is None


def test_other_words_or_another_number_are_not_what_was_approved(db: Db, now: datetime) -> None:
    found = of_two_places(db, now)
    make_staff(db, "officer", "ginkgo")
    officer, chief = member(db, "officer"), member(db, "chief")
    subscription.choose(db, member(db, "lin"), subscription.ALL, False, now)
    refused("broadcast.changed", lambda: broadcast.approve(db, found, officer, found.digest, now, NONE))
    _, seen = broadcast.sight(db, found)
    other = broadcast_draft.reword(db, found, {"zh-Hans": "周四空调检修"}, chief, now)
    assert (other.state, broadcast.read(db, found.id).state) == ("draft", "stopped")
    refused(
        "broadcast.past",
        lambda: broadcast.approve(db, broadcast.read(db, found.id), officer, seen, now, NONE),
    )
    refused("broadcast.changed", lambda: broadcast.approve(db, other, officer, seen, now, NONE))
    _, seen_now = broadcast.sight(db, other)
    assert broadcast.approve(db, other, officer, seen_now, now, NONE).texts == {"zh-Hans": "周四空调检修"}


def test_a_draft_is_reworded_in_place(db: Db, now: datetime) -> None:
    found = written(db, now)
    other = broadcast_draft.reword(db, found, {**TEXT, "en": "No air"}, member(db, "officer"), now)
    assert (other.id, other.state, other.texts["en"]) == (found.id, "draft", "No air")
    assert other.digest != found.digest


def test_each_of_its_readers_has_one_delivery(db: Db, now: datetime) -> None:
    add(db, "deaf", "tower", reached=False)
    found = spread(db, approved(db, now).number, now)
    assert told(db, found) == ["lin", "anna", "mei", "officer"]
    done = broadcasting.progress(db, found)
    assert (done.waiting, done.unreachable) == (4, 1)
    again = update(BROADCAST).where(BROADCAST.c.id == found.id).values(told=0)
    db.run(again)
    assert told(db, spread(db, found.number, now)) == ["lin", "anna", "mei", "officer"]


def test_many_are_told_slice_by_slice_and_each_once(
    db: Db, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasting, "SLICE", 3)
    add_many(db, 10, "tower")
    found = approved(db, now)
    assert found.recipients == 14
    found = broadcasting.begin(db, found, CARDS, now)
    assert broadcasting.tell_slice(db, found, now, now)
    assert 0 < len(told(db, found)) <= 3
    spread(db, found.number, now)
    assert len(told(db, found)) == 14


def test_who_comes_after_the_approval_is_not_told(db: Db, now: datetime) -> None:
    found = approved(db, now)
    add(db, "late", "tower")
    assert "late" not in told(db, spread(db, found.number, now))
    assert "late" in told(db, spread(db, approved(db, now).number, now))


def test_who_says_no_meanwhile_is_not_sent_it(db: Db, now: datetime) -> None:
    found = spread(db, approved(db, now).number, now)
    lin, anna = member(db, "lin"), member(db, "anna")
    subscription.choose(db, lin, subscription.of_notices("place:tower"), False, now)
    refused = still.why_not_for(db, f"broadcast {found.id}", [lin, anna], now)
    assert refused == {lin: "no wish to hear of it"}
    broadcasting.stop(db, found, None, now)
    stopped = still.why_not_for(db, f"broadcast {found.id}", [lin, anna], now)
    assert stopped == {lin: "stopped", anna: "stopped"}


def test_a_paused_one_goes_on_with_those_who_have_none_yet(
    db: Db, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasting, "SLICE", 2)
    found = broadcasting.begin(db, approved(db, now), CARDS, now)
    broadcasting.tell_slice(db, found, now, now)
    paused = broadcasting.pause(db, broadcast.read(db, found.id), None, now)
    assert (paused.due, broadcasting.due(db, now + timedelta(days=1))) == (None, None)
    before = told(db, found)
    broadcasting.tell_slice(db, paused, now, now)
    assert told(db, found) == before
    resumed = broadcasting.resume(db, paused, None, now)
    assert resumed.due == now
    spread(db, found.number, now)
    assert told(db, found) == ["lin", "anna", "mei", "officer"]


def test_a_stopped_one_tells_nobody_more(db: Db, now: datetime) -> None:
    found = spread(db, approved(db, now).number, now)
    settle(db, found, "sent", now, "lin")
    stopped = broadcasting.stop(db, found, None, now)
    done = broadcasting.progress(db, stopped)
    assert (done.sent, done.waiting, dict(done.none)) == (1, 0, {"stopped": 3})
    refused("broadcast.past", lambda: broadcasting.resume(db, stopped, None, now))
    assert broadcasting.due(db, now + timedelta(days=1)) is None


def test_a_correction_goes_to_exactly_those_who_have_it(db: Db, now: datetime) -> None:
    found = spread(db, approved(db, now).number, now)
    settle(db, found, "sent", now, "lin", "anna")
    settle(db, found, "unknown", now, "mei")
    stopped = broadcasting.stop(db, found, None, now)
    add(db, "newcomer", "tower")
    away = update(MEMBER).where(MEMBER.c.code == "lin").values(work_id=place(db, "estate"))
    db.run(away)
    subscription.choose(db, member(db, "anna"), subscription.ALL, False, now)
    correction = approved(db, now, corrects=stopped.id)
    assert correction.recipients == 3
    assert broadcast.way_of(db, correction) == "confirm"
    assert told(db, spread(db, correction.number, now)) == ["lin", "anna", "mei"]


def test_a_correction_waits_for_what_is_being_sent_of_the_other(db: Db, now: datetime) -> None:
    found = spread(db, approved(db, now).number, now)
    settle(db, found, "sent", now, "lin")
    broadcasting.stop(db, found, None, now)
    correction = broadcasting.begin(db, approved(db, now, corrects=found.id), CARDS, now)
    settle(db, found, "sending", now, "anna")
    assert broadcasting.tell_slice(db, correction, now, now)
    assert told(db, correction) == []
    assert broadcasting.next_due(db) == now + timedelta(seconds=2)
    settle(db, found, "sent", now, "anna")
    assert told(db, spread(db, correction.number, now)) == ["lin", "anna"]


def test_it_ends_when_nothing_of_it_waits(db: Db, now: datetime) -> None:
    found = spread(db, approved(db, now).number, now)
    assert not broadcasting.look(db, found, now)
    later = now + timedelta(seconds=5)
    assert broadcasting.next_due(db) == later
    settle(db, found, "sent", now, "lin", "anna", "mei", "officer")
    assert broadcasting.look(db, broadcast.read(db, found.id), later)
    ended = broadcast.read(db, found.id)
    assert (ended.state, ended.ended, ended.due) == ("finished", later, None)


def test_at_night_it_is_looked_at_when_it_is_due(db: Db, now: datetime) -> None:
    morning = now + timedelta(hours=10)
    found = broadcasting.begin(db, approved(db, now), CARDS, now)
    broadcasting.tell_slice(db, found, now, morning)
    assert not broadcasting.look(db, broadcast.read(db, found.id), now)
    assert broadcasting.next_due(db) == morning


def test_its_own_time_is_when_it_is_due(db: Db, now: datetime) -> None:
    at = now + timedelta(hours=3)
    found = approved(db, now, starts=at)
    assert (found.state, found.due) == ("scheduled", at)
    assert broadcasting.due(db, at - timedelta(seconds=1)) is None
    due = broadcasting.due(db, at)
    assert due is not None
    assert due.id == found.id
    past = approved(db, now, starts=now - timedelta(hours=3))
    assert (past.state, past.due) == ("held", now)


def test_the_newest_that_somebody_was_told(db: Db, now: datetime) -> None:
    first = spread(db, approved(db, now).number, now)
    second = spread(db, approved(db, now).number, now)
    settle(db, first, "sent", now + timedelta(minutes=1), "lin", "anna")
    settle(db, second, "sent", now + timedelta(minutes=2), "lin")
    lin, anna, mei = (member(db, code) for code in ("lin", "anna", "mei"))

    def newest(who: int, since: datetime = now) -> int | None:
        row = broadcasting.told_last(db, who, since)
        return row.number if row else None

    assert (newest(lin), newest(anna), newest(mei)) == (second.number, first.number, None)
    assert newest(anna, now + timedelta(minutes=1)) is None
    assert broadcasting.was_told(db, first, mei)
    assert not broadcasting.was_told(db, first, member(db, "he"))


def test_who_speaks_is_of_the_place_nearest_to_it(db: Db, now: datetime) -> None:
    assert broadcast_people.speaker(db, written(db, now)) == ("站长", "云杉大厦")
    make_staff(db, "officer", "ginkgo")
    meant = Audience(places=(place(db, "estate"),))
    assert broadcast_people.speaker(db, written(db, now, meant)) == ("站长", "银杏街道")


def test_of_two_activities_each_registrant_once(db: Db, now: datetime) -> None:
    for code in ("yoga-tue", "yoga-thu"):
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code))
        registering.register(db, activity.find(db, number), member(db, "lin"), 1, {}, now)
    keys = [row.id for row in db.rows(select(ACTIVITY.c.id).where(ACTIVITY.c.series == "午间时光"))]
    found = approved(db, now, Audience(activities=tuple(keys)))
    assert found.recipients == 1
    assert told(db, spread(db, found.number, now)) == ["lin"]


def test_where_its_author_goes_it_stays_without_name_and_words(db: Db, now: datetime) -> None:
    begun, waits = spread(db, approved(db, now).number, now), approved(db, now)
    erasure.erase(db, member(db, "officer"), now)
    kept = broadcast.read(db, begun.id)
    assert (kept.author_id, kept.approver_id, kept.texts, kept.state) == (None, None, {}, "running")
    assert broadcast_people.speaker(db, kept)[0] is None
    assert broadcast.read(db, waits.id).state == "stopped"


def test_where_its_approver_goes_its_words_stay(db: Db, now: datetime) -> None:
    found = of_two_places(db, now)
    make_staff(db, "officer", "ginkgo")
    officer = member(db, "officer")
    broadcast.approve(db, found, officer, found.digest, now, NONE)
    erasure.erase(db, officer, now)
    kept = broadcast.read(db, found.id)
    assert (kept.approver_id, kept.author_id, kept.texts) == (None, member(db, "chief"), TEXT)


def test_an_emergency_is_for_those_too_who_stopped_everything(db: Db, now: datetime) -> None:
    subscription.choose(db, member(db, "mei"), subscription.ALL, False, now)
    meant = tower(db)
    assert broadcast.counts_of(db, meant).recipients == 3
    assert broadcast.counts_of(db, meant, "emergency").recipients == 4
    found = broadcast.propose(db, member(db, "officer"), TEXT, meant, now, kind="emergency")
    assert (found.state, found.recipients) == ("proposed", 4)
    assert broadcasting.due(db, now) is None


def test_it_is_for_nobody_who_is_reached_nowhere(db: Db, now: datetime) -> None:
    db.run(update(ADDRESS).where(ADDRESS.c.member_id == member(db, "he")).values(closed=now))
    make_staff(db, "officer", "estate")
    found = written(db, now, Audience(places=(place(db, "estate"),)))
    assert (found.recipients, found.unreachable) == (0, 1)
