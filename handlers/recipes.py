"""What goes along with a card is made after the commit: a recipe turns its arguments into bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.words import Reader, say
from models.card import Attachment
from models.database import Db
from models.member import Person
from models.vault import Vault


@dataclass(frozen=True, slots=True)
class Maker:
    """For whom it is made, always the one it was sent to, and when; `code` is what a code in it says when it is scanned."""

    person: Person
    now: datetime
    zone: ZoneInfo
    vault: Vault
    code: str = ""

    @property
    def reader(self) -> Reader:
        return Reader(self.person.language, self.now, self.zone)


@dataclass(frozen=True, slots=True)
class Content:
    media_type: str
    data: bytes


Making = Callable[[], Content]


@dataclass(frozen=True, slots=True)
class Apart:
    """A making that computes for long, as drawing does: a process of its own does it, which is given all that it needs."""

    making: Making

    def __call__(self) -> Content:
        return self.making()


Recipe = Callable[..., Making]
RECIPES: dict[str, Recipe] = {}


def recipe(name: str) -> Callable[[Recipe], Recipe]:
    """Declares how attachments of this recipe are made: from the database, the maker and the arguments.

    It reads what it needs and gives what makes the content of it, so that nobody waits for the making.
    """

    def declare(function: Recipe) -> Recipe:
        if name in RECIPES:
            raise ValueError(f"the recipe {name!r} is declared twice")
        RECIPES[name] = function
        return function

    return declare


def read(db: Db, attachment: Attachment, maker: Maker) -> tuple[str, Making]:
    """The name of an attachment and what makes it. Raises KeyError where its recipe is not known (any more)."""
    making = RECIPES[attachment.recipe or ""](db, maker, *attachment.arguments)
    return say(attachment.name, maker.reader), making
