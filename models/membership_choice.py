"""What members said themselves of where they belong: who joined or left by the chat, no pack says otherwise."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.member import MEMBERSHIP
from models.personal import OWNER, keep_older, personal
from models.text import Text


class MembershipChoice(SQLModel, table=True):
    __tablename__ = "membership_choice"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    organization_id: int = Field(foreign_key="organization.id", primary_key=True, index=True)
    joined: bool
    at: datetime


MEMBERSHIP_CHOICE = table_of(MembershipChoice)
_MINE = (
    MEMBERSHIP_CHOICE.c.member_id == bindparam("member"),
    MEMBERSHIP_CHOICE.c.organization_id == bindparam("organization"),
)
_CHOOSE = update(MEMBERSHIP_CHOICE).where(*_MINE).values(joined=bindparam("wanted"), at=bindparam("now"))
_INSERT = insert(MEMBERSHIP_CHOICE)
_OF = select(MEMBERSHIP_CHOICE).where(MEMBERSHIP_CHOICE.c.member_id == bindparam("member"))
_BELONGS = select(MEMBERSHIP.c.member_id).where(
    MEMBERSHIP.c.member_id == bindparam("member"), MEMBERSHIP.c.organization_id == bindparam("organization")
)
_JOIN = insert(MEMBERSHIP)
_LEAVE = delete(MEMBERSHIP).where(
    MEMBERSHIP.c.member_id == bindparam("member"), MEMBERSHIP.c.organization_id == bindparam("organization")
)


def choose(db: Db, member: int, organization: int, wanted: bool, now: datetime) -> bool:
    """From now on he belongs there, or no longer; False where that was so already."""
    values = {"member": member, "organization": organization}
    if not db.run(_CHOOSE, **values, wanted=wanted, now=now):
        db.insert(_INSERT, member_id=member, organization_id=organization, joined=wanted, at=now)
    return _apply(db, member, organization, wanted)


def apply_all(db: Db, member: int) -> None:
    """A pack that was loaded again says where he belonged before; what he said since holds."""
    for row in db.rows(_OF, member=member):
        _apply(db, member, row.organization_id, row.joined)


def belongs(db: Db, member: int, organization: int) -> bool:
    return db.value(_BELONGS, member=member, organization=organization) is not None


def _apply(db: Db, member: int, organization: int, wanted: bool) -> bool:
    if wanted == belongs(db, member, organization):
        return False
    if wanted:
        db.insert(_JOIN, member_id=member, organization_id=organization)
    else:
        db.run(_LEAVE, member=member, organization=organization)
    return True


personal(
    MEMBERSHIP_CHOICE,
    Text("您自己加入和退出的组织"),
    whose=MEMBERSHIP_CHOICE.c.member_id == OWNER,
    shows={"organization_id": Text("组织"), "joined": Text("加入了"), "at": Text("时间")},
    joins=keep_older("organization_id"),
    kept="as long as the member is one",
)
