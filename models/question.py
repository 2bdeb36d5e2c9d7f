"""Questions to a person: who asked, which officer has it, what both sides said; see models/asking.py for what is done."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, or_, select, true, update
from sqlmodel import Field, SQLModel

from models import addressee, duty
from models.activity import ACTIVITY
from models.card import Card
from models.database import Db, table_of
from models.member import MEMBER, is_administrator
from models.notice import NOTICE
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.place import PLACE
from models.refusal import Refusal
from models.still import still
from models.text import Text, as_said

KEPT = timedelta(days=365)
_SLICE = 1000


class Question(SQLModel, table=True):
    """Its key is its public number. `member_id` asked, `officer_id` has it, for `place_id`.

    `about` names what it replies to, as `broadcast:12`, and `title` is what that is called. `due` is when it
    climbs, while it is open; `changed` when something was said or done last.
    """

    id: int | None = Field(default=None, primary_key=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    officer_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    about: str | None = None
    title: str | None = None
    state: str
    at: datetime
    due: datetime | None = Field(default=None, index=True)
    climbed: int = 0
    changed: datetime = Field(index=True)


class QuestionLine(SQLModel, table=True):
    """What one of the two said; `officer` where it is an answer. Text with a phone number in it is sealed."""

    __tablename__ = "question_line"
    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="question.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    officer: bool
    text: str
    at: datetime


QUESTION, LINE = table_of(Question), table_of(QuestionLine)
_ASKER, _OFFICER = MEMBER.alias("asker"), MEMBER.alias("officer")
_HOME, _WORK = PLACE.alias("home"), PLACE.alias("work")
_ASKED = select(LINE.c.text).where(LINE.c.question_id == QUESTION.c.id, LINE.c.officer.is_(False)).limit(1)
_WHOLE = (
    select(
        QUESTION,
        _ASKER.c.name.label("asker"),
        _HOME.c.name.label("home"),
        _WORK.c.name.label("work"),
        _OFFICER.c.name.label("officer"),
        _ASKED.order_by(LINE.c.id).scalar_subquery().label("first"),
        _ASKED.order_by(LINE.c.id.desc()).scalar_subquery().label("newest"),
    )
    .outerjoin(_ASKER, _ASKER.c.id == QUESTION.c.member_id)
    .outerjoin(_HOME, _HOME.c.id == _ASKER.c.home_id)
    .outerjoin(_WORK, _WORK.c.id == _ASKER.c.work_id)
    .outerjoin(_OFFICER, _OFFICER.c.id == QUESTION.c.officer_id)
)
_BY_NUMBER = _WHOLE.where(QUESTION.c.id == bindparam("number"))
_IN_ORDER = _WHOLE.where(QUESTION.c.state == "open", QUESTION.c.id > bindparam("after")).order_by(
    QUESTION.c.id
)
_HIS = or_(
    QUESTION.c.officer_id == bindparam("officer"),
    QUESTION.c.place_id.in_(bindparam("places", expanding=True)),
    bindparam("everything", type_=true().type).is_(True),
)
_INBOX = _IN_ORDER.where(_HIS, QUESTION.c.member_id != bindparam("officer")).limit(bindparam("most"))
_WAITING = select(func.count()).where(
    QUESTION.c.state == "open", _HIS, QUESTION.c.member_id != bindparam("officer")
)
_OWN = (
    _WHOLE.where(QUESTION.c.member_id == bindparam("member"), QUESTION.c.state.in_(["open", "answered"]))
    .order_by(QUESTION.c.changed.desc(), QUESTION.c.id.desc())
    .limit(bindparam("most"))
)
_OVERDUE = (
    _WHOLE.where(QUESTION.c.state == "open", QUESTION.c.due <= bindparam("now"))
    .order_by(QUESTION.c.due, QUESTION.c.id)
    .limit(bindparam("most"))
)
_LOOKS_AFTER = select(ACTIVITY.c.id).where(
    ACTIVITY.c.code == bindparam("code"), ACTIVITY.c.contact_id == bindparam("member")
)
_ADDRESSED = (
    select(QUESTION.c.about)
    .where(QUESTION.c.officer_id == bindparam("member"), QUESTION.c.about.startswith("activity:"))
    .distinct()
)
_NEXT_DUE = select(func.min(QUESTION.c.due)).where(QUESTION.c.state == "open")
_LINES = select(LINE).where(LINE.c.question_id == bindparam("question")).order_by(LINE.c.id)
_OLD = (
    select(QUESTION.c.id)
    .where(QUESTION.c.changed < bindparam("limit"), QUESTION.c.state != "open")
    .limit(_SLICE)
)
# Nobody else's inbox is that long.
_MOST_OF_A_CONTACT = 100
_FORGET_LINES = delete(LINE).where(LINE.c.question_id.in_(bindparam("old", expanding=True)))
_FORGET = delete(QUESTION).where(QUESTION.c.id.in_(bindparam("old", expanding=True)))


# What is read.


def find(db: Db, number: int) -> Row[Any]:
    """The question with this public number, with the names of both sides. Raises Refusal."""
    found = db.row(_BY_NUMBER, number=number)
    if found is None or found.member_id is None:
        raise unknown()
    return found


def is_urgent(found: Row[Any]) -> bool:
    """Whether somebody answered an emergency notice by it: that is read also at night."""
    return (found.about or "").startswith("emergency:")


def lines(db: Db, number: int) -> list[Row[Any]]:
    """What both sides said, in order."""
    return list(db.rows(_LINES, question=number))


def inbox(db: Db, officer: int, after: int = 0, most: int = 5) -> list[Row[Any]]:
    """The open questions that an officer may answer, oldest first: his own, and those of his places."""
    if addressee.officer(db, officer) is None:
        return _as_contact(db, officer, after)[:most]
    return list(db.rows(_INBOX, after=after, most=most, **_scope(db, officer)))


def _as_contact(db: Db, member: int, after: int = 0) -> list[Row[Any]]:
    """What somebody who is no officer was asked as the contact of an activity, and still is."""
    if not addressed(db, member):
        return []
    own_ones = {"officer": member, "everything": False, "places": []}
    rows = db.rows(_INBOX, after=after, most=_MOST_OF_A_CONTACT, **own_ones)
    return [row for row in rows if may_answer(db, row, member)]


def addressed(db: Db, member: int) -> bool:
    """Whether he was asked anything as the contact of an activity, and still is its contact."""
    asked = (row.about.removeprefix("activity:") for row in db.rows(_ADDRESSED, member=member))
    return any(db.value(_LOOKS_AFTER, code=code, member=member) is not None for code in asked)


def waiting(db: Db, officer: int) -> int:
    """How many those are."""
    if addressee.officer(db, officer) is None:
        return len(_as_contact(db, officer))
    return int(db.value(_WAITING, **_scope(db, officer)))


def own(db: Db, asker: int, most: int = 5) -> list[Row[Any]]:
    """What somebody asked and is not closed, the newest first."""
    return list(db.rows(_OWN, member=asker, most=most))


def overdue(db: Db, now: datetime, most: int) -> list[Row[Any]]:
    return list(db.rows(_OVERDUE, now=now, most=most))


def next_due(db: Db) -> datetime | None:
    """When the next one climbs."""
    due: datetime | None = db.value(_NEXT_DUE)
    return due


def _scope(db: Db, officer: int) -> dict[str, Any]:
    everything = is_administrator(db, officer)
    return {
        "officer": officer,
        "everything": everything,
        "places": [] if everything else duty.everywhere(db, officer),
    }


# Who may.


def may_answer(db: Db, found: Row[Any], officer: int) -> bool:
    """Whether it is addressed to him, or to a place that he is staff of; nobody answers his own question.

    About an activity its contact is asked, who may be no officer.
    """
    if found.member_id == officer:
        return False
    if found.officer_id == officer and _looks_after(db, found, officer):
        return True
    if addressee.officer(db, officer) is None:
        return False
    if found.officer_id == officer or is_administrator(db, officer):
        return True
    return found.place_id is not None and duty.covers(db, officer, found.place_id)


def _looks_after(db: Db, found: Row[Any], officer: int) -> bool:
    code = (found.about or "").removeprefix("activity:")
    return code != found.about and db.value(_LOOKS_AFTER, code=code, member=officer) is not None


def check_officer(db: Db, found: Row[Any], officer: int) -> None:
    """Raises a Refusal that says who may."""
    if may_answer(db, found, officer):
        return
    if officer not in (found.member_id, found.officer_id) and found.officer:
        raise Refusal(
            "question.other", Text("请找{officer}，这个问题由{officer}回复。", officer=as_said(found.officer))
        )
    if found.officer_id == officer:
        raise Refusal("question.other", Text("请转告同事，这个问题现在不归您回复。"))
    raise Refusal("question.other", Text("请看看收件箱，这个问题不归您回复。"))


def check_asker(found: Row[Any], asker: int) -> None:
    if found.member_id != asker:
        raise unknown()


def unknown() -> Refusal:
    return Refusal("question.unknown", Text("没有找到这个问题，可能已经删除了。"))


# What is personal.


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what was answered or closed long ago; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - KEPT)]
    if old:
        db.run(_FORGET_LINES, old=old)
        db.run(_FORGET, old=old)
    return len(old) == _SLICE


def _erase(db: Db, rows: Rows, now: datetime) -> None:
    """Of what he asked nothing is left but that somebody did; what he had as an officer is due at once."""
    asked = select(QUESTION.c.id).where(rows.these, QUESTION.c.member_id == rows.member)
    for row in db.rows(asked):
        # What it said was told to officers, in whose messages it stands no longer.
        db.run(update(NOTICE).where(NOTICE.c.key.like(f"question {row.id} %")).values(cards=[_NOTHING_LEFT]))
    db.run(delete(LINE).where(LINE.c.question_id.in_(asked)))
    gone = {"state": "closed", "due": None, "changed": now, "about": None, "title": None}
    db.run(
        update(QUESTION).where(rows.these, QUESTION.c.member_id == rows.member).values(member_id=None, **gone)
    )
    his = and_(rows.these, QUESTION.c.officer_id == rows.member)
    db.run(update(QUESTION).where(his, QUESTION.c.state == "open").values(due=now))
    db.run(update(QUESTION).where(his).values(officer_id=None))


def _erase_lines(db: Db, rows: Rows, _now: datetime) -> None:
    """An answer stays with whom it was for, without the name of who gave it."""
    db.run(update(LINE).where(rows.these, LINE.c.officer).values(member_id=None))
    db.run(delete(LINE).where(rows.these, LINE.c.officer.is_(False)))


_NOTHING_LEFT = Card(as_said("…")).dump()
_STATES = Codes({"open": Text("等回复"), "answered": Text("已回复"), "closed": Text("已办结")})

personal(
    QUESTION,
    Text("转人工的问题"),
    whose=or_(QUESTION.c.member_id == OWNER, QUESTION.c.officer_id == OWNER),
    shows={
        "at": Text("时间"),
        "place_id": Text("地点"),
        "title": Text("回复的是"),
        "state": Shown(Text("状态"), _STATES),
        "changed": Text("最近一次"),
    },
    besides={"about": "the number of what the title names"},
    erase=_erase,
    kept=KEPT,
)
personal(
    LINE,
    Text("转人工时说的"),
    whose=LINE.c.member_id == OWNER,
    shows={"at": Text("时间"), "text": Text("您说的"), "officer": Text("以工作人员的身份")},
    erase=_erase_lines,
    kept=KEPT,
)


@still("question")
def _still_open(db: Db, number: int, _now: datetime) -> str | None:
    found = db.row(_BY_NUMBER, number=number)
    if found is None or found.member_id is None:
        return "who asked is gone"
    return None if found.state == "open" else "answered meanwhile"
