"""A project as it is shown: its parts, what is given and what is missing, and who gives it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers.talk import press
from models import (
    board,
    community,
    organization,
    place,
    project,
    project_claim,
    project_flow,
    project_part,
    project_people,
)
from models import timeline as log
from models.card import Article, Choice, Stage, State
from models.claiming_parts import unit
from models.database import Db
from models.project_results import Figures
from models.project_search import OPEN
from models.text import Moment, Several, Text, as_said, prose

# Whose share everybody reads, and how it is said of each that is not settled yet.
_SHOWN = ("offered", "accepted", "delivered", "confirmed")


def ref(one: Row[Any]) -> str:
    return f"project:{one.code}"


def name(one: Row[Any]) -> Text:
    """Its number and title."""
    return Text("项{number}「{title}」", number=one.id, title=prose(one.title))


def article(db: Db, one: Row[Any]) -> Article:
    """Everything that everybody may read of it, also who gives what: people only as a number."""
    facts = [(Text("状态"), project.STATES[one.state])]
    if one.state in ("running", "paused") and (last := project_flow.last_progress(db, one.id)) is not None:
        said = Text("{percent}%，{words}", percent=one.progress, words=last.reason)
        facts.append((Text("进度"), said))
    if one.board:
        facts.append((Text("板块"), board_name(db, one.board)))
    if around := project_people.places(db, one):
        facts.append((Text("地点"), place_names(db, around)))
    if one.verified_by and one.verified_at:
        facts += verified(db, one.verified_by, one.verified_at)
    if one.state == "claiming" and one.reserved is not None:
        facts.append((Text("先留给去年的单位"), Text("到{at}", at=Moment(one.reserved))))
    if one.starts is not None:
        facts.append((Text("开始"), Text("{at}", at=Moment(one.starts))))
    claims = project_claim.of_project(db, one.id)
    for part in project_part.of(db, one.id):
        given = givers(db, [each for each in claims if each.part_id == part.id], part)
        said = missing(part)
        facts.append(
            (prose(part.name), Text("{missing}。{given}", missing=said, given=given) if given else said)
        )
    if one.result:
        facts.append((Text("成果"), as_said(one.result)))
    body = prose(one.summary) if one.summary else None
    return Article(name(one), ref(one), state=_state(one), facts=tuple(facts), body=body)


def board_name(db: Db, label: str) -> Text:
    return prose(str(board.name(db, label)))


def place_names(db: Db, places: Sequence[int]) -> Text:
    return Text("{places}", places=Several(tuple(as_said(place.name(db, each)) for each in places)))


def verified(db: Db, by: str, at: datetime) -> list[tuple[Text, Text]]:
    """Who verified a charity project and on which day: every card of one says so."""
    day = f"{at.astimezone(community.zone(db)):%Y-%m-%d}"
    return [(Text("核实"), Text("{who}，{day}", who=by, day=day))]


def row(db: Db, one: Row[Any]) -> Article:
    """A line of a list: where it is, and what is missing."""
    parts = [part for part in project_part.of(db, one.id) if left(part)]
    facts = [*place_fact(db, one)]
    if parts and one.state in OPEN:
        needed = tuple(Text("{part}{left}{unit}", part=prose(each.name), left=left(each), unit=unit(each)) for each in parts)  # fmt: skip
        facts.append((Text("还缺"), Text("{needed}", needed=Several(needed))))
    elif one.state != "claiming":
        facts.append((Text("状态"), project.STATES[one.state]))
    else:
        facts.append((Text("还缺"), Text("都有人认领了")))
    if one.verified_by and one.verified_at:
        facts += verified(db, one.verified_by, one.verified_at)
    return Article(name(one), ref(one), facts=tuple(facts), choices=(look(one),))


def subject(db: Db, one: Row[Any]) -> Article:
    """What a question is about; it takes no number of its answers."""
    return replace(row(db, one), choices=())


def place_fact(db: Db, one: Row[Any]) -> tuple[tuple[Text, Text], ...]:
    """Where it is, where it is anywhere."""
    return () if one.place_id is None else ((Text("地点"), as_said(place.name(db, one.place_id))),)


def _state(one: Row[Any]) -> State | None:
    if one.state in ("delivered", "reported", "archived"):
        return State(project.STATES[one.state], "good")
    if one.state in ("paused", "cancelled"):
        return State(project.STATES[one.state], "warning")
    return None


def left(part: Row[Any]) -> int:
    """What everybody reads that is still missing: money is, until staff say that it came."""
    return int(part.quantity - part.taken) if part.kind == "money" else project_part.left(part)


def missing(part: Row[Any]) -> Text:
    """What a part still needs; of money what has come, since what is only meant to be given counts nowhere."""
    if part.kind == "money":
        return Text("已到账{came}元（目标{quantity}元）", came=part.taken, quantity=part.quantity)
    if left := project_part.left(part):
        return Text(
            "还缺{left}{unit}（共{quantity}{unit}）", left=left, quantity=part.quantity, unit=unit(part)
        )
    return Text("够了（共{quantity}{unit}）", quantity=part.quantity, unit=unit(part))


def givers(db: Db, claims: Sequence[Row[Any]], part: Row[Any]) -> Text | None:
    """Who gives how much of a part; None while nobody does. Nobody's gift of money is named."""
    if part.kind == "money":
        return None
    found = [
        _giver(as_said(organization.name(db, each.organization_id)), each, part)
        for each in claims
        if each.state in _SHOWN and each.organization_id is not None
    ]
    alone = [each for each in claims if each.state in _SHOWN and each.organization_id is None]
    if alone:
        found.append(Text("居民{count}位", count=len(alone)))
    if waiting := [each for each in claims if each.state == "waiting"]:
        found.append(Text("另有{count}家排队", count=len(waiting)))
    return Text("{given}", given=Several(tuple(found))) if found else None


def _giver(who: Text, claim: Row[Any], part: Row[Any]) -> Text:
    if claim.state == "accepted":
        return Text("{who}{share}{unit}", who=who, share=claim.quantity, unit=unit(part))
    state = project_claim.STATES[claim.state]
    return Text("{who}{share}{unit}（{state}）", who=who, share=claim.quantity, unit=unit(part), state=state)


def look(one: Row[Any]) -> Choice:
    return Choice(Text("看项目"), press("project", one.id))


def timeline(db: Db, one: Row[Any]) -> tuple[Stage, ...]:
    """What happened to it, as everybody may read it."""
    return tuple(
        Stage(_happened(point), "past", when=Text("{at}", at=Moment(point.at)), who=point.who)
        for point in log.of(db, "project", one.id)
    )


def _happened(point: log.Point) -> Text:
    if point.what == "joined":
        return Text("加入")
    return project.STATES.get(point.what, as_said(point.what))


def figures(found: Figures) -> Text:
    """The numbers of a result in one line."""
    said = []
    if found.units:
        said.append(Text("{count}家单位", count=found.units))
    if found.residents:
        said.append(Text("{count}位居民", count=found.residents))
    if found.people:
        said.append(Text("来了{count}人", count=found.people))
    if found.minutes:
        said.append(Text("志愿服务{count}分钟", count=found.minutes))
    said += [
        Text("{part}{many}{unit}", part=prose(part.name), many=many, unit=unit(part))
        for part, many in found.goods
    ]
    return Text("{said}", said=Several(tuple(said))) if said else Text("没有")
