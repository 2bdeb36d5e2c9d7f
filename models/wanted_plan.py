"""帮我策划: what a company's group wants to have planned, the plan that an officer wrote, and what was made of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, or_, select, update
from sqlmodel import Field, SQLModel

from models import change, need, need_line, phone
from models.database import Db, table_of
from models.need import NEED
from models.need_line import LINE
from models.personal import OWNER, clear, personal
from models.refusal import Refusal
from models.text import Text
from models.vault import Vault

# So many wait of one person at once.
MOST_OPEN = 3
VERSIONS = 10


class WantedPlan(SQLModel, table=True):
    """What stands beside the need with the kind `plan`: `aim` is a board's id, `kind` that of an activity.

    `makes` and `title` are the officer's: what it becomes when the plan is accepted, and what that is called.
    """

    __tablename__ = "wanted_plan"
    need_id: int = Field(foreign_key="need.id", primary_key=True)
    kind: str
    aim: str | None = None
    headcount: int
    starts: datetime
    ends: datetime
    budget: str | None = None
    makes: str | None = None
    title: str | None = None
    activity_id: int | None = Field(default=None, foreign_key="activity.id", index=True)
    project_id: int | None = Field(default=None, foreign_key="project.id", index=True)


WANTED = table_of(WantedPlan)
_ENTER = insert(WANTED)
_OF_NEED = (
    *(column for column in WANTED.c if column.name not in ("need_id", "kind", "title", "project_id")),
)
_ALL = (
    select(
        *(
            NEED.c[name]
            for name in ("id", "state", "place_id", "reporter_id", "officer_id", "organization_id")
        ),
        *(NEED.c.due, NEED.c.reopened, NEED.c.at, NEED.c.title.label("about")),
        *(WANTED.c.kind, WANTED.c.title, WANTED.c.project_id),
        *_OF_NEED,
    )
    .join(WANTED, WANTED.c.need_id == NEED.c.id)
    .where(NEED.c.kind == "plan")
)
_FIND = _ALL.where(NEED.c.id == bindparam("number"))
_OPEN = ("new", "triaged", "reopened")
_OWN = (
    _ALL.where(NEED.c.reporter_id == bindparam("member")).order_by(NEED.c.id.desc()).limit(bindparam("most"))
)
_TO_WRITE = (
    _ALL.where(
        NEED.c.state.in_(_OPEN),
        or_(
            NEED.c.place_id.in_(bindparam("places", expanding=True)),
            NEED.c.officer_id == bindparam("member"),
        ),
    )
    .order_by(NEED.c.due, NEED.c.id)
    .limit(bindparam("most"))
)
_WAITING = select(NEED.c.id).where(
    NEED.c.kind == "plan", NEED.c.reporter_id == bindparam("member"), NEED.c.state.in_((*_OPEN, "answered"))
)
_WRITE = (
    update(WANTED)
    .where(WANTED.c.need_id == bindparam("number"))
    .values(makes=bindparam("becomes"), title=bindparam("called"))
)
_LINK = (
    update(WANTED)
    .where(WANTED.c.need_id == bindparam("number"))
    .values(activity_id=bindparam("activity"), project_id=bindparam("project"))
)
_ANSWERS = (
    select(LINE.c.text)
    .where(LINE.c.need_id == bindparam("number"), LINE.c.kind == bindparam("which"))
    .order_by(LINE.c.id.desc())
    .limit(1)
)


def ask(
    db: Db,
    vault: Vault,
    wish: dict[str, Any],
    words: str | None,
    asker: int,
    now: datetime,
    *,
    title: str,
    organization: int,
    place: int,
    officer: int | None,
    due: datetime,
) -> int:
    """A new one for this officer; gives its number. Raises Refusal. Telling him is the caller's."""
    if len(db.rows(_WAITING, member=asker)) >= MOST_OPEN:
        raise Refusal("plan.many", Text("请先等方案，您已经有{count}份在等了。", count=MOST_OPEN))
    number = need.enter(
        db,
        now,
        asker,
        kind="plan",
        title=title,
        place_id=place,
        organization_id=organization,
        reporter_id=asker,
        officer_id=officer,
        visibility="private",
        due=due,
        climbs=due,
    )
    db.run(_ENTER, need_id=number, **wish)
    if words:
        _say(db, vault, number, asker, "report", words, now)
    need.go(db, find(db, number), "new", asker, now)
    return number


def find(db: Db, number: int) -> Row[Any]:
    """Raises a Refusal where there is none of this kind."""
    row = db.row(_FIND, number=number)
    if row is None:
        raise Refusal("plan.unknown", Text("没有找到这份策划，请发“我的策划”看看。"))
    return row


def own(db: Db, member: int, most: int) -> list[Row[Any]]:
    return list(db.rows(_OWN, member=member, most=most))


