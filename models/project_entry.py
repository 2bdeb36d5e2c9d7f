"""A project as packs write it."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import model_validator
from sqlmodel import Field

from models import project_making, project_revising
from models.database import Db
from models.pack import Children, Entry, Keys, Quantity, Reference, Slug, section
from models.project import Project, ProjectPlace
from models.project_label import ProjectLabel
from models.project_part import Part, PartKind


class PartEntry(Entry):
    key: Slug
    kind: PartKind
    name: str = Field(min_length=1)
    quantity: Quantity
    unit: str | None = None
    least: Quantity = 1
    mandatory: bool = True


@section("project", Project)
class ProjectEntry(Entry):
    id: Slug
    kind: Literal["project", "charity"] = "project"
    board: str | None = None
    labels: Annotated[list[str], Reference("board")] = []
    title: str = Field(min_length=1)
    summary: str | None = None
    place: Annotated[str | None, Reference("place")] = None
    places: Annotated[list[str], Reference("place")] = []
    verified_by: str | None = None
    verified_at: datetime | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    parts: list[PartEntry] = []

    @model_validator(mode="after")
    def _each_part_once(self) -> Self:
        if len({part.key for part in self.parts}) < len(self.parts):
            raise ValueError("parts: two have the same key; give one of them another")
        return self

    @model_validator(mode="after")
    def _verified(self) -> Self:
        """What a pack has is open for claims at once, and charity is not before somebody has verified it."""
        if self.kind == "charity" and not (self.verified_by and self.verified_at):
            raise ValueError("verified_by: a charity project needs who verified it, and verified_at when")
        return self

    def row(self, keys: Keys) -> dict[str, object]:
        return {
            "board": self.board,
            "title": self.title,
            "summary": self.summary,
            "place_id": keys.get("place", self.place),
            "starts": self.starts,
            "ends": self.ends,
            "kind": self.kind,
            "verified_by": self.verified_by,
            "verified_at": self.verified_at,
        }

    def once(self, db: Db, keys: Keys) -> dict[str, object]:
        """What a pack has is open for claims from the first time that it is loaded."""
        return {"state": "claiming", "origin": "community"}

    def revise(self, db: Db, key: int, keys: Keys) -> None:
        """What is given already stays given; see models/project_revising.py."""
        project_revising.revise(db, key, {part.key: part.quantity for part in self.parts}, keys.now)

    def begin(self, db: Db, key: int, keys: Keys) -> None:
        project_making.note_begun(db, key, keys.now)

    def children(self, keys: Keys) -> Children:
        names = ("kind", "name", "quantity", "unit", "least", "mandatory")
        here = [place for place in dict.fromkeys(self.places) if place != self.place]
        return {
            Part: [
                {"code": part.key, **{name: getattr(part, name) for name in names}} for part in self.parts
            ],
            ProjectPlace: [{"place_id": keys.get("place", place)} for place in here],
            ProjectLabel: [{"board_id": keys.get("board", label)} for label in dict.fromkeys(self.labels)],
        }
