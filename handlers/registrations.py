"""Taking part: register, see what one is registered for, cancel."""

import re
from datetime import datetime
from typing import Any

from handlers import activity_cards, calendar_files, checks, reminder_cards
from handlers.activity_cards import BROWSE
from handlers.checks import Number
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import activity, duty, phone, registration, reminder, search
from models.activity import Listing
from models.card import Article, Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.registration import LARGEST_PARTY
from models.search import Query
from models.text import Several, Text, prose

_OFFERED = 5
_YES = (
    "确认",
    "是",
    "是的",
    "好",
    "好的",
    "对",
    "行",
    "可以",
    "没问题",
    "确定",
    "提交",
    "嗯",
    "yes",
    "y",
    "ok",
    "okay",
    "sure",
    "confirm",
)
_NO = ("不", "不要", "不了", "否", "不用", "算了", "no", "n", "nope")
_ELSEWHERE = "项目|社团|俱乐部|小组|议题|投票|预约|订阅|推送|账号|的号|签到|提醒|发布|怎么报名|如何报名"
_REGISTER = (
    Phrase(
        r"报名|报个名|报一下|我要报|帮我报|给我报|想报|登记一下|登记下|算我一个|算上我|加我一个|(?:我要|想|我来|也)参加|"
        r"sign (?:me|us) up|sign up for|register|count me in|(?:i|we)(?:'d| would) like to (?:join|attend)|i want to (?:join|attend)",
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
    r"报名|报个名|报一下|报|登记|参加|算一|加一|名|sign|up|register|join|attend|count|in|want|like|d"
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
        r"my (?:registrations?|bookings?|events|activities|sign-?ups)|what (?:have|did) i (?:sign|register|book)|am i registered",
        weight=4,
        unless="cancel",
    ),
)


def _meant(reading: Reading) -> Arguments:
    """The titles that are named; where none is, what the topic and time find."""
    numbers = [title.number for title in reading.titles]
    query = None if numbers or not (reading.topic or reading.when) else search.dump(reading.query())
    strange = not (numbers or query) and len(_ASKING.sub("", reading.rest)) > 1
    other_day = reading.on_another_day
    return {
        "numbers": numbers,
        "query": query,
        "party": reading.party,
        "strange": strange,
        "other_day": other_day,
    }


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
    reads=_meant,
)
def register(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    party: int | None = None,
    strange: bool = False,
    other_day: bool = False,
) -> Card:
    wanted = (
        activity.find(talk.db, number) if number else _which(talk, numbers or [], query, strange, other_day)
    )
    try:
        registration.check_open(talk.db, wanted, talk.person.id, talk.now)
        registration.check_pace(talk.db, wanted, talk.person.id, talk.registrations_a_minute, talk.now)
        registration.check_party(wanted, party or 1)
        about = (activity_cards.subject(wanted),)
        talk.steps = len(talk.asked) + len(wanted.questions) + 1
        answers = _answers(talk, wanted, about)
        party = _confirmed_party(talk, wanted, about, answers, party or 1)
        if party == 0:
            return Card(Text("好的，没有报名。"), choices=(BROWSE,))
        kept = phone.seal_in(answers, talk.vault)
        key = registration.register(talk.db, wanted, talk.person.id, party, kept, talk.now)
        planned = reminder.plan(talk.db, key, wanted.starts, talk.schedule, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, *next_steps(wanted, refusal))
    done = reminder_cards.with_times(activity_cards.full(wanted, talk.now, party=party), wanted, planned)
    return Card(
        Text("报名成功。开始前都可以取消。"),
        articles=(done,),
        choices=(_MY_LIST,),
        tone="done",
        attachments=(calendar_files.attached(wanted),),
    )


_MY_LIST = Choice(Text("我的报名"), press("mine"))


def _which(
    talk: Talk, numbers: list[int], query: dict[str, Any] | None, strange: bool, other_day: bool
) -> Listing:
    """The one activity that is meant, asked for where several could be.

    `strange` is none that is known, `other_day` one that is not held on the day that was said.
    """
    found = activity.those(talk.db, numbers or ([] if query or strange else _shown(talk)))[:_OFFERED]
    if not found:
        wanted = search.load(query) if query else Query(open_only=True)
        found, _ = search.search(talk.db, wanted, talk.now, limit=_OFFERED)
    if not found and query:
        found, _ = search.search(talk.db, search.load(query).at_any_time(), talk.now, limit=_OFFERED)
        other_day = bool(found)
    if not found:
        talk.leave(Refusal("activity.none", Text("看看最近的活动吧，没有找到这样的。")), BROWSE)
    talk.keep(numbers=[each.number for each in found], other_day=other_day)
    if len(found) == 1 and not (strange or other_day):
        return found[0]
    options = [Option(each.number, activity_cards.label(each)) for each in found]
    # What is only offered instead is no match, and carries no ref.
    about = () if strange else tuple(Article(prose(each.title), each.ref) for each in found)
    text = Text("要报哪一场？")
    if other_day:
        text = Text("您说的时间没有，别的时间有：要报哪一场？")
    elif strange:
        text = Text("没有找到您说的这个。这些可以报，要哪一场？")
    chosen = talk.ask("which", text, *options, about=about)
    return next(each for each in found if each.number == chosen)


