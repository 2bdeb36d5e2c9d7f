"""办一场活动: staff publish an activity for a project, by the form that publishes any activity."""

from handlers.project_states import mine
from handlers.publishing import publish
from handlers.talk import Talk, anybody, on
from models.card import Card


@on("staff.activity", head="eventproject", allow=anybody, private=True)
def publish_for(talk: Talk, number: int = 0) -> Card:
    one = mine(talk, number)
    given: dict[str, object] = {"project": one.id}
    if one.place_id is not None:
        given["place"] = one.place_id
    return publish(talk, given)
