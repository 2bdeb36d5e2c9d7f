"""`linli` that sends as fast as it can, which nobody may whose platform has limits. `python -m tests.bench.unpaced run`."""

from bot.channels.telegram import channel
from bot.command import main

if __name__ == "__main__":
    setattr(channel, "Limits", lambda *_: None)  # noqa: B010
    main()
