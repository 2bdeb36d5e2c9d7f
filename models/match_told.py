"""When somebody was last written to of what may match: at most once a week."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.personal import OWNER, keep_older, personal
from models.text import Text

APART = timedelta(days=7)


class MatchTold(SQLModel, table=True):
    __tablename__ = "match_told"
    member_id: int = Field(foreign_key="member.id", primary_key=True)
    at: datetime


MATCH_TOLD = table_of(MatchTold)
# Both databases say it alike; it gives nothing where somebody else was first.
_FIRST = postgresql.insert(MATCH_TOLD).on_conflict_do_nothing().returning(MATCH_TOLD.c.member_id)
_LAST = select(MATCH_TOLD.c.at).where(MATCH_TOLD.c.member_id == bindparam("member"))
_AGAIN = (
    update(MATCH_TOLD)
    .where(MATCH_TOLD.c.member_id == bindparam("member"), MATCH_TOLD.c.at <= bindparam("before"))
    .values(at=bindparam("now"))
)


def next_at(db: Db, member: int) -> datetime | None:
    """From when on he may be written to again; None where nothing was written yet."""
    last: datetime | None = db.value(_LAST, member=member)
    return last + APART if last is not None else None


def may(db: Db, member: int, now: datetime) -> bool:
    """Whether he may be written to now, and if so notes that he is."""
    if db.run(_AGAIN, member=member, before=now - APART, now=now):
        return True
    return db.value(_FIRST, member_id=member, at=now) is not None


personal(
    MATCH_TOLD,
    Text("什么时候给您发过匹配"),
    whose=MATCH_TOLD.c.member_id == OWNER,
    shows={"at": Text("时间")},
    kept="as long as he is a member: one time, which each later one replaces",
    joins=keep_older(),
)
