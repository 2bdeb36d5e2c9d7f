"""Following a place, a series or a club: what is new there comes once a day."""

from dataclasses import replace

from handlers.subscriptions import SETTINGS, choose_subjects, news, stop_subjects, subjects_of
from handlers.talk import Arguments, Phrase, Talk, anybody, on
from handlers.understanding.reading import Reading
from models import digest
from models.card import Card
from models.refusal import Refusal
from models.text import Text

_ELSEWHERE = "公众号|关注度|怎么关注|如何关注|谁关注"
_FOLLOW = (
    Phrase(
        r"^(?:请|帮我|麻烦|我要|我想|我也想|想|可以)*(?:关注|追踪|跟进)(?:一下)?(?!.*[吗\?])",
        weight=6,
        unless=_ELSEWHERE,
    ),
    Phrase(r"^(?:please |i want to |i'd like to |can i |let me )*follow\b", weight=6, unless=r"\bup\b"),
    Phrase(
        r"^.{2,20}?(?:一?有|出)了?(?:什么)?新.{0,8}(?:通知|告诉|推给|发给)(?:一下|一声)?我"
        r"|^(?:以后|今后).{2,16}的(?:新)?(?:活动|讲座|课程?)(?:都|请|就)*(?:通知|告诉|推给|发给)(?:一下|一声)?我",
        weight=6,
        unless=r"^(?:以后|今后|下次|请|要是|如果)*一?有|吗|\?",
    ),
    Phrase(
        r"\b(?:let me know|tell me|notify me|keep me (?:posted|informed|updated))\b.{0,25}\bnew\b",
        weight=7,
        unless=r"\?",
    ),
)
_UNFOLLOW = (
    Phrase(
        r"^(?:请|帮我|麻烦|我要|我想|想|以后)*(?:取消|不再|不要再?|别再?|不想再?|停止)关注",
        weight=7,
        unless=_ELSEWHERE,
    ),
    Phrase(
        r"^(?:请|帮我|麻烦|我要|我想|怎么|如何)*(?:全部|都)?取消[^,.!。]{0,16}关注[了吧啦]*[。.!]*$|^我?不(?:再|想|要)*关注",
        weight=7,
        unless=_ELSEWHERE.partition("|怎么关注")[0],
    ),
    Phrase(
        r"\bunfollow\b|\bstop following\b|(?:don'?t|do not|no longer)(?: want to| wanna)?(?: still)? follow\b",
        weight=7,
    ),
)
_WHAT = (
    Phrase(
        r"^(?:看看|看一下|查看|查一下|查)?我?(?:现在|都|已经)*关注(?:了|的|过)?(?:有)?(?:哪些|什么|啥|谁)",
        weight=7,
    ),
    Phrase(r"^what (?:am i|do i) follow(?:ing)?\b", weight=7),
)


def _followed(reading: Reading) -> Arguments:
    named = subjects_of(reading)
    if not named and reading.own_place is not None:
        named = [f"place:{reading.lexicon.places[reading.own_place].code}"]
    return {"subjects": named}


@on(
    "subscription.edit",
    head="follow",
    allow=anybody,
    example=Text("关注我们楼的活动"),
    rank=74,
    private=True,
    phrases=_FOLLOW,
    reads=_followed,
)
def follow(talk: Talk, number: int | None = None, subjects: list[str] | None = None) -> Card:
    """`number` is a place's, as on its codes."""
    if number is not None:
        if number not in talk.lexicon.places:
            raise Refusal("place.unknown", Text("请再看看，没有找到这个地方。"))
        subjects = [f"place:{talk.lexicon.places[number].code}"]
    if not subjects:
        return _which()
    card = choose_subjects(talk, subjects)
    return replace(card, text=Text("{said}\n新活动每天中午汇总一次，没有就不打扰。", said=card.text))


@on("subscription.edit", head="unfollow", allow=anybody, private=True, phrases=_UNFOLLOW, reads=_followed)
def unfollow(talk: Talk, subjects: list[str] | None = None) -> Card:
    """Where nothing is named everything that is followed is shown, and each line can be turned off."""
    if subjects:
        return stop_subjects(talk, subjects)
    return news(talk) if digest.follows(talk.db, talk.person.id) else _which()


@on("subscription.edit", head="followed", allow=anybody, private=True, phrases=_WHAT)
def followed(talk: Talk) -> Card:
    return news(talk)


def _which() -> Card:
    text = Text(
        "请说关注什么：一个地方、一个系列，或者一个社团，比如“关注我们楼”。新活动每天中午汇总一次发给您。"
    )
    return Card(text, choices=(SETTINGS,), tone="notice")
