"""What the tests of this room share: a whole App in memory, with the community of the tests."""

from collections.abc import Iterator

import pytest

from bot.app import App, open_app
from bot.clock import FixedClock
from tests.conftest import PACK


@pytest.fixture
def app(clock: FixedClock) -> Iterator[App]:
    opened = open_app("sqlite://", clock, [PACK])
    yield opened
    opened.close()
