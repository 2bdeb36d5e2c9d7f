"""What is new of what somebody follows: one message a day at most, of what was published since the last one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, Table, and_, bindparam, func, insert, or_, select, update
from sqlmodel import Field, SQLModel

from models.activity import ACTIVITY, Listing, listed
from models.change import CHANGE
from models.database import Db, table_of
from models.member import MEMBER
from models.organization import ORGANIZATION
from models.personal import OWNER, keep_older, personal
from models.place import PLACE, above
from models.schedule import Schedule
from models.subscription import SUBSCRIPTION
from models.text import Text

# When the day's news goes out, on the community's clock; where that is quiet, at the end of the quiet hours.
AT = time(12, 0)
# The sorts of subjects that can be followed.
FOLLOWED = ("place", "series", "club", "kind", "topic")
# So many members are looked at in one slice.
SLICE = 25


class Digest(SQLModel, table=True):
    """Up to when a member has been told the news of what he follows."""

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    until: datetime = Field(index=True)


DIGEST = table_of(Digest)


@dataclass(frozen=True, slots=True)
class News:
    """An activity that is new, since when, and what it is about: the subjects by which somebody follows it."""

    activity: Listing
    published: datetime
    subjects: frozenset[str]
    # What a search looks through: a topic is met by its words.
    words: str
    # Since when it is known to whom, before it was opened to more, the oldest first.
    narrower: tuple[tuple[datetime | None, dict[str, Any] | None], ...] = ()


def _follows() -> Any:
    sorts = (SUBSCRIPTION.c.subject.startswith(f"{sort}:") for sort in FOLLOWED)
    return and_(SUBSCRIPTION.c.wanted.is_(True), or_(*sorts))


_FOLLOWS = (
    select(SUBSCRIPTION.c.id).where(SUBSCRIPTION.c.member_id == bindparam("member"), _follows()).limit(1)
)
_FOLLOWERS = (
    select(MEMBER.c.id, DIGEST.c.until)
    .outerjoin(DIGEST, DIGEST.c.member_id == MEMBER.c.id)
    .where(
        # From those who follow something to the members: of all members few do.
        MEMBER.c.id.in_(select(SUBSCRIPTION.c.member_id).where(_follows())),
        or_(DIGEST.c.until.is_(None), DIGEST.c.until < bindparam("at")),
    )
    .order_by(MEMBER.c.id)
    .limit(bindparam("most"))
    # Of two schedulers one steps over whom the other is telling (PostgreSQL; SQLite has one writer).
    .with_for_update(of=MEMBER, skip_locked=True, key_share=True)
)
_CHOICES = (
    select(SUBSCRIPTION)
    .where(SUBSCRIPTION.c.member_id.in_(bindparam("members", expanding=True)))
    .order_by(SUBSCRIPTION.c.at, SUBSCRIPTION.c.id)
)
_WAITING_SINCE = (
    select(func.min(func.coalesce(DIGEST.c.until, SUBSCRIPTION.c.at)))
    .select_from(SUBSCRIPTION.outerjoin(DIGEST, DIGEST.c.member_id == SUBSCRIPTION.c.member_id))
    .where(_follows())
)
_NEW = (
    listed()
    .add_columns(ACTIVITY.c.published, ACTIVITY.c.words, ORGANIZATION.c.code.label("host_code"))
    .where(
        ACTIVITY.c.published > bindparam("since"),
        ACTIVITY.c.published <= bindparam("at"),
        ACTIVITY.c.starts > bindparam("now"),
        ACTIVITY.c.state == "published",
    )
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
)
_PLACES = select(PLACE.c.id, PLACE.c.code)
_OPENED = (
    select(CHANGE.c.subject_id, CHANGE.c.detail)
    .where(
        CHANGE.c.subject == "activity",
        CHANGE.c.subject_id.in_(bindparam("those", expanding=True)),
        CHANGE.c.after == "eligible edited",
    )
    .order_by(CHANGE.c.id)
)
_INSERT = insert(DIGEST)
_UPDATE = update(DIGEST).where(DIGEST.c.member_id == bindparam("member")).values(until=bindparam("at"))


def last(now: datetime, schedule: Schedule) -> datetime:
    """The newest instant up to now at which the day's news goes out."""
    today = now.astimezone(schedule.zone)
    slots = (_on(today + timedelta(days=days), schedule) for days in (1, 0, -1, -2))
    return next(slot for slot in slots if slot <= now)


def after(moment: datetime, schedule: Schedule) -> datetime:
    """The first such instant after this one."""
    day = moment.astimezone(schedule.zone)
    slots = (_on(day + timedelta(days=days), schedule) for days in (-1, 0, 1, 2))
    return next(slot for slot in slots if slot > moment)


def _on(day: datetime, schedule: Schedule) -> datetime:
    return schedule.awake(datetime.combine(day.date(), AT, schedule.zone).astimezone(UTC))


