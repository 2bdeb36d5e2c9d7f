"""How the double report reads: a person's card, a unit's report to its contact, and the sums that the community gets."""

from typing import Any

from sqlalchemy import Row

from handlers.talk import press
from models import double_report, quarter
from models.card import Article, Card, Choice, State
from models.database import Db
from models.text import Several, Text, as_said, prose

MY_CARD = Choice(Text("我的服务卡"), press("mycard"))


def period(one: Row[Any]) -> Text:
    found = quarter.named(one.quarter)
    return Text("{year}年第{nth}季度", year=str(found.year), nth=str(found.nth))


def decisions(one: Row[Any]) -> tuple[Choice, ...]:
    """What its owner may say, in the order of the numbers to type."""
    yes = Text("确认并发给单位") if one.organization_id is not None else Text("确认")
    found = {
        "asked": (
            Choice(yes, press("cardyes", one.id)),
            Choice(Text("不对"), press("cardwrong", one.id)),
            Choice(Text("不发"), press("cardno", one.id)),
        ),
        "agreed": (Choice(Text("不发"), press("cardno", one.id)),),
        "withheld": (Choice(yes, press("cardyes", one.id)),),
    }
    return found.get(one.state, ())


def line(one: Row[Any]) -> Text:
    """3次、300分钟."""
    figures = one.figures
    return Text("{times}次、{minutes}分钟", times=figures["activities"], minutes=figures["minutes"])


def card_article(one: Row[Any]) -> Article:
    figures = one.figures
    facts = [(Text("活动"), line(one))]
    if figures["claims"]:
        facts.append((Text("认领送到"), Text("{count}件", count=figures["claims"])))
    if figures["needs"]:
        facts.append((Text("帮到的需求"), Text("{count}件", count=figures["needs"])))
    if one.unit:
        facts.append((Text("单位"), as_said(one.unit)))
    title = Text("{period}服务卡 第{version}版", period=period(one), version=one.version)
    return Article(title, "", facts=tuple(facts))


def asking(one: Row[Any]) -> Card:
    """M60."""
    if one.organization_id is None:
        text = Text("请看一遍，本季度：{line}。对吗？", line=line(one))
    else:
        text = Text("请看一遍，本季度：{line}。确认了才发给{unit}。", line=line(one), unit=as_said(one.unit))
    return Card(text, articles=(card_article(one),), choices=decisions(one), tone="question")


def unit_card(db: Db, one: Row[Any]) -> Card:
    """M61: those who said yes by name, the rest without names; the sum of one alone would be his card."""
    figures = one.figures
    lines = [
        Text("{name}：{line}", name=as_said(row.who) if row.who else Text("一位同事"), line=line(row))
        for row in (double_report.find(db, key) for key, _, _, said_yes in one.records["cards"] if said_yes)
    ]
    if figures["rest"] and figures["rest_minutes"] is not None:
        lines.append(
            Text(
                "其余{people}位合计：{times}次、{minutes}分钟",
                people=figures["rest"],
                times=figures["rest_activities"],
                minutes=figures["rest_minutes"],
            )
        )
    elif figures["rest"]:
        lines.append(Text("另有1位没有确认，不列数字"))
    text = Text(
        "{unit}{period}双报告：\n{lines}",
        unit=as_said(one.unit),
        period=period(one),
        lines=Several(tuple(lines) or (Text("没有同事的服务卡"),), lines=True),
    )
    choices = (Choice(Text("发给社区"), press("sendreport", one.id)),) if one.state == "compiled" else ()
    return Card(text, articles=(_sums(one),), choices=choices, tone="notice")


def office_card(one: Row[Any]) -> Card:
    """M62."""
    figures = one.figures
    text = Text(
        "{unit}的{period}双报告来了：报到的同事{people}位确认，{minutes}分钟。",
        unit=as_said(one.unit),
        period=period(one),
        people=figures["confirmed"],
        minutes=figures["confirmed_minutes"],
    )
    found = quarter.named(one.quarter)
    look = Choice(Text("看双报告"), press("quartercards", found.year * 10 + found.nth))
    return Card(text, articles=(_sums(one),), choices=(look,), tone="notice")


def _sums(one: Row[Any]) -> Article:
    """What the unit gave, and what came of the projects that it gave to."""
    figures = one.figures
    facts = [(Text("认领送到"), Text("{count}件", count=figures["claims"]))]
    if figures["sent"]:
        facts.append((Text("派出"), Text("{count}人", count=figures["sent"])))
    if figures["goods"]:
        goods = tuple(
            Text("{name}{quantity}{unit}", name=prose(name), quantity=quantity, unit=as_said(unit or ""))
            for name, unit, quantity in figures["goods"]
        )
        facts.append((Text("物资和支持"), Text("{goods}", goods=Several(goods))))
    if figures["people"]:
        said = Text("{people}人、{minutes}分钟", people=figures["people"], minutes=figures["minutes"])
        facts.append((Text("项目里的志愿者"), said))
    if figures["scores"]:
        scores = Several(tuple(Text("{score}分", score=score) for score in figures["scores"]))
        facts.append((Text("居民评分"), Text("{scores}", scores=scores)))
    title = Text(
        "{unit} {period} 第{version}版", unit=as_said(one.unit), period=period(one), version=one.version
    )
    state = State(double_report.STATES[one.state], "good" if one.state == "sent" else "warning")
    return Article(title, "", state=state, facts=tuple(facts))
