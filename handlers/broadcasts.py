"""Writing to many: to whom, when and in which words; how it will be read, and sending it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, broadcast_cards
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding import telling
from handlers.understanding.reading import Reading
from models import (
    activity,
    audience,
    broadcast,
    broadcast_draft,
    broadcast_people,
    club,
    duty,
    group_notice,
    notice,
    place,
)
from models.audience import Audience
from models.broadcast import HOLD
from models.card import Card, Choice
from models.folding import clean
from models.member import Language
from models.refusal import Refusal
from models.text import Text, as_said

LONGEST = 1000
_OFFERED = 5
_POLITE = r"(?:[喂嗯呃哎,。 ]|那个|您好|你好|再|请|麻烦|帮我|帮忙|替我|我要|我想|你|向|给)*"
_TIME = r"(?:[\d半一两二三四五六八十]+个?半?(?:小时|钟头|刻钟|分钟)(?:以|之)?后|[今明后]天|今晚|明早|周[一二三四五六日天]|下周|星期|上午|中午|下午|晚上|早上|[\d一二三四五六七八九十两半:点分月日号整])*"
_GROUP = r"全体|大家|所有人|每个人|各位|住户|居民|全楼|成员|报名|我们楼|我们小区"
# A question, something about oneself, or for one person on duty.
_NOT_MANY = r"吗|嘛|\?|什么|怎么|哪|谁|几点|收到|看到|太多|我(?!们)(?!想|要|.{0,4}通知)|不要|别|客服|工作人员|老师|站长|书记|主任|物业(?!费)"
_ANNOUNCE = (
    Phrase(
        rf"^{_TIME}{_POLITE}(?:通知|告知|告诉|群发(?:给|通知)?|广播)(?:一下)?{_TIME}(?!我(?!们))(?:\d:\d|[^:])*?(?::|{_GROUP})",
        weight=5,
    ),
    Phrase(
        rf"^{_TIME}{_POLITE}(?:给|向|对|跟)(?!我(?!们)).{{1,40}}?(?:群?发(?:一?[个条则份])?(?:通知|公告|消息)?|说一声)(?::|,|$|\s)",
        weight=5,
    ),
    # With a place behind it, what follows needs no mark.
    Phrase(
        rf"^{_TIME}{_POLITE}{_TIME}(?:通知|告知|告诉|广播|(?:群发|推送|发(?:一?[个条则份])?(?:消息|通知|公告)|发)给)(?!我(?!们))",
        weight=5,
        needs="named_places",
        unless=_NOT_MANY,
    ),
    Phrase(
        rf"^{_TIME}{_POLITE}(?:通知|提醒|告诉|发给|群发给|推送给).{{0,4}}(?:报名|报了|参加|关注|订阅).{{1,20}}?(?:的人|的朋友|的同事|者)",
        weight=6,
        unless=_NOT_MANY,
    ),
    Phrase(
        rf"^{_TIME}{_POLITE}把.{{0,10}}(?:消息|通知|公告|话)(?:群?发|转)给.{{0,20}}(?:的人|{_GROUP})|"
        rf"^{_TIME}{_POLITE}[往在][^:,]{{1,20}}群里?发(?:一?[个条则份])?(?:通知|公告|消息)|"
        rf"^{_TIME}{_POLITE}通知一?下[^:,]{{0,10}}(?:楼里|楼内|小区里|园区里)",
        weight=5,
        unless=_NOT_MANY,
    ),
    Phrase(
        r"^.{1,20}(?:的人|全体|大家|居民|住户|业主|们)都?通知一?下",
        weight=5,
        needs="named_places",
        unless=_NOT_MANY,
    ),
    Phrase(
        rf"^{_TIME}{_POLITE}(?:在[^:,]{{1,20}})?(?:发|发布|写|拟)(?:一?[个条则份])?(?:通知|公告|群发)(?:给(?!我(?!们)).*)?(?:[:, ].*)?$",
        weight=5,
        unless=r"吗|\?|怎么|什么",
    ),
    Phrase(
        rf"^{_TIME}{_POLITE}(?:给|向|对|跟)(?!我(?!们)).{{0,20}}?(?:的人|大家|全体|居民|住户|业主|同事|们)说一[声下]",
        weight=5,
        unless=_NOT_MANY,
    ),
    Phrase(r"^群发(?:通知|消息|公告)?[。!]*$|^(?:send|write) an? (?:notice|announcement)[.!]*$", weight=5),
    Phrase(
        r"^(?:please )?(?:(?:notify|inform|announce to|broadcast to)\b(?! (?:me|us)\b)"
        r"|send an? (?:notice|message|notification) to\b(?! (?:me|us)\b)|tell (?:everyone|everybody|all)\b)",
        weight=5,
    ),
)
_SEND = (Phrase(r"^(?:确认发送|发吧|就这样发|请人批准|send it|confirm sending)[。.!]*$", weight=4),)
_TEST = (
    Phrase(
        r"^(?:先)?(?:测试一下|发给我看看|先发给我(?:自己)?(?:看看)?|发个测试|试发(?:一下)?)[。.!]*$", weight=5
    ),
    Phrase(r"^(?:send (?:me )?a test|test it(?: first)?|send it to me first)[.!]*$", weight=5),
)


def _said(reading: Reading) -> Arguments:
    said = telling.split_behind_place(reading.said, reading.lexicon)
    return {"head": said.head, "words": said.words}


@on(
    "staff.broadcast",
    head="announce",
    example=Text("通知我们楼全体：周五空调检修"),
    for_staff=True,
    rank=102,
    allow=anybody,
    private=True,
    phrases=_ANNOUNCE,
    reads=_said,
)
def announce(
    talk: Talk,
    head: str = "",
    words: str | None = None,
    meant: dict[str, Any] | None = None,
    starts: str | None = None,
    left: str = "",
    past: bool = False,
) -> Card:
    """`meant` is the audience, once it is found; what is written is sent by nobody before it was seen."""
    if meant is None:
        begins = telling.when(head, talk.now, talk.person, talk.lexicon)
        found, left = _whom(talk, head)
        starts = begins.isoformat() if begins else None
        past = telling.is_past(head, talk.now, talk.person, talk.lexicon)
        talk.keep(meant=found.dump(), starts=starts, left=left, past=past)
    else:
        found = Audience.load(meant)
    audience.check(talk.db, found, talk.person.id)
    if words is None:
        to = broadcast_cards.whom(talk.db, found)
        words = talk.ask("words", Text("请写内容，会原样发给{whom}。", whom=to), check=message)
    texts = telling.by_language(message(words))
    begins = datetime.fromisoformat(starts) if starts else None
    written = broadcast_draft.draft(talk.db, talk.person.id, texts, found, talk.now, starts=begins)
    # Said anew, the question that still waited is answered.
    talk.memory.forms = [form for form in talk.memory.forms if form.head != "announce" or form is talk.form]
    noted = [Text("请看清发给谁，“{words}”没听懂。", words=left)] if left else []
    noted += [Text("请看清什么时候发，说的时间已经过了。")] if past else []
    return _preview(talk, written, *noted)


def _preview(talk: Talk, found: Row[Any], *before: Text) -> Card:
    return broadcast_cards.preview(talk.db, found, talk.now, talk.schedule, *before)


def _whom(talk: Talk, head: str) -> tuple[Audience, str]:
    """Who is meant, asked for where nobody is named, or several could be; and what was not understood of it."""
    whom = telling.whom(head, talk.db, talk.person, talk.lexicon, talk.now)
    if whom.several:
        return _with_one_of(talk, whom), whom.left
    if whom.audience:
        return whom.audience, whom.left
    own = duty.places(talk.db, talk.person.id)
    led = club.led(talk.db, talk.person.id, clubs=True)
    if not own and not led:
        _refuse(talk)

    def named(words: str) -> dict[str, Any]:
        found = telling.whom(words, talk.db, talk.person, talk.lexicon, talk.now)
        if not found.audience:
            raise Refusal("broadcast.whom", Text("请换个说法，比如楼名、组织名。没有找到要发给谁。"))
        return found.audience.dump()

    options = [
        Option(Audience(places=(key,)).dump(), as_said(talk.lexicon.places[key].name))
        for key in own[:_OFFERED]
    ]
    options += [Option(Audience(organizations=(row.id,)).dump(), as_said(row.name)) for row in led]
    question = Text("发给谁？点一个，或者说楼名、组织、活动的报名者。")
    if len(whom.left) > 1:
        question = Text("没有找到“{words}”。{question}", words=whom.left, question=question)
    chosen = talk.ask("whom", question, *options, check=named)
    return Audience.load(chosen), ""


def _with_one_of(talk: Talk, whom: telling.Whom) -> Audience:
    """Of several activities that are called so the one that is meant, or all of them."""
    held = [activity.held(talk.db, key) for key in whom.several]
    mine = [each for each in held if duty.covers(talk.db, talk.person.id, each.place_id)] or held
    chosen = [each.id for each in mine]
    if len(mine) > 1:
        options = [Option([each.id], activity_cards.label(each)) for each in mine[:_OFFERED]]
        both = Option(chosen, Text("都发"), ("都", "全部", "所有", "all", "both"))
        chosen = talk.ask("which", Text("发给哪一场报名的人？"), *options, both)
    base = whom.audience
    return Audience(base.places, base.organizations, base.series, tuple(chosen))


def _refuse(talk: Talk) -> None:
    """Somebody who is staff of nothing is told who may, for where he works or lives."""
    here = talk.person.work_id or talk.person.home_id
    if here is None:
        here = next(iter(place.roots(talk.db)), None)
    if here is not None:
        duty.check(talk.db, talk.person.id, here)
    talk.leave(Refusal("duty.other", Text("请到服务站问一问，通知由工作人员发。")), *menu())


def message(words: str) -> str:
    """What is to be read by many, as it was typed."""
    typed = clean(words)
    if not typed or not telling.by_language(typed):
        raise Refusal("check.empty", Text("请写几个字。"))
    if len(typed) > LONGEST:
        raise Refusal("check.long", Text("请写短一些，最多{count}个字。", count=LONGEST))
    return typed


# A draft, and what can be done with it.


def draft_of(talk: Talk, number: int | None) -> Row[Any]:
    """The draft that is meant, without a number the newest; only its author's. Raises Refusal."""
    if number is None:
        own = (row for row in broadcast.of(talk.db, talk.person.id) if row.author_id == talk.person.id)
        found = next(own, None)
    else:
        found = broadcast.find(talk.db, number)
    if found is None or found.author_id != talk.person.id or found.kind != "notice":
        raise Refusal("broadcast.unknown", Text("请先写一条，比如“发通知”。没有等着发的。"))
    audience.check(talk.db, Audience.load(found.audience), talk.person.id)
    if found.state != "draft":
        talk.leave(
            Refusal("broadcast.past", Text("请看看它的进度，这一条已经不在草稿里了。"), _ref(found)),
            *broadcast_cards.controls(found),
        )
    return found


