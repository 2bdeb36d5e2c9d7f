"""Who asked for a plan accepts it with one tap, sends it back with words, or drops it."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, plans_wanted
from handlers.talk import Talk, anybody, on, press
from handlers.wanted_plan_cards import MINE, asked
from models import (
    activity,
    activity_publishing,
    board,
    notice,
    phone,
    project_making,
    wanted_plan,
    working_days,
)
from models.activity_publishing import Plan
from models.card import Card, Choice
from models.project_making import PartPlan
from models.refusal import Refusal
from models.text import Moment, Text, as_said, prose


def _own(talk: Talk, number: int) -> Row[Any]:
    """The plan whose button this is. Raises Refusal; leaves where there is another plan by now."""
    key, nth = divmod(number, wanted_plan.VERSIONS)
    one = wanted_plan.find(talk.db, key)
    if one.reporter_id != talk.person.id:
        raise Refusal("plan.unknown", Text("没有找到这份策划，请发“我的策划”看看。"))
    if one.state != "answered" or one.reopened != nth:
        text = Text("请看最新的进展，这一步已经过了。")
        talk.leave(Refusal("plan.gone", text), Choice(Text("看策划"), press("plan", key)), MINE)
    return one


@on("plan.accept", head="acceptplan", allow=anybody, private=True)
def accept(talk: Talk, number: int = 0) -> Card:
    """One tap: the activity is there with all that was wished, or the project as a draft for the officer."""
    one = _own(talk, number)
    if one.makes == "project":
        return _project(talk, one)
    plan = Plan(
        title=one.title,
        kind=one.kind,
        place_id=one.place_id,
        starts=one.starts,
        ends=one.ends,
        capacity=one.headcount,
        summary=wanted_plan.words(talk.db, talk.vault, one.id, "answer"),
        host_id=one.organization_id,
        fee=None,
        tags=_tags(talk, one),
        contact_id=talk.person.id,
    )
    try:
        made = activity_publishing.publish(talk.db, plan, talk.person.id, talk.now)
    except Refusal as refusal:
        # The time passed meanwhile, or somebody else is there then.
        talk.leave(refusal, Choice(Text("请他们改"), press("changeplan", number)), MINE)
    wanted_plan.accept(talk.db, one, talk.person.id, talk.now, activity=made.id)
    done = activity.find(talk.db, made.number)
    _tell_accepted(talk, one, Choice(Text("详情"), press("show", made.number)), done.ref)
    text = Text("办成了：「{title}」现在能报名。要改什么，点“详情”。", title=prose(done.title))
    shown = Choice(Text("详情"), press("show", made.number))
    return Card(text, choices=(shown, MINE), tone="done", refs=(done.ref,))


def _tags(talk: Talk, one: Row[Any]) -> tuple[str, ...]:
    aim = board.name(talk.db, one.aim)
    return (aim,) if aim else ()


def _project(talk: Talk, one: Row[Any]) -> Card:
    parts = [PartPlan("people", Text("参加的人").message, one.headcount, mandatory=False)]
    key = project_making.make(
        talk.db,
        one.title,
        parts,
        talk.person.id,
        talk.now,
        summary=wanted_plan.words(talk.db, talk.vault, one.id, "answer"),
        board=one.aim,
        place_id=one.place_id,
        origin="company",
        organization_id=one.organization_id,
        proposer_id=talk.person.id,
        officer_id=one.officer_id,
        starts=one.starts,
        ends=one.ends,
    )
    wanted_plan.accept(talk.db, one, talk.person.id, talk.now, project=key)
    _tell_accepted(talk, one, Choice(Text("看项目"), press("project", key)), None)
    text = Text("定了：项{number}「{title}」。工作人员补好缺口就发布。", number=key, title=as_said(one.title))
    return Card(text, choices=(MINE,), tone="done")


def _tell_accepted(talk: Talk, one: Row[Any], look: Choice, ref: str | None) -> None:
    if one.officer_id is None:
        return
    text = Text("对方接受了需{number}的方案：「{title}」。", number=one.id, title=as_said(one.title))
    card = Card(text, choices=(look,), tone="notice", refs=(ref,) if ref else ())
    key = f"plan:{one.id}:accepted"
    notice.tell_member(talk.db, [card], one.officer_id, talk.now, key=key, kind="answer", rests=True)


@on("plan.change", head="changeplan", allow=anybody, private=True)
def change(talk: Talk, number: int = 0) -> Card:
    """What should be otherwise, in words back to the officer."""
    one = _own(talk, number)
    words = talk.ask(
        "words", Text("哪里要改？写给工作人员，比如“换到下午”。"), check=checks.words, about=asked(talk, one)
    )
    due = working_days.due(talk.db, talk.schedule, talk.now, talk.schedule.deadlines.claim)
    wanted_plan.give_back(talk.db, talk.vault, one, words, talk.person.id, due, talk.now)
    new = wanted_plan.find(talk.db, one.id)
    if new.officer_id is not None:
        sealed = phone.seal_in(words, talk.vault)
        lead = Text("对方想改方案：{words}\n请在{due}前再写一份。", words=sealed, due=Moment(due))
        plans_wanted.tell_officer(talk, new, new.officer_id, lead, f"again {new.reopened}")
    return Card(Text("转给工作人员了，{due}前给您新的方案。", due=Moment(due)), choices=(MINE,), tone="done")


@on("plan.giveup", head="dropplan", allow=anybody, private=True)
def give_up(talk: Talk, number: int = 0) -> Card:
    one = _own(talk, number)
    wanted_plan.give_up(talk.db, one, talk.person.id, talk.now)
    if one.officer_id is not None:
        text = Text("对方不办了：需{number}，方案不用再改。", number=one.id)
        key = f"plan:{one.id}:given up"
        notice.tell_member(
            talk.db,
            [Card(text, choices=(MINE,), tone="notice")],
            one.officer_id,
            talk.now,
            key=key,
            kind="answer",
            rests=True,
        )
    again = Choice(Text("帮我策划"), press("planning"))
    return Card(Text("好的，这份不办了，写过的还留着。"), choices=(again, MINE), tone="done")
