"""Which days are off in public: the official calendar where it is known, its fixed days where it is not, and the community's own."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

# The fifth solar term after the winter solstice.
_CLEAR_AND_BRIGHT = 7
_SATURDAY = 5


def name_of(day: date, holidays: Collection[date], workdays: Collection[date]) -> str | None:
    """What holiday it is; None on every other day, a weekend too, and on a make-up workday."""
    if day in workdays:
        return None
    if day in holidays:
        return "放假"
    return _public(day)


def is_workday(day: date, holidays: Collection[date], workdays: Collection[date]) -> bool:
    """Whether offices work that day: no weekend and no holiday, or a day that makes up for one."""
    if day in workdays or day in holidays:
        return day in workdays
    if _makes_up(day):
        return True
    return day.weekday() < _SATURDAY and _public(day) is None


@cache
def _makes_up(day: date) -> bool:
    from tyme4py.holiday import LegalHoliday

    official = LegalHoliday.from_ymd(day.year, day.month, day.day)
    return official is not None and bool(official.is_work())


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


# The calendar's library is imported and asked only when needed: few sentences name a lunar day, and it is slow.
@cache
def lunar_day(year: int, month: int, day: int) -> date:
    from tyme4py.lunar import LunarDay, LunarMonth

    last = min(day, LunarMonth.from_ym(year, month).get_day_count())
    solar = LunarDay.from_ymd(year, month, last).get_solar_day()
    return date(solar.get_year(), solar.get_month(), solar.get_day())


@cache
def term_day(year: int, index: int) -> date:
    from tyme4py.solar import SolarTerm

    solar = SolarTerm.from_index(year, index).get_solar_day()
    return date(solar.get_year(), solar.get_month(), solar.get_day())
