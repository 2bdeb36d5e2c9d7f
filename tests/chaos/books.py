"""What the marks of `linli.py` and the tables tell after the storm."""

from collections import defaultdict

from sqlalchemy import Engine, text

_MARKS = text(
    "SELECT address.key AS who, change.subject_id AS number FROM change "
    "JOIN address ON address.member_id = change.actor_id WHERE change.subject = 'mark' ORDER BY change.id"
)


def marks(engine: Engine) -> dict[str, list[int]]:
    """The numbers that each left, in the order in which they were heard."""
    found: dict[str, list[int]] = defaultdict(list)
    with engine.connect() as connection:
        for row in connection.execute(_MARKS):
            found[row.who].append(row.number)
    return dict(found)


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
