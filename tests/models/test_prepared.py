"""Prebuilt statements by the driver give what SQLAlchemy gives, for all types and on both kinds of database."""

import gc
import itertools
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Engine,
    Executable,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.sql.dml import Delete, Update
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import Select
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from models.database import Db, transaction, write_json
from models.member import ADDRESS
from models.prepared import Driver

# The first time a statement is left to SQLAlchemy, then it is prepared, then it is known.
TIMES = 3
AT = datetime(2026, 11, 23, 9, 10, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
SEVERAL = Table(
    "several",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", AutoString, unique=True, nullable=False),
    Column("note", String),
    Column("at", UTCDateTime()),
    Column("day", Date),
    Column("right", Boolean),
    Column("share", Float),
    Column("kept", JSON(none_as_null=True)),
)
# What an insert fills in for the columns that it is not given.
FILLED = Table(
    "filled",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("times", Integer, nullable=False, default=0),
    Column("kept", JSON, nullable=False, default={"a": [1]}),
    Column("by_database", Integer, nullable=False, server_default="7"),
)
_ADD = insert(SEVERAL)
_ALL = select(SEVERAL).order_by(SEVERAL.c.id)
_NAMED = select(SEVERAL.c.id, SEVERAL.c.kept).where(SEVERAL.c.name == bindparam("name"))
_AMONG = (
    select(SEVERAL.c.name)
    .where(SEVERAL.c.name.in_(bindparam("names", expanding=True)), SEVERAL.c.id > bindparam("least"))
    .order_by(SEVERAL.c.id)
)
_SINCE = select(func.count()).where(SEVERAL.c.at >= bindparam("since"), SEVERAL.c.name != "nobody")
_CHANGE = update(SEVERAL).where(SEVERAL.c.name == bindparam("which")).values(kept=bindparam("changed"))
_REMOVE = delete(SEVERAL).where(SEVERAL.c.name.in_(bindparam("names", expanding=True)))
ROWS: list[dict[str, Any]] = [
    {"name": "邻里", "note": "50%_折 {x}", "at": AT, "day": AT.date(), "right": True, "share": 1.5, "kept": {"a": [1]}},
    {"name": "空", "note": None, "at": None, "day": None, "right": None, "share": None, "kept": None},
    {"name": "no", "note": "", "at": AT, "day": date(1, 1, 1), "right": False, "share": 0.0, "kept": []},
]  # fmt: skip


@pytest.fixture
def several(empty: Engine) -> Iterator[Db]:
    SEVERAL.metadata.create_all(empty)
    with transaction(empty) as db:
        yield db


def added(db: Db) -> list[int]:
    return [db.insert(_ADD, **row) for row in ROWS]


def taken(db: Db, statement: Executable, **values: Any) -> list[Any]:
    """The rows by the driver; it fails where they are left to SQLAlchemy."""
    for _ in range(TIMES - 1):
        db.rows(statement, **values)
    rows = db._driver.rows(statement, values)
    assert rows is not None
    return rows


def test_every_type_there_and_back(several: Db) -> None:
    assert added(several) == [1, 2, 3]
    for _ in range(TIMES):
        plain = several._connection.execute(_ALL).all()
        rows = several.rows(_ALL)
        assert list(rows) == list(plain)
        assert [row._asdict() for row in rows] == [row._asdict() for row in plain]
        assert [list(map(type, row)) for row in rows] == [list(map(type, row)) for row in plain]
    assert [{**row._asdict(), "id": None} for row in rows] == [{"id": None, **row} for row in ROWS]
    assert rows[0].at.tzinfo is not None


def test_a_row_is_read_by_name_by_place_and_by_column(several: Db) -> None:
    added(several)
    row = taken(several, _NAMED, name="邻里")[0]
    assert (row.id, row[0], row[:1], row._mapping["id"], row._mapping[SEVERAL.c.id]) == (1, 1, (1,), 1, 1)
    assert tuple(row) == (1, {"a": [1]})
    with pytest.raises(AttributeError):
        _ = row.name


def test_the_first_row_the_first_value_and_none(several: Db) -> None:
    added(several)
    for _ in range(TIMES):
        first = several.row(_ALL)
        assert first is not None
        assert first.name == "邻里"
        assert several.row(_NAMED, name="nobody") is None
        assert several.value(_NAMED, name="nobody") is None
        assert several.value(_NAMED, name="no") == 3
        assert several.value(_SINCE, since=AT) == 2
        assert several.value(_SINCE, since=AT + timedelta(microseconds=1)) == 0


@pytest.mark.parametrize(
    ("names", "found"),
    [([], []), (["no"], ["no"]), (["no", "邻里", "x"], ["邻里", "no"]), (["no"] * 65, ["no"])],
)
def test_lists_of_every_length(several: Db, names: list[str], found: list[str]) -> None:
    added(several)
    for _ in range(TIMES):
        assert [row.name for row in several.rows(_AMONG, names=names, least=0)] == found


def test_what_an_insert_fills_in(empty: Engine) -> None:
    """What is always the same the driver fills in too; what is made anew each time is left to SQLAlchemy."""
    made = Table(
        "made",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("name", String, nullable=False),
        Column("nth", Integer, nullable=False, default=itertools.count(1).__next__),
    )
    FILLED.metadata.create_all(empty)
    made.metadata.create_all(empty)
    fill, make = insert(FILLED), insert(made)
    with transaction(empty) as db:
        assert [db.insert(fill, name="a") for _ in range(TIMES)] == [1, 2, 3]
        assert [db.insert(make, name="a") for _ in range(TIMES)] == [1, 2, 3]
        assert db._driver.key(fill, {"name": "b"}) == 4
        assert db._driver.key(make, {"name": "b"}) is None
        assert db.insert(fill, name="c", times=2) == 5
        rows = [tuple(row)[2:] for row in db.rows(select(FILLED).order_by(FILLED.c.id))]
        assert rows == [(0, {"a": [1]}, 7)] * 4 + [(2, {"a": [1]}, 7)]
        assert [row.nth for row in db.rows(select(made).order_by(made.c.id))] == [1, 2, 3]


def test_what_is_changed_is_counted(several: Db) -> None:
    added(several)
    for nth in range(TIMES):
        assert several.run(_CHANGE, which="no", changed={"nth": nth}) == 1
        assert several.run(_CHANGE, which="nobody", changed={}) == 0
        assert several.value(select(SEVERAL.c.kept).where(SEVERAL.c.name == "no")) == {"nth": nth}
    assert several.run(_REMOVE, names=["no", "空", "x"]) == 2


def test_what_the_table_fills_in_is_left_to_sqlalchemy(engine: Engine) -> None:
    with transaction(engine) as db:
        keys = [db.insert(insert(ADDRESS), channel="console", key=f"new-{nth}") for nth in range(TIMES)]
        told = select(ADDRESS.c.told).where(ADDRESS.c.id.in_(keys))
        assert [row.told for row in db.rows(told)] == [0] * TIMES


def test_a_list_that_is_written_into_the_statement(several: Db) -> None:
    added(several)
    written = select(SEVERAL.c.id).where(SEVERAL.c.id.in_([1, 3]))
    assert [row.id for row in taken(several, written)] == [1, 3]
    none = select(SEVERAL.c.id).where(SEVERAL.c.id.in_([]))
    for _ in range(TIMES):
        assert several.rows(none) == []
    both = written.where(SEVERAL.c.name.in_(bindparam("names", expanding=True)))
    assert [row.id for row in taken(several, both, names=["no", "x"])] == [3]
    assert [row.id for row in taken(several, both, names=["x"])] == []


def test_equal_rows_give_the_same_object(several: Db) -> None:
    added(several)

    def made(row: Any) -> tuple[Any, ...]:
        return tuple(row)

    first = [several.objects(made, _ALL) for _ in range(TIMES)][-1]
    again = several.objects(made, _ALL)
    assert first == again == [tuple(row) for row in several.rows(_ALL)]
    if several._connection.dialect.name == "sqlite":
        assert [one is other for one, other in zip(first, again, strict=True)] == [True] * len(ROWS)
    several.run(_CHANGE, which="no", changed={"new": 1})
    assert several.objects(made, _ALL)[2][-1] == {"new": 1}


def test_a_conflict_is_an_integrity_error_and_can_be_undone(several: Db) -> None:
    added(several)
    for _ in range(TIMES):
        with pytest.raises(IntegrityError) as raised, several.savepoint():
            several.insert(_ADD, **ROWS[0])
        assert "折" not in str(raised.value)
        assert several.value(select(func.count()).select_from(SEVERAL)) == 3


def test_a_fault_of_the_database_is_one_of_sqlalchemy(empty: Engine) -> None:
    SEVERAL.metadata.create_all(empty)
    gone = select(SEVERAL.c.id).where(SEVERAL.c.name == bindparam("name"))
    with transaction(empty) as db:
        taken(db, gone, name="no")
    SEVERAL.metadata.drop_all(empty)
    with pytest.raises(DBAPIError) as raised, transaction(empty) as db:
        db.rows(gone, name="secret")
    assert "several" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_time_without_a_zone_and_a_missing_value_are_refused(several: Db) -> None:
    for _ in range(TIMES):
        several.value(_SINCE, since=AT)
        with pytest.raises(StatementError, match="timezone"):
            several.value(_SINCE, since=datetime(2026, 11, 23))
        with pytest.raises(StatementError, match="required for bind"):
            several.value(_SINCE)


def test_who_listens_hears_every_statement(several: Db) -> None:
    taken(several, _NAMED, name="no")
    heard: list[str] = []

    @event.listens_for(several._connection, "before_cursor_execute")
    def _hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)

    with several.savepoint("heard"):
        several.rows(_NAMED, name="no")
    assert [sentence.split()[0] for sentence in heard] == ["SAVEPOINT", "SELECT", "RELEASE"]


