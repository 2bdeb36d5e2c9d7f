"""Too few people: its office is asked whether it is held, moved or cancelled; who is registered hears what was decided."""

from datetime import datetime, timedelta

from handlers import activity_cards, reminder_cards
from handlers.activity_cards import BROWSE
from handlers.jobs import job
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import activity, approval, contact, delivery, duty, minimum, notice
from models.activity import Listing
from models.card import Article, Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Moment, Several, Text, as_said, prose

_SLICE = 20
# More people than this are never too few.
_MOST = 5000
_URGENT = timedelta(hours=12)
_GO_ON = (
    Phrase(
        r"(?:还是|就|那就)?照(?:常|旧|样)(?:办|举行|开|进行|举办)|人少也(?:办|开)|还是(?:办|开)(?:吧|了)?[。.!]*$",
        weight=4,
        unless=r"吗|么|\?|是不是|会不会",
    ),
    Phrase(r"\b(?:hold it anyway|go ahead (?:with|anyway)|it takes place anyway)\b", weight=4),
)


def _next(db: Db, schedule: Schedule) -> datetime | None:
    return min((each.at for each in minimum.due(db, schedule)), default=None)


@job("minimum", next=_next)
def ask(db: Db, now: datetime, schedule: Schedule) -> bool:
    """Whether enough come is looked at once for a start; where too few do, its office is asked."""
    found = [each for each in minimum.due(db, schedule, now) if each.at <= now]
    for each in found[:_SLICE]:
        few = minimum.look(db, each, now)
        if few is not None:
            _ask(db, *few, again=each.question is not None, now=now)
    return len(found) > _SLICE


def _ask(db: Db, wanted: Listing, question: int, *, again: bool, now: datetime) -> None:
    title, count = prose(wanted.title), minimum.coming(db, wanted)
    few = Text(
        "「{title}」满{least}位才开，现在报了{count}位。", title=title, least=wanted.minimum or 0, count=count
    )
    lines = [few, Text("办、延期还是取消？您定了，报名的人都会知道。")]
    if pending := len(approval.those(db, wanted, "pending")):
        lines.insert(1, Text("另有{count}位待审核。", count=pending))
    if again:
        lines.insert(0, Text("请定一下，{at}就要开始了。", at=Moment(wanted.starts)))
    text = Text("{lines}", lines=Several(tuple(lines), lines=True))
    key = f"minimum:{question}:{'again' if again else 'first'}"
    _put(db, wanted, question, text, ("move", "calloff"), minimum.asked(db, wanted), key, now)
    if (organizer := minimum.organizer(db, wanted)) is not None:
        _put(db, wanted, question, text, ("wantlater", "wantoff"), [organizer], f"{key}:contact", now)


def _put(
    db: Db,
    wanted: Listing,
    question: int,
    text: Text,
    heads: tuple[str, str],
    those: list[int],
    key: str,
    now: datetime,
) -> bool:
    """The question with its three answers; False where it was put before."""
    later, off = heads
    choices = (
        Choice(Text("照常办"), press("goahead", wanted.number)),
        Choice(Text("延期"), press(later, wanted.number)),
        Choice(Text("取消活动"), press(off, wanted.number)),
    )
    card = Card(text, articles=(activity_cards.subject(wanted),), choices=choices)
    still = f"minimum {question}"
    return approval.tell(db, card, those, now, key=key, still=still, expires=wanted.starts)


@on("staff.activity", head="wantlater", allow=anybody, private=True)
def want_later(talk: Talk, number: int = 0) -> Card:
    """Its contact who is no staff wants another time: the office does it."""
    return _pass_on(talk, number, "later")


@on("staff.activity", head="wantoff", allow=anybody, private=True)
def want_off(talk: Talk, number: int = 0) -> Card:
    return _pass_on(talk, number, "off")


