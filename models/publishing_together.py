"""Publishing all drafts of a programme at once: all of them, or none where one cannot be."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from models import board, project_label, project_making
from models.database import Db
from models.project import PROJECT
from models.refusal import Refusal
from models.text import Prose, Text

_LABELLED = (
    select(PROJECT)
    .where(PROJECT.c.board.in_(bindparam("labels", expanding=True)), PROJECT.c.kind != "entry")
    .order_by(PROJECT.c.id)
)


def of(db: Db, number: int) -> list[Row[Any]]:
    """Every project of this board and of those that are part of it, of whatever state, each once."""
    found = {row.id: row for row in db.rows(_LABELLED, labels=board.labels(db, number))}
    for each in board.below(db, number):
        found |= {row.id: row for row in project_label.with_label(db, each.id) if row.kind != "entry"}
    return [found[key] for key in sorted(found)]


def drafts(db: Db, number: int) -> list[Row[Any]]:
    return [row for row in of(db, number) if row.state == "draft"]


def publish(db: Db, those: Sequence[Row[Any]], actor: int, now: datetime) -> None:
    """All of them are open for claims from now on. Raises Refusal where one cannot be, and then none is.

    What was written by then is undone with the message, as of every Refusal.
    """
    for one in those:
        if not project_making.publish(db, one, actor, now):
            sentence = Text(
                "请再看一遍草稿，「{title}」刚被别人动过，一个都没有发布。", title=Prose(one.title)
            )
            raise Refusal("batch.moved", sentence, f"project:{one.code}")
