"""帮我策划: a group inside a company says what it wants, an officer writes a plan, and one tap makes it an activity or a project."""

from typing import Any

from sqlalchemy import Row

from handlers import activity_reading, checks, plan_questions, wanted_plan_cards
from handlers.activity_cards import KINDS
from handlers.checks import Number
from handlers.talk import Option, Phrase, Talk, anybody, menu, on, press
from handlers.wanted_plan_cards import MINE, about, article
from models import (
    addressee,
    board,
    consultation,
    duty,
    notice,
    organization,
    wanted_plan,
    working_days,
)
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Moment, Text, as_said, prose

_MOST_PEOPLE = 5000
_LISTED = 8
_NO_BUDGET = Option("", Text("没有预算"), ("没有", "无", "不要钱", "no", "none"))
_NO_WORDS = Option("", Text("没有别的"), ("没有", "没有了", "跳过", "no", "none"))
_NO_AIM = Option("", Text("都不是"), ("其他", "别的", "none"))
_MAKES = (
    Option("activity", Text("办一场活动"), ("活动", "activity")),
    Option("project", Text("做成项目"), ("项目", "project")),
)
_ASK = (
    Phrase(
        r"(?:帮|给|替)(?:我|我们|咱们)?(?:们)?(?:来)?(?:做个|做一个|出个|出一个|写个|写一个)?(?:活动)?策划|^(?:活动)?策划(?:活动)?$|请(?:你们|街道|社区)?策划",
        weight=6,
    ),
    Phrase(r"\bplan (?:an? )?(?:activity|event|something) for (?:us|our)|\bhelp (?:me|us) plan\b", weight=6),
)
_LIST = (
    Phrase(r"^(?:看看)?(?:我的|我们的|待写的?|要写的)(?:策划|方案)", weight=7),
    Phrase(r"^my plans$", weight=7),
)


@on(
    "plan.ask",
    head="planning",
    example=Text("帮我们策划一场活动"),
    rank=66,
    allow=anybody,
    private=True,
    phrases=_ASK,
)
def ask(talk: Talk) -> Card:
    """Kind, aim, people, time, budget and venue; an officer of the venue's place writes the plan."""
    host = _host(talk)
    kinds = [Option(kind, label) for kind, label in KINDS.items() if kind not in ("meeting", "outreach")]
    kind = talk.ask("kind", Text("想办哪一种？"), *kinds)
    aims = board.everything(talk.db, "aim")
    aim = ""
    if aims:
        offered = [Option(each.code, prose(each.name)) for each in aims]
        aim = talk.ask("aim", Text("主要为了什么？"), *offered, _NO_AIM)
    check = Number(1, _MOST_PEOPLE, lambda _n: Text("请发1到{count}之间的数字。", count=_MOST_PEOPLE))
    headcount = talk.ask("headcount", Text("大概多少人？比如“30”。"), check=check)
    wish = plan_questions.when(talk, {}, {})
    starts, ends = activity_reading.span(talk, wish)
    assert ends is not None
    budget = talk.ask(
        "budget", Text("预算多少？比如“2000元”，没有就点“没有预算”。"), _NO_BUDGET, check=checks.words
    )
    there = plan_questions.where(talk, None)
    words = talk.ask("words", Text("还有什么要求？没有就点“没有别的”。"), _NO_WORDS, check=checks.words)
    duty.check_real(talk.db, talk.person.id)
    officer = addressee.nearest(talk.db, (there,), {talk.person.id})
    due = working_days.due(talk.db, talk.schedule, talk.now, talk.schedule.deadlines.claim)
    number = wanted_plan.ask(
        talk.db,
        talk.vault,
        {
            "kind": kind,
            "aim": aim or None,
            "headcount": headcount,
            "starts": starts,
            "ends": ends,
            "budget": budget or None,
        },
        words or None,
        talk.person.id,
        talk.now,
        title=f"{organization.name(talk.db, host)} {KINDS[kind].message}",
        organization=host,
        place=there,
        officer=officer.id if officer else None,
        due=due,
    )
    one = wanted_plan.find(talk.db, number)
    if officer is not None:
        tell_officer(talk, one, officer.id, Text("请写一份方案，{due}前给对方。", due=Moment(due)), "new")
    text = Text("提交了，需{number}。{due}前给您方案。", number=number, due=Moment(due))
    if officer is not None and officer.name:
        text = Text(
            "提交了，需{number}。{officer}来写，{due}前给您方案。",
            number=number,
            officer=as_said(officer.name),
            due=Moment(due),
        )
    return Card(text, articles=(article(talk, one),), choices=(MINE,), tone="done")


