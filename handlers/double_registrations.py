"""双报到: a person or a unit reports to a community, says what they can do and when, and is hidden unless they want to be seen."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import checks, whereabouts
from handlers.jobs import job
from handlers.talk import Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.lexicon import Lexicon
from models import double_registration, duty, notice, phone, skill, standing, unit
from models.card import Article, Card, Choice, State
from models.database import Db
from models.folding import fold
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Several, Text, as_said, prose

MINE = Choice(Text("我的双报到"), press("mydouble"))
_OFFERED = 6
_SHOWN = 10
_KINDS = ("neighbourhood", "estate")
_REGISTER = (
    Phrase(
        r"(?:双报到|社区报到|(?:到|去|向|回|来)?(?:社区|居民区|居委会?|小区)(?:来)?报到|^(?:我|我们单位|单位|我们|党员)?(?:要|想|来|申请)*报到)",
        weight=6,
        unless="我的双报到|名单|谁|结束|取消|不|哪些|活动|到场",
    ),
    Phrase(r"\bdouble registration\b|\bregister with (?:my|the) (?:community|neighbou?rhood)\b", weight=6),
)
_MINE = (
    Phrase(
        r"^(?:看看|查看|查)?我(?:的)?(?:双)?报到(?:情况|记录|了哪里|在哪里?)?(?:了吗)?[。.!?]*$", weight=7
    ),
    Phrase(r"^my (?:double|community) registrations?[.!?]*$", weight=7),
)
_SHOW = (
    Phrase(r"^(?:我)?(?:愿意|要|想)?(?:亮|公开)(?:出|明)?(?:我的)?(?:双)?报到(?:身份)?[了吧。!]*$|^我愿意亮身份[。!]*$", weight=7),
    Phrase(r"^show my (?:double |community )?registration[.!]*$", weight=7),
)  # fmt: skip
_HIDE = (
    Phrase(
        r"^(?:我)?(?:不要?|别|不想|收回|隐藏|取消)(?:再)?(?:亮|公开)?(?:我的)?(?:双)?报到身份[了吧。!]*$",
        weight=7,
    ),
    Phrase(r"^hide my (?:double |community )?registration[.!]*$", weight=7),
)
_OFF = (
    Phrase(r"^(?:我)?(?:要|想)?(?:结束|取消|退出|撤销)(?:我的)?(?:双|社区)?报到[了吧。!]*$", weight=7),
    Phrase(r"^(?:end|cancel) my (?:double |community )?registration[.!]*$", weight=7),
)
_LIST = (
    Phrase(r"(?:双)?报到(?:的)?(?:名单|列表)|谁(?:来)?报到(?:了|过)|有谁(?:双)?报到", weight=7),
    Phrase(r"^(?:who|list of who) registered (?:here|with us|with the community)[.?]*$", weight=7),
)
_YES = Option("yes", Text("报到"), ("确认", "是", "对", "好", "yes", "ok"))
_NO = Option("no", Text("先不报"), ("不", "不报", "算了", "no"))
_TIMES = (
    Text("工作日白天"),
    Text("工作日晚上"),
    Text("周末"),
    Text("都可以"),
)
_KNOWN = {each.message: each for each in _TIMES}


@on("double.register", head="double", allow=anybody, private=True, example=Text("我要向社区报到"), rank=64,
    phrases=_REGISTER)  # fmt: skip
def register(talk: Talk) -> Card:
    organization, whole = _who(talk)
    where = _community(talk)
    if organization is None and not whole:
        organization = _unit(talk)
    known = double_registration.live(talk.db, talk.person.id, where, organization if whole else None)
    if known is not None:
        return Card(
            Text(
                "不用再报，{place}已经报到过，编号报{number}。", place=as_said(known.place), number=known.id
            ),
            articles=(_article(known),),
            choices=(MINE,),
        )
    none = Option("", Text("没有特别的"), ("没有", "跳过", "不写", "none", "skip"))
    question = Text("会什么？比如急救、摄影、修电器，可以写几样。可以不写。")
    skills = talk.ask("skills", question, none, check=checks.words)
    options = [Option(each.message, each) for each in _TIMES]
    times = talk.ask("times", Text("什么时候方便？"), *options, check=_Words())
    name = talk.lexicon.places[where].name
    question = Text(
        "到{place}报到，对吗？别人看不到，只有社区工作人员知道；想亮身份，随时再说。", place=as_said(name)
    )
    if talk.ask("sure", question, _YES, _NO) == "no":
        return Card(Text("好的，没有报到。"), choices=menu())
    duty.check_real(talk.db, talk.person.id)
    said = _split(phone.without(skills))
    made = double_registration.enter(
        talk.db,
        talk.person.id,
        where,
        talk.schedule,
        talk.now,
        organization=organization,
        whole=whole,
        skills=said,
        times=phone.without(times),
    )
    _say_skills(talk, said, where)
    _tell_office(talk, made)
    text = Text("报到成功，编号报{number}，现在起就算数。", number=made.id)
    return Card(
        text,
        articles=(_article(made),),
        tone="done",
        choices=(Choice(Text("有缺口告诉我"), press("doublewish", made.id)), MINE),
    )


def _who(talk: Talk) -> tuple[int | None, bool]:
    """Himself, or a unit whose contact he is."""
    own = unit.represented(talk.db, talk.person.id, clubs=False)
    if not own:
        return None, False
    options = [
        Option(row.id, Text("{unit}（单位）", unit=as_said(row.name)), (fold(row.name),)) for row in own
    ]
    me = Option(0, Text("我本人"), ("我", "本人", "自己", "me"))
    key = talk.ask("who", Text("谁来报到？"), me, *options)
    return (key, True) if key else (None, False)


class _Words:
    """Somebody's own words where numbered answers are offered too."""

    wants = "choice"

    def __call__(self, text: str) -> str:
        return checks.words(text)


