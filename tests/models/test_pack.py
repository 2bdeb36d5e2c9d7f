"""A pack is taken whole or not at all: what is wrong with it is one line that one can act on."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import SQLModel

from bot import community
from bot.clock import FixedClock
from models import activity, pack, pack_file, registered, registering
from models.activity import ACTIVITY
from models.database import table_of, transaction
from models.member import ADDRESS, MEMBER
from models.organization import ORGANIZATION
from models.pack import PackError
from models.place import PLACE
from models.project_part import PART
from models.service import Service
from tests import databases
from tests.conftest import NOW, PACK
from tests.models.conftest import Linli
from tests.models.contents import Rows, contents, counts

SERVICE = table_of(Service)
HEAD = '[community]\nname = "银杏社区"\ntimezone = "Asia/Shanghai"\n'
ACTIVITY_KEYS = (
    "id, kind, series, title, summary, place, host, starts, ends, capacity, taken, fee, "
    "registration_opens, registration_closes, tags, hours, questions, approval, companions, minimum, decides, "
    "for_places, for_organizations, contact, checks_out, occasion, private_note, roles"
)
OPENING_FORM = 'write it as "Mon-Fri 09:00-20:00; Sat 09:00-17:00"'
SLOT_FORM = 'write it as "Mon-Fri 09:00-11:30,13:30-16:30/15min x2"'


def entry(section: str, **fields: object) -> str:
    """An entry as a pack writes it; None leaves a field out."""
    lines = [f"{name} = {written(value)}" for name, value in fields.items() if value is not None]
    return "\n".join([f"[[{section}]]", *lines, ""])


def written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {written(inner)}' for name, inner in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def place(**fields: object) -> str:
    return entry("place", **{"id": "pagoda", "kind": "venue", "name": "塔", **fields})


def organization(**fields: object) -> str:
    return entry("organization", **{"id": "friends", "kind": "club", "name": "友社", **fields})


def member(**fields: object) -> str:
    return entry("member", **{"id": "su", "handle": "console:su", "name": "苏", **fields})


def salon(**fields: object) -> str:
    starts = datetime.fromisoformat("2026-11-26T12:00:00+08:00")
    plain = {"id": "chess", "kind": "salon", "title": "棋", "place": "pagoda"}
    times = {"starts": starts, "ends": starts + timedelta(hours=1)}
    return place() + entry("activity", **{**plain, **times, **fields})


def service(**fields: object) -> str:
    return entry("service", **{"id": "permit", "category": "证件", "name": "办证", **fields})


def project(**fields: object) -> str:
    return entry("project", **{"id": "photos", "title": "拍照", **fields})


def offer(**fields: object) -> str:
    plain = {"id": "hands", "organization": "friends", "kind": "people", "name": "志愿者", "quantity": 6}
    return organization() + entry("offer", **{**plain, **fields})


def ballot(**fields: object) -> str:
    plain = {"id": "benches", "kind": "topic", "question": "装吗？", "options": ["装", "不装"]}
    times = {"opens": NOW, "closes": NOW + timedelta(days=7)}
    return place() + entry("ballot", **{**plain, "electorate": "pagoda", **times, **fields})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# What stands below [community], and the line that tells what is wrong with it.
WRONG: dict[str, tuple[str, str]] = {
    "unknown key": (salon(colour="红"), f"activity chess: colour: unknown key; the keys are {ACTIVITY_KEYS}"),
    "unknown key inside": (
        salon(questions=[{"key": "diet", "ask": "忌口？", "kind": "text"}]),
        f"activity chess: questions.1.kind: unknown key; the keys are {ACTIVITY_KEYS}",
    ),
    "unknown key of the community": (
        'motto = "和"\n',
        "community: motto: unknown key; the keys are name, timezone, languages, holidays, workdays, hall, purposes",
    ),
    "key of two lines": (
        '"a\\nb" = 1\n',
        "community: a\\nb: unknown key; the keys are name, timezone, languages, holidays, workdays, hall, purposes",
    ),
    "unknown table": (
        entry("event", id="chess"),
        "event: unknown table; a pack has activity, ballot, board, category, community, member, metric, offer, "
        "organization, place, project, service",
    ),
    "table for a list": (
        '[place]\nid = "pagoda"\n',
        "place: is written in another form; write it as [[place]]",
    ),
    "dangling place.parent": (
        place(parent="nowhere"),
        'place pagoda: parent: there is no place "nowhere"; add it or correct the id',
    ),
    "dangling organization.parent": (
        organization(parent="nobody"),
        'organization friends: parent: there is no organization "nobody"; add it or correct the id',
    ),
    "dangling organization.place": (
        organization(place="nowhere"),
        'organization friends: place: there is no place "nowhere"; add it or correct the id',
    ),
    "dangling member.home": (
        member(home="nowhere"),
        'member su: home: there is no place "nowhere"; add it or correct the id',
    ),
    "dangling member.work": (
        member(work="nowhere"),
        'member su: work: there is no place "nowhere"; add it or correct the id',
    ),
    "dangling member.organizations": (
        organization() + member(organizations=["friends", "nobody"]),
        'member su: organizations: there is no organization "nobody"; add it or correct the id',
    ),
    "dangling staff": (
        member(roles=["staff@nowhere"]),
        'member su: roles: there is no place "nowhere"; add it or correct the id',
    ),
    "dangling representative": (
        place() + member(roles=["representative@pagoda"]),
        'member su: roles: there is no organization "pagoda"; add it or correct the id',
    ),
    "dangling activity.place": (
        salon(place="nowhere"),
        'activity chess: place: there is no place "nowhere"; add it or correct the id',
    ),
    "dangling activity.host": (
        salon(host="nobody"),
        'activity chess: host: there is no organization "nobody"; add it or correct the id',
    ),
    "dangling service.stations": (
        service(stations=["nowhere"]),
        'service permit: stations: there is no place "nowhere"; add it or correct the id',
    ),
    "dangling project.place": (
        project(place="nowhere"),
        'project photos: place: there is no place "nowhere"; add it or correct the id',
    ),
    "dangling offer.organization": (
        offer(organization="nobody"),
        'offer hands: organization: there is no organization "nobody"; add it or correct the id',
    ),
    "dangling ballot.electorate": (
        ballot(electorate="nowhere"),
        'ballot benches: electorate: there is no place "nowhere"; add it or correct the id',
    ),
    "dangling id of two lines": (
        place(parent="no\nwhere"),
        "place pagoda: parent: holds a line break or another character that is not seen; leave it out",
    ),
    "duplicate id": (
        place() + place(name="亭"),
        "place pagoda: id: stands twice; give one of them another id",
    ),
    "end before start": (
        salon(ends=at("2026-11-26T11:00:00+08:00")),
        "activity chess: ends: it ends before it starts; write a later time",
    ),
    "end at the start": (
        salon(ends=at("2026-11-26T04:00:00+00:00")),
        "activity chess: ends: it ends before it starts; write a later time",
    ),
    "closes after the end": (
        salon(registration_closes=at("2026-11-26T13:00:01+08:00")),
        "activity chess: registration_closes: is after the end; write an earlier time",
    ),
    "opens after the close": (
        salon(registration_opens=at("2026-11-26T12:00:00+08:00")),
        "activity chess: registration_opens: is after the close; write an earlier time",
    ),
    "two questions of one key": (
        salon(questions=[{"key": "diet", "ask": "忌口？"}, {"key": "diet", "ask": "过敏？"}]),
        "activity chess: questions: two have the same key; give one of them another",
    ),
    "two parts of one key": (
        project(parts=[{"key": "lamps", "kind": "supplies", "name": "灯", "quantity": 1}] * 2),
        "project photos: parts: two have the same key; give one of them another",
    ),
    "closes before it opens": (
        ballot(closes=NOW),
        "ballot benches: closes: it closes before it opens; write a later time",
    ),
    "an option twice": (
        ballot(options=["装", "装"]),
        "ballot benches: options: the same option stands twice; write it once",
    ),
    "a topic with rounds": (
        ballot(rounds=2),
        'ballot benches: seats, rounds, publicity_days: for kind = "election" only; leave them out',
    ),
    "negative capacity": (
        salon(capacity=-1),
        "activity chess: capacity: input should be greater than or equal to 0, not '-1'; write another value",
    ),
    "negative taken": (
        salon(taken=-1),
        "activity chess: taken: input should be greater than or equal to 0, not '-1'; write another value",
    ),
    "capacity beyond what a database holds": (
        salon(capacity=2**31),
        "activity chess: capacity: input should be less than or equal to 2147483647, not '2147483648'; "
        "write another value",
    ),
    "endless hours": (
        salon().replace("[[activity]]", "[[activity]]\nhours = inf"),
        "activity chess: hours: input should be a finite number, not 'inf'; write another value",
    ),
    "quantity of none": (
        project(parts=[{"key": "frames", "kind": "supplies", "name": "相框", "quantity": 0}]),
        "project photos: parts.1.quantity: input should be greater than or equal to 1, not '0'; "
        "write another value",
    ),
    "capacity as text": (
        salon(capacity="20"),
        "activity chess: capacity: input should be a valid integer, not '20'; write another value",
    ),
    "capacity as truth": (
        salon(capacity=True),
        "activity chess: capacity: input should be a valid integer, not 'True'; write another value",
    ),
    "time as text": (
        salon(starts="2026-11-26T12:00:00+08:00"),
        "activity chess: starts: input should be a valid datetime, not '2026-11-26T12:00:00+08:00'; "
        "write another value",
    ),
    "time beyond the calendar": (
        salon(starts=at("0001-01-01T00:00:00+08:00")),
        "activity chess: starts: is beyond the calendar; write a year that can be",
    ),
    "text for a list": (
        salon(tags="瑜伽"),
        "activity chess: tags: input should be a valid list, not '瑜伽'; write another value",
    ),
    "unknown kind": (
        salon(kind="party"),
        "activity chess: kind: input should be 'salon', 'lecture', 'course', 'club', 'volunteering', "
        "'charity', 'meeting' or 'outreach', not 'party'; write another value",
    ),
    "empty title": (
        salon(title=""),
        "activity chess: title: string should have at least 1 character, not ''; write another value",
    ),
    "character that no database keeps": (
        salon(title="棋\0"),
        "activity chess: title: holds a line break or another character that is not seen; leave it out",
    ),
    "blank title": (salon(title="  "), "activity chess: title: is blank; write some words or leave it out"),
    "endless title": (
        salon(title="棋" * 1001),
        "activity chess: title: is longer than 1000 characters; shorten it",
    ),
    "missing key": (salon(starts=None), "activity chess: starts: is missing; add it"),
    "missing id": (place() + place(id=None), "place no. 2: id: is missing; add it"),
    "bad slug": (
        place(id="Pagoda_1"),
        "place Pagoda_1: id: 'Pagoda_1' is no slug; use a-z, 0-9 and single hyphens",
    ),
    "bad handle": (
        member(handle="su"),
        'member su: handle: "su" is no handle; write a channel and the name there, as "console:zhou"',
    ),
    "bad role": (
        member(roles=["chief"]),
        'member su: roles: "chief" is no role; write "staff@PLACE", "door@PLACE", "moderator@PLACE", '
        '"operator@PLACE", "representative@ORGANIZATION" or "administrator"',
    ),
    "longitude first": (
        place(location=[121.4, 31.2]),
        "place pagoda: location: the latitude comes first, as in [31.2286, 121.4531], not '[121.4, 31.2]'; "
        "write another value",
    ),
    "bad opening": (
        place(opening="weekdays 9-5"),
        "place pagoda: opening: 'weekdays' is no day; the days are Mon, Tue, Wed, Thu, Fri, Sat, Sun",
    ),
    "bad opening hours": (
        place(opening="Mon-Fri 9-18"),
        f"place pagoda: opening: '9-18' are no hours; {OPENING_FORM}",
    ),
    "bad slots": (
        service(slots="Mon-Fri 09:00-11:30"),
        f"service permit: slots: 'Mon-Fri 09:00-11:30' is not understood; {SLOT_FORM}",
    ),
    "parents in a ring": (
        place(parent="gate") + place(id="gate", name="门", parent="pagoda"),
        "place: parent: the entries pagoda > gate > pagoda stand in a ring; take one parent away",
    ),
    "its own parent": (
        organization(parent="friends"),
        "organization: parent: the entries friends > friends stand in a ring; take one parent away",
    ),
}

# Whole files, and the line that tells what is wrong with them.
WRONG_FILES: dict[str, tuple[bytes, str]] = {
    "wrong zone": (
        HEAD.replace("Asia/Shanghai", "Mars/Olympus").encode(),
        'community: timezone: "Mars/Olympus" is no time zone; write one like "Asia/Shanghai"',
    ),
    "wrong zone of one word": (
        HEAD.replace("Asia/Shanghai", "Shanghai").encode(),
        'community: timezone: "Shanghai" is no time zone; write one like "Asia/Shanghai"',
    ),
    "zone as a number": (
        HEAD.replace('"Asia/Shanghai"', "8").encode(),
        "community: timezone: input should be a valid string, not '8'; write another value",
    ),
    "community as a list": (
        HEAD.replace("[community]", "[[community]]").encode(),
        "community: is written in another form; write it as [community]",
    ),
    "community without a name": (
        b'[community]\ntimezone = "Asia/Shanghai"\n',
        "community: name: is missing; add it",
    ),
    "invalid TOML": (
        HEAD.encode() + b"[[place]]\nid = pagoda\n",
        "TOML: Invalid value (at line 5, column 6); mend that line",
    ),
    "GBK": (HEAD.encode("gbk"), "encoding: this is not UTF-8; save the file as UTF-8"),
    "UTF-16": (HEAD.encode("utf-16"), "encoding: this is not UTF-8; save the file as UTF-8"),
}
ALL_WRONG = {name: (f"{HEAD}{text}".encode(), line) for name, (text, line) in WRONG.items()} | WRONG_FILES


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a pack: `file(text)`, or several under names of their own."""

    def write(text: str | bytes, name: str = "pack.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


File = Callable[..., Path]


@pytest.fixture(scope="module")
def before(settled: Engine) -> Rows:
    return contents(settled)


@pytest.mark.parametrize("name", ALL_WRONG)
def test_a_wrong_pack_is_one_line(name: str, file: File) -> None:
    raw, line = ALL_WRONG[name]
    path = file(raw)
    with pytest.raises(PackError) as raised:
        pack_file.read([path])
    assert str(raised.value) == f"{path}: {line}"


@pytest.mark.parametrize("name", ALL_WRONG)
def test_a_wrong_pack_leaves_the_database_as_it_was(
    name: str, file: File, linli: Linli, settled: Engine, before: Rows
) -> None:
    raw, line = ALL_WRONG[name]
    path = file(raw)
    ran = linli("load", path, engine=settled)
    assert (ran.code, ran.output, ran.errors) == (2, [], [f"linli: {path}: {line}"])
    assert contents(settled) == before


# What only the database can tell, and the line about it; the community of the tests is there already.
WRONG_THERE: dict[str, tuple[str, str]] = {
    "two members with one handle": (
        member() + member(id="so"),
        "member so: handle: 'console:su' is su's already; give another one",
    ),
    "handle of a member who is there": (
        member(handle="console:lin"),
        'member su: handle: "console:lin" is another member\'s already; give another one',
    ),
    "ring with places that are there": (
        place(id="ginkgo", kind="subdistrict", name="银杏街道", parent="estate-north"),
        "place ginkgo: parent: stands below this entry already; take one parent away",
    ),
}


@pytest.mark.parametrize("name", WRONG_THERE)
def test_what_only_the_database_can_tell_is_one_line_too(
    name: str, file: File, linli: Linli, settled: Engine, before: Rows
) -> None:
    text, line = WRONG_THERE[name]
    # What stands before it in the pack is undone with it.
    path = file(place() + text)
    ran = linli("load", path, engine=settled)
    assert (ran.code, ran.output, ran.errors) == (2, [], [f"linli: {path}: {line}"])
    assert contents(settled) == before


def test_files_that_are_not_there_or_no_files(tmp_path: Path, linli: Linli, settled: Engine) -> None:
    missing = tmp_path / "nowhere.toml"
    ran = linli("load", missing, engine=settled)
    assert (ran.code, ran.errors) == (2, [f"linli: {missing}: there is no such file; check the path"])
    ran = linli("load", tmp_path, engine=settled)
    reason = "cannot be read (Is a directory); check the path and its rights"
    assert (ran.code, ran.errors) == (2, [f"linli: {tmp_path}: {reason}"])


def test_several_files_are_one_pack(file: File) -> None:
    one, other = file(HEAD + place(parent="gate"), "one.toml"), file(place(id="gate"), "other.toml")
    assert list(pack_file.read([one, other]).entries["place"]) == ["gate", "pagoda"]
    again = file(place(name="亭"), "again.toml")
    with pytest.raises(PackError) as raised:
        pack_file.read([one, other, again])
    assert str(raised.value) == f"{again}: place pagoda: id: stands twice; give one of them another id"
    second = file(HEAD, "second.toml")
    with pytest.raises(PackError) as raised:
        pack_file.read([one, other, second])
    assert str(raised.value) == f"{second}: community: stands twice; keep it in one of the files"


def test_the_first_pack_needs_a_community(file: File, empty: Engine, linli: Linli) -> None:
    path = file(place())
    assert linli("migrate", engine=empty).code == 0
    before = contents(empty)
    ran = linli("load", path, engine=empty)
    line = f"linli: {path}: community: is missing; add a table [community] with a name"
    assert (ran.code, ran.errors) == (2, [line])
    assert contents(empty) == before


def test_a_later_pack_needs_none_and_refers_to_what_is_there(file: File, engine: Engine) -> None:
    before = counts(engine)
    text = salon(place="tower", host="spruce-union") + member(work="tower-station", roles=["staff@estate"])
    community.load(engine, [file(text)])
    more = {"place": 1, "activity": 1, "member": 1, "address": 1, "role": 1}
    assert counts(engine) == {name: count + more.get(name, 0) for name, count in before.items()}


def test_a_mark_at_the_beginning_of_the_file_does_no_harm(file: File) -> None:
    assert list(pack_file.read([file((HEAD + place()).encode("utf-8-sig"))]).entries) == [
        "community",
        "place",
    ]


@pytest.mark.parametrize("name", ALL_WRONG)
def test_a_wrong_pack_makes_no_new_database(name: str, file: File, linli: Linli, tmp_path: Path) -> None:
    ran = linli("load", file(ALL_WRONG[name][0]), "--database", f"sqlite:///{tmp_path / 'new.db'}")
    assert ran.code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pack.toml"]


def test_loading_tells_what_it_loaded(linli: Linli, empty: Engine) -> None:
    linli("migrate", engine=empty)
    ran = linli("load", PACK, engine=empty)
    counted = (
        "1 × community, 1 × board, 6 × place, 1 × organization, 1 × service, 1 × project, 1 × ballot, 5 × member, "
        "12 × activity, 1 × offer"
    )
    assert (ran.code, sorted(ran.output[0].split(", "))) == (0, sorted(counted.split(", ")))


# Loading again


def _without_what_may_change(rows: Rows) -> Rows:
    """Rows but for the revision of the community, and the keys of roles, to which nothing refers."""
    (of_all,) = rows["community"]
    names = list(SQLModel.metadata.tables["community"].c.keys())
    community = [value for name, value in zip(names, of_all, strict=True) if name != "revision"]
    return {**rows, "community": [tuple(community)], "role": [row[1:] for row in rows["role"]]}


def test_loading_twice_changes_nothing(engine: Engine) -> None:
    before = contents(engine)
    assert all(before[name] for name in before if name not in WITHOUT_PACK)
    community.load(engine, [PACK])
    community.load(engine, [PACK])
    assert _without_what_may_change(contents(engine)) == _without_what_may_change(before)


# Tables that only the bot fills; memberships are none in the pack of the tests.
WITHOUT_PACK = {
    "project_label", "metric", "metric_point", "measure", "outreach", "wanted_plan", "words_check", "replay_pass",
    "double_registration", "double_report", "pair", "pair_wish", "partnership",
    "board_invitation", "contest_entry", "contest_topic", "project_side", "showcase", "showcase_words",
    "introduction", "match_due", "match_told",
    "deadletter", "invite", "wrongcode", "accesstoken", "grant",
    "change", "conversation", "heard", "registration", "membership",
    "notice", "delivery", "delivery_attempt", "pace", "activity_change", "reminder", "calendar_link",
    "broadcast", "broadcast_recipient", "emergency", "acknowledgement", "question", "question_line", "group_binding", "digest",
    "consent", "subscription", "erasure", "skill", "handover", "urgent_call", "shift_role", "visit",
    "appeal", "arrival_call", "checkin_refusal", "closing", "credit", "feedback", "membership_choice",
    "minimum_question", "photo", "promise", "proof", "result",
    "follow", "need", "need_category", "need_line", "project_claim", "project_place",
    "booking", "closure", "guide", "material_tick", "renewal", "service_host", "slot", "window_case",
}  # fmt: skip


def test_an_edited_pack_updates_by_id(file: File, engine: Engine) -> None:
    parts = [{"key": key, "kind": "people", "name": key, "quantity": 1} for key in ("hands", "eyes")]
    first = [
        salon(title="象棋", capacity=10, tags=["棋"]),
        organization() + organization(id="union", kind="union", name="工会"),
        member(work="pagoda", organizations=["friends"], roles=["staff@pagoda", "administrator"]),
        project(parts=parts),
        service(stations=["pagoda", "tower"]),
    ]
    community.load(engine, [file("".join(first))])
    known = _keys(engine)
    second = [
        salon(title="围棋", capacity=None, tags=[]),
        organization(place="pagoda") + organization(id="union", kind="union", name="工会"),
        member(name="苏轼", home="pagoda", organizations=["union"], roles=["representative@union"]),
        project(parts=[{"key": "eyes", "kind": "expertise", "name": "好眼力", "quantity": 2}]),
        service(stations=["tower"]),
    ]
    community.load(engine, [file("".join(second))])
    assert _keys(engine) == {name: key for name, key in known.items() if name != "hands"}
    rows = contents(engine)
    with transaction(engine) as db:
        chess = activity.find(db, db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "chess")))
        su = db.row(select(MEMBER).where(MEMBER.c.code == "su"))
        part = db.row(select(PART).where(PART.c.code == "eyes"))
        assert db.value(select(ORGANIZATION.c.place_id).where(ORGANIZATION.c.code == "friends"))
        addresses = db.value(select(func.count()).where(ADDRESS.c.key == "su"))
        words = db.value(select(ACTIVITY.c.words).where(ACTIVITY.c.code == "chess"))
    assert (chess.title, chess.capacity, chess.tags) == ("围棋", None, [])
    assert ("围棋" in words, "象棋" in words) == (True, False)
    assert su is not None
    assert (su.name, su.work_id, su.home_id) == ("苏轼", None, known["pagoda"])
    assert part is not None
    assert (part.kind, part.name, part.quantity) == ("expertise", "好眼力", 2)
    assert [row[2:5] for row in rows["role"] if row[1] == known["su"]] == [
        ("representative", None, known["union"])
    ]
    assert [row for row in rows["membership"] if row[0] == known["su"]] == [(known["su"], known["union"])]
    assert [row for row in rows["service_station"] if row[0] == known["service"]] == [
        (known["service"], known["tower"])
    ]
    assert addresses == 1


