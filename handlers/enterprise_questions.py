"""What a company asks the office that helps it: a number and the day of the first answer at once, answered in the chat."""

import re

from handlers import need_cards, need_news
from handlers.questions import words as checked
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding import business
from handlers.understanding.reading import Reading
from models import contact, enterprise, need, phone, place, reporting, service
from models.card import Article, Card, Choice
from models.folding import clean, fold
from models.refusal import Refusal
from models.text import Moment, Text, as_said, prose

_SHORTEST = 4
_ELSE = r"在哪|哪里|哪儿|怎么走|地址|几点|开门|关门|电话(?!\D{0,3}\d)|预约|活动|签到"
_ASK = (
    Phrase(r"(?:问|咨询|请教|求助|提问|告诉|反映给|\bask\b)", weight=6, needs="business_desk", unless=_ELSE),
    Phrase(r"^\S{2,8}\s?[,:;]\s*\S{4,}", weight=6, needs="business_desk", unless=_ELSE),
    Phrase(
        r"^(?:我|我们|我们公司|请|我想|我要|帮)*(?:企业|公司)(?:提问|求助|诉求|要提问|有问题要问|有问题想问|有事想问|有困难要反映)",
        weight=6,
    ),
    Phrase(
        r"\b(?:business|company|enterprise) question\b|\bask the (?:business|enterprise) (?:desk|office|service)\b",
        weight=6,
    ),
)
_BEFORE = re.compile(
    r"^[\s,，:：;；。.!！]*(?:一下|一句|个问题|一个问题|我们?想知道|关于)?[\s,，:：;；。.!！]*(?:about\s+)?",
    re.IGNORECASE,
)
_EXPLICIT = re.compile(
    r"^.*?(?:提问|求助|诉求|要问|想问|反映|question|desk|office|service)(?=[\s,，:：]|$)", re.IGNORECASE
)


def _said(reading: Reading) -> Arguments:
    """What follows the name of the office, as it was typed; it may be named before it too."""
    said = clean(reading.said)
    rest = ""
    if reading.business_desk is not None:
        at = fold(said).find(reading.business_desk)
        rest = said[at + len(reading.business_desk) :] if at >= 0 else ""
    elif found := _EXPLICIT.match(said):
        rest = said[found.end() :]
    rest = _BEFORE.sub("", rest).strip()
    return {
        "words": rest if len(rest) >= _SHORTEST else None,
        "called": reading.business_desk,
        "named": list(reading.places or ()),
    }


@on(
    "need.report",
    head="askdesk",
    example=Text("企业提问"),
    rank=69,
    allow=anybody,
    private=True,
    phrases=_ASK,
    reads=_said,
)
def ask(
    talk: Talk,
    number: int | None = None,
    words: str | None = None,
    called: str | None = None,
    named: list[int] | None = None,
) -> Card:
    """`number` is the station's; `called` is what the office was called."""
    where = _where(talk, number, called, named or [])
    text = Text("请写想问{desk}的，一两句就行。", desk=_desk(talk, where))
    said = words or talk.ask("words", text, check=checked)
    company = _company(talk)
    send = Option("yes", Text("发送"), ("确认", "好", "是", "提交", "yes", "send", "ok"))
    keep = Option("no", Text("不发了"), ("不", "算了", "no"))
    question = Text(
        "发给{desk}吗？不公开，这个站和上级的工作人员看得到，回复发到这里。", desk=_desk(talk, where)
    )
    facts = ((Text("内容"), as_said(said)), *_for(talk, company))
    about = (
        Article(as_said(place.name(talk.db, where)), f"place:{talk.lexicon.places[where].code}", facts=facts),
    )
    if talk.ask("sure", question, send, keep, about=about) == "no":
        return Card(Text("好的，没有发。"), choices=menu())
    _check_room(talk)
    done = enterprise.ask(talk.db, talk.vault, talk.schedule, talk.person.id, where, company, said, talk.now)
    _tell(talk, done, where, company, said)
    text = Text(
        "转给{desk}了，编号需{number}，{due}前给您第一次答复。",
        desk=_desk(talk, where),
        number=done.number,
        due=Moment(done.due),
    )
    look = Choice(Text("看进展"), press("need", done.number))
    return Card(
        text,
        choices=(look, *_booking(talk, where), need_cards.MINE),
        tone="done",
        refs=(need.ref(done.number),),
    )


