"""Taking part: register, see what one is registered for, cancel."""

import re
from datetime import datetime
from typing import Any

from handlers import (
    activity_cards,
    approvals,
    audiences,
    checks,
    guest_lines,
    promises,
    queueing,
    seated,
    shifts,
)
from handlers.activity_cards import BROWSE, MY_LIST
from handlers.activity_meant import one_meant
from handlers.checks import Number
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from handlers.ways_on import next_steps
from handlers.yes_no import NO, YES
from models import activity, duty, phone, registered, registering, reminder, search
from models.activity import Listing
from models.card import Article, Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.registered import Held
from models.registering import largest_party
from models.shift_role import Role
from models.text import Several, Text, prose

_OFFERED = 5
_ELSEWHERE = "项目|社团|俱乐部|小组|议题|投票|预约|订阅|推送|账号|的号|签到|提醒|发布|怎么报名|如何报名"
_REGISTER = (
    Phrase(
        r"报名|报个名|报一下|我要报|帮我报|给我报|想报|登记一下|登记下|算我一个|算上我|加我一个|(?:我要|想|我来|也)参加|"
        r"sign (?:me|us) up|sign up for|\bregister(?:ing)?\b|count me in|(?:i|we)(?:'d| would) like to (?:join|attend)|i want to (?:join|attend)",
        weight=3,
        unless=_ELSEWHERE
        + "|有什么|有哪些|哪些|有啥|有没有|能报|可以报|报了|我的报名|确认|不报了|取消|退|去不了|来不了|什么时候|截止|did i|my registration"
        + r"|(?:不|别|没)(?:太|怎么)?(?:想|要|打算|准备|愿意|能|用|会)?(?:再|去|来|给我|帮我)*(?:报名|报|参加|登记)"
        + r"|(?:don'?t|do not|not|no longer) (?:want to |wish to |going to )?(?:sign up|register|join|attend)",
    ),
    Phrase(r"^(?:报名|我要报名|register)[!.。]?$", weight=4),
)
# The words of asking itself; what is left besides them names something.
_ASKING = re.compile(
    r"报名|报个名|报一下|报|登记|候补|排队|加入|参加|算一|加一|名|sign|up|register|join|attend|count|in|want|like|d"
)
# Said alone, it answers what we asked: see handlers/reminders.py.
ABSENT = (
    r"^(?:我|我们|这次|抱歉|对不起|不好意思|[,，\s])*(?:来不了|去不了|来不成|去不成|不来了|不去了|不能来|不能去|没法来|没法去)[了啦哦]?[.!。~]*$"
    r"|^(?:sorry,? )?(?:i )?(?:can'?t|cannot) (?:come|make it)[.!]*$|^(?:i'?m )?not coming[.!]*$"
)
_CANCEL = (
    Phrase(
        r"取消|退掉|退出|退了|去不了|来不了|不去了|不来了|不参加了|参加不了|去不成|没法去|没法参加|"
        r"can'?t (?:make|come|go|attend)|cannot (?:make|come|go|attend)|cancel|drop out|not coming",
        weight=3,
        # Whether it is cancelled is a question about it, and gives nothing back.
        unless=f"{_ELSEWHERE}|取消活动|取消(?:了|掉)?(?:吗|嘛|没|伐|么)|(?:是不是|有没有|会不会)取消|(?:is|was|been) .{{0,30}}cancell?ed|"
        rf"appointment|subscri|account|{ABSENT}",
    ),
)
_MINE = (
    Phrase(
        r"我(?:都|已经|现在)?报(?:名)?了(?:哪些|什么|啥|几)|我(?:都)?报名(?:了)?(?:哪些|什么|啥)|我的(?:报名|活动)|"
        r"报了(?:哪些|什么|啥)|我(?:有|要参加)(?:哪些|什么|啥)活动|我报(?:名)?的(?:活动)?",
        weight=4,
        unless="取消|退|提醒|不去|去不了|来不了|不来|去不成",
    ),
    Phrase(
        r"my (?:registrations?|bookings?|events|activities|sign-?ups)|my (?:activity|event|class|course|workshop) bookings?|"
        r"what (?:activities|events|classes|courses|workshops) (?:have|did) i book|what (?:have|did) i (?:sign|register|book)|am i registered",
        weight=4,
        unless="cancel",
    ),
)


def wished(reading: Reading) -> Arguments:
    """The titles that are named; where none is, what the topic and time find."""
    numbers = [title.number for title in reading.shifts or reading.titles]
    query = None if numbers or not (reading.topic or reading.when) else search.dump(reading.query())
    strange = not (numbers or query) and len(_ASKING.sub("", reading.rest)) > 1
    other_day = reading.on_another_day and not reading.shifts
    return {
        "numbers": numbers,
        "query": query,
        "party": reading.party,
        "strange": strange,
        "other_day": other_day,
        "role": reading.role if reading.shifts else None,
    }


