"""办事: which public service somebody needs, found by name, by category, or described in his own words; and its card."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from handlers import service_cards
from handlers.checks import bare
from handlers.service_phrases import MENU, SEARCH
from handlers.talk import Arguments, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import service, service_search
from models.card import NOTHING, Card, Choice
from models.folding import fold
from models.refusal import Refusal
from models.text import Text, prose

_PAGE = 5
# So many categories on the first card: as numbered lines more are not read.
_KINDS = 8
# What is shown of a search at least, however much likelier the first one is.
_AT_LEAST = 3
# With less than this share of the best one's score it is one of many that share a word with the sentence.
_CLOSE = 0.6
# Named as it is called, and so much likelier than the next: nothing else is meant.
_ALONE = 0.4
# What stands around the name of a service, and asks for nothing else.
_ASKED = re.compile(
    r"请问|你好|您好|我|想|要|需要|得|该|带|准备|交|提供|些|点|什么|哪些|啥|材料|证件|资料|手续|怎么|如何|咋|哪里|哪儿|去哪|办理?|申请|申领|"
    r"在|到|多少钱|几天|多久|流程|条件|呢|吗|啊|呀|的|[\s,.!?。]|\b(?:how|do|can|i|to|get|apply|for|the|an?|my|what|documents|papers|need|where)\b"
)
# So many letters beside the name of a category ask for nothing in it.
_MORE = 3
# So many letters tell of nothing but a province.
_SHORT = 12
_ALL_OF = re.compile(
    r"跨省|专窗|窗口|三省|能办|可以办|办(?:什么|哪些|啥)|有(?:什么|哪些|啥)|哪些|事项|^\S{2,4}$|window|services"
)


def _wanted(reading: Reading) -> Arguments:
    return {"keys": reading.services, "said": reading.text}


@on(
    "service.search",
    head="services",
    allow=anybody,
    menu=Text("办事"),
    example=Text("居住证怎么办"),
    rank=12,
    phrases=SEARCH,
    reads=_wanted,
)
def find(talk: Talk, keys: list[int] | None = None, said: str = "") -> Card:
    """By a category that is named, for a province, else what the words ask for; without anything the whole catalogue."""
    if (category := _category(talk, said)) is not None:
        return _listed(talk, [row.id for row in service_search.in_category(talk.db, category)], category, 0)
    if (listed := _of_province(talk, keys or [], said)) is not None:
        return listed
    if keys:
        return _found(talk, keys, said)
    if not talk.lexicon.services.entries:
        return Card(Text("请到服务站问一问，这里还没有办事的目录。"), choices=menu())
    if not said or any(re.search(phrase.pattern, said) for phrase in MENU):
        return _overview(talk)
    rest = _overview(talk)
    text = Text("请换个说法，或者从下面找。没有找到这件事。")
    return Card(text, choices=rest.choices, tone="notice")


def _overview(talk: Talk) -> Card:
    """What most people come for stands first, then the first categories in the catalogue's own order."""
    pinned = service_search.pinned(talk.db)
    kinds = service_search.categories(talk.db)
    many = sum(each.many for each in kinds)
    choices = _of_kinds(kinds)
    # One more button instead of a single one would be no shorter.
    if len(kinds) > _KINDS + 1:
        choices = (*_of_kinds(kinds[:_KINDS]), Choice(Text("其他类别"), press("categories")))
    example = next(iter(pinned or service.everything(talk.db)))
    text = Text(
        "要办什么，直接说一句就行，比如“{example}”。一共{count}项，也可以按类找：",
        example=prose(example.name),
        count=many,
    )
    return Card(text, articles=tuple(service_cards.title(each) for each in pinned), choices=choices)


def _of_kinds(kinds: Sequence[Row[Any]]) -> tuple[Choice, ...]:
    return tuple(Choice(prose(each.category), press("category", each.first)) for each in kinds)


@on("service.search", head="categories", allow=anybody)
def other_categories(talk: Talk) -> Card:
    """Those that the first card has no room for."""
    kinds = service_search.categories(talk.db)
    text = Text("另外还有{count}类：", count=len(kinds[_KINDS:]))
    return Card(text, choices=(*_of_kinds(kinds[_KINDS:]), BROWSE)) if kinds[_KINDS:] else _overview(talk)


@on("service.search", head="category", allow=anybody)
def of_category(talk: Talk, number: int = 0) -> Card:
    """The category of this service: buttons name it by the first of it."""
    one = service.find(talk.db, number)
    if one is None:
        return _overview(talk)
    keys = [row.id for row in service_search.in_category(talk.db, one.category)]
    return _listed(talk, keys, one.category, 0)


