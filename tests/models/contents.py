"""Everything that a database holds, for comparing what it was before with what it is after."""

from typing import Any

from sqlalchemy import Engine, func, select
from sqlmodel import SQLModel

from models.database import transaction

Rows = dict[str, list[tuple[Any, ...]]]


def contents(engine: Engine) -> Rows:
    """All rows of all tables."""
    with transaction(engine) as db:
        return {
            table.name: sorted((tuple(row) for row in db.rows(select(table))), key=repr)
            for table in SQLModel.metadata.sorted_tables
        }


def counts(engine: Engine) -> dict[str, int]:
    """The number of rows of each table."""
    with transaction(engine) as db:
        return {
            table.name: db.value(select(func.count()).select_from(table))
            for table in SQLModel.metadata.sorted_tables
        }