def next_due(db: Db, schedule: Schedule) -> datetime | None:
    """When somebody is next to be told; None while nobody follows anything."""
    since: datetime | None = db.value(_WAITING_SINCE)
    return None if since is None else after(since, schedule)


def follows(db: Db, member: int) -> bool:
    """Whether he follows anything."""
    return db.value(_FOLLOWS, member=member) is not None


def followers(db: Db, at: datetime) -> list[Row[Any]]:
    """The first SLICE of those who follow something and were not told the news of this instant: id, until."""
    return list(db.rows(_FOLLOWERS, at=at, most=SLICE))


def choices(db: Db, members: Collection[int]) -> Mapping[int, Sequence[Row[Any]]]:
    """What each of these members chose to hear of, or not to, the oldest choice first."""
    found: dict[int, list[Row[Any]]] = {member: [] for member in members}
    for row in db.rows(_CHOICES, members=list(members)):
        found[row.member_id].append(row)
    return found


def news(db: Db, since: datetime, at: datetime, now: datetime) -> list[News]:
    """What was published after `since` up to `at` and is still to come, soonest first."""
    codes = {row.id: row.code for row in db.rows(_PLACES)}
    around: dict[int, list[str]] = {}
    found = []
    rows = db.rows(_NEW, since=since, at=at, now=now)
    narrower = _narrower(db, [row.id for row in rows])
    for row in rows:
        *shown, published, words, host = tuple(row)
        activity = Listing(*shown)
        place = activity.place_id
        if place not in around:
            around[place] = [f"place:{codes[each]}" for each in above(db, place)]
        subjects = {*around[place], f"kind:{activity.kind}"}
        subjects |= {f"series:{activity.series}"} if activity.series else set()
        subjects |= {f"club:{host}"} if host else set()
        found.append(
            News(activity, published, frozenset(subjects), words, tuple(narrower.get(activity.id, ())))
        )
    return found


def _narrower(db: Db, those: list[int]) -> dict[int, list[tuple[datetime | None, dict[str, Any] | None]]]:
    """Of each of these that was opened to more: since when it was known to whom before."""
    found: dict[int, list[tuple[datetime | None, dict[str, Any] | None]]] = {}
    for row in db.rows(_OPENED, those=those) if those else []:
        if row.detail and "published" in row.detail:
            since = row.detail["published"]
            known = datetime.fromisoformat(since) if since else None
            found.setdefault(row.subject_id, []).append((known, row.detail["old"]))
    return found


def wanted(
    rows: Sequence[Row[Any]],
    found: Iterable[News],
    until: datetime | None,
    topics: Mapping[str, Sequence[str]],
) -> list[tuple[News, datetime]]:
    """What of the news a member follows who made these choices, and was told up to `until`; and since when it is news.

    A no to a place, a kind or anything else that it is about weighs most. `topics` are the words that meet each topic.
    """
    chosen = {row.subject: row for row in rows}
    about_topics = {f"topic:{name}": words for name, words in topics.items() if f"topic:{name}" in chosen}
    told = ((each, _since(chosen, each, until, about_topics)) for each in found)
    return [(each, since) for each, since in told if since is not None and each.published > since]


def _since(
    chosen: Mapping[str, Row[Any]],
    news: News,
    until: datetime | None,
    topics: Mapping[str, Sequence[str]],
) -> datetime | None:
    """What came after this is new to him; None where he does not follow it."""
    met = [subject for subject, words in topics.items() if any(word in news.words for word in words)]
    about = [chosen[subject] for subject in (*news.subjects, *met) if subject in chosen]
    if not about or not all(row.wanted for row in about):
        return None
    moments: list[datetime] = [row.at if until is None else max(row.at, until) for row in about]
    return min(moments)


def told(db: Db, member: int, at: datetime, *, known: bool) -> None:
    """He has been told what was new at this instant, or there was nothing."""
    if known:
        db.run(_UPDATE, member=member, at=at)
    else:
        db.insert(_INSERT, member_id=member, until=at)


_BOTH = DIGEST.c.member_id.in_([bindparam("stays"), bindparam("goes")])
_EITHER = DIGEST.alias("either")
_LATEST = select(func.max(_EITHER.c.until)).where(
    _EITHER.c.member_id.in_([bindparam("stays"), bindparam("goes")])
)
_LATER = update(DIGEST).where(_BOTH).values(until=_LATEST.scalar_subquery())


def _join(db: Db, table: Table, stays: int, goes: int, now: datetime) -> None:
    """What either account was told is told."""
    db.run(_LATER, stays=stays, goes=goes)
    keep_older()(db, table, stays, goes, now)


personal(
    DIGEST,
    Text("新活动汇总"),
    whose=DIGEST.c.member_id == OWNER,
    shows={"until": Text("上次汇总到")},
    joins=_join,
    kept="one row a member, as long as he is one",
)
