"""专业服务: a question to a provider of professional services, which only its representatives read and answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import questions
from handlers.talk import Option, Phrase, Talk, anybody, menu, on, press
from models import consultation, duty, need, notice, phone, working_days
from models.card import Article, Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.still import still
from models.text import Moment, Several, Text, as_said, prose

_LISTED = 8
_SHOWN = 6
MINE = Choice(Text("我的咨询"), press("consults"))
_STATES = {
    "new": Text("等答复"),
    "triaged": Text("等答复"),
    "reopened": Text("等答复"),
    "answered": Text("已答复"),
    "confirmed": Text("已结束"),
    "closed": Text("已结束"),
    "withdrawn": Text("已撤回"),
}
_ASK = (
    Phrase(
        r"^(?:我想|我要|想|要|找|看看)?(?:专业服务|专业咨询|企业咨询|专业机构)[!.。]*$|(?:向|找|问)(?:一?[家个])?专业(?:机构|服务)",
        weight=6,
    ),
    Phrase(r"\bprofessional (?:advice|services)\b|\bask a provider\b", weight=6),
)
_LIST = (
    Phrase(r"^(?:看看)?(?:我的|待答复的?|收到的)(?:专业)?咨询[!.。]*$", weight=7),
    Phrase(r"^my consultations$", weight=7),
)
_COUNTS = (Phrase(r"咨询(?:情况|统计|数量|汇总)|\bconsultation counts\b", weight=7),)


@on(
    "consultation.ask",
    head="consult",
    example=Text("专业服务"),
    rank=68,
    allow=anybody,
    private=True,
    phrases=_ASK,
)
def ask(talk: Talk) -> Card:
    """Field, provider, question; the number and when the first answer comes at once."""
    known = consultation.providers(talk.db)
    if not known:
        text = Text("请到服务站问一问，现在还没有能在这里答复的机构。")
        talk.leave(Refusal("consultation.nobody", text), *menu())
    fields = list(dict.fromkeys(field for each in known for field in each.consults))
    field = fields[0]
    if len(fields) > 1:
        field = talk.ask("field", Text("问哪方面？"), *(Option(each, prose(each)) for each in fields))
    able = [each for each in known if field in each.consults]
    provider = able[0]
    if len(able) > 1:
        key = talk.ask(
            "provider", Text("问哪一家？"), *(Option(each.id, as_said(each.name)) for each in able)
        )
        provider = next(each for each in able if each.id == key)
    text = Text(
        "请写您要问{provider}的。只有这家机构看得到，我们的工作人员也看不到。",
        provider=as_said(provider.name),
    )
    words = talk.ask("words", text, check=questions.words)
    duty.check_real(talk.db, talk.person.id)
    due = _due(talk)
    number = consultation.ask(talk.db, talk.vault, talk.person.id, provider.id, field, words, due, talk.now)
    one = consultation.find(talk.db, number)
    lead = Text("有人来咨询{field}，{due}前请答复。", field=prose(field), due=Moment(due))
    _tell_provider(talk, one, lead, words, "new")
    done = Text(
        "转给{provider}了，编号需{number}，{due}前给您第一次答复。",
        provider=as_said(provider.name),
        number=number,
        due=Moment(due),
    )
    return Card(done, choices=(_look(number), MINE), tone="done", refs=(need.ref(number),))


def _due(talk: Talk) -> datetime:
    return working_days.due(talk.db, talk.schedule, talk.now, talk.schedule.deadlines.claim)


def _look(number: int) -> Choice:
    return Choice(Text("看咨询"), press("consultation", number))


def _tell_provider(talk: Talk, one: Row[Any], lead: Text, words: str, event: str) -> None:
    """Its representatives, and nobody else."""
    text = Text("{lead}\n{words}", lead=lead, words=phone.seal_in(words, talk.vault))
    card = Card(text, choices=(_look(one.id), _reply(one.id)), tone="notice", refs=(need.ref(one.id),))
    for member in consultation.representatives(talk.db, one.unit_id):
        key = f"consultation:{one.id}:{event}:{member}"
        if member == talk.person.id:
            continue
        notice.tell_member(talk.db, [card], member, talk.now, key=key, kind="question", rests=True)


def _reply(number: int) -> Choice:
    return Choice(Text("答复"), press("consultreply", number))


@still("consultation")
def _still(db: Db, key: int, _now: datetime) -> str | None:
    try:
        one = consultation.find(db, key)
    except Refusal:
        return "the consultation is gone"
    return None if consultation.is_waiting(one) else "it was answered"


@on("consultation.list", head="consults", allow=anybody, private=True, phrases=_LIST)
def mine(talk: Talk) -> Card:
    """What one asked, and what one's own organizations were asked; of nobody else's is there a trace."""
    own = consultation.own(talk.db, talk.person.id, _LISTED)
    stands = consultation.stands_for(talk.db, talk.person.id)
    asked = consultation.to_answer(talk.db, stands, _LISTED) if stands else []
    found = {each.id: each for each in (*asked, *own)}
    if not found:
        choice = Choice(Text("专业服务"), press("consult"))
        return Card(Text("还没有咨询。想问专业机构，说“专业服务”。"), choices=(choice,))
    articles = tuple(_article(talk, each) for each in found.values())
    return Card(Text("咨询有{count}个：", count=len(found)), articles=articles)


def _article(talk: Talk, one: Row[Any]) -> Article:
    facts = [(Text("状态"), _STATES[one.state]), (Text("机构"), as_said(one.provider))]
    if consultation.is_waiting(one) and one.due:
        facts.append((Text("最晚答复"), Text("{at}", at=Moment(one.due))))
    title = Text("需{number} 咨询{field}", number=one.id, field=prose(one.title))
    return Article(title, need.ref(one.id), facts=tuple(facts), choices=(_look(one.id),))


@on("consultation.show", head="consultation", allow=anybody, private=True)
def show(talk: Talk, number: int = 0) -> Card:
    """The thread, for the two sides of it alone."""
    one = consultation.find(talk.db, number)
    provider = consultation.check(talk.db, one, talk.person.id)
    said = consultation.lines(talk.db, talk.vault, one.id)[-_SHOWN:]
    lines = tuple(_line(one, each) for each in said)
    return Card(
        Text("{lines}", lines=Several(lines, lines=True)) if lines else Text("说过的话已经删了。"),
        articles=(_article(talk, one),),
        choices=_steps(one, provider=provider),
    )


def _line(one: Row[Any], said: tuple[bool, str, datetime]) -> Text:
    answered, words, at = said
    who = as_said(one.provider) if answered else as_said(one.asker) if one.asker else Text("咨询的人")
    return Text("{who}（{at}）：{words}", who=who, at=Moment(at), words=phone.without(words))


def _steps(one: Row[Any], *, provider: bool) -> tuple[Choice, ...]:
    if one.state in ("confirmed", "closed", "withdrawn"):
        return (Choice(Text("专业服务"), press("consult")), MINE)
    end = Choice(Text("结束咨询"), press("consultend", one.id))
    if provider:
        return (_reply(one.id), *((end,) if one.state == "answered" else ()), MINE)
    return (Choice(Text("再问一句"), press("consultreply", one.id)), end, MINE)


@on("consultation.reply", head="consultreply", allow=anybody, private=True)
def reply(talk: Talk, number: int = 0) -> Card:
    """The next words of either side, which the other one reads at once."""
    one = consultation.find(talk.db, number)
    provider = consultation.check(talk.db, one, talk.person.id)
    consultation.check_open(one)
    asks = Text("请写给对方的答复，发出就到。") if provider else Text("请写要再问的。")
    words = talk.ask("words", asks, check=questions.words)
    duty.check_real(talk.db, talk.person.id)
    if provider:
        forgotten = talk.now + talk.schedule.deadlines.silence
        consultation.answer(talk.db, talk.vault, one, talk.person.id, words, talk.now, forgotten)
        _tell_asker(talk, one, words)
        return Card(
            Text("已经发给对方。"),
            choices=_steps(consultation.find(talk.db, number), provider=True),
            tone="done",
        )
    consultation.ask_again(talk.db, talk.vault, one, words, _due(talk), talk.now)
    again = consultation.find(talk.db, number)
    event = f"again {len(consultation.lines(talk.db, talk.vault, number))}"
    _tell_provider(talk, again, Text("咨询需{number}，对方又问了一句。", number=number), words, event)
    return Card(
        Text("转过去了，{due}前给您答复。", due=Moment(again.due)), choices=(_look(number), MINE), tone="done"
    )


def _tell_asker(talk: Talk, one: Row[Any], words: str) -> None:
    """An answer goes out at once."""
    if one.reporter_id is None:
        return
    text = Text(
        "{provider}答复您的咨询需{number}：\n{words}",
        provider=as_said(one.provider),
        number=one.id,
        words=phone.seal_in(words, talk.vault),
    )
    choices = (
        Choice(Text("再问一句"), press("consultreply", one.id)),
        Choice(Text("结束咨询"), press("consultend", one.id)),
    )
    card = Card(text, choices=choices, tone="notice", refs=(need.ref(one.id),))
    notice.tell_member(talk.db, [card], one.reporter_id, talk.now, kind="answer")


@on("consultation.end", head="consultend", allow=anybody, private=True)
def end(talk: Talk, number: int = 0) -> Card:
    one = consultation.find(talk.db, number)
    consultation.check(talk.db, one, talk.person.id)
    duty.check_real(talk.db, talk.person.id)
    consultation.end(talk.db, one, talk.person.id, talk.now)
    return Card(
        Text("结束了，说过的只有双方看得到。"), choices=(MINE,), tone="done", refs=(need.ref(number),)
    )


@on("staff.consultation", head="consultcount", allow=anybody, private=True, phrases=_COUNTS)
def counts(talk: Talk) -> Card:
    """How many there were with each provider, for staff; who asked what they do not read."""
    if not duty.places(talk.db, talk.person.id):
        talk.leave(Refusal("consultation.staff", Text("请找服务站的工作人员，咨询的数量由他们看。")), *menu())
    found = consultation.counts(talk.db, talk.now)
    if not found:
        return Card(Text("一年里还没有人咨询。"), choices=menu())
    lines = tuple(
        Text(
            "· {provider}：{asked}个，等答复{waiting}个，过期{late}个",
            provider=as_said(row.name),
            asked=row.asked,
            waiting=row.waiting,
            late=row.late,
        )
        for row in found
    )
    lead = Text("一年里的咨询，内容只有机构看得到：")
    return Card(Text("{lines}", lines=Several((lead, *lines), lines=True)), choices=menu())
