"""What WeChat's error codes mean to us, as one table: https://developers.weixin.qq.com/doc/service/."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import structlog

from bot.channels import ChannelError

Meaning = Literal[
    "busy", "token", "set-up", "unreachable", "no consent", "no window", "day", "minute", "done", "fault"
]
CODES: Mapping[int, Meaning] = {
    -1: "busy",
    **dict.fromkeys((40001, 40014, 42001), "token"),
    **dict.fromkeys((40002, 40013, 40125, 40164, 40243, 41001, 41002, 41004, 48001, 50001, 61004), "set-up"),
    **dict.fromkeys((40003, 43004, 50005), "unreachable"),
    43101: "no consent",
    **dict.fromkeys((45015, 45047), "no window"),
    45009: "day",
    45011: "minute",
    45065: "done",
}
_NOT_LISTED = "this server's address is not in the account's list (IP白名单); add it on the platform's page"
# For whoever set the account up; every other code of that kind is named by its number.
MENDS: Mapping[int, str] = {
    40013: "wechat.app_id is not known; copy it from the platform's page",
    40125: "wechat.app_secret is wrong; reset it on the platform's page and set it here",
    40164: _NOT_LISTED,
    40243: "wechat.app_secret is frozen; unfreeze it on the platform's page",
    48001: "the account may not use this; it must be verified (认证), and the interface granted",
    61004: _NOT_LISTED,
}
# The platform's days begin there.
_ZONE = ZoneInfo("Asia/Shanghai")
_ADDRESS = re.compile(r"invalid ip (\d+\.\d+\.\d+\.\d+)")
_FIELD = re.compile(r"data\.(\w+)")
_WAITS: Mapping[Meaning, timedelta] = {"busy": timedelta(seconds=10), "token": timedelta(seconds=10)}
_log = structlog.get_logger()


class Refused(ChannelError):  # noqa: N818  (the platform said no)
    """What the platform refused, with its code."""

    def __init__(self, code: int, meaning: Meaning, why: str, **how: bool | timedelta | None) -> None:
        permanent = how.pop("permanent", False)
        super().__init__(why, permanent=bool(permanent), **how)  # type: ignore[arg-type]
        self.code = code
        self.meaning = meaning
        # What an operator does about it.
        self.mend: str | None = None


def refused(code: int, call: str, said: str, now: datetime) -> Refused:
    """The error for a code; what only an operator or we can mend is told in the log, without its words.

    The platform's own sentence is not passed on whole: it may repeat what it was sent.
    """
    meaning = CODES.get(code, "fault")
    why = f"{call}: {code}"
    if meaning == "set-up":
        error = Refused(code, meaning, why, permanent=True)
        error.mend = _mend(code, said)
        _log.error("wechat is not set up", call=call, code=code, mend=error.mend)
        return error
    if meaning == "fault":
        _log.error("wechat took it for wrong", call=call, code=code, field=_first(_FIELD, said))
        return Refused(code, meaning, why, permanent=True)
    if meaning == "unreachable":
        return Refused(code, meaning, why, permanent=True, unreachable=True)
    if meaning in ("no consent", "no window"):
        return Refused(code, meaning, why, until_contact=True)
    if meaning in ("day", "minute"):
        _log.warning("wechat's limit is reached", call=call, code=code)
        return Refused(code, meaning, why, retry_after=_next(meaning, now) - now)
    return Refused(code, meaning, why, retry_after=_WAITS.get(meaning))


def _mend(code: int, said: str) -> str:
    """What an operator does about a code, with the address that the platform named where it did."""
    known = MENDS.get(code, f"the platform says {code}; see its list of error codes")
    address = _first(_ADDRESS, said)
    return f"{known}: {address}" if address else known


def _first(pattern: re.Pattern[str], said: str) -> str | None:
    found = pattern.search(said)
    return found[1] if found else None


def _next(unit: Meaning, now: datetime) -> datetime:
    """When the next minute or day begins there."""
    here = now.astimezone(_ZONE)
    if unit == "minute":
        return here.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
