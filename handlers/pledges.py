"""捐款意向: what somebody means to give in money, on a licensed platform; nothing is paid here, and only what came counts."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import checks, claim_news, project_cards
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding import amounts
from handlers.understanding.reading import Reading
from models import contact, duty, notice, organization, pledging, project_making, project_people, unit
from models.card import Article, Card, Choice
from models.folding import fold
from models.project import PUBLIC
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

_NO = ("不", "算了", "no")
_SHOWN = 10
_GIVE = (
    Phrase(
        r"捐款意向.{0,4}项?目?\s*#?\d+|(?:给|为|向)项目?\s*#?\d+\s*(?:号)?捐(?:款|钱|\d)|^项目?\s*#?\d+\s*(?:号)?(?:我)?(?:想)?捐(?:款|钱|\d)"
        r"|^pledge (?:[\d ]+ (?:yuan )?)?(?:to|for) (?:project )?#?\d+",
        weight=8,
    ),
)
_OWN = (
    Phrase(r"我(?:们)?的捐款(?:意向)?|^(?:看)?捐款意向[!.。?]*$|^my pledges|^pledge money[!.]*$", weight=8),
)
_DAY = (
    Phrase(
        r"(?:今天|今日|每天|每日)?到账(?:了)?(?:多少|合计|总数|统计|金额)|^(?:daily )?(?:donation|received) totals?",
        weight=7,
    ),
)
_QUEUE = (
    Phrase(
        r"^(?:录入|登记|核对|看)?(?:捐款)?(?:意向)?到账[!.。]*$|^捐款(?:意向)?(?:清单|核对)|^enter donations",
        weight=7,
    ),
)
_NUMBER = re.compile(r"项目?\s*#?(\d{1,9})|(?:project )#?(\d{1,9})|#(\d{1,9})")
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
NOTHING_PAID = Text("这里不收钱，只记一个意向；钱请到有资质的平台付。")


def _said(reading: Reading) -> Arguments:
    found = _NUMBER.search(reading.text)
    number = next((int(each) for each in found.groups() if each), 0) if found else 0
    rest = _NUMBER.sub(" ", reading.text)
    amount = next((many for many, _ in amounts.find(rest) if many), None)
    return {"number": number, "amount": amount}


@on("pledge.give", head="pledge", allow=anybody, private=True, phrases=_GIVE, reads=_said)
def give(talk: Talk, number: int = 0, amount: int | None = None) -> Card:
    """An amount, and where it is really paid."""
    one = project_making.find(talk.db, number)
    if one is None or one.state not in PUBLIC:
        raise Refusal("project.unknown", Text("请再看看编号，没有找到这个项目。"))
    looked_for = pledging.parts(talk.db, one.id)
    if not looked_for:
        text = Text("请认领它缺的东西，「{title}」不收捐款意向。", title=prose(one.title))
        talk.leave(Refusal("pledge.none", text, project_cards.ref(one)), project_cards.look(one))
    pledging.check_open(talk.db, one, talk.now)
    about = (Article(project_cards.name(one), project_cards.ref(one)),)
    return ask_amount(talk, one, looked_for[0], _for_whom(talk, about), amount)


def ask_amount(talk: Talk, one: Row[Any], part: Row[Any], for_whom: int | None, amount: int | None) -> Card:
    """How much, said twice that nothing is paid here; a claim of money asks the same."""
    pledging.check_open(talk.db, one, talk.now)
    about = (Article(project_cards.name(one), project_cards.ref(one)),)
    asked = Text("{nothing}\n想捐多少元？", nothing=NOTHING_PAID)
    many = amount or talk.ask("amount", asked, check=Amount(), about=about)
    yes, no = Option("yes", Text("记下意向"), ("好", "记", "yes")), Option("no", Text("先不记"), _NO)
    sure = Text(
        "记一个{amount}元的意向给「{title}」，对吗？{nothing}",
        amount=many,
        title=prose(one.title),
        nothing=NOTHING_PAID,
    )
    if talk.ask("sure", sure, yes, no, about=about) == "no":
        return Card(Text("好的，没有记。"), choices=(project_cards.look(one),))
    duty.check_real(talk.db, talk.person.id)
    key = pledging.give(talk.db, one, part, talk.person.id, for_whom, many, talk.now)
    return _given(talk, key, one)


def _for_whom(talk: Talk, about: tuple[Article, ...]) -> int | None:
    """The unit for which somebody gives; None is for himself, who stands for none is not asked."""
    own = unit.represented(talk.db, talk.person.id)
    if not own:
        return None
    options = [Option(row.id, as_said(row.name)) for row in own]
    myself = Option(0, Text("我个人"), ("个人", "自己", "myself"))
    return talk.ask("whom", Text("代表谁？"), *options, myself, about=about) or None


class Amount:
    """Whole yuan, as digits, in words, or in 万."""

    wants = "number"

    def __init__(self, most: int = pledging.MOST, least: int = 1) -> None:
        self._most, self._least = most, least

    def __call__(self, said: str) -> int:
        plain = fold(said).replace(",", "")
        found = amounts.find(plain)
        many = found[0][0] if found else amounts.read(checks.bare(plain).removesuffix("元"))
        if many is None or not self._least <= many <= self._most:
            text = Text("请写一个整数，{least}到{most}元，比如“500”。", least=self._least, most=self._most)
            raise Refusal("pledge.amount", text)
        return many


def _given(talk: Talk, key: int, one: Row[Any]) -> Card:
    weeks = [week for week in pledging.funds(talk.db, one) if week.url]
    choices = [
        Choice(Text("我的捐款意向"), press("pledges")),
        Choice(Text("撤回意向"), press("pledgedrop", key)),
    ]
    if not weeks:
        text = Text("记下了，认{number}。工作人员会告诉您到哪里捐；这里不收钱。", number=key)
        return Card(text, choices=tuple(choices), tone="done", refs=(project_cards.ref(one),))
    text = Text(
        "记下了，认{number}。请到这个平台捐：\n{url}\n到账后我们告诉您；这里不收钱。",
        number=key,
        url=str(weeks[0].url),
    )
    return Card(text, choices=tuple(choices), tone="done", refs=(project_cards.ref(one),))


@on("pledge.list", head="pledges", allow=anybody, private=True, phrases=_OWN)
def own(talk: Talk) -> Card:
    """One's own pledges, each with what became of it."""
    mine = pledging.own(talk.db, talk.person.id)
    if not mine:
        return Card(
            Text("还没有捐款意向。看项目时点“捐款意向”就能记一个。"),
            choices=(Choice(Text("社区项目"), press("projects")),),
        )
    articles = tuple(line(each) for each in mine[:_SHOWN])
    return Card(Text("您的捐款意向："), articles=articles)


