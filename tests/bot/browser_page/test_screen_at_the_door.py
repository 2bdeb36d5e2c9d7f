"""The screen at the door in a browser: a code as large as it goes, which renews itself, and says when it cannot."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, select_autoescape
from playwright.sync_api import Browser, Page, Route, expect

from bot import screen
from bot.screen import Drawn, Screen, draw

ADDRESS = "http://screen.test/screen/token"
_FILES = Path(screen.__file__).parent / "screen_page"
_LATE = "连不上了"


class Server:
    """Draws a new code at each look; `status` is what it answers then."""

    def __init__(self) -> None:
        self.looks, self.status = 0, 200
        self._pages = Environment(loader=FileSystemLoader(_FILES), autoescape=select_autoescape(default=True))

    def answer(self, route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name in ("screen.css", "screen.js"):
            route.fulfill(path=_FILES / name)
        elif self.status != 200:
            route.fulfill(status=self.status, content_type="text/plain; charset=utf-8", body="已结束")
        else:
            self.looks += 1
            template = "now.html" if name == "now" else "screen.html"
            route.fulfill(
                content_type="text/html; charset=utf-8",
                body=self._pages.get_template(template).render(shown=self._shown()),
            )

    def _shown(self) -> Screen:
        codes = (Drawn("扫码签到", draw(f"checkin {'A' * 32}{self.looks}")),)
        told = ("灭火器讲解", "云杉大厦服务站", "今天 10:00–11:00", "已签到0位")
        return Screen(*told, 30.0, codes, "或者发这6位数字", f"123 {self.looks:03}", late=_LATE)


@pytest.fixture
def server() -> Server:
    return Server()


def opened(browser: Browser, server: Server, width: int, height: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.clock.install()
    page.route("**/*", server.answer)
    page.goto(ADDRESS)
    return page


@pytest.mark.parametrize(("width", "height", "least"), [(390, 844, 0.9), (1280, 800, 0.8), (1920, 1080, 0.8)])
def test_one_code_fills_the_screen(
    browser: Browser, server: Server, width: int, height: int, least: float
) -> None:
    page = opened(browser, server, width, height)
    box = page.locator("figure svg").bounding_box()
    assert box
    assert box["width"] >= least * min(width, height)
    # Nothing of it is to be scrolled to.
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        width,
        height,
    ]
    expect(page.get_by_text("123 001")).to_be_in_viewport()
    page.context.close()


def test_it_renews_itself_and_says_when_it_cannot(browser: Browser, server: Server) -> None:
    page = opened(browser, server, 1280, 800)
    page.evaluate("window.kept = true")
    page.clock.run_for(30_500)
    expect(page.get_by_text("123 002")).to_be_visible()
    expect(page.get_by_text(_LATE)).to_be_hidden()
    server.status = 503
    page.clock.run_for(30_500)
    expect(page.get_by_text(_LATE)).to_be_visible()
    server.status = 200
    page.clock.run_for(3_500)
    expect(page.get_by_text("123 003")).to_be_visible()
    expect(page.get_by_text(_LATE)).to_be_hidden()
    assert page.evaluate("window.kept")
    server.status = 410
    page.clock.run_for(30_500)
    expect(page.locator("body")).to_have_text("已结束")
    page.context.close()
