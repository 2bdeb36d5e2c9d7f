"""Each night the log of changes is played again: where a table says another state, the log, `linli check` and the metrics tell."""

import logging
from datetime import datetime, time, timedelta

from handlers.jobs import job
from models import replay
from models.database import Db
from models.schedule import Schedule

_log = logging.getLogger(__name__)
# When few people write, on the community's clock.
_AT = time(3)


def _night(began: datetime, schedule: Schedule) -> datetime:
    """The night after the one in which it was begun."""
    here = began.astimezone(schedule.zone)
    then = datetime.combine(here.date(), _AT, schedule.zone)
    if then <= here:
        then = datetime.combine(here.date() + timedelta(days=1), _AT, schedule.zone)
    return then.astimezone(began.tzinfo)


def _next(db: Db, schedule: Schedule) -> datetime | None:
    newest = replay.newest(db)
    return None if newest is None else _night(newest.began, schedule)


@job("replay", next=_next)
def look(db: Db, now: datetime, schedule: Schedule) -> bool:
    """One slice; a community that was never looked at is begun with at once."""
    newest = replay.newest(db)
    if newest is None or (newest.ended is not None and now >= _night(newest.began, schedule)):
        replay.begin(db, now)
        return True
    if newest.ended is not None:
        return False
    for each in replay.go_on(db, newest, now):
        # Keys and states alone: who runs the program finds the row by them.
        _log.error("%s %d is %s, by its changes %s", each.subject, each.key, each.state, each.logged)
    return True
