"""The books after the storm: seats, registrations, changes and what was heard must agree."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import Engine, text

_REGISTRATIONS = text(
    "SELECT registration.id, address.key AS who, activity.number, registration.seats, registration.state "
    "FROM registration JOIN activity ON activity.id = registration.activity_id "
    "JOIN address ON address.member_id = registration.member_id ORDER BY registration.id"
)
_SEATS = text("SELECT number, seats, waiting, capacity FROM activity")
_CHANGES = text("SELECT subject_id, before, after FROM change WHERE subject = 'registration' ORDER BY id")
_HEARD = text("SELECT message FROM heard")
_MOVES = {
    "confirmed": [(None, "confirmed")],
    "cancelled": [(None, "confirmed"), ("confirmed", "cancelled")],
    # Whoever comes to the last seat too late.
    "waiting": [(None, "waiting")],
}


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the database holds: who is registered where, who was, and which messages were heard."""

    live: dict[str, set[int]]
    cancelled: dict[str, set[int]]
    heard: set[str]


def read(engine: Engine) -> Ledger:
    """Reads the books and fails where they do not agree with each other."""
    with engine.connect() as connection:
        registrations = connection.execute(_REGISTRATIONS).all()
        activities = connection.execute(_SEATS).all()
        changes = connection.execute(_CHANGES).all()
        heard = {row.message for row in connection.execute(_HEARD)}
    held: Counter[int] = Counter()
    waits: Counter[int] = Counter()
    by_state: dict[str, Counter[tuple[str, int]]] = {state: Counter() for state in _MOVES}
    for row in registrations:
        by_state[row.state][row.who, row.number] += 1
        held[row.number] += row.seats if row.state == "confirmed" else 0
        waits[row.number] += row.state == "waiting"
    for state, counted in by_state.items():
        assert set(counted.values()) <= {1}, f"{state} twice: {counted.most_common(3)}"
    for row in activities:
        assert row.seats == held[row.number] <= row.capacity
        assert row.waiting == waits[row.number]
    moves: dict[int, list[tuple[str | None, str]]] = defaultdict(list)
    for row in changes:
        moves[row.subject_id].append((row.before, row.after))
    assert moves == {row.id: _MOVES[row.state] for row in registrations}
    return Ledger(_by_person(by_state["confirmed"]), _by_person(by_state["cancelled"]), heard)


def _by_person(counted: Counter[tuple[str, int]]) -> dict[str, set[int]]:
    people: dict[str, set[int]] = defaultdict(set)
    for who, number in counted:
        people[who].add(number)
    return dict(people)
