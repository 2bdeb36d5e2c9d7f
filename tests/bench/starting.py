"""Time to ready of `linli run` and `linli chat --json`, and the memory of a server that idles."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import community
from tests.bench.figures import ROUNDS, Figure, median, seconds

_ROOT = Path(__file__).parents[2]
IDLE_SECONDS = 3


def run() -> list[Figure]:
    first, second, chat, memory = [], [], [], []
    for _ in range(ROUNDS):
        with community.folder() as folder:
            with _serving(folder) as (_, took):
                first.append(took)
            with _serving(folder) as (process, took):
                second.append(took)
                time.sleep(IDLE_SECONDS)
                memory.append(_resident_megabytes(process.pid))
            chat.append(_first_answer(folder))
    return [
        Figure("linli run, start to GET /healthz 200, new database", seconds(first), "", "aim 3 s"),
        Figure("  the same with the database of an earlier start", seconds(second)),
        Figure("linli chat --json, start to first answer", seconds(chat), "", "aim 1.5 s"),
        Figure(
            f"linli run, memory after {IDLE_SECONDS} s idle",
            f"{median(memory):.0f} MB ({min(memory):.0f}-{max(memory):.0f})",
            "",
            "aim 120 MB",
        ),
    ]


def _environment() -> dict[str, str]:
    """What a person has: nothing set, and compiled modules kept."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, "PYTHONPATH": str(_ROOT), "LINLI_SERVER__PORT": "0"}


@contextmanager
def _serving(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", float]]:
    """A server in its own folder, and how long it took until it was ready."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        told = process.stdout.readline()
        if "http://" not in told:
            raise RuntimeError(f"linli run did not start: {told!r}; run it by hand to see why")
        _until_ready("http://" + told.split("http://")[1].split()[0] + "/healthz")
        yield process, time.perf_counter() - began
    finally:
        process.terminate()
        process.communicate()


def _until_ready(address: str) -> None:
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.005)


def _first_answer(folder: Path) -> float:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "chat", "--json"],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"from": "wang", "text": "这周六有什么活动"}) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    took = time.perf_counter() - began
    process.communicate()
    assert answer["did"], answer
    return took


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
