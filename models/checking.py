"""What members wrote or photographed, before others may read it: local words first, then a person of the place.

Who has such words enters them (`enter`) and shows them to others only where `may_be_read` gives them. A table with a
column of its own for it declares `@decided(subject)` and is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Index,
    Row,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from models import change, local_words
from models.database import Db, table_of
from models.need import NEED
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.text import Text

_IS_WAITING = "state = 'waiting'"
_IS_UNTOLD = "state = 'withheld' AND NOT told"
# Told once its state is the subject's own: (db, key, state).
Told = Callable[[Db, int, str], None]
DECIDED: dict[str, Told] = {}


class WordsCheck(SQLModel, table=True):
    """`subject` and `subject_id` say of what, as changes do. `words` are sealed where there is a phone number in them.

    `state` is `waiting`, `passed` or `withheld`, and may be changed again; nothing is deleted. `shown` is what staff
    made of the words for others, who read it instead; `only_words`: without the photo. `why` is what the local words
    found. `told`: the author knows that it is withheld. `reminded` is when staff were last told that it still waits.
    """

    __tablename__ = "words_check"
    __table_args__ = (
        UniqueConstraint("subject", "subject_id"),
        Index(
            "ix_words_check_waiting", "at", sqlite_where=text(_IS_WAITING), postgresql_where=text(_IS_WAITING)
        ),
        Index(
            "ix_words_check_untold", "id", sqlite_where=text(_IS_UNTOLD), postgresql_where=text(_IS_UNTOLD)
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    subject: str
    subject_id: int
    need_id: int | None = Field(default=None, foreign_key="need.id", index=True)
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    words: str | None = None
    photo_id: int | None = Field(default=None, foreign_key="photo.id", index=True)
    state: str
    why: str | None = None
    shown: str | None = None
    only_words: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    told: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    at: datetime
    reminded: datetime | None = None


CHECK = table_of(WordsCheck)


@dataclass(frozen=True, slots=True)
class Read:
    """What others may read and see of something that passed."""

    words: str | None
    photo: int | None


@dataclass(frozen=True, slots=True)
class Queue:
    """How much waits, and since when the oldest does."""

    count: int
    oldest: datetime | None


STATES = Codes({"waiting": Text("等核对"), "passed": Text("已公开"), "withheld": Text("不公开")})
_INSERT = insert(CHECK)
_OF = select(CHECK).where(CHECK.c.subject == bindparam("subject"), CHECK.c.subject_id == bindparam("key"))
# What nobody could read anyway is not looked at: it waits until its need is shown to all.
_COULD_BE_READ = or_(
    CHECK.c.need_id.is_(None),
    and_(
        NEED.c.visibility == literal_column("'public'"),
        NEED.c.kind == literal_column("'need'"),
        NEED.c.state.not_in(["draft", "withdrawn"]),
    ),
)
_WAITING = (CHECK.c.state == literal_column("'waiting'"), _COULD_BE_READ)
_THERE = or_(
    CHECK.c.place_id.in_(bindparam("places", expanding=True)),
    and_(CHECK.c.place_id.is_(None), literal_column("1") == bindparam("all")),
)
_JOINED = CHECK.outerjoin(NEED, NEED.c.id == CHECK.c.need_id)
_FIND = select(CHECK, NEED.c.spot).select_from(_JOINED).where(CHECK.c.id == bindparam("check"))
_READABLE = select(CHECK.c.id).select_from(_JOINED).where(CHECK.c.id == bindparam("check"), _COULD_BE_READ)
_SOME = (
    select(CHECK, NEED.c.spot)
    .select_from(_JOINED)
    .where(*_WAITING, _THERE, CHECK.c.id > bindparam("after"))
    .order_by(CHECK.c.id)
    .limit(bindparam("most"))
)
_COUNT = select(func.count().label("many"), func.min(CHECK.c.at).label("oldest")).select_from(_JOINED)
_HERE, _OVERALL = _COUNT.where(*_WAITING, _THERE), _COUNT.where(*_WAITING)
_DECIDE = (
    update(CHECK)
    .where(CHECK.c.id == bindparam("check"), CHECK.c.state == bindparam("before"))
    .values(state=bindparam("after"), shown=bindparam("instead"), only_words=bindparam("less"))
)
# Since when nobody was told of it.
_LEFT_SINCE = func.coalesce(CHECK.c.reminded, CHECK.c.at)
_LEFT = (
    select(CHECK.c.id, CHECK.c.place_id, _LEFT_SINCE.label("since"))
    .select_from(_JOINED)
    .where(*_WAITING)
    .order_by(_LEFT_SINCE, CHECK.c.id)
    .limit(bindparam("most"))
)
_REMINDED = (
    update(CHECK).where(CHECK.c.id.in_(bindparam("checks", expanding=True))).values(reminded=bindparam("now"))
)
_UNTOLD = select(CHECK).where(text(f"words_check.{_IS_UNTOLD}")).order_by(CHECK.c.id).limit(bindparam("most"))
_FIRST_UNTOLD = select(CHECK.c.at).where(text(f"words_check.{_IS_UNTOLD}")).order_by(CHECK.c.id).limit(1)
_TOLD = update(CHECK).where(CHECK.c.id == bindparam("check")).values(told=True)


def decided(subject: str) -> Callable[[Told], Told]:
    """Declares what keeps a column of its own in step with the check."""

    def declare(told: Told) -> Told:
        DECIDED[subject] = told
        return told

    return declare


def enter(
    db: Db,
    subject: str,
    key: int,
    now: datetime,
    *,
    place: int | None,
    member: int | None,
    words: str | None = None,
    photo: int | None = None,
    need: int | None = None,
) -> str:
    """Something that others could read; gives its state: `waiting` for a person, or `withheld` by the local words.

    What was entered before and is edited is looked at anew. `words` are sealed already where it takes that.
    """
    why, clear = local_words.judge(words)
    state = "withheld" if clear else "waiting"
    before = of(db, subject, key)
    given = {"words": words, "photo_id": photo, "why": why, "state": state, "at": now}
    if before is not None:
        again = {**given, "shown": None, "only_words": False, "told": False}
        db.run(update(CHECK).where(CHECK.c.id == before.id).values(again))
        number = int(before.id)
    else:
        number = db.insert(
            _INSERT, subject=subject, subject_id=key, need_id=need, place_id=place, member_id=member, **given
        )
    change.record(db, "check", number, before.state if before else None, state, None, now, why)
    _tell(db, subject, key, state)
    return state


def decide(
    db: Db,
    one: Row[Any],
    after: str,
    by: int,
    now: datetime,
    *,
    shown: str | None = None,
    only_words: bool = False,
) -> bool:
    """A person has looked. False where somebody else decided meanwhile; whoever may is the caller's to ask."""
    if after not in ("passed", "withheld"):
        raise ValueError(f"nothing that was looked at is {after}")
    kept = shown or one.shown
    if not db.run(_DECIDE, check=one.id, before=one.state, after=after, instead=kept, less=only_words):
        return False
    change.record(db, "check", one.id, one.state, after, by, now)
    _tell(db, one.subject, one.subject_id, after)
    return True


