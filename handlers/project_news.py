"""What becomes of a project reaches those whom it concerns, each once: officers, partners, reporters, followers, volunteers."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import claim_cards, need_cards, need_news, project_cards
from handlers.talk import press
from models import (
    follow,
    handling,
    moves,
    notice,
    project,
    project_claim,
    project_needs,
    project_people,
    project_volunteers,
)
from models.card import Attachment, Card, Choice
from models.claiming_parts import LIVE
from models.database import Db
from models.text import Several, Text


def to(
    db: Db, members: Iterable[int | None], card: Card, key: str, now: datetime, *, but: Collection[int] = ()
) -> None:
    """Each of them once for this key, outside the quiet hours."""
    for member in dict.fromkeys(members):
        if member is not None and member not in but:
            notice.tell_member(db, [card], member, now, key=f"{key}:{member}", kind="answer", rests=True)


def partners(db: Db, number: int, states: Collection[str] = project_claim.TAKEN) -> list[int]:
    """Who is the contact of a claim in one of these states."""
    claims = project_claim.of_project(db, number)
    return list(dict.fromkeys(each.member_id for each in claims if each.state in states and each.member_id))


def ready(db: Db, one: Row[Any], now: datetime) -> None:
    """M24 to who looks after it, and once M25 to who reported or follows its needs, and who follows it."""
    start = (Choice(Text("开工"), press("startproject", one.id)), project_cards.look(one))
    text = Text("{project}可以开工了，要的都有人认领了。", project=project_cards.name(one))
    card = Card(text, choices=start, tone="notice", refs=(project_cards.ref(one),))
    last = moves.event(db, project.MACHINE, one.id)
    to(db, project_people.deciders(db, one), card, f"project:{one.id}:ready {last}", now)
    formed(db, one, now)


def formed(db: Db, one: Row[Any], now: datetime) -> None:
    """M25, once for ever."""
    claims = [each for each in project_claim.of_project(db, one.id) if each.state in project_claim.TAKEN]
    units = len({each.organization_id for each in claims if each.organization_id is not None})
    lines = Several(claim_cards.partners(db, one.id), lines=True)
    text = Text("{project}人和东西都齐了，{count}家单位一起来：\n{lines}", project=project_cards.name(one), count=units, lines=lines)  # fmt: skip
    if not units:
        text = Text("{project}人和东西都齐了：\n{lines}", project=project_cards.name(one), lines=lines)
    to_public(db, one, text, "formed", now)


def to_public(
    db: Db,
    one: Row[Any],
    text: Text,
    event: str,
    now: datetime,
    pictures: tuple[Attachment, ...] = (),
) -> None:
    """Who reported its needs, who follows them and who follows it: each once for this event, whatever he is of these."""
    told: set[int | None] = set()
    refs = (project_cards.ref(one),)
    for each in project_needs.of(db, one.id):
        card = Card(text, choices=(need_cards.look(each),), refs=refs, attachments=pictures)
        # Who reported two of them reads it once.
        need_news.tell(db, each, card, event, now, followers=card, but=told)
        told |= {each.reporter_id, *follow.followers(db, need=each.id)}
    card = Card(text, choices=(project_cards.look(one),), refs=refs, attachments=pictures)
    others = [each for each in follow.followers(db, project=one.id) if each not in told]
    to(db, others, card, f"project:{one.id}:{event}", now)


def begun(db: Db, needs: Iterable[Row[Any]], one: Row[Any], claim: Row[Any], now: datetime) -> None:
    """M9: somebody gives the first thing for what was reported."""
    for each in needs:
        text = Text(
            "{need}开始办了：{who}给「{project}」出{share}。人和东西齐了再告诉您。",
            need=need_cards.name(each),
            who=claim_cards.who(db, claim),
            project=one.title,
            share=claim_cards.of(db, claim),
        )
        card = Card(text, choices=(need_cards.look(each),), refs=(project_cards.ref(one),))
        need_news.tell(db, each, card, handling.event(db, each), now, followers=card)


def stopped(
    db: Db,
    one: Row[Any],
    needs: Iterable[Row[Any]],
    contacts: Iterable[int],
    text: Text,
    event: str,
    now: datetime,
) -> None:
    """M33: everybody who gives, comes, reported or follows reads why, each once."""
    card = Card(text, choices=(project_cards.look(one),), tone="notice", refs=(project_cards.ref(one),))
    told = [*contacts, *project_volunteers.coming(db, one.id, now)]
    for each in needs:
        told += [each.reporter_id, *follow.followers(db, need=each.id)]
    told += follow.followers(db, project=one.id)
    to(db, told, card, f"project:{one.id}:{event}", now)


def concerned(db: Db, one: Row[Any]) -> list[int]:
    """Everybody whose claim is under way."""
    return partners(db, one.id, (*LIVE, "confirmed"))


def followers(db: Db, one: Row[Any]) -> list[int]:
    return follow.followers(db, project=one.id)
