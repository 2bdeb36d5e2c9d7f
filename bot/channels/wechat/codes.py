"""QR codes that say a sentence to the account when they are scanned."""

from bot.app import App
from bot.channels.wechat import access
from bot.channels.wechat.access import Alone
from bot.channels.wechat.client import Client
from bot.clock import SystemClock
from bot.links import payload

# The most that the platform gives; without a number it gives a minute.
EXPIRES_SECONDS = 30 * 24 * 3600
# What a code says that hangs on a wall. The platform gives 100,000 of these an account, and any number of the others.
FOR_GOOD = ("at", "show")


async def link(client: Client, app: App | None, says: str) -> str:
    """The address that a code of this sentence shows. Raises ChannelError."""
    keeper = access.of(app, client.account) if app else Alone(SystemClock().now)
    scene = {"scene": {"scene_str": payload(says)}}
    wanted = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": scene}
    if says.split()[0] not in FOR_GOOD:
        wanted = {"action_name": "QR_STR_SCENE", "expire_seconds": EXPIRES_SECONDS, "action_info": scene}  # type: ignore[dict-item]
    try:
        answer = await client.call(keeper, "cgi-bin/qrcode/create", wanted)
    finally:
        if app is None:  # a command, which ends with it
            await client.close()
    return str(answer["url"])
