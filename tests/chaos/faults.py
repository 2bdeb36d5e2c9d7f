"""What holds the program up: another process that holds SQLite's lock, a disk without room, slow work of its own."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

# How long a slow message of `tests.chaos.linli` takes, and the making of its attachment.
SLOW_SECONDS = 1.0
MAKING_SECONDS = 10.0
# The holder takes the lock between two batches, tells so, and gives it back by itself.
_HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
while not connection.in_transaction:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        pass
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
"""


def lock(database: str, seconds: float) -> "subprocess.Popen[str]":
    """Holds the write lock of this file for so long; comes back when it is held."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, database, str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    holder.stdout.close()
    return holder


class Ballast:
    """A small file system of its own, full but for what a file leaves of it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ballast"

    def fill(self, _worker: object = None) -> None:
        with suppress(OSError), self._file.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def free(self, _worker: object = None) -> None:
        self._file.unlink()
