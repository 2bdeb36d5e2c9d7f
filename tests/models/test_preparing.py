"""The last moment: what makes no sense any more is not sent, and who is told is told where he can be."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row, select, update

from models import (
    claiming,
    consent,
    conversation,
    delivery,
    grant,
    halting,
    member,
    notice,
    preparing,
    settling,
    still,
)
from models.card import Card
from models.claim import Claim
from models.conversation import Window
from models.database import Db
from models.delivery import DELIVERY, LANES, NEVER, Lane
from models.member import ADDRESS, MEMBER
from models.notice import Outgoing
from models.reach import Way
from models.schedule import Schedule
from models.text import Text
from tests.conftest import NOW

CARD = Card(Text("好"))
SCHEDULE = Schedule(ZoneInfo("Asia/Shanghai"))
NIGHT = datetime.fromisoformat("2026-11-23T23:00:00+08:00")
MORNING = datetime.fromisoformat("2026-11-24T08:00:00+08:00")
FREELY, WINDOWED = Way(), Way(windowed=True)
FORMS = Way(windowed=True, forms=frozenset({"reminder"}), consents=(("digest", "t1"),))
WAYS = {"telegram": FREELY, "wechat": WINDOWED}


class Reader:
    """A member of two addresses: WeChat, and then Telegram."""

    def __init__(self, db: Db) -> None:
        self.db = db
        self.wechat, person = member.meet(db, "wechat", "openid", "zh-Hans")
        self.member = person.id
        db.session.flush()
        self.telegram = member.meet_group(db, "telegram", "42")
        db.run(update(ADDRESS).where(ADDRESS.c.id == self.telegram).values(member_id=self.member))

    def prefers(self, address: int) -> None:
        member.choose_address(self.db, self.member, address, NOW)

    def opens_window(self, left: int = 5) -> None:
        conversation.open_window(self.db, self.wechat, Window(NOW + timedelta(hours=48), left), None, NOW)


@pytest.fixture
def reader(db: Db) -> Reader:
    found = Reader(db)
    memory = conversation.Memory().dump()
    db.run(conversation.CONVERSATION.insert(), address_id=found.wechat, memory=memory)
    return found


def tell(db: Db, reader: Reader, lane: Lane = "personal", **how: Any) -> None:
    assert notice.tell_member(db, [CARD], reader.member, NOW, lane=lane, **how)


def prepare(db: Db, now: datetime = NOW, ways: Mapping[str, Way] | None = WAYS) -> list[Outgoing]:
    claims: list[Claim] = []
    for lane in LANES.values():
        for channel in ("telegram", "wechat", "page"):
            claims += claiming.take(db, now, lane, channel, 10)
    return preparing.prepare(db, claims, now, SCHEDULE, ways)


def row(db: Db) -> Row[Any]:
    (found,) = db.rows(select(DELIVERY).order_by(DELIVERY.c.id))
    return found


def ended(db: Db) -> tuple[str, str | None]:
    return row(db).state, row(db).reason


# Where he is told.


def test_he_is_told_where_he_wants_it(db: Db, reader: Reader) -> None:
    reader.opens_window()
    tell(db, reader)
    reader.prefers(reader.wechat)
    (outgoing,) = prepare(db)
    assert (outgoing.channel, outgoing.to, outgoing.address) == ("wechat", "openid", reader.wechat)
    assert (row(db).address_id, row(db).via) == (reader.wechat, "wechat")


def test_elsewhere_where_one_may_not_write_there(db: Db, reader: Reader) -> None:
    reader.prefers(reader.wechat)
    tell(db, reader)
    (outgoing,) = prepare(db)
    assert (outgoing.channel, outgoing.to) == ("telegram", "42")


@pytest.mark.parametrize(
    ("kind", "granted", "channel"),
    [
        ("reminder", False, "wechat"),
        ("notice", False, "telegram"),
        ("digest", False, "telegram"),
        ("digest", True, "wechat"),
        (None, True, "telegram"),
    ],
)
def test_by_a_form_of_the_platform_where_there_is_one(
    db: Db, reader: Reader, kind: str | None, granted: bool, channel: str
) -> None:
    reader.prefers(reader.wechat)
    if granted:
        grant.give(db, reader.wechat, "t1", "event")
    tell(db, reader, kind=kind)
    (outgoing,) = prepare(db, ways={"telegram": FREELY, "wechat": FORMS})
    assert outgoing.channel == channel


def test_where_he_refused_it_is_not_tried_again(db: Db, reader: Reader) -> None:
    reader.prefers(reader.telegram)
    reader.opens_window()
    tell(db, reader)
    (first,) = prepare(db)
    assert first.channel == "telegram"
    member.close(db, reader.telegram, NOW)
    settling.reroute(db, first.claim, NOW, "blocked")
    (second,) = prepare(db)
    assert (second.channel, second.claim.failures) == ("wechat", 0)
    settling.reroute(db, second.claim, NOW, "no window")
    assert prepare(db) == []
    # What is for him alone waits until he writes, since there is no other way.
    assert (row(db).state, row(db).due, row(db).held) == ("pending", NEVER, True)
    assert delivery.release(db, reader.wechat, NOW) is True
    reader.opens_window()
    assert [each.channel for each in prepare(db)] == ["wechat"]


def test_what_is_for_many_does_not_wait_for_him(db: Db, reader: Reader) -> None:
    member.close(db, reader.telegram, NOW)
    tell(db, reader, "bulk")
    assert prepare(db) == []
    assert ended(db) == ("failed", "unreachable")


def test_whom_nothing_reaches_is_seen_as_such(db: Db, reader: Reader) -> None:
    tell(db, reader)
    for address in (reader.telegram, reader.wechat):
        member.close(db, address, NOW)
    assert prepare(db) == []
    assert ended(db) == ("failed", "unreachable")


def test_what_waits_for_him_expires_when_it_is_of_no_use(db: Db, reader: Reader) -> None:
    member.close(db, reader.telegram, NOW)
    until = NOW + timedelta(hours=3)
    tell(db, reader, expires=until)
    assert prepare(db) == []
    assert (row(db).state, row(db).due, row(db).held) == ("pending", until, True)
    assert delivery.release(db, reader.wechat, NOW + timedelta(hours=1)) is True
    reader.opens_window()
    assert [each.channel for each in prepare(db, NOW + timedelta(hours=1))] == ["wechat"]


def test_and_is_expired_then(db: Db, reader: Reader) -> None:
    member.close(db, reader.telegram, NOW)
    until = NOW + timedelta(hours=3)
    tell(db, reader, expires=until)
    prepare(db)
    assert prepare(db, until) == []
    assert ended(db) == ("expired", "too late to be of use")


def test_where_nobody_sends_he_is_told_where_somebody_does(db: Db, reader: Reader) -> None:
    reader.prefers(reader.telegram)
    reader.opens_window()
    tell(db, reader)
    (outgoing,) = prepare(db, ways={"wechat": WINDOWED})
    assert outgoing.channel == "wechat"


def test_the_same_is_not_told_there_twice(db: Db, reader: Reader) -> None:
    reader.prefers(reader.wechat)
    tell(db, reader)
    delivery.enter(db, row(db).notice_id, reader.telegram, NOW)
    (outgoing,) = prepare(db)
    assert outgoing.address == reader.telegram
    states = {each.member_id: (each.state, each.reason) for each in db.rows(select(DELIVERY))}
    assert states[reader.member] == ("skipped", "told there already")


# Whether it still makes sense.


def test_in_the_quiet_hours_it_rests(db: Db, reader: Reader) -> None:
    tell(db, reader, rests=True)
    assert prepare(db, NIGHT) == []
    assert (row(db).state, row(db).due, row(db).failures) == ("pending", MORNING, 0)
    assert len(prepare(db, MORNING)) == 1


def test_what_does_not_rest_goes_out_at_night(db: Db, reader: Reader) -> None:
    tell(db, reader)
    assert len(prepare(db, NIGHT)) == 1


def test_an_answer_never_rests(db: Db, reader: Reader) -> None:
    tell(db, reader, "reply", rests=True)
    assert len(prepare(db, NIGHT)) == 1


def test_what_is_void_by_now_is_skipped_with_the_reason(
    db: Db, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(still.CHECKS, "test", lambda _db, key, _now: f"{key} is over" if key == 7 else None)
    tell(db, reader, still="test 7", key="a")
    assert prepare(db) == []
    assert ended(db) == ("skipped", "7 is over")
    db.run(DELIVERY.delete())
    tell(db, reader, still="test 8", key="b")
    assert len(prepare(db)) == 1


def test_two_notices_that_ask_the_same_each_ask_for_their_own_readers(
    db: Db, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        still.CHECKS_FOR, "test", lambda _db, _key, members, _now: dict.fromkeys(members, "over")
    )
    tell(db, reader, still="test 7", key="a")
    _, person = member.meet(db, "telegram", "77", "zh-Hans")
    db.session.flush()
    assert notice.tell_member(db, [CARD], person.id, NOW, key="b", still="test 7")
    assert prepare(db) == []
    ends = db.rows(select(DELIVERY.c.state, DELIVERY.c.reason))
    assert [tuple(each) for each in ends] == [("skipped", "over"), ("skipped", "over")]


def test_for_a_purpose_only_who_agrees(db: Db, reader: Reader) -> None:
    tell(db, reader, purpose="notices", key="a")
    assert prepare(db) == []
    assert ended(db) == ("skipped", "no consent to notices")
    db.run(DELIVERY.delete())
    consent.give(db, reader.member, "notices", NOW)
    tell(db, reader, purpose="notices", key="b")
    assert len(prepare(db)) == 1


# A notice that is paused or stopped.


def halt(db: Db) -> None:
    while halting.halt(db, NOW):
        pass


def test_nothing_of_what_is_paused_goes_out_until_it_goes_on(db: Db, reader: Reader) -> None:
    tell(db, reader, "bulk")
    halting.pause(db, row(db).notice_id)
    # Also what was claimed meanwhile, before the slice of it came.
    assert prepare(db) == []
    halt(db)
    assert prepare(db) == []
    assert delivery.counts(db, row(db).notice_id) == {"pending": 1}
    halting.resume(db, row(db).notice_id)
    halt(db)
    assert [each.channel for each in prepare(db)] == ["telegram"]


def test_nothing_of_what_is_stopped_goes_out_ever(db: Db, reader: Reader) -> None:
    tell(db, reader, "bulk")
    found = row(db).notice_id
    claiming.take(db, NOW, LANES["bulk"], "telegram", 10, begun=False)
    halting.stop(db, found, NOW)
    assert ended(db) == ("skipped", "stopped")
    # What was entered after it too.
    other, person = member.meet(db, "telegram", "43", "zh-Hans")
    delivery.enter(db, found, other, NOW, member=person.id, lane="bulk")
    halt(db)
    assert prepare(db) == []
    assert delivery.counts(db, found) == {"skipped": 2}
    assert delivery.reasons(db, found) == [("skipped", "stopped", 2)]
    assert delivery.waits(db, found) is False


def test_many_are_stopped_slice_by_slice(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    written = notice.write(db, [CARD], NOW)
    assert written is not None
    everybody = select(MEMBER.c.id).order_by(MEMBER.c.id)
    many = len(db.rows(everybody))
    after = 0
    while after := delivery.fan_out(db, written, everybody.where(MEMBER.c.id > after), NOW, NOW, "bulk", 3):
        pass
    assert delivery.counts(db, written) == {"pending": many}
    assert delivery.waits(db, written) is True
    halting.stop(db, written, NOW)
    halt(db)
    assert delivery.counts(db, written) == {"skipped": many}


def test_who_was_told_is_not_entered_again(db: Db) -> None:
    written = notice.write(db, [CARD], NOW)
    assert written is not None
    everybody = select(MEMBER.c.id).order_by(MEMBER.c.id)
    for _ in range(2):
        delivery.fan_out(db, written, everybody, NOW, NOW, "bulk", 1000)
    assert delivery.counts(db, written) == {"pending": len(db.rows(everybody))}


def test_whom_nothing_reaches_is_entered_as_such(db: Db, reader: Reader) -> None:
    for address in (reader.telegram, reader.wechat):
        member.close(db, address, NOW)
    written = notice.write(db, [CARD], NOW)
    assert written is not None
    delivery.fan_out(
        db, written, select(MEMBER.c.id).where(MEMBER.c.id == reader.member), NOW, NOW, "bulk", 10
    )
    assert delivery.reasons(db, written) == [("failed", "unreachable", 1)]
