"""社区伙伴: a unit becomes a partner for some of the community's aims, for a year, and is asked once about the next."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import checks
from handlers.jobs import job
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import addressee, duty, notice, partnership, phone, standing, unit
from models.card import Article, Card, Choice, State
from models.database import Db
from models.folding import fold
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Moment, Several, Text, as_said, prose

PARTNERS = Choice(Text("社区伙伴"), press("partners"))
_SHOWN = 10
_APPLY = (
    Phrase(
        r"(?:我|我们|我们公司|我们单位)?(?:想|要|申请|怎么|如何|愿意|可以)*(?:成为|加入|当|做|申请)(?:一个|个)?(?:社区|街道|你们的?)*(?:的)?(?:合作)?伙伴",
        weight=6,
        unless="有哪些|有谁|是谁|名单",
    ),
    Phrase(r"\bbecom(?:e|ing) a (?:community )?partner\b|\bpartner with (?:you|the community)\b", weight=6),
)
_LIST = (
    Phrase(
        r"(?:社区|街道)(?:的)?(?:合作)?伙伴(?:有)?(?:哪些|谁|名单|列表|单位)|(?:有哪些|哪些单位是|谁是)(?:社区|街道)?(?:的)?(?:合作)?伙伴|^社区伙伴[。.!?]*$",
        weight=6,
    ),
    Phrase(r"\bcommunity partners\b|who are (?:the|your) partners|^partners[.?]*$", weight=6),
)
_END = (
    Phrase(r"(?:不再|不想|不|退出|结束)(?:再)?(?:做|当|是)?(?:社区|街道)?(?:的)?(?:合作)?伙伴(?:关系)?(?:了)?[。.!]*$", weight=7),
    Phrase(r"\b(?:end|leave|stop) (?:the|our|being a) (?:community )?partner", weight=7),
)  # fmt: skip
_YES = Option("yes", Text("提交"), ("是", "对", "好", "确认", "yes", "ok"))
_NO = Option("no", Text("先不提交"), ("不", "不提交", "算了", "no"))
_ENDS = Option("yes", Text("结束伙伴关系"), ("结束", "是", "确认", "yes"))
_STAYS = Option("no", Text("先不结束"), ("不", "不结束", "算了", "no"))


class Aims:
    """Typed numbers or names of the aims that are shown: `1 3`, `1、3`, `共治和安全`, `都选`; gives their codes."""

    wants = "aims"

    def __init__(self, shown: Sequence[Row[Any]]) -> None:
        self._shown = shown

    def __call__(self, text: str) -> list[str]:
        said = fold(text).strip(" 。.!")
        if re.fullmatch(r"都|都选|全部|全选|全|all", said):
            return [row.code for row in self._shown]
        if re.fullmatch(r"(?:[1-9]\d?[\s、,和.]*)+", said):
            numbers = {int(digits) for digits in re.findall(r"\d+", said)}
            found = [row.code for nth, row in enumerate(self._shown, 1) if nth in numbers]
            if len(found) == len(numbers):
                return found
        named = [row.code for row in self._shown if fold(row.name) in said]
        if not named:
            raise Refusal("partnership.aims", Text("请发编号，比如“1 3”，可以选几个。"))
        return named


@on("partnership.apply", head="partner", allow=anybody, private=True, example=Text("我们公司想成为社区伙伴"), rank=62,
    phrases=_APPLY)  # fmt: skip
def apply(talk: Talk, number: int | None = None) -> Card:
    """`number` is the key of the organization, where it was chosen already."""
    chosen = _unit(talk, number)
    talk.keep(number=chosen.id)
    known = partnership.live(talk.db, chosen.id)
    if known is not None:
        return _stands(talk, known)
    aims = _aims(talk)
    none = Option("", Text("以后再说"), ("没有", "先不写", "跳过", "skip", "later"))
    gives = talk.ask(
        "gives",
        Text("您单位能提供什么？比如场地、志愿者、一堂课。可以不写。"),
        none,
        check=checks.words,
    )
    shown = _article(talk, chosen.name, aims, gives or None)
    question = Text("这样提交，对吗？工作人员看过才列进社区伙伴。")
    if talk.ask("sure", question, _YES, _NO, about=(shown,)) == "no":
        return Card(Text("好的，没有提交。"), choices=menu())
    duty.check_real(talk.db, talk.person.id)
    made = partnership.apply(
        talk.db, chosen.id, talk.person.id, aims, phone.seal_in(gives or None, talk.vault), talk.now
    )
    officers = duty.officers(talk.db, partnership.office(talk.db, made))[:3]
    asking = Card(
        Text("请看一看：{unit}想成为社区伙伴。", unit=as_said(chosen.name)),
        articles=(_article(talk, chosen.name, aims, phone.without(gives or "") or None),),
        choices=_decisions(made.id),
        tone="notice",
    )
    for officer in officers:
        key = f"partnership:{made.id}:applied:{officer.id}"
        notice.tell_member(talk.db, [asking], officer.id, talk.now, key=key, kind="answer", rests=True)
    text = Text("提交了，编号伙{number}。工作人员看过告诉您。", number=made.id)
    return Card(text, articles=(shown,), tone="done", choices=(PARTNERS,))


def _unit(talk: Talk, number: int | None) -> Row[Any]:
    """The unit for which somebody speaks, asked for where there are several. Leaves where there is none."""
    own = unit.represented(talk.db, talk.person.id, clubs=False)
    found = next((row for row in own if row.id == number), None)
    if found is not None:
        return found
    if not own:
        officer = addressee.nearest(talk.db, (talk.person.work_id, talk.person.home_id), {talk.person.id})
        sentence = Text("请先到服务站登记为单位联系人，再来申请。")
        if officer is not None and officer.name:
            sentence = Text(
                "请先找{name}登记为单位联系人，再来申请。伙伴由单位的联系人来申请。",
                name=as_said(officer.name),
            )
        talk.leave(Refusal("partnership.nobody", sentence), PARTNERS)
    if len(own) == 1:
        return own[0]
    options = [Option(row.id, as_said(row.name)) for row in own]
    key = talk.ask("unit", Text("为哪个单位申请？"), *options)
    return next(row for row in own if row.id == key)


def _aims(talk: Talk) -> list[str]:
    """One aim or more, tapped one after the other or typed at once."""
    everything = partnership.aims(talk.db)
    if not everything:
        talk.leave(Refusal("partnership.none", Text("请到服务站问一问，社区还没有列出共建方向。")), *menu())
    done = Option(["done"], Text("选好了"), ("好了", "就这些", "done"))
    chosen: list[str] = []
    while left := [row for row in everything if row.code not in chosen]:
        lines = tuple(
            Text("{nth} {name}", nth=str(nth), name=prose(row.name)) for nth, row in enumerate(left, 1)
        )
        question = Text(
            "参加哪些方向？发编号，可以选几个，比如“1 3”。\n{lines}", lines=Several(lines, lines=True)
        )
        if chosen:
            names = Several(tuple(prose(row.name) for row in everything if row.code in chosen))
            question = Text(
                "已选{names}。还要加就接着选，不加就点“选好了”。\n{lines}",
                names=names,
                lines=Several(lines, lines=True),
            )
        options = [Option([row.code], prose(row.name), (fold(row.name),)) for row in left]
        said = talk.ask(
            f"aims-{len(chosen)}", question, *options, *([done] if chosen else []), check=Aims(left)
        )
        if said == ["done"]:
            break
        chosen += said
        if len(said) > 1:
            break
    return chosen


def _article(talk: Talk, name: str, aims: Sequence[str], gives: str | None) -> Article:
    named = tuple(prose(row.name) for row in partnership.aims(talk.db) if row.code in aims)
    facts = [(Text("方向"), Text("{names}", names=Several(named)))]
    if gives:
        facts.append((Text("能提供"), as_said(gives)))
    return Article(as_said(name), "", facts=tuple(facts))


def _decisions(number: int) -> tuple[Choice, ...]:
    return (
        Choice(Text("同意"), press("partnerok", number)),
        Choice(Text("不同意"), press("partnerno", number)),
    )


def _stands(talk: Talk, one: Row[Any]) -> Card:
    """What a unit has applied for, or has, with what can be done."""
    gives = phone.open_in(one.gives, talk.vault)
    shown = _article(talk, one.name, one.aims, gives)
    stop = Choice(Text("退出伙伴"), press("partnerend", one.id))
    if one.state == "applied":
        text = Text("已经提交过，编号伙{number}，等工作人员看。", number=one.id)
        return Card(text, articles=(shown,), choices=(stop,))
    text = Text("已经是社区伙伴，编号伙{number}，到{until}为止。", number=one.id, until=Moment(one.until))
    steps: tuple[Choice, ...] = (stop, PARTNERS)
    if talk.now >= one.until - partnership.NOTE:
        steps = (Choice(Text("续一年"), press("partneron", one.id)), *steps)
    return Card(text, articles=(shown,), choices=steps)


# Staff.


def _theirs(talk: Talk, number: int) -> Row[Any]:
    """One that this officer may decide about. Raises Refusal."""
    one = partnership.find(talk.db, number)
    duty.check(talk.db, talk.person.id, partnership.office(talk.db, one))
    duty.check_real(talk.db, talk.person.id)
    return one


def _past(one: Row[Any]) -> Card:
    text = Text("不用再点，{unit}：{state}。", unit=as_said(one.name), state=partnership.STATES[one.state])
    return Card(text, choices=(PARTNERS,))


@on("partnership.decide", head="partnerok", allow=anybody, private=True)
def approve(talk: Talk, number: int = 0) -> Card:
    one = _theirs(talk, number)
    if not partnership.approve(talk.db, one, talk.person.id, talk.schedule, talk.now):
        return _past(partnership.find(talk.db, number))
    one = partnership.find(talk.db, number)
    text = Text("欢迎，{unit}是社区伙伴了，到{until}为止。到期前30天问您续不续。", unit=as_said(one.name),
                until=Moment(one.until))  # fmt: skip
    _tell(talk.db, one, Card(text, choices=(PARTNERS,), tone="notice"), talk.now, "approved")
    text = Text("同意了，{unit}已列进社区伙伴，已经告诉对方。", unit=as_said(one.name))
    end = Choice(Text("结束伙伴关系"), press("partnerend", number))
    return Card(
        text, articles=(_article(talk, one.name, one.aims, None),), tone="done", choices=(PARTNERS, end)
    )


@on("partnership.decide", head="partnerno", allow=anybody, private=True)
def decline(talk: Talk, number: int = 0) -> Card:
    one = _theirs(talk, number)
    if one.state != "applied":
        return _past(one)
    no = Option("", Text("先不定"), ("不", "算了", "no"))
    why = talk.ask(
        "reason", Text("原因写什么？{unit}会看到。", unit=as_said(one.name)), no, check=checks.words
    )
    if not why:
        return Card(Text("好的，还没有定。"), choices=_decisions(number))
    reason = phone.without(why)
    if not partnership.decline(talk.db, one, talk.person.id, reason, talk.now):
        return _past(partnership.find(talk.db, number))
    text = Text("这次没有通过，改一改可以再提。原因：{reason}", reason=as_said(reason))
    again = Choice(Text("再提一次"), press("partner", one.organization_id))
    _tell(talk.db, one, Card(text, choices=(again,), tone="notice"), talk.now, "declined")
    return Card(Text("好的，没有通过，原因已经告诉对方。"), choices=(PARTNERS,), tone="done")


def _tell(db: Db, one: Row[Any], card: Card, now: datetime, what: str) -> None:
    """The unit's contact hears of it."""
    whom = partnership.contact(db, one)
    if whom is not None:
        notice.tell_member(
            db, [card], whom, now, key=f"partnership:{one.id}:{what}", kind="answer", rests=True
        )


