"""What is done as time passes: each job is declared beside its words, and a tick runs what is due of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from models.database import Db
from models.schedule import Schedule

# Does one slice of what is due by now; True while there may be more.
Run = Callable[[Db, datetime, Schedule], bool]
# The next instant at which there is something to do; None where nothing waits.
Next = Callable[[Db, Schedule], datetime | None]


@dataclass(frozen=True, slots=True)
class Job:
    """Due times are rows, so that a late or a double run does no harm."""

    name: str
    next: Next
    run: Run


JOBS: dict[str, Job] = {}


def job(name: str, *, next: Next) -> Callable[[Run], Run]:  # noqa: A002  (what it is called by everybody)
    """Declares a job. A slice is short: whoever writes meanwhile waits for it."""

    def declare(run: Run) -> Run:
        if name in JOBS:
            raise ValueError(f"the job {name!r} is declared twice")
        JOBS[name] = Job(name, next, run)
        return run

    return declare
