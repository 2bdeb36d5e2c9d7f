"""Who looks after a project, or leads its team, accepts what is offered for it, or says why not."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import checks, claim_cards, claim_news, pledges, project_cards
from handlers.project_meant import public
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import claim_deciding, claim_steps, duty, pledging, project_claim, project_people, standing
from models.card import Card, Choice
from models.project_making import find as find_project
from models.refusal import Refusal
from models.text import Text

_PAGE = 5
_NUMBER = re.compile(r"认(?:领)?\s*#?(\d{1,9})|\bclaim\s*#?(\d{1,9})|(\d{1,9})")
_CLAIM = r"(?:认领?\s*#?\d{1,9}|\d{1,9}\s*号认领|第?\d{1,9}号?认领)"
_QUEUE = (
    Phrase(
        r"(?:待处理|没处理|要处理|处理|等答复|待答复|待审|待确认)的?认领|认领(?:队列|申请|审核|待办)|谁(?:要|想)认领",
        weight=8,
    ),
    Phrase(r"\b(?:claims? (?:queue|to decide|waiting)|pending claims)\b", weight=8),
)
_TAKE = (
    Phrase(rf"^(?:接受|同意|通过)\s*{_CLAIM}", weight=8),
    Phrase(r"^accept claim\s*#?\d{1,9}", weight=8),
)
_DENY = (
    Phrase(rf"^(?:不接受|拒绝|不同意|婉拒)\s*{_CLAIM}", weight=8),
    Phrase(r"^(?:decline|refuse|reject) claim\s*#?\d{1,9}", weight=8),
)
_REASONS = (
    Option("数量够了", Text("数量够了")),
    Option("时间对不上", Text("时间对不上")),
    Option("不合适", Text("不合适")),
)


def numbered(reading: Reading) -> Arguments:
    """The number of a claim as people write it."""
    found = _NUMBER.search(reading.text)
    return {"number": int(next(each for each in found.groups() if each))} if found else {}


@on("staff.claim", head="claimqueue", allow=anybody, private=True, phrases=_QUEUE)
def queue(talk: Talk, number: int | None = None) -> Card:
    """What waits for this officer or leader, the oldest first; of one project, where it is named."""
    if number is not None:
        one = public(talk, number)
        project_people.check(talk.db, one, talk.person.id, lead=True)
    elif not duty.places(talk.db, talk.person.id) and not standing.of(talk.db, talk.person.id):
        text = Text("请找服务站的工作人员，认领由他们答复。您自己的认领在“我的认领”里。")
        talk.leave(Refusal("claim.office", text), Choice(Text("我的认领"), press("myclaims")))
    found = claim_deciding.waiting_for(talk.db, talk.person.id, number)
    if not found:
        return Card(Text("没有等您处理的认领。"), choices=(Choice(Text("社区项目"), press("projects")),))
    rows = tuple(
        claim_cards.article(talk.db, each, *claim_cards.decisions(each), staff=True) for each in found[:_PAGE]
    )
    return Card(Text("等您处理的认领有{count}项，最早的在前：", count=len(found)), articles=rows)


@on("staff.claim", head="takeclaim", allow=anybody, private=True, phrases=_TAKE, reads=numbered)
def accept(talk: Talk, number: int = 0) -> Card:
    """One tap. An old button changes nothing more. Of money staff say what came instead."""
    if pledging.find(talk.db, number) is not None:
        return pledges.receive(talk, number)
    claim = to_decide(talk, number)
    if claim.state != "offered" or not claim_steps.accept(
        talk.db, talk.schedule, claim, talk.person.id, talk.now
    ):
        return _stands(talk, number)
    claim_news.accepted(talk.db, _now(talk, number), talk.person.id, talk.now)
    return _done(talk, number, Text("接受了，{who}和别的伙伴都收到了。", who=claim_cards.who(talk.db, claim)))


@on("staff.claim", head="denyclaim", allow=anybody, private=True, phrases=_DENY, reads=numbered)
def decline(talk: Talk, number: int = 0) -> Card:
    """With a reason, which who offered it reads."""
    claim = to_decide(talk, number)
    if claim.state != "offered":
        return _stands(talk, number)
    about = (claim_cards.article(talk.db, claim, staff=True),)
    keep = Option("", Text("先不退"), ("不", "算了", "no"))
    asked = Text("不接受的原因写什么？对方会看到。")
    why = talk.ask("reason", asked, *_REASONS, keep, check=checks.words, about=about)
    if not why:
        return _stands(talk, number)
    if not claim_steps.decline(talk.db, claim, why, talk.person.id, talk.now):
        return _stands(talk, number)
    claim_news.declined(talk.db, claim, why, talk.now)
    freed(talk, claim)
    return _done(talk, number, Text("没有接受，原因和别的缺口已经告诉对方。"))


def freed(talk: Talk, claim: Row[Any]) -> None:
    """What is left of its part now is for who waits."""
    asked, left_out = claim_steps.promote(talk.db, talk.schedule, claim.part_id, talk.now)
    claim_news.promoted(talk.db, talk.schedule, asked, left_out, talk.now)


def to_decide(talk: Talk, number: int, *, lead: bool = True) -> Row[Any]:
    """A claim that is this officer's, or with `lead` this leader's, to decide; nobody's own. Raises Refusal."""
    claim = find(talk, number)
    one = find_project(talk.db, claim.project_id)
    assert one is not None
    project_people.check(talk.db, one, talk.person.id, lead=lead)
    if claim_deciding.is_own(talk.db, one, claim, talk.person.id):
        text = Text("请让别的工作人员来定，这是您自己或您单位认领的。")
        talk.leave(Refusal("claim.own", text, project_cards.ref(one)), claim_cards.look(claim))
    duty.check_real(talk.db, talk.person.id)
    return claim


def find(talk: Talk, number: int) -> Row[Any]:
    """A claim by its number. Raises Refusal."""
    claim = project_claim.find(talk.db, number)
    if claim is None:
        text = Text("请再看一下编号，没有找到这项认领。")
        talk.leave(Refusal("claim.unknown", text), Choice(Text("我的认领"), press("myclaims")))
    return claim


def _now(talk: Talk, number: int) -> Row[Any]:
    claim = project_claim.find(talk.db, number)
    assert claim is not None
    return claim


def _stands(talk: Talk, number: int) -> Card:
    """How it stands, where there is nothing (more) to decide."""
    claim = _now(talk, number)
    text = Text(
        "{number}现在是：{state}。", number=claim_cards.number(claim), state=project_claim.STATES[claim.state]
    )
    row = claim_cards.article(talk.db, claim, *claim_cards.decisions(claim), staff=True)
    return Card(text, articles=(row,))


def _done(talk: Talk, number: int, text: Text) -> Card:
    one = find_project(talk.db, _now(talk, number).project_id)
    assert one is not None
    choices = [project_cards.look(one)]
    if rest := len(claim_deciding.waiting_for(talk.db, talk.person.id)):
        label = Text("还有{count}项认领", count=rest)
        choices.insert(0, Choice(label, press("claimqueue")))
    return Card(text, choices=tuple(choices), tone="done", refs=(project_cards.ref(one),))
