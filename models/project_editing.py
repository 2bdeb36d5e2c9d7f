"""Editing a draft: what it says, where it is, and its parts anew, while nobody can claim anything."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from models import project_making, project_part
from models.database import Db
from models.project import PROJECT
from models.project_making import PartPlan
from models.project_part import PART
from models.refusal import Refusal
from models.text import Prose, Text

_COLUMNS = ("title", "summary", "board", "place_id", "kind", "verified_by", "verified_at")
_HERE = (PROJECT.c.id == bindparam("number"), PROJECT.c.state == "draft")
_SET = {
    name: update(PROJECT).where(*_HERE).values({name: bindparam("given"), "changed": bindparam("now")})
    for name in _COLUMNS
}
_PARTS = select(PART.c.id).where(PART.c.project_id == bindparam("number"))
_CLEAR = delete(PART).where(PART.c.project_id == bindparam("number"))
_DRAFTS = select(PROJECT).where(PROJECT.c.state == "draft", PROJECT.c.kind != "entry").order_by(PROJECT.c.id)


def drafts(db: Db) -> list[Row[Any]]:
    """Every draft, the first one first."""
    return list(db.rows(_DRAFTS))


def edit(db: Db, one: Any, column: str, given: Any, now: datetime) -> None:
    """One column of a draft gets another value. Raises Refusal where it is none any more."""
    if not db.run(_SET[column], number=one.id, given=given, now=now):
        _refuse(one)


def verify(db: Db, one: Any, by: str, at: datetime, now: datetime) -> None:
    """Who verified that a charity project is what it says, and when that was."""
    edit(db, one, "verified_by", by, now)
    edit(db, one, "verified_at", at, now)


def set_parts(db: Db, one: Any, parts: Sequence[PartPlan], actor: int, now: datetime) -> None:
    """Its parts are these from now on; what a draft had before was never anybody's."""
    edit(db, one, "title", one.title, now)
    gone = [row.id for row in db.rows(_PARTS, number=one.id)]
    if gone:
        project_part.forget(db, gone)
        db.run(_CLEAR, number=one.id)
    for nth, part in enumerate(parts, 1):
        project_making.add_part(db, one.id, part, nth, actor, now)


def _refuse(one: Any) -> None:
    sentence = Text("请看看项目，「{title}」已经发布，不再是草稿。", title=Prose(one.title))
    raise Refusal("project.published", sentence, f"project:{one.code}")
