"""想联系: one asks, the other agrees, and only then both read each other's name, organization and number."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import checks, offer_cards, project_cards
from handlers.jobs import job
from handlers.offer_cards import BROWSE
from handlers.talk import Option, Talk, anybody, menu, on, press
from models import (
    duty,
    introduction,
    notice,
    offering,
    organization,
    phone,
    place,
    project_making,
    project_people,
    standing,
)
from models.card import Card, Choice
from models.database import Db
from models.project import PUBLIC
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Moment, Text, as_said

_YES = Option("yes", Text("请对方联系我"), ("确认", "好", "是", "yes"))
_NO = Option("no", Text("先不联系"), ("不", "算了", "no"))
_MOST_WORDS = 10
_PROFILE = Choice(Text("留手机号"), press("phone"))


@on("offer.contact", head="contactoffer", allow=anybody, private=True)
def about_offer(talk: Talk, number: int = 0) -> Card:
    """I would like to speak to whoever offers or wants this."""
    one = offering.find(talk.db, number)
    if not offering.is_open(one, talk.now):
        return Card(Text("看看别的吧，这一条现在不公开了。"), choices=(BROWSE,), refs=(offering.ref(one),))
    if offering.is_his(talk.db, one, talk.person.id):
        return Card(Text("不用联系，这一条是您自己登记的。"), refs=(offering.ref(one),))
    to = offering.contact(talk.db, one)
    what = offer_cards.title(one)
    return _ask(talk, "offer", one.id, to, one.organization_id, what, offering.ref(one), one.place_id)


@on("offer.contact", head="contactproj", allow=anybody, private=True)
def about_project(talk: Talk, number: int = 0) -> Card:
    """I have something for this project and would like to speak to whoever looks after it."""
    one = project_making.find(talk.db, number)
    if one is None or one.state not in PUBLIC:
        text = Text("请看看别的项目，没有找到这一个。")
        return Card(text, choices=(Choice(Text("找项目"), press("projects")),))
    holds = standing.representatives(talk.db, one.organization_id) if one.organization_id else []
    found = [row.id for row in holds] or project_people.officers(talk.db, one)
    to = next((each for each in found if each != talk.person.id), None)
    host = one.organization_id if holds else None
    return _ask(
        talk, "project", one.id, to, host, project_cards.name(one), project_cards.ref(one), one.place_id
    )


def _ask(
    talk: Talk,
    subject: str,
    key: int,
    to: int | None,
    theirs: int | None,
    what: Text,
    ref: str,
    where: int | None,
) -> Card:
    if to is None or to == talk.person.id:
        raise Refusal("introduction.nobody", _nobody(talk, where), ref)
    duty.check_real(talk.db, talk.person.id)
    question = Text(
        "要联系吗？我们先问对方，对方同意了，双方才看到彼此的称呼、单位和电话。关于：{what}", what=what
    )
    if talk.ask("sure", question, _YES, _NO) == "no":
        return Card(Text("好的，没有联系。"), choices=menu())
    own = standing.of(talk.db, talk.person.id)
    made, new = introduction.ask(
        talk.db,
        subject,
        key,
        talk.person.id,
        to,
        talk.now,
        from_organization=own[0] if own else None,
        to_organization=theirs,
    )
    back = Choice(Text("收回联系"), press("dropintro", made))
    one = introduction.find(talk.db, made, talk.person.id)
    if not new:
        text = Text("不用再点，这一条已经有了：{state}。", state=introduction.STATES[one.state])
        if one.state == "withdrawn":
            text = Text("请{until}后再联系，这一条您收回过。", until=Moment(one.answer_by))
        return Card(text, choices=(back,) if one.state == "asked" else (), refs=(ref,))
    _put(talk, one, what, ref)
    steps = (back,) if has_phone(talk.db, talk.person.id) else (back, _PROFILE)
    text = Text("已经去问了，对方同意就告诉您，最多等{count}天。", count=introduction.ANSWER.days)
    if len(steps) > 1:
        text = Text("{first}\n想让对方打电话给您，请先留手机号。", first=text)
    return Card(text, choices=steps, tone="done", refs=(ref,))


def _nobody(talk: Talk, where: int | None) -> Text:
    """Whom to ask instead: the staff of the place."""
    around = where if where is not None else next(iter(place.roots(talk.db)), None)
    found = duty.officers(talk.db, around) if around is not None else []
    name = next((row.name for row in found if row.name), None)
    if name:
        return Text("请找{name}问，这一条没有登记联系人。", name=as_said(name))
    return Text("请到服务站问一问，这一条没有登记联系人。")


def has_phone(db: Db, member: int) -> bool:
    return introduction.phone_of(db, member) is not None


def _put(talk: Talk, one: Row[Any], what: Text, ref: str) -> None:
    """The other one is asked, with the organization but without name and number of who asks."""
    text = Text(
        "同意联系吗？有位居民想和您谈谈：{what}。您同意了，双方才看到彼此的称呼、单位和电话。", what=what
    )
    if one.from_organization_id is not None:
        who = as_said(organization.name(talk.db, one.from_organization_id))
        text = Text(
            "同意联系吗？{who}想和您谈谈：{what}。您同意了，双方才看到彼此的称呼、单位和电话。",
            who=who,
            what=what,
        )
    card = Card(text, choices=_decisions(one.id), tone="notice", refs=(ref,))
    key = f"introduction:{one.id}"
    notice.tell_member(
        talk.db,
        [card],
        one.to_id,
        talk.now,
        key=key,
        kind="answer",
        still=f"introduction {one.id}",
        rests=True,
    )


def _decisions(number: int) -> tuple[Choice, ...]:
    return (
        Choice(Text("同意联系"), press("agreeintro", number)),
        Choice(Text("不联系"), press("refuseintro", number)),
    )


@on("offer.agree", head="agreeintro", allow=anybody, private=True)
def agree(talk: Talk, number: int = 0) -> Card:
    """Both have agreed: each gets what he needs to speak to the other."""
    one = _asked(talk, number)
    _check_stands(talk, one)
    duty.check_real(talk.db, talk.person.id)
    if not introduction.go(talk.db, one, "agreed", talk.person.id, talk.now):
        return _over(talk, number)
    agreed = introduction.find(talk.db, number, talk.person.id)
    for member in (agreed.from_id, agreed.to_id):
        _reveal(talk, agreed, member)
    steps = () if has_phone(talk.db, talk.person.id) else (_PROFILE,)
    return Card(Text("好的，对方的联系方式这就发给您。"), choices=steps, tone="done")


def _reveal(talk: Talk, one: Row[Any], member: int) -> None:
    """Sealed in the ledger, opened when it is sent."""
    found = introduction.revealed(talk.db, one, member)
    assert found is not None
    _, theirs = introduction.other(one, member)
    number = talk.vault.open(found.phone) if found.phone else None
    name = as_said(found.name) if found.name else Text("一位邻居")
    who = name
    if theirs is not None and standing.stands_for(talk.db, introduction.other(one, member)[0], theirs):
        who = Text(
            "{organization}，{name}", organization=as_said(organization.name(talk.db, theirs)), name=name
        )
    write = Choice(Text("给对方留言"), press("writeintro", one.id))
    if number:
        reach = phone.seal_in(number, talk.vault)
        text = Text("双方都同意联系了。{who}，电话：{phone}", who=who, phone=reach)
    else:
        text = Text("双方都同意联系了。{who}。对方没有留电话，可以在这里留言。", who=who)
    card = Card(text, choices=(write,), tone="notice")
    key = f"introduction:{one.id}:agreed:{member}"
    notice.tell_member(talk.db, [card], member, talk.now, key=key, kind="answer", rests=False)


@on("offer.agree", head="refuseintro", allow=anybody, private=True)
def refuse(talk: Talk, number: int = 0) -> Card:
    one = _asked(talk, number)
    if not introduction.go(talk.db, one, "refused", talk.person.id, talk.now):
        return _over(talk, number)
    _tell(talk.db, one.from_id, Text("对方这次没有同意联系，看看别的吧。"), one, "refused", talk.now)
    return Card(Text("好的，没有把您的联系方式给对方。"), tone="done")


@on("offer.agree", head="dropintro", allow=anybody, private=True)
def take_back(talk: Talk, number: int = 0) -> Card:
    """Either may, before the other has agreed; who has the other's number already keeps it in his chat."""
    one = introduction.find(talk.db, number, talk.person.id)
    if one.state != "asked" or not introduction.go(talk.db, one, "withdrawn", talk.person.id, talk.now):
        return _over(talk, number)
    if one.to_id == talk.person.id:
        _tell(talk.db, one.from_id, Text("对方这次没有同意联系，看看别的吧。"), one, "refused", talk.now)
    return Card(Text("收回了，联系方式没有给任何人。"), tone="done")