# Everybody.


def _aim_said(reading: Reading) -> Arguments:
    return {"said": reading.text}


@on("partnership.list", head="partners", allow=anybody, example=Text("社区伙伴有哪些"), rank=63, phrases=_LIST,
    reads=_aim_said)  # fmt: skip
def listed(talk: Talk, said: str = "") -> Card:
    """Under each aim its partners; under those that are named alone where some are."""
    known = partnership.active(talk.db, talk.now)
    everything = partnership.aims(talk.db)
    wanted = [row for row in everything if fold(row.name) in said] or everything
    articles = [
        Article(
            prose(aim.name),
            "",
            facts=((Text("伙伴"), _names([row for row in known if aim.code in row.aims])),),
        )
        for aim in wanted
    ]
    waits = [_waiting(talk, row) for row in partnership.waiting(talk.db, talk.person.id)]
    mine = unit.represented(talk.db, talk.person.id, clubs=False)
    become = Choice(Text("成为伙伴"), press("partner"))
    shown = (*waits[:_SHOWN], *articles[:_SHOWN])
    return Card(
        Text("社区伙伴现在有{count}家：", count=len(known)),
        articles=shown,
        choices=(become,) if mine else (),
        refs=tuple(f"organization:{row.code}" for row in known if any(a.code in row.aims for a in wanted)),
    )


