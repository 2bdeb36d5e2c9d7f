"""What is told to who stands in line: that he is called, and before that when two are ahead."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import desk_cards
from handlers.talk import press
from models import booking, desk, duty, notice
from models.card import Card, Choice
from models.database import Db
from models.still import still
from models.text import Text, prose

# Two have to be called before him: time enough to come back from the coffee machine.
NEAR = 2
# Later than that nobody waits for him.
_WITHIN = timedelta(minutes=30)
_STARS = (Text("不好"), Text("不太好"), Text("一般"), Text("好"), Text("很好"))


def called(db: Db, one: Row[Any], now: datetime, event: str) -> None:
    """It is his turn."""
    if one.member_id is None:
        return
    counter = desk_cards.counter(one)
    text = Text("请到{desk}，轮到您了：{number}，{service}。", desk=counter or desk_cards.station(db, one), number=desk_cards.number(one), service=prose(one.service))  # fmt: skip
    notice.tell_member(
        db,
        [Card(text, tone="notice", refs=(booking.ref(one.id),))],
        one.member_id,
        now,
        key=f"booking:{one.id}:called {event}",
        kind="answer",
        still=f"deskcalled {one.id}",
        expires=now + _WITHIN,
    )


def moved_up(db: Db, after: Row[Any], officer: int | None, now: datetime) -> None:
    """The line of this one became shorter: who has two before him now is told so, once."""
    if officer is not None and duty.plays(db, officer):
        return
    line = desk.line_of(db, after, now)
    if len(line) <= NEAR or line[NEAR].member_id is None:
        return
    one = line[NEAR]
    text = Text("请到{place}来，快到您了：{number}，前面还有{count}位。", place=desk_cards.station(db, one), number=desk_cards.number(one), count=NEAR)  # fmt: skip
    notice.tell_member(
        db,
        [
            Card(
                text, choices=(Choice(Text("不等了"), press("unqueue", one.id)),), refs=(booking.ref(one.id),)
            )
        ],
        one.member_id,
        now,
        key=f"booking:{one.id}:near",
        kind="answer",
        still=f"deskline {one.id}",
        expires=now + _WITHIN,
    )


def served(db: Db, one: Row[Any], now: datetime) -> None:
    """One tap says how it was."""
    if one.member_id is None:
        return
    text = Text("「{service}」办好了。办得怎么样？点一下就好，不想答也没关系。", service=prose(one.service))
    notice.tell_member(
        db,
        [Card(text, choices=stars(one.id), refs=(booking.ref(one.id),))],
        one.member_id,
        now,
        key=f"booking:{one.id}:served",
        kind="thanks",
        still=f"deskserved {one.id}",
    )


def stars(key: int) -> tuple[Choice, ...]:
    return tuple(Choice(label, press("grade", 10 * key + nth)) for nth, label in enumerate(_STARS, 1))


def word(stars_given: int) -> Text:
    return _STARS[stars_given - 1]


def absent(db: Db, one: Row[Any], now: datetime) -> None:
    if one.member_id is None:
        return
    again = Choice(Text("重新取号"), press("drawnumber", one.service_id))
    text = Text("还要办的话，请重新取号，或者跟工作人员说一声。{number}叫过了，您不在。", number=desk_cards.number(one))  # fmt: skip
    if one.starts is not None:
        again = Choice(Text("重新预约"), press("book", one.service_id))
        text = Text("还要办的话，请重新预约。{number}记成没有来；您来了，请跟工作人员说一声。", number=desk_cards.number(one))  # fmt: skip
    notice.tell_member(
        db,
        [Card(text, choices=(again,), refs=(booking.ref(one.id),))],
        one.member_id,
        now,
        key=f"booking:{one.id}:absent",
        kind="answer",
        still=f"deskabsent {one.id}",
    )


def _in(*states: str) -> Any:
    def check(db: Db, key: int, _now: datetime) -> str | None:
        one = booking.find(db, key)
        return None if one is not None and one.state in states else "it went on"

    return check


still("deskcalled")(_in("called"))
still("deskline")(_in("queued", "arrived"))
still("deskserved")(_in("served"))
still("deskabsent")(_in("absent"))
