"""Who has not answered: the exact list by building, for staff of the place alone."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from models import member
from models.broadcast import BROADCAST
from models.database import transaction
from models.delivery import DELIVERY
from models.member import ADDRESS, MEMBER, MEMBERSHIP
from models.organization import ORGANIZATION
from models.place import PLACE
from tests.chat import Chat
from tests.handlers.test_emergencies import LEAVE, appoint, sent

HEAD = "1号紧急通知，共4位：{parts}。\n{times}\n\n"
TIMES = (
    "今天 11月23日 周一 09:10发出，第一位0秒后收到，一半的人0秒内，最后一位0秒后。\n"
    "发到的：1分钟内100%、5分钟内100%、10分钟内100%。"
)
NOTHING_YET = "发过紧急通知再来看，现在还没有回复情况。"


def employ(say: Chat, who: str, company: str) -> None:
    with transaction(say.engine) as db:
        key = db.insert(insert(ORGANIZATION), code=company, kind="company", name=company, aliases=[])
        whom = db.value(select(MEMBER.c.id).where(MEMBER.c.code == who))
        db.insert(insert(MEMBERSHIP), member_id=whom, organization_id=key)


def close(say: Chat, who: str) -> None:
    """Nothing reaches him there any more."""
    with transaction(say.engine) as db:
        db.run(update(ADDRESS).where(ADDRESS.c.key == who).values(closed=say.clock.now()))


def crowd(say: Chat, count: int, name: str | None = None) -> None:
    """So many more who work in the tower."""
    with transaction(say.engine) as db:
        tower = db.value(select(PLACE.c.id).where(PLACE.c.code == "tower"))
        for nth in range(count):
            named = name and f"{name}{nth}"
            key = db.insert(insert(MEMBER), language="zh-Hans", interests=[], work_id=tower, name=named)
            db.insert(insert(ADDRESS), channel="console", key=f"crowd{nth}", member_id=key)


def test_who_answered_and_who_did_not(say_on_both: Chat) -> None:
    say = say_on_both
    employ(say, "anna", "云杉茶社")
    close(say, "mei")
    sent(say)
    say("received 1", "lin")
    shown = say("谁没收到", "officer")
    assert shown.did == "staff.broadcast"
    parts = "已回复1位、没回复2位、联系不上1位"
    times = TIMES.replace("100%", "75%")
    assert shown.text == HEAD.format(parts=parts, times=times) + (
        "云杉大厦：1/3位已回复\n· 没回复：Anna（云杉茶社）、站长\n· 联系不上：梅三"
    )
    assert shown.labels == ["再发一次", "回复情况"]


def test_who_needs_help_stands_first(say: Chat) -> None:
    sent(say)
    say("received 1", "lin")
    say("assist 1", "anna")
    lines = say("roll 1", "officer").text.split("\n\n")[1].splitlines()
    assert lines == ["云杉大厦：2/4位已回复", "· 要人帮忙：Anna", "· 没回复：梅三、站长"]


@pytest.mark.parametrize(
    "line",
    [
        "谁没收到",
        "还有谁没回复",
        "收到情况",
        "回复情况",
        "谁还没有确认？",
        "哪些人没收到",
        "who has not answered",
        "Who hasn't replied yet?",
    ],
)
def test_how_staff_ask(say: Chat, line: str) -> None:
    assert say(line, "officer").text == NOTHING_YET
    sent(say)
    assert say(line, "officer").text.startswith("1号紧急通知，共4位：没回复4位。")


@pytest.mark.parametrize(
    ("who", "answer"), [("lin", "云杉大厦的事由工作人员办"), ("he", "云杉大厦的事由工作人员办")]
)
def test_others_see_nothing_of_it(say: Chat, who: str, answer: str) -> None:
    sent(say)
    for line in ("roll 1", "rollpage 1000", "resend 1"):
        refused = say(line, who)
        assert (refused.did, answer in refused.text) == ("staff.broadcast", True)
        assert "站长）" not in refused.text
    assert "由工作人员看" in say("谁没收到", who).text
    assert "没有找到" in say("roll 7", "officer").text


def test_who_wrote_it_and_is_staff_no_more_sees_nothing(say: Chat) -> None:
    sent(say)
    with transaction(say.engine) as db:
        db.run(delete(member.ROLE))
    assert "共4位" not in say("roll 1", "officer").text


def test_staff_of_a_part_see_their_own_part(say: Chat) -> None:
    appoint(say, "boss")
    appoint(say, "keeper", "estate")
    say(f"紧急通知全社区：{LEAVE}", "boss")
    say(f"紧急通知全体：{LEAVE}", "officer")
    say("请人批准", "officer")
    say("launch 1", "boss")
    say("批准发送", "boss")
    say.told()
    whole = say("roll 1", "boss").text
    assert "共5位" in whole
    assert whole.index("云杉大厦：0/4位已回复") < whole.index("海棠苑北区：0/1位已回复")
    part = say("roll 1", "keeper").text
    assert "共1位" in part
    assert "何二" in part
    assert "云杉大厦：" not in part
    # Sending it once more is for who is staff of all of it.
    assert say("resend 1", "keeper").labels != ["再发一次", "先不发", "返回", "取消"]


def test_who_moved_away_is_still_on_the_list(say: Chat) -> None:
    sent(say)
    with transaction(say.engine) as db:
        db.run(update(MEMBER).where(MEMBER.c.code == "lin").values(work_id=None))
        tower = db.value(select(PLACE.c.id).where(PLACE.c.code == "tower"))
        db.run(update(MEMBER).where(MEMBER.c.code == "he").values(work_id=tower))
    shown = say("roll 1", "officer").text
    assert shown.endswith("· 没回复：Anna、梅三、站长\n后来搬走的：0/1位已回复\n· 没回复：林一")


def test_a_long_list_has_pages_and_a_file(say: Chat) -> None:
    crowd(say, 45, "=cmd")
    sent(say)
    first = say("roll 1", "officer")
    assert first.labels == ["更多", "再发一次", "回复情况"]
    assert "文件：没回复的名单.csv" in first.text
    assert first.text.count("=cmd") == 36
    second = say.press("更多", "officer")
    assert second.text.startswith("云杉大厦：0/49位已回复\n· 没回复：=cmd36、")
    assert second.text.count("=cmd") == 9
    assert second.labels == ["再发一次"]


def test_who_gave_no_name_is_counted(say: Chat) -> None:
    crowd(say, 3)
    sent(say)
    assert say("roll 1", "officer").text.endswith("· 没回复：林一、Anna、梅三、站长、没留称呼的3位")


def test_once_more_to_those_who_did_not_answer(say_on_both: Chat) -> None:
    say = say_on_both
    sent(say)
    say("received 1", "lin")
    say.at("2026-11-23T23:00:00+08:00")
    say("谁没收到", "officer")
    asked = say.press("再发一次", "officer")
    assert asked.text == "再发一次，发给没回复和联系不上的3位，对吗？"
    assert say.told() == {}
    assert say.press("再发一次", "officer").text == "再发了一次，给没回复和联系不上的3位。"
    told = say.told()
    assert set(told) == {"anna", "mei", "officer"}
    assert told["mei"].text.startswith(
        "請回覆，還沒有收到您的回覆。\n【緊急通知】云杉大厦 · 今天 11月23日 週一 09:10"
    )
    assert say.told() == {}
    # It is the same notice that they answer.
    say.press("收到", "mei")
    assert "已回复2位、没回复2位" in say("roll 1", "officer").text
    for who in ("anna", "officer"):
        say("received 1", who)
    assert say("resend 1", "officer").text == "不用再发，发到的都回复了。"


def test_one_that_was_stopped_is_not_sent_again(say: Chat) -> None:
    say(f"紧急通知云杉大厦：{LEAVE}", "officer")
    say("确认发送", "officer")
    assert "请等紧急通知发出后再看" in say("roll 1", "officer").text
    say.told()
    with transaction(say.engine) as db:
        db.run(update(BROADCAST).values(state="stopped"))
    assert say("resend 1", "officer").text == "请重新发一条，这条已经停了。"


def test_the_times_are_those_of_the_sending(say: Chat) -> None:
    sent(say)
    with transaction(say.engine) as db:
        rows = db.rows(
            select(DELIVERY.c.id, DELIVERY.c.settled).where(DELIVERY.c.lane == 2).order_by(DELIVERY.c.id)
        )
        for row, seconds in zip(rows, (1, 20, 90, 400), strict=True):
            at = row.settled + timedelta(seconds=seconds)
            db.run(update(DELIVERY).where(DELIVERY.c.id == row.id).values(settled=at))
    text = say("roll 1", "officer").text
    assert (
        "第一位1秒后收到，一半的人20秒内，最后一位6分40秒后。\n发到的：1分钟内50%、5分钟内75%、10分钟内100%。"
        in text
    )
