"""The page without its script: forms, links, and the newest in sight."""

from playwright.sync_api import expect

from tests.bot.browser_page.conftest import Open
from tests.bot.browser_page.made import Made


def test_a_line_is_posted(open_page: Open, made: Made) -> None:
    page = open_page(java_script_enabled=False)
    page.get_by_role("textbox").fill("活动")
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".own p").last).to_have_text("我：活动")
    assert made.posted == [{"message": "made-in-a-test", "text": "活动"}]
    card = page.locator(".card").last.bounding_box()
    assert card
    assert card["y"] + card["height"] < 844 - 100


def test_a_button_is_pressed(open_page: Open, made: Made) -> None:
    page = open_page(java_script_enabled=False)
    page.locator("button[value='show 21']").first.click()
    expect(page.locator(".own p").last).to_have_text("我：show 21")
    assert made.posted == [{"message": "made-in-a-test", "says": "show 21"}]


def test_earlier_messages_and_the_display_are_pages(open_page: Open, made: Made) -> None:
    made.window = 4
    page = open_page(java_script_enabled=False)
    page.get_by_role("link", name="更早的消息").click()
    assert page.url.endswith("/?before=10")
    assert page.locator(".stamp").first.get_attribute("data-number") == "6"
    page.get_by_role("button", name="大字").click()
    assert "/display" in page.url
    page.get_by_role("button", name="特大").click()
    expect(page.locator("html")).to_have_attribute("data-size", "huge")
    assert made.displayed == [{"size": "huge"}]
