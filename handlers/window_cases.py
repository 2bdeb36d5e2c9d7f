"""跨省办事: which province and what, registered with a number at the window; one's own cases and how far they are."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import questions, window_cards, window_news
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on
from handlers.understanding.handling import Way
from handlers.understanding.reading import Reading
from handlers.window_which import CASE, mine
from models import addressee, booking, place, service, window_case, window_item
from models.card import Article, Card
from models.folding import fold
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

_LISTED = 8
_END = r"[吧啊呀啦了吗呢?.。!~\s]*$"
_REGISTER = (
    Phrase(
        rf"^(?:请|麻烦|帮我|我想|我要|想|要|怎么)*(?:办|办理|登记|申请|走|用)?(?:一下|个)?"
        rf"(?:跨省|异地|外省)(?:通办|代办|办事|办理|登记|专窗|业务|的事|事项)+(?:怎么办|怎么走|登记|办理)?{_END}",
        weight=6,
    ),
    Phrase(
        r"^(?:请|麻烦|帮我|我想|我要|想|要)*(?:在|到|走|用)?.{0,6}专窗(?:办|登记|申请|代办|代验|代发|代寄|代领)",
        weight=6,
    ),
    Phrase(
        r"^(?:请|麻烦|帮我|我想|我要|想|要)*(?:登记|申请|代办|代验|代寄|跨省办).{0,12}(?:跨省|异地|外省|专窗)",
        weight=6,
    ),
    Phrase(
        r"^another province[.!?]*$|\bcross[- ]province (?:services?|window|case)\b|\bregister\b.*\banother province\b",
        weight=6,
    ),
)
_MINE = (
    Phrase(
        rf"^(?:看看|查|查一下)?我(?:的|在)?(?:专窗|跨省)(?:件|的件|事项|进度|登记|办的|办的事)*(?:怎么样|到哪)*{_END}",
        weight=7,
    ),
    Phrase(r"^my (?:window|cross[- ]province) cases?[?.!]*$", weight=7),
)
_SHOW = Way(
    7,
    rf"(?:看看|查|查一下|打开)?{CASE}\s*(?:的)?(?:进展|进度|怎么样|咋样|到哪|到哪一步|办到哪|办到哪一步|办好|到了|寄到哪)*{_END}",
)
_DROP = Way(
    8,
    rf"(?:撤回|取消|不办){CASE}{_END}",
    rf"{CASE}\s*(?:我)?(?:撤回|取消|不办|不要办)了?{_END}",
    r"withdraw " + CASE + _END,
)
_NEW_CODE = Way(
    8,
    rf"(?:换|重发|补发|再发|再要)(?:个|一个)?{CASE}(?:的)?取件码{_END}",
    rf"{CASE}\s*(?:的)?(?:换|重发|补发|再发)?(?:个)?取件码(?:丢了|没了|忘了|找不到|不见了)?{_END}",
    rf"new code for {CASE}{_END}",
)
_PLAIN = re.compile(r"[^\w]|的|办理|办|登记|服务")


def _said(reading: Reading) -> Arguments:
    return {"said": reading.text}


@on(
    "service.case",
    head="windowcase",
    example=Text("跨省办事"),
    rank=71,
    allow=anybody,
    private=True,
    phrases=_REGISTER,
    reads=_said,
)
def register(talk: Talk, number: int | None = None, said: str = "") -> Card:
    """Province, item, window; then it has a number, and its owner hears of every step."""
    item, province = _item(talk, number, said)
    if (going := window_case.open_for(talk.db, talk.person.id, item.id)) is not None:
        return window_cards.own(talk, going, Text("这件事登记过了，编号专{number}。", number=going.id))
    where = _where(talk, item)
    how = talk.ask(
        "how",
        Text("要登记吗？登记以后，窗口每办一步都告诉您。"),
        Option("yes", Text("登记"), ("确认", "好", "是", "yes", "ok")),
        Option("ask", Text("先问一问"), ("问", "咨询", "ask")),
        Option("no", Text("不登记"), ("不", "算了", "no")),
        about=(_about(talk, item, where, province),),
    )
    if how == "no":
        return Card(Text("好的，没有登记。"), choices=(window_cards.START, window_cards.MINE))
    words = (
        talk.ask("words", Text("想问窗口什么？写一句就行。"), check=questions.words) if how == "ask" else None
    )
    one = _entered(talk, item, where, province)
    asked = _asked(talk, one, words) if words else Text("")
    text = Text(
        "登记好了，编号专{number}。请带上材料到{place}，每办一步都告诉您。{asked}",
        number=one.id,
        place=as_said(place.name(talk.db, where)),
        asked=asked,
    )
    return Card(
        text,
        choices=(*window_cards.own_choices(talk, one), window_cards.MINE),
        tone="done",
        refs=(window_case.ref(one.id), service.ref(item)),
    )


def _entered(talk: Talk, item: Row[Any], where: int, province: str | None) -> Row[Any]:
    """With the time that he has booked already, where he has."""
    held = booking.live(talk.db, talk.person.id)
    time = next((each.id for each in held if each.service_id == item.id and each.state == "booked"), None)
    number = window_case.enter(
        talk.db, item.id, where, talk.person.id, talk.now, province=province, booking=time
    )
    one = window_case.find(talk.db, number)
    assert one is not None
    window_news.tell_window(talk, one)
    return one


def _asked(talk: Talk, one: Row[Any], words: str) -> Text:
    """What he wants to know first goes to the window's officer, who answers here."""
    to = addressee.nearest(talk.db, (one.place_id,), {talk.person.id})
    if to is None:
        return Text("窗口现在没有人回消息，请到了再问。")
    questions.put(talk, words, to, about=window_case.ref(one.id), title=window_cards.item(talk.db, one).name)
    return Text("您问的转给窗口了，回复发到这里。")


