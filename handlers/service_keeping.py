"""Staff keep the catalogue: what is to be checked, that it was, and what is given no more for now."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from handlers import catalogue_meant, checks, service_cards
from handlers.jobs import job
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import duty, notice, service, service_keeping
from models.card import Article, Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Text, prose

_PAGE = 8
_OTHERS = r"项目|项\s*\d|通知|群发|推送|提醒|订阅|活动|证明|诉求|认领"
_STALE = (
    Phrase(
        r"(?:哪些|什么|有哪些|看看?).{0,8}(?:事项|服务|办事|指南|目录).{0,8}(?:要|该|没|未|待).{0,3}核对"
        r"|(?:没|未|待|要|该|好久没|很久没)(?:有)?核对(?:过)?的?(?:事项|服务|办事|指南|目录)|^(?:办事|服务)?(?:事项|指南|目录)核对[。!.]*$",
        weight=9,
    ),
    Phrase(r"\bservices? (?:to|not) (?:be )?check(?:ed)?\b", weight=9),
)
_CHECKED = (
    Phrase(
        r"核对(?:过|好|完)了?[。!.]*$|^(?:刚|已经|我)*核对(?:过|好|完)了?.|核对日期.{0,4}(?:改|换|是|到)",
        weight=8,
        needs="service_likely",
        unless=_OTHERS,
    ),
    Phrase(
        r"^i(?:\'ve| have)? (?:checked|verified)\b(?! in)|\b(?:checked|verified)(?: today)?[.!]*$|\b(?:is|are) still right\b",
        weight=8,
        needs="service_likely",
    ),
)
_PAUSE = (
    Phrase(r"暂停|停办|先不办|暂时不办", weight=8, needs="service_likely", unless=rf"{_OTHERS}|吗|么|为什么|啥时候|什么时候"),
    Phrase(r"^(?:please )?(?:pause|suspend)\b", weight=8, needs="service_likely"),
)  # fmt: skip
_RESUME = (
    Phrase(r"^(?:可以)?(?:恢复|重新开始|继续办)|恢复(?:办理|受理)了?[。!.]*$", weight=8, needs="service_likely", unless=rf"{_OTHERS}|吗|么|什么时候"),
    Phrase(r"^(?:please )?(?:resume|reopen)\b", weight=8, needs="service_likely"),
)  # fmt: skip
_YEAR = re.compile(r"20\d\d|[明后]年|[明后]天|next")
_LIST = Choice(Text("待核对事项"), "stale")
_CHECK_WHICH = Text("核对过哪一项？说名字就行，比如“居住证”。")
_PAUSE_WHICH = Text("暂停哪一项？说名字就行，比如“居住证”。")
_RESUME_WHICH = Text("恢复哪一项？说名字就行，比如“居住证”。")
_YES = Option("yes", Text("暂停"), ("确认", "对", "是", "好", "yes", "pause"))
_NO = Option("no", Text("不停"), ("不", "不用", "算了", "no"))


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _on_day(reading: Reading) -> Arguments:
    """The day that is named; one of no year has been already."""
    when = reading.when
    one_day = when.first if when and when.first == when.last else None
    if (
        one_day
        and one_day > reading.now.astimezone(reading.lexicon.zone).date()
        and not _YEAR.search(reading.text)
    ):
        one_day = _a_year_before(one_day)
    return {**catalogue_meant.named(reading), "day": one_day.isoformat() if one_day else None}


@on(
    "staff.service",
    head="stale",
    allow=anybody,
    private=True,
    example=Text("哪些事项要核对"),
    for_staff=True,
    rank=131,
    phrases=_STALE,
)
def stale(talk: Talk, number: int = 0) -> Card:
    """What this officer is to check, oldest first; `number` is how many were shown before."""
    if not duty.places(talk.db, talk.person.id):
        talk.leave(Refusal("service.staff", Text("请找工作人员，核对办事指南由他们来办。")), *menu())
    found = service_keeping.stale(talk.db, talk.person.id, _today(talk))
    if not found:
        return Card(Text("现在没有要核对的，都在180天内看过。"), choices=menu())
    shown = found[number : number + _PAGE] or found[:_PAGE]
    behind = len(found) - found.index(shown[-1]) - 1
    text = Text("请打开看看写得对不对，有{count}项超过180天没核对：", count=len(found))
    more = Choice(Text("更多"), press("stale", len(found) - behind))
    return Card(text, articles=tuple(_line(each) for each in shown), choices=(more,) if behind else ())


def _line(of: Row[Any]) -> Article:
    return Article(
        prose(of.name),
        service.ref(of),
        facts=((Text("核对"), _spoken(of.checked) if of.checked else Text("还没有过")),),
        choices=(Choice(Text("打开"), press("keepservice", of.id)),),
    )


@on("staff.service", head="keepservice", allow=anybody, private=True)
def keep(talk: Talk, number: int | None = None) -> Card:
    """What a card says, for who answers for it."""
    of = _kept(talk, number, None, _CHECK_WHICH)
    stop = Choice(Text("停办这项"), press("pauseservice", of.id))
    go_on = Choice(Text("恢复办理"), press("resumeitem", of.id))
    choices = (Choice(Text("核对过了"), press("checkeditem", of.id)), go_on if of.paused else stop, _LIST)
    shown = replace(service_cards.article(talk, of), choices=choices)
    text = Text("写得对就记下核对过了；不对，请管理员改服务目录。")
    return Card(text, articles=(shown,))


@on(
    "staff.service",
    head="checkeditem",
    allow=anybody,
    private=True,
    example=Text("居住证办理核对过了"),
    for_staff=True,
    rank=132,
    phrases=_CHECKED,
    reads=_on_day,
)
def checked(
    talk: Talk, number: int | None = None, services: list[int] | None = None, day: str | None = None
) -> Card:
    """Today, where no other day is said."""
    of = _kept(talk, number, services, _CHECK_WHICH)
    today = _today(talk)
    on_day = date.fromisoformat(day) if day else today
    name, said = prose(of.name), _spoken(on_day)
    if on_day > today:
        text = Text("请说今天或以前的日子，「{service}」还没到{day}。", service=name, day=said)
        return Card(text, choices=(_LIST,), tone="notice", refs=(service.ref(of),))
    if of.checked is not None and of.checked >= on_day:
        text = Text("不用再记，「{service}」{day}核对过了。", service=name, day=_spoken(of.checked))
        return Card(text, choices=(_LIST,), tone="done", refs=(service.ref(of),))
    duty.check_real(talk.db, talk.person.id)
    service_keeping.note_checked(talk.db, of, on_day, talk.person.id, talk.now, talk.zone)
    text = Text("记下了，「{service}」{day}核对过，卡片上写的就是这天。", service=name, day=said)
    return Card(text, choices=(_LIST,), tone="done", refs=(service.ref(of),))


@on(
    "staff.service",
    head="pauseservice",
    allow=anybody,
    private=True,
    example=Text("暂停居住证办理"),
    for_staff=True,
    rank=133,
    phrases=_PAUSE,
    reads=catalogue_meant.named,
)
def pause(talk: Talk, number: int | None = None, services: list[int] | None = None) -> Card:
    """With a reason that everybody reads; what is booked stays."""
    of = _kept(talk, number, services, _PAUSE_WHICH)
    name, again = prose(of.name), Choice(Text("恢复办理"), press("resumeitem", of.id))
    if of.paused:
        text = Text("「{service}」已经停着了，不用再停。", service=name)
        return Card(text, choices=(again,), tone="notice", refs=(service.ref(of),))
    about = (catalogue_meant.subject(of),)
    question = Text("为什么停？写一句就行，来办的人会看到。")
    why = talk.ask("why", question, check=checks.words, about=about)
    ahead = service_keeping.booked(talk.db, of.id, talk.now)
    if ahead:
        sure = Text(
            "暂停「{service}」吗？原因：{reason}\n不再收新的；已约的{count}位照旧来办。",
            service=name,
            reason=why,
            count=ahead,
        )
    else:
        sure = Text("暂停「{service}」吗？原因：{reason}\n不再收新的预约和取号。", service=name, reason=why)
    if talk.ask("sure", sure, _YES, _NO, about=about) == "no":
        return Card(Text("好的，没有停，照常办。"), choices=menu())
    duty.check_real(talk.db, talk.person.id)
    service_keeping.set_paused(talk.db, of, talk.person.id, talk.now, paused=True, reason=why)
    text = Text("「{service}」停了，来看的人会看到原因。要恢复，跟我说一声就行。", service=name)
    return Card(text, choices=(again,), tone="done", refs=(service.ref(of),))


@on(
    "staff.service",
    head="resumeitem",
    allow=anybody,
    private=True,
    phrases=_RESUME,
    reads=catalogue_meant.named,
)
def resume(talk: Talk, number: int | None = None, services: list[int] | None = None) -> Card:
    of = _kept(talk, number, services, _RESUME_WHICH)
    name = prose(of.name)
    look = Choice(Text("办事详情"), press("service", of.id))
    if not of.paused:
        text = Text("「{service}」没有停，一直在办。", service=name)
        return Card(text, choices=(look,), tone="notice", refs=(service.ref(of),))
    duty.check_real(talk.db, talk.person.id)
    service_keeping.set_paused(talk.db, of, talk.person.id, talk.now, paused=False)
    text = Text("「{service}」恢复了，现在可以来办。", service=name)
    return Card(text, choices=(look,), tone="done", refs=(service.ref(of),))


@job("services to check", next=lambda db, _schedule: service_keeping.next_look(db))
def remind(db: Db, now: datetime, schedule: Schedule) -> bool:
    """Once a month at most each officer hears how much of his is to be checked."""
    today = now.astimezone(schedule.zone).date()
    due = service_keeping.looked_at(db, now)
    officers = dict.fromkeys(each for of in due for each in service_keeping.officers(db, of.id))
    for officer in officers:
        count = len(service_keeping.stale(db, officer, today))
        if not count:
            continue
        text = Text("请有空核对一下办事指南，有{count}项超过180天没人看过。", count=count)
        key = f"services to check:{officer}:{today:%Y-%m}"
        cards = [Card(text, choices=(_LIST,), tone="notice")]
        notice.tell_member(db, cards, officer, now, key=key, kind="reminder", rests=True)
    return False


def _kept(talk: Talk, number: int | None, services: list[int] | None, question: Text) -> Row[Any]:
    """The service that is meant, where this member is staff of a place that gives it. Raises Refusal."""
    of = catalogue_meant.one(talk, number, services, question)
    service_keeping.check_keeps(talk.db, talk.person.id, of)
    return of


def _today(talk: Talk) -> date:
    return talk.now.astimezone(talk.zone).date()


def _spoken(day: date) -> Text:
    return Text("{year}年{month}月{day}日", year=day.year, month=day.month, day=day.day)
