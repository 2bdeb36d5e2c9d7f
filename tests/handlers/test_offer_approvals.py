"""What is offered waits for staff's look: they make it public, or say why not, and it ends by itself."""

from tests.chat import Chat
from tests.handlers.offered import make, offered

__all__ = ["offered"]


def test_it_is_declined_with_a_reason_withdrawn_or_expires(offered: Chat) -> None:
    say = offered
    make(say, "我们公司可以提供10名志愿者", "bo")
    say(say.told()["officer"].buttons["不公开"], "officer")
    assert say("请写清楚能做什么", "officer").text == "没有公开，原因已经告诉对方。"
    assert say.told()["bo"].text == "志愿者 10名这次没有公开，改一改可以再登记。原因：请写清楚能做什么"
    say("我们公司可以提供10名急救志愿者", "bo")
    say.press("哪里都可以", "bo")
    say("11月24日到11月30日", "bo")
    assert "现在还没有合适的，有了告诉您。" in say.press("提交", "bo").text
    say(say.told()["officer"].buttons["公开资源"], "officer")
    say.told()
    told = say.told("2026-12-01T08:30:00+08:00")
    assert told["bo"].text == "急救志愿者 10名到期了，别人看不到了。还可以用，请再登记一次。"
    assert "急救志愿者" not in say("看看大家的资源").text
    make(say, "我们公司可以提供20份小礼品", "bo")
    mine = say("我的资源", "bo")
    assert [line for line in mine.text.split("\n") if "【" in line] == [
        "1. 小礼品 20份【等工作人员看】",
        "2. 护牙包 500份【公开了】",
        "3. 急救志愿者 10名【已过期】",
        "4. 志愿者 10名【没有接受】",
    ]
    other = say("dropoffer 7", "he")
    assert (other.did, other.text) == ("offer.withdraw", "请让白桦齿科的负责人来办，这一条是他们的。")
    say("dropoffer 7", "bo")
    assert say.press("撤回资源", "bo").text == "撤回了，别人看不到了。"
    assert say("dropoffer 7", "bo").text == "不用撤回，这一条已经结束了。"
