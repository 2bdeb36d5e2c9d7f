"""The first meeting: the line is answered, then one card asks what may be left alone."""

import pytest
from sqlalchemy import func, select, update

from bot.inbound import Inbound
from models.consent import CONSENT
from models.database import transaction
from models.member import MEMBER
from tests.chat import Chat, Said
from tests.handlers.tea import CUPS, DRINK

LEAD = "初次见面。下面的可以不管，不填也照样办事。想填就点一下，随时能改。"
CARD = f"""{LEAD}

1. 住在哪里

2. 在哪里上班

3. 语言【简体中文】

4. 楼里和小区的通知【不收】
   停水、检修、演练这些

5. 活动推荐【不收】
   按您的兴趣和附近推荐

6. 意见征询【不收】
   社区的事，听听您的看法

7. 亮身份【别人看不到】
   名单里显示您所在的党组织"""


def cards(said: Said) -> list[str]:
    return [rendered.text for _, rendered in said.messages]


def asked(said: Said) -> bool:
    return any("初次见面" in text or "初次見面" in text or "Nice to meet you" in text for text in cards(said))


def test_the_first_line_is_answered_and_then_one_card_asks(say_on_both: Chat) -> None:
    said = say_on_both("周六有什么活动", "new")
    answered, card = cards(said)
    assert (said.did, said.refs) == ("activity.search", ["activity:sorting", "activity:full"])
    assert answered.startswith("找到2场")
    assert card.startswith(LEAD)
    assert [each.label for row in said.messages[1][1].rows for each in row] == [
        "4. 住在哪里", "5. 在哪里上班", "6. 语言", "7. 楼里和小区的通知", "8. 活动推荐", "9. 意见征询", "10. 亮身份",
    ]  # fmt: skip


def test_the_card_in_full(say: Chat) -> None:
    shown = cards(say("周六有什么活动", "new"))[1]
    for nth in range(1, 8):
        shown = shown.replace(f"\n{nth + 3}. ", f"\n{nth}. ")
    assert shown == CARD


@pytest.mark.parametrize(
    ("line", "lead", "labels"),
    [
        ("週六有什麼活動", "初次見面。下面的可以不管，不填也照樣辦事。想填就點一下，隨時能改。", ["4. 住在哪裡", "10. 亮身份"]),
        (
            "what's on this Saturday",
            "Nice to meet you. You can ignore everything below and still get the same help. "
            "To fill something in, tap it; you can change it any time.",
            ["4. Where I live", "10. Show Party membership"],
        ),
    ],
)  # fmt: skip
def test_it_is_in_the_language_of_the_newcomer(say: Chat, line: str, lead: str, labels: list[str]) -> None:
    said = say(line, "new")
    assert cards(said)[1].splitlines()[0] == lead
    shown = [button.label for row in said.messages[1][1].rows for button in row]
    assert [shown[0], shown[-1]] == labels


def test_it_comes_once(say_on_both: Chat) -> None:
    assert asked(say_on_both("你好", "new"))
    assert not asked(say_on_both("你好", "new"))
    say_on_both.restart()
    assert not asked(say_on_both("周六有什么活动", "new"))


def test_without_remembering_it_would_come_again(say: Chat) -> None:
    """The twin of `welcomed`."""
    say("你好", "new")
    with transaction(say.engine) as db:
        db.run(update(MEMBER).where(MEMBER.c.code.is_(None)).values(welcomed=None))
    assert asked(say("你好", "new"))


@pytest.mark.parametrize("who", ["lin", "anna", "mei", "officer"])
def test_members_of_a_pack_are_not_asked(say: Chat, who: str) -> None:
    assert not asked(say("你好", who))


def test_it_is_not_asked_in_a_group_but_alone_afterwards(say: Chat) -> None:
    assert not asked(say("周六有什么活动", "new", group="g1"))
    assert asked(say("周六有什么活动", "new"))


def test_it_waits_for_the_end_of_a_form(say: Chat) -> None:
    assert not asked(say("报名周四的瑜伽", "new"))
    assert not asked(say("周六有什么活动", "new"))
    done = say("确认报名", "new")
    assert (done.did, asked(done)) == ("activity.register", True)


@pytest.mark.usefixtures("order_tea")
def test_it_is_no_form_and_blocks_nothing(say: Chat) -> None:
    say("你好", "new")
    assert cards(say("点茶", "new")) == [DRINK]
    assert cards(say("龙井", "new")) == [CUPS]


def test_who_ignores_it_is_served_all_the_same(say: Chat) -> None:
    say("你好", "new")
    say("报名周四的瑜伽", "new")
    assert say("是", "new").text.startswith("报名成功")
    with transaction(say.engine) as db:
        assert db.value(select(func.count()).select_from(CONSENT)) == 0


@pytest.mark.parametrize(
    ("label", "did", "answer"),
    [
        ("住在哪里", "profile.edit", "您住在哪里？发小区或楼的名字，或者点一个。我们用来找附近的活动，给您发那里的通知；不填也行。"),
        ("在哪里上班", "profile.edit", "您在哪里上班？发楼或园区的名字，或者点一个。我们用来找附近的活动，给您发那里的通知；不填也行。"),
        ("语言", "language.set", "用哪种语言？"),
        ("楼里和小区的通知", "subscription.edit", "好的，有楼里和小区的通知就发给您。"),
        ("活动推荐", "subscription.edit", "好的，有活动推荐就发给您。"),
        ("意见征询", "subscription.edit", "好的，有意见征询就发给您。"),
        ("亮身份", "profile.edit", "好的，名单里会显示您所在的党组织。随时能收回，收回后别人就看不到。"),
    ],
)  # fmt: skip
def test_each_line_is_a_button(say_on_both: Chat, label: str, did: str, answer: str) -> None:
    say_on_both("周六有什么活动", "new")
    said = say_on_both(label, "new")
    assert (said.did, said.text) == (did, answer)


def test_its_numbers_go_on_after_those_of_the_answer(say: Chat) -> None:
    say("周六有什么活动", "new")
    assert say("2", "new").refs == ["activity:full"]
    say("周六有什么活动", "other")
    assert say("8", "other").text == "好的，有活动推荐就发给您。"


def test_consent_is_kept_for_each_purpose_with_its_version(say_on_both: Chat) -> None:
    say = say_on_both
    say("你好", "new")
    say("活动推荐", "new")
    say("你好", "new"), say("我的资料", "new")
    say("allow 5", "new")
    with transaction(say.engine) as db:
        rows = db.rows(select(CONSENT).order_by(CONSENT.c.id))
    assert [(row.purpose, row.version, row.given) for row in rows] == [
        ("recommendations", 1, True),
        ("surveys", 1, True),
    ]


def test_a_forwarded_first_line_is_answered_and_asked_too(say: Chat) -> None:
    said = say.send(Inbound("console", "new", "周六有什么活动", forwarded=True))
    assert (said.did, asked(said)) == ("unknown", True)
