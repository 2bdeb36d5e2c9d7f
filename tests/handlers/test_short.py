"""In a group we are short: three lines at most, the rest in private."""

from bot.inbound import Inbound
from handlers import short
from handlers.talk import press
from models.card import Article, Card, Choice
from models.text import Text
from tests.chat import Chat


def test_a_long_list_is_cut_and_the_rest_is_to_be_had_in_private(say_on_both: Chat) -> None:
    say = say_on_both
    said = say("云杉大厦有什么活动", group="g1")
    assert said.to == ["group:g1"]
    assert said.labels == ["1. 午间瑜伽", "2. 用大模型写周报", "3. 午间瑜伽", "更多请私聊"]
    assert said.text.splitlines()[0] == "找到7场，先看最近的，后面还有手冲咖啡体验、桌游夜："
    # Whatever is named counts as shown, soonest first.
    assert said.refs == [f"activity:{each}" for each in ("yoga-tue", "closed", "yoga-thu", "coffee", "night")]
    whole = say(said.buttons["更多请私聊"])
    assert (whole.did, whole.to) == ("activity.search", ["lin"])
    assert whole.refs == said.refs
    assert say("6").refs == ["activity:full", "activity:early"]


def test_the_rest_goes_to_the_person_also_when_it_is_asked_for_in_the_group(say: Chat) -> None:
    say("云杉大厦有什么活动", group="g1")
    assert say("更多请私聊", group="g1").to == ["lin"]
    # Somebody else did not ask that: he sees what is coming up.
    other = say("4", "he", group="g1")
    assert (other.did, other.to) == ("activity.search", ["he"])


def test_three_are_shown_whole(say: Chat) -> None:
    said = say("周四有什么活动", group="g1")
    assert len(said.refs) == 3
    assert "更多请私聊" not in said.labels


def test_help_and_what_is_not_understood_are_short(say: Chat) -> None:
    for line in ("帮助", "你能干什么", "乱七八糟的话呀"):
        said = say(line, group="g1")
        assert (said.to, said.labels, len(said.text) < 80) == (["group:g1"], ["去私聊"], True)
    led = say("去私聊", group="g1")
    assert (led.to, led.labels) == (["lin"], say("帮助").labels)


def test_a_menu_below_an_answer_is_cut(say: Chat) -> None:
    assert say("你好", group="g1").labels[2:] == ["去私聊"]


def test_what_fits_is_left_as_it_is() -> None:
    choices = tuple(Choice(Text("好"), press("help")) for _ in range(4))
    three = Card(Text("好"), articles=(Article(Text("好"), ""),) * 3, choices=choices[:3])
    assert short.shortened(three) is three
    cut = short.shortened(Card(Text("好"), articles=three.articles * 2, choices=choices))
    assert (len(cut.articles), cut.choices[:2], cut.choices[2]) == (3, choices[:2], short.ALONE)


def in_group(text: str, who: str = "new", group: str | None = "g1") -> Inbound:
    return Inbound("telegram", who, text, group=group, waits_for_contact=True)


def test_whom_we_may_not_write_to_is_told_in_the_group_where_his_answer_waits(say_on_both: Chat) -> None:
    say = say_on_both
    said = say.send(in_group("我的报名"))
    assert said.to == ["new", "group:g1"]
    assert said.messages[1][1].text == "请点下面，到私聊里看答复，第一次要先点开始。"
    assert said.messages[1][1].rows[0][0].private
    assert say.send(in_group("周六有什么活动")).to == ["group:g1"]
    say.send(in_group("/start", group=None))
    assert say.send(in_group("我的报名")).to == ["new"]


def test_who_wrote_in_private_before_needs_no_hint(say: Chat) -> None:
    say.send(in_group("你好", group=None))
    assert say.send(in_group("我的报名")).to == ["new"]
