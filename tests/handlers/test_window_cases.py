"""跨省办事: province, item, window; a number at once, for its owner and the window alone."""

from pathlib import Path

import pytest
from sqlalchemy import String, Update, bindparam, update

from models import booking, moves, slot, window_case
from models.change import CHANGE
from models.database import transaction
from models.erasure import erase
from models.window_case import WINDOW_CASE
from tests import crowd, windows
from tests.chat import SCHEDULE, Chat
from tests.street import rows


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    windows.load(say_on_both.engine, tmp_path)
    return say_on_both


def register(say: Chat, who: str = "lin") -> None:
    say("跨省办事", who)
    say.press("安徽", who)
    say.press("安徽婚姻档案查询", who)
    say.press("登记", who)


def test_a_case_is_registered_by_buttons_and_seen_by_two_sides_alone(say: Chat) -> None:
    asked = say("跨省办事")
    assert (asked.did, asked.text, asked.labels[:2]) == ("service.case", "办哪个省的事？", ["安徽", "江苏"])
    # A province has exactly its own items and those for every province.
    assert say.press("安徽").labels[:2] == ["安徽婚姻档案查询", "异地材料代验"]
    sure = say("1")
    assert sure.labels[:3] == ["登记", "先问一问", "不登记"]
    assert "· 身份证原件\n· 授权书\n窗口：银杏受理中心\n省份：安徽\n费用：免费\n时限：5个工作日" in sure.text
    assert sure.refs == ["service:anhui-archive"]
    done = say.press("登记")
    assert (done.did, done.refs) == ("service.case", ["window_case:1", "service:anhui-archive"])
    assert done.text == "登记好了，编号专1。请带上材料到银杏受理中心，每办一步都告诉您。"
    assert say.told()["clerk"].text == "请看一看新登记的专1「安徽婚姻档案查询」。"
    # Once more it is the same one.
    say("跨省办事"), say.press("安徽")
    again = say.press("安徽婚姻档案查询")
    assert again.text.startswith("这件事登记过了，编号专1。")
    assert rows(say, WINDOW_CASE.c.state, WINDOW_CASE.c.province) == [("registered", "安徽")]
    for words in ("专1", "专1到了吗", "我的专窗件", "window case 1", "專1辦到哪一步了"):
        assert say(words).refs[:1] == ["window_case:1"], words
    for who in ("he", "officer", "boss"):
        other = say("专1", who)
        assert (other.did, other.refs) == ("service.case", [])
        assert other.text == "请再看看编号，没有找到专1。发“我的专窗件”，能看到您自己的。"
        assert say("casestep 1", who).refs == say("newcode 1", who).refs == say("dropcase 1", who).refs == []
    assert "办事人：林一" in say("专1", "clerk").text


def test_words_say_what_is_asked_otherwise(say: Chat) -> None:
    # What is done for every province asks for which one.
    every = say("走跨省专窗登记异地材料代验")
    assert (every.did, every.text) == ("service.case", "办哪个省的事？")
    assert "省份：江苏" in say.press("江苏").text
    say.press("不登记")
    asked = say("登记安徽婚姻档案，走跨省专窗")
    assert (asked.did, asked.refs) == ("service.case", ["service:anhui-archive"])
    say.press("先问一问")
    done = say("代办要本人到场吗")
    assert done.text.endswith("您问的转给窗口了，回复发到这里。")
    told = say.told()["clerk"]
    assert "代办要本人到场吗" in told.text
    assert rows(say, WINDOW_CASE.c.state) == [("registered",)]


def test_its_owner_withdraws_it_before_it_is_sent(say: Chat) -> None:
    register(say)
    say.told()
    assert say("专1不办了").text == "专1「安徽婚姻档案查询」不办了，要撤回吗？"
    gone = say.press("撤回")
    assert (gone.did, gone.text.strip()) == ("service.case", "撤回了，窗口不再办。")
    assert say.told()["clerk"].text == "不用再办专1「安徽婚姻档案查询」，办事人撤回了。"
    assert say("dropcase 1").text.startswith("不用撤回，看看现在到哪一步：")
    assert rows(say, WINDOW_CASE.c.state) == [("withdrawn",)]
    # Then it can be registered anew, and what is in the post does not stop.
    register(say)
    say("专2 验好了", "clerk"), say("专2 寄出", "clerk"), say.press("没有单号", "clerk")
    assert say("专2不办了").text.startswith("现在停不下来")


def test_a_booked_time_makes_it_booked_and_given_back_it_is_registered(say: Chat) -> None:
    register(say)
    with transaction(say.engine) as db:
        one = window_case.find(db, 1)
        assert one is not None
        who, now = crowd.member(db, "lin"), say.clock.now()
        window = slot.Window(now, now, 1)
        day = now.astimezone(SCHEDULE.zone).date()
        key = booking.enter(db, one.service_id, one.place_id, who, day, now, window=window)
        assert key is not None
    assert rows(say, WINDOW_CASE.c.state, WINDOW_CASE.c.booking_id) == [("booked", key)]
    with transaction(say.engine) as db:
        held = booking.find(db, key)
        assert held is not None
        booking.go(db, held, "cancelled", who, now)
    assert rows(say, WINDOW_CASE.c.state, WINDOW_CASE.c.booking_id) == [("registered", None)]


def test_of_two_steps_at_once_one_is_made(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    register(say)
    with transaction(say.engine) as db:
        seen = window_case.find(db, 1)
        assert seen is not None
        assert window_case.go(db, seen, "checked", None, say.clock.now())
        assert not window_case.go(db, seen, "checked", None, say.clock.now())
    made = [each for (each,) in rows(say, CHANGE.c.after) if each == "checked"]
    assert made == ["checked"]
    # Without the guard both are.
    monkeypatch.setattr(moves, "_go", _whatever_it_is)
    with transaction(say.engine) as db:
        assert window_case.go(db, seen, "checked", None, say.clock.now())


def _whatever_it_is(of: moves.Machine, _columns: tuple[str, ...]) -> Update:
    """The step without asking in which state it is."""
    whatever = bindparam("before", type_=String).is_not(None)
    return (
        update(of.table)
        .where(of.table.c.id == bindparam("key"), whatever)
        .values(state=bindparam("after"), changed=bindparam("new_changed"))
    )


def test_what_is_erased_leaves_no_name(say: Chat) -> None:
    register(say)
    with transaction(say.engine) as db:
        erase(db, crowd.member(db, "lin"), say.clock.now())
    assert rows(say, WINDOW_CASE.c.member_id, WINDOW_CASE.c.digest) == [(None, None)]
