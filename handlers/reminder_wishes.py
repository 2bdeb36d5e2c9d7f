"""When somebody wants to be reminded of what he registered for: sooner, more often, not at all."""

import re
from datetime import timedelta
from typing import Any, NoReturn

from handlers import activity_cards, reminder_cards
from handlers.activity_cards import BROWSE, MY_LIST
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from handlers.understanding.times.numerals import number as numeral
from models import activity, registered, reminder, search
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.registered import Held
from models.text import Moment, Text, prose

_DAY, _HOUR, _HALF_HOUR = timedelta(days=1), timedelta(hours=1), timedelta(minutes=30)
LONGEST = timedelta(days=30)
_OFFERED = 5
# Among so many that are like what is named one's own is looked for.
_LIKE = 50
_COUNT = r"(?P<half>半)|(?P<count>\d{1,3}|[一二两三四五六七八九十廿卅]{1,3}|half an?|an?|one|two|three|four|five|six)"
_UNIT = r"(?P<day>天|日(?!期)|days?)|(?P<hour>小时|钟头|点钟|hours?|hrs?)|(?P<quarter>刻钟?)|(?P<minute>分钟?|minutes?|mins?)"
_LENGTH = rf"(?:{_COUNT})\s*个?\s*(?P<more>半)?\s*(?:{_UNIT})"
_SPANS = (
    re.compile(
        rf"(?:{_COUNT}) (?P<hour>hours?) (?P<more>and a half) (?:before|ahead|earlier|early|in advance|prior)"
    ),
    re.compile(rf"前\s*{_LENGTH}"),
    re.compile(rf"{_LENGTH}(?:之|以)?前"),
    re.compile(rf"{_LENGTH} (?:before|ahead|earlier|early|in advance|prior)"),
    re.compile(r"(?P<day>the day) before"),
)
# 提前一天和两小时: one more.
_AND = (
    re.compile(rf"(?:和|跟|及|以及|、|\band )\s*(?:提?前)?\s*(?:{_LENGTH})"),
    re.compile(rf"{_LENGTH} and (?=.{{1,12}} (?:before|ahead|earlier|early|in advance|prior))"),
)
_INSTEAD = re.compile(r"改成|改为|换成|只(?:要|需|用)?|\b(?:only|just|instead)\b")
_EVERY = re.compile(
    r"所有|全部|都|以后|一律|\b(?:all|any|everything|every)\b|^(?:stop|turn off|no (?:more )?)\s*remind"
)
_ASKING = re.compile(
    r"(?:活动)?开始(?=\s|$)|提醒(?:一下|一声|下)?我?|叫我(?:一声)?|\bremind(?:ers?|ing)? ?(?:me)?\b"
)
_ME = r"我(?!们)"
_OFF = (
    r"(?:不要|别|不用|不必|不需要|不想|无需|取消|关掉|关闭|停止|删掉?)(?:再|给我|帮我|收到|对我|所有|全部|的|[^,。?!]{0,12}的)*提醒(?!大家|他|她)"
    r"|^不提醒了?[。!.]*$|提醒.{0,3}(?:关掉|关了|取消|停掉|删掉)"
    r"|(?:don'?t|do not|stop|no (?:more )?|cancel|turn off)\s*(?:the |my |all |any )?remind"
)
_USUAL = r"^(?:恢复|改回|用回)(?:默认|原来)的?(?:提醒)?[。!.]*$|(?:usual|default) reminders?"
_ELSEWHERE = "推送|订阅|发到|发送到|大家|居民们|群里|业主|转告"
_REMIND = (
    Phrase(_OFF, weight=5, unless=_ELSEWHERE),
    Phrase(_USUAL, weight=5),
    Phrase(
        rf"提醒(?:一下|一声|下)?{_ME}|(?:前|到时候?|记得).{{0,8}}(?:提醒|叫|喊|通知|告诉)(?:一下|一声)?(?:{_ME}|一下|一声)",
        weight=4,
        unless=_ELSEWHERE,
    ),
    Phrase(
        r"提醒(?:的)?(?:设置|时间)|(?:设置?|改|调|换|加|开)(?:一?下|一?个|置)?提醒|(?:什么时候|几点|提前多久|多早)会?提醒|^提醒[。!.]*$",
        weight=4,
        unless=_ELSEWHERE,
    ),
    Phrase(rf"^提前\s*(?:{_LENGTH})[。!.]*$", weight=4),
    Phrase(
        r"(?:设|加|定|弄)(?:置|一?个|一下).{1,10}提醒[。!.]*$|前.{0,8}提醒[。!.]*$",
        weight=4,
        unless=_ELSEWHERE,
    ),
    Phrase(
        r"\bremind(?:ers?)?\b(?: me\b| settings?| about| for|$|\?)|\bmy reminders?\b|\b(?:set|change|add) a? ?reminders?\b",
        weight=4,
    ),
)


