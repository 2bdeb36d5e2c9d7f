"""People for tests that need many of them, or officers whom the community of the tests has not."""

from sqlalchemy import insert, select

from models.database import Db
from models.member import ADDRESS, MEMBER, ROLE
from models.place import PLACE


def place(db: Db, code: str) -> int:
    return int(db.value(select(PLACE.c.id).where(PLACE.c.code == code)))


def member(db: Db, code: str) -> int:
    return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def add(db: Db, code: str, at: str | None = None, *, home: str | None = None, reached: bool = True) -> int:
    """A member of the pack who works or lives there, reached on the console by the name that is the code."""
    key = db.insert(
        insert(MEMBER),
        code=code,
        name=code,
        language="zh-Hans",
        work_id=place(db, at) if at else None,
        home_id=place(db, home) if home else None,
        home_confirmed=False,
        work_confirmed=False,
        interests=[],
    )
    if reached:
        db.insert(insert(ADDRESS), channel="console", key=code, member_id=key, told=0)
    return key


def add_many(db: Db, count: int, at: str) -> None:
    for nth in range(count):
        add(db, f"crowd-{nth}", at)


def make_staff(db: Db, code: str, at: str | None) -> None:
    """Staff of a place, or administrator."""
    kind = "staff" if at else "administrator"
    db.insert(insert(ROLE), member_id=member(db, code), kind=kind, place_id=place(db, at) if at else None)