def line(one: Row[Any]) -> Article:
    amount = Text("{amount}元", amount=one.quantity)
    facts = [(Text("金额"), amount), (Text("状态"), _state(one))]
    choices = (Choice(Text("撤回意向"), press("pledgedrop", one.id)),) if one.state == "offered" else ()
    title = Text("认{number}「{title}」", number=one.id, title=prose(one.title))
    return Article(title, f"project:{one.code}", facts=tuple(facts), choices=choices)


def _state(one: Row[Any]) -> Text:
    if one.state == "confirmed":
        return Text("已到账{amount}元", amount=one.delivered or 0)
    if one.state == "declined":
        return Text("没有到账，不再等")
    return Text("已撤回") if one.state == "withdrawn" else Text("意向，还没到账")


def _found(talk: Talk, number: int) -> Row[Any]:
    one = pledging.find(talk.db, number)
    if one is None:
        raise Refusal("pledge.unknown", Text("请从清单里选一个，没有找到这个意向。"))
    return one


@on("pledge.withdraw", head="pledgedrop", allow=anybody, private=True)
def withdraw(talk: Talk, number: int = 0) -> Card:
    one = pledging.find(talk.db, number)
    if one is None or one.member_id != talk.person.id:
        raise Refusal("pledge.unknown", Text("请从清单里选一个，没有找到这个意向。"))
    if pledging.withdraw(talk.db, one, talk.person.id, talk.now):
        return Card(Text("撤回了，这个意向不算了。"), articles=(line(_found(talk, number)),), tone="done")
    return Card(Text("请看一看，这个意向已经有了结果："), articles=(line(one),))


@on("pledge.queue", head="pledgequeue", allow=anybody, private=True, phrases=_QUEUE)
def queue(talk: Talk) -> Card:
    """What was pledged to the projects of one's own places and has not come yet."""
    if not duty.places(talk.db, talk.person.id):
        talk.leave(Refusal("duty.other", Text("请找服务站的工作人员，到账由他们录入。")), *menu())
    mine = [one for one in pledging.waiting(talk.db) if is_mine(talk, one)]
    further = (Choice(Text("到账合计"), press("pledgeday")), Choice(Text("更正到账"), press("pledgefix")))
    if not mine:
        return Card(Text("没有等到账的意向。"), choices=further)
    articles = tuple(_staff_line(talk, each) for each in mine[:_SHOWN])
    return Card(Text("有{count}个意向还没到账：", count=len(mine)), articles=articles, choices=further)


