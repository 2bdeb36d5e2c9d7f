"""Telegram as a channel: people write to a bot there, by a webhook of ours or fetched from theirs."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from starlette.routing import BaseRoute
from telegram.error import InvalidToken, TelegramError

from bot import links
from bot.app import App
from bot.channels import CHANNELS, Entrance, Finding
from bot.channels.telegram.calls import Calls, failure
from bot.channels.telegram.commands import set_commands
from bot.channels.telegram.polling import poll
from bot.channels.telegram.pushing import Push
from bot.channels.telegram.updates import ALLOWED, CHANNEL
from bot.channels.telegram.waiting import Backoff
from bot.channels.telegram.webhook import PATH, Door
from models.notice import Outgoing
from models.pace import Limits
from models.photo import MOST_FETCHED

# So many calls of Telegram's come at once at most.
MOST_CONNECTIONS = 40
# What Telegram bears without being paid: so many messages a second to all, and in a chat or a group one after so long,
# each a little more, since what is sent evenly does not arrive so.
FREE_A_SECOND = 30.0
CHAT = timedelta(seconds=1.05)
GROUP = timedelta(seconds=3.05)


class Telegram:
    """One bot. With `webhook`, an address and a secret, Telegram calls us; without, its updates are fetched."""

    def __init__(
        self, calls: Calls, webhook: tuple[str, str] | None = None, a_second: float = FREE_A_SECOND
    ) -> None:
        self._calls = calls
        self.capabilities = replace(CHANNELS[CHANNEL], pace=Limits(a_second, CHAT, GROUP))
        self._paid = a_second > FREE_A_SECOND
        address, self._secret = webhook or (None, "")
        self._webhook = f"{address}{PATH}" if address else None

    def routes(self, app: App) -> list[BaseRoute]:
        if self._webhook is None:
            return []
        return [Entrance(PATH, Door(app, self._calls, self._secret), methods=["POST"])]

    async def run(self, app: App) -> None:
        """Until it is cancelled: tells Telegram where we are and what one can say, then fetches, if it is to."""
        try:
            if self._webhook is None:
                await asyncio.gather(self._insist(app), poll(app, self._calls))
            else:
                await self._insist(app)
                # What was called beside a response ends with us.
                await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        """Gives up what is being called, and the connections."""
        await self._calls.close()

    async def _insist(self, app: App) -> None:
        """Sets everything that Telegram is to know, until it does."""
        backoff = Backoff("Telegram cannot be told where we are")
        while True:
            try:
                await self._set(app)
                return
            except TelegramError as error:
                await backoff.failed(str(error))

    async def _set(self, app: App) -> None:
        await self._calls.me()
        if self._webhook is not None:
            await self._calls.call(
                "setWebhook",
                url=self._webhook,
                secret_token=self._secret,
                allowed_updates=list(ALLOWED),
                max_connections=MOST_CONNECTIONS,
            )
        await set_commands(self._calls, app.clock.now(), app.zone)

    async def push(self, app: App, outgoing: Outgoing) -> None:
        await Push(app, self._calls, self._link, outgoing, self._paid).send()

    async def _link(self, says: str) -> str:
        """Raises TelegramError while our name is not known, ValueError for what no link can say."""
        payload = links.payload(says)
        return f"https://t.me/{await self._calls.me()}?start={payload}"

    async def fetch(self, app: App, key: str) -> bytes:
        """The bytes of a file that somebody sent to us. Raises ChannelError."""
        try:
            return await self._calls.download(key, MOST_FETCHED)
        except TelegramError as error:
            raise failure(error) from None

    async def link(self, says: str) -> str | None:
        """None for what no link can say. Raises ChannelError while Telegram does not tell our name."""
        try:
            return await self._link(says)
        except ValueError:
            return None
        except TelegramError as error:
            raise failure(error) from None

    async def check(self) -> list[Finding]:
        try:
            return [(True, f"telegram: @{await self._calls.me()} answers"), await self._check_webhook()]
        except InvalidToken:
            return [(False, "telegram.token: Telegram does not know it; copy it anew from @BotFather")]
        except TelegramError as error:
            return [(False, f"telegram: {error}; check the network and telegram.base_url")]
        finally:
            await self.close()

    async def _check_webhook(self) -> Finding:
        """What Telegram says of it: where it calls, what waits, and what went wrong last."""
        told = await self._calls.call("getWebhookInfo")
        url = self._calls.without_token(str(told.get("url", "")))
        waiting = f"{told.get('pending_update_count', 0)} updates wait"
        if self._webhook is None:
            found = f"the webhook {url} is set, and `linli run` takes it away" if url else "no webhook is set"
            return True, f"telegram: polling; {found}; {waiting}"
        if url != self._webhook:
            return (
                True,
                f"telegram: the webhook is {url or 'not set'}; `linli run` sets {self._webhook}; {waiting}",
            )
        if failed := told.get("last_error_message"):
            why = self._calls.without_token(str(failed))
            line = f"telegram: the webhook {url} failed last with {why!r}; {waiting}"
            # Telegram goes on telling it long after; what waits tells that it still fails.
            return (False, f"{line}; is it reached?") if told.get("pending_update_count") else (True, line)
        return True, f"telegram: the webhook is {url}; {waiting}"