def _given_back(reading: Reading) -> Arguments:
    return {**_named(reading), "said": reading.text}


def _named(reading: Reading) -> Arguments:
    return {"numbers": [title.number for title in reading.titles]}


@on(
    "activity.register",
    head="register",
    example=Text("报名周四的瑜伽"),
    rank=15,
    allow=anybody,
    private=True,
    phrases=_REGISTER,
    reads=wished,
)
def register(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    party: int | None = None,
    strange: bool = False,
    other_day: bool = False,
    role: str | None = None,
    together: bool = False,
) -> Card:
    """`together`: who are more than there are seats wait rather than come as fewer."""
    wanted = (
        activity.find(talk.db, number)
        if number
        else one_meant(talk, numbers or [], query, strange, other_day)
    )
    try:
        registering.check_open(talk.db, wanted, talk.person.id, talk.now)
        registering.check_pace(talk.db, wanted, talk.person.id, talk.registrations_a_minute, talk.now)
        wanted, taken = shifts.choose(talk, wanted, role)
        about = (audiences.shown(talk.db, wanted, shifts.subject(wanted, taken)),)
        if _must_wait(wanted, party or 1, together):
            return _wait(talk, wanted, taken, party or 1, about)
        registering.check_party(wanted, party or 1)
        talk.steps = len(talk.asked) + len(wanted.questions) + 1
        answers = answers_to(talk, wanted, about)
        party = _confirmed_party(talk, wanted, about, answers, party or 1)
        if party == 0:
            return Card(Text("好的，没有报名。"), choices=(BROWSE,))
        kept = phone.seal_in(answers, talk.vault)
        try:
            with talk.db.savepoint("seat"):
                key = registering.register(
                    talk.db, wanted, talk.person.id, party, kept, talk.now, role=taken.id if taken else None
                )
        except Refusal as refusal:
            if refusal.code != "activity.full":
                raise
            # The last seat went while the form was filled.
            return _wait(talk, wanted, taken, party, about)
    except Refusal as refusal:
        talk.leave(refusal, *next_steps(wanted, refusal))
    if wanted.approval:
        # Who waits for an answer is reminded once there is one.
        text = approvals.ask(talk, wanted, key)
        shown = shifts.own(talk, wanted, activity_cards.full(wanted, talk.now, party=party, held="pending"))
        return Card(text, articles=(shown,), choices=(MY_LIST,), tone="done")
    return seated.card(talk, wanted, key, Text("报名成功。开始前都可以取消。"))


def _must_wait(wanted: Listing, party: int, together: bool) -> bool:
    free = wanted.free
    return free is not None and (free == 0 or (together and party > free))


def _wait(talk: Talk, wanted: Listing, role: Role | None, party: int, about: tuple[Article, ...]) -> Card:
    """In the same message in which it is full he can wait for a seat."""
    return queueing.form(talk, wanted, role, party, about, answers_to, _overlaps(talk, wanted))


def answers_to(talk: Talk, wanted: Listing, about: tuple[Article, ...]) -> dict[str, str]:
    """What the organiser asks, question by question; an optional one may be skipped."""
    answers = {}
    for question in wanted.questions:
        name = f"question-{question['key']}"
        skip = [Option("", Text("跳过"), ("没有", "无", "skip", "none"))] if question["optional"] else []
        answer = talk.ask(name, prose(question["ask"]), *skip, check=checks.words, about=about)
        if answer:
            answers[question["key"]] = answer
    return answers


def _confirmed_party(
    talk: Talk, wanted: Listing, about: tuple[Article, ...], answers: dict[str, str], party: int
) -> int:
    """How many come, once confirmed; 0 where they do not after all."""
    preview = _preview(talk, wanted, answers, party)
    yes, no = Option("yes", Text("确认报名"), YES), Option("no", Text("不报了"), NO)
    more = Option("more", Text("改人数"), ("多带几位", "带人", "加人"))
    most = largest_party(wanted)
    most = most if wanted.free is None else min(most, wanted.free)
    options = (yes, more, no) if most > 1 else (yes, no)
    sure = talk.ask("sure", preview, *options, about=about)
    if sure == "more":
        talk.steps += 2 if talk.steps > 1 else 0
        check = Number(1, most, lambda _number: Text("请发1到{count}之间的数字。", count=most))
        party = talk.ask(
            "party", Text("一共几位？（含您自己，最多{count}位）", count=most), check=check, about=about
        )
        sure = talk.ask("confirm", _preview(talk, wanted, answers, party), yes, no, about=about)
    return party if sure == "yes" else 0


def _preview(talk: Talk, wanted: Listing, answers: dict[str, str], party: int) -> Text:
    """What is about to be registered, and what it overlaps."""
    lines = [Text("报名「{title}」，{count}位，对吗？", title=prose(wanted.title), count=party)]
    lines += [
        Text("{question} {answer}", question=prose(question["ask"]), answer=answers[question["key"]])
        for question in wanted.questions
        if question["key"] in answers
    ]
    return Text(
        "{lines}", lines=Several((*lines, *promises.note(talk, wanted), *_overlaps(talk, wanted)), lines=True)
    )


