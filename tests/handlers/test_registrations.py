"""Registering, seeing it, cancelling: the first complete path, and every reason for which it is refused."""

import re

import pytest
from sqlalchemy import select

from models.activity import ACTIVITY
from models.database import transaction
from models.registration import REGISTRATION
from tests.chat import MENU, Chat, Said

DONE = "报名成功。开始前都可以取消。"
NONE = "您现在没有报名。想去点什么，看看最近的活动吧。"


def head_of(said: Said) -> str:
    """The card's own words, below the step that it is and above what it is about."""
    return re.sub(r"^第\d+步，共\d+步\n\n", "", said.text).split("\n\n")[0]


def seats_of(say: Chat, code: str) -> int:
    """The seats that the bot gave away."""
    with transaction(say.engine) as db:
        return int(db.value(select(ACTIVITY.c.seats).where(ACTIVITY.c.code == code)))


def answers_to(say: Chat, code: str) -> dict[str, str]:
    """What the one who is registered answered to the organiser."""
    given = (
        select(REGISTRATION.c.answers)
        .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
        .where(ACTIVITY.c.code == code)
    )
    with transaction(say.engine) as db:
        answers: dict[str, str] = db.value(given)
        return answers


def register(say: Chat, line: str, who: str = "lin") -> Said:
    """From the wish to the seat, for an activity without questions."""
    say(line, who)
    return say("确认", who)


def test_from_a_search_to_a_cancelled_registration(say_on_both: Chat) -> None:
    say = say_on_both
    found = say("这周四中午有什么活动")
    assert found.did == "activity.search"
    assert found.refs == ["activity:yoga-thu", "activity:coffee"]
    shown = say("1")
    assert (shown.did, shown.refs) == ("activity.show", ["activity:yoga-thu"])
    asked = say.press("报名")
    assert asked.did == "activity.register"
    assert "报名「午间瑜伽」，1位，对吗？" in asked.text
    done = say.press("确认报名")
    assert done.did == "activity.register"
    assert "报名成功" in done.text
    assert say("我的报名").refs == ["activity:yoga-thu"]
    assert say("取消周四的瑜伽").did == "activity.cancel"
    cancelled = say.press("确认取消")
    assert (cancelled.did, cancelled.refs) == ("activity.cancel", ["activity:yoga-thu"])
    assert say("我的报名").refs == []


# What is meant.


@pytest.mark.parametrize(
    ("line", "ref"),
    [
        ("报名绘本故事会", "activity:story"),
        ("我要报名冬季血压管理", "activity:pressure"),
        ("帮我报名周四的瑜伽", "activity:yoga-thu"),
        ("報名週四的瑜伽", "activity:yoga-thu"),
        ("报明周四的瑜伽", "activity:yoga-thu"),
        ("sign me up for yoga on Thursday", "activity:yoga-thu"),
        ("报名周四上午的讲座", "activity:pressure"),
        ("我想参加周六的志愿活动", "activity:sorting"),
        ("register 7", "activity:sorting"),
    ],
)
def test_one_is_meant_by_title_by_topic_and_day_or_by_number(say: Chat, line: str, ref: str) -> None:
    asked = say(line)
    assert (asked.did, asked.refs) == ("activity.register", [ref])


def test_a_registration_starts_from_a_list_by_number(say: Chat) -> None:
    say("周四有什么活动")
    say("3")
    assert say("1").refs == ["activity:coffee"]


def test_where_several_could_be_meant_it_asks_which(say: Chat) -> None:
    asked = say("报名瑜伽")
    assert (asked.did, asked.text) == ("activity.register", "要报哪一场？")
    assert asked.refs == ["activity:yoga-tue", "activity:yoga-thu"]
    assert asked.labels[:2] == [
        "午间瑜伽 · 明天 11月24日 周二 12:10–13:00",
        "午间瑜伽 · 11月26日 周四 12:10–13:00",
    ]
    chosen = say("第二个")
    assert (chosen.did, chosen.refs) == ("answer", ["activity:yoga-thu"])


