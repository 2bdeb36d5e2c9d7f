"""A connection on which is written exactly what a test wants, also what no client would send."""

import asyncio
import contextlib
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
PIECE = 64 * 1024


@dataclass
class Wire:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self) -> tuple[int, bytes]:
        """The next answer: its status and its body."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await self.reader.readexactly(int(length[1])) if length else b""
        return int(head.split(b" ", 2)[1]), body

    def close(self) -> None:
        self.writer.close()


async def connect(address: str) -> Wire:
    host, _, port = address.removeprefix("http://").partition(":")
    return Wire(*await asyncio.open_connection(host, int(port)))


def request(path: str, headers: Sequence[str], body: bytes) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: linli", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


# What nobody honest sends, by its name: the headers beside those that let one in, and the body in pieces.
Bomb = tuple[tuple[str, ...], Iterable[bytes]]


def bombs(deep: bytes, wide: bytes) -> dict[str, Bomb]:
    """`deep` is nested too deep but short enough; `wide` is one byte longer than what is read."""
    chunk = f"{PIECE:x}\r\n".encode() + b" " * PIECE + b"\r\n"
    return {
        "10 MB in chunks": (("Transfer-Encoding: chunked",), [chunk] * 160),
        "64 KiB and a byte": ((f"Content-Length: {len(wide)}",), [wide]),
        "said to be 10 GB": (("Content-Length: 10000000000",), [b"{"]),
        "30,000 deep": ((f"Content-Length: {len(deep)}",), [deep]),
        "100,000 deep": (("Content-Length: 100000",), [b"[" * 100_000]),
    }


async def throw(address: str, path: str, headers: Sequence[str], bomb: Bomb) -> tuple[int, float]:
    """Sends it until it is answered; gives the status and after how many seconds that was."""
    more, pieces = bomb
    wire = await connect(address)
    lines = [f"POST {path} HTTP/1.1", "Host: linli", *headers, *more]
    began = time.monotonic()
    answering = asyncio.ensure_future(wire.answer())
    with contextlib.closing(wire):
        wire.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
        for piece in pieces:
            wire.writer.write(piece)
            # Whoever goes on writing after the answer loses it with the connection.
            done, _ = await asyncio.wait({answering}, timeout=0.002)
            if done:
                break
        status, _ = await answering
    return status, time.monotonic() - began
