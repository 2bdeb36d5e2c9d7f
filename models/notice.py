"""What is to be told: one row however many are told it; each of them has a Delivery."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, bindparam, delete, insert, select
from sqlmodel import Field, SQLModel

from models import consent, delivery
from models.card import Card
from models.conversation import CONVERSATION, Window
from models.database import Db, table_of
from models.delivery import DELIVERY, Claim
from models.member import ADDRESS, ADDRESSES, MEMBER, Language
from models.personal import Rows, Shown, personal, read_cards
from models.text import Text, as_said


class Notice(SQLModel, table=True):
    """`cards` are dumped cards. `said` is the line that they answer, where they answer one, see history.Line.

    `key` names the event that it tells of, so that a job which runs twice tells it once. `purpose` is
    what the reader must have consented to; None needs no consent, as an answer does. `kind` says what
    sort of news it is, for a platform that has a form of its own for each.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True)
    cards: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    said: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    purpose: str | None = None
    kind: str | None = None
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

    @property
    def cards(self) -> tuple[Card, ...]:
        return tuple(part.card for part in self.parts)


_SLICE = 1000
_INSERT = insert(NOTICE)
_OUTGOING = (
    select(
        ADDRESS.c.id.label("address"),
        ADDRESS.c.channel,
        ADDRESS.c.key,
        ADDRESS.c.member_id,
        ADDRESS.c.closed,
        CONVERSATION.c.free_until,
        CONVERSATION.c.free_left,
        DELIVERY.c.sent,
        MEMBER.c.language,
        NOTICE.c.cards,
        NOTICE.c.purpose,
        NOTICE.c.kind,
        NOTICE.c.expires,
    )
    .select_from(
        DELIVERY.join(NOTICE, NOTICE.c.id == DELIVERY.c.notice_id)
        .join(ADDRESS, ADDRESS.c.id == DELIVERY.c.address_id)
        .outerjoin(MEMBER, MEMBER.c.id == ADDRESS.c.member_id)
        .outerjoin(CONVERSATION, CONVERSATION.c.address_id == ADDRESS.c.id)
    )
    .where(DELIVERY.c.id == bindparam("delivery"))
)
_OLD = (
    select(NOTICE.c.id)
    .where(
        NOTICE.c.at < bindparam("limit"),
        ~select(DELIVERY.c.id).where(DELIVERY.c.notice_id == NOTICE.c.id).exists(),
    )
    .limit(_SLICE)
)
_FORGET = delete(NOTICE).where(NOTICE.c.id.in_(bindparam("old", expanding=True)))
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
    if key is not None and db.value(_TOLD, key=key) is not None:
        return False
    dumped = [card.dump() for card in cards]
    notice = db.insert(
        _INSERT, key=key, cards=dumped, said=None, purpose=purpose, kind=kind, at=now, expires=expires
    )
    for address in addresses:
        delivery.enter(db, notice, address, due or now)
    return True


def prepare(db: Db, claim: Claim, now: datetime) -> Outgoing | None:
    """What is to be sent, asked again at the last moment; None where it makes no sense any more: then that
    is what became of it.
    """
    row = db.row(_OUTGOING, delivery=claim.delivery)
    if row is None:
        return None  # erased with its reader
    if row.expires and row.expires <= now:
        delivery.settle(db, claim, "expired", now, "too late to be of use")
        return None
    if row.closed:
        delivery.settle(db, claim, "skipped", now, "nobody is reached there any more")
        return None
    if row.purpose and not (row.member_id and consent.holds(db, row.member_id, row.purpose)):
        delivery.settle(db, claim, "skipped", now, f"no consent to {row.purpose}")
        return None
    try:
        parts = tuple(Part.load(card) for card in row.cards)
    except (KeyError, TypeError, ValueError):
        delivery.settle(db, claim, "failed", now, "written by another version")
        return None
    window = Window(row.free_until, row.free_left) if row.free_until else None
    language = row.language or parts[0].language or "zh-Hans"
    return Outgoing(
        claim,
        row.address,
        row.channel,
        row.key,
        row.member_id,
        language,
        parts,
        row.sent,
        window,
        row.kind,
    )


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
    whose=NOTICE.c.id.in_(select(DELIVERY.c.notice_id).where(DELIVERY.c.address_id.in_(ADDRESSES))),
    shows={
        "at": Text("时间"),
        "said": Shown(Text("您说的"), lambda said: as_said(said["text"])),
        "cards": Shown(Text("我们说的"), read_cards),
        "purpose": Text("用途"),
        "kind": Text("类别"),
    },
    besides={"key": "the job's own name of the event"},
    erase=_erase,
    kept=delivery.KEPT,
)