def test_registering_alone_asks_which_of_the_open_ones(say: Chat) -> None:
    asked = say("报名")
    assert (asked.did, asked.text) == ("activity.register", "要报哪一场？")
    assert asked.refs == [
        "activity:yoga-tue", "activity:taiji", "activity:pressure", "activity:yoga-thu", "activity:coffee",
    ]  # fmt: skip


def test_registering_below_a_list_asks_which_of_the_list(say: Chat) -> None:
    say("周四有什么活动")
    asked = say("报名")
    assert (asked.did, asked.text) == ("activity.register", "要报哪一场？")
    assert asked.refs == ["activity:pressure", "activity:yoga-thu", "activity:coffee"]


# Preview, questions, companions.


def test_the_preview_carries_the_thing_and_its_facts(say: Chat) -> None:
    asked = say("报名手冲咖啡")
    assert asked.refs == ["activity:coffee"]
    preview = say("花生")
    assert preview.refs == ["activity:coffee"]
    assert preview.text == (
        "第2步，共2步\n\n"
        "报名「手冲咖啡体验」，1位，对吗？\n"
        "对什么过敏吗？ 花生\n\n"
        "手冲咖啡体验\n时间：11月26日 周四 12:30–13:30\n地点：云杉大厦\n费用：免费"
    )
    done = say("确认报名")
    assert (head_of(done), done.refs) == (DONE, ["activity:coffee"])
    assert "手冲咖啡体验【已报名，1位】" in done.text
    assert done.labels == ["取消报名", "提醒设置", "我的签到码", "问联系人", "我的报名"]


def test_each_line_counts_as_what_it_does(say: Chat) -> None:
    lines = ("报名绘本故事会", "六岁", "小雨", "改人数", "瞎说一气", "2", "返回", "3", "确认")
    assert [say(line).did for line in lines] == [
        "activity.register", "answer", "answer", "answer", "unknown", "answer", "back", "answer",
        "activity.register",
    ]  # fmt: skip


def test_obligatory_questions_are_asked_and_kept(say: Chat) -> None:
    asked = say("报名绘本故事会")
    assert (asked.text.split("\n\n")[0], head_of(asked)) == ("第1步，共3步", "孩子几岁？")
    assert asked.labels == ["返回", "取消"]
    assert "请写几个字。\n孩子几岁？" in say(" ").text
    assert "怎么称呼孩子？" in say("六岁").text
    say("小雨")
    assert head_of(say("确认")) == DONE
    assert answers_to(say, "story") == {"age": "六岁", "name": "小雨"}


@pytest.mark.parametrize("word", ["跳过", "没有", "无", "skip", "跳过。"])
def test_an_optional_question_may_be_skipped(say: Chat, word: str) -> None:
    asked = say("报名手冲咖啡")
    assert asked.labels == ["跳过", "返回", "取消"]
    assert "对什么过敏吗？" not in say(word).text
    assert head_of(say("确认")) == DONE
    assert answers_to(say, "coffee") == {}


def test_companions_take_seats(say_on_both: Chat) -> None:
    say = say_on_both
    say("报名周四的瑜伽")
    asked = say("改人数")
    assert (asked.refs, head_of(asked)) == (["activity:yoga-thu"], "一共几位？（含您自己，最多10位）")
    preview = say("三个人")
    assert (preview.refs, head_of(preview)) == (["activity:yoga-thu"], "报名「午间瑜伽」，3位，对吗？")
    assert "午间瑜伽【已报名，3位】" in say("确认").text
    assert seats_of(say, "yoga-thu") == 3
    assert "午间瑜伽【可报 余17】" in say("周四的瑜伽", "he").text
    say("取消周四的瑜伽"), say("确认")
    assert seats_of(say, "yoga-thu") == 0


def test_the_party_may_be_said_at_once(say: Chat) -> None:
    assert head_of(say("报名周四的瑜伽，两个人")) == "报名「午间瑜伽」，2位，对吗？"
    assert head_of(say("报名周四的瑜伽 4人")) == "报名「午间瑜伽」，4位，对吗？"