class _Named:
    """One neighbourhood or estate by its name, where others are offered by number."""

    wants = "choice"

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def __call__(self, text: str) -> int:
        places = self._lexicon.places
        found = [key for key in whereabouts.named(self._lexicon, text) if places[key].kind in _KINDS]
        if len(found) != 1:
            raise Refusal("place.unknown", Text("请发居民区或小区的名字，一次一个。"))
        return found[0]


def _community(talk: Talk) -> int:
    """Home first, then the others of the tree; a name may be typed too."""
    lexicon = talk.lexicon
    home = [node.id for node in lexicon.above(talk.person.home_id) if node.kind in _KINDS]
    others = [
        node.id
        for node in lexicon.places.values()
        if node.kind in _KINDS and not any(above.kind in _KINDS for above in lexicon.above(node.parent))
    ]
    keys = list(dict.fromkeys([*home[::-1][:1], *home, *others]))[:_OFFERED]
    if not keys:
        talk.leave(Refusal("double.nowhere", Text("请到服务站问一问，社区还没有列出居民区。")), *menu())

    options = [Option(key, as_said(lexicon.places[key].name)) for key in keys]
    return talk.ask("where", Text("到哪里报到？点一个，或者发小区的名字。"), *options, check=_Named(lexicon))


def _unit(talk: Talk) -> int | None:
    """To whom the card of a quarter may go; nobody who belongs to no unit is asked."""
    own = unit.belongs(talk.db, talk.person.id)
    if not own:
        return None
    none = Option(0, Text("不发给单位"), ("不发", "不", "none", "no"))
    options = [Option(row.id, as_said(row.name), (fold(row.name),)) for row in own]
    question = Text("每季度的服务卡，您确认后发给哪个单位？不确认就不发。")
    return talk.ask("unit", question, *options, none) or None


def _split(words: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in re.split(r"[、,，;；和]+", words) if part.strip()))


def _say_skills(talk: Talk, said: list[str], where: int) -> None:
    """Those that some role of a shift takes are said as they are there; staff confirm them once."""
    for each in said:
        if (known := skill.named(talk.db, each)) is not None:
            skill.go(talk.db, talk.person.id, known, "said", where, talk.person.id, talk.now)


