"""What staff set right about money: an amount that was entered wrongly, and a pledge of which nothing came."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import claim_news
from handlers.pledges import Amount, is_mine, line, who
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import duty, notice, pledging, project_making, project_people
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.text import Text, prose

_SHOWN = 10
_NO = ("不", "算了", "no")
_FIX = (
    Phrase(
        r"^(?:更正|改|修改|纠正)(?:一下)?(?:认\s*#?\d+(?:号)?(?:的)?)?(?:捐款)?到账(?:金额|数)?(?:认?\s*#?\d+(?:号)?)?[!.。]*$"
        r"|到账(?:金额)?(?:录|写|填)错了?[!.。]*$|^correct (?:a |the )?donations?(?: #?\d+)?[!.]*$",
        weight=8,
    ),
)
_NUMBER = re.compile(r"\d{1,9}")


def _said(reading: Reading) -> Arguments:
    found = _NUMBER.search(reading.text)
    return {"number": int(found[0])} if found else {}


def _found(talk: Talk, number: int) -> tuple[Row[Any], Row[Any]]:
    """A pledge to a project of one's own places, and the project. Raises Refusal."""
    one = pledging.find(talk.db, number)
    wanted = project_making.find(talk.db, one.project_id) if one is not None else None
    if one is None or wanted is None:
        raise Refusal("pledge.unknown", Text("请从清单里选一个，没有找到这个意向。"))
    project_people.check(talk.db, wanted, talk.person.id)
    return one, wanted


@on("pledge.correct", head="pledgefix", allow=anybody, private=True, phrases=_FIX, reads=_said)
def correct(talk: Talk, number: int = 0) -> Card:
    """The right amount, also none at all; it stays the day's on which it came."""
    if not number:
        return _which(talk)
    one, wanted = _found(talk, number)
    if one.state != "confirmed":
        return Card(Text("请先录入到账，这个意向还没有到账。"), articles=(line(one),))
    about = (_line(talk, one),)
    question = Text("实际到账多少元？没有到账就写“0”。")
    came = talk.ask("came", question, check=Amount(pledging.MOST, least=0), about=about)
    if came == one.delivered:
        return Card(Text("不用改，录的就是{amount}元。", amount=came), articles=(line(one),))
    yes, no = Option("yes", Text("更正到账"), ("好", "yes")), Option("no", Text("先不改"), _NO)
    sure = Text("从{before}元改成{after}元，对吗？合计跟着改。", before=one.delivered, after=came)
    if talk.ask("sure", sure, yes, no, about=about) == "no":
        return Card(Text("好的，没有改，一切照旧。"), articles=(line(one),))
    duty.check_real(talk.db, talk.person.id)
    if pledging.correct(talk.db, one, came, talk.person.id, talk.now):
        claim_news.settle(talk.db, wanted.id, talk.person.id, talk.now)
        _tell(talk, one, came)
    now, _ = _found(talk, number)
    return Card(Text("改好了，到账{amount}元，合计也改了。", amount=came), articles=(line(now),), tone="done")


@on("pledge.receive", head="pledgegone", allow=anybody, private=True)
def give_up(talk: Talk, number: int = 0) -> Card:
    """Nothing came of it: others may give what it kept, and who pledged is told once."""
    one, _ = _found(talk, number)
    if one.state != "offered":
        return Card(Text("请看一看，这个意向已经有了结果："), articles=(line(one),))
    yes, no = Option("yes", Text("不再等了"), ("好", "yes")), Option("no", Text("再等等"), _NO)
    sure = Text("不等这笔了吗？我们会告诉对方。")
    if talk.ask("sure", sure, yes, no, about=(_line(talk, one),)) == "no":
        return Card(Text("好的，再等等，一切照旧。"), articles=(line(one),))
    duty.check_real(talk.db, talk.person.id)
    if pledging.give_up(talk.db, one, talk.person.id, talk.now):
        text = Text(
            "想捐随时再记：给「{title}」的{amount}元意向没有到账，先不等了。",
            title=prose(one.title),
            amount=one.quantity,
        )
        _send(talk, one, text, f"given up:{one.id}")
    now, _ = _found(talk, number)
    return Card(Text("好的，不等这笔了，已经告诉对方。"), articles=(line(now),), tone="done")


def _which(talk: Talk) -> Card:
    """The last ones of one's own places."""
    if not duty.places(talk.db, talk.person.id):
        talk.leave(Refusal("duty.other", Text("请找服务站的工作人员，到账由他们录入。")), *menu())
    mine = [one for one in pledging.entered(talk.db) if is_mine(talk, one)][:_SHOWN]
    if not mine:
        queue = Choice(Text("录入到账"), press("pledgequeue"))
        return Card(Text("请先录入到账，现在没有可以更正的。"), choices=(queue,))
    articles = tuple(_line(talk, one, Choice(Text("更正到账"), press("pledgefix", one.id))) for one in mine)
    return Card(Text("更正哪一笔？最近录的在前："), articles=articles)


def _line(talk: Talk, one: Row[Any], *choices: Choice) -> Article:
    shown = line(one)
    return Article(
        shown.title, shown.ref, facts=((Text("谁"), who(talk, one)), *shown.facts), choices=choices
    )


def _tell(talk: Talk, one: Row[Any], came: int) -> None:
    """Who was told what came is told what really did."""
    text = Text(
        "请看一看：给「{title}」的到账更正成{amount}元，之前录错了。", title=prose(one.title), amount=came
    )
    _send(talk, one, text, f"corrected:{one.id}:{talk.now:%Y%m%d%H%M%S%f}")


def _send(talk: Talk, one: Row[Any], text: Text, key: str) -> None:
    if one.member_id is not None:
        card = Card(text, choices=(Choice(Text("我的捐款意向"), press("pledges")),), tone="notice")
        notice.tell_member(talk.db, [card], one.member_id, talk.now, key=key, kind="answer", rests=True)
