"""What an organization can give, as packs declare it."""

from typing import Annotated

from sqlmodel import Field, SQLModel

from models.database import table_of
from models.pack import Entry, Keys, Quantity, Reference, Slug, section
from models.personal import impersonal
from models.project import PartKind


class Offer(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    kind: str
    name: str
    quantity: int


@section("offer", Offer)
class OfferEntry(Entry):
    id: Slug
    organization: Annotated[str, Reference("organization")]
    kind: PartKind
    name: str = Field(min_length=1)
    quantity: Quantity

    def row(self, keys: Keys) -> dict[str, object]:
        return {
            "organization_id": keys.get("organization", self.organization),
            "kind": self.kind,
            "name": self.name,
            "quantity": self.quantity,
        }


impersonal(table_of(Offer), "packs write it: what the community itself has")
