"""组团: staff see which offers together cover what a project misses, and invite them with one tap."""

from typing import Any

from sqlalchemy import Row

from handlers import offer_cards, project_cards, teams
from handlers.talk import Phrase, Talk, anybody, on, press
from models import composing, contact, duty, notice, offering, organization, project_people
from models.card import Article, Card, Choice
from models.composing import Gift, Giver, Team
from models.database import Db
from models.matching import Thing
from models.text import Text, as_said, prose

_COMPOSE = (
    Phrase(
        r"组(?:个|一个)?团(?!队)|哪些(?:单位|资源)(?:合起来|一起|加起来)",
        weight=6,
        unless="旅游|跑团|社团|怎么组",
    ),
    Phrase(r"\bcompose a team\b|\bteam up offers\b", weight=6),
)


@on("staff.project", head="compose", example=Text("给项3组团"), for_staff=True, rank=140, allow=anybody,
    private=True, phrases=_COMPOSE, reads=teams.which)  # fmt: skip
def compose(talk: Talk, number: int | None = None) -> Card:
    """Each organization with what it would give and why, and what stays uncovered."""
    one = _of_staff(talk, number)
    found = composing.compose(talk.db, one.id, talk.now)
    ref = project_cards.ref(one)
    if not found.gifts:
        text = Text("现在没有资源能用在{project}，请等一等或者发布出去。", project=project_cards.name(one))
        return Card(text, choices=(project_cards.look(one),), refs=(ref,))
    lead = Text("{project}可以这样组团：", project=project_cards.name(one))
    if not found.complete:
        lead = Text("{project}还凑不齐，能先这样组团：", project=project_cards.name(one))
    articles = [_row(talk.db, giver, found) for giver in found.givers]
    if found.missing:
        articles.append(_missing(found))
    go = Choice(Text("邀请这些单位"), press("invitegroup", one.id))
    return Card(lead, articles=tuple(articles), choices=(go, project_cards.look(one)), refs=(ref,))


def _of_staff(talk: Talk, number: int | None) -> Row[Any]:
    one = teams.meant(talk, number)
    project_people.check(talk.db, one, talk.person.id)
    return one


def _row(db: Db, giver: Giver, found: Team) -> Article:
    gifts = [gift for gift in found.gifts if composing.giver(gift.offer) == giver]
    facts = tuple((Text("出什么"), _line(gift.part, _gift(gift))) for gift in gifts)
    return Article(_who(db, giver), "", facts=facts)


def _line(part: Thing, text: Text) -> Text:
    return Text("{part}：{missing}", part=prose(part.name), missing=text)


def _who(db: Db, giver: Giver) -> Text:
    sort, key = giver
    if sort == "organization":
        return as_said(organization.name(db, key))
    name = contact.name_of(db, key) if key else None
    return as_said(name) if name else Text("一位居民")


def _gift(gift: Gift) -> Text:
    """`出300份（护牙包），够了`."""
    many = offer_cards.amount(gift.share, gift.offer.unit or gift.part.unit)
    if gift.share == gift.part.quantity:
        return Text("出{many}（{offer}），这一样就够了", many=many, offer=as_said(gift.offer.name))
    return Text("出{many}（{offer}）", many=many, offer=as_said(gift.offer.name))


def _missing(found: Team) -> Article:
    facts = tuple(
        (Text("缺什么"), _line(part, Text("还缺{many}", many=offer_cards.amount(many, part.unit))))
        for part, many in found.missing
    )
    return Article(Text("还没有着落的"), "", facts=facts)


@on("staff.project", head="invitegroup", for_staff=True, allow=anybody, private=True)
def invite(talk: Talk, number: int = 0) -> Card:
    """The contact of each is asked once to claim its part."""
    one = _of_staff(talk, number)
    duty.check_real(talk.db, talk.person.id)
    found = composing.compose(talk.db, one.id, talk.now)
    invited = [giver for giver in found.givers if _invite(talk, one, giver, found)]
    ref = project_cards.ref(one)
    if not invited:
        text = Text("不用再邀请，这些单位都邀请过了，或者没有联系人。")
        return Card(text, choices=(project_cards.look(one),), refs=(ref,))
    names = offer_cards.joined([_who(talk.db, giver) for giver in invited])
    return Card(
        Text("邀请了：{names}。", names=names), tone="done", choices=(project_cards.look(one),), refs=(ref,)
    )


def _invite(talk: Talk, one: Row[Any], giver: Giver, found: Team) -> bool:
    """Whether somebody was asked who was not asked before."""
    gifts = [gift for gift in found.gifts if composing.giver(gift.offer) == giver]
    shares = offer_cards.joined(
        [
            Text(
                "{part}{many}",
                part=prose(gift.part.name),
                many=offer_cards.amount(gift.share, gift.offer.unit or gift.part.unit),
            )
            for gift in gifts
        ]
    )
    text = Text(
        "{project}想请您这边出：{shares}。您登记过这样的资源，愿意就点认领。",
        project=project_cards.name(one),
        shares=shares,
    )
    parts = {gift.part.key: gift.part.name for gift in gifts}
    uses = tuple(
        Choice(Text("认领{part}", part=prose(name)), press("useoffer", key)) for key, name in parts.items()
    )
    card = Card(text, choices=(*uses, project_cards.look(one)), tone="notice", refs=(project_cards.ref(one),))
    whom = offering.contact(talk.db, offering.find(talk.db, gifts[0].offer.key))
    if whom is None or whom == talk.person.id:
        return False
    key = composing.event(one.id, whom)
    return notice.tell_member(talk.db, [card], whom, talk.now, key=key, kind="answer", rests=True)
