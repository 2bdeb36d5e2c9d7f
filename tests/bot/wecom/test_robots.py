"""Robots of WeCom over real HTTP: what they say, how fast, and what each refusal means."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from bot import courier, robots
from bot.app import App
from bot.channels import ChannelError
from bot.channels.wecom.channel import WeCom
from bot.channels.wecom.robot import SPACING, Robot
from bot.configuration import Configuration, ConfigurationError
from bot.configuration import WeCom as Settings
from models import group_binding, notice
from models.card import Card, Choice
from models.claim import Claim
from models.database import transaction
from models.delivery import DELIVERY
from models.member import ADDRESS
from models.notice import Outgoing, Part
from models.text import Text, as_said
from tests.bot.programs import linli
from tests.conftest import NOW
from tests.fakes.serving import serving
from tests.fakes.wecom import Robots

KEY = "canary-0123-4567-89ab"


@pytest.fixture
def platform() -> Robots:
    return Robots(KEY)


@pytest.fixture
async def url(platform: Robots) -> AsyncIterator[str]:
    async with serving(platform.application) as served:
        yield platform.url(served, KEY)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the test of the pace waits for it."""
    monkeypatch.setattr(Robot.__init__, "__defaults__", (0.0, asyncio.sleep))


def outgoing(card: Card, app: App, to: str = "tower", sent: int = 0) -> Outgoing:
    claim = Claim(1, 1, NOW + timedelta(seconds=30))
    return Outgoing(claim, 1, "wecom", to, None, "zh-Hans", (Part(card),), sent)


DRY = Card(Text("停水"))


async def failing(channel: WeCom, app: App, card: Card = DRY, to: str = "tower") -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await channel.push(app, outgoing(card, app, to))
    await channel.close()
    return caught.value


async def test_a_robot_says_plain_text_with_nothing_to_press(app: App, platform: Robots, url: str) -> None:
    channel = WeCom({"tower": url})
    said = as_said("**停水** <@all> [点我](http://x)")
    card = Card(Text("{said}", said=said), choices=(Choice(Text("退订"), "unsubscribe"),))
    await channel.push(app, outgoing(card, app))
    await channel.close()
    assert platform.said == {KEY: ["**停水** <@all> [点我](http://x)"]}


async def test_what_is_long_is_cut_into_messages_and_goes_on_where_it_stopped(
    app: App, platform: Robots, url: str
) -> None:
    channel, words = WeCom({"tower": url}), "水" * 1500
    card = Card(Text("{said}", said=as_said(words)))
    platform.failures = [0, 45009]
    with pytest.raises(ChannelError) as caught:
        await channel.push(app, outgoing(card, app))
    assert caught.value.sent == 1
    await channel.push(app, outgoing(card, app, sent=1))
    await channel.close()
    assert "".join(platform.said[KEY]) == words
    assert [len(each.encode()) for each in platform.said[KEY]] == [2046, 2046, 408]


@pytest.mark.parametrize(
    ("failure", "permanent", "wait", "unreachable", "unknown"),
    [
        (45009, False, 60, False, False),
        (-1, False, 10, False, False),
        (93000, True, None, True, False),
        (40058, True, None, False, False),
        ("5xx", False, None, False, False),
        ("html", False, None, False, False),
    ],
)
async def test_each_refusal_has_its_meaning(
    app: App,
    platform: Robots,
    url: str,
    failure: int | str,
    permanent: bool,
    wait: int | None,
    unreachable: bool,
    unknown: bool,
) -> None:
    platform.failures = [failure]
    error = await failing(WeCom({"tower": url}), app)
    found = (error.permanent, error.retry_after, error.unreachable, error.unknown)
    assert found == (permanent, timedelta(seconds=wait) if wait else None, unreachable, unknown)
    assert "canary" not in str(error)


