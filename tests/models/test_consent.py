"""Consent: nothing personal is stored or shown without it, and withdrawn it holds no longer at once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from models import consent, profile, subscription
from models.consent import CONSENT, PURPOSES
from models.database import Db
from models.member import MEMBER, MEMBERSHIP
from models.organization import ORGANIZATION
from models.place import PLACE
from models.refusal import Refusal
from models.subscription import ALL
from models.text import Text
from models.vault import Vault

VAULT = Vault(b"the key of these tests")


@pytest.fixture
def newcomer(db: Db) -> int:
    return db.insert(insert(MEMBER), language="zh-Hans", interests=[])


@pytest.fixture
def lin(db: Db) -> int:
    """A member of the pack."""
    return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin")))


@pytest.fixture
def estate(db: Db) -> int:
    return int(db.value(select(PLACE.c.id).where(PLACE.c.code == "estate")))


def held(db: Db, member: int) -> set[str]:
    return {name for name in PURPOSES if consent.holds(db, member, name)}


def test_a_newcomer_agreed_to_nothing_and_a_member_of_the_pack_to_all_but_being_shown(
    db: Db, newcomer: int, lin: int
) -> None:
    assert held(db, newcomer) == set()
    assert held(db, lin) == set(PURPOSES) - {"party"}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_newest_answer_counts(db: Db, newcomer: int, lin: int, now: datetime, purpose: str) -> None:
    for member in (newcomer, lin):
        for step in (True, False, True, False):
            (consent.give if step else consent.withdraw)(db, member, purpose, now)
            assert consent.holds(db, member, purpose) is step


def test_every_answer_is_kept_with_its_wording_and_time(db: Db, newcomer: int, now: datetime) -> None:
    later = now + timedelta(minutes=1)
    consent.give(db, newcomer, "surveys", now)
    consent.withdraw(db, newcomer, "surveys", later)
    rows = db.rows(select(CONSENT).where(CONSENT.c.member_id == newcomer).order_by(CONSENT.c.id))
    assert [(row.purpose, row.version, row.given, row.at) for row in rows] == [
        ("surveys", 1, True, now),
        ("surveys", 1, False, later),
    ]


def test_a_wording_does_not_change_without_its_version() -> None:
    """Whoever changes a wording states here what people agree to from now on, and its next version."""
    said = {
        (each.name, each.number): (each.version, each.title.message, each.wording.message)
        for each in PURPOSES.values()
    }
    assert said == {
        ("whereabouts", 1): (1, "住处和单位", "用来找附近的活动，发那里的通知"),
        ("phone", 2): (1, "手机号", "加密保存，只在办您的事时联系您"),
        ("notices", 3): (1, "楼里和小区的通知", "停水、检修、演练这些"),
        ("recommendations", 4): (1, "活动推荐", "按您的兴趣和附近推荐"),
        ("surveys", 5): (1, "意见征询", "社区的事，听听您的看法"),
        ("party", 6): (1, "亮身份", "名单里显示您所在的党组织"),
    }
    assert all(isinstance(each.wording, Text) for each in PURPOSES.values())


def test_who_stopped_everything_is_sent_nothing_but_keeps_the_rest(db: Db, lin: int, now: datetime) -> None:
    consent.give(db, lin, "party", now)
    subscription.choose(db, lin, ALL, False, now)
    assert held(db, lin) == {"whereabouts", "phone", "party"}
    subscription.choose(db, lin, ALL, True, now)
    assert held(db, lin) == set(PURPOSES)


def test_who_stopped_everything_is_sent_what_was_asked_for_since(db: Db, lin: int, now: datetime) -> None:
    subscription.choose(db, lin, ALL, False, now)
    subscription.choose(db, lin, "topic:瑜伽", True, now)
    assert held(db, lin) == {"whereabouts", "phone", "recommendations"}
    subscription.choose(db, lin, subscription.of_purpose("surveys"), True, now)
    assert held(db, lin) == {"whereabouts", "phone", "recommendations", "surveys"}
    subscription.choose(db, lin, ALL, False, now)
    assert held(db, lin) == {"whereabouts", "phone"}


def agreed(db: Db, member: int, version: int, now: datetime) -> None:
    """He said yes to this wording of the notices."""
    db.insert(insert(CONSENT), member_id=member, purpose="notices", version=version, given=True, at=now)


def test_a_yes_to_another_wording_does_not_hold(db: Db, newcomer: int, lin: int, now: datetime) -> None:
    for member in (newcomer, lin):
        agreed(db, member, PURPOSES["notices"].version - 1, now)
        assert "notices" not in held(db, member)
        assert (consent.outdated(db, member, "notices"), consent.answered(db, member, "notices")) == (
            True,
            False,
        )
        consent.give(db, member, "notices", now)
        assert "notices" in held(db, member)
        assert (consent.outdated(db, member, "notices"), consent.answered(db, member, "notices")) == (
            False,
            True,
        )


def test_a_yes_to_this_wording_holds(db: Db, newcomer: int, now: datetime) -> None:
    """The twin: the same row with the version of today."""
    agreed(db, newcomer, PURPOSES["notices"].version, now)
    assert held(db, newcomer) == {"notices"}


def test_a_no_outlives_its_wording(db: Db, newcomer: int, now: datetime) -> None:
    db.insert(insert(CONSENT), member_id=newcomer, purpose="notices", version=0, given=False, at=now)
    assert (consent.outdated(db, newcomer, "notices"), consent.answered(db, newcomer, "notices")) == (
        False,
        True,
    )


def test_queries_of_members_say_the_same_as_a_single_question(
    db: Db, newcomer: int, lin: int, now: datetime
) -> None:
    everybody = {row.id for row in db.rows(select(MEMBER.c.id))}
    consent.give(db, newcomer, "notices", now)
    consent.withdraw(db, lin, "notices", now)
    for purpose in PURPOSES:
        found = {row.id for row in db.rows(select(MEMBER.c.id).where(consent.holding(purpose)))}
        assert found == {member for member in everybody if consent.holds(db, member, purpose)}


# Nothing is stored without it.


def test_where_somebody_lives_is_not_stored_without_consent(
    db: Db, newcomer: int, estate: int, now: datetime
) -> None:
    with pytest.raises(Refusal) as refused:
        profile.settle(db, newcomer, "home", estate, now)
    assert refused.value.code == "consent.missing"
    assert profile.find(db, newcomer).home is None
    consent.give(db, newcomer, "whereabouts", now)
    profile.settle(db, newcomer, "home", estate, now)
    found = profile.find(db, newcomer)
    assert (found.home, found.home_confirmed) == ("海棠苑", False)


def test_a_phone_number_is_not_stored_without_consent(db: Db, newcomer: int, now: datetime) -> None:
    with pytest.raises(Refusal) as refused:
        profile.reach(db, VAULT, newcomer, "13812345678", now)
    assert refused.value.code == "consent.missing"
    assert profile.find(db, newcomer).phone is None


def test_without_the_condition_it_would_be_stored(db: Db, newcomer: int, estate: int) -> None:
    """The twin: the same update without asking for consent meets its row."""
    assert db.run(update(MEMBER).where(MEMBER.c.id == newcomer).values(home_id=estate)) == 1
    assert profile.find(db, newcomer).home == "海棠苑"


def test_withdrawn_it_is_not_stored_again(db: Db, lin: int, estate: int, now: datetime) -> None:
    profile.settle(db, lin, "home", estate, now)
    profile.leave(db, lin, "home", now)
    assert consent.holds(db, lin, "whereabouts")  # the workplace is still known
    profile.leave(db, lin, "work", now)
    assert not consent.holds(db, lin, "whereabouts")
    with pytest.raises(Refusal):
        profile.settle(db, lin, "home", estate, now)


def test_a_phone_number_lies_sealed_and_is_found_by_its_digest(db: Db, lin: int, now: datetime) -> None:
    profile.reach(db, VAULT, lin, "13812345678", now)
    row = profile.find(db, lin)
    assert "13812345678" not in repr(tuple(row))
    assert VAULT.open(row.phone) == "13812345678"
    assert row.phone_digest == VAULT.digest("13812345678")
    assert profile.masked_phone(VAULT, row.phone) == "138****5678"
    assert profile.masked_phone(Vault(b"another key"), row.phone) is None
    profile.unreach(db, lin, now)
    row = profile.find(db, lin)
    assert (row.phone, row.phone_digest, consent.holds(db, lin, "phone")) == (None, None, False)


def test_what_a_pack_said_stays_confirmed_where_it_is_said_again(db: Db, lin: int, now: datetime) -> None:
    tower = profile.find(db, lin).work_id
    profile.settle(db, lin, "work", tower, now)
    assert profile.find(db, lin).work_confirmed


# Party membership.


@pytest.fixture
def in_party(db: Db, lin: int) -> int:
    """lin, who belongs to a company and to a party branch."""
    for code, kind, name in (("firm", "company", "云杉科技"), ("branch", "party", "云杉党支部")):
        key = db.insert(insert(ORGANIZATION), code=f"{code}-of-lin", kind=kind, name=name, aliases=[])
        db.run(insert(MEMBERSHIP), member_id=lin, organization_id=key)
    return lin


def test_party_membership_is_seen_only_while_it_is_switched_on(db: Db, in_party: int, now: datetime) -> None:
    assert profile.organizations_shown(db, in_party) == ["云杉科技"]
    consent.give(db, in_party, "party", now)
    assert profile.organizations_shown(db, in_party) == ["云杉科技", "云杉党支部"]
    consent.withdraw(db, in_party, "party", now)
    assert profile.organizations_shown(db, in_party) == ["云杉科技"]


def test_without_asking_it_would_be_seen(db: Db, in_party: int) -> None:
    """The twin: the plain list, which only he himself is shown, has it."""
    assert [each.name for each in profile.organizations(db, in_party)] == ["云杉科技", "云杉党支部"]


def test_of_many_those_are_found_who_switched_it_on(db: Db, newcomer: int, lin: int, now: datetime) -> None:
    assert consent.party_shown(db, [newcomer, lin]) == set()
    consent.give(db, newcomer, "party", now)
    assert consent.party_shown(db, [newcomer, lin]) == {newcomer}
    assert consent.party_shown(db, [lin]) == set()
    assert consent.party_shown(db, []) == set()
