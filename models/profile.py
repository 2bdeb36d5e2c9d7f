"""What members say of themselves: where they live and work, how to call and to reach them, what they like."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, Update, bindparam, select, update

from models import change, consent, phone
from models.database import Db
from models.member import MEMBER, MEMBERSHIP
from models.organization import ORGANIZATION
from models.place import PLACE
from models.refusal import Refusal
from models.text import Text
from models.vault import Vault

Base = Literal["home", "work"]
_HOME, _WORK = PLACE.alias("home_place"), PLACE.alias("work_place")
_PROFILE = (
    select(MEMBER, _HOME.c.name.label("home"), _WORK.c.name.label("work"))
    .outerjoin(_HOME, _HOME.c.id == MEMBER.c.home_id)
    .outerjoin(_WORK, _WORK.c.id == MEMBER.c.work_id)
    .where(MEMBER.c.id == bindparam("member"))
)
_ORGANIZATIONS = (
    select(ORGANIZATION.c.name, ORGANIZATION.c.kind)
    .join(MEMBERSHIP, MEMBERSHIP.c.organization_id == ORGANIZATION.c.id)
    .where(MEMBERSHIP.c.member_id == bindparam("member"))
    .order_by(ORGANIZATION.c.id)
)
_THE_MEMBER = MEMBER.c.id == bindparam("member")
_NAME = update(MEMBER).where(_THE_MEMBER).values(name=bindparam("called"))
_LIKE = update(MEMBER).where(_THE_MEMBER).values(interests=bindparam("likes"))


def _with_consent(purpose: str) -> Update:
    """Nothing is stored that was not agreed to: without consent the update meets no row."""
    return update(MEMBER).where(_THE_MEMBER, consent.holding(purpose))


_SETTLE = {
    "home": _with_consent("whereabouts").values(home_id=bindparam("place"), home_confirmed=False),
    "work": _with_consent("whereabouts").values(work_id=bindparam("place"), work_confirmed=False),
}
_LEAVE = {
    "home": update(MEMBER).where(_THE_MEMBER).values(home_id=None, home_confirmed=False),
    "work": update(MEMBER).where(_THE_MEMBER).values(work_id=None, work_confirmed=False),
}
_REACH = _with_consent("phone").values(phone=bindparam("sealed"), phone_digest=bindparam("found_by"))
_UNREACH = update(MEMBER).where(_THE_MEMBER).values(phone=None, phone_digest=None)


def find(db: Db, member: int) -> Row[Any]:
    """The member with the names of home and work."""
    row = db.row(_PROFILE, member=member)
    assert row is not None
    return row


def settle(db: Db, member: int, base: Base, place: int, now: datetime) -> None:
    """He says that he lives or works there; it is said only, until somebody confirms it. Raises Refusal."""
    before = find(db, member)
    if getattr(before, f"{base}_id") == place:
        return  # said again of what is confirmed, it stays confirmed
    if not db.run(_SETTLE[base], member=member, place=place):
        raise Refusal("consent.missing", Text("请先同意我们保存住处和单位，才能记下来。"))
    change.record(db, "member", member, None, f"{base} said", member, now)


def leave(db: Db, member: int, base: Base, now: datetime) -> None:
    """He no longer lives or works where it was known; with neither left, nothing is agreed to either."""
    db.run(_LEAVE[base], member=member)
    change.record(db, "member", member, None, f"{base} taken back", member, now)
    left = find(db, member)
    if left.home_id is None and left.work_id is None:
        consent.withdraw(db, member, "whereabouts", now)


def reach(db: Db, vault: Vault, member: int, number: str, now: datetime) -> None:
    """Keeps the digits of a phone number, sealed. Raises Refusal."""
    sealed, found_by = vault.seal(number), vault.digest(number)
    if not db.run(_REACH, member=member, sealed=sealed, found_by=found_by):
        raise Refusal("consent.missing", Text("请先同意我们保存手机号，才能记下来。"))
    change.record(db, "member", member, None, "phone said", member, now)


def unreach(db: Db, member: int, now: datetime) -> None:
    """The phone number is deleted, and the consent to keeping it ends."""
    db.run(_UNREACH, member=member)
    consent.withdraw(db, member, "phone", now)
    change.record(db, "member", member, None, "phone taken back", member, now)


def masked_phone(vault: Vault, sealed: str | None) -> str | None:
    """What is shown of a sealed number; None where there is none, or none that this key opens."""
    number = vault.open(sealed) if sealed else None
    return phone.mask(number) if number else None


def call(db: Db, member: int, name: str | None, now: datetime) -> None:
    """He wants to be called so. A name stands in the clear and others see it: with a number in it, raises Refusal."""
    if name and phone.find(name):
        raise Refusal("profile.name", Text("称呼请写名字，比如“小王”。手机号放在这里，别人会看到。"))
    db.run(_NAME, member=member, called=name)
    change.record(db, "member", member, None, "name said", member, now)


def like(db: Db, member: int, interests: list[str], now: datetime) -> None:
    """These are his interests, and no others. Raises Refusal."""
    if phone.find(" ".join(interests)):
        raise Refusal("profile.interests", Text("请说您喜欢什么，比如瑜伽、摄影。手机号不用放在这里。"))
    db.run(_LIKE, member=member, likes=interests)
    change.record(db, "member", member, None, "interests said", member, now)


def organizations(db: Db, member: int) -> list[Row[Any]]:
    """All that he belongs to, for himself alone."""
    return list(db.rows(_ORGANIZATIONS, member=member))


def organizations_shown(db: Db, member: int) -> list[str]:
    """What others may see that he belongs to: party organizations only where he wants them seen."""
    shown = bool(consent.party_shown(db, [member]))
    return [each.name for each in organizations(db, member) if shown or each.kind != "party"]