def _names(rows: list[Row[Any]]) -> Text:
    if not rows:
        return Text("还没有")
    return Text("{names}", names=Several(tuple(as_said(row.name) for row in rows)))


def _waiting(talk: Talk, one: Row[Any]) -> Article:
    shown = _article(talk, one.name, one.aims, None)
    state = State(partnership.STATES["applied"], "warning")
    return Article(shown.title, "", state=state, facts=shown.facts, choices=_decisions(one.id))


# Another year, and the end.


@on("partnership.renew", head="partneron", allow=anybody, private=True)
def renew(talk: Talk, number: int = 0) -> Card:
    """One tap of the contact: nobody has to look again at what was approved and has not changed; staff hear of it
    and may end it."""
    one = partnership.find(talk.db, number)
    unit.check(talk.db, talk.person.id, one.organization_id, one.name)
    try:
        later = partnership.renew(talk.db, one, talk.person.id, talk.schedule, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, *([] if one.state == "active" else [Choice(Text("成为伙伴"), press("partner"))]))
    if later is None:
        return _stands(talk, partnership.find(talk.db, number))
    card = Card(
        Text("不用做什么：{unit}续了一年，到{until}。", unit=as_said(one.name), until=Moment(later)),
        choices=(Choice(Text("结束伙伴关系"), press("partnerend", number)),),
        tone="notice",
    )
    for officer in duty.officers(talk.db, partnership.office(talk.db, one))[:1]:
        key = f"partnership:{number}:renewed:{later:%Y%m%d}"
        notice.tell_member(talk.db, [card], officer.id, talk.now, key=key, kind="answer", rests=True)
    text = Text("续好了，到{until}为止。方向要改，到服务站说一声。", until=Moment(later))
    return Card(text, choices=(PARTNERS,), tone="done")


