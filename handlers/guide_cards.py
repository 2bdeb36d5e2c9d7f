"""How a slot that wants guides is shown, and what a guide and the groups of his slot are told."""

from typing import Any

from sqlalchemy import Row

from handlers.talk import press
from models import booking, guide, notice
from models.card import Article, Card, Choice, State
from models.database import Db
from models.text import Moment, Several, Text, as_said, prose

MINE = Choice(Text("我的讲解"), press("myguides"))
OTHERS = Choice(Text("看别的场次"), press("guides"))


def ref(one: Row[Any]) -> str:
    return f"service:{one.code}"


def named(one: Row[Any]) -> Text:
    """A guide as others read of him."""
    return as_said(one.who) if one.who else Text("一位志愿者")


def slot(one: Row[Any], *choices: Choice, names: tuple[Row[Any], ...] = ()) -> Article:
    """A slot with groups: when, where, how many come, how many guides it still lacks."""
    facts = [
        (Text("时间"), Text("{starts}", starts=Moment(one.starts))),
        (Text("地点"), as_said(one.place)),
        (Text("人数"), Text("{count}人", count=one.people)),
    ]
    if names:
        facts.append((Text("讲解员"), Text("{names}", names=Several(tuple(named(each) for each in names)))))
    missing = one.wanted - one.has
    state = State(Text("讲解员齐了"), "good")
    if missing > 0:
        state = State(Text("还缺{count}位讲解员", count=missing), "warning")
    return Article(prose(one.name), ref(one), state, tuple(facts), choices=choices)


def own(db: Db, one: Row[Any]) -> Article:
    """What somebody has signed up for."""
    facts = [
        (Text("时间"), Text("{starts}", starts=Moment(one.starts))),
        (Text("地点"), as_said(one.place)),
        (Text("人数"), groups(db, one)),
    ]
    choices = (
        Choice(Text("给团队捎话"), press("guidesay", one.id)),
        Choice(Text("我来不了"), press("unguide", one.id)),
    )
    return Article(
        prose(one.name), ref(one), State(guide.STATES[one.state], "good"), tuple(facts), choices=choices
    )


def groups(db: Db, one: Row[Any]) -> Text:
    """`2组共24人：约17（12人）、…`: a booking is told by its number, and an organization by its name."""
    found = guide.groups(db, one.service_id, one.place_id, one.starts)
    each = tuple(
        Text("{name}（{count}人）", name=as_said(row.organization or f"约{row.id}"), count=row.party)
        for row in found
    )
    if not each:
        return Text("{count}人", count=one.people)
    if len(each) == 1:
        return each[0]
    return Text("{groups}，共{count}人", groups=Several(each), count=sum(row.party for row in found))


def tell_groups(db: Db, one: Row[Any], now: Any, text: Text, event: str, *, answers: bool = True) -> int:
    """Tells who booked the slot, each once for an event; gives how many there are."""
    told = 0
    choices = (Choice(Text("给讲解员捎话"), press("groupsay", one.id)),) if answers else ()
    for row in guide.groups(db, one.service_id, one.place_id, one.starts):
        if row.member_id is None or row.member_id == one.member_id:
            continue
        card = Card(text, choices=choices, tone="notice", refs=(booking.ref(row.id),))
        notice.tell_member(
            db,
            [card],
            row.member_id,
            now,
            key=f"{event}:{row.id}",
            kind="answer",
            rests=True,
            expires=one.starts,
        )
        told += 1
    return told


def tell_coming(db: Db, one: Row[Any], now: Any) -> None:
    """The groups of a slot learn who shows them round; who booked later learns it then."""
    text = Text(
        "请放心来：{starts}参观「{name}」，{guide}给您讲解。", starts=Moment(one.starts), name=prose(one.name), guide=named(one)
    )  # fmt: skip
    tell_groups(db, one, now, text, f"guide:{one.id}:comes")
