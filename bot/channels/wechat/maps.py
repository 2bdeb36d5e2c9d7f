"""Where a place of WeChat's maps lies: China's maps are drawn some hundred metres off (GCJ-02), the world's are not."""

from math import cos, pi, sin, sqrt

# The ellipsoid of Krasovsky 1940, on which the shift is defined: half axis in metres, eccentricity squared.
_AXIS = 6_378_245.0
_ECCENTRICITY = 0.006_693_421_622_965_943
# The shift changes by a ten thousandth of itself over its own length, so that a few steps back find its start.
_STEPS = 4


def to_world(latitude: float, longitude: float) -> tuple[float, float]:
    """WGS-84 degrees of a point in GCJ-02 degrees. Outside China both are the same."""
    if not (0.8293 < latitude < 55.8271 and 72.004 < longitude < 137.8347):
        return latitude, longitude
    north, east = latitude, longitude
    for _ in range(_STEPS):
        up, right = _shift(north, east)
        north, east = latitude - up, longitude - right
    return north, east


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    """By how many degrees the maps move this point; the published approximation of the official formula."""
    x, y = longitude - 105.0, latitude - 35.0
    waves = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    up = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    up += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    up += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    right = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    right += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    right += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    radians = latitude / 180.0 * pi
    bend = 1 - _ECCENTRICITY * sin(radians) ** 2
    metres_north = _AXIS * (1 - _ECCENTRICITY) / (bend * sqrt(bend)) * pi / 180.0
    metres_east = _AXIS / sqrt(bend) * cos(radians) * pi / 180.0
    return up / metres_north, right / metres_east
