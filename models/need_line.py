"""What was said about a need: the report, what others add, photos, answers and notes; others see it once it was checked."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Row, bindparam, insert, select, text, update
from sqlmodel import Field, SQLModel

from models import checking
from models.database import Db, table_of
from models.need import NEED
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.text import Text

_IS_UNCHECKED = "checked = 'waiting'"


class NeedLine(SQLModel, table=True):
    """`kind` is `report`, `addition` (of the reporter or a follower), `reopening`, `thanks`, `answer` (of staff, which
    the reporter reads) or `note` (which staff alone read). `text` with a phone number in it is sealed.

    `checked` is for what others could read: `waiting` for a person, `passed`, or `withheld`; what staff write passed.
    """

    __tablename__ = "need_line"
    __table_args__ = (
        Index(
            "ix_need_line_unchecked",
            "at",
            sqlite_where=text(_IS_UNCHECKED),
            postgresql_where=text(_IS_UNCHECKED),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    need_id: int = Field(foreign_key="need.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    kind: str
    text: str | None = None
    photo_id: int | None = Field(default=None, foreign_key="photo.id", index=True)
    checked: str
    at: datetime


LINE = table_of(NeedLine)
# As changes and checks call a line.
SUBJECT = "line"
_ADD = insert(LINE)
_PLACE = select(NEED.c.place_id).where(NEED.c.id == bindparam("need"))
_SETTLE = update(LINE).where(LINE.c.id == bindparam("line")).values(checked=bindparam("state"))
_OF = select(LINE).where(LINE.c.need_id == bindparam("need")).order_by(LINE.c.id)


def add(
    db: Db,
    need: int,
    member: int | None,
    kind: str,
    now: datetime,
    *,
    words: str | None = None,
    photo: int | None = None,
    checked: str = "waiting",
) -> int:
    """One more line, whose words are sealed already where there is a phone number in them; gives its key.

    What others could read is entered into the check; staff's own words come as `passed`.
    """
    key = db.insert(
        _ADD, need_id=need, member_id=member, kind=kind, text=words, photo_id=photo, checked=checked, at=now
    )
    if checked == "waiting":
        about: dict[str, Any] = {"place": db.value(_PLACE, need=need), "member": member, "need": need}
        checking.enter(db, SUBJECT, key, now, **about, words=words, photo=photo)
    return key


@checking.decided(SUBJECT)
def _settle(db: Db, key: int, state: str) -> None:
    db.run(_SETTLE, line=key, state=state)


def of(db: Db, need: int) -> list[Row[Any]]:
    """All lines of a need, the first one first."""
    return list(db.rows(_OF, need=need))


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """The words stay with the need, nobody's; photos go with who sent them, and so does what a provider alone read."""
    alone = LINE.c.need_id.in_(select(NEED.c.id).where(NEED.c.kind == "consultation"))
    db.run(update(LINE).where(rows.these, alone).values(text=None))
    db.run(update(LINE).where(rows.these).values(member_id=None, photo_id=None))


personal(
    LINE,
    Text("反映时说的"),
    whose=LINE.c.member_id == OWNER,
    shows={
        "need_id": Text("编号"),
        "kind": Shown(
            Text("类别"),
            Codes(
                {
                    "report": Text("反映"),
                    "addition": Text("补充"),
                    "reopening": Text("没解决的原因"),
                    "thanks": Text("感谢的话"),
                    "answer": Text("答复"),
                    "note": Text("备注"),
                }
            ),
        ),
        "text": Text("内容"),
        "at": Text("时间"),
        "checked": Shown(
            Text("公开"),
            Codes({"waiting": Text("等核对"), "passed": Text("可以"), "withheld": Text("不公开")}),
        ),
    },
    erase=_erase,
    kept="as long as the need is, without names",
)
