"""A platform's token for one of our accounts: kept for all processes, and renewed by one of them at a time."""

from datetime import datetime

from sqlalchemy import Row, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.personal import impersonal


class AccessToken(SQLModel, table=True):
    """One row an account, which is the platform's own name of it; `sealed` is empty while there is no token.

    Until `renewing_until` somebody is fetching a new one; whoever dies over it is followed by another.
    """

    account: str = Field(primary_key=True)
    sealed: str
    expires: datetime
    renewing_until: datetime | None = None


ACCESS_TOKEN = table_of(AccessToken)
_THERE = ACCESS_TOKEN.c.account == bindparam("of")
_FIND = select(ACCESS_TOKEN).where(_THERE)
_ENTER = insert(ACCESS_TOKEN)
_CLAIM = (
    update(ACCESS_TOKEN)
    .where(
        _THERE,
        # Somebody may have renewed it since it was looked at.
        ACCESS_TOKEN.c.sealed == bindparam("seen"),
        or_(ACCESS_TOKEN.c.renewing_until.is_(None), ACCESS_TOKEN.c.renewing_until <= bindparam("now")),
    )
    .values(renewing_until=bindparam("until"))
)
_OURS = ACCESS_TOKEN.c.renewing_until == bindparam("ours")
_KEEP = (
    update(ACCESS_TOKEN)
    .where(_THERE, _OURS)
    .values(sealed=bindparam("new"), expires=bindparam("ends"), renewing_until=None)
)
_LEAVE = update(ACCESS_TOKEN).where(_THERE, _OURS).values(renewing_until=None)


def find(db: Db, account: str) -> Row[tuple[str, str, datetime, datetime | None]] | None:
    """The token as it is kept: sealed, and when it ends."""
    return db.row(_FIND, of=account)


def claim(db: Db, account: str, seen: str, now: datetime, until: datetime) -> bool:
    """Whether it is ours to renew until then; `seen` is what stood there, sealed, or empty for nothing."""
    if find(db, account) is None:
        try:
            with db.savepoint("token"):
                db.run(_ENTER, account=account, sealed="", expires=now)
        except IntegrityError:
            pass  # somebody else was first, who may hold it by now
    return db.run(_CLAIM, of=account, seen=seen, now=now, until=until) == 1


def keep(db: Db, account: str, sealed: str, expires: datetime, ours: datetime) -> bool:
    """The new token, from whoever claimed it until `ours`; False where the claim was lost."""
    return db.run(_KEEP, of=account, new=sealed, ends=expires, ours=ours) == 1


def leave(db: Db, account: str, ours: datetime) -> None:
    """There is no new token: somebody else may try."""
    db.run(_LEAVE, of=account, ours=ours)


impersonal(ACCESS_TOKEN, "a platform's own token for our account, one row an account, sealed")
