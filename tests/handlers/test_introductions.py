"""想联系: nobody reads a name or a number before both agree; either may take it back, and nobody answers for another."""

from pathlib import Path

from sqlalchemy import select, update

from models import erasure, introduction
from models.change import CHANGE
from models.database import transaction
from models.introduction import INTRODUCTION
from models.member import MEMBER
from models.notice import NOTICE
from models.offer import OFFER
from tests.chat import VAULT, Chat
from tests.handlers.offered import leave_number, load, offered, stand_down
from tests.handlers.officers import rows

__all__ = ["offered"]
BO, FENG = "13812345681", "13912345682"
ASKED = "同意联系吗？红枫文具想和您谈谈：护牙包 500份。您同意了，双方才看到彼此的称呼、单位和电话。"


def ask(say: Chat, who: str = "feng") -> str:
    """Feng would like to speak to whoever offers the kits; gives what he was answered."""
    say("contactoffer 2", who)
    return say.press("请对方联系我", who).text


def secret(text: str) -> bool:
    return not any(each in text for each in (BO, FENG, "柏经理", "冯经理"))


def test_both_read_name_organization_and_number_once_both_agreed(offered: Chat) -> None:
    say = offered
    leave_number(say, "bo", BO)
    leave_number(say, "feng", FENG)
    first = say("contactoffer 2", "feng")
    assert (first.did, secret(first.text)) == ("offer.contact", True)
    done = say.press("请对方联系我", "feng")
    assert done.text == "已经去问了，对方同意就告诉您，最多等14天。"
    asked = say.told()
    assert list(asked) == ["bo"]
    assert asked["bo"].text == ASKED
    # Who asked does not answer for the other, nor does anybody else.
    own = say("agreeintro 1", "feng")
    assert (own.did, own.text) == ("offer.agree", "请等对方答复，这一条是您提出的。")
    stranger = say("agreeintro 1", "he").text
    assert stranger == "请从资源里再点一次“想联系”，没有找到这一条。"
    assert say.told() == {}
    assert ask(say) == "不用再点，这一条已经有了：等对方答复。"
    assert say("agreeintro 1", "bo").text == "好的，对方的联系方式这就发给您。"
    told = say.told()
    assert told["bo"].text == f"双方都同意联系了。红枫文具，冯经理，电话：{FENG}"
    assert told["feng"].text == f"双方都同意联系了。白桦齿科，柏经理，电话：{BO}"
    # In the ledger there is no number in the clear.
    assert not any(
        BO in str(row.cards) or FENG in str(row.cards) for row in rows(say, select(NOTICE.c.cards))
    )
    assert say("agreeintro 1", "bo").text == "不用再点，这一条现在是：双方同意了。"
    assert say.told() == {}
    log = select(CHANGE.c.after).where(CHANGE.c.subject == "introduction")
    assert [row.after for row in rows(say, log)] == ["asked", "agreed"]


def test_the_guard_is_the_agreement_alone(offered: Chat) -> None:
    """The twin: the same row, were it agreed, gives the number that it keeps until then."""
    say = offered
    leave_number(say, "bo", BO)
    ask(say)
    with transaction(say.engine) as db:
        one = db.row(select(INTRODUCTION))
        assert one is not None
        assert introduction.revealed(db, one, one.from_id) is None
        db.run(update(INTRODUCTION).values(state="agreed"))
        agreed = db.row(select(INTRODUCTION))
        assert agreed is not None
        found = introduction.revealed(db, agreed, one.from_id)
    assert found is not None
    assert VAULT.open(found.phone) == BO


def test_it_is_refused_taken_back_or_not_answered(offered: Chat) -> None:
    say = offered
    leave_number(say, "bo", BO)
    ask(say)
    say.told()
    assert say("refuseintro 1", "bo").text == "好的，没有把您的联系方式给对方。"
    assert say.told()["feng"].text == "对方这次没有同意联系，看看别的吧。"
    # Who was refused does not ask the same again.
    say("contactoffer 2", "feng")
    assert say.press("请对方联系我", "feng").text == "不用再点，这一条已经有了：对方没有同意。"
    ask(say, "liu")
    asked = say.told()["bo"]
    assert say("dropintro 2", "liu").text == "收回了，联系方式没有给任何人。"
    assert say(asked.buttons["同意联系"], "bo").text == "不用再点，这一条现在是：收回了。"
    assert say.told() == {}
    ask(say, "he")
    told = say.told("2026-12-08T09:00:00+08:00")
    assert told["he"].text == "对方没有答复，看看别的吧。"
    assert [row.state for row in rows(say, select(INTRODUCTION.c.state).order_by(INTRODUCTION.c.id))] == [
        "refused",
        "withdrawn",
        "expired",
    ]


