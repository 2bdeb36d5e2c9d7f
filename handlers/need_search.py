"""What people reported around somewhere: by place, subject and words, and only what everybody may know of."""

import re
from datetime import timedelta

from handlers import need_cards
from handlers.supporting import pairs
from handlers.talk import Arguments, Phrase, Talk, anybody, on, press
from handlers.understanding.matcher import without
from handlers.understanding.reading import Reading
from models import category, need_reading
from models.card import Card, Choice
from models.database import Db
from models.folding import fold
from models.text import Text

_MOST = 8
_RECENT = timedelta(days=90)
_SAID = r"(?:反映|反应|报|提|投诉|吐槽)"
_THINGS = r"(?:问题|诉求|需求|事情?|投诉|报修|毛病)"
_SEARCH = (
    Phrase(
        rf"(?:大家|别人|邻居|居民|业主|人家|有人|谁).{{0,6}}{_SAID}(?:了|过)?(?:些|哪些|什么|啥)?.{{0,10}}(?:{_THINGS}|吗|没有|$)",
        weight=6,
        unless=r"^我|我家|我们家|我要|活动|报名|报过名|[找向跟和给]谁",
    ),
    Phrase(rf"(?:有没有|有)(?:人|谁|邻居){_SAID}(?:了|过)", weight=7, unless="报名|报过名"),
    Phrase(
        rf"^(?:看看|看一下|查|查查|搜|找)?(?:大家|别人|邻居们?|附近的?|这里的?|小区的?|周边的?)(?:反映的?|提的|报的)?{_THINGS}[.。!?]*$",
        weight=6,
    ),
    Phrase(
        r"^(?:公开的|已公开的|所有的?)(?:诉求|需求)[.。!?]*$|^(?:有)?(?:哪些|什么)(?:诉求|需求)(?:还)?(?:没解决|没办完|在办)?[.。!?]*$",
        weight=5,
    ),
    Phrase(
        r"\b(?:what|which|any) (?:problems?|issues?|requests?|complaints?)\b.{0,40}\b(?:reported|raised|around|nearby|in|at)\b"
        r"|\bhas any(?:body|one) reported\b|^(?:public )?(?:requests|issues) (?:nearby|around (?:here|me))\b",
        weight=6,
    ),
)
_OPEN = re.compile(r"没解决|还没|未解决|未办结|在办|没修|没办|unsolved|open\b|pending")
_CLOSED = re.compile(r"已解决|解决了的|办结的|办好的|已办结|\bsolved\b|\bclosed\b")
_OPEN_STATES = ("new", "triaged", "answered", "referred", "adopted", "in_progress", "resolved", "reopened")
_FILL = re.compile(
    r"大家|别人|邻居们?|居民|业主|有没有人?|有人|谁|都|最近|近期|反映|反应|报过?|提过?|投诉|吐槽|了|过|什么|哪些|啥|些|问题|诉求|需求|事情?|附近|周边|这里|小区|公开|"
    r"看看|看一下|查查?|搜|找|的|吗|呢|没有|有|还|没解决|已解决|在办|未办结|我们?|楼里?|那边|这边"
    r"|\b(?:what|which|any|problems?|issues?|requests?|complaints?|reported|raised|around|nearby|in|at|has|anybody|anyone|the|a|is|are|were|been|about|here|me)\b"
    r"|[\s,.。!?]"
)


def _meant(reading: Reading) -> Arguments:
    rest = without(reading.untimed, [each for each in reading.matches if each.found.sort == "place"])
    states: tuple[str, ...] = ()
    if _CLOSED.search(reading.text):
        states = need_reading.CLOSED
    elif _OPEN.search(reading.text):
        states = _OPEN_STATES
    return {
        "places": list(reading.places) if reading.places is not None else None,
        "words": _FILL.sub(" ", rest).strip(),
        "states": list(states),
    }


@on(
    "need.search",
    head="needsearch",
    example=Text("大家都反映了什么问题"),
    rank=36,
    allow=anybody,
    phrases=_SEARCH,
    reads=_meant,
)
def search(
    talk: Talk,
    number: int = 0,
    places: list[int] | None = None,
    words: str = "",
    states: list[str] | None = None,
) -> Card:
    """`number` were shown already, of the search without anything that narrows it."""
    codes = _categories(talk.db, words)
    found, count = need_reading.search(
        talk.db,
        places=places,
        categories=codes,
        words=[] if codes else pairs("".join(words.split())),
        states=states or (),
        since=talk.now - _RECENT,
        most=_MOST,
        skip=number,
    )
    if not found:
        text = Text("没有找到大家反映过的。您遇到了，说一句就能报。")
        return Card(text, choices=(need_cards.REPORT, need_cards.MINE))
    articles = tuple(
        need_cards.article(
            talk.db,
            each,
            spot=need_cards.public_spot(talk, each),
            words=need_cards.public_words(talk, each),
            choices=(need_cards.look(each),),
        )
        for each in found
    )
    narrowed = places is not None or words or states
    more: tuple[Choice, ...] = ()
    if number + len(found) < count and not narrowed:
        more = (Choice(Text("更多"), press("needsearch", number + len(found))),)
    text = Text("大家反映的有{count}件，新的在前：", count=count)
    if narrowed and count > len(found):
        text = Text("大家反映的有{count}件，先看新的。说得细一点，找得准一点。", count=count)
    return Card(text, articles=articles, choices=(*more, need_cards.REPORT))


def _categories(db: Db, words: str) -> list[str]:
    """The categories that the words name."""
    if not words:
        return []
    return [
        each.code
        for each in category.everything(db).values()
        if any(fold(word) in words for word in (*each.words, each.name))
    ]
