"""What is new of what somebody follows: since when, and what a no takes out again."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

from models import digest, joining, subscription
from models.activity import ACTIVITY
from models.database import Db, transaction
from models.digest import DIGEST
from models.organization import ORGANIZATION
from models.schedule import Quiet, Schedule
from tests import databases
from tests.conftest import NOW
from tests.models.test_duty import member

SHANGHAI = ZoneInfo("Asia/Shanghai")
SCHEDULE = Schedule(SHANGHAI)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("now", "last", "after"),
    [
        ("2026-11-23T11:59:59", "2026-11-22T12:00", "2026-11-23T12:00"),
        ("2026-11-23T12:00", "2026-11-23T12:00", "2026-11-24T12:00"),
        ("2026-11-23T00:30", "2026-11-22T12:00", "2026-11-23T12:00"),
    ],
)
def test_it_is_noon(now: str, last: str, after: str) -> None:
    assert digest.last(at(now), SCHEDULE) == at(last)
    assert digest.after(at(now), SCHEDULE) == at(after)
    assert digest.last(at(now), SCHEDULE).tzinfo is UTC


def test_where_noon_is_quiet_it_is_the_first_minute_awake() -> None:
    siesta = Schedule(SHANGHAI, Quiet(time(11, 30), time(14)))
    assert digest.last(at("2026-11-23T13:59"), siesta) == at("2026-11-22T14:00")
    assert digest.last(at("2026-11-23T14:00"), siesta) == at("2026-11-23T14:00")
    assert digest.after(at("2026-11-23T12:00"), siesta) == at("2026-11-23T14:00")
    nearly_always = Schedule(SHANGHAI, Quiet(time(9), time(8)))
    assert digest.last(at("2026-11-23T08:30"), nearly_always) == at("2026-11-23T08:00")


def publish(db: Db, moment: datetime, *codes: str, **values: object) -> None:
    db.run(update(ACTIVITY).where(ACTIVITY.c.code.in_(codes)).values(published=moment, **values))


def new(db: Db, who: int, until: datetime | None, *topics: str) -> list[str]:
    rows = digest.choices(db, [who])[who]
    since = until or min(row.at for row in rows)
    moment = NOW + timedelta(hours=3)
    news = digest.news(db, since, moment, moment)
    words = {name: (name,) for name in topics}
    return [each.activity.code for each, _ in digest.wanted(rows, news, until, words)]


def follow(db: Db, *subjects: str, wanted: bool = True, moment: datetime = NOW) -> int:
    lin = member(db, "lin")
    for subject in subjects:
        subscription.choose(db, lin, subject, wanted, moment)
    return lin


SOON = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("place:tower-station", ["yoga-thu"]),
        ("place:tower", ["yoga-thu", "full"]),
        ("place:ginkgo", ["taiji", "yoga-thu", "full"]),
        ("place:estate", ["taiji"]),
        ("place:estate-north", []),
        ("series:午间时光", ["yoga-thu"]),
        ("kind:course", ["full"]),
        ("topic:太极", ["taiji"]),
        ("club:spruce-union", ["yoga-thu"]),
    ],
)
def test_what_matches_a_follow_is_news(db: Db, subject: str, found: Collection[str]) -> None:
    publish(db, SOON, "taiji", "yoga-thu", "full")
    assert new(db, follow(db, subject), None, "太极") == found


def test_several_follows_tell_of_a_thing_once(db: Db) -> None:
    publish(db, SOON, "yoga-thu")
    lin = follow(db, "place:tower", "series:午间时光", "place:ginkgo")
    assert new(db, lin, None) == ["yoga-thu"]


def test_what_was_there_before_the_follow_or_the_last_message_is_no_news(db: Db) -> None:
    publish(db, SOON, "yoga-thu")
    assert new(db, follow(db, "place:tower", moment=SOON), None) == []
    lin = follow(db, "place:tower")
    assert new(db, lin, SOON - timedelta(seconds=1)) == ["yoga-thu"]
    assert new(db, lin, SOON) == []


@pytest.mark.parametrize(
    "values",
    [
        {"state": "cancelled"},
        {"state": "withdrawn"},
        {"starts": NOW + timedelta(hours=2)},
        {"published": None},
        {"published": NOW + timedelta(hours=4)},
    ],
)
def test_what_is_off_or_over_or_not_out_yet_is_no_news(db: Db, values: dict[str, object]) -> None:
    publish(db, SOON, "yoga-thu")
    db.run(update(ACTIVITY).where(ACTIVITY.c.code == "yoga-thu").values(values))
    assert new(db, follow(db, "place:tower"), None) == []


def test_a_no_weighs_most(db: Db) -> None:
    publish(db, SOON, "yoga-thu", "full")
    lin = follow(db, "place:tower")
    follow(db, "kind:course", wanted=False)
    assert new(db, lin, None) == ["yoga-thu"]
    follow(db, "place:ginkgo", wanted=False)
    assert new(db, lin, None) == []


def test_who_follows_is_looked_at_once_for_each_noon(db: Db) -> None:
    lin = follow(db, "place:tower")
    # Who only said no, or agreed to a purpose, follows nothing.
    subscription.choose(db, member(db, "he"), "place:tower", False, NOW)
    subscription.choose(db, member(db, "mei"), subscription.of_purpose("recommendations"), True, NOW)
    subscription.choose(db, member(db, "anna"), subscription.of_notices("place:tower"), True, NOW)
    noon = at("2026-11-23T12:00")
    assert digest.next_due(db, SCHEDULE) == noon
    assert [(row.id, row.until) for row in digest.followers(db, noon)] == [(lin, None)]
    digest.told(db, lin, noon, known=False)
    assert digest.followers(db, noon) == []
    assert digest.next_due(db, SCHEDULE) == noon + timedelta(days=1)
    digest.told(db, lin, noon + timedelta(days=1), known=True)
    assert digest.next_due(db, SCHEDULE) == noon + timedelta(days=2)


def test_of_two_schedulers_one_steps_over_whom_the_other_is_telling() -> None:
    with databases.postgres(filled=True) as engine:
        with transaction(engine) as db:
            lin = follow(db, "place:tower")
        noon = at("2026-11-23T12:00")
        with transaction(engine) as one, transaction(engine) as other:
            assert [row.id for row in digest.followers(one, noon)] == [lin]
            assert digest.followers(other, noon) == []


def test_while_nobody_follows_nothing_is_due(db: Db) -> None:
    assert digest.next_due(db, SCHEDULE) is None
    lin = follow(db, "place:tower")
    subscription.choose(db, lin, "place:tower", False, NOW)
    assert digest.next_due(db, SCHEDULE) is None


def test_of_two_accounts_that_become_one_what_either_was_told_is_told(db: Db) -> None:
    from models import member as members

    lin = member(db, "lin")
    _, other = members.meet(db, "page", "lin-too", "zh-Hans")
    digest.told(db, lin, NOW, known=False)
    digest.told(db, other.id, NOW + timedelta(days=1), known=False)
    stays = joining.join(db, lin, other.id, lin, NOW)
    rows = db.rows(select(DIGEST))
    assert [(row.member_id, row.until) for row in rows] == [(stays, NOW + timedelta(days=1))]


def test_a_club_is_followed_by_what_it_hosts(db: Db) -> None:
    club = db.insert(
        insert(ORGANIZATION),
        code="lens",
        kind="club",
        name="光圈社",
        aliases=[],
        parent_id=None,
        place_id=None,
    )
    publish(db, SOON, "coffee", host_id=club)
    assert new(db, follow(db, "club:lens"), None) == ["coffee"]
