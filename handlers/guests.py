"""Registering somebody who has no account: by name, for whom it is, and who hears of it."""

import re
from dataclasses import replace
from typing import Any

from handlers import activity_cards, approvals, audiences, guest_lines, queueing, seated, shifts
from handlers.activity_cards import BROWSE, MY_LIST
from handlers.activity_meant import one_meant
from handlers.registrations import answers_to, wished
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from handlers.ways_on import next_steps
from models import activity, guest, phone, registration, waiting
from models.activity import Listing
from models.card import Article, Card, Choice
from models.folding import clean
from models.refusal import Refusal
from models.shift_role import Role
from models.text import Several, Text, as_said, prose

# Grown-ups only: a child comes with who registers it, as his companion.
_KIN = (
    "妈妈|老妈|我妈|妈|母亲|爸爸|老爸|我爸|爸|父亲|爸妈|父母|爷爷|奶奶|外公|外婆|姥姥|姥爷|阿公|阿婆|公公|婆婆|岳父|岳母|丈人|丈母娘|"
    "老公|老婆|先生|太太|爱人|老伴|哥哥|姐姐|弟弟|妹妹|叔叔|阿姨|舅舅|舅妈|姑姑|邻居|朋友|同事|老人|老人家|家人|家里人|别人|他人|人家"
)
_KIN_ENGLISH = (
    "mother|mom|mum|father|dad|parents?|grandmother|grandma|grandfather|grandpa|wife|husband|partner|brother|sister|"
    "aunt|uncle|neighbou?r|friend|colleague|mother-in-law|father-in-law"
)
# The hundred family names that nine in ten people have.
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_FOR = rf"(?:帮|替|给|为|代)(?:我|我们|我家|咱|咱们)?(?:的|家)?(?:一个|一位)?(?:{_KIN})"
_NAMED = (
    rf"(?:帮|替|给|为|代)(?P<name>[{_FAMILY}][\u4e00-\u9fff]{{1,2}}?)(?:也)?(?:报名|报个名|报一下|登记|候补)"
)
_CALLED = re.compile(
    r"(?:[她他]|姓名|名字|人)(?:的名字)?(?:就)?(?:叫做|名叫|叫|是|为|:)\s*(?P<name>[\u4e00-\u9fff·]{2,6}?)(?=[,，.。;；!?\s]|$)"
    r"|\b(?:called|named|name is|name's|name:)\s+(?P<english>[A-Za-z][A-Za-z .'\-]{1,18}[A-Za-z])",
    re.IGNORECASE,
)
_REGISTER = (
    Phrase(
        rf"{_FOR}.{{0,20}}(?:报|登记|参加|候补|排队)|^(?:我要|我想|帮忙|请|想)?(?:代|替别人|帮别人|替人|帮人)(?:人)?(?:报名|报个名|登记)|{_NAMED}",
        weight=6,
        unless=r"取消|退|第几|不等|吗\?*$|怎么|如何|能不能|可不可以|报了(?:哪些|什么)|我的报名",
    ),
    Phrase(
        rf"(?:sign up|register|book)(?: for)? my (?:{_KIN_ENGLISH})\b|sign my (?:{_KIN_ENGLISH}) up|"
        rf"(?:sign up|register)\b.{{0,40}} (?:for|on behalf of) my (?:{_KIN_ENGLISH})\b|"
        rf"\b(?:put|add) my (?:{_KIN_ENGLISH}) (?:on|to) the wait",
        weight=6,
        unless="cancel|how (?:do|can)",
    ),
)
_YES = ("确认", "是", "是的", "好", "好的", "对", "行", "可以", "嗯", "yes", "y", "ok", "sure")
_NO = ("不", "不要", "不了", "算了", "no", "n")


def _wished(reading: Reading) -> Arguments:
    """What is meant as for oneself, and the name where it was said."""
    known = {key: value for key, value in wished(reading).items() if key in _KNOWN}
    said = clean(reading.said)
    found = _CALLED.search(said) or re.search(_NAMED, said)
    names = [each for each in found.groupdict().values() if each] if found else []
    return {**known, "said": names[0].strip() if names else None}


_KNOWN = {"numbers", "query", "other_day", "role"}