@on("offer.agree", head="writeintro", allow=anybody, private=True)
def write(talk: Talk, number: int = 0) -> Card:
    """Through us, for who has no number, as long as both agree."""
    one = introduction.find(talk.db, number, talk.person.id)
    if one.state != "agreed":
        return _over(talk, number)
    duty.check_real(talk.db, talk.person.id)
    no = Option("", Text("先不写"), ("不", "算了", "no"))
    words = talk.ask("words", Text("请写给对方的话，最多200字。"), no, check=checks.words)
    if not words:
        return Card(Text("好的，没有发。"), choices=menu())
    to, _ = introduction.other(one, talk.person.id)
    mine = introduction.find(talk.db, number, talk.person.id)
    own = introduction.revealed(talk.db, mine, to)
    name = as_said(own.name) if own is not None and own.name else Text("一位邻居")
    text = Text("{name}给您留言：{words}", name=name, words=phone.seal_in(words, talk.vault))
    stop = Choice(Text("不再联系"), press("endintro", one.id))
    card = Card(text, choices=(Choice(Text("回复留言"), press("writeintro", one.id)), stop))
    today = talk.now.astimezone(talk.zone).date()
    # Each has a key of its own, of which there are so many a day.
    for nth in range(_MOST_WORDS):
        key = f"introduction:{one.id}:words:{talk.person.id}:{today}:{nth}"
        if notice.tell_member(talk.db, [card], to, talk.now, key=key, kind="answer", rests=True):
            return Card(Text("发给对方了。"), tone="done")
    raise Refusal(
        "introduction.words", Text("请明天再写，今天已经给对方留了{count}次言。", count=_MOST_WORDS)
    )


