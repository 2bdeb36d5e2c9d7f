"""Fetches the photos that are wanted: from their platform, outside any transaction, until each is kept or given up."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol, runtime_checkable

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError

from bot import pictures
from bot.app import App
from bot.channels import Channel, ChannelError
from bot.pictures import Unusable
from handlers import photos
from models import photo
from models.database import Db

# How often it looks whether something is wanted.
PAUSE_SECONDS = 2.0
_log = structlog.get_logger()


@runtime_checkable
class Fetches(Protocol):
    """A channel whose platform gives the bytes of what was sent there. Raises ChannelError."""

    async def fetch(self, app: App, key: str) -> bytes: ...


async def run(app: App, channels: Mapping[str, Channel]) -> None:
    """Until it is cancelled."""
    while True:
        try:
            while await fetch(app, channels):
                pass
        except DBAPIError as error:
            _log.error("no photo can be fetched", reason=type(error).__name__)
        await asyncio.sleep(PAUSE_SECONDS)


async def fetch(app: App, channels: Mapping[str, Channel]) -> bool:
    """Fetches the first photo that is wanted of these channels; False where there is none."""
    able = {name: each for name, each in channels.items() if isinstance(each, Fetches)}
    found = await app.read(lambda db: photo.claim(db, list(able), app.clock.now()))
    if found is None:
        return False
    try:
        raw = await able[found.channel].fetch(app, found.key)
        picture = await asyncio.to_thread(pictures.prepare, raw)
    except Unusable as error:
        await app.read(partial(_lose, app, found, str(error)))
    except ChannelError as error:
        settle = _lose if error.permanent else _put_off
        await app.read(partial(settle, app, found, str(error)))
    except Exception as error:
        _log.error("a photo could not be fetched", photo=found.id, exc_info=error)
        await app.read(partial(_put_off, app, found, type(error).__name__))
    else:
        await app.read(lambda db: photo.keep(db, found.id, picture))
    app.due.set()
    return True


def _lose(app: App, found: Row[Any], why: str, db: Db) -> None:
    if photo.lose(db, found.id, why):
        photos.tell_lost(db, found.id, app.clock.now())


def _put_off(app: App, found: Row[Any], why: str, db: Db) -> None:
    if not photo.put_off(db, found, why, app.clock.now()):
        photos.tell_lost(db, found.id, app.clock.now())