def _item(talk: Talk, number: int | None, said: str) -> tuple[Row[Any], str | None]:
    """What is to be done, and for which province: by its button, by the words, else it is asked."""
    items = window_item.everything(talk.db)
    if not items:
        talk.leave(Refusal("window.nothing", Text("请到服务站问一问，这里还没有跨省的事可以登记。")), *menu())
    province = window_item.named(said)
    if number is not None:
        one = next((each for each in items if each.id == number), None)
        if one is None:
            text = Text("请另选一件，这件现在不在跨省专窗办。")
            talk.leave(Refusal("window.other", text), window_cards.START)
        return one, _province(talk, [one], window_item.province(one))
    called = _called(window_item.of_province(items, province), said)
    if len(called) == 1:
        own = window_item.province(called[0])
        return called[0], own or _province(talk, items, province)
    province = _province(talk, items, province)
    able = window_item.of_province(called or items, province)
    if len(able) == 1:
        return able[0], province
    key = talk.ask("item", Text("办哪一件？"), *(Option(each.id, prose(each.name)) for each in able))
    return next(each for each in able if each.id == key), province


def _province(talk: Talk, items: list[Row[Any]], known: str | None) -> str | None:
    """Asked where there are several."""
    able = window_item.provinces(items)
    if known or not able:
        return known
    if len(able) == 1:
        return able[0]
    return str(talk.ask("province", Text("办哪个省的事？"), *(Option(each, prose(each)) for each in able)))


def _called(items: list[Row[Any]], said: str) -> list[Row[Any]]:
    """Those that the sentence names best, by the signs that they share two by two; none where it names none."""
    plain = _PLAIN.sub("", said)
    pairs = {plain[at : at + 2] for at in range(len(plain) - 1)}
    points = {each.id: max(_points(name, pairs) for name in (each.name, *each.aliases)) for each in items}
    best = max(points.values(), default=0)
    return [each for each in items if points[each.id] == best] if best > 1 else []


def _points(name: str, pairs: set[str]) -> int:
    plain = _PLAIN.sub("", fold(name))
    return sum(plain[at : at + 2] in pairs for at in range(len(plain) - 1))


def _where(talk: Talk, item: Row[Any]) -> int:
    """The window where it is done."""
    able = service.stations(talk.db, item.id)
    if not able:
        text = Text("请到服务站问一问，这件事还没有定在哪个窗口办。")
        talk.leave(Refusal("window.nowhere", text, service.ref(item)), window_cards.START)
    if len(able) == 1:
        return able[0]
    options = (Option(each, as_said(place.name(talk.db, each))) for each in able)
    return int(talk.ask("where", Text("到哪个窗口办？"), *options))


