"""Who waits longest goes first, but nobody twice before the others: a queue in turns of senders."""

import threading
from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Closed(Exception):  # noqa: N818  (the end of a queue, not a fault)
    """Nothing more comes."""


class FairQueue(Generic[T]):
    """First in, first out for each sender; round robin between senders."""

    def __init__(self, *, exclusive: bool) -> None:
        """`exclusive`: while one of a sender's items is at work, his next one waits for `done`."""
        self._exclusive = exclusive
        self._waiting: dict[Hashable, deque[T]] = {}
        self._turns: deque[Hashable] = deque()
        self._at_work: set[Hashable] = set()
        self._changed = threading.Condition()
        self._closed = False
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def ahead_of(self, sender: Hashable) -> tuple[int, int]:
        """At most so many items are taken before one that this sender puts now: his own, and everybody's."""
        own = len(self._waiting.get(sender, ()))
        return own, min(self._length, (own + 1) * len(self._waiting))

    def put(self, sender: Hashable, item: T) -> None:
        with self._changed:
            if self._closed:
                raise Closed
            items = self._waiting.get(sender)
            if items is None:
                self._waiting[sender] = deque([item])
                if sender not in self._at_work:
                    self._turns.append(sender)
            else:
                items.append(item)
            self._length += 1
            self._changed.notify()

    def take(self, *, wait: bool = True) -> tuple[Hashable, T] | None:
        """The next item and its sender; None where none is there and one does not wait. Raises Closed."""
        with self._changed:
            while not self._turns:
                if not wait:
                    return None
                if self._closed and not self._waiting:
                    raise Closed
                self._changed.wait()
            sender = self._turns.popleft()
            items = self._waiting[sender]
            item = items.popleft()
            self._length -= 1
            if not items:
                del self._waiting[sender]
                self._tell_the_end()
            elif not self._exclusive:
                self._turns.append(sender)
            if self._exclusive:
                self._at_work.add(sender)
            return sender, item

    def done(self, sender: Hashable) -> None:
        """The sender's item is finished; his next one may be taken."""
        with self._changed:
            was_at_work = sender in self._at_work
            self._at_work.discard(sender)
            if was_at_work and sender in self._waiting:
                self._turns.append(sender)
                self._changed.notify()

    def close(self) -> None:
        """Nothing more is put; what waits is still taken."""
        with self._changed:
            self._closed = True
            self._tell_the_end()

    def _tell_the_end(self) -> None:
        """Who waits for something to take need not wait for what never comes."""
        if self._closed and not self._waiting:
            self._changed.notify_all()
