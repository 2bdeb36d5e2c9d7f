"""What is personal is declared in each table, goes to its owner whole, and leaves nothing behind when it is erased."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Engine,
    LargeBinary,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import String
from sqlmodel import AutoString, SQLModel

import handlers
import models
from models import activity, change, erasure, member, notice, personal, registering
from models.activity import ACTIVITY
from models.card import Card
from models.database import Db, transaction
from models.erasure import ERASURE
from models.member import ADDRESS, MEMBER, ROLE, meet_group
from models.metric import METRIC
from models.migrate import upgrade
from models.organization import ORGANIZATION
from models.personal import DECLARED, Codes, Impersonal, Personal, Shown
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.text import as_said
from tests.chat import VAULT, Chat
from tests.conftest import NOW, PACK
from tests.models.conftest import Linli

_ROOMS = (handlers, models)  # importing them makes their tables known
CANARY = "canary7f3a"
TABLES = SQLModel.metadata.sorted_tables
# What was noted of the projects of the pack when it was loaded is left out.
OF_PEOPLE = change.CHANGE.c.subject.not_in(["project", "part"])
PERSONAL = [each.table.name for each in DECLARED.values() if isinstance(each, Personal)]


# What is declared.


def test_every_table_says_whether_it_is_personal() -> None:
    assert set(DECLARED) == {table.name for table in TABLES}
    assert [
        each.table.name for each in DECLARED.values() if isinstance(each, Impersonal) and not each.reason
    ] == []


def is_words(column: "Column[Any]") -> bool:
    """Whether somebody's own words could stand there."""
    return isinstance(column.type, String | AutoString | JSON)


def undeclared(declared: Personal) -> set[str]:
    """The columns of words of which nothing is said."""
    words = {column.name for column in declared.table.c if is_words(column)}
    return words - set(declared.shows) - set(declared.besides)


@pytest.mark.parametrize("name", PERSONAL)
def test_every_column_of_words_is_shown_or_says_why_not(name: str) -> None:
    declared = DECLARED[name]
    assert isinstance(declared, Personal)
    assert undeclared(declared) == set()
    assert set(declared.shows) | set(declared.besides) <= set(declared.table.c.keys())
    assert set(declared.shows) & set(declared.besides) == set()


def test_a_column_that_was_forgotten_is_found() -> None:
    declared = DECLARED["member"]
    assert isinstance(declared, Personal)
    shows = {name: shown for name, shown in declared.shows.items() if name not in ("name", "interests")}
    less = Personal(declared.table, declared.title, declared.whose, shows, {}, declared.erase, "")
    assert undeclared(less) == {"name", "interests", "phone_digest"}


def test_what_refers_to_somebody_is_personal() -> None:
    refer = {
        table.name
        for table in TABLES
        for key in table.foreign_keys
        if key.column.table.name in ("member", "address")
    }
    assert refer - set(PERSONAL) == set()
    assert refer > {"registration", "heard", "consent"}


def test_what_is_kept_for_a_time_is_forgotten_after_it() -> None:
    modules = {
        mapper.local_table.name: mapper.class_.__module__  # type: ignore[attr-defined]
        for mapper in SQLModel._sa_registry.mappers
    }
    kept = {each.table.name: each.kept for each in personal.declared()}
    timed = {name for name, how_long in kept.items() if isinstance(how_long, timedelta)}
    assert timed >= {"delivery", "heard", "notice"}
    assert [name for name in timed if not hasattr(import_module(modules[name]), "forget")] == []
    assert [name for name, how_long in kept.items() if not how_long] == []


# A member about whom something stands in every column.

_CARD = Card(as_said(f"{CANARY}-card")).dump()
# What columns hold that are read in their own way.
_SAMPLES: dict[str, Any] = {
    "broadcast.audience": {},
    # What an activity said before and after, which is the community's.
    "change.detail": {},
    "heard.reply": {"did": "help", "messages": [["somebody", "zh-Hans", None, _CARD]]},
    "notice.cards": [_CARD],
    "photo.data": f"{CANARY}-data".encode(),
    "notice.said": {"text": f"{CANARY}-said", "meant": None, "closed": [], "message": None},
}

