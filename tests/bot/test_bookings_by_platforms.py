"""A time at the station as the platforms carry it: by typed numbers, within their lengths, with a ticket that a camera reads."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import courier
from bot.app import App
from bot.clock import FixedClock
from tests import booking
from tests.bot.telegram.conftest import Bench, bench, fake
from tests.bot.test_door_codes import seen
from tests.bot.test_waiting_by_platforms import LIN, Follower, wechat
from tests.fakes.wechat_callback import LONGEST_REPLY, message

__all__ = ["bench", "fake"]
# Longer ones Telegram refuses.
LONGEST_PRESS = 64
HERE = {"latitude": 31.1712, "longitude": 121.3951}
REFUSED = "请再发一次位置，要现在的、自己的。刚才那个我们没有看。"


@pytest.fixture(autouse=True)
def services(app: App, tmp_path: Path) -> None:
    """More categories than one card has room for."""
    kinds = (f'[[service]]\nid = "kind{n}"\ncategory = "第{n}类"\nname = "事项{n}"\n' for n in range(12))
    booking.load(app.engine, tmp_path, "\n".join([booking.PACK, *kinds]))


def sent_at(now: datetime) -> str:
    latitude, longitude = str(HERE["latitude"]), str(HERE["longitude"])
    return message(
        LIN, now, "location", Location_X=latitude, Location_Y=longitude, Scale="16", Label="桂花路"
    )


async def test_by_numbers_on_wechat_with_a_ticket_that_is_read(app: App) -> None:
    async with wechat(app) as (platform, api, channel):
        lin = Follower(platform, api, LIN)
        listed = (await lin.say("办事")).split("发数字就行。")[0]
        assert len(listed.splitlines()) <= 12
        await lin.choose("其他类别", "第11类")
        assert lin.seen.startswith("事项11")
        await lin.say("预约后天上午9点半档案查询")
        booked = await lin.choose("确认预约")
        assert booked.startswith("约好了：约1。")
        while await courier.deliver(app, {"wechat": channel}):
            pass
        (picture,) = api.media.values()
        assert seen(picture).startswith("http://weixin.qq.com/q/admitticket_")
        await lin.say("我的预约")
        assert (await lin.choose("取消预约", "确认取消")).startswith("取消了：约1「档案查询」")
        assert len(lin.seen.encode()) <= LONGEST_REPLY
        near = await platform.deliver(sent_at(app.clock.now()))
        assert "云杉大厦服务站" in (near.text or "")
        old = await platform.deliver(sent_at(app.clock.now() - timedelta(seconds=90)))
        assert (old.text or "").startswith(REFUSED)


async def test_by_buttons_on_telegram_with_a_ticket(app: App, bench: Bench) -> None:
    bench.fake.know(5001)

    def buttons(shown: dict[str, Any]) -> dict[str, str]:
        rows = shown["reply_markup"]["inline_keyboard"]
        found = {each["text"]: each["callback_data"] for row in rows for each in row}
        assert all(len(data.encode()) <= LONGEST_PRESS for data in found.values())
        return found

    assert list(buttons(await bench.say("办事", 1)))[-1] == "其他类别"
    asked = await bench.say("预约后天上午9点半档案查询", 2)
    await bench.press(buttons(asked)["确认预约"], 3)
    assert isinstance(app.clock, FixedClock)
    for _ in range(3):
        # One message a second to a chat.
        app.clock.move(app.clock.now() + timedelta(seconds=2))
        await bench.deliver()
    (sent,) = bench.fake.called("sendPhoto")
    assert (sent["chat_id"], sent["caption"]) == (5001, "凭证 约1")
    mine = await bench.say("我的预约", 4)
    assert list(buttons(mine)) == ["看凭证", "改时间", "取消预约"]


async def test_where_somebody_was_or_somebody_else_is_is_not_looked_at_on_telegram(bench: Bench) -> None:
    now = int(bench.app.clock.now().timestamp())
    other = {"type": "hidden_user", "sender_user_name": "x", "date": now}
    asked = (await bench.say("离我最近的服务站", 1))["text"]
    assert asked.startswith("您在哪里？")
    old = await bench.say(None, 2, location=HERE, date=now - 90)  # type: ignore[arg-type]
    assert old["text"].startswith(REFUSED)
    forwarded = await bench.say(None, 3, location=HERE, date=now, forward_origin=other)  # type: ignore[arg-type]
    # It is no answer either: the question stays.
    assert "云杉大厦服务站" not in forwarded["text"]
    near = await bench.say(None, 4, location=HERE, date=now)  # type: ignore[arg-type]
    assert "云杉大厦服务站" in near["text"]
