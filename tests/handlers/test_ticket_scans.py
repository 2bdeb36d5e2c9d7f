"""Staff scan tickets: once, with who and when on the second time; an organization fetches once."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from models import booking, personal, pickup, ticket
from models.database import transaction
from models.organization import ORGANIZATION
from models.refusal import Refusal
from models.visit import VISIT
from tests import crowd, desk, door
from tests.chat import VAULT, Chat
from tests.conftest import NOW
from tests.desk import book, pass_of, scan, state


@pytest.fixture
def say(say: Chat, tmp_path: Path) -> Chat:
    desk.load(say.engine, tmp_path)
    return say


def test_a_ticket_is_good_once_and_says_then_when_and_by_whom(say: Chat) -> None:
    number = book(say.engine, "card", "lin", "09:30")
    code = pass_of(say, number)
    for who in ("lin", "he", "far", "lawyer"):
        assert scan(say, who, code).text == "请把凭证给工作人员扫，由他们来办。"
    first = scan(say, "officer", code)
    assert (first.did, first.refs) == ("staff.desk", [f"booking:{number}"])
    assert first.text == f"到了：约{number}（林*），图书证办理，今天 11月23日 周一 09:30。"
    say.at(desk.at("09:40:00"))
    assert scan(say, "second", code).text == (
        f"之前到过了：约{number}（林*），图书证办理，今天 11月23日 周一 09:10，由站长。现在是：已到。"
    )
    assert scan(say, "second", code[:-1] + ("A" if code[-1] != "A" else "B")).text.startswith(
        "请把凭证给工作"
    )
    assert say(f"约{number}到了", "officer").text.startswith("之前到过了")
    assert desk.changes(say.engine, "arrived") == 1


def test_a_ticket_that_is_not_good_says_why(say: Chat) -> None:
    number = book(say.engine, "card", "lin", "09:30", ahead=1)
    code = pass_of(say, number)
    assert scan(say, "officer", code).text == (
        f"请按约好的时间来，约{number}约的是明天 11月24日 周二 09:30。"
    )
    with transaction(say.engine) as db:
        one = booking.find(db, number)
        assert one is not None
        booking.go(db, one, "booked", one.member_id, say.clock.now(), moved=1)
    assert scan(say, "officer", code).text == "请对方打开新的凭证：改过时间，这张已经换掉了。"
    with transaction(say.engine) as db:
        one = booking.find(db, number)
        assert one is not None
        assert ticket.read(db, VAULT, ticket.sign(VAULT, one)) is not None
        booking.go(db, one, "cancelled", one.member_id, say.clock.now())
    assert scan(say, "officer", pass_of(say, number)).text == f"请对方重新预约，约{number}不算了：已取消。"
    assert state(say, number) == "cancelled"


def test_who_scans_the_code_of_the_station_is_there_for_what_he_booked(say: Chat) -> None:
    soon, late = book(say.engine, "card", "lin", "10:00"), book(say.engine, "stamp", "lin", "14:00")
    said = scan(say, "lin", door.on_screen(say, "tower-station"))
    assert said.did == "station.checkin"
    assert f"约{soon}（图书证办理，今天 11月23日 周一 10:00）记成到了。" in said.text
    assert (state(say, soon), state(say, late)) == ("arrived", "booked")
    again = scan(say, "officer", pass_of(say, soon))
    assert again.text.endswith("由本人。现在是：已到。")


def test_an_organization_fetches_once_and_hears_who_took_it_when(say: Chat) -> None:
    with transaction(say.engine) as db:
        acorn = int(db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == "acorn")))
        masks = desk.wanted(db, "masks").id
    number = book(say.engine, "masks", "bo", "09:00", organization_id=acorn)
    code = pass_of(say, number)
    with transaction(say.engine) as db, pytest.raises(Refusal) as refused:
        pickup.check(db, masks, acorn)
    assert refused.value.code == "pickup.booked"
    done = scan(say, "officer", code)
    assert done.text == "可以发了，记成已领取：橡果科技，薄荷，「口罩领取」。"
    say.at("2026-11-24T09:00:00+08:00")
    taken = "不用再来：橡果科技已经领取了，11月23日 周一 09:10由薄荷领走。"
    assert scan(say, "second", code).text == taken
    # A colleague who wants to book is told the same.
    said = say("预约口罩领取", "cen")
    assert said.did == "service.book"
    assert "由薄荷领走" in said.text
    with transaction(say.engine) as db, pytest.raises(Refusal):
        pickup.check(db, masks, acorn)
    assert desk.changes(say.engine, "served") == 1


def test_what_one_served_is_in_nobodys_export_but_its_owners(say: Chat) -> None:
    number = book(say.engine, "card", "lin", "09:30")
    scan(say, "officer", pass_of(say, number))
    say(f"约{number}办好了", "officer")
    with transaction(say.engine) as db:
        who_came, who_noted = crowd.member(db, "lin"), crowd.member(db, "officer")
        here = crowd.place(db, "tower-station")
        # He let somebody in as well.
        db.insert(insert(VISIT), place_id=here, member_id=who_came, by_id=who_noted, entered=NOW, how="staff")
        one = booking.find(db, number)
        assert one is not None
        assert one.by_id == who_noted
        titles = {
            who: [section.title.message for section in personal.export(db, crowd.member(db, who), VAULT)]
            for who in ("lin", "officer")
        }
    assert {"您的预约", "签到"} <= set(titles["lin"])
    assert not {"您的预约", "签到"} & set(titles["officer"])
