"""Who may know of a need and read what of it, and finding those that everybody may know of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, literal_column, or_, select

from models import addressee, checking, duty, follow, need, need_line
from models.checking import CHECK, Read
from models.database import Db
from models.follow import FOLLOW
from models.need import NEED
from models.need_line import LINE
from models.refusal import Refusal
from models.text import Text

Reader = Literal["reporter", "staff", "other"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a program asks for of the public ones; `statuses` are `open` and `closed`, both where none is said."""

    numbers: tuple[int, ...] | None = None
    categories: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    skip: int = 0
    most: int = 50


# States in which everybody may know of it.
_SECRET = ("draft", "withdrawn")
CLOSED = ("confirmed", "closed", "rejected", "duplicate", "withdrawn")
# The one condition by which a need is everybody's to know of: whoever lists needs asks it.
IS_PUBLIC = and_(
    NEED.c.visibility == literal_column("'public'"),
    NEED.c.kind == literal_column("'need'"),
    NEED.c.state.not_in(_SECRET),
)
_OWN = select(NEED).where(
    NEED.c.reporter_id == bindparam("member"), NEED.c.kind == "need", NEED.c.state != "draft"
)
_FOLLOWED = (
    select(NEED)
    .join(FOLLOW, FOLLOW.c.need_id == NEED.c.id)
    .where(FOLLOW.c.member_id == bindparam("member"), IS_PUBLIC)
    .where(or_(NEED.c.reporter_id.is_(None), NEED.c.reporter_id != bindparam("member")))
)
_NEWEST = (NEED.c.changed.desc(), NEED.c.id.desc())
_SAID = select(LINE.c.need_id, LINE.c.text).where(LINE.c.need_id.in_(bindparam("needs", expanding=True)))


def is_public(one: Row[Any]) -> bool:
    """The same as IS_PUBLIC, of one need."""
    return one.visibility == "public" and one.kind == "need" and one.state not in _SECRET


def reader(db: Db, one: Row[Any], member: int) -> Reader | None:
    """As whom somebody reads it; None who may not know that it is there. Plans and consultations are read elsewhere."""
    if one.kind != "need":
        return None
    if one.reporter_id == member:
        return "reporter"
    if _is_staff(db, one, member):
        return "staff"
    return "other" if is_public(one) else None


def _is_staff(db: Db, one: Row[Any], member: int) -> bool:
    """Who only plays it in the demo reads what everybody does."""
    if duty.plays(db, member) or one.state == "draft":
        return False
    if one.officer_id == member:
        return True
    if one.place_id is None:
        return bool(duty.places(db, member))
    return duty.covers(db, member, one.place_id)


def find(db: Db, number: int, member: int) -> tuple[Row[Any], Reader]:
    """A need that this member may know of. Raises Refusal, the same for what is not there and for what is not his."""
    one = need.find(db, number)
    known = reader(db, one, member) if one is not None else None
    if one is None or known is None:
        raise unknown(number)
    return one, known


def unknown(number: int) -> Refusal:
    text = Text("请再看看编号，没有找到需{number}。发“我的诉求”，能看到您自己的。", number=number)
    return Refusal("need.unknown", text)


def officer(db: Db, one: Row[Any], but: int | None = None) -> int | None:
    """Who has it; where nobody has it yet, who is nearest to its place. Never the reporter himself where there is another."""
    if one.officer_id is not None and one.officer_id != but:
        return int(one.officer_id)
    found = addressee.nearest(db, (one.place_id,), {but} if but is not None else set())
    return found.id if found else None


def chief(db: Db, one: Row[Any], but: int | None = None) -> int | None:
    """Who stands above the officer who has it; None where nobody does."""
    has = officer(db, one, but)
    found = addressee.next_up(db, one.place_id, has, {each for each in (has, but) if each is not None})
    return found.id if found else None


def lines(db: Db, one: Row[Any], member: int) -> list[tuple[Row[Any], Read]]:
    """What this member may read of what was said of it: each line with its words and its photo.

    Staff read everything, the reporter his own and what was answered, others what passed the check.
    """
    known = reader(db, one, member)
    found = []
    for line in need_line.of(db, one.id):
        own = line.member_id == member and line.kind != "note"
        if known == "staff" or own or (known == "reporter" and line.kind == "answer"):
            found.append((line, Read(line.text, line.photo_id)))
        elif known is not None and line.kind != "note" and (read := _passed(db, line)):
            found.append((line, read))
    return found


