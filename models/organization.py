"""Who acts together: companies, party organizations, committees, clubs and the rest."""

from collections.abc import Collection
from typing import Annotated, Literal

from sqlalchemy import JSON, Column, bindparam, select
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.folding import fold
from models.pack import Entry, Keys, Reference, Slug, section
from models.personal import impersonal

OrganizationKind = Literal[
    "company", "party", "committee", "club", "social", "government", "property", "union"
]


class Organization(SQLModel, table=True):
    """`floor` is where in its building it sits, below ground less than 0. `consults` are the fields in which it answers
    questions that nobody else reads.
    """

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    kind: str
    name: str
    aliases: list[str] = Field(sa_column=Column(JSON, nullable=False))
    parent_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    floor: int | None = None
    consults: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


ORGANIZATION = table_of(Organization)
_NAMES = select(ORGANIZATION.c.id, ORGANIZATION.c.name, ORGANIZATION.c.aliases)
_PLACE = select(ORGANIZATION.c.place_id).where(ORGANIZATION.c.id == bindparam("organization"))
_AT = (
    select(ORGANIZATION.c.id)
    .where(
        ORGANIZATION.c.place_id.in_(bindparam("places", expanding=True)),
        ORGANIZATION.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(ORGANIZATION.c.id)
)
_NAME = select(ORGANIZATION.c.name).where(ORGANIZATION.c.id == bindparam("organization"))
_KIND = select(ORGANIZATION.c.kind).where(ORGANIZATION.c.id == bindparam("key"))
_CHILDREN = select(ORGANIZATION.c.id).where(
    ORGANIZATION.c.parent_id.in_(bindparam("parents", expanding=True))
)


@section("organization", Organization)
class OrganizationEntry(Entry):
    id: Slug
    kind: OrganizationKind
    name: str = Field(min_length=1)
    aliases: list[str] = []
    parent: Annotated[str | None, Reference("organization")] = None
    place: Annotated[str | None, Reference("place")] = None
    floor: int | None = Field(default=None, ge=-9, le=199)
    consults: list[str] = []

    def row(self, keys: Keys) -> dict[str, object]:
        return {
            "kind": self.kind,
            "name": self.name,
            "aliases": self.aliases,
            "parent_id": keys.get("organization", self.parent),
            "place_id": keys.get("place", self.place),
            "floor": self.floor,
            "consults": self.consults or None,
        }


def is_club(db: Db, key: int) -> bool:
    return bool(db.value(_KIND, key=key) == "club")


def named(db: Db, text: str) -> list[tuple[str, int]]:
    """The organizations that a folded text names, each with the name that stands there; of two names the longer."""
    names = [
        (fold(name), row.id)
        for row in db.rows(_NAMES)
        for name in (row.name, *row.aliases)
        if fold(name) in text
    ]
    found: list[tuple[str, int]] = []
    for name, key in sorted(names, key=lambda each: -len(each[0])):
        if name in text and key not in [other for _, other in found]:
            found.append((name, key))
            text = text.replace(name, "\0")
    return found


def place(db: Db, organization: int) -> int | None:
    """Where it is."""
    found: int | None = db.value(_PLACE, organization=organization)
    return found


def at(db: Db, places: Collection[int], kinds: Collection[str]) -> list[int]:
    """The organizations of these kinds at these places."""
    return [row.id for row in db.rows(_AT, places=list(places), kinds=list(kinds))]


def name(db: Db, organization: int) -> str:
    """What it is called."""
    return str(db.value(_NAME, organization=organization))


def below(db: Db, organizations: Collection[int]) -> list[int]:
    """These organizations and all below them, each once, the outer ones first."""
    found = dict.fromkeys(organizations)
    level = list(found)
    while level:
        level = [row.id for row in db.rows(_CHILDREN, parents=level) if row.id not in found]
        found |= dict.fromkeys(level)
    return list(found)


impersonal(ORGANIZATION, "packs write it: what the community itself has")
