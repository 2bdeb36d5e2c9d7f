"""A poster of an activity: whoever asks gets the picture and the paper; its code opens exactly that activity."""

import io
import re
import zlib
from dataclasses import replace
from itertools import pairwise

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import update

from handlers import recipes
from handlers.papers.fonts import font
from handlers.papers.sheet import Code, Words
from handlers.poster_files import Poster, draw
from models.activity import ACTIVITY
from models.card import Attachment
from models.database import transaction
from models.text import Text
from tests.chat import Chat, Said
from tests.handlers.test_recipes import maker

LONG = Poster(
    series="",
    title="《平凡的世界》共读与分享（第12期）：我们一起走",
    summary="带上您的书，读一段最打动您的话；没读过也可以来听。" * 6,
    facts=(
        ("时间", "11月27日 周五 22:00–次日00:30"),
        (
            "地点",
            "云杉大厦党群服务中心三楼大教室、云杉路1266号裙楼2202室西侧会议室，从南门进，电梯到三楼左转",
        ),
        ("面向", "云杉大厦、海棠苑"),
        ("费用", "材料费80元"),
        ("报名截止", "11月26日 周四 10:00"),
    ),
    scan="扫码报名",
    send="或发一句：报名《平凡的世界》共读与分享（第12期）：我们一起走",
    host="主办：云杉联合工会",
    opens="https://t.me/a_bot_of_some_length?start=show_17",
    language="zh-Hans",
)


def attached(said: Said) -> list[Attachment]:
    return [each for message in said.reply.messages for each in message.card.attachments]


def made(say: Chat, file: Attachment, who: str = "lin", code: str = "") -> tuple[str, bytes]:
    theirs = replace(maker(say, who), code=code)
    with transaction(say.engine) as db:
        _, making = recipes.read(db, file, theirs)
    content = making()
    return content.media_type, content.data


def read(png: bytes, width: int = 1080) -> list[str]:
    with Image.open(io.BytesIO(png)) as opened:
        small = opened.convert("L").resize((width, width * 1527 // 1080))
    return [each.text for each in zxingcpp.read_barcodes(small)]


def text_of(pdf: bytes) -> str:
    """The words of a PDF as a reader's program takes them out: what is shown, by its font's own table of letters."""
    streams = [
        zlib.decompress(each) if each[:1] == b"x" else each
        for each in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    ]
    (table,) = [each.decode("ascii") for each in streams if b"beginbfchar" in each]
    letters = {
        bytes.fromhex(code): bytes.fromhex(letter).decode("utf-16-be")
        for code, letter in re.findall(r"<(\w{4})> <(\w{4,8})>\n", table.partition("endcodespacerange")[2])
    }
    shown = next(each for each in streams if b" Tj ET" in each)
    lines = []
    for raw in re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", shown, re.DOTALL):
        plain = re.sub(rb"\\(.)", lambda found: b"\r" if found[1] == b"r" else found[1], raw, flags=re.DOTALL)
        lines.append("".join(letters[plain[nth : nth + 2]] for nth in range(0, len(plain), 2)))
    return "\n".join(lines)


def test_the_letters_of_a_title_are_bold_on_paper_too(say: Chat) -> None:
    _, paper = attached(say("poster 2"))
    pdf = made(say, paper)[1]
    (shown,) = [
        each
        for each in map(zlib.decompress, re.findall(rb"stream\n(x.*?)\nendstream", pdf, re.DOTALL))
        if b" Tj ET" in each
    ]
    # 2.5 % of 120 and of 52 units, in points of A4.
    assert re.findall(rb"2 Tr ([\d.]+) w", shown) == [b"1.65", b"0.72"]


def test_who_asks_gets_both(say_on_both: Chat) -> None:
    say = say_on_both
    said = say("周四瑜伽的海报")
    assert (said.did, said.refs, said.labels) == ("activity.poster", ["activity:yoga-thu"], ["详情"])
    picture, paper = attached(said)
    assert [(each.kind, each.spare) for each in (picture, paper)] == [("image", False), ("file", True)]
    assert [each.name for each in said.messages[0][1].attachments] == ["午间瑜伽海报.png", "午间瑜伽海报.pdf"]
    kind, png = made(say, picture, code="https://linli.example.org/a/2")
    assert (kind, read(png), read(png, 270)) == ("image/png", *[["https://linli.example.org/a/2"]] * 2)
    # Without a channel that has links the code says the sentence itself; said so, it opens this one.
    assert read(made(say, picture)[1]) == ["show 2"]
    assert say("show 2", "he").refs == ["activity:yoga-thu"]
    kind, pdf = made(say, paper)
    assert (kind, text_of(pdf).splitlines()) == (
        "application/pdf",
        [
            "午间时光", "午间瑜伽", "零基础，自带垫子", "时间", "11月26日 周四 12:10–13:00",
            "地点", "云杉大厦服务站、云杉路1号2楼", "费用", "免费", "报名截止", "11月26日 周四 10:00",
            "扫码报名", "或发一句：报名午间瑜伽", "主办：云杉联合工会",
        ],
    )  # fmt: skip


def test_the_sentence_on_it_registers(say: Chat) -> None:
    assert say("报名手冲咖啡体验", "he").refs == ["activity:coffee"]
    assert say("register 手冲咖啡体验", "anna").refs == ["activity:coffee"]


def test_it_never_says_today(say: Chat) -> None:
    say.at("2026-11-26T09:00:00+08:00")
    _, paper = attached(say("瑜伽海报"))
    assert "\n11月26日 周四 12:10–13:00\n" in text_of(made(say, paper)[1])


def test_in_the_language_of_who_asks(say: Chat) -> None:
    _, paper = attached(say("poster for the coffee", "anna"))
    assert {"When", "Scan to register", "Thu 26 Nov 12:30–13:30"} <= set(
        text_of(made(say, paper, "anna")[1]).splitlines()
    )
    _, paper = attached(say("咖啡海報", "mei"))
    # What the pack says is converted, names of places are not.
    assert {"手沖咖啡體驗", "掃碼報名", "云杉大厦、云杉路1号"} <= set(
        text_of(made(say, paper, "mei")[1]).splitlines()
    )


def test_which_one_is_asked_and_what_is_over_has_none(say: Chat) -> None:
    assert say("海报", "he").text.startswith("要哪一场的海报？")
    assert say("2", "he").refs == ["activity:closed"]
    say("手冲咖啡的详情", "he")
    assert say("海报", "he").refs == ["activity:coffee"]
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(state="cancelled"))
    said = say("poster 3", "he")
    assert (said.did, said.refs, attached(said)) == ("activity.poster", ["activity:coffee"], [])


def test_staff_find_it_on_the_card(say: Chat) -> None:
    assert "海报" not in say("show 2").labels
    assert "海报" in say("show 2", "officer").labels
    assert say.press("海报", "officer").did == "activity.poster"


def test_a_letter_that_cannot_be_printed_is_told(say: Chat) -> None:
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(title="𠮷田手冲☕"))
    said = say("poster 3")
    assert said.text.splitlines()[1] == "这几个字海报上印不出来，请改一改标题或介绍：𠮷"
    assert "\n田手冲\n" in "\n" + text_of(made(say, attached(said)[1])[1])


