"""Reminders while somebody sets the clock, on servers of three zones, and while the program is stopped."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.database import open_engine
from tests.chaos import crowd, reminded
from tests.chaos.crowd import SETTINGS
from tests.chaos.figures import show
from tests.chaos.server import Server
from tests.chaos.set_clock import CLOCK_FILE
from tests.chaos.telegram import settings
from tests.chaos.together import together, until
from tests.fakes.telegram import Telegram

PROGRAM = "tests.chaos.set_clock"
ZONES = ("UTC", "America/New_York", "Asia/Shanghai")
EACH = 20
TWO_HOURS = timedelta(hours=2)
DAY = timedelta(days=1)
# Ticks come once a second, and the courier looks at once.
ON_TIME_SECONDS = 3.0
SECONDS = 100


@dataclass
class Town:
    """A program in one zone, whose clock can be set, and a Telegram of its own."""

    engine: Engine
    server: Server
    fake: Telegram
    _clock: Path

    def set(self, ahead: timedelta) -> None:
        """So far ahead of the time that it is."""
        new = self._clock.with_suffix(".new")
        new.write_text(str(ahead.total_seconds()))
        new.replace(self._clock)

    def shown(self) -> dict[int, list[str]]:
        return {number: chat.texts for number, chat in self.fake.state.chats.items() if chat.texts}

    async def until_shown(self, many: int) -> None:
        await until(lambda: len(self.shown()) >= many)


@asynccontextmanager
async def _town(engine: Engine, folder: Path, zone: str, chats: list[int]) -> AsyncIterator[Town]:
    clock = folder / "clock"
    async with crowd.telegram(chats) as fake:
        given = {**settings(fake), **SETTINGS, "TZ": zone, CLOCK_FILE: str(clock)}
        town = Town(engine, Server(crowd.address_of(engine), folder, given, PROGRAM), fake, clock)
        town.set(timedelta(0))
        try:
            yield town
        finally:
            await town.server.stop()
            engine.dispose()


@pytest.mark.chaos
async def test_whatever_the_clock_and_the_zone_everybody_is_reminded_once_in_the_same_words(
    file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three servers with the same database: two hours ahead, back again, and ahead once more."""
    chats = crowd.gather(file, tmp_path, 4 * EACH)
    now = datetime.now(UTC).replace(microsecond=0)
    _remind(file, chats[:EACH], now + timedelta(seconds=8), now)
    # What is due while the clock is ahead, and is passed over when it is set back: it was told, and is not again.
    _remind(file, chats[EACH : 2 * EACH], now + timedelta(hours=1, minutes=30), now)
    _remind(file, chats[3 * EACH :], now + timedelta(hours=3, minutes=30), now)
    file.dispose()
    shown, late = {}, []

    async def live(zone: str) -> None:
        folder = tmp_path / zone.replace("/", "-")
        folder.mkdir()
        shutil.copy(str(file.url.database), folder / "test.db")
        async with _town(open_engine(f"sqlite:///{folder / 'test.db'}"), folder, zone, chats) as town:
            await town.server.start()
            await town.until_shown(EACH)
            town.set(TWO_HOURS)
            await town.until_shown(2 * EACH)
            town.set(timedelta(0))
            due = datetime.now(UTC) + timedelta(seconds=2)
            _remind(town.engine, chats[2 * EACH : 3 * EACH], due, now)
            await town.until_shown(3 * EACH)
            late.append((datetime.now(UTC) - due).total_seconds())
            town.set(2 * TWO_HOURS)
            await town.until_shown(4 * EACH)
            await reminded.until_told(town.engine)
            assert reminded.states(town.engine) == {"told": len(chats)}
            shown[zone] = town.shown()

    async with asyncio.timeout(SECONDS):
        await together(*map(live, ZONES))
    texts = {text for chat in shown["UTC"].values() for text in chat}
    show(
        capsys,
        f"clock set +2 h, -2 h, +4 h in {', '.join(ZONES)}: each of {len(chats)} people reminded once in each, "
        f"{len(texts)} texts, the same in all; what was due after -2 h came {max(late):.1f} s after its time",
    )
    assert {len(chat) for each in shown.values() for chat in each.values()} == {1}
    assert shown[ZONES[0]] == shown[ZONES[1]] == shown[ZONES[2]]
    assert max(late) < ON_TIME_SECONDS


def _remind(engine: Engine, chats: list[int], due: datetime, now: datetime) -> None:
    reminded.register(engine, chats, [due] * len(chats), now + DAY, DAY // reminded.MINUTE)


STOPPED = timedelta(minutes=10)
DUE = 100


@pytest.mark.chaos
async def test_what_was_due_while_it_was_stopped_is_sent_or_expires(
    file: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of them is for something that begins soon, of which being late is soon of no use."""
    chats = crowd.gather(file, tmp_path, DUE)
    now = datetime.now(UTC)
    dues = [now + STOPPED * (nth + 1) / (DUE // 2 + 1) for nth in range(DUE // 2)]
    reminded.register(file, chats[: DUE // 2], dues, now + 2 * STOPPED)
    reminded.register(file, chats[DUE // 2 :], dues, now + TWO_HOURS)
    file.dispose()
    async with asyncio.timeout(SECONDS), _town(file, tmp_path, "UTC", chats) as town:
        await town.server.start()
        await town.server.stop()
        town.set(STOPPED)
        await town.server.start()
        await reminded.until_told(file)
        shown = town.shown()
    states = reminded.states(file)
    show(capsys, f"{DUE} due in a stop of {STOPPED}: {dict(states)}, {len(shown)} people shown one")
    assert states["told"] + states["expired"] == DUE
    assert states["told"] == len(shown) == sum(map(len, shown.values()))
    assert min(states["told"], states["expired"]) > 0
