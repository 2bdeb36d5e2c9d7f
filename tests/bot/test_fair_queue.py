"""The queue in turns: each sender's items in their order, nobody twice before the others."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fair_queue import Closed, FairQueue

PATIENCE_SECONDS = 10


def filled(*items: str, exclusive: bool = False) -> FairQueue[str]:
    """A queue of items whose first letter is their sender."""
    queue: FairQueue[str] = FairQueue(exclusive=exclusive)
    for item in items:
        queue.put(item[0], item)
    return queue


def taken(queue: FairQueue[str]) -> list[str]:
    """Everything that can be taken now."""
    found = []
    while next_one := queue.take(wait=False):
        found.append(next_one[1])
    return found


@pytest.mark.parametrize(
    ("put", "expected"),
    [
        ("", ""),
        ("a1", "a1"),
        ("a1 a2 a3", "a1 a2 a3"),
        ("a1 a2 a3 b1", "a1 b1 a2 a3"),
        ("a1 a2 a3 b1 c1 b2", "a1 b1 c1 a2 b2 a3"),
        ("b1 a1 b2 a2", "b1 a1 b2 a2"),
    ],
)
def test_in_turns_of_senders(put: str, expected: str) -> None:
    assert taken(filled(*put.split())) == expected.split()


def test_who_comes_anew_waits_one_round_and_not_the_whole_line() -> None:
    queue = filled("a1", "a2", "a3", "a4")
    assert queue.take() == ("a", "a1")
    queue.put("b", "b1")
    assert taken(queue) == ["a2", "b1", "a3", "a4"]


def test_the_length_counts_what_waits() -> None:
    queue = filled("a1", "a2", "b1")
    assert len(queue) == 3
    queue.take()
    assert len(queue) == 2
    taken(queue)
    assert len(queue) == 0


def test_nothing_there_and_not_waiting_is_none() -> None:
    assert filled().take(wait=False) is None


def test_exclusive_holds_a_senders_next_item_until_the_first_is_done() -> None:
    queue = filled("a1", "a2", "b1", exclusive=True)
    assert taken(queue) == ["a1", "b1"]
    queue.put("a", "a3")
    assert taken(queue) == []
    queue.done("b")
    assert taken(queue) == []
    queue.done("a")
    assert taken(queue) == ["a2"]
    queue.done("a")
    assert taken(queue) == ["a3"]


def test_not_exclusive_needs_no_done() -> None:
    assert taken(filled("a1", "a2")) == ["a1", "a2"]


def test_close_takes_nothing_more_in_and_gives_out_what_waits() -> None:
    queue = filled("a1", "a2")
    queue.close()
    with pytest.raises(Closed):
        queue.put("b", "b1")
    assert [queue.take(), queue.take()] == [("a", "a1"), ("a", "a2")]
    with pytest.raises(Closed):
        queue.take()
    assert queue.take(wait=False) is None


def test_take_waits_for_what_is_put_later() -> None:
    queue: FairQueue[str] = FairQueue(exclusive=False)
    found: list[tuple[Hashable, str] | None] = []
    waiting = threading.Thread(target=lambda: found.append(queue.take()), daemon=True)
    waiting.start()
    queue.put("a", "a1")
    waiting.join(PATIENCE_SECONDS)
    assert found == [("a", "a1")]


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("waiting", ["", "a1", "a1 a2 a3", "a1 b1 a2 b2 a3"])
def test_close_ends_every_thread_that_waits(waiting: str, exclusive: bool) -> None:
    queue: FairQueue[str] = FairQueue(exclusive=exclusive)
    served: list[str] = []
    threads = serve(queue, 8, served, exclusive=exclusive, work=lambda: time.sleep(0.01))
    for item in waiting.split():
        queue.put(item[0], item)
    queue.close()
    assert ended(threads)
    assert sorted(served) == sorted(waiting.split())


def test_many_threads_lose_nothing_and_keep_each_senders_order() -> None:
    queue: FairQueue[str] = FairQueue(exclusive=True)
    served: list[str] = []
    takers = serve(queue, 8, served, exclusive=True)

    def put(sender: str) -> None:
        for nth in range(200):
            queue.put(sender, f"{sender}{nth}")

    putters = [threading.Thread(target=put, args=(sender,), daemon=True) for sender in "abcde"]
    for putter in putters:
        putter.start()
    assert ended(putters)
    queue.close()
    assert ended(takers)
    for sender in "abcde":
        of_one = [item for item in served if item[0] == sender]
        assert of_one == [f"{sender}{nth}" for nth in range(200)]


def serve(
    queue: FairQueue[str],
    count: int,
    served: list[str],
    *,
    exclusive: bool,
    work: Callable[[], None] = lambda: None,
) -> list[threading.Thread]:
    """Threads that take until the queue is closed, and note what they took while they are at work."""

    def run() -> None:
        while True:
            try:
                taken = queue.take()
            except Closed:
                return
            assert taken is not None
            served.append(taken[1])
            work()
            if exclusive:
                queue.done(taken[0])

    threads = [threading.Thread(target=run, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def ended(threads: list[threading.Thread]) -> bool:
    until = time.monotonic() + PATIENCE_SECONDS
    for thread in threads:
        thread.join(max(0, until - time.monotonic()))
    return not any(thread.is_alive() for thread in threads)


Step = tuple[str, str]
STEPS = st.lists(st.tuples(st.sampled_from(["put", "take", "done"]), st.sampled_from("abc")), max_size=80)


@given(steps=STEPS, exclusive=st.booleans())
def test_nothing_is_lost_or_reordered_for_a_sender(steps: list[Step], exclusive: bool) -> None:
    queue: FairQueue[int] = FairQueue(exclusive=exclusive)
    put: dict[str, list[int]] = defaultdict(list)
    got: dict[str, list[int]] = defaultdict(list)
    at_work: Counter[str] = Counter()

    def take() -> bool:
        found = queue.take(wait=False)
        if found is not None:
            sender = str(found[0])
            got[sender].append(found[1])
            at_work[sender] += 1
            assert not exclusive or at_work[sender] == 1
        return found is not None

    for nth, (step, sender) in enumerate(steps):
        if step == "put":
            put[sender].append(nth)
            queue.put(sender, nth)
        elif step == "take":
            take()
        elif exclusive and at_work[sender]:
            at_work[sender] -= 1
            queue.done(sender)
        assert len(queue) == sum(map(len, put.values())) - sum(map(len, got.values()))
    while take() or (exclusive and any(at_work.values())):
        for sender in [sender for sender, count in at_work.items() if count and exclusive]:
            at_work[sender] -= 1
            queue.done(sender)
    assert got == put


@given(senders=st.lists(st.sampled_from("abcd"), max_size=60))
def test_nobody_is_served_twice_while_another_waits(senders: list[str]) -> None:
    queue: FairQueue[int] = FairQueue(exclusive=False)
    for nth, sender in enumerate(senders):
        queue.put(sender, nth)
    waiting = Counter(senders)
    served: Counter[str] = Counter()
    while found := queue.take(wait=False):
        sender = str(found[0])
        waiting[sender] -= 1
        served[sender] += 1
        assert served[sender] <= 1 + min(
            served[other] for other in "abcd" if waiting[other] or other == sender
        )
