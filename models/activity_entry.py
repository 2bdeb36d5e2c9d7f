"""An activity as packs write it."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Self

from pydantic import model_validator
from sqlmodel import Field

from models import activity_change, activity_editing, eligibility, shift
from models.activity import NEXT_NUMBER, Activity, ActivityKind, words
from models.database import Db
from models.pack import Children, Count, Entry, Keys, Quantity, Reference, Slug, section
from models.shift_role import ShiftRole

_ELSEWHERE = {"for_places", "for_organizations", "contact", "roles"}
_WHEN_AND_WHERE = ("starts", "ends", "day", "minute", "place_id", "registration_closes", "decides")


class QuestionEntry(Entry):
    key: Slug
    ask: str = Field(min_length=1)
    optional: bool = False


class RoleEntry(Entry):
    id: Slug
    name: str = Field(min_length=1)
    needed: Quantity
    skill: str | None = None


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
    approval: bool = False
    companions: Annotated[Count, Field(le=9)] | None = None
    minimum: Quantity | None = None
    decides: datetime | None = None
    for_places: Annotated[list[str], Reference("place")] = []
    for_organizations: Annotated[list[str], Reference("organization")] = []
    contact: Annotated[str | None, Reference("member")] = None
    checks_out: bool = False
    occasion: Slug | None = None
    private_note: str | None = None
    roles: list[RoleEntry] = []

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
        if len({role.id for role in self.roles}) < len(self.roles):
            raise ValueError("roles: two have the same id; give one of them another")
        if self.roles and self.capacity is not None:
            raise ValueError("capacity: follows from the roles; leave it out")
        if self.decides and self.minimum is None:
            raise ValueError("decides: there is no minimum to decide about; write one or leave it out")
        if self.decides and self.decides >= self.starts:
            raise ValueError("decides: is not before the start; write an earlier time")
        return self

    def once(self, db: Db, keys: Keys) -> dict[str, object]:
        return {"number": db.value(NEXT_NUMBER), "seats": 0, "published": keys.now}

    def withheld(self, db: Db, key: int) -> Collection[str]:
        """When and where it is held changes by the rule that tells those who are registered, see `revise`.

        What staff edited in the chat stays as they wrote it.
        """
        return {*_WHEN_AND_WHERE, *activity_editing.kept(db, key)}

    def revise(self, db: Db, key: int, keys: Keys) -> None:
        """What staff changed in the chat since, an old pack does not undo."""
        shift.keep(db, key, [role.id for role in self.roles])
        kept = activity_editing.kept(db, key)
        if "words" in kept:
            activity_editing.refresh(db, key)
        if not activity_change.is_staffs(db, key):
            row = dict(self.row(keys))
            if "registration_closes" in kept:
                row["registration_closes"] = activity_editing.closes(db, key)
            activity_change.correct(db, key, {name: row[name] for name in _WHEN_AND_WHERE}, keys.now)

    def row(self, keys: Keys) -> dict[str, object]:
        start = self.starts.astimezone(keys.zone)
        return {
            **self.model_dump(exclude={"id", "place", "host", "questions", *_ELSEWHERE}),
            "capacity": sum(role.needed for role in self.roles) if self.roles else self.capacity,
            "contact_id": keys.get("member", self.contact),
            "eligible": eligibility.dump(
                [keys.of["place"][each] for each in self.for_places],
                [keys.of["organization"][each] for each in self.for_organizations],
            ),
            "place_id": keys.get("place", self.place),
            "host_id": keys.get("organization", self.host),
            "questions": [question.model_dump() for question in self.questions],
            "day": start.date(),
            "minute": start.hour * 60 + start.minute,
            "words": words(self.title, self.summary, self.series, self.tags),
        }

    def children(self, keys: Keys) -> Children:
        return {
            ShiftRole: [
                {"code": role.id, "name": role.name, "capacity": role.needed, "skill": role.skill}
                for role in self.roles
            ]
        }

    def bind(self, db: Db, key: int) -> None:
        shift.follow(db, key)
