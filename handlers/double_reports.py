"""双报告: the card of a person's quarter, which goes to the unit after a yes, and the unit's report to the community."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import checks
from handlers.double_cards import (
    MY_CARD,
    asking,
    card_article,
    decisions,
    office_card,
    period,
    unit_card,
)
from handlers.jobs import job
from handlers.talk import Option, Phrase, Talk, anybody, menu, on, press
from models import double_registration, double_report, duty, notice, phone, quarter, standing
from models.card import Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Text, as_said

_MINE = (
    Phrase(
        r"^(?:看看|查看|查)?我(?:的)?(?:本季度|季度|这个季度的?)?(?:服务卡|双报告|季度卡)[。.!?]*$", weight=7
    ),
    Phrase(r"^my (?:service|quarterly) card[.!?]*$", weight=7),
)


def _late(one: Row[Any]) -> Card:
    text = Text("不用再点，这份服务卡：{state}。", state=double_report.STATES[one.state])
    return Card(text, choices=(MY_CARD,))


def _mine(talk: Talk, number: int) -> Row[Any]:
    """One's own card. Raises Refusal, the same for all that is somebody else's."""
    one = double_report.find(talk.db, number)
    if one.kind != "person" or one.member_id != talk.person.id:
        raise Refusal("double.unknown", Text("请看看“我的双报到”，没有找到这一份。"))
    return one


@on(
    "double.report",
    head="mycard",
    allow=anybody,
    private=True,
    example=Text("我的服务卡"),
    rank=65,
    phrases=_MINE,
)
def mine(talk: Talk) -> Card:
    """The newest card, of this quarter or of the one before it."""
    this = quarter.of(talk.now, talk.schedule.zone)
    for of in (this, this.before):
        one = double_report.card(talk.db, talk.person.id, of.name)
        if one is not None and one.state not in ("empty", "superseded"):
            choices = decisions(one) if one.state in ("asked", "withheld", "agreed") else ()
            return Card(
                Text(
                    "{period}的服务卡：{state}。", period=period(one), state=double_report.STATES[one.state]
                ),
                articles=(card_article(one),),
                choices=choices,
            )
    text = Text("还没有服务卡。报到之后，每季度结束出一张，先请您看。")
    return Card(text, choices=(Choice(Text("我的双报到"), press("mydouble")),))


@on("double.report", head="cardyes", allow=anybody, private=True)
def confirm(talk: Talk, number: int = 0) -> Card:
    """Only after this yes it goes to the unit."""
    one = _mine(talk, number)
    if not double_report.confirm(talk.db, one, talk.now):
        return _late(one)
    if one.organization_id is None:
        return Card(Text("确认了，谢谢您。"), tone="done", choices=(MY_CARD,))
    _compile_again(talk, one)
    text = Text("确认了，会发给{unit}。想收回，说“我的服务卡”。", unit=as_said(one.unit))
    return Card(text, tone="done", choices=(MY_CARD,))


def _compile_again(talk: Talk, card: Row[Any]) -> None:
    """What his unit has already is another version from now on, with his name or without it."""
    if card.organization_id is None:
        return
    had = double_report.of_unit(talk.db, card.organization_id, card.quarter)
    if had is None or had.state not in ("compiled", "sent"):
        return
    made = double_report.compile_unit(talk.db, had, talk.schedule, talk.person.id, talk.now)
    if made is not None:
        tell_unit(talk.db, made, talk.now)


@on("double.report", head="cardno", allow=anybody, private=True)
def withhold(talk: Talk, number: int = 0) -> Card:
    one = _mine(talk, number)
    if not double_report.withhold(talk.db, one, talk.now):
        return _late(one)
    if one.state == "agreed":
        _compile_again(talk, one)
    yes = Choice(Text("还是发给单位"), press("cardyes", number))
    return Card(Text("好的，不发。单位看不到您的名字和这张卡。"), tone="done", choices=(yes,))


@on("double.report", head="cardwrong", allow=anybody, private=True)
def dispute(talk: Talk, number: int = 0) -> Card:
    """It goes to an officer, who corrects the records; then it is asked again."""
    one = _mine(talk, number)
    if one.state != "asked":
        return _late(one)
    no = Option("", Text("没有错"), ("没错", "算了", "no"))
    words = talk.ask("words", Text("哪里不对？比如“11月8日那场没有算”。"), no, check=checks.words, about=(card_article(one),))  # fmt: skip
    if not words:
        return Card(Text("好的，请再选一次。"), articles=(card_article(one),), choices=decisions(one))
    duty.check_real(talk.db, talk.person.id)
    if not double_report.dispute(talk.db, one, phone.seal_in(words, talk.vault), talk.now):
        return _late(double_report.find(talk.db, number))
    card = Card(
        Text(
            "请核对：{name}说{period}的服务卡不对，“{words}”。先改记录，再点“重新出卡”。",
            name=as_said(one.who or ""),
            period=period(one),
            words=as_said(phone.without(words)),
        ),
        articles=(card_article(one),),
        choices=(Choice(Text("重新出卡"), press("recount", number)),),
        tone="notice",
    )
    for officer in duty.officers(talk.db, one.place_id)[:1]:
        notice.tell_member(
            talk.db, [card], officer.id, talk.now, key=f"card:{number}:wrong", kind="answer", rests=True
        )
    return Card(Text("转给工作人员核对了。改好再请您看，没有您的确认不发。"), tone="done", choices=(MY_CARD,))


# Staff.


@on("staff.report", head="recount", allow=anybody, private=True)
def recount(talk: Talk, number: int = 0) -> Card:
    """The next version, from the records as they are now; what was frozen stays as it was."""
    one = double_report.find(talk.db, number)
    duty.check(talk.db, talk.person.id, one.place_id)
    duty.check_real(talk.db, talk.person.id)
    if one.kind != "person" or one.member_id is None or one.state == "superseded":
        return Card(Text("不用再点，已经有了新的一版。"), choices=menu())
    made = double_report.make_card(
        talk.db,
        one.member_id,
        quarter.named(one.quarter),
        talk.schedule,
        talk.person.id,
        talk.now,
        again=one.state == "disputed",
    )
    if made is None:
        return Card(Text("没有变化，记录和原来的一样。请先改记录，再重新出卡。"), choices=menu())
    ask(talk.db, made, talk.now)
    text = Text("出了第{version}版，已经请本人再看一次。", version=made.version)
    return Card(text, articles=(card_article(made),), tone="done")


def ask(db: Db, one: Row[Any], now: datetime) -> None:
    """M60: the one of whom the card is decides; a person without any record is not asked."""
    if one.state == "asked" and one.member_id is not None:
        notice.tell_member(
            db, [asking(one)], one.member_id, now, key=f"card:{one.id}", kind="question", rests=True
        )


# Units.


def tell_unit(db: Db, one: Row[Any], now: datetime) -> None:
    """M61: the unit's contact reads it first."""
    for contact in standing.representatives(db, one.organization_id)[:1]:
        card = unit_card(db, one)
        still = f"unitreport {one.id}"
        notice.tell_member(
            db, [card], contact.id, now, key=f"unit report:{one.id}", kind="answer", still=still, rests=True
        )


