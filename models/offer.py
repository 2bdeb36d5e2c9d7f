"""What organizations and people can give, and what companies ask for besides projects."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import CheckConstraint, update
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.pack import Entry, Keys, Quantity, Reference, Slug, section
from models.personal import OWNER, Codes, Rows, Shown, personal
from models.project_part import PartKind
from models.text import Text


class Offer(SQLModel, table=True):
    """Its key is its public number. `side` is `offer`, or `want` where somebody asks for it; `kind` is that of a part,
    or `project` where a whole one is offered. `state` is `proposed` (staff look at it), `open`, `filled`, `declined`,
    `withdrawn` or `expired`. `member_id` offered it and is its contact; nobody reads his number before both agreed.
    `capacity` is how many people a venue holds, `taken` how much of the quantity was promised to projects.
    """

    __table_args__ = (CheckConstraint("taken >= 0 AND taken <= quantity", name="taken_within_quantity"),)
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    side: str = Field(default="offer", sa_column_kwargs={"server_default": "offer"})
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    kind: str
    name: str
    quantity: int
    unit: str | None = None
    capacity: int | None = None
    summary: str | None = None
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    begins: datetime | None = None
    ends: datetime | None = None
    taken: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    state: str = Field(default="open", index=True, sa_column_kwargs={"server_default": "open"})
    at: datetime | None = None


OFFER = table_of(Offer)
STATES = {
    "proposed": Text("等工作人员看"),
    "open": Text("公开了"),
    "filled": Text("用完了"),
    "declined": Text("没有接受"),
    "withdrawn": Text("已撤回"),
    "expired": Text("已过期"),
}


@section("offer", Offer)
class OfferEntry(Entry):
    id: Slug
    organization: Annotated[str, Reference("organization")]
    kind: PartKind
    name: str = Field(min_length=1)
    quantity: Quantity
    unit: str | None = None
    capacity: Quantity | None = None
    place: Annotated[str | None, Reference("place")] = None

    def row(self, keys: Keys) -> dict[str, object]:
        return {
            "organization_id": keys.get("organization", self.organization),
            "kind": self.kind,
            "name": self.name,
            "quantity": self.quantity,
            "unit": self.unit,
            "capacity": self.capacity,
            "place_id": keys.get("place", self.place),
        }

    def once(self, db: Db, keys: Keys) -> dict[str, object]:
        return {"side": "offer", "state": "open"}


def _erase(db: Db, rows: Rows, _now: datetime) -> None:
    """An organization's offer stays; a person's own goes with him."""
    mine = update(OFFER).where(rows.these)
    db.run(mine.where(OFFER.c.organization_id.is_(None)).values(state="withdrawn", name="", summary=None))
    db.run(mine.values(member_id=None))


personal(
    OFFER,
    Text("您能提供的和想要的"),
    whose=OFFER.c.member_id == OWNER,
    shows={
        "id": Text("编号"),
        "name": Text("名称"),
        "quantity": Text("数量"),
        "unit": Text("单位"),
        "capacity": Text("能坐几位"),
        "summary": Text("说明"),
        "place_id": Text("地点"),
        "state": Shown(Text("状态"), Codes(STATES)),
        "at": Text("时间"),
    },
    besides={
        "code": "the public name of it",
        "side": "the name says whether it is offered or wanted",
        "kind": "the name says what it is",
    },
    erase=_erase,
    kept="as long as it is open, and what came of it",
)