def _wish(reading: Reading) -> Arguments:
    """The titles that are named, and how long before; `never` and `usual` where that is said."""
    spans = read_spans(reading.text)
    about = Reading(_without(reading.text), reading.now, reading.person, reading.lexicon)
    by_title = not (about.topic and (about.on_another_day or not about.titles))
    return {
        "query": None if by_title else search.dump(about.query()),
        "numbers": [title.number for title in about.titles] if by_title else [],
        "spans": [span // timedelta(minutes=1) for span in spans],
        "instead": _INSTEAD.search(reading.text) is not None,
        "every": by_title and not about.titles and _EVERY.search(reading.text) is not None,
        "never": re.search(_OFF, reading.text) is not None,
        "usual": re.search(_USUAL, reading.text) is not None,
    }


def _without(text: str) -> str:
    """The same without the words of reminding: 一小时 may stand in a title, and is none here."""
    for each in (*_SPANS, *_AND, _ASKING):
        text = each.sub(" ", text)
    return text


def read_spans(text: str) -> list[timedelta]:
    """How long before, as 提前3小时, 开始前半小时, 2 hours before; none where none is said."""
    found: list[re.Match[str]] = []
    for each in (*_SPANS, *_AND):
        if found or each in _SPANS:
            found += (new for new in each.finditer(text) if not any(_overlap(new, known) for known in found))
    return sorted({_length(each) for each in found}, reverse=True)


def _overlap(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start() < other.end() and other.start() < one.end()


def _length(found: re.Match[str]) -> timedelta:
    said = found.groupdict()
    units = {"day": _DAY, "hour": _HOUR, "quarter": timedelta(minutes=15), "minute": timedelta(minutes=1)}
    unit = next(length for name, length in units.items() if said.get(name))
    if said.get("half") or (said.get("count") or "").startswith("half"):
        return unit / 2
    count = numeral(said["count"]) if said.get("count") else 1
    return unit * count + (unit / 2 if said.get("more") else timedelta())


@on(
    "activity.remind",
    head="remind",
    allow=anybody,
    private=True,
    example=Text("明天的瑜伽提前3小时提醒我"),
    rank=27,
    phrases=_REMIND,
    reads=_wish,
)
def remind(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    spans: list[int] | None = None,
    query: dict[str, Any] | None = None,
    never: bool = False,
    usual: bool = False,
    instead: bool = False,
    every: bool = False,
) -> Card:
    if never and every:
        return _none_at_all(talk)
    if query:
        like, _ = search.search(talk.db, search.load(query), talk.now, limit=_LIKE)
        numbers = [each.number for each in like]
    held = _held(talk, [number] if number else numbers or [], never=never)
    if never:
        return _choose(talk, held, [])
    if usual:
        return _choose(talk, held, None)
    if not spans:
        return _shown(talk, held)
    return _add(talk, held, *(timedelta(minutes=each) for each in spans), instead=instead)


@on("activity.remind", head="remindday", allow=anybody, private=True)
def a_day_before(talk: Talk, number: int = 0) -> Card:
    return _add(talk, _held(talk, [number]), _DAY)


@on("activity.remind", head="remindhours", allow=anybody, private=True)
def three_hours_before(talk: Talk, number: int = 0) -> Card:
    return _add(talk, _held(talk, [number]), 3 * _HOUR)


@on("activity.remind", head="remindsoon", allow=anybody, private=True)
def half_an_hour_before(talk: Talk, number: int = 0) -> Card:
    return _add(talk, _held(talk, [number]), _HALF_HOUR)


@on("activity.remind", head="remindnever", allow=anybody, private=True)
def never(talk: Talk, number: int = 0) -> Card:
    return _choose(talk, _held(talk, [number]), [])


@on("activity.remind", head="remindusual", allow=anybody, private=True)
def as_usual(talk: Talk, number: int = 0) -> Card:
    return _choose(talk, _held(talk, [number]), None)


def _held(talk: Talk, numbers: list[int], *, never: bool = False) -> Held:
    """The registration that is meant; asks where it could be several, and leaves where there is none."""
    mine = [
        each for each in registered.mine(talk.db, talk.person.id, talk.now) if each.activity.starts > talk.now
    ]
    meant = [each for each in mine if each.activity.number in numbers] if numbers else mine
    if len(meant) == 1:
        return meant[0]
    if not meant and never:
        sentence = Text("不用设，没有报名的活动我们不会提醒您。")
        talk.leave(Refusal("reminder.none", sentence), MY_LIST, BROWSE)
    if not meant:
        _leave_to_register(talk, numbers)
    options = [Option(each.activity.number, activity_cards.label(each.activity)) for each in meant]
    about = tuple(Article(prose(each.activity.title), each.activity.ref) for each in meant)
    chosen = talk.ask("which", Text("哪一场的提醒？"), *options, about=about)
    return next(each for each in meant if each.activity.number == chosen)


def _leave_to_register(talk: Talk, numbers: list[int]) -> NoReturn:
    """Only who is registered is reminded: the way there."""
    found = activity.those(talk.db, numbers[:_OFFERED])
    if not found:
        talk.leave(Refusal("reminder.none", Text("请先报名，报了名的活动我们会提醒您。")), BROWSE)
    one = found[0]
    if len(found) > 1:
        sentence = Text("请先报名，您还没有报。报了名我们会提醒您：")
        offered = tuple(Choice(activity_cards.label(each), press("show", each.number)) for each in found)
        talk.leave(Refusal("reminder.none", sentence, *(each.ref for each in found)), *offered)
    if one.starts <= talk.now:
        sentence = Text("「{title}」已经开始，不再提醒。", title=prose(one.title))
        talk.leave(Refusal("reminder.late", sentence, one.ref), BROWSE)
    open_now = one.stands(talk.now) == "open"
    register = (Choice(Text("报名"), press("register", one.number)),) if open_now else ()
    details = Choice(Text("详情"), press("show", one.number))
    sentence = Text("请先报名「{title}」，报了名我们会提醒您。", title=prose(one.title))
    talk.leave(Refusal("reminder.none", sentence, one.ref), *register, details)


def _none_at_all(talk: Talk) -> Card:
    """Of nothing that one is registered for by now."""
    mine = registered.mine(talk.db, talk.person.id, talk.now)
    for each in mine:
        reminder.choose(talk.db, each.id, each.activity.starts, [], talk.schedule, talk.now)
    text = Text("现在报名的活动都不再提醒您，报名还在。以后新报的活动，还会提醒。")
    if not mine:
        text = Text("不用设，没有报名的活动我们不会提醒您。")
    return Card(text, choices=(MY_LIST, BROWSE), tone="done", refs=tuple(each.activity.ref for each in mine))


def _add(talk: Talk, held: Held, *spans: timedelta, instead: bool = False) -> Card:
    """More times, beside those that there are, or `instead` of them."""
    wanted = held.activity
    if any(
        span > LONGEST or not reminder.times([span], wanted.starts, talk.schedule, talk.now) for span in spans
    ):
        sentence = Text(
            "请选晚一点的时间，「{title}」{when}开始。",
            title=prose(wanted.title),
            when=Text("{at}", at=Moment(wanted.starts)),
        )
        talk.leave(Refusal("reminder.late", sentence, wanted.ref), *_ways(talk, held))
    chosen = reminder.chosen(talk.db, held.id)
    known = talk.schedule.remind if chosen is None else chosen
    return _choose(talk, held, sorted({*spans, *(() if instead else known)}, reverse=True))


def _choose(talk: Talk, held: Held, spans: list[timedelta] | None) -> Card:
    reminder.choose(talk.db, held.id, held.activity.starts, spans, talk.schedule, talk.now)
    return _shown(talk, held, tone_done=True)


def _shown(talk: Talk, held: Held, *, tone_done: bool = False) -> Card:
    """When somebody is reminded of one of his registrations, and what he can change."""
    ahead, title = reminder.ahead(talk.db, held.id), prose(held.activity.title)
    if ahead:
        text = Text(
            "会提醒您「{title}」：{times}。", title=title, times=reminder_cards.said(held.activity, ahead)
        )
    else:
        text = Text("不会再提醒您「{title}」，报名还在。", title=title)
    subject = activity_cards.subject(held.activity)
    article = Article(subject.title, subject.ref, facts=subject.facts, choices=_ways(talk, held))
    return Card(text, articles=(article,), tone="done" if tone_done else "plain")


def _ways(talk: Talk, held: Held) -> tuple[Choice, ...]:
    """What would change something."""
    number, ahead = held.activity.number, reminder.ahead(talk.db, held.id)
    has = {each.before for each in ahead}
    more = (
        (_HALF_HOUR, Choice(Text("提前30分钟"), press("remindsoon", number))),
        (3 * _HOUR, Choice(Text("提前3小时"), press("remindhours", number))),
        (_DAY, Choice(Text("提前1天"), press("remindday", number))),
    )
    choices = [
        choice
        for span, choice in more
        if span // timedelta(minutes=1) not in has
        and reminder.times([span], held.activity.starts, talk.schedule, talk.now)
    ]
    if ahead:
        choices.append(Choice(Text("不提醒"), press("remindnever", number)))
    if reminder.chosen(talk.db, held.id) is not None:
        choices.append(Choice(Text("恢复默认"), press("remindusual", number)))
    return tuple(choices) or (Choice(Text("详情"), press("show", number)),)
