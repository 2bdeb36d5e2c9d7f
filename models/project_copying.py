"""A copy of a project as a draft: the same parts and nothing claimed, for once more or for the next year."""

from datetime import datetime
from typing import Any

from models import project_label, project_making, project_part, project_people, project_place
from models.database import Db
from models.project_making import PartPlan


def plans(db: Db, project: int) -> list[PartPlan]:
    """The parts of a project as they are planned, whatever is given of them."""
    return [
        PartPlan(part.kind, part.name, part.quantity, part.unit, part.least, part.mandatory)
        for part in project_part.of(db, project)
    ]


def copy(db: Db, one: Any, title: str, actor: int, now: datetime, *, edition: str | None = None) -> int:
    """A draft with the same parts; gives its number. With `edition` it is the next one of the same project.

    Who verified a charity project verified this one time: the copy is verified anew.
    """
    further = {"edition_of_id": one.id, "edition": edition, "origin": "edition"} if edition else {}
    number = project_making.make(
        db,
        title,
        plans(db, one.id),
        actor,
        now,
        kind="project" if one.kind == "entry" else one.kind,
        board=one.board,
        summary=one.summary,
        place_id=one.place_id,
        proposer_id=actor,
        officer_id=one.officer_id,
        **further,
    )
    project_place.set_to(db, number, project_people.places(db, one)[1:])
    project_label.set_to(db, number, project_label.of(db, one.id))
    return number
