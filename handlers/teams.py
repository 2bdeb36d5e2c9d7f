"""The team of a project: a claimant invites partners by a code, and staff or the team say who leads it."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import claim_cards, claim_form, offer_claims, project_cards, project_news
from handlers.offer_claims import BROWSE, NO, YES, Share
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import (
    claiming_parts,
    duty,
    notice,
    organization,
    project_claim,
    project_making,
    project_part,
    project_people,
    standing,
    team,
)
from models.card import Attachment, Card, Choice
from models.folding import fold
from models.refusal import Refusal
from models.text import Moment, Text, as_said, prose

_INVITE = (
    Phrase(
        r"(?:邀请|拉|找)(?:一个|个|一家|别的|其他|新的?)?(?:合作)?(?:伙伴|合作方|同行|加盟单位)(?:单位|公司)?(?:加入|加盟|一起|一块)?|^邀请(?:单位|公司)?加盟",
        weight=6,
        unless="社区伙伴|年度|续签|朋友",
    ),
    Phrase(r"\binvite (?:a |another )?partners?\b", weight=6),
)
_LEAD = (
    Phrase(r"(?:设|定|指定|换|改)(?:一下|个)?(?:项目)?(?:的)?(?:牵头|主办方)(?:单位|方)?", weight=6),
    Phrase(r"\b(?:set|choose|change) the lead\b", weight=6),
)
_OURS = (
    Phrase(r"(?:我们|我们公司|我们单位|由我们)(?:来|愿意|可以)?牵(?:个)?头", weight=6, unless=r"吗|[?]$"),
    Phrase(r"\bwe(?:'ll| will| can)? (?:take the )?lead\b", weight=6),
)
_NUMBER = re.compile(r"(?:项目?|project ?|#)?\s*(\d{1,9})")
_MOST = 8


def which(reading: Reading) -> Arguments:
    found = _NUMBER.search(reading.text)
    return {"number": int(found[1])} if found else {}


@on("project.invite", head="invitemate", allow=anybody, private=True, phrases=_INVITE)
def invite(talk: Talk, number: int | None = None) -> Card:
    """A code for the partners of one's claim, as a picture and as words."""
    claim = _own_claim(talk, number)
    one = _project(talk, claim)
    says = f"teamup {team.sign(talk.vault, claim.id)}"
    text = Text(
        "请把下面的码发给伙伴单位的负责人，扫一下就能加入{project}。扫不了就把这一行发给我们：\n{says}",
        project=project_cards.name(one),
        says=as_said(says),
    )
    send = Choice(Text("直接发给单位"), press("invitefirm", claim.id))
    return Card(
        text,
        choices=(send, project_cards.look(one)),
        tone="done",
        refs=(project_cards.ref(one),),
        attachments=(Attachment("qr", Text("邀请码"), says=says),),
    )


def _own_claim(talk: Talk, number: int | None) -> Row[Any]:
    """The claim for whose project somebody invites; asked for where he has several. Raises Refusal."""
    own = [each for each in claiming_parts.mine(talk.db, talk.person.id) if each.state in team.INVITES]
    if number is not None:
        own = [each for each in own if each.id == number]
    if not own:
        text = Text("请先认领一个缺口，再邀请伙伴一起来。")
        talk.leave(Refusal("team.none", text), BROWSE)
    if len(own) == 1:
        return own[0]
    options = [Option(each.id, _label(talk, each)) for each in own[:_MOST]]
    chosen = talk.ask("which", Text("给哪个项目邀请伙伴？"), *options)
    return next(each for each in own if each.id == chosen)


def _label(talk: Talk, claim: Row[Any]) -> Text:
    return project_cards.name(_project(talk, claim))


def _project(talk: Talk, claim: Row[Any]) -> Row[Any]:
    found = project_making.find(talk.db, claim.project_id)
    assert found is not None
    return found


