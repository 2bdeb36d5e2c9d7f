"""Staff look at what members wrote before others read it: one tap says whether it may be shown."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import checks, closing, need_cards, photos
from handlers.question_cards import age
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import checking, duty, hiding, member, need, phone, place
from models.card import Article, Card, Choice
from models.checking import Queue
from models.local_words import WHY
from models.refusal import Refusal
from models.text import Text, as_said

_PAGE = 5
QUEUE = Choice(Text("待核对"), press("checks"))
_END = r"(?:吧|啊|呀|啦|了|吗|呢|的|有哪些|有什么)*[.。!?~\s]*$"
_WAITING = (
    Phrase(
        rf"^(?:看看|看一下|打开)?(?:待核对|等核对|待审核的?(?:内容|照片|文字))(?:的)?(?:内容|照片)?{_END}",
        weight=7,
    ),
    Phrase(
        r"^(?:what (?:waits|is waiting) (?:for|to be) check(?:ed|ing)?|texts to check|to check)[.!?]*$",
        weight=7,
    ),
)
_HIDE = (
    Phrase(
        rf"^(?:把|将)?(?:需求?|诉求|#)?\s*\d{{1,9}}(?:号)?(?:诉求)?\s*(?:隐藏|藏起来|不公开){_END}", weight=7
    ),
    Phrase(
        rf"^隐藏\s*(?:需求?|诉求|#)?\s*\d{{1,9}}(?:号)?(?:诉求)?{_END}|^hide (?:need )?#?\d{{1,9}}[.!]*$",
        weight=7,
    ),
)


def waiting(talk: Talk) -> Queue:
    """How much waits for this member's look, and since when: for whatever shows staff what is to be done."""
    places = duty.everywhere(talk.db, talk.person.id)
    return checking.queue(talk.db, places, everywhere=_top(talk))


def line(found: Queue, now: datetime) -> Text | None:
    """The queue in one line, None where it is empty."""
    if not found.count or found.oldest is None:
        return None
    return Text("等核对的有{count}条，最久的{age}。", count=found.count, age=age(found.oldest, now))


def _top(talk: Talk) -> bool:
    """Administrators look at what stands in no place too."""
    return member.is_administrator(talk.db, talk.person.id)


def beside(talk: Talk, text: Text) -> Text:
    """The same text with the queue below it, where something waits."""
    found = line(waiting(talk), talk.now)
    return Text("{text}\n{line}", text=text, line=found) if found else text


def button(talk: Talk) -> tuple[Choice, ...]:
    """To the queue, where something waits."""
    return (QUEUE,) if waiting(talk).count else ()


@on(
    "staff.check",
    head="checks",
    example=Text("待核对"),
    for_staff=True,
    rank=106,
    allow=anybody,
    private=True,
    phrases=_WAITING,
)
def queue(talk: Talk, number: int = 0) -> Card:
    """The oldest first; `number` is the last one of the page before."""
    _check_staff(talk)
    places, top = duty.everywhere(talk.db, talk.person.id), _top(talk)
    lead = line(waiting(talk), talk.now)
    if lead is None:
        return Card(Text("都核对过了，现在没有等核对的。"))
    found = checking.waiting(talk.db, places, number, _PAGE + 1, everywhere=top)
    page = found[:_PAGE]
    articles = tuple(_row(talk, each) for each in page)
    more = (Choice(Text("更多"), press("checks", page[-1].id)),) if len(found) > _PAGE else ()
    return Card(lead, articles=articles, choices=more)


def _check_staff(talk: Talk) -> None:
    if duty.places(talk.db, talk.person.id):
        return
    text = Text("请找服务站的工作人员，公开之前由他们核对。")
    talk.leave(Refusal("check.staff", text), need_cards.MINE)


def _row(talk: Talk, one: Row[Any]) -> Article:
    facts = [(Text("时间"), age(one.at, talk.now))]
    if one.place_id is not None:
        facts.insert(0, (Text("地点"), as_said(place.name(talk.db, one.place_id))))
    if one.why:
        facts.append((Text("里面有"), WHY[one.why]))
    if one.photo_id is not None:
        facts.append((Text("照片"), Text("1张")))
    ref = need.ref(one.need_id) if one.need_id else ""
    return Article(
        _words(talk, one), ref, facts=tuple(facts), choices=(Choice(Text("核对"), press("check", one.id)),)
    )


def _words(talk: Talk, one: Row[Any]) -> Text:
    words = phone.open_in(one.words, talk.vault) if one.words else None
    return as_said(words) if words else Text("（只有照片）")


def _find(talk: Talk, number: int) -> Row[Any]:
    """What this officer may look at. Raises Refusal."""
    one = checking.find(talk.db, number)
    if one is None or not checking.could_be_read(talk.db, one):
        text = Text("请看看别的，没有这一条等核对的。")
        talk.leave(Refusal("check.unknown", text), QUEUE)
    refs = need.ref(one.need_id) if one.need_id else None
    if one.place_id is not None:
        duty.check(talk.db, talk.person.id, one.place_id, refs)
    else:
        _check_staff(talk)
    duty.check_real(talk.db, talk.person.id)
    return one


@on("staff.check", head="check", allow=anybody, private=True)
def look(talk: Talk, number: int = 0) -> Card:
    """One of them whole, with its photo."""
    return _whole(talk, _find(talk, number))


