"""A tick of the clock with 100 reminders due: what it costs with few of them waiting, with very many, and with many sent."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, insert, literal, select, text

from bot import clock
from bot.app import App, open_app
from bot.clock import FixedClock
from bot.configuration import Schedule
from models import reminding
from models.activity import ACTIVITY
from models.database import Db, transaction
from models.delivery import DELIVERY
from models.member import MEMBER
from models.registration import REGISTRATION
from models.reminder import REMINDER
from tests import databases
from tests.bench import community
from tests.bench.figures import ROUNDS, Figure, median, ratio
from tests.chaos import crowd

FEW, MANY = 1_000, 1_000_000
DUE = 100
TICKS = 8
PEOPLE, EACH = 10_000, 10
REGISTRATIONS = PEOPLE * EACH
INDEX = "ix_reminder_due"
# One more of a registration's than of its others, so that each is another time before the start.
_HOUR = 60


@dataclass
class Town:
    """A database with reminders, and how many minutes before the start the next ones are."""

    app: App
    now: datetime
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1, _HOUR))

    def add(self, many: int, state: str, due: datetime) -> None:
        """So many reminders in this state, one a registration at most for each time before a start."""
        with transaction(self.app.engine) as db:
            while many > 0:
                _add(db, min(many, REGISTRATIONS), state, due, next(self.numbers), self.now)
                many -= REGISTRATIONS
        with self.app.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()

    def told(self) -> int:
        with self.app.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(DELIVERY)).scalar_one())

    def ticks(self) -> list[float]:
        """What each tick took, with so many due."""
        return [self._tick() for _ in range(TICKS)]

    def _tick(self) -> float:
        with transaction(self.app.engine) as db:
            _add(db, DUE, "waiting", self.now - timedelta(seconds=1), next(self.numbers), self.now)
        began = time.perf_counter()
        asyncio.run(clock.tick(self.app))
        return time.perf_counter() - began

    def plan(self) -> str:
        """How the database finds what is due."""
        engine = self.app.engine
        lite = engine.dialect.name == "sqlite"
        statement = (
            reminding._FIRST.limit(DUE)
            .params(now=self.now)
            .compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True})
        )
        with engine.connect() as connection:
            explain = "EXPLAIN QUERY PLAN" if lite else "EXPLAIN"
            rows = connection.exec_driver_sql(f"{explain} {statement}").all()
        return " | ".join(str(row[-1]) for row in rows)


def _add(db: Db, many: int, state: str, due: datetime, before: int, now: datetime) -> None:
    numbers = crowd.numbers(many)
    settled = None if state == "waiting" else now
    rows = (
        select(
            REGISTRATION.c.id,
            literal(before),
            ACTIVITY.c.starts,
            literal(due, REMINDER.c.due.type),
            literal(state),
            literal(settled, REMINDER.c.settled.type),
        )
        .join(numbers, numbers.c.nth == REGISTRATION.c.id)
        .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    )
    columns = ["registration_id", "before", "starts", "due", "state", "settled"]
    db.run(insert(REMINDER).from_select(columns, rows))


def run() -> list[Figure]:
    return [row for name in ("SQLite", "PostgreSQL") for row in _figures(name)]


def _figures(name: str) -> list[Figure]:
    with ExitStack() as stack:
        few, many = (stack.enter_context(_town(name)) for _ in range(2))
        later = few.now + timedelta(days=1)
        few.add(FEW, "waiting", later)
        many.add(MANY, "waiting", later)
        first = _alternate(few, many)
        many.add(MANY, "told", few.now - timedelta(days=1))
        second = _alternate(few, many)
        plan = many.plan()
        told = {each.told() for each in (few, many)}
    if told != {2 * ROUNDS * TICKS * DUE}:
        raise RuntimeError(f"not everybody was reminded: {told}")
    goal = "< 1.5"
    return [
        Figure(
            f"a tick with {DUE} reminders due, {MANY:,} waiting, to {FEW:,}, {name}",
            _milliseconds(first[1]),
            ratio(first[1], first[0]),
            goal,
        ),
        Figure(f"  and {MANY:,} sent", _milliseconds(second[1]), ratio(second[1], second[0]), goal),
        Figure("  with few waiting", _milliseconds(first[0] + second[0])),
        Figure("  the plan uses the partial index", "yes" if INDEX in plan else f"NO: {plan}", goal="yes"),
    ]


def _alternate(few: Town, many: Town) -> tuple[list[float], list[float]]:
    """The medians of the rounds, each round one after the other."""
    rounds = [(median(few.ticks()), median(many.ticks())) for _ in range(ROUNDS)]
    return [one for one, _ in rounds], [other for _, other in rounds]


def _milliseconds(values: list[float]) -> str:
    return f"{1000 * median(values):.1f} ms ({1000 * min(values):.1f}-{1000 * max(values):.1f})"


@contextmanager
def _town(name: str) -> Iterator[Town]:
    """People who have registered for what begins next week."""
    now = datetime.now(UTC)
    lite = name == "SQLite"
    with (
        community.folder() as folder,
        databases.sqlite(folder) if lite else databases.postgres() as engine,
    ):
        _register(engine, folder, now)
        app = open_app(crowd.address_of(engine), FixedClock(now), [], schedule=Schedule(quiet=""))
        try:
            yield Town(app, now)
        finally:
            app.close()


def _register(engine: Engine, folder: Path, now: datetime) -> None:
    crowd.gather(engine, folder, PEOPLE)
    with transaction(engine) as db:
        chosen = select(ACTIVITY.c.id).order_by(ACTIVITY.c.id).limit(EACH).subquery()
        rows = select(
            MEMBER.c.id,
            chosen.c.id,
            literal(1),
            literal({}, REGISTRATION.c.answers.type),
            literal("confirmed"),
            literal(now, REGISTRATION.c.at.type),
        ).join(chosen, text("true"))
        columns = ["member_id", "activity_id", "seats", "answers", "state", "at"]
        db.run(insert(REGISTRATION).from_select(columns, rows))
    engine.dispose()
