"""Hours by hand: staff enter what no code could prove, with a reason, and never more than was planned."""

import re
from decimal import Decimal

from handlers import activity_cards, checks
from handlers.activity_cards import BROWSE
from handlers.checks import DIGITS, bare
from handlers.hours import MINE
from handlers.moves import reason as reason_in
from handlers.moves import without_reason
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on
from handlers.understanding.reading import Reading
from models import activity, duty, entering, hours, notice, phone
from models.activity import Listing
from models.card import Card
from models.entering import Entry
from models.hours import spoken
from models.refusal import Refusal
from models.text import Text, as_said, prose

_OFFERED = 8
_COUNT = r"(?P<count>\d{1,2}(?:\.\d)?|[一二两三四五六七八九十]|半|one|two|three|four|half an?|an?)"
_UNIT = r"(?:个)?(?P<half>半)?(?:个)?(?P<unit>小时|钟头|分钟|hours?|minutes?)"
_LENGTH = re.compile(rf"(?<!\d){_COUNT}\s*{_UNIT}(?P<more>半)?")
_VERB = r"(?:补录|补记|补登|补加|补)"
_GIVE = re.compile(rf"(?:给|帮|替|为)(?P<who>[^,，。的]{{1,20}}?)的?{_VERB}(?P<rest>.*)", re.DOTALL)
_ADD = re.compile(
    rf"\b(?:add|enter|credit|record)\s+{_LENGTH.pattern}\s+(?:to|for)\s+(?P<who>.{{1,30}}?)"
    rf"(?:\s+(?:for|at|on)\s+(?P<rest>.*))?$",
    re.IGNORECASE | re.DOTALL,
)
_GRANT = (
    Phrase(
        rf"(?:给|帮|替|为).{{1,20}}?{_VERB}.{{0,8}}(?:小时|钟头|分钟|时长|时数)|^(?:我要|帮我|请)?{_VERB}(?:志愿|服务)*(?:时长|时数|小时)|"
        r"\b(?:add|enter|credit|record) .{1,20}hours? (?:to|for) |^(?:add|enter|credit|record) (?:volunteer |service )?hours\b",
        weight=6,
        unless="日历|提醒|calendar|remind",
    ),
)
_WORDS = {**DIGITS, "半": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "a": 1, "an": 1}
_YES = Option("yes", Text("确认补录"), ("确认", "是", "好", "对", "yes", "ok", "confirm"))
_NO = Option("no", Text("不补了"), ("不", "不用", "算了", "no"))


def length(text: str) -> int | None:
    """The minutes that a sentence says: 2小时, 一个半小时, 90分钟, half an hour; None where it says none."""
    found = _LENGTH.search(text.lower())
    if found is None:
        return None
    said = found["count"].replace("half an", "半").replace("half a", "半")
    count = Decimal(str(_WORDS[said])) if said in _WORDS else Decimal(said)
    if found["half"] or found["more"]:
        count += Decimal("0.5")
    each = 1 if found["unit"].startswith(("分", "minute")) else 60
    return int(count * each)


class Length:
    """So long, as 2小时 or a bare number of hours. Raises Refusal."""

    def __call__(self, text: str) -> int:
        plain = bare(text)
        if re.fullmatch(r"\d{1,2}(?:\.\d)?", plain):
            return int(Decimal(plain) * 60)
        if (minutes := length(plain)) is None:
            raise Refusal("hours.length", Text("请写多久，比如“2小时”或者“90分钟”。"))
        return minutes


def _said(reading: Reading) -> Arguments:
    """Whose, how long, for what and why; the reason is taken from what was typed, and not from what was folded."""
    said = reading.said.strip()
    why = reason_in(said)
    plain = without_reason(said)
    found = _GIVE.search(plain) or _ADD.search(plain)
    if found is None:
        return {"why": why}
    rest = found["rest"] or ""
    minutes = length(plain)
    return {
        "who": found["who"].strip(),
        "minutes": minutes,
        "what": _LENGTH.sub("", rest).strip(" ,，。") or None,
        "why": why,
    }


