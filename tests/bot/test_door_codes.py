"""Codes at the door over the platforms' own HTTP: a newcomer's first scan, and his code before who keeps the door."""

import io
from datetime import timedelta
from pathlib import Path

import httpx
import zxingcpp
from PIL import Image
from pydantic import SecretStr
from sqlalchemy import func, insert, select

from bot import community, courier, web
from bot.app import App
from bot.channels.wechat import open_channel
from bot.channels.wechat.channel import PATH
from bot.clock import FixedClock
from bot.configuration import Configuration
from bot.configuration import WeChat as Settings
from models import checkin_code
from models.checkin_code import Code
from models.database import Db
from models.member import ADDRESS, MEMBER
from models.registration import REGISTRATION
from models.visit import VISIT
from tests import crowd, door
from tests.bot.telegram.conftest import Bench, bench, fake  # noqa: F401  (fixtures)
from tests.fakes.serving import serving
from tests.fakes.wechat_api import APP_ID, APP_SECRET, WeChatAPI
from tests.fakes.wechat_api import serving as serving_api
from tests.fakes.wechat_callback import KEY, TOKEN, Account, Platform


async def prepare(app: App, folder: Path, clock: FixedClock, channel: str, keeper: str) -> str:
    """Two minutes before the drill, the doorman has an account on this channel; gives what the screen says."""
    file = folder / "door.toml"
    file.write_text(door.PACK, "utf-8")
    community.load(app.engine, [file])
    clock.move(clock.now().replace(hour=9, minute=58))

    def bind(db: Db) -> int:
        doorman = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "doorman"))
        db.run(insert(ADDRESS).values(channel=channel, key=keeper, member_id=doorman, told=0))
        return crowd.place(db, "tower-station")

    place = await app.read(bind)
    return f"checkin_{checkin_code.on_screen(app.equipment.vault, place, clock.now())}"


async def came(app: App) -> list[tuple[str, bool]]:
    """How each came, and whether it still counts."""

    def read(db: Db) -> list[tuple[str, bool]]:
        return [(row.how, row.undone is None) for row in db.rows(select(VISIT).order_by(VISIT.c.id))]

    return await app.read(read)


def newest(db: Db) -> int:
    return int(db.value(select(func.max(REGISTRATION.c.id))))


def settings(api: WeChatAPI) -> Configuration:
    account = Settings(
        app_id=APP_ID,
        app_secret=SecretStr(APP_SECRET),
        token=SecretStr(TOKEN),
        encoding_aes_key=SecretStr(KEY),
        api_base_url=api.url,
    )
    return Configuration(wechat=account)


def seen(picture: bytes) -> str:
    """What a camera reads."""
    with Image.open(io.BytesIO(picture)) as opened:
        (found,) = zxingcpp.read_barcodes(opened.convert("L"))
    return found.text


async def test_on_telegram(bench: Bench, tmp_path: Path, clock: FixedClock) -> None:  # noqa: F811
    app = bench.app
    scanned = await prepare(app, tmp_path, clock, "telegram", "7009")

    async def start(payload: str, number: int, who: int) -> str:
        """What is shown of the code that a phone's own camera opened."""
        return await tell(f"/start {payload}", number, who)

    async def tell(words: str, number: int, who: int) -> str:
        bench.fake.know(who)
        answered = await bench.say(words, number, who=who)
        for _ in range(3):  # no chat gets more than one a second
            clock.move(clock.now() + timedelta(seconds=2))
            await bench.deliver()
        return "\n".join([answered.get("text", ""), *(each.text for each in bench.fake.chat(who).messages)])

    link = await bench.channel.link(scanned.replace("_", " ", 1))
    assert (link or "").partition("?start=")[2] == scanned
    assert "您来云杉大厦服务站做什么？" in await start(scanned, 1, 7001)
    newcomer = await tell("1", 9, 7001)
    assert "「灭火器讲解」。给您补报了名，1位。" in newcomer
    assert newcomer.index("已签到") < newcomer.index("初次见面。")
    bench.fake.know(7002)
    for nth, words in enumerate(("报名灭火器讲解", "确认", "我的签到码"), 2):
        await bench.say(words, nth, who=7002)
        clock.move(clock.now() + timedelta(seconds=2))
        await bench.deliver()
    own = await app.read(lambda db: checkin_code.sign(app.equipment.vault, Code("personal", newest(db))))
    # Another visitor's camera does nothing with it; the doorman's does.
    assert "请把签到码给现场的工作人员扫" in await start(f"admit_{own}", 5, 7001)
    assert await came(app) == [("screen", True)]
    assert "位，「灭火器讲解」。\n现在到了2位。" in await start(f"admit_{own}", 6, 7009)
    assert await came(app) == [("screen", True), ("personal", True)]


async def test_on_wechat(app: App, tmp_path: Path, clock: FixedClock) -> None:
    """What stands in the pictures opens the account: bare words in a code would only be shown."""
    scanned = await prepare(app, tmp_path, clock, "wechat", "o-door")
    with serving_api(WeChatAPI()) as api:
        channel = open_channel(settings(api))
        assert channel is not None
        async with serving(web.build(app, {"wechat": channel})) as address, httpx.AsyncClient() as http:
            platform = Platform(http, address + PATH, clock.now, Account(key=KEY))
            first = await platform.do("o-new", "subscribe", EventKey=f"qrscene_{scanned}", Ticket="t")
            assert "您来云杉大厦服务站做什么？" in (first.text or "")
            walked_in = await platform.say("o-new", "1")
            assert "「灭火器讲解」。给您补报了名，1位。" in (walked_in.text or "")
            assert "初次见面。" in (walked_in.text or "")
            for words in ("报名灭火器讲解", "确认", "我的签到码"):
                api.hear("o-old")
                await platform.say("o-old", words)
                while await courier.deliver(app, {"wechat": channel}):
                    pass
            (picture,) = api.media.values()
            opens, _, scene = seen(picture).rpartition("/")
            assert (opens, scene.partition("_")[0]) == ("http://weixin.qq.com/q", "admit")
            other = await platform.do("o-new", "SCAN", EventKey=scene, Ticket="t")
            assert "请把签到码给现场的工作人员扫" in (other.text or "")
            done = await platform.do("o-door", "SCAN", EventKey=scene, Ticket="t")
            assert "位，「灭火器讲解」。\n现在到了2位。" in (done.text or "")
        await channel.close()
    assert await came(app) == [("screen", True), ("personal", True)]
