"""What one can go to: salons, lectures, courses, volunteering, meetings."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Column, Row, bindparam, event, func, inspect, literal_column, select, update
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.folding import fold
from models.organization import ORGANIZATION
from models.personal import impersonal
from models.place import PLACE
from models.refusal import Refusal
from models.text import Text

ActivityKind = Literal["salon", "lecture", "course", "club", "volunteering", "charity", "meeting", "outreach"]
Stands = Literal["early", "open", "full", "closed", "running", "ended", "cancelled", "withdrawn"]


class Activity(SQLModel, table=True):
    """`state` is `published`, `cancelled` (its people were told) or `withdrawn` (it had none).

    `seats` are those given by the bot, `taken` those given away outside it.
    `day` and `minute` are the start in the community's zone, `words` what a search looks through:
    they follow from the other columns and are written with them.
    """

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    number: int = Field(unique=True)
    kind: str
    series: str | None = None
    title: str
    summary: str | None = None
    place_id: int = Field(foreign_key="place.id", index=True)
    host_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    starts: datetime
    ends: datetime = Field(index=True)
    capacity: int | None = None
    taken: int
    seats: int
    fee: str | None = None
    registration_opens: datetime | None = None
    registration_closes: datetime | None = None
    tags: list[str] = Field(sa_column=Column(JSON, nullable=False))
    hours: float
    questions: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    day: date = Field(index=True)
    minute: int
    words: str
    state: str = Field(default="published", sa_column_kwargs={"server_default": "published"})
    # Grows when what a calendar shows changes (RFC 5546, SEQUENCE); `changed` is when that was.
    sequence: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    changed: datetime | None = None
    # Since when it can be found; what was there before that was noted has none, and is no news.
    published: datetime | None = Field(default=None, index=True)


ACTIVITY = table_of(Activity)
# For queries: what is held. Written out, so that an index of such rows could serve.
PUBLISHED = ACTIVITY.c.state == literal_column("'published'")
_LATIN = re.compile(r"[a-z0-9]+")


@event.listens_for(Activity, "before_update")
def _seats_are_counted_by_rules(_mapper: object, _connection: object, changed: Activity) -> None:
    """An object that writes the counter back would undo what others wrote meanwhile."""
    attributes = inspect(changed).attrs
    if attributes.seats.history.has_changes() or attributes.taken.history.has_changes():
        raise TypeError(
            "the seats of an activity change by conditional UPDATE only; see models/registration.py"
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """An activity as people see it, with its place and host."""

    id: int
    code: str
    number: int
    kind: str
    series: str | None
    title: str
    summary: str | None
    starts: datetime
    ends: datetime
    capacity: int | None
    taken: int
    seats: int
    fee: str | None
    registration_opens: datetime | None
    registration_closes: datetime | None
    tags: list[str]
    hours: float
    questions: list[dict[str, Any]]
    state: str
    sequence: int
    place_id: int
    place: str
    place_code: str
    address: str | None
    host: str | None

    @property
    def ref(self) -> str:
        return f"activity:{self.code}"

    @property
    def free(self) -> int | None:
        """Seats left; None is no limit."""
        return None if self.capacity is None else max(0, self.capacity - self.taken - self.seats)

    @property
    def closes(self) -> datetime:
        return self.registration_closes or self.starts

    @property
    def is_off(self) -> bool:
        """It is not held: cancelled, or withdrawn."""
        return self.state != "published"

    def stands(self, now: datetime) -> Stands:
        """The one state that a card shows before any question."""
        if self.is_off:
            return "cancelled" if self.state == "cancelled" else "withdrawn"
        if now >= self.starts:
            return "ended" if now >= self.ends else "running"
        if now >= self.closes:
            return "closed"
        if self.registration_opens and now < self.registration_opens:
            return "early"
        return "full" if self.free == 0 else "open"


_STARTS = select(ACTIVITY.c.id, ACTIVITY.c.starts)
_DERIVE = (
    update(ACTIVITY)
    .where(ACTIVITY.c.id == bindparam("activity"))
    .values(day=bindparam("on"), minute=bindparam("at"))
)
NEXT_NUMBER = select(func.coalesce(func.max(ACTIVITY.c.number), 0) + 1)
_LISTED = select(
    *(
        ACTIVITY.c[name]
        for name in (
            "id",
            "code",
            "number",
            "kind",
            "series",
            "title",
            "summary",
            "starts",
            "ends",
            "capacity",
            "taken",
            "seats",
            "fee",
            "registration_opens",
            "registration_closes",
            "tags",
            "hours",
            "questions",
            "state",
            "sequence",
            "place_id",
        )
    ),
    PLACE.c.name.label("place"),
    PLACE.c.code.label("place_code"),
    PLACE.c.address,
    ORGANIZATION.c.name.label("host"),
).select_from(
    ACTIVITY.join(PLACE, ACTIVITY.c.place_id == PLACE.c.id).outerjoin(
        ORGANIZATION, ACTIVITY.c.host_id == ORGANIZATION.c.id
    )
)
_BY_NUMBER = _LISTED.where(ACTIVITY.c.number == bindparam("number"))
_BY_KEY = _LISTED.where(ACTIVITY.c.id == bindparam("activity"))
_BY_NUMBERS = _LISTED.where(ACTIVITY.c.number.in_(bindparam("numbers", expanding=True))).order_by(
    ACTIVITY.c.starts, ACTIVITY.c.id
)


def listed() -> Any:
    """The statement that others narrow down to the activities they want; `listing` reads its rows."""
    return _LISTED


def listing(row: Row[Any]) -> Listing:
    return Listing(*tuple(row))


def derive_days(db: Db, zone: ZoneInfo) -> None:
    """Writes anew what follows from the community's zone, for a community that changed it."""
    for row in db.rows(_STARTS):
        start = row.starts.astimezone(zone)
        db.run(_DERIVE, activity=row.id, on=start.date(), at=start.hour * 60 + start.minute)


def words(title: str, summary: str | None, series: str | None, tags: list[str]) -> str:
    """What a search looks through. Between bars stands what can be met whole: tags, series, Latin words."""
    text = fold(f"{title} {summary or ''}")
    labels = [fold(part) for part in (series or "", *tags) if part]
    whole = [*labels, *_LATIN.findall(" ".join([text, *labels]))]
    return " ".join([text, *(f"|{part}|" for part in dict.fromkeys(whole))])


def find(db: Db, number: int) -> Listing:
    """The activity with this public number. Raises Refusal."""
    found = db.objects(listing, _BY_NUMBER, number=number)
    if not found:
        raise Refusal(
            "activity.unknown", Text("没有找到这个活动，可能已经撤回了。说“有什么活动”看看最近的。")
        )
    return found[0]


def held(db: Db, key: int) -> Listing:
    """The activity with this key, which is known to be there."""
    (found,) = db.objects(listing, _BY_KEY, activity=key)
    return found


def those(db: Db, numbers: list[int]) -> list[Listing]:
    """The activities with these public numbers that there are, soonest first."""
    return db.objects(listing, _BY_NUMBERS, numbers=numbers) if numbers else []


impersonal(ACTIVITY, "packs write it: what the community itself has")
