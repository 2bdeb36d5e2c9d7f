"""Staff change a published activity field by field: the old value, the new one, and only then is it so."""

from typing import Any

from handlers import activity_cards, checks, contacts, plan_preview
from handlers.activity_fields import ALL, BY_COLUMN, CAPACITY, Wanted
from handlers.editing_phrases import EDIT, said
from handlers.own_activities import which
from handlers.talk import Option, Talk, anybody, on, press
from models import activity, activity_change, activity_editing, activity_publishing, duty, eligibility
from models.activity import Listing
from models.activity_publishing import Plan
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.text import Several, Text, prose

_YES = ("确认", "是", "是的", "好", "好的", "对", "行", "yes", "ok", "confirm")
_NO = ("不", "不要", "不了", "不用", "算了", "no")


@on(
    "staff.activity",
    head="edit",
    example=Text("把周四瑜伽的名额改成20"),
    for_staff=True,
    rank=103,
    allow=anybody,
    private=True,
    phrases=EDIT,
    reads=said,
)
def edit(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    other_day: bool = False,
    other_name: str | None = None,
    column: str | None = None,
    said: str | None = None,
    wider: bool = False,
    seen: str | None = None,
) -> Card:
    """`seen` is what the field was when it was shown: who changes it meanwhile was first."""
    wanted = which(talk, number, numbers, query, other_day, other_name, Text("编辑哪一场？"))
    talk.keep(number=wanted.number)
    activity_change.check(wanted, talk.now)
    plan = activity_publishing.plan_of(talk.db, wanted.id)
    field = _field(talk, wanted, column)
    old = getattr(plan, field.column)
    value = _value(talk, wanted, plan, field, said, wider=wider)
    new = activity_editing.edited(talk.db, wanted, field.column, value)
    if getattr(new, field.column) == old:
        sentence = Text("「{title}」本来就是这样，不用改。", title=prose(wanted.title))
        talk.leave(Refusal("activity.same", sentence, wanted.ref), *_steps(wanted))
    if seen is not None and seen != str(old):
        sentence = Text("请再看一遍再决定，「{title}」刚刚变了。", title=prose(wanted.title))
        talk.leave(Refusal("activity.meanwhile", sentence, wanted.ref), *_steps(wanted))
    talk.keep(seen=str(old))
    sure, reason = _confirmed(talk, wanted, field, old, value)
    if not sure:
        return Card(Text("好的，没有改。"), articles=(_shown(talk, wanted),))
    if duty.plays(talk.db, talk.person.id):
        sentence = Text("演示到这里为止，改的内容不会真的生效。")
        talk.leave(Refusal("demo.ends", sentence, wanted.ref), *_steps(wanted))
    activity_editing.edit(talk.db, wanted, field.column, value, talk.person.id, talk.now, reason)
    done = activity.find(talk.db, wanted.number)
    return Card(_told(talk, done), articles=(_shown(talk, done),), choices=_next(talk, done), tone="done")


def _field(talk: Talk, wanted: Listing, column: str | None) -> Wanted:
    """What is to change; time and place have a form of their own, which tells people."""
    if column is None:
        options = [Option(field.column, field.label) for field in ALL]
        move = Option("move", Text("时间地点"), ("时间", "地点"))
        about = (activity_cards.subject(wanted),)
        column = talk.ask(
            "field", Text("改「{title}」的哪一项？", title=prose(wanted.title)), *options, move, about=about
        )
    if column == "move":
        steps = Choice(Text("改时间地点"), press("move", wanted.number))
        talk.leave(Refusal("activity.move", Text("请点下面改，改了会通知报名的人。"), wanted.ref), steps)
    return BY_COLUMN[column]


def _value(talk: Talk, wanted: Listing, plan: Plan, field: Wanted, said: str | None, *, wider: bool) -> Any:
    """What was said with the request, where it can be read; else it is asked."""
    about = (
        Article(
            prose(wanted.title),
            wanted.ref,
            facts=((field.label, field.shown(talk.db, getattr(plan, field.column))),),
        ),
    )
    value = field.told(talk, plan, said) if said else None
    if value is None:
        value = (field.ask(talk, "value", plan, about),)
    if wider and value[0] is not None:
        return eligibility.wider(talk.db, plan.eligible, value[0])
    return value[0]


def _confirmed(talk: Talk, wanted: Listing, field: Wanted, old: Any, value: Any) -> tuple[bool, str | None]:
    """Old and new, and whether it is to be; the reason is for the log, and may be left out."""
    lines = [Text("「{title}」改成这样，对吗？", title=prose(wanted.title))]
    if field is CAPACITY and (more := activity_editing.surplus(talk.db, wanted, value)):
        lines.append(Text("已经报的比名额多，超{count}位：不会取消谁，有人退了也不补。", count=more))
    facts = (
        (Text("原来"), field.shown(talk.db, old)),
        (Text("现在"), field.shown(talk.db, value)),
    )
    about = (Article(prose(wanted.title), wanted.ref, facts=facts),)
    yes, no = Option("yes", Text("确认修改"), _YES), Option("no", Text("不改了"), _NO)
    why = Option("why", Text("写明原因"), ("原因", "reason"))
    sure = talk.ask(
        "sure", Text("{lines}", lines=Several(tuple(lines), lines=True)), yes, why, no, about=about
    )
    if sure != "why":
        return sure == "yes", None
    reason = talk.ask("reason", Text("原因写什么？只记在这里，不会发给谁。"), check=checks.words)
    again = talk.ask("again", Text("{lines}", lines=Several(tuple(lines), lines=True)), yes, no, about=about)
    return again == "yes", reason


def _told(talk: Talk, wanted: Listing) -> Text:
    if count := activity_change.concerned(talk.db, wanted):
        return Text("改好了。没有通知{count}位报名的人，要告诉他们，点“通知报名的人”。", count=count)
    return Text("改好了。")


def _next(talk: Talk, wanted: Listing) -> tuple[Choice, ...]:
    tell = (Choice(Text("通知报名的人"), press("message", wanted.number)),)
    return (*(tell if activity_change.concerned(talk.db, wanted) else ()), *_steps(wanted))


def _steps(wanted: Listing) -> tuple[Choice, ...]:
    return plan_preview.controls(wanted)


def _shown(talk: Talk, wanted: Listing) -> Article:
    return contacts.with_contact(talk, activity_cards.full(wanted, talk.now), wanted)
