"""The catalogue of public services, as packs declare it."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import ValidationInfo, field_validator
from sqlalchemy import JSON, Column, Row, bindparam, select, text
from sqlmodel import Field, SQLModel

from models import checked as checking
from models import opening
from models.change import CHANGE
from models.database import Db, table_of
from models.pack import Children, Entry, Keys, Quantity, Reading, Reference, Slug, section
from models.personal import OWNER, impersonal, keep_older, personal
from models.text import Text

# item: what an office does for people. consultation: with its hosts, who alone read what it is about. room: a place
# for a while. visit: a group is shown round. pickup: an organization fetches something, once. window: papers that go to
# another province and back.
Kind = Literal["item", "consultation", "room", "visit", "pickup", "window"]
_LONGEST_LOCK = 14 * 24 * 60
_LATEST_YEAR = 2200
# A list to tick is read on a phone.
_MOST_MATERIALS = 50


class Service(SQLModel, table=True):
    """Its key is its public number. `checked` is the day on which somebody last made sure
    that what stands here is right.

    `look` is when its officer is told to do so again.

    `party` is the largest group that comes with one booking: then a slot counts people, and without it bookings.
    `guides` are wanted for each slot that somebody booked. `lock` is how many minutes before its slot a booking can be
    moved or cancelled last; None is the community's own time. `private` ones show to their hosts alone who comes.
    """

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    kind: str = Field(default="item", sa_column_kwargs={"server_default": "item"})
    category: str
    name: str
    aliases: list[str] = Field(sa_column=Column(JSON, nullable=False))
    summary: str | None = None
    materials: list[str] = Field(sa_column=Column(JSON, nullable=False))
    fee: str | None = None
    takes: str | None = None
    slots: str | None = None
    online: str | None = None
    desk: str | None = None
    checked: date | None = None
    look: datetime | None = Field(default=None, index=True)
    pinned: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    province: str | None = None
    provider_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    party: int | None = None
    guides: int | None = None
    lock: int | None = None
    private: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    paused: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class ServiceStation(SQLModel, table=True):
    """Where a service is given."""

    __tablename__ = "service_station"
    service_id: int = Field(foreign_key="service.id", primary_key=True)
    place_id: int = Field(foreign_key="place.id", primary_key=True, index=True)


class ServiceHost(SQLModel, table=True):
    """Who gives a service: he reads who comes to him and why."""

    __tablename__ = "service_host"
    service_id: int = Field(foreign_key="service.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)


SERVICE = table_of(Service)
SERVICE_STATION = table_of(ServiceStation)
SERVICE_HOST = table_of(ServiceHost)
_ALL = select(SERVICE).order_by(SERVICE.c.id)
_FIND = select(SERVICE).where(SERVICE.c.id == bindparam("number"))
_MOVED = (
    select(CHANGE.c.id)
    .where(
        CHANGE.c.subject == "service",
        CHANGE.c.subject_id == bindparam("service"),
        CHANGE.c.after.in_(("paused", "resumed")),
    )
    .limit(1)
)
_STATIONS = (
    select(SERVICE_STATION.c.place_id)
    .where(SERVICE_STATION.c.service_id == bindparam("service"))
    .order_by(SERVICE_STATION.c.place_id)
)
_AT = (
    select(SERVICE)
    .join(SERVICE_STATION, SERVICE_STATION.c.service_id == SERVICE.c.id)
    .where(SERVICE_STATION.c.place_id == bindparam("place"))
    .order_by(SERVICE.c.id)
)
_HOSTS = (
    select(SERVICE_HOST.c.member_id)
    .where(SERVICE_HOST.c.service_id == bindparam("service"))
    .order_by(SERVICE_HOST.c.member_id)
)


def everything(db: Db) -> list[Row[Any]]:
    """The whole catalogue in its own order."""
    return list(db.rows(_ALL))


def find(db: Db, number: int) -> Row[Any] | None:
    """The service with this key, which is its public number."""
    return db.row(_FIND, number=number)


def stations(db: Db, service: int) -> list[int]:
    """The places where it is given, as the pack names them."""
    return [row.place_id for row in db.rows(_STATIONS, service=service)]


def given_at(db: Db, place: int) -> list[Row[Any]]:
    """What one can come to this place for."""
    return list(db.rows(_AT, place=place))


def hosts(db: Db, service: int) -> list[int]:
    """The members who give it."""
    return [row.member_id for row in db.rows(_HOSTS, service=service)]


def ref(one: Row[Any]) -> str:
    return f"service:{one.code}"


@section("service", Service)
class ServiceEntry(Entry):
    id: Slug
    kind: Kind = "item"
    category: str = Field(min_length=1)
    name: str = Field(min_length=1)
    aliases: list[str] = []
    summary: str | None = None
    stations: Annotated[list[str], Reference("place")] = []
    hosts: Annotated[list[str], Reference("member")] = []
    provider: Annotated[str | None, Reference("organization")] = None
    materials: list[str] = []
    fee: str | None = None
    takes: str | None = None
    slots: str | None = None
    online: str | None = None
    desk: str | None = None
    checked: date | None = None
    pinned: bool = False
    province: str | None = None
    party: Quantity | None = None
    guides: Quantity | None = None
    lock: str | None = None
    private: bool = False
    paused: bool = False

    @field_validator("slots")
    @classmethod
    def _readable(cls, slots: str | None) -> str | None:
        if slots is not None:
            opening.parse_slots(slots)
        return slots

    @field_validator("lock")
    @classmethod
    def _is_a_span(cls, span: str | None) -> str | None:
        if span is not None:
            _minutes(span)
        return span

    @field_validator("online")
    @classmethod
    def _is_a_link(cls, link: str | None) -> str | None:
        if link is not None and not link.startswith(("https://", "http://")):
            raise ValueError("is no link; begin it with https://")
        return link

    @field_validator("checked")
    @classmethod
    def _can_have_been(cls, day: date | None, info: ValidationInfo) -> date | None:
        """A day to come would stand against every later check, and nobody would be told to look again."""
        if day is None:
            return None
        reading: Reading | None = info.context
        today = reading.now.astimezone(reading.zone).date() if reading and reading.now else None
        if day > today if today else day.year > _LATEST_YEAR:
            raise ValueError("is still to come; write the day on which somebody checked it")
        return day

    @field_validator("materials")
    @classmethod
    def _can_be_listed(cls, materials: list[str]) -> list[str]:
        if len(materials) > _MOST_MATERIALS:
            raise ValueError(f"are more than {_MOST_MATERIALS} papers; put some of them together")
        return materials

    def row(self, keys: Keys) -> dict[str, object]:
        kept = (
            "kind",
            "category",
            "name",
            "aliases",
            "summary",
            "materials",
            "fee",
            "takes",
            "slots",
            "online",
        )
        besides = ("desk", "checked", "pinned", "province", "party", "guides", "paused")
        return {
            **self.model_dump(include={*kept, *besides}),
            "provider_id": keys.get("organization", self.provider),
            "lock": None if self.lock is None else _minutes(self.lock),
            "look": None if self.checked is None else checking.look_at(self.checked, keys.now, keys.zone),
            # What a consultation is about is never everybody's.
            "private": self.private or self.kind == "consultation",
        }

    def withheld(self, db: Db, key: int) -> Collection[str]:
        """What staff did since stays: a later day on which they checked it, and whether it is paused."""
        known = db.row(_FIND, number=key)
        later = known and known.checked and (self.checked is None or known.checked > self.checked)
        moved = db.value(_MOVED, service=key) is not None
        return (*(("checked", "look") if later else ()), *(("paused",) if moved else ()))

    def children(self, keys: Keys) -> Children:
        return {
            ServiceStation: [{"place_id": keys.get("place", code)} for code in dict.fromkeys(self.stations)],
            ServiceHost: [{"member_id": keys.get("member", code)} for code in dict.fromkeys(self.hosts)],
        }


_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def _minutes(span: str) -> int:
    """`30m`, `2h`, `1d` in minutes."""
    number, unit = span[:-1], _UNITS.get(span[-1:])
    if unit is None or not (number.isascii() and number.isdigit()):
        raise ValueError('is no span of time; write it as "30m", "2h" or "1d"')
    minutes = int(int(number) * unit / timedelta(minutes=1))
    if minutes > _LONGEST_LOCK:
        raise ValueError("is longer than 14 days; shorten it")
    return minutes


impersonal(SERVICE, "packs write it: what the community itself has")
impersonal(SERVICE_STATION, "packs write it: what the community itself has")
personal(
    SERVICE_HOST,
    Text("您值班的服务"),
    whose=SERVICE_HOST.c.member_id == OWNER,
    shows={"service_id": Text("服务")},
    joins=keep_older("service_id"),
    kept="as long as the member is one",
)
