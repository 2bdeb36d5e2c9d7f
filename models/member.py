"""People: members, where they are reached, what they belong to and may do."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import field_validator
from sqlalchemy import (
    JSON,
    Column,
    Row,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from models import change
from models.change import CHANGE
from models.database import Db, table_of
from models.pack import Children, Entry, Keys, Reference, Slug, Unique, section
from models.personal import OWNER, Codes, Shown, keep_older, personal
from models.text import Text

Language = Literal["zh-Hans", "zh-Hant", "en"]


class Member(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str | None = Field(default=None, unique=True)
    name: str | None = None
    language: str
    home_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    work_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    # What a pack says is confirmed; what somebody says of himself is said only.
    home_confirmed: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    work_confirmed: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # Whether he is here as who works or as who lives here, where he does both: `work` or `home`; None as `work`.
    side: str | None = None
    interests: list[str] = Field(sa_column=Column(JSON, nullable=False))
    # Sealed, and its digest by which it is found: the number itself stands nowhere.
    phone: str | None = None
    phone_digest: str | None = Field(default=None, index=True)
    # When he was asked what a newcomer is asked; members of a pack never are.
    welcomed: datetime | None = None


class Address(SQLModel, table=True):
    """Where somebody is reached: a person on a channel, or a group chat (which is no member).

    `told` counts what was sent there, see Delivery.
    """

    __table_args__ = (UniqueConstraint("channel", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    key: str
    told: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    # Since when nobody is reached there: blocked, unfollowed. Whoever writes from there opens it again.
    closed: datetime | None = None
    # Known from groups alone: we may not write there before its owner does.
    unmet: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # Until when nothing but answers goes there, to keep a distance; until when the platform wants nothing at all.
    free: datetime | None = None
    stopped: datetime | None = None
    # Since when it is this member's, where it was another's before; where its owner wants to be told things.
    joined: datetime | None = None
    chosen: datetime | None = None
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)


class Membership(SQLModel, table=True):
    """Who belongs to which organization."""

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    organization_id: int = Field(foreign_key="organization.id", primary_key=True, index=True)


class Role(SQLModel, table=True):
    """What somebody may do beyond being a member: staff of a place and all below it, representative of
    an organization, administrator. Of a place there are narrow ones too: `door` only checks people in, `moderator`
    only decides who comes, `operator` only enters what is measured there; see duty.may."""

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    kind: str
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    # A visitor of the demo plays it: he may what it allows, but nobody is sent to him, and it ends with the demo.
    played: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


# What somebody may be of a place, and of all below it.
_AT_PLACES = ("staff", "door", "moderator", "operator")
MEMBER, ADDRESS, MEMBERSHIP = table_of(Member), table_of(Address), table_of(Membership)
ROLE = table_of(Role)


@dataclass(frozen=True, slots=True)
class Person:
    """The member who speaks, as every message's path reads him.

    A `newcomer` was not asked yet what newcomers are asked. `side` says which of both comes first.
    """

    id: int
    language: Language
    home_id: int | None
    work_id: int | None
    newcomer: bool = False
    side: str | None = None

    @property
    def bases(self) -> tuple[int | None, int | None]:
        """Home and work, first where he is at the moment."""
        both = (self.work_id, self.home_id)
        return both[::-1] if self.side == "home" else both


_ADDRESS = select(ADDRESS.c.id, ADDRESS.c.member_id).where(
    ADDRESS.c.channel == bindparam("channel"), ADDRESS.c.key == bindparam("key")
)
_OWN_THERE = ADDRESS.alias("own_there")
# His own one there, and none that was another's before.
_MOVE = (
    update(ADDRESS)
    .where(
        ADDRESS.c.id
        == select(func.min(_OWN_THERE.c.id))
        .where(
            _OWN_THERE.c.member_id == bindparam("member"),
            _OWN_THERE.c.channel == bindparam("there"),
            _OWN_THERE.c.joined.is_(None),
        )
        .scalar_subquery()
    )
    .values(key=bindparam("moved"))
)
_ADD_ADDRESS = insert(ADDRESS)
_MOVED = (
    update(ADDRESS)
    .where(ADDRESS.c.channel == bindparam("there"), ADDRESS.c.key == bindparam("old"))
    .values(key=bindparam("moved"))
)
_CLOSE = update(ADDRESS).where(ADDRESS.c.id == bindparam("address")).values(closed=bindparam("now"))
_REOPEN = update(ADDRESS).where(ADDRESS.c.id == bindparam("address")).values(closed=None, unmet=False)
_LANGUAGE = (
    select(MEMBER.c.language)
    .join(ADDRESS, ADDRESS.c.member_id == MEMBER.c.id)
    .where(ADDRESS.c.channel == bindparam("channel"), ADDRESS.c.key == bindparam("key"))
)
_CODED = select(MEMBER).where(MEMBER.c.code == bindparam("code"))
_COPIED = ("name", "language", "home_id", "work_id", "home_confirmed", "work_confirmed", "interests")
_BELONGS = select(MEMBERSHIP.c.organization_id).where(MEMBERSHIP.c.member_id == bindparam("member"))
# What members say of themselves, as the log of changes calls it, and where it stands.
_OWN = {
    "home": ("home_id", "home_confirmed"),
    "work": ("work_id", "work_confirmed"),
    "name": ("name",),
    "language": ("language",),
    "interests": ("interests",),
}
_SAID = select(CHANGE.c.after).where(CHANGE.c.subject == "member", CHANGE.c.subject_id == bindparam("member"))
_MAY = select(ROLE.c.kind, ROLE.c.place_id, ROLE.c.organization_id).where(
    ROLE.c.member_id == bindparam("member")
)
_END_PLAY = delete(ROLE).where(ROLE.c.played)
_IS_STAFF = exists().where(ROLE.c.member_id == MEMBER.c.id, ROLE.c.kind == "staff")
_NAMED = select(MEMBER.c.code, MEMBER.c.name, MEMBER.c.work_id, _IS_STAFF.label("staff")).where(
    MEMBER.c.code.in_(bindparam("codes", expanding=True))
)
_ADMINISTERS = (
    select(ROLE.c.id).where(ROLE.c.member_id == bindparam("member"), ROLE.c.kind == "administrator").limit(1)
)
_ADDRESSES_OF = select(ADDRESS).where(ADDRESS.c.member_id == bindparam("member")).order_by(ADDRESS.c.id)


def told_at(member: Any) -> Any:
    """For queries: where this member is told things. What he chose, else the newest that came to him."""
    return (
        select(ADDRESS.c.id)
        .where(ADDRESS.c.member_id == member, ADDRESS.c.closed.is_(None))
        # Among his first ones the newest.
        .order_by(
            ADDRESS.c.chosen.desc().nulls_last(), ADDRESS.c.joined.desc().nulls_last(), ADDRESS.c.id.desc()
        )
        .limit(1)
        .scalar_subquery()
    )


_TOLD_AT = select(told_at(bindparam("member")))
_CHOOSE = (
    update(ADDRESS)
    .where(ADDRESS.c.member_id == bindparam("member"))
    .values(
        chosen=case((ADDRESS.c.id == bindparam("address"), bindparam("now", type_=ADDRESS.c.chosen.type)))
    )
)
_SPEAK = update(MEMBER).where(MEMBER.c.id == bindparam("member")).values(language=bindparam("chosen"))
_STAND = update(MEMBER).where(MEMBER.c.id == bindparam("member")).values(side=bindparam("chosen"))
_WELCOME = update(MEMBER).where(MEMBER.c.id == bindparam("member")).values(welcomed=bindparam("now"))
# For queries of members: who was not asked yet what newcomers are asked.
NEWCOMER = and_(MEMBER.c.code.is_(None), MEMBER.c.welcomed.is_(None))
_PERSON = select(
    MEMBER.c.id,
    MEMBER.c.language,
    MEMBER.c.home_id,
    MEMBER.c.work_id,
    MEMBER.c.side,
    NEWCOMER.label("newcomer"),
).where(MEMBER.c.id == bindparam("member"))


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
                *((each, True) for each in _AT_PLACES),
                ("representative", True),
            } or (at and not scope):
                raise ValueError(
                    f'"{role}" is no role; write "staff@PLACE", "door@PLACE", "moderator@PLACE", '
                    '"operator@PLACE", "representative@ORGANIZATION" or "administrator"'
                )
        return roles

    def references(self) -> list[tuple[str, str, str]]:  # type: ignore[override]
        scopes = {**dict.fromkeys(_AT_PLACES, "place"), "representative": "organization"}
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
            "home_confirmed": self.home is not None,
            "work_confirmed": self.work is not None,
            "interests": self.interests,
        }

    def handles(self) -> Collection[str]:
        return (self.handle,)

    def withheld(self, db: Db, key: int) -> Collection[str]:
        """What somebody said of himself since, he is not told otherwise by an old pack."""
        said = {row.after for row in db.rows(_SAID, member=key)}
        return [
            column
            for about, columns in _OWN.items()
            for column in columns
            if f"{about} said" in said or f"{about} taken back" in said
        ]

    def children(self, keys: Keys) -> Children:
        roles: list[dict[str, object]] = []
        for role in self.roles:
            kind, _, scope = role.partition("@")
            place = keys.get("place", scope) if kind in _AT_PLACES else None
            organization = keys.get("organization", scope) if kind == "representative" else None
            roles.append({"kind": kind, "place_id": place, "organization_id": organization})
        joined = dict.fromkeys(keys.get("organization", code) for code in self.organizations)
        return {Role: roles, Membership: [{"organization_id": key} for key in joined]}

    def bind(self, db: Db, key: int) -> None:
        from models import membership_choice  # it needs this table first

        membership_choice.apply_all(db, key)
        channel, _, address = self.handle.partition(":")
        known = db.row(_ADDRESS, channel=channel, key=address)
        if known is None:
            # Another handle than before: the old one is nobody's any more.
            if not db.run(_MOVE, member=key, there=channel, moved=address):
                db.insert(_ADD_ADDRESS, channel=channel, key=address, member_id=key)
        elif known.member_id != key:
            raise ValueError(f'handle: "{self.handle}" is another member\'s already; give another one')


def meet(db: Db, channel: str, key: str, language: Language, *, unmet: bool = False) -> tuple[int, Person]:
    """A new member on first contact; gives the key of the address and the member. `unmet`: see Address."""
    newcomer = Member(language=language, interests=[])
    db.session.add(newcomer)
    db.session.flush()
    address = Address(channel=channel, key=key, member_id=newcomer.id, unmet=unmet)
    db.session.add(address)
    db.session.flush()
    return address.id or 0, Person(newcomer.id or 0, language, None, None, newcomer=True)


def meet_group(db: Db, channel: str, key: str) -> int:
    """The key of the address of a group chat, which is no member."""
    return db.insert(_ADD_ADDRESS, channel=channel, key=key)


def person(db: Db, member: int) -> Person:
    """The member as every message's path reads him."""
    row = db.row(_PERSON, member=member)
    assert row is not None
    return Person(row.id, row.language, row.home_id, row.work_id, newcomer=bool(row.newcomer), side=row.side)


