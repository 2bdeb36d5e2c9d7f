"""A proof of service for whoever served, free of charge; and its check, for anybody who holds one."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from handlers.activity_cards import BROWSE
from handlers.checks import bare
from handlers.hours import MINE
from handlers.papers import fonts
from handlers.proof_files import attached
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import invite, profile, proof, served
from models.card import Card, Choice
from models.folding import clean
from models.hours import spoken
from models.refusal import Refusal
from models.text import Moment, Text, as_said

_LONGEST_NAME = 30
_PROVE = (
    Phrase(
        r"(?:志愿|义工|公益|服务时长|时长)(?:者)?(?:服务|活动)?(?:时长|记录|小时)?的?证(?:明|书)|"
        r"^(?:帮我|给我|我要|我想|请)*(?:开|出|打|要|申请)(?:一)?(?:份|张|个)?(?:服务)?证明[吧了。.!]*$|"
        r"(?:proof|certificate|letter|record) of (?:my )?(?:volunteer(?:ing)?|service)|"
        r"(?:volunteer(?:ing)?|service)(?: hours?| service)? (?:certificate|proof|letter)",
        weight=5,
        unless="核对|核验|验证|真的假的|真伪|verify|genuine|居住|居住证|在职|收入",
    ),
)
_CHECK = (
    Phrase(
        r"(?:核对|核验|验证|查验|查一下|验一下).{0,8}证明|证明.{0,10}(?:真的|真假|真伪|核对|核验|验证|有效吗)|"
        r"(?:verify|check|is) .{0,20}(?:proof|certificate)|^verify \d",
        weight=6,
    ),
)
_GIVEN = re.compile(r"(\d{1,9})[^0-9a-z]{0,4}([0-9a-z]{4}[ \-]?[0-9a-z]{4})(?![0-9a-z])")
_DATE = re.compile(r"(\d{4})(?:[年./-](\d{1,2})(?:[月./-](\d{1,2})(?:日|号)?|月?)|年?)")
_YES = Option("yes", Text("开证明"), ("确认", "是", "好", "对", "yes", "ok", "confirm"))
_NO = Option("no", Text("不开了"), ("不", "不用", "算了", "no"))
_IDENTITY = re.compile(r"\d{3}[\dXx]")


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included."""

    since: date
    until: date


@on(
    "hours.proof",
    head="proof",
    allow=anybody,
    example=Text("开志愿服务证明"),
    rank=28,
    private=True,
    phrases=_PROVE,
)
def prove(talk: Talk) -> Card:
    everything = served.of(talk.db, talk.person.id, talk.zone)
    if not everything.minutes:
        sentence = Text("请先参加一场志愿活动，到场签到。您现在没有志愿时长，还开不了证明。")
        talk.leave(Refusal("proof.nothing", sentence), BROWSE)
    talk.steps = 4
    days = _days(talk, everything)
    found = served.of(talk.db, talk.person.id, talk.zone, days.since, days.until)
    try:
        proof.check(talk.db, talk.person.id, found, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, Choice(Text("换个时间"), press("proof")), MINE)
    name = _name(talk)
    skip = Option("", Text("跳过"), ("不填", "不用", "没有", "skip", "no"))
    asked = Text("要写身份证后四位吗？只要后四位，不写也可以，点“跳过”。")
    identity = talk.ask("identity", asked, skip, check=_last_four)
    preview = Text(
        "{name}，{times}次，共{hours}小时，开这份证明，对吗？不收费。",
        name=as_said(name),
        times=len(found.counted),
        hours=spoken(found.minutes),
    )
    if talk.ask("sure", preview, _YES, _NO) == "no":
        return Card(Text("好的，没有开。"), choices=(MINE,))
    number = proof.make(
        talk.db, talk.person.id, name, identity or None, found, days.since, days.until, talk.now
    )
    made = proof.own(talk.db, talk.person.id, number)
    assert made is not None
    text = Text(
        "证明开好了，编号{number}，核验码{code}。拿到它的人扫上面的码，或者发“核对证明 {number} {code}”，就知道真不真。",
        number=proof.number_on_paper(number),
        code=proof.code_on_paper(made.code),
    )
    return Card(text, choices=(MINE,), tone="done", attachments=(attached(made),))


def _days(talk: Talk, everything: served.Served) -> Days:
    """Which days it is about; offered are those in which something was served."""
    today = talk.now.astimezone(talk.zone).date()
    first = min(line.starts for line in everything.counted).astimezone(talk.zone).date()
    years = {line.starts.astimezone(talk.zone).year for line in everything.counted}
    options: list[Option[Any]] = [Option("all", Text("全部"), ("所有", "all", "everything"))]
    if today.year in years and len(years) > 1:
        options.append(Option("this", Text("今年"), ("this year",)))
    if today.year - 1 in years and len(years) > 1:
        options.append(Option("last", Text("去年"), ("last year",)))
    asked = Text("证明哪段时间的服务？也可以写“2026年3月到2026年10月”。")
    chosen: str | Days = talk.ask("days", asked, *options, check=read_days)
    if isinstance(chosen, Days):
        return chosen
    if chosen == "all":
        return Days(first, today)
    return _year(today.year, today) if chosen == "this" else _year(today.year - 1, today)


