"""The group robots of the configuration become addresses of their places."""

from bot.app import App
from bot.configuration import ConfigurationError, WeCom
from models import group_binding
from models.database import transaction

CHANNEL = "wecom"


def enrol(app: App, settings: WeCom) -> None:
    """Those that are configured hear what their places have to say, and no others. Raises ConfigurationError."""
    with transaction(app.engine) as db:
        unknown = group_binding.enrol(db, CHANNEL, settings.robots or {}, app.clock.now())
    if unknown:
        app.close()
        raise ConfigurationError(stranger(unknown[0]))


def stranger(code: str) -> str:
    return f"wecom.robots: {code}: no place has this id; write an id of [[place]] in your packs"
