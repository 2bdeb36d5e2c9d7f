"""Two accounts become one person: all that led to the one leads to the other, and nothing counts twice."""

import threading
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel

from models import (
    activity,
    consent,
    conversation,
    invite,
    joining,
    member,
    notice,
    pack_file,
    personal,
    profile,
    registered,
    registering,
    store,
    subscription,
)
from models.activity import ACTIVITY
from models.change import CHANGE
from models.consent import CONSENT
from models.database import Db, transaction
from models.member import ADDRESS, MEMBER, MEMBERSHIP, ROLE
from models.organization import ORGANIZATION
from models.personal import DECLARED, Personal, owners
from models.place import PLACE
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.subscription import SUBSCRIPTION
from tests import databases
from tests.chat import VAULT
from tests.conftest import NOW, PACK
from tests.models.test_personal import fill, key_of

TABLES = SQLModel.metadata.sorted_tables
LATER = NOW + timedelta(hours=1)


def newcomer(db: Db, handle: str = "second") -> int:
    """The key of somebody whom no pack knows."""
    return member.meet(db, "console", handle, "zh-Hans")[1].id


def number_of(db: Db, code: str) -> int:
    return int(db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code)))


def register(db: Db, code: str, key: int, party: int, at: Any = NOW) -> None:
    registering.register(db, activity.find(db, number_of(db, code)), key, party, {}, at)


def seats(db: Db, code: str) -> int:
    return int(db.value(select(ACTIVITY.c.seats).where(ACTIVITY.c.code == code)))


# What is decided.


def keyed(table: Table) -> bool:
    """Whether two rows of one member may not stand there for some key."""
    mine = {column.name for column in owners(table)}
    keys = [{column.name for column in table.primary_key}]
    keys += [{column.name for column in index.columns} for index in table.indexes if index.unique]
    keys += [
        {column.name for column in each.columns}
        for each in table.constraints
        if isinstance(each, UniqueConstraint)
    ]
    return any(mine & key for key in keys)


def undecided(tables: Iterable[Table]) -> set[str]:
    """The tables in which two rows may get in each other's way, and nothing says which stays."""
    decided = {each.table.name for each in personal.declared() if each.joins}
    return {table.name for table in tables if keyed(table)} - decided


def test_every_table_with_a_key_of_members_says_which_row_stays() -> None:
    assert undecided(TABLES) == set()
    assert {"membership", "registration", "subscription"} <= {each.name for each in TABLES if keyed(each)}


@pytest.mark.parametrize("kind", ["constraint", "index", "primary"])
def test_a_table_that_nobody_decided_about_is_named(kind: str) -> None:
    metadata = MetaData()
    Table("member", metadata, Column("id", Integer, primary_key=True))
    unique = [UniqueConstraint("member_id", "ballot_id")] if kind == "constraint" else []
    votes = Table(
        "votes",
        metadata,
        Column("id", Integer, primary_key=kind != "primary"),
        Column("ballot_id", Integer),
        Column("member_id", ForeignKey("member.id"), primary_key=kind == "primary", unique=kind == "index"),
        *unique,
    )
    assert undecided([votes]) == {"votes"}


def soft(tables: Iterable[Table]) -> set[str]:
    """Columns that may hold a key, and say of which table to nobody."""
    return {
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.c
        if column.name.endswith("_id") and isinstance(column.type, Integer) and not column.foreign_keys
    }


def test_every_reference_that_is_no_foreign_key_is_declared() -> None:
    declared = {f"{each.table.name}.{name}" for each in personal.declared() for name in each.refers}
    assert declared == {"change.subject_id"}
    # The rest name what is no member: a part, a claim, words that were written.
    no_members = {"introduction.subject_id", "match_due.subject_id", "words_check.subject_id"}
    assert soft(TABLES) == declared | no_members


# The walk.


def leading_to(db: Db, key: int) -> set[str]:
    """Every column in which this member's key stands, declared or not."""
    found = {
        f"{table.name}.{column.name}"
        for table in TABLES
        for column in owners(table)
        if db.row(select(column).where(column == key)) is not None
    }
    if db.row(select(CHANGE.c.id).where(CHANGE.c.subject == "member", CHANGE.c.subject_id == key)):
        found.add("change.subject_id")
    return found


