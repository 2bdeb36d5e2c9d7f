"""我们想提供项目: an organization offers a whole project to a neighbourhood, whose officers accept or decline it."""

from typing import Any

from sqlalchemy import Row

from handlers import (
    checks,
    claim_form,
    claim_news,
    offer_approvals,
    offer_cards,
    offer_reading,
    project_cards,
)
from handlers.offer_cards import MINE
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import (
    claim_steps,
    duty,
    notice,
    offering,
    organization,
    phone,
    project_claim,
    project_making,
    project_part,
    standing,
)
from models.card import Card, Choice
from models.offering import Plan
from models.project_making import PartPlan
from models.refusal import Refusal
from models.text import Text, as_said

_OFFERS = (
    Phrase(
        r"(?:我们?|公司|单位|我司)[^,。?]{0,8}(?:想|要|可以|能|愿意|打算)?(?:提供|送|带来|贡献|推荐|报)(?:一个|个|一些|几个)?(?:公益|社区|便民)?项目(?!.*(?:认领|吗))"
        r"|(?:我们?|公司|单位)[^,。?]{0,8}有(?:一个|个|几个)?(?:公益|社区)?项目[^,。?]{0,6}(?:想|要|可以)?(?:提供|放|落|送|进)(?:给|到|在)?(?:社区|小区|居民区)?",
        weight=7,
        unless=r"吗|[?]$|推荐项目|有什么",
    ),
    Phrase(
        r"\b(?:we|our company)\b.{0,20}\b(?:offer|provide|bring)\b.{0,12}\bproject\b", weight=7, unless=r"\?$"
    ),
)
_YES = Option("yes", Text("提交"), ("确认", "好", "是", "对", "yes"))
_NO = Option("no", Text("先不提"), ("不", "算了", "no"))
_EVERYBODY = Option("", Text("不限"), ("都可以", "大家", "跳过", "everybody"))
_MOST_OFFICERS = 5
_KINDS = ("people", "supplies", "venue", "expertise")


def _meant(reading: Reading) -> Arguments:
    found = offer_reading.said(reading)
    return {name: found[name] for name in ("place", "dates") if name in found}


@on("offer.project", head="giveproject", allow=anybody, private=True, example=Text("我们想提供一个项目"), rank=67,
    phrases=_OFFERS, reads=_meant)  # fmt: skip
def give(talk: Talk, place: int | None = None, dates: list[str] | None = None) -> Card:
    """What, how much, for which neighbourhood and whom, when."""
    own = standing.of(talk.db, talk.person.id)
    if not own:
        text = Text("请让单位、社团的负责人来提，项目由他们提供。您自己也可以登记资源。")
        talk.leave(Refusal("offer.representative", text), Choice(Text("我有资源"), press("provide")))
    title = talk.ask("title", Text("想提供什么项目？写个名字，比如“社区口腔健康日”。"), check=_Title())
    many = talk.ask("many", Text("能提供多少？比如“300份”“4场”。"), check=offer_reading.Amount())
    where = place or talk.ask(
        "where", Text("给哪个小区、哪幢楼或者哪个居民区？"), check=offer_reading.Where(talk)
    )
    whom = talk.ask("whom", Text("主要给谁？比如“60岁以上的老人”。"), _EVERYBODY, check=_words)
    when = dates or talk.ask(
        "when", Text("什么时候办？比如“12月1日到12月31日”。"), check=offer_reading.Dates(talk)
    )
    begins, ends = offer_reading.instants(talk, when)
    plan = Plan(
        "offer", "project", title, many["quantity"], many["unit"], None, whom or None, where, begins, ends
    )
    host = own[0] if len(own) == 1 else _host(talk, own)
    plan = Plan(**{**{name: getattr(plan, name) for name in Plan.__slots__}, "organization_id": host})
    about = (offer_cards.draft(talk.db, plan),)
    if talk.ask("sure", Text("这样提交，对吗？那里的工作人员会答复您。"), _YES, _NO, about=about) == "no":
        return Card(Text("好的，没有提交。"), choices=menu())
    duty.check_real(talk.db, talk.person.id)
    return _put(talk, plan)


class _Title:
    wants = "text"

    def __call__(self, said: str) -> str:
        return phone.without(checks.words(said))[: offer_reading.LONGEST_NAME]


def _words(said: str) -> str:
    return phone.without(checks.words(said))


def _host(talk: Talk, own: list[int]) -> int:
    options = [Option(key, as_said(organization.name(talk.db, key))) for key in own]
    return int(talk.ask("host", Text("以谁的名义？"), *options))


