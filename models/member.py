"""People: members, where they are reached, what they belong to and may do."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import field_validator
from sqlalchemy import JSON, Column, UniqueConstraint, bindparam, insert, select, update
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.pack import Children, Entry, Keys, Reference, Slug, Unique, section

Language = Literal["zh-Hans", "zh-Hant", "en"]


class Member(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str | None = Field(default=None, unique=True)
    name: str | None = None
    language: str
    home_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    work_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    interests: list[str] = Field(sa_column=Column(JSON, nullable=False))


class Address(SQLModel, table=True):
    """Where somebody is reached: a person on a channel, or a group chat (which is no member)."""

    __table_args__ = (UniqueConstraint("channel", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    key: str
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)


class Membership(SQLModel, table=True):
    """Who belongs to which organization."""

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    organization_id: int = Field(foreign_key="organization.id", primary_key=True, index=True)


class Role(SQLModel, table=True):
    """What somebody may do beyond being a member: staff of a place and all below it, representative of
    an organization, administrator."""

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    kind: str
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)


MEMBER, ADDRESS, MEMBERSHIP = table_of(Member), table_of(Address), table_of(Membership)


@dataclass(frozen=True, slots=True)
class Person:
    """The member who speaks, as every message's path reads him."""

    id: int
    language: Language
    home_id: int | None
    work_id: int | None


_ADDRESS = select(ADDRESS.c.id, ADDRESS.c.member_id).where(
    ADDRESS.c.channel == bindparam("channel"), ADDRESS.c.key == bindparam("key")
)
_MOVE = (
    update(ADDRESS)
    .where(ADDRESS.c.member_id == bindparam("member"), ADDRESS.c.channel == bindparam("there"))
    .values(key=bindparam("moved"))
)
_ADD_ADDRESS = insert(ADDRESS)
_LANGUAGE = (
    select(MEMBER.c.language)
    .join(ADDRESS, ADDRESS.c.member_id == MEMBER.c.id)
    .where(ADDRESS.c.channel == bindparam("channel"), ADDRESS.c.key == bindparam("key"))
)
_SPEAK = update(MEMBER).where(MEMBER.c.id == bindparam("member")).values(language=bindparam("chosen"))


@section("member", Member)
class MemberEntry(Entry):
    id: Slug
    handle: Annotated[str, Unique()]
    name: str = Field(min_length=1)
    language: Language = "zh-Hans"
    home: Annotated[str | None, Reference("place")] = None
    work: Annotated[str | None, Reference("place")] = None
    organizations: Annotated[list[str], Reference("organization")] = []
    interests: list[str] = []
    roles: list[str] = []

    @field_validator("handle")
    @classmethod
    def _on_a_channel(cls, handle: str) -> str:
        if not re.fullmatch(r"[a-z]+:.+", handle):
            raise ValueError(
                f'"{handle}" is no handle; write a channel and the name there, as "console:zhou"'
            )
        return handle

    @field_validator("roles")
    @classmethod
    def _known_roles(cls, roles: list[str]) -> list[str]:
        for role in roles:
            kind, at, scope = role.partition("@")
            if (kind, bool(at)) not in {
                ("administrator", False),
                ("staff", True),
                ("representative", True),
            } or (at and not scope):
                raise ValueError(
                    f'"{role}" is no role; write "staff@PLACE", "representative@ORGANIZATION" or "administrator"'
                )
        return roles

    def references(self) -> list[tuple[str, str, str]]:  # type: ignore[override]
        scopes = {"staff": "place", "representative": "organization"}
        named = [role.partition("@") for role in self.roles]
        return [
            *super().references(),
            *(("roles", scopes[kind], scope) for kind, at, scope in named if at),
        ]

    def row(self, keys: Keys) -> dict[str, object]:
        return {
            "name": self.name,
            "language": self.language,
            "home_id": keys.get("place", self.home),
            "work_id": keys.get("place", self.work),
            "interests": self.interests,
        }

    def children(self, keys: Keys) -> Children:
        roles: list[dict[str, object]] = []
        for role in self.roles:
            kind, _, scope = role.partition("@")
            place = keys.get("place", scope) if kind == "staff" else None
            organization = keys.get("organization", scope) if kind == "representative" else None
            roles.append({"kind": kind, "place_id": place, "organization_id": organization})
        joined = dict.fromkeys(keys.get("organization", code) for code in self.organizations)
        return {Role: roles, Membership: [{"organization_id": key} for key in joined]}

    def bind(self, db: Db, key: int) -> None:
        channel, _, address = self.handle.partition(":")
        known = db.row(_ADDRESS, channel=channel, key=address)
        if known is None:
            # Another handle than before: the old one is nobody's any more.
            if not db.run(_MOVE, member=key, there=channel, moved=address):
                db.insert(_ADD_ADDRESS, channel=channel, key=address, member_id=key)
        elif known.member_id != key:
            raise ValueError(f'handle: "{self.handle}" is another member\'s already; give another one')


def meet(db: Db, channel: str, key: str, language: Language) -> tuple[int, Person]:
    """A new member on first contact; gives the key of the address and the member."""
    newcomer = Member(language=language, interests=[])
    db.session.add(newcomer)
    db.session.flush()
    address = Address(channel=channel, key=key, member_id=newcomer.id)
    db.session.add(address)
    db.session.flush()
    return address.id or 0, Person(newcomer.id or 0, language, None, None)


def meet_group(db: Db, channel: str, key: str) -> int:
    """The key of the address of a group chat, which is no member."""
    return db.insert(_ADD_ADDRESS, channel=channel, key=key)


def language_at(db: Db, channel: str, key: str) -> Language | None:
    """What somebody reads who is known at this address."""
    language: Language | None = db.value(_LANGUAGE, channel=channel, key=key)
    return language


def speak(db: Db, member: int, language: Language) -> None:
    """From now on everything for this member is said in this language."""
    db.run(_SPEAK, member=member, chosen=language)
