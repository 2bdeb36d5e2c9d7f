"""结对: who gives company, a skill or lessons and who wants it are paired by an officer, once both agree."""

from typing import Any

from sqlalchemy import Row

from handlers import checks
from handlers.pair_cards import (
    MINE,
    called_other,
    pair_article,
    tell,
    together,
    wish_article,
)
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import duty, notice, pair, phone, place
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Moment, Text, as_said

_GIVE = r"(?:我|我们)?(?:想|可以|愿意|能)(?:去|来)?(?:陪|教)(?:伴)?.{0,6}(?:老人|老年人|阿姨|叔叔|爷叔|邻居|居民|白领|孩子)"
_WISH = (
    Phrase(rf"结对(?!名单)|{_GIVE}", weight=6, unless="名单|我的结对|结束|退出|谁|不|哪些|报名"),
    Phrase(
        r"\b(?:i(?:'d| would| can| want to)?(?: like to)? (?:keep .{0,20}company|teach (?:a|an|some) (?:neighbou?r|elder)\w*)|pair (?:me )?up|find me a (?:buddy|pair))",
        weight=6,
    ),
)
_NAMED = Phrase(r"^(?:我要|我想|想)?(?:参加|加入)?[^\s,。]{1,3}互动[。!]*$", weight=2, unless="亲子|活动")
_MINE = (
    Phrase(r"^(?:看看|查看|查)?我(?:的)?结对(?:对象|情况)?[。.!?]*$", weight=7),
    Phrase(r"^my pairs?[.!?]*$", weight=7),
)
_END = (
    Phrase(r"^(?:我)?(?:要|想)?(?:结束|退出|不想?再?|取消)(?:我的)?结对[了吧。!]*$", weight=7),
    Phrase(r"^(?:end|stop|leave) (?:my |the )?pair(?:ing)?[.!]*$", weight=7),
)
_SIDES = (
    Option("gives", Text("我能给"), ("给", "能给", "i give")),
    Option("wants", Text("我想要"), ("要", "想要", "i want")),
)
_KINDS = tuple(Option(code, name) for code, name in pair.KINDS.items())
_YES = Option("yes", Text("提交"), ("确认", "是", "对", "好", "yes", "ok"))
_NO = Option("no", Text("先不提交"), ("不", "算了", "no"))


def _said(reading: Reading) -> Arguments:
    return {"side": "gives"} if any(word in reading.text for word in ("陪", "教", "company", "teach")) else {}


@on("pair.wish", head="pair", allow=anybody, private=True, example=Text("我想陪老人聊聊天"), rank=66, phrases=(*_WISH, _NAMED),
    reads=_said)  # fmt: skip
def wish(talk: Talk, side: str | None = None) -> Card:
    """Nobody but the staff reads who it is and what was written, until both agree."""
    side = side or talk.ask("side", Text("互相帮忙：您能给，还是想要？"), *_SIDES)
    kind = talk.ask("kind", Text("哪一样？"), *_KINDS)
    here = _where(talk)
    none = Option("", Text("不写了"), ("没有", "跳过", "skip"))
    question = Text("想做什么、什么时候方便？只有工作人员看。可以不写。")
    words = talk.ask("words", question, none, check=checks.words)
    text = Text("这样提交，对吗？工作人员来配对，双方都答应才见面，第一次在服务站。")
    if talk.ask("sure", text, _YES, _NO) == "no":
        return Card(Text("好的，没有提交。"), choices=menu())
    duty.check_real(talk.db, talk.person.id)
    stored = phone.seal_in(words or None, talk.vault)
    made = pair.wish(talk.db, talk.person.id, side, kind, stored, here, talk.now)
    if made is None:
        return Card(Text("不用再提，这一条还在等配对。"), choices=(MINE,))
    one = pair.find_wish(talk.db, made)
    card = Card(
        Text("有人想结对，请看看能配给谁。"),
        articles=(wish_article(talk, one),),
        choices=(_LIST,),
        tone="notice",
    )
    for officer in duty.officers(talk.db, here)[:1]:
        notice.tell_member(
            talk.db, [card], officer.id, talk.now, key=f"pair wish:{made}", kind="answer", rests=True
        )
    return Card(Text("记下了，配上了再问您愿不愿意。"), tone="done", choices=(MINE,))


_LIST = Choice(Text("结对名单"), press("pairlist"))


def _where(talk: Talk) -> int:
    """Where he lives, or works where no home is known, else the whole community."""
    return talk.person.home_id or talk.person.work_id or place.roots(talk.db)[0]


@on("pair.show", head="mypairs", allow=anybody, private=True, phrases=_MINE)
def mine(talk: Talk) -> Card:
    own, waiting = pair.of(talk.db, talk.person.id), pair.own_wishes(talk.db, talk.person.id)
    if not own and not waiting:
        return Card(Text("您还没有结对。"), choices=(Choice(Text("我要结对"), press("pair")),))
    articles = [pair_article(talk, one) for one in own]
    articles += [wish_article(talk, one, Choice(Text("收回"), press("pairback", one.id))) for one in waiting]
    return Card(Text("您的结对："), articles=tuple(articles))


