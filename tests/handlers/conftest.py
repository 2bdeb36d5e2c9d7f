"""What the conversation tests share: handlers that only a test knows, and a form to try the core with."""

from collections.abc import Iterator

import pytest

from handlers.talk import ACTIONS
from tests.handlers import tea


@pytest.fixture
def own_handlers() -> Iterator[None]:
    """What a test declares is forgotten after it."""
    before = dict(ACTIONS)
    yield
    ACTIONS.clear()
    ACTIONS.update(before)


@pytest.fixture
def order_tea(own_handlers: None) -> None:
    """The form of tests/handlers/tea.py, as 点茶."""
    tea.declare()
