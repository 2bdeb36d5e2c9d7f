"""Staff move, cancel and withdraw activities of their places, in plain words; who is registered is told."""

from collections.abc import Callable
from functools import partial
from typing import Any

from handlers import activity_cards, checks, moves
from handlers.activity_cards import BROWSE
from handlers.activity_changes import differences, why
from handlers.moves import Wish
from handlers.own_activities import named, which
from handlers.staff_activity_phrases import CALL_OFF, MOVE, RETRACT
from handlers.talk import Arguments, Option, Talk, anybody, on, press
from handlers.understanding.reading import Reading, read
from models import activity, activity_change, duty
from models.activity import Listing
from models.activity_change import Slot
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.text import Several, Text, prose

_YES = ("确认", "是", "是的", "好", "好的", "对", "行", "发布", "提交", "yes", "ok", "confirm", "publish")
_NO = ("不", "不要", "不了", "不用", "算了", "no")


def _moved(reading: Reading) -> Arguments:
    before, wish, reason = moves.wish(reading)
    return {**named(before), "wish": wish, "reason": reason}


def _named(reading: Reading) -> Arguments:
    rest = read(moves.without_reason(reading.text), reading.now, reading.person, reading.lexicon)
    return {**named(rest), "reason": moves.reason(reading.said)}


@on(
    "staff.activity",
    head="move",
    example=Text("把周四的瑜伽改到周五12:30"),
    for_staff=True,
    rank=100,
    allow=anybody,
    private=True,
    phrases=MOVE,
    reads=_moved,
)
def move(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    other_day: bool = False,
    other_name: str | None = None,
    wish: Wish | None = None,
    reason: str | None = None,
    sequence: int | None = None,
) -> Card:
    wanted = which(talk, number, numbers, query, other_day, other_name, Text("改哪一场？"))
    _check_unchanged(talk, wanted, sequence, "move")
    activity_change.check(wanted, talk.now)
    new = _slot(talk, wanted, wish or {})
    activity_change.check_move(wanted, new, talk.now)
    duty.check(talk.db, talk.person.id, new.place, wanted.ref)

    def preview(why_so: str | None) -> tuple[Text, Article]:
        facts = (*differences(talk.db, activity_change.slot(wanted), new), *why(why_so))
        text = Text("「{title}」改成这样，对吗？", title=prose(wanted.title))
        return text, Article(prose(wanted.title), wanted.ref, facts=facts)

    yes, no = Option("yes", Text("确认发布"), _YES), Option("no", Text("不改了"), _NO)
    sure, reason = _confirmed(talk, wanted, preview, yes, no, reason)
    if not sure:
        return Card(Text("好的，没有改。"), articles=(activity_cards.full(wanted, talk.now),))
    count = activity_change.concerned(talk.db, wanted)
    activity_change.move(talk.db, wanted, new, talk.person.id, talk.now, reason)
    text = Text("改好了，正在通知{count}位报名的人。", count=count) if count else Text("改好了。")
    return Card(text, articles=(_now(talk, wanted),), tone="done")


@on(
    "staff.activity",
    head="calloff",
    example=Text("取消活动"),
    for_staff=True,
    rank=101,
    allow=anybody,
    private=True,
    phrases=CALL_OFF,
    reads=_named,
)
def cancel(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    other_day: bool = False,
    other_name: str | None = None,
    reason: str | None = None,
    sequence: int | None = None,
) -> Card:
    wanted = which(talk, number, numbers, query, other_day, other_name, Text("取消哪一场？"))
    _check_unchanged(talk, wanted, sequence, "calloff")
    activity_change.check(wanted, talk.now)

    def preview(why_so: str | None) -> tuple[Text, Article]:
        about = activity_cards.subject(wanted)
        facts = (*about.facts, *why(why_so))
        return Text("整场取消「{title}」，对吗？", title=prose(wanted.title)), Article(
            about.title, about.ref, facts=facts
        )

    yes, no = Option("yes", Text("确认取消"), (*_YES, "取消活动")), Option("no", Text("照常办"), _NO)
    sure, reason = _confirmed(talk, wanted, preview, yes, no, reason)
    if not sure:
        return Card(Text("好的，照常办。"), articles=(activity_cards.full(wanted, talk.now),))
    count = activity_change.concerned(talk.db, wanted)
    activity_change.cancel(talk.db, wanted, talk.person.id, talk.now, reason)
    title = prose(wanted.title)
    text = Text("「{title}」已经取消。", title=title)
    if count:
        text = Text("「{title}」已经取消，正在通知{count}位报名的人。", title=title, count=count)
    return Card(text, choices=(BROWSE,), tone="done", refs=(wanted.ref,))


