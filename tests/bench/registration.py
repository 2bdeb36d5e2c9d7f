"""A registration through the whole core, beside a Session a message and bare one-row commits.

One registration is two messages, each with a message id: `register 9001`, and the press that confirms.
"""

import sqlite3
import time
from pathlib import Path

from bot.app import App
from tests.bench import community, replay
from tests.bench.community import PEOPLE, ROOMY
from tests.bench.figures import ROUNDS, Figure, median, rate, ratio, say

EACH = 4
REGISTRATIONS = PEOPLE * EACH
RAW_SECONDS = 0.5


def run() -> list[Figure]:
    with community.folder() as folder:
        base = folder / "base.db"
        community.build(base)
        recorded = replay.record(base, _register)
        say(
            f"registration: two messages each; {2 * replay.statements_each(recorded):.1f} statements "
            "for both, the same for core and peer"
        )
        core, slow, inline, threads, raw = [], [], [], [], []
        for _ in range(ROUNDS):
            with community.copied(base) as app:
                seconds, waits = community.together(app, _register)
            core.append(REGISTRATIONS / seconds)
            slow.append(sorted(waits)[int(len(waits) * 0.99)] * 1000)
            raw.append(_raw_commits(folder))
            inline.append(REGISTRATIONS / replay.peer_seconds(base, recorded, threads=1))
            threads.append(REGISTRATIONS / replay.peer_seconds(base, recorded, threads=PEOPLE))
    best = max(inline, threads, key=median)
    return [
        Figure("registration, whole core, FULL, 64 people", rate(core, "whole"), ratio(core, best), ">= 4"),
        Figure(
            "  to bare one-row commits at FULL", rate(raw, "commits"), ratio(core, raw), ">= 0.1, aim 0.2"
        ),
        Figure("  p99 of one of its messages", f"{median(slow):.0f} ms ({min(slow):.0f}-{max(slow):.0f})"),
        Figure("  peer: a Session a message, one thread", rate(inline, "whole"), ratio(inline, best)),
        Figure("  peer: a Session a message, 64 threads", rate(threads, "whole"), ratio(threads, best)),
    ]


async def _register(app: App, person: int) -> list[float]:
    """Everybody begins with another activity, so that a row is about as hot as on a busy day."""
    waits = []
    for nth in range(EACH):
        number = ROOMY[(person + nth) % len(ROOMY)]
        asked, first = await community.timed(
            app, community.said(person, f"register {number}", f"register-{nth}")
        )
        confirm = asked.messages[-1].card.choices[0].says
        done, second = await community.timed(app, community.said(person, confirm, f"confirm-{nth}"))
        if done.messages[-1].card.tone != "done":
            raise AssertionError(f"{person} was not registered for {number}: {done.messages[-1].card.text}")
        waits += [first, second]
    return waits


def _raw_commits(folder: Path) -> float:
    """One client, the driver alone, one row and one commit at a time, in the same folder."""
    path = folder / "raw.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, words TEXT NOT NULL)")
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < RAW_SECONDS:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO fact (words) VALUES (?)", ("one row of a hundred bytes " * 4,))
        connection.execute("COMMIT")
        count += 1
    seconds = time.perf_counter() - began
    connection.close()
    path.unlink()
    return count / seconds
