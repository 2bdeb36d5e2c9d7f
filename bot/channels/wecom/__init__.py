"""WeCom: robots that speak in groups and hear nothing. What it takes is imported only where one is configured."""

from typing import TYPE_CHECKING

from bot.configuration import Configuration

if TYPE_CHECKING:
    from bot.channels.wecom.channel import WeCom


def open_channel(settings: Configuration) -> "WeCom | None":
    """None without a robot."""
    robots = settings.wecom.robots
    if not robots:
        return None
    from bot.channels.wecom.channel import WeCom

    return WeCom({place: url.get_secret_value() for place, url in robots.items()})
