"""The bench of the platforms: its load generator and its peers, for a moment each."""

import os
from pathlib import Path

import pytest
import uvloop

from tests.bench import load, telegram, wechat
from tests.bench.telegram import FLOOR, RESPONSE, WEBHOOK

ANYWHERE = os.sched_getaffinity(0)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram, "PEOPLE", 5)
    monkeypatch.setattr(wechat, "PEOPLE", 5)


def test_peers_of_telegram_answer_everybody(tmp_path: Path) -> None:
    names = (WEBHOOK, RESPONSE, FLOOR)
    found = uvloop.run(telegram.rounds(tmp_path, ANYWHERE, names, seconds=0.5, times=1))
    assert [name for name, (one,) in found.items() if one.rate > 0] == list(names)


def test_an_answer_that_nobody_sees_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(telegram.WANTS, FLOOR, telegram.shown_and_settled)
    monkeypatch.setattr(load, "LONGEST_WAIT", 0.5)
    with pytest.raises(RuntimeError, match="never answered"):
        uvloop.run(telegram.rounds(tmp_path, ANYWHERE, (FLOOR,), seconds=0.5, times=1))


def test_peer_of_wechat_answers_everybody_in_safe_mode(tmp_path: Path) -> None:
    found = uvloop.run(wechat.rounds(tmp_path, ANYWHERE, (wechat.ECHO,), seconds=0.5, times=1))
    assert found[wechat.ECHO][0].rate > 0