@on("partnership.end", head="partnerend", allow=anybody, private=True, phrases=_END)
def end(talk: Talk, number: int | None = None) -> Card:
    """By the unit, or by staff with a reason."""
    one = _to_end(talk, number)
    talk.keep(number=one.id)
    own = standing.stands_for(talk.db, talk.person.id, one.organization_id)
    if not own:
        duty.check(talk.db, talk.person.id, partnership.office(talk.db, one))
        duty.check_real(talk.db, talk.person.id)
    if one.state not in ("applied", "active"):
        return _past(one)
    reason = None
    if own:
        question = Text("结束后{unit}不再列在社区伙伴里。要结束吗？", unit=as_said(one.name))
        if talk.ask("sure", question, _ENDS, _STAYS) == "no":
            return Card(Text("好的，没有结束，一切照旧。"), choices=(PARTNERS,))
    else:
        no = Option("", Text("先不结束"), ("不", "算了", "no"))
        question = Text("结束的原因写什么？{unit}会看到。", unit=as_said(one.name))
        reason = phone.without(talk.ask("reason", question, no, check=checks.words))
        if not reason:
            return Card(Text("好的，没有结束，一切照旧。"), choices=(PARTNERS,))
    if not partnership.end(talk.db, one, talk.person.id, reason, talk.now):
        return _past(partnership.find(talk.db, one.id))
    if own:
        card = Card(
            Text("{unit}退出了社区伙伴，名单里已经没有。", unit=as_said(one.name)),
            choices=(PARTNERS,),
            tone="notice",
        )
        for officer in duty.officers(talk.db, partnership.office(talk.db, one))[:1]:
            key = f"partnership:{one.id}:ended:{officer.id}"
            notice.tell_member(talk.db, [card], officer.id, talk.now, key=key, kind="answer", rests=True)
    else:
        text = Text(
            "{unit}的伙伴关系结束了。原因：{reason}", unit=as_said(one.name), reason=as_said(reason or "")
        )
        _tell(talk.db, one, Card(text, choices=(PARTNERS,), tone="notice"), talk.now, "ended")
    return Card(
        Text("结束了，名单里已经没有{unit}。", unit=as_said(one.name)), choices=(PARTNERS,), tone="done"
    )


def _to_end(talk: Talk, number: int | None) -> Row[Any]:
    if number:
        return partnership.find(talk.db, number)
    for row in unit.represented(talk.db, talk.person.id, clubs=False):
        if (found := partnership.live(talk.db, row.id)) is not None:
            return found
    raise Refusal("partnership.none", Text("请看看名单，您单位现在不是社区伙伴。"))


@job("a year of partnership ends", next=lambda db, _schedule: partnership.next_due(db))
def tend(db: Db, now: datetime, _schedule: Schedule) -> bool:
    """One at a time: its contact is asked once about another year, and what was not prolonged ends."""
    done = partnership.step(db, now)
    if done is None:
        return False
    one, what = done
    if what == "note":
        _ask(db, one, now)
    elif what == "expired":
        text = Text("{unit}的伙伴关系到期了。还想参加，随时可以再申请。", unit=as_said(one.name))
        again = Choice(Text("再申请"), press("partner", one.organization_id))
        _tell(db, one, Card(text, choices=(again,), tone="notice"), now, "expired")
    return True


def _ask(db: Db, one: Row[Any], now: datetime) -> None:
    whom = partnership.contact(db, one)
    if whom is None:
        return
    text = Text(
        "续一年吗？{unit}的伙伴关系到{until}为止，点一下就续。",
        unit=as_said(one.name),
        until=Moment(one.until),
    )
    card = Card(
        text,
        choices=(
            Choice(Text("续一年"), press("partneron", one.id)),
            Choice(Text("不续了"), press("partnerend", one.id)),
        ),
        tone="notice",
    )
    notice.tell_member(
        db,
        [card],
        whom,
        now,
        key=f"partnership:{one.id}:another:{one.until:%Y%m%d}",
        kind="question",
        still=f"partnership {one.id}",
        rests=True,
        expires=one.until,
    )
