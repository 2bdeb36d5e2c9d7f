"""How the page looks in every setting: nothing cut, nothing too small, nothing that a reader's aid trips over."""

import gzip
import itertools
import re
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from models.member import Language
from tests.bot.browser_page.conftest import Open
from tests.bot.browser_page.made import FIGURES, STATIC, WORDS, Made, results

TARGETS = {"normal": 44, "large": 52, "care": 60, "huge": 60}
LANGUAGES: tuple[Language, ...] = ("zh-Hans", "zh-Hant", "en")
# Every pair of size and theme, each width and language with every size.
SETTINGS = [
    (width, size, theme, LANGUAGES[(nth + turn) % 3])
    for nth, size in enumerate(TARGETS)
    for turn, (width, theme) in enumerate([(320, "dark"), (390, "light"), (1280, "dark"), (320, "light")])
]
SIDEWAYS = "[document.documentElement, document.getElementById('talk')].map(each => each.scrollWidth - each.clientWidth)"
SMALL = """target => [...document.querySelectorAll('button, a, textarea, select, summary')]
  .filter(each => each.checkVisibility({visibilityProperty: true}) && !each.classList.contains('skip'))
  .map(each => [each.textContent.trim().slice(0, 20), each.getBoundingClientRect()])
  .filter(([, box]) => box.width < target - 0.5 || box.height < target - 0.5)
  .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
CUT = """() => [...document.querySelectorAll('button, .button, dd, h3, .tag, p, .keep')]
  .filter(each => each.checkVisibility() && !each.matches('.hidden, .hidden *, .skip'))
  .filter(each => each.scrollWidth > Math.ceil(each.getBoundingClientRect().width) + 1)
  .map(each => each.textContent.trim().slice(0, 40))"""
OVER = """() => { const card = [...document.querySelectorAll('.card, .own p')];
  return card.flatMap(one => [...one.querySelectorAll('*')].filter(each =>
    each.checkVisibility() && !each.closest('.hidden, svg') && getComputedStyle(each).position !== 'absolute' &&
    each.getBoundingClientRect().right > one.getBoundingClientRect().right + 1))
    .map(each => each.outerHTML.slice(0, 80)); }"""
# Words of Latin letters that stand on two lines, without a hyphen.
TORN = """() => { const found = [], range = document.createRange();
  for (const each of document.querySelectorAll('button, h1, h3, .button')) {
    if (!each.checkVisibility()) continue;
    const walk = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
    for (let text; (text = walk.nextNode());) for (const word of text.data.matchAll(/[A-Za-z]+/g)) {
      if (text.parentElement.closest('.hidden') || getComputedStyle(text.parentElement).hyphens === 'auto' && word[0].length > 12) continue;
      range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(word[0]);
    }
  }
  return found; }"""
INSIDE = """() => ['header', 'main', '#write'].map(name => document.querySelector(name).getBoundingClientRect())
  .every(box => box.top >= 0 && box.bottom <= innerHeight + 0.5 && box.left >= 0 && box.right <= innerWidth + 0.5)"""


def violations(page: Page) -> list[str]:
    """What axe finds, in its words; what it could not decide about colours is printed."""
    found: dict[str, Any] = Axe().run(page).response
    for each in found["incomplete"]:
        print("undecided:", each["id"], [node["target"] for node in each["nodes"]][:5])  # noqa: T201
    return [f"{each['id']}: {[node['target'] for node in each['nodes']][:3]}" for each in found["violations"]]


@pytest.mark.parametrize(("width", "size", "theme", "language"), SETTINGS)
def test_every_setting(
    open_page: Open, made: Made, width: int, size: str, theme: str, language: Language
) -> None:
    made.size, made.theme, made.language = size, theme, language
    page = open_page(width, 900 if width > 1000 else 720)
    assert page.evaluate(SIDEWAYS) == [0, 0]
    assert page.evaluate(SMALL, TARGETS[size]) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(OVER) == []
    assert page.evaluate(INSIDE)
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dialog_and_an_open_question(open_page: Open, made: Made, theme: str) -> None:
    made.theme, made.asks = theme, True
    made.tell(WORDS, "报名")
    page = open_page(390, 844, has_touch=True)
    assert page.locator("#form button").all_inner_texts() == ["返回", "取消"]
    assert not page.locator("#menu").is_visible()
    page.get_by_role("button", name="大字").click()
    assert page.evaluate(SMALL, 44) == []
    assert violations(page) == []


@pytest.mark.parametrize("size", TARGETS)
def test_the_plain_page_for_display(open_page: Open, made: Made, size: str) -> None:
    made.size = size
    page = open_page(320, 640, path="/display", java_script_enabled=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.evaluate(SMALL, TARGETS[size]) == []
    assert violations(page) == []


def test_a_window_zoomed_to_400_percent(open_page: Open, made: Made) -> None:
    made.size = "huge"
    page = open_page(320, 256)
    assert page.evaluate(INSIDE)
    assert page.evaluate("document.getElementById('talk').clientHeight") >= 120
    page.get_by_role("textbox").fill("活动")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-number='14'].turn")
    assert page.evaluate(SIDEWAYS) == [0, 0]


def test_a_row_of_a_list_is_low_enough_for_five_on_a_phone(open_page: Open, made: Made) -> None:
    made.told = []
    made.tell(results(5), "最近有什么活动")
    page = open_page(390, 844)
    rows = page.locator(".compact .article").evaluate_all("all => all.map(each => each.offsetHeight)")
    # One title is too long for its line.
    assert sum(rows) / len(rows) <= 135


@pytest.mark.parametrize(("width", "size"), [(320, "huge"), (390, "normal"), (320, "care"), (360, "large")])
def test_english_words_are_not_torn(open_page: Open, made: Made, width: int, size: str) -> None:
    made.size, made.language = size, "en"
    page = open_page(width, 720)
    torn = page.evaluate(TORN)
    assert torn == []
    assert page.evaluate(CUT) == []
    if width == 390:
        tops = page.locator("#menu button").evaluate_all(
            "all => all.map(each => each.getBoundingClientRect().top)"
        )
        assert len(set(tops)) == 1


def test_chinese_words_in_an_english_page_say_so(open_page: Open, made: Made) -> None:
    made.language = "en"
    page = open_page()
    for part in (".compact h3", ".compact dd >> nth=1", ".own p >> nth=0", ".name p"):
        assert page.locator(part).first.get_attribute("lang") == "zh-Hans"
    assert page.locator("#greeting [lang]").count() == 0
    made.language = "zh-Hans"
    page.reload()
    assert page.locator("[lang=zh-Hans]:not(html, .turn)").count() == 0


def test_forced_colours_have_borders(open_page: Open) -> None:
    page = open_page(390, 844, forced_colors="active")
    for name in (".card", ".own p", ".tag"):
        assert page.locator(name).first.evaluate("each => getComputedStyle(each).borderTopWidth") == "1px"
    assert violations(page) == []


def test_paper_has_the_conversation_alone(open_page: Open) -> None:
    page = open_page()
    page.emulate_media(media="print")
    for name in ("footer", "header button >> nth=0", "aside"):
        assert not page.locator(name).is_visible()
    assert page.locator(".own").last.is_visible()
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height > 4000
    assert page.evaluate("document.getElementById('talk').clientHeight") <= height


def test_nothing_moves_for_who_wants_it_still(open_page: Open, made: Made) -> None:
    made.silent = True
    page = open_page(reduced_motion="reduce")
    page.get_by_role("textbox").fill("活动")
    page.keyboard.press("Enter")
    dot = page.locator(".waits i").first
    dot.wait_for()
    assert dot.evaluate("each => getComputedStyle(each).animationName") == "none"


def test_the_qr_is_black_on_white_in_the_dark(open_page: Open, made: Made) -> None:
    made.theme = "dark"
    page = open_page()
    drawn = page.locator(".code svg")
    assert drawn.bounding_box() == drawn.bounding_box() | {"width": 132, "height": 132}  # type: ignore[operator]
    assert [drawn.locator("path").nth(n).get_attribute(name) for n, name in ((0, "fill"), (1, "stroke"))] == [
        "#fff",
        "#000",
    ]


def test_figures_are_shown_to_their_edges_and_a_photo_is_cut(open_page: Open, made: Made) -> None:
    made.told.append(replace(made.told[-1], number=len(made.told) + 1, cards=(FIGURES,)))
    page = open_page()
    photo, figures = page.locator(".photo img").all()
    assert photo.evaluate("each => getComputedStyle(each).objectFit") == "cover"
    assert figures.evaluate("each => getComputedStyle(each).objectFit") == "contain"
    assert figures.bounding_box()["width"] > photo.bounding_box()["width"]  # type: ignore[index]


def test_peoples_text_is_only_text(open_page: Open) -> None:
    page = open_page()
    said = page.locator(".own p").last
    assert (said.text_content() or "").startswith("我：<img src=x onerror=")
    assert said.locator("img, script").count() == 0
    assert page.title() == "虹梅邻里"


def test_three_requests_within_the_budget(open_page: Open, made: Made) -> None:
    made.told = []
    made.events = False
    asked: list[str] = []
    page = open_page()
    page.on("request", lambda request: asked.append(request.resource_type))
    page.reload()
    page.wait_for_load_state()
    assert sorted(each for each in asked if each not in {"eventsource", "other"}) == [
        "document",
        "script",
        "stylesheet",
    ]
    shell = page.request.get(page.url).body()
    whole = [shell, (STATIC / "page.css").read_bytes(), (STATIC / "page.js").read_bytes()]
    raw, packed = sum(map(len, whole)), sum(len(gzip.compress(each, 9)) for each in whole)
    print(f"{raw} bytes, {packed} packed")  # noqa: T201
    assert raw <= 40_000
    assert packed <= 15_000


def test_no_file_names_an_outside_address_or_a_style_inline(open_page: Open) -> None:
    html = open_page().request.get(open_page().url).text()
    sent = [html, *((STATIC / name).read_text("utf-8") for name in ("page.css", "page.js"))]
    for text in sent:
        assert re.findall(r"(?:src|href|action)=[\"']?(?:https?:)?//|url\(|@import", text) == []
    assert re.findall(r"<[^>]+\s(?:style|on\w+)=[\"'][^>]*>", html) == []
    assert re.findall(r"<style|<script(?! src)", html) == []


CSS = (STATIC / "page.css").read_text("utf-8")
LIGHT, DARK_BY_SYSTEM, DARK_BY_HAND = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", part))
    for part in (
        CSS[: CSS.index("@media")],
        CSS[CSS.index("@media") : CSS.index(":root[data-theme=dark]")],
        CSS[CSS.index(":root[data-theme=dark]") : CSS.index(":root[data-size")],
    )
)
PAIRS = [
    ("text", "card", 7),
    ("text", "page", 7),
    ("text", "bar", 7),
    ("soft", "page", 4.5),
    ("soft", "card", 4.5),
    ("soft", "bar", 4.5),
    ("brand", "card", 4.5),
    ("brand", "bar", 4.5),
    ("brand", "page", 4.5),
    ("on-brand", "brand", 4.5),
    ("on-own", "own", 7),
    ("good", "good-ground", 4.5),
    ("warning", "warning-ground", 4.5),
    ("warning", "card", 4.5),
    ("past", "past-ground", 4.5),
    ("past", "card", 4.5),
    ("failed", "page", 4.5),
    ("failed", "bar", 4.5),
    ("line", "page", 3),
    ("line", "card", 3),
    ("line", "bar", 3),
]


def _luminance(colour: str) -> float:
    digits = "".join(each * 2 for each in colour[1:]) if len(colour) == 4 else colour[1:]
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("colours", "pair"), list(itertools.product(("light", "dark"), PAIRS)))
def test_contrast(colours: str, pair: tuple[str, str, float]) -> None:
    named = LIGHT if colours == "light" else DARK_BY_HAND
    front, ground, least = pair
    assert contrast(named[front], named[ground]) >= least


def test_dark_is_the_same_by_system_and_by_hand() -> None:
    assert DARK_BY_SYSTEM == DARK_BY_HAND
    assert LIGHT.keys() == DARK_BY_HAND.keys()
