"""A contest of ideas: staff post a topic, teams of all sides hand in a plan, and a jury's word is entered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, UniqueConstraint, bindparam, insert, select
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models import board, project_making
from models.database import Db, table_of
from models.organization import ORGANIZATION
from models.personal import OWNER, clear, impersonal, personal
from models.project import PROJECT, go
from models.refusal import Refusal
from models.text import Moment, Prose, Several, Text, prose


class ContestTopic(SQLModel, table=True):
    """`closes` is until when teams hand in their plans; `place_id` is where it is about, whose staff decide."""

    __tablename__ = "contest_topic"
    id: int | None = Field(default=None, primary_key=True)
    board_id: int = Field(foreign_key="board.id", index=True)
    title: str
    summary: str | None = None
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    closes: datetime
    by_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime


class ContestEntry(SQLModel, table=True):
    """A project of the kind `entry` belongs to a topic."""

    __tablename__ = "contest_entry"
    project_id: int = Field(foreign_key="project.id", primary_key=True)
    topic_id: int = Field(foreign_key="contest_topic.id", index=True)


class ProjectSide(SQLModel, table=True):
    """Who is in a team: a unit for one side, by the name that the side has on the board."""

    __tablename__ = "project_side"
    __table_args__ = (UniqueConstraint("project_id", "organization_id"),)
    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    side: str
    organization_id: int = Field(foreign_key="organization.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime


TOPIC, ENTRY, SIDE = table_of(ContestTopic), table_of(ContestEntry), table_of(ProjectSide)
_POST, _ENTER = insert(TOPIC), insert(ENTRY)
# Both databases say it alike.
_JOIN = postgresql.insert(SIDE).on_conflict_do_nothing()
_TOPIC = select(TOPIC).where(TOPIC.c.id == bindparam("number"))
_TOPICS = select(TOPIC).order_by(TOPIC.c.id.desc())
_TOPIC_OF = (
    select(TOPIC)
    .join(ENTRY, ENTRY.c.topic_id == TOPIC.c.id)
    .where(ENTRY.c.project_id == bindparam("project"))
)
_ENTRIES = (
    select(PROJECT)
    .join(ENTRY, ENTRY.c.project_id == PROJECT.c.id)
    .where(ENTRY.c.topic_id == bindparam("topic"))
    .order_by(PROJECT.c.id)
)
_TEAM = (
    select(SIDE, ORGANIZATION.c.name)
    .join(ORGANIZATION, ORGANIZATION.c.id == SIDE.c.organization_id)
    .where(SIDE.c.project_id == bindparam("project"))
    .order_by(SIDE.c.id)
)


def post(db: Db, of: int, title: str, actor: int, now: datetime, **columns: Any) -> int:
    """A topic for teams to work on; gives its number."""
    return db.insert(_POST, board_id=of, title=title, by_id=actor, at=now, **columns)


def topic(db: Db, number: int) -> Row[Any] | None:
    return db.row(_TOPIC, number=number)


def topics(db: Db) -> list[Row[Any]]:
    """Every topic, the newest first."""
    return list(db.rows(_TOPICS))


def topic_of(db: Db, project: int) -> Row[Any] | None:
    """What an entry is about."""
    return db.row(_TOPIC_OF, project=project)


def entries(db: Db, topic: int) -> list[Row[Any]]:
    """The whole projects that teams made of a topic."""
    return list(db.rows(_ENTRIES, topic=topic))


def team(db: Db, project: int) -> list[Row[Any]]:
    """Who is in it: side, organization_id, name, member_id."""
    return list(db.rows(_TEAM, project=project))


def side_of(db: Db, of: int, kind: str) -> str | None:
    """The side for which an organization of this kind stands; None where it stands for none."""
    contest = board.find(db, of)
    sides: Sequence[dict[str, Any]] = contest.sides if contest is not None else ()
    return next((each["name"] for each in sides if kind in each["kinds"]), None)


def missing(db: Db, one: Any) -> list[str]:
    """The sides that nobody of the team stands for yet."""
    asked = topic_of(db, one.id)
    contest = board.find(db, asked.board_id) if asked is not None else None
    there = {row.side for row in team(db, one.id)}
    return [each["name"] for each in contest.sides if each["name"] not in there] if contest else []


def found(db: Db, of: Row[Any], title: str, unit: Row[Any], member: int, now: datetime) -> int:
    """A team's entry with its first unit (id, name, kind); gives the project's number. Raises Refusal."""
    _check_open(of, now)
    side = _side(db, of, unit)
    contest = board.find(db, of.board_id)
    number = project_making.make(
        db,
        title,
        (),
        member,
        now,
        kind="entry",
        board=contest.code if contest else None,
        place_id=of.place_id,
        organization_id=unit.id,
        lead_id=unit.id,
        proposer_id=member,
        origin="club" if unit.kind == "club" else "company",
    )
    db.insert(_ENTER, project_id=number, topic_id=of.id)
    db.run(_JOIN, project_id=number, side=side, organization_id=unit.id, member_id=member, at=now)
    return number


def join(db: Db, one: Any, unit: Row[Any], member: int, now: datetime) -> bool:
    """A unit comes into the team; False where it is in it already. Raises Refusal."""
    if one.state != "draft":
        sentence = Text("请找别的队，「{title}」的方案已经交了。", title=Prose(one.title))
        raise Refusal("contest.submitted", sentence, f"project:{one.code}")
    asked = topic_of(db, one.id)
    assert asked is not None
    _check_open(asked, now)
    side = _side(db, asked, unit)
    given = {"side": side, "organization_id": unit.id, "member_id": member, "at": now}
    return db.run(_JOIN, project_id=one.id, **given) == 1


def check_complete(db: Db, one: Any, now: datetime) -> None:
    """Raises a Refusal that names the side that the team still lacks, or says that the time is over."""
    asked = topic_of(db, one.id)
    if asked is not None:
        _check_open(asked, now)
    if lacking := missing(db, one):
        sentence = Text(
            "请先邀请{sides}的单位加入，几方到齐了才能交方案。",
            sides=Several(tuple(prose(each) for each in lacking)),
        )
        raise Refusal("contest.side", sentence, f"project:{one.code}")


def submit(db: Db, one: Any, plan: str, actor: int, now: datetime) -> bool:
    """The team's plan goes to the jury; False where it was handed in before. Raises Refusal."""
    check_complete(db, one, now)
    return go(db, one, "submitted", actor, now, summary=plan)


