"""A poster of an activity, for whoever wants to hang it up or pass it on: it says what everybody may know."""

from typing import Any

from handlers import activity_cards, poster_files
from handlers.activity_cards import BROWSE
from handlers.papers import fonts
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import activity, search
from models.activity import Listing
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.search import Query
from models.text import Text, prose

_OFFERED = 5
# The sentences of buttons that stand on cards of activities.
_ABOUT = ("show", "register", "withdraw", "similar", "remind", "wait")
_POSTER = (
    Phrase(
        r"海报|宣传画|\bposters?\b|\bflyers?\b", weight=5, unless="发布|群发|通知|报名(?:.*)海报.*(?:活动|课)"
    ),
)


def _named(reading: Reading) -> Arguments:
    numbers = [title.number for title in reading.titles]
    query = None if numbers or not (reading.topic or reading.when) else search.dump(reading.query())
    return {"numbers": numbers, "query": query}


@on(
    "activity.poster",
    head="poster",
    example=Text("周四瑜伽的海报"),
    for_staff=True,
    rank=108,
    allow=anybody,
    private=True,
    phrases=_POSTER,
    reads=_named,
)
def poster(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
) -> Card:
    wanted = activity.find(talk.db, number) if number else _which(talk, numbers or [], query)
    _check(talk, wanted)
    title = prose(wanted.title)
    text = Text("「{title}」的海报好了：图片发群里，PDF用A4纸打印。扫海报上的码，就到这一场。", title=title)
    if missing := _missing(wanted):
        text = Text(
            "{text}\n这几个字海报上印不出来，请改一改标题或介绍：{letters}", text=text, letters=missing
        )
    about = activity_cards.subject(wanted)
    open_it = Choice(Text("详情"), press("show", wanted.number))
    return Card(
        text, articles=(about,), choices=(open_it,), tone="done", attachments=poster_files.attached(wanted)
    )


def _check(talk: Talk, wanted: Listing) -> None:
    """Nobody hangs up what is over, or is not held. Leaves with the reason."""
    stands = wanted.stands(talk.now)
    if stands in ("cancelled", "withdrawn", "ended"):
        reason = Text("换一场吧，「{title}」已经不办了或者结束了。", title=prose(wanted.title))
        talk.leave(Refusal(f"poster.{stands}", reason, wanted.ref), BROWSE)


def _missing(wanted: Listing) -> str:
    """The letters that no font of ours has."""
    return fonts.missing(
        f"{wanted.series or ''}{wanted.title}{wanted.summary or ''}{wanted.place}{wanted.host or ''}"
    )


def _which(talk: Talk, numbers: list[int], query: dict[str, Any] | None) -> Listing:
    """The one that is named, or was shown last by itself; asked for where it could be several."""
    found = activity.those(talk.db, numbers or ([] if query else _shown(talk)))[:_OFFERED]
    if not found:
        wanted = search.load(query) if query else Query()
        found, _ = search.search(talk.db, wanted, talk.now, limit=_OFFERED)
    if not found:
        talk.leave(Refusal("activity.none", Text("看看最近的活动吧，没有找到这样的。")), BROWSE)
    talk.keep(numbers=[each.number for each in found])
    if len(found) == 1:
        return found[0]
    options = [Option(each.number, activity_cards.label(each)) for each in found]
    about = tuple(Article(prose(each.title), each.ref) for each in found)
    chosen = talk.ask("which", Text("要哪一场的海报？"), *options, about=about)
    return next(each for each in found if each.number == chosen)


def _shown(talk: Talk) -> list[int]:
    """The activities of the card that was shown last: 海报 below it means one of them."""
    said = [says.split(" ") for says in talk.shown.numbers]
    return list(dict.fromkeys(int(words[1]) for words in said if len(words) == 2 and words[0] in _ABOUT))
