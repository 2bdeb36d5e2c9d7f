"""What we know of somebody: shown on one card, changed in words or by buttons, taken back at once."""

import logging

import pytest
from sqlalchemy import insert, select
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from bot import community
from bot.inbound import Inbound
from models import consent, phone, profile
from models.consent import CONSENT
from models.database import transaction
from models.member import MEMBER, MEMBERSHIP
from models.organization import ORGANIZATION
from tests.chat import VAULT, Chat
from tests.conftest import PACK

PHONE = "13812345678"
KEPT = "加密保存，只在办您的事时联系您。"
CARD = """您的资料，点哪一样就改哪一样。
别人在名单里只看到：林一

1. 称呼：林一

2. 住处：没填

3. 单位：云杉大厦

4. 手机：没填

5. 语言：简体中文

6. 兴趣：瑜伽

7. 亮身份【别人看不到】
   名单里显示您所在的党组织

8. 收的消息：楼里和小区的通知、活动推荐、意见征询"""


def key_of(say: Chat, code: str = "lin") -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def line(say: Chat, nth: int, who: str = "lin") -> str:
    """The nth line of the card."""
    shown = say("我的资料", who).text.split("\n\n")
    return next(each for each in shown if each.startswith(f"{nth}. "))


def holds(say: Chat, purpose: str, code: str = "lin") -> bool:
    key = key_of(say, code)
    with transaction(say.engine) as db:
        return consent.holds(db, key, purpose)


# The card.


@pytest.mark.parametrize(
    "said", ["看看我的资料", "我的资料", "我的資料", "查看个人资料", "修改资料", "我的手机号是多少", "Show my profile", "profile"]
)  # fmt: skip
def test_one_card_shows_all(say: Chat, said: str) -> None:
    shown = say(said)
    assert (shown.did, shown.text, shown.refs) == ("profile.show", CARD, [])
    assert shown.labels[-2:] == ["导出我的数据", "删除我的数据"]
    assert [shown.buttons[label] for label in shown.labels] == [
        "callme", "livein", "workat", "phone", "language", "likes", "showparty", "news", "export", "erase",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "lines"),
    [
        ("mei", ["您的資料，點哪一樣就改哪一樣。", "別人在名單裡只看到：梅三", "1. 稱呼：梅三", "3. 單位：云杉大厦", "7. 亮身份【別人看不到】"]),
        ("anna", ["Your profile. Tap a line to change it.", "In lists, others see only: Anna", "1. Name: Anna", "3. Work: 云杉大厦", "7. Show Party membership [hidden from others]"]),
    ],
)  # fmt: skip
def test_it_is_said_in_every_language(say: Chat, who: str, lines: list[str]) -> None:
    assert set(lines) <= set(say("我的资料", who).text.splitlines())


def test_nobody_else_is_ever_on_it(say: Chat) -> None:
    say("我的手机号是13912345678", "he")
    shown = say("把所有人的资料和手机号列出来")
    assert "何二" not in shown.text
    assert "5678" not in shown.text


def test_nobody_in_a_group_sees_it(say: Chat) -> None:
    assert say("我的资料", group="g1").to == ["lin"]


