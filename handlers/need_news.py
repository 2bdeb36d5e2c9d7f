"""What becomes of a need reaches who reported it and who follows it, each once for each step."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from models import follow, notice
from models.card import Card
from models.database import Db


def tell(
    db: Db,
    one: Row[Any],
    card: Card,
    event: str,
    now: datetime,
    *,
    followers: Card | None = None,
    but: Collection[int | None] = (),
) -> None:
    """The reporter gets `card`, who follows it `followers`; never one of `but`, who did it himself.

    `event` names the step, and once more where it happens again, as `reopened 2`. Of what is not everybody's to know
    those who follow it hear nothing.
    """
    if one.reporter_id is not None and one.reporter_id not in but:
        _tell(db, card, one.reporter_id, f"need:{one.id}:{event}", now)
    if followers is None or one.visibility != "public":
        return
    for member in follow.followers(db, need=one.id):
        if member != one.reporter_id and member not in but:
            _tell(db, followers, member, f"need:{one.id}:{event}:{member}", now)


def tell_staff(
    db: Db,
    number: int,
    card: Card,
    whom: Collection[int],
    event: str,
    now: datetime,
    *,
    still: str | None = None,
    rests: bool = True,
) -> bool:
    """Officers and units, each once for each step. Whether anybody was told who was not before."""
    told = [
        notice.tell_member(
            db,
            [card],
            member,
            now,
            key=f"need:{number}:{event}:staff {member}",
            kind="question",
            still=still,
            rests=rests,
        )
        for member in dict.fromkeys(whom)
    ]
    return any(told)


def _tell(db: Db, card: Card, member: int, key: str, now: datetime) -> None:
    notice.tell_member(db, [card], member, now, key=key, kind="answer", rests=True)