def test_nothing_that_is_for_participants_is_on_it(say: Chat) -> None:
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "coffee").values(private_note="门禁密码4711"))
    assert "4711" not in text_of(made(say, attached(say("poster 3"))[1])[1])


@pytest.mark.parametrize("most", [0, 1, 2])
def test_everything_stays_on_the_page(most: int) -> None:
    """Nothing overlaps: each line below the one before, all within the margins."""
    poster = replace(LONG, summary=LONG.summary * most, title=LONG.title * (1 + most))
    words = [each for each in draw(poster).items if isinstance(each, Words)]
    (code,) = [each for each in draw(poster).items if isinstance(each, Code)]
    for each in words:
        right = each.left + font("sans").measure(each.words, each.size)
        assert 96 <= each.left <= right <= 1080 - 96 + 1, each.words
        assert each.y < code.y + 40 or right < code.x
    assert max(each.y for each in words) < 1527 - 96
    assert {"时间", "地点", "面向", "费用", "报名截止"} <= {each.words for each in words}
    title = [each for each in words if each.bold and each.size != 52]
    assert 1 <= len(title) <= 2
    assert min(each.size for each in words) >= 32
    lower = sorted(each.y for each in words if each.x == 96 and each.y > code.y)
    assert all(after - before >= 30 for before, after in pairwise(lower))


def test_the_sizes_are_those_that_were_looked_at() -> None:
    """experience.md, section 5: titles of 120 and 88, seven letters at most the larger."""
    sizes = {
        title: next(each.size for each in draw(replace(LONG, title=title)).items if isinstance(each, Words))
        for title in ("插花体验", "一二三四五六七", "一二三四五六七八", "零基础手冲咖啡体验课程（第三期）")
    }
    assert list(sizes.values()) == [120, 120, 88, 88]


def test_the_recipe_of_one_that_is_gone_is_none(say: Chat) -> None:
    with pytest.raises(KeyError):
        made(say, Attachment("image", Text("海报"), "poster.picture", (999,)), "lin")
