"""Updates that are broken in every way among good ones: the good ones are answered, the others are listed."""

import asyncio
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from models import dead_letter
from models.heard import HEARD
from tests.bot.telegram.conftest import Bench

BROKEN, GOOD, AT_ONCE = 500, 1000, 50
TABLE = [line["update"] for line in json.loads((Path(__file__).parent / "updates.json").read_text("utf-8"))]
_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True),
    st.text(max_size=20),
    st.sampled_from(["\ud800", "\x00", "\u202e", "x" * 5000, "/start", "/start \x00", "@", "0", "-1", "[]"]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=3),
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A recorded update in which up to three things are gone, doubled or something else."""
    update = copy.deepcopy(draw(st.sampled_from(TABLE)))
    for _ in range(draw(st.integers(1, 3))):
        paths = list(_paths(update))
        if not paths:
            break
        holder, key = draw(st.sampled_from(paths))
        if draw(st.integers(0, 3)) == 0:
            del holder[key]
        else:
            holder[key] = draw(_ODD)
    return update


def _paths(node: Any) -> Any:
    keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in list(keys):
        yield node, key
        yield from _paths(node[key])


def broken() -> list[Any]:
    """So many of them, the same ones each time."""
    found: list[Any] = []

    @seed(20261122)
    @settings(
        max_examples=BROKEN, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(mutated())
    def collect(update: Any) -> None:
        found.append(update)

    collect()
    return found[:BROKEN]


@pytest.mark.chaos
async def test_five_hundred_broken_ones_among_a_thousand_good_ones(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How fast this machine is today is not what is asked.
    monkeypatch.setattr(bench.app.worker, "expected_wait", lambda *_: 0.0)
    bad = broken()
    assert len(bad) == BROKEN
    for nth, update in enumerate(bad):
        if type(update.get("update_id")) is int:
            update["update_id"] = 10_000 + nth
    good = [
        {"update_id": 100_000 + nth, "message": bench.message("你好", 90_000 + nth % 200)}
        for nth in range(GOOD)
    ]
    mixed = [each for nth in range(BROKEN) for each in (good[2 * nth], bad[nth], good[2 * nth + 1])]
    statuses: dict[int, int] = {}
    turns = asyncio.Semaphore(AT_ONCE)

    async def post(update: Any) -> None:
        async with turns:
            content = json.dumps(update).encode()
            headers = {"X-Telegram-Bot-Api-Secret-Token": "a-secret-of-the-tests-and-of-nothing-else"}
            posted = await bench.client.post("/telegram", content=content, headers=headers)
            statuses[posted.status_code] = statuses.get(posted.status_code, 0) + 1

    await asyncio.gather(*(post(each) for each in mixed))
    assert statuses == {200: BROKEN + GOOD}
    done = await bench.app.read(
        lambda db: db.value(
            select(func.count()).select_from(HEARD).where(HEARD.c.message.like("770001:1_____"))
        )
    )
    assert done == GOOD
    letters = await bench.app.read(lambda db: dead_letter.newest(db, 2 * BROKEN))
    assert len(letters) > BROKEN // 5
    assert {row.channel for row in letters} == {"telegram"}
    assert not [row.reason for row in letters if row.reason.startswith("a fault of ours")]
