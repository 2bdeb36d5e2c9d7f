"""What somebody may like to go to, each with the reason; nothing is sent unasked (see digests.py)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from handlers import activity_cards
from handlers.activity_cards import BROWSE
from handlers.subscriptions import KINDS
from handlers.talk import Arguments, Phrase, Talk, anybody, on, press
from handlers.understanding.lexicon import Lexicon
from handlers.understanding.reading import Reading
from models import consent, profile, recommending, search, subscription
from models.card import Article, Card, Choice
from models.folding import fold
from models.recommending import Liking, Reason, Suggestion, Why, Wishes
from models.search import Query
from models.text import Several, Text, as_said

_ELSEWHERE = (
    r"(?:不要|别|不用|不想|停|关|取消|退订|订阅|再?给我推送|收到|接收|发给我|项目|服务站|社团|岗位|朋友).*推荐|推荐(?:信|人|算法|太多)|"
    r"推荐.*(?:项目|服务站|社团|医院|关|停|不要|太多)"
)
_RECOMMEND = (
    Phrase(
        r"推荐(?:几个|几场|一些|一下|点|些|个|一个|一场|我)?(?:什么|啥)?(?:活动|节目|好玩|$|[吧呗吗!。?])|"
        r"(?:活动|节目)推荐|有(?:什么|啥|没有|哪些)(?:活动)?推荐|(?:给|帮|为)我推荐(?!送)|求推荐",
        weight=4,
        unless=_ELSEWHERE,
    ),
    Phrase(
        r"(?:适合|合适)我(?:们)?(?:的|参加|去)?|我(?:会)?(?:感兴趣|喜欢)的?活动|我(?:能|可以)?(?:去|参加)点?(?:什么|啥)",
        weight=4,
        unless=_ELSEWHERE + "|时间|服务|志愿岗|办",
    ),
    Phrase(
        r"recommend(?:ations?)?\b(?: me| us)?|suggest (?:me |us )?(?:some|an?|something)|(?:something|anything|what(?:'s| is)) (?:suits?|for|right for) me\b",
        weight=4,
        unless=r"\b(?:no|stop|not|don'?t|unsubscribe|turn off)\b|project|station",
    ),
    # 我周三中午有空: said so, it asks for what is on then.
    Phrase(
        r"(?:有空|有时间|没事做|闲着|i'?m free\b|am free\b)", weight=2, needs="when", unless="有空位|预约|办"
    ),
)
_WEEKDAYS = (Text("周一"), Text("周二"), Text("周三"), Text("周四"), Text("周五"), Text("周六"), Text("周日"))
_PARTS = (Text("上午"), Text("中午"), Text("下午"), Text("晚上"))
_WHYS: dict[Why, Text] = {
    "work": Text("就在您上班的楼里"),
    "home": Text("就在您小区里"),
    "near_work": Text("离您上班的地方近"),
    "near_home": Text("离您家近"),
    "said": Text("您说的时间"),
    "soon": Text("最近要开始的"),
}


def _wanted(reading: Reading) -> Arguments:
    return {"query": search.dump(reading.query())}


@on(
    "activity.search",
    head="recommend",
    example=Text("有什么适合我的"),
    rank=12,
    allow=anybody,
    private=True,
    phrases=_RECOMMEND,
    reads=_wanted,
)
def recommend(talk: Talk, query: dict[str, Any] | None = None) -> Card:
    wishes, told = _wishes(talk)
    wanted = replace(search.load(query or {}), nearest_first=False)
    zone = talk.lexicon.zone
    found = recommending.recommend(talk.db, talk.person.id, wishes, wanted, talk.now, zone)
    if not found:
        return Card(Text("现在没有可以报的，过几天再来看看。"), choices=(BROWSE,))
    hint = (Choice(Text("说说兴趣"), press("likes")),) if told and not wishes.likes else ()
    lead = _lead(wishes, told, wanted)
    return Card(lead, articles=tuple(_row(talk, each) for each in found), choices=(*hint, BROWSE))


def _lead(wishes: Wishes, told: bool, query: Query) -> Text:
    if not told:
        return Text("大家常去的有这些。您关了活动推荐，所以没有按您的兴趣和地方来挑。")
    if wishes.likes or wishes.inside or query != Query():
        return Text("这些可能适合您：")
    return Text("先看看这些。告诉我们您喜欢什么、在哪里，下次挑得更准。")


def _row(talk: Talk, each: Suggestion) -> Article:
    shown = activity_cards.row(each.activity, talk.now)
    why = Text("{reasons}", reasons=Several(tuple(_reason(reason) for reason in each.reasons)))
    return replace(shown, facts=((Text("推荐理由"), why), *shown.facts))


def _reason(reason: Reason) -> Text:
    if reason.why == "likes":
        return Text("您喜欢{what}", what=as_said(reason.name))
    if reason.why == "follows":
        return Text("您关注了{what}", what=KINDS.get(reason.name) or as_said(reason.name))
    if reason.why == "series":
        return Text("您参加过{series}", series=as_said(reason.name))
    if reason.why == "habit":
        return Text("您常在{weekday}{part}来", weekday=_WEEKDAYS[reason.weekday], part=_PARTS[reason.part])
    if reason.why == "many":
        return Text("已有{count}人报名", count=reason.count)
    return _WHYS[reason.why]


def _wishes(talk: Talk) -> tuple[Wishes, bool]:
    """What he said of himself, and whether he wants it used; what he wants no more is left out in any case."""
    rows = subscription.of(talk.db, talk.person.id)
    chosen = {row.subject: row.wanted for row in rows}
    unwanted = [subject for subject, wanted in chosen.items() if not wanted]
    held = Wishes(
        unwanted=tuple(_likings(talk.lexicon, unwanted)), unwanted_places=tuple(_places(talk, unwanted))
    )
    if consent.refused(talk.db, talk.person.id, "recommendations"):
        return held, False
    lexicon, person = talk.lexicon, talk.person
    known = profile.find(talk.db, person.id)
    wanted = [subject for subject, is_wanted in chosen.items() if is_wanted]
    likes = [_liking(lexicon, interest) for interest in known.interests or ()]
    inside: dict[int, Why] = {}
    near: dict[int, Why] = {}
    for base, own, around in (
        (person.home_id, "home", "near_home"),
        (person.work_id, "work", "near_work"),
    ):
        if base is not None and base in lexicon.places:
            inside |= dict.fromkeys(_own_places(lexicon, base), own)  # type: ignore[arg-type]
            near |= dict.fromkeys(lexicon.near(base), around)  # type: ignore[arg-type]
    return (
        replace(
            held,
            likes=(*likes, *_likings(lexicon, wanted)),
            inside=inside,
            near=near,
            works=person.work_id is not None,
        ),
        True,
    )


def _liking(lexicon: Lexicon, interest: str) -> Liking:
    """An interest as somebody said it, with the words that meet it in what is on."""
    senses = [match.found for match in lexicon.words.find(fold(interest))]
    topics = [sense.key for sense in senses if sense.sort == "topic"]
    kinds = tuple(kind for sense in senses if sense.sort == "kind" for kind in sense.key)
    words = tuple(word for topic in topics for word in lexicon.topics.get(topic, (topic,)))
    return Liking(interest, words or (() if kinds else (fold(interest),)), kinds)


def _likings(lexicon: Lexicon, subjects: list[str]) -> Iterator[Liking]:
    """What is followed, or not wanted any more: `topic:…`, `kind:…`, `series:…`."""
    for subject in subjects:
        sort, _, name = subject.partition(":")
        if sort == "topic":
            yield Liking(name, lexicon.topics.get(name, (name,)), followed=True)
        elif sort == "kind":
            yield Liking(name, kinds=(name,), followed=True)
        elif sort == "series":
            yield Liking(name, series=name, followed=True)


def _places(talk: Talk, subjects: list[str]) -> Iterator[int]:
    for subject in subjects:
        sort, _, code = subject.partition(":")
        for node in talk.lexicon.places.values():
            if sort == "place" and node.code == code:
                yield from talk.lexicon.below[node.id]


def _own_places(lexicon: Lexicon, base: int) -> Iterator[int]:
    """The building or the estate that somebody lives or works in, with all that lies in it."""
    own = [node.id for node in lexicon.above(base) if node.kind in ("building", "estate")]
    for each in own or [base]:
        yield from lexicon.below[each]
