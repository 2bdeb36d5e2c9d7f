"""Answers to an emergency notice: 收到, and 需要帮助."""

from typing import Any

from sqlalchemy import Row

from handlers.question_cards import officer_name, officers_choices, short
from handlers.talk import Phrase, Talk, anybody, menu, on, press
from models import acknowledgement, addressee, asking, broadcast, emergency, notice, profile
from models.addressee import Addressee
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import ByLanguage, Text, as_said

_THANKS = r"(?:[,. ]*(?:谢谢|多谢|感谢|辛苦|thanks|thank you)[了你您啦]*)?[!.。~]*$"
_RECEIVED = (
    Phrase(
        rf"^(?:ok|好的?|嗯|是|我|我们|咱们|这边|已经|已|都|全部|,|\.| )*收到(?:通知|消息|信息|紧急通知)?[了啦咯哈]*{_THANKS}",
        weight=4,
    ),
    Phrase(
        rf"^(?:ok(?:ay)?|yes|i(?:'ve| have)?|we(?:'ve| have)?|message|notice|all|,|\.| )*(?:received|got (?:it|the (?:message|notice))|roger(?: that)?)(?: it)?{_THANKS}",
        weight=4,
    ),
)
_HELP = (
    Phrase(r"^(?:我|我们|这里|这边)*(?:需要|急需)(?:帮助|救援|帮忙)[了啊!.。]*$|^救命[啊!.。]*$", weight=4),
    Phrase(r"^(?:please )?(?:i|we) need help[!.]*$|^need help[!.]*$", weight=4),
)
NEEDS_HELP = Text("需要帮助")
DANGER = Text("有危险，请先打110、119或120。")


def answers(number: int) -> tuple[Choice, ...]:
    """What stands below every emergency notice; in a group the first leads to a chat with us alone."""
    return Choice(Text("收到"), press("received", number), private=True), assist(number)


def assist(number: int) -> Choice:
    return Choice(NEEDS_HELP, press("assist", number))


@on("emergency.acknowledge", head="received", allow=anybody, private=True, scans=True, phrases=_RECEIVED)
def receive(talk: Talk, number: int | None = None) -> Card:
    """The shortest way of all: at the peak a thousand say it in a second."""
    if number is None:
        number = acknowledgement.newest(talk.db, talk.person.id, talk.now, unanswered=True)
    if number is None:
        talk.did = "smalltalk"
        return Card(Text("好的。要办什么，直接说就行。"), choices=menu())
    acknowledgement.acknowledge(talk.db, number, talk.person.id, talk.now)
    return Card(Text("记下了，您已收到。要人帮忙，就点下面。"), choices=(assist(number),), tone="done")


@on("emergency.help", head="assist", allow=anybody, private=True, phrases=_HELP)
def call(talk: Talk, number: int | None = None) -> Card:
    """Who wrote the notice is told at once, and has it in his inbox; nothing is asked before that."""
    if number is None:
        number = acknowledgement.newest(talk.db, talk.person.id, talk.now, unanswered=False)
    if number is None:
        talk.did = "help"
        choices = (Choice(Text("找工作人员"), press("person")), *menu())
        return Card(DANGER, choices=choices, tone="notice")
    found = broadcast.find(talk.db, number)
    more = (Choice(Text("再说一句"), press("ask")),)
    if not acknowledgement.call(talk.db, number, talk.person.id, talk.now):
        text = Text("已经告诉工作人员了，在哪儿、怎么了，可以再说一句。\n{first}", first=DANGER)
        return Card(text, choices=more, tone="done")
    to = _whom(talk, found)
    if to is None:
        return Card(DANGER, choices=menu(), tone="notice")
    asked = _tell(talk, found, to)
    text = Text(
        "{first}\n已经告诉{officer}，您需要帮助。在哪儿、怎么了，可以再说一句。",
        first=DANGER,
        officer=officer_name(to),
    )
    return Card(text, choices=more if asked else (), tone="done")


def _whom(talk: Talk, found: Row[Any]) -> Addressee | None:
    """Its author, while he is on duty; else who answers for the place."""
    place = emergency.of(talk.db, found.id).place_id
    if found.author_id != talk.person.id and addressee.officer(talk.db, found.author_id):
        return addressee.of(talk.db, found.author_id, place)
    return addressee.nearest(talk.db, (place,), {talk.person.id})


def _tell(talk: Talk, found: Row[Any], to: Addressee) -> bool:
    """Into his inbox, and into his chat also at night; False where the inbox takes no more of this person."""
    title = ByLanguage(found.texts).read_in(talk.person.language)
    name = profile.find(talk.db, talk.person.id).name
    who = as_said(name) if name else Text("一位居民")
    try:
        asked = asking.ask(
            talk.db,
            talk.vault,
            talk.schedule,
            talk.person.id,
            NEEDS_HELP.message,
            to,
            talk.now,
            about=f"emergency:{found.number}",
            title=short(title),
        )
        text = Text(
            "请马上联系{who}，需要帮助。回复的是“{title}”。\n也可以发“回复{number}：”，后面写要说的话。",
            who=who,
            title=short(title),
            number=asked,
        )
        card = Card(text, choices=officers_choices(asked), tone="notice")
    except Refusal:
        asked = None
        card = Card(
            Text("请马上联系{who}，需要帮助。回复的是“{title}”。", who=who, title=short(title)), tone="notice"
        )
    key = f"help {found.number} {talk.person.id}"
    notice.tell_member(talk.db, [card], to.id, talk.now, lane="urgent", key=key, kind="question")
    return asked is not None