@on("service.search", head="servicepage", allow=anybody)
def more(talk: Talk, number: int = 0) -> Card:
    """The next page of a search that is still remembered."""
    remembered = talk.shown.searches.get(str(number or talk.shown.searched))
    query = remembered["query"] if remembered else {}
    if remembered is None or "services" not in query:
        return _overview(talk)
    return _listed(talk, query["services"], query["category"], remembered["offset"] + _PAGE)


def _category(talk: Talk, said: str) -> str | None:
    """The category whose whole name is said; one that a service is called by too is that service."""
    named = [each.category for each in service_search.categories(talk.db) if fold(each.category) in said]
    longest = max(named, key=len, default=None)
    if longest is None or not (_ALL_OF.search(said) or len(said) <= len(longest) + _MORE):
        return None
    found = talk.lexicon.services.ranked(said)
    names = [
        fold(name)
        for entry in talk.lexicon.services.entries
        if found and entry.key in {each.key for each in found if each.whole}
        for name in (entry.name, *entry.aliases)
    ]
    longer = any(fold(longest) in name and name != fold(longest) and name in said for name in names)
    return None if longer else longest


def _of_province(talk: Talk, keys: list[int], said: str) -> Card | None:
    """Exactly what there is for the people of a province, and what its window does for all; None where that is not asked."""
    provinces = talk.lexicon.services.provinces(said)
    # A longer sentence says what for, and is looked for as any other.
    if not provinces or (keys and (len(said) > _SHORT or not _ALL_OF.search(said))):
        return None
    meant = [
        row
        for category in service_search.window_categories(talk.db)
        for row in service_search.in_category(talk.db, category)
        if talk.lexicon.services.province_of(row.id) in (None, *provinces)
    ]
    return _listed(talk, [row.id for row in meant], provinces[0], 0) if meant else None


def _found(talk: Talk, keys: list[int], said: str) -> Card:
    """The likeliest ones; where only one can be meant, its card."""
    ranked = [each for each in talk.lexicon.services.ranked(said) if each.key in keys]
    if not ranked:
        return _listed(talk, keys, None, 0)
    best = ranked[0]
    others = ranked[1:]
    if (exact := _exact(talk, said)) is not None:
        return _shown(talk, known(talk, exact))
    named = best.named and not any(each.named for each in others)
    alone = best.whole and all(each.score < best.score * _ALONE for each in others)
    if named or alone or not others:
        return _shown(talk, known(talk, best.key))
    close = [
        each.key for nth, each in enumerate(ranked) if nth < _AT_LEAST or each.score >= best.score * _CLOSE
    ]
    return _listed(talk, close, None, 0)


def _exact(talk: Talk, said: str) -> int | None:
    """The one service that is called exactly so, whatever is asked about it."""
    wordings = {bare(said), _ASKED.sub("", said)}
    called = [
        entry.key
        for entry in talk.lexicon.services.entries
        if any(fold(name) in wordings for name in (entry.name, *entry.aliases))
    ]
    return called[0] if len(called) == 1 else None


def _listed(talk: Talk, keys: list[int], name: str | None, offset: int) -> Card:
    """A page of services; `name` is the category or the province whose they are."""
    page = service_search.those(talk.db, keys[offset : offset + _PAGE])
    if not page:
        return Card(Text("没有更多了。"), choices=(BROWSE,))
    if len(keys) == 1:
        return _shown(talk, page[0])
    choices = []
    if len(keys) > offset + len(page):
        serial = talk.shown.remember_search({"services": keys, "category": name}, offset)
        label = Text("更多（还有{count}项）", count=len(keys) - offset - len(page))
        choices.append(Choice(label, press("servicepage", serial)))
    text = Text("您要办的可能是这几项，看哪一项：")
    if name is not None:
        text = Text("{category}有{count}项：", category=prose(name), count=len(keys))
    rows = tuple(service_cards.row(each) for each in page)
    return Card(text, articles=rows, choices=(*choices, BROWSE))


BROWSE = Choice(Text("全部事项"), press("services"))


@on("service.show", head="service", allow=anybody, scans=True)
def show(talk: Talk, number: int = 0) -> Card:
    return _shown(talk, known(talk, number))


def _shown(talk: Talk, one: Row[Any]) -> Card:
    return Card(NOTHING, articles=(service_cards.article(talk, one),))


def known(talk: Talk, number: int) -> Row[Any]:
    one = service.find(talk.db, number)
    if one is None:
        talk.leave(Refusal("service.none", Text("请从目录里找，没有找到这一项。")), BROWSE)
    return one
