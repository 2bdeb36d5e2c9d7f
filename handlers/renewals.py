"""A word in time before a card or a permit runs out: somebody gives the day alone, and no number of the card."""

import itertools
import re
from datetime import date, datetime

from handlers import catalogue_meant, checks
from handlers.jobs import job
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding import times
from handlers.understanding.reading import Reading
from models import notice, renewal
from models.card import Article, Card, Choice
from models.database import Db
from models.folding import fold
from models.refusal import Refusal
from models.schedule import Schedule
from models.still import still
from models.text import Several, Text, prose

_RUNS_OUT = r"(?:到期|过期|续签|续期|续办|换证|换新|年审|有效期)"
_RENEW = (
    Phrase(
        rf"{_RUNS_OUT}.{{0,16}}(?:提醒|叫|告诉|通知)(?:一下|一声|下)?我|提醒我.{{0,20}}{_RUNS_OUT}", weight=7
    ),
    Phrase(rf"(?:设|加|要|开|办).{{0,4}}{_RUNS_OUT}.{{0,4}}提醒|^{_RUNS_OUT}提醒[。!.]*$", weight=7),
    Phrase(
        r"\bremind\b.{0,40}\b(?:expir\w*|renew\w*|runs? out)\b|\b(?:expir\w*|renew\w*|runs? out)\b.{0,40}\bremind\b",
        weight=7,
    ),
)
_MINE = (
    Phrase(
        rf"(?:我|看|哪些|有什么|查).{{0,6}}{_RUNS_OUT}的?提醒|{_RUNS_OUT}提醒有(?:哪些|什么)|我.{{0,4}}(?:什么|哪些).{{0,6}}(?:快|要)到期",
        weight=8,
    ),
    # Each of them stands there with the button that takes it back.
    Phrase(
        rf"(?:取消|关掉|关闭|删掉|删除|停掉|停止|不要|别再?|不用).{{0,10}}{_RUNS_OUT}的?提醒|(?:不再|别再|不用|不要|别)提醒.{{0,10}}{_RUNS_OUT}",
        weight=9,
    ),
    Phrase(
        r"\bmy (?:renewal|expiry) reminders?\b|\b(?:stop|cancel|no more|turn off)\b.{0,30}\b(?:renewal|expiry) reminders?\b",
        weight=8,
    ),
)
_FULL = re.compile(
    r"(?<!\d)(20\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?!\d)|(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)"
)
# What is longer than a day written in digits may be the number of a card.
_LONG = re.compile(r"\d{9,}|\d{6,}[xX]")
_LATE = Choice(Text("到期提醒"), "renewals")
_LEAVE: Option[date | None] = Option(None, Text("不再提醒"), ("不提醒", "删掉", "stop"))
_ASK = Text("哪天到期？比如“2027年3月1日”。只要日子，证件号不用发。")
_WHICH = Text("哪一项要提醒？说名字就行，比如“居住证”。")


def _said(reading: Reading) -> Arguments:
    """The services and the day; nothing else of the sentence is kept."""
    found = _day(reading.text, reading.now.astimezone(reading.lexicon.zone))
    return {**catalogue_meant.named(reading), "due": found.isoformat() if found else None}


def _day(text: str, here: datetime) -> date | None:
    """The one day that is named, of any year."""
    if full := _FULL.search(text):
        year, month, day = (int(each) for each in full.groups() if each)
        try:
            return date(year, month, day)
        except ValueError:
            return None
    when, _ = times.find(_LONG.sub(" ", text), here)
    return when.first if when and when.first == when.last else None


@on(
    "service.renew",
    head="renew",
    allow=anybody,
    private=True,
    example=Text("居住证到期前提醒我"),
    rank=64,
    phrases=_RENEW,
    reads=_said,
)
def renew(
    talk: Talk, number: int | None = None, services: list[int] | None = None, due: str | None = None
) -> Card:
    """`number` is the service."""
    of = catalogue_meant.one(talk, number, services, _WHICH)
    about = (catalogue_meant.subject(of),)
    here = talk.now.astimezone(talk.zone)
    if due is not None:
        on_day = _checked(date.fromisoformat(due), here)
    else:
        known = renewal.of_service(talk.db, talk.person.id, of.id)
        answered = _asked(talk, about, here, changing=known is not None)
        if known and answered is None:
            return leave(talk, known.id)
        assert answered is not None
        on_day = answered
    name, runs_out = prose(of.name), _spoken(on_day)
    moments = renewal.moments(on_day, talk.now, talk.zone)
    if not moments:
        if earlier := renewal.of_service(talk.db, talk.person.id, of.id):
            renewal.leave(talk.db, talk.person.id, earlier.id)
        text = Text(
            "现在就可以来办「{service}」，{due}到期。这么近，不再另外提醒。", service=name, due=runs_out
        )
        choices = (Choice(Text("办事详情"), press("service", of.id)), _LATE)
        return Card(text, choices=choices, tone="notice", refs=(about[0].ref,))
    renewal.enter(talk.db, talk.person.id, of.id, on_day, talk.now, talk.zone)
    days = Several(tuple(_spoken(each.date()) for each in moments))
    text = Text(
        "记下了，{due}到期。{days}提醒您来办「{service}」。我们只记日期。",
        service=name,
        due=runs_out,
        days=days,
    )
    return Card(text, choices=(_LATE,), tone="done", refs=(about[0].ref,))


