"""The public timeline of a need or a project, in words: what happened, when, and in which role."""

from models import timeline
from models.card import Stage
from models.database import Db
from models.text import Moment, Text
from models.timeline import Point

_BESIDES = {
    "addition": Text("有人补充了情况"),
    "answer": Text("给了答复"),
    "joined": Text("加入了"),
}
_MOST = 12


def stages(db: Db, subject: str, key: int) -> tuple[Stage, ...]:
    """What happened so far, the oldest first; of very many the newest ones. The last one is how it stands."""
    points = timeline.of(db, subject, key)[-_MOST:]
    last = len(points) - 1
    return tuple(
        Stage(
            _what(subject, each),
            "now" if nth == last else "past",
            Text("{at}", at=Moment(each.at)),
            _who(each),
        )
        for nth, each in enumerate(points)
    )


def _what(subject: str, point: Point) -> Text:
    return _BESIDES.get(point.what) or timeline.STATES[subject][point.what]


def _who(point: Point) -> Text | None:
    if point.role == "reporter":
        return Text("反映人")
    if point.role == "staff":
        return Text("{place}工作人员", place=point.who) if point.who else Text("工作人员")
    return point.who