def _keys(engine: Engine) -> dict[str, int]:
    """The database keys of what the edited pack is about."""
    with transaction(engine) as db:
        tables = (PLACE, ORGANIZATION, MEMBER, ACTIVITY, PART)
        found = {row.code: row.id for table in tables for row in db.rows(select(table.c.code, table.c.id))}
        permit = select(SERVICE.c.id).where(SERVICE.c.code == "permit")
        return {**found, "service": db.value(permit)}


def test_public_numbers_stay_and_are_never_given_twice(file: File, engine: Engine) -> None:
    numbers = select(ACTIVITY.c.code, ACTIVITY.c.number)
    with transaction(engine) as db:
        before = {row.code: row.number for row in db.rows(numbers)}
    community.load(engine, [file(salon())])
    community.load(engine, [PACK])
    with transaction(engine) as db:
        after = {row.code: row.number for row in db.rows(numbers)}
    assert after == {**before, "chess": max(before.values()) + 1}


def test_seats_given_by_the_bot_survive_and_taken_is_taken_over(file: File, engine: Engine) -> None:
    community.load(engine, [file(salon(capacity=10, taken=2))])
    with transaction(engine) as db:
        lin = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == "chess"))
        registering.register(db, activity.find(db, number), lin, 3, {}, NOW)
    community.load(engine, [file(salon(capacity=10, taken=5))])
    with transaction(engine) as db:
        chess = activity.find(db, number)
        assert (chess.taken, chess.seats, chess.free) == (5, 3, 2)
        assert registered.party_of(db, chess, lin) == 3
    community.load(engine, [file(salon(capacity=4, taken=5))])
    with transaction(engine) as db:
        chess = activity.find(db, number)
        assert (chess.taken, chess.seats, chess.free) == (5, 3, 0)


