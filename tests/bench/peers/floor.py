"""The floor: a bare ASGI function on uvicorn that reads the JSON and says 200. `python -m tests.bench.peers.floor PORT`."""

import json
import sys

import uvicorn
from starlette.types import Receive, Scope, Send

_HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
_BODY = {"type": "http.response.body", "body": b""}


async def acknowledge(_scope: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False)
    json.loads(body)
    await send(_HEAD)
    await send(_BODY)


if __name__ == "__main__":
    uvicorn.run(acknowledge, port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off")
