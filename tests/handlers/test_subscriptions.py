"""What somebody is told, and no longer: in words, by buttons, and all on one card."""

import pytest
from sqlalchemy import select

from models import consent, subscription
from models.database import transaction
from models.member import MEMBER
from tests.chat import Chat

STOPPED = "已全部退订，不再主动给您发消息。您问的、报了名的和紧急的照常。"
ELSE = "别的还是不发，想收再点。"
STILL = "您问的、报了名的和紧急的照常。"


def member(say: Chat, code: str) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def wants(say: Chat, *subjects: str, who: str = "lin") -> bool:
    key = member(say, who)
    with transaction(say.engine) as db:
        return subscription.wants(db, key, subjects)


def holds(say: Chat, purpose: str, who: str = "lin") -> bool:
    key = member(say, who)
    with transaction(say.engine) as db:
        return consent.holds(db, key, purpose)


def sending(say: Chat) -> set[str]:
    """The purposes for which we would write by ourselves."""
    return {purpose for purpose in ("notices", "recommendations", "surveys") if holds(say, purpose)}


# In words.


@pytest.mark.parametrize(
    ("line", "subject", "named"),
    [
        ("不要再发讲座了", "kind:lecture", "讲座"),
        ("不要再給我發講座通知", "kind:lecture", "讲座"),
        ("退订讲座", "kind:lecture", "讲座"),
        ("No more lectures, please", "kind:lecture", "讲座"),
        ("别再给我推瑜伽了", "topic:瑜伽", "瑜伽"),
        ("以后不要给我推午间时光的活动", "series:午间时光", "午间时光"),
        ("不要再发云杉大厦的活动了", "place:tower", "云杉大厦的活动"),
    ],
)
def test_one_thing_is_stopped(say_on_both: Chat, line: str, subject: str, named: str) -> None:
    say = say_on_both
    said = say(line)
    assert (said.did, said.text) == ("subscription.edit", f"好的，不再给您发{named}。{STILL}")
    assert said.labels == [f"恢复{named}", "收哪些消息"]
    assert (wants(say, subject), wants(say, "kind:salon")) == (False, True)
    back = say.press(f"恢复{named}")
    assert (back.did, back.text) == ("subscription.edit", f"好的，有{named}就发给您。")
    assert wants(say, subject)


def test_several_things_at_once(say: Chat) -> None:
    said = say("不要再发讲座和瑜伽了")
    assert said.text == f"好的，不再给您发讲座、瑜伽。{STILL}"
    assert said.labels == ["恢复讲座", "恢复瑜伽", "收哪些消息"]
    assert not wants(say, "kind:lecture")
    assert not wants(say, "topic:瑜伽")


@pytest.mark.parametrize(
    ("line", "purpose", "named"),
    [
        ("别再给我推活动了", "recommendations", "活动推荐"),
        ("关掉活动推荐", "recommendations", "活动推荐"),
        ("关闭楼里的通知", "notices", "楼里和小区的通知"),
        ("不要再给我发问卷调查", "surveys", "意见征询"),
    ],
)
def test_consent_ends_in_words_from_the_same_moment(
    say_on_both: Chat, line: str, purpose: str, named: str
) -> None:
    say = say_on_both
    assert holds(say, purpose)
    assert say(line).text == f"好的，不再给您发{named}。{STILL}"
    assert not holds(say, purpose)
    assert say.press(f"恢复{named}").text == f"好的，有{named}就发给您。"
    assert holds(say, purpose)


@pytest.mark.parametrize(
    "line",
    [
        "T", "退订回T", "回T退订", "取关", "不想收了", "我不想再收消息了", "no more notices",
        "退订", "退訂", "退订。", "TD", "td", "unsubscribe", "STOP", "/stop", "全部退订", "我要退订", "取消订阅", "取消訂閱所有推送",
        "不要给我发任何通知", "别再发消息了", "别打扰我了",
    ],
)  # fmt: skip
def test_everything_is_stopped_at_once(say: Chat, line: str) -> None:
    said = say(line)
    assert (said.did, said.text) == ("subscription.edit", STOPPED)
    assert said.labels == ["恢复接收", "收哪些消息"]
    assert not any(holds(say, purpose) for purpose in ("notices", "recommendations", "surveys"))
    assert say.press("恢复接收").text == "好的，恢复了。收哪些，您定。"
    assert holds(say, "notices")


