"""`linli` whose clock is set while it runs, as an administrator or a time server sets it.

Everything that asks the time of day is shifted by the seconds in the file that CLOCK_FILE names: the program's own
clock and its scheduler. Run as `python -m tests.chaos.set_clock run`.
"""

import os
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from bot import clock
from bot.command import main

CLOCK_FILE = "CLOCK_FILE"


class _Kind(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, datetime)


class Shifted(datetime, metaclass=_Kind):
    """What `datetime` is called by who asks for now."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(seconds=float(Path(os.environ[CLOCK_FILE]).read_text()))


def shift() -> None:
    """For the modules that ask; all others are asked."""
    for name, module in list(sys.modules.items()):
        if name.startswith("apscheduler.") and getattr(module, "datetime", None) is datetime:
            setattr(module, "datetime", Shifted)  # noqa: B010
    setattr(clock, "datetime", Shifted)  # noqa: B010


if __name__ == "__main__":
    shift()
    main()
