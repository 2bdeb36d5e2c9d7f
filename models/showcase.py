"""Results of finished projects for everybody to see: with the names and words of those who agreed, as long as they do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, case, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models import change, checking
from models.database import Db, table_of
from models.member import MEMBER
from models.need import NEED
from models.organization import ORGANIZATION
from models.personal import OWNER, Codes, Shown, impersonal, personal
from models.project import PROJECT
from models.project_claim import CLAIM, TAKEN
from models.text import Text


class Showcase(SQLModel, table=True):
    """What staff decided about a project's result: its picture once somebody looked at it, and what stands on top."""

    project_id: int = Field(foreign_key="project.id", primary_key=True)
    picture: bool = False
    pinned: datetime | None = None
    asked: datetime | None = None


class ShowcaseWords(SQLModel, table=True):
    """What a reporter says of the result, for everybody, while he agrees.

    `state` is `waiting` for staff to look, `shown`, `withheld` by staff, or `withdrawn` by who wrote it.
    """

    __tablename__ = "showcase_words"
    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", index=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    words: str
    state: str
    at: datetime


SHOWCASE, WORDS = table_of(Showcase), table_of(ShowcaseWords)
SUBJECT = "showcase"
FINISHED = ("delivered", "reported", "archived")
_STATES = {
    "waiting": Text("等工作人员看"),
    "shown": Text("大家看得到"),
    "withheld": Text("没有公开"),
    "withdrawn": Text("您收回了"),
}
_MAKE = postgresql.insert(SHOWCASE).on_conflict_do_nothing()
_OF = select(SHOWCASE).where(SHOWCASE.c.project_id == bindparam("project"))
_LISTED = (
    select(PROJECT, SHOWCASE.c.pinned)
    .outerjoin(SHOWCASE, SHOWCASE.c.project_id == PROJECT.c.id)
    .where(PROJECT.c.shown_at.is_not(None), PROJECT.c.state.in_(FINISHED))
    .order_by(
        case((SHOWCASE.c.pinned.is_(None), 1), else_=0),
        SHOWCASE.c.pinned.desc(),
        PROJECT.c.shown_at.desc(),
        PROJECT.c.id.desc(),
    )
)
_SHOW = update(PROJECT).where(PROJECT.c.id == bindparam("project")).values(shown_at=bindparam("given"))
_SET = {
    name: update(SHOWCASE)
    .where(SHOWCASE.c.project_id == bindparam("project"))
    .values({name: bindparam("given")})
    for name in ("picture", "pinned", "asked")
}
_GAVE = (
    select(CLAIM, ORGANIZATION.c.name.label("organization"), MEMBER.c.name.label("member"))
    .outerjoin(ORGANIZATION, ORGANIZATION.c.id == CLAIM.c.organization_id)
    .outerjoin(MEMBER, MEMBER.c.id == CLAIM.c.member_id)
    .where(CLAIM.c.project_id == bindparam("project"), CLAIM.c.state.in_(TAKEN))
    .order_by(CLAIM.c.id)
)
_GIVEN = select(CLAIM).where(CLAIM.c.id == bindparam("number"), CLAIM.c.state.in_(TAKEN))
_NAME = (
    update(CLAIM)
    .where(CLAIM.c.id == bindparam("number"), CLAIM.c.named.is_distinct_from(bindparam("given")))
    .values(named=bindparam("given"))
)
_REPORTERS = select(NEED.c.reporter_id).where(
    NEED.c.project_id == bindparam("project"),
    NEED.c.reporter_id.is_not(None),
    NEED.c.visibility == "public",
)
_SAY = insert(WORDS)
_ALL_WORDS = select(WORDS).where(WORDS.c.project_id == bindparam("project")).order_by(WORDS.c.id)
_FIND_WORDS = select(WORDS).where(WORDS.c.id == bindparam("number"))
_MOVE = (
    update(WORDS)
    .where(WORDS.c.id == bindparam("number"), WORDS.c.state == bindparam("before"))
    .values(state=bindparam("after"))
)


def of(db: Db, project: int) -> Row[Any] | None:
    return db.row(_OF, project=project)


def listed(db: Db) -> list[Row[Any]]:
    """The whole projects that everybody sees the result of: those on top first, then the newest."""
    return list(db.rows(_LISTED))


