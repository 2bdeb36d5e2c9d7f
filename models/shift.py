"""The rules of shifts: a role with a place left, the skill that it takes, and nobody at two of them at once."""

from dataclasses import replace

from sqlalchemy import bindparam, case, exists, func, select, update

from models import shift_role, skill
from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.database import Db
from models.member import MEMBER
from models.refusal import Refusal
from models.registration import CONFIRMED, REGISTRATION
from models.shift_role import SHIFT_ROLE, Role
from models.text import Prose, Span, Text

_HAS_ROLES = exists().where(SHIFT_ROLE.c.activity_id == ACTIVITY.c.id)
# The shifts that somebody has for sure and that overlap this time. An end at the other's start does not.
_OVERLAPPING = (
    listed()
    .join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id)
    .where(
        REGISTRATION.c.member_id == bindparam("member"),
        CONFIRMED,
        PUBLISHED,
        ACTIVITY.c.id != bindparam("activity"),
        (ACTIVITY.c.kind == "volunteering") | _HAS_ROLES,
        ACTIVITY.c.starts < bindparam("ends"),
        ACTIVITY.c.ends > bindparam("starts"),
    )
    .order_by(ACTIVITY.c.starts)
    .limit(1)
)
# Of one person's shifts one is decided at a time, from whatever addresses they are asked for.
_LOCK = select(MEMBER.c.id).where(MEMBER.c.id == bindparam("member")).with_for_update(key_share=True)


def is_one(wanted: Listing) -> bool:
    """Whether it is a shift: volunteering, or something with roles."""
    return wanted.kind == "volunteering" or wanted.has_roles


def overlap(db: Db, wanted: Listing, member: int) -> Listing | None:
    """The shift that this person has for sure at the time of this one; None where he is free."""
    if not is_one(wanted):
        return None
    db.row(_LOCK, member=member)
    found = db.row(_OVERLAPPING, member=member, activity=wanted.id, starts=wanted.starts, ends=wanted.ends)
    return None if found is None else listing(found)


def check_overlap(db: Db, wanted: Listing, member: int) -> None:
    """Whether this person is free of other shifts then. Raises a Refusal that names the other one."""
    other = overlap(db, wanted, member)
    if other is None:
        return
    sentence = Text(
        "请先取消或转给同事「{other}」（{when}），再报「{title}」。一个人同一时间只能排一班。",
        other=Prose(other.title),
        when=Span(other.starts, other.ends),
        title=Prose(wanted.title),
    )
    raise Refusal("shift.overlap", sentence, wanted.ref, other.ref)


def narrow(wanted: Listing, role: Role) -> Listing:
    """The activity with the places of one of its roles: what is free there, and who waits for it."""
    return replace(wanted, capacity=role.capacity, taken=0, seats=role.seats, waiting=role.waiting)


def check_role(db: Db, wanted: Listing, key: int | None, member: int) -> Listing:
    """Whether this person may take this role; gives the activity with its places. Raises Refusal."""
    if not wanted.has_roles:
        return wanted
    roles = shift_role.of(db, wanted.id)
    role = next((each for each in roles if each.id == key), None)
    if role is None:
        sentence = Text("请先选一个岗位，再报「{title}」。", title=Prose(wanted.title))
        raise Refusal("shift.role", sentence, wanted.ref)
    check_skill(db, wanted, role, member)
    return narrow(wanted, role)


def check_skill(db: Db, wanted: Listing, role: Role, member: int) -> None:
    """Whether staff confirmed of this person what the role takes. Raises Refusal."""
    if role.skill is None or skill.has(db, member, role.skill):
        return
    sentence = Text(
        "请先让工作人员确认一次您会{skill}，「{title}」的「{role}」要这个。会的话点“我有这个技能”，确认了我们告诉您。",
        skill=Prose(role.skill),
        role=Prose(role.name),
        title=Prose(wanted.title),
    )
    raise Refusal("shift.skill", sentence, wanted.ref)


# What packs change.

_LOST = select(SHIFT_ROLE).where(
    SHIFT_ROLE.c.activity_id == bindparam("activity"),
    SHIFT_ROLE.c.code.not_in(bindparam("codes", expanding=True)),
)
_DETACH = update(REGISTRATION).where(REGISTRATION.c.role_id == bindparam("role")).values(role_id=None)
_PLACES = (
    select(
        func.sum(
            case(
                (SHIFT_ROLE.c.seats > SHIFT_ROLE.c.capacity, SHIFT_ROLE.c.seats), else_=SHIFT_ROLE.c.capacity
            )
        )
    )
    .where(SHIFT_ROLE.c.activity_id == ACTIVITY.c.id)
    .scalar_subquery()
)
_FOLLOW = update(ACTIVITY).where(ACTIVITY.c.id == bindparam("activity"), _HAS_ROLES).values(capacity=_PLACES)


def keep(db: Db, activity: int, codes: list[str]) -> None:
    """Before the roles of an activity are written anew: one that people have stays. Raises ValueError."""
    for row in db.rows(_LOST, activity=activity, codes=codes):
        if row.seats or row.waiting:
            raise ValueError(f'roles: people are registered for "{row.code}"; keep it, or let them go first')
        # Who had it once did cancel: of that the role alone is forgotten.
        db.run(_DETACH, role=row.id)


def follow(db: Db, activity: int) -> None:
    """An activity holds as many as its roles; who has a place more than is needed by now takes none from another role."""
    db.run(_FOLLOW, activity=activity)
