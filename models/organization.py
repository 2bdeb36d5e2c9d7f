"""Who acts together: companies, party organizations, committees, clubs and the rest."""

from typing import Annotated, Literal

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.database import table_of
from models.pack import Entry, Keys, Reference, Slug, section
from models.personal import impersonal

OrganizationKind = Literal[
    "company", "party", "committee", "club", "social", "government", "property", "union"
]


class Organization(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    kind: str
    name: str
    aliases: list[str] = Field(sa_column=Column(JSON, nullable=False))
    parent_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)


ORGANIZATION = table_of(Organization)


@section("organization", Organization)
class OrganizationEntry(Entry):
    id: Slug
    kind: OrganizationKind
    name: str = Field(min_length=1)
    aliases: list[str] = []
    parent: Annotated[str | None, Reference("organization")] = None
    place: Annotated[str | None, Reference("place")] = None

    def row(self, keys: Keys) -> dict[str, object]:
        return {
            "kind": self.kind,
            "name": self.name,
            "aliases": self.aliases,
            "parent_id": keys.get("organization", self.parent),
            "place_id": keys.get("place", self.place),
        }


impersonal(ORGANIZATION, "packs write it: what the community itself has")