def _year(year: int, today: date) -> Days:
    return Days(
        date(year, 1, 1), min(date(year, 12, 31), today) if year == today.year else date(year, 12, 31)
    )


def read_days(text: str) -> Days:
    """A year, a month, or from one of these or a day to another. Raises Refusal."""
    found = _DATE.findall(bare(text))
    try:
        spans = [_span(int(year), int(month or 0), int(day or 0)) for year, month, day in found[:2]]
        days = Days(spans[0].since, spans[-1].until)
    except (ValueError, IndexError):
        raise Refusal("proof.days", Text("请写从哪年哪月到哪年哪月，比如“2026年3月到2026年10月”。")) from None
    if days.since > days.until:
        raise Refusal("proof.days", Text("请先写早的，再写晚的，比如“2026年3月到2026年10月”。"))
    return days


def _span(year: int, month: int, day: int) -> Days:
    if day:
        return Days(date(year, month, day), date(year, month, day))
    if month:
        following = date(year + month // 12, month % 12 + 1, 1)
        return Days(date(year, month, 1), following - timedelta(days=1))
    return Days(date(year, 1, 1), date(year, 12, 31))


def _name(talk: Talk) -> str:
    """As it is to stand there; what we call him is offered where it can be drawn."""
    known = profile.find(talk.db, talk.person.id).name
    options = [Option(known, as_said(known))] if known and not fonts.missing(known, "serif") else []
    asked = Text("证明上写什么名字？请写真实姓名。")
    chosen: str = talk.ask("name", asked, *options, check=_drawable)
    return chosen


def _drawable(text: str) -> str:
    name = clean(text)
    if not name or len(name) > _LONGEST_NAME:
        raise Refusal("proof.name", Text("请写真实姓名，最多{count}个字。", count=_LONGEST_NAME))
    if missing := fonts.missing(name, "serif"):
        sentence = Text("请换个写法：这几个字印不出来：{letters}。也可以到服务站手写。", letters=missing)
        raise Refusal("proof.letters", sentence)
    if not fonts.drawable(name, "serif"):
        raise Refusal("proof.name", Text("请写真实姓名，最多{count}个字。", count=_LONGEST_NAME))
    return fonts.drawable(name, "serif")


def _last_four(text: str) -> str:
    plain = bare(text)
    if not _IDENTITY.fullmatch(plain):
        raise Refusal("proof.identity", Text("请只写后四位，比如“123X”，不要写整个号码；或者点“跳过”。"))
    return plain.upper()


# The check.


def _read(reading: Reading) -> Arguments:
    found = _GIVEN.search(reading.text)
    return {"said": f"{found[1]} {found[2]}"} if found else {}


@on(
    "hours.verify",
    head="verify",
    allow=anybody,
    example=Text("核对证明"),
    rank=90,
    phrases=_CHECK,
    reads=_read,
)
def verify(talk: Talk, code: str | None = None, said: str | None = None) -> Card:
    """Whether it is genuine, which days and how many hours: no name, no activity. Who guesses is stopped."""
    given = code or said
    if given is None:
        given = talk.ask(
            "given", Text("请把证明上的编号和核验码发来，比如“00000012 ABCD-2345”。"), check=_both
        )
    read = proof.read(given)
    if until := invite.locked_until(talk.db, talk.person.id, talk.now):
        return Card(
            Text("请{at}以后再核对，试错的次数太多了。", at=Moment(until)), choices=menu(), tone="notice"
        )
    genuine = proof.verify(talk.db, *read) if read else None
    if genuine is None:
        invite.miss(talk.db, talk.person.id, talk.now)
        text = Text("请再看看编号和核验码：我们没有开过这样的证明，或者它的主人已经删除了账号。")
        return Card(text, choices=(Choice(Text("再核对一次"), press("verify")),), tone="notice")
    return Card(
        Text(
            "这份证明是真的：编号{number}，{since}至{until}，志愿服务{times}次，共{hours}小时。",
            number=proof.number_on_paper(genuine.number),
            since=genuine.since,
            until=genuine.until,
            times=genuine.times,
            hours=spoken(genuine.minutes),
        ),
        tone="done",
    )


def _both(text: str) -> str:
    if proof.read(text) is None:
        raise Refusal("proof.code", Text("请把编号和核验码都发来，比如“00000012 ABCD-2345”。"))
    return text