def test_where_one_seat_is_left_nobody_is_asked_for_a_number(say: Chat) -> None:
    say("报名手冲咖啡", "he"), say("跳过", "he"), say("确认", "he")
    say("报名手冲咖啡")
    assert say("跳过").labels == ["确认报名", "不报了", "返回", "取消"]


def test_who_does_not_want_after_all_is_not_registered(say: Chat) -> None:
    say("报名周四的瑜伽")
    no = say("不报了")
    assert (no.did, no.text, no.labels) == ("activity.register", "好的，没有报名。", ["找活动"])
    assert say("我的报名").text == NONE


# Clashes.


def test_a_clash_is_named_before_it_is_confirmed(say: Chat) -> None:
    register(say, "报名周四的瑜伽")
    say("报名手冲咖啡")
    preview = say("跳过")
    assert "请注意：和您已报名的「午间瑜伽」时间有重叠（11月26日 周四 12:10–13:00）。" in preview.text
    say("确认")
    assert say("我的报名").refs == ["activity:yoga-thu", "activity:coffee"]


def test_what_does_not_overlap_is_no_clash(say: Chat) -> None:
    register(say, "报名周四的瑜伽")
    assert "重叠" not in say("报名冬季血压管理").text
    assert "重叠" not in say("报名周二的瑜伽").text


# Refusals: each with its reason, its thing and a next step.


def test_already_registered(say_on_both: Chat) -> None:
    say = say_on_both
    register(say, "报名周四的瑜伽")
    refused = say("报名周四的瑜伽")
    assert (refused.did, refused.refs) == ("activity.register", ["activity:yoga-thu"])
    assert refused.text == "您已经报名了「午间瑜伽」，不用再报。"
    assert refused.labels == ["取消报名", "替人报名", "我的报名"]
    assert seats_of(say, "yoga-thu") == 1


def test_ended(say: Chat) -> None:
    refused = say("register 11")
    assert (refused.did, refused.refs) == ("activity.register", ["activity:past"])
    assert refused.text == "「消防疏散演练」已经结束了。"
    assert refused.labels == ["看看同类的", "找活动"]


def test_running(say: Chat) -> None:
    say.at("2026-11-24T12:10:00+08:00")
    refused = say("报名周二的瑜伽")
    assert (refused.did, refused.refs) == ("activity.register", ["activity:yoga-tue"])
    assert refused.text == "「午间瑜伽」已经开始，不能再报名。"
    assert refused.labels == ["看看同类的", "找活动"]


def test_closed(say: Chat) -> None:
    refused = say("报名用大模型写周报")
    assert (refused.did, refused.refs) == ("activity.register", ["activity:closed"])
    assert refused.text == "「用大模型写周报」的报名在11月22日 周日 18:00截止了。"
    assert refused.labels == ["看看同类的", "找活动"]


def test_closed_in_mid_form(say: Chat) -> None:
    say.at("2026-11-24T09:59:00+08:00")
    say("报名周二的瑜伽")
    say.at("2026-11-24T10:00:00+08:00")
    refused = say("确认")
    assert refused.text == "「午间瑜伽」的报名在今天 11月24日 周二 10:00截止了。"
    assert say("我的报名").text == NONE


def test_not_yet_open(say: Chat) -> None:
    refused = say("报名急救证培训")
    assert (refused.did, refused.refs) == ("activity.register", ["activity:early"])
    assert refused.text == "「急救证培训」还没开始报名，12月1日 周二 09:00开始。"
    assert refused.labels == ["详情", "看看同类的"]
    say.at("2026-12-01T09:00:00+08:00")
    assert head_of(say("报名急救证培训")) == "报名「急救证培训」，1位，对吗？"


