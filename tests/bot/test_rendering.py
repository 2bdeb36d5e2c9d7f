"""One card on every channel: buttons or numbers, cut where it is too long, and nothing lost."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import CHANNELS, Capabilities
from bot.channels.rendering import Attached, Rendered, render
from handlers.words import Reader
from models.card import NOTHING, Article, Attachment, Card, Choice, Stage, State
from models.text import Span, Text, as_said, prose

READER = Reader("zh-Hans", datetime.fromisoformat("2026-11-23T09:10:00+08:00"), ZoneInfo("Asia/Shanghai"))
BUTTONS, NUMBERS = CHANNELS["telegram"], CHANNELS["wechat"]
BACK, CANCEL = Choice(Text("返回"), "back", aside=True), Choice(Text("取消"), "cancel", aside=True)
MORE, LIST = Choice(Text("更多"), "more 1"), Choice(Text("我的报名"), "mine")


def article(name: str, number: int, *, facts: bool = True, choices: bool = True) -> Article:
    return Article(
        as_said(name),
        f"activity:{name}",
        state=State(Text("已满"), "warning"),
        facts=((Text("时间"), as_said("周四")), (Text("地点"), as_said("大厅"))) if facts else (),
        choices=(Choice(Text("详情"), f"show {number}"), Choice(Text("报名"), f"register {number}"))
        if choices
        else (),
    )


YOGA, CHESS = article("瑜伽", 1), article("下棋", 2)
MENU = Card(Text("您好"), choices=(MORE, LIST))
ONE = Card(NOTHING, articles=(replace(YOGA, body=as_said("自带垫子")),), choices=(MORE,))
TWO = Card(Text("有两场："), articles=(YOGA, CHESS), choices=(MORE,))
QUESTION = Card(
    Text("几点来？"),
    choices=(Choice(Text("早上"), "answer 1.1"), Choice(Text("晚上"), "answer 1.2"), BACK, CANCEL),
    articles=(replace(YOGA, choices=()),),
    tone="question",
    step=(1, 2),
)
WHICH = Card(
    Text("哪一场？"),
    choices=(Choice(Text("周四的"), "answer 1.1"), BACK, CANCEL),
    articles=(article("瑜伽", 1, facts=False, choices=False), article("下棋", 2, facts=False, choices=False)),
    tone="question",
)
FREE = Card(
    Text("怎么称呼？"), choices=(Choice(Text("跳过"), "answer 1.1", aside=True), BACK), tone="question"
)


def shown(card: Card, capabilities: Capabilities, first: int | None = 1) -> Rendered:
    """The one message that the card becomes."""
    (only,) = render(card, READER, capabilities, first)
    return only


def labels(rendered: Rendered) -> list[list[str]]:
    return [[button.label for button in row] for row in rendered.rows]


def says(rendered: Rendered) -> list[str]:
    return [button.says for row in rendered.rows for button in row]


@pytest.mark.parametrize(
    ("card", "text", "rows"),
    [
        (MENU, "您好", [["更多"], ["我的报名"]]),
        (
            ONE,
            "瑜伽【已满】\n自带垫子\n时间：周四\n地点：大厅",
            [["详情", "报名"], ["更多"]],
        ),
        (
            TWO,
            "有两场：\n\n1. 瑜伽【已满】\n   周四 · 大厅\n\n2. 下棋【已满】\n   周四 · 大厅",
            [["1. 瑜伽"], ["2. 下棋"], ["更多"]],
        ),
        (
            QUESTION,
            "第1步，共2步\n\n几点来？\n\n瑜伽【已满】\n时间：周四\n地点：大厅",
            [["早上"], ["晚上"], ["返回", "取消"]],
        ),
        (WHICH, "哪一场？", [["周四的"], ["返回", "取消"]]),
        (FREE, "怎么称呼？", [["跳过", "返回"]]),
        (Card(Text("没有了。")), "没有了。", []),
        (Card(NOTHING, articles=(article("瑜伽", 1, facts=False),)), "瑜伽【已满】", [["详情", "报名"]]),
    ],
)
def test_with_buttons(card: Card, text: str, rows: list[list[str]]) -> None:
    rendered = shown(card, BUTTONS)
    assert (rendered.text, labels(rendered)) == (text, rows)


@pytest.mark.parametrize(
    ("card", "text"),
    [
        (MENU, "您好\n\n1 更多\n2 我的报名\n\n发数字就行。"),
        (
            ONE,
            "瑜伽【已满】\n自带垫子\n时间：周四\n地点：大厅\n\n1 详情\n2 报名\n3 更多\n\n发数字就行。",
        ),
        (
            TWO,
            "有两场：\n\n1. 瑜伽【已满】\n   周四 · 大厅\n\n2. 下棋【已满】\n   周四 · 大厅\n\n3 更多\n\n发数字就行。",
        ),
        (
            replace(TWO, choices=()),
            "有两场：\n\n1. 瑜伽【已满】\n   周四 · 大厅\n\n2. 下棋【已满】\n   周四 · 大厅\n\n发数字就行。",
        ),
        (
            QUESTION,
            "第1步，共2步\n\n几点来？\n\n瑜伽【已满】\n时间：周四\n地点：大厅\n\n1 早上\n2 晚上\n\n发数字就行。\n\n"
            "也可以发：返回 / 取消",
        ),
        (WHICH, "哪一场？\n\n1 周四的\n\n发数字就行。\n\n也可以发：返回 / 取消"),
        (FREE, "怎么称呼？\n\n也可以发：跳过 / 返回"),
        (Card(Text("没有了。")), "没有了。"),
    ],
)
def test_without_buttons(card: Card, text: str) -> None:
    rendered = shown(card, NUMBERS)
    assert (rendered.text, rendered.rows) == (text, ())


@pytest.mark.parametrize("card", [MENU, ONE, TWO, QUESTION, WHICH, FREE])
@pytest.mark.parametrize("first", [1, 4, 10])
def test_the_numbers_in_the_text_are_those_that_are_understood(card: Card, first: int) -> None:
    lines = shown(card, NUMBERS, first).text.splitlines()
    for nth, choice in enumerate(card.numbered(), first):
        label = choice.label.values.get("words", choice.label.message)
        assert [line for line in lines if line.startswith(f"{nth} ") or line.startswith(f"{nth}. ")] in (
            [f"{nth} {label}"],
            [f"{nth}. {label}【已满】"],
        )


def test_a_later_card_numbers_on_also_on_its_buttons() -> None:
    rendered = shown(TWO, BUTTONS, 4)
    assert rendered.text.splitlines()[2::3] == ["4. 瑜伽【已满】", "5. 下棋【已满】"]
    assert labels(rendered) == [["4. 瑜伽"], ["5. 下棋"], ["更多"]]
    assert says(rendered) == ["show 1", "show 2", "more 1"]


def test_an_article_that_many_see_is_said_anew_for_each_language_and_day() -> None:
    at = datetime.fromisoformat("2026-11-24T12:10:00+08:00")
    span = Text("{span}", span=Span(at, at + timedelta(minutes=50)))
    lunch = Article(
        prose("沙龙"),
        "activity:lunch",
        facts=((Text("时间"), span),),
        choices=(Choice(Text("详情"), "show 1"),),
    )
    card = Card(Text("有两场："), articles=(lunch, CHESS))

    def line(reader: Reader, first: int | None = 1) -> str:
        text = render(card, reader, BUTTONS, first)[0].text
        return text.split("\n\n")[1]

    tomorrow = replace(READER, now=READER.now + timedelta(days=1))
    expected = [
        (READER, "1. 沙龙\n   明天 11月24日 周二 12:10–13:00"),
        (tomorrow, "1. 沙龙\n   今天 11月24日 周二 12:10–13:00"),
        (replace(tomorrow, language="zh-Hant"), "1. 沙龍\n   今天 11月24日 週二 12:10–13:00"),
        (replace(READER, language="en"), "1. 沙龙\n   tomorrow Tue 24 Nov 12:10–13:00"),
    ]
    for _ in range(2):
        assert [line(reader) for reader, _ in expected] == [said for _, said in expected]
        assert line(READER, 7).startswith("7. ")
        assert [row[0].label for row in render(card, READER, BUTTONS, 7)[0].rows] == ["7. 沙龙", "8. 下棋"]
        assert [row[0].label for row in render(card, READER, BUTTONS, None)[0].rows] == ["沙龙", "下棋"]


def test_where_a_number_is_the_answer_nothing_is_numbered() -> None:
    rendered = shown(TWO, BUTTONS, None)
    assert rendered.text == "有两场：\n\n· 瑜伽【已满】\n   周四 · 大厅\n\n· 下棋【已满】\n   周四 · 大厅"
    assert labels(rendered) == [["瑜伽"], ["下棋"], ["更多"]]
    # What cannot be pressed and has no number is a word to type.
    assert shown(TWO, NUMBERS, None).text == rendered.text + "\n\n也可以发：更多"
    assert shown(MENU, NUMBERS, None).text == "您好\n\n也可以发：更多 / 我的报名"


def test_an_article_that_cannot_be_opened_keeps_its_number() -> None:
    card = Card(Text("两场："), articles=(article("瑜伽", 1, choices=False), CHESS))
    assert labels(shown(card, BUTTONS)) == [["2. 下棋"]]
    assert [choice.says for choice in card.numbered()] == ["help", "show 2"]


def test_refs_stand_on_the_first_message_and_buttons_on_the_last() -> None:
    card = Card(
        Text("长"), articles=tuple(article(f"第{nth}场" * 40, nth) for nth in range(60)), refs=("place:a",)
    )
    texts = render(card, READER, BUTTONS, 1)
    assert len(texts) > 2
    assert [len(each.refs) for each in texts] == [61] + [0] * (len(texts) - 1)
    assert [len(each.rows) for each in texts] == [0] * (len(texts) - 1) + [60]


HOSTILE = [
    "<b>大</b><script>alert(1)</script>",
    "]]></Content><Content>",
    "&lt;&amp;&#x202e;",
    "*粗* _斜_ [链接](https://example.org) `代码`",
    "{title} {0} %(name)s %s",
    "\u202e倒过来\u2066",
    '=HYPERLINK("x")',
    "back\\slash'quote\"",
]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("capabilities", CHANNELS.values(), ids=CHANNELS)
def test_hostile_words_stay_words(hostile: str, capabilities: Capabilities) -> None:
    card = Card(
        Text("「{title}」", title=hostile),
        articles=(Article(as_said(hostile), "activity:a", facts=((Text("备注"), as_said(hostile)),)),),
        choices=(Choice(as_said(hostile), "show 1"),),
    )
    rendered = shown(card, capabilities)
    assert f"「{hostile}」\n\n{hostile}\n备注：{hostile}" in rendered.text
    assert labels(rendered) == ([[hostile]] if capabilities.buttons else [])


def size(text: str, capabilities: Capabilities) -> int:
    """As the platforms count: bytes of UTF-8, or units of UTF-16."""
    return len(text.encode()) if capabilities.measured_in == "bytes" else len(text.encode("utf-16-le")) // 2


def lines_of(count: int, line: str) -> Card:
    return Card(prose("\n".join([line] * count)))


@pytest.mark.parametrize(
    ("card", "capabilities", "sizes"),
    [
        (Card(as_said("字" * 682)), NUMBERS, [2046]),
        (Card(as_said("字" * 683)), NUMBERS, [2046, 3]),
        (Card(as_said("a" * 2048)), NUMBERS, [2048]),
        (Card(as_said("a" * 2049)), NUMBERS, [2048, 1]),
        (Card(as_said("😀" * 512)), NUMBERS, [2048]),
        (Card(as_said("a" + "😀" * 512)), NUMBERS, [2045, 4]),
        (Card(as_said("字" * 4096)), BUTTONS, [4096]),
        (Card(as_said("字" * 4097)), BUTTONS, [4096, 1]),
        (Card(as_said("😀" * 2048)), BUTTONS, [4096]),
        (Card(as_said("a" + "😀" * 2048)), BUTTONS, [4095, 2]),
        (lines_of(10, "字" * 600), BUTTONS, [3605, 2403]),
        (lines_of(3, "字" * 600), NUMBERS, [1800, 1800, 1800]),
    ],
)
def test_what_is_too_long_is_cut_at_the_limit(
    card: Card, capabilities: Capabilities, sizes: list[int]
) -> None:
    assert [size(each.text, capabilities) for each in render(card, READER, capabilities, 1)] == sizes


def test_a_long_list_is_cut_between_its_articles() -> None:
    articles = tuple(article(f"第{nth}场" + "很长" * 60, nth) for nth in range(1, 31))
    texts = [each.text for each in render(Card(Text("很多："), articles=articles), READER, NUMBERS, 1)]
    assert len(texts) > 3
    assert all(
        text.startswith(("很多", "1", "2", "3", "4", "5", "6", "7", "8", "9", "回复")) for text in texts
    )
    assert all(text.endswith(("周四 · 大厅", "发数字就行。")) for text in texts)
    joined = "\n\n".join(texts)
    assert [f"{nth}. 第{nth}场" in joined for nth in range(1, 31)] == [True] * 30


@pytest.mark.parametrize("capabilities", [BUTTONS, NUMBERS], ids=["characters", "bytes"])
@pytest.mark.parametrize("sign", ["😀", "👩‍👩‍👧‍👦", "👍🏽", "🇨🇳", "❤️", "é", "1️⃣"])
@pytest.mark.parametrize("shift", range(12))
def test_no_sign_is_cut_in_half(sign: str, shift: int, capabilities: Capabilities) -> None:
    texts = [
        each.text for each in render(Card(as_said("a" * shift + sign * 900)), READER, capabilities, None)
    ]
    assert len(texts) > 1 or size(sign * 900, capabilities) < 4096
    assert [text.removeprefix("a" * shift).replace(sign, "") for text in texts] == [""] * len(texts)
    assert "".join(texts) == "a" * shift + sign * 900


def test_blanks_alone_are_no_message() -> None:
    assert shown(Card(as_said("头" + " " * 9000 + "尾")), BUTTONS).text == "头\n\n尾"
    assert render(Card(as_said(" " * 9000)), READER, BUTTONS, 1) == []


SIGNS = st.sampled_from([*"abc 字词，。\n\n", "😀", "👩‍👧", "🇨🇳", "é", "<b>", "]]>", "\u202e"])
WORDS = st.lists(SIGNS, max_size=40).map("".join)
LONG = st.builds(lambda words, times: words * times, WORDS, st.integers(1, 60))
CHOICES = st.lists(WORDS.map(lambda words: Choice(as_said(words), "show 1")), max_size=4).map(tuple)
ARTICLES = st.lists(
    st.builds(
        lambda title, body, choices: Article(
            as_said(title),
            "activity:a",
            body=as_said(body),
            choices=choices,
            facts=((Text("地点"), as_said(body)),),
        ),
        WORDS,
        LONG,
        CHOICES,
    ),
    max_size=5,
).map(tuple)
CARDS = st.builds(
    lambda text, articles, choices: Card(as_said(text), choices, articles), LONG, ARTICLES, CHOICES
)
UNLIMITED = 10**9


@pytest.mark.parametrize("name", CHANNELS)
@given(card=CARDS, first=st.sampled_from([1, 6, None]))
def test_every_message_fits_and_nothing_is_lost(name: str, card: Card, first: int | None) -> None:
    capabilities = CHANNELS[name]
    texts = [each.text for each in render(card, READER, capabilities, first)]
    whole = render(card, READER, replace(capabilities, text_limit=UNLIMITED), first)
    assert all(0 < size(text, capabilities) <= capabilities.text_limit for text in texts)
    lines = [line.strip() for each in whole for line in each.text.splitlines() if line.strip()]
    rendered = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    assert "".join("".join(rendered).split()) == "".join("".join(lines).split())
    # A line is cut only where it would not fit alone.
    assert {line for line in lines if size(line, capabilities) < capabilities.text_limit - 8} <= set(rendered)


# Who speaks, how far it is, and what goes along.

TRACKED = Card(
    Text("您报的路灯修好了。"),
    source=as_said("银杏街道"),
    timeline=(
        Stage(as_said("已受理"), "past", when=as_said("11月20日"), who=as_said("王工"), took=as_said("2天")),
        Stage(as_said("维修中"), "now", who=as_said("李工")),
        Stage(as_said("办结"), "next"),
    ),
    attachments=(
        Attachment("image", as_said("路灯.jpg"), "photo", (1,)),
        Attachment("file", as_said("回执.html"), "receipt"),
        Attachment("location", as_said("路灯"), at=(31.2, 121.4)),
        Attachment("qr", as_said("签到码"), says="linli:1"),
    ),
    choices=(MORE,),
)


@pytest.mark.parametrize("capabilities", [BUTTONS, NUMBERS], ids=["buttons", "numbers"])
def test_source_timeline_and_attachments_are_lines(capabilities: Capabilities) -> None:
    lines = shown(TRACKED, capabilities).text.split("\n\n")
    assert lines[:4] == [
        "【银杏街道】",
        "您报的路灯修好了。",
        "● 已受理 · 11月20日 · 王工 · 2天\n◐ 维修中 · 李工\n○ 办结",
        "图片：路灯.jpg\n文件：回执.html\n位置：路灯\n二维码：签到码",
    ]


def test_they_are_said_in_the_readers_language() -> None:
    (rendered,) = render(TRACKED, replace(READER, language="en"), BUTTONS, 1)
    assert rendered.text.split("\n\n")[0] == "[银杏街道]"
    assert rendered.text.split("\n\n")[3].splitlines() == [
        "Picture: 路灯.jpg",
        "File: 回执.html",
        "Place: 路灯",
        "QR code: 签到码",
    ]


def test_attachments_go_along_with_the_last_message() -> None:
    long = replace(TRACKED, text=as_said("长" * 5000))
    first, *_, last = render(long, READER, BUTTONS, 1)
    assert (first.attachments, [each.kind for each in last.attachments]) == (
        (),
        ["image", "file", "location", "qr"],
    )
    assert last.attachments[3] == Attached("qr", "签到码", "linli:1")
    assert shown(MENU, BUTTONS).attachments == ()


def test_where_nobody_can_answer_nothing_is_offered() -> None:
    card = Card(
        Text("停水"), choices=(Choice(Text("退订"), "unsubscribe"), Choice(Text("返回"), "back", aside=True))
    )
    assert shown(card, CHANNELS["wecom"]).text == "停水"
    assert shown(card, CHANNELS["wechat"]).text != "停水"


def test_a_private_button_is_told_from_the_others() -> None:
    card = Card(
        Text("好"),
        choices=(Choice(Text("去私聊"), "alone", private=True), Choice(Text("找活动"), "activities")),
    )
    assert [button.private for row in shown(card, CHANNELS["telegram"]).rows for button in row] == [
        True,
        False,
    ]
