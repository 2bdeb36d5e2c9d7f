"""WeChat Official Account: it calls us and is answered at once; what comes later goes out by its API."""

import asyncio
from dataclasses import replace

import structlog
from starlette.routing import BaseRoute

from bot.app import App
from bot.channels import CHANNELS, ChannelError, Entrance, Finding
from bot.channels.wechat import checking, codes, files, sending
from bot.channels.wechat.callback import Callback
from bot.channels.wechat.client import PICTURE, Client
from bot.channels.wechat.envelope import Envelope
from bot.channels.wechat.reading import CHANNEL
from bot.configuration import Configuration
from models.notice import Outgoing

PATH = "/wechat"
_OPEN = (
    "wechat.encoding_aes_key: is not set, so that anybody who saw one address of a call can forge messages; "
    "choose the safe mode on the platform's page and set LINLI_WECHAT__ENCODING_AES_KEY"
)
_log = structlog.get_logger()


class WeChat:
    """One Official Account: the calls come to `callback`, everything else goes by its API."""

    def __init__(self, settings: Configuration) -> None:
        self._settings = settings
        self.capabilities = replace(CHANNELS[CHANNEL], way=sending.way(settings.wechat.notices))
        self._client = Client(settings.wechat)
        self._app: App | None = None

    def routes(self, app: App) -> list[BaseRoute]:
        self._app = app
        account = self._settings.wechat
        assert account.app_id
        assert account.token
        token, key = account.token.get_secret_value(), account.encoding_aes_key
        if key is None:
            _log.warning(_OPEN)
        envelope = Envelope(app.clock, token, account.app_id, key.get_secret_value() if key else None)
        return [Entrance(PATH, Callback(app, envelope)), files.route(app)]

    async def run(self, app: App) -> None:
        """Nothing is fetched; the client is closed at the end."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        await self._client.close()

    async def push(self, app: App, outgoing: Outgoing) -> None:
        page = self._settings.server.public_url
        await sending.push(self._client, app, outgoing, self._settings.wechat.notices, page)

    async def fetch(self, app: App, key: str) -> bytes:
        """The bytes of a picture that somebody sent to us. Raises ChannelError."""
        keeper = self._client.keeper(app)
        answer = await self._client.call(keeper, "cgi-bin/media/get", query={"media_id": key})
        picture = answer.get(PICTURE)
        if not isinstance(picture, bytes):
            raise ChannelError("cgi-bin/media/get: no picture", permanent=True)
        return picture

    async def link(self, says: str) -> str | None:
        return await codes.link(self._client, self._app, says)

    async def check(self) -> list[Finding]:
        found = await checking.check(self._client, self._settings)
        return found if self._settings.wechat.encoding_aes_key else [(False, _OPEN), *found]
