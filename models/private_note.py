"""What only those read who have a seat, and staff: whom a visit is for, from a day before it to a week after it."""

from datetime import datetime, timedelta

from models import duty, registration
from models.activity import Listing
from models.database import Db

BEFORE = timedelta(hours=24)
AFTER = timedelta(days=7)


def of(db: Db, wanted: Listing, member: int, now: datetime) -> str | None:
    """The note for this reader now; None where there is none, or none for him."""
    return wanted.private_note if wanted.private_note and may_read(db, wanted, member, now) else None


def may_read(db: Db, wanted: Listing, member: int, now: datetime) -> bool:
    """Who has a confirmed seat, and staff of the place, while it is needed."""
    if not wanted.starts - BEFORE <= now <= wanted.ends + AFTER:
        return False
    own = registration.live(db, wanted, member)
    return (own is not None and own.state == "confirmed") or duty.covers(db, member, wanted.place_id)