def test_full(say_on_both: Chat) -> None:
    """In the same message one can wait; an hour before the start it is too late for that."""
    say = say_on_both
    asked = say("报名黄油曲奇烘焙")
    assert (asked.did, asked.refs) == ("activity.register", ["activity:full"])
    assert head_of(asked) == (
        "「黄油曲奇烘焙」名额满了，要候补吗？您排第一。\n"
        "有空位就按顺序问您。您有24小时回复，快开始时短一些。到11月28日 周六 13:00还没有，也告诉您。"
    )
    assert asked.labels == ["加入候补", "改人数", "不用了", "返回", "取消"]
    no = say.press("不用了")
    assert (no.text, no.labels) == ("好的，没有候补。", ["看看同类的", "找活动"])
    say.at("2026-11-28T13:00:00+08:00")
    refused = say("报名黄油曲奇烘焙")
    assert (refused.did, refused.refs) == ("activity.register", ["activity:full"])
    assert refused.text == "「黄油曲奇烘焙」名额满了，快开始了，不再候补。"
    assert refused.labels == ["看看同类的", "找活动"]


def test_a_party_larger_than_what_is_left(say: Chat) -> None:
    refused = say("报名手冲咖啡 3人")
    assert (refused.did, refused.refs) == ("activity.register", ["activity:coffee"])
    assert refused.text == "请少报几位，「手冲咖啡体验」只剩2个名额。"
    assert refused.labels == ["再试一次", "一起候补", "详情"]
    assert say.press("再试一次").refs == ["activity:coffee"]


def test_a_party_larger_than_ten(say: Chat) -> None:
    refused = say("报名冬季血压管理 11人")
    assert (refused.did, refused.refs) == ("activity.register", ["activity:pressure"])
    assert refused.text == "一次最多报10位。"
    assert refused.labels == ["再试一次", "详情"]
    say("报名冬季血压管理"), say("改人数")
    assert "请发1到10之间的数字。" in say("11").text


def test_an_unknown_number(say: Chat) -> None:
    for sentence, did in (("register 99", "activity.register"), ("withdraw 99", "activity.cancel")):
        refused = say(sentence)
        assert (refused.did, refused.refs) == (did, [])
        assert refused.text == "没有找到这个活动，可能已经撤回了。说“有什么活动”看看最近的。"
        assert refused.labels == MENU


def test_nothing_to_cancel(say: Chat) -> None:
    refused = say("取消报名")
    assert (refused.did, refused.refs) == ("activity.cancel", [])
    assert (refused.text, refused.labels) == ("您没有报名，不用取消。", ["找活动"])
    refused = say("黄油曲奇烘焙去不了了")
    assert (refused.did, refused.refs) == ("activity.cancel", ["activity:full"])
    assert refused.text == "您没有报名「黄油曲奇烘焙」，不用取消。"
    assert refused.labels == ["我的报名", "详情"]


def test_cancelling_after_the_start(say: Chat) -> None:
    register(say, "报名周二的瑜伽")
    say.at("2026-11-24T12:10:00+08:00")
    refused = say("取消瑜伽")
    assert (refused.did, refused.refs) == ("activity.cancel", ["activity:yoga-tue"])
    assert refused.text == "「午间瑜伽」已经开始，不能再取消。"
    assert refused.labels == ["看看同类的", "找活动"]
    assert seats_of(say, "yoga-tue") == 1


def test_every_next_step_leads_somewhere(say: Chat) -> None:
    register(say, "报名周四的瑜伽")
    lines = (
        "报名周四的瑜伽",
        "register 11",
        "报名用大模型写周报",
        "报名急救证培训",
        "报名冬季血压管理 11人",
    )
    for line in lines:
        steps = list(say(line).buttons.values())
        assert 2 <= len(steps) <= 3
        for sentence in steps:
            led = say(sentence)
            assert led.did not in ("unknown", "answer")
            if "返回" in led.labels:
                say("取消")


# One's own.


