"""Finding activities and looking at one."""

import math
from dataclasses import replace
from typing import Any

from handlers import activity_cards, audiences, contacts, queueing, results, shifts, short
from handlers.activity_cards import BROWSE
from handlers.help import greeting
from handlers.talk import Arguments, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import activity, activity_change, duty, registration, search, visit
from models.activity import Listing
from models.card import NOTHING, Article, Card, Choice
from models.folding import fold
from models.search import Query
from models.text import Several, Text, as_said, prose

PAGE = 5
NEAREST = 3

# Sentences about other things that use the same words.
_ELSEWHERE = (
    "投票|选举|议题|项目|认领|兴趣小组|有.*(?:社团|俱乐部)|诉求|反映|办理|预约|发布|导出|统计|签到|提醒|推送|推活动|订阅|退订|"
    "志愿时长|小时志愿|多少小时|积分|通知|忽略|报修|投诉|叫我|volunteer hours|how many hours|projects?|vote|request|remind"
)
_WISH = (
    "想|要|找|求|有没有|有伐|有吗|有么|有啥|有什么|有哪些|哪些|哪里|哪天|哪儿|什么时候|几时|多久|吗$|伐$|么$|没$|"
    r"\?$|\bany\b|is there|are there|looking for|where|when|want|like to|interested"
)
_TROUBLE = "坏|漏|堵|脏|吵|睡不着|没人修|太短|太长|太大|壞|broken|leak|noise|拖欠|丢了|挂失"
_SEARCH = (
    Phrase(
        r"有(?:些|点)?(?:什么|啥|哪些|没有|嘛).*(?:活动|安排|节目|好玩|可以去|好去|能去|白相|参加)|"
        r"(?:什么|啥|哪些|找|看看|查|所有|全部|最近的?|附近的?|的|有)活动|活动.*(?:有哪些|有吗|有伐|推荐|列表|呢)|有啥(?:好玩|节目)",
        weight=2,
        unless=_ELSEWHERE,
    ),
    Phrase(
        r"what'?s on\b|what is on\b|what can i do (?!you)|anything (?:happening|going on|on|fun|to do)|"
        r"\b(?:events?|activities|happenings?)\b",
        weight=2,
        unless=_ELSEWHERE + "|my (?:events|activities)",
    ),
    Phrase(_WISH, weight=2, needs="topic", unless=f"{_ELSEWHERE}|{_TROUBLE}"),
    Phrase(_WISH, weight=1, needs="subject", unless=f"{_ELSEWHERE}|{_TROUBLE}"),
    Phrase(r"", weight=1, needs="subject", unless=f"{_ELSEWHERE}|{_TROUBLE}"),
    Phrase(r"有什么活动|找活动|^活动[呢吗?]?$|what'?s on$", weight=2),
)
_SHOW = (
    Phrase(
        r"详情|详细|具体|介绍|内容|几点|哪个房间|地址|地点|怎么去|多少钱|收费吗|要钱|做什么|干什么|干些什么|干嘛|"
        r"讲什么|讲些什么|是什么|还有(?:名额|位子|位置)|(?<![桶房箱])满了(?!没人)|人满|"
        r"\b(?:what time|how much|details?|tell me (?:more )?about|what is|about)\b",
        weight=3,
        needs="title",
        unless=_ELSEWHERE,
    ),
    Phrase(
        r"什么时候|何时|几时|哪天|在哪|哪里|\b(?:where|when)\b", weight=2, needs="title", unless=_ELSEWHERE
    ),
    Phrase(r"", weight=1, needs="title", unless=f"{_ELSEWHERE}|{_TROUBLE}"),
)


def _wanted(reading: Reading) -> Arguments:
    return {"query": search.dump(reading.query())}


def _named(reading: Reading) -> Arguments:
    return {"numbers": [title.number for title in reading.titles]}


@on(
    "activity.search", head="activities", allow=anybody, menu=Text("找活动"),
    example=Text("周六有什么活动"), rank=10, phrases=_SEARCH, reads=_wanted,
)  # fmt: skip
def find(talk: Talk, query: dict[str, Any] | None = None, around: tuple[float, float] | None = None) -> Card:
    """`around` is a point on the map, latitude first; of it only the places near it are remembered."""
    if around:
        return _around(talk, around)
    card = _page(talk, search.load(query or {}), 0)
    if query or talk.in_group or not card.articles:
        return card
    narrower = (
        Choice(Text("按地点找"), press("byplace")),
        Choice(Text("按主题找"), press("bytopic")),
        Choice(Text("给我推荐"), press("recommend")),
    )
    return replace(card, choices=(*card.choices, *narrower))


