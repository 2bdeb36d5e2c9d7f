"""Every head of the stations × numbers of what is another's × who presses it, twice: he learns and moves nothing."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from handlers.talk import ACTIONS
from models import desk, duty
from models.database import transaction
from tests import crowd
from tests.chat import Chat
from tests.handlers import attended
from tests.handlers.test_every_head import FORGED, NOBODYS, QUESTIONS

_DOES = ("service.", "station.", "guide.", "staff.station", "staff.service", "staff.case", "staff.desk")
_ALSO = {"askdesk", "weekfigures", "footfall", "guidegaps", "todayat"}
_ALSO |= {"stationcode", "stationprint", "doorscreen", "stationsix"}
HEADS = sorted(head for head, each in ACTIONS.items() if each.name.startswith(_DOES) or head in _ALSO)
NUMBERS = (0, 1, 2, 3, 4, NOBODYS)
WORDS = (
    *("约1到了", "约1", "A001办好了", "A001没来", "谁约了我", "今天的预约名单", "叫下一个", "明天的预约名单"),
    *(
        "专1",
        "专1 到了",
        f"专1 寄出 {attended.SENT[::-1]}",
        "专1 取件码 123456",
        "专窗列表",
        "需1",
        "云杉服务站12月1日下午开门",
    ),
)


@pytest.fixture
def attended_to(say: Chat, tmp_path: Path) -> Chat:
    with transaction(say.engine) as db:
        crowd.add(db, "stranger")
    attended.fill(say, tmp_path)
    say.told()
    return say


def lines(head: str) -> list[str]:
    numbered = [f"{head} {number}" for number in NUMBERS] if ACTIONS[head].numbered else []
    return [head, *numbered, *([f"{head} {FORGED}"] if ACTIONS[head].signed else [])]


def walk(say: Chat, who: str, heads: list[str] = HEADS) -> list[tuple[str, str]]:
    """What was said to each line, and to the first answers to what it asked; and what was sent to him at last."""
    heard = []
    for line in (*(line for head in heads for line in lines(head)), *WORDS):
        for _ in range(2):
            said = say(line, who)
            heard.append((line, said.text))
            for _ in range(QUESTIONS):
                press = next((each for each in said.buttons.values() if each.startswith("answer ")), None)
                if press is None:
                    break
                said = say(press, who)
                heard.append((line, said.text))
            say("取消", who)
    told = say.told()
    return [*heard, *([("told", told[who].text)] if who in told else [])]


def read(heard: list[tuple[str, str]], secrets: tuple[str, ...] = attended.SECRETS) -> list[tuple[str, str]]:
    return [(line, each) for line, text in heard for each in secrets if each in text]


def test_there_is_one_of_each(attended_to: Chat) -> None:
    there = {name: len(rows) for name, rows in attended.all_of_it(attended_to).items()}
    assert there.pop("booking") == 3
    assert set(there.values()) == {1}, there


@pytest.mark.parametrize("who", ["stranger", "far"])
def test_nobody_else_reads_or_moves_any_of_it(attended_to: Chat, who: str) -> None:
    before = attended.all_of_it(attended_to)
    with capture_logs() as logs:
        heard = walk(attended_to, who)
    assert [each for each in logs if each["log_level"] in ("error", "critical")] == []
    assert read(heard) == []
    assert attended.all_of_it(attended_to) == before


def test_staff_of_the_place_read_no_matter(attended_to: Chat) -> None:
    heard = walk(attended_to, "officer")
    assert read(heard, (attended.MATTER, attended.SENT)) == []
    assert {each for _, each in read(heard)} >= {"岳*"}


def test_whose_it_is_breaks_nothing(attended_to: Chat) -> None:
    with capture_logs() as logs:
        heard = walk(attended_to, "yue")
    assert [each for each in logs if each["log_level"] in ("error", "critical")] == []
    assert all(text for _, text in heard)
    # What he is told himself is there to be read: the others read none of what there is.
    assert {attended.SENT, attended.ASKED} <= {each for _, each in read(heard)}


def test_without_the_guards_it_would_be_seen(attended_to: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: where everybody counts as staff of every place, a stranger reads and moves it."""
    monkeypatch.setattr(duty, "covers", lambda *_: True)
    monkeypatch.setattr(duty, "places", lambda *_: [1])
    monkeypatch.setattr(desk, "may", lambda *_: True)
    before = attended.all_of_it(attended_to)
    heard = walk(attended_to, "stranger", ["served"])
    assert {each for _, each in read(heard)} >= {"岳*", attended.SENT, attended.NAME}
    assert attended.all_of_it(attended_to) != before
