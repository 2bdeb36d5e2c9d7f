"""Processor time a message of the whole process, on a fixed transcript that many people play.

One message after the other, so that the time between two readings of the process clock is that message's
alone: event loop, worker, core, commit, and the rendering of the answer for its channel.
"""

import asyncio
import time
from collections import Counter
from pathlib import Path

from bot.app import App
from bot.channels import CHANNELS
from bot.channels.rendering import render
from bot.inbound import Inbound
from handlers.words import Reader
from tests.bench import community, peer, replay
from tests.bench.figures import ROUNDS, Figure, median, ratio, say
from tests.bench.replay import Recorded

PEOPLE = 16
# A day of somebody who looks around, registers, thinks better of it, and asks what cannot be had.
LINES = (
    "你好",
    "这周六有什么活动",
    "1",
    "返回",
    "周末有什么沙龙",
    "2",
    "明天有什么讲座",
    "漕河泾有什么活动",
    "有什么瑜伽活动",
    "show 3",
    "register 9001",
    "确认报名",
    "我的报名",
    "register 9002",
    "改人数",
    "2",
    "确认",
    "mine",
    "register 9003",
    "取消",
    "register 9001",
    "本周有什么活动",
    "更多",
    "取消9001",
    "withdraw 9002",
    "确认取消",
    "菜单",
    "帮助",
    "今天天气怎么样",
    "随便说一句",
    "人工",
    "取消",
    "這週六有什麼活動",
    "週末有什麼沙龍",
    "我的報名",
    "what's on this weekend",
    "any yoga classes?",
    "my registrations",
    "register 9004",
    "yes",
    "谢谢",
)


def run() -> list[Figure]:
    with community.folder() as folder:
        base = folder / "base.db"
        community.build(base)
        did: Counter[str] = Counter()
        recorded = replay.record(base, lambda app, person: _play(app, person, did), PEOPLE)
        say(
            f"transcript: {len(LINES)} lines by {PEOPLE} people, {replay.statements_each(recorded):.1f} statements "
            f"a message; understood as {', '.join(f'{name} {count // PEOPLE}' for name, count in did.most_common())}"
        )
        core: list[list[float]] = []
        sessions: list[list[float]] = []
        for _ in range(ROUNDS):
            with community.copied(base) as app:
                core.append(asyncio.run(_play_all(app)))
            sessions.append(_peer(base, recorded))
    return [
        Figure("processor time a message, median", _milliseconds(core, median), "", "aim 1 ms"),
        Figure("  mean", _milliseconds(core, _mean)),
        Figure(
            "  of the Session-a-message version, median",
            _milliseconds(sessions, median),
            ratio([median(one) for one in sessions], [median(one) for one in core]),
        ),
        Figure(
            "  of the Session-a-message version, mean",
            _milliseconds(sessions, _mean),
            ratio([_mean(one) for one in sessions], [_mean(one) for one in core]),
        ),
    ]


def _mean(values: "list[float] | tuple[float, ...]") -> float:
    return sum(values) / len(values)


def _milliseconds(rounds: list[list[float]], of: "object") -> str:
    values = [1000 * of(one) for one in rounds]  # type: ignore[operator]
    return f"{median(values):.2f} ms ({min(values):.2f}-{max(values):.2f})"


async def _play_all(app: App) -> list[float]:
    return [spent for person in range(PEOPLE) for spent in await _play(app, person)]


async def _play(app: App, person: int, did: Counter[str] | None = None) -> list[float]:
    spent = []
    for nth, line in enumerate(LINES):
        inbound = community.said(person, line, f"line-{nth}")
        began = time.process_time()
        name = await _answer(app, inbound)
        spent.append(time.process_time() - began)
        if did is not None:
            did[name] += 1
    return spent


async def _answer(app: App, inbound: Inbound) -> str:
    reply = await app.answer(inbound)
    for message in reply.messages:
        reader = Reader(message.language, app.clock.now(), app.zone)
        render(message.card, reader, CHANNELS[inbound.channel], message.first)
    return reply.did


def _peer(base: Path, recorded: list[Recorded]) -> list[float]:
    with replay.copied(base) as engine:
        spent = []
        for own in recorded:
            for steps in own:
                began = time.process_time()
                peer.answer(engine, steps)
                spent.append(time.process_time() - began)
        return spent
