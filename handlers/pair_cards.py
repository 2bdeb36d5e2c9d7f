"""How pairs read: to each of both before and after they agree, and to the officer."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers.talk import Talk, press
from models import notice, pair, phone
from models.card import Article, Card, Choice
from models.text import Moment, Text, as_said

MINE = Choice(Text("我的结对"), press("mypairs"))


def wish_article(talk: Talk, one: Row[Any], *choices: Choice) -> Article:
    """For staff, and for whose it is."""
    facts = [(Text("谁"), _called(one.who)), (Text("地点"), as_said(one.place))]
    if one.words:
        facts.append((Text("说明"), as_said(phone.without(phone.open_in(one.words, talk.vault)))))
    title = Text("{side}：{kind}", side=pair.SIDES[one.side], kind=pair.KINDS[one.kind])
    return Article(title, "", facts=tuple(facts), choices=choices)


def _called(name: str | None) -> Text:
    return as_said(name) if name else Text("一位居民")


def called_other(one: Row[Any], member: int | None) -> Text:
    """What the other one of the two is called."""
    return _called(one.taker if one.giver_id == member else one.giver)


def _facts(one: Row[Any]) -> tuple[tuple[Text, Text], ...]:
    where = Text("{place}，工作人员陪同", place=as_said(one.place)) if one.accompanied else as_said(one.place)
    return (
        (Text("内容"), pair.KINDS[one.kind]),
        (Text("时间"), Text("{at}", at=Moment(one.meets))),
        (Text("地点"), where),
        (Text("工作人员"), _called(one.officer)),
    )


def invitation(one: Row[Any], member: int) -> Card:
    """Each is asked without learning who the other is."""
    asks = (
        Text("愿意吗？有一位邻居想要您能给的。第一次见面这样安排：")
        if one.giver_id == member
        else Text("愿意吗？有一位邻居能给您想要的。第一次见面这样安排：")
    )
    article = Article(Text("结对{number}", number=one.id), "", facts=_facts(one))
    return Card(
        asks,
        articles=(article,),
        choices=(
            Choice(Text("愿意"), press("pairyes", one.id)),
            Choice(Text("不愿意"), press("pairend", one.id)),
        ),
        tone="question",
    )


def together(one: Row[Any], member: int) -> Card:
    text = Text("配上了：和{name}第一次见面。", name=called_other(one, member))
    article = Article(Text("结对{number}", number=one.id), "", facts=_facts(one))
    return Card(text, articles=(article,), choices=_ways(one), tone="done")


def _ways(one: Row[Any]) -> tuple[Choice, ...]:
    return (
        Choice(Text("结束结对"), press("pairend", one.id)),
        Choice(Text("联系工作人员"), press("pairhelp", one.id)),
    )


def pair_article(talk: Talk, one: Row[Any]) -> Article:
    """For one of the two, who reads the other's name only once both agreed; for the officer both."""
    own = pair.side_of(one, talk.person.id)
    if own is None:
        title = Text("{giver}和{taker}", giver=_called(one.giver), taker=_called(one.taker))
        return Article(title, "", facts=_facts(one))
    if one.state == "asked":
        choices = (
            *(() if getattr(one, f"{own}_agrees") else (Choice(Text("愿意"), press("pairyes", one.id)),)),
            Choice(Text("不愿意"), press("pairend", one.id)),
        )
        return Article(
            Text("结对{number}（等双方答应）", number=one.id), "", facts=_facts(one), choices=choices
        )
    return Article(called_other(one, talk.person.id), "", facts=_facts(one), choices=_ways(one))


def tell(
    talk: Talk, whom: int, card: Card, key: str, still: str | None = None, expires: datetime | None = None
) -> None:
    notice.tell_member(
        talk.db, [card], whom, talk.now, key=key, kind="answer", still=still, rests=True, expires=expires
    )
