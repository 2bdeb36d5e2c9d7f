"""Which days are off in public: the official calendar where it is known, its fixed days where it is not, and the community's own."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

from handlers.understanding.times.festivals import lunar_day, term_day

# The fifth solar term after the winter solstice.
_CLEAR_AND_BRIGHT = 7


def name_of(day: date, holidays: Collection[date], workdays: Collection[date]) -> str | None:
    """What holiday it is; None on every other day, a weekend too, and on a make-up workday."""
    if day in workdays:
        return None
    if day in holidays:
        return "放假"
    return _public(day)


@cache
def _public(day: date) -> str | None:
    from tyme4py.holiday import LegalHoliday

    official = LegalHoliday.from_ymd(day.year, day.month, day.day)
    if official is not None:
        return None if official.is_work() else str(official.get_name())
    if LegalHoliday.from_ymd(day.year, 10, 1) is not None:
        return None  # the calendar of that year is out, and says nothing of this day
    return next(
        (name for name, first, days in _fixed(day.year) if first <= day < first + timedelta(days)), None
    )


def _fixed(year: int) -> list[tuple[str, date, int]]:
    """What the law says (全国年节及纪念日放假办法, 2025), without the weekends that are moved beside it."""
    spring = lunar_day(year, 1, 1)
    return [
        ("元旦", date(year, 1, 1), 1),
        ("春节", spring - timedelta(1), 4),
        ("清明节", term_day(year, _CLEAR_AND_BRIGHT), 1),
        ("劳动节", date(year, 5, 1), 2),
        ("端午节", lunar_day(year, 5, 5), 1),
        ("中秋节", lunar_day(year, 8, 15), 1),
        ("国庆节", date(year, 10, 1), 3),
    ]
