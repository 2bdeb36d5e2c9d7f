"""A server as a child with a core of its own, and this process on another one beside it."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import wire
from tests.bench.figures import say
from tests.chaos.server import UNLIMITED

_ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0
# Stands for the port in arguments and settings.
PORT = "{port}"
LINLI = ("-m", "bot", "run")


@dataclass(frozen=True, slots=True)
class Program:
    port: int
    pid: int


@contextmanager
def beside() -> Iterator[set[int]]:
    """Puts this thread on the last core; gives the one that the servers get."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        say("  warning: there is one core, which server and generator share; the ratios are blurred")
    os.sched_setaffinity(0, {cores[-1]})
    try:
        yield {cores[0]}
    finally:
        os.sched_setaffinity(0, cores)


@asynccontextmanager
async def running(
    arguments: Sequence[str], folder: Path, core: set[int], settings: Mapping[str, str] | None = None
) -> AsyncIterator[Program]:
    """A Python program on a free port."""
    port = free_port()
    log = folder / "server.log"
    process = _start(arguments, log, core, settings or {}, port)
    try:
        await _until_it_serves(process, port, log)
        yield Program(port, process.pid)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


@asynccontextmanager
async def working(folder: Path, core: set[int], settings: Mapping[str, str]) -> AsyncIterator[int]:
    """`linli worker`, which serves nothing; gives its process."""
    process = _start(("-m", "bot", "worker"), folder / "worker.log", core, settings, free_port())
    try:
        yield process.pid
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


def _start(
    arguments: Sequence[str], log: Path, core: set[int], settings: Mapping[str, str], port: int
) -> "subprocess.Popen[bytes]":
    given = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    given |= {name: value.replace(PORT, str(port)) for name, value in settings.items()}
    with log.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, *(each.replace(PORT, str(port)) for each in arguments)],
            cwd=log.parent,
            env={**given, "PYTHONPATH": str(_ROOT)},
            stdout=told,
            stderr=told,
        )
    os.sched_setaffinity(process.pid, core)
    return process


def peer(name: str, *arguments: str) -> list[str]:
    return ["-m", f"tests.bench.peers.{name}", PORT, *arguments]


def linli(**settings: str) -> dict[str, str]:
    """What `linli run` is told: to slow nobody down, to log no more than warnings, and `SECTION__KEY`s."""
    ours = {f"LINLI_{name}": value for name, value in settings.items()}
    return {**UNLIMITED, "LINLI_LOG__LEVEL": "WARNING", "LINLI_SERVER__PORT": PORT, **ours}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


async def _until_it_serves(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Until it says anything: a port may be taken long before somebody answers on it."""
    deadline = time.perf_counter() + START_SECONDS
    while time.perf_counter() < deadline and process.poll() is None:
        try:
            if await asyncio.wait_for(_answers(port), 1):
                return
        except (OSError, TimeoutError):
            pass
        await asyncio.sleep(0.05)
    raise RuntimeError(f"it did not start: {log.read_text()[-2000:]}")


async def _answers(port: int) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(wire.post("/nothing", "application/json", b"{}"))
        return bool(await reader.read(1))
    finally:
        writer.close()
