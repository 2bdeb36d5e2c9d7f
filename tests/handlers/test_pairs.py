"""结对: an officer pairs who gives with who wants, both agree, they first meet at a station, and either ends it at once."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import pair
from models.database import transaction
from models.pair import PAIR
from tests import units
from tests.chat import Chat


def wished(say: Chat, folder: Path) -> Chat:
    """瞿工 wants to teach, 何二 wants to learn, and both wait for the officer of the estate."""
    units.load(say.engine, folder)
    assert say("我想陪老人聊聊天", "qu").did == "pair.wish"
    say.press("上课", "qu")
    say("教手机，周末，电话13812345678", "qu")
    assert "记下了" in say.press("提交", "qu").text
    say("结对", "he")
    say.press("我想要", "he")
    say.press("上课", "he")
    say.press("不写了", "he")
    say.press("提交", "he")
    return say


def asked(say: Chat, folder: Path) -> Chat:
    wished(say, folder)
    told = say.told()["hai"].text
    assert "有人想结对" in told
    # A number that was typed is nobody's to read there.
    assert "13812345678" not in told
    assert "请找服务站的工作人员" in say("结对名单", "lin").text
    assert "等结对的有2位" in say("结对名单", "hai").text
    say("pairup 1", "hai")
    say.press("何二（海棠苑北区）", "hai")
    assert say._last["hai"].labels[0] == "海棠苑居民服务站"
    say.press("海棠苑居民服务站", "hai")
    done = say("周五14:00", "hai")
    assert (done.did, "问了双方" in done.text) == ("pair.make", True)
    return say


def state(say: Chat) -> str:
    with transaction(say.engine) as db:
        return str(db.value(select(PAIR.c.state)))


def test_both_agree_before_either_learns_who_it_is(say_on_both: Chat, tmp_path: Path) -> None:
    say = asked(say_on_both, tmp_path)
    told = say.told()
    assert "何二" not in told["qu"].text
    assert "瞿工" not in told["he"].text
    assert "海棠苑居民服务站" in told["he"].text
    assert "没有找到这一条" in say("pairyes 1", "yu").text
    assert "等对方也答应" in say.press("愿意", "qu").text
    assert "何二" not in say("我的结对", "qu").text
    both = say.press("愿意", "he")
    assert "配上了：和瞿工第一次见面" in both.text
    told = say.told()
    assert "配上了：和何二第一次见面" in told["qu"].text
    assert "1381" not in both.text + told["qu"].text
    # The day after, the officer calls; help is called for at any hour.
    assert "请打个电话问平安：瞿工和何二" in say.told("2026-11-28T14:30:00+08:00")["hai"].text
    assert "一切都好" in say.press("打过了都好", "hai").text
    assert state(say) == "met"
    say.at("2026-11-28T23:30:00+08:00")
    say("pairhelp 1", "he")
    assert "请马上联系何二" in say.told()["hai"].text
    # One message ends it, and the other one hears of it in the morning.
    assert say("结束结对", "he").did == "pair.end"
    assert state(say) == "ended"
    assert "这次结对结束了" in say.told("2026-11-29T09:00:00+08:00")["qu"].text
    assert "已经结束" in say("pairend 1", "qu").text
    assert "已经结束" in say("pairstop 1", "hai").text


def test_who_declines_stays_unknown(say_on_both: Chat, tmp_path: Path) -> None:
    say = asked(say_on_both, tmp_path)
    say.told()
    say.press("愿意", "qu")
    say.press("不愿意", "he")
    told = say.told()
    assert "这次结对结束了" in told["qu"].text
    assert "何二" not in told["qu"].text
    assert "这一对：结束了" in say("pairyes 1", "qu").text


def test_without_waiting_for_both_one_yes_would_do(
    say: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(say, tmp_path)
    say.told()
    monkeypatch.setitem(
        pair._AGREE, "giver", pair._AGREE["giver"].values(giver_agrees=True, taker_agrees=True)
    )
    assert "何二" in say.press("愿意", "qu").text
