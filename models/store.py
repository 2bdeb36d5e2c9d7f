"""Writes a checked pack into the database: by id, so that loading it again never duplicates."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Table, and_, bindparam, delete, insert, select, update

from models import activity, community, erasure
from models.database import Db, table_of
from models.folding import fold
from models.pack import SECTIONS, Entry, Keys, Pack, PackError


def known_keys(db: Db, zone: ZoneInfo, now: datetime | None = None) -> Keys:
    """What the database has already: the key of each id of each section."""
    keys = Keys(zone, now)
    for declared in SECTIONS.values():
        table = table_of(declared.table)
        code = table.c.id if declared.single else table.c.code
        found = db.rows(select(code.label("code"), table.c.id))
        keys.of[declared.name] = {"" if declared.single else row.code: row.id for row in found}
    return keys


def called(db: Db) -> Callable[[str, str], str | None]:
    """What says the id of the one entry that is called so, by its name or an alias; None where none or several are."""

    def find(section: str, name: str) -> str | None:
        table = table_of(SECTIONS[section].table)
        found = db.rows(select(table.c.code, table.c.name, table.c.aliases).where(table.c.code.is_not(None)))
        codes = [row.code for row in found if fold(name) in map(fold, (row.name, *row.aliases))]
        return codes[0] if len(codes) == 1 else None

    return find


def store(db: Db, pack: Pack, now: datetime | None = None) -> dict[str, int]:
    """Writes the pack within the caller's transaction; gives the number of entries of each section.

    Without `now` nothing of it is news, and nobody is told.
    """
    declared = pack.entries.get("community", {}).get("")
    before = community.zone(db)
    zone = ZoneInfo(str(getattr(declared, "timezone", ""))) if declared else before or ZoneInfo("UTC")
    keys = known_keys(db, zone, now)
    erased = erasure.digests(db)
    written = dict.fromkeys(pack.entries, 0)
    for name, entries in pack.entries.items():
        table = table_of(SECTIONS[name].table)
        for code, entry in entries.items():
            named = {
                erasure.digest(name, code),
                *(erasure.digest("handle", each) for each in entry.handles()),
            }
            if named & erased:
                continue  # asked to be forgotten, also by who still has an old pack
            written[name] += 1
            try:
                keys.of[name][code] = key = _write(db, table, keys.of[name].get(code), code, entry, keys)
                _check_ring(db, table, key)
                entry.bind(db, key)
            except ValueError as error:
                raise PackError(f"{pack.files[name, code]}: {name} {code}: {error}") from None
    if before not in (None, zone):
        activity.derive_days(db, zone)
    community.touch(db)
    return written


def _write(db: Db, table: Table, key: int | None, code: str, entry: Entry, keys: Keys) -> int:
    row = dict(entry.row(keys))
    if key is not None:
        for withheld in entry.withheld(db, key):
            del row[withheld]
        db.run(update(table).where(table.c.id == key).values(row))
        entry.revise(db, key, keys)
    else:
        named = {"code": code} if code else {}
        key = db.insert(insert(table).values({**named, **entry.once(db, keys), **row}))
    for child, rows in entry.children(keys).items():
        _replace_children(db, table, table_of(child), key, rows)
    entry.begin(db, key, keys)
    return key


def _check_ring(db: Db, table: Table, key: int) -> None:
    """A pack alone may be a tree that becomes a ring with what is there already."""
    if "parent_id" not in table.c:
        return
    parent = select(table.c.parent_id).where(table.c.id == bindparam("key"))
    above = db.value(parent, key=key)
    while above is not None:
        if above == key:
            raise ValueError("parent: stands below this entry already; take one parent away")
        above = db.value(parent, key=above)


def _replace_children(
    db: Db, parent: Table, child: Table, key: int, rows: Sequence[dict[str, object]]
) -> None:
    """Rows with a code keep their key, since others may refer to them; links are written anew."""
    owner = child.c[f"{parent.name}_id"]
    if "code" not in child.c:
        db.run(delete(child).where(owner == key))
        for row in rows:
            db.insert(insert(child).values({owner.name: key, **row}))
        return
    db.run(delete(child).where(and_(owner == key, child.c.code.not_in([row["code"] for row in rows]))))
    for row in rows:
        here = and_(owner == key, child.c.code == row["code"])
        if not db.run(update(child).where(here).values(row)):
            db.insert(insert(child).values({owner.name: key, **row}))
