"""Consultations: what somebody asks a provider of professional services, which these two alone read."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select

from models import need, need_line, phone
from models.database import Db
from models.handling_due import NOTHING
from models.member import MEMBER, ROLE
from models.need import NEED
from models.need_line import LINE
from models.organization import ORGANIZATION
from models.refusal import Refusal
from models.text import Text
from models.vault import Vault

KIND = "consultation"
MOST_OPEN = 5
_OPEN = ("new", "triaged", "reopened")
_ENDED = ("confirmed", "closed", "withdrawn")
_STANDS_FOR = select(ROLE.c.organization_id, ROLE.c.played).where(
    ROLE.c.member_id == bindparam("member"),
    ROLE.c.kind == "representative",
    ROLE.c.organization_id.is_not(None),
)
_REPRESENTATIVES = (
    select(ROLE.c.member_id)
    .where(
        ROLE.c.kind == "representative",
        ROLE.c.organization_id == bindparam("organization"),
        ~ROLE.c.played,
    )
    .order_by(ROLE.c.id)
)
_HAS_SOMEBODY = (
    select(ROLE.c.id)
    .where(ROLE.c.kind == "representative", ~ROLE.c.played, ROLE.c.organization_id == ORGANIZATION.c.id)
    .exists()
)
_PROVIDERS = (
    select(ORGANIZATION.c.id, ORGANIZATION.c.name, ORGANIZATION.c.consults)
    .where(ORGANIZATION.c.consults.is_not(None), _HAS_SOMEBODY)
    .order_by(ORGANIZATION.c.id)
)
_ALL = (
    select(
        *(
            NEED.c[name]
            for name in ("id", "state", "reporter_id", "unit_id", "due", "reopened", "at", "changed", "title")
        ),
        *(MEMBER.c.name.label("asker"), ORGANIZATION.c.name.label("provider")),
        ORGANIZATION.c.place_id.label("office"),
    )
    .join(ORGANIZATION, ORGANIZATION.c.id == NEED.c.unit_id)
    .outerjoin(MEMBER, MEMBER.c.id == NEED.c.reporter_id)
    .where(NEED.c.kind == KIND)
)
_FIND = _ALL.where(NEED.c.id == bindparam("number"))
_OWN = (
    _ALL.where(NEED.c.reporter_id == bindparam("member")).order_by(NEED.c.id.desc()).limit(bindparam("most"))
)
_TO_ANSWER = (
    _ALL.where(
        NEED.c.unit_id.in_(bindparam("providers", expanding=True)),
        NEED.c.state.not_in(_ENDED),
    )
    .order_by(case((NEED.c.state == "answered", 1), else_=0), NEED.c.due, NEED.c.id)
    .limit(bindparam("most"))
)
_WAITING = select(NEED.c.id).where(
    NEED.c.kind == KIND, NEED.c.reporter_id == bindparam("member"), NEED.c.state.in_(_OPEN)
)
_LINES = (
    select(LINE.c.kind, LINE.c.text, LINE.c.at)
    .where(LINE.c.need_id == bindparam("number"))
    .order_by(LINE.c.id)
)
_COUNTS = (
    select(
        ORGANIZATION.c.name,
        func.count().label("asked"),
        func.sum(case((NEED.c.state.in_(_OPEN), 1), else_=0)).label("waiting"),
        func.sum(case((NEED.c.state.in_(_OPEN) & (NEED.c.due < bindparam("now")), 1), else_=0)).label("late"),
    )
    .join(ORGANIZATION, ORGANIZATION.c.id == NEED.c.unit_id)
    .where(NEED.c.kind == KIND, NEED.c.at >= bindparam("since"))
    .group_by(ORGANIZATION.c.id, ORGANIZATION.c.name)
    .order_by(ORGANIZATION.c.id)
)
_LATE = select(func.count()).where(
    NEED.c.kind == KIND,
    NEED.c.unit_id == bindparam("provider"),
    NEED.c.state.in_(_OPEN),
    NEED.c.due <= bindparam("now"),
)
# Who stands over the providers reads how many there were in this time, and nothing else of them.
COUNTED = timedelta(days=366)


def providers(db: Db) -> list[Row[Any]]:
    """Who answers (id, name, consults), those with nobody to read it left out."""
    return list(db.rows(_PROVIDERS))


def stands_for(db: Db, member: int, *, played: bool = False) -> set[int]:
    """The organizations that somebody represents; `played`: a visitor of the demo too."""
    return {row.organization_id for row in db.rows(_STANDS_FOR, member=member) if played or not row.played}


def representatives(db: Db, provider: int) -> list[int]:
    return [row.member_id for row in db.rows(_REPRESENTATIVES, organization=provider)]


def ask(
    db: Db, vault: Vault, asker: int, provider: int, field: str, words: str, due: datetime, now: datetime
) -> int:
    """A new one; gives its number. Raises Refusal. Telling the provider is the caller's."""
    if len(db.rows(_WAITING, member=asker)) >= MOST_OPEN:
        raise Refusal(
            "consultation.many", Text("请等一等答复，您已经有{count}个咨询在等了。", count=MOST_OPEN)
        )
    number = need.enter(
        db,
        now,
        asker,
        kind=KIND,
        title=field,
        reporter_id=asker,
        unit_id=provider,
        visibility="private",
        due=due,
        climbs=due,
    )
    _say(db, vault, number, asker, "report", words, now)
    need.go(db, find(db, number), "new", asker, now, sent="sent")
    return number


