"""A seat that is somebody's for sure, whichever way it came: what follows it, and what becomes of it when it goes again."""

from pathlib import Path

import pytest
from sqlalchemy import false, func, select, update

from models import guest, registration, seats, visit
from models.activity import ACTIVITY
from models.credit import CREDIT
from models.database import transaction
from models.promise import PROMISE
from models.registration import REGISTRATION
from models.reminder import REMINDER
from models.visit import STANDS, VISIT
from tests import roles
from tests.chat import Chat
from tests.handlers import officers
from tests.handlers.test_promises import missed
from tests.shifts import arrive, load, member, register, wanted


def planned(say: Chat) -> tuple[int, int]:
    """How many are asked the day before, and how many reminders wait."""
    with transaction(say.engine) as db:
        asked = db.value(select(func.count()).select_from(PROMISE))
        reminded = db.value(select(func.count()).select_from(REMINDER).where(REMINDER.c.state == "waiting"))
        return int(asked), int(reminded)


def there(say: Chat) -> tuple[int, int]:
    """Check-ins that stand, and minutes proved."""
    with transaction(say.engine) as db:
        visits = db.value(select(func.count()).select_from(VISIT).where(STANDS))
        return int(visits), int(db.value(select(func.coalesce(func.sum(CREDIT.c.minutes), 0))))


def key(say: Chat, **which: object) -> int:
    with transaction(say.engine) as db:
        these = [REGISTRATION.c[name] == value for name, value in which.items()]
        return int(db.value(select(REGISTRATION.c.id).where(*these).order_by(REGISTRATION.c.id.desc())))


def test_an_offer_that_is_taken_and_an_approval_are_seats_as_any_other(
    say_on_both: Chat, tmp_path: Path
) -> None:
    say = say_on_both
    missed(say, tmp_path, "absent", "attended", "absent")
    with transaction(say.engine) as db:
        there = wanted(db, "gate").number
        registration.enter(db, wanted(db, "gate"), member(db, "he"), 1, {}, say.clock.now())
    say(f"register {there}"), say("候补")
    assert planned(say)[0] == 0
    say(f"withdraw {there}", "he"), say("确认取消", "he")
    assert "lin" in say.told()
    assert say.press("接受").text.startswith("位子是您的了")
    assert planned(say)[0] == 1
    # Where an organiser decides he is asked once that is decided, and not before.
    say(f"withdraw {there}"), say("确认取消")
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "gate").values(approval=True, capacity=3))
    say.at("2026-11-23T10:10:00+08:00")
    say(f"register {there}"), say("确认报名")
    before = planned(say)[0]
    say(f"approve {key(say, state='pending')}", "officer")
    assert planned(say)[0] == before + 1


def test_a_guest_waits_and_is_offered_through_whoever_registered_him(say_on_both: Chat) -> None:
    say = say_on_both
    say("报名周四的瑜伽", "he"), say("确认报名", "he")
    with transaction(say.engine) as db:
        db.run(
            update(ACTIVITY)
            .where(ACTIVITY.c.code == "yoga-thu")
            .values(capacity=ACTIVITY.c.seats + ACTIVITY.c.taken)
        )
    say("帮我妈妈报名周四的瑜伽，她叫王秀英")
    asked = say("跳过")
    assert "「午间瑜伽」满了，替王秀英候补，对吗？" in asked.text
    assert say.press("加入候补").text.startswith("王秀英候补好了，排第1位。")
    assert "王秀英" in say("我的报名").text
    say("取消周四的瑜伽", "he"), say("确认取消", "he")
    told = say.told()
    assert list(told) == ["lin"]
    assert "替谁：王秀英" in told["lin"].text
    # What was offered to him is nobody else's.
    take = told["lin"].buttons["接受"]
    assert say(take, "he").text == "没有找到这个候补，可能是别人的。"
    taken = say(take)
    assert taken.text.startswith("位子是王秀英的了，报名成功。提醒发给您，请您转告。")
    assert [each for each in taken.buttons.values() if each.startswith(("withdraw", "guestoff"))] == [
        "guestoff 2"
    ]
    assert planned(say)[1] > 0
    again = say(take)
    assert again.text == "王秀英已经报了「午间瑜伽」，不用再报。"
    assert say("guestoff 2").text.startswith("取消王秀英在「午间瑜伽」的报名")
    say("确认取消")
    assert planned(say)[1] == 0


def test_the_last_seat_goes_while_a_guest_is_registered(say: Chat) -> None:
    say("帮我妈妈报名周四的瑜伽，她叫王秀英")
    say("跳过")
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "yoga-thu").values(capacity=0, taken=0))
    asked = say.press("确认报名")
    assert "「午间瑜伽」满了，替王秀英候补，对吗？" in asked.text
    assert say.press("加入候补").text.startswith("王秀英候补好了，排第1位。")


