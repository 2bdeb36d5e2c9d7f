"""Who is meant by a broadcast: of places, organizations, series and activities, nobody twice, nobody who said no."""

from datetime import datetime

import pytest
from sqlalchemy import insert, select, update

from models import activity, audience, consent, registering, subscription
from models.activity import ACTIVITY
from models.audience import Audience, Counts
from models.database import Db
from models.member import ADDRESS, MEMBER, MEMBERSHIP
from models.organization import ORGANIZATION, named
from models.place import PLACE
from models.refusal import Refusal
from tests.crowd import add, make_staff, member, place

EVERYBODY = {"lin", "anna", "mei", "officer"}


def codes(db: Db, meant: Audience, *, all_of_them: bool = False) -> list[str]:
    keys = [row.id for row in db.rows(audience.members(db, meant, all_of_them=all_of_them))]
    assert keys == sorted(set(keys))
    found = {row.id: row.code for row in db.rows(select(MEMBER.c.id, MEMBER.c.code))}
    return [found[key] for key in keys]


def of_place(db: Db, *wanted: str) -> Audience:
    return Audience(places=tuple(place(db, code) for code in wanted))


def of_activity(db: Db, code: str) -> Audience:
    key = db.value(select(ACTIVITY.c.id).where(ACTIVITY.c.code == code))
    return Audience(activities=(key,))


def register(db: Db, who: str, code: str, now: datetime) -> None:
    number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code))
    registering.register(db, activity.find(db, number), member(db, who), 1, {}, now)


def count(db: Db, meant: Audience) -> Counts:
    return audience.count(db, audience.members(db, meant))


def test_a_place_is_who_works_or_lives_at_it_or_below_it(db: Db) -> None:
    assert set(codes(db, of_place(db, "tower"))) == EVERYBODY
    assert codes(db, of_place(db, "estate")) == ["he"]
    assert codes(db, of_place(db, "tower-station")) == ["officer"]
    assert set(codes(db, of_place(db, "ginkgo"))) == EVERYBODY | {"he"}


def test_an_organization_is_its_members_and_those_of_what_is_below_it(db: Db) -> None:
    union = db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == "spruce-union"))
    below = db.insert(
        insert(ORGANIZATION), code="spruce-chess", kind="club", name="云杉棋社", aliases=[], parent_id=union
    )
    db.run(insert(MEMBERSHIP), member_id=member(db, "he"), organization_id=below)
    db.run(insert(MEMBERSHIP), member_id=member(db, "lin"), organization_id=union)
    assert codes(db, Audience(organizations=(union,))) == ["lin", "he"]
    assert codes(db, Audience(organizations=(below,))) == ["he"]


def test_a_series_is_who_follows_it(db: Db, now: datetime) -> None:
    meant = Audience(series=("午间时光",))
    assert codes(db, meant) == []
    subscription.choose(db, member(db, "he"), "series:午间时光", True, now)
    assert codes(db, meant) == ["he"]
    subscription.choose(db, member(db, "he"), "series:午间时光", False, now)
    assert codes(db, meant) == []


def test_an_activity_is_who_is_registered_and_not_who_was(db: Db, now: datetime) -> None:
    meant = of_activity(db, "yoga-tue")
    register(db, "lin", "yoga-tue", now)
    register(db, "he", "yoga-tue", now)
    assert codes(db, meant) == ["lin", "he"]
    number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "yoga-tue"))
    registering.cancel(db, activity.find(db, number), member(db, "he"), now)
    assert codes(db, meant) == ["lin"]


def test_nobody_is_meant_twice(db: Db, now: datetime) -> None:
    register(db, "lin", "yoga-tue", now)
    register(db, "he", "yoga-tue", now)
    both = Audience((place(db, "tower"), place(db, "ginkgo")), (), (), of_activity(db, "yoga-tue").activities)
    assert codes(db, both) == ["lin", "he", "anna", "mei", "officer"]
    assert count(db, both) == Counts(5, 0)


def test_nobody_is_no_audience(db: Db) -> None:
    assert not Audience()
    assert codes(db, Audience()) == []


def test_an_audience_comes_back_from_json_as_it_was() -> None:
    meant = Audience((1, 2), (3,), ("午间时光",), (4,))
    assert Audience.load(meant.dump()) == meant
    assert Audience.load(Audience(places=(7,)).dump()) == Audience(places=(7,))


def test_who_stopped_everything_is_not_counted_but_for_what_is_urgent(db: Db, now: datetime) -> None:
    tower = of_place(db, "tower")
    subscription.choose(db, member(db, "mei"), subscription.ALL, False, now)
    assert set(codes(db, tower)) == EVERYBODY - {"mei"}
    assert set(codes(db, tower, all_of_them=True)) == EVERYBODY
    register(db, "mei", "yoga-tue", now)
    assert codes(db, of_activity(db, "yoga-tue")) == []


def test_who_agrees_to_no_notices_hears_only_of_what_he_is_registered_for(db: Db, now: datetime) -> None:
    consent.withdraw(db, member(db, "anna"), "notices", now)
    assert set(codes(db, of_place(db, "tower"))) == EVERYBODY - {"anna"}
    register(db, "anna", "yoga-tue", now)
    assert codes(db, of_activity(db, "yoga-tue")) == ["anna"]


