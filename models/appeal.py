"""Appeals: somebody says that what was written of him is wrong, and staff say what holds."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, UniqueConstraint, bindparam, insert, select, update
from sqlmodel import Field, SQLModel

from models import change
from models.activity import ACTIVITY
from models.credit import CREDIT
from models.database import Db, table_of
from models.member import MEMBER
from models.personal import OWNER, Codes, Shown, clear, personal
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.text import Text

About = Literal["absent", "hours"]
State = Literal["open", "granted", "excused", "kept"]


class Appeal(SQLModel, table=True):
    """`about` an absence or the hours of one registration, each once. In `words` a phone number is sealed."""

    __table_args__ = (UniqueConstraint("registration_id", "about"),)
    id: int | None = Field(default=None, primary_key=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    registration_id: int = Field(foreign_key="registration.id")
    about: str
    words: str | None = None
    state: str
    at: datetime
    settled: datetime | None = None


APPEAL = table_of(Appeal)
_WHOLE = (
    select(APPEAL, MEMBER.c.name, REGISTRATION.c.outcome, REGISTRATION.c.activity_id, ACTIVITY.c.number)
    .join(REGISTRATION, REGISTRATION.c.id == APPEAL.c.registration_id)
    .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    .outerjoin(MEMBER, MEMBER.c.id == APPEAL.c.member_id)
)
_FIND = _WHOLE.where(APPEAL.c.id == bindparam("appeal"))
_OF = _WHOLE.where(APPEAL.c.registration_id == bindparam("registration"), APPEAL.c.about == bindparam("what"))
_OPEN = _WHOLE.where(APPEAL.c.member_id == bindparam("member"), APPEAL.c.state == "open").order_by(
    APPEAL.c.id
)
_ABOUT = (
    select(REGISTRATION.c.outcome, REGISTRATION.c.member_id, ACTIVITY.c.number, CREDIT.c.id.label("credit"))
    .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    .outerjoin(CREDIT, (CREDIT.c.registration_id == REGISTRATION.c.id) & (CREDIT.c.ledger == "proved"))
    .where(REGISTRATION.c.id == bindparam("registration"))
)
_INSERT = insert(APPEAL)
_SETTLE = (
    update(APPEAL)
    .where(APPEAL.c.id == bindparam("appeal"), APPEAL.c.state == "open")
    .values(state=bindparam("after"), settled=bindparam("now"))
)


def check(db: Db, member: int, registration: int, only: About | None = None) -> tuple[About, int]:
    """What somebody may appeal against of this registration of his, and its activity's number. Raises Refusal."""
    found = db.row(_ABOUT, registration=registration)
    if found is None or found.member_id != member:
        raise Refusal("appeal.other", Text("请从“我的志愿时长”里选一场，这一条不在您名下。"))
    about: About = "absent" if found.outcome == "absent" else "hours"
    if (about == "hours" and found.credit is None) or only not in (None, about):
        raise Refusal("appeal.nothing", Text("不用再说，这一条已经改好了，没有记您没来。"))
    known = of(db, registration, about)
    if known is not None:
        raise Refusal("appeal.again", _AGAIN[known.state])
    return about, int(found.number)


_AGAIN: dict[str, Text] = {
    "open": Text("请等一等，您说过的已经转给工作人员，还在核对。"),
    "granted": Text("不用再说，工作人员已经改好了。"),
    "excused": Text("不用再说，工作人员已经改好了。"),
    "kept": Text("请当面问工作人员，这一条他们核对过，没有改。"),
}


def put(db: Db, member: int, registration: int, about: About, words: str | None, now: datetime) -> int:
    """Writes it down for staff; gives its key."""
    key = db.insert(
        _INSERT,
        member_id=member,
        registration_id=registration,
        about=about,
        words=words,
        state="open",
        at=now,
    )
    change.record(db, "appeal", key, None, "open", member, now)
    return key


def find(db: Db, key: int) -> Row[Any]:
    """An appeal with who made it, and the activity. Raises Refusal."""
    found = db.row(_FIND, appeal=key)
    if found is None:
        raise Refusal("appeal.unknown", Text("请看看别的，没有找到这一条。"))
    return found


def of(db: Db, registration: int, about: About) -> Row[Any] | None:
    return db.row(_OF, registration=registration, what=about)


def open_ones(db: Db, member: int) -> list[Row[Any]]:
    """What somebody said that staff have not looked into yet."""
    return list(db.rows(_OPEN, member=member))


def settle(db: Db, one: Row[Any], after: State, actor: int, now: datetime) -> bool:
    """The one function by which its state changes; False where somebody else was first."""
    if not db.run(_SETTLE, appeal=one.id, after=after, now=now):
        return False
    change.record(db, "appeal", one.id, "open", after, actor, now)
    return True


_STATES = Codes(
    {
        "open": Text("等工作人员核对"),
        "granted": Text("按您说的改了"),
        "excused": Text("算有原因"),
        "kept": Text("没有改"),
    }
)
personal(
    APPEAL,
    Text("请我们核对的"),
    whose=APPEAL.c.member_id == OWNER,
    shows={
        "about": Shown(Text("关于"), Codes({"absent": Text("没来"), "hours": Text("时长")})),
        "words": Text("您说的"),
        "state": Shown(Text("状态"), _STATES),
        "at": Text("时间"),
        "settled": Text("核对时间"),
    },
    besides={"registration_id": "the registration is shown by itself"},
    erase=clear(member_id=None, words=None),
    kept="as long as the activity is; what staff decided is its history",
)
