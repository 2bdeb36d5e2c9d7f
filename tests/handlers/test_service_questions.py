"""Whether people's own words find the service that they mean: questions that were written for this alone.

Who wrote them knew what the services are called and no more, and nothing was tuned on them. Where one is missed, the
words of handlers/understanding/service_words.toml are not to be mended for it.
"""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot import community
from bot.clock import FixedClock
from handlers.understanding import service_rules
from tests.chat import Chat

QUESTIONS = [
    json.loads(line)
    for line in Path(__file__).with_name("service_questions.jsonl").read_text("utf-8").splitlines()
]
LEAST, SHARE = 150, 0.95


@pytest.fixture
def say(sqlite_engine: Engine, say: Chat, clock: FixedClock) -> Chat:
    community.load(sqlite_engine, [community.DEMO], clock)
    return say


def missed(say: Chat) -> list[str]:
    """What was asked where the service is not among the first three that are shown."""
    found = [
        (each, [ref for ref in say(each["said"], f"asks-{nth}").refs if ref.startswith("service:")])
        for nth, each in enumerate(QUESTIONS)
    ]
    return [each["said"] for each, refs in found if f"service:{each['item']}" not in refs[:3]]


def test_people_find_what_they_mean_among_the_first_three(say: Chat) -> None:
    assert len({each["said"] for each in QUESTIONS}) == len(QUESTIONS) >= LEAST
    assert len(missed(say)) <= (1 - SHARE) * len(QUESTIONS), missed(say)


def test_without_what_people_mean_fewer_would_find_it(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_rules, "meant_by_people", lambda _text: {})
    assert len(missed(say)) > (1 - SHARE) * len(QUESTIONS)
