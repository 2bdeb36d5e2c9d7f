"""What an operator watches: how many messages, how long, how many failed, how many wait."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from models.delivery import LANES
from models.outbox import Outbox

_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 4)


class Metrics:
    """The figures of one community; several in one process do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self.messages = Counter(
            "linli_messages", "Messages answered", ["channel", "did"], registry=self._registry
        )
        self.failures = Counter("linli_failures", "Messages whose handler failed", registry=self._registry)
        self.slowed = Counter(
            "linli_slowed", "Messages beyond a person's limit, which were not heard", registry=self._registry
        )
        self.seconds = Histogram(
            "linli_answer_seconds",
            "From the arrival of a message to the commit of its answer",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.deliveries = Counter(
            "linli_deliveries",
            "What became of what was to be sent",
            ["channel", "lane", "outcome"],
            registry=self._registry,
        )
        self.waiting = Gauge(
            "linli_outbox_waiting",
            "What is due and not sent yet, counted up to ten thousand",
            ["channel", "lane"],
            registry=self._registry,
        )
        self.overdue = Gauge(
            "linli_outbox_overdue_seconds",
            "How long the oldest of it has been due",
            ["channel", "lane"],
            registry=self._registry,
        )
        self.pauses = Gauge(
            "linli_outbox_pauses",
            "1 while what can wait is left, for answers or because the platform says so",
            ["channel"],
            registry=self._registry,
        )
        self.expected_wait = Gauge(
            "linli_expected_wait_seconds", "How long a message put now would wait", registry=self._registry
        )

        self.unchecked = Gauge(
            "linli_words_unchecked",
            "What members wrote that waits for a person before others may read it",
            registry=self._registry,
        )
        self.unchecked_seconds = Gauge(
            "linli_words_unchecked_seconds", "How long the oldest of it has waited", registry=self._registry
        )
        self.disagreements = Gauge(
            "linli_log_disagreements",
            "Rows whose state is not what the log of changes says, by the newest look",
            registry=self._registry,
        )

    def watch(self, unchecked: int, oldest: datetime | None, wrong: int, now: datetime) -> None:
        """What staff owe, and whether log and tables say the same."""
        self.unchecked.set(unchecked)
        self.unchecked_seconds.set((now - oldest).total_seconds() if oldest else 0)
        self.disagreements.set(wrong)

    def show(self, outbox: Outbox, now: datetime, channels: Iterable[str]) -> None:
        """How the ledger is now; what is not late is not late for no time."""
        for gauge in (self.waiting, self.overdue, self.pauses):
            gauge.clear()
        for channel in channels:
            self.pauses.labels(channel).set(channel in outbox.pauses)
            for lane in LANES:
                self.waiting.labels(channel, lane).set(0)
                self.overdue.labels(channel, lane).set(0)
        for each in outbox.waiting:
            self.waiting.labels(each.via, each.lane).set(each.many)
            self.overdue.labels(each.via, each.lane).set((now - each.oldest).total_seconds())

    def text(self) -> bytes:
        """All figures in the Prometheus text format."""
        return generate_latest(self._registry)
