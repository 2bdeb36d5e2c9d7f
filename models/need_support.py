"""Supporting a need: one who follows it hears what becomes of it, and counts once."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from models import follow, need, need_line, photo
from models.database import Db
from models.refusal import Refusal
from models.text import Text

MOST_ADDED = 10


def support(db: Db, one: Row[Any], member: int, now: datetime) -> bool:
    """False where it is his own, or he followed it already. Raises Refusal where nothing is left to support."""
    if one.reporter_id == member:
        return False
    if one.state in need.ENDED:
        text = Text("请反映一件新的，需{number}已经结束了。", number=one.id)
        raise Refusal("need.ended", text, need.ref(one.id))
    return follow.follow(db, member, now, need=one.id)


def leave(db: Db, member: int, number: int) -> bool:
    """False where he did not follow it."""
    return follow.leave(db, member, need=number)


def add(db: Db, one: Row[Any], member: int, words: str | None, picture: int | None, now: datetime) -> int:
    """More words or a photo of the reporter or a follower; gives the key of the line. Raises Refusal."""
    if one.state in need.ENDED:
        text = Text("请反映一件新的，需{number}已经结束了。", number=one.id)
        raise Refusal("need.ended", text, need.ref(one.id))
    check_room(db, one, member)
    if picture is not None and not photo.use(db, picture, member, now):
        picture = None
    return need_line.add(db, one.id, member, "addition", now, words=words, photo=picture)


def check_room(db: Db, one: Row[Any], member: int) -> None:
    """Whether somebody may still say more of it. Raises Refusal."""
    mine = [row for row in need_line.of(db, one.id) if row.member_id == member and row.kind == "addition"]
    if len(mine) >= MOST_ADDED:
        text = Text("先不用再补充，您已经补充了{count}次，我们都收到了。", count=len(mine))
        raise Refusal("need.added", text, need.ref(one.id))
