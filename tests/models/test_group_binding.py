"""Groups and robots hear what is said to their place, and to those around it."""

from datetime import timedelta

from sqlalchemy import select

from models import erasure, group_binding, member
from models.database import Db
from models.group_binding import GROUP_BINDING
from models.member import ADDRESS
from tests.conftest import NOW
from tests.models.test_duty import member as member_key
from tests.models.test_duty import place


def group(db: Db, name: str) -> int:
    return member.meet_group(db, "console", f"group:{name}")


def test_a_group_hears_its_place_and_those_around_it_and_no_other(db: Db) -> None:
    north, tower = group(db, "north"), group(db, "tower")
    group_binding.bind(db, north, place(db, "estate-north"), None, NOW)
    group_binding.bind(db, tower, place(db, "tower"), member_key(db, "officer"), NOW)
    heard = {
        code: group_binding.addresses(db, [place(db, code)])
        for code in ("ginkgo", "estate", "estate-north", "estate-station", "tower", "tower-station")
    }
    assert heard == {
        "ginkgo": [north, tower],
        "estate": [north],
        "estate-north": [north],
        "estate-station": [],
        "tower": [tower],
        "tower-station": [],
    }
    assert group_binding.addresses(db, [place(db, "ginkgo"), place(db, "tower")]) == [north, tower]
    assert group_binding.addresses(db, []) == []


def test_a_group_is_bound_to_one_place_at_a_time(db: Db) -> None:
    chat = group(db, "one")
    for code in ("tower", "estate"):
        group_binding.bind(db, chat, place(db, code), member_key(db, "officer"), NOW)
    found = group_binding.find(db, chat)
    assert found is not None
    assert (found.place_code, group_binding.addresses(db, [place(db, "tower")])) == ("estate", [])
    assert [group_binding.unbind(db, chat), group_binding.unbind(db, chat)] == [True, False]
    assert group_binding.find(db, chat) is None


def test_a_group_that_put_us_out_hears_nothing(db: Db) -> None:
    chat, tower = group(db, "gone"), place(db, "tower")
    group_binding.bind(db, chat, tower, None, NOW)
    member.close(db, chat, NOW)
    assert (group_binding.addresses(db, [tower]), group_binding.among(db, [tower])) == ([], [])
    member.reopen(db, chat)
    assert group_binding.addresses(db, [tower]) == [chat]


def test_a_group_that_gets_another_number_stays_bound(db: Db) -> None:
    chat, tower = group(db, "old"), place(db, "tower")
    group_binding.bind(db, chat, tower, None, NOW)
    group_binding.move(db, "console", "group:old", "group:new")
    assert group_binding.addresses(db, [tower]) == [chat]
    later = group(db, "newest")
    group_binding.move(db, "console", "group:new", "group:newest")
    assert group_binding.addresses(db, [tower]) == [later]


def test_robots_are_the_configured_ones_and_a_removed_one_falls_silent(db: Db) -> None:
    tower, estate = place(db, "tower"), place(db, "estate")
    assert group_binding.enrol(db, "wecom", ["tower", "estate"], NOW) == []
    before = group_binding.addresses(db, [tower, estate])
    assert len(before) == 2
    assert group_binding.enrol(db, "wecom", ["tower"], NOW) == []
    assert group_binding.addresses(db, [tower, estate]) == group_binding.addresses(db, [tower])
    assert group_binding.enrol(db, "wecom", ["tower", "estate"], NOW + timedelta(days=1)) == []
    assert group_binding.addresses(db, [tower, estate]) == before
    # A robot is no chat that somebody could unbind.
    assert group_binding.among(db, [tower, estate]) == []


def test_a_robot_of_no_place_is_named_and_changes_nothing(db: Db) -> None:
    assert group_binding.enrol(db, "wecom", ["tower", "nowhere"], NOW) == ["nowhere"]
    assert db.rows(select(ADDRESS).where(ADDRESS.c.channel == "wecom")) == []


def test_a_group_stays_bound_when_who_bound_it_is_forgotten(db: Db) -> None:
    chat, tower = group(db, "one"), place(db, "tower")
    address, person = member.meet(db, "console", "new", "zh-Hans")
    group_binding.bind(db, chat, tower, person.id, NOW)
    erasure.leave(db, address, person.id, NOW)
    assert [row.member_id for row in db.rows(select(GROUP_BINDING))] == [None]
    assert group_binding.addresses(db, [tower]) == [chat]