def _asked(talk: Talk, about: tuple[Article, ...], here: datetime, *, changing: bool) -> date | None:
    """The day, asked until it is one that can be; None where the reminder is to be left.

    A day that cannot be is an answer all the same: as none it would be heard as a search for what is on that day.
    """
    question, options = _ASK, (_LEAVE,) if changing else ()
    for attempt in itertools.count():
        name = f"due {attempt}" if attempt else "due"
        found = talk.ask(name, question, *options, check=_Day(here), about=about)
        if found is None:
            return None
        try:
            return _checked(found, here)
        except Refusal as refusal:
            question = refusal.sentence
    raise AssertionError


@on("service.renew", head="renewals", allow=anybody, private=True, phrases=_MINE)
def mine(talk: Talk) -> Card:
    rows = renewal.of_member(talk.db, talk.person.id)
    if not rows:
        text = Text("要提醒，说一句就行，比如“居住证到期前提醒我”。现在还没有。")
        return Card(text, choices=menu())
    articles = tuple(
        Article(
            prose(row.name),
            f"service:{row.code}",
            facts=((Text("到期日"), _spoken(row.due)),),
            choices=(
                Choice(Text("改日子"), press("renew", row.service_id)),
                Choice(Text("不再提醒"), press("unrenew", row.id)),
            ),
        )
        for row in rows
    )
    return Card(Text("这{count}项到期前会提醒您：", count=len(rows)), articles=articles)


@on("service.renew", head="unrenew", allow=anybody, private=True)
def leave(talk: Talk, number: int = 0) -> Card:
    """`number` is the reminder; one that is gone, or another's, is left alone."""
    row = renewal.find(talk.db, number)
    if row is None or not renewal.leave(talk.db, talk.person.id, number):
        return Card(Text("这个提醒已经没有了，不用再删。"), choices=(_LATE,), tone="notice")
    text = Text("好的，不再提醒「{service}」，日期也删了。", service=prose(row.name))
    again = Choice(Text("重新设"), press("renew", row.service_id))
    return Card(text, choices=(again, _LATE), tone="done", refs=(f"service:{row.code}",))


@job("renewals", next=lambda db, _schedule: renewal.next_due(db))
def remind(db: Db, now: datetime, schedule: Schedule) -> bool:
    """One person a slice: 30 and 7 days before."""
    row = renewal.due(db, now)
    if row is None:
        return False
    left = (row.due - now.astimezone(schedule.zone).date()).days
    if left >= 0:
        text = Text(
            "证件{due}到期，还有{count}天，可以来办「{service}」了。",
            service=prose(row.name),
            due=_spoken(row.due),
            count=left,
        )
        choices = (
            Choice(Text("办事详情"), press("service", row.service_id)),
            Choice(Text("材料清单"), press("materials", row.service_id)),
            Choice(Text("不再提醒"), press("unrenew", row.id)),
        )
        notice.tell_member(
            db,
            [Card(text, choices=choices, tone="notice", refs=(f"service:{row.code}",))],
            row.member_id,
            now,
            key=f"renewal:{row.member_id}:{row.service_id}:{row.due}:{left}",
            kind="reminder",
            still=f"renewal {row.id}",
            rests=True,
        )
    renewal.put_off(db, row, now, schedule.zone)
    return True


@still("renewal")
def _still(db: Db, key: int, _now: datetime) -> str | None:
    return None if renewal.find(db, key) else "the reminder was taken back"


class _Day:
    """A day; what may be the number of a card is refused, and kept nowhere."""

    wants = "date"

    def __init__(self, here: datetime) -> None:
        self._here = here

    def __call__(self, said: str) -> date:
        text = fold(checks.bare(said))
        found = _day(text, self._here)
        if found is None:
            raise Refusal("renewal.day", Text("请发到期的日子，比如“2027年3月1日”，证件号不用发。"))
        return found


def _checked(found: date, here: datetime) -> date:
    today = here.date()
    if found < today:
        raise Refusal("renewal.past", Text("请发还没到的日子。已经过期的，现在就可以来办。"))
    if found > today + renewal.LONGEST:
        raise Refusal("renewal.far", Text("请再看看年份，最多记20年以内的。"))
    return found


def _spoken(day: date) -> Text:
    return Text("{year}年{month}月{day}日", year=day.year, month=day.month, day=day.day)