@pytest.mark.parametrize(
    "line", ["怎么退订", "TD是什么意思", "退订的人多吗", "取消报名", "垃圾分类不要推迟", "物业不发通知"]
)
def test_what_only_mentions_it_stops_nothing(say: Chat, line: str) -> None:
    say(line)
    assert holds(say, "notices")
    assert wants(say)


@pytest.mark.usefixtures("order_tea")
def test_it_stops_everything_in_the_middle_of_a_form_too(say: Chat) -> None:
    say("点茶")
    said = say("退订")
    assert (said.did, said.messages[0][1].text) == ("subscription.edit", STOPPED)
    assert said.messages[-1][1].text == "喝什么茶？"


@pytest.mark.parametrize(
    ("line", "subject", "named"),
    [("恢复讲座通知", "kind:lecture", "讲座"), ("多给我推瑜伽", "topic:瑜伽", "瑜伽"), ("subscribe to yoga", "topic:瑜伽", "瑜伽")],
)  # fmt: skip
def test_one_thing_is_wished_even_when_all_is_stopped(
    say_on_both: Chat, line: str, subject: str, named: str
) -> None:
    say = say_on_both
    say("退订")
    said = say(line)
    assert (said.did, said.text) == ("subscription.edit", f"好的，有{named}就发给您。{ELSE}")
    assert (wants(say, subject), wants(say, "kind:course")) == (True, False)
    assert sending(say) == {"recommendations"}


def test_what_is_asked_for_after_a_stop_undoes_nothing_else(say_on_both: Chat) -> None:
    say = say_on_both
    say("退订")
    said = say("订阅瑜伽")
    assert said.labels == ["不收瑜伽", "恢复接收", "收哪些消息"]
    stop = said.buttons["不收瑜伽"]
    shown = say("收哪些消息").text
    assert shown.startswith("您已全部退订，只留下面标着收的。您问的、报了名的和紧急的照常。\n\n")
    assert [line for line in shown.splitlines() if "【收】" in line] == ["4. 瑜伽【收】"]
    assert sending(say) == {"recommendations"}
    say(stop)
    assert sending(say) == set()
    say("allow 5")
    assert sending(say) == {"surveys"}
    say("allow 4")
    assert (sending(say), wants(say, "kind:course")) == ({"surveys", "recommendations"}, True)
    say("退订")
    assert (sending(say), wants(say, "kind:course")) == (set(), False)
    assert say("subscribe").text == "好的，恢复了。收哪些，您定。"
    assert sending(say) == {"notices", "recommendations", "surveys"}


def test_with_the_stop_lifted_all_would_run_again(say: Chat) -> None:
    """The twin: as soon as everything is wished again, one wish brings all."""
    say("退订"), say("恢复接收"), say("订阅瑜伽")
    assert sending(say) == {"notices", "recommendations", "surveys"}


def test_who_asks_for_a_topic_agrees_to_being_told_of_it(say: Chat) -> None:
    say("别再给我推活动了")
    say("多给我推瑜伽")
    assert holds(say, "recommendations")


# Which one.


def test_where_nothing_is_named_it_is_asked(say: Chat) -> None:
    asked = say("不再接收这类通知")
    assert (asked.did, asked.text) == ("subscription.edit", "不想再收哪一类？")
    assert asked.labels == [
        "楼里和小区的通知", "活动推荐", "意见征询", "讲座", "沙龙", "课程", "志愿活动", "全部退订", "返回", "取消",
    ]  # fmt: skip
    assert say("4").text == f"好的，不再给您发讲座。{STILL}"
    say("不再接收这类通知")
    assert say("意见征询").text == f"好的，不再给您发意见征询。{STILL}"
    say("不再接收这类通知")
    assert say("全部退订").text == STOPPED


# All on one card.