def _put(talk: Talk, plan: Plan) -> Card:
    """The officers of the neighbourhood get it at once, with two buttons."""
    key = offering.make(talk.db, plan, talk.person.id, talk.now)
    one = offering.find(talk.db, key)
    text = Text("请答复：{who}想给这里提供一个项目。", who=as_said(one.organization))
    card = Card(text, articles=(offer_cards.article(one),), choices=_decisions(one), tone="notice")
    found = duty.officers(talk.db, one.place_id)
    near = [row for row in found if row.place_id == found[0].place_id][:_MOST_OFFICERS]
    for row in near:
        notice.tell_member(
            talk.db, [card], row.id, talk.now, key=f"offer:{one.id}:{row.id}", kind="answer", rests=True
        )
    lead = Text("提交了，{place}的工作人员看过告诉您。", place=as_said(one.place))
    return Card(lead, articles=(offer_cards.article(one, own=True),), choices=(MINE,), tone="done")


def _decisions(one: Row[Any]) -> tuple[Choice, ...]:
    return (
        Choice(Text("接受项目"), press("takeproject", one.id)),
        Choice(Text("不接受"), press("denyproject", one.id)),
    )


def _waiting(talk: Talk, number: int) -> Row[Any] | None:
    """The offered project that waits for this officer; None where it is decided."""
    one = offer_approvals.mine(talk, number)
    return one if one.kind == "project" and one.state == "proposed" else None


@on("staff.offer", head="takeproject", for_staff=True, allow=anybody, private=True)
def accept(talk: Talk, number: int = 0) -> Card:
    """Published at once, or a draft to go on with; its organization gives what it offered."""
    one = _waiting(talk, number)
    if one is None:
        return offer_approvals.gone(offering.find(talk.db, number))
    now = Option("publish", Text("马上发布"), ("发布", "publish"))
    later = Option("draft", Text("先存草稿"), ("草稿", "draft"))
    about = (offer_cards.article(one),)
    how = talk.ask("how", Text("马上发布，还是先存成草稿？"), now, later, about=about)
    if not offering.go(talk.db, one, "filled", talk.person.id, talk.now):
        return offer_approvals.gone(one)
    made = _make(talk, one)
    if how == "publish":
        _publish(talk, one, made)
    done = project_making.find(talk.db, made)
    assert done is not None
    text = Text("接受了：{project}，谢谢您。", project=project_cards.name(done))
    offer_approvals.tell_owner(talk, one, text, (project_cards.look(done),) if how == "publish" else (MINE,))
    lead = Text("发布了：{project}。", project=project_cards.name(done))
    if how == "draft":
        lead = Text("存成草稿了：{project}。", project=project_cards.name(done))
    return Card(lead, choices=(project_cards.look(done),), tone="done", refs=(project_cards.ref(done),))


def _make(talk: Talk, one: Row[Any]) -> int:
    known = offer_reading.thing(f"{one.name} {one.quantity}{one.unit or ''}").get("kind")
    part = PartPlan(known if known in _KINDS else "expertise", one.name, one.quantity, one.unit)
    return project_making.make(
        talk.db,
        one.name,
        [part],
        talk.person.id,
        talk.now,
        origin="company",
        organization_id=one.organization_id,
        proposer_id=one.member_id,
        officer_id=talk.person.id,
        summary=one.summary,
        place_id=one.place_id,
        starts=one.begins,
        ends=one.ends,
    )


def _publish(talk: Talk, one: Row[Any], made: int) -> None:
    """What the organization offered is its accepted claim."""
    draft = project_making.find(talk.db, made)
    assert draft is not None
    project_making.publish(talk.db, draft, talk.person.id, talk.now)
    (part,) = project_part.of(talk.db, made)
    giver = one.member_id or talk.person.id
    by = claim_form.usual_day(talk, draft)
    number = project_claim.enter(
        talk.db, part, giver, one.organization_id, part.quantity, talk.now, by=by, offer_id=one.id
    )
    claim = project_claim.find(talk.db, number) if number is not None else None
    assert claim is not None
    claim_steps.accept(talk.db, talk.schedule, claim, talk.person.id, talk.now)
    accepted = project_claim.find(talk.db, claim.id)
    assert accepted is not None
    claim_news.accepted(talk.db, accepted, talk.person.id, talk.now)


@on("staff.offer", head="denyproject", for_staff=True, allow=anybody, private=True)
def decline(talk: Talk, number: int = 0) -> Card:
    one = _waiting(talk, number)
    if one is None:
        return offer_approvals.gone(offering.find(talk.db, number))
    about = (offer_cards.article(one),)
    no = Option("", Text("先不回"), ("不", "算了", "no"))
    why = talk.ask("reason", Text("不接受的原因写什么？对方会看到。"), no, check=checks.words, about=about)
    if not why:
        return Card(Text("好的，先放着。"), articles=about, choices=_decisions(one))
    if not offering.go(talk.db, one, "declined", talk.person.id, talk.now, why):
        return offer_approvals.gone(one)
    text = Text(
        "{place}这次没有接受「{name}」。原因：{reason}", place=as_said(one.place), name=one.name, reason=why
    )
    offer_approvals.tell_owner(talk, one, text, (Choice(Text("换个地方提"), press("giveproject")),))
    return Card(Text("没有接受，原因已经告诉对方。"), tone="done", refs=(offering.ref(one),))
