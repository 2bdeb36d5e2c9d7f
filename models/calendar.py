"""What somebody goes to, as a calendar shows it; and the secret link by which a program fetches it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, insert, or_, select
from sqlmodel import Field, SQLModel

from models.activity import ACTIVITY
from models.change import CHANGE
from models.database import Db, table_of
from models.member import MEMBER, Person
from models.personal import OWNER, keep_older, personal
from models.place import PLACE
from models.registration import REGISTRATION
from models.text import Text
from models.vault import Vault

# What is over, or off, so long ago is not in a calendar any more.
BACK = timedelta(days=30)
# Of chance, so that nobody comes to a link by trying: 192 bits, 32 characters.
_TOKEN_BYTES = 24
# The name by which the vault tells these digests from others.
_PURPOSE = "calendar"


class CalendarLink(SQLModel, table=True):
    """One a member. The token stands nowhere: it is found by its digest, and shown again from `sealed`."""

    __tablename__ = "calendar_link"
    member_id: int = Field(foreign_key="member.id", primary_key=True)
    digest: str = Field(unique=True)
    sealed: str
    made: datetime


CALENDAR_LINK = table_of(CalendarLink)


@dataclass(frozen=True, slots=True)
class Event:
    """An activity, or a slot of a service, in a calendar. `modified` is when what is shown of it last changed; `off`: it is to be taken out."""

    code: str
    title: str
    summary: str | None
    starts: datetime
    ends: datetime
    place: str
    address: str | None
    location: tuple[float, float] | None
    sequence: int
    modified: datetime
    off: bool


_OF = select(CALENDAR_LINK.c.sealed).where(CALENDAR_LINK.c.member_id == bindparam("member"))
_ENTER = insert(CALENDAR_LINK)
_REVOKE = delete(CALENDAR_LINK).where(CALENDAR_LINK.c.member_id == bindparam("member"))
_WHOSE = (
    select(MEMBER.c.id, MEMBER.c.language, MEMBER.c.home_id, MEMBER.c.work_id)
    .join(CALENDAR_LINK, CALENDAR_LINK.c.member_id == MEMBER.c.id)
    .where(CALENDAR_LINK.c.digest == bindparam("digest"))
)
_SHOWN = (
    ACTIVITY.c.code,
    ACTIVITY.c.title,
    ACTIVITY.c.summary,
    ACTIVITY.c.starts,
    ACTIVITY.c.ends,
    ACTIVITY.c.state,
    ACTIVITY.c.sequence,
    ACTIVITY.c.changed,
    ACTIVITY.c.published,
    PLACE.c.name.label("place"),
    PLACE.c.address,
    PLACE.c.latitude,
    PLACE.c.longitude,
)
_ACTIVITIES = ACTIVITY.join(PLACE, PLACE.c.id == ACTIVITY.c.place_id)
_ONE = select(*_SHOWN).select_from(_ACTIVITIES).where(ACTIVITY.c.number == bindparam("number"))
_NEWER = REGISTRATION.alias("newer")
# Whoever cancelled and registered again has more than one for an activity: the last one counts.
_LAST = (
    select(func.max(_NEWER.c.id))
    .where(_NEWER.c.activity_id == REGISTRATION.c.activity_id, _NEWER.c.member_id == REGISTRATION.c.member_id)
    .scalar_subquery()
)
_SINCE = (
    select(func.max(CHANGE.c.at))
    .where(CHANGE.c.subject == "registration", CHANGE.c.subject_id == REGISTRATION.c.id)
    .scalar_subquery()
)
_MINE = (
    select(*_SHOWN, REGISTRATION.c.state.label("mine"), func.coalesce(_SINCE, REGISTRATION.c.at).label("at"))
    .select_from(_ACTIVITIES.join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id))
    .where(
        REGISTRATION.c.member_id == bindparam("member"),
        REGISTRATION.c.id == _LAST,
        # Who waits, or did in vain, had nothing to go to.
        REGISTRATION.c.state.in_(["confirmed", "cancelled", "removed"]),
        or_(
            ACTIVITY.c.ends > bindparam("since"),
            and_(ACTIVITY.c.state != "published", ACTIVITY.c.changed > bindparam("since")),
        ),
    )
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
)


def link(db: Db, member: int, vault: Vault, now: datetime) -> str:
    """The token of this member's calendar, made when it is first asked for."""
    sealed = db.value(_OF, member=member)
    # Sealed with another key, it can be shown to nobody any more.
    token = vault.open(sealed) if sealed else None
    return token or renew(db, member, vault, now)


def renew(db: Db, member: int, vault: Vault, now: datetime) -> str:
    """A new token; with the old one nothing is found from now on."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    db.run(_REVOKE, member=member)
    digest = _digest(vault, token)
    db.run(_ENTER, member_id=member, digest=digest, sealed=vault.seal(token), made=now)
    return token


def whose(db: Db, token: str, vault: Vault) -> Person | None:
    """Whose calendar this is; None where it is nobody's (any more).

    It is found by a digest that nobody can make without our key, so that how long it takes tells nothing.
    """
    row = db.row(_WHOSE, digest=_digest(vault, token))
    return Person(row.id, row.language, row.home_id, row.work_id) if row else None


def _digest(vault: Vault, token: str) -> str:
    return vault.digest(f"{_PURPOSE} {token}")


def uid(vault: Vault, event: Event) -> str:
    """The name by which every calendar knows this activity, for ever.

    Of nothing that may change, as a title, an address of ours or a number in a database does.
    """
    return f"act-{vault.digest(f'{_PURPOSE} activity {event.code}')[:32]}@linli.invalid"


def events(db: Db, member: int, now: datetime) -> list[Event]:
    """What somebody goes to, or was to go to, soonest first."""
    found = db.rows(_MINE, member=member, since=now - BACK)
    return [_event(row, row.at, left=row.mine != "confirmed") for row in found]


def event(db: Db, number: int, now: datetime) -> Event | None:
    """One activity, as a file shows it that is made now."""
    row = db.row(_ONE, number=number)
    return _event(row, now) if row else None


def _event(row: Row[Any], at: datetime, *, left: bool = False) -> Event:
    location = None if row.latitude is None else (row.latitude, row.longitude)
    # Who registers later learns of it later.
    modified = max(each for each in (row.changed, row.published, at) if each is not None)
    return Event(
        row.code,
        row.title,
        row.summary,
        row.starts,
        row.ends,
        row.place,
        row.address,
        location,
        row.sequence,
        modified,
        left or row.state != "published",
    )


personal(
    CALENDAR_LINK,
    Text("日历订阅"),
    whose=CALENDAR_LINK.c.member_id == OWNER,
    shows={"made": Text("什么时候起")},
    besides={"digest": "the link is found by it", "sealed": "the link opens the calendar to whoever has it"},
    joins=keep_older(),
    kept="as long as the member is one, or until there is a new link",
)
