"""Another time for a booking, once, or giving it back: both until its lock, and after that by a person."""

from typing import Any

from sqlalchemy import Row

from handlers import booking_cards, booking_meant, booking_phrases, booking_when, calendar_files, hosting
from handlers.booking_cards import MINE
from handlers.booking_when import Chosen, Wanted, Wish
from handlers.bookings import BOOK
from handlers.talk import Option, Talk, anybody, on
from handlers.yes_no import NO, YES
from models import booking, booking_due, booking_rules, duty, service
from models.card import Attachment, Card
from models.refusal import Refusal
from models.slot import Window
from models.text import Moment, Text, as_said


@on(
    "service.move",
    head="rebook",
    example=Text("预约改到后天上午"),
    rank=46,
    allow=anybody,
    private=True,
    phrases=booking_phrases.MOVE,
    reads=booking_phrases.about,
)
def move(talk: Talk, number: int | None = None, said: str = "", times: dict[str, str] | None = None) -> Card:
    """Another slot of the same service there; the old one is free at the same instant."""
    one = _meant(talk, number, said, Text("改哪一个？"))
    given = booking_meant.find(talk, one.service_id)
    try:
        booking_rules.check_move(one, _officer(talk, one))
        _check_lock(talk, one, given)
        return _moved(talk, one, given, Wish(**(times or {})))
    except Refusal as refusal:
        talk.leave(refusal, *booking_cards.choices(one, given, talk.now, talk.schedule.bookings), MINE)


def _moved(talk: Talk, one: Row[Any], given: Row[Any], wish: Wish) -> Card:
    rules = talk.schedule.bookings
    today = booking_rules.is_held_to_today(talk.db, talk.person.id, talk.now, rules)
    about = (booking_cards.subject(given),)
    chosen = booking_when.choose(
        talk, Wanted(given, one.place_id, one.party, today, about, one.slots), wish, may_wait=False
    )
    if chosen.window.starts == one.starts:
        raise Refusal(
            "booking.same", Text("不用改，约{number}本来就是这个时间。", number=one.id), booking.ref(one.id)
        )
    text = Text("从{old}改到下面的时间，对吗？只能改这一次。", old=Moment(one.starts))
    plan = booking_cards.plan(talk.db, given, one.place_id, chosen.window, one.party, one.organization_id)
    options = (Option("yes", Text("确认改"), YES), Option("no", Text("不改了"), NO))
    if talk.ask("sure", text, *options, about=(plan,)) == "no":
        return Card(Text("好的，时间没有改。"), choices=(MINE,), refs=(booking.ref(one.id),))
    if not _move(talk, one, chosen):
        raise Refusal(
            "booking.full", Text("请换一个时间，刚才这个被约走了。原来的还在。"), booking.ref(one.id)
        )
    made = booking.find(talk.db, one.id)
    assert made is not None
    hosting.tell_hosts(talk, made.id)
    text = Text(
        "改好了：约{number}，{when}。原来的凭证作废，请用新的。", number=one.id, when=Moment(made.starts)
    )
    return booking_cards.card(talk, made, text)


def _move(talk: Talk, one: Row[Any], chosen: Chosen) -> bool:
    window: Window = chosen.window
    day = window.starts.astimezone(talk.zone).date()
    due = booking_due.alarm(talk.schedule, window.starts, talk.now)
    return booking_rules.move(talk.db, one, window, day, talk.person.id, talk.now, due=due)


def _meant(talk: Talk, number: int | None, said: str, question: Text) -> Row[Any]:
    try:
        one = booking_meant.booking_meant(talk, number, said, question)
    except Refusal as refusal:
        talk.leave(refusal, BOOK, MINE)
    talk.keep(number=one.id)
    return one


def _check_lock(talk: Talk, one: Row[Any], given: Row[Any]) -> None:
    """Too near its time it is for a person of the station: it is said which one."""
    rules = talk.schedule.bookings
    booking_rules.check_lock(talk.db, one, given, talk.now, rules, _officer(talk, one))


def _officer(talk: Talk, one: Row[Any]) -> Text | None:
    named = next((row.name for row in duty.officers(talk.db, one.place_id) if row.name), None)
    return as_said(named) if named else None


@on(
    "service.cancel",
    head="unbook",
    example=Text("取消我的预约"),
    rank=47,
    allow=anybody,
    private=True,
    phrases=booking_phrases.CANCEL,
    reads=booking_phrases.named,
)
def cancel(talk: Talk, number: int | None = None, said: str = "") -> Card:
    """A slot, a place in a list or a number goes back to everybody."""
    one = _meant(talk, number, said, Text("取消哪一个？"))
    given = booking_meant.find(talk, one.service_id)
    name = booking_cards.subject(given).title
    refs = (service.ref(given), booking.ref(one.id))
    if one.state not in ("waiting", "offered", "booked", "queued"):
        sentence = Text(
            "不用取消，约{number}现在是：{state}。", number=one.id, state=booking.STATES[one.state]
        )
        talk.leave(Refusal("booking.over", sentence, *refs), MINE)
    try:
        _check_lock(talk, one, given)
    except Refusal as refusal:
        talk.leave(refusal, *booking_cards.choices(one, given, talk.now, talk.schedule.bookings), MINE)
    question = Text("取消「{service}」（{when}），让给别人？", service=name, when=booking_cards.when(one))
    options = (Option("yes", Text("确认取消"), (*YES, "取消预约")), Option("no", Text("保留"), NO))
    if talk.ask("sure", question, *options, about=(booking_cards.subject(given),)) == "no":
        return Card(Text("好的，还给您留着。"), choices=(MINE,), refs=refs)
    if not booking_rules.cancel(talk.db, one, talk.person.id, talk.now):
        talk.leave(Refusal("booking.over", Text("请看看您的预约，这一个刚刚变了。"), *refs), MINE)
    text = Text("取消了：{code}「{service}」，名额让出来了。", code=booking_cards.code(one), service=name)
    files: tuple[Attachment, ...] = ()
    if one.state == "booked" and not given.private:
        files = (calendar_files.attached_slot(one.id, calendar_files.TAKE_OUT),)
    choices = (booking_cards.again(one), MINE)
    return Card(text, choices=choices, tone="done", refs=refs, attachments=files)
