"""Ten minutes after the start those who are not there are asked, in one message: 到了, 在路上 or 来不了."""

from datetime import datetime

from handlers import activity_cards
from handlers.activity_cards import BROWSE
from handlers.checkins import check_in
from handlers.jobs import job
from handlers.talk import Talk, anybody, on, press
from models import activity, arrival, registering
from models.activity import Listing
from models.card import Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Text, as_said, prose

# So many at once: whoever writes meanwhile waits for them.
SLICE = 30


@job("arrivals", next=lambda db, _schedule: arrival.next_due(db))
def ask_the_missing(db: Db, now: datetime, _schedule: Schedule) -> bool:
    """One slice of those who are registered for what has begun, and are not there."""
    found = arrival.due(db, now)
    if found is None:
        return False
    those = arrival.missing(db, found, SLICE)
    arrival.ask(db, found, _question(activity.held(db, found.activity_id)), those, now)
    if len(those) < SLICE:
        arrival.done(db, found.activity_id)
    return True


def _question(wanted: Listing) -> Card:
    text = Text(
        "「{title}」开始了，在{place}。您到了吗？", title=prose(wanted.title), place=as_said(wanted.place)
    )
    choices = (
        Choice(Text("到了"), press("arrived", wanted.number)),
        Choice(Text("在路上"), press("onway", wanted.number)),
        Choice(Text("来不了"), press("cannotcome", wanted.number)),
    )
    return Card(text, choices=choices, tone="notice", refs=(wanted.ref,))


@on("activity.checkin", head="arrived", allow=anybody, private=True)
def arrived(talk: Talk, number: int | None = None) -> Card:
    """To say so is no proof: a code is asked for."""
    return check_in(talk, number)


@on("activity.remind", head="onway", allow=anybody, private=True)
def on_way(talk: Talk, number: int = 0) -> Card:
    wanted = activity.find(talk.db, number)
    try:
        registering.come(talk.db, wanted, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, BROWSE)
    text = Text("好的，路上小心。到了扫现场的码，给「{title}」签到。", title=prose(wanted.title))
    return Card(text, choices=(activity_cards.own_code(wanted.number),), tone="done", refs=(wanted.ref,))


@on("activity.cancel", head="cannotcome", allow=anybody, private=True)
def excuse(talk: Talk, number: int = 0) -> Card:
    wanted = activity.find(talk.db, number)
    details = Choice(Text("详情"), press("show", wanted.number))
    if not arrival.excuse(talk.db, wanted, talk.person.id, talk.now):
        return Card(Text("不用再说了，这场您没有报名，或者已经签到、已经结束。"), choices=(details, BROWSE))
    text = Text("好的，记下了，「{title}」这次不算您缺席。", title=prose(wanted.title))
    return Card(text, choices=(BROWSE,), tone="done", refs=(wanted.ref,))