def test_one_card_shows_and_changes_all(say_on_both: Chat) -> None:
    say = say_on_both
    say("不要再发讲座了"), say("多给我推瑜伽")
    shown = say("收哪些消息")
    assert shown.did == "subscription.edit"
    assert shown.text == (
        "这些是我们主动发的，点一下就开或关：\n\n"
        "1. 楼里和小区的通知【收】\n   停水、检修、演练这些\n\n"
        "2. 活动推荐【收】\n   按您的兴趣和附近推荐\n\n"
        "3. 意见征询【收】\n   社区的事，听听您的看法\n\n"
        "4. 讲座【不收】\n\n"
        "5. 瑜伽【收】"
    )
    assert say("4").text == "好的，有讲座就发给您。"
    say("收哪些消息")
    assert say("2").text == f"好的，不再给您发活动推荐。{STILL}"
    assert "2. 活动推荐【不收】" in say("收哪些消息").text
    assert say("2").text == "好的，有活动推荐就发给您。"


def test_the_card_says_when_everything_is_stopped(say: Chat) -> None:
    say("退订")
    shown = say("消息设置")
    assert shown.text.startswith(
        "您已全部退订，只发您问的、报了名的和紧急的。\n\n1. 楼里和小区的通知【不收】"
    )
    assert shown.labels[-1] == "恢复接收"


def test_one_purpose_may_be_switched_on_again_alone(say: Chat) -> None:
    say("关掉活动推荐"), say("退订"), say("收哪些消息")
    assert say("1").text == f"好的，有楼里和小区的通知就发给您。{ELSE}"
    assert sending(say) == {"notices"}


def test_old_buttons_of_somebody_else_are_told_apart(say: Chat) -> None:
    said = say("不要再发讲座了")
    button = said.buttons["恢复讲座"]
    assert say(button, "he").text == "请看看“收哪些消息”，没有找到这一项。"
    assert say("allow 99").text == "请看看“收哪些消息”，没有找到这一项。"
    assert say("disallow 1").text == "请在“我的资料”里改这一项。"
    assert holds(say, "whereabouts")


def test_nobody_in_a_group_sees_it(say: Chat) -> None:
    assert say("不要再发讲座了", group="g1").to == ["lin"]


@pytest.mark.parametrize(
    ("who", "text"),
    [
        ("anna", "All right, we'll stop sending you: Lecture. You still get answers to your questions, news of your registrations, and urgent notices."),
        ("mei", "好的，不再給您發講座。您問的、報了名的和緊急的照常。"),
    ],
)  # fmt: skip
def test_it_is_said_in_every_language(say: Chat, who: str, text: str) -> None:
    assert say("不要再发讲座了", who).text == text


# Both at once, in few words, and what is none of it.


@pytest.mark.parametrize("line", ["不要再发讲座了，但是沙龙要", "不要再发讲座了，不过沙龙还要"])
def test_what_is_wished_in_the_same_sentence_goes_on(say_on_both: Chat, line: str) -> None:
    said = say_on_both(line)
    assert said.text == "好的，不再给您发讲座。沙龙照常发给您。"
    assert (wants(say_on_both, "kind:lecture"), wants(say_on_both, "kind:salon")) == (False, True)


def test_everything_but_one_thing_is_stopped(say: Chat) -> None:
    assert say("除了沙龙，别的都不要发了").text == f"好的，有沙龙就发给您。{ELSE}"
    assert (wants(say, "kind:salon"), wants(say, "kind:lecture")) == (True, False)
    assert sending(say) == {"recommendations"}


@pytest.mark.parametrize("line", ["不要推送了", "别发了", "不要发了", "停止发送", "拒收"])
def test_few_words_stop_everything(say: Chat, line: str) -> None:
    assert say(line).text == STOPPED


@pytest.mark.parametrize("line", ["不要问卷", "不要问卷了", "拒收问卷"])
def test_few_words_stop_and_start_one_purpose(say: Chat, line: str) -> None:
    assert say(line).text == f"好的，不再给您发意见征询。{STILL}"
    assert say("接收问卷").text == "好的，有意见征询就发给您。"


@pytest.mark.parametrize("line", ["退订单", "帮我退订酒店", "我要退订外卖"])
def test_what_was_booked_elsewhere_opens_nothing(say: Chat, line: str) -> None:
    assert say(line).did != "subscription.edit"
    assert say("取消").text.startswith("没有填到一半的")


def test_who_stops_everything_is_not_asked_which_any_more(say: Chat) -> None:
    assert "不想再收哪一类？" in say("退订通知").text
    assert "不想再收哪一类？" not in say("别再发了").text