@on("project.invite", head="invitefirm", allow=anybody, private=True)
def invite_organization(talk: Talk, number: int = 0) -> Card:
    """M26 to who stands for an organization of the community."""
    claim = _own_claim(talk, number)
    one = _project(talk, claim)
    no = Option(0, Text("先不发"), ("不", "算了", "no"))
    key = talk.ask("whom", Text("发给哪个单位？请写单位的名字。"), no, check=_Organization(talk))
    if not key:
        return Card(Text("好的，没有发。"), choices=menu())
    duty.check_real(talk.db, talk.person.id)
    name = as_said(organization.name(talk.db, key))
    people = standing.representatives(talk.db, key)
    if not people:
        text = Text("请把邀请码发给{name}，他们在这里还没有负责人。", name=name)
        return Card(text, choices=(Choice(Text("看邀请码"), press("invitemate", claim.id)),))
    says = f"teamup {team.sign(talk.vault, claim.id)}"
    text = Text(
        "{who}邀请您加入{project}，一起把它办成。",
        who=claim_cards.who(talk.db, claim),
        project=project_cards.name(one),
    )
    card = Card(
        text, choices=(Choice(Text("看看能出什么"), says),), tone="notice", refs=(project_cards.ref(one),)
    )
    for each in people:
        told = f"partner:{claim.id}:{each.id}"
        notice.tell_member(talk.db, [card], each.id, talk.now, key=told, kind="answer", rests=True)
    return Card(Text("已经发给{name}了。", name=name), tone="done", refs=(project_cards.ref(one),))


class _Organization:
    wants = "name"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> int:
        found = organization.named(self._talk.db, fold(said))
        if len(found) != 1:
            raise Refusal("organization.unknown", Text("请写单位的全名，没有找到这一家。"))
        return found[0][1]


@on("project.claim", head="teamup", allow=anybody, private=True, scans=True)
def join(talk: Talk, code: str = "") -> Card:
    """Who stands for a partner chooses what it gives; it stands in the team as invited by who sent the code."""
    claim, one = _invitation(talk, code)
    host = _host(talk, claim, one)
    claiming_parts.check_reserved(talk.db, one, talk.person.id, host, talk.now)
    parts = claiming_parts.open_parts(project_part.of(talk.db, one.id))
    if not parts:
        text = Text("{project}现在什么都不缺，谢谢您。", project=project_cards.name(one))
        return Card(text, choices=(BROWSE,), refs=(project_cards.ref(one),))
    about = (project_cards.article(talk.db, one),)
    options = [Option(part.id, _part(part)) for part in parts]
    none = Option(0, NO.label, NO.also)
    who = claim_cards.who(talk.db, claim)
    question = Text(
        "{who}邀请{name}一起来。能出哪一样？", who=who, name=as_said(organization.name(talk.db, host))
    )
    chosen = talk.ask("part", question, *options, none, about=about)
    if not chosen:
        return Card(Text("好的，没有认领。"), choices=(project_cards.look(one),))
    part = next(each for each in parts if each.id == chosen)
    share = project_part.left(part)
    if share > 1:
        share = talk.ask("many", Text("出多少？{left}", left=project_cards.missing(part)), check=Share(part))
    by = claim_form.usual_day(talk, one)
    sure = Text("认领{share}，{at}前送到，对吗？", share=claim_cards.share(part, share), at=Moment(by))
    if talk.ask("sure", sure, YES, NO, about=about) == "no":
        return Card(Text("好的，没有认领。"), choices=(project_cards.look(one),))
    return offer_claims.put(talk, one, part, host, share, by, invited_by_id=claim.id)


def _part(part: Row[Any]) -> Text:
    return Text("{part}：{missing}", part=prose(part.name), missing=project_cards.missing(part))


def _invitation(talk: Talk, code: str) -> tuple[Row[Any], Row[Any]]:
    key = team.read(talk.vault, code)
    claim = project_claim.find(talk.db, key) if key is not None else None
    if claim is None or claim.state not in team.INVITES:
        text = Text("请向伙伴再要一个邀请码，这个码现在不能用。")
        talk.leave(Refusal("team.code", text), BROWSE)
    one = _project(talk, claim)
    claiming_parts.check_open(one)
    return claim, one


def _host(talk: Talk, claim: Row[Any], one: Row[Any]) -> int:
    """The organization for which he comes. Raises Refusal."""
    own = [key for key in standing.of(talk.db, talk.person.id) if key != claim.organization_id]
    if claim.member_id == talk.person.id or (not own and standing.of(talk.db, talk.person.id)):
        raise Refusal(
            "team.own", Text("请把码发给别的单位，这是您自己单位的邀请码。"), project_cards.ref(one)
        )
    if not own:
        text = Text("请把码转给单位的负责人，由他来认领。")
        talk.leave(Refusal("team.representative", text, project_cards.ref(one)), project_cards.look(one))
    if len(own) == 1:
        return own[0]
    options = [Option(key, as_said(organization.name(talk.db, key))) for key in own[:_MOST]]
    return int(talk.ask("host", Text("以谁的名义？"), *options))


