"""What an operator watches: how many messages, how long, how many failed, how many wait."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

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
        self.expected_wait = Gauge(
            "linli_expected_wait_seconds", "How long a message put now would wait", registry=self._registry
        )

    def text(self) -> bytes:
        """All figures in the Prometheus text format."""
        return generate_latest(self._registry)
