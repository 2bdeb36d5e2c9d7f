"""Photos that people send where a question asks for one, and showing them again."""

from datetime import datetime
from functools import partial

from handlers.recipes import Content, Maker, Making, recipe
from models import notice, photo
from models.card import Attachment, Card
from models.database import Db
from models.refusal import Refusal
from models.text import Text, as_said

RECIPE = "photo"
_MEDIA_TYPE = "image/jpeg"


class Picture:
    """What is wanted is a photo, and its number is the answer: `talk.ask(…, check=Picture())`."""

    wants = "photo"

    def __call__(self, text: str) -> int:
        raise Refusal("check.photo", Text("请发一张照片，直接从相册选，或者拍一张。"))


def attached(db: Db, number: int | None) -> tuple[Attachment, ...]:
    """The photo with this number, to go along with a card; nothing while it is not there."""
    found = photo.find(db, number) if number is not None else None
    if found is None or (found.state != "kept" and not found.name):
        return ()
    return (Attachment("image", as_said(found.name) if found.name else Text("照片"), RECIPE, (found.id,)),)


def tell_lost(db: Db, number: int, now: datetime) -> None:
    """Who sent it is told that it did not arrive."""
    found = photo.find(db, number)
    if found is not None:
        text = Text("请再发一次照片，刚才那张没收到。太大的，先截个图再发。")
        notice.tell_member(
            db,
            [Card(text, tone="notice")],
            found.member_id,
            now,
            key=f"photo:{number}",
            kind="answer",
            rests=True,
        )


@recipe(RECIPE)
def content(db: Db, _maker: Maker, number: int) -> Making:
    """The picture as it is kept. Raises KeyError where it is gone by now."""
    data = photo.data(db, number)
    if data is None:
        raise KeyError(number)
    return partial(Content, _MEDIA_TYPE, data)
