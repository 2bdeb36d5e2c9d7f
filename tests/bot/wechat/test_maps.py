"""Places of China's maps are moved to where they lie; others stay."""

from math import cos, hypot, radians

import pytest

from bot.channels.wechat.maps import to_world


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    north, east = one[0] - other[0], (one[1] - other[1]) * cos(radians(one[0]))
    return hypot(north, east) * 111_320


# Published pairs of one point: where it lies, and where China's maps show it.
PAIRS = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]


@pytest.mark.parametrize(("shown", "lies"), [(shown, lies) for lies, shown in PAIRS])
def test_a_place_on_the_map_is_moved_to_where_it_lies(
    shown: tuple[float, float], lies: tuple[float, float]
) -> None:
    assert metres(to_world(*shown), lies) < 1
    assert metres(shown, lies) > 300


@pytest.mark.parametrize("place", [(48.8584, 2.2945), (-33.8568, 151.2153), (40.6892, -74.0445)])
def test_outside_china_nothing_is_moved(place: tuple[float, float]) -> None:
    assert to_world(*place) == place
