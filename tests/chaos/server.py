"""`linli run` as a child that can be killed, and browsers that speak with its page."""

import asyncio
import html
import os
import re
import signal
import subprocess
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.chaos.people import Answer, Say

_ROOT = Path(__file__).parents[2]
_SAYS = re.compile(r'name="says" value="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
# A person here says in a second what others say in a day.
UNLIMITED = {
    **{f"LINLI_LIMITS__{key}": "100000" for key in ("MESSAGES_A_MINUTE", "BURST", "REGISTRATIONS_A_MINUTE")},
    "LINLI_TELEGRAM__MESSAGES_A_SECOND": "1000",
}


@dataclass
class Server:
    """The program on a free port. `up` is set while it serves.

    `program` is a module that runs it with something more, or something less, see `linli.py` and `hasty.py`;
    `command` is what it is told to do, and `name` tells its log from those of others beside it.
    """

    url: str
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    program: str = "bot"
    command: str = "run"
    name: str = "server"
    up: asyncio.Event = field(default_factory=asyncio.Event)
    address: str = ""
    kills: int = 0
    _process: "subprocess.Popen[str] | None" = None

    async def start(self) -> None:
        free = {"PYTHONPATH": str(_ROOT), "LINLI_SERVER__PORT": "0"}
        with self.log.open("a") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self.program, self.command, "--database", self.url],
                cwd=self.folder,
                env={**os.environ, **UNLIMITED, **free, **self.settings},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )
        assert self._process.stdout is not None
        told = await asyncio.to_thread(self._process.stdout.readline)
        assert told, f"it did not start: {self.log.read_text().splitlines()[-1:]}"
        # A worker serves nothing.
        self.address = next((word for word in told.split() if word.startswith("http://")), "")
        self.up.set()

    @property
    def log(self) -> Path:
        """What it wrote to standard error, in all of its lives."""
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def kill(self) -> None:
        """Ends it as a power cut ends a process: nothing of its own runs any more."""
        self.up.clear()
        self.kills += 1
        await asyncio.to_thread(self._end, signal.SIGKILL)

    def freeze(self) -> None:
        """Stops it in the middle of whatever it does, and it knows nothing of it."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    async def stop(self) -> None:
        await asyncio.to_thread(self._end, signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.communicate()


@dataclass
class Browsers:
    """Post each line until the page takes it, as its script does, and read the answer to it."""

    server: Server
    client: httpx.AsyncClient
    answered: int = 0
    failed: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> Say:
        # The client would send everybody's cookie; and each comes from an address of his own, as through a proxy.
        who = {"cookie": "none=yet", "x-forwarded-for": f"10.0.0.{zlib.crc32(name.encode()) % 250}"}

        async def say(text: str, message: str) -> Answer:
            if who["cookie"] == "none=yet":
                page = await self._until("GET", who)
                who["cookie"] = page.headers["set-cookie"].partition(";")[0]
            # What was answered before is asked for again from there on.
            last = self._numbers.get(message, self._numbers.get(name, 0) + 1) - 1
            form = {"text": text, "message": message, "after": str(last)}
            posted = await self._until("POST", {**who, "x-requested-with": "linli"}, form)
            self.answered += 1
            exchange = next(each for each in posted.json()["exchanges"] if each["message"] == message)
            self._numbers[message] = exchange["number"]
            self._numbers[name] = max(self._numbers.get(name, 0), exchange["number"])
            said = tuple(map(html.unescape, _SAYS.findall(exchange["html"])))
            return Answer(f"{exchange['number']} {_TAG.sub('', exchange['html'])}", said)

        return say

    async def _until(
        self, method: str, headers: dict[str, str], form: dict[str, str] | None = None
    ) -> httpx.Response:
        while True:
            await self.server.up.wait()
            try:
                response = await self.client.request(
                    method, f"{self.server.address}/", headers=headers, data=form
                )
            except httpx.TransportError:
                pass
            else:
                if response.status_code == 200:
                    return response
                # Whoever is told to come again later does; everything else is a fault of ours.
                assert response.status_code in (429, 503), response.status_code
            self.failed += 1
            await asyncio.sleep(0.02)