def _whole(talk: Talk, one: Row[Any]) -> Card:
    row = _row(talk, one)
    facts = row.facts
    if one.spot:
        facts = (*facts, (Text("具体位置"), as_said(one.spot)))
    if one.state != "waiting":
        facts = (*facts, (Text("公开"), checking.STATES(one.state)))
    shown = Article(row.title, row.ref, facts=facts, choices=_decisions(one))
    return Card(
        Text("请看一看，能不能公开？对方看不到是谁核对的。"),
        articles=(shown,),
        attachments=photos.attached(talk.db, one.photo_id),
        choices=(QUEUE,),
    )


def _decisions(one: Row[Any]) -> tuple[Choice, ...]:
    found = []
    if one.state != "passed":
        found.append(Choice(Text("可以公开"), press("mayshow", one.id)))
        if one.photo_id is not None and one.words:
            found.append(Choice(Text("只公开文字"), press("onlywords", one.id)))
        found.append(Choice(Text("改了再公开"), press("showas", one.id)))
    if one.state != "withheld":
        found.append(Choice(Text("不要公开"), press("notshow", one.id)))
    return tuple(found)


@on("staff.check", head="mayshow", allow=anybody, private=True)
def passes(talk: Talk, number: int = 0) -> Card:
    return _decide(talk, number, "passed", Text("公开了，别人现在看得到。"))


@on("staff.check", head="onlywords", allow=anybody, private=True)
def words_alone(talk: Talk, number: int = 0) -> Card:
    return _decide(talk, number, "passed", Text("文字公开了，照片没有公开。"), only_words=True)


@on("staff.check", head="notshow", allow=anybody, private=True)
def withheld(talk: Talk, number: int = 0) -> Card:
    return _decide(talk, number, "withheld", Text("没有公开，写的人会收到一句话。原文还在，工作人员看得到。"))


@on("staff.check", head="showas", allow=anybody, private=True)
def instead(talk: Talk, number: int = 0) -> Card:
    """Others read staff's wording; what was written is kept as it was."""
    one = _find(talk, number)
    about = (_row(talk, one),)
    no = Option("", Text("先不公开"), ("不", "算了", "no"))
    asked = Text("请写公开的文字，去掉姓名、电话这些。原文会留着，只有工作人员看得到。")
    words = talk.ask("words", asked, no, check=checks.words, about=about)
    if not words:
        return _whole(talk, one)
    return _decide(talk, number, "passed", Text("按您改的公开了，原文还在。"), shown=phone.without(words))


def _decide(
    talk: Talk, number: int, after: str, done: Text, *, shown: str | None = None, only_words: bool = False
) -> Card:
    one = _find(talk, number)
    if one.state == after and shown is None and only_words == one.only_words:
        return Card(Text("不用再点，这一条已经核对过了。"), choices=(QUEUE,), refs=_refs(one))
    if not checking.decide(talk.db, one, after, talk.person.id, talk.now, shown=shown, only_words=only_words):
        return Card(Text("不用再点，这一条已经核对过了。"), choices=(QUEUE,), refs=_refs(one))
    closing.pass_on(talk.db, one, talk.now)
    left = line(waiting(talk), talk.now)
    text = Text("{done}{left}", done=done, left=left) if left else done
    return Card(text, tone="done", choices=(QUEUE,) if left else (), refs=_refs(one))


def _refs(one: Row[Any]) -> tuple[str, ...]:
    return (need.ref(one.need_id),) if one.need_id else ()


# A whole need.


def _numbered(reading: Reading) -> Arguments:
    digits = "".join(sign for sign in reading.text if sign.isdigit())
    return {"number": int(digits)} if digits else {}


@on("staff.need", head="conceal", allow=anybody, private=True, phrases=_HIDE, reads=_numbered)
def hide(talk: Talk, number: int = 0) -> Card:
    """From everybody but staff and who reported it; nothing is deleted."""
    one = _staffs(talk, number)
    if not hiding.go(talk.db, one, "hidden", talk.person.id, talk.now):
        return Card(
            Text("不用再隐藏，需{number}现在只有工作人员和反映人看得到。", number=number),
            refs=(need.ref(number),),
        )
    back = Choice(Text("重新公开"), press("unconceal", number))
    text = Text("需{number}隐藏了，别人看不到了。内容没有删，反映人照样收到进展。", number=number)
    return Card(text, tone="done", choices=(back,), refs=(need.ref(number),))


@on("staff.need", head="unconceal", allow=anybody, private=True)
def show_again(talk: Talk, number: int = 0) -> Card:
    one = _staffs(talk, number)
    if not hiding.go(talk.db, one, "public", talk.person.id, talk.now):
        return Card(Text("不用再公开，需{number}没有隐藏。", number=number), refs=(need.ref(number),))
    return Card(Text("需{number}重新公开了。", number=number), tone="done", refs=(need.ref(number),))


def _staffs(talk: Talk, number: int) -> Row[Any]:
    one = need.find(talk.db, number)
    if one is None or one.kind != "need":
        talk.leave(Refusal("need.unknown", Text("请再看看编号，没有找到这一件。")), QUEUE)
    if one.place_id is not None:
        duty.check(talk.db, talk.person.id, one.place_id)
    else:
        _check_staff(talk)
    duty.check_real(talk.db, talk.person.id)
    return one
