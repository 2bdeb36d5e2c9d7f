"""Hands prebuilt statements straight to the database driver, for speed alone.

SQLAlchemy compiles a statement once, but builds a context and a result around each of its executions, which
takes several times as long as SQLite takes for the answer: it was a third of a message's processor time.
Here is done what it does: its SQL, the values through the converters of their types, rows as `Row`, and
errors of the driver through its own handling. A statement that is anything but plain is left to SQLAlchemy,
and so is everything while somebody listens to the events of executions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, NoReturn, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Column, Connection, Dialect, Executable, Row
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]
T = TypeVar("T")
_Convert = Callable[[Any], Any]
# A longer list is seldom twice as long.
_LONGEST_LIST = 64
# So many are remembered of what is made of rows; more than a community has upcoming.
_MOST_MADE = 4096


@dataclass(slots=True)
class _Prepared:
    """A statement as the driver takes it, with the same names of values each time.

    `key` tells where the primary key of an inserted row is found; None leaves that to SQLAlchemy.
    """

    sql: str
    positional: bool
    binds: tuple[tuple[str, _Convert | None], ...]
    constants: dict[str, Any]
    returns: tuple[tuple[str, Any, TypeEngine[Any]], ...]
    key: Literal["counted", "returned"] | None
    # The values that a list is of, each with its place in it.
    expanded: tuple[tuple[str, str, int], ...] = ()
    reading: "_Reading | None" = None

    def parameters(self, values: Values) -> Any:
        if self.constants or self.expanded:
            each = {name: values[of][nth] for name, of, nth in self.expanded}
            values = {**self.constants, **values, **each}
        if self.positional:
            return [values[name] if to is None else to(values[name]) for name, to in self.binds]
        return {name: values[name] if to is None else to(values[name]) for name, to in self.binds}


class _Reading:
    """How the rows of a statement are read."""

    __slots__ = ("_converters", "_index", "_metadata", "value")

    def __init__(self, prepared: _Prepared, dialect: Dialect, description: Sequence[Any]) -> None:
        # The types may ask the driver what it gives, so this is known with the first answer only.
        converters = [
            kind.dialect_impl(dialect).result_processor(dialect, told[1])
            for (_, _, kind), told in zip(prepared.returns, description, strict=True)
        ]
        self._metadata = SimpleResultMetaData(
            [name for name, _, _ in prepared.returns], [(column,) for _, column, _ in prepared.returns]
        )
        self._index = self._metadata._key_to_index
        self._converters = converters if any(converters) else None
        self.value = converters[0]

    def rows(self, given: Sequence[Sequence[Any]]) -> list[Row[Any]]:
        metadata, converters, index = self._metadata, self._converters, self._index
        return [Row(metadata, converters, index, each) for each in given]

    def objects(self, make: Callable[[Row[Any]], T], given: Sequence[Sequence[Any]]) -> list[T]:
        """What is made of the rows: of one that comes again just as it was, what was made of it before."""
        made: dict[Any, T] = _made(make)
        try:
            known = [made.get(each) for each in given]
        except TypeError:  # PostgreSQL gives lists, by which nothing is found
            return [make(row) for row in self.rows(given)]
        if None not in known:
            return cast(list[T], known)
        if len(made) > _MOST_MADE:
            made.clear()
        made.update(zip(given, objects := [make(row) for row in self.rows(given)], strict=True))
        return objects


@dataclass(slots=True)
class _Known:
    """What is known of a statement. `lists` are the names of values that are lists, as IN takes them.

    `prepared`: for the names of the values, and the lengths of the lists; None where it is not plain.
    """

    seen: bool = False
    lists: tuple[str, ...] = ()
    prepared: dict[tuple[str | int, ...], _Prepared | None] = field(default_factory=dict)

    def key(self, values: Values) -> tuple[str | int, ...]:
        if not self.lists:
            return tuple(values)
        return (*values, *(len(values.get(name) or ()) for name in self.lists))


@cache
def _made(_make: Callable[[Row[Any]], Any]) -> dict[Any, Any]:
    """From rows as the driver gives them to what was made of them."""
    return {}


@cache
def _statements(_dialect: Dialect) -> "WeakKeyDictionary[Executable, _Known]":
    """What is made for one use goes when its user does: held, thousands of them make each garbage collection long."""
    return WeakKeyDictionary()


def _known(statement: Executable, dialect: Dialect) -> _Known:
    statements = _statements(dialect)
    known = statements.get(statement)
    if known is None:
        known = statements[statement] = _Known()
    return known


def _prepare(known: _Known, statement: Executable, dialect: Dialect, values: Values) -> _Prepared | None:
    made, compiled = None, None
    if isinstance(statement, ClauseElement):
        compiled = statement.compile(dialect=dialect, column_keys=sorted(values))
    if isinstance(compiled, SQLCompiler) and _is_plain(compiled):
        written = {bind.key for bind in compiled.post_compile_params if not bind.required}
        lists = tuple(sorted(bind.key for bind in compiled.post_compile_params if bind.required))
        if values.keys() >= set(lists) and not values.keys() & written:
            known.lists = lists
            if all(len(values[name]) <= _LONGEST_LIST for name in lists):
                made = _plain(compiled, dialect, values)
    known.prepared[known.key(values)] = made
    return made


def _plain(compiled: SQLCompiler, dialect: Dialect, values: Values) -> _Prepared:
    state = compiled.construct_expanded_state(dict(values), escape_names=False)
    lists = state.parameter_expansion
    converters: dict[str, _Convert | None] = dict(state.processors)
    binds = {name: bind for name, bind in compiled.binds.items() if name not in lists}
    for name, bind in binds.items():
        converters[name] = bind.type.dialect_impl(dialect).bind_processor(dialect)
    order = (state.positiontup or ()) if compiled.positional else tuple(state.parameters)
    constants = {name: bind.value for name, bind in binds.items() if name not in values and not bind.required}
    # A list that is written into the statement is always the same.
    written: dict[str, Any] = {name: compiled.binds[name].value for name in lists if name not in values}
    constants |= {
        each: one for name, own in written.items() for each, one in zip(lists[name], own, strict=True)
    }
    return _Prepared(
        state.statement,
        compiled.positional,
        tuple((name, converters.get(name)) for name in order),
        constants | _defaults(compiled),
        tuple((each.keyname, each.objects[0], each.type) for each in compiled._result_columns),
        _key(compiled),
        tuple(
            (name, of, nth) for of, names in lists.items() if of in values for nth, name in enumerate(names)
        ),
    )


def _has_constant(column: Column[Any]) -> bool:
    """Whether what it gets where it is given nothing is always the same."""
    return column.default is not None and column.default.is_scalar


def _defaults(compiled: SQLCompiler) -> dict[str, Any]:
    """What an insert fills in for the columns that are given nothing."""
    if not compiled.isinsert:
        return {}
    name_of: Callable[[Any], str] = compiled._within_exec_param_key_getter
    return {name_of(column): cast(Any, column.default).arg for column in compiled.insert_prefetch}


def _is_plain(compiled: SQLCompiler) -> bool:
    """Whether nothing of it is decided anew with each execution, or filled in beside it."""
    names = [each.keyname for each in compiled._result_columns]
    return len(set(names)) == len(names) and not (
        compiled.literal_execute_params
        or compiled.escaped_bind_names
        or compiled.isplaintext
        or (compiled.isinsert and not all(_has_constant(column) for column in compiled.insert_prefetch))
        or (compiled.isupdate and compiled.update_prefetch)
        or (names and not compiled._ordered_columns)
        or any(bind.callable for bind in compiled.binds.values())
    )


def _key(compiled: SQLCompiler) -> Literal["counted", "returned"] | None:
    if compiled.isinsert and compiled.postfetch_lastrowid:
        return "counted"
    return "returned" if compiled.isinsert and len(compiled.implicit_returning or ()) == 1 else None


class Driver:
    """The driver below one connection. Each method but `say` gives None where SQLAlchemy is to execute it."""

    __slots__ = ("_connection", "_cursor", "_dialect", "_engine")

    def __init__(self, connection: Connection) -> None:
        # SQLAlchemy must know of the transaction that the driver is in, to commit it.
        if not connection.in_transaction():
            connection.begin()
        self._connection, self._engine, self._dialect = connection, connection.engine, connection.dialect
        self._cursor: Any = None

    def say(self, sql: str) -> None:
        """Executes a sentence without values."""
        if self._is_watched():
            self._connection.exec_driver_sql(sql)
            return
        try:
            self._open().execute(sql)
        except BaseException as error:
            self._fail(error, sql, None)

    def rows(self, statement: Executable, values: Values, most: int | None = None) -> list[Row[Any]] | None:
        """The rows that it gives, or the first `most` of them."""
        given = self._fetch(statement, values, most)
        return None if given is None else given[0].rows(given[1])

    def objects(self, make: Callable[[Row[Any]], T], statement: Executable, values: Values) -> list[T] | None:
        """What is made of the rows that it gives."""
        given = self._fetch(statement, values, None)
        return None if given is None else given[0].objects(make, given[1])

    def values(self, statement: Executable, values: Values) -> list[Any] | None:
        """The first value of the first row, in a list; an empty one where there is no row."""
        given = self._fetch(statement, values, 1)
        if given is None:
            return None
        to = given[0].value
        return [row[0] if to is None else to(row[0]) for row in given[1]]

    def count(self, statement: Executable, values: Values) -> int | None:
        """Executes what gives no rows; the number of rows that it met."""
        prepared = self._prepared(statement, values)
        if prepared is None or (prepared.returns and prepared.key is None):
            return None
        cursor = self._execute(prepared, values)
        return None if cursor is None else cursor.rowcount

    def key(self, statement: Executable, values: Values) -> int | None:
        """Inserts a row; its primary key."""
        prepared = self._prepared(statement, values)
        if prepared is None or prepared.key is None:
            return None
        cursor = self._execute(prepared, values)
        if cursor is None:
            return None
        return int(cursor.lastrowid if prepared.key == "counted" else cursor.fetchone()[0])

    def _fetch(self, statement: Executable, values: Values, most: int | None) -> tuple[_Reading, Any] | None:
        prepared = self._prepared(statement, values)
        if prepared is None or not prepared.returns or prepared.key is not None:
            return None
        cursor = self._execute(prepared, values)
        if cursor is None:
            return None
        try:
            given = cursor.fetchall() if most is None else cursor.fetchmany(most)
        except BaseException as error:
            self._fail(error, prepared.sql, None)
        if prepared.reading is None:
            prepared.reading = _Reading(prepared, self._dialect, cursor.description)
        return prepared.reading, given

    def _prepared(self, statement: Executable, values: Values) -> _Prepared | None:
        if self._is_watched():
            return None
        known = _known(statement, self._dialect)
        key = known.key(values)
        if key in known.prepared:
            return known.prepared[key]
        if not known.seen:
            # One that is built for a single use is not worth the compiling.
            known.seen = True
            return None
        try:
            return _prepare(known, statement, self._dialect, values)
        except SQLAlchemyError:
            return None  # it tells what is wrong when it executes it

    def _execute(self, prepared: _Prepared, values: Values) -> Any:
        """The cursor after the execution; None where a value is missing or is none for its type."""
        try:
            parameters = prepared.parameters(values)
        except Exception:
            return None  # SQLAlchemy tells what is wrong
        try:
            return self._open().execute(prepared.sql, parameters)
        except BaseException as error:
            self._fail(error, prepared.sql, parameters)

    def _is_watched(self) -> bool:
        """Whether somebody is told of executions, by events or by the log of them."""
        connection = self._connection
        if not (connection._has_events or self._engine._has_events):
            return connection._echo
        events = connection.dispatch
        return bool(
            connection._echo
            or events.before_execute
            or events.after_execute
            or events.before_cursor_execute
            or events.after_cursor_execute
        )

    def _open(self) -> Any:
        if self._cursor is None:
            self._cursor = self._connection.connection.cursor()
        return self._cursor

    def _fail(self, error: BaseException, sql: str, parameters: Any) -> NoReturn:
        """Raises it as SQLAlchemy does, which also gives up a connection that is lost."""
        cursor, self._cursor = self._cursor, None
        if isinstance(error, Exception) and not isinstance(error, self._dialect.loaded_dbapi.Error):
            raise error
        self._connection._handle_dbapi_exception(error, sql, parameters, cursor, None)
