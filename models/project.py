"""Community projects and the parts that companies and people can give to them."""

from typing import Annotated, Literal, Self

from pydantic import model_validator
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.database import table_of
from models.pack import Children, Entry, Keys, Quantity, Reference, Slug, section
from models.personal import impersonal

PartKind = Literal["people", "supplies", "venue", "expertise", "money"]


class Project(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    board: str | None = None
    title: str
    summary: str | None = None
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)


class Part(SQLModel, table=True):
    """One thing that a project needs, and how much of it."""

    __tablename__ = "project_part"
    __table_args__ = (UniqueConstraint("project_id", "code"),)
    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    code: str
    kind: str
    name: str
    quantity: int


PROJECT, PART = table_of(Project), table_of(Part)


class PartEntry(Entry):
    key: Slug
    kind: PartKind
    name: str = Field(min_length=1)
    quantity: Quantity


@section("project", Project)
class ProjectEntry(Entry):
    id: Slug
    board: str | None = None
    title: str = Field(min_length=1)
    summary: str | None = None
    place: Annotated[str | None, Reference("place")] = None
    parts: list[PartEntry] = []

    @model_validator(mode="after")
    def _each_part_once(self) -> Self:
        if len({part.key for part in self.parts}) < len(self.parts):
            raise ValueError("parts: two have the same key; give one of them another")
        return self

    def row(self, keys: Keys) -> dict[str, object]:
        return {
            "board": self.board,
            "title": self.title,
            "summary": self.summary,
            "place_id": keys.get("place", self.place),
        }

    def children(self, keys: Keys) -> Children:
        return {
            Part: [
                {"code": part.key, "kind": part.kind, "name": part.name, "quantity": part.quantity}
                for part in self.parts
            ]
        }


impersonal(PROJECT, "packs write it: what the community itself has")
impersonal(PART, "packs write it: what the community itself has")
