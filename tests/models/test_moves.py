"""Every pair of states of need, project, part and claim: the moves of the table are done and noted, no other ever is."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models import moves
from models.change import CHANGE
from models.database import Db
from models.member import MEMBER
from models.moves import MACHINES
from models.project import PROJECT
from models.project_part import PART

# As governance wrote them down; what the machines say is compared with it, and not taken from it.
TABLE = {
    "need": """draft>new,duplicate,withdrawn; new>triaged,answered,duplicate,withdrawn,rejected;
        triaged>answered,referred,adopted,in_progress,rejected,duplicate,withdrawn; answered>confirmed,reopened,closed;
        referred>resolved,triaged,closed; adopted>in_progress,triaged; in_progress>resolved,triaged;
        resolved>confirmed,reopened,closed; reopened>triaged,in_progress,closed; confirmed>closed;
        rejected>triaged; duplicate>triaged""",
    "project": """draft>published,submitted,cancelled; submitted>shortlisted,not_selected;
        shortlisted>won,not_selected; won>published; published>claiming,cancelled; claiming>ready,cancelled;
        ready>running,claiming,cancelled; running>delivered,claiming,paused,cancelled; paused>running,cancelled;
        delivered>reported,running; reported>archived""",
    "part": """open>partly,filled,expired; partly>open,filled,expired; filled>partly,open,delivered,expired""",
    "claim": """offered>accepted,waiting,declined,withdrawn; waiting>offered,withdrawn,lapsed;
        accepted>delivered,withdrawn,lapsed; delivered>confirmed,accepted""",
}


def allowed(subject: str) -> set[tuple[str, str]]:
    steps = (step.strip().split(">") for step in TABLE[subject].split(";"))
    return {(before, after) for before, afters in steps for after in afters.split(",")}


PAIRS = {
    subject: sorted(
        (before, after)
        for states in [{state for pair in allowed(subject) for state in pair}]
        for before in states
        for after in states
    )
    for subject in TABLE
}


def test_there_are_eighty_and_no_other_machine_has_these_names() -> None:
    assert sum(len(allowed(subject)) for subject in TABLE) == 80
    assert {len(allowed(subject)) for subject in TABLE} == {34, 24, 10, 12}
    for subject in TABLE:
        declared = MACHINES[subject].moves.items()
        assert {(before, after) for before, afters in declared for after in afters} == allowed(subject)


@pytest.fixture
def rows(db: Db) -> dict[str, int]:
    """One row of each."""
    at = datetime.fromisoformat("2026-11-23T09:10:00+08:00")
    member = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
    project = db.insert(
        insert(PROJECT), code="moved", title="长椅", state="draft", kind="project", progress=0
    )
    part = db.insert(
        insert(PART), project_id=project, code="one", kind="supplies", name="木漆", quantity=5, state="open"
    )
    need, claim = MACHINES["need"].table, MACHINES["claim"].table
    return {
        "need": db.insert(insert(need), title="灯", state="draft", at=at, changed=at),
        "project": project,
        "part": part,
        "claim": db.insert(
            insert(claim),
            part_id=part,
            project_id=project,
            member_id=member,
            quantity=1,
            state="offered",
            at=at,
            changed=at,
        ),
    }


def put(db: Db, subject: str, key: int, state: str) -> Any:
    table = MACHINES[subject].table
    db.run(update(table).where(table.c.id == key).values(state=state))
    return db.row(select(table).where(table.c.id == key))


@pytest.mark.parametrize("subject", list(TABLE))
def test_every_pair_of_states(db: Db, rows: dict[str, int], subject: str, now: datetime) -> None:
    of, key, done = MACHINES[subject], rows[subject], set()
    for before, after in PAIRS[subject]:
        row = put(db, subject, key, before)
        try:
            assert moves.go(db, of, row, after, None, now, reason="为了测试")
        except ValueError:
            assert put_is(db, subject, key) == before
            continue
        done.add((before, after))
        assert put_is(db, subject, key) == after
        # Somebody else was first: nothing is changed and nothing noted.
        assert not moves.go(db, of, row, after, None, now, reason="为了测试") or before == after
    assert done == allowed(subject)
    log = db.rows(
        select(CHANGE.c.before, CHANGE.c.after)
        .where(CHANGE.c.subject == subject, CHANGE.c.subject_id == key)
        .order_by(CHANGE.c.id)
    )
    assert sorted((row.before, row.after) for row in log) == sorted(allowed(subject))
    ended = {state for pair in allowed(subject) for state in pair} - {
        before for before, _ in allowed(subject)
    }
    assert ended  # every machine can end


def put_is(db: Db, subject: str, key: int) -> str:
    table = MACHINES[subject].table
    return str(db.value(select(table.c.state).where(table.c.id == key)))


@pytest.mark.parametrize("subject", list(TABLE))
def test_what_is_owed_an_explanation_is_not_done_without_one(
    db: Db, rows: dict[str, int], subject: str, now: datetime
) -> None:
    of = MACHINES[subject]
    for before, after in sorted(allowed(subject)):
        if after in of.explained:
            row = put(db, subject, rows[subject], before)
            with pytest.raises(ValueError, match="without a reason"):
                moves.go(db, of, row, after, None, now, reason="  ")
            assert put_is(db, subject, rows[subject]) == before
    with pytest.raises(ValueError, match="begins as"):
        moves.begin(db, of, rows[subject], "nowhere", None, now)
