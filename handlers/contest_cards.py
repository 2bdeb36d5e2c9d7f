"""A contest's topics and teams as they are shown."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import project_cards
from handlers.talk import Talk, press
from handlers.understanding import parts
from models import board, contest, contest_code, project, project_copying, project_making
from models.card import Article, Attachment, Card, Choice
from models.database import Db
from models.text import Moment, Several, Text, as_said, prose


def topic_article(title: Text, closes: datetime, summary: str | None) -> Article:
    facts = ((Text("交方案"), Text("到{when}", when=Moment(closes))),)
    return Article(title, "", facts=facts, body=prose(summary) if summary else None)


def line(row: Row[Any], *choices: Choice) -> Article:
    """A topic in a list."""
    facts = ((Text("交方案"), Text("到{when}", when=Moment(row.closes))),)
    return Article(
        prose(row.title),
        "",
        facts=facts,
        choices=choices or (Choice(Text("看题目"), press("topicshow", row.id)),),
    )


def asked(db: Db, number: int) -> Text:
    """The sides that a team needs."""
    contest_board = board.find(db, number)
    names = tuple(prose(each["name"]) for each in contest_board.sides) if contest_board else ()
    return Text("{sides}", sides=Several(names))


def team(db: Db, one: Row[Any]) -> tuple[tuple[Text, Text], ...]:
    """Who stands for which side, and which sides nobody stands for yet."""
    found = [(prose(row.side), as_said(row.name)) for row in contest.team(db, one.id)]
    return (*found, *((prose(side), Text("还缺一家")) for side in contest.missing(db, one)))


def article(db: Db, one: Row[Any], *choices: Choice) -> Article:
    """An entry, as its team and staff read it."""
    facts = [(Text("状态"), project.STATES[one.state]), *team(db, one)]
    if plans := project_copying.plans(db, one.id):
        facts.append((Text("需要"), parts.said(plans)))
    body = as_said(one.summary) if one.summary else None
    return Article(
        project_cards.name(one), project_cards.ref(one), facts=tuple(facts), body=body, choices=choices
    )


def entry_card(talk: Talk, number: int, lead: Text) -> Card:
    """What the team reads, with the code by which others come in while it is not handed in."""
    one = project_making.find(talk.db, number)
    assert one is not None
    if one.state != "draft":
        return Card(lead, articles=(article(talk.db, one),), tone="done")
    says = f"entryjoin {contest_code.sign(talk.vault, one.id)}"
    text = Text("{lead}\n{code}", lead=lead, code=says)
    shown = article(talk.db, one, Choice(Text("交方案"), press("entryplan", one.id)))
    return Card(
        text, articles=(shown,), tone="done", attachments=(Attachment("qr", Text("加入的码"), says=says),)
    )