def _tell_office(talk: Talk, made: Row[Any]) -> None:
    card = Card(
        Text("新的双报到：{name}到{place}报到了。", name=called(made), place=as_said(made.place)),
        articles=(_article(made),),
        choices=(Choice(Text("报到名单"), press("doubles")),),
        tone="notice",
    )
    for officer in duty.officers(talk.db, made.place_id)[:1]:
        key = f"double:{made.id}:{officer.id}"
        notice.tell_member(talk.db, [card], officer.id, talk.now, key=key, kind="answer", rests=True)


def called(one: Row[Any]) -> Text:
    """Who it is: the unit, or a person by his name."""
    if one.whole and one.unit:
        return as_said(one.unit)
    return as_said(one.who) if one.who else Text("一位居民")


def _article(one: Row[Any], *choices: Choice) -> Article:
    facts = [(Text("谁"), called(one))]
    if one.skills:
        facts.append(
            (Text("会什么"), Text("{words}", words=Several(tuple(as_said(each) for each in one.skills))))
        )
    if one.times:
        facts.append((Text("方便"), _KNOWN.get(one.times) or as_said(one.times)))
    if one.unit and not one.whole:
        facts.append((Text("单位"), as_said(one.unit)))
    state = None
    if not one.whole:
        state = State(Text("别人能看到"), "good") if one.visible else State(Text("别人看不到"), "past")
    title = Text("报{number} {place}", number=one.id, place=as_said(one.place))
    return Article(title, f"place:{one.place_code}", state=state, facts=tuple(facts), choices=choices)


@on("double.show", head="mydouble", allow=anybody, private=True, phrases=_MINE)
def mine(talk: Talk) -> Card:
    own = double_registration.of(talk.db, talk.person.id)
    if not own:
        return Card(Text("您还没有报到。"), choices=(Choice(Text("我要报到"), press("double")),))
    articles = []
    for one in own:
        wish = (
            Choice(Text("不用告诉我"), press("doublequiet", one.id))
            if one.due is not None
            else Choice(Text("有缺口告诉我"), press("doublewish", one.id))
        )
        articles.append(_article(one, wish, Choice(Text("结束报到"), press("doubleoff", one.id))))
    choices: tuple[Choice, ...] = (Choice(Text("双报告"), press("mycard")),)
    if any(not one.whole for one in own):
        shown = any(one.visible for one in own)
        seen = (
            Choice(Text("不亮身份"), press("hidereg"))
            if shown
            else Choice(Text("亮报到身份"), press("showreg"))
        )
        choices = (seen, *choices)
    return Card(Text("您的报到："), articles=tuple(articles), choices=choices)


@on("double.edit", head="showreg", allow=anybody, private=True, phrases=_SHOW)
def show(talk: Talk) -> Card:
    double_registration.show(talk.db, talk.person.id, talk.now, shown=True)
    if not any(one.visible for one in double_registration.of(talk.db, talk.person.id)):
        ways = (Choice(Text("我要报到"), press("double")), Choice(Text("亮身份"), press("showparty")))
        return Card(Text("请先报到，再亮报到身份。党员身份在这里亮。"), choices=ways)
    text = Text("好的，报到名单里别人能看到您的称呼。随时能收回，收回后马上看不到。")
    return Card(text, choices=(Choice(Text("不亮身份"), press("hidereg")), MINE), tone="done")


@on("double.edit", head="hidereg", allow=anybody, private=True, phrases=_HIDE)
def hide(talk: Talk) -> Card:
    double_registration.show(talk.db, talk.person.id, talk.now, shown=False)
    text = Text("好的，从现在起，别人看不到您报到过。")
    return Card(text, choices=(Choice(Text("亮报到身份"), press("showreg")), MINE), tone="done")


def _own(talk: Talk, number: int | None) -> Row[Any]:
    """One of one's own, or of one's unit; without a number the only one. Raises Refusal."""
    own = double_registration.of(talk.db, talk.person.id)
    found = double_registration.find(talk.db, number) if number else (own[0] if len(own) == 1 else None)
    if found is None or not (found.member_id == talk.person.id or _stands_for(talk, found)):
        talk.leave(Refusal("double.unknown", Text("请看看“我的双报到”，没有找到这一条。")), MINE)
    return found


