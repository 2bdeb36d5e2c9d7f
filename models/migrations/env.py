"""How Alembic runs here: one transaction for all steps, and on SQLite no child lost on the way."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, Engine
from sqlmodel import SQLModel

import models  # noqa: F401  (makes every table known)

BATCH: dict[str, Any] = {"target_metadata": SQLModel.metadata, "render_as_batch": True, "compare_type": True}


def migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _migrate_sqlite(connection)
        else:
            context.configure(connection=connection, **BATCH)
            with connection.begin():
                context.run_migrations()


def _migrate_sqlite(connection: Connection) -> None:
    """Rebuilding a parent table drops it for a moment, and with foreign keys on its children too.

    The switch works only outside a transaction, so it stands before BEGIN; before COMMIT it is checked
    that every child still has its parent.
    """
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        context.configure(connection=connection, transactional_ddl=False, **BATCH)
        context.run_migrations()
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise RuntimeError(f"the migration would leave rows without their parent: {orphans[:5]}")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    finally:
        if connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
            connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


migrate(context.config.attributes["engine"])
