"""A group chat that hears what a place has to say: a staff member's code binds it, 解绑 ends it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on
from handlers.understanding.reading import Reading, read
from models import change, duty, group_binding, invite, notice
from models.card import Card
from models.database import Db
from models.member import Person
from models.refusal import Refusal
from models.text import Moment, Text, as_said

# More places than these are named by who wants one of them.
_OFFERED = 8
_GIVE = (
    Phrase(
        r"绑定.{0,12}群|群(?:的)?(?:绑定)?码|把.{0,20}群.{0,4}绑(?:定|到|在|给)",
        weight=6,
        unless=r"解绑|解除|取消|不要|群众|\d[\d .,\-]{7}",
    ),
    Phrase(
        r"\bgroup(?: binding)? code\b|\b(?:bind|link|connect) (?:a |an |the |this |our |my )*(?:\w+ )?group\b",
        weight=6,
        unless=r"unlink|unbind|\d[\d .,\-]{7}",
    ),
)
_END = (
    Phrase(
        r"^(?:请|帮我|麻烦)*(?:把)?(?:解绑|解除绑定|取消绑定)(?:这个|那个|本|我们的?|楼里的?)*(?:微信|电报|telegram)?群[吧了!。.]*$"
        r"|^(?:请|帮我|麻烦)*把?(?:这个|那个|本)?群(?:解绑|取消绑定)[吧了!。.]*$",
        weight=7,
    ),
    Phrase(r"\b(?:unbind|unlink|disconnect) (?:the |this |that |our |my |a )*group\b", weight=7),
)


def staff(db: Db, person: Person) -> bool:
    """Whoever is staff of some place; of which one is checked with the place."""
    return bool(duty.places(db, person.id))


class Covered:
    """The place that is named of those that somebody is staff of; a Refusal of anything else."""

    wants = "place"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, text: str) -> int:
        talk = self._talk
        named = _places(read(text, talk.now, talk.person, talk.lexicon))
        if len(named) != 1:
            raise Refusal(
                "place.unknown", Text("请发一个地方的名字，比如“{example}”。", example=self._example())
            )
        duty.check(talk.db, talk.person.id, named[0])
        return named[0]

    def _example(self) -> Text:
        return as_said(self._talk.lexicon.places[duty.places(self._talk.db, self._talk.person.id)[0]].name)


def _places(reading: Reading) -> list[int]:
    own = [reading.own_place] if reading.own_place is not None else []
    return list(reading.named_places) or own


def _named(reading: Reading) -> Arguments:
    return {"places": _places(reading)}


@on(
    "staff.group",
    head="groupcode",
    example=Text("绑定群"),
    for_staff=True,
    rank=105,
    allow=staff,
    private=True,
    phrases=_GIVE,
    reads=_named,
)
def give(talk: Talk, places: list[int] | None = None) -> Card:
    """A code to be said in the group that is to hear of the place."""
    place = _which_place(talk, places or [])
    duty.check(talk.db, talk.person.id, place)
    made = invite.make(talk.db, talk.vault, talk.person.id, talk.person.id, "group", talk.now, place)
    text = Text(
        "{place}的群码：{code}\n"
        "先把我们加进群，再在群里@我们，发这9位数字。{until}前有效，只能用一次，工作人员发的才算；之前没用的群码作废了。",
        place=as_said(talk.lexicon.places[place].name),
        code=as_said(str(made)),
        until=Moment(made.expires),
    )
    return Card(text, tone="done")


def _which_place(talk: Talk, named: Sequence[int]) -> int:
    if len(named) == 1:
        return named[0]
    own = list(named) or duty.places(talk.db, talk.person.id)
    if len(own) == 1:
        return own[0]
    options = [Option(place, as_said(talk.lexicon.places[place].name)) for place in own[:_OFFERED]]
    return talk.ask("which", Text("群绑到哪里？"), *options, check=Covered(talk))


@on("staff.group", head="bindgroup", allow=anybody, scans=True)
def bind(talk: Talk, number: int | None = None) -> Card:
    """Said in the group, by who is staff of the place in that moment; whoever else says it changes nothing."""
    if talk.group is None:
        return Card(Text("请到要绑定的群里@我们，再发群码。"), choices=menu(), tone="notice")
    if number is None:
        return Card(Text("请@我们，再发9位数字的群码，比如“123 456 789”。"), tone="notice")
    if until := invite.locked_until(talk.db, talk.person.id, talk.now):
        return Card(Text("请在{at}以后再试，说错的码太多了。", at=Moment(until)), tone="notice")
    found = invite.find(talk.db, talk.vault, number)
    if found is None or not invite.is_open(found, talk.now):
        if found is None or found.member_id != talk.person.id:
            invite.miss(talk.db, talk.person.id, talk.now)
        return _useless()
    if found.purpose != "group":
        return _spilled(talk, found)
    if not duty.covers(talk.db, talk.person.id, found.place_id):
        return Card(Text("请这里的工作人员来发，别人发的群码不算。"), tone="notice")
    return _bound(talk, found)


def _useless() -> Card:
    text = Text("请工作人员私聊我们说“群码”，要一个新的。这个码不对，或者用过了、过期了。")
    return Card(text, tone="notice")


def _spilled(talk: Talk, found: Row[Any]) -> Card:
    """A code for one person, which everybody here has read by now, is void; whose it was is told so."""
    invite.revoke(talk.db, found.member_id, talk.person.id, found.purpose, talk.now)
    told = Text("请重新要一个码。刚才那个发到了群里，大家都看得见，已经作废。")
    whose = found.made_by_id or found.member_id
    notice.tell_member(talk.db, [Card(told, tone="notice")], whose, talk.now, kind="account")
    return Card(Text("请在私聊里发个人的码。发到群里的这个，已经作废。"), tone="notice")


def _bound(talk: Talk, found: Row[Any]) -> Card:
    assert talk.group is not None
    group_binding.bind(talk.db, talk.group, found.place_id, talk.person.id, talk.now)
    place = talk.lexicon.places[found.place_id]
    change.record(talk.db, "group", talk.group, None, "bound", talk.person.id, talk.now, place.name)
    if not invite.use(talk.db, found.id, talk.now):
        # Somebody else had it in the moment between: all of this is undone.
        talk.leave(Refusal("invite.used", _useless().text), *menu())
    text = Text(
        "好了，{place}的通知也发到这个群。不想要了，工作人员在这里说“解绑”。", place=as_said(place.name)
    )
    return Card(text, tone="done")


@on("staff.group", head="ungroup", allow=anybody, phrases=_END)
def unbind(talk: Talk, number: int | None = None) -> Card:
    """`number` is no group's: which one is said where it is said, or asked."""
    address = talk.group
    if address is None:
        address = _which_group(talk)
    bound = group_binding.find(talk.db, address) if address else None
    if bound is None or address is None:
        return Card(Text("这里没有绑定的群，不用解绑。"))
    duty.check(talk.db, talk.person.id, bound.place_id)
    group_binding.unbind(talk.db, address)
    change.record(talk.db, "group", address, "bound", "unbound", talk.person.id, talk.now, bound.place)
    return Card(Text("解绑了，{place}的通知不再发到这个群。", place=as_said(bound.place)), tone="done")


def _which_group(talk: Talk) -> int | None:
    """One of the groups of his places; asked also where it is the only one, since it is not here."""
    found = group_binding.among(talk.db, duty.everywhere(talk.db, talk.person.id))
    if not found:
        return None
    options = [Option(row.address_id, _label(row)) for row in found[:_OFFERED]]
    chosen: int = talk.ask("which", Text("解绑哪个群？"), *options)
    return chosen


def _label(row: Row[Any]) -> Text:
    return Text("{place}的群（{at}绑定）", place=as_said(row.place), at=Moment(row.at))
