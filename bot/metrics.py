"""What an operator watches: how many messages, how long, how many failed, how many wait."""

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

MESSAGES = Counter("linli_messages", "Messages answered", ["channel", "did"])
FAILURES = Counter("linli_failures", "Messages whose handler failed")
SECONDS = Histogram(
    "linli_answer_seconds",
    "From the arrival of a message to the commit of its answer",
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 4),
)
EXPECTED_WAIT = Gauge("linli_expected_wait_seconds", "How long a message put now would wait")


def text() -> bytes:
    """All metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)
