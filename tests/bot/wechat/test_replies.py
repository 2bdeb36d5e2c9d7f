"""One text carries as much of a reply as it holds, and every sign of it arrives; the rest is left."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.channels.wechat import replies, sending
from bot.channels.wechat.reading import Call
from bot.channels.wechat.replies import Passive
from bot.channels.wechat.wording import plain
from bot.clock import FixedClock
from bot.inbound import Message, Reply
from handlers.words import Reader
from models.card import Article, Attachment, Card, Choice
from models.notice import Part
from models.text import Text, as_said
from tests.bot.wechat.nasty import NASTY
from tests.conftest import NOW
from tests.fakes.wechat_callback import Account, Platform, message

CALL = Call("oLin", "gh_ginkgo", None)
ASKED = message("oLin", NOW, Content="好")


@pytest.fixture
def passive(clock: FixedClock) -> Passive:
    return Passive(clock, ZoneInfo("Asia/Shanghai"))


def shown(xml: str) -> str | None:
    """What the platform shows of it, in plain mode."""
    fake = Platform.__new__(Platform)
    fake.account = Account(key=None)
    return fake.shown(xml.encode("utf-8"), ASKED)


def card(words: str, **more: object) -> Card:
    return Card(Text("{said}", said=as_said(words)), **more)  # type: ignore[arg-type]


def told(*cards: Card) -> Reply:
    return Reply("help", tuple(Message("oLin", each, "zh-Hans", 1) for each in cards))


@pytest.mark.parametrize("words", NASTY, ids=range(len(NASTY)))
def test_every_sign_arrives(words: str, clock: FixedClock) -> None:
    assert shown(replies.as_xml(CALL, plain(f"「{words}」"), clock)) == plain(f"「{words}」")


def test_only_what_cannot_be_shown_is_changed() -> None:
    changed = {words: plain(words) for words in NASTY if plain(words) != words}
    assert all("\ufffd" not in now for now in changed.values())
    assert changed['<a href="http://evil.example/">领奖</a>'] == '＜a href="http://evil.example/">领奖＜/a>'
    assert changed["< A HREF='x'>"] == "＜ A HREF='x'>"
    assert changed["\x00\x01\x08\x0b\x1f"] == ""
    assert changed["a\r\nb\rc"] == "a\nb\nc"
    assert changed["half \ud800 a pair"] == "half  a pair"
    assert "<abbr>" not in changed


def test_without_care_the_nasty_ones_break_out(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: as wechatpy writes it, some break the XML, and some say what nobody said."""
    monkeypatch.setattr(replies, "within_xml", lambda text: text)
    broken = 0
    for words in NASTY:
        try:
            broken += shown(replies.as_xml(CALL, words, clock)) != words
        except UnicodeEncodeError:
            broken += 1
    assert broken >= 15


def test_short_cards_go_together(passive: Passive) -> None:
    reply = told(card("您好。"), card("初次见面。"))
    assert passive.text(reply) == "您好。\n\n初次见面。"
    assert list(passive.left(reply)) == []


def test_what_does_not_fit_is_left_in_order(passive: Passive) -> None:
    short, long, last = card("您好。"), card("很" * 700), card("再见。")
    reply = told(short, long, last)
    assert passive.text(reply) == "您好。"
    assert list(passive.left(reply)) == [(reply.messages[1], 0), (reply.messages[2], 0)]


def test_of_a_long_card_the_first_text_is_carried(passive: Passive) -> None:
    articles = tuple(
        Article(as_said(f"{nth}" + "很" * 100), "", choices=(Choice(Text("看"), f"show {nth}"),))
        for nth in range(12)
    )
    reply = told(card("有这些：", articles=articles))
    text = passive.text(reply)
    assert text.startswith("有这些：\n\n1. 0很")
    assert 1500 < len(text.encode()) <= 2048
    assert list(passive.left(reply)) == [(reply.messages[0], 1)]


def test_what_goes_along_is_left_although_all_words_are_carried(passive: Passive) -> None:
    reply = told(card("给您。", attachments=(Attachment("qr", Text("签到码"), says="checkin 3"),)))
    assert passive.text(reply) == "给您。\n\n二维码：签到码"
    assert list(passive.left(reply)) == [(reply.messages[0], 1)]


def test_links_that_grow_beyond_a_text_are_left(passive: Passive) -> None:
    reply = told(card("<a>" * 680))
    assert passive.text(reply) == ""
    assert list(passive.left(reply)) == [(reply.messages[0], 0)]


def test_nothing_said_is_nothing(passive: Passive) -> None:
    assert passive.text(Reply("", ())) == ""
    assert list(passive.left(Reply("", ()))) == []


def test_another_reply_is_laid_out_anew(passive: Passive, clock: FixedClock) -> None:
    assert passive.text(told(card("一"))) == "一"
    clock.move(NOW + timedelta(seconds=1))
    assert passive.text(told(card("二"))) == "二"


def test_what_goes_along_has_one_delivery_alone() -> None:
    """Where the response was late, its texts follow in one delivery, and what goes along in that of the rest."""
    reader = Reader("zh-Hans", NOW, ZoneInfo("Asia/Shanghai"))
    with_code = card("给您。", attachments=(Attachment("qr", Text("签到码"), says="checkin 3"),))
    rest, late, all_of_it = Part(with_code, 1, skip=1), Part(with_code, 1, most=1), Part(with_code, 1)
    shown = [
        [(each.text, len(each.attachments)) for each in sending._shown(part, reader)]
        for part in (rest, late, all_of_it)
    ]
    words = "给您。\n\n二维码：签到码"
    assert shown == [[("", 1)], [(words, 0)], [(words, 1)]]


@pytest.mark.parametrize("page", [None, "https://linli.test"])
def test_a_spare_file_leaves_nothing_to_send_where_it_cannot_be_had(
    page: str | None, clock: FixedClock
) -> None:
    spare = Attachment("file", Text("日历"), "activity.calendar", (1,), spare=True)
    reply = told(card("报好了。", attachments=(spare,)))
    passive = Passive(clock, ZoneInfo("Asia/Shanghai"), page)
    assert bool(passive.left(reply)) == (page is not None)
    assert ("日历" in passive.text(reply)) == (page is not None)
