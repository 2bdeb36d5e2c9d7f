"""A broadcast while it is written: nobody but its author has seen it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from models import audience as audiences
from models import broadcast
from models.audience import Audience
from models.database import Db


def draft(
    db: Db,
    author: int,
    texts: Mapping[str, str],
    audience: Audience,
    now: datetime,
    *,
    starts: datetime | None = None,
    corrects: int | None = None,
) -> Row[Any]:
    """Written down, and nothing more yet; raises Refusal where its author is not staff of all of it.

    `corrects` is the key of the one that it corrects: then it is for exactly those whom that one reached.
    """
    audiences.check(db, audience, author)
    return broadcast.write(
        db, author, texts, audience, now, state="draft", kind="notice", starts=starts, corrects=corrects
    )


def reword(db: Db, found: Row[Any], texts: Mapping[str, str], by: int, now: datetime) -> Row[Any]:
    """Other words for it. What somebody else has seen already is void: a new draft takes its place."""
    audience = Audience.load(found.audience)
    audiences.check(db, audience, by)
    if found.state == "draft":
        other = {"texts": dict(texts), "digest": broadcast.digest(texts, audience, found.recipients)}
        broadcast.put(db, found, "draft", other)
        return broadcast.read(db, found.id)
    broadcast.move(db, found, "stopped", by, now, "reworded", due=None, ended=now)
    return draft(db, by, texts, audience, now, starts=found.starts, corrects=found.corrects_id)


def recount(db: Db, found: Row[Any]) -> Row[Any]:
    """A draft with the number as it is now."""
    counted, seen = broadcast.sight(db, found)
    numbers = {"recipients": counted.recipients, "unreachable": counted.unreachable, "digest": seen}
    broadcast.put(db, found, "draft", numbers)
    return broadcast.read(db, found.id)
