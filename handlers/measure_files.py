"""The figures of a month for a spreadsheet, every entry with what it corrects; made when it is fetched."""

import io
from datetime import date
from functools import partial

from handlers import measure_figures
from handlers.recipes import Content, Maker, Making, recipe
from handlers.roll_files import harmless
from handlers.words import say
from models import measure, metric
from models.database import Db
from models.measure import Month
from models.text import Moment, Text, prose

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@recipe(measure_figures.FILE)
def file(db: Db, maker: Maker, number: int, month: int) -> Making:
    """For who enters figures there and staff. Raises KeyError for everybody else."""
    points = [each for each in metric.points(db, number) if measure.may(db, maker.person.id, each)]
    if not points:
        raise KeyError(number)
    return partial(_write, maker, measure.month(db, points, date(month // 100, month % 100, 1)))


def _write(maker: Maker, month: Month) -> Content:
    from xlsxwriter import Workbook

    written = io.BytesIO()
    book = Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(say(Text("数量"), maker.reader))
    unit = month.points[0][0].unit
    heads = (Text("日期"), Text("点位"), prose(unit), Text("是否算数"), Text("记的时间"))
    sheet.write_row(0, 0, [say(head, maker.reader) for head in heads])
    names = {point.place: point.name for point, _ in month.points}
    for nth, row in enumerate(month.days, 1):
        counts = Text("算") if row.counts else Text("更正过，不算")
        sheet.write_string(nth, 0, row.day.isoformat())
        sheet.write_string(nth, 1, harmless(names[row.place_id]))
        sheet.write_number(nth, 2, row.amount / measure.PARTS)
        sheet.write_string(nth, 3, say(counts, maker.reader))
        sheet.write_string(nth, 4, say(Text("{at}", at=Moment(row.at)), maker.reader))
    for nth, (point, amount) in enumerate(month.points, len(month.days) + 1):
        sheet.write_string(nth, 0, say(Text("合计"), maker.reader))
        sheet.write_string(nth, 1, harmless(point.name))
        sheet.write_number(nth, 2, amount / measure.PARTS)
    sheet.set_column(0, 4, 20)
    book.close()
    return Content(_MEDIA_TYPE, written.getvalue())