def test_members_keep_what_the_bot_added_to_them(file: File, engine: Engine) -> None:
    """Another address of a member, and somebody whom no pack knows."""
    with transaction(engine) as db:
        lin = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
        db.insert(ADDRESS.insert(), channel="telegram", key="7", member_id=lin)
        db.insert(MEMBER.insert(), language="en", interests=[])
    before = counts(engine)
    community.load(engine, [PACK])
    assert counts(engine) == before


# Times


def _moments(engine: Engine) -> set[tuple[datetime, date, int]]:
    with transaction(engine) as db:
        columns = select(ACTIVITY.c.starts, ACTIVITY.c.day, ACTIVITY.c.minute)
        rows = db.rows(columns.where(ACTIVITY.c.code.like("chess%")))
    return {(row.starts.astimezone(UTC), row.day, row.minute) for row in rows}


@pytest.mark.parametrize(
    "starts",
    [
        "2026-11-26T12:00:00",
        "2026-11-26T12:00:00+08:00",
        "2026-11-26T04:00:00+00:00",
        "2026-11-25T23:00:00-05:00",
    ],
)
def test_times_without_offset_are_the_communitys(starts: str, file: File, engine: Engine) -> None:
    ends = "2026-11-26T13:00:00" if "+" not in starts and "-05" not in starts else "2026-11-26T13:00:00+08:00"
    community.load(engine, [file(salon(starts=at(starts), ends=at(ends)))])
    assert _moments(engine) == {(at("2026-11-26T04:00:00+00:00"), date(2026, 11, 26), 12 * 60)}


