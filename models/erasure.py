"""Erasing a member: what is theirs goes, what others count on stays without a name, and no pack brings them back."""

import hashlib
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlmodel import Field, SQLModel

from models import personal
from models.database import Db, table_of
from models.delivery import DELIVERY
from models.member import ADDRESS, MEMBER, ROLE
from models.notice import NOTICE
from models.refusal import Refusal
from models.text import Text


class Erasure(SQLModel, table=True):
    """`digest` is of the member's id in a pack, or of an address of theirs: who knows one is told that it was
    erased, and the row itself names nobody.
    """

    digest: str = Field(primary_key=True)
    at: datetime


ERASURE = table_of(Erasure)
_REMEMBER = insert(ERASURE)
_DIGESTS = select(ERASURE.c.digest)
_HANDLES = select(ADDRESS.c.id, ADDRESS.c.channel, ADDRESS.c.key).where(
    ADDRESS.c.member_id == bindparam("member")
)
_TOLD = select(DELIVERY.c.notice_id).where(DELIVERY.c.address_id == bindparam("address"))
_FORGET_NOTICES = delete(NOTICE).where(
    NOTICE.c.id.in_(bindparam("told", expanding=True)),
    ~select(DELIVERY.c.id).where(DELIVERY.c.notice_id == NOTICE.c.id).exists(),
)
_CODE = select(MEMBER.c.code).where(MEMBER.c.id == bindparam("member"))
# Whoever writes from another address of theirs is done first, or comes after it as a newcomer.
_LOCK = (
    select(ADDRESS.c.id)
    .where(ADDRESS.c.member_id == bindparam("member"))
    .order_by(ADDRESS.c.id)
    .with_for_update()
)
_LOCK_ADDRESS = select(ADDRESS.c.id).where(ADDRESS.c.id == bindparam("address")).with_for_update()
# Of two last administrators who go at once, the second sees that the first is gone.
_ADMINISTRATORS = (
    select(ROLE.c.member_id).where(ROLE.c.kind == "administrator").order_by(ROLE.c.id).with_for_update()
)


def check(db: Db, member: int) -> None:
    """Whether this member may go now. Raises Refusal."""
    administrators = {row.member_id for row in db.rows(_ADMINISTRATORS)}
    if administrators == {member}:
        sentence = Text(
            "请先定下另一位管理员，再来删除。您是这个社区唯一的管理员，现在删了，就没有人能管理它。"
        )
        raise Refusal("erasure.administrator", sentence)


def erase(db: Db, member: int, now: datetime) -> None:
    """Erases this member as each table declares it. Raises Refusal."""
    db.rows(_LOCK, member=member)
    check(db, member)
    known_by = _known_by(db, member)
    # All rows are found before the first goes, since they lead to each other.
    found = [(each, personal.rows(db, each, member)) for each in personal.declared()]
    for each, rows in reversed(found):
        if rows is not None:
            each.erase(db, rows, now)
    for known in known_by - digests(db):
        db.run(_REMEMBER, digest=known, at=now)


def leave(db: Db, address: int, member: int, now: datetime) -> None:
    """Forgets whoever left this address: the member, or, who is reached elsewhere too, all of this address.

    Raises Refusal where the community cannot do without this member.
    """
    others = [row for row in db.rows(_HANDLES, member=member) if row.id != address]
    if not others:
        erase(db, member, now)
        return
    forget_address(db, address)


def forget_address(db: Db, address: int) -> None:
    """Deletes an address and everything that was said and told there; whoever writes from there is a newcomer."""
    # Who is writing from there just now is done first.
    db.rows(_LOCK_ADDRESS, address=address)
    told = [row.notice_id for row in db.rows(_TOLD, address=address)]
    for table in reversed(SQLModel.metadata.sorted_tables):
        for column in table.columns:
            if any(key.column is ADDRESS.c.id for key in column.foreign_keys):
                db.run(delete(table).where(column == bindparam("address")), address=address)
    db.run(_FORGET_NOTICES, told=told)
    db.run(delete(ADDRESS).where(ADDRESS.c.id == bindparam("address")), address=address)


def _known_by(db: Db, member: int) -> set[str]:
    """By what a pack could bring this member back: id and handles. Whom no pack knows nothing is kept of."""
    code = db.value(_CODE, member=member)
    if code is None:
        return set()
    handles = {f"{row.channel}:{row.key}" for row in db.rows(_HANDLES, member=member)}
    return {digest("member", code), *(digest("handle", each) for each in handles)}


def is_listed(db: Db, member: int) -> bool:
    """Whether a pack brought this member, so that an old one could do so again."""
    return db.value(_CODE, member=member) is not None


def digest(section: str, code: str) -> str:
    """What is kept of an id in a pack: it can be compared, and not be read."""
    return hashlib.sha256(f"{section}:{code}".encode()).hexdigest()


def digests(db: Db) -> set[str]:
    """The digests of everybody who was erased."""
    return {row.digest for row in db.rows(_DIGESTS)}


personal.impersonal(
    ERASURE, "digests of ids and handles in packs; kept for good, since an old pack may come at any time"
)