# What a member wrote or did for everybody, which stays without a name: whole tables, or single columns.
_EVERYBODYS = {
    # An organization's offer is its own; of what somebody offers himself nothing is left, see test_offers.py.
    *("activity", "project", "offer", "need_line.text"),
    *(f"need.{name}" for name in ("title", "kind", "category", "sent", "visibility", "unit", "outcome")),
    "need.source",
    # Sums and what they count, without whose they were; the aims of a unit; what a pair is about.
    *(f"double_report.{name}" for name in ("kind", "quarter", "figures", "records")),
    # Where staff went and what the company is called; what a company wished, but for its budget.
    "outreach",
    # What staff wrote for all teams; as whom a unit took part; what was checked and what our own words found in it.
    *("contest_topic", "project_side.side", "words_check.subject", "words_check.why"),
    *(f"wanted_plan.{name}" for name in ("kind", "aim", "makes", "title")),
    "partnership.aims",
    "pair.kind",
}


def _is_everybodys(table: str, column: str) -> bool:
    return table in _EVERYBODYS or f"{table}.{column}" in _EVERYBODYS


def fill(db: Db, key: int) -> None:
    """Writes a row of this member into every personal table, with a canary wherever words may stand."""
    keys = {"member": key}
    if db.value(select(METRIC.c.id)) is None:
        db.insert(insert(METRIC), code="wet", name="湿垃圾", unit="吨")
    for declared in personal.declared():
        table = declared.table
        row = {column.name: _value(db, declared, column, keys) for column in table.c if _is_given(column)}
        if table is MEMBER:
            db.run(update(table).where(table.c.id == key).values(row))
        else:
            keys[table.name] = db.value(insert(table).values(row).returning(*table.primary_key))


def _is_given(column: "Column[Any]") -> bool:
    """A key of its own the database gives."""
    return bool(column.foreign_keys) or column.name != "id"


def _value(db: Db, declared: Personal, column: "Column[Any]", keys: dict[str, int]) -> Any:
    if f"{declared.table.name}.{column.name}" == "group_binding.address_id":
        return meet_group(db, "telegram", f"group:{keys['member']}")
    if column.name == "organization_id" and declared.table.name in ("board_invitation", "booking"):
        unit = {
            "code": f"unit-{declared.table.name}-{keys['member']}",
            "kind": "company",
            "name": "某公司",
            "aliases": [],
        }
        return db.insert(insert(ORGANIZATION), **unit)
    for reference in column.foreign_keys:
        other = reference.column.table
        return keys.get(other.name) or db.value(select(func.min(reference.column)))
    if (
        column.name in ("seats", "taken", "held")
        and not column.foreign_keys
        and declared.table is not REGISTRATION
    ):
        return 0
    if _is_everybodys(declared.table.name, column.name) and is_words(column):
        # Its words are the community's, also those of its contact; see tests/handlers/test_proposals.py.
        return [] if isinstance(column.type, JSON) else f"of {keys['member']}"
    if isinstance(column.type, LargeBinary):
        return b"a picture"
    if isinstance(column.type, Date):
        return NOW.date()
    shown = declared.shows.get(column.name, Shown(as_said("")))
    words = f"{CANARY}-{declared.table.name}-{column.name}-{keys['member']}"
    if isinstance(column.type, JSON):
        return _SAMPLES.get(f"{declared.table.name}.{column.name}", {"words": words})
    if isinstance(column.type, String | AutoString):
        if shown.sealed:
            return VAULT.seal(words)
        return "code" if isinstance(shown.read, Codes) else words
    if isinstance(column.type, Boolean):
        return True
    if "DateTime" in type(column.type).__name__:
        return NOW
    # The numbers of a day, too.
    return 900 + keys["member"] if column.unique or column.name == "number" else 1


def walk(engine: Engine) -> set[str]:
    """Every column in which a canary stands, of every table; on SQLite the bytes of the files too."""
    with transaction(engine) as db:
        found = {
            f"{table.name}.{column.name}"
            for table in TABLES
            for column in table.c
            for value in db.rows(select(column))
            if CANARY in json.dumps(value[0], default=str, ensure_ascii=False)
        }
    return found | set(_in_files(engine))


def _in_files(engine: Engine) -> Iterator[str]:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database = Path(str(engine.url.database))
    for path in database.parent.glob(f"{database.name}*"):
        if CANARY.encode() in path.read_bytes():
            yield path.name