@on("staff.project", head="setlead", for_staff=True, allow=anybody, private=True, phrases=_LEAD, reads=which)
def set_lead(talk: Talk, number: int | None = None) -> Card:
    """Staff of its place say which of the partners leads the team."""
    one = meant(talk, number)
    project_people.check(talk.db, one, talk.person.id)
    found = team.organizations(talk.db, one.id)
    if not found:
        text = Text("请等有单位认领了再定，{project}现在还没有。", project=project_cards.name(one))
        return Card(text, choices=(project_cards.look(one),), refs=(project_cards.ref(one),))
    options = [Option(key, as_said(organization.name(talk.db, key))) for key in found]
    chosen = talk.ask("lead", Text("哪家牵头？牵头的也能答复认领。"), *options)
    duty.check_real(talk.db, talk.person.id)
    return _lead(talk, one, chosen)


@on("project.lead", head="leadteam", allow=anybody, private=True, phrases=_OURS, reads=which)
def lead(talk: Talk, number: int | None = None) -> Card:
    """The first partner may take the lead itself, as long as nobody has it."""
    own = standing.of(talk.db, talk.person.id)
    claims = [
        each for each in claiming_parts.mine(talk.db, talk.person.id) if each.state in project_claim.TAKEN
    ]
    projects = list(dict.fromkeys(each.project_id for each in claims))
    key = number if number is not None else (projects[0] if len(projects) == 1 else None)
    one = meant(talk, key)
    found = team.organizations(talk.db, one.id)
    if not found or found[0] not in own or one.lead_id is not None:
        officer = claim_cards.officer_name(talk.db, one) or Text("服务站")
        text = Text("请找{name}来定，由谁牵头工作人员说了算。", name=officer)
        raise Refusal("team.lead", text, project_cards.ref(one))
    yes, no = (
        Option("yes", Text("我们牵头"), ("确认", "好", "是", "yes")),
        Option("no", Text("先不牵头"), ("不", "no")),
    )
    question = Text("由{name}给{project}牵头，对吗？", name=as_said(organization.name(talk.db, found[0])), project=project_cards.name(one))  # fmt: skip
    if talk.ask("sure", question, yes, no) == "no":
        return Card(Text("好的，先不定。"), choices=(project_cards.look(one),))
    duty.check_real(talk.db, talk.person.id)
    return _lead(talk, one, found[0])


def _lead(talk: Talk, one: Row[Any], key: int) -> Card:
    """The whole team reads who leads it, with his contact."""
    name = as_said(organization.name(talk.db, key))
    if one.lead_id != key and not team.set_lead(talk.db, one, key, talk.person.id, talk.now):
        return Card(Text("请再看一看，刚才别人先定了。"), choices=(project_cards.look(one),))
    if one.lead_id != key:
        now_led = project_making.find(talk.db, one.id)
        assert now_led is not None
        text = Text("{name}给{project}牵头。", name=name, project=project_cards.name(one))
        officer = claim_cards.officer_name(talk.db, one)
        if officer is not None:
            text = Text("{first}有别的想法，请找{officer}。", first=text, officer=officer)
        card = Card(text, articles=(claim_cards.team(talk.db, now_led),), tone="notice")
        whom = project_news.partners(talk.db, one.id)
        event = f"project:{one.id}:lead:{key}"
        project_news.to(talk.db, whom, card, event, talk.now, but={talk.person.id})
    text = Text("定了，由{name}牵头，已经告诉团队。", name=name)
    return Card(text, choices=(project_cards.look(one),), tone="done", refs=(project_cards.ref(one),))


def meant(talk: Talk, number: int | None) -> Row[Any]:
    """The project with this number; asked for where none was said. Raises Refusal."""
    if number is None:
        number = talk.ask("project", Text("哪个项目？请发项目的编号，比如“项3”。"), check=_project_number)
    one = project_making.find(talk.db, number)
    if one is None:
        talk.leave(Refusal("project.unknown", Text("看看别的项目吧，没有找到这个。")), BROWSE)
    return one


def _project_number(said: str) -> int:
    found = _NUMBER.search(fold(said))
    if found is None:
        raise Refusal("check.number", Text("请发项目的编号，比如“项3”。"))
    return int(found[1])
