"""Waiting for a seat, as people say it: joining, the offers in their order, and what every old button answers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot import community
from models import activity, activity_change
from models.activity import ACTIVITY
from models.database import transaction
from models.member import MEMBER
from tests.chat import Chat, Said

PACK = """
[[activity]]
id = "clay"
kind = "salon"
title = "陶艺入门"
place = "tower"
starts = 2026-11-27T14:00:00+08:00
ends = 2026-11-27T16:00:00+08:00
capacity = 1
tags = ["陶艺"]

[[activity]]
id = "kites"
kind = "salon"
title = "扎风筝"
place = "tower"
starts = 2026-11-28T14:00:00+08:00
ends = 2026-11-28T16:00:00+08:00
capacity = 3
tags = ["手工"]
questions = [{ key = "age", ask = "孩子几岁？" }]
"""


@pytest.fixture
def clay(say_on_both: Chat, tmp_path: Path) -> Chat:
    """Lin has the only seat of the clay."""
    file = tmp_path / "clay.toml"
    file.write_text(PACK, "utf-8")
    community.load(say_on_both.engine, [file])
    say_on_both("报名陶艺入门"), say_on_both("确认")
    return say_on_both


def wait(say: Chat, *people: str) -> None:
    """Each of them joins the list, in two lines."""
    for who in people:
        say("报名陶艺入门", who)
        assert say("候补", who).did == "activity.register"


def first(said: Said) -> str:
    return said.text.split("\n\n")[0]


def test_the_chain_of_offers(clay: Chat) -> None:
    """A seat freed at night: the first is silent, the second declines, the third accepts; nobody passes them."""
    say = clay
    shown = say("陶艺入门", "he")
    assert "陶艺入门【已满】" in shown.text
    assert shown.labels[:2] == ["候补（您排第一）", "看看同类的"]
    wait(say, "he", "xu")
    say("陶艺入门", "zhu")
    say.press("候补（前面2人）", "zhu")
    done = say.press("加入候补", "zhu")
    assert (done.did, done.refs) == ("activity.register", ["activity:clay"])
    assert "您排第3位" in done.text
    assert done.labels == ["不等了", "我的报名"]
    assert "陶艺入门【候补第3位】" in say("我的报名", "zhu").text
    say.at("2026-11-23T23:00:00+08:00")
    say("取消陶艺"), say.press("确认取消")
    assert say.told() == {}
    assert "要候补吗？前面3人。" in say("报名陶艺入门", "late").text
    told = say.told("2026-11-24T08:00:00+08:00")
    assert set(told) == {"he"}
    # At 08:00 the start is 78 hours away: a day to answer, without the night.
    assert first(
        told["he"]
    ) == "「陶艺入门」有空位了，要吗？请在明天 11月25日 周三 18:00前回复，过了就问下一位。".replace(
        "明天 11月25日 周三 18:00", "明天 11月25日 周三 18:00"
    )
    assert told["he"].labels == ["接受", "让给别人", "详情"]
    told = say.told("2026-11-25T18:00:00+08:00")
    assert set(told) == {"he", "xu"}
    assert first(told["he"]).startswith("「陶艺入门」的位子问下一位了")
    # Within three days of the start it is six hours, of which two are left before the night.
    assert "请在今天 11月25日 周三 18:00" not in told["xu"].text
    assert "请在明天 11月26日 周四 10:00前回复" in told["xu"].text
    declined = say.press("让给别人", "xu")
    assert (declined.did, first(declined)[:12]) == ("activity.cancel", "好的，「陶艺入门」的位子")
    told = say.told()
    assert set(told) == {"zhu"}
    took = say.press("接受", "zhu")
    assert (took.did, took.refs) == ("activity.register", ["activity:clay"])
    assert first(took) == "位子是您的了，报名成功。开始前都可以取消。"
    assert "陶艺入门【已报名，1位】" in took.text
    assert [each.kind for each in took.reply.messages[0].card.attachments] == ["file"]
    assert "您现在没有要接的位子" in say("接受", "zhu").text
    assert say.told() == {}


def test_an_old_button_tells_what_is_so_now(clay: Chat) -> None:
    say = clay
    wait(say, "he")
    say("取消陶艺"), say.press("确认取消")
    offer = say.told()["he"].buttons
    say("不要了", "he")
    late = say(offer["接受"], "he")
    assert first(late) == "「陶艺入门」的这个位子已经不在了，过了回复的时间。"
    assert (
        "报名「陶艺入门」，1位，对吗？" in say("候补陶艺入门", "he").text
    )  # there is a seat, and nobody waits
    assert "报名成功" in say("确认", "he").text
    assert first(say(offer["接受"], "he")) == "您已经报名了「陶艺入门」，不用再报。"
    assert first(say(offer["让给别人"], "he")) == "您没有在候补「陶艺入门」，不用退出。"
    assert say("我的报名", "he").refs == ["activity:clay"]
    stranger = say(offer["接受"], "xu")
    assert stranger.did == "activity.register"
    assert first(stranger).startswith("没有找到这个候补，可能是别人的。")


def test_leaving_takes_one_tap_or_one_line(clay: Chat) -> None:
    say = clay
    wait(say, "he", "xu")
    left = say.press("不等了", "he")
    assert (left.did, left.refs) == ("activity.cancel", ["activity:clay"])
    assert first(left) == "好的，不再候补「陶艺入门」。还想去，可以重新候补。"
    assert "您排第1位" in say("我排第几", "xu").text
    assert "不再候补" in say("取消陶艺", "xu").text
    nowhere = say("我排第几", "xu")
    assert (nowhere.did, nowhere.text) == ("registration.list", "您现在没有在候补。")


WORDS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "我排第几": ("registration.list", lambda text: "您排第1位" in text),
    "前面还有几个人": ("registration.list", lambda text: "您排第1位" in text),
    "where am I on the waiting list": ("registration.list", lambda text: "您排第1位" in text),
    "不等了": ("activity.cancel", lambda text: "不再候补" in text),
    "取消候补": ("activity.cancel", lambda text: "不再候补" in text),
    "陶艺入门去不了了": ("activity.cancel", lambda text: "不再候补" in text),
    "接受": ("activity.register", lambda text: "没有要接的位子" in text),
    "报名陶艺入门": ("activity.register", lambda text: "已经在候补" in text),
}


@pytest.mark.parametrize("line", WORDS)
def test_in_their_own_words(line: str, clay: Chat) -> None:
    did, holds = WORDS[line]
    wait(clay, "he")
    said = clay(line, "he")
    assert (said.did, holds(said.text)) == (did, True)


def test_a_family_waits_together(clay: Chat) -> None:
    """Three do not fit in two: they may wait as one, their questions are asked, and nobody takes the two."""
    say = clay
    say("报名扎风筝"), say("六岁"), say("确认")
    refused = say("报名扎风筝 3人", "he")
    assert refused.labels == ["再试一次", "一起候补", "详情"]
    say.press("一起候补", "he")
    asked = say("3", "he")
    assert "「扎风筝」只剩2个名额，要一起候补吗？" in asked.text
    assert "3位一起候补，不会拆开。" in asked.text
    say.press("加入候补", "he")
    assert "您排第1位" in say("五岁", "he").text
    assert "要候补吗？前面1人。" in say("报名扎风筝", "xu").text
    assert say.told() == {}
    say("取消扎风筝"), say.press("确认取消")
    offer = say.told()
    assert "人数：3位" in offer["he"].text
    assert "扎风筝【已报名，3位】" in say("要", "he").text


def test_where_the_seat_goes_while_the_form_is_filled(clay: Chat) -> None:
    say = clay
    say("取消陶艺"), say.press("确认取消")
    say("报名陶艺入门", "he"), say("报名陶艺入门", "xu")
    assert "报名成功" in say("确认", "he").text
    asked = say("确认", "xu")
    assert "名额满了，要候补吗？您排第一。" in asked.text
    assert "您排第1位" in say.press("加入候补", "xu").text


def test_the_whole_path_by_numbered_text(clay: Chat) -> None:
    """Register, wait, take, cancel on WeChat: at most twelve messages, all of them numbers or two words."""
    say = clay
    said = [say(line, "wx", channel="wechat") for line in ("报名陶艺入门", "1", "我的报名")]
    assert "1 加入候补" in said[0].text
    assert "候补好了，您排第1位" in said[1].text
    assert "候补第1位" in said[2].text
    say("取消陶艺"), say.press("确认取消")
    assert set(say.told()) == {"wx"}
    said += [say(line, "wx", channel="wechat") for line in ("1", "取消陶艺", "1")]
    assert "位子是您的了" in said[3].text
    assert "已经取消「陶艺入门」的报名" in said[5].text
    assert len(said) <= 12


def test_by_buttons_three_taps(clay: Chat) -> None:
    say = clay
    say("陶艺入门", "he")
    say.press("候补（您排第一）", "he")
    assert "您排第1位" in say.press("加入候补", "he").text
    say("取消陶艺"), say.press("确认取消")
    assert set(say.told()) == {"he"}
    assert "位子是您的了" in say.press("接受", "he").text


def _first_call(say: Chat) -> dict[str, Said]:
    wait(say, "he", "xu", "zhu")
    say.at("2026-11-27T11:00:00+08:00")
    say.told()
    say("取消陶艺"), say.press("确认取消")
    return say.told()


def test_near_the_start_the_first_to_answer_gets_it(clay: Chat) -> None:
    say = clay
    told = _first_call(say)
    assert set(told) == {"he", "xu", "zhu"}
    assert first(told["xu"]) == "「陶艺入门」有空位了，快开始了，同时问了几位，先回的先得。要吗？"
    assert "位子是您的了" in say.press("接受", "xu").text
    late = say.press("接受", "he")
    assert first(late) == "「陶艺入门」的空位刚被别人接走了。您还在候补。"
    assert late.labels == ["不等了", "我的报名"]
    told = say.told("2026-11-27T13:00:00+08:00")
    assert first(told["he"]).startswith("「陶艺入门」这次没有排到，抱歉。")
    assert told["he"].labels == ["看看同类的"]
    assert say("我的报名", "he").text == "您现在没有报名。想去点什么，看看最近的活动吧。"


def test_a_day_before_who_waits_hears_his_place(clay: Chat) -> None:
    say = clay
    wait(say, "he", "xu")
    told = say.told("2026-11-26T14:00:00+08:00")
    assert first(told["xu"]) == (
        "「陶艺入门」还没有空位，您排第2位。有空位就问您；到明天 11月27日 周五 13:00还没有，也告诉您。"
    )
    assert told["xu"].labels == ["不等了", "详情"]
    assert "xu" not in say.told("2026-11-26T20:00:00+08:00")


def test_who_waits_hears_of_a_move_and_of_a_cancellation(clay: Chat) -> None:
    say = clay
    wait(say, "he", "xu")
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "clay").values(capacity=2))
    assert set(say.told()) == {"he"}
    with transaction(say.engine) as db:
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "clay"))
        officer = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "officer"))
        wanted = activity.find(db, number)
        slot = activity_change.slot(wanted)
        day = slot.ends - slot.starts
        later = activity_change.Slot(slot.starts + 12 * day, slot.ends + 12 * day, slot.place)
        activity_change.move(db, wanted, later, officer, say.clock.now())
    assert {"he", "xu"} <= set(say.told())
    assert "您排第1位" in say.press("还能来", "xu").text
    assert "位子是您的了" in say.press("还能来", "he").text
    with transaction(say.engine) as db:
        activity_change.cancel(db, activity.find(db, number), officer, say.clock.now())
    assert {"he", "xu"} <= set(say.told())
    assert say("我排第几", "xu").text == "您现在没有在候补。"
