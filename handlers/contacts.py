"""The named person of an activity: stands on its card, and can be asked without anybody's number being shown."""

from dataclasses import replace

from handlers import questions
from handlers.activity_cards import BROWSE
from handlers.talk import Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import activity, addressee, contact
from models.activity import Listing
from models.addressee import Addressee
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.text import Text, as_said, prose

_ASK = (
    Phrase(
        r"(?:问|找|联系)(?:一下|下)?.{0,20}(?:联系人|负责人|组织者|主办方?)|(?:联系人|负责人|组织者)是谁|"
        r"\b(?:ask|contact) the (?:organi[sz]er|contact)|who (?:is the contact|organi[sz]es)\b",
        weight=5,
        needs="title",
        unless=r"改|换|设|通知",
    ),
)


def with_contact(talk: Talk, shown: Article, wanted: Listing) -> Article:
    """The card with who can be asked about it, and the button for that."""
    found = None if wanted.is_off else contact.who(talk.db, wanted)
    if found is None:
        return shown
    key, name = found
    ask = Choice(Text("问联系人"), press("contact", wanted.number))
    choices = shown.choices if talk.in_group or key == talk.person.id else (*shown.choices, ask)
    return replace(shown, facts=(*shown.facts, (Text("联系人"), as_said(name))), choices=choices)


def _named(reading: Reading) -> dict[str, object]:
    return {"numbers": [title.number for title in reading.titles]}


@on("question.ask", head="contact", allow=anybody, private=True, phrases=_ASK, reads=_named)
def ask(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    """A question to the named person; the answer comes back into this chat."""
    found = [activity.find(talk.db, number)] if number else activity.those(talk.db, numbers or [])
    if not found:
        talk.leave(Refusal("activity.unknown", Text("请先看看活动，每场都写着联系人。")), BROWSE)
    wanted = found[0]
    to = _addressee(talk, wanted)
    if to is None:
        sentence = Text("请到服务站问一问，现在没有工作人员能在这里回复。")
        talk.leave(Refusal("question.nobody", sentence, wanted.ref), BROWSE)
    questions.check_room(talk)
    asks = Text("请说要问{name}的，关于「{title}」。", name=as_said(to.name or ""), title=prose(wanted.title))
    about = (Article(prose(wanted.title), wanted.ref),)
    said = talk.ask("words", asks, check=questions.words, about=about)
    return questions.put(talk, said, to, about=wanted.ref, title=wanted.title)


def _addressee(talk: Talk, wanted: Listing) -> Addressee | None:
    """Its contact; nobody asks himself, then the next officer is asked."""
    found = contact.who(talk.db, wanted)
    if found is None or found[0] == talk.person.id:
        return addressee.nearest(talk.db, (wanted.place_id,), {talk.person.id})
    return addressee.of(talk.db, found[0], wanted.place_id)