def addresses(db: Db, member: int) -> list[Row[Any]]:
    """Where this member is reached, oldest first, also what is closed."""
    return list(db.rows(_ADDRESSES_OF, member=member))


def address_for(db: Db, member: int) -> int | None:
    """The one address where this member is told things; None where nothing reaches him."""
    address: int | None = db.value(_TOLD_AT, member=member)
    return address


def choose_address(db: Db, member: int, address: int, now: datetime) -> None:
    """From now on he is told things there."""
    db.run(_CHOOSE, member=member, address=address, now=now)


def move(db: Db, channel: str, old: str, new: str) -> None:
    """A group chat has another key from now on; where that is known already, the old one stays behind."""
    if db.row(_ADDRESS, channel=channel, key=new) is None:
        db.run(_MOVED, there=channel, old=old, moved=new)


def is_administrator(db: Db, member: int) -> bool:
    return db.value(_ADMINISTERS, member=member) is not None


def close(db: Db, address: int, now: datetime) -> None:
    """Nobody is reached there any more, and nothing is sent."""
    db.run(_CLOSE, address=address, now=now)


def reopen(db: Db, address: int) -> None:
    """Somebody wrote from there."""
    db.run(_REOPEN, address=address)


def play(db: Db, channel: str, key: str, code: str, now: datetime) -> bool:
    """A new member just like this one of the pack, at this address; False where there is no such one.

    A copy, so that whoever plays it sees nothing of another one who does, and is nobody of the next pack.
    """
    model = db.row(_CODED, code=code)
    if model is None:
        return False
    copied = {name: getattr(model, name) for name in _COPIED}
    copy = db.insert(insert(MEMBER), **copied, welcomed=now)
    for row in db.rows(_BELONGS, member=model.id):
        db.run(insert(MEMBERSHIP), member_id=copy, organization_id=row.organization_id)
    for row in db.rows(_MAY, member=model.id):
        db.run(insert(ROLE), member_id=copy, **row._mapping, played=True)
    db.insert(_ADD_ADDRESS, channel=channel, key=key, member_id=copy)
    return True


