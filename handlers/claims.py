"""认领: who stands for an organization, or anybody for himself, gives a share of what a project needs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from handlers import claim_cards, claim_form, claim_news, claim_phrases, editions, pledges, project_cards
from handlers.claim_form import at_close, check_day, usual_day
from handlers.project_meant import BROWSE, one_meant, public
from handlers.talk import Option, Talk, anybody, on, press
from models import claiming_parts, duty, organization, project_claim, project_part, working_days
from models.card import Article, Card, Choice
from models.project_making import find as find_project
from models.refusal import Refusal
from models.text import Moment, Text, as_said, prose

# How often quantity or day may be changed before it is sent.
_TURNS = 4
_YES = Option("yes", Text("确认认领"), ("确认", "是", "好", "好的", "对", "提交", "yes", "ok", "confirm"))
_SHARE = Option("share", Text("改数量"), ("数量",))
_DAY = Option("day", Text("改日期"), ("日期",))
_NO = Option("no", Text("不认领了"), ("不", "不要", "算了", "no"))
_OPTIONS = (_YES, _SHARE, _DAY, _NO)


@on(
    "project.claim",
    head="claimpart",
    allow=anybody,
    example=Text("我们公司想认领项目"),
    rank=37,
    private=True,
    phrases=claim_phrases.CLAIM,
    reads=claim_phrases.said,
)
def claim(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    said: str = "",
    day: str | None = None,
    amounts: list[list[Any]] | None = None,
    behalf: bool = False,
) -> Card:
    """Project, part, how much, for whom, until when, and a yes: then the office has it."""
    one = public(talk, number) if number else one_meant(talk, numbers or [])
    return ask_for(talk, one, None, said, day, amounts or [], behalf=behalf)


@on("project.claim", head="claimone", allow=anybody, private=True)
def claim_one(talk: Talk, number: int = 0) -> Card:
    """The same of one part, as a button of a message offers it."""
    part = project_part.find(talk.db, number)
    if part is None:
        talk.leave(Refusal("part.none", Text("看看别的项目吧，没有找到这一项。")), BROWSE)
    return ask_for(talk, public(talk, part.project_id), part, "", None, [], behalf=False)


def ask_for(
    talk: Talk,
    one: Row[Any],
    part: Row[Any] | None,
    said: str,
    day: str | None,
    counted: list[list[Any]],
    *,
    behalf: bool,
) -> Card:
    claiming_parts.check_open(one)
    about = (project_cards.subject(talk.db, one),)
    whose = claim_form.for_whom(talk, one, said, behalf=behalf)
    try:
        claiming_parts.check_reserved(talk.db, one, talk.person.id, whose, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, editions.wait_for(one))
    part = part or claim_form.which_part(talk, one, said, counted, about)
    if part.kind == "money":
        return pledges.ask_amount(talk, one, part, whose, int(counted[0][0]) if counted else None)
    share, waits = claim_form.how_much(talk, part, counted, about)
    by = _day(talk, one, day)
    for turn in range(_TURNS):
        answer = talk.ask(f"sure{turn or ''}", _question(talk, part, whose, waits), *_OPTIONS, about=_preview(talk, one, part, whose, share, by))  # fmt: skip
        if answer == "no":
            return Card(Text("好的，没有认领。"), choices=(project_cards.look(one),))
        if answer == "yes":
            break
        if answer == "share":
            share, waits = claim_form.how_much(talk, part, [], about, f"share{turn + 1}")
        else:
            said_day = talk.ask(f"day{turn + 1}", Text("最晚哪天到位？比如“12月5日”。"), check=claim_form.Day(talk), about=about)  # fmt: skip
            by = at_close(talk, date.fromisoformat(said_day))
    else:
        return Card(Text("好的，没有认领。"), choices=(project_cards.look(one),))
    duty.check_real(talk.db, talk.person.id)
    return put(talk, one, part, whose, share, by, waits=waits)


def _day(talk: Talk, one: Row[Any], said: str | None) -> datetime:
    if said is not None:
        try:
            check_day(talk, date.fromisoformat(said))
            return at_close(talk, date.fromisoformat(said))
        except Refusal:
            pass
    return usual_day(talk, one)


def _question(talk: Talk, part: Row[Any], whose: int | None, waits: bool) -> Text:
    if waits:
        return Text("这样排队，对吗？空出来先问您。")
    same = claiming_parts.same(talk.db, part.id, talk.person.id, whose)
    if same:
        return Text(
            "这样认领，对吗？您这里已经认领过{number}，这是另加的。", number=claim_cards.number(same[-1])
        )
    return Text("这样认领，对吗？")


def _preview(
    talk: Talk, one: Row[Any], part: Row[Any], whose: int | None, share: int, by: datetime
) -> tuple[Article, ...]:
    who = Text("我自己") if whose is None else as_said(organization.name(talk.db, whose))
    facts = (
        (Text("认领"), claim_cards.share(part, share)),
        (Text("代表"), who),
        (Text("最晚到位"), Text("{at}", at=Moment(by))),
    )
    return (Article(project_cards.name(one), project_cards.ref(one), facts=facts),)


def put(
    talk: Talk, one: Row[Any], part: Row[Any], whose: int | None, share: int, by: datetime, *, waits: bool
) -> Card:
    """M20, and M21 to who decides. Of two who want the last of it one gets it, the other reads what is left."""
    member = talk.person.id
    if waits:
        number = claiming_parts.wait(talk.db, part, member, whose, share, by, talk.now)
        text = Text("排上了：认{number}。空出来先问您，不用守着。", number=number)
        return _done(talk, one, number, text)
    made = claiming_parts.ask(talk.db, talk.schedule, part, member, whose, share, by, talk.now)
    if made is None:
        return _too_late(talk, one, part.id)
    found = project_claim.find(talk.db, made)
    assert found is not None
    claim_news.asked(talk.db, found, talk.now)
    text = Text(
        "提交了：认{number}，{share}（共需{quantity}{unit}）。{due}前答复您。",
        number=made,
        share=claim_cards.share(part, share),
        quantity=part.quantity,
        unit=claiming_parts.unit(part),
        due=Moment(working_days.due(talk.db, talk.schedule, talk.now, talk.schedule.deadlines.claim)),
    )
    return _done(talk, one, made, text)


def _done(talk: Talk, one: Row[Any], number: int, text: Text) -> Card:
    found = project_claim.find(talk.db, number)
    assert found is not None
    choices = (
        *claim_cards.own_choices(found),
        Choice(Text("我的认领"), press("myclaims")),
        project_cards.look(one),
    )
    return Card(text, choices=choices, tone="done", refs=(project_cards.ref(one),))


def _too_late(talk: Talk, one: Row[Any], key: int) -> Card:
    part = project_part.find(talk.db, key)
    there = find_project(talk.db, one.id)
    assert part is not None
    assert there is not None
    text = Text("刚刚有人先认领了一部分。{part}：{missing}", part=prose(part.name), missing=project_cards.missing(part))  # fmt: skip
    choices = (Choice(Text("再认领"), press("claimone", part.id)), project_cards.look(there))
    return Card(text, choices=choices, tone="notice", refs=(project_cards.ref(one),))