def test_a_no_to_the_notices_of_one_place_is_none_to_those_of_another(db: Db, now: datetime) -> None:
    subscription.choose(db, member(db, "lin"), subscription.of_notices("place:tower"), False, now)
    assert set(codes(db, of_place(db, "tower"))) == EVERYBODY - {"lin"}
    assert "lin" in codes(db, of_place(db, "ginkgo"))
    subscription.choose(db, member(db, "lin"), subscription.of_notices("place:tower"), True, now)
    assert set(codes(db, of_place(db, "tower"))) == EVERYBODY


def test_not_following_the_activities_of_a_place_is_no_no_to_its_notices(db: Db, now: datetime) -> None:
    subscription.choose(db, member(db, "lin"), "place:tower", False, now)
    assert "lin" in codes(db, of_place(db, "tower"))


def test_a_yes_to_notices_after_a_no_to_everything_asks_for_no_suggestions(db: Db, now: datetime) -> None:
    lin = member(db, "lin")
    subscription.choose(db, lin, subscription.ALL, False, now)
    subscription.choose(db, lin, subscription.of_notices("place:tower"), True, now)
    assert not consent.holds(db, lin, "recommendations")


def test_whom_nothing_reaches_is_counted_apart(db: Db, now: datetime) -> None:
    add(db, "deaf", "tower", reached=False)
    closed = update(ADDRESS).where(ADDRESS.c.member_id == member(db, "lin")).values(closed=now)
    db.run(closed)
    assert count(db, of_place(db, "tower")) == Counts(3, 2)


def test_who_says_no_or_moves_away_after_it_began(db: Db, now: datetime) -> None:
    tower = of_place(db, "tower")
    those = [member(db, code) for code in ("lin", "anna", "mei")]
    assert audience.agreeing(db, tower, those) == set(those)
    subscription.choose(db, member(db, "lin"), subscription.of_notices("place:tower"), False, now)
    consent.withdraw(db, member(db, "anna"), "notices", now)
    away = update(MEMBER).where(MEMBER.c.code == "mei").values(work_id=place(db, "estate"))
    db.run(away)
    assert audience.agreeing(db, tower, those) == {member(db, "mei")}


def test_who_speaks_to_it_is_staff_of_all_of_it(db: Db) -> None:
    officer = member(db, "officer")
    audience.check(db, of_place(db, "tower"), officer)
    audience.check(db, of_place(db, "tower-station"), officer)
    with pytest.raises(Refusal) as refused:
        audience.check(db, of_place(db, "tower", "estate"), officer)
    assert refused.value.code == "duty.other"
    with pytest.raises(Refusal):
        audience.check(db, of_place(db, "ginkgo"), officer)


def test_staff_speaks_to_the_people_of_an_activity_series_or_organization_of_his_place(db: Db) -> None:
    officer = member(db, "officer")
    union = db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == "spruce-union"))
    audience.check(db, of_activity(db, "yoga-tue"), officer)
    audience.check(db, Audience(series=("午间时光",)), officer)
    audience.check(db, Audience(organizations=(union,)), officer)
    nowhere = db.insert(insert(ORGANIZATION), code="everywhere", kind="social", name="邻里社", aliases=[])
    for meant in (of_activity(db, "taiji"), Audience(series=("没有的",)), Audience(organizations=(nowhere,))):
        with pytest.raises(Refusal):
            audience.check(db, meant, officer)
    make_staff(db, "he", None)
    audience.check(db, Audience(organizations=(nowhere,), series=("没有的",)), member(db, "he"))


def test_buildings_are_counted_once_and_a_place_without_one_is_one(db: Db) -> None:
    assert audience.buildings(db, of_place(db, "tower")) == 1
    assert audience.buildings(db, of_place(db, "estate")) == 1
    assert audience.buildings(db, of_place(db, "tower", "tower-station")) == 1
    assert audience.buildings(db, of_place(db, "tower", "estate")) == 2
    assert audience.buildings(db, of_activity(db, "yoga-tue")) == 0
    for nth in (1, 2):
        db.insert(
            insert(PLACE),
            code=f"block-{nth}",
            kind="building",
            name=f"{nth}号楼",
            aliases=[],
            functions=[],
            parent_id=place(db, "estate"),
        )
    assert audience.buildings(db, of_place(db, "estate")) == 2


def test_what_its_parts_are_called(db: Db) -> None:
    meant = Audience((place(db, "tower"),), (), ("午间时光",), of_activity(db, "coffee").activities)
    assert audience.names(db, meant) == [
        ("place", "云杉大厦"),
        ("series", "午间时光"),
        ("activity", "手冲咖啡体验"),
    ]
    assert audience.topics(db, meant) == [
        "notices:place:tower",
        "notices:series:午间时光",
        "notices:activity:coffee",
    ]


def test_an_organization_is_found_by_its_longest_name(db: Db) -> None:
    (found,) = named(db, "云杉联合工会的人")
    assert found[0] == "云杉联合工会"
    assert named(db, "云杉大厦的人") == []