def _where(talk: Talk, number: int | None, called: str | None, named: list[int]) -> int:
    """The station with such an office: by its button, by name, by what it is called; else nearest to where one works."""
    able = business.desks(talk.lexicon)
    if number in able:
        return int(number)
    if not able:
        text = Text("请到服务站问一问，这里还没有专门服务企业的人。")
        talk.leave(Refusal("enterprise.nobody", text), *menu())
    meant = [each for each in able if each in named] or [each for each in able if able[each] == called]
    meant = meant or list(able)
    if len(meant) > 1:
        around = {node.id for node in talk.lexicon.above(talk.person.work_id)}
        near = [
            each
            for each in meant
            if around & {node.id for node in talk.lexicon.above(each) if node.kind != "subdistrict"}
        ]
        meant = near or meant
    if len(meant) == 1:
        return meant[0]
    options = (Option(each, as_said(talk.lexicon.places[each].name)) for each in meant)
    return int(talk.ask("where", Text("问哪个站的？"), *options))


def _desk(talk: Talk, where: int) -> Text:
    """As its function calls it, with the station."""
    name = as_said(place.name(talk.db, where))
    called = business.desks(talk.lexicon)[where]
    function = next((each for each in talk.lexicon.places[where].functions if called in fold(each)), called)
    return Text("{station}的{desk}", station=name, desk=prose(function))


def _company(talk: Talk) -> int | None:
    """For which company; asked where he has several."""
    able = enterprise.companies(talk.db, talk.person.id)
    if len(able) <= 1:
        return able[0].id if able else None
    key = talk.ask("company", Text("为哪家公司问？"), *(Option(each.id, as_said(each.name)) for each in able))
    return int(key)


def _for(talk: Talk, company: int | None) -> tuple[tuple[Text, Text], ...]:
    able = enterprise.companies(talk.db, talk.person.id)
    return tuple((Text("公司"), as_said(each.name)) for each in able if each.id == company)


def _check_room(talk: Talk) -> None:
    if talk.registrations_a_minute is None:
        return
    try:
        reporting.check_room(talk.db, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, need_cards.MINE)


def _tell(talk: Talk, done: enterprise.Asked, where: int, company: int | None, said: str) -> None:
    """The officer, once."""
    if done.officer is None:
        return
    one = need.find(talk.db, done.number)
    assert one is not None
    called = contact.name_of(talk.db, talk.person.id)
    facts: list[tuple[Text, Text]] = [
        (Text("地点"), as_said(place.name(talk.db, where))),
        (Text("内容"), as_said(phone.seal_in(said, talk.vault))),
        *_for(talk, company),
    ]
    if called:
        facts.append((Text("谁问的"), as_said(called)))
    choices = (
        Choice(Text("写答复"), press("answerneed", one.id)),
        Choice(Text("受理"), press("acceptneed", one.id)),
        Choice(Text("看全部"), press("handleneed", one.id)),
    )
    article = Article(need_cards.name(one), need.ref(one.id), facts=tuple(facts), choices=choices)
    text = Text("有企业来问，{due}前请给第一次答复。", due=Moment(done.due))
    need_news.tell_staff(
        talk.db, one.id, Card(text, articles=(article,), tone="notice"), [done.officer], "new", talk.now
    )


def _booking(talk: Talk, where: int) -> tuple[Choice, ...]:
    """Where such an office also sees people at a time."""
    called = business.desks(talk.lexicon)[where]
    for each in service.given_at(talk.db, where):
        if (
            each.slots
            and not each.paused
            and any(called in fold(name) for name in (each.name, *each.aliases))
        ):
            return (Choice(Text("约时间"), press("book", each.id)),)
    return ()
