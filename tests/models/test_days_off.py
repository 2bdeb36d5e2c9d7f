"""Which days are off: the official calendar where it is out, the law's days where it is not, and the community's own."""

from datetime import date

import pytest

from models.days_off import name_of


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 10, 1), "国庆节"),
        (date(2026, 10, 10), None),  # a Saturday on which people work
        (date(2026, 12, 5), None),  # a usual Saturday
        (date(2027, 1, 1), "元旦"),
        (date(2027, 2, 5), "春节"),
        (date(2027, 2, 6), "春节"),
        (date(2027, 4, 5), "清明节"),
        (date(2027, 6, 9), "端午节"),
        (date(2027, 9, 15), "中秋节"),
        (date(2027, 10, 8), None),
    ],
)
def test_public_holidays(day: date, name: str | None) -> None:
    assert name_of(day, (), ()) == name


def test_the_communitys_own_days_come_first() -> None:
    assert name_of(date(2026, 12, 3), {date(2026, 12, 3)}, ()) == "放假"
    assert name_of(date(2026, 10, 1), (), {date(2026, 10, 1)}) is None