def key_of(db: Db, handle: str) -> int:
    return int(db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == handle)))


def seats(engine: Engine) -> dict[str, int]:
    with transaction(engine) as db:
        return {
            row.code: row.seats for row in db.rows(select(ACTIVITY.c.code, ACTIVITY.c.seats)) if row.seats
        }


def people(engine: Engine) -> int:
    with transaction(engine) as db:
        return int(db.value(select(func.count()).select_from(MEMBER)))


# Erasing.


def live(say: Chat, who: str) -> None:
    """Somebody uses everything that there is: registers, answers, looks for things, leaves a form open."""
    lines = (
        "周二的瑜伽",
        "报名",
        "1",
        "报名手冲咖啡",
        f"{CANARY} 花生",
        "确认报名",
        "周六有什么瑜伽",
        f"{CANARY} 是什么",
    )
    for nth, line in enumerate(lines):
        say(line, who, message=f"{who}-{nth}")
    say("报名周四的瑜伽", who, message=f"{who}-form")
    say("导出我的数据", who)


@pytest.mark.parametrize("who", ["lin", f"{CANARY}-handle"])
def test_nothing_is_left_of_somebody_who_was_erased(say_on_both: Chat, who: str) -> None:
    say = say_on_both
    before = people(say.engine)
    live(say, who)
    with transaction(say.engine) as db:
        fill(db, key_of(db, who))
    assert walk(say.engine) >= {"registration.answers", "member.name", "heard.reply", "conversation.memory"}
    assert seats(say.engine) == {"yoga-tue": 1, "coffee": 1}
    say.at("2026-11-25T09:00:00+08:00")
    say("删除我的账号", who)
    first = say("确认删除", who, message="last")
    assert first.text.startswith("都删掉了：")
    assert walk(say.engine) == set()
    again = say("确认删除", who, message="last")
    assert (again.text, again.to, walk(say.engine)) == (first.text, [who], set())
    # What was stays counted; what is to come is everybody's again.
    assert seats(say.engine) == {"yoga-tue": 1}
    assert people(say.engine) == before - (who == "lin")


def goes_along(table: Any) -> bool:
    """Its rows are part of another one's, and go with it: by the database, or by what erases that."""
    # A promise is somebody's only while its registration is, and holds no words.
    return table.name in ("question_line", "promise") or any(
        key.ondelete == "CASCADE" for key in table.foreign_keys
    )


