"""What members wrote waits for a person before others read it; what is clearly bad does not even wait."""

import pytest
from sqlalchemy import select

from models import checking, duty, local_words
from models.change import CHANGE
from models.checking import CHECK
from models.database import transaction
from models.need_line import LINE
from tests.chat import Chat
from tests.handlers.needs import WORDS, reported
from tests.handlers.officers import rows


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("加 微-信 abc，代开发票", ("advertisement", True)),
        ("物业都是脑残", ("insult", True)),
        ("我的身份证310101199001011237", ("identity", True)),
        ("打13800138000找我", ("phone", False)),
        ("3号楼302室漏水", ("room", False)),
        ("钱阿姨家漏水", ("name", False)),
        (WORDS, (None, False)),
        ("sealed:abc", ("phone", False)),
    ],
)
def test_the_local_words(words: str, found: tuple[str | None, bool]) -> None:
    assert local_words.judge(words) == found


def test_a_person_looks_before_others_read(say_on_both: Chat) -> None:
    say = say_on_both
    number = reported(say, picture="lamp.jpg")
    say.at("2026-11-23T12:10:00+08:00")
    queue = say("待核对", "officer")
    assert (queue.did, queue.refs) == ("staff.check", [f"need:{number}"])
    assert queue.text.startswith("等核对的有1条，最久的等了3小时。")
    assert WORDS in queue.text
    one = say.press("核对", "officer")
    assert one.labels[:4] == ["可以公开", "只公开文字", "改了再公开", "不要公开"]
    assert "具体位置：三楼靠电梯" in one.text
    assert [each.kind for _, shown in one.messages for each in shown.attachments] == ["image"]
    done = say.press("只公开文字", "officer")
    assert done.text == "文字公开了，照片没有公开。"
    shown = say(f"need {number}", "he")
    assert WORDS in shown.text
    assert [each for _, each in shown.messages if each.attachments] == []
    assert say("待核对", "officer").text == "都核对过了，现在没有等核对的。"
    assert say(f"onlywords {_key(say)}", "officer").text == "不用再点，这一条已经核对过了。"
    assert say.told() == {}
    # Later it is hidden after all; nothing is deleted, and its author hears of it.
    assert say(f"notshow {_key(say)}", "officer").text.startswith("没有公开，写的人会收到一句话。")
    assert WORDS not in say(f"need {number}", "he").text
    assert WORDS in say(f"need {number}").text
    assert say.told()["lin"].text.startswith("请放心，您写的照样在办。")
    assert say.told() == {}


def _key(say: Chat) -> int:
    return int(rows(say, select(CHECK.c.id))[-1].id)


def test_an_edited_text_keeps_the_original(say_on_both: Chat) -> None:
    say = say_on_both
    number = reported(say, "钱阿姨家门口的灯不亮，电话13800138000")
    say("待核对", "officer")
    assert "里面有：电话号码" in say.press("核对", "officer").text
    say.press("改了再公开", "officer")
    assert say("三楼一户门口的灯不亮", "officer").text == "按您改的公开了，原文还在。"
    seen = say(f"need {number}", "he").text
    assert "三楼一户门口的灯不亮" in seen
    assert "钱阿姨" not in seen
    assert "13800138000" not in seen
    assert say("有没有人报过钱阿姨", "he").refs == []
    assert "钱阿姨家门口的灯不亮，电话13800138000" in say(f"need {number}", "officer").text
    assert rows(say, select(LINE.c.checked))[0].checked == "passed"
    moves = rows(say, select(CHANGE.c.before, CHANGE.c.after).where(CHANGE.c.subject == "check"))
    assert [tuple(each) for each in moves] == [(None, "waiting"), ("waiting", "passed")]


def test_only_staff_of_the_place_look(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    number = reported(say)
    assert say("待核对", "he").text == "请找服务站的工作人员，公开之前由他们核对。"
    assert say(f"mayshow {_key(say)}", "he").text == "请找站长，云杉大厦的事由工作人员办。"
    assert WORDS not in say(f"need {number}", "anna").text
    # The twin: without the scope anybody would pass anything.
    monkeypatch.setattr(duty, "check", lambda *_: None)
    say(f"mayshow {_key(say)}", "he")
    assert WORDS in say(f"need {number}", "anna").text


def test_what_others_cannot_read_is_not_looked_at(say: Chat) -> None:
    reported(say, visibility="private")
    assert say("待核对", "officer").text == "都核对过了，现在没有等核对的。"
    with transaction(say.engine) as db:
        assert checking.overall(db).count == 0


def test_a_whole_need_is_hidden_and_shown_again(say_on_both: Chat) -> None:
    say = say_on_both
    number = reported(say)
    say(f"隐藏 {number}", "officer")
    assert say("needsearch", "he").refs == []
    assert say(f"need {number}", "he").text.startswith("请再看看编号")
    assert say(f"need {number}").refs == [f"need:{number}"]
    say(f"unconceal {number}", "officer")
    assert say("needsearch", "he").refs == [f"need:{number}"]
    assert say(f"conceal {number}", "he").text == "请找站长，云杉大厦的事由工作人员办。"


def test_the_number_of_an_identity_card_is_masked_whoever_lets_it_pass(say: Chat) -> None:
    number = reported(say, "灯坏了，登记我的身份证310101199001011237")
    assert "我的身份证310101199001011237" in say("check 1", "officer").text
    say("mayshow 1", "officer")
    assert "身份证310101**********37" in say(f"need {number}", "he").text
    assert "身份证310101199001011237" in say(f"need {number}").text
