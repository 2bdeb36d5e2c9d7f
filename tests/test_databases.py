"""A database that a test gives back is as new for the next one, or gone."""

from sqlalchemy import Engine

from models.database import open_engine
from tests import databases, filled_postgres
from tests.models.contents import contents


def _ways(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for each in statements:
            connection.exec_driver_sql(each)


def _next_place(engine: Engine) -> int:
    with engine.begin() as connection:
        return int(connection.exec_driver_sql("SELECT nextval('place_id_seq')").scalar_one())


def test_whatever_rows_a_test_leaves_the_next_one_finds_the_first_ones() -> None:
    with databases.postgres(filled=True) as engine:
        name, before, number = engine.url.database, contents(engine), _next_place(engine)
        _ways(engine, "DELETE FROM offer")
        _ways(engine, "UPDATE place SET name = 'elsewhere'", "INSERT INTO pace (channel) VALUES ('x')")
    with databases.postgres(filled=True) as engine:
        assert engine.url.database == name
        assert (contents(engine), _next_place(engine)) == (before, number)


def test_who_changed_more_than_rows_has_had_the_last_of_it() -> None:
    with databases.postgres(filled=True) as engine:
        name = engine.url.database
        _ways(engine, "ALTER TABLE offer DROP COLUMN name")
    assert name not in filled_postgres._free
    with databases.postgres(filled=True) as engine:
        assert contents(engine)["offer"]


def test_who_is_still_at_work_there_is_sent_away() -> None:
    with databases.postgres(filled=True) as engine:
        name = engine.url.database
        other = open_engine(engine.url.render_as_string(hide_password=False))
        left = other.connect()
        left.exec_driver_sql("DELETE FROM offer")
    with databases.postgres(filled=True) as engine:
        assert (engine.url.database, bool(contents(engine)["offer"])) == (name, True)
    left.invalidate()
    other.dispose()
