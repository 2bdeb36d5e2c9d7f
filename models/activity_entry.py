"""An activity as packs write it."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Self

from pydantic import model_validator
from sqlmodel import Field

from models import activity_change
from models.activity import NEXT_NUMBER, Activity, ActivityKind, words
from models.database import Db
from models.pack import Count, Entry, Keys, Reference, Slug, section

_WHEN_AND_WHERE = ("starts", "ends", "day", "minute", "place_id", "registration_closes")


class QuestionEntry(Entry):
    key: Slug
    ask: str = Field(min_length=1)
    optional: bool = False


@section("activity", Activity)
class ActivityEntry(Entry):
    id: Slug
    kind: ActivityKind
    series: str | None = None
    title: str = Field(min_length=1)
    summary: str | None = None
    place: Annotated[str, Reference("place")]
    host: Annotated[str | None, Reference("organization")] = None
    starts: datetime
    ends: datetime
    capacity: Count | None = None
    taken: Count = 0
    fee: str | None = None
    registration_opens: datetime | None = None
    registration_closes: datetime | None = None
    tags: list[str] = []
    hours: float = Field(default=0, ge=0)
    questions: list[QuestionEntry] = []

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends <= self.starts:
            raise ValueError("ends: it ends before it starts; write a later time")
        if self.registration_closes and self.registration_closes > self.ends:
            raise ValueError("registration_closes: is after the end; write an earlier time")
        if self.registration_opens and self.registration_opens >= (self.registration_closes or self.starts):
            raise ValueError("registration_opens: is after the close; write an earlier time")
        if len({question.key for question in self.questions}) < len(self.questions):
            raise ValueError("questions: two have the same key; give one of them another")
        return self

    def once(self, db: Db, keys: Keys) -> dict[str, object]:
        return {"number": db.value(NEXT_NUMBER), "seats": 0, "published": keys.now}

    def withheld(self, db: Db, key: int) -> Collection[str]:
        """When and where it is held changes by the rule that tells those who are registered, see `revise`."""
        return _WHEN_AND_WHERE

    def revise(self, db: Db, key: int, keys: Keys) -> None:
        """What staff changed in the chat since, an old pack does not undo."""
        if not activity_change.is_staffs(db, key):
            row = self.row(keys)
            activity_change.correct(db, key, {name: row[name] for name in _WHEN_AND_WHERE}, keys.now)

    def row(self, keys: Keys) -> dict[str, object]:
        start = self.starts.astimezone(keys.zone)
        return {
            **self.model_dump(exclude={"id", "place", "host", "questions"}),
            "place_id": keys.get("place", self.place),
            "host_id": keys.get("organization", self.host),
            "questions": [question.model_dump() for question in self.questions],
            "day": start.date(),
            "minute": start.hour * 60 + start.minute,
            "words": words(self.title, self.summary, self.series, self.tags),
        }
