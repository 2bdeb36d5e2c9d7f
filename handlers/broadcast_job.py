"""Sends what is due: begins it at its time, tells slice by slice, and reports to its author how it ended."""

from datetime import datetime

from handlers import broadcast_cards
from handlers.broadcast_control import report
from handlers.jobs import job
from handlers.talk import press
from models import broadcast, broadcasting, notice
from models.card import Card, Choice
from models.database import Db
from models.schedule import Schedule
from models.text import Text


def _next(db: Db, _schedule: Schedule) -> datetime | None:
    return broadcasting.next_due(db)


@job("broadcasts", next=_next)
def spread(db: Db, now: datetime, schedule: Schedule) -> bool:
    """One step of one broadcast."""
    if broadcasting.freeze_slice(db, now):
        return True
    found = broadcasting.due(db, now)
    if found is None:
        return False
    if found.state in ("held", "scheduled") and now - found.due > broadcasting.LATE:
        late = broadcasting.pause(db, found, None, now, "too late")
        asks = Text("还要发吗？“{what}”到点时没能发出。", what=broadcast_cards.short(late))
        choices = (
            Choice(Text("现在发"), press("goon", late.number)),
            Choice(Text("不发了"), press("halt", late.number)),
        )
        _tell_author(db, late.author_id, Card(asks, choices=choices), now)
    elif found.notice_id is None:
        broadcasting.begin(db, found, (broadcast_cards.as_read(db, found),), now)
    elif found.told < found.newest:
        broadcasting.tell_slice(db, found, now, schedule.awake(now))
    elif broadcasting.look(db, found, now):
        ended = broadcast.find(db, found.number)
        _tell_author(db, ended.author_id, report(ended, broadcasting.progress(db, ended)), now)
    return True


def _tell_author(db: Db, author: int | None, card: Card, now: datetime) -> None:
    if author is not None:
        notice.tell_member(db, [card], author, now, kind="answer")
