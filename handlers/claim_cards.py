"""A claim as it is shown: its number, who gives what to which project, and the team that it belongs to."""

from typing import Any

from sqlalchemy import Row

from handlers import project_cards
from handlers.talk import press
from models import contact, organization, project_claim, project_part, project_people, standing
from models import team as team_of
from models.card import Article, Choice
from models.claiming_parts import unit
from models.database import Db
from models.project_making import find as find_project
from models.text import Moment, Several, Text, as_said, prose


def number(claim: Row[Any]) -> Text:
    return Text("认{number}", number=claim.id)


def share(part: Row[Any], many: int) -> Text:
    """What is given: 护牙包300份."""
    return Text("{part}{many}{unit}", part=prose(part.name), many=many, unit=unit(part))


def of(db: Db, claim: Row[Any]) -> Text:
    part = project_part.find(db, claim.part_id)
    assert part is not None
    return share(part, claim.quantity)


def who(db: Db, claim: Row[Any]) -> Text:
    """Who gives it, as everybody may read it."""
    if claim.organization_id is not None:
        return as_said(organization.name(db, claim.organization_id))
    return Text("一位居民")


def who_for_staff(db: Db, claim: Row[Any]) -> Text:
    """With the name of who claimed it."""
    named = contact.name_of(db, claim.member_id) if claim.member_id is not None else None
    if claim.organization_id is None:
        return as_said(named) if named else Text("一位居民")
    name = as_said(organization.name(db, claim.organization_id))
    return Text("{organization}（{name}）", organization=name, name=as_said(named)) if named else name


def article(db: Db, claim: Row[Any], *choices: Choice, staff: bool = False) -> Article:
    """One claim in a list, with what can be done with it."""
    one = find_project(db, claim.project_id)
    assert one is not None
    facts = [(Text("项目"), project_cards.name(one))]
    if staff:
        facts.append((Text("谁认领"), who_for_staff(db, claim)))
    elif claim.organization_id is not None:
        facts.append((Text("代表"), who(db, claim)))
    facts.append((Text("状态"), project_claim.STATES[claim.state]))
    if claim.delivered is not None and claim.delivered != claim.quantity:
        facts.append((Text("到位"), Text("{many}", many=claim.delivered)))
    if claim.by is not None and claim.state in ("offered", "waiting", "accepted"):
        facts.append((Text("最晚到位"), Text("{at}", at=Moment(claim.by))))
    title = Text("{number} {share}", number=number(claim), share=of(db, claim))
    return Article(title, project_cards.ref(one), facts=tuple(facts), choices=choices)


def partners(db: Db, project: int) -> tuple[Text, ...]:
    """Who gives what, each on a line: everybody whose claim was accepted."""
    taken = [each for each in project_claim.of_project(db, project) if each.state in project_claim.TAKEN]
    return tuple(_partner(db, each) for each in taken)


def _partner(db: Db, claim: Row[Any]) -> Text:
    """Who came by a partner's code stands as invited by him."""
    inviter = team_of.inviter(db, claim)
    if inviter is None:
        return Text("{who}：{share}", who=who(db, claim), share=of(db, claim))
    by = who(db, inviter)
    return Text("{who}：{share}（由{by}邀请）", who=who(db, claim), share=of(db, claim), by=by)


def team(db: Db, one: Row[Any]) -> Article:
    """All partners with their parts, and whom to ask."""
    lines = Text("{lines}", lines=Several(partners(db, one.id), lines=True))
    facts = (*leader(db, one),)
    return Article(project_cards.name(one), project_cards.ref(one), facts=facts, body=lines, choices=(project_cards.look(one),))  # fmt: skip


def leader(db: Db, one: Row[Any]) -> tuple[tuple[Text, Text], ...]:
    """Who leads the team, and who of the staff looks after it."""
    found = []
    if one.lead_id is not None:
        name = as_said(organization.name(db, one.lead_id))
        people = tuple(as_said(row.name) for row in standing.representatives(db, one.lead_id) if row.name)
        said = (
            Text("{organization}（{people}）", organization=name, people=Several(people)) if people else name
        )
        found.append((Text("牵头"), said))
    if (officer := officer_name(db, one)) is not None:
        found.append((Text("联系人"), officer))
    return tuple(found)


def officer_name(db: Db, one: Row[Any]) -> Text | None:
    """Who of the staff looks after it; None where nobody has a name."""
    names = (contact.name_of(db, each) for each in project_people.officers(db, one))
    known = next((name for name in names if name), None)
    return as_said(known) if known else None


def look(claim: Row[Any]) -> Choice:
    return Choice(Text("看认领"), press("claimed", claim.id))


def decisions(claim: Row[Any]) -> tuple[Choice, ...]:
    """What an officer does with it, in the state in which it is."""
    if claim.state == "offered":
        return (
            Choice(Text("接受"), press("takeclaim", claim.id)),
            Choice(Text("不接受"), press("denyclaim", claim.id)),
        )
    if claim.state == "delivered":
        return (
            Choice(Text("确认收到"), press("gotclaim", claim.id)),
            Choice(Text("退回重送"), press("backclaim", claim.id)),
        )
    if claim.state == "accepted":
        return (Choice(Text("东西到了"), press("gotclaim", claim.id)),)
    return ()


def own_choices(claim: Row[Any], *, money: bool = False) -> tuple[Choice, ...]:
    """What who claimed it can do with it."""
    drop = Choice(Text("撤回认领"), press("dropclaim", claim.id))
    if claim.state in ("offered", "waiting"):
        return (drop,)
    if claim.state == "accepted":
        return (drop,) if money else (Choice(Text("到位了"), press("gaveclaim", claim.id)), drop)
    return ()
