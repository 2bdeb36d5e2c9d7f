"""The proof on paper: every line of it, one page or several, and a code that a camera reads."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select

from handlers import recipes
from handlers.papers.fonts import missing
from handlers.papers.picture import png
from handlers.papers.sheet import HEIGHT, WIDTH, Words
from handlers.proof_files import FILE, Paper, Served, sheets
from handlers.recipes import Maker
from models.card import Attachment
from models.database import transaction
from models.member import MEMBER, Person
from models.text import Text
from tests.chat import VAULT, Chat
from tests.shifts import arrive, load, member, register

LINE = Served("2026年11月28日 周六", "垃圾分类值守", "云杉大厦", "2")
PAPER = Paper(
    title="志愿服务证明",
    number="编号00000001",
    sentence="林一（身份证号后四位123X）从2026年1月1日 周四到2026年11月28日 周六参加志愿服务1次，共2小时。",
    heads=Served("日期", "项目", "地点", "小时"),
    lines=(LINE,),
    note="都由现场签到记录。",
    signed=("出具单位：银杏社区", "经手人：", "日期：2026年11月28日 周六", "（盖章）"),
    check=("扫码核对真伪，或者发一句：", "核对证明 00000001 ABCD-2345", "核对只回答真不真。"),
    free="依法免费出具（《志愿服务条例》）。",
    opens="verify 00000001ABCD2345",
    language="zh-Hans",
)


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (12, 1), (20, 2), (60, 3), (200, 8)])
def test_no_line_is_lost_however_many_there_are(lines: int, pages: int) -> None:
    drawn = list(sheets(replace(PAPER, lines=(LINE,) * lines)))
    words = [item for sheet in drawn for item in sheet.items if isinstance(item, Words)]
    assert (len(drawn), sum(item.words == "云杉大厦" for item in words)) == (pages, lines)
    assert all(0 < item.left < WIDTH and 0 < item.y < HEIGHT - 60 for item in words)
    assert sum(item.words == PAPER.number for item in words) == pages
    # The signature stands once, on the last page, below what it signs.
    assert [
        PAPER.signed[0] in [item.words for item in sheet.items if isinstance(item, Words)] for sheet in drawn
    ] == [
        *[False] * (pages - 1),
        True,
    ]


def test_the_code_is_read_from_the_drawing_also_when_it_is_small() -> None:
    (sheet,) = sheets(PAPER)
    for width in (1080, 620):
        picture = Image.open(io.BytesIO(png(sheet, width)))
        assert [each.text for each in zxingcpp.read_barcodes(picture)] == ["verify 00000001ABCD2345"]


def test_a_long_title_keeps_its_mark() -> None:
    (sheet,) = sheets(
        replace(PAPER, lines=(replace(LINE, what="垃圾分类护花值守（第三期，含宣传资料发放）*"),))
    )
    titles = [
        item.words for item in sheet.items if isinstance(item, Words) and item.words.startswith("垃圾分类")
    ]
    assert titles == ["垃圾分类护花值守（第三期，含…*"]
    assert missing("".join(titles)) == ""


def test_who_issues_it_is_named_whole() -> None:
    office = "出具单位：" + "很长的街道名字" * 6
    (sheet,) = sheets(replace(PAPER, signed=(office, *PAPER.signed[1:])))
    serif = [item.words for item in sheet.items if isinstance(item, Words) and item.face == "serif"]
    assert office in "".join(serif)


def test_it_is_made_for_its_owner_alone(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    register(say, "gate", "lin")
    arrive(say, "gate", "lin", "2026-11-28T08:00:00+08:00")
    for answer in ("开志愿服务证明", "全部", "林一", "跳过"):
        say(answer)
    made = say("开证明").reply.messages[0].card.attachments[0]
    with transaction(say.engine) as db:
        lin, he = member(db, "lin"), member(db, "he")
        language = db.value(select(MEMBER.c.language).where(MEMBER.c.id == lin))

    def content(who: int, attachment: Attachment) -> tuple[str, bytes]:
        maker = Maker(Person(who, language, None, None), datetime.now(UTC), ZoneInfo("Asia/Shanghai"), VAULT)
        with transaction(say.engine) as db:
            name, making = recipes.read(db, attachment, maker)
        return name, making().data

    name, written = content(lin, made)
    assert (name, written[:5]) == ("志愿服务证明.pdf", b"%PDF-")
    # What it says does not change, and who is not its owner gets nothing.
    assert content(lin, Attachment("file", Text(""), FILE, (1,)))[1][-600:] == written[-600:]
    with pytest.raises(KeyError):
        content(he, made)
