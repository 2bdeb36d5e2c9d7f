"""The papers of a service as a list to tick off: what is ready, and what is still to be found."""

from typing import Any

from sqlalchemy import Row

from handlers import catalogue_meant
from handlers.talk import Phrase, Talk, anybody, menu, on, press
from models import service, ticking
from models.card import Article, Card, Choice, State
from models.refusal import Refusal
from models.text import Text, prose

_CASE = r"专窗?\s*[#＃]?\s*\d"
_LIST = (
    Phrase(
        r"材料(?:的)?清单|清单.{0,6}材料|材料.{0,6}(?:打勾|打钩|勾选|勾一下)|(?:我|还).{0,4}(?:差|缺|少)(?:哪|什么|几)(?:些|样|份)?材料|材料(?:备|准备)(?:齐|好|到)",
        weight=7,
        unless=_CASE,
    ),
    Phrase(
        r"\b(?:papers?|documents?)\b.{0,20}\b(?:checklist|tick|check off)|\b(?:checklist|tick)\b.{0,20}\b(?:papers?|documents?)\b",
        weight=7,
    ),
)
_WHICH = Text("看哪一项的材料？说名字就行，比如“居住证”。")


@on(
    "service.show",
    head="materials",
    allow=anybody,
    private=True,
    phrases=_LIST,
    reads=catalogue_meant.named,
)
def materials(talk: Talk, number: int | None = None, services: list[int] | None = None) -> Card:
    return _listed(talk, catalogue_meant.one(talk, number, services, _WHICH))


@on("service.show", head="tick", allow=anybody, private=True)
def tick(talk: Talk, number: int = 0) -> Card:
    """`number` stands for a paper of a service."""
    of, paper = _meant(talk, number)
    if paper is None:
        return _listed(talk, of, Text("单子刚刚改过，请看现在的："))
    ticking.tick(talk.db, talk.person.id, of.id, paper, talk.now)
    return _listed(talk, of)


@on("service.show", head="untick", allow=anybody, private=True)
def untick(talk: Talk, number: int = 0) -> Card:
    of, paper = _meant(talk, number)
    if paper is None:
        return _listed(talk, of, Text("单子刚刚改过，请看现在的："))
    ticking.untick(talk.db, talk.person.id, of.id, paper)
    return _listed(talk, of)


def _meant(talk: Talk, number: int) -> tuple[Row[Any], str | None]:
    of, paper = ticking.find(talk.db, number)
    if of is None:
        talk.leave(Refusal("service.unknown", Text("请发“办事”，从单子里选。没有找到这一项。")), *menu())
    return of, paper


def _listed(talk: Talk, of: Row[Any], lead: Text | None = None) -> Card:
    papers = ticking.papers(talk.db, talk.person.id, of)
    left = sum(not each.ticked for each in papers)
    name = prose(of.name)
    if not papers:
        text = Text("「{service}」没有写要带什么。拿不准，先问一问。", service=name)
    elif not left:
        text = Text("「{service}」的材料都齐了，来的时候带上。", service=name)
    else:
        text = Text(
            "「{service}」要带{all}样，还差{count}样。有一样勾一样，90天内都记着。",
            service=name,
            all=len(papers),
            count=left,
        )
    if lead:
        text = Text("{lead}\n{text}", lead=lead, text=text)
    return Card(
        text,
        choices=_next(of, ready=not left),
        articles=tuple(_paper(each) for each in papers),
        tone="done" if papers and not left else "plain",
        refs=(service.ref(of),),
    )


def _paper(paper: ticking.Paper) -> Article:
    if paper.ticked:
        state = State(Text("已备"), "good")
        choice = Choice(Text("去掉勾"), press("untick", paper.number))
    else:
        state = State(Text("待备"), "warning")
        choice = Choice(Text("打勾"), press("tick", paper.number))
    return Article(prose(paper.name), "", state=state, choices=(choice,))


def _next(of: Row[Any], *, ready: bool) -> tuple[Choice, ...]:
    """Who has everything books first; who has not reads first where to get it, and who is told of none asks."""
    if not of.materials:
        return (Choice(Text("问一问"), press("person")), Choice(Text("办事详情"), press("service", of.id)))
    look = Choice(Text("办事详情"), press("service", of.id))
    if not of.slots or of.paused:
        return (look,)
    book = Choice(Text("预约"), press("book", of.id))
    return (book, look) if ready else (look, book)
