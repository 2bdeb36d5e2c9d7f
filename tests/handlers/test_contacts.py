"""The named person of an activity: on its card, and asked without anybody's number."""

from sqlalchemy import select, update

from models import erasure
from models.activity import ACTIVITY
from models.database import transaction
from models.member import MEMBER
from tests.chat import VAULT, Chat
from tests.handlers.officers import rows


def make_contact(say: Chat, who: str, code: str = "coffee") -> None:
    with transaction(say.engine) as db:
        key = db.value(select(MEMBER.c.id).where(MEMBER.c.code == who))
        db.run(update(MEMBER).where(MEMBER.c.id == key).values(phone=VAULT.seal("13812345678")))
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == code).values(contact_id=key))


def test_without_a_contact_it_is_the_nearest_officer(say: Chat) -> None:
    shown = say("手冲咖啡体验详情")
    assert "联系人：站长" in shown.text
    assert "问联系人" in shown.labels
    # Of himself nobody asks, and where nobody is staff nobody is named.
    assert "问联系人" not in say("手冲咖啡体验详情", "officer").labels
    assert "联系人" not in say("晨练太极详情").text


def test_the_question_goes_to_the_contact_who_is_no_officer_too(say_on_both: Chat) -> None:
    say = say_on_both
    make_contact(say, "he")
    shown = say("手冲咖啡体验详情")
    assert "联系人：何二" in shown.text
    assert "138" not in shown.text
    asked = say.press("问联系人")
    assert (asked.did, asked.text) == (
        "question.ask",
        "请说要问何二的，关于「手冲咖啡体验」。",
    )
    assert say("要自己带杯子吗").text == "已经转给何二，一有回复就发到这里。"
    told = say.told()["he"]
    assert told.text.startswith("请回复林一，说的是“手冲咖啡体验”：\n要自己带杯子吗")
    # It lies in an inbox of his own, where it is answered and closed as by an officer, and nobody else's does.
    assert say("收件箱", "he").labels[0] == "回复"
    say("回复", "he")
    say("不用带", "he")
    assert say.told()["lin"].text.startswith("何二回复您：\n不用带")
    assert say("办结1", "he").text == "办结了。"
    assert say("收件箱", "he").text == "收件箱是空的，现在没有人在等回复。"
    assert say("收件箱").text == "请到服务站问一问，这件事您在这里还不能办。"


def test_the_confirmation_names_him_and_a_sentence_finds_him(say: Chat) -> None:
    make_contact(say, "he")
    say("报名手冲咖啡体验")
    say("跳过")
    assert "联系人：何二" in say.press("确认报名").text
    assert say("手冲咖啡体验的联系人是谁").text.startswith("请说要问何二的")
    say("取消")
    assert say("ask the contact of 手冲咖啡体验").did == "question.ask"


def test_who_is_erased_is_nobodys_contact(say: Chat) -> None:
    make_contact(say, "he")
    with transaction(say.engine) as db:
        erasure.erase(db, db.value(select(MEMBER.c.id).where(MEMBER.c.code == "he")), say.clock.now())
    assert [row.contact_id for row in rows(say, select(ACTIVITY).where(ACTIVITY.c.code == "coffee"))] == [
        None
    ]
    assert "联系人：站长" in say("手冲咖啡体验详情").text