def test_what_only_the_driver_wrote_is_committed(empty: Engine) -> None:
    SEVERAL.metadata.create_all(empty)
    for row in ROWS:
        with transaction(empty) as db:
            db.insert(_ADD, **row)
    with transaction(empty) as db:
        assert [row.name for row in db.rows(_ALL)] == ["邻里", "空", "no"]


def test_a_lost_connection_is_given_up(empty: Engine) -> None:
    if empty.dialect.name == "sqlite":
        pytest.skip("SQLite has no connection that could be lost")
    sleep = select(func.pg_sleep(0).label("slept"), bindparam("nth", type_=Integer))
    own = select(func.pg_backend_pid())
    with transaction(empty) as db:
        taken(db, sleep, nth=1)
    with empty.connect() as lost, empty.connect() as other:
        db = Db(lost)
        other.execute(select(func.pg_terminate_backend(db.value(own)))).scalar()
        with pytest.raises(OperationalError) as raised:
            db.rows(sleep, nth=2)
        assert raised.value.connection_invalidated
    with transaction(empty) as db:
        assert db.value(sleep.with_only_columns(bindparam("nth", type_=Integer)), nth=3) == 3


def statements() -> dict[str, Executable]:
    """Every prebuilt query, update and delete of the rules."""
    return {
        f"{room}{name}": each
        for room, module in sorted(sys.modules.items())
        if room.startswith("models.")
        for name, each in vars(module).items()
        if isinstance(each, Select | Update | Delete)
    }


