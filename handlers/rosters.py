"""The list of an activity as a spreadsheet: its words stay words, whatever they begin with; made when it is fetched."""

import io
from datetime import datetime
from functools import partial

from handlers.attendance import FILE, stands
from handlers.recipes import Content, Maker, Making, recipe
from handlers.words import say
from models import activity, phone, roster
from models.activity import Listing
from models.database import Db
from models.refusal import Refusal
from models.roster import Line
from models.text import Text, as_said
from models.visit import HOWS

_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What members write is never a formula, a link or a number.
_AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDE = 16
_SHEETS = (
    (Text("报名"), ("confirmed", "pending", "offered")),
    (Text("候补"), ("waiting",)),
)
# What a check-in rests on stands beside it: a picture that was passed on proves less than the screen.
_CAME = (Text("姓名"), Text("人数"), Text("签到"), Text("签退"), Text("方式"), Text("在附近"))
_NEAR = {True: Text("在附近"), False: Text("不在附近")}
Row = list[str]


@recipe(FILE)
def file(db: Db, maker: Maker, number: int) -> Making:
    """Asked again whether its reader may see it; phone numbers are opened for staff of the place alone."""
    try:
        wanted = activity.find(db, number)
        roster.check(db, maker.person.id, wanted)
    except Refusal as refusal:
        raise KeyError(refusal.code) from None
    if not roster.may_export(db, maker.person.id, wanted):
        raise KeyError("roster.export")
    phones = roster.may_phone(db, maker.person.id, wanted)
    return partial(_write, maker, wanted, roster.lines(db, wanted), phones)


def _write(maker: Maker, wanted: Listing, lines: list[Line], phones: bool) -> Content:
    import xlsxwriter  # takes a tenth of a second, and few lists are fetched

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, **_AS_WRITTEN})
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
    heads = _heads(wanted, phones)
    sheets = [
        (
            say(name, maker.reader),
            heads,
            [_row(maker, wanted, one, phones) for one in lines if one.state in states],
        )
        for name, states in _SHEETS
    ]
    came = [_came(maker, one) for one in lines if one.entered]
    sheets.append((say(Text("签到"), maker.reader), list(_CAME), came))
    for name, titles, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.set_column(0, len(titles) - 1, _WIDE, text)
        for column, title in enumerate(titles):
            sheet.write_string(0, column, say(title, maker.reader), bold)
        for place, row in enumerate(rows, 1):
            for column, words in enumerate(row):
                sheet.write_string(place, column, words, text)
        sheet.freeze_panes(1, 0)
    book.close()
    return Content(_MEDIA, written.getvalue())


def _heads(wanted: Listing, phones: bool) -> list[Text]:
    heads = [Text("姓名"), Text("人数"), Text("岗位"), Text("状态"), Text("谁报的"), Text("报名时间")]
    heads += [Text("手机号")] if phones else []
    return heads + [as_said(question["ask"]) for question in wanted.questions]


def _row(maker: Maker, wanted: Listing, one: Line, phones: bool) -> Row:
    answers = phone.open_in(one.answers, maker.vault)
    if not phones:
        answers = {key: phone.without(str(answer)) for key, answer in answers.items()}
    row = [
        one.name or "",
        str(one.seats),
        one.role or "",
        say(stands(one), maker.reader),
        (one.by or "") if one.is_guest else "",
        _at(maker, one.at),
    ]
    row += [(one.phone and maker.vault.open(one.phone)) or ""] if phones else []
    return row + [str(answers.get(question["key"], "")) for question in wanted.questions]


def _came(maker: Maker, one: Line) -> Row:
    how, near = HOWS.words.get(one.how or ""), _NEAR.get(one.near) if one.near is not None else None
    row = [one.name or "", str(one.came or one.seats), _at(maker, one.entered), _at(maker, one.left)]
    return row + [say(each, maker.reader) if each else "" for each in (how, near)]


def _at(maker: Maker, moment: datetime | None) -> str:
    """The day as a number: a file is read on any day."""
    return f"{moment.astimezone(maker.zone):%Y-%m-%d %H:%M}" if moment else ""
