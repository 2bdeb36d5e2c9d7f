"""A claim that is made here: of an offer that somebody has, or by the invitation of a partner."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import claim_cards, claim_form, claim_news, offer_cards, offer_reading, project_cards
from handlers.talk import Option, Talk, anybody, on, press
from models import (
    claiming_parts,
    composing,
    duty,
    matching,
    notice,
    offering,
    project_claim,
    project_making,
    project_part,
)
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Moment, Text, prose

BROWSE = Choice(Text("找项目"), press("projects"))
YES = Option("yes", Text("提交认领"), ("确认", "好", "是", "yes"))
NO = Option("no", Text("先不认领"), ("不", "算了", "no"))
_OTHER = Option("other", Text("改数量"), ("换个数量",))
_MANY = 1000


@on("project.claim", head="useoffer", allow=anybody, private=True)
def use(talk: Talk, number: int = 0, offer: int | None = None, share: int | None = None) -> Card:
    """One tap: this part of a project from what one's organization, or oneself, has offered."""
    part, one = open_part(talk, number)
    if offer is None or share is None:
        offer, share = _fitting(talk, one, part)
        talk.keep(offer=offer, share=share)
    given = offering.find(talk.db, offer)
    offering.check_his(talk.db, given, talk.person.id)
    claiming_parts.check_reserved(talk.db, one, talk.person.id, given.organization_id, talk.now)
    by = claim_form.usual_day(talk, one)
    about = (offer_cards.article(given),)
    sure = talk.ask("sure", _question(part, one, share, by), YES, _OTHER, NO, about=about)
    if sure == "other":
        asked = Text("出多少？{left}", left=project_cards.missing(part))
        share = talk.ask("many", asked, check=Share(part))
        sure = talk.ask("sure_again", _question(part, one, share, by), YES, NO, about=about)
    if sure == "no":
        return Card(Text("好的，没有认领。"), choices=(project_cards.look(one),))
    claiming_parts.check_share(part, share)
    if not offering.take(talk.db, given.id, share, talk.person.id, talk.now):
        raise Refusal("offer.used", Text("看看我的资源，这一条现在不够了。"), offering.ref(given))
    return put(talk, one, part, given.organization_id, share, by, offer_id=given.id)


def _question(part: Row[Any], one: Row[Any], share: int, by: datetime) -> Text:
    return Text(
        "给{project}认领{share}，{at}前送到，对吗？",
        project=project_cards.name(one),
        share=claim_cards.share(part, share),
        at=Moment(by),
    )


class Share:
    """So much of a part as is left of it."""

    wants = "number"

    def __init__(self, part: Row[Any]) -> None:
        self._part = part

    def __call__(self, said: str) -> int:
        share = int(offer_reading.Amount()(said)["quantity"])
        claiming_parts.check_share(self._part, share)
        return share


def open_part(talk: Talk, number: int) -> tuple[Row[Any], Row[Any]]:
    """A part with this key, and its project, of which something may be claimed. Raises Refusal."""
    part = project_part.find(talk.db, number)
    one = project_making.find(talk.db, part.project_id) if part is not None else None
    if part is None or one is None or one.state == "draft":
        raise Refusal("part.unknown", Text("请看看别的项目，没有找到这个缺口。"))
    claiming_parts.check_open(one)
    if not claiming_parts.open_parts([part]):
        text = Text("看看别的项目吧，「{part}」已经够了。", part=prose(part.name))
        talk.leave(Refusal("part.full", text, project_cards.ref(one)), BROWSE)
    return part, one


def _fitting(talk: Talk, one: Row[Any], part: Row[Any]) -> tuple[int, int]:
    """The offer of one's own that fits best, and how much of it: what the team asked for, or all. Raises Refusal."""
    if notice.with_key(talk.db, composing.event(one.id, talk.person.id)) is not None:
        for gift in composing.compose(talk.db, one.id, talk.now).gifts:
            offer = offering.find(talk.db, gift.offer.key)
            if gift.part.key == part.id and offering.is_his(talk.db, offer, talk.person.id):
                return offer.id, gift.share
    need = matching.missing(talk.db, part.id, talk.now)
    found = matching.offers_for(talk.db, need, talk.now, _MANY) if need is not None else []
    for match in found:
        offer = offering.find(talk.db, match.thing.key)
        if offering.is_his(talk.db, offer, talk.person.id):
            return offer.id, match.share
    text = Text("请先登记资源，或者直接认领。您登记的里面没有合适的。")
    refusal = Refusal("offer.none", text, project_cards.ref(one))
    claim = Choice(Text("直接认领"), press("claimpart", one.id))
    return talk.leave(refusal, Choice(Text("我有资源"), press("provide")), claim)


def put(
    talk: Talk,
    one: Row[Any],
    part: Row[Any],
    organization: int | None,
    share: int,
    by: datetime,
    **columns: Any,
) -> Card:
    """M20 to who claims, M21 to who decides. Raises Refusal where so much is not left any more."""
    duty.check_real(talk.db, talk.person.id)
    number = claiming_parts.ask(
        talk.db, talk.schedule, part, talk.person.id, organization, share, by, talk.now, **columns
    )
    if number is None:
        text = Text("请少认领一些，刚才别人先认领了。")
        raise Refusal("part.left", text, project_cards.ref(one))
    claim = project_claim.find(talk.db, number)
    assert claim is not None
    claim_news.asked(talk.db, claim, talk.now, but=talk.person.id)
    text = Text(
        "提交了：认{number}，{share}。{due}前答复您。",
        number=number,
        share=claim_cards.of(talk.db, claim),
        due=claim_form.said_by(claim.due),
    )
    choices = (*claim_cards.own_choices(claim), Choice(Text("我的认领"), press("myclaims")))
    return Card(text, choices=choices, tone="done", refs=(project_cards.ref(one),))
