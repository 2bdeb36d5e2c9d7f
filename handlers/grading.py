"""What somebody says of a service that he was given: one tap, once; who says little of it is asked for a word."""

from typing import Any

from sqlalchemy import Row

from handlers import desk_news, questions
from handlers.activity_cards import BROWSE
from handlers.talk import Phrase, Talk, anybody, on, press
from models import addressee, booking, rating
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Text, prose

_GRADE = (
    Phrase(
        r"^(?:我要|我想|去)?(?:评价|评一下|打分)(?:一下)?(?:刚才的?|这次的?|今天的?)?(?:服务|窗口|办事|接待)(?:人员)?[!.。]*$",
        weight=6,
    ),
    Phrase(r"^rate (?:the|my|this) (?:service|counter|visit)[!.]*$", weight=6),
)


@on("service.rate", head="grade", allow=anybody, private=True, phrases=_GRADE)
def grade(talk: Talk, number: int | None = None) -> Card:
    """The last digit of the button's number is how good it was, what stands before it the booking."""
    key, stars = divmod(number, 10) if number is not None else (None, 0)
    one = _own(talk, key)
    if stars not in rating.STARS:
        text = Text("「{service}」办得怎么样？点一下就好。", service=prose(one.service))
        return Card(text, choices=desk_news.stars(one.id), refs=(booking.ref(one.id),))
    if not rating.give(talk.db, one, talk.person.id, stars):
        text = Text("谢谢，您评过了：{word}。", word=desk_news.word(one.rating))
        return Card(
            text, choices=_word(one) if one.rating <= rating.LOW else (BROWSE,), refs=(booking.ref(one.id),)
        )
    if stars > rating.LOW:
        text = Text("谢谢，记下了：{word}。", word=desk_news.word(stars))
        return Card(text, choices=(BROWSE,), tone="done", refs=(booking.ref(one.id),))
    text = Text("记下了：{word}。哪里不好，可以写一句转给站长；不写也可以。", word=desk_news.word(stars))
    return Card(text, choices=_word(one), tone="done", refs=(booking.ref(one.id),))


def _own(talk: Talk, key: int | None) -> Row[Any]:
    """Raises Refusal where there is nothing of his to judge."""
    one = rating.of(talk.db, talk.person.id, key) if key else rating.newest(talk.db, talk.person.id, talk.now)
    if one is None:
        talk.leave(Refusal("grade.none", Text("办完了才请您评价，现在没有要评的。")), BROWSE)
    return one


def _word(one: Row[Any]) -> tuple[Choice, ...]:
    return (Choice(Text("写几句"), press("gradewhy", one.id)),)


@on("service.rate", head="gradewhy", allow=anybody, private=True)
def why(talk: Talk, number: int = 0) -> Card:
    """A word to the officer of the place, who answers in the chat; once."""
    one = _own(talk, number)
    about = booking.ref(one.id)
    if (asked := rating.word(talk.db, talk.person.id, about)) is not None:
        text = Text("已经转给站长了，回复会发到这里。")
        return Card(text, choices=(Choice(Text("看看"), press("question", asked)),), refs=(about,))
    to = addressee.nearest(talk.db, (one.place_id,), {talk.person.id})
    if to is None:
        talk.leave(
            Refusal("question.nobody", Text("请到服务站当面说，现在没有工作人员能在这里回复。")), BROWSE
        )
    # Of a private service its name would say too much.
    named = None if one.private else one.service
    said = talk.ask(
        "words",
        Text("哪里不好？写一句，{office}会看到您的称呼。", office=_office(to.office)),
        check=questions.words,
    )
    return questions.put(talk, said, to, about=about, title=named)


def _office(name: str | None) -> Text:
    return prose(name) if name else Text("工作人员")
