"""What projects do by themselves: begin on their day, ask for the result when all is done, follow what reporters say."""

from datetime import datetime

from handlers import project_results as results
from handlers.jobs import job
from models import project, project_flow, project_results
from models.database import Db
from models.schedule import Schedule

_SLICE = 5


def _next(db: Db, _schedule: Schedule) -> datetime | None:
    found = (project_flow.next_start(db), project_results.next_due(db))
    return min((each for each in found if each is not None), default=None)


@job("projects", next=_next)
def tend(db: Db, now: datetime, _schedule: Schedule) -> bool:
    starting = project_flow.starting(db, now, _SLICE)
    for one in starting:
        project.go(db, one, "running", None, now)
    done = project_results.done(db, _SLICE)
    for one in done:
        results.ask(db, one, now)
    heard = project_results.heard(db, _SLICE)
    for one in heard:
        results.follow_answers(db, one, now)
    return _SLICE in (len(starting), len(done), len(heard))