def _tell(db: Db, subject: str, key: int, state: str) -> None:
    if subject in DECIDED:
        DECIDED[subject](db, key, state)


def find(db: Db, number: int) -> Row[Any] | None:
    return db.row(_FIND, check=number)


def could_be_read(db: Db, one: Row[Any]) -> bool:
    """Whether others could read it if it passed: not of what is private or hidden."""
    return db.value(_READABLE, check=one.id) is not None


def of(db: Db, subject: str, key: int) -> Row[Any] | None:
    """The check of something; None where it was never entered."""
    return db.row(_OF, subject=subject, key=key)


def may_be_read(db: Db, subject: str, key: int) -> Read | None:
    """What others may read of it; None where it did not pass, or was never entered."""
    one = of(db, subject, key)
    if one is None or one.state != "passed":
        return None
    return Read(one.shown or one.words, None if one.only_words else one.photo_id)


def waiting(
    db: Db, places: list[int], after: int = 0, most: int = 10, *, everywhere: bool = False
) -> list[Row[Any]]:
    """What waits for the staff of these places, the oldest first; `everywhere`: what stands in no place too."""
    return list(db.rows(_SOME, places=places, all=int(everywhere), after=after, most=most))


def queue(db: Db, places: list[int], *, everywhere: bool = False) -> Queue:
    """How long the queue of these places is."""
    row = db.row(_HERE, places=places, all=int(everywhere))
    assert row is not None
    return Queue(row.many, row.oldest)


def overall(db: Db) -> Queue:
    """The whole queue, for who runs the program."""
    row = db.row(_OVERALL)
    assert row is not None
    return Queue(row.many, row.oldest)


def left(db: Db, most: int) -> list[Row[Any]]:
    """What waits (id, place_id), with `since` when nobody was told of it; the longest first."""
    return list(db.rows(_LEFT, most=most))


def reminded(db: Db, checks: list[int], now: datetime) -> None:
    db.run(_REMINDED, checks=checks, now=now)


def untold(db: Db, most: int) -> list[Row[Any]]:
    """What is withheld and its author does not know it yet."""
    return list(db.rows(_UNTOLD, most=most))


def first_untold(db: Db) -> datetime | None:
    at: datetime | None = db.value(_FIRST_UNTOLD)
    return at


def told(db: Db, number: int) -> None:
    db.run(_TOLD, check=number)


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """What others never read is gone; what they read already stays with what it belongs to."""
    mine = update(CHECK).where(rows.these)
    db.run(mine.where(CHECK.c.state == "waiting").values(state="withheld", told=True))
    db.run(mine.where(CHECK.c.state != "passed").values(words=None, shown=None))
    db.run(mine.values(member_id=None, photo_id=None, told=True))


personal(
    CHECK,
    Text("等核对的"),
    whose=CHECK.c.member_id == OWNER,
    shows={
        "words": Shown(Text("内容")),
        "state": Shown(Text("公开"), STATES),
        "at": Text("时间"),
    },
    besides={
        "subject": "what table it is of",
        "reminded": "when staff were told of it",
        "why": "what our own list of words found",
        "shown": "what others read instead, which stands where it is shown",
        "only_words": "whether its photo is shown",
        "told": "whether its author knows",
    },
    refers={},
    erase=_erase,
    kept="as long as what it is about is, without names",
)
