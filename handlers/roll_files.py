"""The list of who did not answer an emergency notice, for a spreadsheet; made when it is fetched."""

import csv
import io
from functools import partial

from handlers import roll_calls
from handlers.recipes import Content, Maker, Making, recipe
from handlers.words import say
from models import roll_call
from models.database import Db
from models.refusal import Refusal
from models.roll_call import Stands
from models.text import Text

# A spreadsheet of more lines is read by nobody in an emergency.
_MOST_LINES = 20_000
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@recipe(roll_calls.FILE)
def file(db: Db, maker: Maker, number: int) -> Making:
    """All who did not answer, for a spreadsheet; asked again whether its reader may see it."""
    try:
        roll = roll_calls.read(db, maker.person.id, number)
    except Refusal as refusal:
        raise KeyError(refusal.code) from None
    lines: list[tuple[str, str, str, Stands]] = []
    for tally, people in roll.missing(db):
        companies = roll_call.companies(db, [one.member for one in people])
        where = roll.houses.names.get(tally.place or 0, "")
        lines += [(where, one.name or "", companies.get(one.member, ""), one.stands) for one in people]
        if len(lines) >= _MOST_LINES:
            break
    return partial(_write, maker, lines[:_MOST_LINES])


def _write(maker: Maker, lines: list[tuple[str, str, str, Stands]]) -> Content:
    written = io.StringIO()
    sheet = csv.writer(written)
    heads = (Text("地点"), Text("称呼"), Text("单位"), Text("情况"))
    sheet.writerow([say(head, maker.reader) for head in heads])
    for *words, stands in lines:
        sheet.writerow([*map(harmless, words), say(roll_calls.STANDS[stands], maker.reader)])
    # The mark tells a spreadsheet that this is UTF-8.
    return Content("text/csv; charset=utf-8", b"\xef\xbb\xbf" + written.getvalue().encode())


def harmless(words: str) -> str:
    """A cell that no spreadsheet computes."""
    return f"'{words}" if words.startswith(_FORMULA) else words
