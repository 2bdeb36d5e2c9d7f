"""What the tests of this room share: a whole App in memory, with the community of the tests."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from bot.app import App, open_app
from bot.clock import FixedClock
from tests.conftest import PACK

# No example is too slow: the machine may be busy.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def app(clock: FixedClock) -> Iterator[App]:
    opened = open_app("sqlite://", clock, [PACK])
    yield opened
    opened.close()