@pytest.mark.parametrize(
    "name",
    [
        each.table.name
        for each in personal.declared()
        if each.table is not MEMBER and not goes_along(each.table)
    ],
)
def test_without_one_declaration_something_is_left(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Either the rows refuse to be nobody's, or the walk finds them."""
    with transaction(sqlite_engine) as db:
        key = key_of(db, "lin")
        fill(db, key)
    monkeypatch.delitem(DECLARED, name)
    try:
        with transaction(sqlite_engine) as db:
            erasure.erase(db, key, NOW)
    except IntegrityError:
        return
    assert {found.partition(".")[0] for found in walk(sqlite_engine)} >= {name}


def test_the_rows_that_refuse_are_not_the_only_guard(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words that stay in a row without a name are found as well."""
    with transaction(sqlite_engine) as db:
        key = key_of(db, "lin")
        fill(db, key)
    declared = DECLARED["registration"]
    assert isinstance(declared, Personal)
    less = Personal(
        declared.table,
        declared.title,
        declared.whose,
        declared.shows,
        {},
        personal.clear(member_id=None, by_id=None),
        "",
    )
    monkeypatch.setitem(DECLARED, "registration", less)
    with transaction(sqlite_engine) as db:
        erasure.erase(db, key, NOW)
    assert walk(sqlite_engine) == {
        "registration.answers",
        "registration.remind",
        "registration.guest",
        "test.db",
    }


def test_what_is_erased_is_overwritten_in_the_file(tmp_path: Path, sqlite_engine: Engine) -> None:
    """Without the setting of models/database.py it would stand there on."""
    with transaction(sqlite_engine) as db:
        key = key_of(db, "lin")
        fill(db, key)
    with sqlite_engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
    with transaction(sqlite_engine) as db:
        erasure.erase(db, key, NOW)
    assert walk(sqlite_engine) == {"test.db"}


def test_others_keep_everything(engine: Engine) -> None:
    with transaction(engine) as db:
        lin, he = key_of(db, "lin"), key_of(db, "he")
        fill(db, he)
        notice.tell(
            db, [Card(as_said(f"{CANARY}-both"))], db_addresses(db, lin, he), NOW, key="told to both of them"
        )
        before = {section.table: len(section.rows) for section in personal.export(db, he, VAULT)}
        erasure.erase(db, lin, NOW)
        assert {section.table: len(section.rows) for section in personal.export(db, he, VAULT)} == before
        assert len(personal.export(db, lin, VAULT)) == 0


def db_addresses(db: Db, *keys: int) -> list[int]:
    return [row.id for row in db.rows(select(ADDRESS.c.id).where(ADDRESS.c.member_id.in_(keys)))]


def test_what_staff_noted_about_somebody_goes_and_what_they_did_stays(engine: Engine) -> None:
    with transaction(engine) as db:
        lin, officer = key_of(db, "lin"), key_of(db, "officer")
        change.record(db, "member", lin, None, "home confirmed", officer, NOW, "lives there, I saw it")
        change.record(db, "member", officer, None, "home confirmed", lin, NOW, "lin's words")
        change.record(db, "activity", 1, None, "moved", officer, NOW, "rain")
        erasure.erase(db, lin, NOW)
        rows = db.rows(select(change.CHANGE).where(OF_PEOPLE).order_by(change.CHANGE.c.id))
        assert [(row.subject, row.subject_id, row.actor_id, row.reason) for row in rows] == [
            ("member", officer, None, None),
            ("activity", 1, officer, "rain"),
        ]


def test_seats_are_given_back_with_a_change_like_any_other(engine: Engine) -> None:
    with transaction(engine) as db:
        lin, coffee = (
            key_of(db, "lin"),
            db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "coffee")),
        )
        registering.register(db, activity.find(db, coffee), lin, 2, {"allergy": "花生"}, NOW)
        erasure.erase(db, lin, NOW)
        row = db.row(select(REGISTRATION))
        assert row is not None
        assert (row.member_id, row.seats, row.answers, row.state) == (None, 2, {}, "cancelled")
        changes = db.rows(select(change.CHANGE).where(OF_PEOPLE).order_by(change.CHANGE.c.id))
        assert [(each.before, each.after, each.actor_id) for each in changes] == [
            (None, "confirmed", None),
            ("confirmed", "cancelled", None),
        ]
        assert activity.find(db, coffee).free == 2


def test_what_has_begun_keeps_its_seats(engine: Engine) -> None:
    with transaction(engine) as db:
        lin, coffee = (
            key_of(db, "lin"),
            db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "coffee")),
        )
        wanted = activity.find(db, coffee)
        registering.register(db, wanted, lin, 1, {}, NOW)
        erasure.erase(db, lin, wanted.starts)
        row = db.row(select(REGISTRATION))
        assert row is not None
        assert (row.member_id, row.state, activity.find(db, coffee).free) == (None, "confirmed", 1)


# Not coming back.


@pytest.fixture
def migrated(empty: Engine) -> Engine:
    upgrade(empty)
    return empty


def codes(engine: Engine) -> list[str]:
    with transaction(engine) as db:
        return [row.code for row in db.rows(select(MEMBER.c.code).order_by(MEMBER.c.code))]


def test_a_pack_does_not_bring_somebody_back(migrated: Engine, linli: Linli) -> None:
    assert linli("load", PACK, engine=migrated).code == 0
    everybody = codes(migrated)
    with transaction(migrated) as db:
        erasure.erase(db, key_of(db, "lin"), NOW)
    again = linli("load", PACK, engine=migrated)
    assert (again.code, again.errors) == (0, [])
    assert codes(migrated) == [code for code in everybody if code != "lin"]
    with transaction(migrated) as db:
        assert db.row(select(ADDRESS).where(ADDRESS.c.key == "lin")) is None
        kept = [tuple(row) for row in db.rows(select(ERASURE))]
        names = {erasure.digest("member", "lin"), erasure.digest("handle", "console:lin")}
        assert {(each[0], each[1].astimezone(NOW.tzinfo)) for each in kept} == {(name, NOW) for name in names}
        # Under another id he is known by his handle.
        db.run(delete(ERASURE).where(ERASURE.c.digest == erasure.digest("member", "lin")))
    linli("load", PACK, engine=migrated)
    assert codes(migrated) == [code for code in everybody if code != "lin"]
    with transaction(migrated) as db:
        # The digests alone keep them away.
        db.run(delete(ERASURE))
    linli("load", PACK, engine=migrated)
    assert codes(migrated) == everybody


def test_who_writes_again_is_a_newcomer(say_on_both: Chat) -> None:
    say = say_on_both
    live(say, "lin")
    for line in ("取消", "删除我的账号", "确认删除"):
        said = say(line)
    assert said.reply.gone
    with transaction(say.engine) as db:
        assert member.language_at(db, "console", "lin") is None
    assert "您现在没有报名。" in say("我的报名").text
    with transaction(say.engine) as db:
        row = db.row(select(MEMBER).where(MEMBER.c.id == key_of(db, "lin")))
    assert row is not None
    assert (row.code, row.name, row.work_id, row.interests) == (None, None, None, [])


# The last administrator.


def appoint(db: Db, *handles: str) -> list[int]:
    keys = [key_of(db, handle) for handle in handles]
    for key in keys:
        db.insert(insert(ROLE), member_id=key, kind="administrator")
    return keys


def test_the_last_administrator_stays(engine: Engine) -> None:
    with transaction(engine) as db:
        lin, he = appoint(db, "lin", "he")
        erasure.check(db, lin)
        erasure.erase(db, lin, NOW)
        with pytest.raises(Refusal) as refused:
            erasure.erase(db, he, NOW)
        assert refused.value.code == "erasure.administrator"
        erasure.check(db, key_of(db, "mei"))


def test_of_two_who_go_at_once_one_stays(engine: Engine) -> None:
    with transaction(engine) as db:
        lin, he = appoint(db, "lin", "he")
    refused = []

    def go() -> None:
        try:
            with transaction(engine) as db:
                erasure.erase(db, he, NOW)
        except Refusal as refusal:
            refused.append(refusal.code)

    second = threading.Thread(target=go)
    with transaction(engine) as db:
        erasure.erase(db, lin, NOW)
        second.start()
        second.join(0.3)
        assert second.is_alive()
    second.join(10)
    assert refused == ["erasure.administrator"]


# Export.


def test_an_export_has_everything_of_its_owner_and_nothing_of_others(engine: Engine) -> None:
    with transaction(engine) as db:
        lin, he = key_of(db, "lin"), key_of(db, "he")
        fill(db, lin)
        fill(db, he)
        sections = personal.export(db, lin, VAULT)
    tables = [section.table for section in sections]
    assert sorted(tables) == sorted(PERSONAL)
    about = ("member", "consent", "registration", "reminder", "subscription")
    messages = ("conversation", "delivery", "delivery_attempt", "grant", "heard", "notice")
    assert tables[0] == "member"
    assert max(tables.index(each) for each in about) < min(tables.index(each) for each in messages)
    written = json.dumps(
        [[cell.value for row in each.rows for cell in row] for each in sections], default=str
    )
    expected = {
        f"{CANARY}-{each.table.name}-{column.name}-{lin}"
        for each in personal.declared()
        for column in each.table.c
        if is_words(column)
        and column.name in each.shows
        and f"{each.table.name}.{column.name}" not in _SAMPLES
        and not isinstance(each.shows[column.name].read, Codes)
        and not _is_everybodys(each.table.name, column.name)
    }
    assert f"of {lin}" in written
    assert {words for words in expected if words not in written} == set()
    assert (f'-{he}"' in written, "digest" in written) == (False, False)
    assert {f"{CANARY}-card", f"{CANARY}-said"} <= set(written.split('"'))


def test_a_phone_is_opened_and_keys_are_named(engine: Engine) -> None:
    with transaction(engine) as db:
        lin = key_of(db, "lin")
        db.run(update(MEMBER).where(MEMBER.c.id == lin).values(phone=VAULT.seal("13812345678")))
        (details,) = [each for each in personal.export(db, lin, VAULT) if each.table == "member"]
    values = {cell.column: cell.value for cell in details.rows[0]}
    assert (values["phone"], values["work_id"], values["interests"]) == ("13812345678", "云杉大厦", ["瑜伽"])
