"""How a wanted plan is shown: what was wished, the officer's plan, and what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers.activity_cards import KINDS
from handlers.talk import Talk, press
from models import activity, board, duty, need, organization, place, wanted_plan
from models.card import Article, Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.still import still
from models.text import Moment, Span, Text, as_said, prose

MINE = Choice(Text("我的策划"), press("plans"))
_STATES = {
    "new": Text("等方案"),
    "triaged": Text("等方案"),
    "reopened": Text("等新的方案"),
    "answered": Text("等单位决定"),
    "confirmed": Text("已接受"),
    "closed": Text("已结束"),
    "withdrawn": Text("已撤回"),
}


def article(talk: Talk, one: Row[Any]) -> Article:
    """What was wished, line by line."""
    facts = [
        (Text("状态"), _state(one)),
        (Text("类型"), KINDS[one.kind]),
        (Text("人数"), Text("{count}位", count=one.headcount)),
        (Text("时间"), Text("{span}", span=Span(one.starts, one.ends))),
        (Text("地点"), as_said(place.name(talk.db, one.place_id))),
    ]
    if one.aim:
        facts.insert(2, (Text("为了"), prose(board.name(talk.db, one.aim) or one.aim)))
    if one.budget:
        facts.append((Text("预算"), as_said(one.budget)))
    if said := wanted_plan.words(talk.db, talk.vault, one.id, "report"):
        facts.append((Text("要求"), as_said(said)))
    if one.organization_id is not None:
        facts.append((Text("单位"), as_said(organization.name(talk.db, one.organization_id))))
    title = Text("需{number} 策划", number=one.id)
    if one.title:
        title = Text("需{number} 策划「{title}」", number=one.id, title=as_said(one.title))
    return Article(
        title,
        need.ref(one.id),
        facts=tuple(facts),
        choices=(Choice(Text("看策划"), press("plan", one.id)),),
    )


def _state(one: Row[Any]) -> Text:
    if one.state == "closed" and (one.activity_id or one.project_id):
        return Text("办成了")
    return _STATES.get(one.state, need.STATES[one.state])


def asked(talk: Talk, one: Row[Any]) -> tuple[Article, ...]:
    return (article(talk, one),)


def offered(talk: Talk, one: Row[Any], plan: str | None = None) -> Card:
    """The officer's plan with the three taps; `plan` is it as a notice carries it."""
    text = Text(
        "方案来了，接受就办成：\n「{title}」\n{plan}",
        title=as_said(one.title),
        plan=as_said(plan or wanted_plan.words(talk.db, talk.vault, one.id, "answer") or ""),
    )
    version = wanted_plan.version(one)
    choices = (
        Choice(Text("接受"), press("acceptplan", version)),
        Choice(Text("请他们改"), press("changeplan", version)),
        Choice(Text("不办了"), press("dropplan", version)),
    )
    return Card(text, articles=(article(talk, one),), choices=choices, tone="notice")


def about(talk: Talk, one: Row[Any]) -> Card:
    """As it stands, for who may read it, with what the reader can do."""
    own = one.reporter_id == talk.person.id
    if own and one.state == "answered":
        return offered(talk, one)
    choices: list[Choice] = []
    lead = Text("需{number}：{state}。", number=one.id, state=_state(one))
    if wanted_plan.is_waiting(one) and one.due:
        lead = Text("需{number}：{state}，{due}前给。", number=one.id, state=_state(one), due=Moment(one.due))
        if duty.covers(talk.db, talk.person.id, one.place_id):
            choices.append(Choice(Text("写方案"), press("writeplan", one.id)))
    if one.activity_id is not None:
        made = activity.held(talk.db, one.activity_id)
        choices.append(Choice(Text("看活动"), press("show", made.number)))
    if one.project_id is not None:
        choices.append(Choice(Text("看项目"), press("project", one.project_id)))
    return Card(lead, articles=(article(talk, one),), choices=(*choices, MINE))


@still("plan")
def _still(db: Db, key: int, _now: datetime) -> str | None:
    try:
        one = wanted_plan.find(db, key)
    except Refusal:
        return "the wish is gone"
    return None if wanted_plan.is_waiting(one) else "the plan is there"
