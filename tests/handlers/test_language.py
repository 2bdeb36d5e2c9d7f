"""Which language somebody is answered in, and that everything is then said in it."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from models import member
from models.database import transaction
from models.member import Language
from tests.chat import Chat, Said
from tests.conftest import PACK

SIMPLIFIED = "好的，之后都用简体中文。"
TRADITIONAL = "好的，之後都用繁體中文。"
ENGLISH = "All right, from now on we'll answer in English."
CHINESE = re.compile(r"[\u3400-\u9fff]+")
# The languages' own names, and what the organiser wrote; both stay in every language.
OWN_NAMES = ("简体中文", "繁體中文")
# One conversation past everything that there is to say so far, refusals and all.
TRANSCRIPT = (
    "/start", "hello", "人工", "language", "cancel", "activities", "1", "register", "呜哩哇啦", "哇啦呜哩", "呜哩哇啦",
    "cancel", "back", "show 1", "register 2", "no", "register 2", "1", "mine", "register 2", "register 3", "花生",
    "2", "9", "2", "1", "mine", "withdraw 2", "activities", "2", "withdraw 2", "1", "withdraw 2", "answer 1.1",
    "register 11", "register 10", "register 9", "register 8", "register 99", "similar 8", "周六有什么瑜伽", "more 1",
    "周六有什么活动", "3", "show 9", "show 12", "register 6", "六岁", "back", "back", "呜哩", "哩哇", "哇呜",
    "cancel", "profile", "livein", "海棠苑", "我搬到Mars了", "Venus", "cancel", "workat", "cancel",
    "forget 1", "forget 2", "forget 9", "phone", "12", "13812345678", "forget 3", "callme", "Lin", "forget 4", "likes", "瑜伽",
    "forget 5", "showparty", "hideparty", "news", "mute", "1", "allow 3", "disallow 4", "disallow 1", "不要再发讲座了",
    "mute 99", "unsubscribe", "news", "profile", "subscribe",
)  # fmt: skip


@pytest.fixture(scope="module")
def names() -> list[str]:
    """Names and what was written in the pack, longest first: no catalogue can have them."""
    pack = tomllib.loads(PACK.read_text("utf-8"))

    def strings(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for inner in value.values():
                yield from strings(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from strings(inner)

    return sorted({*strings(pack), *OWN_NAMES, "花生", "六岁"}, key=len, reverse=True)


def shown(said: Said) -> str:
    """Everything that the reader sees."""
    return "\n".join([said.text, *said.labels])


def without(names: list[str], words: str) -> str:
    for name in names:
        words = words.replace(name, "")
    return words


def said_to(say: Chat, who: str) -> Iterator[str]:
    for line in TRANSCRIPT:
        said = say(line, who)
        yield shown(said)
    say.at("2026-11-26T12:20:00+08:00")
    yield from (shown(say(line, who)) for line in ("activities", "register 2", "withdraw 3", "mine"))
    say.at("2026-12-20T12:20:00+08:00")
    yield shown(say("activities", who))


def language_of(say: Chat, code: str) -> str:
    with transaction(say.engine) as db:
        return str(db.value(select(member.MEMBER.c.language).where(member.MEMBER.c.code == code)))


# Setting it.


@pytest.mark.parametrize(
    ("line", "language", "answer"),
    [
        ("请用英文回复", "en", ENGLISH),
        ("说英语", "en", ENGLISH),
        ("English", "en", ENGLISH),
        ("English please", "en", ENGLISH),
        ("please answer in English", "en", ENGLISH),
        ("請用英文", "en", ENGLISH),
        ("请用繁体字回复", "zh-Hant", TRADITIONAL),
        ("用繁體中文", "zh-Hant", TRADITIONAL),
        ("說普通話", "zh-Hant", TRADITIONAL),
        ("switch to traditional Chinese", "zh-Hant", TRADITIONAL),
        ("请说中文", "zh-Hans", SIMPLIFIED),
        ("換成簡體", "zh-Hans", SIMPLIFIED),
        ("switch to Chinese", "zh-Hans", SIMPLIFIED),
    ],
)
@pytest.mark.parametrize("who", ["lin", "mei", "anna"])
def test_it_is_set_by_words_of_any_language(
    say: Chat, who: str, line: str, language: Language, answer: str
) -> None:
    said = say(line, who)
    assert (said.did, said.text) == ("language.set", answer)
    assert language_of(say, who) == language


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("1", SIMPLIFIED),
        ("2", TRADITIONAL),
        ("3", ENGLISH),
        ("繁体", TRADITIONAL),
        ("英文", ENGLISH),
        ("english", ENGLISH),
    ],
)
def test_it_is_set_by_menu(say: Chat, line: str, answer: str) -> None:
    say("菜单")
    asked = say.press("语言 Language")
    assert (asked.did, asked.text) == ("language.set", "用哪种语言？")
    assert asked.labels == ["简体中文", "繁體中文", "English", "返回", "取消"]
    said = say(line)
    assert (said.did, said.text) == ("language.set", answer)


def test_its_menu_is_in_the_new_language_at_once(say: Chat) -> None:
    assert say("请用英文回复").labels == [
        "Activities",
        "Services",
        "My events",
        "Report",
        "Profile",
        "My requests",
        "Community projects",
        "Change language",
    ]
    assert say("My events").did == "registration.list"
    assert say("换成繁体字").labels == [
        "找活動",
        "辦事",
        "我的報名",
        "反映問題",
        "我的資料",
        "我的訴求",
        "社區項目",
        "語言 Language",
    ]


def test_it_is_kept(say_on_both: Chat) -> None:
    say = say_on_both
    say("请用英文回复")
    say.restart()
    assert say("有什么讲座").text.startswith("Found 2 activities")


def test_a_form_goes_on_in_the_new_language(say: Chat) -> None:
    say("报名周四的瑜伽")
    said = say("请用英文回复")
    assert said.did == "language.set"
    assert said.messages[-1][1].text == "Register 1 person for “午间瑜伽”?"
    assert say("Yes, register").did == "activity.register"


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("周六有什么活动", "找到2场"),
        ("週六有什麼活動", "找到2場"),
        ("what's on this Saturday", "Found 2 activities"),
    ],
)
def test_a_newcomer_is_answered_in_the_language_of_the_first_line(say: Chat, line: str, start: str) -> None:
    assert say(line, "new").text.startswith(start)
    assert say("周六有什么活动", "new").text.startswith(start)


def test_in_a_group_everybody_is_answered_in_ones_own(say: Chat) -> None:
    assert say("有什么讲座", "anna", group="g1").text.startswith("Found 2 activities")
    assert say("有什么讲座", "mei", group="g1").text.startswith("找到2場")
    assert say("有什么讲座", "lin", group="g1").text.startswith("找到2场")


# Being said in it.


def test_everything_is_understood_in_every_language(say: Chat) -> None:
    def path(who: str, *lines: str) -> list[str]:
        return [say(line, who).did for line in lines]

    dids = [
        "activity.search", "activity.show", "activity.register", "activity.register", "registration.list",
        "activity.cancel", "activity.cancel", "help", "smalltalk",
    ]  # fmt: skip
    assert (
        path(
            "lin", "周四上午有什么活动", "show 5", "报名", "是", "我的报名", "取消报名", "好", "帮助", "你好"
        )
        == dids
    )
    assert (
        path(
            "mei", "週四上午有什麼活動", "show 5", "報名", "是", "我的報名", "取消報名", "好", "幫助", "你好"
        )
        == dids
    )
    assert (
        path(
            "anna", "what's on Thursday morning", "show 5", "Register", "yes", "my registrations",
            "Cancel registration", "yes", "help", "hello",
        )
        == dids
    )  # fmt: skip


def test_an_english_reader_sees_no_chinese_but_names(say: Chat, names: list[str]) -> None:
    seen = [CHINESE.findall(without(names, words)) for words in said_to(say, "anna")]
    assert [chinese for chinese in seen if chinese] == []


def test_a_reader_of_traditional_sees_no_simplified_but_names(say: Chat, names: list[str]) -> None:
    # Big5 has every Traditional character in use, and none that only Simplified writes.
    def simplified(words: str) -> list[str]:
        chinese = "".join(CHINESE.findall(without(names, words)))
        return [letter for letter in chinese if not letter.encode("cp950", "ignore")]

    assert [letters for words in said_to(say, "mei") if (letters := simplified(words))] == []


def test_what_was_written_in_the_pack_is_converted_and_names_are_not(say: Chat) -> None:
    text = say("show 1", "mei").text
    assert "午間瑜伽" in text
    assert "零基礎，自帶墊子" in text
    assert "云杉大厦服务站" in text
    assert "云杉联合工会" in text


def test_what_somebody_wrote_is_not_converted(say: Chat) -> None:
    say("register 3", "mei")
    assert "對什麼過敏嗎？ 花生酱" in say("花生酱", "mei").text


def test_the_transcript_passes_by_everything(say: Chat) -> None:
    """Where a new kind of answer is not in the transcript, the two tests above do not see it."""
    dids = {say(line, "anna").did for line in TRANSCRIPT}
    assert dids >= {
        "activity.cancel", "activity.register", "activity.search", "activity.show", "answer", "back", "cancel", "help",
        "language.set", "profile.edit", "profile.show", "registration.list", "smalltalk", "subscription.edit", "unknown",
    }  # fmt: skip
