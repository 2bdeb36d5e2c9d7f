"""What somebody offers or wants, as it is shown: never with a phone number, and others' words only after a look."""

from typing import Any

from sqlalchemy import Row

from handlers.talk import press
from models import offer, offering, organization, place
from models.card import Article, Choice, State, StateTone
from models.database import Db
from models.offering import Plan
from models.text import Moment, Several, Span, Text, as_said

KINDS = {
    "people": Text("人力"),
    "supplies": Text("物资"),
    "venue": Text("场地"),
    "expertise": Text("专业"),
    "money": Text("资金"),
    "project": Text("项目"),
}
MINE = Choice(Text("我的资源"), press("myoffers"))
BROWSE = Choice(Text("看大家的资源"), press("offers"))
_TONES: dict[str, StateTone] = {"proposed": "warning", "open": "good"}


def title(one: Any) -> Text:
    """`口腔讲师 2名`."""
    if one.kind in ("venue", "project") and one.quantity == 1:
        return as_said(one.name)
    return Text("{name} {many}", name=as_said(one.name), many=amount(one.quantity, one.unit))


def amount(many: int, unit: str | None) -> Text:
    return Text("{many}{unit}", many=many, unit=as_said(unit) if unit else Text(""))


def _plan_facts(db: Db, plan: Plan) -> tuple[tuple[Text, Text], ...]:
    who = organization.name(db, plan.organization_id) if plan.organization_id is not None else None
    where = place.name(db, plan.place_id) if plan.place_id is not None else None
    return _facts(plan, who, where)


def _facts(one: Any, who: str | None, where: str | None) -> tuple[tuple[Text, Text], ...]:
    found = [(Text("类别"), KINDS[one.kind])]
    if who:
        found.append((Text("单位"), as_said(who)))
    if one.capacity:
        found.append((Text("能坐几位"), Text("{count}位", count=one.capacity)))
    found.append((Text("地点"), as_said(where) if where else Text("哪里都可以")))
    if one.begins and one.ends:
        found.append((Text("时间"), Text("{when}", when=Span(one.begins, one.ends))))
    elif one.ends:
        found.append((Text("时间"), Text("{until}前", until=Moment(one.ends))))
    if one.summary:
        found.append((Text("说明"), as_said(one.summary)))
    return tuple(found)


def draft(db: Db, plan: Plan) -> Article:
    return Article(title(plan), "", facts=_plan_facts(db, plan))


def article(one: Row[Any], choices: tuple[Choice, ...] = (), *, own: bool = False) -> Article:
    """One that is there; `own` with how it stands."""
    facts = _facts(one, one.organization, one.place)
    left = offering.left(one)
    if one.taken and one.kind not in ("venue", "project"):
        facts = (*facts, (Text("还有"), amount(left, one.unit)))
    state = State(_stands(one), _TONES.get(one.state, "past")) if own else None
    named = title(one)
    if one.side == "want":
        named = Text("想要：{what}", what=named)
    return Article(named, offering.ref(one), state=state, facts=facts, choices=choices)


def _stands(one: Row[Any]) -> Text:
    if one.kind == "project" and one.state == "filled":
        return Text("已接受")
    return offer.STATES[one.state]


def joined(texts: list[Text]) -> Text:
    return Text("{words}", words=Several(tuple(texts)))
