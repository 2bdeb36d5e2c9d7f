"""The report of a period as a spreadsheet: the figures on one sheet, and on others the records that each counts."""

import io
from collections.abc import Sequence
from functools import partial

from handlers import period_cards, period_report
from handlers.period_cards import Section
from handlers.recipes import Content, Maker, Making, recipe
from handlers.words import say
from models import duty
from models import period_report as records
from models.database import Db
from models.text import Text

_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What members write is never a formula, a link or a number.
_AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDE = (24, 24, 60)


@recipe(period_report.FILE)
def file(db: Db, maker: Maker, period: int) -> Making:
    """Of the places that its reader is staff of by now. Raises KeyError where that is none."""
    places = duty.everywhere(db, maker.person.id)
    asked = period_report.days(period, maker.now.astimezone(maker.zone).date())
    if not places or asked is None:
        raise KeyError("duty.other")
    found = period_cards.sections(db, records.of(db, asked, places, maker.zone))
    return partial(_write, maker, found)


def _write(maker: Maker, found: tuple[Section, ...]) -> Content:
    import xlsxwriter  # takes a tenth of a second, and few reports are fetched

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, **_AS_WRITTEN})
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})

    def sheet(name: Text, heads: tuple[Text, ...], rows: Sequence[tuple[str | int, ...]]) -> None:
        page = book.add_worksheet(say(name, maker.reader)[:31])
        for column, head in enumerate(heads):
            page.set_column(column, column, _WIDE[column])
            page.write_string(0, column, say(head, maker.reader), bold)
        for nth, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    page.write_number(nth, column, value)
                else:
                    page.write_string(nth, column, value, text)
        page.freeze_panes(1, 0)

    figures = [
        (say(title, maker.reader), say(group.name, maker.reader), group.figure)
        for title, groups in found
        for group in groups
    ]
    sheet(Text("数字"), (Text("内容"), Text("分组"), Text("数量")), figures)
    for title, groups in found:
        rows = [
            (say(group.name, maker.reader), number, say(what, maker.reader))
            for group in groups
            for number, what in group.records
        ]
        sheet(title, (Text("分组"), Text("编号"), Text("内容")), rows)
    book.close()
    return Content(_MEDIA, written.getvalue())
