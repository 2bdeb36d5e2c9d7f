"""A quarter with a row of activities that begin next week, on a migrated database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, text

import handlers
import models
from models import pack_file, store
from models.database import transaction
from models.migrate import upgrade

ACTIVITIES = 16
# The last one has fewer seats than there are people, so that they race for it.
SEATS_OF_LAST = 10
_ROOMS = (handlers, models)
_HEAD = """
[community]
name = "银杏社区"
timezone = "Asia/Shanghai"

[[place]]
id = "tower"
kind = "building"
name = "云杉大厦"
"""
_ACTIVITY = """
[[activity]]
id = "walk-{nth}"
kind = "club"
title = "散步{nth}"
place = "tower"
starts = {starts}
ends = {ends}
capacity = {capacity}
"""


def build(engine: Engine, folder: Path) -> list[int]:
    """Fills a new database; gives the public numbers of the activities."""
    upgrade(engine)
    file = folder / "quarter.toml"
    file.write_text(_HEAD + "".join(map(_activity, range(ACTIVITIES))), "utf-8")
    with transaction(engine) as db:
        store.store(db, pack_file.read([file]))
        return [row.number for row in db.rows(text("SELECT number FROM activity ORDER BY starts"))]


def _activity(nth: int) -> str:
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7, hours=2 * nth)
    ends, capacity = starts + timedelta(hours=1), SEATS_OF_LAST if nth == ACTIVITIES - 1 else 1000
    return _ACTIVITY.format(nth=nth, starts=starts.isoformat(), ends=ends.isoformat(), capacity=capacity)