def _shown(talk: Talk) -> list[int]:
    """The activities of the list that was shown last: 报名 below a list means one of them."""
    opens = press("show") + " "
    return [int(says.removeprefix(opens)) for says in talk.shown.numbers if says.startswith(opens)]


def _answers(talk: Talk, wanted: Listing, about: tuple[Article, ...]) -> dict[str, str]:
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
    yes, no = Option("yes", Text("确认报名"), _YES), Option("no", Text("不报了"), _NO)
    more = Option("more", Text("改人数"), ("多带几位", "带人", "加人"))
    most = min(LARGEST_PARTY, LARGEST_PARTY if wanted.free is None else wanted.free)
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
    lines += [
        Text(
            "请注意：和您已报名的「{title}」时间有重叠（{when}）。",
            title=prose(other.title),
            when=activity_cards.span(other),
        )
        for other in registration.clashes(talk.db, wanted, talk.person.id)
    ]
    return Text("{lines}", lines=Several(tuple(lines), lines=True))


def next_steps(wanted: Listing, refusal: Refusal) -> tuple[Choice, ...]:
    """What can be done instead, for each reason of a refusal."""
    similar = Choice(Text("看看同类的"), press("similar", wanted.number))
    again = Choice(Text("再试一次"), press("register", wanted.number))
    details = Choice(Text("详情"), press("show", wanted.number))
    steps = {
        "registration.already": (Choice(Text("取消报名"), press("withdraw", wanted.number)), _MY_LIST),
        "registration.party": (again, details),
        "registration.pace": (again, _MY_LIST),
        "registration.none": (_MY_LIST, details),
        "activity.early": (details, similar),
    }
    return steps.get(refusal.code, (similar, BROWSE))


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
    held = registration.mine(talk.db, talk.person.id, talk.now)
    if not held:
        return Card(Text("您现在没有报名。想去点什么，看看最近的活动吧。"), choices=(BROWSE,))
    articles = tuple(activity_cards.held(each.activity, talk.now, each.seats) for each in held)
    return Card(Text("您报名了{count}场：", count=len(held)), articles=articles)


def coming(db: Db, member: int, now: datetime, most: int) -> tuple[Article, ...]:
    """What somebody goes to next, for a place where it is always in sight."""
    held = registration.mine(db, member, now)[:most]
    return tuple(activity_cards.held(each.activity, now, each.seats) for each in held)


@on(
    "activity.cancel",
    head="withdraw",
    example=Text("周四的瑜伽去不了了"),
    rank=25,
    allow=anybody,
    private=True,
    phrases=_CANCEL,
    reads=_named,
)
def cancel(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    wanted = _held(talk, [number] if number else numbers or [])
    try:
        registration.check_cancel(talk.db, wanted, talk.person.id, talk.now)
        question = Text("取消「{title}」的报名，把名额让出来？", title=prose(wanted.title))
        about = (activity_cards.subject(wanted),)
        yes = Option("yes", Text("确认取消"), (*_YES, "取消报名"))
        if talk.ask("sure", question, yes, Option("no", Text("保留"), _NO), about=about) == "no":
            return Card(Text("好的，报名还在。"), articles=(_still(talk, wanted),))
        free(talk, wanted)
    except Refusal as refusal:
        talk.leave(refusal, *_whole(talk, wanted, refusal), *next_steps(wanted, refusal))
    text = Text("已经取消「{title}」的报名，名额让出来了。", title=prose(wanted.title))
    return Card(text, choices=(_MY_LIST, BROWSE), tone="done", refs=(wanted.ref,))


def _whole(talk: Talk, wanted: Listing, refusal: Refusal) -> tuple[Choice, ...]:
    """Staff who have no seat there may mean that it is not held."""
    meant = refusal.code == "registration.none" and not wanted.is_off
    if meant and duty.covers(talk.db, talk.person.id, wanted.place_id):
        return (Choice(Text("取消活动"), press("calloff", wanted.number)),)
    return ()


def free(talk: Talk, wanted: Listing) -> None:
    """The seats are everybody's again, and nobody is reminded. Raises Refusal."""
    live = registration.check_cancel(talk.db, wanted, talk.person.id, talk.now)
    reminder.drop(talk.db, live.id, "the registration was cancelled", talk.now)
    registration.cancel(talk.db, wanted, talk.person.id, talk.now)


def _still(talk: Talk, wanted: Listing) -> Article:
    party = registration.party_of(talk.db, wanted, talk.person.id)
    return activity_cards.full(wanted, talk.now, party=party)


def _held(talk: Talk, numbers: list[int]) -> Listing:
    """The registration that is meant: among what is named, or among all of one's own."""
    held = [each.activity for each in registration.mine(talk.db, talk.person.id, talk.now)]
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