@on("double.report", head="unitreport", allow=anybody, private=True)
def unit_report(talk: Talk, number: int = 0) -> Card:
    """The newest version: an older one may name who has taken his yes back."""
    one = _theirs(talk, number)
    return unit_card(talk.db, double_report.of_unit(talk.db, one.organization_id, one.quarter) or one)


def _theirs(talk: Talk, number: int) -> Row[Any]:
    """A report of a unit that this person stands for. Raises Refusal."""
    one = double_report.find(talk.db, number)
    if one.kind != "unit" or not standing.stands_for(talk.db, talk.person.id, one.organization_id):
        raise Refusal("double.unknown", Text("请看看“我的双报到”，没有找到这一份。"))
    return one


@on("double.report", head="sendreport", allow=anybody, private=True)
def send(talk: Talk, number: int = 0) -> Card:
    """M62: the community's officers read the sums, and nobody's name."""
    one = _theirs(talk, number)
    duty.check_real(talk.db, talk.person.id)
    if not double_report.send(talk.db, one, talk.person.id, talk.now):
        return Card(
            Text("不用再点，这一版：{state}。", state=double_report.STATES[one.state]), choices=menu()
        )
    for officer in duty.officers(talk.db, one.place_id)[:1]:
        key = f"unit report:{number}:sent"
        notice.tell_member(
            talk.db, [office_card(one)], officer.id, talk.now, key=key, kind="answer", rests=True
        )
    return Card(Text("发给社区了，只有合计，没有人名。"), tone="done")


# By themselves.


@job("cards of the quarter", next=lambda db, _schedule: double_registration.next_report(db))
def make_cards(db: Db, now: datetime, schedule: Schedule) -> bool:
    """One registration at a time: the person's card, and a unit's report is planned."""
    done = double_registration.step_report(db, schedule, now)
    if done is None:
        return False
    one, of = done
    if one.organization_id is not None:
        double_report.collect(db, one.organization_id, one.place_id, of, schedule, now)
    if not one.whole and one.member_id is not None:
        made = double_report.make_card(db, one.member_id, of, schedule, None, now)
        if made is not None:
            ask(db, made, now)
    return True


@job("units' reports of the quarter", next=lambda db, _schedule: double_report.next_due(db))
def compile_units(db: Db, now: datetime, schedule: Schedule) -> bool:
    one = double_report.due(db, now)
    if one is None:
        return False
    made = double_report.compile_unit(db, one, schedule, None, now)
    if made is not None:
        tell_unit(db, made, now)
    return True