@on(
    "staff.activity",
    head="grant",
    example=Text("补录志愿时长"),
    for_staff=True,
    rank=106,
    allow=anybody,
    private=True,
    phrases=_GRANT,
    reads=_said,
)
def grant(
    talk: Talk,
    number: int | None = None,
    who: str | None = None,
    minutes: int | None = None,
    what: str | None = None,
    why: str | None = None,
) -> Card:
    entry = _which(talk, number, who, what)
    wanted = activity.find(talk.db, entry.activity)
    entering.check_may(talk.db, talk.person.id, wanted)
    entering.check_other(talk.person.id, entry.member, wanted)
    about = (activity_cards.subject(wanted),)
    name, title = as_said(entry.name), prose(wanted.title)
    left = hours.check_enter(talk.db, entry.registration, minutes or 1)
    if minutes is None:
        asked = Text("给{name}补多久？最多{hours}小时。", name=name, hours=spoken(left))
        minutes = talk.ask("minutes", asked, check=Length(), about=about)
        hours.check_enter(talk.db, entry.registration, minutes)
    if why is None:
        asked = Text("为什么要补录？写一句，{name}也会看到。", name=name)
        why = talk.ask("why", asked, check=checks.words, about=about)
    preview = Text(
        "给{name}补录「{title}」{hours}小时，对吗？\n原因：{why}",
        name=name,
        title=title,
        hours=spoken(minutes),
        why=why,
    )
    if talk.ask("sure", preview, _YES, _NO, about=about) == "no":
        return Card(Text("好的，没有补。"), choices=(BROWSE,))
    whole = hours.enter(
        talk.db, entry.registration, minutes, phone.seal_in(why, talk.vault), talk.person.id, talk.now
    )
    _tell(talk, entry, wanted, minutes, whole, why)
    text = Text("补好了，{name}的「{title}」补录{hours}小时。", name=name, title=title, hours=spoken(minutes))
    return Card(text, tone="done", refs=(wanted.ref,))


def _which(talk: Talk, number: int | None, who: str | None, what: str | None) -> Entry:
    """The registration that is meant, of those at what this person answers for."""
    found = entering.open_to(talk.db, talk.person.id, talk.now)
    if not found:
        _nobody(talk)
    if number is not None:
        found = [each for each in found if each.registration == number]
    elif who is not None:
        found = entering.open_to(talk.db, talk.person.id, talk.now, who, what)
    if not found:
        sentence = Text("请再看看名字：最近60天的志愿活动里，没有这个人的报名。只能给报过名的人补。")
        talk.leave(Refusal("hours.nobody", sentence), BROWSE)
    if len(found) == 1:
        talk.keep(number=found[0].registration)
        return found[0]
    shown = found[:_OFFERED]
    options = [
        Option(each.registration, Text("{name} · {title}", name=each.name, title=prose(each.title)))
        for each in shown
    ]
    chosen = talk.ask("which", Text("补哪一个？"), *options)
    return next(each for each in shown if each.registration == chosen)


def _nobody(talk: Talk) -> None:
    """Leaves with who may, where this person answers for nothing."""
    if duty.places(talk.db, talk.person.id):
        sentence = Text("请等活动开始后再补，您负责的地方最近60天没有志愿活动。")
        talk.leave(Refusal("hours.nowhere", sentence), BROWSE)
    sentence = Text("请找服务站的工作人员或者活动联系人，时长由他们来补。")
    talk.leave(Refusal("duty.nobody", sentence), MINE, BROWSE)


def _tell(talk: Talk, entry: Entry, wanted: Listing, minutes: int, whole: int, why: str) -> None:
    """Whose hours they are is told, and why."""
    if entry.member is None:
        return
    text = Text(
        "工作人员给您补录了「{title}」{hours}小时。原因：{why}",
        title=prose(wanted.title),
        hours=spoken(minutes),
        why=phone.without(why),
    )
    card = Card(text, choices=(MINE,), refs=(wanted.ref,))
    key = f"hours entered {entry.registration} {whole}"
    notice.tell_member(talk.db, [card], entry.member, talk.now, key=key, kind="answer", rests=True)
