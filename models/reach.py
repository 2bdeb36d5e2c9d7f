"""By which of his addresses a member is told something: the one that he wants, where one may write there now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from models.conversation import CONVERSATION, Window
from models.database import Db
from models.grant import GRANT
from models.member import ADDRESS


@dataclass(frozen=True, slots=True)
class Way:
    """How one writes on a channel without having been asked. `windowed`: only while somebody wrote lately, else by a
    form of the platform: `forms` are the kinds of news that have one, `consents` those that take one of the reader's
    consents each, with the form; "" stands for every kind.
    """

    windowed: bool = False
    forms: frozenset[str] = frozenset()
    consents: tuple[tuple[str, str], ...] = ()

    def may_write(
        self, window: Window | None, kind: str | None, granted: Collection[str], now: datetime
    ) -> bool:
        """Whether news of this kind may go out now to somebody with this window and these consents left."""
        if not self.windowed or (window is not None and window.is_open(now)):
            return True
        if kind is None:
            return False
        named = dict(self.consents)
        for each in (kind, ""):
            if each in self.forms:
                return True
            if each in named:
                return named[each] in granted
        return False


@dataclass(frozen=True, slots=True)
class Place:
    """An address of a member that is open."""

    address: int
    channel: str
    key: str
    window: Window | None


_PLACES = (
    select(
        ADDRESS.c.id,
        ADDRESS.c.member_id,
        ADDRESS.c.channel,
        ADDRESS.c.key,
        CONVERSATION.c.free_until,
        CONVERSATION.c.free_left,
    )
    .outerjoin(CONVERSATION, CONVERSATION.c.address_id == ADDRESS.c.id)
    .where(
        ADDRESS.c.member_id.in_(bindparam("members", expanding=True)),
        ADDRESS.c.closed.is_(None),
        ~ADDRESS.c.unmet,
    )
    # As `member.told_at` says.
    .order_by(ADDRESS.c.chosen.desc().nulls_last(), ADDRESS.c.joined.desc().nulls_last(), ADDRESS.c.id.desc())
)
_GRANTS = select(GRANT.c.address_id, GRANT.c.template).where(
    GRANT.c.address_id.in_(bindparam("addresses", expanding=True)), GRANT.c.left > 0
)


def window_of(row: Row[Any]) -> Window | None:
    return Window(row.free_until, row.free_left) if row.free_until else None


def places(db: Db, members: Collection[int]) -> dict[int, list[Place]]:
    """Where each of these members can be reached, what he wants first."""
    found: dict[int, list[Place]] = {}
    for row in db.rows(_PLACES, members=list(members)) if members else ():
        found.setdefault(row.member_id, []).append(Place(row.id, row.channel, row.key, window_of(row)))
    return found


def grants(db: Db, places: Sequence[Place], ways: Mapping[str, Way]) -> dict[int, set[str]]:
    """Which forms may still be sent where, on the channels where that takes a consent each."""
    asked = [each.address for each in places if each.channel in ways and ways[each.channel].consents]
    found: dict[int, set[str]] = {}
    for row in db.rows(_GRANTS, addresses=asked) if asked else ():
        found.setdefault(row.address_id, set()).add(row.template)
    return found