def _stands_for(talk: Talk, one: Row[Any]) -> bool:
    return bool(one.whole and standing.stands_for(talk.db, talk.person.id, one.organization_id))


@on("double.end", head="doubleoff", allow=anybody, private=True, phrases=_OFF)
def end(talk: Talk, number: int | None = None) -> Card:
    one = _own(talk, number)
    if not double_registration.end(talk.db, one, talk.person.id, talk.now):
        return Card(Text("不用再点，这次报到已经结束。"), choices=(MINE,))
    text = Text("结束了，{place}的报到不再算。做过的都还在。", place=as_said(one.place))
    return Card(text, choices=(Choice(Text("我要报到"), press("double")),), tone="done")


@on("double.edit", head="doublewish", allow=anybody, private=True)
def wish(talk: Talk, number: int = 0) -> Card:
    """From now on, and at most once a week."""
    one = _own(talk, number)
    if one.due is None:
        double_registration.wish(talk.db, one, talk.schedule.awake(talk.now))
    text = Text("好的，{place}的项目缺人缺物时告诉您，一周最多一次。", place=as_said(one.place))
    return Card(text, choices=(Choice(Text("不用告诉我"), press("doublequiet", one.id)), MINE), tone="done")


@on("double.edit", head="doublequiet", allow=anybody, private=True)
def quiet(talk: Talk, number: int = 0) -> Card:
    one = _own(talk, number)
    double_registration.wish(talk.db, one, None)
    text = Text("好的，不再告诉您。")
    return Card(text, choices=(Choice(Text("有缺口告诉我"), press("doublewish", one.id)), MINE), tone="done")


@on("double.list", head="doubles", allow=anybody, private=True, phrases=_LIST)
def listed(talk: Talk) -> Card:
    """Staff read all of their places; everybody else those who want to be seen, where he lives."""
    places = duty.places(talk.db, talk.person.id)
    if places:
        rows = [row for key in places for row in double_registration.at(talk.db, key)]
    else:
        here = [node.id for node in talk.lexicon.above(talk.person.home_id) if node.kind in _KINDS]
        rows = double_registration.seen_at(talk.db, here[-1]) if here else []
    rows = list({row.id: row for row in rows}.values())
    if not rows:
        return Card(
            Text("名单是空的，亮了身份的才在这里。"), choices=(Choice(Text("我要报到"), press("double")),)
        )
    articles = tuple(_article(row) if places else _seen(row) for row in rows[:_SHOWN])
    return Card(Text("报到的有{count}个：", count=len(rows)), articles=articles)


def _seen(one: Row[Any]) -> Article:
    """What others read: no skills, no times, no unit of a person."""
    title = Text("{name} · {place}", name=called(one), place=as_said(one.place))
    return Article(title, f"place:{one.place_code}")


@job("what is missing where people registered", next=lambda db, _schedule: double_registration.next_due(db))
def tell_missing(db: Db, now: datetime, _schedule: Schedule) -> bool:
    done = double_registration.step(db, now)
    if done is None:
        return False
    one, missing = done
    if missing and one.member_id is not None:
        lines = tuple(
            Text("项{number}「{title}」缺{count}样", number=row.id, title=prose(row.title), count=row.parts)
            for row in missing[:3]
        )
        text = Text("请看看能不能帮上，{place}现在缺：\n{lines}", place=as_said(one.place), lines=Several(lines, lines=True))  # fmt: skip
        card = Card(
            text,
            choices=(
                *(
                    Choice(Text("看项{number}", number=row.id), press("project", row.id))
                    for row in missing[:3]
                ),
                Choice(Text("不用告诉我"), press("doublequiet", one.id)),
            ),
            tone="notice",
            refs=tuple(f"project:{row.code}" for row in missing[:3]),
        )
        notice.tell_member(
            db,
            [card],
            one.member_id,
            now,
            key=f"double:{one.id}:missing:{now:%Y%m%d%H}",
            kind="notice",
            still=f"doubleregistration {one.id}",
            rests=True,
        )
    return True
