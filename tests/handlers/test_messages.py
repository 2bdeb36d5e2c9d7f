"""Writing to those who take part: its contact to them alone, those who wait where he wants it."""

import pytest
from sqlalchemy import select

from models import audience
from models.activity import ACTIVITY
from models.audience import Audience
from models.database import transaction
from models.member import MEMBER
from models.refusal import Refusal
from tests.chat import Chat
from tests.handlers.test_attendance import enter, filled
from tests.handlers.test_contacts import make_contact

REFUSED = "请找站长，云杉大厦的事由工作人员办。"


def test_the_contact_writes_to_those_with_a_seat_and_those_who_wait(say_on_both: Chat) -> None:
    say = say_on_both
    filled(say)
    say("手冲咖啡体验的报名名单", "he")
    asked = say.press("通知报名的人", "he")
    assert (asked.did, asked.labels[:3]) == ("staff.broadcast", ["报名的人", "都发", "候补的人"])
    say.press("都发", "he")
    seen = say("请自带剪刀", "he")
    assert seen.text.startswith("发给报名“手冲咖啡体验”的人、候补“手冲咖啡体验”的人，2人会收到。")
    say.press("确认发送", "he")
    told = say.told("2026-11-23T09:30:00+08:00")
    assert {"lin", "mei"} <= set(told)
    assert "anna" not in told
    assert "请自带剪刀" in told["lin"].text
    typed = say("通知报名手冲咖啡体验的人：请早点到", "he")
    assert typed.text.startswith("发给报名“手冲咖啡体验”的人，1人会收到。")


def test_to_nobody_else_and_nobody_else_may(say: Chat) -> None:
    with transaction(say.engine) as db:
        enter(db, "mei")
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "coffee"))
    assert say(f"message {number}", "he").text == REFUSED
    make_contact(say, "he")
    assert say(f"message {number}", "he").text.startswith("请写内容，会原样发给报名“手冲咖啡体验”的人。")
    with transaction(say.engine) as db:
        he = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "he"))
        keys = {row.code: row.id for row in db.rows(select(ACTIVITY.c.code, ACTIVITY.c.id))}
        audience.check(db, Audience(activities=(keys["coffee"],), waiting=(keys["coffee"],)), he)
        for other in (
            Audience(activities=(keys["coffee"], keys["full"])),
            Audience(waiting=(keys["full"],)),
            Audience(activities=(keys["coffee"],), places=(2,)),
        ):
            with pytest.raises(Refusal):
                audience.check(db, other, he)
