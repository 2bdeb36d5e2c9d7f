"""What becomes of a claim reaches who claimed it, the other partners and who decides, each once for each step."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import claim_cards, photos, project_cards, project_news
from handlers.project_news import to
from handlers.talk import press
from models import (
    claim_deciding,
    claiming_parts,
    moves,
    project_claim,
    project_flow,
    project_needs,
    project_part,
    project_people,
)
from models.card import Card, Choice
from models.database import Db
from models.project_claim import TAKEN
from models.project_making import find as find_project
from models.schedule import Schedule
from models.text import Moment, Text

_OTHERS = 3


def _project(db: Db, claim: Row[Any]) -> Row[Any]:
    one = find_project(db, claim.project_id)
    assert one is not None
    return one


def _event(db: Db, claim: Row[Any]) -> int:
    return moves.event(db, project_claim.MACHINE, claim.id)


def asked(db: Db, claim: Row[Any], now: datetime, *, event: str = "asked", but: int | None = None) -> None:
    """M21 to who decides: who wants to give what, and by when he has an answer."""
    one = _project(db, claim)
    text = Text("请答复一项认领：{who}想给项目出{share}。{due}前请点接受或不接受。", who=claim_cards.who_for_staff(db, claim), share=claim_cards.of(db, claim), due=Moment(claim.due))  # fmt: skip
    card = Card(text, articles=(claim_cards.article(db, claim, *claim_cards.decisions(claim), staff=True),), tone="notice")  # fmt: skip
    # Who asks for himself and decides too reads the answer to what he said.
    to(db, claim_deciding.deciders(db, one, claim), card, f"claim:{claim.id}:{event}", now, but=() if but is None else (but,))  # fmt: skip


def accepted(db: Db, claim: Row[Any], actor: int | None, now: datetime) -> None:
    """M22 with the team card to who claimed it, M23 to the others, M9 where it is the first, M24 and M25 when all is there."""
    one = _project(db, claim)
    text = Text(
        "您的认领接受了：{number}，{share}。{by}这些伙伴一起做：",
        number=claim_cards.number(claim),
        share=claim_cards.of(db, claim),
        by=_by(claim),
    )
    team = claim_cards.team(db, one)
    card = Card(text, articles=(team,), choices=(claim_cards.look(claim),), tone="done")
    to(db, [claim.member_id], card, f"claim:{claim.id}:accepted", now)
    _joined(db, one, claim, now)
    needs = project_needs.begin(db, one.id, actor, now)
    project_news.begun(db, needs, one, claim, now)
    settle(db, one.id, actor, now)


def _by(claim: Row[Any]) -> Text:
    return Text("请在{at}前到位。", at=Moment(claim.by)) if claim.by is not None else Text("")


def _joined(db: Db, one: Row[Any], claim: Row[Any], now: datetime) -> None:
    """M23: who is in the team already hears who came."""
    text = Text("{who}加入了{project}，提供{share}。", who=claim_cards.who(db, claim), project=project_cards.name(one), share=claim_cards.of(db, claim))  # fmt: skip
    card = Card(text, choices=(project_cards.look(one),), refs=(project_cards.ref(one),))
    others = [
        each.member_id
        for each in project_claim.of_project(db, one.id)
        if each.state in TAKEN and not _same(each, claim)
    ]
    to(db, others, card, f"claim:{claim.id}:joined", now, but=[claim.member_id] if claim.member_id else [])


def _same(one: Row[Any], other: Row[Any]) -> bool:
    if other.organization_id is not None:
        return bool(one.organization_id == other.organization_id)
    return one.organization_id is None and one.member_id == other.member_id


def settle(db: Db, project: int, actor: int | None, now: datetime) -> None:
    """The project's own state follows, and who it concerns hears of it."""
    if project_flow.settle(db, project, actor, now) == "ready":
        one = find_project(db, project)
        assert one is not None
        project_news.ready(db, one, now)


def declined(db: Db, claim: Row[Any], reason: str, now: datetime) -> None:
    """M32 with the reason, and what else is open."""
    one = _project(db, claim)
    others = claiming_parts.open_parts(project_part.of(db, one.id)) if one.state in ("claiming", "ready", "running") else []  # fmt: skip
    others = [part for part in others if part.id != claim.part_id][:_OTHERS]
    choices = tuple(
        Choice(
            Text("认领{part}", part=claim_cards.share(part, project_part.left(part))),
            press("claimone", part.id),
        )
        for part in others
    )
    text = Text("这次没有接受您的认领（{number}，{share}）。原因：{reason}", number=claim_cards.number(claim), share=claim_cards.of(db, claim), reason=reason)  # fmt: skip
    if choices:
        text = Text("{text}\n这些还缺，也欢迎您认领：", text=text)
    card = Card(
        text, choices=(*choices, project_cards.look(one)), tone="notice", refs=(project_cards.ref(one),)
    )
    to(db, [claim.member_id], card, f"claim:{claim.id}:declined", now)


