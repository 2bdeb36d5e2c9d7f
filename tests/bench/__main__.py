"""`python -m tests.bench`: every figure and one table; with names, only those parts."""

import sys
import time

from tests.bench import (
    answering,
    arriving,
    fan_out,
    kills,
    limits,
    registration,
    reminders,
    search,
    sending,
    starting,
    telegram,
    transcript,
    wechat,
)
from tests.bench.figures import Figure, print_table, say

PARTS = {
    "search": search.run,
    "registration": registration.run,
    "transcript": transcript.run,
    "telegram": telegram.run,
    "wechat": wechat.run,
    "starting": starting.run,
    "sending": sending.run,
    "limits": limits.run,
    "fan_out": fan_out.run,
    "reminders": reminders.run,
    "answering": answering.run,
    "arriving": arriving.run,
    "kills": kills.run,
}


def main(names: list[str]) -> int:
    unknown = set(names) - set(PARTS)
    if unknown:
        say(f"there is no {', '.join(sorted(unknown))}; the parts are {', '.join(PARTS)}")
        return 2
    figures: list[Figure] = []
    began = time.monotonic()
    for name in names or PARTS:
        say(f"{name} ...")
        figures += PARTS[name]()
    print_table(figures)
    say(f"medians of 5 rounds in alternation, {time.monotonic() - began:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