def test_the_zone_is_that_of_the_pack_wherever_it_stands(file: File) -> None:
    local = salon(starts=at("2026-11-26T12:00:00"), ends=at("2026-11-26T13:00:00"))
    head = HEAD.replace("Asia/Shanghai", "America/New_York")
    read = pack_file.read([file(local, "one.toml"), file(head, "other.toml")])
    assert pack_file.first_moment(read) == at("2026-11-26T17:00:00+00:00")
    # Both times in one comparison: what has an offset and what has none.
    mixed = salon(starts=at("2026-11-26T12:00:00"), ends=at("2026-11-26T12:30:00-05:00"))
    assert pack_file.first_moment(pack_file.read([file(head + mixed)])) == at("2026-11-26T17:00:00+00:00")


def test_a_pack_without_times_has_no_first_moment(file: File) -> None:
    assert pack_file.first_moment(pack_file.read([file(HEAD + place())])) is None


@pytest.mark.parametrize("weeks", [-60, -1, 0, 1, 60])
def test_moved_moves_every_time_by_whole_weeks(weeks: int) -> None:
    moved = timedelta(weeks=weeks)
    before, after = pack_file.read([PACK]), pack_file.read([PACK], moved=moved)
    assert _all_times(after) == [moment + moved for moment in _all_times(before)]
    assert [moment.weekday() for moment in _all_times(after)] == [
        moment.weekday() for moment in _all_times(before)
    ]
    assert len(_all_times(before)) == 12 * 2 + 4 + 2


