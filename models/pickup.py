"""What an organization fetches, once: who of it took it, and when."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from models import booking, organization
from models.booking import BOOKING
from models.database import Db
from models.member import MEMBER
from models.refusal import Refusal
from models.text import Moment, Text, as_said

_TAKEN = (
    select(BOOKING, MEMBER.c.name.label("member"))
    .outerjoin(MEMBER, MEMBER.c.id == BOOKING.c.member_id)
    .where(
        BOOKING.c.service_id == bindparam("service"),
        BOOKING.c.organization_id == bindparam("organization"),
        BOOKING.c.state.not_in(("absent", "cancelled", "revoked", "expired")),
    )
    .order_by(BOOKING.c.id)
)


def of(db: Db, service: int, organization_id: int) -> Row[Any] | None:
    """The one booking by which it fetches that, or has fetched it; with the name of its member."""
    return db.row(_TAKEN, service=service, organization=organization_id)


def check(db: Db, service: int, organization_id: int) -> None:
    """Raises a Refusal that says who has a time already, or took it when."""
    if (one := of(db, service, organization_id)) is not None:
        raise refusal(db, one)


def refusal(db: Db, one: Row[Any]) -> Refusal:
    """Said to staff and to whom the organization itself sends."""
    unit = as_said(organization.name(db, one.organization_id))
    who = as_said(one.member) if one.member else Text("本单位的人")
    ref = booking.ref(one.id)
    if one.state == "served":
        sentence = Text(
            "不用再来：{unit}已经领取了，{at}由{who}领走。", unit=unit, at=Moment(one.settled), who=who
        )
        return Refusal("pickup.taken", sentence, ref)
    sentence = Text("请按约好的时间来：{unit}已经约了{at}，由{who}来领。", unit=unit, at=Moment(one.starts or one.at), who=who)  # fmt: skip
    return Refusal("pickup.booked", sentence, ref)
