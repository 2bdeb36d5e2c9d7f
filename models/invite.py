"""One-time codes that bind an account to a member: given to staff, or by somebody to his own other account."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, and_, bindparam, delete, insert, or_, select, update
from sqlmodel import Field, SQLModel

from models import change
from models.database import Db, table_of
from models.member import MEMBER, ROLE
from models.organization import ORGANIZATION
from models.personal import OWNER, Codes, Rows, Shown, clear, personal
from models.place import PLACE
from models.text import Text
from models.vault import Vault

Purpose = Literal["staff", "joining", "group"]
VALID: dict[Purpose, timedelta] = {
    "staff": timedelta(hours=24),
    "joining": timedelta(minutes=15),
    "group": timedelta(hours=24),
}
# Nine digits, the first of which is no zero, so that a code is a number like any other.
_LEAST, _MOST = 100_000_000, 999_999_999
# So many wrong codes within this time, and none of that member's is heard for as long again.
MOST_WRONG = 5
# So many of everybody together, and no code is heard of anybody: members cost nothing, so that one who guesses
# would else be as many as he likes.
MOST_WRONG_OF_ALL = 50
LOCKED = timedelta(minutes=15)
KEPT = timedelta(days=30)
_SLICE = 1000


class Invite(SQLModel, table=True):
    """A code that was given, of which only the digest is kept. With `made_by_id` None it came from the command line.

    One for a group binds that to `place_id`, and `member_id` is whose code it is.
    """

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    purpose: str
    member_id: int = Field(foreign_key="member.id", index=True)
    made_by_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    place_id: int | None = Field(default=None, foreign_key="place.id")
    made: datetime
    expires: datetime = Field(index=True)
    used: datetime | None = None
    revoked: datetime | None = None


class WrongCode(SQLModel, table=True):
    """That somebody said a code that is none, or none any more; which one is not kept."""

    id: int | None = Field(default=None, primary_key=True)
    # Nobody's where he was erased after it: it counts among all that were wrong.
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime = Field(index=True)


INVITE, WRONG_CODE = table_of(Invite), table_of(WrongCode)


@dataclass(frozen=True, slots=True)
class Made:
    """A code as it is shown, this once and never again."""

    id: int
    code: int
    expires: datetime

    @property
    def says(self) -> str:
        """The sentence of a link or a QR code."""
        return f"join {self.code}"

    def __str__(self) -> str:
        """`123 456 789`."""
        return f"{self.code:,}".replace(",", " ")


_OPEN = and_(INVITE.c.used.is_(None), INVITE.c.revoked.is_(None), INVITE.c.expires > bindparam("now"))
# The codes of a member are written by one at a time; others may refer to him meanwhile.
_LOCK = select(MEMBER.c.id).where(MEMBER.c.id == bindparam("member")).with_for_update(key_share=True)
_BY_DIGEST = select(INVITE).where(INVITE.c.digest == bindparam("found_by"))
_BY_ID = select(INVITE).where(INVITE.c.id == bindparam("invite"))
_INSERT = insert(INVITE)
_USE = update(INVITE).where(INVITE.c.id == bindparam("invite"), _OPEN).values(used=bindparam("now"))
_REVOKE = (
    update(INVITE)
    .where(INVITE.c.member_id == bindparam("member"), INVITE.c.purpose == bindparam("sort"), _OPEN)
    .values(revoked=bindparam("now"))
)
_OPEN_ONES = (
    select(INVITE.c.id, INVITE.c.member_id, INVITE.c.expires, MEMBER.c.name)
    .join(MEMBER, MEMBER.c.id == INVITE.c.member_id)
    .where(_OPEN, INVITE.c.purpose == "staff")
    .order_by(INVITE.c.id)
)
_MISS = insert(WRONG_CODE)
_MISSES = (
    select(WRONG_CODE.c.at)
    .where(WRONG_CODE.c.member_id == bindparam("member"))
    .order_by(WRONG_CODE.c.id.desc())
    .limit(MOST_WRONG)
)
_MISSES_OF_ALL = (
    select(WRONG_CODE.c.at)
    .where(WRONG_CODE.c.at > bindparam("since"))
    .order_by(WRONG_CODE.c.at.desc())
    .limit(MOST_WRONG_OF_ALL)
)
_INVITABLE = select(MEMBER.c.id, MEMBER.c.code, MEMBER.c.name).where(MEMBER.c.code.is_not(None))
_ROLES = (
    select(ROLE.c.kind, PLACE.c.name.label("place"), ORGANIZATION.c.name.label("organization"))
    .outerjoin(PLACE, PLACE.c.id == ROLE.c.place_id)
    .outerjoin(ORGANIZATION, ORGANIZATION.c.id == ROLE.c.organization_id)
    .where(ROLE.c.member_id == bindparam("member"))
    .order_by(ROLE.c.id)
)
_OLD = select(INVITE.c.id).where(INVITE.c.expires < bindparam("limit")).limit(_SLICE)
_FORGET = delete(INVITE).where(INVITE.c.id.in_(bindparam("old", expanding=True)))
_OLD_MISSES = select(WRONG_CODE.c.id).where(WRONG_CODE.c.at < bindparam("limit")).limit(_SLICE)
_FORGET_MISSES = delete(WRONG_CODE).where(WRONG_CODE.c.id.in_(bindparam("old", expanding=True)))


def make(
    db: Db,
    vault: Vault,
    member: int,
    by: int | None,
    purpose: Purpose,
    now: datetime,
    place: int | None = None,
) -> Made:
    """A new code for this member; an older one of the same purpose that nobody used is void."""
    db.row(_LOCK, member=member)
    revoke(db, member, by, purpose, now)
    code = _new_code(db, vault)
    expires = now + VALID[purpose]
    key = db.insert(
        _INSERT,
        digest=_digest(vault, code),
        purpose=purpose,
        member_id=member,
        made_by_id=by,
        place_id=place,
        made=now,
        expires=expires,
    )
    if purpose == "staff":
        change.record(db, "member", member, None, "invited", by, now)
    return Made(key, code, expires)


def _new_code(db: Db, vault: Vault) -> int:
    while True:
        code = _LEAST + secrets.randbelow(_MOST - _LEAST + 1)
        if db.row(_BY_DIGEST, found_by=_digest(vault, code)) is None:
            return code


def _digest(vault: Vault, code: int) -> str:
    return vault.digest(f"invite {code}")


def revoke(db: Db, member: int, by: int | None, purpose: Purpose, now: datetime) -> int:
    """No code that was given for this member is of use any more; gives how many there were."""
    count = db.run(_REVOKE, member=member, sort=purpose, now=now)
    if count and purpose == "staff":
        change.record(db, "member", member, "invited", "invite revoked", by, now)
    return count


def find(db: Db, vault: Vault, code: int) -> Row[Any] | None:
    """What was given with this code, also where it is void."""
    return db.row(_BY_DIGEST, found_by=_digest(vault, code))


def get(db: Db, invite: int) -> Row[Any] | None:
    return db.row(_BY_ID, invite=invite)


def is_open(found: Row[Any], now: datetime) -> bool:
    return found.used is None and found.revoked is None and now < found.expires


def use(db: Db, invite: int, now: datetime) -> bool:
    """Of many who say a code at once, one has it: False for the others."""
    return db.claim(_USE, invite=invite, now=now)


def miss(db: Db, member: int, now: datetime) -> int:
    """Somebody said a code that is none; gives how many more he may say before he has to wait."""
    db.run(_MISS, member_id=member, at=now)
    recent = [row.at for row in db.rows(_MISSES, member=member) if row.at > now - LOCKED]
    return MOST_WRONG - len(recent)


def locked_until(db: Db, member: int, now: datetime) -> datetime | None:
    """Until when no code of this member is heard, or of anybody; None where he may say one."""
    # Of his tries from several addresses at once each sees the ones before.
    db.row(_LOCK, member=member)
    of_all = [row.at for row in db.rows(_MISSES_OF_ALL, since=now - LOCKED)]
    if len(of_all) == MOST_WRONG_OF_ALL:
        until: datetime = of_all[-1] + LOCKED
        return max(until, _locked_by_own(db, member, now) or now)
    return _locked_by_own(db, member, now)


def _locked_by_own(db: Db, member: int, now: datetime) -> datetime | None:
    misses = [row.at for row in db.rows(_MISSES, member=member)]
    if len(misses) < MOST_WRONG or misses[0] - misses[-1] >= LOCKED:
        return None
    until: datetime = misses[0] + LOCKED
    return until if now < until else None


def open_ones(db: Db, now: datetime) -> list[Row[Any]]:
    """The codes for staff that may still be used, oldest first, with the name of whom they are for."""
    return list(db.rows(_OPEN_ONES, now=now))


def invitable(db: Db) -> list[Row[Any]]:
    """Everybody whom a pack brought: key, code and name."""
    return list(db.rows(_INVITABLE))


def roles(db: Db, member: int) -> list[Row[Any]]:
    """What this member may do: kind, and the name of the place or the organization."""
    return list(db.rows(_ROLES, member=member))


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what nobody asks for any more; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - KEPT)]
    if old:
        db.run(_FORGET, old=old)
    missed = [row.id for row in db.rows(_OLD_MISSES, limit=now - 2 * LOCKED)]
    if missed:
        db.run(_FORGET_MISSES, old=missed)
    return _SLICE in (len(old), len(missed))


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """A code for somebody who is gone goes too; one that he gave stays, given by nobody."""
    db.run(delete(INVITE).where(rows.these, INVITE.c.member_id == rows.member))
    db.run(update(INVITE).where(rows.these).values(made_by_id=None))


_PURPOSES = Codes({"staff": Text("邀请"), "joining": Text("关联账号"), "group": Text("绑定群")})

personal(
    INVITE,
    Text("邀请码和关联码"),
    whose=or_(INVITE.c.member_id == OWNER, INVITE.c.made_by_id == OWNER),
    shows={
        "purpose": Shown(Text("用途"), _PURPOSES),
        "place_id": Text("地点"),
        "made": Text("时间"),
        "expires": Text("有效到"),
        "used": Text("什么时候用的"),
        "revoked": Text("什么时候撤销的"),
    },
    besides={"digest": "the code is told by it; the code itself is not kept"},
    erase=_erase,
    kept=KEPT,
)
personal(
    WRONG_CODE,
    Text("说错的码"),
    whose=WRONG_CODE.c.member_id == OWNER,
    shows={"at": Text("时间")},
    erase=clear(member_id=None),
    kept=2 * LOCKED,
)
