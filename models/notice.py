"""What is to be told: one row however many are told it; each of them has a Delivery."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, bindparam, delete, insert, or_, select, text
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from models import delivery, member
from models.card import Card
from models.claim import Claim
from models.conversation import Window
from models.database import Db, table_of
from models.delivery import DELIVERY, Lane
from models.member import ADDRESSES, Language
from models.personal import OWNER, Rows, Shown, personal, read_cards
from models.text import Text, as_said


class Notice(SQLModel, table=True):
    """`cards` are dumped cards. `said` is the line that they answer, where they answer one, see history.Line.

    `key` names the event that it tells of, so that a job which runs twice tells it once. `purpose` is
    what the reader must have consented to; None needs no consent, as an answer does. `kind` says what
    sort of news it is, for a platform that has a form of its own for each. `still` names what is asked at
    the last moment, see models/still.py. `rests`: it does not go out in the quiet hours. `halt` is what is to
    become of all its deliveries that wait, see halting.halt.
    """

    __table_args__ = (
        Index(
            "ix_notice_halt",
            "id",
            sqlite_where=text("halt IS NOT NULL"),
            postgresql_where=text("halt IS NOT NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True)
    cards: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    said: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    purpose: str | None = None
    kind: str | None = None
    still: str | None = None
    rests: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    halt: str | None = None
    at: datetime = Field(index=True)
    expires: datetime | None = None


NOTICE = table_of(Notice)


@dataclass(frozen=True, slots=True)
class Part:
    """A card as its reader gets it: `first` is the number of its first numbered choice; None numbers nothing.

    Of the messages that show it the first `skip` have been read already, in the response to the call that said
    what it answers, and `most` are sent; None sends all. `language` is for an address that is no member's, as a group's.
    """

    card: Card
    first: int | None = None
    skip: int = 0
    language: Language | None = None
    most: int | None = None

    def dump(self) -> dict[str, Any]:
        placed = {"first": self.first, "skip": self.skip, "language": self.language, "most": self.most}
        return {**self.card.dump(), **{name: value for name, value in placed.items() if value}}

    @classmethod
    def load(cls, dumped: dict[str, Any]) -> "Part":
        card, placed = Card.load(dumped), (dumped.get("language"), dumped.get("most"))
        return cls(card, dumped.get("first"), dumped.get("skip", 0), *placed)


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a courier has to send: to which address of which channel, and who reads it there.

    `sent` of its messages went out at an earlier attempt. `window` is when one may write there without being
    asked, on a channel that limits it; `kind` is what sort of news it is.
    """

    claim: Claim
    address: int
    channel: str
    to: str
    member: int | None
    language: Language
    parts: tuple[Part, ...]
    sent: int = 0
    window: Window | None = None
    kind: str | None = None
    expires: datetime | None = None
    # It is for a member, who may be reached elsewhere too.
    may_move: bool = False
    # What a channel has made of the notice, shared by all who are told it at once.
    made: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    # Whether it is ours to send, asked before each of its messages.
    is_ours: Callable[[], bool] = field(default=_always, compare=False, repr=False)

    @property
    def cards(self) -> tuple[Card, ...]:
        return tuple(part.card for part in self.parts)


_SLICE = 1000
_INSERT = insert(NOTICE)
# Both databases say it alike.
_INSERT_UNLESS_THERE = postgresql.insert(NOTICE).on_conflict_do_nothing()
_OLD = (
    select(NOTICE.c.id)
    .where(
        NOTICE.c.at < bindparam("limit"),
        ~select(DELIVERY.c.id).where(DELIVERY.c.notice_id == NOTICE.c.id).exists(),
    )
    .limit(_SLICE)
)
_FORGET = delete(NOTICE).where(NOTICE.c.id.in_(bindparam("old", expanding=True)))
_NEWEST = select(NOTICE.c.at).order_by(NOTICE.c.at.desc()).limit(1)
_TOLD = select(NOTICE.c.id).where(NOTICE.c.key == bindparam("key"))


