"""Publishing an activity in the chat: what the sentence does not say is asked, then a preview in which each line can be changed."""

from dataclasses import replace
from typing import Any

from handlers import activity_reading, plan_cards, plan_preview, project_events, proposals
from handlers.activity_fields import CAPACITY, KIND, SUMMARY, TITLE
from handlers.plan_preview import Draft
from handlers.plan_questions import when, where
from handlers.publishing_phrases import PROPOSE, PUBLISH, said
from handlers.talk import Talk, anybody, on
from models import activity_publishing, matching, offering, proposing
from models.activity_publishing import Plan
from models.card import Card
from models.refusal import Refusal
from models.text import Text

_UNSET = object()


@on(
    "staff.activity",
    head="publish",
    example=Text("发布活动"),
    for_staff=True,
    rank=99,
    allow=anybody,
    private=True,
    phrases=(*PUBLISH, *PROPOSE),
    reads=said,
)
def publish(talk: Talk, given: dict[str, Any] | None = None) -> Card:
    """At most eight answers: title, time, end, place, kind, seats, what it is about, and whether it is right so."""
    proposals.check_may(talk)
    known = given or {}
    project_events.check(talk, known.get("project"))
    plan = _plan(talk, known)
    weeks = int(known.get("weeks") or (plan_preview.weeks(talk) if known.get("weekly") else 1))
    card = plan_preview.settle(talk, Draft(plan, weeks))
    project_events.published(talk, plan.project_id)
    return card


def _plan(talk: Talk, known: dict[str, Any]) -> Plan:
    known = {**known}
    if "title" not in known:
        known["title"] = talk.ask(
            TITLE.column, Text("标题写什么？比如“插花体验”。"), check=activity_reading.title
        )
    wish = when(talk, known.get("when") or {}, known)
    starts, ends = activity_reading.span(talk, wish)
    assert ends is not None
    about = plan_cards.draft(talk.db, known, starts, ends)
    rooms = matching.rooms(talk.db, known.get("capacity"), starts, ends, talk.now)
    known["place"] = where(talk, known.get("place"), about, offered=[offering.find(talk.db, key) for key in rooms])  # fmt: skip
    plan = Plan(
        title=activity_reading.title(known["title"]),
        kind=known.get("kind", ""),
        place_id=known["place"],
        starts=starts,
        ends=ends,
        capacity=known.get("capacity"),
        summary=known.get("summary"),
        fee=known.get("fee"),
        tags=tuple(known.get("tags", ())),
        host_id=proposing.host(talk.db, talk.person.id),
        project_id=known.get("project"),
    )
    return _closing(talk, _rest(talk, plan, known), known.get("closes"))


def _closing(talk: Talk, plan: Plan, said: str | None) -> Plan:
    """When registration closes, where the sentence said it so that it fits."""
    if said is None:
        return plan
    try:
        new = replace(plan, registration_closes=activity_reading.moment(talk, plan, said))
        activity_publishing.check(new)
    except Refusal:
        return plan
    return new


def _rest(talk: Talk, plan: Plan, known: dict[str, Any]) -> Plan:
    """Kind, seats and what it is about, where the sentence did not say them."""
    values: dict[str, Any] = {}
    for field in (KIND, CAPACITY, SUMMARY):
        if known.get(field.column, _UNSET) is _UNSET:
            about = plan_cards.draft(talk.db, {**known, **values}, plan.starts, plan.ends)
            values[field.column] = field.ask(talk, field.column, plan, about)
    return replace(plan, **values)
