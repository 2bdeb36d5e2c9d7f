"""Publishing in the chat: what was not said is asked, the preview can be changed, and without a yes nothing is there."""

import pytest
from sqlalchemy import select

from models import duty, member
from models.activity import ACTIVITY
from models.change import CHANGE
from models.database import transaction
from tests.chat import Chat, Said
from tests.handlers.officers import rows

LINE = "发布活动:香囊手作,12月2日18:30到20:00,云杉大厦服务站,名额15人"
PREVIEW = """这样发布，对吗？

香囊手作
缝一个香囊
时间：12月2日 周三 18:30–20:00
地点：云杉大厦服务站
类型：沙龙
名额：15人
费用：免费"""


def published(say: Chat) -> list[str]:
    return [row.title for row in rows(say, select(ACTIVITY.c.title).where(ACTIVITY.c.code.like("chat-%")))]


def with_line(say: Chat, line: str = LINE, who: str = "officer") -> Said:
    say(line, who)
    say("沙龙", who)
    return say("缝一个香囊", who)


def test_one_sentence_and_three_answers_make_an_activity_that_is_found_at_once(say_on_both: Chat) -> None:
    say = say_on_both
    asked = say(LINE, "officer")
    assert (asked.did, asked.text) == (
        "staff.activity",
        "是哪个类型？\n\n香囊手作\n时间：12月2日 周三 18:30–20:00\n地点：云杉大厦服务站",
    )
    say("1", "officer")
    seen = say("缝一个香囊", "officer")
    assert seen.text == PREVIEW
    assert published(say) == []
    done = say.press("确认发布", "officer")
    assert (done.did, done.refs) == ("staff.activity", ["activity:chat-13"])
    assert done.text.startswith("发布了，现在就能找到、能报名。")
    assert "联系人：站长" in done.text
    assert say("12月2日有什么活动").refs == ["activity:chat-13"]
    say("报名香囊手作")
    taken = say.press("确认报名")
    assert (taken.did, taken.refs) == ("activity.register", ["activity:chat-13"])
    log = rows(say, select(CHANGE).where(CHANGE.c.subject == "activity"))
    assert [(row.before, row.after, row.actor_id is not None) for row in log] == [(None, "published", True)]
    again = say(seen.buttons["确认发布"], "officer")
    assert again.text == "请看下面，刚才那个按钮已经过期。"
    assert published(say) == ["香囊手作"]


def test_step_by_step_it_takes_eight_answers(say: Chat) -> None:
    answers = ["香囊手作", "12月2日18:30", "1个半小时", "云杉大厦服务站", "沙龙", "15", "缝一个香囊"]
    asks = [say("发布活动", "officer").text]
    asks += [say(answer, "officer").text for answer in answers]
    assert [ask.splitlines()[0] for ask in asks] == [
        "标题写什么？比如“插花体验”。",
        "什么时间办？比如“12月2日18:30到20:00”。",
        "几点结束？也可以写办多久。",
        "在什么地点办？",
        "是哪个类型？",
        "名额多少？发一个数，或者发“不限”。",
        "简介写什么？一句话就行，也可以跳过。",
        "这样发布，对吗？",
    ]
    assert asks[-1] == PREVIEW
    assert asks[2] == "几点结束？也可以写办多久。\n\n香囊手作\n时间：12月2日 周三 18:30"
    assert say("好", "officer").refs == ["activity:chat-13"]


@pytest.mark.parametrize(
    "line",
    [
        "发布活动：下周三18:30到20:00在云杉大厦服务站办香囊手作，名额15人，沙龙，简介：缝一个香囊",
        "新建活动 标题：香囊手作；时间：12月2日18:30-20:00；地点：云杉大厦服务站；名额：15；类型：沙龙；简介：缝一个香囊",
        "publish an event: 香囊手作, Dec 2 18:30-20:00, Spruce Tower station, 15 seats, salon, about: 缝一个香囊",
    ],
)
def test_what_a_sentence_says_is_not_asked(say: Chat, line: str) -> None:
    seen = say(line.replace("Spruce Tower station", "云杉服务站"), "officer")
    assert seen.text == PREVIEW


@pytest.mark.parametrize(
    ("line", "preview"),
    [
        (
            "新建活动 香囊手作 12月2日18:30到20:00 云杉大厦服务站 15个名额 沙龙 缝一个香囊",
            PREVIEW,
        ),
        ("发个沙龙：香囊手作，下周三18点半，一个半小时，云杉大厦服务站，限15人，简介：缝一个香囊", PREVIEW),
        (
            "下周三18:30到20:00在云杉大厦服务站办香囊手作，15个人，沙龙，简介：缝一个香囊，麻烦发布一下",
            PREVIEW,
        ),
        (
            "发布志愿活动：大堂值守，12月2日18:30到20:00，云杉大厦服务站，需要10名志愿者，说明：给来的人指路，报名截止12月1日18:00",
            "这样发布，对吗？\n\n大堂值守\n给来的人指路\n时间：12月2日 周三 18:30–20:00\n地点：云杉大厦服务站\n"
            "类型：志愿活动\n名额：10人\n费用：免费\n报名截止：12月1日 周二 18:00",
        ),
        (
            "Please publish an activity: Tea for Beginners on Friday 7pm to 8pm at 云杉服务站, 20 seats, salon, about: tea",
            "这样发布，对吗？\n\nTea for Beginners\ntea\n时间：11月27日 周五 19:00–20:00\n地点：云杉大厦服务站\n"
            "类型：沙龙\n名额：20人\n费用：免费",
        ),
    ],
)
def test_it_is_said_as_people_say_it(say: Chat, line: str, preview: str) -> None:
    seen = say(line, "officer")
    assert (seen.did, seen.text) == ("staff.activity", preview)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (LINE.replace("15人", "0人，沙龙"), "名额多少？发一个数，或者发“不限”。"),
        (LINE.replace("15人", "100001人，沙龙"), "名额多少？发一个数，或者发“不限”。"),
        (LINE.replace("18:30到20:00", "20:00到18:30"), "几点结束？也可以写办多久。"),
        (LINE.replace("18:30到20:00", "22点到凌晨1点"), "是哪个类型？"),
        ("发布活动：每周三18:30到20:00打太极拳，云杉大厦服务站，15人，沙龙，简介：慢慢来",
         "每周一次，一共办几次？法定节假日会跳过。"),
    ],
)  # fmt: skip
def test_what_is_said_wrong_or_by_half_is_asked(say: Chat, line: str, asked: str) -> None:
    assert say(line, "officer").text.splitlines()[0] == asked


