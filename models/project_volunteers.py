"""Who comes to help: the activities of a project, who registered for them and who came."""

from datetime import datetime

from sqlalchemy import bindparam, select

from models import attendance
from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.database import Db
from models.registration import REGISTRATION

_HERE = ACTIVITY.c.project_id == bindparam("project")
_UPCOMING = listed().where(_HERE, PUBLISHED, ACTIVITY.c.starts > bindparam("now")).order_by(ACTIVITY.c.starts)
_HELD = (
    select(ACTIVITY.c.id).where(_HERE, PUBLISHED, ACTIVITY.c.ends <= bindparam("now")).order_by(ACTIVITY.c.id)
)
_COMING = (
    select(REGISTRATION.c.member_id.label("member"))
    .distinct()
    .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    .where(
        _HERE,
        PUBLISHED,
        ACTIVITY.c.ends > bindparam("now"),
        REGISTRATION.c.state.in_(["confirmed", "pending", "waiting", "offered"]),
        REGISTRATION.c.member_id.is_not(None),
    )
)
_JUST = listed().where(_HERE, PUBLISHED, ACTIVITY.c.published == bindparam("now")).order_by(ACTIVITY.c.starts)


def upcoming(db: Db, project: int, now: datetime) -> list[Listing]:
    """Its activities that are to come, the soonest first."""
    return db.objects(listing, _UPCOMING, project=project, now=now)


def just_published(db: Db, project: int, now: datetime) -> list[Listing]:
    """Those that were published at this very moment."""
    return db.objects(listing, _JUST, project=project, now=now)


def held(db: Db, project: int, now: datetime) -> list[int]:
    """The keys of its activities that are over."""
    return [row.id for row in db.rows(_HELD, project=project, now=now)]


def came(db: Db, project: int, now: datetime) -> list[int]:
    """The members who were checked in at one of them, each once."""
    return list(dict.fromkeys(each for key in held(db, project, now) for each in attendance.came(db, key)))


def coming(db: Db, project: int, now: datetime) -> list[int]:
    """Who has a seat, waits for one or is to be decided on, of what is not over."""
    return [row.member for row in db.rows(_COMING, project=project, now=now)]
