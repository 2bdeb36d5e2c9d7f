"""My volunteer hours: how many, what they rest on, and for what; a check-out that was forgotten is told."""

from datetime import date, datetime

from handlers.activity_cards import BROWSE
from handlers.jobs import job
from handlers.talk import Arguments, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import activity, appeal, hours, notice, phone, served
from models.card import Article, Card, Choice, State
from models.database import Db
from models.hours import spoken
from models.schedule import Schedule
from models.served import Line
from models.text import Several, Span, Text, prose
from models.vault import Vault

PAGE = 5
# So many check-outs are given up at once: whoever writes meanwhile waits for them.
_SLICE = 10
_MINE = (
    Phrase(
        r"(?:志愿|服务|义工|公益)(?:服务|活动)?的?(?:总|累计)?(?:时长|时数|小时|工时)|"
        r"(?:做|干|攒|服务|累计|积累|积|当|有)(?:了|过)?(?:多少|几)个?(?:小时|钟头)(?:的)?(?:志愿|义工|公益|服务)|"
        r"志愿.{0,6}(?:做|干|攒|服务|累计|积累)(?:了|过)?(?:多少|几)个?(?:小时|钟头)|"
        r"(?:how many|how much|my|total)(?: \w+)? ?(?:volunteer(?:ing|ed)?|service)(?: service)? (?:hours|time)|"
        r"how (?:many hours|long) (?:have i|did i|i'?ve) (?:volunteer|serve)|^volunteer(?:ing)? hours[?.!]*$",
        weight=4,
        unless="证明|补录|补记|补登|报名|怎么算|哪些活动|什么活动|的活动|certificate|proof|letter|sign up|服务站|开放|服务时间",
    ),
)
_YEARS = (("去年", -1), ("last year", -1), ("今年", 0), ("this year", 0))
PROVE = Choice(Text("开证明"), press("proof"))


def _year(reading: Reading) -> Arguments:
    said = next((ago for words, ago in _YEARS if words in reading.text), None)
    return {} if said is None else {"year": reading.now.astimezone(reading.lexicon.zone).year + said}


@on(
    "hours.show",
    head="hours",
    allow=anybody,
    example=Text("我的志愿时长"),
    rank=27,
    private=True,
    phrases=_MINE,
    reads=_year,
)
def show(talk: Talk, number: int = 0, year: int | None = None) -> Card:
    """The sums, and the newest of what they are made of; `number` is the page."""
    days = (date(year, 1, 1), date(year, 12, 31)) if year else (None, None)
    found = served.of(talk.db, talk.person.id, talk.zone, *days)
    waiting = _waiting(talk)
    if not found.lines and not waiting:
        text = Text("您现在没有志愿时长。报一场志愿活动，到场签到，时长就自动记上。")
        return Card(text, choices=(BROWSE,))
    first = number * PAGE
    lines = found.lines[first : first + PAGE]
    articles = tuple(_line(line, talk.vault) for line in lines)
    more = len(found.lines) - first - len(lines)
    choices = (
        [Choice(Text("更多（还有{count}场）", count=more), press("hours", number + 1))] if more > 0 else []
    )
    choices += [PROVE] if found.minutes else []
    choices += [Choice(Text("时长不对"), press("appeal"))] if found.counted else []
    text = _sums(found, year) if number == 0 else Text("第{number}页：", number=number + 1)
    body = Text("{lines}", lines=Several((text, *(waiting if number == 0 else ())), lines=True))
    return Card(body, articles=articles, choices=tuple(choices))


def _sums(found: served.Served, year: int | None) -> Text:
    total = spoken(found.minutes)
    text = (
        Text("您{year}年的志愿时长：{hours}小时。", year=year, hours=total)
        if year
        else Text("您的志愿时长：{hours}小时。", hours=total)
    )
    if found.by_word:
        text = Text(
            "{text}其中现场签到{scan}小时，工作人员登记{word}小时。",
            text=text,
            scan=spoken(found.by_scan),
            word=spoken(found.by_word),
        )
    return text


def _waiting(talk: Talk) -> tuple[Text, ...]:
    """What staff have not approved is shown apart, and counts nothing yet."""
    titles = {}
    for each in appeal.open_ones(talk.db, talk.person.id):
        titles[each.number] = activity.held(talk.db, each.activity_id).title
    return tuple(
        Text("「{title}」等工作人员核对，还没有算进去。", title=prose(title)) for title in titles.values()
    )


def _line(line: Line, vault: Vault) -> Article:
    return Article(
        prose(line.title),
        f"activity:{line.code}",
        state=State(Text("等签退"), "warning")
        if line.waits
        else State(Text("{hours}小时", hours=spoken(line.minutes)), "good"),
        facts=(
            (Text("时间"), Text("{span}", span=Span(line.starts, line.ends))),
            (Text("怎么记的"), _how(line, vault)),
        ),
        choices=(Choice(Text("详情"), press("show", line.number)),),
    )


def _how(line: Line, vault: Vault) -> Text:
    """What it rests on, in a word or two."""
    reason = phone.open_in(line.reason, vault) if line.reason else ""
    if line.ledger == "entered":
        return Text("工作人员补录：{reason}", reason=reason)
    if reason:
        return Text("工作人员核对：{reason}", reason=reason)
    if line.waits:
        return Text("签退后算")
    if line.assumed:
        return Text("没有签退，按计划算")
    return _HOWS.get(line.how or "", Text("现场签到"))


_HOWS = {"picture": Text("扫了图片上的码"), "staff": Text("工作人员登记")}


@job("check-outs that were forgotten", next=lambda db, _schedule: hours.next_due(db))
def give_up_check_outs(db: Db, now: datetime, _schedule: Schedule) -> bool:
    """The planned time counts for who did not check out, and he is told so."""
    forgotten, more = hours.assume(db, now, _SLICE)
    for each in forgotten:
        if each.member is not None:
            wanted = activity.held(db, each.activity)
            text = Text(
                "「{title}」您没有签退，时长按计划的{hours}小时记。时间不对，请点“时长不对”。",
                title=prose(wanted.title),
                hours=spoken(each.minutes),
            )
            card = Card(text, choices=(wrong(each.registration), MINE), refs=(wanted.ref,))
            key = f"hours assumed {each.registration}"
            notice.tell_member(db, [card], each.member, now, key=key, kind="answer", rests=True)
    return more


MINE = Choice(Text("我的志愿时长"), press("hours"))


def wrong(registration: int) -> Choice:
    """The way to say that one's hours are not right."""
    return Choice(Text("时长不对"), press("appeal", registration))