def tell(
    db: Db,
    cards: Iterable[Card | Part],
    addresses: Iterable[int],
    now: datetime,
    *,
    key: str | None = None,
    purpose: str | None = None,
    kind: str | None = None,
    due: datetime | None = None,
    expires: datetime | None = None,
) -> bool:
    """Writes it down for these addresses, in the transaction of the fact that it tells of; the courier sends it.

    False where something with this key was told before.
    """
    notice = write(db, cards, now, key=key, purpose=purpose, kind=kind, expires=expires)
    if notice is None:
        return False
    for address in addresses:
        delivery.enter(db, notice, address, due or now)
    return True


def tell_member(
    db: Db,
    cards: Iterable[Card | Part],
    whom: int,
    now: datetime,
    *,
    lane: Lane = "personal",
    key: str | None = None,
    purpose: str | None = None,
    kind: str | None = None,
    still: str | None = None,
    rests: bool = False,
    due: datetime | None = None,
    expires: datetime | None = None,
) -> bool:
    """The same for one member, wherever he is reached when it is sent. False where it was told before."""
    notice = write(
        db, cards, now, key=key, purpose=purpose, kind=kind, still=still, rests=rests, expires=expires
    )
    if notice is None:
        return False
    delivery.enter(db, notice, member.address_for(db, whom), due or now, member=whom, lane=lane)
    return True


def write(
    db: Db,
    cards: Iterable[Card | Part],
    now: datetime,
    *,
    key: str | None = None,
    purpose: str | None = None,
    kind: str | None = None,
    still: str | None = None,
    rests: bool = False,
    expires: datetime | None = None,
) -> int | None:
    """What is to be told, without anybody yet; `delivery.enter` and `delivery.fan_out` say to whom.

    Gives its key, None where something with this `key` was told before.
    """
    if key is not None and db.value(_TOLD, key=key) is not None:
        return None
    return db.insert(
        _INSERT,
        key=key,
        cards=[card.dump() for card in cards],
        said=None,
        purpose=purpose,
        kind=kind,
        still=still,
        rests=rests,
        at=now,
        expires=expires,
    )


def shared(
    db: Db,
    cards: Iterable[Card | Part],
    now: datetime,
    *,
    key: str,
    kind: str | None = None,
    still: str | None = None,
    rests: bool = False,
    expires: datetime | None = None,
) -> int:
    """What several slices tell, also of two processes at once: whoever is first writes it. Gives its key."""
    found: int | None = db.value(_TOLD, key=key)
    if found is None:
        db.run(
            _INSERT_UNLESS_THERE,
            key=key,
            cards=[card.dump() for card in cards],
            kind=kind,
            still=still,
            rests=rests,
            at=now,
            expires=expires,
        )
        found = db.value(_TOLD, key=key)
    assert found is not None
    return found


def with_key(db: Db, key: str) -> int | None:
    """The one that tells of this event; None where nothing does."""
    found: int | None = db.value(_TOLD, key=key)
    return found


def newest(db: Db) -> datetime | None:
    """When the newest was written."""
    at: datetime | None = db.value(_NEWEST)
    return at


def forget(db: Db, now: datetime) -> bool:
    """Deletes one slice of what nobody was told within delivery.KEPT; True while there may be more."""
    old = [row.id for row in db.rows(_OLD, limit=now - delivery.KEPT)]
    if old:
        db.run(_FORGET, old=old)
    return len(old) == _SLICE


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """What others were told too stays; the member's own deliveries are gone by now."""
    told = select(DELIVERY.c.id).where(DELIVERY.c.notice_id == NOTICE.c.id).exists()
    db.run(delete(NOTICE).where(rows.these, ~told))


personal(
    NOTICE,
    Text("发给您的消息"),
    whose=NOTICE.c.id.in_(
        select(DELIVERY.c.notice_id).where(
            or_(DELIVERY.c.member_id == OWNER, DELIVERY.c.address_id.in_(ADDRESSES))
        )
    ),
    shows={
        "at": Text("时间"),
        "said": Shown(Text("您说的"), lambda said: as_said(said["text"])),
        "cards": Shown(Text("我们说的"), read_cards),
        "purpose": Text("用途"),
        "kind": Text("类别"),
    },
    besides={
        "key": "the job's own name of the event",
        "still": "what is asked before it is sent",
        "rests": "whether it keeps to the quiet hours",
        "halt": "whether its sender has paused or stopped it",
    },
    erase=_erase,
    kept=delivery.KEPT,
)