def to_write(db: Db, member: int, places: Collection[int], most: int) -> list[Row[Any]]:
    """What waits for a plan at these places, or of this officer, the most urgent first."""
    return list(db.rows(_TO_WRITE, member=member, places=list(places), most=most))


def is_waiting(one: Row[Any]) -> bool:
    """Whether an officer still has to write."""
    return one.state in _OPEN


def version(one: Row[Any]) -> int:
    """With its number what a button is about: another plan than the one that was read is not accepted by it."""
    return int(one.id * VERSIONS + one.reopened)


def stored(db: Db, number: int, which: str) -> str | None:
    """The newest of its lines of a kind, `report`, `reopening` or `answer`, sealed where there is a phone number in it."""
    found: str | None = db.value(_ANSWERS, number=number, which=which)
    return found


def words(db: Db, vault: Vault, number: int, which: str) -> str | None:
    """The same as it is shown: phone numbers are masked."""
    found = stored(db, number, which)
    return None if found is None else phone.without(str(phone.open_in(found, vault)))


def write(
    db: Db,
    vault: Vault,
    one: Row[Any],
    officer: int,
    makes: str,
    title: str,
    plan: str,
    now: datetime,
    forgotten: datetime,
) -> None:
    """An officer's plan, which who asked for it reads; where nobody decides until `forgotten`, it ends. Raises Refusal."""
    if not is_waiting(one):
        raise _moved_on()
    if one.state == "reopened":
        _go(db, one, "triaged", officer, now)
        one = find(db, one.id)
    _go(db, one, "answered", officer, now, officer_id=officer, due=None, climbs=forgotten, climbed=0)
    db.run(_WRITE, number=one.id, becomes=makes, called=title)
    _say(db, vault, one.id, officer, "answer", plan, now)


def give_back(
    db: Db, vault: Vault, one: Row[Any], why: str, asker: int, due: datetime, now: datetime
) -> None:
    """What should be otherwise, in words to the officer. Raises Refusal."""
    if one.state != "answered":
        raise _moved_on()
    if one.reopened >= VERSIONS - 1:
        raise Refusal("plan.often", Text("请找{count}次里最合适的一份，或者直接问工作人员。", count=VERSIONS))
    _go(
        db,
        one,
        "reopened",
        asker,
        now,
        reason="the plan is to be otherwise",
        reopened=one.reopened + 1,
        due=due,
        climbs=due,
        climbed=0,
    )
    _say(db, vault, one.id, asker, "reopening", why, now)


def give_up(db: Db, one: Row[Any], asker: int, now: datetime) -> None:
    """Nothing is made of it. Raises Refusal."""
    if one.state == "answered":
        _go(db, one, "closed", asker, now, outcome="unsolved")
    elif one.state == "new":
        _go(db, one, "withdrawn", asker, now)
    else:
        raise _moved_on()


def accept(
    db: Db,
    one: Row[Any],
    asker: int,
    now: datetime,
    *,
    activity: int | None = None,
    project: int | None = None,
) -> None:
    """What was made of it: both name each other in the log. Raises Refusal."""
    made = {"activity": activity} if activity else {"project": project}
    _go(db, one, "confirmed", asker, now, detail=made)
    need.go(db, find(db, one.id), "closed", asker, now, outcome="solved")
    db.run(_LINK, number=one.id, activity=activity, project=project)
    subject, key, state = ("activity", activity, "published") if activity else ("project", project, "draft")
    assert key is not None
    change.record(db, subject, key, state, state, asker, now, detail={"need": one.id})


def _go(db: Db, one: Row[Any], after: str, actor: int, now: datetime, **values: Any) -> None:
    if not need.go(db, one, after, actor, now, **values):
        raise _moved_on()


def _moved_on() -> Refusal:
    return Refusal("plan.gone", Text("请看最新的进展，这一步已经过了。"))


def _say(db: Db, vault: Vault, number: int, who: int, kind: str, words: str, now: datetime) -> None:
    need_line.add(db, number, who, kind, now, words=phone.seal_in(words, vault), checked="withheld")


personal(
    WANTED,
    Text("请我们策划的"),
    whose=WANTED.c.need_id.in_(select(NEED.c.id).where(NEED.c.reporter_id == OWNER)),
    shows={
        "need_id": Text("编号"),
        "title": Text("标题"),
        "headcount": Text("人数"),
        "starts": Text("开始"),
        "ends": Text("结束"),
        "budget": Text("预算"),
        "activity_id": Text("活动"),
        "project_id": Text("项目"),
    },
    besides={
        "kind": "the title says what it is",
        "aim": "a board's own name",
        "makes": "what came of it is shown",
    },
    erase=clear(budget=None),
    kept="as long as the need is, without who asked",
)