def _passed(db: Db, line: Row[Any]) -> Read | None:
    """Staff's own lines pass without having been entered."""
    if line.checked != "passed":
        return None
    looked = checking.of(db, need_line.SUBJECT, line.id)
    return checking.may_be_read(db, need_line.SUBJECT, line.id) if looked else Read(line.text, line.photo_id)


def spot(db: Db, one: Row[Any]) -> str | None:
    """Where in the place, in the reporter's words: everybody's once the report passed."""
    for line in need_line.of(db, one.id):
        if line.kind == "report" and line.checked == "passed":
            looked = checking.of(db, need_line.SUBJECT, line.id)
            # What staff wrote instead says as much as others are to read.
            return None if looked is not None and looked.shown else str(one.spot or "") or None
    return None


def words(db: Db, one: Row[Any]) -> str | None:
    """The report as everybody may read it; None before it passed."""
    for line in need_line.of(db, one.id):
        if line.kind == "report" and (read := _passed(db, line)) and read.words:
            return read.words
    return None


def own(db: Db, member: int) -> list[Row[Any]]:
    """What somebody reported, the newest first."""
    return list(db.rows(_OWN.order_by(*_NEWEST), member=member))


def followed(db: Db, member: int) -> list[Row[Any]]:
    """What others reported, he follows, and is still everybody's."""
    return list(db.rows(_FOLLOWED.order_by(*_NEWEST), member=member))


def said(db: Db, needs: Collection[int]) -> dict[int, list[str]]:
    """All words of these needs, unread by whom: for finding one's own."""
    found: dict[int, list[str]] = {}
    for row in db.rows(_SAID, needs=list(needs)):
        found.setdefault(row.need_id, []).append(row.text or "")
    return found


def follows(db: Db, one: Row[Any], member: int) -> bool:
    return follow.follows(db, member, need=one.id)


def supporters(db: Db, one: Row[Any]) -> int:
    return follow.count(db, need=one.id)


def search(
    db: Db,
    *,
    places: Sequence[int] | None = None,
    categories: Sequence[str] = (),
    words: Sequence[str] = (),
    states: Sequence[str] = (),
    since: datetime | None = None,
    most: int = 10,
    skip: int = 0,
) -> tuple[list[Row[Any]], int]:
    """The public ones, the newest first, and how many there are; by words in what everybody may read of them."""
    wanted: list[ColumnElement[bool]] = [IS_PUBLIC]
    if places is not None:
        wanted.append(NEED.c.place_id.in_(places))
    either: list[ColumnElement[bool]] = []
    if categories:
        either.append(NEED.c.category.in_(categories))
    for word in words:
        # Words that staff left out are not found either.
        passed = select(CHECK.c.id).where(
            CHECK.c.need_id == NEED.c.id,
            CHECK.c.state == "passed",
            func.coalesce(CHECK.c.shown, CHECK.c.words).contains(word, autoescape=True),
        )
        either.append(or_(NEED.c.title.contains(word, autoescape=True), passed.exists()))
    if either:
        wanted.append(or_(*either))
    if states:
        wanted.append(NEED.c.state.in_(states))
    if since is not None:
        wanted.append(NEED.c.at >= since)
    count = int(db.value(select(func.count()).where(*wanted)))
    found = db.rows(select(NEED).where(*wanted).order_by(NEED.c.id.desc()).limit(most).offset(skip))
    return list(found), count


def asked(db: Db, by: Asked) -> list[Row[Any]]:
    """The public ones that a program asks for, the newest first."""
    wanted: list[ColumnElement[bool]] = [IS_PUBLIC]
    if by.numbers is not None:
        wanted.append(NEED.c.id.in_(by.numbers))
    if by.categories:
        wanted.append(NEED.c.category.in_(by.categories))
    if len(set(by.statuses)) == 1:
        over = NEED.c.state.in_(CLOSED)
        wanted.append(over if by.statuses[0] == "closed" else ~over)
    if by.since is not None:
        wanted.append(NEED.c.at >= by.since)
    if by.until is not None:
        wanted.append(NEED.c.at <= by.until)
    statement = select(NEED).where(*wanted).order_by(NEED.c.id.desc()).limit(by.most).offset(by.skip)
    return list(db.rows(statement))
