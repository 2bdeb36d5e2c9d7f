"""Figures that are shown while the tests run, and how they are counted."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest


def show(capsys: pytest.CaptureFixture[str], figures: str) -> None:
    with capsys.disabled():
        print(f"\n  {figures}")  # noqa: T201


def p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def p99(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=100)[-1]


def memory(pid: int) -> int:
    """What a process holds in memory, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


@asynccontextmanager
async def standing_still(late: list[float]) -> AsyncIterator[None]:
    """Notes how much too late a short sleep ended, again and again: so long this machine had other things to do."""

    async def watch() -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.01)
            late.append(time.monotonic() - began - 0.01)

    watching = asyncio.ensure_future(watch())
    try:
        yield
    finally:
        watching.cancel()
