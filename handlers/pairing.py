"""Pairing as staff do it: who waits, whom to whom, where they first meet, and the call whether all is well."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import Row

from handlers.jobs import job
from handlers.pair_cards import invitation, pair_article, tell, wish_article
from handlers.talk import Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import read
from models import duty, notice, pair
from models.card import Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Moment, Text, as_said

_SHOWN = 8
LIST = Choice(Text("结对名单"), press("pairlist"))
_SEE = (
    Phrase(
        r"^(?:看看|查看|查)?(?:待)?结对(?:的)?(?:名单|列表)[。.!?]*$|^谁(?:想|要|在等)结对[?。]*$", weight=8
    ),
    Phrase(r"^pair(?:ing)? list[.!?]*$|^who wants to be paired[?]*$", weight=8),
)


@on("pair.list", head="pairlist", allow=anybody, private=True, phrases=_SEE)
def listed(talk: Talk) -> Card:
    places = duty.places(talk.db, talk.person.id)
    if not places:
        raise Refusal("duty.other", Text("请找服务站的工作人员，结对由他们安排。您自己的，说“我的结对”。"))
    waiting = pair.open_at(talk.db, places)
    if not waiting:
        return Card(Text("现在没有人在等结对。"), choices=menu())
    articles = tuple(
        wish_article(talk, one, Choice(Text("配对"), press("pairup", one.id))) for one in waiting[:_SHOWN]
    )
    return Card(Text("等结对的有{count}位：", count=len(waiting)), articles=articles)


def _theirs(talk: Talk, number: int) -> Row[Any]:
    """A wish that this officer may pair. Raises Refusal."""
    one = pair.find_wish(talk.db, number)
    duty.check(talk.db, talk.person.id, one.place_id)
    duty.check_real(talk.db, talk.person.id)
    return one


class _Meets:
    """A day with an hour, still to come."""

    wants = "time"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> str:
        talk = self._talk
        when = read(said, talk.now, talk.person, talk.lexicon).when
        if when is None or when.first is None or when.clock is None:
            raise Refusal("pair.when", Text("请写清楚日期和钟点，比如“周五14:00”。"))
        at = datetime.combine(when.first, when.clock or time(), talk.zone)
        if at <= talk.now:
            raise Refusal("pair.when", Text("请换个以后的时间，比如“周五14:00”。"))
        return at.isoformat()


@on("pair.make", head="pairup", allow=anybody, private=True)
def pair_up(talk: Talk, number: int = 0) -> Card:
    """Both are asked; the first meeting is in a station, or with the officer."""
    one = _theirs(talk, number)
    others = [
        row for row in pair.open_at(talk.db, duty.places(talk.db, talk.person.id)) if pair.fits(one, row)
    ]
    if one.state != "open" or not others:
        return Card(Text("请等一等，现在没有合适的另一位。"), choices=(LIST,))
    options = [Option(row.id, Text("{name}（{place}）", name=as_said(row.who or ""), place=as_said(row.place))) for row in others[:_SHOWN]]  # fmt: skip
    chosen = talk.ask("other", Text("和哪一位配？"), *options, about=(wish_article(talk, one),))
    where = talk.ask("where", Text("第一次在哪里见面？"), *_stations(talk), Option(0, Text("我陪着去"), ("陪同", "i go along")))  # fmt: skip
    question = Text("什么时候见面？比如“周五14:00”。")
    meets = datetime.fromisoformat(talk.ask("when", question, check=_Meets(talk)))
    other = next(row for row in others if row.id == chosen)
    made = pair.pair_up(
        talk.db, one, other, talk.person.id, where or one.place_id, where == 0, meets.astimezone(talk.now.tzinfo), talk.now
    )  # fmt: skip
    for member in (made.giver_id, made.taker_id):
        tell(
            talk, member, invitation(made, member), f"pair:{made.id}:{member}", f"pair {made.id}", made.meets
        )
    text = Text("问了双方，都答应才算，{meets}见面。", meets=Moment(made.meets))
    return Card(text, articles=(pair_article(talk, made),), tone="done", choices=(LIST,))


def _stations(talk: Talk) -> list[Option[int]]:
    """Stations of the officer's own places, where somebody is on duty."""
    nodes = [talk.lexicon.places[key] for key in duty.everywhere(talk.db, talk.person.id)]
    stations = [node for node in nodes if node.kind == "station"][:_SHOWN]
    return [Option(node.id, as_said(node.name)) for node in stations]


@on("pair.call", head="pairsafe", allow=anybody, private=True)
def safe(talk: Talk, number: int = 0) -> Card:
    """The officer has called: they met, and all is well."""
    one = pair.find(talk.db, number)
    duty.check(talk.db, talk.person.id, one.place_id)
    if not pair.met(talk.db, one, talk.person.id, talk.now):
        return Card(Text("不用再点，这一对：{state}。", state=pair.STATES[one.state]), choices=(LIST,))
    return Card(Text("记下了，见过面，一切都好。"), tone="done", choices=(LIST,))


@on("pair.call", head="pairstop", allow=anybody, private=True)
def stop(talk: Talk, number: int = 0) -> Card:
    """The officer ends it; both are told."""
    one = pair.find(talk.db, number)
    duty.check(talk.db, talk.person.id, one.place_id)
    if not pair.end(talk.db, one, talk.person.id, talk.now):
        return Card(Text("不用再点，这一对已经结束。"), choices=(LIST,))
    text = Text("不用再等，这次结对结束了。想再找一位，随时说“结对”。")
    for member in (one.giver_id, one.taker_id):
        if member is not None:
            card = Card(text, choices=(Choice(Text("我要结对"), press("pair")),), tone="notice")
            tell(talk, member, card, f"pair:{number}:stopped:{member}")
    return Card(Text("结束了，已经告诉双方。"), tone="done", choices=(LIST,))


@job("a call whether all is well", next=lambda db, _schedule: pair.next_due(db))
def ask_to_call(db: Db, now: datetime, _schedule: Schedule) -> bool:
    one = pair.step(db, now)
    if one is None:
        return False
    officer = one.officer_id
    if officer is None:
        officer = next((row.id for row in duty.officers(db, one.place_id)), None)
    if officer is not None:
        text = Text(
            "请打个电话问平安：{giver}和{taker}约在{meets}第一次见面。",
            giver=as_said(one.giver or ""),
            taker=as_said(one.taker or ""),
            meets=Moment(one.meets),
        )
        choices = (
            Choice(Text("打过了都好"), press("pairsafe", one.id)),
            Choice(Text("结束这一对"), press("pairstop", one.id)),
        )
        notice.tell_member(
            db,
            [Card(text, choices=choices, tone="notice")],
            officer,
            now,
            key=f"pair:{one.id}:call",
            kind="answer",
            still=f"pair {one.id}",
            rests=True,
        )
    return True
