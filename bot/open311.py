"""Open311 GeoReport v2, read only, in JSON: what everybody may know of the needs, for other programs.

Where a report lies is said as the place's own coordinates, never as those that its reporter sent.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.app import App
from handlers import need_files
from models import need_reading
from models.database import Db

PAGE, MOST_PAGE = 50, 200
# The database does not answer in time: the caller may come again.
SECONDS = 5.0
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}
_STATUSES = ("open", "closed")
# A number in an address is no longer than this.
_DIGITS = 9

Answer = Callable[[Db], Any]


class _Wrong(Exception):  # noqa: N818  (an answer, not a fault)
    """What is asked cannot be answered, and why."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code, self.description = code, description


def routes(app: App) -> list[BaseRoute]:
    """GET below /open311/v2/, each with and without .json."""

    def serve(path: str, ask: Callable[[Request], Answer], missing: str = "") -> list[BaseRoute]:
        async def answer(request: Request) -> Response:
            try:
                found = await asyncio.wait_for(app.read(ask(request)), SECONDS)
                if found is None:
                    raise _Wrong(404, missing)
            except _Wrong as wrong:
                errors = [{"code": wrong.code, "description": wrong.description}]
                return JSONResponse(errors, wrong.code, _HEADERS)
            return JSONResponse(found, headers=_HEADERS)

        return [Route(f"/open311/v2/{path}{end}", answer, methods=["GET"]) for end in (".json", "")]

    def services(_request: Request) -> Answer:
        return need_files.services

    def service(request: Request) -> Answer:
        code = request.path_params["code"]
        return lambda db: need_files.service(db, code)

    def requests(request: Request) -> Answer:
        asked = _asked(request, app.zone)
        return lambda db: need_files.requests(db, app.zone, app.equipment.vault, asked)

    def one(request: Request) -> Answer:
        number = request.path_params["number"]
        known = number.isascii() and number.isdigit() and len(number) <= _DIGITS
        asked = need_reading.Asked(numbers=(int(number),) if known else ())
        return lambda db: need_files.requests(db, app.zone, app.equipment.vault, asked) or None

    # What stands behind the last slash may end in .json, which is tried first.
    return [
        *serve("services", services),
        *serve("services/{code}", service, "no service has this service_code; see services.json"),
        *serve("requests", requests),
        *serve("requests/{number}", one, "no public request has this service_request_id"),
    ]


def _asked(request: Request, zone: ZoneInfo) -> need_reading.Asked:
    """What the query narrows it down to. Raises _Wrong."""
    given = request.query_params
    statuses = tuple(each for each in given.get("status", "").split(",") if each)
    if unknown := [each for each in statuses if each not in _STATUSES]:
        raise _Wrong(400, f"status is open or closed, not {unknown[0][:40]}")
    listed = tuple(each for each in given.get("service_request_id", "").split(",") if each)
    if any(not (each.isascii() and each.isdigit() and len(each) <= _DIGITS) for each in listed):
        raise _Wrong(400, "service_request_id is a number, or several with commas between")
    return need_reading.Asked(
        numbers=tuple(int(each) for each in listed) if listed else None,
        categories=tuple(each for each in given.get("service_code", "").split(",") if each),
        statuses=statuses,
        since=_moment(given.get("start_date"), "start_date", zone),
        until=_moment(given.get("end_date"), "end_date", zone),
        skip=(_number(given.get("page"), "page", 1, 100_000) - 1)
        * (size := _number(given.get("page_size"), "page_size", PAGE, MOST_PAGE)),
        most=size,
    )


def _moment(text: str | None, name: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        # A plus that nobody encoded has become a blank.
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        raise _Wrong(400, f"{name} is a time as 2026-11-23T09:00:00+08:00") from None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _number(text: str | None, name: str, usual: int, most: int) -> int:
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= _DIGITS and 1 <= int(text) <= most):
        raise _Wrong(400, f"{name} is a number from 1 to {most}")
    return int(text)