def test_an_end_before_the_start_is_asked_again(say: Chat) -> None:
    say(LINE.replace("18:30到20:00", "20:00"), "officer")
    for answer in ("18:30", "12月2日"):
        assert "办多久" in say(answer, "officer").text
    assert say("两小时", "officer").text.startswith("是哪个类型？")
    say("沙龙", "officer")
    assert "时间：12月2日 周三 20:00–22:00" in say("跳过", "officer").text


def test_each_line_of_the_preview_can_be_changed(say: Chat) -> None:
    with_line(say)
    changes = [
        ("改标题", "香包手作"),
        ("改时间", "12月3日19:00到20:00"),
        ("改地点", "云杉大厦"),
        ("改类型", "课程"),
        ("改名额", "不限"),
        ("改简介", "缝一个香包"),
    ]
    for label, answer in changes:
        say.press(label, "officer")
        say(answer, "officer")
    others = [
        ("费用", "材料费30元"),
        ("标签", "手作、香包"),
        ("报名截止", "提前2小时"),
        ("报名问题", "会缝纫吗？可不填"),
    ]
    for label, answer in others:
        say.press("更多", "officer")
        say.press(label, "officer")
        seen = say(answer, "officer")
    assert seen.text == (
        "这样发布，对吗？\n\n香包手作\n缝一个香包\n时间：12月3日 周四 19:00–20:00\n地点：云杉大厦\n类型：课程\n名额：不限\n"
        "费用：材料费30元\n标签：手作、香包\n报名截止：12月3日 周四 17:00\n报名问题：会缝纫吗？（可不填）"
    )
    say.press("确认发布", "officer")
    assert "会缝纫吗？" in say("报名香包手作").text


def test_what_cannot_be_so_is_asked_again_and_nothing_is_lost(say: Chat) -> None:
    say("发布活动", "officer")
    say("香囊手作", "officer")
    assert say("昨天18:30到20:00", "officer").text.startswith("请换个以后的时间，这个时间已经过了。")
    say("12月2日18:30到20:00", "officer")
    assert say("月球", "officer").text.startswith("请写一个社区里有的地点，比如楼名、服务站。")
    assert say("海棠苑", "officer").text.startswith(
        "请到服务站问一问，海棠苑的事由工作人员办。\n在什么地点办？"
    )
    say("云杉大厦服务站", "officer")
    say("沙龙", "officer")
    say("15", "officer")
    say("跳过", "officer")
    say.press("更多", "officer")
    say.press("报名截止", "officer")
    late = say("12月5日18:00", "officer")
    assert late.text.startswith("请换个报名截止时间，要在结束以前。")


def test_the_same_at_the_same_time_and_place_is_no_second_one(say: Chat) -> None:
    with_line(say)
    say.press("确认发布", "officer")
    with_line(say)
    refused = say.press("确认发布", "officer")
    assert refused.text.startswith(
        "请换个标题或时间，12月2日 周三 18:30这里已经有一场「香囊手作」了。\n这样发布，对吗？"
    )
    say.press("改标题", "officer")
    say("香囊手作二", "officer")
    say.press("确认发布", "officer")
    assert published(say) == ["香囊手作", "香囊手作二"]


def test_a_draft_without_a_yes_publishes_nothing(say: Chat) -> None:
    with_line(say)
    assert say.press("不发布", "officer").text == "好的，没有发布。"
    with_line(say)
    say("取消", "officer")
    with_line(say)
    say.restart()
    assert published(say) == []
    # The twin: the draft was whole, and a yes is all that it lacked.
    say("确认发布", "officer")
    assert published(say) == ["香囊手作"]


def test_only_staff_of_the_place_publishes(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = say("发布活动")
    assert (asked.did, asked.text) == (
        "staff.activity",
        "请找站长，活动由工作人员发布，也可以由单位、社团的负责人来提。",
    )
    other = say(LINE.replace("云杉大厦服务站", "海棠苑"), "officer")
    assert other.text == "请到服务站问一问，海棠苑的事由工作人员办。"
    # The twin: without the scope anybody would.
    monkeypatch.setattr(duty, "covers", lambda *_: True)
    say(LINE.replace("云杉大厦服务站", "海棠苑"), "officer")
    say("沙龙", "officer")
    say("跳过", "officer")
    say.press("确认发布", "officer")
    assert published(say) == ["香囊手作"]


def test_in_the_demo_it_is_seen_but_not_published(say: Chat) -> None:
    with transaction(say.engine) as db:
        assert member.play(db, "console", "guest", "officer", say.clock.now())
    with_line(say, who="guest")
    ended = say.press("确认发布", "guest")
    assert ended.text.startswith("演示到这里为止，写的活动不会真的发布。")
    assert published(say) == []
