"""Handing a shift to a colleague: which one, to whom, and the code by which he may take it; see takeovers.py."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, checks, shifts
from handlers.activity_cards import BROWSE, MY_LIST
from handlers.takeovers import name_of, rests
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading, read
from models import activity, duty, handover, notice, registered, shift_role
from models.activity import Listing
from models.card import Article, Attachment, Card, Choice
from models.folding import clean, fold
from models.refusal import Refusal
from models.registered import Held
from models.text import Moment, Text, as_said, prose

_OFFERED = 8
_SHIFT = r"(?:班次|班|值守|值班|岗位|岗|排班|时段|shift)"
_TO = r"(?:转给|转让给|让给|交给|换给|移交给|托给)"
_TO_WHOM = re.compile(
    rf"{_TO}\s*(?P<zh>(?!别人|同事|谁|其他|人)[^,，。.!！?？]{{1,20}}?)(?:吧|了|去|来)?[。.!！\s]*$"
    r"|^(?P<instead>[^,，。.!！?？\s]{2,6}?)(?:替|代)我(?:去|上|来|值)"
    rf"|\b(?:hand|give|pass|transfer)\b.*\b{_SHIFT}\b.*?\bto (?P<en>(?!an? (?:colleague|friend)|some)[^,.!?]{{1,30}}?)[.!\s]*$",
    re.IGNORECASE,
)
_GIVE = (
    Phrase(rf"(?:把|将)?.*{_TO}.*", weight=5, unless="客服|人工|站长|工作人员|诉求|投诉|问题|吗$|\\?"),
    Phrase(
        rf"^(?:我想|我要|帮我|请)?(?:转班|换班|转给同事|找人替班|找人接班|找人替我)|{_SHIFT}.{{0,4}}(?:转出去|转掉|转给(?:别人|同事))",
        weight=5,
    ),
    Phrase(r"^\S{2,6}(?:替|代)我(?:去|上|值).{0,20}(?:班|值守|值班|岗)", weight=5),
    Phrase(
        rf"\b(?:hand|give|pass|transfer|swap)\b.{{0,30}}\b(?:my|the)\b.{{0,40}}\b{_SHIFT}s?\b",
        weight=5,
        unless=r"^how|\?$",
    ),
)


def _given(reading: Reading) -> Arguments:
    """Which of one's shifts, and to whom, as far as it is said."""
    said = clean(reading.said)
    found = _TO_WHOM.search(said)
    called = next((part for part in found.groups() if part), None) if found else None
    before = said
    if found and not found["instead"]:
        before = said[: found.start("en" if found["en"] else 0)]
    rest = read(before, reading.now, reading.person, reading.lexicon)
    when = rest.when
    return {
        "numbers": [title.number for title in (rest.shifts or rest.titles)],
        "first": when.first.isoformat() if when and when.first else None,
        "last": when.last.isoformat() if when and when.last else None,
        "clock": when.clock.isoformat() if when and when.clock else None,
        "role": rest.role,
        "called": called,
    }


@on("shift.handover", head="giveshift", allow=anybody, private=True, example=Text("把周六的值守转给同事"), rank=29,
    phrases=_GIVE, reads=_given)  # fmt: skip
