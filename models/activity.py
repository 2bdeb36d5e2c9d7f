"""What one can go to: salons, lectures, courses, volunteering, meetings."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Row,
    bindparam,
    delete,
    event,
    func,
    inspect,
    literal_column,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.folding import fold
from models.organization import ORGANIZATION
from models.personal import OWNER, Rows, personal
from models.place import PLACE
from models.refusal import Refusal
from models.text import Text

ActivityKind = Literal["salon", "lecture", "course", "club", "volunteering", "charity", "meeting", "outreach"]
Stands = Literal["early", "open", "full", "closed", "running", "ended", "cancelled", "withdrawn"]

# For queries: those with a minimum of whose start nobody has looked yet whether enough come.
# Somebody waits for a seat of it.
WAITED_FOR = "waiting > 0"
UNLOOKED = (
    "minimum IS NOT NULL AND state = 'published' AND (minimum_looked IS NULL OR minimum_looked <> starts)"
)


class Activity(SQLModel, table=True):
    """`state` is `published`, `cancelled` (its people were told) or `withdrawn` (it had none); before that it may have
    been `proposed` by who is no staff, and `returned` to him.

    `seats` are those given by the bot, `taken` those given away outside it; while anybody is `waiting` for one,
    a seat that is free is his. `companions` are the most that one may bring, None any; `minimum` is with how many
    it is held, which its contact is asked about at `decides`. Who may come is `eligible`, see models/eligibility.py.
    What is one thing at several times, as the weeks of a course, has the same `occasion`.
    `day` and `minute` are the start in the community's zone, `words` what a search looks through:
    they follow from the other columns and are written with them.
    """

    __table_args__ = (
        Index("ix_activity_minimum", "starts", sqlite_where=text(UNLOOKED), postgresql_where=text(UNLOOKED)),
        Index("ix_activity_waiting", "id", sqlite_where=text(WAITED_FOR), postgresql_where=text(WAITED_FOR)),
        Index(
            "ix_activity_open",
            "ends",
            sqlite_where=text("concluded IS NULL"),
            postgresql_where=text("concluded IS NULL"),
        ),
    )
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
    # How many registrations wait for a seat of it; those for a role count there.
    waiting: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    approval: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    companions: int | None = None
    minimum: int | None = None
    decides: datetime | None = None
    # The start for which it was looked whether enough come; another start is looked at anew.
    minimum_looked: datetime | None = None
    eligible: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    contact_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    # Who leaves is to say so: then the hours are those between.
    checks_out: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    occasion: str | None = Field(default=None, index=True)
    # For which project it is held, whose volunteers come to it.
    project_id: int | None = Field(default=None, foreign_key="project.id", index=True)
    # What only those are shown who have a seat.
    private_note: str | None = None
    # Since when those who came are thanked and its contact is asked how it went, see models/concluding.py.
    concluded: datetime | None = None


ACTIVITY = table_of(Activity)
# For queries: what is held. Written out, so that an index of such rows could serve.
PUBLISHED = ACTIVITY.c.state == literal_column("'published'")
_LATIN = re.compile(r"[a-z0-9]+")


@event.listens_for(Activity, "before_update")
def _seats_are_counted_by_rules(_mapper: object, _connection: object, changed: Activity) -> None:
    """An object that writes the counter back would undo what others wrote meanwhile."""
    attributes = inspect(changed).attrs
    counted = (attributes.seats, attributes.taken, attributes.waiting)
    if any(each.history.has_changes() for each in counted):
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
    waiting: int
    approval: bool
    companions: int | None
    minimum: int | None
    decides: datetime | None
    eligible: dict[str, Any] | None
    contact_id: int | None
    checks_out: bool
    occasion: str | None
    private_note: str | None
    place_id: int
    has_roles: bool
    place: str
    place_code: str
    address: str | None
    host: str | None

    @property
    def ref(self) -> str:
        return f"activity:{self.code}"

    @property
    def free(self) -> int | None:
        """Seats left for who comes now; None is no limit. While people wait, what is free is theirs."""
        if self.capacity is None:
            return None
        return 0 if self.waiting else max(0, self.capacity - self.taken - self.seats)

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
# By name: models/shift_role.py knows of activities, and nothing here of it.
_HAS_ROLES = literal_column(
    "EXISTS (SELECT 1 FROM shift_role WHERE shift_role.activity_id = activity.id)", ACTIVITY.c.approval.type
)
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
            "waiting",
            "approval",
            "companions",
            "minimum",
            "decides",
            "eligible",
            "contact_id",
            "checks_out",
            "occasion",
            "private_note",
            "place_id",
        )
    ),
    _HAS_ROLES.label("has_roles"),
    PLACE.c.name.label("place"),
    PLACE.c.code.label("place_code"),
    PLACE.c.address,
    ORGANIZATION.c.name.label("host"),
).select_from(
    ACTIVITY.join(PLACE, ACTIVITY.c.place_id == PLACE.c.id).outerjoin(
        ORGANIZATION, ACTIVITY.c.host_id == ORGANIZATION.c.id
    )
)
# What was only proposed is known to who proposed it and to the officers alone, see models/activity_publishing.py.
_KNOWN = ACTIVITY.c.state.not_in(["proposed", "returned"])
_BY_NUMBER = _LISTED.where(ACTIVITY.c.number == bindparam("number"), _KNOWN)
_BY_KEY = _LISTED.where(ACTIVITY.c.id == bindparam("activity"))
_BY_NUMBERS = _LISTED.where(ACTIVITY.c.number.in_(bindparam("numbers", expanding=True)), _KNOWN).order_by(
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
    told = fold(f"{title} {summary or ''}")
    labels = [fold(part) for part in (series or "", *tags) if part]
    whole = [*labels, *_LATIN.findall(" ".join([told, *labels]))]
    return " ".join([told, *(f"|{part}|" for part in dict.fromkeys(whole))])


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


_NOT_HIS = "of the activity, which is the community's"


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """What he published stays without him; what he only proposed goes."""
    only_proposed = ACTIVITY.c.state.in_(["proposed", "returned"])
    db.run(delete(ACTIVITY).where(rows.these, only_proposed))
    db.run(update(ACTIVITY).where(rows.these).values(contact_id=None))


personal(
    ACTIVITY,
    Text("由您联系的活动"),
    whose=ACTIVITY.c.contact_id == OWNER,
    shows={
        "title": Text("标题"),
        "summary": Text("简介"),
        "starts": Text("时间"),
        "private_note": Text("报名后可见"),
    },
    besides=dict.fromkeys(
        ("code", "kind", "series", "fee", "tags", "questions", "words", "state", "eligible", "occasion"),
        _NOT_HIS,
    ),
    erase=_erase,
    kept="as long as the community is; who was its contact with it",
)
