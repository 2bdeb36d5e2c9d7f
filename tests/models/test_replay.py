"""The log of changes alone gives every state; where a table says something else, it is told."""

from datetime import timedelta

import pytest
from sqlalchemy import Table, select, update

from bot import checking
from models import project_claim, replay
from models.activity import ACTIVITY
from models.change import CHANGE
from models.checking import Queue
from models.database import transaction
from models.need import NEED
from models.project import PROJECT
from models.project_claim import CLAIM
from models.project_part import PART
from models.registration import REGISTRATION
from models.replay import Disagreement
from tests.chat import Chat
from tests.handlers.needs import member_of, reported
from tests.handlers.officers import rows


@pytest.fixture
def lived(say_on_both: Chat) -> Chat:
    """Needs in all sorts of states, a project with claims, and registrations."""
    say = say_on_both
    resolved = reported(say, state="resolved")
    reported(say, state="rejected")
    open_again = reported(say, state="resolved")
    reported(say)
    say(f"isdone {resolved}")
    say(f"{open_again} 重新打开，还是不亮，看不见")
    say("报名周四的瑜伽")
    say("确认")
    say("报名周四的瑜伽", "he")
    say("确认", "he")
    say("取消报名周四的瑜伽", "he")
    say("确认", "he")
    _give(say)
    return say


def _give(say: Chat) -> None:
    lin, now = member_of(say, "lin"), say.clock.now()
    with transaction(say.engine) as db:
        part = db.row(select(PART).where(PART.c.code == "people"))
        assert part is not None
        for share in (4, 6, 3):
            number = project_claim.enter(db, part, lin, None, share, now)
            if number is not None:
                one = project_claim.find(db, number)
                assert one is not None
                assert project_claim.go(db, one, "accepted", lin, now)
        assert project_claim.enter(db, part, lin, None, 3, now, state="waiting") is not None
        first = project_claim.of_part(db, part.id)[0]
        assert project_claim.go(db, first, "withdrawn", lin, now)


def test_the_log_alone_gives_every_state(lived: Chat) -> None:
    with transaction(lived.engine) as db:
        assert replay.everything(db) == []
        states = {}
        for of in replay.SUBJECTS:
            keys = [row.id for row in db.rows(select(of.table.c.id))]
            states[of.subject] = sorted(str(each) for each in replay.states(db, of, keys).values())
    assert states["need"] == ["closed", "new", "rejected", "reopened"]
    assert states["claim"] == ["accepted", "waiting", "withdrawn"]
    assert states["part"] == ["open", "partly"]
    assert states["registration"] == ["cancelled", "confirmed"]


@pytest.mark.parametrize(
    ("table", "after"),
    [(NEED, "answered"), (PROJECT, "running"), (PART, "delivered"), (CLAIM, "confirmed")],
)
def test_a_state_without_a_change_is_found(lived: Chat, table: Table, after: str) -> None:
    """The twin of every state that changes in one place."""
    with transaction(lived.engine) as db:
        key = db.value(select(table.c.id).order_by(table.c.id.desc()).limit(1))
        db.run(update(table).where(table.c.id == key).values(state=after))
        (found,) = replay.everything(db)
    assert (found.key, found.state) == (key, after)


def test_a_registration_or_activity_changed_by_hand_is_found(lived: Chat) -> None:
    with transaction(lived.engine) as db:
        db.run(update(REGISTRATION).where(REGISTRATION.c.state == "confirmed").values(state="removed"))
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(state="cancelled"))
        found = replay.everything(db)
    assert [(each.subject, each.state, each.logged) for each in found] == [
        ("registration", "removed", "confirmed"),
        ("activity", "cancelled", None),
    ]


def test_a_change_that_no_machine_allows_leads_nowhere(lived: Chat) -> None:
    with transaction(lived.engine) as db:
        key = db.value(select(NEED.c.id).where(NEED.c.state == "new"))
        db.run(
            update(CHANGE)
            .where(CHANGE.c.subject == "need", CHANGE.c.subject_id == key, CHANGE.c.after == "new")
            .values(before="closed")
        )
        assert replay.everything(db) == [Disagreement("need", key, "new", None)]


def test_each_night_it_is_looked_at_and_told(lived: Chat, caplog: pytest.LogCaptureFixture) -> None:
    lived.told((lived.clock.now() + timedelta(days=2)).isoformat())
    passes = rows(lived, select(replay.PASS).order_by(replay.PASS.c.id))
    assert [(each.ended is not None, each.wrong) for each in passes] == [(True, 0)] * 3
    assert passes[0].looked > 15
    with transaction(lived.engine) as db:
        project = db.row(select(PROJECT.c.id, PROJECT.c.state))
        assert project is not None
        db.run(update(PROJECT).values(state="running"))
    lived.told((lived.clock.now() + timedelta(days=1)).isoformat())
    with transaction(lived.engine) as db:
        newest = replay.newest(db)
    assert newest is not None
    assert newest.wrong == 1
    told = checking._watched(Queue(0, None), newest)
    assert [each.getMessage() for each in caplog.records if each.name == "handlers.replays"] == [
        f"project {project.id} is running, by its changes {project.state}"
    ]
    assert told == [(False, "log: 1 rows have another state than the log of changes; look at `change`")]
