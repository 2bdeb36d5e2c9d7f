"""What is to be told: one row however many are told it; each of them has a Delivery."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, bindparam, delete, insert, select
from sqlmodel import Field, SQLModel

from models import consent, delivery
from models.card import Card
from models.database import Db, table_of
from models.delivery import DELIVERY, Claim
from models.member import ADDRESS, ADDRESSES, MEMBER, Language
from models.personal import Rows, Shown, personal, read_cards
from models.text import Text, as_said


class Notice(SQLModel, table=True):
    """`cards` are dumped cards. `said` is the line that they answer, where they answer one, see history.Line.

    `key` names the event that it tells of, so that a job which runs twice tells it once. `purpose` is
    what the reader must have consented to; None needs no consent, as an answer does.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True)
    cards: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    said: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    purpose: str | None = None
    at: datetime = Field(index=True)
    expires: datetime | None = None


NOTICE = table_of(Notice)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a courier has to send: to which address of which channel, and who reads it there."""

    claim: Claim
    channel: str
    to: str
    member: int | None
    language: Language
    cards: tuple[Card, ...]


_SLICE = 1000
_INSERT = insert(NOTICE)
_OUTGOING = (
    select(
        ADDRESS.c.channel,
        ADDRESS.c.key,
        ADDRESS.c.member_id,
        MEMBER.c.language,
        NOTICE.c.cards,
        NOTICE.c.purpose,
        NOTICE.c.expires,
    )
    .select_from(
        DELIVERY.join(NOTICE, NOTICE.c.id == DELIVERY.c.notice_id)
        .join(ADDRESS, ADDRESS.c.id == DELIVERY.c.address_id)
        .outerjoin(MEMBER, MEMBER.c.id == ADDRESS.c.member_id)
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
    cards: Iterable[Card],
    addresses: Iterable[int],
    now: datetime,
    *,
    key: str | None = None,
    purpose: str | None = None,
    due: datetime | None = None,
    expires: datetime | None = None,
) -> bool:
    """Writes it down for these addresses, in the transaction of the fact that it tells of; the courier sends it.

    False where something with this key was told before.
    """
    if key is not None and db.value(_TOLD, key=key) is not None:
        return False
    dumped = [card.dump() for card in cards]
    notice = db.insert(_INSERT, key=key, cards=dumped, said=None, purpose=purpose, at=now, expires=expires)
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
    if row.purpose and not (row.member_id and consent.holds(db, row.member_id, row.purpose)):
        delivery.settle(db, claim, "skipped", now, f"no consent to {row.purpose}")
        return None
    try:
        cards = tuple(Card.load(card) for card in row.cards)
    except (KeyError, TypeError, ValueError):
        delivery.settle(db, claim, "failed", now, "written by another version")
        return None
    return Outgoing(claim, row.channel, row.key, row.member_id, row.language or "zh-Hans", cards)


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
    },
    besides={"key": "the job's own name of the event"},
    erase=_erase,
    kept=delivery.KEPT,
)
