"""Urgent calls: staff say how many are needed, where and when; volunteers say 我去 until there are enough."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, checks, seated
from handlers.activity_cards import BROWSE, MY_LIST
from handlers.checks import Number, read_number
from handlers.jobs import job
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding import times
from handlers.understanding.matcher import without
from handlers.understanding.reading import Reading, read
from models import activity, activity_publishing, call, delivery, duty, notice, place, registering
from models.activity import Listing
from models.activity_publishing import Plan
from models.card import Article, Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Span, Text, as_said, prose

MOST = 500
SLICE = 500
_OFFERED = 6
# 马上 is in half an hour, for two hours.
_AT_ONCE, _LENGTH = timedelta(minutes=30), timedelta(hours=2)
_CALL = r"(?:应急|紧急)(?:招募|集结|召集|征集|招|募集)|(?:urgent|emergency) (?:call(?: for)?|recruit\w*)"
_PHRASES = (
    Phrase(_CALL, weight=8, unless="吗$|\\?$|怎么"),
    Phrase(
        r"(?:马上|立刻|现在|急)(?:要|需要)?(?:招|招募|召集|征集).{0,8}(?:人|志愿者)",
        weight=7,
        unless="\\?|吗$",
    ),
)
_MANY = re.compile(
    r"(?<![\d:])(\d{1,3}|[一二两三四五六七八九十])\s*(?:个|位|名)?\s*(?:人|志愿者|volunteers?|people|helpers?)|(?<![\d:])(\d{1,3})\s*(?:位|名)"
)
_NOW = re.compile(r"马上|立刻|立即|现在|right now|\bnow\b|at once")
_FILLER = re.compile(
    rf"{_CALL}|^(?:请|帮我)|志愿者|\b(?:volunteers?|people|for|to|at|in|we|need|the)\b|(?<=\s)(?:到|去|在|来)|^(?:到|去|在|来)|需要|招募|要?招(?=\s)|急?要(?=\s)"
)
_YES = Option("yes", Text("确认招募"), ("确认", "是", "对", "好", "发", "招募", "yes", "ok", "confirm"))
_NO = Option("no", Text("先不招"), ("不", "不发", "不招", "算了", "no"))


def _said(reading: Reading) -> Arguments:
    """How many, where, when and for what, as far as it is said."""
    when, rest = times.find(reading.text, reading.now.astimezone(reading.lexicon.zone))
    many = _MANY.search(rest)
    what = without(rest, [match for match in reading.matches if match.found.sort == "place"])
    what = _FILLER.sub(" ", _NOW.sub(" ", _MANY.sub(" ", what)))
    span = _span(reading)
    return {
        "needed": read_number(next(part for part in many.groups() if part)) if many else None,
        "where": reading.named_places[-1] if reading.named_places else None,
        "span": [each.isoformat() for each in span] if span and (when or _NOW.search(reading.text)) else None,
        "what": re.sub(r"[\s,，。.:：;；!！]+", " ", what).strip() or None,
    }


def _span(reading: Reading) -> tuple[datetime, datetime] | None:
    """From when to when: 今天14:00-16:00, or 马上; None where it is not said to the hour."""
    when, zone = reading.when, reading.lexicon.zone
    here = reading.now.astimezone(zone)
    if when is None or when.clock is None:
        if not _NOW.search(reading.text):
            return None
        starts = here + _AT_ONCE
        return starts.replace(second=0, microsecond=0), starts.replace(second=0, microsecond=0) + _LENGTH
    day = when.first or here.date()
    starts = datetime.combine(day, when.clock, zone)
    until: time | None = when.until
    ends = datetime.combine(day, until, zone) if until else starts + _LENGTH
    return starts, ends if ends > starts else ends + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _When:
    """A typed time, which is to come."""

    talk: Talk

    def __call__(self, said: str) -> list[str]:
        span = _span(read(said, self.talk.now, self.talk.person, self.talk.lexicon))
        if span is None:
            raise Refusal("call.when", Text("请写哪天几点到几点，比如“今天14:00-16:00”。"))
        if span[0] <= self.talk.now:
            raise Refusal("call.past", Text("请写一个还没到的时间，比如“今天14:00-16:00”。"))
        return [each.isoformat() for each in span]


@on("staff.activity", head="urgentcall", example=Text("应急招募20人到服务站搬物资，今天14:00-16:00"),
    for_staff=True, rank=104, allow=anybody, private=True, phrases=_PHRASES, reads=_said)  # fmt: skip
def start(
    talk: Talk,
    needed: int | None = None,
    where: int | None = None,
    span: list[str] | None = None,
    what: str | None = None,
) -> Card:
    there = _where(talk, where)
    duty.check(talk.db, talk.person.id, there)
    if needed is None or not 1 <= needed <= MOST:
        check = Number(1, MOST, lambda _number: Text("请发1到{count}之间的数字。", count=MOST))
        needed = talk.ask("needed", Text("要几个人？"), check=check)
    if span is None or datetime.fromisoformat(span[0]) <= talk.now:
        span = talk.ask("when", Text("什么时候？比如“今天14:00-16:00”。"), check=_When(talk))
    if not what:
        what = talk.ask("what", Text("来做什么？比如“搬物资”。大家会看到。"), check=checks.words)
    plan = _plan(talk, there, needed, span, what)
    activity_publishing.check_new(talk.db, plan, talk.now)
    wide, count = call.reach(talk.db, there, talk.person.id, needed)
    if talk.ask("sure", _question(plan, needed, count, wide), _YES, _NO, about=(_about(talk, plan),)) == "no":
        return Card(Text("好的，没有招募，谁也没有通知。"), choices=menu())
    duty.check_real(talk.db, talk.person.id)
    wanted = activity_publishing.publish(talk.db, plan, talk.person.id, talk.now)
    call.make(talk.db, wanted, wide, talk.now)
    text = Text("正在问{count}位。够{needed}位就停，满了马上告诉您。", count=count, needed=needed)
    return Card(text, articles=(activity_cards.full(wanted, talk.now),), tone="done")


def _where(talk: Talk, named: int | None) -> int:
    own = duty.places(talk.db, talk.person.id)
    if named is not None:
        return named
    if not own:
        sentence = Text("请找服务站的工作人员，应急招募由他们发起。")
        talk.leave(Refusal("duty.nobody", sentence), Choice(Text("找工作人员"), press("person")), BROWSE)

    def known(words: str) -> int:
        found = read(words, talk.now, talk.person, talk.lexicon).named_places
        if not found:
            raise Refusal("call.place", Text("请换个说法，比如楼名、小区名。没有找到这个地方。"))
        return found[0]

    options = [Option(key, as_said(place.name(talk.db, key))) for key in own[:_OFFERED]]
    return int(talk.ask("where", Text("到哪里集合？点一个，或者说楼名、小区名。"), *options, check=known))


def _plan(talk: Talk, there: int, needed: int, span: list[str], what: str) -> Plan:
    starts, ends = (datetime.fromisoformat(each) for each in span)
    return Plan(
        # In the language of who wrote it, as all that staff write.
        title=f"Urgent help: {what}" if what.isascii() else f"应急集结：{what}",
        kind="volunteering",
        place_id=there,
        starts=starts,
        ends=ends,
        capacity=needed,
        tags=("志愿服务", "应急"),
        hours=round((ends - starts) / timedelta(hours=1), 1),
        companions=0,
        contact_id=talk.person.id,
    )


def _about(talk: Talk, plan: Plan) -> Article:
    facts = (
        (Text("时间"), Text("{span}", span=Span(plan.starts, plan.ends))),
        (Text("地点"), as_said(place.name(talk.db, plan.place_id))),
    )
    return Article(prose(plan.title), "", facts=facts)


def _question(plan: Plan, needed: int, count: int, wide: bool) -> Text:
    if wide:
        return Text(
            "「{title}」要{needed}位，马上问这里收通知的{count}位，对吗？志愿者不够，所以都问。够了就停。",
            title=prose(plan.title),
            needed=needed,
            count=count,
        )
    return Text(
        "「{title}」要{needed}位，马上问这里的{count}位志愿者，对吗？够了就停。",
        title=prose(plan.title),
        needed=needed,
        count=count,
    )


# Who is asked.


@on("activity.register", head="igo", allow=anybody, private=True)
def go(talk: Talk, number: int = 0) -> Card:
    """One press, one seat; who presses when there are enough is thanked."""
    wanted = activity.find(talk.db, number)
    if call.of(talk.db, wanted) is None:
        raise Refusal("call.none", Text("请用“报名”，这一场不是应急招募。"), wanted.ref)
    try:
        registering.check_open(talk.db, wanted, talk.person.id, talk.now)
        if wanted.free == 0:
            return _enough(wanted)
        with talk.db.savepoint("seat"):
            key = registering.register(talk.db, wanted, talk.person.id, 1, {}, talk.now)
    except Refusal as refusal:
        if refusal.code == "activity.full":
            return _enough(wanted)
        talk.leave(
            refusal,
            Choice(Text("详情"), press("show", wanted.number)),
            MY_LIST,
        )
    return seated.card(talk, wanted, key, Text("谢谢，您在名单里了。请按时到，来不了就点“取消报名”。"))


def _enough(wanted: Listing) -> Card:
    return Card(Text("够了，谢谢。人已经齐了，这次不用来。"), choices=(BROWSE,), refs=(wanted.ref,))


@on("call.decline", head="notgo", allow=anybody, private=True)
def decline(talk: Talk, number: int = 0) -> Card:
    """It is not noted anywhere; who said 我去 before has to cancel."""
    wanted = activity.find(talk.db, number)
    try:
        registering.check_cancel(talk.db, wanted, talk.person.id, talk.now)
    except Refusal:
        return Card(Text("好的，谢谢告诉我们，下次再请您。"), choices=(BROWSE,), refs=(wanted.ref,))
    cancel = Choice(Text("取消报名"), press("withdraw", wanted.number))
    return Card(Text("来不了请点“取消报名”，您现在还在名单里。"), choices=(cancel,), refs=(wanted.ref,))


def _next(db: Db, _schedule: Schedule) -> datetime | None:
    return call.next_due(db)


@job("urgent calls", next=_next)
def spread(db: Db, now: datetime, _schedule: Schedule) -> bool:
    """One slice of those who are asked, or the word to the caller that it is over."""
    if (over := call.next_filled(db, now)) is not None:
        _tell_caller(db, over, now)
        return True
    one = call.next_untold(db)
    if one is None:
        return False
    wanted = activity.held(db, one.activity_id)
    last = 0
    if wanted.stands(now) == "open":
        told = notice.shared(
            db,
            [_asks(wanted)],
            now,
            key=f"volunteers:{one.id}",
            kind="emergency",
            still=f"volunteers {one.id}",
            rests=not call.is_urgent(wanted, one.at),
            expires=wanted.starts,
        )
        last = delivery.fan_out(db, told, call.those_asked(db, one, wanted), now, now, "urgent", SLICE)
    if last:
        call.progress(db, one, last)
    else:
        call.done(db, one, now)
    return True


def _asks(wanted: Listing) -> Card:
    text = Text(
        "急需帮手：「{title}」要{count}位，您能来吗？够了就停。",
        title=prose(wanted.title),
        count=wanted.capacity or 0,
    )
    choices = (
        Choice(Text("我去"), press("igo", wanted.number)),
        Choice(Text("不去"), press("notgo", wanted.number)),
    )
    about = activity_cards.subject(wanted)
    return Card(text, articles=(about,), choices=choices, tone="notice")


def _tell_caller(db: Db, one: Row[Any], now: datetime) -> None:
    """Enough come, or it begins with fewer."""
    wanted = activity.held(db, one.activity_id)
    if not call.fill(db, one, now) or wanted.is_off or wanted.contact_id is None:
        return
    title = prose(wanted.title)
    text = Text("人齐了：「{title}」{count}位都有人了，不再问别人。", title=title, count=wanted.seats)
    if wanted.capacity is not None and wanted.seats < wanted.capacity:
        missing = wanted.capacity - wanted.seats
        text = Text(
            "还差{count}位：「{title}」要开始了，来{seats}位。",
            count=missing,
            title=title,
            seats=wanted.seats,
        )
    card = Card(
        text, choices=(Choice(Text("详情"), press("show", wanted.number)),), tone="notice", refs=(wanted.ref,)
    )
    notice.tell_member(
        db, [card], wanted.contact_id, now, lane="urgent", key=f"volunteers:{one.id}:over", kind="answer"
    )
