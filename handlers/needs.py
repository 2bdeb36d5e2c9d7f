"""What became of what people reported: one's own, those one follows, and one by its number."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row

from handlers import need_cards, question_cards
from handlers.talk import ACTIONS, Arguments, Left, Option, Phrase, Talk, anybody, on
from handlers.understanding.reading import Reading
from models import need, need_reading, phone
from models.card import Article, Card
from models.folding import fold
from models.need_reading import Reader
from models.refusal import Refusal
from models.text import Text, as_said

_MOST = 8
# What has a need's number and is shown by another action.
_ELSEWHERE = {"plan": "plan", "consultation": "consultation"}
# What people call what they reported.
THING = r"(?:诉求|需求|反映|报修|报的事|问题|投诉|建议|工单)"
NUMBER = r"(?:需求?|诉求|#)?\s*#?\s*(?P<number>\d{1,9})\s*(?:号|#)?(?:诉求|需求)?"
END = r"(?:吧|啊|呀|啦|了|吗|呢|的)*[.。!?~\s]*$"
_STATUS = (
    Phrase(rf"^(?:看看|看一下|查一下|查|打开)?我(?:的|提的|报的|反映的)(?:所有)?{THING}{END}", weight=6),
    Phrase(
        r"我(?:上次|之前|昨天|前天|上周|上个?月|那天|以前)?(?:的|提|报|反映|反应|说|投诉)(?:过|了)?(?:的)?.{0,16}?"
        r"(?:怎么样|咋样|进展|进度|到哪|哪一步|处理得|办得|修得|修好了(?:吗|没)|有结果|有消息|有下文|解决了(?:吗|没)|状态)",
        weight=6,
        unless=r"活动|报名|候补|名额|时长|认领|签到",
    ),
    Phrase(rf"(?:我的)?{THING}.{{0,6}}(?:办|处理|解决|修)(?:得|到)?(?:怎么样|咋样|哪|什么程度)", weight=6),
    Phrase(
        r"\b(?:status|progress) of (?:my|our|the) (?:request|report|case|issue|complaint)s?\b"
        r"|^(?:show )?my (?:requests|reports|cases|issues)\b"
        r"|\bwhat happened (?:to|with) my (?:request|report|complaint|case)\b",
        weight=7,
    ),
    Phrase(
        rf"^(?:看|看看|查|查看|查一下)?(?:需求?|诉求)\s*#?\d{{1,9}}(?:号)?(?:的)?(?:进展|进度|怎么样|状态)?{END}",
        weight=6,
    ),
    Phrase(r"^(?:show |open )?need #?\d{1,9}[.!?]*$|^status of (?:need )?#?\d{1,9}[.!?]*$", weight=7),
)
_NUMBERED = re.compile(r"(?:需求?|诉求|need|status of)\s*#?\s*(\d{1,9})")
_FILL = re.compile(
    r"我们?|上次|之前|昨天|前天|上周|反映|反应|投诉|报修|报|提|说|的|了|过|怎么样|咋样|修得|修好|办得|处理得|处理|进展|进度|到哪一步|哪一步"
    r"|诉求|需求|问题|事情|有没有|结果|消息|解决|什么|那个|吗|呢|没有|没|[\s,.。!?]"
)


def _meant(reading: Reading) -> Arguments:
    found = _NUMBERED.search(reading.text)
    return {"number": int(found[1])} if found else {"words": _FILL.sub("", reading.text)}


@on(
    "need.status",
    head="needs",
    menu=Text("我的诉求"),
    example=Text("我的诉求办得怎么样了"),
    rank=34,
    allow=anybody,
    private=True,
    phrases=_STATUS,
    reads=_meant,
)
def own(talk: Talk, number: int | None = None, words: str = "") -> Card:
    """One's own and the followed ones; the one that is meant, where it can be told."""
    if number is not None:
        return _one(talk, number)
    mine = need_reading.own(talk.db, talk.person.id)
    followed = need_reading.followed(talk.db, talk.person.id)
    if not mine and not followed:
        text = Text("您还没有反映过问题。要反映，说一句就行，比如“楼道的灯不亮”。")
        return Card(text, choices=(need_cards.REPORT, need_cards.BROWSE))
    meant = _named(talk, [*mine, *followed], words)
    if len(meant) == 1:
        return _one(talk, meant[0].id)
    open_first = sorted([*mine, *followed], key=lambda one: one.state in need.ENDED)
    page = open_first[:_MOST]
    articles = tuple(_row(talk, each) for each in page)
    text = Text("您反映的有{mine}件，关注的有{followed}件：", mine=len(mine), followed=len(followed))
    if not mine:
        text = Text("您关注的有{count}件：", count=len(followed))
    if not followed:
        text = Text("您反映的有{count}件：", count=len(mine))
    return Card(text, articles=articles, choices=(need_cards.BROWSE,))


