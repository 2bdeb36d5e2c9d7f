"""The list of who is registered: for who looks after the activity, ten a page, never in a group."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models import activity, duty, roster
from models.activity import ACTIVITY
from models.database import Db, transaction
from models.member import MEMBER, ROLE
from models.place import PLACE
from models.registration import REGISTRATION
from models.visit import VISIT
from tests.chat import Chat

LINE = "手冲咖啡体验的报名名单"
REFUSED = "请找站长，云杉大厦的事由工作人员办。"


def key(db: Db, code: str) -> int:
    return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def enter(db: Db, who: str | None, state: str = "confirmed", **more: Any) -> int:
    """A registration for the coffee, as it stands in the table."""
    coffee = db.value(select(ACTIVITY.c.id).where(ACTIVITY.c.code == "coffee"))
    values = {"seats": 1, "answers": {}, "at": early(db), **more}
    return db.insert(
        insert(REGISTRATION),
        activity_id=coffee,
        member_id=key(db, who) if who else None,
        state=state,
        **values,
    )


def early(db: Db) -> Any:
    return db.value(select(ACTIVITY.c.starts).where(ACTIVITY.c.code == "past"))


def filled(say: Chat) -> None:
    """林一 with two and checked in, a guest of his, Anna pending, 梅三 waiting."""
    with transaction(say.engine) as db:
        first = enter(db, "lin", seats=2, answers={"allergy": "=1+1"})
        enter(db, None, guest="林妈妈", by_id=key(db, "lin"))
        enter(db, "anna", "pending")
        enter(db, "mei", "waiting")
        coffee = db.row(select(ACTIVITY).where(ACTIVITY.c.code == "coffee"))
        assert coffee is not None
        db.insert(
            insert(VISIT),
            activity_id=coffee.id,
            registration_id=first,
            place_id=coffee.place_id,
            member_id=key(db, "lin"),
            seats=2,
            entered=coffee.starts,
            how="staff",
        )
        db.run(update(ACTIVITY).where(ACTIVITY.c.id == coffee.id).values(contact_id=key(db, "he")))


def test_who_comes_and_how_each_stands(say_on_both: Chat) -> None:
    say = say_on_both
    assert say(LINE, "officer").text.endswith("2个名额、已报0位")
    filled(say)
    said = say(LINE, "officer")
    assert (said.did, said.refs) == ("staff.activity", ["activity:coffee"])
    assert said.text == (
        "「手冲咖啡体验」11月26日 周四 12:30–13:30\n2个名额、已报3位、超1位、已到2位、待审核1位、候补1位\n"
        "1. 林一、2位、已到\n2. 林妈妈（林一代报）、已报名\n3. Anna、待审核\n4. 梅三、候补\n\n文件：手冲咖啡体验-11月26日-名单.xlsx"
    )
    assert say(LINE.replace("报名名单", "签到名单"), "he").text == said.text  # its contact
    assert say("who has registered for 手冲咖啡体验", "officer").refs == ["activity:coffee"]


def test_ten_a_page(say: Chat) -> None:
    with transaction(say.engine) as db:
        for nth in range(23):
            enter(db, None, guest=f"客人{nth}")
    first = say(LINE, "officer")
    assert (first.text.count("客人"), first.labels) == (10, ["更多", "通知报名的人"])
    second = say.press("更多", "officer")
    assert (second.text.splitlines()[0], second.labels) == ("11. 客人10、已报名", ["更多"])
    assert say.press("更多", "officer").text.splitlines()[-1] == "23. 客人22、已报名"


def test_nobody_else_sees_a_name(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(say)
    for who in ("lin", "mei"):
        seen = say(LINE, who)
        assert "林妈妈" not in seen.text
        assert seen.did == "staff.activity"
    assert say(LINE).text == REFUSED
    with transaction(say.engine) as db:
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "coffee"))
        tower = db.value(select(PLACE.c.id).where(PLACE.c.code == "tower"))
    assert say(f"attendees {number}").text == REFUSED
    assert say(f"attendpage {number * 1000}").text == REFUSED
    with transaction(say.engine) as db:
        db.run(insert(ROLE), member_id=key(db, "lin"), kind="door", place_id=tower)
    # Who keeps the door sees who comes, takes nothing away, and writes to nobody.
    at_the_door = say(LINE)
    assert "林妈妈" in at_the_door.text
    assert ("xlsx" in at_the_door.text, at_the_door.labels) == (False, [])
    with transaction(say.engine) as db:
        anna = key(db, "anna")
        wanted = activity.find(db, number)
        assert not roster.may(db, anna, wanted)
    # The twin: without the scope anybody would.
    monkeypatch.setattr(duty, "may", lambda *_: True)
    assert "林妈妈" in say(LINE, "anna").text


def test_in_a_group_it_goes_to_who_asked_alone(say: Chat) -> None:
    filled(say)
    told = say(LINE, "officer", group="g1")
    assert {to for to, rendered in told.messages if "林妈妈" in rendered.text} == {"officer"}
