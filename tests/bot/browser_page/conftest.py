"""A real browser for the page; without one these tests are left out and say so."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bot.browser_page.made import Made, serving

CHROMIUM = shutil.which("chromium")
Open = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium here; on Debian: apt install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
def address(made: Made) -> Iterator[str]:
    with serving(made) as served:
        yield served


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 390, "height": 844})
    yield opened
    opened.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Opens the page in a browser of its own, or in `context`; at the end nothing came from elsewhere or failed."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
        page.on(
            "request",
            lambda request: None if request.url.startswith(address) else wrong.append(request.url),
        )

    def opened(
        width: int = 390,
        height: int = 844,
        *,
        context: BrowserContext | None = None,
        path: str = "/",
        clock: bool = False,
        **options: Any,
    ) -> Page:
        if context is None:
            context = browser.new_context(viewport={"width": width, "height": height}, **options)
            contexts.append(context)
        page = context.new_page()
        watch(page)
        if clock:
            page.clock.install()
        page.goto(address + path)
        return page

    yield opened
    for each in contexts:
        each.close()
    assert wrong == []