def _all_times(read: pack.Pack) -> list[datetime]:
    fields = ("starts", "ends", "registration_opens", "registration_closes", "opens", "closes")
    entries = [entry for section in read.entries.values() for entry in section.values()]
    values = [getattr(entry, name, None) for entry in entries for name in fields]
    return [value for value in values if value is not None]


# The demo


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Engine]:
    with databases.sqlite(tmp_path) as engine:
        community.prepare(engine)
        yield engine


def test_the_demo_loads_on_both(empty: Engine, linli: Linli) -> None:
    linli("migrate", engine=empty)
    assert linli("load", community.DEMO, engine=empty).code == 0
    filled = counts(empty)
    assert all(filled[name] for name in filled if name not in WITHOUT_PACK - {"membership"})


SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = date(2027, 3, 8)
CLOCKS = [
    datetime(2027, 3, 8, 0, 0, tzinfo=SHANGHAI),
    *(datetime(2027, 3, 8 + day, 9, 10, tzinfo=SHANGHAI) for day in range(7)),
    datetime(2027, 3, 14, 23, 59, tzinfo=SHANGHAI),
]


@pytest.mark.parametrize("now", CLOCKS, ids=str)
def test_the_demo_has_always_a_week_full_of_activities(now: datetime, new: Engine) -> None:
    community.load_demo(new, FixedClock(now.astimezone(UTC)))
    with transaction(new) as db:
        days = db.rows(select(ACTIVITY.c.day, func.count()).group_by(ACTIVITY.c.day))
    count = dict.fromkeys((MONDAY + timedelta(days=nth) for nth in range(14)), 0) | dict(map(tuple, days))
    assert min(count) == MONDAY
    assert all(count[MONDAY + timedelta(days=nth)] >= 1 for nth in range(7))
    coming = [count[now.date() + timedelta(days=nth)] for nth in range(7)]
    assert sum(number >= 3 for number in coming) >= 6, coming


def test_the_demo_comes_only_where_no_community_is(sqlite_engine: Engine, clock: FixedClock) -> None:
    before = contents(sqlite_engine)
    community.load_demo(sqlite_engine, clock)
    assert contents(sqlite_engine) == before
