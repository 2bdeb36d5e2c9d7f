"""Who lets people in to an activity: its contact, who has the door of its place, and staff."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam

from models import contact, duty
from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.database import Db
from models.refusal import Refusal
from models.text import Prose, Text

# What lies further ahead is named, not offered; what ended a little while ago can still be put right.
AHEAD = timedelta(hours=24)
BACK = timedelta(hours=3)
_MOST = 200
_SOON = (
    listed()
    .where(PUBLISHED, ACTIVITY.c.starts < bindparam("until"), ACTIVITY.c.ends > bindparam("since"))
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
    .limit(_MOST)
)


def may(db: Db, person: int, wanted: Listing) -> bool:
    """Whether somebody checks people in there."""
    return person == wanted.contact_id or duty.may(db, person, wanted.place_id, "door")


def may_by_number(db: Db, person: int, wanted: Listing) -> bool:
    """The same for what is only typed, as anybody could: of the demo's visitors nobody learns of another."""
    return may(db, person, wanted) and not duty.plays(db, person)


def check(db: Db, person: int, wanted: Listing) -> None:
    """Raises a Refusal that says who does, where this person does not."""
    if not may(db, person, wanted):
        why = Text("「{title}」的签到由他们管。", title=Prose(wanted.title))
        raise Refusal("checkin.duty", contact.ask(db, wanted, why), wanted.ref)


def soon(db: Db, person: int, now: datetime) -> list[Listing]:
    """What somebody has the door of and is on, or comes next, soonest first."""
    found = [listing(row) for row in db.rows(_SOON, until=now + AHEAD, since=now - BACK)]
    return [each for each in found if may(db, person, each)]
