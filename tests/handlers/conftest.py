"""What the conversation tests share: handlers that only a test knows, and a form to try the core with."""

from collections.abc import Iterator

import pytest

from handlers.talk import ACTIONS
from models.database import transaction
from tests.chat import Chat
from tests.handlers import officers, tea


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


@pytest.fixture
def staffed(say_on_both: Chat) -> Chat:
    """何二 is staff of the estate, 梅三 of the whole quarter, Anna administers it; 站长 is staff of the tower."""
    with transaction(say_on_both.engine) as db:
        officers.make(db, "he", "staff", "estate")
        officers.make(db, "mei", "staff", "ginkgo")
        officers.make(db, "anna", "administrator")
    return say_on_both
