"""Every head that a button can have said × who presses it × numbers of all sorts: nothing breaks, nobody acts without right.

A new action is walked by itself: what is walked is what is declared.
"""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from handlers.talk import ACTIONS
from models import duty
from models.change import CHANGE
from models.database import transaction
from models.project_part import PART
from tests import crowd
from tests.chat import Chat
from tests.handlers import attended, given, handled
from tests.handlers.needs import member_of
from tests.handlers.officers import rows

# What everybody may do to what is somebody else's.
OPEN_TO_ALL = {"club", "organization"}
NOTHING, NOBODYS = 0, 99999
FORGED = "A" * 24
# Whoever presses these is somebody else afterwards.
GONE = {"erase", "unbind"}
# How many questions are gone through after a press.
QUESTIONS = 3


@pytest.fixture
def busy(say: Chat, tmp_path: Path) -> Chat:
    """Number 1 of most things is somebody's: a need, a claim, an offer, a question, a project, a booking, a case."""
    given.load(say, tmp_path)
    with transaction(say.engine) as db:
        crowd.add(db, "stranger")
    handled.report(say)
    given.claimed(say, "我认领大堂急救角的急救包60套", "bo")
    for line in ("报名周四的瑜伽", "确认报名", "人工", "楼里的空调坏了谁管？"):
        say(line)
    for line in ("我可以提供投影仪一台", "answer 1.1", "answer 2.1", "answer 3.1", "answer 4.1"):
        say(line, "lin")
    attended.fill(say, tmp_path)
    return say


def lines(head: str) -> list[str]:
    action = ACTIONS[head]
    numbered = [f"{head} {number}" for number in (NOTHING, 1, NOBODYS)] if action.numbered else []
    return [head, *numbered, *([f"{head} {FORGED}"] if action.signed else [])]


def walk(say: Chat, who: str, *, through: bool) -> None:
    """Each head as it is pressed, and what it asks answered by its first answer; an open form is left."""
    for head in sorted(ACTIONS, key=lambda head: head in GONE):
        for line in lines(head):
            said = say(line, who)
            for _ in range(QUESTIONS if through else 0):
                press = next((each for each in said.buttons.values() if each.startswith("answer ")), None)
                if press is None:
                    break
                said = say(press, who)
            assert said.messages, (line, who)
            say("取消", who)


def changes(say: Chat) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(func.max(CHANGE.c.id))) or 0)


def touched(say: Chat, member: int, after: int) -> set[tuple[str, int]]:
    """What was there before and was changed by this one since."""
    own = (CHANGE.c.id > after) & (CHANGE.c.actor_id == member)
    with transaction(say.engine) as db:
        found = {
            (row.subject, row.subject_id)
            for row in db.rows(select(CHANGE.c.subject, CHANGE.c.subject_id).where(own))
        }
        old = {
            (row.subject, row.subject_id)
            for row in db.rows(select(CHANGE.c.subject, CHANGE.c.subject_id).where(CHANGE.c.id <= after))
        }
    return found & old


@pytest.mark.parametrize("who", ["stranger", "bo", "officer"])
def test_no_head_breaks_whoever_presses_it_with_whatever_number(busy: Chat, who: str) -> None:
    with capture_logs() as logs:
        walk(busy, who, through=False)
    assert [each for each in logs if each["log_level"] in ("error", "critical")] == []


def test_who_has_no_right_changes_nothing_that_is_somebody_elses(busy: Chat) -> None:
    before, stranger = changes(busy), member_of(busy, "stranger")
    walk(busy, "stranger", through=True)
    assert changes(busy) > before
    assert {each for each in touched(busy, stranger, before) if each[0] not in OPEN_TO_ALL} == set()
    taken = {
        row.code: (row.held, row.taken)
        for row in rows(busy, select(PART).where(PART.c.held + PART.c.taken > 0))
    }
    assert taken["kits"][1] == 0


def test_without_the_guard_it_would_be_seen(busy: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: where everybody counts as staff of every place, a stranger's press moves what others have."""
    monkeypatch.setattr(duty, "covers", lambda *_: True)
    before, stranger = changes(busy), member_of(busy, "stranger")
    busy("takeclaim 1", "stranger")
    assert {subject for subject, _ in touched(busy, stranger, before)} == {"claim", "part"}
