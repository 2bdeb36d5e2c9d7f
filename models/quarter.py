"""Quarters of a year, on the community's clock."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_NAME = re.compile(r"(\d{4})Q([1-4])")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """`nth` is 1 to 4; its name is `2026Q4`."""

    year: int
    nth: int

    @property
    def name(self) -> str:
        return f"{self.year}Q{self.nth}"

    def begins(self, zone: ZoneInfo) -> datetime:
        """Its first instant, in UTC."""
        return datetime(self.year, 3 * self.nth - 2, 1, tzinfo=zone).astimezone(UTC)

    def ends(self, zone: ZoneInfo) -> datetime:
        """The first instant that is not in it any more."""
        return self.next.begins(zone)

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + 1, 1) if self.nth == 4 else Quarter(self.year, self.nth + 1)

    @property
    def before(self) -> "Quarter":
        return Quarter(self.year - 1, 4) if self.nth == 1 else Quarter(self.year, self.nth - 1)


def of(at: datetime, zone: ZoneInfo) -> Quarter:
    """The quarter in which an instant lies."""
    here = at.astimezone(zone)
    return Quarter(here.year, (here.month + 2) // 3)


def named(name: str) -> Quarter:
    """The quarter with this name."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"no quarter is called {name!r}")
    return Quarter(int(found[1]), int(found[2]))