def end_play(db: Db) -> None:
    """Real people come: who only played what he may does not reach them."""
    db.run(_END_PLAY)


def named(db: Db, codes: Sequence[str]) -> dict[str, Row[Any]]:
    """Name, workplace and whether they are staff, of these members of the pack, by their codes."""
    return {row.code: row for row in db.rows(_NAMED, codes=list(codes))}


def language_at(db: Db, channel: str, key: str) -> Language | None:
    """What somebody reads who is known at this address."""
    language: Language | None = db.value(_LANGUAGE, channel=channel, key=key)
    return language


def welcome(db: Db, member: int, now: datetime) -> None:
    """He was asked what newcomers are asked, and is not asked again."""
    db.run(_WELCOME, member=member, now=now)


def stand(db: Db, member: int, side: str, now: datetime) -> None:
    """From now on this side of his comes first: `work` or `home`."""
    db.run(_STAND, member=member, chosen=side)
    change.record(db, "member", member, None, "side said", member, now)


def speak(db: Db, member: int, language: Language, now: datetime) -> None:
    """From now on everything for this member is said in this language."""
    db.run(_SPEAK, member=member, chosen=language)
    change.record(db, "member", member, None, "language said", member, now)


# In `whose` of a table that leads to a member by an address.
ADDRESSES = select(ADDRESS.c.id).where(ADDRESS.c.member_id == OWNER)
_WHILE_A_MEMBER = "as long as the member is one"
_LANGUAGES = Codes({"zh-Hans": Text("简体中文"), "zh-Hant": Text("繁體中文"), "en": Text("English")})
_SIDES = Codes({"work": Text("园区和楼里"), "home": Text("小区和家里")})
_ROLES = Codes(
    {
        "staff": Text("工作人员"),
        "door": Text("签到员"),
        "moderator": Text("审核员"),
        "operator": Text("记录员"),
        "representative": Text("代表"),
        "administrator": Text("管理员"),
    }
)