def _about(talk: Talk, item: Row[Any], where: int, province: str | None) -> Article:
    facts = [(Text("窗口"), as_said(place.name(talk.db, where)))]
    if province:
        facts.append((Text("省份"), prose(province)))
    if item.fee:
        facts.append((Text("费用"), prose(item.fee)))
    if item.takes:
        facts.append((Text("时限"), prose(item.takes)))
    bring = tuple(Text("· {material}", material=prose(each)) for each in item.materials)
    body = Text("请带上：\n{lines}", lines=Several(bring, lines=True)) if bring else None
    return Article(prose(item.name), service.ref(item), facts=tuple(facts), body=body)


@on("service.case", head="mycases", allow=anybody, private=True, phrases=_MINE)
def own(talk: Talk) -> Card:
    """One's own, what is still going first."""
    found = window_case.of_member(talk.db, talk.person.id)
    if not found:
        return Card(Text("您还没有跨省专窗的事。要办，点“跨省办事”。"), choices=(window_cards.START,))
    found = sorted(found, key=lambda one: (one.state in window_case.ENDED, -one.id))[:_LISTED]
    articles = tuple(window_cards.article(talk, each, choices=(window_cards.look(each),)) for each in found)
    return Card(Text("您的跨省专窗件："), articles=articles, choices=(window_cards.START,))


@on("service.case", head="case", allow=anybody, private=True, phrases=_SHOW.phrases, reads=_SHOW)
def show(talk: Talk, number: int = 0) -> Card:
    """How far it is: for its owner, and for the window."""
    one, for_window = mine(talk, number)
    return window_cards.for_staff(talk, one) if for_window else window_cards.own(talk, one)


@on("service.case", head="dropcase", allow=anybody, private=True, phrases=_DROP.phrases, reads=_DROP)
def drop(talk: Talk, number: int = 0) -> Card:
    """Its owner does not want it any more; what is on its way comes back first."""
    one, for_window = mine(talk, number, owner=True)
    if for_window or one.state not in window_case.DROPPABLE:
        text = Text("现在停不下来，这件已经寄出去了。寄回来会告诉您。")
        if one.state in ("back", *window_case.ENDED):
            text = Text("不用撤回，看看现在到哪一步：")
        return window_cards.own(talk, one, text)
    yes = Option("yes", Text("撤回"), ("确认", "是", "好", "不办了", "yes"))
    no = Option("no", Text("接着办"), ("不", "不撤回", "no"))
    question = Text("{case}不办了，要撤回吗？", case=window_cards.name(talk.db, one))
    if talk.ask("sure", question, yes, no) == "no":
        return window_cards.own(talk, one, Text("好的，接着办。"))
    held = one.booking_id
    window_case.go(talk.db, one, "withdrawn", talk.person.id, talk.now)
    done = window_case.find(talk.db, number)
    assert done is not None
    window_news.tell_window(talk, done)
    also = Text("约好的时间要另外取消。") if held and one.state == "booked" else Text("")
    text = Text("撤回了，窗口不再办。{also}", also=also)
    return Card(
        text, choices=(window_cards.START, window_cards.MINE), tone="done", refs=(window_case.ref(number),)
    )


@on("service.case", head="newcode", allow=anybody, private=True, phrases=_NEW_CODE.phrases, reads=_NEW_CODE)
def new_code(talk: Talk, number: int = 0) -> Card:
    """Whoever has lost the code gets another one; the lost one fetches nothing any more."""
    one, _ = mine(talk, number, owner=True)
    if one.state != "back":
        over = one.state in window_case.ENDED
        text = Text("不用取件码了，这件已经办完。") if over else Text("取件码等寄回来再发，现在还用不着。")
        return window_cards.own(talk, one, text)
    code = window_case.new_code(talk.db, talk.vault, one.id)
    if code is None:
        return window_cards.own(talk, one)
    window_news.send_code(talk, one, code)
    return Card(
        Text("新的取件码马上发给您，之前那个不能用了。"),
        choices=(window_cards.MINE,),
        tone="done",
        refs=(window_case.ref(one.id),),
    )
