"""Makes the README's picture of the chat page from the running program: `make picture`."""

import base64
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.bot.programs import ROOT, serving

PICTURE = ROOT / "docs" / "page.png"
WIDTH, HEIGHT, GAP = 390, 800, 24


def main() -> None:
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder)) as running,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shots = [
            _list(_phone(browser, running.address, "zh-CN")),
            _registered(_phone(browser, running.address, "zh-CN", dark=True)),
            _large(_phone(browser, running.address, "en")),
        ]
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_bytes(_side_by_side(browser, shots))
        browser.close()


def _phone(browser: Browser, address: str, locale: str, *, dark: bool = False) -> Page:
    page = browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT},
        locale=locale,
        color_scheme="dark" if dark else "light",
        has_touch=True,
        is_mobile=True,
    )
    page.goto(address)
    return page


def _say(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.get_by_role("textbox").press("Enter")
    _answered(page)


def _answered(page: Page) -> None:
    expect(page.locator(".pending")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")


def _list(page: Page) -> bytes:
    _say(page, "最近有什么活动")
    return page.screenshot()


def _registered(page: Page) -> bytes:
    """The first answer to each question of the form is the one that leads on."""
    _say(page, "最近有什么活动")
    page.locator("button[value^='register ']").last.click()
    _answered(page)
    while page.locator("#form").is_visible():
        page.locator("[data-question] button:not([data-answered] *)").first.click()
        _answered(page)
    return page.screenshot()


def _large(page: Page) -> bytes:
    page.get_by_role("button", name="Large text").click()
    page.locator("dialog button[value=large]").click()
    page.keyboard.press("Escape")
    _say(page, "What activities are coming up?")
    return page.screenshot()


def _side_by_side(browser: Browser, shots: list[bytes]) -> bytes:
    pictures = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots
    )
    width = len(shots) * (WIDTH + GAP) + GAP
    page = browser.new_page(viewport={"width": width, "height": HEIGHT + 2 * GAP})
    style = f"margin:{GAP}px; display:flex; gap:{GAP}px; background:#c9d1cc"
    page.set_content(f'<body style="{style}">{pictures}</body>', wait_until="load")
    return page.screenshot()


if __name__ == "__main__":
    main()
