"""What a company asks: the office is found by its own name, the number and the day of the answer come at once."""

from pathlib import Path

import pytest

from bot import community
from models.checking import CHECK
from models.need import NEED
from models.need_line import LINE
from models.notice import NOTICE
from tests import windows
from tests.chat import Chat
from tests.street import rows

SECOND = """
[[place]]
id = "estate-desk"
kind = "station"
name = "海棠企业站"
parent = "estate"
opening = "Mon-Fri 09:00-18:00"
functions = ["企业服务"]
"""


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    windows.load(say_on_both.engine, tmp_path)
    return say_on_both


def test_a_question_has_its_number_and_its_day_at_once_and_is_answered_here(say: Chat) -> None:
    sure = say("问杉管家：公司搬进来有什么补贴，电话13812345678", "boss")
    assert sure.text.startswith(
        "发给云杉企业服务站的杉管家企业服务吗？不公开，这个站和上级的工作人员看得到，回复发到这里。"
    )
    assert "公司：蕨叶科技" in sure.text
    assert (sure.did, sure.refs, rows(say, NEED.c.id)) == ("need.report", ["place:desk-station"], [])
    sent = say.press("发送", "boss")
    assert (sent.did, sent.refs) == ("need.report", ["need:1"])
    due = "明天 11月24日 周二 18:00"
    assert sent.text == f"转给云杉企业服务站的杉管家企业服务了，编号需1，{due}前给您第一次答复。"
    told = say.told()
    assert list(told) == ["steward"]
    assert told["steward"].text.startswith(f"有企业来问，{due}前请给第一次答复。")
    assert "13812345678" in told["steward"].text
    assert "13812345678" not in str(
        rows(say, LINE.c.text) + rows(say, NOTICE.c.cards) + rows(say, NEED.c.title)
    )
    assert rows(say, NEED.c.visibility, NEED.c.category) == [("private", "company")]
    # It never comes before those who check what everybody may read, and nobody else finds it.
    assert rows(say, CHECK.c.id) == []
    assert say("需1", "he").refs == say("大家反映的", "he").refs == []
    say.press("写答复", "steward")
    say("有，租金补三成，带执照来三楼。", "steward")
    answered = say.told()["boss"]
    assert answered.text == "需1「企业服务」有答复了：有，租金补三成，带执照来三楼。"
    say.press("解决了", "boss")
    assert rows(say, NEED.c.state)[0][0] in ("confirmed", "closed")


def test_what_nobody_answers_climbs(say: Chat) -> None:
    say("企业提问", "boss"), say("招人有没有补贴", "boss"), say.press("发送", "boss")
    say.told()
    late = say.told("2026-11-24T18:30:00+08:00")
    assert "请看看时间到了的诉求" in late["steward"].text
    above = say.told("2026-11-26T10:00:00+08:00")
    assert "officer" in above


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("咨询一下杉管家，租会议室怎么收费", "租会议室怎么收费"),
        ("杉管家，我们想招几个实习生", "我们想招几个实习生"),
        ("我想請教杉管家：稅收有優惠嗎", "稅收有優惠嗎"),
        ("企业提问：怎么申请高新企业", "怎么申请高新企业"),
    ],
)
def test_the_words_after_its_name_are_the_question(say: Chat, words: str, said: str) -> None:
    sure = say(words, "boss")
    assert (sure.did, sure.refs) == ("need.report", ["place:desk-station"])
    assert f"内容：{said}" in sure.text
    assert say.press("不发了", "boss").text == "好的，没有发。"
    assert rows(say, NEED.c.id) == []


def test_other_requests_stay_what_they_are(say: Chat) -> None:
    for words in ("找杉管家", "杉管家在哪里", "云杉企业服务站几点开门", "云杉大厦三楼的灯不亮"):
        said = say(words, "boss")
        assert said.did != "need.report" or "发给" not in said.text, words
        say("取消", "boss")


def test_of_several_offices_the_nearest_to_work_else_it_is_asked(say: Chat, tmp_path: Path) -> None:
    windows.load(say.engine, tmp_path, SECOND)
    assert "云杉企业服务站的杉管家企业服务" in say("企业提问", "boss").text
    asked = say("企业提问", "he")
    assert asked.labels[:2] == ["云杉企业服务站", "海棠企业站"]
    say.press("海棠企业站", "he")
    sure = say("怎么开发票", "he")
    assert "发给海棠企业站的企业服务吗" in sure.text


def test_where_no_office_helps_companies_it_says_so(say: Chat, tmp_path: Path) -> None:
    bare = windows.PACK.replace('"杉管家企业服务", ', "")
    (tmp_path / "bare.toml").write_text(bare, "utf-8")

    community.load(say.engine, [tmp_path / "bare.toml"])
    text = say("企业提问", "boss").text
    assert text == "请到服务站问一问，这里还没有专门服务企业的人。"