def _overlaps(talk: Talk, wanted: Listing) -> tuple[Text, ...]:
    return tuple(
        Text(
            "请注意：和您已报名的「{title}」时间有重叠（{when}）。",
            title=prose(other.title),
            when=activity_cards.span(other),
        )
        for other in registered.clashes(talk.db, wanted, talk.person.id)
    )


@on(
    "registration.list",
    head="mine",
    allow=anybody,
    menu=Text("我的报名"),
    example=Text("我报了哪些活动"),
    rank=20,
    private=True,
    phrases=_MINE,
)
def mine(talk: Talk) -> Card:
    held = registered.mine(talk.db, talk.person.id, talk.now)
    if not held:
        return Card(Text("您现在没有报名。想去点什么，看看最近的活动吧。"), choices=(BROWSE,))
    articles = tuple(shifts.listed(talk.db, each, guest_lines.line(talk.db, each, talk.now)) for each in held)
    return Card(Text("您报名了{count}场：", count=len(held)), articles=articles)


def coming(db: Db, member: int, now: datetime, most: int) -> tuple[Article, ...]:
    """What somebody goes to next, for a place where it is always in sight."""
    held = registered.mine(db, member, now)[:most]
    return tuple(guest_lines.line(db, each, now) for each in held)


@on(
    "activity.cancel",
    head="withdraw",
    example=Text("周四的瑜伽去不了了"),
    rank=25,
    allow=anybody,
    private=True,
    phrases=_CANCEL,
    reads=_given_back,
)
def cancel(talk: Talk, number: int | None = None, numbers: list[int] | None = None, said: str = "") -> Card:
    mine = registered.mine(talk.db, talk.person.id, talk.now)
    if (guest := guest_lines.named(mine, said)) is not None:
        return guest_lines.take_back(talk, guest, next_steps)
    wanted = _held(talk, mine, [number] if number else numbers or [])
    try:
        live = registering.check_cancel(talk.db, wanted, talk.person.id, talk.now)
        if live.state in ("waiting", "offered"):
            return queueing.left(talk, wanted, live)
        question = Text("取消「{title}」的报名，把名额让出来？", title=prose(wanted.title))
        about = (activity_cards.subject(wanted),)
        yes = Option("yes", Text("确认取消"), (*YES, "取消报名"))
        if talk.ask("sure", question, yes, Option("no", Text("保留"), NO), about=about) == "no":
            return Card(Text("好的，报名还在。"), articles=(_still(talk, wanted),))
        free(talk, wanted)
    except Refusal as refusal:
        guests = guest_lines.instead(talk, wanted, refusal)
        talk.leave(refusal, *guests, *_whole(talk, wanted, refusal), *next_steps(wanted, refusal))
    text = Text("已经取消「{title}」的报名，名额让出来了。", title=prose(wanted.title))
    return Card(text, choices=(MY_LIST, BROWSE), tone="done", refs=(wanted.ref,))


def _whole(talk: Talk, wanted: Listing, refusal: Refusal) -> tuple[Choice, ...]:
    """Staff who have no seat there may mean that it is not held."""
    meant = refusal.code == "registration.none" and not wanted.is_off
    if meant and duty.covers(talk.db, talk.person.id, wanted.place_id):
        return (Choice(Text("取消活动"), press("calloff", wanted.number)),)
    return ()


def free(talk: Talk, wanted: Listing) -> None:
    """The seats are everybody's again, and nobody is reminded. Raises Refusal."""
    own = registering.cancel(talk.db, wanted, talk.person.id, talk.now)
    reminder.drop(talk.db, own.id, "the registration was cancelled", talk.now)


def _still(talk: Talk, wanted: Listing) -> Article:
    party = registered.party_of(talk.db, wanted, talk.person.id)
    return activity_cards.full(wanted, talk.now, party=party)


def _held(talk: Talk, mine: list[Held], numbers: list[int]) -> Listing:
    """The registration that is meant: among what is named, or among all of one's own."""
    held = [each.activity for each in mine]
    meant = [each for each in held if each.number in numbers] if numbers else held
    if len(meant) == 1:
        return meant[0]
    if not meant and len(numbers) == 1:
        return activity.find(talk.db, numbers[0])
    if not meant:
        talk.leave(Refusal("registration.none", Text("您没有报名，不用取消。")), BROWSE)
    options = [Option(each.number, activity_cards.label(each)) for each in meant]
    about = tuple(Article(prose(each.title), each.ref) for each in meant)
    chosen = talk.ask("which", Text("取消哪一场？"), *options, about=about)
    return next(each for each in meant if each.number == chosen)
