"""The places that a project is for besides its first one."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert

from models.database import Db
from models.project import PROJECT_PLACE

_ENTER = insert(PROJECT_PLACE)
_CLEAR = delete(PROJECT_PLACE).where(PROJECT_PLACE.c.project_id == bindparam("project"))


def set_to(db: Db, project: int, places: Sequence[int]) -> None:
    """It is for these too from now on, and for no others."""
    db.run(_CLEAR, project=project)
    for each in dict.fromkeys(places):
        db.insert(_ENTER, project_id=project, place_id=each)
