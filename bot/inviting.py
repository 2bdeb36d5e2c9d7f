"""What `linli invite` does: a one-time code for a member of a pack, with links and codes that say it."""

import asyncio
import difflib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import segno
from sqlalchemy import Engine, Row, make_url

from bot import key
from bot.channels import Channel, ChannelError, open_channels
from bot.clock import SystemClock
from bot.configuration import Configuration, ConfigurationError
from models import community, invite
from models.database import open_engine, transaction
from models.invite import Made
from models.migrate import is_current

# So many ids are named where one was mistyped.
_NEAREST = 3


def give(settings: Configuration, code: str) -> list[str]:
    """Makes a code for this member; gives what it tells the operator. Raises ConfigurationError."""
    # Before the code is made: where a channel is half configured, nothing is.
    channels = open_channels(settings)
    engine = open_current(settings.database.url)
    try:
        with transaction(engine) as db:
            whom = _find(invite.invitable(db), code)
            vault = key.open_vault(db, settings.database.url, settings.security)
            made = invite.make(db, vault, whom.id, None, "staff", SystemClock().now())
            zone = community.zone(db)
    finally:
        engine.dispose()
    until = f"{made.expires.astimezone(zone):%Y-%m-%d %H:%M} {zone}"
    return [
        f"{_named(whom)}: {made}",
        f"It is good once, until {until}. An older code for {code} is void.",
        "From the account that is to be theirs, they send the bot these nine digits alone.",
        *asyncio.run(_links(channels, made)),
    ]


def revoke(settings: Configuration, code: str) -> list[str]:
    """Makes unused codes of this member void; gives what it tells the operator. Raises ConfigurationError."""
    engine = open_current(settings.database.url)
    try:
        with transaction(engine) as db:
            whom = _find(invite.invitable(db), code)
            count = invite.revoke(db, whom.id, None, "staff", SystemClock().now())
    finally:
        engine.dispose()
    return [f"{_named(whom)}: {'the open code is void now' if count else 'there is no open code'}"]


def open_current(url: str) -> Engine:
    """An engine for a database that is there and current. Raises ConfigurationError."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        raise ConfigurationError(f"database.url: {url} does not exist yet; run `linli load PACK.toml` first")
    engine = open_engine(url)
    if not is_current(engine):
        engine.dispose()
        raise ConfigurationError("database.url: the database has not the current schema; run `linli migrate`")
    return engine


def _find(people: list[Row[Any]], code: str) -> Row[Any]:
    """The member of a pack with this id. Raises ConfigurationError that names the nearest ids."""
    found = next((each for each in people if each.code == code), None)
    if found is not None:
        return found
    near = difflib.get_close_matches(code, sorted(each.code for each in people), _NEAREST, cutoff=0.4)
    mend = f"the nearest are {', '.join(near)}" if near else "write the id of a member of your packs"
    raise ConfigurationError(f"MEMBER: there is no {code!r}; {mend}")


def _named(whom: Row[Any]) -> str:
    return f"{whom.code} ({whom.name})" if whom.name else str(whom.code)


async def _links(channels: Mapping[str, Channel], made: Made) -> list[str]:
    """For each channel that has such the address that says the code, and a QR code of it."""
    lines = []
    for name, channel in channels.items():
        try:
            link = await channel.link(made.says)
        except ChannelError as error:
            lines.append(f"{name}: has no link just now ({error}); the digits do all the same")
            continue
        if link:
            drawn = io.StringIO()
            segno.make_qr(link).terminal(out=drawn, compact=True)
            lines += ["", f"{name}: {link}", *drawn.getvalue().splitlines()]
    return lines