def test_my_registrations_come_soonest_first_with_what_can_be_done(say: Chat) -> None:
    assert say("我的报名").text == NONE
    assert say("我的报名").labels == ["找活动"]
    register(say, "报名垃圾分类值守"), register(say, "报名周二的瑜伽"), register(say, "报名冬季血压管理")
    mine = say("我报了哪些活动")
    assert (mine.did, mine.refs) == (
        "registration.list",
        ["activity:yoga-tue", "activity:pressure", "activity:sorting"],
    )
    assert head_of(mine) == "您报名了3场："
    card = mine.reply.messages[0].card
    cancels = [article.choices[-1].says for article in card.articles]
    assert cancels == ["withdraw 1", "withdraw 5", "withdraw 7"]
    assert say("2").labels == ["取消报名", "提醒设置", "我的签到码"]
    assert say.press("取消报名").refs == ["activity:pressure"]


def test_what_is_over_is_no_longer_listed(say: Chat) -> None:
    register(say, "报名周二的瑜伽")
    say.at("2026-11-24T12:59:00+08:00")
    running = say("我的报名")
    assert (running.refs, running.labels) == (["activity:yoga-tue"], ["详情"])
    say.at("2026-11-24T13:00:00+08:00")
    assert say("我的报名").text == NONE


def test_other_peoples_registrations_are_theirs(say: Chat) -> None:
    register(say, "报名周四的瑜伽")
    assert say("我的报名", "he").text == NONE
    assert say("取消周四的瑜伽", "he").text == "您没有报名「午间瑜伽」，不用取消。"


# Cancelling.


def test_cancelling_one_of_several_asks_which(say: Chat) -> None:
    register(say, "报名周二的瑜伽"), register(say, "报名周四的瑜伽"), register(say, "报名冬季血压管理")
    say("菜单")
    asked = say("取消报名")
    assert (asked.did, asked.text) == ("activity.cancel", "取消哪一场？")
    assert asked.refs == ["activity:yoga-tue", "activity:pressure", "activity:yoga-thu"]
    say("取消")
    asked = say("瑜伽去不了了")
    assert (asked.did, asked.refs) == ("activity.cancel", ["activity:yoga-tue", "activity:yoga-thu"])
    sure = say("2")
    assert (sure.did, sure.refs) == ("answer", ["activity:yoga-thu"])
    assert head_of(sure) == "取消「午间瑜伽」的报名，把名额让出来？"
    done = say("确认取消")
    assert (done.did, done.text) == ("activity.cancel", "已经取消「午间瑜伽」的报名，名额让出来了。")
    assert done.labels == ["我的报名", "找活动"]
    assert say("我的报名").refs == ["activity:yoga-tue", "activity:pressure"]


@pytest.mark.parametrize(
    "line",
    ["周四的瑜伽去不了了", "取消周四的瑜伽", "取消報名週四的瑜伽", "周四的瑜伽来不了"],
)
def test_cancelling_is_said_in_many_ways(say: Chat, line: str) -> None:
    register(say, "报名周四的瑜伽"), register(say, "报名冬季血压管理")
    asked = say(line)
    assert (asked.did, asked.refs) == ("activity.cancel", ["activity:yoga-thu"])


def test_who_keeps_the_seat_keeps_it(say: Chat) -> None:
    register(say, "报名周四的瑜伽")
    say("取消报名")
    kept = say("保留")
    assert (kept.did, kept.refs, head_of(kept)) == (
        "activity.cancel",
        ["activity:yoga-thu"],
        "好的，报名还在。",
    )
    assert seats_of(say, "yoga-thu") == 1


def test_who_cancelled_may_come_again(say_on_both: Chat) -> None:
    say = say_on_both
    for _ in range(2):
        register(say, "报名周四的瑜伽")
        say("取消报名"), say("确认")
    register(say, "报名周四的瑜伽")
    assert say("我的报名").refs == ["activity:yoga-thu"]
    assert seats_of(say, "yoga-thu") == 1


@pytest.mark.parametrize(
    "line", ["我不想参加讲座了", "我不报名了", "不想报名周四的瑜伽", "不想参加周四的瑜伽", "I don't want to join yoga"]
)  # fmt: skip
def test_a_no_opens_no_registration(say: Chat, line: str) -> None:
    assert say(line).did != "activity.register"
    assert say("取消").text.startswith("没有填到一半的")