@on(
    "activity.register", head="registerfor", allow=anybody,
    private=True, phrases=_REGISTER, reads=_wished,
)  # fmt: skip
def register(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    other_day: bool = False,
    role: str | None = None,
    said: str | None = None,
) -> Card:
    wanted = (
        activity.find(talk.db, number) if number else one_meant(talk, numbers or [], query, False, other_day)
    )
    me = talk.person.id
    try:
        guest.check(talk.db, wanted, me, talk.registrations_a_minute, talk.now)
        wanted, taken = shifts.choose(talk, wanted, role, guest=True)
        waits = wanted.free == 0
        if waits:
            guest.check_wait(wanted, talk.schedule, talk.now)
        about = (audiences.shown(talk.db, wanted, shifts.subject(wanted, taken)),)
        name = _name(talk, wanted, said, about)
        reached = _phone(talk, name, about)
        answers = answers_to(talk, wanted, about)
        if not _sure(talk, wanted, name, about, waits=waits):
            return Card(Text("好的，没有报名。"), choices=(BROWSE,))
        found = _registered(talk, wanted, taken, name, reached, answers, waits=waits)
        if found is None:
            # The last seat went while the form was filled.
            guest.check_wait(wanted, talk.schedule, talk.now)
            if not _sure(talk, wanted, name, about, waits=True):
                return Card(Text("好的，没有报名。"), choices=(BROWSE,))
            found = _registered(talk, wanted, taken, name, reached, answers, waits=True)
        assert found is not None
    except Refusal as refusal:
        talk.leave(refusal, *next_steps(wanted, refusal))
    return _done(talk, wanted, name, *found)


def _registered(
    talk: Talk,
    wanted: Listing,
    role: Role | None,
    name: str,
    reached: str | None,
    answers: dict[str, str],
    *,
    waits: bool,
) -> tuple[int, str] | None:
    """The key of his registration and its state; None where no seat is left. Raises Refusal."""
    try:
        with talk.db.savepoint("seat"):
            return guest.register(
                talk.db,
                wanted,
                talk.person.id,
                name,
                reached,
                answers,
                talk.vault,
                talk.now,
                role=role.id if role else None,
                waits=waits,
            )
    except Refusal as refusal:
        if refusal.code != "activity.full" or waits:
            raise
    return None


def _name(talk: Talk, wanted: Listing, said: str | None, about: tuple[Article, ...]) -> str:
    """Who it is for; one whom the same person registered already is refused at once."""
    if said:
        name = guest.read_name(said)
        guest.check_name(talk.db, wanted, talk.person.id, name)
        return name

    def new(typed: str) -> str:
        name = guest.read_name(typed)
        guest.check_name(talk.db, wanted, talk.person.id, name)
        return name

    return talk.ask("name", Text("替谁报名？写他的姓名。"), check=new, about=about)


def _phone(talk: Talk, name: str, about: tuple[Article, ...]) -> str | None:
    """How he is reached, where that is told."""
    question = Text("{name}的手机号？可以跳过。加密保存，只用来联系他。", name=as_said(name))
    skip = Option("", Text("跳过"), ("没有", "无", "不填", "skip", "none"))
    return talk.ask("phone", question, skip, check=phone.read, about=about) or None


def _sure(talk: Talk, wanted: Listing, name: str, about: tuple[Article, ...], *, waits: bool) -> bool:
    title, whom = prose(wanted.title), as_said(name)
    lines = [Text("替{name}报名「{title}」，对吗？", name=whom, title=title)]
    yes = Option("yes", Text("确认报名"), _YES)
    if waits:
        lines = [Text("「{title}」满了，替{name}候补，对吗？", name=whom, title=title)]
        yes = Option("yes", Text("加入候补"), ("候补", *_YES))
    lines.append(Text("提醒和变动都发给您，请您转告。"))
    no = Option("no", Text("不报了"), _NO)
    text = Text("{lines}", lines=Several(tuple(lines), lines=True))
    return talk.ask("wait" if waits else "sure", text, yes, no, about=about) == "yes"


def _done(talk: Talk, wanted: Listing, name: str, key: int, state: str) -> Card:
    whom = as_said(name)
    another = Choice(Text("再替一位"), press("registerfor", wanted.number))
    if state == "confirmed":
        text = Text("{name}报上了。提醒发给您，开始前都可以取消。", name=whom)
        return seated.card(talk, wanted, key, text, another)
    choices = (another, MY_LIST)
    if state == "pending":
        shown = seated.of_guest(activity_cards.full(wanted, talk.now, party=1, held=state), key, name)
        text = approvals.ask(talk, wanted, key)
        return Card(text, articles=(shown,), choices=choices, tone="done")
    one = registration.find(talk.db, key)
    assert one is not None
    shown = activity_cards.full(wanted, talk.now, party=1, held=state, queued=queueing.queued(talk.db, one))
    shown = replace(shown, facts=((Text("替谁"), whom), *shown.facts))
    # Whose place it is, and what happens next, as for who waits himself.
    text = Text(
        "{name}候补好了，排第{nth}位。{next}",
        name=whom,
        nth=waiting.place(talk.db, one),
        next=queueing.promise(talk, wanted),
    )
    return Card(text, articles=(shown,), choices=choices, tone="done")


@on("activity.cancel", head="guestoff", allow=anybody, private=True)
def cancel(talk: Talk, number: int | None = None) -> Card:
    """The number is the registration's: whoever registered the guest takes it back, or staff of the place."""
    return guest_lines.take_back(talk, number or 0, next_steps)
