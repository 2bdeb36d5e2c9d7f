"""An emergency notice: who is told, how long that takes, and sending it, with a second person where it needs one."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import broadcast_cards, emergency_cards
from handlers.acknowledgements import DANGER
from handlers.broadcasts import message
from handlers.emergency_cards import look
from handlers.jobs import job
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding import telling
from handlers.understanding.reading import Reading
from models import audience, broadcast, broadcast_people, broadcasting, duty, emergency, notice, place
from models.audience import Audience, Counts
from models.card import NOTHING, Card, Choice
from models.database import Db
from models.folding import clean, fold
from models.refusal import Refusal
from models.roll_call import HOUSES
from models.schedule import Schedule
from models.text import Several, Text, as_said

_OFFERED = 6
NO_HOLD = timedelta(0)
_KIND = r"(?:紧急|緊急|应急|應急)(?:通知|广播|廣播|疏散|通告|警报|警報)+|emergency (?:notice|alert|message|broadcast|warning)"
_DRILL = r"演练|演習|演練|演习|drill"
_POLITE = (
    r"(?:请|麻烦|帮我|我要|我想|马上|立即|立刻|现在|发布|发送|发出|发|一?[条个]|please |send |issue |an? )*"
)
# What nobody names 紧急通知 in a fright.
_HAPPENS = re.compile(
    r"(?:着火|起火|失火|火灾|冒烟|爆炸|坍塌|倒塌|地震|(?:煤气|燃气|天然气)(?:泄漏|漏了|漏气)|漏煤气|漏燃气).{0,15}"
    r"(?:通知|告诉|叫|让)(?!我(?!们)).{0,8}(?:大家|所有人|全体|全楼|楼里|居民|住户|撤离|疏散|下楼)"
)
_START = (
    Phrase(_HAPPENS.pattern, weight=7, unless=r"吗|\?|演习过|没有$"),
    Phrase(rf"^{_POLITE}(?:(?:{_DRILL})[\s,:]*)?(?:{_KIND})(?!.*(?:吗|没有|谁|怎么|情况|\?)$)", weight=7),
    Phrase(rf"^{_POLITE}(?:{_DRILL})[\s,:]*(?:的)?(?:{_KIND})", weight=7),
)
_LAUNCH = (
    Phrase(
        rf"^(?:看看再批准|(?:看看|批准)(?:这条|那条)?(?:{_KIND}))[。.!]*$|^read and approve[.!]*$", weight=8
    ),
)
_LEAD = re.compile(
    rf"^.{{0,20}}?(?:{_KIND})\s*(?:[(（]?(?:{_DRILL})[)）]?)?\s*(?:for|to|给|發給|发给)?\s*(?P<whom>[^:：\n]{{0,60}}?)\s*(?:[:：]\s*(?P<words>\S.*))?$",
    re.DOTALL | re.IGNORECASE,
)
_IS_DRILL = re.compile(_DRILL, re.IGNORECASE)
_WIDE = re.compile(r"全社区|全街道|整个(?:社区|街道|小镇)|(?:the )?whole (?:community|quarter)")
_EVERYBODY = re.compile(
    rf"{_WIDE.pattern}|全体|所有人|大家|每个人|everybody|everyone|\ball\b(?! (?:of )?(?:the )?\w+ (?:in|of|at))"
)
_YES_WORDS = ("确认", "发送", "确认发送", "发", "是", "好", "yes", "confirm", "send", "send it")
_YES = Option("yes", Text("确认发送"), _YES_WORDS)
_ASK_SECOND = Option("yes", Text("请人批准"), _YES_WORDS)
_ALL = Option("all", Text("也发给全社区"), ("全社区", "所有人", "everybody", "everyone"))
_NO = Option("no", Text("先不发"), ("不", "不发", "不要", "取消发送", "no"))
_APPROVE = Option("yes", Text("批准发送"), ("批准", "同意", *_YES_WORDS))
_REFUSE = Option("no", Text("不批准"), ("不", "不同意", "拒绝", "no"))


def _said(reading: Reading) -> Arguments:
    """`紧急通知云杉大厦：…`: the words stay as they were typed."""
    found = _LEAD.match(clean(reading.said))
    if found is None:
        # 三楼着火了，通知大家下楼: all of it is to be read.
        return {"head": reading.said, "words": clean(reading.said)} if _HAPPENS.search(reading.text) else {}
    lead = clean(reading.said)[: found.end("whom")]
    return {"head": found["whom"], "words": found["words"], "drill": bool(_IS_DRILL.search(lead))}


@on(
    "staff.broadcast",
    head="emergency",
    example=Text("紧急通知我们楼"),
    for_staff=True,
    rank=103,
    allow=anybody,
    private=True,
    phrases=_START,
    reads=_said,
)
def start(
    talk: Talk,
    head: str = "",
    words: str | None = None,
    drill: bool = False,
    there: list[int] | None = None,
    wide: bool = False,
    counts: dict[str, list[int]] | None = None,
) -> Card:
    """`there` are the places concerned, once they are found; `wide`: everybody is told behind them.

    `counts` are those of the previews that were shown: to count a whole community takes its time.
    """
    if there is None:
        there, wide = _places(talk, head, words)
        talk.keep(there=there, wide=wide)
    for each in there:
        _check(talk, each)
    if words is None:
        name = as_said(place.name(talk.db, there[0]))
        words = talk.ask(
            "words", Text("请写{place}出了什么事、该怎么做，会原样发出。", place=name), check=message
        )
    texts = telling.by_language(message(words))
    meant = _audience(talk, there, wide=wide)
    seen = {name: Counts(*both) for name, both in (counts or {}).items()}
    sure = _sure(talk, "sure", there, meant, texts, seen, drill=drill, wide=wide)
    if sure == "all":
        meant = _audience(talk, there, wide=True)
        sure = _sure(talk, "wide", there, meant, texts, seen, drill=drill, wide=True)
    if sure == "no":
        return Card(Text("好的，没有发。"), choices=menu())
    if duty.plays(talk.db, talk.person.id):
        sentence = Text("请看上面，收到的人看到的就是这样。演示到这里为止，没有发给别人。")
        talk.leave(Refusal("demo.ends", sentence), *menu())
    found = emergency.propose(talk.db, talk.person.id, texts, meant, there[0], talk.now, drill=drill)
    if emergency.needs_second(talk.db, meant, talk.person.id, found.recipients):
        return _ask_second(talk, found)
    sent = broadcast.approve(talk.db, found, talk.person.id, found.digest, talk.now, NO_HOLD)
    return _goes_out(sent)


def _places(talk: Talk, head: str, words: str | None) -> tuple[list[int], bool]:
    """The places concerned, and whether everybody is told; asked for where none is named."""
    said = fold(head)
    named = _named(talk, said)
    if named:
        return named, _WIDE.search(said) is not None
    own = duty.places(talk.db, talk.person.id)
    if not own:
        _refuse(talk)
    if _EVERYBODY.search(said):
        about = [
            each for each in _named(talk, fold(words or "")) if duty.covers(talk.db, talk.person.id, each)
        ]
        return about[:1] or own[:1], True

    def known(words: str) -> int:
        found = _named(talk, fold(words))
        if not found:
            raise Refusal("emergency.place", Text("请换个说法，比如楼名、小区名。没有找到这个地方。"))
        return found[0]

    options = [Option(key, as_said(place.name(talk.db, key))) for key in own[:_OFFERED]]
    chosen = talk.ask("where", Text("哪里出事了？点一个，或者说楼名、小区名。"), *options, check=known)
    return [int(chosen)], False


def _named(talk: Talk, said: str) -> list[int]:
    reading = Reading(said, talk.now, talk.person, talk.lexicon)
    if reading.named_places or reading.own_place is None:
        return list(reading.named_places)
    # Where he works may be a room of it.
    houses = (each.id for each in talk.lexicon.above(reading.own_place) if each.kind in HOUSES)
    return [next(houses, reading.own_place)]


def _check(talk: Talk, there: int) -> None:
    """Whoever may not send one may be in danger all the same."""
    try:
        duty.check(talk.db, talk.person.id, there)
    except Refusal as refusal:
        text = Text("{first}\n{text}", first=DANGER, text=refusal.sentence)
        talk.leave(Refusal(refusal.code, text), Choice(Text("找工作人员"), press("person")), *menu())


def _refuse(talk: Talk) -> None:
    """Somebody who is staff of nothing is told who is, for where he works or lives."""
    here = talk.person.work_id or talk.person.home_id
    if here is not None:
        _check(talk, here)
    talk.leave(Refusal("duty.other", Text("请到服务站问一问，紧急通知由工作人员发。")), *menu())


def _audience(talk: Talk, there: list[int], *, wide: bool) -> Audience:
    return Audience(places=(place.above(talk.db, there[0])[-1],) if wide else tuple(there))


def _sure(
    talk: Talk,
    name: str,
    there: list[int],
    meant: Audience,
    texts: dict[str, str],
    seen: dict[str, Counts],
    *,
    drill: bool,
    wide: bool,
) -> str:
    """The preview: how it will be read, by how many, how long that takes, and what it needs."""
    counted = seen.get(name) or broadcast.counts_of(talk.db, meant, "emergency")
    seen[name] = counted
    talk.keep(counts={each: [both.recipients, both.unreachable] for each, both in seen.items()})
    second = emergency.needs_second(talk.db, meant, talk.person.id, counted.recipients)
    lines = [
        emergency_cards.words(place.name(talk.db, there[0]), texts, talk.now, drill=drill),
        *emergency_cards.besides(texts, talk.person.language),
        NOTHING,
        *emergency_cards.reach(talk.db, meant, there[0], counted, talk.paces),
    ]
    if second:
        lines.append(Text("人多，或者不只是您管的地方，要另一位工作人员批准，批准后马上发。"))
    options = [_ASK_SECOND if second else _YES]
    if not wide and place.above(talk.db, there[0])[-1] not in there:
        options.append(_ALL)
    if not counted.recipients:
        options = options[1:]
    asked: str = talk.ask(name, Text("{lines}", lines=Several(tuple(lines), lines=True)), *options, _NO)
    return asked


def _goes_out(found: Row[Any]) -> Card:
    text = Text("正在发给{count}位，不受安静时间影响。随时可以看谁还没回复。", count=found.recipients)
    halt = Choice(Text("停止"), press("halt", found.number))
    return Card(text, choices=(look(found.number), halt), tone="done")


def _ask_second(talk: Talk, found: Row[Any]) -> Card:
    """Everybody who may approve it is asked at once, also at night."""
    able = broadcast_people.approvers(talk.db, found)
    if not able:
        sentence = Text("请打电话找管理员，现在没有别人能批准。只发给您管的一栋楼，不用批准。")
        raise Refusal("emergency.alone", sentence)
    text = Text("请马上看一遍，批准了才发：\n{words}", words=_words(talk.db, found, talk.now))
    card = Card(text, choices=(Choice(Text("看看再批准"), press("launch", found.number)),), tone="notice")
    for officer in able:
        key = f"launch:{found.number}:{officer.id}"
        notice.tell_member(
            talk.db,
            [card],
            officer.id,
            talk.now,
            lane="urgent",
            key=key,
            kind="answer",
            still=f"launch {found.id}",
        )
    names = tuple(as_said(officer.name) for officer in able[:3] if officer.name)
    return Card(
        Text(
            "送去批准了，{names}批准后马上发。急的话请打电话。",
            names=Several(names or (Text("别的工作人员"),)),
        ),
        choices=(Choice(Text("停止"), press("halt", found.number)),),
        tone="done",
    )


def _words(db: Db, found: Row[Any], at: datetime) -> Text:
    own = emergency.of(db, found.id)
    return emergency_cards.words(place.name(db, own.place_id), found.texts, at, drill=own.drill)


@on("staff.broadcast", head="launch", allow=anybody, private=True, phrases=_LAUNCH)
def launch(talk: Talk, number: int | None = None, seen: str | None = None) -> Card:
    """The second person approves what he sees here, text and number; it goes out without a hold."""
    if number is None:
        number = _waiting(talk)
        talk.keep(number=number)
    found = broadcast.find(talk.db, number)
    meant = Audience.load(found.audience)
    audience.check(talk.db, meant, talk.person.id)
    duty.check_real(talk.db, talk.person.id)
    if found.kind != "emergency" or found.state != "proposed":
        raise Refusal("broadcast.past", Text("不用再批准，这一条已经处理过了。"))
    counted, now = broadcast.sight(talk.db, found)
    seen = seen or now
    talk.keep(seen=seen)
    lines = (
        _words(talk.db, found, talk.now),
        *emergency_cards.besides(found.texts, talk.person.language),
        NOTHING,
        *emergency_cards.reach(talk.db, meant, emergency.of(talk.db, found.id).place_id, counted, talk.paces),
    )
    asked = talk.ask("sure", Text("{lines}", lines=Several(lines, lines=True)), _APPROVE, _REFUSE)
    if asked == "no":
        broadcast.move(talk.db, found, "refused", talk.person.id, talk.now, due=None, ended=talk.now)
        _tell_author(talk, found, Text("请改一改再发，紧急通知没有批准。"))
        return Card(Text("好的，没有批准，也没有发。"), choices=menu())
    sent = broadcast.approve(talk.db, found, talk.person.id, seen, talk.now, NO_HOLD)
    _tell_author(talk, sent, Text("批准了，紧急通知正在发给{count}位。", count=sent.recipients))
    return _goes_out(sent)


def _waiting(talk: Talk) -> int:
    """The newest that waits for his approval. Raises Refusal."""
    for found in emergency.proposed(talk.db):
        if any(row.id == talk.person.id for row in broadcast_people.approvers(talk.db, found)):
            return int(found.number)
    raise Refusal("emergency.none", Text("不用批准，现在没有等着批准的紧急通知。"))


def _tell_author(talk: Talk, found: Row[Any], text: Text) -> None:
    if found.author_id is not None and found.author_id != talk.person.id:
        card = Card(text, choices=(look(found.number),), tone="notice")
        notice.tell_member(talk.db, [card], found.author_id, talk.now, lane="urgent", kind="answer")


@job("emergency notices", next=lambda db, _schedule: broadcasting.next_due(db, "emergency"))
def go_out(db: Db, now: datetime, _schedule: Schedule) -> bool:
    """One slice: begins it, tells the place concerned, then the others, then looks whether all was sent."""
    found = broadcasting.due(db, now, "emergency")
    if found is None:
        return False
    if found.state in ("held", "scheduled") and now - found.due > broadcasting.LATE:
        _ask_whether_still(db, broadcasting.pause(db, found, None, now, "too late"), now)
    elif found.notice_id is None:
        broadcasting.begin(db, found, emergency_cards.cards(db, found, emergency.of(db, found.id), now), now)
    elif not emergency.tell_slice(db, found, now):
        broadcasting.look(db, broadcast.read(db, found.id), now)
    return True


def _ask_whether_still(db: Db, late: Row[Any], now: datetime) -> None:
    """Nothing ran when it was to go out: an alarm an hour later frightens for nothing."""
    if late.author_id is None:
        return
    asks = Text("还要发吗？紧急通知“{what}”到点时没能发出。", what=broadcast_cards.short(late))
    choices = (
        Choice(Text("现在发"), press("goon", late.number)),
        Choice(Text("不发了"), press("halt", late.number)),
    )
    card = Card(asks, choices=choices, tone="notice")
    notice.tell_member(db, [card], late.author_id, now, lane="urgent", kind="answer")
