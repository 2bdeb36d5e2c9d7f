"""Where things are: a tree from the subdistrict down to the station and the room."""

from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import field_validator
from sqlalchemy import JSON, Column, Row, bindparam, select
from sqlmodel import Field, SQLModel

from models import opening
from models.database import Db, table_of
from models.pack import Entry, Keys, Reference, Slug, section
from models.personal import impersonal

PlaceKind = Literal["subdistrict", "neighbourhood", "park", "estate", "building", "station", "venue"]
Degrees = Annotated[float, Field(ge=-180, le=180)]


class Place(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    kind: str
    name: str
    aliases: list[str] = Field(sa_column=Column(JSON, nullable=False))
    parent_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    opening: str | None = None
    functions: list[str] = Field(sa_column=Column(JSON, nullable=False))


PLACE = table_of(Place)
_CHILDREN = select(PLACE.c.id).where(PLACE.c.parent_id.in_(bindparam("parents", expanding=True)))
_WHOLE = select(PLACE).where(PLACE.c.id == bindparam("place"))
_NAME = select(PLACE.c.name).where(PLACE.c.id == bindparam("place"))
_ROOTS = select(PLACE.c.id).where(PLACE.c.parent_id.is_(None)).order_by(PLACE.c.id)
_PARENT = select(PLACE.c.parent_id).where(PLACE.c.id == bindparam("place"))


@section("place", Place)
class PlaceEntry(Entry):
    id: Slug
    kind: PlaceKind
    name: str = Field(min_length=1)
    aliases: list[str] = []
    parent: Annotated[str | None, Reference("place")] = None
    address: str | None = None
    location: list[Degrees] | None = Field(default=None, min_length=2, max_length=2)
    opening: str | None = None
    functions: list[str] = []

    @field_validator("location")
    @classmethod
    def _latitude_first(cls, location: list[float] | None) -> list[float] | None:
        if location and abs(location[0]) > 90:
            raise ValueError("the latitude comes first, as in [31.2286, 121.4531]")
        return location

    @field_validator("opening")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        if text is not None:
            opening.parse(text)
        return text

    def row(self, keys: Keys) -> dict[str, object]:
        latitude, longitude = self.location or (None, None)
        return {
            "kind": self.kind,
            "name": self.name,
            "aliases": self.aliases,
            "parent_id": keys.get("place", self.parent),
            "address": self.address,
            "latitude": latitude,
            "longitude": longitude,
            "opening": self.opening,
            "functions": self.functions,
        }


def below(db: Db, places: Collection[int]) -> list[int]:
    """These places and all below them, each once, the outer ones first."""
    found = dict.fromkeys(places)
    level = list(found)
    while level:
        level = [row.id for row in db.rows(_CHILDREN, parents=level) if row.id not in found]
        found |= dict.fromkeys(level)
    return list(found)


def name(db: Db, place: int) -> str:
    """What it is called."""
    return str(db.value(_NAME, place=place))


def whole(db: Db, place: int) -> Row[Any] | None:
    """Everything that a pack says of it."""
    return db.row(_WHOLE, place=place)


def roots(db: Db) -> list[int]:
    """The places that lie in no other one."""
    return [row.id for row in db.rows(_ROOTS)]


def above(db: Db, place: int) -> list[int]:
    """The place and all around it, the nearest first."""
    found: list[int] = []
    around: int | None = place
    while around is not None and around not in found:
        found.append(around)
        around = db.value(_PARENT, place=around)
    return found


impersonal(PLACE, "packs write it: what the community itself has")
