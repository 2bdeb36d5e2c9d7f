"""A process of its own for what computes long without letting others compute: drawing a poster held up every answer."""

import asyncio
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process

from handlers.recipes import Content, Making


class Drawing:
    """One process, begun with the first that is drawn: a second would take the last core from the answers."""

    def __init__(self) -> None:
        self._process: ProcessPoolExecutor | None = None

    async def make(self, making: Making) -> Content:
        """One after the other. Where the process was killed, another one tries once more."""
        try:
            return await self._made(making)
        except BrokenProcessPool:
            self.close()
            return await self._made(making)

    async def _made(self, making: Making) -> Content:
        if self._process is None:
            self._process = ProcessPoolExecutor(1, get_context("spawn"), initializer=_begin)
        return await asyncio.get_running_loop().run_in_executor(self._process, making)

    def close(self) -> None:
        if self._process is not None:
            self._process.shutdown(wait=False, cancel_futures=True)
            self._process = None


def _begin() -> None:
    """Whoever stops us does not stop the one that draws; it ends with us, however we end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(0)
