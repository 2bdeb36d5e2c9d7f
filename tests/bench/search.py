"""A search through the whole core, 64 people at once, beside the same statements with a Session a message."""

from bot.app import App
from tests.bench import community, replay
from tests.bench.community import PEOPLE
from tests.bench.figures import ROUNDS, Figure, median, rate, ratio, say

LINES = (
    "这周六有什么活动",
    "周末有什么沙龙",
    "本周有什么活动",
    "明天有什么讲座",
    "漕河泾有什么活动",
    "有什么瑜伽活动",
    "周三晚上有什么活动",
    "这周有什么亲子活动",
)
EACH = 8
MESSAGES = PEOPLE * EACH


def run() -> list[Figure]:
    with community.folder() as folder:
        base = folder / "base.db"
        community.build(base)
        found: list[bool] = []
        recorded = replay.record(base, lambda app, person: _ask(app, person, found))
        say(
            f"search: {sum(found)} of {MESSAGES} messages are searches that find something; "
            f"{replay.statements_each(recorded):.1f} statements a message, the same for core and peer"
        )
        core, slow, inline, threads = [], [], [], []
        for _ in range(ROUNDS):
            with community.copied(base) as app:
                seconds, waits = community.together(app, _ask)
            core.append(MESSAGES / seconds)
            slow.append(sorted(waits)[int(MESSAGES * 0.99)] * 1000)
            inline.append(MESSAGES / replay.peer_seconds(base, recorded, threads=1))
            threads.append(MESSAGES / replay.peer_seconds(base, recorded, threads=PEOPLE))
    best = max(inline, threads, key=median)
    return [
        Figure("search, whole core, 64 people at once", rate(core, "messages"), ratio(core, best), ">= 4"),
        Figure("  its p99", f"{median(slow):.0f} ms ({min(slow):.0f}-{max(slow):.0f})"),
        Figure("  peer: a Session a message, one thread", rate(inline, "messages"), ratio(inline, best)),
        Figure("  peer: a Session a message, 64 threads", rate(threads, "messages"), ratio(threads, best)),
    ]


async def _ask(app: App, person: int, found: list[bool] | None = None) -> list[float]:
    waits = []
    for nth in range(EACH):
        line = LINES[(person + nth) % len(LINES)]
        reply, wait = await community.timed(app, community.said(person, line, f"search-{nth}"))
        waits.append(wait)
        if found is not None:
            found.append(reply.did == "activity.search" and bool(reply.messages[-1].card.articles))
    return waits
