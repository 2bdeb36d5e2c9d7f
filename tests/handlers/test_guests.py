"""People without an account: registered by name, recorded by whom, and whoever did it hears of everything."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import guest, registration
from models.activity import ACTIVITY, find
from models.database import transaction
from models.member import MEMBER
from models.registration import REGISTRATION
from tests.chat import VAULT, Chat, Said
from tests.conftest import NOW
from tests.handlers import courses
from tests.handlers.test_registrations import register, seats_of

LINE = "帮我妈妈报名周四的瑜伽，她叫王秀英"


def rows(say: Chat) -> list[tuple[str | None, str, int | None]]:
    with transaction(say.engine) as db:
        found = db.rows(select(REGISTRATION).order_by(REGISTRATION.c.id))
        return [(row.guest, row.state, row.by_id) for row in found]


def member(say: Chat, code: str) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def bring(say: Chat, line: str = LINE, who: str = "lin", phone: str = "跳过") -> Said:
    say(line, who)
    say(phone, who)
    return say("确认报名", who)


def test_somebody_registers_his_mother(say_on_both: Chat) -> None:
    say = say_on_both
    asked = say(LINE)
    assert asked.did == "activity.register"
    assert "王秀英的手机号？可以跳过。加密保存，只用来联系他。" in asked.text
    asked = say("13812345678")
    assert "替王秀英报名「午间瑜伽」，对吗？\n提醒和变动都发给您，请您转告。" in asked.text
    done = say("确认报名")
    assert done.did == "activity.register"
    assert done.text.startswith("王秀英报上了。提醒发给您，开始前都可以取消。")
    assert rows(say) == [("王秀英", "confirmed", member(say, "lin"))]
    with transaction(say.engine) as db:
        one = registration.find(db, 1)
        assert one is not None
        assert "13812345678" not in one.guest_phone
        assert VAULT.open(one.guest_phone) == "13812345678"
    # The same name twice is refused, with the card.
    again = say(LINE)
    assert (again.text, again.refs) == ("王秀英已经报了「午间瑜伽」，不用再报。", ["activity:yoga-thu"])
    assert again.labels == ["我的报名", "详情"]
    # She stands on his list, beside his own registration, each with its button.
    register(say, "报名周四的瑜伽")
    mine = say("我的报名")
    assert mine.text.startswith("您报名了2场：\n\n1. 午间瑜伽【1位】\n   替王秀英报的 · 11月26日 周四")
    assert seats_of(say, "yoga-thu") == 2
    # He is reminded once for both.
    told = say.told("2026-11-25T12:11:00+08:00")
    assert list(told) == ["lin"]
    assert len(told["lin"].reply.messages) == 1
    # What changes is told to him.
    assert "会通知1位报名的人" in say("把周四的瑜伽改到周五12:30", "officer").text
    say("确认发布", "officer")
    assert list(say.told()) == ["lin"]
    off = say("取消王秀英的报名")
    assert "取消王秀英在「午间瑜伽」的报名，把名额让出来？" in off.text
    assert say("确认取消").text == "已经取消王秀英的报名，名额让出来了。"
    assert seats_of(say, "yoga-thu") == 1
    assert say("guestoff 1").text == "请看看“我的报名”，这个报名已经没有了。"


def test_who_has_only_a_guest_there_is_led_to_him(say: Chat) -> None:
    bring(say)
    say.told("2026-11-25T12:11:00+08:00")
    assert say("会来").text.startswith("好的，明天 11月26日 周四 12:10见")
    refused = say("来不了")
    assert refused.labels[0] == "取消王秀英的"
    say("取消周四的瑜伽")
    assert "取消王秀英在" in say.press("取消王秀英的").text
    assert say("确认取消").did == "activity.cancel"
    assert rows(say)[0][1] == "cancelled"


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("替我爸报名周四的瑜伽", "替谁报名？写他的姓名。"),
        ("代报名周四的瑜伽", "替谁报名？写他的姓名。"),
        ("给王秀英报名周四的瑜伽", "王秀英的手机号？"),
        ("帮邻居报名周四的瑜伽，他叫陈阿土", "陈阿土的手机号？"),
        ("幫我媽媽報名週四的瑜伽", "替谁报名？写他的姓名。"),
        ("sign up my mother for yoga on Thursday", "替谁报名？写他的姓名。"),
        ("替我妈候补周四的瑜伽", "替谁报名？写他的姓名。"),
        ("put my mother on the waiting list for yoga on Thursday", "替谁报名？写他的姓名。"),
        ("帮我报名周四的瑜伽", "报名「午间瑜伽」，1位，对吗？"),
        ("给孩子报名绘本故事会", "孩子几岁？"),
    ],
)
def test_how_people_say_it(say: Chat, line: str, asks: str) -> None:
    asked = say(line)
    assert asked.did == "activity.register"
    assert asks in asked.text


def test_a_few_only_and_staff_as_many_as_come(say_on_both: Chat) -> None:
    say = say_on_both
    for name in ("王一一", "王二二", "王三三", "王四四", "王五五"):
        bring(say, f"帮邻居报名周四的瑜伽，他叫{name}")
    refused = say("帮邻居报名周四的瑜伽，他叫王六六")
    assert refused.text == "请让其他人自己报，一个人最多替5位报。"
    assert refused.labels == ["我的报名", "详情"]
    for name in ("王一一", "王七七", "王八八", "王九九", "王十十", "王百百"):
        bring(say, f"帮邻居报名周四的瑜伽，他叫{name}", "officer")
    assert seats_of(say, "yoga-thu") == 11
    # Who registered him is recorded; others may not take him back, staff of the place may.
    assert say("guestoff 1", "he").text == "请找站长，云杉大厦服务站的事由工作人员办。"
    say("guestoff 1", "officer")
    assert say("确认取消", "officer").did == "activity.cancel"
    assert seats_of(say, "yoga-thu") == 10


def test_a_guest_waits_and_is_decided_on_like_others(say_on_both: Chat, tmp_path: Path) -> None:
    say = courses.add(say_on_both, tmp_path)
    say("替我妈报名水彩入门，她叫王秀英")
    say("跳过")
    say("跳过")
    assert say("确认报名").text.startswith("已经提交，等工作人员审核")
    told = say.told()
    assert told["tutor"].text.startswith("请定一下，王秀英（林一替他报的）能不能参加「水彩入门」。")
    say.press("通过", "tutor")
    told = say.told()
    assert list(told) == ["lin"]
    assert "王秀英" in told["lin"].text
    say("替我妈报名黄油曲奇烘焙，她叫王秀英")
    asked = say("跳过")
    assert "「黄油曲奇烘焙」满了，替王秀英候补，对吗？" in asked.text
    waits = say("候补")
    assert waits.text.startswith("王秀英候补好了，排第1位。有空位就按顺序问您")
    assert "不等了" in waits.labels
    assert [state for _, state, _ in rows(say)] == ["confirmed", "waiting"]


def test_the_database_keeps_one_of_a_name(say_on_both: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of the check: without it the index refuses the second."""
    say = say_on_both
    bring(say)
    monkeypatch.setattr(guest, "check_name", lambda *_: None)
    lin = member(say, "lin")
    with transaction(say.engine) as db:
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "yoga-thu"))
        wanted = find(db, number)
        with pytest.raises(IntegrityError), db.savepoint():
            guest.register(db, wanted, lin, "王秀英", None, {}, VAULT, NOW)
        guest.register(db, wanted, lin, "王秀兰", None, {}, VAULT, NOW)
    assert [name for name, _, _ in rows(say)] == ["王秀英", "王秀兰"]