def _around(talk: Talk, here: tuple[float, float]) -> Card:
    """What is on within walking distance, nearest first; where there is nothing, what comes nearest."""
    # Whoever has just checked in says so too; it is a hint, and where exactly he is is not kept.
    visit.hint(talk.db, talk.person.id, talk.lexicon.around(here), talk.now)
    held = talk.lexicon.venues
    near = tuple(place for place in talk.lexicon.around(here) if place in held)
    if near:
        return _page(talk, Query(places=near, nearest_first=True), 0)
    beyond = [place for place in talk.lexicon.around(here, math.inf) if place in held]
    query = Query(places=tuple(beyond[:NEAREST]), nearest_first=True)
    offered, _ = search.search(talk.db, query, talk.now, limit=NEAREST)
    if not offered:
        return _nothing_found(talk, query)
    return Card(Text("1公里内没有活动。离您最近的有："), choices=_offers(offered))


@on("activity.search", head="at", allow=anybody, scans=True)
def at(talk: Talk, number: int = 0) -> Card:
    """What is on at a place and all that lies in it: what the code that is posted there says."""
    if number not in talk.lexicon.places:
        return greeting()
    name, query = as_said(talk.lexicon.places[number].name), Query(places=talk.lexicon.below[number])
    found, _ = search.search(talk.db, query, talk.now, limit=1)
    if not found:
        nearest = _nothing_found(talk, query)
        text = Text("{place}现在没有活动。{nearest}", place=name, nearest=nearest.text)
        return replace(nearest, text=text, choices=(*nearest.choices, *_follow(talk, name, number)))
    card = _page(talk, query, 0)
    text = Text("这里是{place}。{found}", place=name, found=card.text)
    return replace(card, text=text, choices=(*card.choices, *_follow(talk, name, number)))


def _follow(talk: Talk, name: Text, place: int) -> tuple[Choice, ...]:
    return () if talk.in_group else (Choice(Text("关注{place}", place=name), press("follow", place)),)


@on("activity.search", head="more", allow=anybody)
def more(talk: Talk, number: int = 0) -> Card:
    """The next page of a search that is still remembered; of the newest one where none is named."""
    remembered = talk.shown.searches.get(str(number or talk.shown.searched))
    if remembered is None:
        return _page(talk, Query(), 0)
    return _page(talk, search.load(remembered["query"]), remembered["offset"] + PAGE)


@on("activity.search", head="open", allow=anybody)
def open_ones(talk: Talk, number: int = 0) -> Card:
    """The same search, with only what one can register for now."""
    remembered = talk.shown.searches.get(str(number or talk.shown.searched), {"query": {}})
    return _page(talk, replace(search.load(remembered["query"]), open_only=True), 0)


@on("activity.search", head="similar", allow=anybody)
def similar(talk: Talk, number: int = 0) -> Card:
    """What has a topic in common with one that is not to be had."""
    like = activity.find(talk.db, number)
    tags = tuple(f"|{fold(tag)}|" for tag in like.tags)
    query = Query(topics=(tags,) if tags else (), kinds=() if tags else (like.kind,), open_only=True)
    return _page(talk, query, 0)


