"""A visit that was entered wrong: company, result and the next day are asked anew, and both entries stay."""

from handlers import outreach as visits
from handlers.outreach_reading import Spot
from handlers.talk import Option, Phrase, Talk, anybody, on
from models import duty, outreach
from models.card import Card
from models.refusal import Refusal
from models.text import Text, as_said

_CORRECT = (Phrase(r"^(?:更正|改|修改)(?:一下)?(?:刚才的|上一条|上次的|这条)?走访", weight=12),)


@on("staff.visit", head="fixvisit", allow=anybody, private=True, phrases=_CORRECT)
def correct(talk: Talk, number: int | None = None) -> Card:
    """What was entered wrong: company, result and the next day are asked anew, and both entries stay."""
    key = number or outreach.newest(talk.db, talk.person.id)
    if key is None:
        raise Refusal("outreach.none", Text("请先发“走访”记一条，您还没有记过。"))
    one = outreach.find(talk.db, key)
    duty.check(talk.db, talk.person.id, one.place_id)
    if not one.counts:
        raise Refusal("outreach.corrected", Text("请看最新的一条，这条走访已经改过了。"))
    keep = Option([one.place_id, one.floor], Text("楼层不改"), ("不改", "一样", "same"))
    lead = Text("{line}\n哪一层？写楼层，或者点“楼层不改”。", line=visits.line(talk, one))
    tower, floor = talk.ask("spot", lead, keep, check=Spot(talk, one.place_id, None))
    same = Option(one.company, as_said(one.company))
    said = talk.ask("company", Text("哪一家？点一下，或者写公司名。"), same, check=visits.Name())
    organization, name = outreach.named(talk.db, tower, said)
    came = talk.ask("outcome", Text("{company}，怎么样？", company=as_said(name)), *visits.CAME)
    then = visits.when_again(talk)
    duty.check(talk.db, talk.person.id, tower)
    duty.check_real(talk.db, talk.person.id)
    new = outreach.enter(
        talk.db,
        tower,
        floor,
        name,
        came,
        talk.person.id,
        talk.now,
        organization=organization,
        again=then,
        replaces=one,
    )
    return visits.done(talk, new, Text("改好了，原来那条也留着。"))
