"""What `linli wechat` does: sets the menu, and draws codes for activities and places."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

import handlers
from bot.channels import ChannelError
from bot.channels.wechat import attaching, codes, menu
from bot.channels.wechat.access import Alone
from bot.channels.wechat.client import Client
from bot.channels.wechat.refusals import Refused
from bot.clock import SystemClock
from bot.configuration import Configuration, ConfigurationError
from models import posted
from models.database import open_engine, transaction
from models.migrate import is_current

_ROOM = handlers  # importing it makes the menu known
# What a code says: for an activity and for a place, with its number.
_HEADS = {"activity": "show", "place": "at"}


async def set_menu(settings: Configuration) -> list[str]:
    """Sets the account's menu; gives what it tells the operator. Raises ConfigurationError."""
    client = _client(settings)
    buttons, left_out = menu.ours()
    try:
        with _told():
            await menu.set_menu(client, Alone(SystemClock().now), buttons)
    finally:
        await client.close()
    told = [
        "The menu is set. Phones show it within 24 hours, or at once to whoever follows the account anew:"
    ]
    told += menu.lines(buttons)
    return told + [f"no place was left for: {choice.says}" for choice in left_out]


async def draw_code(settings: Configuration, ref: str, output: Path | None) -> list[str]:
    """Writes a code as PNG; gives what it tells the operator. Raises ConfigurationError."""
    client = _client(settings)
    name, says = _posted(settings.database.url, ref)
    with _told():
        address = await codes.link(client, None, says)
    path = output or Path(f"{ref.replace(':', '-')}.png")
    try:
        path.write_bytes(attaching.draw(address))
    except OSError as error:
        raise ConfigurationError(
            f"--output: {path} cannot be written ({error.strerror}); name another file"
        ) from None
    lasts = "for good" if says.split()[0] in codes.FOR_GOOD else "for 30 days"
    return [f"{path}: {name}, {lasts}", address]


def _posted(url: str, ref: str) -> tuple[str, str]:
    """The name of what is meant, and what its code says."""
    if ref.partition(":")[0] not in _HEADS:
        raise ConfigurationError(
            f"{ref}: is neither; write activity:ID or place:ID, with an id of your packs"
        )
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        raise ConfigurationError(f"database.url: {url} does not exist yet; run `linli load PACK.toml` first")
    engine = open_engine(url)
    try:
        if not is_current(engine):
            raise ConfigurationError(
                "database.url: has no current schema; run `linli load PACK.toml` or `linli migrate`"
            )
        with transaction(engine) as db:
            found = posted.find(db, ref)
    finally:
        engine.dispose()
    if found is None:
        raise ConfigurationError(f"{ref}: there is none; write an id of your packs")
    return found.name, f"{_HEADS[ref.partition(':')[0]]} {found.number}"


def _client(settings: Configuration) -> Client:
    account = settings.wechat
    if account.app_id is None or account.app_secret is None:
        missing = "app_id" if account.app_id is None else "app_secret"
        raise ConfigurationError(f"wechat.{missing}: is missing; set LINLI_WECHAT__{missing.upper()}")
    return Client(account)


@contextmanager
def _told() -> Iterator[None]:
    """What the platform refuses becomes one line with its mend."""
    try:
        yield
    except Refused as error:
        mend = error.mend or "see the platform's list of error codes"
        raise ConfigurationError(f"wechat: the platform refuses: {error}; {mend}") from None
    except ChannelError as error:
        raise ConfigurationError(
            f"wechat.api_base_url: does not answer ({error}); check the network"
        ) from None
