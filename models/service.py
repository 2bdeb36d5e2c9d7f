"""The catalogue of public services, as packs declare it."""

from typing import Annotated

from pydantic import field_validator
from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models import opening
from models.database import table_of
from models.pack import Children, Entry, Keys, Reference, Slug, section
from models.personal import impersonal


class Service(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    category: str
    name: str
    aliases: list[str] = Field(sa_column=Column(JSON, nullable=False))
    materials: list[str] = Field(sa_column=Column(JSON, nullable=False))
    fee: str | None = None
    takes: str | None = None
    slots: str | None = None


class ServiceStation(SQLModel, table=True):
    """Where a service is given."""

    __tablename__ = "service_station"
    service_id: int = Field(foreign_key="service.id", primary_key=True)
    place_id: int = Field(foreign_key="place.id", primary_key=True, index=True)


SERVICE_STATION = table_of(ServiceStation)


@section("service", Service)
class ServiceEntry(Entry):
    id: Slug
    category: str = Field(min_length=1)
    name: str = Field(min_length=1)
    aliases: list[str] = []
    stations: Annotated[list[str], Reference("place")] = []
    materials: list[str] = []
    fee: str | None = None
    takes: str | None = None
    slots: str | None = None

    @field_validator("slots")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        if text is not None:
            opening.parse_slots(text)
        return text

    def row(self, keys: Keys) -> dict[str, object]:
        return self.model_dump(include={"category", "name", "aliases", "materials", "fee", "takes", "slots"})

    def children(self, keys: Keys) -> Children:
        return {
            ServiceStation: [{"place_id": keys.get("place", code)} for code in dict.fromkeys(self.stations)]
        }


impersonal(table_of(Service), "packs write it: what the community itself has")
impersonal(SERVICE_STATION, "packs write it: what the community itself has")
