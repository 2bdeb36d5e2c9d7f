"""Who can be asked about an activity: its contact, else the nearest office."""

from sqlalchemy import bindparam, select

from models import duty
from models.activity import Listing
from models.database import Db
from models.member import MEMBER
from models.text import Text, as_said

# So many of an office are told: the others see the list.
_TOLD = 5
_NAME = select(MEMBER.c.name).where(MEMBER.c.id == bindparam("member"))


def told(db: Db, wanted: Listing) -> list[int]:
    """Who is told what is to be decided: its contact, else those of the nearest office."""
    return [wanted.contact_id] if wanted.contact_id is not None else office(db, wanted)


def office(db: Db, wanted: Listing) -> list[int]:
    """The nearest office."""
    found = duty.officers(db, wanted.place_id)
    return [row.id for row in found if row.place_id == found[0].place_id][:_TOLD]


def name_of(db: Db, member: int) -> str | None:
    """What this member is called."""
    known: str | None = db.value(_NAME, member=member)
    return known


def who(db: Db, wanted: Listing) -> tuple[int, str] | None:
    """Who is asked, and his name: its contact, else the nearest officer that has one; None where there is nobody."""
    if wanted.contact_id is not None and (known := db.value(_NAME, member=wanted.contact_id)):
        return wanted.contact_id, str(known)
    for officers in (duty.staff, duty.officers):
        named = next(((row.id, row.name) for row in officers(db, wanted.place_id) if row.name), None)
        if named is not None:
            return named
    return None


def name(db: Db, wanted: Listing) -> str | None:
    """The name of who can be asked; None where nobody has one."""
    found = who(db, wanted)
    return found[1] if found else None


def ask(db: Db, wanted: Listing, why: Text) -> Text:
    """Whom to ask, and then why."""
    known = name(db, wanted)
    if known is None:
        return Text("请到服务站问一问。{why}", why=why)
    return Text("请找{name}。{why}", name=as_said(known), why=why)
