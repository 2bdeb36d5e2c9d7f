"""What the window does with a case: checked, sent, back, handed over against its code, or returned with the reason."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import window_cards, window_news
from handlers.checks import bare
from handlers.handling_answers import words
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from handlers.window_which import CASE, at_window
from models import duty, phone, service, window_case, window_item
from models.card import Card, Choice
from models.folding import clean, fold
from models.refusal import Refusal
from models.text import Text

_PAGE = 8
_LONGEST_NUMBER = 40
# How staff say a step; what stands first decides, since 退回 says more than what is missing.
_STEPS = {
    "returned": r"退回[来去]?|退件|打回|补材料|材料不[齐全]|材料没齐|return(?:ed)?",
    "collected": r"取件码?|取走|领走|领取|来取|核销|collect(?:ed)?|picked up",
    "back": r"寄回来?|回来|到窗口|到件|已经?到|到|可以取|arrived|back",
    "sent": r"寄出去?|寄走|寄|发出去?|发走|发货|快递|sent|shipped",
    "checked": r"材料(?:已经?)?(?:验好|验过|齐全|没问题|合格|通过|齐)|验好|验过|已验|验收|通过|checked",
}
_ANY = "|".join(_STEPS.values())
_DONE = r"(?:已经|已|都|给|单号|了|过|啦)*"
_SAID = re.compile(
    rf"^\s*(?:请|把|将)?\s*(?:{CASE}\s*{_DONE}(?:{_ANY})|(?:{_ANY}){_DONE}\s*{CASE.replace('number', 'other')})",
    re.IGNORECASE,
)
# 专17到了吗 asks how far it is.
_ASKS = r"[吗?]\s*$|怎么样|到哪|哪一步"
_PHRASES = (Phrase(re.sub(r"\?P<\w+>", "?:", _SAID.pattern).replace(r"^\s*", "^"), weight=8, unless=_ASKS),)
_NUMBER = re.compile(rf"(?:{CASE})", re.IGNORECASE)
_FILL = re.compile(
    r"^(?:了|过|啦|的|单号|快递单号|快递|原因|因为|由于|是|为|tracking|number|no\.?|[\s,，.。:：;；、!！#])+"
)
_LIST = (
    Phrase(r"^(?:看看|打开|查一下)?(?:有)?(?:哪些|什么)?(?:跨省)?专窗(?:件|的件|事项)?(?:列表|清单|待办|有哪些|还有哪些|要办的)[?.。!]*$", weight=7),
    Phrase(r"^(?:待办|要办|没办完)的?(?:跨省)?专窗(?:件|事项)?(?:有哪些)?[?.。!]*$", weight=7),
    Phrase(r"^(?:show |list )?(?:the )?(?:open )?window cases[?.!]*$", weight=7),
)  # fmt: skip
_LABELS = {
    "checked": Text("材料验好"),
    "sent": Text("寄出"),
    "back": Text("寄回来了"),
    "collected": Text("取走"),
    "returned": Text("退回"),
}
_SIX = re.compile(r"(\d{3})[ \-]?(\d{3})")


def _read(reading: Reading) -> Arguments:
    """Number, step and what follows: 专17寄出，单号SF123."""
    said = clean(reading.said)
    plain = said if _SAID.search(said) else reading.text
    number = _NUMBER.search(plain)
    rest = plain.replace(number[0], " ", 1) if number else plain
    step = _step(rest)
    if step is not None:
        found = re.search(_STEPS[step], rest, re.IGNORECASE)
        assert found is not None
        rest = rest[found.end() :]
    return {
        "number": int(number["number"]) if number else 0,
        "step": step,
        "rest": _FILL.sub("", rest).strip(),
    }


def _step(words: str) -> str | None:
    """The step whose word stands first; of those that begin at one place the longer word's."""
    found = [
        (match.start(), -len(match[0]), step)
        for step, pattern in _STEPS.items()
        if (match := re.search(pattern, fold(words)))
    ]
    return min(found)[2] if found else None


@on(
    "staff.case",
    head="casestep",
    example=Text("专17寄出，单号SF123"),
    for_staff=True,
    rank=121,
    allow=anybody,
    private=True,
    phrases=_PHRASES,
    reads=_read,
)
def step(talk: Talk, number: int = 0, step: str | None = None, rest: str = "") -> Card:
    """The next step, as it was said or chosen; a step that was made already is not made again."""
    one = at_window(talk, number)
    able = [each for each in _LABELS if each in window_case.MACHINE.moves.get(one.state, ())]
    if step is None and not able:
        return window_cards.for_staff(talk, one, _over(one))
    if step is None:
        about = (window_cards.article(talk, one),)
        step = talk.ask(
            "step", Text("办到哪一步？"), *(Option(each, _LABELS[each]) for each in able), about=about
        )
    if one.state == step:
        return window_cards.for_staff(talk, one, Text("这一步记过了，办事人也知道了。"))
    if step not in able:
        return window_cards.for_staff(talk, one, _not_yet(one, able))
    if step == "collected":
        return collect(talk, number, rest)
    if step == "returned":
        asked = Text("为什么退回？写一句，办事人会看到。")
        said = words(rest) if rest else talk.ask("reason", asked, check=words)
        return _gone(talk, one, step, reason=phone.without(said), digest=None)
    if step == "sent":
        return _gone(talk, one, step, tracking=_tracking(talk, rest))
    return _gone(talk, one, step)