@on("offer.agree", head="endintro", allow=anybody, private=True)
def end(talk: Talk, number: int = 0) -> Card:
    """Neither can write to the other any more; who has a number keeps it in his chat."""
    one = introduction.find(talk.db, number, talk.person.id)
    if not introduction.go(talk.db, one, "ended", talk.person.id, talk.now):
        return _over(talk, number)
    return Card(Text("好的，对方不能再给您留言了。已经给过的电话收不回来。"), tone="done")


def _asked(talk: Talk, number: int) -> Row[Any]:
    """What waits for the answer of who says it. Raises Refusal; who asked cannot agree for the other."""
    one = introduction.find(talk.db, number, talk.person.id)
    if one.to_id != talk.person.id:
        raise Refusal("introduction.own", Text("请等对方答复，这一条是您提出的。"))
    return one


def _check_stands(talk: Talk, one: Row[Any]) -> None:
    """Raises a Refusal where he was asked for an organization for which he does not stand any more."""
    host = one.to_organization_id
    if host is not None and not standing.stands_for(talk.db, talk.person.id, host):
        name = as_said(organization.name(talk.db, host))
        text = Text("请{name}现在的负责人来谈，这一条问的是他们。", name=name)
        raise Refusal("introduction.other", text)


def _over(talk: Talk, number: int) -> Card:
    one = introduction.find(talk.db, number, talk.person.id)
    return Card(Text("不用再点，这一条现在是：{state}。", state=introduction.STATES[one.state]))


def _tell(db: Db, whom: int, text: Text, one: Row[Any], what: str, now: datetime) -> None:
    card = Card(text, choices=(BROWSE,), tone="notice")
    notice.tell_member(db, [card], whom, now, key=f"introduction:{one.id}:{what}", kind="answer", rests=True)


@job("introductions", next=lambda db, _schedule: introduction.next_late(db))
def expire(db: Db, now: datetime, _schedule: Schedule) -> bool:
    """Nobody waits for an answer for ever."""
    found = introduction.late(db, now)
    for one in found:
        if introduction.go(db, one, "expired", None, now):
            _tell(db, one.from_id, introduction.NO_ANSWER, one, "expired", now)
    return bool(found)