def test_who_left_no_number_writes_through_us(say: Chat, tmp_path: Path) -> None:
    load(say, tmp_path)
    assert "想让对方打电话给您，请先留手机号。" in ask(say)
    say("agreeintro 1", "bo")
    told = say.told()
    assert told["feng"].text == "双方都同意联系了。白桦齿科，柏经理。对方没有留电话，可以在这里留言。"
    say.press("给对方留言", "feng")
    assert say("请打13912345682，我们谈谈", "feng").text == "发给对方了。"
    assert say.told()["bo"].text == "冯经理给您留言：请打13912345682，我们谈谈"
    assert not any(FENG in str(row.cards) for row in rows(say, select(NOTICE.c.cards)))
    assert say("contactoffer 2", "bo").text == "不用联系，这一条是您自己登记的。"
    # About a project it is its officer who is asked.
    say("contactproj 2", "feng")
    say.press("请对方联系我", "feng")
    assert say.told()["officer"].text.startswith("同意联系吗？红枫文具想和您谈谈：项2「笑一笑」。")


def test_nobody_is_written_to_as_often_as_another_likes(offered: Chat) -> None:
    say = offered
    ask(say)
    say("dropintro 1", "feng")
    say.told()
    again = ask(say)
    assert again == "请12月7日 周一 09:10后再联系，这一条您收回过。"
    assert say.told() == {}
    say("contactoffer 3", "bo")
    say.press("请对方联系我", "bo")
    say.told()
    say("agreeintro 2", "feng")
    say.told()
    for nth in range(10):
        say("writeintro 2", "bo")
        assert say(f"第{nth}句", "bo").text == "发给对方了。"
    say("writeintro 2", "bo")
    assert say("还有一句", "bo").text == "请明天再写，今天已经给对方留了10次言。"
    told = say.told()["feng"]
    ended = say(told.buttons["不再联系"], "feng")
    assert (ended.did, ended.text[:13]) == ("offer.agree", "好的，对方不能再给您留言了")
    for who in ("bo", "feng"):
        assert say("writeintro 2", who).text == "不用再点，这一条现在是：不再联系了。"
    say("contactoffer 3", "bo")
    assert say.press("请对方联系我", "bo").text == "不用再点，这一条已经有了：不再联系了。"
    assert say.told("2026-11-24T09:10:00+08:00") == {}


def test_who_stands_for_them_no_more_neither_answers_nor_is_shown_as_theirs(offered: Chat) -> None:
    say = offered
    leave_number(say, "bo", BO)
    ask(say)
    say("contactoffer 3", "bo")
    say.press("请对方联系我", "bo")
    say.told()
    stand_down(say, "bo")
    assert say("agreeintro 1", "bo").text == "请白桦齿科现在的负责人来谈，这一条问的是他们。"
    assert say.told() == {}
    # What he asked before is his own wish, and not his company's any more.
    say("agreeintro 2", "feng")
    assert say.told()["feng"].text == f"双方都同意联系了。柏经理，电话：{BO}"
    # Nobody stands for the company now.
    say("contactoffer 2", "liu")
    nobody = say("contactoffer 2", "liu").text
    assert nobody.endswith("这一条没有登记联系人。")


def test_who_waits_for_somebody_who_left_is_told(offered: Chat) -> None:
    say = offered
    ask(say)
    asked = say.told()["bo"]
    with transaction(say.engine) as db:
        bo = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "bo"))
        erasure.erase(db, bo, say.clock.now())
    assert say.told()["feng"].text == "对方没有答复，看看别的吧。"
    assert say(asked.buttons["同意联系"], "liu").text.startswith("请从资源里再点一次")
    assert rows(say, select(INTRODUCTION)) == []


def test_what_is_over_is_nobodys_to_ask_for(offered: Chat) -> None:
    """The clock decides, also before the job has said so."""
    say = offered
    with transaction(say.engine) as db:
        db.run(update(OFFER).where(OFFER.c.code == "birch-kits").values(ends=say.clock.now()))
    assert say("contactoffer 2", "feng").text == "看看别的吧，这一条现在不公开了。"
