"""To whom a need can be given: an officer, or a unit whose contacts are told."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from models import duty, handling_queue, need_line, organization, place, standing
from models.database import Db
from models.folding import fold

# How somebody is called behind the name of his unit: 物业王经理, 居委会李主任.
_TITLE = re.compile(r"(?:经理|主任|师傅|书记|队长|老师|所长|站长|先生|女士)$")
_MINE = ("我", "我自己", "自己", "我来", "我办", "me", "myself")


@dataclass(frozen=True, slots=True)
class Whom:
    """An officer or an organization, by its key."""

    kind: str
    id: int
    name: str

    @property
    def value(self) -> str:
        """As a form keeps it."""
        return f"{self.kind} {self.id}"


def near(db: Db, one: Row[Any], me: int) -> list[Whom]:
    """To whom it is given as a rule: oneself, the units of its place and around it, then colleagues."""
    around = place.above(db, one.place_id) if one.place_id is not None else place.roots(db)
    units = [row for row in handling_queue.organizations(db) if row.place_id in around]
    found = [
        Whom("unit", row.id, row.name) for row in sorted(units, key=lambda row: around.index(row.place_id))
    ]
    return [*found, *_officers(db, one, me)]


def named(db: Db, one: Row[Any], me: int, said: str) -> list[Whom]:
    """Who is called so: those whose whole name it is, else all in whose name it stands, the nearest first."""
    plain = fold(said).strip(' .。,!"「」')
    if plain in _MINE:
        return [Whom("officer", me, "")]
    known = [
        (Whom("unit", row.id, row.name), [fold(name) for name in (row.name, *row.aliases)], row.place_id)
        for row in handling_queue.organizations(db)
    ]
    known += [(each, [fold(each.name)], None) for each in _officers(db, one, me)]
    exact = [whom for whom, names, _ in known if plain in names]
    if exact or not plain:
        return exact
    around = set(place.above(db, one.place_id)) if one.place_id is not None else set()
    for called in (plain, *_units_in(plain)):
        held = [(whom, at) for whom, names, at in known if any(_is_like(called, name) for name in names)]
        if held:
            return [whom for whom, at in held if at in around] or [whom for whom, _ in held]
    return []


def _units_in(said: str) -> list[str]:
    """What may be the unit in 物业王经理, the longest first: two signs of a name at most stand before the title."""
    before = _TITLE.sub("", said)
    return (
        [] if before == said else [before[: len(before) - cut] for cut in range(3) if len(before) - cut > 1]
    )


def _is_like(said: str, name: str) -> bool:
    """物业 is a part of the name, 小王 calls 王五 as colleagues do, and a sentence has the whole name in it."""
    if len(name) > 1 and name in said:
        return True
    if len(said) > 1 and said in name:
        return True
    return len(said) == 2 and said[0] in "小老" and name.startswith(said[1])


def _officers(db: Db, one: Row[Any], me: int) -> list[Whom]:
    around = [one.place_id] if one.place_id is not None else place.roots(db)
    rows = [row for each in around for row in duty.officers(db, each)]
    found = {row.id: Whom("officer", row.id, row.name) for row in rows if row.name and row.id != me}
    return list(found.values())


def find(db: Db, one: Row[Any], me: int, value: str) -> Whom | None:
    """Who was chosen, where he may still be."""
    kind, _, key = value.partition(" ")
    if kind == "unit":
        return Whom("unit", int(key), organization.name(db, int(key)))
    if int(key) == me:
        return Whom("officer", me, "")
    return next((each for each in _officers(db, one, me) if each.id == int(key)), None)


def contacts(db: Db, one: Row[Any]) -> list[int]:
    """Who stands for the unit that has it."""
    return [] if one.unit_id is None else [row.id for row in standing.representatives(db, one.unit_id)]


def has_it(db: Db, one: Row[Any], member: int) -> bool:
    """Whether somebody stands for the unit that has it."""
    return one.unit_id is not None and standing.stands_for(db, member, one.unit_id)


def word_of_unit(db: Db, one: Row[Any]) -> Row[Any] | None:
    """The last thing that the unit said of it."""
    theirs = set(contacts(db, one))
    lines = [row for row in need_line.of(db, one.id) if row.kind == "note" and row.member_id in theirs]
    return lines[-1] if lines else None
