"""What the templates are given: kinds of cards, answered questions, days, files, what is read aloud."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.channels.page import cards, view
from bot.channels.page.words import words
from handlers.talk import menu
from handlers.words import Reader
from models.card import Article, Attachment, Card, Choice
from models.history import Exchange, Line
from models.text import as_said, prose
from tests.bot.browser_page import made
from tests.bot.browser_page.made import NOW, ZONE

READER = Reader("zh-Hans", NOW, ZONE)
WORDS = words(READER, "虹梅邻里")


def shown(*told: Exchange, reader: Reader = READER) -> tuple[view.ExchangeView, ...]:
    return view.exchanges(told, reader, WORDS)


def exchange(number: int, *cards: Card, said: Line | None = None, at: datetime = NOW) -> Exchange:
    return Exchange(number, at, said, cards)


@pytest.mark.parametrize(
    ("card", "kind"),
    [
        (Card(as_said("好")), "text"),
        (made.results(3), "results"),
        (made.WORDS, "question"),
        (made.DONE, "done"),
        (made.NEED, "need"),
        (made.NOTICE, "notice"),
        (made.REFUSED, "notice"),
        (made.PHOTO, "photo"),
        (made.FILES, "text"),
    ],
)
def test_kinds(card: Card, kind: str) -> None:
    assert cards.card_view(card, READER, "key").kind == kind


def test_a_list_of_four_is_in_compact_rows() -> None:
    assert [cards.card_view(made.results(count), READER, "key").compact for count in (3, 4)] == [False, True]


def test_the_act_stands_before_what_opens_the_article() -> None:
    article = cards.card_view(made.results(1), READER, "key").articles[0]
    assert [(button.label, button.says, button.primary) for button in article.buttons] == [
        ("报名", "register 17", True),
        ("详情", "show 17", False),
    ]


def test_a_question_has_its_step_and_not_its_ways_out() -> None:
    card = cards.card_view(made.WORDS, READER, "key")
    assert (card.step, card.heading, card.question) == (
        "第1步，共2步 · 咖啡拉花体验",
        "请问您在哪家公司上班？",
        3,
    )
    assert [button.says for button in card.buttons] == ["answer 3.1", "answer 3.2", "answer 3.3"]
    assert (card.answered, {button.chosen for button in card.buttons}) == (False, {None})


def test_a_question_said_again_begins_with_what_was_wrong() -> None:
    card = cards.card_view(made.AGAIN, READER, "key")
    assert (card.complaint, card.heading, card.step) == ("请从下面选一个。", "要报哪一场？", "咖啡拉花体验")


def test_short_options_stand_in_a_grid() -> None:
    shown_cards = [cards.card_view(card, READER, "key") for card in (made.SEATS, made.WORDS)]
    assert [card.short_options for card in shown_cards] == [True, False]


def test_a_question_is_answered_by_what_closed_it() -> None:
    chosen = Line("2位", "answer 4.2", (4,), None)
    asked, _ = shown(exchange(1, made.SEATS), exchange(2, made.DONE, said=chosen))
    assert asked.cards[0].answered
    assert [button.chosen for button in asked.cards[0].buttons] == [False, True, *[False] * 6]


@pytest.mark.parametrize("meant", [None, "cancel", "activities"])
def test_a_question_that_something_else_closed_has_nothing_chosen(meant: str | None) -> None:
    asked, _ = shown(exchange(1, made.SEATS), exchange(2, said=Line("算了", meant, (3, 4), None)))
    assert {button.chosen for button in asked.cards[0].buttons} == {False}


def test_a_question_that_nothing_closed_is_open() -> None:
    asked, _ = shown(exchange(1, made.SEATS), exchange(2, said=Line("2位", "answer 4.2", (), None)))
    assert not asked.cards[0].answered


def test_hours_stand_again_after_five_minutes_and_the_day_when_it_is_another() -> None:
    minutes = (0, 5, 11, 24 * 60)
    views = shown(*(exchange(n, at=NOW + timedelta(minutes=each)) for n, each in enumerate(minutes)))
    assert [(each.stamped, each.dated) for each in views] == [
        (True, True),
        (False, False),
        (True, False),
        (True, True),
    ]


@pytest.mark.parametrize(
    ("at", "seen", "day", "time"),
    [
        ("2026-11-22T01:41:00+00:00", "2026-11-22T09:50:00+08:00", "11月22日 周日", "09:41"),
        ("2026-01-01T00:05:00+08:00", "2026-01-01T00:06:00+08:00", "1月1日 周四", "00:05"),
        ("2025-12-31T23:59:00+08:00", "2026-01-01T00:06:00+08:00", "2025年12月31日 周三", "23:59"),
        ("2025-12-31T23:59:00+08:00", "2025-12-31T23:59:30+08:00", "12月31日 周三", "23:59"),
    ],
)
def test_a_day_is_never_called_today(at: str, seen: str, day: str, time: str) -> None:
    reader = Reader("zh-Hans", datetime.fromisoformat(seen), ZONE)
    (only,) = shown(exchange(1, at=datetime.fromisoformat(at)), reader=reader)
    assert (only.day, only.time) == (day, time)


def test_files_are_counted_over_the_whole_exchange() -> None:
    (only,) = shown(exchange(7, made.PHOTO, made.FILES, made.PHOTO))
    found = [(each.kind, each.address) for card in only.cards for each in card.attachments]
    assert found == [
        ("image", "/file/7/1"),
        ("location", "geo:31.1712,121.3951"),
        ("file", "/file/7/3"),
        ("image", "/file/7/4"),
    ]


def test_the_keys_of_articles_are_each_their_own() -> None:
    views = shown(exchange(1, made.results(3), made.results(2)), exchange(11, made.results(1)))
    keys = [article.key for each in views for card in each.cards for article in card.articles]
    assert len(set(keys)) == len(keys) == 6


def test_a_code_is_drawn_without_a_style_and_never_as_a_small_one() -> None:
    card = Card(as_said(""), attachments=(Attachment("qr", as_said("1"), says="1"),))
    drawn = cards.card_view(card, READER, "key").attachments[0].drawn
    assert drawn
    assert drawn.startswith(
        '<svg viewBox="0 0 29 29"><path fill="#fff" d="M0 0h29v29h-29z"/><path stroke="#000"'
    )
    assert "style" not in drawn


@pytest.mark.parametrize(
    ("card", "spoken"),
    [
        (made.results(1), "找到1场，按时间排，咖啡拉花体验，可报 余12，2个按钮"),
        (made.results(3), "找到3场，按时间排，5个按钮"),
        (made.SEATS, "一共几位？（含您自己，最多8位），8个按钮"),
        (made.DONE, "报名成功，咖啡拉花体验，已报名，2位，2个按钮"),
        (made.REFUSED, "「午间瑜伽」名额满了，2个按钮"),
        (made.WORDS, "请问您在哪家公司上班？3个按钮"),
        (
            Card(
                as_said("「咖啡拉花体验」：报好了。"), articles=(made.article(1, "咖啡拉花体验", made.OPEN),)
            ),
            "「咖啡拉花体验」：报好了，可报 余12，2个按钮",
        ),
        (Card(as_said("好的。")), "好的"),
        (Card(as_said("<b>09:00</b>")), "<b>09:00</b>"),
    ],
)
def test_what_is_read_aloud(card: Card, spoken: str) -> None:
    assert cards.card_view(card, READER, "key").spoken == spoken


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("11月28日 周六 14:00–16:00", ["11月28日", "14:00–16:00"]),
        ("今天 11月28日 周六 22:00–次日01:00", ["11月28日", "22:00–次日01:00"]),
        ("Sat 28 Nov 22:00–01:00 next day", ["22:00–01:00 next day"]),
        ("午间瑜伽 · 免费", ["伽 ·"]),
        ("名额2–8位", []),
    ],
)
def test_days_and_hours_are_kept_together(said: str, kept: list[str]) -> None:
    marked = cards.keep_together(said)
    assert [part.partition("</bdi>")[0] for part in marked.split('<bdi class="keep">')[1:]] == kept


def test_keeping_together_makes_no_markup_of_words() -> None:
    assert cards.keep_together("<i>09:00</i>") == '&lt;i&gt;<bdi class="keep">09:00</bdi>&lt;/i&gt;'
    assert cards.keep_together("<i>") == "<i>"
    html = (
        view.environment()
        .get_template("exchange.html")
        .render(exchange=shown(exchange(1, Card(as_said("<i>"))))[0])
    )
    assert "<i>" not in html


def test_the_greeting_does_not_repeat_the_menu() -> None:
    first = Choice(as_said("这周六有什么活动"), "activities saturday")
    card = Card(as_said("您好"), choices=(first, *menu()))
    page = view.page(READER, None, told=(), greeting=card, menu=menu(), message="m", longest=9)
    assert [button.says for button in page.greeting.buttons] == ["activities saturday"]
    assert "language" not in {button.says for button in page.menu_all}
    assert page.menu == page.menu_all[:4]
    assert (page.title, page.last, page.first) == ("邻里", 0, None)


def test_what_is_only_offered_has_no_place_in_a_question() -> None:
    card = replace(
        made.SEATS, articles=(Article(prose("甲"), "activity:1"), Article(prose("乙"), "activity:2"))
    )
    shown_card = cards.card_view(card, READER, "key")
    assert (shown_card.articles, shown_card.step) == ((), "第2步，共2步")
