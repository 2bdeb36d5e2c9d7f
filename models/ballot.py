"""Votes and elections, as packs declare them."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import model_validator
from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.database import table_of
from models.pack import Count, Entry, Keys, Quantity, Reference, Slug, section
from models.personal import impersonal


class Ballot(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    kind: str
    question: str
    options: list[str] = Field(sa_column=Column(JSON, nullable=False))
    secret: bool
    electorate_id: int = Field(foreign_key="place.id", index=True)
    opens: datetime
    closes: datetime
    quorum: float | None = None
    seats: int | None = None
    rounds: int | None = None
    publicity_days: int | None = None


@section("ballot", Ballot)
class BallotEntry(Entry):
    id: Slug
    kind: Literal["topic", "election"]
    question: str = Field(min_length=1)
    options: list[str] = Field(min_length=2)
    secret: bool = False
    electorate: Annotated[str, Reference("place")]
    opens: datetime
    closes: datetime
    quorum: float | None = Field(default=None, gt=0, le=1)
    seats: Quantity | None = None
    rounds: Quantity | None = None
    publicity_days: Count | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("closes: it closes before it opens; write a later time")
        if len(set(self.options)) < len(self.options):
            raise ValueError("options: the same option stands twice; write it once")
        if self.seats and self.seats > len(self.options):
            raise ValueError("seats: are more than the options; write fewer")
        if self.kind == "topic" and (self.seats, self.rounds, self.publicity_days) != (None, None, None):
            raise ValueError('seats, rounds, publicity_days: for kind = "election" only; leave them out')
        return self

    def row(self, keys: Keys) -> dict[str, object]:
        return {
            **self.model_dump(exclude={"id", "electorate"}),
            "electorate_id": keys.get("place", self.electorate),
        }


impersonal(table_of(Ballot), "packs write it: what the community itself has")
