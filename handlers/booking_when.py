"""Day and slot of a booking: from what was said, or asked; a full slot offers the next three and a place in its list."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import activity_reading, booking_days
from handlers.talk import Option, Talk, press
from models import booking_due, booking_slots, service, slot
from models.card import Article, Choice
from models.refusal import Refusal
from models.slot import Window
from models.text import Moment, Span, Text

_DAYS_SHOWN, _SLOTS_SHOWN, _FEW = 7, 12, 8
_NOON = time(12)
_WAIT = "wait"
# So often what cannot be booked is asked again.
_TURNS = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody said of the time: days, the hour, or a part of the day, as ISO texts."""

    first: str | None = None
    last: str | None = None
    clock: str | None = None
    after: str | None = None
    before: str | None = None

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.first) if self.first and self.first == self.last else None

    def holds(self, day: date) -> bool:
        return (not self.first or day.isoformat() >= self.first) and (
            not self.last or day.isoformat() <= self.last
        )

    def suits(self, at: time) -> bool:
        clock = at.isoformat()
        return (not self.after or clock >= self.after) and (not self.before or clock < self.before)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody books: a service at a place, for so many; `today` where he may book for today only.

    Of a room it may be `count` slots in a row.
    """

    service: Row[Any]
    place: int
    party: int
    today: bool
    about: tuple[Article, ...]
    count: int = 1


@dataclass(frozen=True, slots=True)
class Chosen:
    window: Window
    waits: bool = False


def choose(talk: Talk, wanted: Wanted, wish: Wish, turn: str = "", *, may_wait: bool = True) -> Chosen:
    """The slot, or the slot that somebody waits for. Raises Refusal where there is nothing at all."""
    day = _day(talk, wanted, wish, turn)
    windows = [
        each
        for each in slot.of_day(talk.db, wanted.service, wanted.place, day, talk.zone, wanted.count)
        if each.starts > talk.now
    ]
    if wish.clock and (meant := _at(talk, windows, day, wish.clock)):
        return _if_free(talk, wanted, meant, turn, may_wait)
    free = [each for each in windows if each.free >= wanted.party]
    if not free:
        return instead(talk, wanted, windows[0], turn, may_wait=may_wait)
    suiting = [each for each in free if wish.suits(_local(talk, each).time())]
    missed = wish.clock[:5] if wish.clock else None
    found = _slot(talk, wanted, day, windows, suiting or free, turn, missed)
    return _if_free(talk, wanted, found, turn, may_wait)


def _if_free(talk: Talk, wanted: Wanted, meant: Window, turn: str, may_wait: bool) -> Chosen:
    if meant.free >= wanted.party:
        return Chosen(meant)
    return instead(talk, wanted, meant, turn, may_wait=may_wait)


def _at(talk: Talk, windows: list[Window], day: date, clock: str) -> Window | None:
    """The slot in which that hour lies."""
    at = datetime.combine(day, time.fromisoformat(clock), talk.zone)
    return next((each for each in windows if each.starts <= at < each.first_ends), None)


def _local(talk: Talk, window: Window) -> datetime:
    return window.starts.astimezone(talk.zone)


def _open(talk: Talk, wanted: Wanted, day: date) -> bool:
    """Whether there is any slot that day that is not over, full ones too."""
    return any(
        each.starts > talk.now
        for each in slot.of_day(talk.db, wanted.service, wanted.place, day, talk.zone, wanted.count)
    )


def _day(talk: Talk, wanted: Wanted, wish: Wish, turn: str) -> date:
    today = talk.now.astimezone(talk.zone).date()
    furthest = today + timedelta(days=0 if wanted.today else talk.schedule.bookings.ahead)
    if (day := wish.day) and today <= day <= furthest and _open(talk, wanted, day):
        return day
    found = booking_slots.days(
        talk.db,
        wanted.service,
        wanted.place,
        wanted.party,
        talk.now,
        talk.zone,
        (furthest - today).days,
        wanted.count,
    )
    days = [day for day, _ in found if wish.day or wish.holds(day)]
    if not days and wish.first and not wanted.today:
        days = [day for day, _ in found]
    if not days:
        raise none_left(wanted)
    unfit = wish.day
    for again in range(_TURNS):
        question = Text("约哪一天？")
        if unfit:
            question = Text("请换一天，{day}约不了。约哪一天？", day=booking_days.said(unfit))
        if wanted.today:
            question = Text("最近约了没来，现在只能约当天。约今天吗？")
        options = [
            Option(day.isoformat(), booking_days.said(day), booking_days.words(day))
            for day in days[:_DAYS_SHOWN]
        ]
        name = f"day{turn}{'-' * again}"
        chosen = date.fromisoformat(
            talk.ask(name, question, *options, check=booking_days.Day(talk), about=wanted.about)
        )
        if today <= chosen <= furthest and _open(talk, wanted, chosen):
            return chosen
        unfit = chosen
    raise none_left(wanted)


def _slot(
    talk: Talk,
    wanted: Wanted,
    day: date,
    windows: list[Window],
    free: list[Window],
    turn: str,
    missed: str | None,
) -> Window:
    """One of the free ones; or one that is full by now, where he said so or somebody was faster."""
    if len(free) > _FEW and missed is None:
        free = _half(talk, wanted, day, free, turn)
    there = {each.starts.isoformat(): each for each in windows}
    options = [Option(start, _hours(talk, each), _hour_words(talk, each)) for start, each in there.items() if each in free]  # fmt: skip
    question = Text("{day}几点？", day=booking_days.said(day))
    if missed is not None:
        question = _no_such(missed, day)
    for again in range(_TURNS):
        name = f"slot{turn}{'-' * again}"
        kind, given = (talk.form.answers.get(name) if talk.form else None) or ("", "")
        if kind == "option" and given in there and there[given] not in free:
            talk.asked.append(name)
            return there[given]
        chosen = talk.ask(name, question, *options[:_SLOTS_SHOWN], check=_Hour(talk, windows, day), about=wanted.about)  # fmt: skip
        if chosen in there:
            return there[chosen]
        question = _no_such(chosen, day)
    raise none_left(wanted)


def _no_such(hour: str, day: date) -> Text:
    return Text("请从下面选一个，{hour}没有时段。{day}几点？", hour=hour, day=booking_days.said(day))


def _half(talk: Talk, wanted: Wanted, day: date, free: list[Window], turn: str) -> list[Window]:
    """So many are asked for by half days first."""
    halves = {
        "morning": [each for each in free if _local(talk, each).time() < _NOON],
        "afternoon": [each for each in free if _local(talk, each).time() >= _NOON],
    }
    if not all(halves.values()):
        return free
    options = (Option("morning", Text("上午"), ("早上",)), Option("afternoon", Text("下午"), ("午后",)))
    return halves[
        talk.ask(
            f"half{turn}",
            Text("{day}上午还是下午？", day=booking_days.said(day)),
            *options,
            about=wanted.about,
        )
    ]


def _hours(talk: Talk, window: Window) -> Text:
    return Text(
        "{begin}–{end}",
        begin=f"{_local(talk, window):%H:%M}",
        end=f"{window.ends.astimezone(talk.zone):%H:%M}",
    )


def _moment(window: Window) -> Text:
    return Text("{at}", at=Moment(window.starts))


def _hour_words(talk: Talk, window: Window) -> tuple[str, ...]:
    here = _local(talk, window)
    return (f"{here:%H:%M}", f"{here.hour}:{here:%M}")


class _Hour:
    """A slot by an hour in it, full ones too; an hour without one is said back."""

    wants = "choice"

    def __init__(self, talk: Talk, windows: list[Window], day: date) -> None:
        self._talk, self._windows, self._day = talk, windows, day

    def __call__(self, words: str) -> str:
        when = activity_reading.read_in(self._talk, words).when
        if when is None or when.clock is None:
            raise Refusal("booking.hour", Text("请从下面选一个时间。"))
        found = _at(self._talk, self._windows, self._day, when.clock.isoformat())
        return found.starts.isoformat() if found else f"{when.clock:%H:%M}"


def instead(talk: Talk, wanted: Wanted, full: Window, turn: str, *, may_wait: bool = True) -> Chosen:
    """Full: the next three, or a place in its list. Raises Refusal where there is neither."""
    ahead = 0 if wanted.today else talk.schedule.bookings.ahead

    def since(moment: datetime) -> list[Window]:
        return booking_slots.after(
            talk.db,
            wanted.service,
            wanted.place,
            moment,
            wanted.party,
            talk.now,
            talk.zone,
            ahead,
            wanted.count,
        )

    others = since(full.starts) or since(talk.now)
    waits = (
        may_wait
        and wanted.count == 1
        and wanted.party <= full.capacity
        and talk.now < booking_due.until(talk.schedule, full.starts)
    )
    options = [Option(each.starts.isoformat(), _moment(each), _hour_words(talk, each)) for each in others]
    if waits:
        options.append(
            Option(_WAIT, Text("候补{hour}", hour=f"{_local(talk, full):%H:%M}"), ("候补", "排队", "wait"))
        )
    if not options:
        raise none_left(wanted)
    chosen = talk.ask(f"instead{turn}", _full(wanted, full, waits), *options, about=wanted.about)
    if chosen == _WAIT:
        return Chosen(full, waits=True)
    return Chosen(next(each for each in others if each.starts.isoformat() == chosen))


def _full(wanted: Wanted, full: Window, waits: bool) -> Text:
    left = full.free
    if left and wanted.service.party is not None:
        text = Text("请换一个时间，{when}只剩{count}个位子。", when=Moment(full.starts), count=left)
    elif wanted.count > 1:
        text = Text("请换一个时间，{when}没有连着空的。", when=Span(full.starts, full.ends))
    else:
        text = Text("请换一个时间，{when}已经约满。", when=Moment(full.starts))
    return Text("{text}也可以候补，有空位先问您。", text=text) if waits else text


def none_left(wanted: Wanted) -> Refusal:
    sentence = Text("请过几天再来看看，「{service}」现在都约满了。", service=wanted.about[0].title)
    if wanted.count > 1:
        sentence = Text(
            "请少约一些时间，「{service}」没有连着空的{count}个时段。",
            service=wanted.about[0].title,
            count=wanted.count,
        )
    if wanted.today:
        sentence = Text("请明天再约，今天的约完了。最近约了没来，现在只能约当天。")
    return Refusal("booking.none_left", sentence, service.ref(wanted.service))


def details(one: Row[Any]) -> Choice:
    return Choice(Text("办事详情"), press("service", one.id))
