"""The preview of an activity that is to be published: each line can be changed before it is confirmed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handlers import activity_cards, activity_reading, contacts, plan_cards, plan_questions, proposals
from handlers.activity_fields import BY_COLUMN, CAPACITY, KIND, OTHERS, SUMMARY, TITLE
from handlers.checks import Number
from handlers.talk import Option, Talk, press
from models import activity, activity_publishing, duty
from models.activity import Listing
from models.activity_publishing import MOST_WEEKS, Plan
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.text import Text, prose

_YES = ("确认", "发布", "提交", "是", "是的", "好", "好的", "对", "行", "yes", "ok", "publish", "confirm")
_NO = ("不", "不发了", "不要", "算了", "no")
# Who changes his mind so often begins anew.
_MOST_TURNS = 30
_CHANGES = (
    (TITLE.column, Text("改标题")),
    ("when", Text("改时间")),
    ("place_id", Text("改地点")),
    (KIND.column, Text("改类型")),
    (CAPACITY.column, Text("改名额")),
    (SUMMARY.column, Text("改简介")),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be published, and how many weeks in a row; `first` is the first one, where it is there already."""

    plan: Plan
    weeks: int = 1
    first: Listing | None = None


def settle(talk: Talk, draft: Draft) -> Card:
    """Published as it was seen, or handed to those who may. Without a yes nothing is written."""
    confirmed = _confirmed(talk, draft)
    if confirmed is None:
        return Card(Text("好的，没有发布。"), choices=(activity_cards.BROWSE,))
    if proposals.needed(talk, confirmed.plan):
        return proposals.put(talk, confirmed.plan)
    days, _ = plan_cards.weekly(talk.db, confirmed.plan, confirmed.weeks)
    plans = [_on(confirmed.plan, day, talk.now) for day in days]
    if confirmed.first is None:
        done = activity_publishing.publish_all(talk.db, plans, talk.person.id, talk.now)
    else:
        name = activity_publishing.occasion(talk.db, confirmed.first)
        later = [replace(each, occasion=name) for each in plans[1:]]
        done = [activity_publishing.publish(talk.db, each, talk.person.id, talk.now) for each in later]
    return _done(talk, done)


def _on(plan: Plan, starts: datetime, now: datetime) -> Plan:
    return activity_publishing.at(plan, starts, starts + (plan.ends - plan.starts), plan.place_id, now)


def _done(talk: Talk, done: list[Listing]) -> Card:
    first = activity.find(talk.db, done[0].number)
    text = Text("发布了，现在就能找到、能报名。")
    if len(done) > 1:
        text = Text("发布了{count}场，每场各报各的名。", count=len(done))
    shown = contacts.with_contact(talk, activity_cards.full(first, talk.now), first)
    return Card(
        text,
        articles=(shown,),
        choices=controls(first),
        tone="done",
        refs=tuple(each.ref for each in done),
    )


def controls(wanted: Listing) -> tuple[Choice, ...]:
    """What staff do with an activity that is published."""
    return (
        Choice(Text("编辑"), press("edit", wanted.number)),
        Choice(Text("复制"), press("copy", wanted.number)),
        Choice(Text("每周办"), press("weekly", wanted.number)),
        Choice(Text("报名名单"), press("attendees", wanted.number)),
    )


def _confirmed(talk: Talk, draft: Draft) -> Draft | None:
    """What was agreed to; None where it is not to be. What cannot be published says so, and can be changed."""
    complaint: Text | None = None
    for turn in range(_MOST_TURNS):
        days, skipped = plan_cards.weekly(talk.db, draft.plan, draft.weeks)
        about = (plan_cards.article(talk.db, draft.plan, days, skipped),)
        chosen = talk.ask(
            f"sure{turn}", _question(talk, draft, complaint), *_options(talk, draft), about=about
        )
        if chosen == "no":
            return None
        if chosen == "yes":
            complaint = _hindrance(talk, draft, days)
            if complaint is None:
                return draft
            continue
        complaint = None
        if chosen == "more":
            chosen = talk.ask(f"more{turn}", Text("还要写什么？"), *_more(draft), about=about)
        changed = _changed(talk, draft, chosen, f"{chosen}{turn}", about)
        complaint = _misfit(changed.plan)
        draft = draft if complaint else changed
    raise Refusal("activity.turns", Text("请从头再来一次，改的次数太多了。"))


def _hindrance(talk: Talk, draft: Draft, days: list[datetime]) -> Text | None:
    """Why it cannot be published so."""
    if duty.plays(talk.db, talk.person.id):
        return Text("演示到这里为止，写的活动不会真的发布。")
    new = days[1:] if draft.first else days
    try:
        for day in new:
            activity_publishing.check_new(talk.db, _on(draft.plan, day, talk.now), talk.now)
    except Refusal as refusal:
        return refusal.sentence
    return None


def _misfit(plan: Plan) -> Text | None:
    """Why the new value does not go with the others; then it stays as it was."""
    try:
        activity_publishing.check(plan)
    except Refusal as refusal:
        return refusal.sentence
    return None


def _question(talk: Talk, draft: Draft, complaint: Text | None) -> Text:
    question = Text("这样发布，对吗？")
    if proposals.needed(talk, draft.plan):
        question = proposals.question(talk, draft.plan)
    elif draft.first:
        question = Text("「{title}」每周办一次，对吗？第一场已经发布了。", title=prose(draft.plan.title))
    if complaint is None:
        return question
    return Text("{complaint}\n{question}", complaint=complaint, question=question)


def _options(talk: Talk, draft: Draft) -> list[Option[str]]:
    proposed = proposals.needed(talk, draft.plan)
    yes = Option("yes", Text("提交") if proposed else Text("确认发布"), _YES)
    changes = [] if draft.first else list(_CHANGES)
    if draft.plan.roles:
        changes = [each for each in changes if each[0] != CAPACITY.column]  # it follows from the roles
    typed = [Option(column, label, (label.message.removeprefix("改"),)) for column, label in changes]
    more = Option("weeks", Text("改次数")) if draft.first else Option("more", Text("更多"))
    return [yes, *typed, more, Option("no", Text("不发布"), _NO)]


def _more(draft: Draft) -> list[Option[str]]:
    options = [Option(field.column, field.label) for field in OTHERS]
    return [*options, Option("weeks", Text("每周办"))]


def _changed(talk: Talk, draft: Draft, column: str, name: str, about: tuple[Article, ...]) -> Draft:
    plan = draft.plan
    if column == "weeks":
        return replace(draft, weeks=weeks(talk, name, about))
    if column == "when":
        wish = plan_questions.anew(talk, name, about)
        starts, ends = activity_reading.span(talk, wish)
        later = ends or starts + (plan.ends - plan.starts)
        return replace(draft, plan=activity_publishing.at(plan, starts, later, plan.place_id, talk.now))
    if column == "place_id":
        there = plan_questions.where(talk, None, about, name)
        return replace(draft, plan=replace(plan, place_id=there))
    value: Any = BY_COLUMN[column].ask(talk, name, plan, about)
    return replace(draft, plan=replace(plan, **{column: value}))


def weeks(talk: Talk, name: str = "weeks", about: tuple[Article, ...] = ()) -> int:
    """How many weeks in a row."""
    check = Number(2, MOST_WEEKS, lambda _: Text("请发2到{count}之间的数字。", count=MOST_WEEKS))
    once = Option(1, Text("只办一次"), ("一次", "once"))
    question = Text("每周一次，一共办几次？法定节假日会跳过。")
    return int(talk.ask(name, question, once, check=check, about=about))