def _ref(found: Row[Any]) -> str:
    return f"broadcast:{found.number}"


@on("staff.broadcast", head="sendout", allow=anybody, private=True, phrases=_SEND)
def send_out(talk: Talk, number: int | None = None) -> Card:
    """What it takes: nothing more, the number typed, or somebody else."""
    found = draft_of(talk, number)
    talk.keep(number=found.number)
    if duty.plays(talk.db, talk.person.id):
        talk.leave(
            Refusal("demo.ends", duty.DEMO_ENDS, _ref(found)),
            Choice(Text("发给我看看"), press("tryout", found.number)),
            Choice(Text("不发了"), press("halt", found.number)),
        )
    _, seen = broadcast.sight(talk.db, found)
    way = broadcast.way_of(talk.db, found)
    told = found.recipients or group_notice.count(talk.db, found)
    if seen != found.digest or not told:
        changed = Text("请再看一遍，人数刚刚变了。")
        return _preview(talk, broadcast_draft.recount(talk.db, found), *([changed] if told else []))
    if way == "second":
        return _ask_second(talk, found, seen)
    if way == "type":
        right = Exactly(found.recipients)
        talk.ask(
            "count", Text("{count}人会收到。请输入这个人数，才会发。", count=found.recipients), check=right
        )
    sent = broadcast.approve(talk.db, found, talk.person.id, seen, talk.now, HOLD[way])
    return broadcast_cards.held(talk.db, sent, talk.now, talk.schedule)