@pytest.fixture
def gate(say_on_both: Chat, tmp_path: Path) -> Chat:
    """林一 and a guest of 何二 have come to the shift before it begins."""
    say = say_on_both
    load(say, tmp_path)
    register(say, "gate", "lin")
    with transaction(say.engine) as db:
        there = wanted(db, "gate")
        guest.register(db, there, member(db, "he"), "王秀英", None, {}, say.equipment.vault, say.clock.now())
    arrive(say, "gate", "lin", "2026-11-28T07:40:00+08:00")
    with transaction(say.engine) as db:
        there, now = wanted(db, "gate"), say.clock.now()
        visit.enter(db, there.id, 2, there.place_id, None, 1, "staff", member(db, "officer"), now)
    return say


def test_who_loses_his_seat_was_not_there(gate: Chat) -> None:
    assert there(gate) == (2, 120)
    asked = gate(f"remove {key(gate, guest=None)}", "officer")
    assert "原因写什么" in asked.text
    gate("名额有限", "officer")
    assert there(gate) == (1, 0)
    gate("guestoff 2", "he"), gate("确认取消", "he")
    assert there(gate) == (0, 0)


def test_nobody_was_at_what_is_not_held(gate: Chat) -> None:
    with transaction(gate.engine) as db:
        number = wanted(db, "gate").number
    gate(f"calloff {number}", "officer")
    assert "取消" in gate("确认取消", "officer").text
    assert there(gate) == (0, 0)


def test_what_broke_off_was_held(gate: Chat) -> None:
    gate.at("2026-11-28T08:30:00+08:00")
    with transaction(gate.engine) as db:
        number = wanted(db, "gate").number
    gate(f"calloff {number}", "officer"), gate("确认取消", "officer")
    assert there(gate) == (2, 120)


def test_who_is_there_hands_nothing_on(gate: Chat) -> None:
    with transaction(gate.engine) as db:
        number = wanted(db, "gate").number
    assert gate(f"giveshift {number}").text.startswith("请先撤销签到，再转「垃圾分类值守」，您已经签到了。")


def test_what_was_asked_of_a_colleague_is_over_once_he_comes_himself(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    register(say, "gate", "lin")
    with transaction(say.engine) as db:
        number = wanted(db, "gate").number
    say.at("2026-11-28T07:10:00+08:00")
    say(f"giveshift {number}"), say("梅三")
    code = say.press("确认转班").reply.messages[0].card.attachments[0].says
    assert code is not None
    arrive(say, "gate", "lin", "2026-11-28T07:35:00+08:00")
    assert "不用接了，或者已经有人接了" in say(code, "he").text
    assert there(say) == (1, 120)


def test_an_approval_puts_nobody_at_two_shifts_at_once(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    roles.load(say.engine, tmp_path)
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "library").values(approval=True))
        officers.make(db, "anna", "administrator")
        for who in ("lin", "he"):
            registration.enter(
                db, wanted(db, "library"), member(db, who), 1, {}, say.clock.now(), state="pending"
            )
    say("报名周六的引导岗"), say("1"), say("确认报名")
    refused = say("approve 1", "officer")
    assert refused.text == "请先问问本人，同一时间他已经排了另一班，「旧书整理帮工」不能再排。"
    assert "路口" not in refused.text
    # He keeps nobody else out.
    with transaction(say.engine) as db:
        number = wanted(db, "library").number
    say(f"approveall {number}", "officer")
    done = say("全部通过", "officer")
    assert done.text.startswith("请再看看名单，还有1位没有通过。1位通过了。")
    with transaction(say.engine) as db:
        states = [row.state for row in db.rows(select(REGISTRATION).order_by(REGISTRATION.c.id))]
    assert states == ["pending", "confirmed", "confirmed"]


def test_who_leaves_a_role_that_has_too_many_leaves_no_place(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    roles.load(say.engine, tmp_path)
    for who in ("lin", "he", "mei"):
        for line in ("报名周六的引导岗", "1", "确认报名"):
            say(line, who)
    roles.load(say.engine, tmp_path, roles.SHIFTS.replace("needed = 3", "needed = 2"))
    say("取消路口文明引导"), say("确认取消")
    with transaction(say.engine) as db:
        there = wanted(db, "guard-am")
        assert (there.capacity, there.seats, there.free) == (3, 2, 1)  # the medic's
    say("取消路口文明引导", "he"), say("确认取消", "he")
    with transaction(say.engine) as db:
        there = wanted(db, "guard-am")
        assert (there.capacity, there.seats, there.free) == (3, 1, 2)


def test_an_urgent_call_that_is_full_keeps_nobody_without_a_seat(
    say: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("应急招募 2 人 到 云杉大厦 搬物资 今天14:00-16:00", "officer")
    say("确认招募", "officer")
    with transaction(say.engine) as db:
        number = db.value(select(func.max(ACTIVITY.c.number)))
    # Another one was first, after the places were counted.
    monkeypatch.setattr(seats, "_TAKE", update(ACTIVITY).where(false()).values(seats=0))
    assert say(f"igo {number}").text.startswith("够了，谢谢。")
    with transaction(say.engine) as db:
        assert db.rows(select(REGISTRATION)) == []
