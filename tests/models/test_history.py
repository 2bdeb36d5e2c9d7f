"""The history of a chat: what was said and answered, in the order of its numbers, each once."""

import pytest

from models import claiming, history, member, notice, settling
from models.card import Card
from models.database import Db
from models.history import Line
from models.text import Text
from tests.conftest import NOW


@pytest.fixture
def address(db: Db) -> int:
    return member.meet(db, "page", "somebody", "zh-Hans")[0]


def said(text: str) -> Line:
    return Line(text, f"answer {len(text)}.1", (len(text),), f"id-{text}")


def test_what_is_kept_comes_back(db: Db, address: int) -> None:
    cards = [Card(Text("好")), Card(Text("不好"))]
    assert history.keep(db, said("一"), cards, address, NOW) == 1
    (exchange,) = history.after(db, address, 0, 10)
    assert (exchange.number, exchange.at, exchange.said, exchange.cards) == (1, NOW, said("一"), tuple(cards))


def test_after_and_before_a_number(db: Db, address: int) -> None:
    for text in "一二三四五":
        history.keep(db, said(text), [], address, NOW)

    def numbers(found: list[history.Exchange]) -> list[int]:
        return [each.number for each in found]

    assert numbers(history.after(db, address, 2, 10)) == [3, 4, 5]
    assert numbers(history.after(db, address, 0, 2)) == [1, 2]
    assert numbers(history.before(db, address, None, 2)) == [4, 5]
    assert numbers(history.before(db, address, 4, 2)) == [2, 3]
    assert numbers(history.before(db, address, 1, 2)) == []
    found = history.find(db, address, 3)
    assert found is not None
    assert found.said == said("三")
    assert history.find(db, address, 6) is None


def test_only_ones_own(db: Db, address: int) -> None:
    other, _ = member.meet(db, "page", "other", "en")
    history.keep(db, said("一"), [], address, NOW)
    history.keep(db, said("二"), [], other, NOW)
    assert [each.said for each in history.after(db, other, 0, 10)] == [said("二")]
    assert history.find(db, other, 1) != history.find(db, address, 1)


def test_what_is_pushed_takes_its_place_when_it_is_sent(db: Db, address: int) -> None:
    notice.tell(db, [Card(Text("通知"))], [address], NOW)
    history.keep(db, said("一"), [], address, NOW)
    assert [each.number for each in history.after(db, address, 0, 10)] == [1]
    (claimed,) = claiming.claim(db, NOW, ["page"], 10)
    settling.settle(db, claimed, "sent", NOW)
    found = history.after(db, address, 1, 10)
    assert [(each.number, each.said, each.cards) for each in found] == [(2, None, (Card(Text("通知")),))]


def test_what_failed_is_not_in_it(db: Db, address: int) -> None:
    notice.tell(db, [Card(Text("通知"))], [address], NOW)
    (claimed,) = claiming.claim(db, NOW, ["page"], 10)
    settling.settle(db, claimed, "failed", NOW)
    assert history.after(db, address, 0, 10) == []
