"""Reminding people of what they registered for, and what they answer: 来, or 来不了."""

from datetime import datetime

from handlers import activity_cards, guest_lines, queueing, reminder_cards, shift_needs
from handlers.activity_cards import BROWSE
from handlers.jobs import job
from handlers.registrations import ABSENT, cancel, free
from handlers.taking import taken
from handlers.talk import Option, Phrase, Talk, anybody, on, press
from handlers.ways_on import next_steps
from models import activity, registering, registration, reminding
from models.activity import Listing
from models.card import Article, Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.reminding import Due
from models.schedule import Schedule
from models.text import Moment, Text, prose

# So many at once: whoever writes meanwhile waits for them.
SLICE = 100
_COMING = (
    Phrase(
        r"^(?:我|我们|好的?|嗯|[,，\s])*(?:来|会来|还来|能来|还能来|要来|来的|一定(?:来|到|去)|准时来|准时到|会到|会去|能去|还能去)[的哦啊]?[.!。~]*$"
        r"|^(?:yes,? )?(?:i'?m |i am |i'?ll )?(?:still )?(?:be )?(?:coming|there|attending)[.!]*$"
        r"|^(?:yes,? )?i'?ll (?:still )?(?:come|be there)[.!]*$|^i can (?:still )?come[.!]*$",
        weight=3,
    ),
)
_ABSENT = (Phrase(ABSENT, weight=3),)
_TOLD = ("told", None)
_LATER = ("waiting", None)


@job("reminders", next=lambda db, _schedule: reminding.next_due(db))
def remind_people(db: Db, now: datetime, schedule: Schedule) -> bool:
    """One slice of what is due: told, put off, or settled with the reason why not."""
    found = reminding.due(db, now, SLICE)
    fates: dict[tuple[str, str | None], list[int]] = {}
    # Who is told the same; always in one order, so that two processes never wait for each other.
    alike: dict[tuple[int, int, datetime, datetime], list[Due]] = {}
    for each in found:
        fate = _fate(each, now, schedule)
        fates.setdefault(fate, []).append(each.id)
        if fate == _TOLD:
            about = each.activity.id, each.before, each.starts, each.limit(schedule)
            alike.setdefault(about, []).append(each)
    for about, those in sorted(alike.items()):
        card = reminder_cards.reminder(those[0].activity, those[0].span)
        card = shift_needs.with_needs(db, card, those[0].activity)
        reminding.tell(db, card, those, about[-1], now)
    reminding.put_off(db, fates.pop(_LATER, []), schedule.awake(now))
    for (final, why), which in fates.items():
        reminding.settle(db, which, final, now, why)
    return len(found) == SLICE


def _fate(one: Due, now: datetime, schedule: Schedule) -> tuple[str, str | None]:
    if one.why:
        return "dropped", one.why
    if now >= one.starts:
        return "expired", "it has started"
    if now > one.limit(schedule):
        return "expired", "too late to be of use"
    if not schedule.rests(now):
        return _TOLD
    # The quiet hours may be others than when it was planned.
    return _LATER if schedule.before(now, one.starts) > now else ("expired", "the quiet hours end too late")


@on("activity.remind", head="coming", allow=anybody, private=True, phrases=_COMING)
def coming(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    """Somebody says that he comes: to what its button names, or to what he was lately reminded of."""
    wanted = _meant(talk, number, numbers)
    if wanted is None:
        text = Text("要报名请说“报名”加活动的名字。您现在没有要回复的活动。")
        return Card(text, choices=(BROWSE,))
    if queued := _queued(talk, wanted):
        return queued
    try:
        registering.come(talk.db, wanted, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, *_register(wanted, Text("报名"), talk.now), BROWSE)
    text = Text("好的，{when}见，「{title}」。", title=prose(wanted.title), when=_when(wanted))
    details = Choice(Text("详情"), press("show", wanted.number))
    return Card(text, choices=(details,), tone="done", refs=(wanted.ref,))


@on("activity.cancel", head="absent", allow=anybody, private=True, phrases=_ABSENT)
def absent(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    """Whoever answers that he does not come frees the seat at once; said without having been asked, it asks."""
    if number is None:
        numbers = _told(talk, numbers)
        if len(numbers) != 1:
            return cancel(talk, numbers=numbers)
    wanted = activity.find(talk.db, number or (numbers or [0])[0])
    live = registration.live(talk.db, wanted, talk.person.id)
    try:
        if live is not None and live.state in ("waiting", "offered"):
            return queueing.left(talk, wanted, live)
        free(talk, wanted)
    except Refusal as refusal:
        guests = guest_lines.instead(talk, wanted, refusal)
        talk.leave(refusal, *guests, *next_steps(wanted, refusal))
    wanted = activity.find(talk.db, wanted.number)  # with the seats that are free now
    text = Text("好的，「{title}」的名额让给别人了。要是又能来，请重新报名。", title=prose(wanted.title))
    again = _register(wanted, Text("重新报名"), talk.now)
    if not again:
        text = Text("好的，「{title}」的名额让出来了。", title=prose(wanted.title))
    return Card(text, choices=(*again, BROWSE), tone="done", refs=(wanted.ref,))


def _queued(talk: Talk, wanted: Listing) -> Card | None:
    """Who waits and is told that it moved may say that he still comes: he stays where he is, or takes what is offered."""
    live = registration.live(talk.db, wanted, talk.person.id)
    if live is None or live.state not in ("waiting", "offered"):
        return None
    return taken(talk, wanted, live) if live.state == "offered" else queueing.stands(talk, wanted, live)


def _told(talk: Talk, numbers: list[int] | None) -> list[int]:
    """What the person was lately reminded of; it stays the same for all answers of a form."""
    if numbers is None:
        numbers = reminding.told(talk.db, talk.person.id, talk.now)
        talk.keep(numbers=numbers)
    return numbers


def _meant(talk: Talk, number: int | None, numbers: list[int] | None) -> Listing | None:
    """What somebody answers about; asks where it could be several."""
    if number is not None:
        return activity.find(talk.db, number)
    found = activity.those(talk.db, _told(talk, numbers))
    if len(found) < 2:
        return found[0] if found else None
    options = [Option(each.number, activity_cards.label(each)) for each in found]
    about = tuple(Article(prose(each.title), each.ref) for each in found)
    chosen = talk.ask("which", Text("来哪一场？"), *options, about=about)
    return next(each for each in found if each.number == chosen)


def _register(wanted: Listing, label: Text, now: datetime) -> tuple[Choice, ...]:
    """The way to a seat, where there is one."""
    return (Choice(label, press("register", wanted.number)),) if wanted.stands(now) == "open" else ()


def _when(wanted: Listing) -> Text:
    return Text("{at}", at=Moment(wanted.starts))
