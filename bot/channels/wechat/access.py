"""The access token: kept for all processes, renewed early and by one of them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from bot.app import App
from bot.channels import ChannelError
from models import access_token
from models.database import Db
from models.vault import Vault

T = TypeVar("T")
Run = Callable[[Callable[[Db], T]], Awaitable[T]]
# It is renewed so long before its end; the platform gives the next one in its last five minutes.
EARLY = timedelta(minutes=5)
# What is given to us in its very last minutes is used for so long, so that not every call asks again.
AT_LEAST = timedelta(seconds=30)
# Whoever renews it has so long. One who takes longer is overtaken, and both have the same token.
LEASE = timedelta(seconds=20)
# How often the others look, and for how long in all.
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 21.0


@dataclass(frozen=True, slots=True)
class Token:
    """Its value is in no representation."""

    value: str
    until: datetime
    # As it stands in the database; by it is told whether somebody renewed it.
    sealed: str = ""

    def __repr__(self) -> str:
        return f"Token(until={self.until})"

    def serves(self, now: datetime, dead: str | None) -> bool:
        """Whether it may be used; `dead` is one that the platform refused."""
        return now < self.until and self.value != dead


# The value of a fresh token, and for how many seconds it is good.
Fetch = Callable[[], Awaitable[tuple[str, int]]]


class Keeper(Protocol):
    """Where the token is kept."""

    def now(self) -> datetime: ...

    async def look(self) -> Token | None: ...

    async def claim(self, seen: Token | None) -> datetime | None:
        """Until when it is ours to renew; None where somebody else does it."""

    async def keep(self, value: str, until: datetime, ours: datetime) -> Token: ...

    async def leave(self, ours: datetime) -> None:
        """It was not renewed."""


async def current(keeper: Keeper, fetch: Fetch, dead: str | None) -> Token:
    """A token that serves: the kept one, or a new one, fetched once however many want it. Raises ChannelError."""
    loop = asyncio.get_running_loop()
    patience = loop.time() + PATIENCE_SECONDS
    while True:
        kept = await keeper.look()
        if kept and kept.serves(keeper.now(), dead):
            return kept
        ours = await keeper.claim(kept)
        if ours is not None:
            return await _renew(keeper, fetch, ours)
        if loop.time() > patience:
            raise ChannelError("another process renews the access token", permanent=False)
        await asyncio.sleep(LOOK_SECONDS)


async def _renew(keeper: Keeper, fetch: Fetch, ours: datetime) -> Token:
    try:
        value, seconds = await fetch()
    except Exception:
        await keeper.leave(ours)
        raise
    lasts = timedelta(seconds=seconds)
    until = keeper.now() + max(lasts - EARLY, min(lasts, AT_LEAST))
    return await keeper.keep(value, until, ours)


@dataclass(frozen=True)
class Stored:
    """In the database, sealed: all processes have the same."""

    account: str
    run: Run  # type: ignore[type-arg]
    vault: Vault
    now: Callable[[], datetime]

    async def look(self) -> Token | None:
        row = await self.run(lambda db: access_token.find(db, self.account))
        if row is None:
            return None
        value = self.vault.open(row.sealed) if row.sealed else None
        # What another key sealed is of no use, and its place is taken.
        return Token(value or "", row.expires if value else self.now(), row.sealed)

    async def claim(self, seen: Token | None) -> datetime | None:
        now = self.now()
        sealed, until = seen.sealed if seen else "", now + LEASE
        claimed = await self.run(lambda db: access_token.claim(db, self.account, sealed, now, until))
        return until if claimed else None

    async def keep(self, value: str, until: datetime, ours: datetime) -> Token:
        sealed = self.vault.seal(value)
        await self.run(lambda db: access_token.keep(db, self.account, sealed, until, ours))
        return Token(value, until, sealed)

    async def leave(self, ours: datetime) -> None:
        await self.run(lambda db: access_token.leave(db, self.account, ours))


@dataclass(frozen=True)
class Alone:
    """In this process only, for a command: a stable token is the same for all, so that it voids no other."""

    now: Callable[[], datetime]

    async def look(self) -> Token | None:
        return None

    async def claim(self, seen: Token | None) -> datetime | None:
        return self.now()

    async def keep(self, value: str, until: datetime, ours: datetime) -> Token:
        return Token(value, until)

    async def leave(self, ours: datetime) -> None: ...


def of(app: App, account: str) -> Keeper:
    """The keeper of a community that is running."""
    return Stored(account, app.read, app.equipment.vault, app.clock.now)