class Exactly:
    """The one number that is right, as digits: nobody types it without having read it."""

    wants = "number"

    def __init__(self, number: int) -> None:
        self._number = number

    def __call__(self, text: str) -> int:
        digits = clean(text).removesuffix("人").strip()
        if digits != str(self._number):
            raise Refusal("broadcast.count", Text("请再输一次，要和上面的人数一样。"))
        return self._number


def _ask_second(talk: Talk, found: Row[Any], seen: str) -> Card:
    """Everybody who may approve it gets it to read."""
    able = broadcast_people.approvers(talk.db, found)
    if not able:
        sentence = Text("请管理员再定一位管这里的人，现在没有别人能批准。")
        talk.leave(Refusal("broadcast.alone", sentence), Choice(Text("不发了"), press("halt", found.number)))
    asked = broadcast.submit(talk.db, found, talk.person.id, seen, talk.now)
    card = broadcast_cards.asking_approval(talk.db, asked, talk.now, talk.schedule)
    for officer in able:
        key = f"approve:{asked.number}:{officer.id}"
        notice.tell_member(talk.db, [card], officer.id, talk.now, key=key, kind="answer")
    names = [as_said(officer.name) for officer in able[:3] if officer.name]
    return Card(
        Text("送去批准了，{names}批准后才发。", names=broadcast_cards.listed(names)),
        choices=broadcast_cards.controls(asked),
        tone="done",
        refs=(_ref(asked),),
    )