async def test_whether_it_was_said_is_not_known_where_no_answer_comes(
    app: App, platform: Robots, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.wecom.robot.CALL_SECONDS", 0.3)
    platform.failures = ["hang"]
    error = await failing(WeCom({"tower": url}), app)
    assert (error.permanent, error.unknown) == (False, True)


async def test_a_platform_that_is_not_there_is_asked_again(app: App) -> None:
    error = await failing(WeCom({"tower": f"http://127.0.0.1:9/send?key={KEY}"}), app)
    assert (error.permanent, error.unknown, "canary" in str(error)) == (False, False, False)


async def test_a_robot_that_is_configured_no_more_is_not_reached(app: App, url: str) -> None:
    error = await failing(WeCom({"tower": url}), app, to="estate")
    assert (error.permanent, error.unreachable) == (True, True)


async def test_twenty_a_minute_and_no_more(platform: Robots, url: str) -> None:
    """The clock of the platform goes on while the robot rests, which takes no time here."""
    rested = 0.0

    async def rest(seconds: float) -> None:
        nonlocal rested
        rested += seconds

    platform.now = lambda: time.monotonic() + rested
    robot, hasty = Robot(url, SPACING, rest), Robot(url)
    for nth in range(30):
        await robot.say(str(nth))
    assert platform.said[KEY] == [str(nth) for nth in range(30)]
    rested += 60
    for nth in range(20):
        await hasty.say(str(nth))
    with pytest.raises(ChannelError, match="45009"):
        await hasty.say("one more")
    await robot.close()
    await hasty.close()


async def test_what_a_place_is_told_reaches_its_robot_by_the_courier(
    app: App, platform: Robots, url: str
) -> None:
    robots.enrol(app, Settings.model_validate({"robots": {"tower": url}}))

    def tell(db: object) -> list[int]:
        from models.database import Db
        from tests.models.test_duty import place

        assert isinstance(db, Db)
        there = group_binding.addresses(db, [place(db, "ginkgo")])
        notice.tell(db, [Card(Text("停水"))], there, NOW)
        return there

    assert len(await app.read(tell)) == 1
    channel = WeCom({"tower": url})
    await courier.deliver(app, {"wecom": channel})
    await channel.close()
    assert platform.said == {KEY: ["停水"]}
    rows = await app.read(lambda db: db.rows(select(DELIVERY)))
    assert [row.state for row in rows] == ["sent"]


async def test_a_robot_that_is_known_no_more_hears_nothing_until_it_is_configured_anew(
    app: App, platform: Robots, url: str
) -> None:
    settings = Settings.model_validate({"robots": {"tower": url}})
    robots.enrol(app, settings)
    platform.keys.clear()
    with transaction(app.engine) as db:
        (address,) = db.rows(select(ADDRESS).where(ADDRESS.c.channel == "wecom"))
        notice.tell(db, [Card(Text("停水"))], [address.id], NOW)
    channel = WeCom({"tower": url})
    await courier.deliver(app, {"wecom": channel})
    await channel.close()
    with transaction(app.engine) as db:
        assert db.value(select(ADDRESS.c.closed).where(ADDRESS.c.id == address.id)) == NOW
    robots.enrol(app, settings)
    with transaction(app.engine) as db:
        assert db.value(select(ADDRESS.c.closed).where(ADDRESS.c.id == address.id)) is None


async def test_a_check_says_nothing_in_the_group_and_shows_no_key(platform: Robots, url: str) -> None:
    other = url.replace(KEY, "canary-of-nobody")
    away = f"http://127.0.0.1:9/send?key={KEY}"
    found = await WeCom({"tower": url, "estate": other, "ginkgo": away}).check()
    assert found == [
        (True, "wecom: the robot of tower answers"),
        (
            False,
            "wecom.robots: estate: the platform does not know it (any more); copy its webhook address anew",
        ),
        (False, "wecom.robots: ginkgo: wecom: ConnectError; check the network and the address"),
    ]
    assert (platform.asked, dict(platform.said)) == (2, {})


async def test_the_log_tells_the_code_alone(app: App, platform: Robots, url: str) -> None:
    platform.keys.clear()
    with structlog.testing.capture_logs() as logs:
        await failing(WeCom({"tower": url}), app, Card(Text("{said}", said=as_said("canary text"))))
    assert [(each["event"], each["code"]) for each in logs] == [("a robot was refused", 93000)]
    assert "canary" not in str(logs)


def test_a_place_that_is_not_there_is_named(app: App) -> None:
    settings = Settings.model_validate({"robots": {"nowhere": f"https://x/send?key={KEY}"}})
    with pytest.raises(ConfigurationError) as caught:
        robots.enrol(app, settings)
    assert str(caught.value) == (
        "wecom.robots: nowhere: no place has this id; write an id of [[place]] in your packs"
    )


def test_run_says_which_place_is_not_there_and_ends(tmp_path: Path) -> None:
    configured = {"LINLI_SERVER__PORT": "0", "LINLI_WECOM__ROBOTS": f'{{"nowhere": "https://x/?key={KEY}"}}'}
    ran = linli("run", folder=tmp_path, environment=configured)
    assert ran.returncode == 2
    assert ran.stderr.strip().splitlines()[-1] == (
        "linli: wecom.robots: nowhere: no place has this id; write an id of [[place]] in your packs"
    )
    assert "canary" not in ran.stdout + ran.stderr


def test_no_robot_no_channel() -> None:
    from bot.channels import open_channels

    assert "wecom" not in open_channels(Configuration())
