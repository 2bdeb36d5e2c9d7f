"""WeChat Official Account: people write to it there. What it takes is imported only where an AppID is set."""

from typing import TYPE_CHECKING

from bot.configuration import Configuration, ConfigurationError

if TYPE_CHECKING:
    from bot.channels.wechat.channel import WeChat


def open_channel(settings: Configuration) -> "WeChat | None":
    """None without an account. Raises ConfigurationError for one whose calls could not be checked."""
    if settings.wechat.app_id is None:
        return None
    if settings.wechat.token is None:
        raise ConfigurationError(
            "wechat.token: is missing, and without it anybody could call; set LINLI_WECHAT__TOKEN to the "
            "Token of the platform's page"
        )
    if settings.wechat.app_secret is None:
        raise ConfigurationError(
            "wechat.app_secret: is missing, and without it nothing can be sent; set LINLI_WECHAT__APP_SECRET to "
            "the AppSecret of the platform's page"
        )
    from bot.channels.wechat.channel import WeChat

    return WeChat(settings)