def give(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    first: str | None = None,
    last: str | None = None,
    clock: str | None = None,
    role: str | None = None,
    called: str | None = None,
) -> Card:
    said = _Said(numbers or [], first, last, clock, role)
    wanted = activity.find(talk.db, number) if number else _which(talk, said)
    try:
        own = handover.check_give(talk.db, wanted, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, MY_LIST, Choice(Text("详情"), press("show", wanted.number)))
    about = (shifts.about(talk.db, wanted, own.role_id),)
    if called is None:
        question = Text("转给谁？请写对方在我们这里的称呼。")
        called = talk.ask("whom", question, check=checks.words, about=about)
    # What somebody else is called is not told: whether he is known here stays his own.
    until = handover.answer_by(wanted, talk.now)
    question = Text(
        "把「{title}」转给{name}，对吗？对方在{until}前答应才算，在那之前班还是您的。",
        title=prose(wanted.title),
        name=as_said(called),
        until=Moment(until),
    )
    yes = Option("yes", Text("确认转班"), ("确认", "是", "对", "好", "好的", "转", "yes", "ok"))
    no = Option("no", Text("先不转"), ("不", "不转", "算了", "no"))
    if talk.ask("sure", question, yes, no, about=about) == "no":
        return Card(Text("好的，没有转，班还是您的。"), choices=(MY_LIST,), refs=(wanted.ref,))
    # In the demo no visitor writes to another one.
    mute = duty.plays(talk.db, talk.person.id)
    to = None if mute else handover.colleague(talk.db, talk.person.id, called)
    key, code = handover.ask(talk.db, talk.vault, wanted, own, to, talk.now)
    if to is not None:
        _offer(talk, wanted, own, key, to, until)
    shown = as_said(f"{code:,}".replace(",", " "))
    text = Text(
        "请把这9位数字发给{name}，让对方发给我们：{code}\n"
        "对方和您同楼、同单位或同班，又用这个称呼，我们就已经去问了。"
        "{until}前没有人接，班还是您的，我们告诉您。",
        name=as_said(called),
        code=shown,
        until=Moment(until),
    )
    code_says = press("takeover", code)
    return Card(
        text,
        choices=(MY_LIST,),
        tone="done",
        refs=(wanted.ref,),
        attachments=(Attachment("qr", Text("接班码"), says=code_says),),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What a sentence says of the shift that is meant; what does not fit any of one's own was meant otherwise."""

    numbers: list[int]
    first: str | None
    last: str | None
    clock: str | None
    role: str | None

    def narrow(self, talk: Talk, own: list[Held]) -> list[Held]:
        for fits in (self._named, self._on_day, self._at_clock, self._with_role):
            own = [each for each in own if fits(talk, each)] or own
        return own

    def _named(self, _talk: Talk, one: Held) -> bool:
        return one.activity.number in self.numbers

    def _on_day(self, talk: Talk, one: Held) -> bool:
        day = one.activity.starts.astimezone(talk.zone).date().isoformat()
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def _at_clock(self, talk: Talk, one: Held) -> bool:
        return one.activity.starts.astimezone(talk.zone).time().isoformat() == self.clock

    def _with_role(self, talk: Talk, one: Held) -> bool:
        return bool(self.role and one.role and self.role in fold(shift_role.held(talk.db, one.role).name))


def _which(talk: Talk, said: _Said) -> Listing:
    """The one of one's own shifts that is meant, asked for where several could be."""
    own = [
        each
        for each in registered.mine(talk.db, talk.person.id, talk.now)
        if each.state == "confirmed" and each.guest is None and each.activity.starts > talk.now
    ]
    if not own:
        sentence = Text("请先报一个班，您现在没有可以转的。")
        talk.leave(Refusal("handover.nothing", sentence), MY_LIST, BROWSE)
    meant = [each.activity for each in said.narrow(talk, own)]
    if len(meant) == 1:
        return meant[0]
    options = [Option(each.number, activity_cards.label(each)) for each in meant[:_OFFERED]]
    about = tuple(Article(prose(each.title), each.ref) for each in meant[:_OFFERED])
    chosen = talk.ask("which", Text("转哪一班？"), *options, about=about)
    return next(each for each in meant if each.number == chosen)


def _offer(talk: Talk, wanted: Listing, own: Row[Any], key: int, to: int, until: datetime) -> None:
    """The colleague is asked, with all that he has to know."""
    text = Text(
        "{name}想请您接这个班，{until}前回复就行，不接也没关系。",
        name=name_of(talk.db, talk.person.id),
        until=Moment(until),
    )
    about = shifts.about(talk.db, wanted, own.role_id)
    choices = (
        Choice(Text("接这个班"), press("takeshift", key)),
        Choice(Text("不接"), press("leaveshift", key)),
        Choice(Text("详情"), press("show", wanted.number)),
    )
    notice.tell_member(
        talk.db,
        [Card(text, articles=(about,), choices=choices, tone="notice")],
        to,
        talk.now,
        key=f"handover:{key}",
        kind="answer",
        still=f"handover {key}",
        rests=rests(wanted, talk.now),
        expires=until,
    )
