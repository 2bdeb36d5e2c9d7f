"""A pack that moves what people are registered for tells them; what staff changed, an old pack does not undo."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import SQLModel

from bot import community
from bot.clock import FixedClock
from models import activity, activity_change, activity_telling, delivery, duty, member, notice
from models.activity import ACTIVITY
from models.activity_change import ACTIVITY_CHANGE, Slot
from models.change import CHANGE
from models.database import Db, transaction
from models.member import MEMBER, ROLE
from models.place import PLACE
from models.refusal import Refusal
from tests.chat import Chat
from tests.conftest import NOW, PACK

Load = Callable[..., None]


@pytest.fixture
def load(say_on_both: Chat, tmp_path: Path) -> Load:
    """Loads the pack of the tests again, with these words in the place of others."""

    def again(*changes: tuple[str, str]) -> None:
        text = PACK.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "again.toml").write_text(text, "utf-8")
        community.load(say_on_both.engine, [tmp_path / "again.toml"], say_on_both.clock)

    return again


def held(db: Db, code: str) -> activity.Listing:
    return activity.find(db, db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code)))


def register(say: Chat, line: str, who: str = "lin") -> None:
    say(line, who)
    say("确认", who)
    say.told()


STARTS = ("starts = 2026-11-27T22:00:00+08:00", "starts = 2026-11-27T21:00:00+08:00")


def test_a_pack_that_moves_it_tells_who_is_registered(say_on_both: Chat, load: Load) -> None:
    say = say_on_both
    register(say, "报名桌游夜")
    load(STARTS)
    told = say.told()
    assert sorted(told) == ["lin"]
    assert (
        "原来的时间：11月27日 周五 22:00–次日00:30\n现在的时间：11月27日 周五 21:00–次日00:30"
        in told["lin"].text
    )
    load(STARTS)
    assert say.told() == {}
    with transaction(say.engine) as db:
        night = held(db, "night")
        row = db.row(
            select(ACTIVITY.c.day, ACTIVITY.c.minute, ACTIVITY.c.changed).where(ACTIVITY.c.code == "night")
        )
        log = db.rows(select(CHANGE.c.after, CHANGE.c.actor_id).where(CHANGE.c.subject == "activity"))
    assert row is not None
    assert (night.sequence, row.minute, row.changed) == (1, 21 * 60, NOW)
    assert [tuple(each) for each in log] == [("corrected", None)]


def test_a_typo_is_nothing_to_tell(say_on_both: Chat, load: Load) -> None:
    say = say_on_both
    register(say, "报名桌游夜")
    load(
        ("桌游夜", "桌游之夜"),
        (
            "capacity = 20\nregistration_closes = 2026-11-26T10",
            "capacity = 20\nregistration_closes = 2026-11-26T09",
        ),
    )
    assert say.told() == {}
    with transaction(say.engine) as db:
        night, yoga = held(db, "night"), held(db, "yoga-thu")
    assert (night.title, night.sequence) == ("桌游之夜", 0)
    assert (yoga.registration_closes, yoga.sequence) == (
        datetime.fromisoformat("2026-11-26T09:00:00+08:00"),
        0,
    )


def test_what_staff_changed_an_old_pack_does_not_undo(say_on_both: Chat, load: Load) -> None:
    say = say_on_both
    register(say, "报名桌游夜")
    say("桌游夜推迟半小时", "officer")
    say("确认", "officer")
    say("取消活动晨练太极", "officer")
    say("撤回手冲咖啡体验", "officer")
    say("确认", "officer")
    say.told()
    for change in ((), (STARTS,)):
        load(*change)
        assert say.told() == {}
        with transaction(say.engine) as db:
            night, coffee = held(db, "night"), held(db, "coffee")
        assert night.starts == datetime.fromisoformat("2026-11-27T22:30:00+08:00")
        assert coffee.state == "withdrawn"


def test_what_is_over_is_corrected_without_a_word(say_on_both: Chat, load: Load) -> None:
    say = say_on_both
    register(say, "报名桌游夜")
    say.told("2026-12-05T09:00:00+08:00")
    load(STARTS)
    assert say.told() == {}


def test_what_is_new_is_known_by_when_it_came(say_on_both: Chat, load: Load) -> None:
    say = say_on_both
    say.at("2026-11-23T12:00:00+08:00")
    load(('id = "night"', 'id = "night-two"'))
    with transaction(say.engine) as db:
        rows = db.rows(select(ACTIVITY.c.code, ACTIVITY.c.published).where(ACTIVITY.c.code.like("night%")))
    assert {row.code: row.published for row in rows} == {"night": None, "night-two": say.clock.now()}


# The rule itself.


def moved(db: Db, code: str, **other: object) -> Slot:
    now = held(db, code)
    values = {"starts": now.starts, "ends": now.ends, "place": now.place_id, **other}
    return Slot(**values)  # type: ignore[arg-type]


HOUR = timedelta(hours=1)


def test_what_a_move_must_be(db: Db) -> None:
    wanted, past = held(db, "yoga-thu"), held(db, "past")
    slot = activity_change.slot(wanted)
    refused = {
        "activity.same": (wanted, slot),
        "activity.order": (wanted, Slot(slot.starts, slot.starts, slot.place)),
        "activity.past": (wanted, Slot(NOW - HOUR, NOW + HOUR, slot.place)),
        "activity.ended": (past, Slot(NOW + HOUR, NOW + 2 * HOUR, past.place_id)),
    }
    for code, (which, new) in refused.items():
        with pytest.raises(Refusal) as refusal:
            activity_change.move(db, which, new, None, NOW)
        assert refusal.value.code == code
    assert db.value(select(func.count()).select_from(ACTIVITY_CHANGE)) == 0


def test_who_is_late_may_still_be_waited_for(db: Db) -> None:
    """What should have begun can be put off, and what runs may go on elsewhere."""
    wanted = held(db, "yoga-tue")
    late = wanted.starts + HOUR / 4
    tower = db.value(select(PLACE.c.id).where(PLACE.c.code == "tower"))
    activity_change.check_move(wanted, Slot(late + HOUR, late + 2 * HOUR, wanted.place_id), late)
    activity_change.check_move(wanted, Slot(wanted.starts, wanted.ends, tower), late)


def test_registration_closes_along_with_it_and_never_after_the_start(db: Db) -> None:
    wanted = held(db, "yoga-thu")
    activity_change.move(
        db, wanted, moved(db, "yoga-thu", starts=wanted.starts + HOUR, ends=wanted.ends + HOUR), None, NOW
    )
    again = held(db, "yoga-thu")
    assert wanted.registration_closes is not None
    assert again.registration_closes == wanted.registration_closes + HOUR
    plain = held(db, "night")
    activity_change.move(db, plain, moved(db, "night", starts=plain.starts + HOUR), None, NOW)
    assert held(db, "night").registration_closes is None


def test_nothing_goes_from_cancelled_to_anything(db: Db) -> None:
    activity_change.cancel(db, held(db, "yoga-thu"), None, NOW)
    off = held(db, "yoga-thu")
    for act in (activity_change.cancel, activity_change.withdraw):
        with pytest.raises(Refusal) as refusal:
            act(db, off, None, NOW)
        assert refusal.value.code == "activity.cancelled"


def test_what_was_told_is_forgotten_in_time(db: Db) -> None:
    assert not activity_telling.forget(db, NOW)


# Who plays staff in the demo.


def test_who_plays_staff_may_what_staff_may_until_real_people_come(empty: Engine, clock: FixedClock) -> None:
    SQLModel.metadata.create_all(empty)
    community.load_demo(empty, clock)
    with transaction(empty) as db:
        played = db.row(
            select(ROLE.c.member_id, ROLE.c.place_id, MEMBER.c.code)
            .join(MEMBER)
            .where(ROLE.c.kind == "staff")
        )
        assert played is not None
        assert member.play(db, "page", "visitor", played.code, NOW)
        visitor = db.value(select(func.max(MEMBER.c.id)))
        assert duty.covers(db, visitor, played.place_id)
        assert visitor not in {each.id for each in duty.officers(db, played.place_id)}
    community.load(empty, [PACK], clock)
    with transaction(empty) as db:
        assert not duty.covers(db, visitor, played.place_id)
        assert duty.covers(db, played.member_id, played.place_id)


def test_a_notice_that_is_forgotten_is_no_more_known_to_its_change(say_on_both: Chat) -> None:
    say = say_on_both
    for line in ("报名周四的瑜伽", "确认"):
        say(line, "lin")
    for line in ("周四的瑜伽推迟半小时", "确认"):
        say(line, "officer")
    say.told()
    with transaction(say.engine) as db:
        assert db.value(select(ACTIVITY_CHANGE.c.notice_id)) is not None
        later = say.clock.now() + delivery.KEPT + timedelta(days=1)
        delivery.forget(db, later)
        notice.forget(db, later)
        assert db.value(select(func.count()).select_from(ACTIVITY_CHANGE)) == 1
        assert db.value(select(ACTIVITY_CHANGE.c.notice_id)) is None