def is_mine(talk: Talk, one: Row[Any]) -> bool:
    wanted = project_making.find(talk.db, one.project_id)
    return wanted is not None and project_people.looks_after(talk.db, wanted, talk.person.id)


def _staff_line(talk: Talk, one: Row[Any]) -> Article:
    shown = line(one)
    choices = (
        Choice(Text("已到账"), press("pledgegot", one.id)),
        Choice(Text("不会来了"), press("pledgegone", one.id)),
    )
    return Article(
        shown.title, shown.ref, facts=((Text("谁"), who(talk, one)), *shown.facts), choices=choices
    )


def who(talk: Talk, one: Row[Any]) -> Text:
    name = contact.name_of(talk.db, one.member_id) if one.member_id is not None else None
    if one.organization_id is not None:
        return as_said(organization.name(talk.db, one.organization_id))
    return as_said(name) if name else Text("一位居民")


@on("pledge.receive", head="pledgegot", allow=anybody, private=True)
def receive(talk: Talk, number: int = 0) -> Card:
    """Only staff say what came, and how much."""
    one = _found(talk, number)
    wanted = project_making.find(talk.db, one.project_id)
    assert wanted is not None
    project_people.check(talk.db, wanted, talk.person.id)
    if one.state != "offered":
        return Card(Text("请看一看，这个意向已经有了结果："), articles=(line(one),))
    about = (replace(_staff_line(talk, one), choices=()),)
    whole = Option(one.quantity, Text("全部到账"), ("全部", "全额", "all"))
    asked = Text("到账多少元？可以比意向少。")
    came = talk.ask("came", asked, whole, check=Amount(one.quantity), about=about)
    yes, no = Option("yes", Text("录入到账"), ("好", "yes")), Option("no", Text("先不录"), _NO)
    if (
        talk.ask("sure", Text("到账{amount}元，对吗？录了就算进合计。", amount=came), yes, no, about=about)
        == "no"
    ):
        return Card(Text("好的，没有录入。"), articles=(_staff_line(talk, one),))
    duty.check_real(talk.db, talk.person.id)
    pledging.receive(talk.db, one, came, talk.person.id, talk.now)
    claim_news.settle(talk.db, wanted.id, talk.person.id, talk.now)
    _thank(talk, one, came)
    return Card(
        Text("录好了，到账{amount}元。", amount=came),
        articles=(line(_found(talk, number)),),
        choices=(Choice(Text("更正到账"), press("pledgefix", number)),),
        tone="done",
    )


def _thank(talk: Talk, one: Row[Any], came: int) -> None:
    """Who pledged reads once what came."""
    if one.member_id is None:
        return
    text = Text("谢谢您：{amount}元到账了，给「{title}」。", amount=came, title=prose(one.title))
    card = Card(text, choices=(Choice(Text("我的捐款意向"), press("pledges")),), tone="done")
    notice.tell_member(
        talk.db, [card], one.member_id, talk.now, key=f"received:{one.id}", kind="thanks", rests=True
    )


@on("pledge.total", head="pledgeday", allow=anybody, phrases=_DAY)
def totals(talk: Talk) -> Card:
    """What came today and in all, by project: the sum of what staff entered, and nothing else."""
    today = talk.now.astimezone(talk.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today.astimezone(talk.now.tzinfo)
    came = pledging.received(talk.db, _EVER, talk.now + timedelta(seconds=1))
    now = [row for row in came if row.changed >= since]
    lead = Text(
        "今天到账{today}元，一共到账{total}元。", today=pledging.total(now), total=pledging.total(came)
    )
    sums: dict[str, int] = {}
    for row in came:
        sums[row.title] = sums.get(row.title, 0) + (row.delivered or 0)
    lines = tuple(
        Text("「{title}」{amount}元", title=prose(title), amount=many) for title, many in sums.items()
    )
    choices = (
        Choice(Text("社区项目"), press("projects")),
        Choice(Text("我的捐款意向"), press("pledges"), private=True),
    )
    return Card(Text("{lines}", lines=Several((lead, *lines, NOTHING_PAID), lines=True)), choices=choices)
