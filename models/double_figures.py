"""What counts in a double report: the records of a quarter, of a person or of a unit, and the sums that follow from them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, or_, select

from models.activity import ACTIVITY
from models.change import CHANGE
from models.credit import CREDIT
from models.database import Db
from models.need import NEED
from models.project_claim import CLAIM
from models.project_part import PART
from models.quarter import Quarter
from models.registration import REGISTRATION
from models.visit import STANDS, VISIT

Records = dict[str, Any]
# Of fewer others than these the sum would be somebody's own card.
LEAST = 2
_HELPED = ("resolved", "confirmed", "closed")
_IN_QUARTER = (ACTIVITY.c.starts >= bindparam("since"), ACTIVITY.c.starts < bindparam("until"))
# A registration that was attended, its people, and its minutes of both ledgers.
_MINUTES = (
    select(func.coalesce(func.sum(CREDIT.c.minutes), 0))
    .where(CREDIT.c.registration_id == REGISTRATION.c.id)
    .correlate(REGISTRATION)
    .scalar_subquery()
)
_ATTENDED = (
    select(
        REGISTRATION.c.id,
        ACTIVITY.c.project_id,
        func.coalesce(VISIT.c.seats, 1).label("people"),
        _MINUTES.label("minutes"),
    )
    .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
    .outerjoin(VISIT, (VISIT.c.registration_id == REGISTRATION.c.id) & STANDS)
    .where(
        REGISTRATION.c.state == "confirmed",
        or_(VISIT.c.id.is_not(None), REGISTRATION.c.outcome == "attended"),
        *_IN_QUARTER,
    )
    .order_by(REGISTRATION.c.id)
)
_OF_MEMBER = _ATTENDED.where(REGISTRATION.c.member_id == bindparam("member"))
_OF_PROJECTS = _ATTENDED.where(ACTIVITY.c.project_id.in_(bindparam("projects", expanding=True)))
# A claim counts in the quarter in which it was last delivered.
_delivered = (
    select(func.max(CHANGE.c.at))
    .where(CHANGE.c.subject == "claim", CHANGE.c.subject_id == CLAIM.c.id, CHANGE.c.after == "delivered")
    .correlate(CLAIM)
    .scalar_subquery()
)
_CLAIMS = (
    select(
        CLAIM.c.id,
        CLAIM.c.project_id,
        func.coalesce(CLAIM.c.delivered, CLAIM.c.quantity).label("quantity"),
        PART.c.kind,
        PART.c.name,
        PART.c.unit,
    )
    .join(PART, PART.c.id == CLAIM.c.part_id)
    .where(
        CLAIM.c.state.in_(["delivered", "confirmed"]),
        _delivered >= bindparam("since"),
        _delivered < bindparam("until"),
    )
    .order_by(CLAIM.c.id)
)
_OWN_CLAIMS = _CLAIMS.where(CLAIM.c.member_id == bindparam("member"), CLAIM.c.organization_id.is_(None))
_UNIT_CLAIMS = _CLAIMS.where(CLAIM.c.organization_id == bindparam("organization"))
_NEEDS = (
    select(NEED.c.id, NEED.c.score)
    .where(NEED.c.project_id.in_(bindparam("projects", expanding=True)), NEED.c.state.in_(_HELPED))
    .order_by(NEED.c.id)
)


def of_person(db: Db, member: int, quarter: Quarter, zone: ZoneInfo) -> Records:
    """What a person did: registrations (key, minutes), claims and needs (keys)."""
    span = {"since": quarter.begins(zone), "until": quarter.ends(zone)}
    attended = db.rows(_OF_MEMBER, member=member, **span)
    claims = db.rows(_OWN_CLAIMS, member=member, **span)
    projects = {row.project_id for row in (*attended, *claims) if row.project_id is not None}
    return {
        "registrations": [[row.id, int(row.minutes)] for row in attended],
        "claims": [row.id for row in claims],
        "needs": [row.id for row in _needs(db, projects)],
    }


def of_unit(
    db: Db, organization: int, quarter: Quarter, zone: ZoneInfo, cards: Sequence[Mapping[str, Any]]
) -> Records:
    """What a unit gave: claims (key, kind, name, unit, quantity), who volunteered in the projects that it gave to
    (key, people, minutes), the scores of their reporters (need, score), and the cards of its own people
    (key, minutes, activities, whether he said yes).
    """
    span = {"since": quarter.begins(zone), "until": quarter.ends(zone)}
    claims = db.rows(_UNIT_CLAIMS, organization=organization, **span)
    projects = {row.project_id for row in claims}
    attended = db.rows(_OF_PROJECTS, projects=sorted(projects), **span) if projects else []
    return {
        "claims": [[row.id, row.kind, row.name, row.unit, int(row.quantity)] for row in claims],
        "registrations": [[row.id, int(row.people), int(row.minutes)] for row in attended],
        "needs": [[row.id, row.score] for row in _needs(db, projects)],
        "cards": [[card["id"], card["minutes"], card["activities"], card["confirmed"]] for card in cards],
    }


def _needs(db: Db, projects: Collection[int]) -> Sequence[Any]:
    return db.rows(_NEEDS, projects=sorted(projects)) if projects else []


def sums_of_person(records: Records) -> dict[str, Any]:
    """Every figure of a card is the sum of the records that are listed in it."""
    return {
        "activities": len(records["registrations"]),
        "minutes": sum(minutes for _, minutes in records["registrations"]),
        "claims": len(records["claims"]),
        "needs": len(records["needs"]),
    }


def sums_of_unit(records: Records) -> dict[str, Any]:
    """The same of a unit. The minutes of those who did not say yes are told where they are several people's."""
    goods: dict[tuple[str, str | None], int] = {}
    for _, kind, name, unit, quantity in records["claims"]:
        if kind != "people":
            goods[(name, unit)] = goods.get((name, unit), 0) + quantity
    rest = [card for card in records["cards"] if not card[3]]
    told = len(rest) >= LEAST
    scores = [score for _, score in records["needs"] if score is not None]
    return {
        "claims": len(records["claims"]),
        "sent": sum(quantity for _, kind, _, _, quantity in records["claims"] if kind == "people"),
        "goods": [[name, unit, quantity] for (name, unit), quantity in goods.items()],
        "people": sum(people for _, people, _ in records["registrations"]),
        "minutes": sum(minutes for _, _, minutes in records["registrations"]),
        "scores": scores,
        "confirmed": len(records["cards"]) - len(rest),
        "confirmed_minutes": sum(card[1] for card in records["cards"] if card[3]),
        "rest": len(rest),
        "rest_minutes": sum(card[1] for card in rest) if told else None,
        "rest_activities": sum(card[2] for card in rest) if told else None,
    }
