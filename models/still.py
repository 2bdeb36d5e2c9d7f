"""Whether a message still makes sense: asked at the moment in which it goes out, by who knows."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from models.database import Db

# Gives why it does not make sense any more; None where it does.
Check = Callable[[Db, int, datetime], str | None]
# Gives those of these members for whom what many are told makes no sense any more, each with the reason.
# What stands behind the name of the check is its own to read.
CheckFor = Callable[[Db, str, Collection[int], datetime], Mapping[int, str]]
CHECKS: dict[str, Check] = {}
CHECKS_FOR: dict[str, CheckFor] = {}


def still(name: str) -> Callable[[Check], Check]:
    """Declares a check: a notice with `still="reminder 17"` asks the check `reminder` about the key 17."""

    def declare(check: Check) -> Check:
        if name in CHECKS or name in CHECKS_FOR:
            raise ValueError(f"the check {name!r} is declared twice")
        CHECKS[name] = check
        return check

    return declare


def still_for(name: str) -> Callable[[CheckFor], CheckFor]:
    """Declares a check of what many are told: it is asked for all members of a batch at once."""

    def declare(check: CheckFor) -> CheckFor:
        if name in CHECKS or name in CHECKS_FOR:
            raise ValueError(f"the check {name!r} is declared twice")
        CHECKS_FOR[name] = check
        return check

    return declare


def asks_each(asked: str | None) -> bool:
    """Whether this is asked for each member, by `why_not_for`."""
    return asked is not None and asked.partition(" ")[0] in CHECKS_FOR


def why_not_for(db: Db, asked: str, members: Collection[int], now: datetime) -> Mapping[int, str]:
    """Those of these members for whom it makes no sense any more, and why."""
    name, _, key = asked.partition(" ")
    return CHECKS_FOR[name](db, key, members, now)


def why_not(db: Db, asked: str, now: datetime) -> str | None:
    """Why this makes no sense any more. One that is known to no check (any more) is not sent."""
    name, _, key = asked.partition(" ")
    if name not in CHECKS:
        return "written by another version"
    return CHECKS[name](db, int(key), now)