personal(
    MEMBER,
    Text("基本资料"),
    whose=MEMBER.c.id == OWNER,
    shows={
        "name": Text("称呼"),
        "language": Shown(Text("语言"), _LANGUAGES),
        "home_id": Text("住处"),
        "home_confirmed": Text("住处已核实"),
        "work_id": Text("单位所在"),
        "work_confirmed": Text("单位已核实"),
        "side": Shown(Text("先看哪边"), _SIDES),
        "interests": Text("兴趣"),
        "phone": Shown(Text("手机号"), sealed=True),
        "welcomed": Text("第一次问您的时间"),
        "code": Text("社区资料里的编号"),
    },
    besides={"phone_digest": "the number is found by it; the number itself is shown"},
    kept=_WHILE_A_MEMBER,
)
personal(
    ADDRESS,
    Text("您从哪里找我们"),
    whose=ADDRESS.c.member_id == OWNER,
    shows={
        "channel": Text("渠道"),
        "key": Text("那里的账号"),
        "closed": Text("从什么时候起发不到"),
        "joined": Text("什么时候关联的"),
        "chosen": Text("什么时候选来收通知的"),
    },
    besides={"unmet": "whether the platform lets us write there first"},
    kept=_WHILE_A_MEMBER,
)
personal(
    MEMBERSHIP,
    Text("所属组织"),
    whose=MEMBERSHIP.c.member_id == OWNER,
    shows={"organization_id": Text("组织")},
    joins=keep_older("organization_id"),
    kept=_WHILE_A_MEMBER,
)
personal(
    ROLE,
    Text("职责"),
    whose=ROLE.c.member_id == OWNER,
    shows={
        "kind": Shown(Text("职责"), _ROLES),
        "place_id": Text("地点"),
        "organization_id": Text("组织"),
    },
    besides={"played": "whether it is a role of the demo that a visitor plays"},
    joins=keep_older("kind", "place_id", "organization_id"),
    kept=_WHILE_A_MEMBER,
)
