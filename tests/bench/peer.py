"""The peer: the same statements of the same messages, through one SQLModel Session and commit a message.

What the core executes for a message is recorded once; the peer repeats it with the same parameters, as a
program that is written with objects would: selects give objects, rows are inserted as objects, the
conversation is an object that changes. It understands nothing and renders nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Column, Engine, Insert, Select, Update, create_engine, event
from sqlmodel import Session, SQLModel, select

from models.conversation import CONVERSATION, Conversation
from models.database import table_of

# A thread that waits for the write lock of 63 others waits longer than a person would.
BUSY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of a message, and its parameters."""

    statement: Any
    values: dict[str, Any]


@contextmanager
def recording(engine: Engine) -> Iterator[list[list[Step]]]:
    """What the core executes meanwhile, a list for each message; BEGIN, savepoints and COMMIT are not in it.

    It is for messages that come one after the other: each begins with the one statement that reads its speaker.
    """
    messages: list[list[Step]] = []

    def record(_connection: Any, statement: Any, many: Any, values: Any, _options: Any) -> None:
        if isinstance(statement, Select) and "memory" in statement.selected_columns:
            messages.append([])
        messages[-1].append(Step(statement, dict(values or (many[0] if many else {}))))

    event.listen(engine, "before_execute", record)
    try:
        yield messages
    finally:
        event.remove(engine, "before_execute", record)


@contextmanager
def opened(path: Path) -> Iterator[Engine]:
    """An engine with the settings of the core's; each thread has a connection."""
    engine = create_engine(f"sqlite:///{path}", pool_size=64, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    try:
        yield engine
    finally:
        engine.dispose()


def answer(engine: Engine, steps: list[Step]) -> None:
    """One message: a Session, its statements, a commit."""
    with Session(engine) as session:
        for step in steps:
            _do(session, step)
        session.commit()


def _do(session: Session, step: Step) -> None:
    statement, values = step.statement, step.values
    if isinstance(statement, Insert):
        session.add(_model(statement.table.name)(**values))
        if "id" in statement.table.c:
            session.flush()  # the core needs the key, and so does any other program
    elif isinstance(statement, Update) and statement.table is CONVERSATION:
        conversation = session.get(Conversation, values["address"])
        assert conversation is not None
        conversation.memory = values["dumped"]
        session.add(conversation)
    elif isinstance(statement, Select):
        session.execute(_with_objects(statement), values).all()
    else:
        session.execute(statement, values, execution_options={"synchronize_session": False})


def _with_objects(statement: Select[Any]) -> Select[Any]:
    """The same select, but whole objects where the core names columns of a table."""
    wanted = dict.fromkeys(_object_of(column) for column in statement.selected_columns)
    found = cast("Select[Any]", select(*wanted)).select_from(*statement.get_final_froms())
    if statement.whereclause is not None:
        found = found.where(statement.whereclause)
    return (
        found.order_by(*statement._order_by_clauses)
        .limit(cast(Any, statement._limit_clause))
        .offset(cast(Any, statement._offset_clause))
    )


def _object_of(column: Any) -> Any:
    base = next(iter(column.base_columns))
    if isinstance(base, Column) and base.table is not None:
        return _model(base.table.name)
    return column


def _model(table: str) -> type[SQLModel]:
    return _MODELS[table]


_MODELS: dict[str, type[SQLModel]] = {
    table_of(mapper.class_).name: mapper.class_ for mapper in SQLModel._sa_registry.mappers
}
