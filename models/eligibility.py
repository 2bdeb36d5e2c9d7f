"""Who may come to an activity: everybody, or who belongs to certain places or organizations."""

from typing import Any

from sqlalchemy import bindparam, func, select

from models import contact
from models.activity import Listing
from models.database import Db
from models.member import MEMBER, MEMBERSHIP
from models.organization import ORGANIZATION
from models.place import PLACE, above
from models.refusal import Refusal
from models.text import Prose, Several, Text, as_said

_MEMBER = select(MEMBER.c.home_id, MEMBER.c.work_id).where(MEMBER.c.id == bindparam("member"))
_BELONGS = select(MEMBERSHIP.c.organization_id).where(MEMBERSHIP.c.member_id == bindparam("member"))
_PARENT = select(ORGANIZATION.c.parent_id).where(ORGANIZATION.c.id == bindparam("organization"))
_PLACES = select(PLACE.c.name).where(PLACE.c.id.in_(bindparam("keys", expanding=True))).order_by(PLACE.c.id)
_ORGANIZATIONS = (
    select(ORGANIZATION.c.name)
    .where(ORGANIZATION.c.id.in_(bindparam("keys", expanding=True)))
    .order_by(ORGANIZATION.c.id)
)

_OTHERS_THAN_CLUBS = select(func.count()).where(
    ORGANIZATION.c.id.in_(bindparam("keys", expanding=True)), ORGANIZATION.c.kind != "club"
)


def dump(places: list[int], organizations: list[int]) -> dict[str, Any] | None:
    """As `activity.eligible` keeps it; None is everybody."""
    named = {"places": places, "organizations": organizations}
    return {name: keys for name, keys in named.items() if keys} or None


def covers(db: Db, wanted: Listing, member: int) -> bool:
    """Whether this person may come: he lives or works there, or belongs to it; what he says of himself does."""
    if not wanted.eligible:
        return True
    person = db.row(_MEMBER, member=member)
    places = set(wanted.eligible.get("places", ()))
    own = [key for key in (person.home_id, person.work_id) if key] if person and places else []
    if any(places & set(above(db, key)) for key in own):
        return True
    organizations = set(wanted.eligible.get("organizations", ()))
    return bool(organizations & _organizations(db, member)) if organizations else False


def _organizations(db: Db, member: int) -> set[int]:
    """What somebody belongs to, and what that belongs to."""
    found: set[int] = set()
    next_ones = [row.organization_id for row in db.rows(_BELONGS, member=member)]
    while next_ones:
        found.update(next_ones)
        parents = [db.value(_PARENT, organization=key) for key in next_ones]
        next_ones = [key for key in parents if key is not None and key not in found]
    return found


def wider(db: Db, old: dict[str, Any] | None, more: dict[str, Any]) -> dict[str, Any] | None:
    """Those who may come already and these too; what lies in another one of them is left out."""
    if not old:
        return None
    places = list(dict.fromkeys([*more.get("places", []), *old.get("places", [])]))
    outer = [key for key in places if not set(above(db, key)[1:]) & set(places)]
    organizations = dict.fromkeys([*old.get("organizations", []), *more.get("organizations", [])])
    return dump(outer, list(organizations))


def names(db: Db, wanted: Listing) -> Text | None:
    """Whom it is for, by the names of places and organizations; None is everybody."""
    return named(db, wanted.eligible) if wanted.eligible else None


def named(db: Db, eligible: dict[str, Any]) -> Text:
    """The names of these places and organizations."""
    rows = [
        *db.rows(_PLACES, keys=eligible.get("places", [])),
        *db.rows(_ORGANIZATIONS, keys=eligible.get("organizations", [])),
    ]
    return Text("{names}", names=Several(tuple(as_said(row.name) for row in rows)))


def check(db: Db, wanted: Listing, member: int) -> None:
    """Raises a Refusal that says whom it is for, where this person is none of them."""
    if covers(db, wanted, member):
        return
    title, whom = Prose(wanted.title), names(db, wanted) or Text("")
    if wanted.eligible and wanted.eligible.get("places"):
        sentence = Text("请先填住处或单位，「{title}」只面向{names}。", title=title, names=whom)
        raise Refusal("activity.eligible", sentence, wanted.ref)
    if not db.value(_OTHERS_THAN_CLUBS, keys=organizations(wanted)):
        sentence = Text("请先加入{names}，「{title}」只面向成员。", title=title, names=whom)
        raise Refusal("activity.club", sentence, wanted.ref)
    why = Text("「{title}」只面向{names}的成员。", title=title, names=whom)
    raise Refusal("activity.members", contact.ask(db, wanted, why), wanted.ref)


def organizations(wanted: Listing) -> list[int]:
    """The keys of those whose members it is for."""
    return list((wanted.eligible or {}).get("organizations", ()))