def fill_both(db: Db) -> tuple[int, int]:
    """Two members about whom something stands in every table."""
    lin, second = key_of(db, "lin"), newcomer(db)
    for key in (lin, second):
        fill(db, key)
        for purpose in consent.PURPOSES:
            consent.give(db, key, purpose, NOW)
        subscription.choose(db, key, "kind:lecture", True, NOW)
        register(db, "sorting", key, 1)
        profile.call(db, key, "小林", NOW)
    db.run(update(MEMBER).where(MEMBER.c.id == second).values(code=None))
    return lin, second


def test_everything_that_led_to_the_one_leads_to_the_other(engine: Engine) -> None:
    with transaction(engine) as db:
        lin, second = fill_both(db)
        before = leading_to(db, second)
        assert before == {f"{table.name}.{column.name}" for table in TABLES for column in owners(table)} | {
            "change.subject_id"
        }
        assert joining.join(db, lin, second, lin, LATER) == lin
        assert leading_to(db, second) == set()
        assert leading_to(db, lin) == before
        assert db.row(select(MEMBER).where(MEMBER.c.id == second)) is None


@pytest.mark.parametrize("name", ["membership", "registration", "subscription"])
def test_without_its_decision_a_table_stops_the_joining(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    declared = DECLARED[name]
    assert isinstance(declared, Personal)
    less = Personal(
        declared.table, declared.title, declared.whose, declared.shows, {}, declared.erase, declared.kept
    )
    with transaction(sqlite_engine) as db:
        lin, second = fill_both(db)
    monkeypatch.setitem(DECLARED, name, less)
    with transaction(sqlite_engine) as db, pytest.raises(IntegrityError):
        joining.join(db, lin, second, lin, LATER)


def test_without_its_declaration_what_was_noted_is_left_behind(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = DECLARED["change"]
    assert isinstance(declared, Personal)
    less = Personal(
        declared.table, declared.title, declared.whose, declared.shows, {}, declared.erase, declared.kept
    )
    monkeypatch.setitem(DECLARED, "change", less)
    with transaction(sqlite_engine) as db:
        lin, second = fill_both(db)
        joining.join(db, lin, second, lin, LATER)
        assert leading_to(db, second) == {"change.subject_id"}


# Seats.


def test_of_two_registrations_the_older_stays_and_seats_never_add(engine: Engine) -> None:
    with transaction(engine) as db:
        lin, second = key_of(db, "lin"), newcomer(db)
        register(db, "sorting", second, 2, NOW)
        register(db, "sorting", lin, 3, LATER)
        register(db, "story", lin, 1)
        register(db, "pressure", second, 4)
        joining.join(db, lin, second, lin, LATER)
        held = {each.activity.code: each.seats for each in registered.mine(db, lin, NOW)}
        assert held == {"sorting": 2, "story": 1, "pressure": 4}
        assert [seats(db, code) for code in held] == list(held.values())
        states = [row.state for row in db.rows(select(REGISTRATION).order_by(REGISTRATION.c.id))]
        assert states == ["confirmed", "cancelled", "confirmed", "confirmed"]


@pytest.mark.parametrize("first", [True, False])
def test_what_either_account_said_no_to_is_not_sent(db: Db, first: bool) -> None:
    one, two = newcomer(db, "one"), newcomer(db, "two")
    subscription.choose(db, one, "kind:lecture", first, NOW)
    subscription.choose(db, two, "kind:lecture", not first, LATER)
    joined = joining.join(db, one, two, one, LATER)
    chosen = db.rows(select(SUBSCRIPTION).where(SUBSCRIPTION.c.member_id == joined))
    assert [(row.subject, row.wanted) for row in chosen] == [("kind:lecture", False)]


def test_a_wish_from_before_everything_was_stopped_counts_no_more_and_one_from_after_does(db: Db) -> None:
    one, two = newcomer(db, "one"), newcomer(db, "two")
    subscription.choose(db, one, "kind:lecture", True, NOW)
    subscription.choose(db, two, "all", False, LATER)
    subscription.choose(db, one, "kind:salon", True, LATER + timedelta(minutes=1))
    joined = joining.join(db, one, two, one, LATER + timedelta(minutes=2))
    chosen = db.rows(
        select(SUBSCRIPTION).where(SUBSCRIPTION.c.member_id == joined).order_by(SUBSCRIPTION.c.subject)
    )
    assert [(row.subject, row.wanted) for row in chosen] == [("all", False), ("kind:salon", True)]


@pytest.mark.chaos
def test_a_hundred_joinings_keep_every_seat_counted(engine: Engine) -> None:
    with transaction(engine) as db:
        kept = []
        for nth in range(100):
            one, two = newcomer(db, f"one-{nth}"), newcomer(db, f"two-{nth}")
            for key in (one, two) if nth % 2 else (two, one):
                register(db, "taiji", key, 1 + nth % 3, NOW + timedelta(minutes=key))
            subscription.choose(db, one, "all", False, NOW)
            subscription.choose(db, two, "all", True, NOW)
            kept.append(joining.join(db, one, two, one, LATER))
        live = db.rows(select(REGISTRATION).where(REGISTRATION.c.state == "confirmed"))
        assert sorted(row.member_id for row in live) == sorted(kept)
        assert sum(row.seats for row in live) == seats(db, "taiji") == sum(1 + nth % 3 for nth in range(100))
        assert {row.wanted for row in db.rows(select(SUBSCRIPTION))} == {False}
        joined = db.rows(select(CHANGE).where(CHANGE.c.after == "account joined").order_by(CHANGE.c.id))
        assert [(row.subject_id, row.reason) for row in joined] == [(key, "console") for key in kept]


# Somebody who writes from another address meanwhile.


def write_meanwhile(engine: Engine) -> list[str]:
    """The one is registering from his second address while he is joined; gives what went wrong."""
    with transaction(engine) as db:
        lin, second = key_of(db, "lin"), newcomer(db)
    wrong: list[str] = []

    def join() -> None:
        try:
            with transaction(engine) as db:
                joining.join(db, lin, second, lin, LATER)
        except DBAPIError as error:
            wrong.append(str(error.orig))

    joins = threading.Thread(target=join)
    try:
        with transaction(engine) as db:
            conversation.speaker(db, "console", "second")
            joins.start()
            joins.join(0.3)
            assert joins.is_alive()
            register(db, "story", second, 2)
    except DBAPIError as error:
        wrong.append(str(error.orig))
    joins.join(20)
    return wrong


def test_who_registers_meanwhile_keeps_it(engine: Engine) -> None:
    assert write_meanwhile(engine) == []
    with transaction(engine) as db:
        assert [each.seats for each in registered.mine(db, key_of(db, "second"), NOW)] == [2]
        assert key_of(db, "second") == key_of(db, "lin")


def test_without_the_lock_of_the_addresses_they_stop_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "_LOCK", select(1))
    with databases.postgres() as engine:
        SQLModel.metadata.create_all(engine)
        with transaction(engine) as db:
            store.store(db, pack_file.read([PACK]))
        (stopped,) = write_meanwhile(engine)
    assert "deadlock detected" in stopped


# Who stays, and what of him.


def test_whom_a_pack_knows_stays_whichever_way_round(engine: Engine) -> None:
    with transaction(engine) as db:
        lin = key_of(db, "lin")
        assert joining.join(db, lin, newcomer(db, "a"), None, NOW) == lin
        assert joining.join(db, newcomer(db, "b"), lin, None, NOW) == lin
        assert [row.key for row in member.addresses(db, lin)] == ["lin", "a", "b"]


def test_two_of_a_pack_and_one_with_himself_are_refused(engine: Engine) -> None:
    with transaction(engine) as db:
        lin, he = key_of(db, "lin"), key_of(db, "he")
        for into, other, code in ((lin, he, "joining.both_listed"), (lin, lin, "joining.same")):
            with pytest.raises(Refusal) as refused:
                joining.join(db, into, other, None, NOW)
            assert refused.value.code == code


def test_what_is_empty_is_filled_and_confirmed_beats_said(engine: Engine) -> None:
    with transaction(engine) as db:
        one, two = newcomer(db, "one"), newcomer(db, "two")
        tower, estate = (
            db.value(select(PLACE.c.id).where(PLACE.c.code == code)) for code in ("tower", "estate")
        )
        own = {"work_id": tower, "work_confirmed": False, "home_id": tower, "home_confirmed": True}
        others = {"work_id": estate, "work_confirmed": True, "home_id": estate, "home_confirmed": True}
        named = {
            "name": "小林",
            "interests": ["太极"],
            "phone": VAULT.seal("13812345678"),
            "phone_digest": "d",
        }
        db.run(update(MEMBER).where(MEMBER.c.id == one).values(**own, interests=["瑜伽"]))
        db.run(update(MEMBER).where(MEMBER.c.id == two).values(**others, **named))
        joining.join(db, one, two, one, NOW)
        row = profile.find(db, one)
        assert (row.work_id, row.work_confirmed, row.home_id, row.home_confirmed) == (
            estate,
            True,
            tower,
            True,
        )
        assert (row.name, row.interests, row.phone_digest) == ("小林", ["瑜伽", "太极"], "d")


@pytest.mark.parametrize("first", ["yes", "no"])
def test_the_last_word_on_a_purpose_counts_for_what_is_stored(engine: Engine, first: str) -> None:
    with transaction(engine) as db:
        one, two = newcomer(db, "one"), newcomer(db, "two")
        tower = db.value(select(PLACE.c.id).where(PLACE.c.code == "tower"))

        def settle() -> None:
            consent.give(db, one, "whereabouts", NOW)
            profile.settle(db, one, "home", tower, NOW)

        def refuse() -> None:
            consent.withdraw(db, two, "whereabouts", NOW)

        for act in (settle, refuse) if first == "yes" else (refuse, settle):
            act()
        joining.join(db, one, two, one, NOW)
        assert consent.holds(db, one, "whereabouts") is (first == "no")
        assert profile.find(db, one).home_id == (None if first == "yes" else tower)
        assert len(db.rows(select(CONSENT).where(CONSENT.c.member_id == one))) == 2


def test_roles_are_those_of_both(engine: Engine) -> None:
    with transaction(engine) as db:
        officer, second = key_of(db, "officer"), newcomer(db)
        tower, union = (
            db.value(select(PLACE.c.id).where(PLACE.c.code == "tower")),
            db.value(select(ORGANIZATION.c.id)),
        )
        db.insert(insert(ROLE), member_id=second, kind="staff", place_id=tower)
        db.insert(insert(ROLE), member_id=second, kind="representative", organization_id=union)
        for key in (officer, second):
            db.run(insert(MEMBERSHIP), member_id=key, organization_id=union)
        joining.join(db, officer, second, officer, NOW)
        found = [(row.kind, row.place, row.organization) for row in invite.roles(db, officer)]
        assert found == [("staff", "云杉大厦", None), ("representative", None, "云杉联合工会")]


def test_a_code_goes_along_and_a_notice_that_waits_reaches_its_address(engine: Engine) -> None:
    with transaction(engine) as db:
        lin, second = key_of(db, "lin"), newcomer(db)
        code = invite.make(db, VAULT, second, second, "joining", NOW)
        joining.join(db, lin, second, lin, NOW)
        found = invite.find(db, VAULT, code.code)
        assert found is not None
        assert (found.member_id, found.made_by_id) == (lin, lin)
        assert [row.key for row in member.addresses(db, lin)] == ["lin", "second"]
        assert notice.tell(db, [], [row.id for row in member.addresses(db, lin)], NOW)


def test_a_pack_loaded_again_leaves_them_one(engine: Engine, tmp_path: Path) -> None:
    """And where it gives another handle, the account that was joined keeps its own."""
    with transaction(engine) as db:
        lin, second = key_of(db, "lin"), newcomer(db)
        joining.join(db, second, lin, None, NOW)
    pack = tmp_path / "moved.toml"
    pack.write_text(PACK.read_text("utf-8").replace('"console:lin"', '"console:lin-new"'), "utf-8")
    with transaction(engine) as db:
        store.store(db, pack_file.read([pack]))
        known = [(row.key, row.joined is None) for row in member.addresses(db, lin)]
        assert known == [("lin-new", True), ("second", False)]


# Where he is told things.


def test_he_is_told_at_one_address(engine: Engine) -> None:
    with transaction(engine) as db:
        lin = key_of(db, "lin")
        old = member.address_for(db, lin)
        joining.join(db, lin, newcomer(db), lin, NOW)
        first, second = (row.id for row in member.addresses(db, lin))
        assert (old, member.address_for(db, lin)) == (first, second)
        member.choose_address(db, lin, first, NOW)
        assert member.address_for(db, lin) == first
        member.close(db, first, NOW)
        assert member.address_for(db, lin) == second
        member.close(db, second, NOW)
        assert member.address_for(db, lin) is None
        assert len(db.rows(select(ADDRESS).where(ADDRESS.c.chosen.is_not(None)))) == 1