@on("staff.activity", head="retract", allow=anybody, private=True, phrases=RETRACT, reads=_named)
def withdraw(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    other_day: bool = False,
    other_name: str | None = None,
    reason: str | None = None,
    sequence: int | None = None,
) -> Card:
    """Before anybody registered: nobody is told."""
    wanted = which(talk, number, numbers, query, other_day, other_name, Text("撤回哪一场？"))
    _check_unchanged(talk, wanted, sequence, "retract")
    try:
        activity_change.check_withdraw(talk.db, wanted, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, *_instead(wanted, refusal))
    question = Text(
        "撤回「{title}」吗？还没有人报名，撤回后大家就看不到了，也不会通知谁。", title=prose(wanted.title)
    )
    yes, no = Option("yes", Text("确认撤回"), (*_YES, "撤回")), Option("no", Text("先不撤"), _NO)
    talk.keep(sequence=wanted.sequence)
    if talk.ask("sure", question, yes, no, about=(activity_cards.subject(wanted),)) == "no":
        return Card(Text("好的，没有撤回。"), articles=(activity_cards.full(wanted, talk.now),))
    activity_change.withdraw(talk.db, wanted, talk.person.id, talk.now)
    return Card(Text("「{title}」已经撤回。", title=prose(wanted.title)), tone="done", refs=(wanted.ref,))


def _check_unchanged(talk: Talk, wanted: Listing, seen: int | None, head: str) -> None:
    """What is confirmed is what was shown. Leaves where somebody else changed it meanwhile."""
    if seen is not None and seen != wanted.sequence:
        sentence = Text("请再看一遍再决定，「{title}」刚刚变了。", title=prose(wanted.title))
        steps = [Choice(Text("详情"), press("show", wanted.number))]
        if not wanted.is_off:
            steps.insert(0, Choice(Text("再试一次"), press(head, wanted.number)))
        talk.leave(Refusal("activity.meanwhile", sentence, wanted.ref), *steps)


def _slot(talk: Talk, wanted: Listing, wish: Wish) -> Slot:
    """When and where it shall be; what the sentence did not say is asked."""
    about = (activity_cards.subject(wanted),)
    if not wish:
        question = Text("改到什么时候，或者换到哪里？比如“12月3日19:15到20:45”。")
        wish = talk.ask("when", question, check=partial(_told, talk, wanted), about=about)
    if "vague" in wish:
        question = Text("几点开始？比如15:00，或者15:00–16:30。")
        wish = talk.ask("clock", question, check=partial(_told, talk, wanted, day=wish), about=about)
    new = moves.slot(wish, wanted, talk.zone)
    assert new is not None
    return new


def _told(talk: Talk, wanted: Listing, said: str, day: Wish | None = None) -> Wish:
    """What an answer says of the new time and place, beside the `day` that is known. Raises Refusal."""
    wish = moves.told(read(said, talk.now, talk.person, talk.lexicon))
    if not wish or (day and "clock" not in wish):
        raise Refusal("activity.when", Text("请写清楚日期和几点，或者写一个社区里有的地点。"))
    wish = {**{name: value for name, value in (day or {}).items() if name != "vague"}, **wish}
    if new := moves.slot(wish, wanted, talk.zone):
        activity_change.check_move(wanted, new, talk.now)
    return wish


def _confirmed(
    talk: Talk,
    wanted: Listing,
    preview: Callable[[str | None], tuple[Text, Article]],
    yes: Option[str],
    no: Option[str],
    reason: str | None,
) -> tuple[bool, str | None]:
    """Whether it is to be done, after old, new and how many will be told were shown; and the reason by then."""
    talk.keep(sequence=wanted.sequence)
    count = activity_change.concerned(talk.db, wanted)
    mute = duty.plays(talk.db, talk.person.id)
    if mute and reason:
        # In the demo no visitor reads what another one typed.
        sentence = Text("请再说一次，不写原因。演示到这里为止，写的话不会发给别人。")
        talk.leave(
            Refusal("demo.ends", sentence, wanted.ref), Choice(Text("详情"), press("show", wanted.number))
        )
    more = [Option("why", Text("写明原因"), ("原因", "reason"))] if count and not (reason or mute) else []
    text, about = preview(reason)
    sure = talk.ask("sure", _with_reach(text, wanted, count), yes, *more, no, about=(about,))
    if sure != "why":
        return sure == "yes", reason
    reason = talk.ask("reason", Text("原因写什么？报名的人会看到。"), check=checks.words)
    text, about = preview(reason)
    again = talk.ask("again", _with_reach(text, wanted, count), yes, no, about=(about,))
    return again == "yes", reason


def _with_reach(text: Text, wanted: Listing, count: int) -> Text:
    """The question, and below it whom it will reach and whom not."""
    lines: list[Text] = [text]
    if count:
        lines.append(Text("会通知{count}位报名的人。", count=count))
    else:
        lines.append(Text("还没有人报名，不会通知谁。"))
    if wanted.taken:
        lines.append(Text("另有{count}个名额是在别处报的，我们通知不到，请您转告。", count=wanted.taken))
    return Text("{lines}", lines=Several(tuple(lines), lines=True))


def _now(talk: Talk, wanted: Listing) -> Article:
    return activity_cards.full(activity.find(talk.db, wanted.number), talk.now)


def _instead(wanted: Listing, refusal: Refusal) -> tuple[Choice, ...]:
    details = Choice(Text("详情"), press("show", wanted.number))
    if refusal.code == "activity.registered":
        return Choice(Text("取消活动"), press("calloff", wanted.number)), details
    return (details,)
