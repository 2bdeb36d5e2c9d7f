"""Asking who was often absent whether he comes, the day before; explained before he registers, and it never refuses him."""

from datetime import datetime

from handlers.jobs import job
from handlers.talk import Talk, press
from models import notice, promise
from models.activity import Listing
from models.card import Card, Choice
from models.database import Db
from models.schedule import Schedule
from models.text import Moment, Text, prose


def note(talk: Talk, wanted: Listing) -> tuple[Text, ...]:
    """What he reads before he confirms his registration."""
    if not promise.is_asked(talk.db, wanted, talk.person.id, talk.schedule, talk.now):
        return ()
    return (
        Text(
            "前一天会问您来不来，请点“会来”。最近三次有两次没看到您；没有回复而有人候补，名额就让给他们。记录不对，请说“转人工”。"
        ),
    )


@job("asking who was often absent", next=lambda db, _schedule: promise.next_due(db))
def ask(db: Db, now: datetime, schedule: Schedule) -> bool:
    step, more = promise.settle(db, now, schedule)
    if step is not None:
        card = _question(step.activity, step.until) if step.until else _gone(step.activity)
        what = "asked" if step.until else "gone"
        notice.tell_member(
            db,
            [card],
            step.member,
            now,
            key=f"promise {step.registration} {what}",
            kind="question",
            rests=True,
        )
    return more


def _question(wanted: Listing, until: datetime) -> Card:
    text = Text(
        "「{title}」您来吗？请在{until}前点一下。没有回复而有人候补，名额就让给他们。",
        title=prose(wanted.title),
        until=Moment(until),
    )
    yes, no = (
        Choice(Text("会来"), press("coming", wanted.number)),
        Choice(Text("来不了"), press("absent", wanted.number)),
    )
    return Card(text, choices=(yes, no), refs=(wanted.ref,))


def _gone(wanted: Listing) -> Card:
    text = Text(
        "「{title}」没等到您的回复，名额让给了候补的人。还想来，请再报一次。", title=prose(wanted.title)
    )
    return Card(
        text, choices=(Choice(Text("再报一次"), press("register", wanted.number)),), refs=(wanted.ref,)
    )
