"""Who is staff of what: of a place and all below it, and nobody else."""

import pytest
from sqlalchemy import insert, select

from models import duty
from models.database import Db
from models.member import MEMBER, ROLE
from models.place import PLACE, above, below
from models.refusal import Refusal


def place(db: Db, code: str) -> int:
    return int(db.value(select(PLACE.c.id).where(PLACE.c.code == code)))


def member(db: Db, code: str) -> int:
    return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def make(db: Db, code: str, kind: str, at: str | None = None) -> None:
    db.insert(insert(ROLE), member_id=member(db, code), kind=kind, place_id=place(db, at) if at else None)


def test_below_is_the_place_and_all_in_it_and_above_all_around_it(db: Db) -> None:
    estate, north, station = (place(db, code) for code in ("estate", "estate-north", "estate-station"))
    assert sorted(below(db, [estate])) == sorted([estate, north, station])
    assert below(db, [north, north]) == [north]
    assert below(db, []) == []
    assert above(db, north) == [north, estate, place(db, "ginkgo")]


def test_staff_of_a_place_is_staff_of_all_below_it_and_of_nothing_else(db: Db) -> None:
    officer = member(db, "officer")
    held = {
        code: duty.covers(db, officer, place(db, code))
        for code in ("tower", "tower-station", "ginkgo", "estate")
    }
    assert held == {"tower": True, "tower-station": True, "ginkgo": False, "estate": False}
    assert duty.places(db, officer) == [place(db, "tower")]
    assert sorted(duty.everywhere(db, officer)) == sorted([place(db, "tower"), place(db, "tower-station")])


def test_who_has_no_role_is_staff_of_nothing(db: Db) -> None:
    lin = member(db, "lin")
    assert duty.places(db, lin) == []
    assert not duty.covers(db, lin, place(db, "tower"))


def test_a_representative_is_no_staff(db: Db) -> None:
    make(db, "lin", "representative", "tower")
    assert duty.places(db, member(db, "lin")) == []
    assert not duty.covers(db, member(db, "lin"), place(db, "tower"))


def test_an_administrator_is_staff_of_everything(db: Db) -> None:
    make(db, "he", "administrator")
    he = member(db, "he")
    assert duty.covers(db, he, place(db, "estate-station"))
    assert duty.places(db, he) == [place(db, "ginkgo")]
    assert len(duty.everywhere(db, he)) == len(db.rows(select(PLACE.c.id)))


def test_the_nearest_officer_comes_first_and_administrators_last(db: Db) -> None:
    make(db, "anna", "administrator")
    make(db, "he", "staff", "ginkgo")
    make(db, "mei", "staff", "tower-station")
    found = [row.code for row in duty.officers(db, place(db, "tower-station"))]
    assert found == ["mei", "officer", "he", "anna"]


def test_who_may_not_is_told_who_may(db: Db) -> None:
    duty.check(db, member(db, "officer"), place(db, "tower-station"))
    with pytest.raises(Refusal) as refused:
        duty.check(db, member(db, "lin"), place(db, "tower-station"), "activity:coffee")
    values = refused.value.sentence.values
    assert refused.value.refs == ("activity:coffee",)
    assert "站长" in repr(values)


def test_where_there_is_no_officer_it_says_where_to_ask(db: Db) -> None:
    with pytest.raises(Refusal) as refused:
        duty.check(db, member(db, "officer"), place(db, "estate"))
    assert refused.value.sentence.message == "请到服务站问一问，{place}的事由工作人员办。"