def _gone(talk: Talk, one: Row[Any], after: str, reason: str | None = None, **values: Any) -> Card:
    """The step is made, and its owner told of it once; of two who make it at once the first one does."""
    if not window_case.go(talk.db, one, after, talk.person.id, talk.now, reason=reason, **values):
        raise Refusal("window.raced", Text("请再看一遍，刚才同事也动了这一件。"), window_case.ref(one.id))
    code = window_case.new_code(talk.db, talk.vault, one.id) if after == "back" else None
    done = window_case.find(talk.db, one.id)
    assert done is not None
    window_news.tell_owner(talk, done, code)
    text = Text("记下了。{told}", told=_told(talk, done))
    return window_cards.for_staff(talk, done, text)


def _told(talk: Talk, one: Row[Any]) -> Text:
    if one.member_id is None:
        return Text("办事人已经注销，没有人可以告诉。")
    if one.state == "back":
        return Text("取件码发给办事人了，来取的时候请他报。")
    return Text("已经告诉办事人。")


def _not_yet(one: Row[Any], able: list[str]) -> Text:
    if not able:
        return _over(one)
    return Text("请先办前面的，现在是“{state}”。", state=window_case.STATES[one.state])


def _over(one: Row[Any]) -> Text:
    return Text("不用再办，这一件是“{state}”。", state=window_case.STATES[one.state])


def _tracking(talk: Talk, rest: str) -> str | None:
    """The parcel's number, where it has one."""
    if rest:
        return _parcel(rest)
    skip = Option("", Text("没有单号"), ("没有", "跳过", "无", "no", "skip"))
    return str(talk.ask("tracking", Text("快递单号是多少？没有可以不填。"), skip, check=_parcel)) or None


def _parcel(text: str) -> str:
    said = clean(text).strip(" .。")
    if not said or len(said) > _LONGEST_NUMBER:
        most = _LONGEST_NUMBER
        raise Refusal("window.tracking", Text("请只写快递单号，最多{count}个字，比如“SF123”。", count=most))
    # Carriers write their letters large.
    return said.upper() if said.isascii() else said


@on("staff.case", head="collect", allow=anybody, private=True)
def collect(talk: Talk, number: int = 0, rest: str = "") -> Card:
    """Handed over to who says the code; after several wrong ones its owner has a new one sent first."""
    one = at_window(talk, number)
    if one.state != "back":
        text = _over(one) if one.state in window_case.ENDED else _not_yet(one, ["back"])
        return window_cards.for_staff(talk, one, text)
    if one.wrong >= window_case.MOST_WRONG:
        return _locked(one)
    found = _SIX.search(bare(rest))
    about = (window_cards.article(talk, one),)
    code = (
        "".join(found.groups())
        if found
        else talk.ask("code", Text("取件码是多少？"), check=_code, about=about)
    )
    if window_case.is_code(talk.db, talk.vault, one, code):
        return _gone(talk, one, "collected", digest=None)
    left = window_case.MOST_WRONG - one.wrong - 1
    if left <= 0:
        return _locked(one)
    # What was counted stays, so that this is an answer and no refusal.
    text = Text("请再对一遍，取件码不对，还可以试{count}次。", count=left)
    again = Choice(Text("再输一次"), press("collect", one.id))
    return Card(text, choices=(again, window_cards.LIST), tone="notice", refs=(window_case.ref(one.id),))


def _locked(one: Row[Any]) -> Card:
    text = Text("请让办事人发“专{number}换取件码”，错的次数太多，之前的码不再收。", number=one.id)
    return Card(text, choices=(window_cards.LIST,), tone="notice", refs=(window_case.ref(one.id),))


def _code(text: str) -> str:
    found = _SIX.fullmatch(bare(text))
    if found is None:
        raise Refusal("window.code", Text("请发6位取件码，在办事人收到的消息里。"))
    return "".join(found.groups())


@on("staff.case", head="caselist", allow=anybody, private=True, phrases=_LIST)
def listed(talk: Talk, number: int = 1) -> Card:
    """What is going at one's own windows, what nobody touched for longest first; `number` is the page."""
    places = duty.everywhere(talk.db, talk.person.id)
    windows = (each for each in service.everything(talk.db) if window_item.is_one(each))
    own = [each.id for each in windows if talk.person.id in service.hosts(talk.db, each.id)]
    if not places and not own:
        text = Text("请找窗口的工作人员，专窗列表由他们看。")
        talk.leave(Refusal("window.list", text), window_cards.MINE, *menu())
    page = max(number, 1)
    found = window_case.waiting(talk.db, places, own)
    shown = found[(page - 1) * _PAGE : page * _PAGE]
    if not shown:
        return Card(Text("都办完了，现在没有跨省专窗件在等。"), choices=menu())
    more = (Choice(Text("更多"), press("caselist", page + 1)),) if len(found) > page * _PAGE else ()
    articles = tuple(_row(talk, each) for each in shown)
    return Card(
        Text("在办的专窗件有{count}件，等得最久的在前：", count=len(found)), articles=articles, choices=more
    )


def _row(talk: Talk, one: Row[Any]) -> Any:
    return window_cards.article(talk, one, choices=(Choice(Text("去办"), press("case", one.id)),))
