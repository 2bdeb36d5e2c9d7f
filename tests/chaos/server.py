"""`linli run` as a child that can be killed, and a browser that posts forms to its page."""

import asyncio
import html
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.chaos.people import Answer, Say

_ROOT = Path(__file__).parents[2]
_SAYS = re.compile(r'name="says" value="([^"]*)"')
# Every page carries an id for the message that its reader may send: the one thing in which two pages differ.
_NEXT_MESSAGE = re.compile(r'name="message" value="[^"]*"')


@dataclass
class Server:
    """The program on a free port. `up` is set while it serves."""

    url: str
    folder: Path
    up: asyncio.Event = field(default_factory=asyncio.Event)
    address: str = ""
    kills: int = 0
    _process: "subprocess.Popen[str] | None" = None

    async def start(self) -> None:
        log = self.folder / "server.log"
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run", "--database", self.url],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(_ROOT), "LINLI_SERVER__PORT": "0"},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )
        assert self._process.stdout is not None
        told = await asyncio.to_thread(self._process.stdout.readline)
        assert "http://" in told, f"it did not start: {log.read_text().splitlines()[-1:]}"
        self.address = "http://" + told.split("http://")[1].split()[0]
        self.up.set()

    async def kill(self) -> None:
        """Ends it as a power cut ends a process: nothing of its own runs any more."""
        self.up.clear()
        self.kills += 1
        await asyncio.to_thread(self._end, signal.SIGKILL)

    async def stop(self) -> None:
        await asyncio.to_thread(self._end, signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.communicate()


@dataclass
class Browsers:
    """Post each line until the page takes it, then read the answer at the address that it gives."""

    server: Server
    client: httpx.AsyncClient
    answered: int = 0
    failed: int = 0

    def of(self, name: str) -> Say:
        headers = {"cookie": f"linli={name}"}

        async def say(text: str, message: str) -> Answer:
            form = {"text": text, "message": message}
            posted = await self._until(303, "POST", "/", data=form, headers=headers)
            self.answered += 1
            page = await self._until(200, "GET", posted.headers["location"], headers=headers)
            return Answer(
                _NEXT_MESSAGE.sub("", page.text), tuple(map(html.unescape, _SAYS.findall(page.text)))
            )

        return say

    async def _until(
        self,
        status: int,
        method: str,
        path: str,
        *,
        headers: dict[str, str],
        data: dict[str, str] | None = None,
    ) -> httpx.Response:
        while True:
            await self.server.up.wait()
            try:
                response = await self.client.request(
                    method, self.server.address + path, headers=headers, data=data
                )
            except httpx.TransportError:
                pass
            else:
                if response.status_code == status:
                    return response
                # A 200 to a form is a page that asks to come again later; everything else is a fault of ours.
                assert response.status_code in (200, 503), response.status_code
            self.failed += 1
            await asyncio.sleep(0.02)