def _pass_on(talk: Talk, number: int, wish: str) -> Card:
    """What only staff may do is asked of them in his name, once."""
    wanted = activity.find(talk.db, number)
    title, details = prose(wanted.title), Choice(Text("详情"), press("show", wanted.number))
    try:
        question = minimum.check(talk.db, wanted, talk.person.id, talk.now)
        duty.check_real(talk.db, talk.person.id)
    except Refusal as refusal:
        talk.leave(refusal, details, BROWSE)
    office = minimum.asked(talk.db, wanted)
    if not office:
        text = Text("请到服务站说一声，「{title}」现在没有工作人员在这里。", title=title)
        return Card(text, choices=(details,), tone="notice", refs=(wanted.ref,))
    name = contact.name_of(talk.db, talk.person.id)
    whom = as_said(name) if name else Text("联系人")
    asks, text = {
        "later": (
            Text("请您改一下时间：{name}想把「{title}」延期，报名的人不够。", name=whom, title=title),
            Text("已经请工作人员把「{title}」延期。定了，报名的人都会知道。", title=title),
        ),
        "off": (
            Text("请您取消一下：{name}想取消「{title}」，报名的人不够。", name=whom, title=title),
            Text("已经请工作人员取消「{title}」。定了，报名的人都会知道。", title=title),
        ),
    }[wish]
    told = f"minimum:{question.id}:{wish}"
    _put(talk.db, wanted, question.id, asks, ("move", "calloff"), office, told, talk.now)
    return Card(text, choices=(details,), tone="done", refs=(wanted.ref,))


def _named(reading: Reading) -> Arguments:
    return {"numbers": [title.number for title in reading.titles]}


@on("staff.activity", head="goahead", allow=anybody, private=True, phrases=_GO_ON, reads=_named)
def go_ahead(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    """It is held with those who come, and they are told so."""
    wanted = activity.find(talk.db, number) if number else _meant(talk, numbers)
    try:
        minimum.go_on(talk.db, wanted, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, Choice(Text("详情"), press("show", wanted.number)), BROWSE)
    told = _tell(talk, wanted)
    text = Text("好的，「{title}」照常办。", title=prose(wanted.title))
    if told:
        text = Text("好的，「{title}」照常办，正在告诉{count}位。", title=prose(wanted.title), count=told)
    return Card(
        text, choices=(Choice(Text("详情"), press("show", wanted.number)),), tone="done", refs=(wanted.ref,)
    )


def _meant(talk: Talk, numbers: list[int] | None) -> Listing:
    """What is named, or what this person is asked about."""
    asked = minimum.open_for(talk.db, talk.person.id, talk.now)
    found = activity.those(
        talk.db, [each for each in asked if not numbers or each in numbers] or numbers or []
    )
    if not found:
        text = Text("现在没有等您定的活动。人不够时会问您。")
        talk.leave(Refusal("minimum.none", text), BROWSE)
    if len(found) == 1:
        return found[0]
    talk.keep(numbers=[each.number for each in found])
    options = [Option(each.number, activity_cards.label(each)) for each in found]
    about = tuple(Article(prose(each.title), each.ref) for each in found)
    chosen = talk.ask("which", Text("哪一场照常办？"), *options, about=about)
    return next(each for each in found if each.number == chosen)


def _tell(talk: Talk, wanted: Listing) -> int:
    """Who is registered hears that it is held; gives how many do."""
    text = Text("「{title}」照常办，{when}见。", title=prose(wanted.title), when=Moment(wanted.starts))
    card = Card(
        text, articles=(activity_cards.subject(wanted),), choices=reminder_cards.answers(wanted.number)
    )
    told = notice.shared(
        talk.db,
        [card],
        talk.now,
        key=f"goes on:{wanted.id}:{round(wanted.starts.timestamp())}",
        kind="moved",
        rests=wanted.starts - talk.now > _URGENT,
        expires=wanted.starts,
    )
    those = minimum.those_registered(wanted)
    delivery.fan_out(talk.db, told, those, talk.now, talk.now, "personal", _MOST)
    return len(talk.db.rows(those))