def judge(db: Db, one: Any, after: str, actor: int, now: datetime, reason: str | None = None) -> bool:
    """What the jury decided, as staff enter it; who wins is on the short list on the way."""
    if after == "won" and one.state == "submitted":
        if not go(db, one, "shortlisted", actor, now):
            return False
        one = project_making.find(db, one.id)
    return go(db, one, after, actor, now, reason=reason)


def _check_open(of: Any, now: datetime) -> None:
    if now >= of.closes:
        sentence = Text(
            "请看看别的题目，「{title}」到{when}为止。", title=Prose(of.title), when=Moment(of.closes)
        )
        raise Refusal("contest.closed", sentence)


def _side(db: Db, of: Any, unit: Row[Any]) -> str:
    side = side_of(db, of.board_id, unit.kind)
    if side is None:
        contest = board.find(db, of.board_id)
        names = tuple(prose(each["name"]) for each in contest.sides) if contest else ()
        sentence = Text(
            "请换一家单位的代表来，这里要的是{sides}，{unit}都不是。",
            sides=Several(names),
            unit=Prose(unit.name),
        )
        raise Refusal("contest.kind", sentence)
    return side


personal(
    TOPIC,
    Text("您出的题目"),
    whose=TOPIC.c.by_id == OWNER,
    shows={"title": Text("名称"), "summary": Text("简介"), "place_id": Text("地点"), "at": Text("时间")},
    besides={"board_id": "in which contest it is", "closes": "until when teams may hand in a plan"},
    erase=clear(by_id=None),
    kept="for good: it is the community's record",
)
impersonal(ENTRY, "which topic a project is about, which names nobody")
personal(
    SIDE,
    Text("您代表单位加入的队"),
    whose=SIDE.c.member_id == OWNER,
    shows={
        "project_id": Text("项目"),
        "side": Text("哪一方"),
        "organization_id": Text("单位"),
        "at": Text("时间"),
    },
    erase=clear(member_id=None),
    kept="as long as the project is: it is the unit's",
)
