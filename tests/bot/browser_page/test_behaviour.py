"""What the page does while somebody uses it: sending, waiting, scrolling, focus, and what is read aloud."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from handlers.talk import ASIDES
from models.card import Card
from models.text import as_said, prose
from tests.bot.browser_page.conftest import Open
from tests.bot.browser_page.made import NAME, OPEN, SEATS, WORDS, Made, article

TO_END = "() => { const talk = document.getElementById('talk'); return talk.scrollHeight - talk.scrollTop - talk.clientHeight; }"
TOP = "document.getElementById('talk').scrollTop"


def write(page: Page, text: str) -> None:
    box = page.get_by_role("textbox")
    box.fill(text)
    box.press("Enter")


def said(page: Page) -> list[str]:
    return [text.removeprefix("我：") for text in page.locator(".own p").all_text_contents()]


def answered(page: Page) -> None:
    """Until all that was said in this tab has its answer."""
    expect(page.locator(".pending")).to_have_count(0)


def settle(page: Page, made: Made) -> None:
    """Until the newest that was told unasked is shown."""
    page.wait_for_selector(f"[data-number='{made.told[-1].number}']", state="attached")


@pytest.fixture
def few(made: Made) -> Made:
    """With nothing said before."""
    made.told = []
    return made


def test_a_line_is_shown_at_once_and_answered_once(open_page: Open, few: Made) -> None:
    few.silent = True
    page = open_page()
    write(page, "你好")
    assert said(page) == ["你好"]
    expect(page.get_by_role("textbox")).to_have_value("")
    few.silent = False
    expect(page.locator(".turn:not(#greeting) .card > p").last).to_have_text("听到了：你好")
    assert (said(page), page.locator(".pending").count(), len(few.posted)) == (["你好"], 0, 1)
    assert sorted(few.posted[0]) == ["after", "message", "text", "who"]


def test_a_press_says_its_sentence_and_shows_its_label(open_page: Open, made: Made) -> None:
    page = open_page()
    button = page.locator("button[value='register 17']").last
    button.focus()
    button.press("Enter")
    answered(page)
    posted = made.posted[0]
    assert (posted["says"], posted["label"], posted["after"]) == ("register 17", "报名", "13")
    assert said(page)[-1] == "报名"
    # The focus stays where it was; the next Tab goes on to what is newer.
    assert button.evaluate("each => each === document.activeElement")


def test_an_old_option_is_decided_by_the_server(open_page: Open, made: Made) -> None:
    page = open_page()
    page.locator("button[value='answer 3.2']").dispatch_event("click")
    answered(page)
    assert (made.posted[0]["says"], made.posted[0]["label"]) == ("answer 3.2", "确认报名")


def test_a_question_is_marked_answered_when_its_answer_comes(open_page: Open, few: Made) -> None:
    few.tell(SEATS, "报名")
    page = open_page()
    options = page.locator("[data-question='4'] button")
    assert page.get_by_text("直接打字回答也行").is_visible()
    options.nth(1).click()
    expect(page.locator("[data-question='4']")).to_have_attribute("data-answered", "")
    chosen, other = options.nth(1), options.nth(2)
    assert chosen.inner_text().split() == ["✓", "已选：", "2位"]
    assert (other.get_attribute("aria-disabled"), chosen.get_attribute("aria-disabled")) == ("true", None)
    assert other.evaluate("each => getComputedStyle(each).borderTopStyle") == "dashed"
    assert not page.get_by_text("直接打字回答也行").is_visible()
    # A page that is loaded later says the same.
    before = page.locator("[data-question='4'] .buttons").inner_html().replace('=""', "")
    page.reload()
    assert page.locator("[data-question='4'] .buttons").inner_html().replace('=""', "") == before


@pytest.mark.parametrize(
    ("key", "held"),
    [
        ("Enter", {"isComposing": True}),
        ("Enter", {"keyCode": 229}),
        ("Enter", {"shiftKey": True}),
        ("a", {}),
    ],
)
def test_a_key_of_the_input_method_sends_nothing(
    open_page: Open, few: Made, key: str, held: dict[str, object]
) -> None:
    page = open_page()
    page.get_by_role("textbox").fill("zhou liu")
    page.get_by_role("textbox").dispatch_event("keydown", {"key": key, "bubbles": True, **held})
    page.wait_for_timeout(50)
    assert (said(page), few.posted) == ([], [])


def test_the_composer_grows_to_five_lines(open_page: Open, few: Made) -> None:
    page = open_page()
    box = page.get_by_role("textbox")

    def height(lines: int) -> float:
        box.fill("\n".join("行" * lines))
        found = box.bounding_box()
        assert found
        return round(found["height"])

    assert height(1) < height(3) < height(5) == height(9)
    box.fill("")
    box.press("Shift+Enter")
    assert few.posted == []


def test_who_is_near_the_end_stays_there(open_page: Open, made: Made) -> None:
    # What is higher than the window is read from its beginning: here something short comes after that.
    made.tell(Card(as_said("明天见")))
    page = open_page()
    assert page.evaluate(TO_END) < 1
    page.evaluate("document.getElementById('talk').scrollTop -= 100")
    made.tell(Card(as_said("新消息")))
    settle(page, made)
    assert page.evaluate(TO_END) < 1
    assert not page.locator("#jump").is_visible()


def test_who_reads_old_messages_stays_there(open_page: Open, made: Made) -> None:
    page = open_page()
    page.evaluate("document.getElementById('talk').scrollTop = 1000")
    for text in ("一", "二"):
        made.tell(Card(as_said(text)))
        settle(page, made)
    jump = page.locator("#jump")
    expect(jump).to_have_text("↓ 2条新消息")
    assert page.evaluate(TOP) == 1000
    jump.click()
    assert page.evaluate(TO_END) < 1
    assert not jump.is_visible()
    expect(page.get_by_role("textbox")).to_be_focused()


def test_ones_own_line_always_goes_to_the_end(open_page: Open, made: Made) -> None:
    page = open_page()
    page.evaluate("document.getElementById('talk').scrollTop = 500")
    write(page, "你好")
    answered(page)
    assert page.evaluate(TO_END) < 1


def test_a_long_answer_is_read_from_its_beginning(open_page: Open, made: Made) -> None:
    page = open_page()
    write(page, "长")
    answered(page)
    top = page.locator(".own").last.bounding_box()
    header = page.locator("header").bounding_box()
    assert top
    assert header
    assert header["height"] <= top["y"] < header["height"] + 40
    assert page.evaluate(TO_END) > 500


def test_one_line_is_read_aloud_and_taken_away(open_page: Open, made: Made) -> None:
    page = open_page(clock=True)
    announcer = page.locator("#announcer")
    assert announcer.text_content() == ""
    assert announcer.get_attribute("aria-live") == "polite"
    write(page, "活动")
    answered(page)
    expect(announcer).to_have_text("找到3场，按时间排，5个按钮")
    page.clock.run_for(1100)
    expect(announcer).to_have_text("")
    assert page.locator("[role=log], [role=alert]").count() == 0


def test_sending_says_how_it_stands(open_page: Open, few: Made) -> None:
    few.silent = True
    page = open_page(clock=True)
    write(page, "你好")
    pending = page.locator(".pending small")
    expect(pending).to_have_text("")
    page.clock.run_for(450)
    expect(page.locator(".waits")).to_be_visible()
    page.clock.run_for(400)
    expect(pending).to_have_text("发送中…")
    page.clock.run_for(4300)
    page.wait_for_function("() => true")
    for _ in range(100):
        if len(few.posted) == 2:
            break
        page.wait_for_timeout(20)
    page.clock.run_for(7100)
    expect(pending).to_contain_text("没发出去")
    assert page.locator(".waits").count() == 0
    again = page.get_by_role("button", name="重发")
    box = again.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    few.silent = False
    again.click()
    settle_on(page, "听到了：你好")
    assert len({each["message"] for each in few.posted}) == 1
    assert (said(page), len(few.told)) == (["你好"], 1)


def settle_on(page: Page, text: str) -> None:
    expect(page.locator(".turn .card > p").last).to_have_text(text)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_with_the_same_message(open_page: Open, few: Made, status: int) -> None:
    few.failures = [status]
    few.notice = Card(as_said("请过一会儿再说一次。"), tone="notice")
    page = open_page()
    write(page, "你好")
    expect(page.locator(".pending small")).to_have_text("稍等，会自动发出")
    # Nobody is asked to say again what is said again by itself, and what is said meanwhile waits behind it.
    assert page.locator(".passing").count() == 0
    for text in ("一", "二"):
        write(page, text)
    assert page.locator(".pending small").all_inner_texts() == ["稍等，会自动发出"] * 3
    settle_on(page, "听到了：二")
    assert [each["text"] for each in few.posted] == ["你好", "你好", "一", "二"]
    assert few.posted[0]["message"] == few.posted[1]["message"]


def test_what_is_too_long_says_so_and_lets_the_next_go(open_page: Open, few: Made) -> None:
    few.failures = [413]
    page = open_page()
    write(page, "很长")
    write(page, "你好")
    settle_on(page, "听到了：你好")
    expect(page.locator(".failed small")).to_have_text("太长了，没发出去。请分几次发。")
    assert [each["text"] for each in few.posted] == ["很长", "你好"]


def test_what_is_written_offline_goes_out_in_order(
    open_page: Open, few: Made, context: BrowserContext
) -> None:
    page = open_page(context=context)
    context.set_offline(True)
    expect(page.locator("#offline")).to_have_text("网络断了，您写的都会留着，连上就发。")
    for text in ("一", "二", "三"):
        write(page, text)
    assert page.locator(".pending small").all_inner_texts() == ["等网络恢复后发送"] * 3
    assert few.posted == []
    context.set_offline(False)
    settle_on(page, "听到了：三")
    expect(page.locator("#offline")).to_have_text("")
    assert [each["text"] for each in few.posted] == ["一", "二", "三"]
    assert said(page) == ["一", "二", "三"]


def test_what_waits_outlives_a_reload(open_page: Open, few: Made, context: BrowserContext) -> None:
    few.silent = True
    page = open_page(context=context)
    write(page, "你好")
    page.wait_for_function("() => sessionStorage['linli.queue']")
    page.reload()
    assert said(page) == ["你好"]
    few.silent = False
    settle_on(page, "听到了：你好")
    assert (len({each["message"] for each in few.posted}), len(few.told)) == (1, 1)
    assert said(page) == ["你好"]


def test_a_draft_is_kept(open_page: Open, few: Made) -> None:
    page = open_page()
    page.get_by_role("textbox").fill("写到一半")
    page.reload()
    expect(page.get_by_role("textbox")).to_have_value("写到一半")
    write(page, "写完了")
    answered(page)
    page.reload()
    expect(page.get_by_role("textbox")).to_have_value("")


def test_two_tabs_show_the_same(open_page: Open, few: Made, context: BrowserContext) -> None:
    one, other = open_page(context=context), open_page(context=context)
    write(one, "你好")
    settle_on(other, "听到了：你好")
    settle_on(one, "听到了：你好")
    write(other, "再见")
    settle_on(one, "听到了：再见")
    assert said(one) == said(other) == ["你好", "再见"]


def test_what_was_missed_is_fetched_by_its_number(open_page: Open, few: Made) -> None:
    few.events = False
    page = open_page()
    few.tell(Card(as_said("一")))
    few.tell(Card(as_said("二")))
    page.evaluate("one => apply(one)", few.as_json([few.told[1]])[0])
    settle_on(page, "二")
    assert few.asked_for == ["after=0&who=one"]
    page.evaluate("one => apply(one)", few.as_json([few.told[0]])[0])
    assert page.locator(".turn:visible .card > p").all_inner_texts()[1:] == ["一", "二"]


def test_another_language_loads_the_page_anew(open_page: Open, few: Made) -> None:
    page = open_page()
    few.language = "en"
    few.tell(Card(as_said("ok")))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()


def test_earlier_messages_come_while_scrolling_up(open_page: Open, made: Made) -> None:
    made.window = 4
    page = open_page()
    assert not page.locator("#greeting").is_visible()
    kept = page.locator(".stamp[data-number='10'] ~ .own").first
    page.evaluate("document.getElementById('talk').scrollTop = 60")
    before = kept.evaluate("each => each.getBoundingClientRect().top")
    page.wait_for_selector("[data-number='6']", state="attached")
    assert abs(kept.evaluate("each => each.getBoundingClientRect().top") - before) < 2
    for number in (2, 1):
        page.evaluate("document.getElementById('talk').scrollTop = 0")
        page.wait_for_selector(f"[data-number='{number}']", state="attached")
    expect(page.locator("#greeting")).to_be_visible()
    assert not page.locator("#older").is_visible()
    numbers = page.locator(".stamp").evaluate_all("all => all.map(each => Number(each.dataset.number))")
    assert numbers == list(range(1, 14))
    days = page.locator(".stamp span:visible").all_text_contents()
    assert days == ["11月21日 周六 ", "11月22日 周日 "]
    # History is not read aloud.
    assert page.locator("#announcer").text_content() == ""


def test_new_messages_have_a_line_above_the_first(
    open_page: Open, made: Made, context: BrowserContext
) -> None:
    # The last answer is higher than the window: what was shown from its beginning counts as seen.
    made.tell(Card(as_said("\n".join("长" for _ in range(60)))), "长")
    page = open_page(context=context)
    assert page.evaluate(TO_END) > 500
    page.close()
    made.tell(Card(as_said("\n".join("停水通知"[:4] for _ in range(60)))))
    made.tell(Card(as_said("另一条")))
    page = open_page(context=context)
    line = page.locator(".news")
    expect(line).to_have_text("以下是新消息")
    assert line.evaluate("each => each.nextElementSibling.dataset.number") == "15"
    box = line.bounding_box()
    assert box
    assert 55 <= box["y"] < 100


def test_a_hidden_page_counts_in_its_title(open_page: Open, few: Made) -> None:
    page = open_page()
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    for text in ("一", "二"):
        few.tell(Card(as_said(text)))
        settle(page, few)
    assert page.title() == f"(2) {NAME}"
    assert page.locator(".news").count() == 1
    page.evaluate(hide, False)
    assert page.title() == NAME


def test_the_dialog_takes_the_focus_and_gives_it_back(open_page: Open, made: Made) -> None:
    page = open_page()
    opener = page.get_by_role("button", name="大字", exact=True).first
    opener.focus()
    opener.press("Enter")
    dialog = page.get_by_role("dialog", name="显示")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    dialog.get_by_role("button", name="特大").click()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "30px"
    dialog.get_by_role("button", name="深色").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 21, 19)"
    expect(dialog.get_by_role("button", name="深色")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    assert opener.evaluate("each => each === document.activeElement")
    page.wait_for_timeout(100)
    assert made.displayed == [{"size": "huge", "theme": "auto"}, {"size": "huge", "theme": "dark"}]


def test_the_page_keys_scroll_from_an_empty_composer(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("textbox").focus()
    before = page.evaluate(TOP)
    page.keyboard.press("PageUp")
    assert page.evaluate(TOP) < before


def test_on_a_phone_nothing_is_focused_at_first(open_page: Open) -> None:
    page = open_page(has_touch=True, is_mobile=True)
    assert page.evaluate("document.activeElement === document.body")


def test_the_skip_link_leads_to_the_composer(open_page: Open) -> None:
    page = open_page(has_touch=True, is_mobile=True)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到输入框")
    expect(skip).to_be_focused()
    box = skip.bounding_box()
    assert box
    assert box["height"] >= 40
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox")).to_be_focused()


def test_a_form_shows_its_ways_out(open_page: Open, few: Made) -> None:
    page = open_page()
    few.asks = True
    few.tell(WORDS)
    expect(page.locator("#form")).to_be_visible()
    expect(page.locator("#menu")).not_to_be_visible()
    few.asks = False
    page.get_by_role("button", name="返回").click()
    expect(page.locator("#menu")).to_be_visible()
    assert few.posted[0]["says"] == "back"


def test_a_server_that_comes_back_is_listened_to_again(open_page: Open, few: Made) -> None:
    page = open_page(clock=True)
    few.events = False
    page.wait_for_timeout(100)
    page.clock.run_for(6000)
    expect(page.locator("#offline")).to_have_text("网络断了，您写的都会留着，连上就发。")
    few.tell(Card(as_said("漏掉的")))
    few.events = True
    page.clock.run_for(6000)
    settle_on(page, "漏掉的")
    expect(page.locator("#offline")).to_have_text("")


def test_who_is_forgotten_is_told_so_and_begins_anew(open_page: Open, few: Made) -> None:
    few.tell(Card(as_said("以前的话")), "以前")
    few.gone, few.notice = True, Card(as_said("您的数据都删了。"), tone="done")
    page = open_page()
    write(page, "删除我的账号")
    expect(page.locator(".passing")).to_contain_text("您的数据都删了")
    assert said(page) == []
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    # The next line comes from a browser that is not known, and is said again by the newcomer.
    few.notice, few.told = None, []
    few.newcomers = True
    write(page, "你好")
    settle_on(page, "听到了：你好")
    assert [each["text"] for each in few.posted] == ["删除我的账号", "你好", "你好"]
    assert few.posted[1]["message"] == few.posted[2]["message"]


def test_a_browser_that_keeps_no_cookie_is_not_sent_in_circles(open_page: Open, few: Made) -> None:
    few.gone = True
    page = open_page()
    write(page, "你好")
    expect(page.locator(".pending small")).to_contain_text("没发出去")
    # Once as it was, once from the new page, and perhaps once more when the stream opens.
    page.wait_for_timeout(300)
    assert 2 <= len(few.posted) <= 3


def test_what_comes_next_is_fetched_beside_a_wide_page(open_page: Open, few: Made) -> None:
    few.coming = ()
    page = open_page(1280, 800)
    expect(page.locator("#coming")).to_contain_text("您最近没有安排。")
    few.coming = (article(17, "咖啡拉花体验", OPEN),)
    write(page, "你好")
    expect(page.locator("#coming")).to_contain_text("咖啡拉花体验")


def test_the_first_sight_begins_at_the_top(open_page: Open, few: Made) -> None:
    few.size = "huge"
    page = open_page(320, 568)
    assert page.evaluate(TOP) == 0
    assert page.locator("#greeting").is_visible()


def test_a_long_line_of_ones_own_gives_way_to_its_answer(open_page: Open, few: Made) -> None:
    page = open_page(320, 568)
    page.get_by_role("textbox").fill("字" * 400)
    page.get_by_role("button", name="发送").click()
    answered(page)
    header, card = page.locator("header").bounding_box(), page.locator(".turn").last.bounding_box()
    assert header
    assert card
    assert header["height"] <= card["y"] < header["height"] + 40


def test_somebody_else_is_never_given_ones_words(open_page: Open, few: Made, context: BrowserContext) -> None:
    few.failures = [503]
    page = open_page(context=context)
    few.events = False
    write(page, "我的事")
    expect(page.locator(".pending small")).to_have_text("稍等，会自动发出")
    few.who, few.events = "other", True
    # The waiting line is tried once more as the one who said it, and is only kept to be read again.
    expect(page.locator("html")).to_have_attribute("data-who", "other")
    expect(page.get_by_role("textbox")).to_have_value("我的事")
    page.wait_for_timeout(200)
    assert page.locator(".pending").count() == 0
    assert {each["who"] for each in few.posted} == {"one"}
    assert few.told == []


def test_a_stream_that_is_somebody_elses_loads_the_page_anew(open_page: Open, few: Made) -> None:
    few.events = False
    page = open_page(clock=True)
    few.who, few.events = "other", True
    page.clock.run_for(6000)
    expect(page.locator("html")).to_have_attribute("data-who", "other")


def test_earlier_messages_of_somebody_else_are_not_shown(open_page: Open, made: Made) -> None:
    made.window, made.events = 4, False
    page = open_page()
    made.who = "other"
    page.evaluate("document.getElementById('talk').scrollTop = 0")
    expect(page.locator("html")).to_have_attribute("data-who", "other")


def test_other_tabs_hear_at_once_who_is_here_now(open_page: Open, few: Made, context: BrowserContext) -> None:
    one, other = open_page(context=context), open_page(context=context)
    one.get_by_role("textbox").fill("写到一半")
    few.who = "other"
    other.reload()
    expect(one.locator("html")).to_have_attribute("data-who", "other")
    expect(one.get_by_role("textbox")).to_have_value("写到一半")
    # Who is told that nothing is known any more goes on reading that; the other tab begins anew.
    few.gone, few.notice = True, Card(as_said("您的数据都删了。"), tone="done")
    one.get_by_role("textbox").fill("删除我的账号")
    few.who, before = "third", few.who
    one.evaluate("told => apply(told)", few.unkept())
    expect(other.locator("html")).to_have_attribute("data-who", "third")
    expect(one.locator("html")).to_have_attribute("data-who", before)
    expect(one.locator(".passing")).to_contain_text("您的数据都删了")


def within(page: Page, part: str) -> bool:
    """Whether all of the last one of these can be seen."""
    talk, box = page.locator("#talk").bounding_box(), page.locator(part).last.bounding_box()
    assert talk
    assert box
    return talk["y"] - 1 <= box["y"] and box["y"] + box["height"] <= talk["y"] + min(
        talk["height"] + 1, 10_000
    )


@pytest.mark.parametrize(
    ("size", "width", "height"),
    [("normal", 390, 844), ("normal", 320, 256), ("huge", 320, 568), ("care", 320, 480)],
)
@pytest.mark.parametrize("card", [WORDS, SEATS])
def test_a_question_can_be_read(
    open_page: Open, few: Made, card: Card, size: str, width: int, height: int
) -> None:
    few.size, few.next = size, card
    page = open_page(width, height)
    few.asks = True
    write(page, "报名")
    answered(page)
    assert within(page, ".question .heading")
    page.reload()
    assert within(page, ".question .heading")
    few.tell(card)
    settle(page, few)
    if page.locator("#jump").is_visible():
        page.locator("#jump").click()
    assert within(page, ".question .heading")
    if height == 844:
        assert within(page, ".question .typing")
    assert page.locator("#form").is_visible() == (height > 420)


HIDE = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); document.dispatchEvent(new Event('visibilitychange')); }"


def test_what_came_while_the_phone_was_away_has_a_line_above_it(open_page: Open, few: Made) -> None:
    few.tell(Card(as_said("以前")), "以前")
    page = open_page(clock=True)
    page.evaluate(HIDE, True)
    page.clock.run_for(6 * 60_000)
    for text in ("一", "二"):
        few.tell(Card(as_said(text)))
    page.evaluate(HIDE, False)
    settle(page, few)
    assert page.locator(".news").evaluate_all(
        "all => all.map(each => each.nextElementSibling.dataset.number)"
    ) == ["2"]
    assert within(page, ".news")


def test_a_broken_line_never_says_that_it_was_not_sent(open_page: Open, few: Made) -> None:
    page = open_page(clock=True)
    few.events, few.failures = False, [500] * 9
    page.wait_for_timeout(100)
    page.clock.run_for(6000)
    write(page, "你好")
    for _ in range(40):
        page.clock.run_for(500)
        assert "没发出去" not in page.locator(".pending small").inner_text()
    few.events, few.failures = True, []
    for _ in range(40):
        page.clock.run_for(1000)
        if page.locator(".pending").count() == 0:
            break
    settle_on(page, "听到了：你好")
    assert len({each["message"] for each in few.posted}) == 1


def test_choosing_a_size_leaves_the_greeting_where_it_is(open_page: Open, few: Made) -> None:
    page = open_page(390, 600)
    page.get_by_role("button", name="大字", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="特大").click()
    page.wait_for_timeout(100)
    assert page.evaluate(TOP) == 0


def test_a_question_without_options_says_that_one_types(open_page: Open, few: Made) -> None:
    few.next, few.asks = Card(prose("怎么称呼您？"), ASIDES, tone="question"), True
    page = open_page()
    write(page, "报名")
    answered(page)
    hint = page.get_by_text("请打字回答", exact=True)
    assert hint.is_visible()
    write(page, "王小明")
    answered(page)
    assert not hint.is_visible()


def test_what_is_kept_nowhere_is_read_aloud_as_one_line(open_page: Open, few: Made) -> None:
    few.notice = Card(as_said("现在不行。"), tone="notice")
    page = open_page(clock=True)
    page.evaluate("told => apply(told)", {**few.unkept(), "gone": False})
    expect(page.locator("#announcer")).to_have_text("现在不行")
