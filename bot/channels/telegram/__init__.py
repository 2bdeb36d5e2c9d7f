"""Telegram: people write to a bot there. What it takes is imported only where a token is set."""

from typing import TYPE_CHECKING

from bot.configuration import Configuration, ConfigurationError
from bot.configuration import Telegram as Settings

if TYPE_CHECKING:
    from bot.channels.telegram.channel import Telegram


def open_channel(settings: Configuration) -> "Telegram | None":
    """None without a token. Raises ConfigurationError where the webhook could not be told from anybody's call."""
    telegram = settings.telegram
    if telegram.token is None:
        return None
    webhook = _webhook(settings) if telegram.mode == "webhook" else None
    from bot.channels.telegram.calls import Calls
    from bot.channels.telegram.channel import Telegram

    calls = Calls(telegram.token.get_secret_value(), telegram.base_url)
    return Telegram(calls, webhook, telegram.messages_a_second)


def _webhook(settings: Configuration) -> tuple[str, str]:
    """Where Telegram reaches this server, and the secret that each of its calls carries."""
    telegram = settings.telegram
    if telegram.secret_token is None:
        raise ConfigurationError(
            "telegram.secret_token: the webhook needs one, else anybody could call it; set "
            "LINLI_TELEGRAM__SECRET_TOKEN, made by `openssl rand -hex 32`"
        )
    url = settings.server.public_url or ""
    if not url.startswith(
        "https://" if telegram.base_url == Settings().base_url else ("http://", "https://")
    ):
        raise ConfigurationError(
            "server.public_url: the webhook needs an address that Telegram reaches, beginning with https://; "
            'set it, or telegram.mode = "polling"'
        )
    return url.rstrip("/"), telegram.secret_token.get_secret_value()