# The phone number.


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("我的手机号是13812345678", "138****5678"),
        ("我的手机號是 138 1234 5678", "138****5678"),
        ("我电话换了，13812345678", "138****5678"),
        ("把我的手机号改成13812345678", "138****5678"),
        ("我的电话是021-64331234", "021-****1234"),
        ("my phone number is 13812345678", "138****5678"),
    ],
)
def test_a_number_is_kept_sealed_and_shown_masked(say_on_both: Chat, words: str, shown: str) -> None:
    say = say_on_both
    said = say(words)
    assert (said.did, said.text) == ("profile.edit", f"记下了：{shown}。{KEPT}")
    assert line(say, 4) == f"4. 手机：{shown}"
    with transaction(say.engine) as db:
        row = profile.find(db, db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin")))
    opened = VAULT.open(row.phone)
    assert opened is not None
    assert row.phone_digest == VAULT.digest(opened)
    assert opened not in row.phone


def test_it_is_asked_for_and_checked(say: Chat) -> None:
    asked = say("改手机号")
    question = "您的手机号是多少？加密保存，只在办您的事时联系您；不填也行。"
    assert (asked.did, asked.text) == ("profile.edit", question)
    wrong = say("1381234567")
    unreadable = "请再看看这个号码，我们没认出来。手机号是11位，座机请加区号，比如“021-64331234”。"
    assert wrong.text == f"{unreadable}\n{question}"
    assert say(PHONE).text == f"记下了：138****5678。{KEPT}"
    refused = say("我的手机号是1381234567")
    assert (refused.did, refused.text, refused.labels) == ("profile.edit", unreadable, ["填手机号"])


@pytest.mark.parametrize(
    "words", ["删掉我的手机号", "把我的手机号删了", "不要存我的电话了", "delete my phone number"]
)
def test_a_number_is_taken_back(say_on_both: Chat, words: str) -> None:
    say = say_on_both
    say(f"我的手机号是{PHONE}")
    said = say(words)
    assert (said.did, said.text) == ("profile.edit", "手机号删掉了，不再用它联系您。")
    assert line(say, 4) == "4. 手机：没填"
    with transaction(say.engine) as db:
        row = db.row(select(MEMBER.c.phone, MEMBER.c.phone_digest).where(MEMBER.c.code == "lin"))
    assert row == (None, None)
    assert not holds(say, "phone")


def _stored(say: Chat) -> str:
    """All that is in the database."""
    with transaction(say.engine) as db:
        tables = SQLModel.metadata.sorted_tables
        return repr([[tuple(row) for row in db.rows(select(table))] for table in tables])


def test_it_stands_nowhere_in_the_clear(say_on_both: Chat, caplog: pytest.LogCaptureFixture) -> None:
    """In no memory, no kept reply, no history of a chat, no log: neither said at once nor in a form."""
    say, lines = say_on_both, ("改手机号", "138 1234", "138 1234 5678", f"我的手机号是{PHONE}", "我的资料")
    with capture_logs() as logs, caplog.at_level(logging.DEBUG):
        for nth, words in enumerate(lines):
            say.send(Inbound("page", "browser", words, message=f"m{nth}", history=True))
    assert "138****5678" in _stored(say)
    for written in (_stored(say), repr(logs), caplog.text):
        assert PHONE not in written
        assert "138 1234 5678" not in written


def test_in_a_form_that_asks_for_other_things_it_would_stay(
    say: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: an answer that is not the last one waits in memory, where nobody seals it."""
    monkeypatch.setattr(phone, "seal_in", lambda stored, _vault: stored)
    say("register 3")
    say(PHONE)
    assert PHONE in _stored(say)


# Name and interests.


@pytest.mark.parametrize(
    ("words", "name"),
    [("叫我小金", "小金"), ("我叫周敏", "周敏"), ("以后叫我老王就行", "老王"), ("Call me Tom", "Tom"), ("请叫我 Tom Lee", "Tom Lee")],
)  # fmt: skip
def test_a_name_is_said(say: Chat, words: str, name: str) -> None:
    said = say(words)
    assert (said.did, said.text) == ("profile.edit", f"好的，{name}，记下了。")
    assert line(say, 1) == f"1. 称呼：{name}"


@pytest.mark.parametrize(
    "words", ["叫我怎么办", "叫我师傅来修", "我叫了快递", "call me when it starts", "你叫什么"]
)
def test_what_is_no_name_is_none(say: Chat, words: str) -> None:
    say(words)
    assert line(say, 1) == "1. 称呼：林一"


def test_a_name_is_asked_for_and_taken_back(say: Chat) -> None:
    assert say("改名字").text == "怎么称呼您？"
    assert say("长" * 21).text == "称呼请写短一些，最多20个字。\n怎么称呼您？"
    assert say("林大").text == "好的，林大，记下了。"
    assert say.press("删掉").text == "称呼删掉了。"
    assert say("我的资料").text.splitlines()[1] == "别人在名单里只看到：一位邻居"


def test_interests_are_said_and_taken_back(say: Chat) -> None:
    said = say("我喜欢摄影和烘焙")
    assert (said.did, said.text) == ("profile.edit", "记下了，您喜欢：瑜伽、摄影、烘焙。")
    assert say.press("删掉").text == "兴趣删掉了，不再按它推荐。"
    assert line(say, 6) == "6. 兴趣：没填"
    assert say("改兴趣").text == "您喜欢什么？比如瑜伽、摄影、亲子。"
    assert say("钓鱼、养花").text.startswith("记下了，您喜欢：")


def test_a_newcomer_may_be_told_of_what_he_likes(say: Chat) -> None:
    say("你好", "new")
    assert say("我喜欢瑜伽", "new").labels == ["有活动告诉我", "删掉", "我的资料"]
    assert say.press("有活动告诉我", "new").text == "好的，有活动推荐就发给您。"
    assert say("我喜欢摄影", "new").labels == ["删掉", "我的资料"]


# Party membership.


@pytest.fixture
def in_party(say: Chat) -> Chat:
    """lin belongs to a party branch."""
    with transaction(say.engine) as db:
        branch = db.insert(insert(ORGANIZATION), code="branch", kind="party", name="云杉党支部", aliases=[])
        lin = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
        db.run(insert(MEMBERSHIP), member_id=lin, organization_id=branch)
    return say


def test_it_is_hidden_until_it_is_shown_and_gone_once_it_is_hidden(in_party: Chat) -> None:
    say = in_party

    def seen() -> list[str]:
        return [say("我的资料").text.splitlines()[1], line(say, 7)]

    hidden = ["别人在名单里只看到：林一", "7. 亮身份【别人看不到】\n   云杉党支部"]
    assert seen() == hidden
    said = say("亮身份")
    assert (said.did, said.text) == (
        "profile.edit",
        "好的，名单里会显示您所在的党组织。随时能收回，收回后别人就看不到。",
    )
    assert seen() == ["别人在名单里只看到：林一、云杉党支部", "7. 亮身份【别人能看到】\n   云杉党支部"]
    assert say("7").text == "好的，从现在起，别人在名单里看不到您的党组织。"
    assert seen() == hidden


@pytest.mark.parametrize(
    "words", ["不亮身份", "不要亮身份了", "取消亮身份", "收回亮身份", "隐藏党员身份", "不想让别人知道我是党员", "hide my party membership"]
)  # fmt: skip
def test_it_is_hidden_in_words(in_party: Chat, words: str) -> None:
    in_party("亮身份")
    assert in_party(words).did == "profile.edit"
    assert not holds(in_party, "party")


@pytest.mark.parametrize("words", ["forget 9", "forget"])
def test_what_cannot_be_forgotten_is_told(say: Chat, words: str) -> None:
    assert say(words).text == "请看看“我的资料”，没有找到这一项。"


# A pack that is loaded again.


def _works_after_reload(say: Chat) -> bool:
    community.load(say.engine, [PACK])
    with transaction(say.engine) as db:
        return db.value(select(MEMBER.c.work_id).where(MEMBER.c.code == "lin")) is not None


def test_what_was_taken_back_does_not_come_back_with_the_pack(say_on_both: Chat) -> None:
    say = say_on_both
    assert _works_after_reload(say) is True
    with transaction(say.engine) as db:
        lin = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
        profile.leave(db, lin, "work", say.clock.now())
    assert _works_after_reload(say) is False


# Said with courtesies, said alone, said as a no.


@pytest.mark.parametrize("tail", ["，谢谢", "，麻烦记一下", "。谢谢您", "，请帮我更新一下"])
def test_a_number_comes_with_courtesies(say: Chat, tail: str) -> None:
    assert say(f"我的手机号是{PHONE}{tail}").text == f"记下了：138****5678。{KEPT}"


def test_the_number_alone_is_asked_for_or_shown_and_is_used_no_more(say: Chat) -> None:
    assert say("我的手机号").text.startswith("您的手机号是多少？")
    say(PHONE)
    shown = say("我的手机号")
    assert (shown.text, shown.labels) == (
        "您的手机号是138****5678。要换就点一下。",
        ["改手机号", "删掉", "我的资料"],
    )
    assert say("别再用我的手机号").text == "手机号删掉了，不再用它联系您。"
    assert line(say, 4) == "4. 手机：没填"


def test_what_is_agreed_is_shown_and_each_taken_back(say_on_both: Chat) -> None:
    say = say_on_both
    said = say("撤回同意")
    assert said.text.splitlines()[0] == "这些是您同意的，点哪一样就撤回哪一样："
    assert [each for each in said.text.splitlines() if each[:1].isdigit()] == [
        "1. 住处和单位", "2. 手机号", "3. 楼里和小区的通知", "4. 活动推荐", "5. 意见征询",
    ]  # fmt: skip
    assert say("1").text == "住处和单位都删掉了。"
    for button in ("forget 3", "disallow 3", "disallow 4", "disallow 5"):
        say(button)
    assert not any(holds(say, purpose) for purpose in consent.PURPOSES)
    assert say("取消授权").text == "现在没有您同意的事，不用撤回。"


@pytest.mark.parametrize("words", ["亮身份怎么关", "把我的身份藏起来"])
def test_party_membership_is_hidden_in_plain_words(in_party: Chat, words: str) -> None:
    in_party("亮身份")
    assert in_party(words).text == "好的，从现在起，别人在名单里看不到您的党组织。"
    assert not holds(in_party, "party")


def test_a_no_to_a_new_name_is_no_name(say: Chat) -> None:
    say("改称呼")
    assert say("不要改称呼").text == "好的，称呼没有改。"
    say("改称呼")
    assert say(f"小林{PHONE}").text == "称呼请写名字，比如“小王”。手机号放在这里，别人会看到。\n怎么称呼您？"
    say("取消")
    assert line(say, 1) == "1. 称呼：林一"


def test_who_agreed_to_another_wording_is_asked_again(say: Chat) -> None:
    key = key_of(say)
    with transaction(say.engine) as db:
        for purpose in ("phone", "surveys"):
            db.insert(
                insert(CONSENT), member_id=key, purpose=purpose, version=0, given=True, at=say.clock.now()
            )
    assert line(say, 4) == "4. 手机：没填【说明改了，请再定一次】"
    assert "3. 意见征询【说明改了，请再定一次】" in say("收哪些消息").text
    assert say("3").text == "好的，有意见征询就发给您。"
    assert "3. 意见征询【收】" in say("收哪些消息").text
    say(f"我的手机号是{PHONE}")
    assert line(say, 4) == "4. 手机：138****5678"


def test_what_he_said_since_is_not_told_otherwise_by_an_old_pack(say_on_both: Chat) -> None:
    say = say_on_both
    for line in ("叫我小林", "我喜欢钓鱼", "English please"):
        say(line)
    community.load(say.engine, [PACK])
    with transaction(say.engine) as db:
        row = db.row(select(MEMBER).where(MEMBER.c.code == "lin"))
    assert row is not None
    assert (row.name, "钓鱼" in row.interests, row.language) == ("小林", True, "en")
    # What he said nothing of is as the pack has it.
    assert row.work_id is not None


def test_a_phone_number_is_no_interest(say: Chat) -> None:
    assert "13812345678" not in say("我喜欢138 1234 5678").text
    with transaction(say.engine) as db:
        assert db.value(select(MEMBER.c.interests).where(MEMBER.c.code == "lin")) == ["瑜伽"]
