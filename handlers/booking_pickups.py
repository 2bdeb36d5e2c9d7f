"""For which organization somebody fetches something: the one that he stands for, once."""

from typing import Any

from sqlalchemy import Row

from handlers import booking_cards
from handlers.talk import Option, Talk
from models import organization, pickup, service, standing
from models.refusal import Refusal
from models.text import Text, as_said


def whose(talk: Talk, one: Row[Any]) -> int | None:
    """None where nothing is fetched. Raises Refusal where he stands for none, or it was fetched already."""
    if one.kind != "pickup":
        return None
    own = standing.of(talk.db, talk.person.id)
    if not own:
        sentence = Text("请让单位负责人来约，或者先到服务站登记为单位负责人。")
        raise Refusal("pickup.stranger", sentence, service.ref(one))
    chosen = own[0]
    if len(own) > 1:
        options = [Option(each, as_said(organization.name(talk.db, each))) for each in own]
        chosen = talk.ask("whom", Text("代表哪一家领取？"), *options, about=(booking_cards.subject(one),))
    pickup.check(talk.db, one.id, chosen)
    return chosen
