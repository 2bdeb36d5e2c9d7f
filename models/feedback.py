"""What those who came say of an activity: three taps, each of which counts by itself, and their own words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Row, bindparam, func, insert, or_, select, update
from sqlmodel import Field, SQLModel

from models.activity import ACTIVITY
from models.database import Db, table_of
from models.member import MEMBER
from models.personal import OWNER, Codes, Shown, clear, personal
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.text import Prose, Text
from models.visit import VISIT

# So long after the end it may be given, and changed.
OPEN_FOR = timedelta(days=7)
# Of fewer answers no average is told: it would tell who said what.
FEWEST = 5
STARS = range(1, 6)


class Feedback(SQLModel, table=True):
    """Asked of one registration, and answered as far as it goes: `stars` 1 to 5, whether he comes `again`, what could
    be `better`, and his own `words`, with his name beside them only where he wants it.
    """

    __table_args__ = (CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),)
    id: int | None = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", unique=True)
    activity_id: int = Field(foreign_key="activity.id", index=True)
    # Nobody where he was erased after it: what the average is made of stays.
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    asked: datetime
    stars: int | None = None
    again: str | None = None
    better: str | None = None
    words: str | None = None
    named: bool = False
    at: datetime | None = None


FEEDBACK = table_of(Feedback)


@dataclass(frozen=True, slots=True)
class Figures:
    """What all together said. Of fewer than FEWEST answers nothing but that they are so few."""

    answers: int
    average: float | None = None
    again: int | None = None
    better: tuple[tuple[str, int], ...] = ()


_INSERT = insert(FEEDBACK)
_ASKED = (
    select(FEEDBACK, ACTIVITY.c.number, ACTIVITY.c.code, ACTIVITY.c.title, ACTIVITY.c.ends)
    .join(ACTIVITY, ACTIVITY.c.id == FEEDBACK.c.activity_id)
    .where(FEEDBACK.c.member_id == bindparam("member"))
)
_ONE = _ASKED.where(FEEDBACK.c.id == bindparam("number"))
_NEWEST = (
    _ASKED.where(ACTIVITY.c.ends > bindparam("limit"))
    .order_by(FEEDBACK.c.asked.desc(), FEEDBACK.c.id.desc())
    .limit(1)
)
_VISITED = select(VISIT.c.id).where(VISIT.c.registration_id == REGISTRATION.c.id, VISIT.c.undone.is_(None))
# For queries of registrations: where staff have said who came, their word is as good as a check-in.
CAME = or_(_VISITED.exists(), REGISTRATION.c.outcome == "attended")
_CAME = (
    select(FEEDBACK.c.id)
    .join(REGISTRATION, REGISTRATION.c.id == FEEDBACK.c.registration_id)
    .where(FEEDBACK.c.id == bindparam("number"), CAME)
)
_HERE = FEEDBACK.c.activity_id == bindparam("activity")
_FIGURES = select(
    func.count(FEEDBACK.c.stars).label("answers"),
    func.sum(FEEDBACK.c.stars).label("stars"),
    func.count().filter(FEEDBACK.c.again == "yes").label("again"),
).where(_HERE)
_BETTER = (
    select(FEEDBACK.c.better, func.count().label("many"))
    .where(_HERE, FEEDBACK.c.better.is_not(None))
    .group_by(FEEDBACK.c.better)
    .order_by(func.count().desc(), FEEDBACK.c.better)
)
# In an order that tells nothing of when each was written.
_WORDS = (
    select(FEEDBACK.c.words, FEEDBACK.c.named, MEMBER.c.name)
    .outerjoin(MEMBER, MEMBER.c.id == FEEDBACK.c.member_id)
    .where(_HERE, FEEDBACK.c.words.is_not(None))
    .order_by(func.length(FEEDBACK.c.words), FEEDBACK.c.words)
)


def ask(db: Db, one: Row[Any], now: datetime) -> int:
    """Somebody who came is asked: a registration (id, activity_id, member_id). Gives the key, which buttons carry."""
    return db.insert(
        _INSERT,
        registration_id=one.id,
        activity_id=one.activity_id,
        member_id=one.member_id,
        asked=now,
        named=False,
    )


def is_asked(db: Db, number: int) -> bool:
    """Whether it still makes sense to ask: who was taken for somebody else has not come."""
    return db.value(_CAME, number=number) is not None


def find(db: Db, member: int, number: int, now: datetime) -> Row[Any]:
    """What this member was asked, with number, code, title and ends of the activity. Raises Refusal."""
    row = db.row(_ONE, member=member, number=number)
    if row is None:
        raise Refusal("feedback.unknown", Text("请在活动结束后点我们发的评价，没有找到这一份。"))
    if now >= row.ends + OPEN_FOR:
        title = Prose(row.title)
        sentence = Text("请直接联系主办方，「{title}」的评价七天后就收好了。", title=title)
        raise Refusal("feedback.closed", sentence, f"activity:{row.code}")
    return row


def newest(db: Db, member: int, now: datetime) -> Row[Any] | None:
    """The newest that he was asked and may still answer."""
    return db.row(_NEWEST, member=member, limit=now - OPEN_FOR)


def answer(db: Db, one: Row[Any], now: datetime, **said: Any) -> None:
    """Stores one part of it (stars, again, better, words, named), in place of what was said before.

    In `words` what holds a phone number is sealed, by `phone.seal_in`.
    """
    db.run(update(FEEDBACK).where(FEEDBACK.c.id == one.id).values(**said, at=now))


def figures(db: Db, activity: int) -> Figures:
    """What all together said of an activity."""
    row = db.row(_FIGURES, activity=activity)
    assert row is not None
    if row.answers < FEWEST:
        return Figures(row.answers)
    better = tuple((each.better, each.many) for each in db.rows(_BETTER, activity=activity))
    return Figures(row.answers, row.stars / row.answers, row.again, better)


def words(db: Db, activity: int) -> list[tuple[str, str | None]]:
    """Their own words, for the staff of the place alone, each with the name of who wanted it there."""
    return [(row.words, row.name if row.named else None) for row in db.rows(_WORDS, activity=activity)]


AGAIN = Codes({"yes": Text("会来"), "maybe": Text("看时间"), "no": Text("不来了")})
BETTER = Codes(
    {
        "time": Text("时间"),
        "place": Text("场地"),
        "content": Text("内容"),
        "order": Text("现场安排"),
        "nothing": Text("都挺好"),
    }
)
personal(
    FEEDBACK,
    Text("您的评价"),
    whose=FEEDBACK.c.member_id == OWNER,
    shows={
        "activity_id": Text("活动"),
        "asked": Text("什么时候问的"),
        "stars": Text("几分"),
        "again": Shown(Text("还会来"), AGAIN),
        "better": Shown(Text("哪里可以更好"), BETTER),
        "words": Text("您写的"),
        "named": Text("带名字"),
        "at": Text("时间"),
    },
    besides={"registration_id": "the registration is shown by itself"},
    erase=clear(member_id=None, words=None, named=False),
    kept="as long as the activity is: what came of it is its history",
)