def _row(talk: Talk, one: Row[Any]) -> Article:
    """One's own in one's own words, another's in the bot's."""
    known: Reader = "reporter" if one.reporter_id == talk.person.id else "other"
    said = _report(talk, one) if known == "reporter" else None
    words = as_said(question_cards.short(said)) if said else None
    return need_cards.article(talk.db, one, choices=(need_cards.look(one),), words=words)


def _report(talk: Talk, one: Row[Any]) -> str | None:
    for line, read in need_reading.lines(talk.db, one, talk.person.id):
        if line.kind == "report" and read.words:
            return str(phone.open_in(read.words, talk.vault))
    return None


def _named(talk: Talk, those: list[Row[Any]], words: str) -> list[Row[Any]]:
    """Those that the sentence speaks of: the ones that share most of its signs, two by two."""
    pairs = {words[at : at + 2] for at in range(len(words) - 1)}
    if not pairs:
        return []
    said = need_reading.said(talk.db, [one.id for one in those if one.reporter_id == talk.person.id])
    points = {}
    for one in those:
        known = " ".join([one.title, *(phone.open_in(each, talk.vault) for each in said.get(one.id, []))])
        points[one.id] = sum(pair in fold(known) for pair in pairs)
    best = max(points.values(), default=0)
    return [one for one in those if best and points[one.id] == best]


@on("need.status", head="need", allow=anybody, private=True)
def show(talk: Talk, number: int | None = None) -> Card:
    return own(talk) if number is None else _one(talk, number)


def _one(talk: Talk, number: int) -> Card:
    one, known = find(talk, number)
    return need_cards.full(talk, one, known)


def find(talk: Talk, number: int) -> tuple[Row[Any], Reader]:
    """Leaves where this person may not know of it, as where it is not there."""
    try:
        return need_reading.find(talk.db, number, talk.person.id)
    except Refusal as refusal:
        leave_elsewhere(talk, number)
        talk.leave(refusal, need_cards.MINE, need_cards.BROWSE)


def leave_elsewhere(talk: Talk, number: int) -> None:
    """A plan or a consultation has such a number too: whoever may read it is shown it, with its own steps."""
    one = need.find(talk.db, number)
    if one is None or one.kind not in _ELSEWHERE:
        return
    try:
        card = ACTIONS[_ELSEWHERE[one.kind]].handler(talk, number=number)
    except Refusal:
        return
    raise Left(card)


def pick(talk: Talk, those: Callable[[Row[Any]], bool], question: Text, nothing: Text) -> int:
    """The number of the only one of one's own that it can be; asks among several. Leaves where there is none."""
    mine = [one for one in need_reading.own(talk.db, talk.person.id) if those(one)]
    if not mine:
        talk.leave(Refusal("need.none", nothing), need_cards.MINE, need_cards.REPORT)
    if len(mine) == 1:
        return int(mine[0].id)
    options = [Option(one.id, need_cards.name(one)) for one in mine]
    return int(talk.ask("which", question, *options))
