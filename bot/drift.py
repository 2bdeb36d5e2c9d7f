"""Whether the clock on the wall was set, told by a clock that nobody can set."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

# Less is what clocks are corrected by all the time.
JUMP = timedelta(seconds=5)


@dataclass(slots=True)
class Drift:
    """What both clocks showed when they were last looked at."""

    wall: datetime
    steady: float

    @classmethod
    def begin(cls, now: datetime) -> "Drift":
        return cls(now, asyncio.get_running_loop().time())

    def look(self, now: datetime) -> tuple[timedelta, datetime]:
        """How far the clock was set forward (or back, below zero) since the last look, and what it would show else."""
        steady = asyncio.get_running_loop().time()
        expected = self.wall + timedelta(seconds=steady - self.steady)
        self.wall, self.steady = now, steady
        jump = now - expected
        return (jump if abs(jump) >= JUMP else timedelta(0)), expected