@on("activity.show", head="show", allow=anybody, scans=True, phrases=_SHOW, reads=_named)
def show(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    found = [activity.find(talk.db, number)] if number else activity.those(talk.db, numbers or [])
    if len(found) == 1:
        card = Card(NOTHING, articles=(_full(talk, found[0]),), choices=_for_staff(talk, found[0]))
        return results.with_result(talk, found[0], card)
    if not found:
        return find(talk)
    return _list(talk, Text("有{count}场：", count=len(found)), found)


def _for_staff(talk: Talk, one: Listing) -> tuple[Choice, ...]:
    """What those who look after it can do with it."""
    if talk.in_group or one.is_off or talk.now >= one.ends:
        return ()
    theirs = one.contact_id == talk.person.id or duty.covers(talk.db, talk.person.id, one.place_id)
    return (Choice(Text("海报"), press("poster", one.number)),) if theirs else ()


def _page(talk: Talk, query: Query, offset: int) -> Card:
    """One page of a search; where nothing is found, what comes nearest."""
    found, total = search.search(talk.db, query, talk.now, limit=PAGE, offset=offset)
    if not found:
        return _nothing_found(talk, query) if offset == 0 else Card(Text("没有更多了。"), choices=(BROWSE,))
    if talk.in_group and total > short.MOST:
        return _few(talk, query, found, total)
    serial = talk.shown.remember_search(search.dump(query), offset)
    rest = total - offset - len(found)
    choices = []
    if rest > 0:
        choices.append(Choice(Text("更多（还有{count}场）", count=rest), press("more", serial)))
    if not query.open_only and any(each.stands(talk.now) != "open" for each in found):
        choices.append(Choice(Text("只看可报名的"), press("open", serial)))
    if total == 1:
        lead = Text("1公里内有1场：") if query.nearest_first else NOTHING
        return Card(lead, articles=(_full(talk, found[0]),), choices=tuple(choices))
    if query.nearest_first:
        return _list(talk, Text("1公里内有{count}场，近的在前：", count=total), found, tuple(choices))
    return _list(talk, Text("找到{count}场，按时间排：", count=total), found, tuple(choices))


def _few(talk: Talk, query: Query, found: list[Listing], total: int) -> Card:
    """What a group is shown of a search; who asked has all of it in private."""
    shown, named = found[: short.MOST], found[short.MOST :]
    titles = Several(tuple(prose(each.title) for each in named))
    lead = Text("找到{count}场，先看最近的，后面还有{titles}：", count=total, titles=titles)
    serial = talk.memory.remember_search(search.dump(query), 0)
    card = _list(talk, lead, shown, (Choice(Text("更多请私聊"), press("again", serial), private=True),))
    return replace(card, refs=tuple(each.ref for each in found))


@on("activity.search", head="again", allow=anybody, private=True, scans=True)
def again(talk: Talk, number: int = 0) -> Card:
    """A search of one's own from its beginning; whoever did not make it is shown what is coming up."""
    remembered = talk.memory.searches.get(str(number), {"query": {}})
    alone = replace(talk, in_group=False, shown=talk.memory)
    return _page(alone, search.load(remembered["query"]), 0)


def _list(talk: Talk, lead: Text, found: list[Listing], choices: tuple[Choice, ...] = ()) -> Card:
    return Card(lead, choices=choices, articles=tuple(_line(talk, each) for each in found))


def _line(talk: Talk, one: Listing) -> Article:
    return audiences.marked(talk.db, one, activity_cards.row(one, talk.now))


def _full(talk: Talk, one: Listing) -> Article:
    # What somebody holds is nobody else's business.
    own = None if talk.in_group else registration.live(talk.db, one, talk.person.id)
    reason = activity_change.reason_of(talk.db, one) if one.is_off else None
    party, held = (own.seats, own.state) if own else (0, "confirmed")
    queued = queueing.queued(talk.db, own) if own else None
    shown = activity_cards.full(one, talk.now, party=party, held=held, queued=queued, reason=reason)
    shown = activity_cards.with_promise(shown, held, own.answer_by if own else None)
    shown = audiences.shown(talk.db, one, shifts.shown(talk, one, shown))
    return contacts.with_contact(talk, shown, one)


def _nothing_found(talk: Talk, query: Query) -> Card:
    """The nearest to what was wanted, each as a button; suggestions are no matches and carry no refs."""
    for wider in _wider(query):
        near, _ = search.search(talk.db, wider, talk.now, limit=NEAREST)
        if near:
            return Card(Text("没有找到正好合适的。接近的有："), choices=_offers(near))
    return Card(Text("现在还没有活动，过几天再来看看。"))


def _offers(found: list[Listing]) -> tuple[Choice, ...]:
    return tuple(Choice(activity_cards.label(each), press("show", each.number)) for each in found)


def _wider(query: Query) -> list[Query]:
    """Of any kind, then the same kind or topic at any time, the same days with any topic, then anything that comes."""
    any_kind = replace(query, kinds=())
    any_time = replace(query.at_any_time(), places=None)
    any_topic = Query(first=query.first, last=query.last, places=query.places)
    return [any_kind, any_time, replace(any_time, kinds=()), any_topic, Query()]
