"""What is drawn: lines break where they may, letters that no font has leave no box, words stay words."""

import io
from datetime import UTC, datetime

import pytest
import zxingcpp
from PIL import Image

from handlers.papers import fonts, picture
from handlers.papers.lines import break_lines
from handlers.papers.pdf import pdf
from handlers.papers.picture import png
from handlers.papers.sheet import WHITE, Code, Sheet, Words

SANS = fonts.font("sans")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def lines(words: str, letters: int, most: int | None = None) -> list[str]:
    """Broken into lines of so many Chinese letters."""
    return break_lines(words, letters * 40, 40, SANS, most)


@pytest.mark.parametrize(
    ("words", "letters", "broken"),
    [
        # Neither begins a line: ，。） nor ends one: （《
        ("今天天气真好，我们走吧。", 6, ["今天天气真", "好，我们", "走吧。"]),
        ("一起读书（第三期）和聊天", 5, ["一起读书", "（第三期）", "和聊天"]),
        ("今晚共读《红楼梦》", 5, ["今晚共读", "《红楼梦》"]),
        # A number stays with what it counts.
        ("南京西路1266号裙楼2202室", 6, ["南京西路", "1266号裙楼", "2202室"]),
        ("请到大厦三楼东侧一期", 5, ["请到大厦", "三楼东侧", "一期"]),
        ("活动费用是80元整", 6, ["活动费用是", "80元整"]),
        ("大约需要90分钟", 5, ["大约需要", "90分钟"]),
        # As do a day and its hours.
        ("时间11月28日14:00–16:00止", 8, ["时间11月28日", "14:00–16:00止"]),
        # No last letter stands alone.
        ("春夏秋冬又一春", 6, ["春夏秋冬又", "一春"]),
        ("A new club for pour-over coffee", 8, ["A new club for", "pour-over coffee"]),
    ],
)
def test_lines_break_where_they_may(words: str, letters: int, broken: list[str]) -> None:
    assert lines(words, letters) == broken


def test_lines_are_as_wide_as_the_font_says() -> None:
    words = "人们常说Wi-Fi密码（88888888），其实不难；Illinois与WWWWW不一样宽。" * 3
    broken = lines(words, 9)
    assert "".join(broken) == words
    # A mark that may not begin a line is all that may hang over it: nothing hangs over here.
    assert max(SANS.measure(line, 40) for line in broken) <= 9 * 40


def test_what_is_too_much_ends_so() -> None:
    assert lines("春眠不觉晓，处处闻啼鸟", 5, 2) == ["春眠不觉", "晓，处处…"]


def test_emoji_go_and_a_letter_that_is_missing_is_told() -> None:
    assert fonts.drawable("瑜伽😀课 👨‍👩‍👧\n与𠮷田") == "瑜伽课 与田"
    assert fonts.missing("𠮷野家😀与𠮷田") == "𠮷"
    assert fonts.missing("髙橋😀，Wi–Fi①℃") == ""


def dark(sheet: Sheet) -> int:
    """How many pixels are darker than any paper."""
    with Image.open(io.BytesIO(png(sheet, 540))) as opened:
        return sum(opened.convert("L").histogram()[:100])


def page(*items: Words | Code) -> Sheet:
    return Sheet(items, "纸", "zh-Hans", WHITE)


def test_letters_are_drawn_and_a_missing_one_leaves_no_box(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = page(Words(96, 400, "𠮷😀", 200))
    assert dark(page(Words(96, 400, "永", 200))) > 500
    assert dark(page(Words(96, 400, "永", 200, face="serif"))) > 500
    assert dark(strange) == 0
    # Without the guard there are boxes.
    monkeypatch.setattr(picture, "drawable", lambda words, _face: words)
    assert dark(strange) > 500


def test_bold_is_bolder() -> None:
    assert dark(page(Words(96, 400, "永", 200, bold=True))) > 1.2 * dark(page(Words(96, 400, "永", 200)))


def test_words_stay_words() -> None:
    hostile = page(Words(96, 400, '</text><rect width="999" height="999"/>&"\'', 40))
    assert 0 < dark(hostile) < 5000


def test_the_code_is_read_in_every_width() -> None:
    sheet = page(Code(684, 1131, 300, "https://linli.example.org/a/17"))
    for width in (1080, 540, 270):
        with Image.open(io.BytesIO(png(sheet, width))) as opened:
            found = zxingcpp.read_barcodes(opened.convert("L"))
        assert [each.text for each in found] == ["https://linli.example.org/a/17"]


def test_a_pdf_says_the_same_each_time_it_is_made() -> None:
    sheets = [
        page(Words(96, 400, "手冲咖啡", 40, bold=True)),
        page(Words(984, 300, "serif", 40, face="serif")),
    ]
    made = pdf(sheets, NOW)
    assert made == pdf(sheets, NOW)
    assert (made[:5], made.count(b"/Type /Page\n"), b"/Lang (zh-Hans)" in made) == (b"%PDF-", 2, True)
