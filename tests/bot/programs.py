"""The program as a child process: what a person at a keyboard sees of it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 60


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "NO_COLOR": "1", **extra}


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "bot", *arguments]


def linli(
    *arguments: str, folder: Path, said: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end, in this folder, and gives its exit code and all that it wrote."""
    return subprocess.run(
        _command(arguments),
        input=said,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=_environment(environment or {}),
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def start(*arguments: str, folder: Path) -> "subprocess.Popen[str]":
    """Starts a command that hears nothing, and does not wait for its end."""
    return subprocess.Popen(
        _command(arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=_environment({}),
    )


@contextmanager
def working(folder: Path, *arguments: str, environment: Mapping[str, str]) -> Iterator["Running"]:
    """`linli worker`, from the line that tells that it sends until the end of the block."""
    with subprocess.Popen(
        _command(("worker", *arguments)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=_environment(environment),
    ) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            while told and not told.startswith("Linli sends"):
                told = process.stdout.readline()
            assert told, process.stderr and process.stderr.read()
            yield Running(process, told.strip())
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()


@dataclass(frozen=True, slots=True)
class Running:
    """A program that serves, and where."""

    process: subprocess.Popen[str]
    address: str

    def stop(self, signal: int) -> tuple[int, str]:
        """Its exit code after this signal, and what it had written to standard error."""
        self.process.send_signal(signal)
        _, told = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, told


@contextmanager
def serving(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """`linli run` on a free port, from the line that tells its address until the end of the block."""
    free = {"LINLI_SERVER__PORT": "0", **(environment or {})}
    with subprocess.Popen(
        _command(("run",)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=_environment(free),
    ) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            assert "http://" in told, process.stderr and process.stderr.read()
            yield Running(process, "http://" + told.split("http://")[1].split()[0])
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
