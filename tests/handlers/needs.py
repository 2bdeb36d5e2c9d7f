"""Needs as somebody reported them, for tests of what becomes of them."""

from typing import Any

from sqlalchemy import select

from models import need, need_line, phone
from models.database import transaction
from models.member import MEMBER
from models.need import NEED
from models.photo import Sent, receive
from models.place import PLACE
from tests.chat import VAULT, Chat

WORDS = "三楼楼道的灯一直不亮，晚上看不见"


def member_of(say: Chat, code: str) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def reported(
    say: Chat,
    words: str = WORDS,
    who: str = "lin",
    place: str = "tower",
    state: str = "new",
    picture: str | None = None,
    **columns: Any,
) -> int:
    """A need in this state, through each state before it; gives its number."""
    ways = {
        "new": ("new",),
        "triaged": ("new", "triaged"),
        "rejected": ("new", "triaged", "rejected"),
        "answered": ("new", "triaged", "answered"),
        "resolved": ("new", "triaged", "in_progress", "resolved"),
    }
    lin, officer = member_of(say, who), member_of(say, "officer")
    now = say.clock.now()
    with transaction(say.engine) as db:
        where = db.value(select(PLACE.c.id).where(PLACE.c.code == place))
        given = {"category": "lighting", "title": "照明", "spot": "三楼靠电梯", "place_id": where, **columns}
        number = need.enter(db, now, lin, reporter_id=lin, **given)
        photo = receive(db, lin, Sent("console", picture, picture), now) if picture else None
        need_line.add(db, number, lin, "report", now, words=phone.seal_in(words, VAULT), photo=photo)
        for step in ways[state]:
            one = need.find(db, number)
            assert one is not None
            actor = lin if step == "new" else officer
            has: dict[str, Any] = {"officer_id": officer} if step == "triaged" else {}
            assert need.go(
                db, one, step, actor, now, reason="不归我们管" if step == "rejected" else None, **has
            )
    return number


def found(say: Chat, number: int) -> Any:
    with transaction(say.engine) as db:
        return db.row(select(NEED).where(NEED.c.id == number))
