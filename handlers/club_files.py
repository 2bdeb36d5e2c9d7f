"""The attendance of an organization's own members, for a spreadsheet; made when it is fetched."""

import io
from functools import partial

from handlers import clubs
from handlers.recipes import Content, Maker, Making, recipe
from handlers.roll_files import harmless
from handlers.words import say
from models import club
from models.club import Attended
from models.database import Db
from models.text import Moment, Text

_MOST_LINES = 20_000
_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@recipe(clubs.FILE)
def file(db: Db, maker: Maker, organization: int) -> Making:
    """Asked again whether its reader represents it. Raises KeyError where he does not (any more)."""
    if not club.leads(db, maker.person.id, organization):
        raise KeyError(organization)
    return partial(_write, maker, club.attended(db, organization, maker.now, _MOST_LINES))


def _write(maker: Maker, rows: list[Attended]) -> Content:
    from xlsxwriter import Workbook

    written = io.BytesIO()
    book = Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(say(Text("出勤表"), maker.reader))
    heads = (Text("时间"), Text("活动"), Text("称呼"), Text("情况"))
    sheet.write_row(0, 0, [say(head, maker.reader) for head in heads])
    for nth, each in enumerate(rows, 1):
        when = say(Text("{at}", at=Moment(each.starts)), maker.reader)
        state = say(clubs.STATES[each.came], maker.reader)
        for column, words in enumerate((when, each.title, each.member or "", state)):
            sheet.write_string(nth, column, harmless(words))
    sheet.set_column(0, 3, 24)
    book.close()
    return Content(_MEDIA_TYPE, written.getvalue())
