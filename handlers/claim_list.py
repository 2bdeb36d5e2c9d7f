"""我的认领: what somebody claimed, for himself or for an organization; and taking it back with a reason."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, claim_cards, claim_news, claim_phrases, project_cards
from handlers.claim_decisions import find, freed, numbered
from handlers.talk import Option, Phrase, Talk, anybody, on, press
from models import claim_steps, claiming_parts, duty, project_claim, project_part, project_people
from models.card import Card, Choice
from models.project_making import find as find_project
from models.refusal import Refusal
from models.text import Text

_MOST = 10
_DROP = (
    Phrase(
        r"(?:撤回|撤销|取消|不要了|退掉|放弃).{0,6}认领|不认领了|认领.{0,10}(?:撤回|取消|撤销)|^(?:撤回|撤销|取消|退掉|放弃|不要)\s*认\s*#?\d{1,9}",
        weight=8,
        unless="项目取消",
    ),
    Phrase(r"\b(?:withdraw|cancel|drop)\b.{0,12}\b(?:claim|pledge|contribution)\b", weight=8),
)
_WHY = (
    Option("安排有变", Text("安排有变")),
    Option("货源有变", Text("东西来不了")),
    Option("数量写错了", Text("数量写错了")),
)
_OVER = ("declined", "withdrawn", "lapsed")


@on(
    "claim.list",
    head="myclaims",
    allow=anybody,
    example=Text("我的认领"),
    rank=38,
    private=True,
    phrases=claim_phrases.MINE,
)
def mine(talk: Talk) -> Card:
    found = claiming_parts.mine(talk.db, talk.person.id)
    if not found:
        choice = Choice(Text("社区项目"), press("projects"))
        return Card(Text("看看哪些项目还缺人缺东西吧，您还没有认领过。"), choices=(choice,))
    live = [each for each in found if each.state not in _OVER] or found
    rows = tuple(_row(talk, each) for each in live[:_MOST])
    return Card(Text("您认领的有{count}项：", count=len(live)), articles=rows)


def _row(talk: Talk, claim: Row[Any]) -> Any:
    return claim_cards.article(talk.db, claim, claim_cards.look(claim), *_own(talk, claim))


def _own(talk: Talk, claim: Row[Any]) -> tuple[Choice, ...]:
    part = project_part.find(talk.db, claim.part_id)
    return claim_cards.own_choices(claim, money=part is not None and part.kind == "money")


@on("claim.show", head="claimed", allow=anybody, private=True)
def show(talk: Talk, number: int = 0) -> Card:
    """One claim, for who made it and who decides on it."""
    claim = find(talk, number)
    one = find_project(talk.db, claim.project_id)
    assert one is not None
    if claiming_parts.is_theirs(talk.db, claim, talk.person.id):
        row = claim_cards.article(talk.db, claim, *_own(talk, claim))
        team = (claim_cards.team(talk.db, one),) if claim.state in project_claim.TAKEN else ()
        return Card(Text("您的认领："), articles=(row, *team), choices=(project_cards.look(one),))
    project_people.check(talk.db, one, talk.person.id, lead=True)
    row = claim_cards.article(talk.db, claim, *claim_cards.decisions(claim), staff=True)
    return Card(Text("这项认领："), articles=(row,), choices=(project_cards.look(one),))


@on("claim.withdraw", head="dropclaim", allow=anybody, private=True, phrases=_DROP, reads=numbered)
def withdraw(talk: Talk, number: int | None = None) -> Card:
    """With a reason where somebody counts on it already; then it is open for others again."""
    claim = _which(talk, number)
    about = (claim_cards.article(talk.db, claim),)
    if claim.state not in ("offered", "waiting", "accepted"):
        return _stands(talk, claim)
    keep = Option("", Text("先不撤"), ("不", "算了", "no"))
    why = talk.ask(
        "reason", Text("撤回的原因写什么？工作人员会看到。"), *_WHY, keep, check=checks.words, about=about
    )
    if not why:
        return _stands(talk, claim)
    duty.check_real(talk.db, talk.person.id)
    if not claim_steps.withdraw(talk.db, claim, why, talk.person.id, talk.now):
        return _stands(talk, find(talk, claim.id))
    if claim.state != "waiting":
        claim_news.gone(talk.db, claim, Text("撤回了。原因：{reason}", reason=why), talk.now)
        freed(talk, claim)
        claim_news.settle(talk.db, claim.project_id, talk.person.id, talk.now)
    one = find_project(talk.db, claim.project_id)
    assert one is not None
    text = Text("撤回了，谢谢您早说。{number}不再占着名额。", number=claim_cards.number(claim))
    return Card(text, choices=(project_cards.look(one),), tone="done", refs=(project_cards.ref(one),))


def _which(talk: Talk, number: int | None) -> Row[Any]:
    """The claim that is meant, one of his own. Raises Refusal."""
    if number is not None:
        return own(talk, number)
    live = [each for each in claiming_parts.mine(talk.db, talk.person.id) if each.state in ("offered", "waiting", "accepted")]  # fmt: skip
    if not live:
        choice = Choice(Text("社区项目"), press("projects"))
        talk.leave(Refusal("claim.none", Text("看看别的项目吧，您现在没有可以撤回的认领。")), choice)
    if len(live) == 1:
        return live[0]
    options = [Option(each.id, Text("{number} {share}", number=claim_cards.number(each), share=claim_cards.of(talk.db, each))) for each in live]  # fmt: skip
    chosen = talk.ask("which", Text("撤回哪一项？"), *options)
    return next(each for each in live if each.id == chosen)


def own(talk: Talk, number: int) -> Row[Any]:
    """A claim of this member, or of an organization that he stands for. Raises Refusal."""
    claim = find(talk, number)
    if not claiming_parts.is_theirs(talk.db, claim, talk.person.id):
        text = Text("请让{who}的负责人来办，这是他们认领的。", who=claim_cards.who(talk.db, claim))
        talk.leave(Refusal("claim.other", text), Choice(Text("我的认领"), press("myclaims")))
    return claim


def _stands(talk: Talk, claim: Row[Any]) -> Card:
    text = Text(
        "{number}现在是：{state}。", number=claim_cards.number(claim), state=project_claim.STATES[claim.state]
    )
    return Card(text, articles=(claim_cards.article(talk.db, claim, *_own(talk, claim)),))