@on("staff.broadcast", head="tryout", allow=anybody, private=True, phrases=_TEST)
def try_out(talk: Talk, number: int | None = None) -> Card:
    """Sent to its author alone, as everybody would get it."""
    found = draft_of(talk, number)
    card = broadcast_cards.as_read(talk.db, found)
    notice.tell_member(talk.db, [card], talk.person.id, talk.now, kind="notice")
    return _preview(talk, found, Text("给您发了一份，收到的人看到的就是这样。"))


@on("staff.broadcast", head="inenglish", allow=anybody, private=True)
def in_english(talk: Talk, number: int | None = None) -> Card:
    return _in_language(talk, number, "en", Text("请发英文版，会原样发给看英文的人。"))


@on("staff.broadcast", head="traditional", allow=anybody, private=True)
def in_traditional(talk: Talk, number: int | None = None) -> Card:
    return _in_language(talk, number, "zh-Hant", Text("请发繁体版，会原样发给看繁体的人。"))


def _in_language(talk: Talk, number: int | None, language: Language, asks: Text) -> Card:
    found = draft_of(talk, number)
    talk.keep(number=found.number)
    words = talk.ask("words", asks, check=message)
    texts = {**found.texts, language: words}
    return _preview(talk, broadcast_draft.reword(talk.db, found, texts, talk.person.id, talk.now))


@on("staff.broadcast", head="reword", allow=anybody, private=True)
def reword(talk: Talk, number: int | None = None) -> Card:
    """Other words; what somebody else was asked to approve is void with them."""
    found = broadcast.find(talk.db, number or 0)
    if found.author_id != talk.person.id or found.kind != "notice":
        raise Refusal("broadcast.unknown", Text("请先写一条，比如“发通知”。没有等着发的。"))
    audience.check(talk.db, Audience.load(found.audience), talk.person.id)
    if found.began is not None or found.state not in broadcast.LIVE:
        talk.leave(
            Refusal("broadcast.past", Text("请发更正，这一条已经发出去了。"), _ref(found)),
            *broadcast_cards.controls(found),
        )
    words = talk.ask("words", Text("请发新的内容，旧的就不要了。"), check=message)
    texts = telling.by_language(words)
    return _preview(talk, broadcast_draft.reword(talk.db, found, texts, talk.person.id, talk.now))