def made_up(statement: ClauseElement, engine: Engine) -> dict[str, Any]:
    """A value for each that a statement needs, by its type."""
    made: dict[str, Any] = {}
    compiled: Any = statement.compile(dialect=engine.dialect)
    for name, bind in compiled.binds.items():
        if bind.required:
            value = next((value for kind, value in _MADE_UP.items() if isinstance(bind.type, kind)), 1)
            made[name] = [value, value] if bind.expanding else value
    return made


_MADE_UP: dict[type, Any] = {
    UTCDateTime: datetime(2026, 11, 24, 10, tzinfo=UTC),
    Date: date(2026, 11, 24),
    AutoString: "1",
    String: "1",
    Boolean: True,
    JSON: [],
    LargeBinary: b"1",
}


@contextmanager
def undone(db: Db) -> Iterator[None]:
    db._connection.exec_driver_sql("SAVEPOINT undone")
    try:
        yield
    finally:
        db._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT undone")


def test_every_prebuilt_statement(db: Db) -> None:
    """As SQLAlchemy executes it, so the driver does; a member who is still needed neither of them removes."""
    refused = []
    for name, statement in statements().items():
        values = made_up(statement, db._connection.engine)  # type: ignore[arg-type]
        try:
            with undone(db):
                plain = _told(db, statement, values)
        except IntegrityError:
            refused.append(name)
            continue
        for _ in range(TIMES):
            with undone(db):
                if isinstance(statement, Select) or statement._returning:  # type: ignore[attr-defined]
                    assert list(db.rows(statement, **values)) == plain, name
                else:
                    assert db.run(statement, **values) == plain, name
    assert len(refused) <= 1


def _told(db: Db, statement: Executable, values: dict[str, Any]) -> Any:
    result: Any = db._connection.execute(statement, values)
    return list(result.all()) if result.returns_rows else result.rowcount


def test_json_is_written_as_it_reads_also_half_a_character() -> None:
    assert write_json({"名": ["沙龙", None, True, 1.5]}) == '{"名":["沙龙",null,true,1.5]}'
    assert write_json("\ud83d") == '"\\ud83d"'


def test_a_driver_begins_what_is_to_be_committed(empty: Engine) -> None:
    with empty.connect() as connection:
        Driver(connection)
        assert connection.in_transaction()


def test_what_is_made_for_one_use_is_let_go(db: Db) -> None:
    """Thousands of them, held, make each garbage collection stand still for long."""
    # SQLAlchemy itself keeps the first one of its kind.
    first, second = (select(ADDRESS.c.id).where(ADDRESS.c.id == key) for key in (1, 2))
    for each in (first, second):
        db.rows(each)
    left = weakref.ref(second)
    del second, each
    gc.collect()
    assert left() is None
