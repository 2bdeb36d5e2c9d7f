"""The community itself: its name, its zone and the days that are off here."""

from datetime import date
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import field_validator, model_validator
from sqlalchemy import JSON, Column, bindparam, select, text, update
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.pack import Entry, Keys, section
from models.personal import impersonal


class Community(SQLModel, table=True):
    """One row: one community is one database. `revision` grows with every change of what it holds."""

    id: int = Field(default=1, primary_key=True)
    name: str
    timezone: str
    languages: list[str] = Field(sa_column=Column(JSON, nullable=False))
    holidays: list[str] = Field(sa_column=Column(JSON, nullable=False))
    workdays: list[str] = Field(sa_column=Column(JSON, nullable=False))
    revision: int = 0
    # Only the demo, as long as no other pack was loaded beside it.
    demo: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # Of the key that seals what is sealed here; with another key nothing of it could be read.
    key_fingerprint: str | None = None
    # The hall in which companies and residents meet: its `name`, and what its four lists are called.
    hall: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    # What people come to a station for, where the pack says so.
    purposes: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


COMMUNITY = table_of(Community)
_ZONE = select(COMMUNITY.c.timezone)
_NAME = select(COMMUNITY.c.name)
_DAYS = select(COMMUNITY.c.holidays, COMMUNITY.c.workdays)
_PURPOSES = select(COMMUNITY.c.purposes)
_HALL = select(COMMUNITY.c.hall)
_REVISION = select(COMMUNITY.c.revision)
_IS_DEMO = select(COMMUNITY.c.demo)
_MARK_DEMO = update(COMMUNITY).values(demo=bindparam("only"))
_KEY = select(COMMUNITY.c.key_fingerprint)
_BIND_KEY = (
    update(COMMUNITY)
    .where(COMMUNITY.c.key_fingerprint.is_(None))
    .values(key_fingerprint=bindparam("fingerprint"))
)
_TOUCH = update(COMMUNITY).values(revision=COMMUNITY.c.revision + 1)


class HallEntry(Entry):
    """The word that opens the four lists, and what each of them is called here."""

    name: str = Field(min_length=1)
    resources: str = "资源"
    social: str = "社会组织"
    culture: str = "公益与文化"
    results: str = "成果展示"


@section("community", Community)
class CommunityEntry(Entry):
    name: str = Field(min_length=1)
    timezone: str
    languages: list[str] = ["zh-Hans", "en"]
    holidays: list[date] = []
    workdays: list[date] = []
    hall: HallEntry | None = None
    purposes: list[Annotated[str, Field(min_length=1, max_length=12)]] = Field(default=[], max_length=9)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f'"{zone}" is no time zone; write one like "Asia/Shanghai"')
        return zone

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, languages: list[str]) -> list[str]:
        unknown = set(languages) - {"zh-Hans", "zh-Hant", "en"}
        if unknown or not languages:
            raise ValueError('the languages are "zh-Hans", "zh-Hant" and "en"')
        return languages

    @model_validator(mode="after")
    def _either_off_or_not(self) -> Self:
        if both := set(self.holidays) & set(self.workdays):
            raise ValueError(f"workdays: {min(both)} is a holiday too; take it out of one of them")
        return self

    def once(self, db: Db, keys: Keys) -> dict[str, object]:
        return {"id": 1, "revision": 0}

    def row(self, keys: Keys) -> dict[str, object]:
        return {
            "name": self.name,
            "timezone": self.timezone,
            "languages": self.languages,
            "holidays": [day.isoformat() for day in self.holidays],
            "workdays": [day.isoformat() for day in self.workdays],
            "hall": self.hall.model_dump() if self.hall else None,
            "purposes": list(dict.fromkeys(self.purposes)) or None,
        }


def zone(db: Db) -> ZoneInfo | None:
    """The zone in which the community reads its clocks; None before the first pack is loaded."""
    name = db.value(_ZONE)
    return ZoneInfo(name) if name else None


def name(db: Db) -> str | None:
    """What the community calls itself."""
    found: str | None = db.value(_NAME)
    return found


def hall(db: Db) -> dict[str, Any] | None:
    """The hall's name, and what its lists are called; None where there is none."""
    found: dict[str, Any] | None = db.value(_HALL)
    return found


def purposes(db: Db) -> list[str] | None:
    """What people come to a station for, in the order of their numbers; None where the pack does not say."""
    found: list[str] | None = db.value(_PURPOSES)
    return found


def days(db: Db) -> tuple[set[date], set[date]]:
    """Its own days off beyond the public calendar, and its make-up workdays."""
    row = db.row(_DAYS)
    holidays, workdays = (row.holidays, row.workdays) if row else ([], [])
    return {date.fromisoformat(each) for each in holidays}, {date.fromisoformat(each) for each in workdays}


def is_demo(db: Db) -> bool:
    """Whether there is nothing here but the demo."""
    return bool(db.value(_IS_DEMO))


def mark_demo(db: Db, *, demo: bool) -> None:
    db.run(_MARK_DEMO, only=demo)


def key_fingerprint(db: Db) -> str | None:
    """Of the key with which the community was begun; None where it has none yet."""
    bound: str | None = db.value(_KEY)
    return bound


def bind_key(db: Db, fingerprint: str) -> str | None:
    """The fingerprint of the community's key, which is the first that it was opened with."""
    db.run(_BIND_KEY, fingerprint=fingerprint)
    return key_fingerprint(db)


def revision(db: Db) -> int:
    """How often what the community holds has changed."""
    return int(db.value(_REVISION) or 0)


def touch(db: Db) -> None:
    """Tells everybody who keeps something of the community in memory that it changed."""
    db.run(_TOUCH)


impersonal(COMMUNITY, "packs write it: what the community itself has")
