"""The chat page in a browser: a real channel, and the demo. It works by posting a form, without script."""

from starlette.routing import BaseRoute

from bot.app import App
from bot.channels import CHANNELS, Finding
from bot.channels.page.looking import CHANNEL
from bot.channels.page.serving import Pages
from bot.configuration import Configuration
from models.notice import Outgoing


def open_channel(settings: Configuration) -> "Page":
    """The page is always there; people come by https where `server.public_url` says so."""
    return Page(secure=(settings.server.public_url or "").startswith("https://"))


class Page:
    """The page as a channel: everything that it hears comes by HTTP, and what is sent it reads by itself."""

    capabilities = CHANNELS[CHANNEL]

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure

    def routes(self, app: App) -> list[BaseRoute]:
        return Pages(app, secure=self._secure).routes()

    async def run(self, app: App) -> None:
        """Nothing is fetched."""

    async def link(self, says: str) -> str | None:
        """Nothing here is opened from elsewhere."""
        return None

    async def check(self) -> list[Finding]:
        return []

    async def push(self, app: App, outgoing: Outgoing) -> None:
        """What is settled as sent has its number then, and open pages are woken: they read their history."""