def gone(db: Db, claim: Row[Any], why: Text, now: datetime) -> None:
    """M30 to who decides: something that was promised is open again, and why."""
    one = _project(db, claim)
    text = Text(
        "请看一看：{who}的{number}（{share}）{why}",
        who=claim_cards.who_for_staff(db, claim),
        number=claim_cards.number(claim),
        share=claim_cards.of(db, claim),
        why=why,
    )
    card = Card(text, choices=(project_cards.look(one),), tone="notice", refs=(project_cards.ref(one),))
    to(db, project_people.deciders(db, one), card, f"claim:{claim.id}:gone", now)


def promoted(
    db: Db, schedule: Schedule, asked_now: list[Row[Any]], left_out: list[Row[Any]], now: datetime
) -> None:
    """M31: who waited is offered again, and may still say no; whose share does not fit may take what there is."""
    for claim in asked_now:
        one = _project(db, claim)
        text = Text("轮到您了：{project}又缺{share}了，{number}已经替您提交。{due}前答复您；不需要了请撤回。", project=project_cards.name(one), share=claim_cards.of(db, claim), number=claim_cards.number(claim), due=Moment(claim.due))  # fmt: skip
        card = Card(
            text, choices=claim_cards.own_choices(claim), tone="notice", refs=(project_cards.ref(one),)
        )
        event = f"promoted {_event(db, claim)}"
        to(db, [claim.member_id], card, f"claim:{claim.id}:{event}", now)
        asked(db, claim, now, event=event)
    for claim in left_out:
        _room(db, claim, now)


def _room(db: Db, claim: Row[Any], now: datetime) -> None:
    part, one = project_part.find(db, claim.part_id), _project(db, claim)
    if part is None or not (left := project_part.left(part)):
        return
    text = Text("{project}空出了{share}，比您排队要的少。要这些的话请认领，不要就继续排着。", project=project_cards.name(one), share=claim_cards.share(part, left))  # fmt: skip
    choice = Choice(Text("认领{part}", part=claim_cards.share(part, left)), press("claimone", part.id))
    card = Card(text, choices=(choice, *claim_cards.own_choices(claim)), refs=(project_cards.ref(one),))
    to(db, [claim.member_id], card, f"claim:{claim.id}:room:{part.id}:{left}", now)


def told_to_wait(db: Db, claim: Row[Any], now: datetime) -> None:
    """What was asked for does not fit any more: it waits, and who asked hears that."""
    one = _project(db, claim)
    text = Text("请等一等：{project}要的少了，您的{number}（{share}）先排队，空出来就问您。", project=project_cards.name(one), number=claim_cards.number(claim), share=claim_cards.of(db, claim))  # fmt: skip
    card = Card(text, choices=claim_cards.own_choices(claim), tone="notice", refs=(project_cards.ref(one),))
    to(db, [claim.member_id], card, f"claim:{claim.id}:waiting", now)


def delivered(db: Db, claim: Row[Any], now: datetime) -> None:
    """M28 to who looks after it: did it come?"""
    one = _project(db, claim)
    many = claim.quantity if claim.delivered is None else claim.delivered
    part = project_part.find(db, claim.part_id)
    assert part is not None
    text = Text("{who}说{share}到位了。请看一看，收到了吗？", who=claim_cards.who_for_staff(db, claim), share=claim_cards.share(part, many))  # fmt: skip
    card = Card(
        text,
        articles=(claim_cards.article(db, claim, *claim_cards.decisions(claim), staff=True),),
        tone="notice",
        attachments=photos.attached(db, claim.photo_id),
    )
    event = f"delivered {_event(db, claim)}"
    to(db, claim_deciding.deciders(db, one, claim), card, f"claim:{claim.id}:{event}", now)


def confirmed(db: Db, claim: Row[Any], now: datetime) -> None:
    """M29."""
    one = _project(db, claim)
    text = Text("收到了，谢谢。{number}（{share}）记在{project}里。", number=claim_cards.number(claim), share=claim_cards.of(db, claim), project=project_cards.name(one))  # fmt: skip
    card = Card(text, choices=(project_cards.look(one),), tone="done", refs=(project_cards.ref(one),))
    to(db, [claim.member_id], card, f"claim:{claim.id}:confirmed", now)


def sent_back(db: Db, claim: Row[Any], reason: str, now: datetime) -> None:
    """It is owed again, with what was not right."""
    one = _project(db, claim)
    text = Text(
        "请再送一次：{number}（{share}）还不行。{reason}\n{by}",
        number=claim_cards.number(claim),
        share=claim_cards.of(db, claim),
        reason=reason,
        by=_by(claim),
    )
    card = Card(text, choices=claim_cards.own_choices(claim), tone="notice", refs=(project_cards.ref(one),))
    to(db, [claim.member_id], card, f"claim:{claim.id}:back {_event(db, claim)}", now)
