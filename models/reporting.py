"""Reporting a need: the number, its words and photos, when it is answered, and whose eyes it comes before first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from models import (
    addressee,
    category,
    duty,
    follow,
    handling_due,
    need,
    need_line,
    need_support,
    phone,
    photo,
    place,
)
from models.addressee import Addressee
from models.category import Sort
from models.database import Db
from models.folding import fold
from models.need import NEED
from models.photo import PHOTO
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Text
from models.vault import Vault

MOST_PHOTOS = 3
# More than so many a day nobody has who does not mean to fill the office's desk; danger is never counted.
MOST_A_DAY = 8
_DAY = timedelta(days=1)
# A photo that came so short a time before the words belongs to them.
PHOTO_WAITS = timedelta(minutes=15)
# Danger that nobody takes up goes on to the next officer after so long.
_DANGER_WAITS = timedelta(minutes=30)
# So many officers are told of a danger at once: the nearest, and those above them.
_TOLD_OF_DANGER = 4
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports: `words` as typed, `place` in the tree, `spot` where in it, `here` a sent location."""

    words: str
    category: str
    place: int | None
    spot: str | None = None
    here: tuple[float, float] | None = None
    photos: tuple[int, ...] = ()
    anonymous: bool = False
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A need as it was entered: its number, until when it is answered, who has it and who is told of a danger."""

    number: int
    due: datetime
    officers: tuple[int, ...]


_ENTERED = select(func.count()).where(
    NEED.c.reporter_id == bindparam("member"), NEED.c.at > bindparam("since"), ~NEED.c.urgent
)
_SENT = select(func.max(NEED.c.id)).where(
    NEED.c.reporter_id == bindparam("member"), NEED.c.at > bindparam("since"), NEED.c.state != "draft"
)
_UNUSED = (
    select(PHOTO.c.id)
    .where(
        PHOTO.c.member_id == bindparam("member"), PHOTO.c.state == "sent", PHOTO.c.at >= bindparam("since")
    )
    .order_by(PHOTO.c.id.desc())
    .limit(MOST_PHOTOS)
)
_OFFICER = update(NEED).where(NEED.c.id == bindparam("need")).values(officer_id=bindparam("officer"))


def check_room(db: Db, member: int, now: datetime) -> None:
    """Whether he may report one more today. Raises Refusal."""
    if db.value(_ENTERED, member=member, since=now - _DAY) >= MOST_A_DAY:
        sentence = Text("请明天再报，今天您已经报了{count}件。着急的请直接打12345。", count=MOST_A_DAY)
        raise Refusal("need.many", sentence)


def photos_before(db: Db, member: int, now: datetime) -> list[int]:
    """The photos that somebody just sent and nothing was made of yet, the first one first."""
    found = db.rows(_UNUSED, member=member, since=now - PHOTO_WAITS)
    return sorted(row.id for row in found)


def sent_since(db: Db, member: int, now: datetime) -> int | None:
    """The number of what he reported a moment ago."""
    number: int | None = db.value(_SENT, member=member, since=now - PHOTO_WAITS)
    return number


def categories(db: Db, words: str) -> list[tuple[Sort, int]]:
    """What the words may be about with how much they say so, the likeliest first; none where they say nothing."""
    return category.likely(category.everything(db).values(), fold(words))


def is_private(db: Db, code: str) -> bool:
    known = category.everything(db).get(code)
    return bool(known and known.private)


def is_urgent(db: Db, code: str, words: str) -> bool:
    """Whether somebody may be hurt: by what it is about, or by words of danger whatever was chosen."""
    known = category.everything(db)
    if code in known and known[code].urgent:
        return True
    plain = fold(words)
    return any(category.stands(word, plain) for each in known.values() if each.urgent for word in each.words)


def submit(db: Db, vault: Vault, schedule: Schedule, member: int, report: Report, now: datetime) -> Done:
    """Entered and new, with its words, photos and first due date, before the officers nearest to its place.

    Raises Refusal where its photos are another's. Telling anybody is the caller's.
    """
    number = _enter(db, vault, member, report, now)
    times = handling_due.answered(db, schedule, now)
    if report.urgent:
        times = {**times, "climbs": now + _DANGER_WAITS}
    one = need.find(db, number)
    assert one is not None
    need.go(db, one, "new", member, now, **times)
    to = nearest(db, report.place, member)
    if to is not None:
        db.run(_OFFICER, need=number, officer=to.id)
    return Done(number, times["due"], _told(db, report, to, member))


def join(db: Db, vault: Vault, member: int, report: Report, same: Row[Any], now: datetime) -> int:
    """It is the same as another open one: kept as its duplicate, and its reporter follows that one.

    Gives the number that it has itself. Who reported that one too has said more about it. Raises Refusal.
    """
    if same.reporter_id == member:
        need_support.check_room(db, same, member)
        _lines(db, vault, same.id, member, report, "addition", now)
        return int(same.id)
    number = _enter(db, vault, member, report, now)
    one = need.find(db, number)
    assert one is not None
    need.go(db, one, "duplicate", member, now, reason=str(same.id), duplicate_of_id=same.id)
    follow.follow(db, member, now, need=same.id)
    return number


def nearest(db: Db, where: int | None, but: int) -> Addressee | None:
    """Whose desk it comes to: who is staff of the place or nearest above it; who reported it only where he is alone."""
    around = [where] if where is not None else place.roots(db)[:1]
    return addressee.nearest(db, around, {but}) or addressee.nearest(db, around)


def _told(db: Db, report: Report, to: Addressee | None, member: int) -> tuple[int, ...]:
    first = [to.id] if to is not None and to.id != member else []
    if not report.urgent or report.place is None:
        return tuple(first)
    above = [row.id for row in duty.staff(db, report.place) if row.id != member]
    return tuple(dict.fromkeys([*first, *above]))[:_TOLD_OF_DANGER]


def _enter(db: Db, vault: Vault, member: int, report: Report, now: datetime) -> int:
    known = category.everything(db)[report.category]
    latitude, longitude = report.here or (None, None)
    number = need.enter(
        db,
        now,
        member,
        category=report.category,
        title=known.name,
        place_id=report.place,
        spot=phone.without(report.spot) if report.spot else None,
        latitude=latitude,
        longitude=longitude,
        reporter_id=member,
        anonymous=report.anonymous,
        urgent=report.urgent,
        visibility="private" if known.private else "public",
    )
    _lines(db, vault, number, member, report, "report", now)
    return number


def _lines(db: Db, vault: Vault, number: int, member: int, report: Report, kind: str, now: datetime) -> None:
    """The words with the first photo, and a line for each other one; all wait for a check."""
    own = [each for each in report.photos[:MOST_PHOTOS] if photo.use(db, each, member, now)]
    words = phone.seal_in(report.words, vault)
    for nth, picture in enumerate(own or [None]):
        need_line.add(db, number, member, kind, now, words=None if nth else words, photo=picture)
