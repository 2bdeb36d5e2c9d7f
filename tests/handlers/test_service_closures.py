"""A service isn't given at some time: staff of its place or its host say so, and nobody else."""

from pathlib import Path

from sqlalchemy import insert, select, update

from models import closed_bookings
from models.closure import CLOSURE
from models.database import transaction
from models.member import MEMBER
from models.service import SERVICE, SERVICE_HOST
from tests import desk
from tests.chat import Chat


def test_a_service_stops_for_a_while_and_its_station_stays_open(say_on_both: Chat) -> None:
    say = say_on_both
    say("预约明天下午2点居住证办理")
    say.press("确认预约")
    asked = say("居住证办理明天下午停一次，机器检修", "officer")
    assert (asked.did, asked.refs) == ("staff.station", ["service:permit"])
    assert asked.text == (
        "这段时间停约，对吗？\n会通知1位约好的人，请他们改时间。\n\n"
        "居住证办理\n停约：明天 11月24日 周二 12:00–18:00\n原因：机器检修"
    )
    assert say.press("确认停约", "officer").text == "好了，「居住证办理」那时候不能约。正在通知1位约好的人。"
    assert "原因：机器检修" in say.told()["lin"].text
    say.at("2026-11-24T14:00:00+08:00")
    assert "现在开着，18:00关门" in say("云杉服务站现在开着吗").text
    assert "居住证办理" in say("开关门安排", "officer").text


def test_what_is_not_said_is_asked(say: Chat) -> None:
    assert say("居住证办理停一次", "officer").text.startswith("「居住证办理」什么时候停？")
    assert say("周四上午", "officer").text.startswith("为什么停？")
    say("开会", "officer")
    assert say.press("照常办", "officer").text == "好的，照常办。"


def test_its_host_may_and_others_may_not(say: Chat) -> None:
    refused = say("居住证办理明天下午停一次，有事", "he")
    assert (refused.did, refused.refs) == ("staff.station", ["service:permit"])
    assert refused.text == "请找服务站的工作人员，什么时候停由他们定。"
    assert say("closeslots 1", "he").text == refused.text
    with transaction(say.engine) as db:
        member = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "he"))
        db.run(insert(SERVICE_HOST), service_id=db.value(select(SERVICE.c.id)), member_id=member)
    assert say("居住证办理明天下午停一次，有事", "he").text.startswith("这段时间停约，对吗？")


def test_of_what_else_is_booked_then_nothing_is_lost(say_on_both: Chat, tmp_path: Path) -> None:
    """Another service is given there at that time."""
    say = say_on_both
    desk.load(say.engine, tmp_path)
    held = desk.book(say.engine, "law", "lin", "10:00", ahead=1)
    lost = desk.book(say.engine, "card", "he", "10:00", ahead=1)
    say("图书证办理明天上午停一次，机器检修", "officer")
    say.press("确认停约", "officer")
    with transaction(say.engine) as db:
        (one,) = db.rows(select(CLOSURE))
        now, zone = say.clock.now(), say.equipment.schedule.zone
        span = (one.begins, one.ends, now, zone)
        there = [row.id for row in closed_bookings.inside(db, one.place_id, None, *span)]
        inside = [row.id for row in closed_bookings.inside(db, one.place_id, one.service_id, *span)]
    assert (there, inside) == ([held, lost], [lost])
    assert list(say.told()) == ["he"]
    assert desk.states(say.engine) == ["booked", "revoked"]


def test_twin_without_its_service_a_closure_closes_the_others(say: Chat, tmp_path: Path) -> None:
    """The same closure, of the place: whoever forgot the service would send everybody home."""
    desk.load(say.engine, tmp_path)
    desk.book(say.engine, "law", "lin", "10:00", ahead=1)
    say("图书证办理明天上午停一次，机器检修", "officer")
    say.press("确认停约", "officer")
    with transaction(say.engine) as db:
        db.run(update(CLOSURE).values(service_id=None))
    assert list(say.told()) == ["lin"]
    assert desk.states(say.engine) == ["revoked"]
