"""SQLite finds what every message and every tick asks for by the index that is meant for it."""

import re

import pytest
from sqlalchemy import Engine, Executable
from sqlalchemy.sql.elements import ClauseElement

from models import (
    booking,
    booking_due,
    closure,
    desk,
    registered,
    registering,
    registration,
    renewal,
    service_keeping,
    slot,
    waiting,
    waiting_list,
)

# Of one person there are few, which are sorted.
SORTED = ("latest", "mine", "slot freed")
QUEUE = "ix_registration_queue (activity_id=?)"
LIVE = "uq_registration_live (activity_id=? AND member_id=?)"
INDEXES = {
    "live": (registration._MINE_AT, LIVE),
    "latest": (registration._LATEST, "ix_registration_of (member_id=? AND activity_id=?)"),
    "mine": (registered._MINE, "ix_registration_of (member_id=?)"),
    "lists": (waiting_list._BY_ACTIVITY, QUEUE),
    "front": (waiting_list._FRONT, QUEUE),
    "place": (waiting._AHEAD, "ix_registration_queue (activity_id=? AND at<?)"),
    "offers": (waiting_list._NEXT_LATE, "ix_registration_offered"),
    "pace": (registering._SINCE, "ix_registration_of (member_id=?)"),
    "bookings due": (booking_due._NEXT, "ix_booking_due (due>?)"),
    "bookings overdue": (booking_due._OVERDUE, "ix_booking_due (due>? AND due<?)"),
    "list of a slot": (booking_due._BEFORE, "ix_booking_live (service_id=? AND starts=?)"),
    "slot freed": (booking._WAKE, "ix_booking_live (service_id=? AND starts=?)"),
    "slots": (slot._COUNTED, "(service_id=? AND place_id=? AND starts>? AND starts<?)"),
    "seat of a slot": (slot._TAKE, "(service_id=? AND place_id=? AND starts=?)"),
    "numbers": (desk._LAST_NUMBER, "uq_booking_number (place_id=? AND day=?)"),
    "closures due": (closure._NEXT, "ix_closure_due (due>?)"),
    "closures overdue": (closure._OVERDUE, "ix_closure_due (due>? AND due<?)"),
    "renewals due": (renewal._NEXT, "ix_renewal_next"),
    "renewals overdue": (renewal._DUE, "ix_renewal_next (next<?)"),
    "renewals over": (renewal._OLD, "ix_renewal_due (due<?)"),
    "catalogue due": (service_keeping._NEXT, "ix_service_look"),
    "catalogue overdue": (service_keeping._DUE, "ix_service_look (look<?)"),
}


@pytest.mark.parametrize("name", INDEXES)
def test_what_is_asked_for_all_the_time_is_found_by_its_index(name: str, sqlite_engine: Engine) -> None:
    statement, index = INDEXES[name]
    plan = plan_of(sqlite_engine, statement)
    assert index in plan
    assert "TEMP B-TREE" not in plan or name in SORTED
    assert not re.search(r"SCAN (?:registration|booking|slot|closure|renewal|service)\b", plan)


def plan_of(engine: Engine, statement: Executable) -> str:
    assert isinstance(statement, ClauseElement)
    compiled = statement.compile(dialect=engine.dialect, compile_kwargs={"render_postcompile": True})
    values = (None,) * len(compiled.positiontup or ())  # type: ignore[attr-defined]
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values).all()
    return " | ".join(str(row[-1]) for row in rows)
