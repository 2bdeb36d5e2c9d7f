"""HTTP/1.1 as both ends of the bench speak it: whole messages with a Content-Length, and nothing else."""

import asyncio
import re
from collections.abc import Callable
from typing import cast

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


def take(received: bytearray) -> tuple[bytes, bytes] | None:
    """Takes the first message off what was received: its head and its body; None while it is not whole."""
    end = received.find(_END)
    if end < 0:
        return None
    length = _LENGTH.search(received, 0, end)
    whole = end + len(_END) + (int(length[1]) if length else 0)
    if len(received) < whole:
        return None
    head, body = bytes(received[:end]), bytes(received[end + len(_END) : whole])
    del received[:whole]
    return head, body


def post(path: str, content_type: str, body: bytes, *headers: str) -> bytes:
    """A whole request."""
    lines = [f"POST {path} HTTP/1.1", "Host: linli.example.org", f"Content-Type: {content_type}", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}"]).encode() + _END + body


# Gets the path of a call, its body, and what answers it with JSON, now or later.
Respond = Callable[[bytes], None]
Called = Callable[[str, bytes, Respond], None]


class Calls(asyncio.Protocol):
    """One connection of a platform's API that refuses nothing and keeps nobody waiting."""

    def __init__(self, called: Called) -> None:
        self._called = called
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is of no class of asyncio

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (taken := take(self._received)) is not None:
            head, body = taken
            self._called(head.split(b" ", 2)[1].decode(), body, self._answer)

    def _answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


async def serve(called: Called) -> tuple[asyncio.Server, int]:
    """An API on a free port, which is told too."""
    server = await asyncio.get_running_loop().create_server(lambda: Calls(called), "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]
