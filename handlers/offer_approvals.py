"""Staff of the place look at what somebody offers or wants before others see it: open it, or decline with a reason."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, matches, offer_cards
from handlers.offer_cards import MINE
from handlers.talk import Option, Talk, anybody, on, press
from models import addressee, contact, duty, member, notice, offering, place
from models.card import Article, Card, Choice
from models.database import Db
from models.offering import Plan
from models.text import Text, as_said

_NO = Option("", Text("先不回"), ("不", "算了", "no"))


def put(talk: Talk, plan: Plan) -> Card:
    """Open at once where who says it is staff there; else the officer of the place gets it with two buttons."""
    where = home(talk.db, talk, plan)
    own = duty.covers(talk.db, talk.person.id, where) if where is not None else False
    key = offering.make(talk.db, plan, talk.person.id, talk.now, "open" if own else "proposed")
    one = offering.find(talk.db, key)
    if own:
        lead = Text("登记好了，大家现在就能看到。")
    else:
        lead = Text("收到了，工作人员看过告诉您。")
        officer = _tell_officer(talk, one)
        if officer:
            lead = Text("收到了，{name}看过告诉您。", name=as_said(officer))
    return matches.card(talk, one, lead)


def home(db: Db, talk: Talk, plan: Any) -> int | None:
    """The place whose officers look at it: its own, else where who says it works or lives, else the root."""
    for each in (plan.place_id, talk.person.work_id, talk.person.home_id):
        if each is not None:
            return int(each)
    return next(iter(place.roots(db)), None)


def _office(db: Db, one: Row[Any]) -> int | None:
    """The same of what is there already."""
    if one.place_id is not None:
        return int(one.place_id)
    who = member.person(db, one.member_id) if one.member_id is not None else None
    around = [who.work_id, who.home_id] if who is not None else []
    return next((each for each in [*around, *place.roots(db)] if each is not None), None)


def _tell_officer(talk: Talk, one: Row[Any]) -> str | None:
    """Gives the name of who looks at it."""
    found = addressee.nearest(talk.db, [_office(talk.db, one)], {talk.person.id})
    if found is None:
        return None
    who = contact.name_of(talk.db, talk.person.id)
    text = Text("请看一遍，公开不公开？有人登记了资源。")
    if one.side == "want":
        text = Text("请看一遍，公开不公开？有人想要资源。")
    about = offer_cards.article(one)
    if who:
        about = Article(about.title, about.ref, facts=(*about.facts, (Text("联系人"), as_said(who))))
    card = Card(text, articles=(about,), choices=_decisions(one), tone="notice")
    key = f"offer:{one.id}:{found.id}"
    notice.tell_member(talk.db, [card], found.id, talk.now, key=key, kind="answer", rests=True)
    return found.name


def _decisions(one: Row[Any]) -> tuple[Choice, ...]:
    return (
        Choice(Text("公开资源"), press("acceptoffer", one.id)),
        Choice(Text("不公开"), press("turnoffer", one.id)),
    )


def mine(talk: Talk, number: int) -> Row[Any]:
    """What waits for this officer, with everything that he may see. Raises Refusal."""
    one = offering.find(talk.db, number)
    where = _office(talk.db, one)
    if where is not None:
        duty.check(talk.db, talk.person.id, where, offering.ref(one))
    duty.check_real(talk.db, talk.person.id)
    return one


def gone(one: Row[Any]) -> Card:
    return Card(Text("不用再办，这一条已经处理过了。"), refs=(offering.ref(one),))


@on("staff.offer", head="acceptoffer", for_staff=True, allow=anybody, private=True)
def accept(talk: Talk, number: int = 0) -> Card:
    one = mine(talk, number)
    if one.kind == "project" or not offering.go(talk.db, one, "open", talk.person.id, talk.now):
        return gone(one)
    text = Text("公开了：{what}，大家现在能看到。", what=offer_cards.title(one))
    tell_owner(talk, one, text, (Choice(Text("看匹配"), press("offermatch", one.id)), MINE))
    return matches.card(talk, offering.find(talk.db, number), Text("公开了，已经告诉对方。"), staff=True)


@on("staff.offer", head="turnoffer", for_staff=True, allow=anybody, private=True)
def decline(talk: Talk, number: int = 0) -> Card:
    """With a reason, which who offered it reads."""
    one = mine(talk, number)
    if one.state != "proposed":
        return gone(one)
    about = (offer_cards.article(one),)
    why = talk.ask("reason", Text("不公开的原因写什么？对方会看到。"), _NO, check=checks.words, about=about)
    if not why:
        return Card(Text("好的，先放着。"), articles=about, choices=_decisions(one))
    if not offering.go(talk.db, one, "declined", talk.person.id, talk.now, why):
        return gone(one)
    text = Text(
        "{what}这次没有公开，改一改可以再登记。原因：{reason}", what=offer_cards.title(one), reason=why
    )
    tell_owner(talk, one, text, (Choice(Text("我有资源"), press("provide")),))
    return Card(Text("没有公开，原因已经告诉对方。"), tone="done", refs=(offering.ref(one),))


def tell_owner(talk: Talk, one: Row[Any], text: Text, choices: tuple[Choice, ...]) -> None:
    whom = offering.contact(talk.db, one)
    if whom is None or whom == talk.person.id:
        return
    card = Card(text, choices=choices, tone="notice", refs=(offering.ref(one),))
    key = f"offer:{one.id}:decided"
    notice.tell_member(talk.db, [card], whom, talk.now, key=key, kind="answer", rests=True)
