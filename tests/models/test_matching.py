"""What fits together, with its reasons; and which offers together cover a project."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from models import composing, matching, offering
from models.database import Db
from models.likeness_of_names import likeness
from models.matching import Thing
from models.member import MEMBER
from models.offer import OFFER
from models.place import PLACE
from models.project import PROJECT
from models.project_part import PART

NOW = datetime.fromisoformat("2026-11-23T09:10:00+08:00")
DAY = timedelta(days=1)


def where(db: Db, code: str | None) -> int | None:
    found: int | None = db.value(select(PLACE.c.id).where(PLACE.c.code == code)) if code else None
    return found


def give(db: Db, code: str, **columns: Any) -> int:
    """An open offer; 500 kits anywhere and at any time where nothing else is said."""
    place = where(db, columns.pop("place", None))
    given = {
        "side": "offer",
        "kind": "supplies",
        "name": "护牙包",
        "quantity": 500,
        "state": "open",
        **columns,
    }
    return db.insert(insert(OFFER), code=code, place_id=place, taken=0, **given)


def need(db: Db, **columns: Any) -> Thing:
    place = where(db, columns.pop("place", None))
    given: dict[str, Any] = {"kind": "supplies", "name": "护牙包", "quantity": 300, **columns}
    return Thing("part", 0, place=place, **given)


CASES: list[tuple[dict[str, Any], dict[str, Any], tuple[str, ...] | None]] = [
    # A need of 300 kits lists the offer of 500 kits of the same kind in date and place range.
    ({}, {}, ("kind", "enough", "anywhere")),
    ({}, {"quantity": 200}, ("kind", "partly", "anywhere")),
    ({}, {"name": "感应灯"}, None),
    ({}, {"kind": "people"}, None),
    ({}, {"state": "proposed"}, None),
    ({}, {"state": "filled"}, None),
    ({}, {"side": "want"}, None),
    ({"place": "tower"}, {"place": "tower"}, ("kind", "enough", "here")),
    ({"place": "tower"}, {"place": "tower-station"}, ("kind", "enough", "here")),
    ({"place": "estate-north"}, {"place": "estate-station"}, ("kind", "enough", "near")),
    ({"place": "tower"}, {"place": "estate"}, None),
    ({"place": "tower"}, {"place": "ginkgo"}, ("kind", "enough", "anywhere")),
    (
        {"begins": NOW + DAY, "ends": NOW + 3 * DAY},
        {"begins": NOW, "ends": NOW + 2 * DAY},
        ("kind", "enough", "anywhere", "time"),
    ),
    ({"begins": NOW + 3 * DAY}, {"begins": NOW, "ends": NOW + 2 * DAY}, None),
    ({}, {"ends": NOW - DAY}, None),
    ({"kind": "people", "name": "口腔讲师", "quantity": 1}, {"kind": "expertise", "name": "口腔健康讲师"}, ("kin", "enough", "anywhere")),
    ({"kind": "venue", "name": "", "quantity": 1, "capacity": 30}, {"kind": "venue", "quantity": 1, "capacity": 60}, ("kind", "seats", "anywhere")),
    ({"kind": "venue", "name": "", "quantity": 1, "capacity": 30}, {"kind": "venue", "quantity": 1, "capacity": 20}, None),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "given", "whys"), CASES)
def test_what_fits_and_why(
    db: Db, wanted: dict[str, Any], given: dict[str, Any], whys: tuple[str, ...] | None
) -> None:
    key = give(db, "given", **given)
    found = {match.thing.key: match.whys for match in matching.offers_for(db, need(db, **wanted), NOW)}
    assert found.get(key) == whys


def test_the_best_five_and_never_ones_own(db: Db) -> None:
    keys = [
        give(db, f"given-{nth}", quantity=100 + 50 * nth, place="tower" if nth == 3 else None)
        for nth in range(8)
    ]
    found = matching.offers_for(db, need(db, place="tower"), NOW)
    # The one at the place itself comes first though it is not enough, then those that are enough.
    assert [match.thing.key for match in found] == [keys[3], *keys[4:]]
    own = give(db, "own", organization_id=1)
    theirs = [match.thing.key for match in matching.offers_for(db, need(db, organization=1), NOW, 50)]
    assert own not in theirs


def test_an_offer_finds_wishes_and_what_projects_miss(db: Db) -> None:
    wish = give(db, "wish", side="want", quantity=100)
    project = db.insert(
        insert(PROJECT), code="p", kind="project", title="t", state="claiming", origin="community", progress=0
    )
    part = db.insert(insert(PART), project_id=project, code="part-1", kind="supplies", name="护牙包", quantity=300, least=1, mandatory=True, held=0, taken=0, state="open")  # fmt: skip
    key = give(db, "given")
    thing = matching.of_offer(offering.find(db, key))
    found = matching.needs_for(db, thing, NOW)
    assert {(match.thing.subject, match.thing.key) for match in found} == {("offer", wish), ("part", part)}
    assert {match.share for match in found} == {100, 300}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("口腔讲师", "口腔健康讲师", True),
        ("急救培训师", "口腔讲师", False),
        ("摄影志愿者", "员工志愿者", True),
        ("摄影志愿者", "急救志愿者", False),
        ("护牙包", "口腔护理包", True),
        ("护牙包", "感应灯", False),
        ("dental kits", "dental kit", True),
        ("dental lecturers", "口腔讲师", True),
        ("物资", "帐篷", True),
        ("口腔讲师", "口腔医生", False),
    ],
)
def test_names_that_mean_the_same(one: str, other: str, alike: bool) -> None:
    assert (likeness(one, other) > 0) is alike


def test_less_than_the_smallest_share_of_a_part_does_not_fit_it(db: Db) -> None:
    few, enough = give(db, "few", quantity=49), give(db, "enough", quantity=50)
    found = {match.thing.key for match in matching.offers_for(db, need(db, least=50), NOW)}
    assert (few in found, enough in found) == (False, True)


def _project(db: Db, *parts: tuple[str, int, bool]) -> int:
    project = db.insert(
        insert(PROJECT),
        code="team",
        kind="project",
        title="t",
        state="claiming",
        origin="community",
        progress=0,
    )
    for nth, (name, quantity, mandatory) in enumerate(parts, 1):
        db.insert(insert(PART), project_id=project, code=f"part-{nth}", kind="supplies", name=name, quantity=quantity, least=1, mandatory=mandatory, held=0, taken=0, state="open")  # fmt: skip
    return project


def test_the_fewest_that_cover_a_project_and_what_stays_open(db: Db) -> None:
    # Each of the first two covers one part; the third covers both. A chain of offers is redistributed.
    project = _project(db, ("护牙包", 10, True), ("感应灯", 5, True), ("帐篷", 3, False))
    give(db, "a", name="护牙包", quantity=10, member_id=1)
    give(db, "b", name="感应灯", quantity=5, member_id=2)
    give(db, "c", name="护牙包感应灯", quantity=15, member_id=3)
    give(db, "d", name="帐篷", quantity=2, member_id=4)
    team = composing.compose(db, project, NOW)
    assert (team.complete, team.givers) == (True, (("member", 3), ("member", 4)))
    assert [(part.name, many) for part, many in team.missing] == [("帐篷", 1)]
    for part, many in {(gift.part, gift.part.quantity) for gift in team.gifts if gift.part.name != "帐篷"}:
        assert sum(gift.share for gift in team.gifts if gift.part == part) == many
    for offer in {gift.offer for gift in team.gifts}:
        assert sum(gift.share for gift in team.gifts if gift.offer == offer) <= offer.quantity


def test_nothing_of_an_offer_is_given_twice(db: Db) -> None:
    project = _project(db, ("护牙包", 10, True), ("感应灯", 5, True))
    give(db, "a", name="护牙包感应灯", quantity=12, member_id=1)
    team = composing.compose(db, project, NOW)
    assert (team.complete, sum(gift.share for gift in team.gifts)) == (False, 12)
    give(db, "b", name="护牙包", quantity=9, member_id=2)
    team = composing.compose(db, project, NOW)
    assert (team.complete, len(team.givers), team.missing) == (True, 2, ())


def test_of_many_small_ones_all_are_found_that_it_takes(db: Db) -> None:
    """Fourteen that give two each cover it together, though no ten of them do."""
    project = _project(db, ("护牙包", 25, True), ("帐篷", 2, False))
    for nth in range(14):
        give(db, f"small-{nth}", quantity=2, member_id=_somebody(db, nth))
    give(db, "tents", name="帐篷", quantity=2, member_id=_somebody(db, 99))
    team = composing.compose(db, project, NOW)
    assert (team.complete, len(team.givers), team.missing) == (True, 14, ())


def _somebody(db: Db, nth: int) -> int:
    return db.insert(insert(MEMBER), code=f"somebody-{nth}", language="zh-Hans", interests=[])