def find(db: Db, number: int) -> Row[Any]:
    """Raises a Refusal where there is none."""
    row = db.row(_FIND, number=number)
    if row is None:
        raise unknown()
    return row


def check(db: Db, one: Row[Any], member: int) -> bool:
    """Whether it is the provider who reads it; False of who asked. Raises a Refusal to everybody else, who learns nothing.

    Staff and administrators are everybody else too, and so is who only plays the provider in the demo.
    """
    if one.reporter_id == member:
        return False
    if one.unit_id in stands_for(db, member):
        return True
    raise unknown()


def unknown() -> Refusal:
    return Refusal("consultation.unknown", Text("没有找到这个咨询，请发“我的咨询”看看。"))


def own(db: Db, member: int, most: int) -> list[Row[Any]]:
    return list(db.rows(_OWN, member=member, most=most))


def to_answer(db: Db, providers: Collection[int], most: int) -> list[Row[Any]]:
    """What was asked of these providers and has not ended, what waits for an answer first."""
    return list(db.rows(_TO_ANSWER, providers=list(providers), most=most))


def lines(db: Db, vault: Vault, number: int) -> list[tuple[bool, str, datetime]]:
    """The thread, oldest first: whether the provider said it, the words, and when."""
    rows = db.rows(_LINES, number=number)
    return [(row.kind == "answer", str(phone.open_in(row.text, vault)), row.at) for row in rows if row.text]


def is_waiting(one: Row[Any]) -> bool:
    """Whether the provider owes an answer."""
    return one.state in _OPEN


def answer(
    db: Db, vault: Vault, one: Row[Any], member: int, words: str, now: datetime, forgotten: datetime
) -> None:
    """The provider's words; he may say more than once. Where nobody says more until `forgotten`, it ends. Raises Refusal."""
    check_open(one)
    if one.state == "reopened":
        _go(db, one, "triaged", member, now)
        one = find(db, one.id)
    if one.state != "answered":
        _go(db, one, "answered", member, now, due=None, climbs=forgotten, climbed=0, sent="acknowledged")
    _say(db, vault, one.id, member, "answer", words, now)


def ask_again(db: Db, vault: Vault, one: Row[Any], words: str, due: datetime, now: datetime) -> None:
    """Who asked says more; what was answered waits again. Raises Refusal."""
    check_open(one)
    if one.state == "answered":
        times = {"due": due, "climbs": due, "climbed": 0, "reopened": one.reopened + 1}
        _go(db, one, "reopened", one.reporter_id, now, reason="asked again", **times)
    _say(db, vault, one.id, one.reporter_id, "addition", words, now)


def end(db: Db, one: Row[Any], member: int, now: datetime) -> None:
    """Nothing more is owed: said by either of the two. Raises Refusal."""
    check_open(one)
    if one.state == "new":
        # The provider cannot do away with what he has not answered.
        if one.reporter_id != member:
            raise Refusal("consultation.first", Text("请先答复，对方还在等。"))
        _go(db, one, "withdrawn", member, now, **NOTHING)
        return
    if one.state in ("triaged", "answered", "reopened"):
        if one.reporter_id != member and one.state != "answered":
            raise Refusal("consultation.first", Text("请先答复，对方还在等。"))
        if one.state == "triaged":
            _go(db, one, "withdrawn", member, now, **NOTHING)
        else:
            _go(db, one, "closed", member, now, outcome="solved", **NOTHING)


def check_open(one: Row[Any]) -> None:
    if one.state in _ENDED:
        raise Refusal("consultation.ended", Text("请重新问一个，这个咨询已经结束了。"))


def late(db: Db, provider: int, now: datetime) -> int:
    """How many this provider did not answer in time."""
    return int(db.value(_LATE, provider=provider, now=now))


def counts(db: Db, now: datetime) -> list[Row[Any]]:
    """How many each provider was asked (name, asked, waiting, late)."""
    return list(db.rows(_COUNTS, now=now, since=now - COUNTED))


def _go(db: Db, one: Row[Any], after: str, actor: int, now: datetime, **values: Any) -> None:
    if not need.go(db, one, after, actor, now, **values):
        raise Refusal("consultation.raced", Text("请再看一遍，刚才有人也回了这个咨询。"))


def _say(db: Db, vault: Vault, number: int, who: int, kind: str, words: str, now: datetime) -> None:
    need_line.add(db, number, who, kind, now, words=phone.seal_in(words, vault), checked="withheld")