@on("pair.end", head="pairback", allow=anybody, private=True)
def take_back(talk: Talk, number: int = 0) -> Card:
    one = pair.find_wish(talk.db, number)
    if one.member_id != talk.person.id:
        raise Refusal("pair.unknown", Text("请看看结对名单，没有找到这一条。"))
    pair.withdraw(talk.db, one)
    return Card(Text("好的，收回了。"), tone="done", choices=(Choice(Text("我要结对"), press("pair")),))


def _own(talk: Talk, number: int | None) -> Row[Any]:
    """One of one's own, without a number the newest. Raises Refusal."""
    own = pair.of(talk.db, talk.person.id)
    found = pair.find(talk.db, number) if number else (own[0] if own else None)
    if found is None or pair.side_of(found, talk.person.id) is None:
        raise Refusal("pair.unknown", Text("请看看“我的结对”，没有找到这一条。"))
    return found


@on("pair.answer", head="pairyes", allow=anybody, private=True)
def agree(talk: Talk, number: int = 0) -> Card:
    """With the second yes both learn who the other is, and nobody's number."""
    one = _own(talk, number)
    if one.state != "asked":
        return Card(Text("不用再点，这一对：{state}。", state=pair.STATES[one.state]), choices=(MINE,))
    if one.meets <= talk.now:
        raise Refusal("pair.late", Text("请等工作人员另约，约的时间已经过了。"))
    one = pair.agree(talk.db, one, talk.person.id, talk.now)
    if one.state == "asked":
        return Card(Text("好的，等对方也答应，就告诉您是谁。"), tone="done", choices=(MINE,))
    other = pair.other(one, talk.person.id)
    if other is not None:
        tell(talk, other, together(one, other), f"pair:{one.id}:together:{other}")
    if one.officer_id is not None:
        card = Card(
            Text("双方都答应了，{meets}见面。", meets=Moment(one.meets)), articles=(pair_article(talk, one),)
        )
        tell(talk, one.officer_id, card, f"pair:{one.id}:together:officer")
    return together(one, talk.person.id)


@on("pair.end", head="pairend", allow=anybody, private=True, phrases=_END)
def end(talk: Talk, number: int | None = None) -> Card:
    """One message of either side, without a reason; the other one and the officer hear of it."""
    one = _own(talk, number)
    if not pair.end(talk.db, one, talk.person.id, talk.now):
        return Card(Text("不用再点，这一对已经结束。"), choices=(MINE,))
    was_known = one.state != "asked"
    other = pair.other(one, talk.person.id)
    if other is not None and (was_known or getattr(one, f"{pair.side_of(one, other)}_agrees")):
        text = Text("不用再等，这次结对结束了。想再找一位，随时说“结对”。")
        tell(talk, other, Card(text, choices=(Choice(Text("我要结对"), press("pair")),), tone="notice"), f"pair:{one.id}:ended:{other}")  # fmt: skip
    if one.officer_id is not None:
        text = Text(
            "不用再安排：{giver}和{taker}的结对结束了。", giver=_name(one.giver), taker=_name(one.taker)
        )
        tell(
            talk, one.officer_id, Card(text, choices=(_LIST,), tone="notice"), f"pair:{one.id}:ended:officer"
        )
    return Card(
        Text("好的，结束了，不用说原因。"), tone="done", choices=(Choice(Text("我要结对"), press("pair")),)
    )


def _name(name: str | None) -> Text:
    return as_said(name) if name else Text("一位居民")


@on("pair.help", head="pairhelp", allow=anybody, private=True)
def call_for_help(talk: Talk, number: int | None = None) -> Card:
    """The officer is told at any hour."""
    one = _own(talk, number)
    officers = [one.officer_id] if one.officer_id is not None else []
    officers += [row.id for row in duty.officers(talk.db, one.place_id)[:1] if row.id not in officers]
    text = Text(
        "请马上联系{name}：结对里有事想找工作人员。对方是{other}。",
        name=called_other(one, pair.other(one, talk.person.id)),
        other=called_other(one, talk.person.id),
    )
    for officer in officers:
        key = f"pair:{one.id}:help:{talk.now:%Y%m%d%H%M}:{officer}"
        stop = Choice(Text("结束这一对"), press("pairstop", one.id))
        card = Card(text, choices=(stop, _LIST), tone="notice")
        notice.tell_member(talk.db, [card], officer, talk.now, key=key, kind="answer")
    text = Text("已经告诉工作人员，会马上联系您。有危险请先打110。")
    return Card(text, tone="done", choices=(Choice(Text("结束结对"), press("pairend", one.id)),))
