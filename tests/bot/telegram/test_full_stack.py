"""People on Telegram, both ways that it is heard: what they do, and what their chats then show."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.programs import linli
from tests.bot.telegram.town import Mode, Town, build, environment, free_port, town
from tests.fakes import telegram as fakes

LIN, HE, ANNA, MEI, WANG, GROUP = 5001, 5002, 5003, 5004, 5005, -1005000
MODES: tuple[Mode, ...] = ("webhook", "polling")
FAULTS = ("500", "html", "garbage", "401", "409", "lost", "429:1")


@pytest.fixture(scope="module", params=MODES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One program for all of these tests; what it told, at DEBUG, holds the token nowhere."""
    with town(tmp_path_factory.mktemp(request.param), request.param) as opened:
        yield opened
        code, told = opened.program.stop(signal.SIGTERM)
        assert (code, "not readable" in told) == (0, True), told[-2000:]
        secret = opened.telegram.token.partition(":")[2]
        assert [line for line in told.splitlines() if secret in line] == []


def test_a_search_a_registration_and_its_confirmation(place: Town) -> None:
    place.say(LIN, "有什么活动")
    place.telegram.until(lambda each: len(each.chat(LIN).messages) == 2)
    assert place.telegram.chat(LIN).messages[0].labels[0] == "1. 散步0"
    opened = place.press(LIN, "1. 散步0").messages[0]
    assert (opened.text.startswith("散步0【可报 余1000】"), opened.labels, opened.edits) == (
        True,
        ["报名"],
        1,
    )
    sure = place.press(LIN, "报名").messages[0]
    assert (sure.text.partition("\n")[0], sure.labels[0]) == ("报名「散步0」，1位，对吗？", "确认报名")
    place.telegram.press(LIN, "确认报名")
    place.telegram.until(lambda each: "报名成功" in each.chat(LIN).texts[-1])
    place.telegram.until(lambda each: not _shown(each.chat(LIN), sure.number).rows)
    assert place.telegram.state.spinning == []
    assert sum("报名成功" in text for text in place.telegram.chat(LIN).texts) == 1


def test_an_old_button_is_answered_politely(place: Town) -> None:
    place.say(HE, "有什么活动")
    place.telegram.until(lambda each: len(each.chat(HE).messages) == 2)
    place.press(HE, "1. 散步0")
    place.press(HE, "报名")
    place.say(HE, "取消")
    shown = place.press(HE, "确认报名").messages[0]
    assert shown.text == "请看下面，刚才那个按钮已经过期。"


def test_a_link_opens_what_it_names(place: Town) -> None:
    number = place.activities[3]
    place.telegram.say(MEI, f"/start show_{number}")
    place.telegram.until(lambda each: any("散步3" in text for text in each.chat(MEI).texts))
    # What a link says does nothing by itself.
    place.telegram.say(MEI, f"/start register_{number}")
    place.telegram.until(lambda each: len(each.chat(MEI).messages) >= 3)
    assert not any("几位" in text for text in place.telegram.chat(MEI).texts)


def test_a_group_is_answered_where_it_asks(place: Town) -> None:
    place.telegram.say(ANNA, "今晚吃什么", GROUP)
    shown = place.say(ANNA, f"/activities@{place.telegram.username}", GROUP)
    assert shown.labels[0] == "1. 散步0"
    # Somebody who presses there what is his own business reads it in private.
    place.say(ANNA, "/start")
    place.telegram.say(ANNA, "/mine", GROUP)
    place.telegram.until(lambda each: any("没有报名" in text for text in each.chat(ANNA).texts))
    assert len(place.telegram.chat(GROUP).messages) == 1


def test_what_is_no_text_is_answered_in_words(place: Town) -> None:
    place.telegram.say(WANG, None, photo=[{"file_id": "A"}])
    place.telegram.until(lambda each: any("照片收到了" in text for text in each.chat(WANG).texts))
    place.telegram.say(WANG, "取消报名", forward_date=1)
    place.telegram.until(lambda each: any("转发来的内容" in text for text in each.chat(WANG).texts))


def test_ones_own_contact_is_a_phone_number(place: Town) -> None:
    who = 5006
    contact = {"phone_number": "8613812345678", "first_name": "N", "user_id": who}
    place.telegram.say(who, None, contact=contact)
    place.telegram.until(lambda each: any("138****5678" in text for text in each.chat(who).texts))
    other = {**contact, "phone_number": "8613900001111", "user_id": 1}
    before = len(place.telegram.chat(who).messages)
    place.telegram.say(who, None, contact=other)
    place.telegram.until(lambda each: len(each.chat(who).messages) > before)
    assert not any("139****1111" in text for text in place.telegram.chat(who).texts)


def test_whoever_blocks_us_comes_back_by_writing(place: Town) -> None:
    who = 5007
    place.say(who, "你好")
    place.telegram.block(who)
    place.telegram.block(who, blocked=False)
    assert place.say(who, "有什么活动").text


def test_every_fault_of_telegram_is_survived(place: Town) -> None:
    """Also what each of them is told as, in the log."""
    # Each time somebody else: a message that was tried again is not taken for the answer to the next line.
    for who, fault in enumerate(FAULTS, 5100):
        place.telegram.fail("getUpdates", fault)
        place.telegram.fail("sendMessage", fault)
        place.telegram.fail("answerCallbackQuery", fault)
        place.say(who, "你好")
    place.telegram.update({"message": ["x"]})
    assert place.say(5008, "有什么活动").text


def _shown(chat: fakes.Chat, number: int) -> fakes.Shown:
    return next(each for each in chat.messages if each.number == number)


def test_without_its_secret_the_webhook_does_not_start(tmp_path: Path) -> None:
    build(tmp_path)
    with fakes.running() as telegram:
        given = environment(telegram, "webhook", free_port(), tmp_path)
        del given["LINLI_TELEGRAM__SECRET_TOKEN"]
        ran = linli("run", folder=tmp_path, environment=given)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("linli: telegram.secret_token: "), ran.stderr
    assert telegram.token not in ran.stderr


def test_check_asks_telegram(tmp_path: Path) -> None:
    build(tmp_path)
    with fakes.running() as telegram:
        ran = linli(
            "check", folder=tmp_path, environment=environment(telegram, "polling", free_port(), tmp_path)
        )
        assert "telegram: @linli_fake_bot answers" in ran.stdout
        assert "telegram: polling; no webhook is set; 0 updates wait" in ran.stdout
        wrong = {
            **environment(telegram, "polling", free_port(), tmp_path),
            "LINLI_TELEGRAM__TOKEN": "1:wrong",
        }
        ran = linli("check", folder=tmp_path, environment=wrong)
    assert ran.returncode != 0
    assert "telegram.token: Telegram does not know it" in ran.stdout + ran.stderr
    assert "1:wrong" not in ran.stdout + ran.stderr