def show(db: Db, one: Any, actor: int, now: datetime) -> None:
    """Everybody sees the result from now on."""
    db.run(_MAKE, project_id=one.id, picture=False)
    db.run(_SHOW, project=one.id, given=now)
    change.record(db, "showcase", one.id, None, "result shown", actor, now)


def hide(db: Db, one: Any, actor: int, now: datetime) -> None:
    db.run(_SHOW, project=one.id, given=None)
    change.record(db, "showcase", one.id, "result shown", "taken back", actor, now)


def pin(db: Db, project: int, now: datetime | None) -> None:
    """It stands on top, or with None where its day puts it."""
    db.run(_MAKE, project_id=project, picture=False)
    db.run(_SET["pinned"], project=project, given=now)


def pass_picture(db: Db, project: int, is_seen: bool) -> None:
    """Staff looked at the picture and it may be seen, or not any more."""
    db.run(_MAKE, project_id=project, picture=False)
    db.run(_SET["picture"], project=project, given=is_seen)


def picture(db: Db, one: Any) -> int | None:
    """The photo that everybody may see."""
    row = of(db, one.id)
    return one.result_photo_id if row is not None and row.picture else None


def gave(db: Db, project: int) -> list[Row[Any]]:
    """Every claim that was given, with the names of the unit and the member."""
    return list(db.rows(_GAVE, project=project))


def claim(db: Db, number: int) -> Row[Any] | None:
    """A claim of which something was given."""
    return db.row(_GIVEN, number=number)


def named(those: Sequence[Row[Any]]) -> list[str]:
    """Who agreed to be named, each once: the unit, or who gave for himself."""
    agreed = [row.organization or row.member for row in those if row.named]
    return list(dict.fromkeys(name for name in agreed if name))


def agree(db: Db, claim: int, is_named: bool) -> bool:
    """Whether the result may name who gave this; False where it was said before."""
    return db.run(_NAME, number=claim, given=is_named) == 1


def reporters(db: Db, project: int) -> list[int]:
    """The members whose public needs became this project."""
    return list(dict.fromkeys(row.reporter_id for row in db.rows(_REPORTERS, project=project)))


def say(db: Db, project: int, member: int, words: str, place: int | None, now: datetime) -> int:
    """A reporter's own sentence, which he lets everybody read once staff have looked at it; what he said before goes."""
    for row in words_of(db, project):
        if row.member_id == member and row.state in ("waiting", "shown"):
            db.run(_MOVE, number=row.id, before=row.state, after="withdrawn")
    number = db.insert(_SAY, project_id=project, member_id=member, words=words, state="waiting", at=now)
    checking.enter(db, SUBJECT, number, now, place=place, member=member, words=words)
    return number


@checking.decided(SUBJECT)
def _decided(db: Db, number: int, state: str) -> None:
    """Somebody has looked at a sentence; one that its author took back stays so."""
    one = find_words(db, number)
    after = {"passed": "shown", "withheld": "withheld"}.get(state)
    if one is not None and after is not None and one.state in ("waiting", "shown", "withheld"):
        move_words(db, one, after)


def words_of(db: Db, project: int) -> list[Row[Any]]:
    return list(db.rows(_ALL_WORDS, project=project))


def find_words(db: Db, number: int) -> Row[Any] | None:
    return db.row(_FIND_WORDS, number=number)


def move_words(db: Db, one: Row[Any], after: str) -> bool:
    """False where somebody moved it first."""
    return db.run(_MOVE, number=one.id, before=one.state, after=after) == 1


def shown_words(db: Db, project: int) -> list[str]:
    """What reporters said and everybody may read."""
    return [row.words for row in words_of(db, project) if row.state == "shown"]


impersonal(SHOWCASE, "what staff decided about a project's result, which names nobody")
personal(
    WORDS,
    Text("您对成果说的话"),
    whose=WORDS.c.member_id == OWNER,
    shows={
        "project_id": Text("项目"),
        "words": Text("您说的"),
        "state": Shown(Text("状态"), Codes(_STATES)),
        "at": Text("时间"),
    },
    kept="as long as the result is shown, or until its author takes it back",
)
