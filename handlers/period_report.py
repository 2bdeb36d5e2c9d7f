"""成果报告: a month, a quarter or a year in figures, for staff; every figure leads to the records that it counts."""

import re
from calendar import monthrange
from datetime import date, timedelta

from handlers import period_cards
from handlers.period_cards import Group, Section
from handlers.talk import Arguments, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import duty, period_report
from models.card import Attachment, Card, Choice
from models.period_report import Period
from models.refusal import Refusal
from models.text import Several, Text, as_said

FILE = "period"
_RECORDS = 40
# What is larger is a month or a quarter: a year and two digits, of which quarters begin at 21.
_LAST_YEAR, _QUARTERS = 9999, 20
_FAR = 20
_CHINESE = {"一": 1, "二": 2, "三": 3, "四": 4}
_WHEN = (
    r"(?:本|这个?|上个?|当)(?:月|季度?|年度?)|今年|去年|20\d\d\s*年?|第?[一二三四1-4]季度|q[1-4]|\d{1,2}月份?"
)
_ASK = (
    Phrase(
        rf"(?:{_WHEN}).{{0,12}}(?:报告|报表|成果汇总|工作汇总)|^(?:生成|出|看|打印|做|给我)?(?:一份|一个)?(?:工作|成果|项目|社区|项目化)*(?:的)?"
        r"(?:月报|季报|年报|成果报告|工作报告|项目化报告)(?:表)?[!.。]*$"
        r"|^报告[!.。]*$|^(?:monthly|quarterly|yearly|annual|q[1-4]|20\d\d|(?:this|last) (?:month|quarter|year)(?:'s)?) report\b"
        r"|^report (?:for|of) ",
        weight=7,
        unless=r"双报|活动统计|体检|周报|我的|反映|投诉|纪要|讲座",
    ),
)


def _said(reading: Reading) -> Arguments:
    return {"period": read(reading.text, reading.now.astimezone(reading.lexicon.zone).date())}


def read(text: str, today: date) -> int:
    """The period that a folded text says: 2026, 202611, or 202624 for the last quarter; this month where it says none."""
    year = today.year - 1 if re.search(r"去年|last year", text) else today.year
    if found := re.search(r"20\d\d", text):
        year = int(found[0])
    if found := re.search(r"(?:第?([一二三四1-4])季度|q([1-4]))", text):
        nth = found[1] or found[2]
        return year * 100 + _QUARTERS + (_CHINESE.get(nth) or int(nth))
    if re.search(r"季|quarter", text):
        nth = (today.month + 2) // 3
        if re.search(r"上|last", text):
            year, nth = (year, nth - 1) if nth > 1 else (year - 1, 4)
        return year * 100 + _QUARTERS + nth
    if re.search(r"上个?月|last month", text):
        before = today.replace(day=1) - timedelta(days=1)
        return before.year * 100 + before.month
    if (found := re.search(r"(?<!\d)(1[0-2]|[1-9])月", text)) is not None:
        return year * 100 + int(found[1])
    if re.search(r"年|year|annual|20\d\d", text) and not re.search(r"月", text):
        return year
    return today.year * 100 + today.month


def days(period: int, today: date) -> Period | None:
    """Its days; None where it is no period, or too far off."""
    year, part = divmod(period, 100) if period > _LAST_YEAR else (period, 0)
    if not today.year - _FAR <= year <= today.year:
        return None
    if part == 0:
        return Period(date(year, 1, 1), date(year, 12, 31))
    if 1 <= part <= 12:
        return Period(date(year, part, 1), date(year, part, monthrange(year, part)[1]))
    nth = part - _QUARTERS
    if not 1 <= nth <= 4:
        return None
    return Period(date(year, 3 * nth - 2, 1), date(year, 3 * nth, monthrange(year, 3 * nth)[1]))


def named(period: int) -> Text:
    year, part = divmod(period, 100) if period > _LAST_YEAR else (period, 0)
    if part == 0:
        return Text("{year}年", year=str(year))
    if part > _QUARTERS:
        return Text("{year}年第{nth}季度", year=str(year), nth=part - _QUARTERS)
    return Text("{year}年{month}月", year=str(year), month=part)


@on(
    "staff.report",
    head="period",
    example=Text("本月报告"),
    for_staff=True,
    rank=134,
    allow=anybody,
    private=True,
    phrases=_ASK,
    reads=_said,
)
def report(talk: Talk, number: int | None = None, period: int | None = None) -> Card:
    """Every figure in one message, each section with a button that shows what it counts, and all of it as a file."""
    wanted = number or period or 0
    found = made(talk, wanted)
    lines = [named(wanted)]
    choices = []
    for nth, (title, groups) in enumerate(found, 1):
        lines.append(_line(title, groups))
        if groups:
            choices.append(Choice(title, press("periodlist", wanted * 10 + nth)))
    file = Attachment("file", Text("{period}报告", period=named(wanted)), FILE, (wanted,))
    text = Text("{lines}", lines=Several(tuple(lines), lines=True))
    return Card(text, choices=tuple(choices), attachments=(file,))


def _line(title: Text, groups: tuple[Group, ...]) -> Text:
    said = tuple(Text("{name}{figure}", name=group.name, figure=group.figure) for group in groups)
    if not said:
        return Text("{title}：没有", title=title)
    return Text("{title}：{figures}", title=title, figures=Several(said))


def made(talk: Talk, period: int) -> tuple[Section, ...]:
    """The report of one's own places. Raises Refusal."""
    places = duty.everywhere(talk.db, talk.person.id)
    if not places:
        text = Text("请找服务站的工作人员，报告只有工作人员看。")
        talk.leave(Refusal("duty.other", text), *menu())
    asked = days(period, talk.now.astimezone(talk.zone).date())
    if asked is None:
        raise Refusal("report.period", Text("请换一个时段，比如“本月报告”“第三季度报告”“2026年报告”。"))
    return period_cards.sections(talk.db, period_report.of(talk.db, asked, places, talk.zone))


@on("staff.report", head="periodlist", allow=anybody, private=True)
def records(talk: Talk, number: int = 0) -> Card:
    """The records behind the figures of one section; the last digit says of which."""
    period, nth = divmod(number, 10)
    found = made(talk, period)
    if not 1 <= nth <= len(found):
        return report(talk, period)
    title, groups = found[nth - 1]
    lines = [Text("{period}，{title}：", period=named(period), title=title)]
    for group in groups:
        lines.append(Text("{name}{figure}：", name=group.name, figure=group.figure))
        lines += [
            Text("· {number} {what}", number=as_said(one), what=what)
            for one, what in group.records[:_RECORDS]
        ]
        if len(group.records) > _RECORDS:
            lines.append(Text("还有{count}项在表格里。", count=len(group.records) - _RECORDS))
    back = Choice(Text("看整份报告"), press("period", period))
    return Card(Text("{lines}", lines=Several(tuple(lines), lines=True)), choices=(back,))