def _host(talk: Talk) -> int:
    """The organization for which it is asked. Leaves with who may, where this person stands for none."""
    stands = sorted(consultation.stands_for(talk.db, talk.person.id, played=True))
    if not stands:
        text = Text("请让单位、工会或社团的负责人来提。您就是负责人的，请服务站登记一下。")
        talk.leave(Refusal("plan.nobody", text), *menu())
    if len(stands) == 1:
        return stands[0]
    options = [Option(key, as_said(organization.name(talk.db, key))) for key in stands[:_LISTED]]
    return int(talk.ask("host", Text("以哪家的名义？"), *options))


def tell_officer(talk: Talk, one: Row[Any], officer: int, lead: Text, event: str) -> None:
    """At once; when it is due and still not written it climbs."""
    card = Card(
        lead,
        articles=(article(talk, one),),
        choices=(Choice(Text("写方案"), press("writeplan", one.id)),),
        tone="notice",
    )
    key = f"plan:{one.id}:{event}"
    notice.tell_member(talk.db, [card], officer, talk.now, key=key, kind="question", rests=True)


@on("plan.list", head="plans", allow=anybody, private=True, phrases=_LIST, example=Text("我的策划"), rank=67)
def mine(talk: Talk) -> Card:
    """What one asked for; of staff what is to be written too."""
    places = duty.everywhere(talk.db, talk.person.id)
    to_write = wanted_plan.to_write(talk.db, talk.person.id, places, _LISTED) if places else []
    own = wanted_plan.own(talk.db, talk.person.id, _LISTED)
    found = [*to_write, *(each for each in own if each.id not in {one.id for one in to_write})]
    if duty.plays(talk.db, talk.person.id):
        found = own
    if not found:
        ask_for = Choice(Text("帮我策划"), press("planning"))
        return Card(Text("还没有策划。想办活动，说“帮我们策划一场活动”。"), choices=(ask_for,))
    return Card(
        Text("策划有{count}份：", count=len(found)), articles=tuple(article(talk, each) for each in found)
    )


@on("plan.show", head="plan", allow=anybody, private=True)
def show(talk: Talk, number: int = 0) -> Card:
    """Everything of it, for who asked and the staff of its place."""
    one = wanted_plan.find(talk.db, number)
    _check_reader(talk, one)
    return about(talk, one)


def _check_reader(talk: Talk, one: Row[Any]) -> bool:
    """Whether it is staff who reads it; False of who asked. Raises Refusal."""
    if one.reporter_id == talk.person.id:
        return False
    if duty.covers(talk.db, talk.person.id, one.place_id) and not duty.plays(talk.db, talk.person.id):
        return True
    raise Refusal("plan.unknown", Text("没有找到这份策划，请发“我的策划”看看。"))


# The officer.


@on("staff.plan", head="writeplan", allow=anybody, private=True)
def write(talk: Talk, number: int = 0) -> Card:
    """What it becomes, its title, and the plan in words, which who asked reads at once."""
    one = wanted_plan.find(talk.db, number)
    duty.check(talk.db, talk.person.id, one.place_id)
    duty.check_real(talk.db, talk.person.id)
    if not wanted_plan.is_waiting(one):
        return about(talk, one)
    wished = (article(talk, one),)
    makes = talk.ask("makes", Text("办成什么？"), *_MAKES, about=wished)
    title = talk.ask("title", Text("标题写什么？"), check=activity_reading.title)
    plan = talk.ask("plan", Text("请写方案：流程、分工、物资、费用，最多200字。"), check=checks.words)
    forgotten = talk.now + talk.schedule.deadlines.silence
    wanted_plan.write(talk.db, talk.vault, one, talk.person.id, makes, title, plan, talk.now, forgotten)
    one = wanted_plan.find(talk.db, number)
    card = wanted_plan_cards.offered(talk, one, wanted_plan.stored(talk.db, one.id, "answer"))
    if one.reporter_id is not None:
        key = f"plan:{one.id}:written:{one.reopened}"
        notice.tell_member(talk.db, [card], one.reporter_id, talk.now, key=key, kind="answer", rests=True)
    return Card(Text("发给对方了，对方点“接受”就成了。"), articles=(article(talk, one),), tone="done")
