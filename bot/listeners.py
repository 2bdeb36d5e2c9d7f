"""Who waits for something new at an address: the open pages of a person, and anybody else who looks on."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

Place = tuple[str, str]


class Listeners:
    """Wakes whoever listens at (channel, key); what there is to hear stands in the database."""

    def __init__(self) -> None:
        self._at: dict[Place, set[asyncio.Event]] = defaultdict(set)
        self._all_gone = False

    @contextmanager
    def at(self, place: Place) -> Iterator[asyncio.Event]:
        """An event that is set at every call of `wake` for this place, and at the end of everything."""
        event = asyncio.Event()
        if self._all_gone:
            event.set()
        self._at[place].add(event)
        try:
            yield event
        finally:
            self._at[place].discard(event)
            if not self._at[place]:
                del self._at[place]

    def wake(self, place: Place) -> None:
        for event in self._at.get(place, ()):
            event.set()

    @property
    def all_gone(self) -> bool:
        """Whether everybody is sent home: the program stops."""
        return self._all_gone

    def send_home(self) -> None:
        self._all_gone = True
        for place in list(self._at):
            self.wake(place)
