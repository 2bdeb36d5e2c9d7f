"""Staff get in: an administrator gives a code, and the account that says it is that person from then on."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from handlers import accounts
from handlers.talk import Talk
from models import invite
from models.card import Card
from models.change import CHANGE
from models.database import transaction
from models.delivery import DELIVERY
from models.invite import WRONG_CODE
from models.member import ADDRESS, MEMBER, ROLE
from models.notice import NOTICE
from models.refusal import Refusal
from models.text import Text
from tests.chat import VAULT, Chat, Said
from tests.conftest import NOW

WRONG = "请再看看这个码。它不对，或者用过了、过期了。"
LOCKED = "请在今天 11月23日 周一 09:25以后再试，说错的码太多了。"
NOT_ALLOWED = "请到服务站问一问，这件事您在这里还不能办。"
IN = "关联好了，站长。\n您的职责：云杉大厦工作人员。\n以后的通知都发到这里；想换，就在另一个账号说“通知发到这里”。"


@pytest.fixture
def boss(say: Chat) -> Chat:
    """In this chat lin administers the community."""
    return appoint(say)


def appoint(say: Chat) -> Chat:
    with transaction(say.engine) as db:
        key = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
        db.insert(insert(ROLE), member_id=key, kind="administrator")
    return say


def code_in(said: Said) -> str:
    return str(re.findall(r"\d{3} \d{3} \d{3}", said.text)[0])


def given(say: Chat) -> str:
    """A code for the officer."""
    with transaction(say.engine) as db:
        key = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "officer"))
        return str(invite.make(db, VAULT, key, None, "staff", say.clock.now()))


def codes_of(say: Chat, *handles: str) -> list[str | None]:
    """Whom of the pack these addresses belong to."""
    with transaction(say.engine) as db:
        found = {
            row.key: row.code
            for row in db.rows(
                select(ADDRESS.c.key, MEMBER.c.code).join(MEMBER, MEMBER.c.id == ADDRESS.c.member_id)
            )
        }
    return [found[handle] for handle in handles]


def misses(say: Chat) -> int:
    with transaction(say.engine) as db:
        return len(db.rows(select(WRONG_CODE)))


# Giving.


def test_an_administrator_gives_a_code_and_it_gets_the_right_one_in(boss: Chat) -> None:
    say = boss
    assert say("邀请").text == "邀请谁？请发名字，或者社区资料里的编号。"
    asked = say("站长")
    assert (asked.did, asked.text) == (
        "answer",
        "给站长发邀请码吗？谁用它，谁就是站长，职责有：云杉大厦工作人员。",
    )
    done = say.press("发邀请码")
    ((_, shown),) = done.messages
    code = code_in(done)
    assert (done.did, shown.attachments[0].kind) == ("staff.invite", "qr")
    assert shown.attachments[0].says == f"join {code.replace(' ', '')}"
    entered = say(code, "stranger", channel="telegram")
    assert (entered.did, entered.text) == ("account.join", IN)
    assert codes_of(say, "stranger") == ["officer"]


@pytest.mark.parametrize("line", ["邀请 站长", "邀请站长", "邀请officer", "invite officer", "我要邀请站长。"])
def test_whom_may_be_said_at_once(boss: Chat, line: str) -> None:
    assert boss(line).text.startswith("给站长发邀请码吗？")
    assert boss("先不发").text == "好的，没有发。"


def test_a_name_that_is_none_is_asked_again(boss: Chat) -> None:
    asked = boss("邀请 老王").text
    assert asked.startswith("请再看看名字，社区资料里没有“老王”。\n邀请谁？")
    assert boss("还是老王").text.startswith("请再看看名字，社区资料里没有“还是老王”。\n")
    assert boss("梅三").text == "给梅三发邀请码吗？谁用它，谁就是梅三。"


def test_of_two_with_one_name_the_id_decides(boss: Chat) -> None:
    with transaction(boss.engine) as db:
        db.run(MEMBER.update().where(MEMBER.c.code == "mei").values(name="站长"))
    assert boss("邀请 站长").text.startswith("请发编号，有几位叫这个名字：mei、officer\n")
    assert boss("mei").text.startswith("给站长发邀请码吗？")


@pytest.mark.parametrize("line", ["邀请", "邀请 站长", "invite", "撤销邀请", "uninvite 1"])
def test_others_may_not(say: Chat, line: str) -> None:
    said = say(line)
    assert (said.did, said.messages[0][1].text) == ("staff.invite", NOT_ALLOWED)
    with transaction(say.engine) as db:
        assert invite.open_ones(db, NOW) == []


def test_a_code_never_stands_in_a_group(boss: Chat) -> None:
    boss("邀请 站长")
    said = boss("发邀请码")
    assert said.to == ["lin"]
    asked = boss("邀请 站长", group="g1")
    assert asked.to == ["lin"]


# Revoking.


def test_a_code_is_revoked_by_its_button_and_by_name(boss: Chat) -> None:
    boss("邀请 站长")
    code = code_in(boss.press("发邀请码"))
    assert boss.press("撤销邀请").text == "撤销了，站长的邀请码不能用了。"
    assert boss(code, "stranger").messages[0][1].text == WRONG
    for line in ("撤销邀请 站长", "撤销站长的邀请码", "收回站长的邀请"):
        given(boss)
        assert boss(line).text == "撤销了，站长的邀请码不能用了。"
    assert boss("撤销邀请").text == "没有要撤销的，没用过的邀请码一个也没有。"


def test_which_one_is_asked_where_there_are_several(boss: Chat) -> None:
    given(boss)
    boss("邀请 梅三"), boss("发邀请码"), boss("你好")
    asked = boss("撤销邀请")
    assert asked.labels[:2] == [f"{name}，明天 11月24日 周二 09:10前有效" for name in ("站长", "梅三")]
    assert boss("2").text == "撤销了，梅三的邀请码不能用了。"
    with transaction(boss.engine) as db:
        assert [row.name for row in invite.open_ones(db, NOW)] == ["站长"]
        changes = db.rows(select(CHANGE).where(CHANGE.c.after == "invite revoked"))
        assert [(row.subject, row.before) for row in changes] == [("member", "invited")]


# Saying it.


@pytest.mark.parametrize(
    "form",
    [
        "{plain}", "{code}", "{dashed}", "{wide}", "邀请码 {plain}", "我的邀请码是{code}", "邀请码：{wide}。",
        "code {plain}", "My code is {code}.", "join {plain}", "join {code}", "{commas}", "{dictated}", "邀请码号码是{code}",
        "验证码{plain}",
    ],
)  # fmt: skip
def test_a_code_is_heard_in_many_ways(say: Chat, form: str) -> None:
    code = given(say)
    plain = code.replace(" ", "")
    wide = plain.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    dictated = plain.translate({ord(str(digit)): "零幺二三四五六七八九"[digit] for digit in range(10)})
    commas, dashed = code.replace(" ", "，"), code.replace(" ", "-")
    line = form.format(code=code, plain=plain, dashed=dashed, wide=wide, commas=commas, dictated=dictated)
    said = say(line, "stranger")
    assert (said.did, said.text) == ("account.join", IN)


@pytest.mark.parametrize(
    "line", ["我的电话号码是123456789", "1234567890", "12345678", "快递单号12345678901234"]
)
def test_other_numbers_are_no_codes(say: Chat, line: str) -> None:
    assert say(line).did != "account.join"
    assert misses(say) == 0


@pytest.mark.parametrize("answers", [(), ("龙井",), ("龙井", "2")], ids=["words", "number", "choice"])
@pytest.mark.parametrize("form", ["{code}", "邀请码 {code}"])
@pytest.mark.usefixtures("order_tea")
def test_in_a_form_a_code_gets_in_and_the_form_waits(say: Chat, answers: tuple[str, ...], form: str) -> None:
    code = given(say)
    say("点茶", "stranger")
    for answer in answers:
        say(answer, "stranger")
    said = say(form.format(code=code), "stranger")
    assert (said.did, said.messages[0][1].text, len(said.messages)) == ("account.join", IN, 2)


@pytest.mark.usefixtures("order_tea")
def test_in_a_form_other_nine_digits_are_its_answer_and_count_as_guessed(say: Chat) -> None:
    code = given(say)
    say("点茶", "stranger")
    for nth in range(5):
        assert (say(str(111_111_111 + nth), "stranger").did, misses(say)) == ("answer", nth + 1)
        say("返回", "stranger")
    assert (say(code, "stranger").did, misses(say)) == ("answer", 5)
    assert say(f"邀请码 {code}", "stranger").messages[0][1].text == LOCKED


def test_who_got_in_is_told_everywhere_else_and_may_undo_it(boss: Chat) -> None:
    say = boss
    say("你好", "officer")
    say(given(say), "stranger")
    with transaction(say.engine) as db:
        told = db.row(
            select(NOTICE.c.cards, ADDRESS.c.key)
            .join(DELIVERY, DELIVERY.c.notice_id == NOTICE.c.id)
            .join(ADDRESS, ADDRESS.c.id == DELIVERY.c.address_id)
        )
    assert told is not None
    card = Card.load(told.cards[0])
    assert (told.key, card.choices[0].label, card.tone) == ("officer", Text("不是我"), "notice")
    assert say(card.choices[0].says, "officer").text.startswith(
        "把终端（今天 11月23日 周一 09:10关联）的账号移出去吗？"
    )
    assert say("确认移出", "officer").text == "移出去了。那个账号再发消息，和您没有关系。"
    say("你好", "stranger")
    assert codes_of(say, "officer", "stranger") == ["officer", None]


def test_who_came_later_cannot_remove_who_was_there(say: Chat) -> None:
    say("你好", "officer"), say(given(say), "thief")
    with transaction(say.engine) as db:
        first = db.value(select(ADDRESS.c.id).where(ADDRESS.c.key == "officer"))
    for line in ("不是我", f"unbind {first}"):
        said = say(line, "thief")
        assert (said.did, said.text.partition("。")[0]) == ("account.unbind", "没有可以移出的")
    assert codes_of(say, "officer", "thief") == ["officer", "officer"]


def test_nobody_removes_an_account_of_somebody_else(say: Chat) -> None:
    say("你好", "officer"), say(given(say), "second")
    with transaction(say.engine) as db:
        second = db.value(select(ADDRESS.c.id).where(ADDRESS.c.key == "second"))
    assert say(f"unbind {second}", "he").text.startswith("没有可以移出的。")
    assert codes_of(say, "second") == ["officer"]


def test_another_one_of_the_pack_does_not_become_staff(say: Chat) -> None:
    code = given(say)
    assert say(code, "he").text == "请到服务站找工作人员。两边都是社区登记过的人，这里不能合成一个。"
    assert (misses(say), say(code, "stranger").text) == (0, IN)


def test_a_code_works_once_and_its_owner_is_told_kindly(say: Chat) -> None:
    code = given(say)
    say(code, "stranger")
    assert say(code, "stranger").text == "不用再发了，这个码已经用过，或者已经过期。"
    assert say(code, "another").messages[0][1].text == WRONG
    assert misses(say) == 1


def test_a_code_that_is_too_old_is_none(say: Chat) -> None:
    code = given(say)
    say.clock.move(NOW + timedelta(hours=24))
    assert say(code, "stranger").messages[0][1].text == WRONG


def test_of_sixteen_at_once_one_gets_in(say_on_both: Chat) -> None:
    say = say_on_both
    code, answers = given(say), []
    people = [f"racer-{nth}" for nth in range(16)]

    def race(who: str) -> None:
        answers.append(say(code, who).messages[0][1].text)

    racing = [threading.Thread(target=race, args=[who]) for who in people]
    for each in racing:
        each.start()
    for each in racing:
        each.join(60)
    assert sorted(answers) == sorted([IN, *[WRONG] * 15])
    assert sorted(codes_of(say, *people), key=str) == [*[None] * 15, "officer"]


# Guessing.


def guess(say: Chat, times: int, who: str = "stranger") -> list[str]:
    return [say(str(111_111_111 + nth), who).messages[0][1].text for nth in range(times)]


def test_five_wrong_codes_lock_and_a_right_one_is_not_heard_then(say_on_both: Chat) -> None:
    say = say_on_both
    assert guess(say, 6) == [*[WRONG] * 4, LOCKED, LOCKED]
    assert misses(say) == 5
    code = given(say)
    assert say(code, "stranger").text == LOCKED
    assert say(code, "another").text == IN
    say.clock.move(NOW + invite.LOCKED)
    assert say(given(say), "stranger").text == IN


def test_without_the_lock_a_right_code_is_heard(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invite, "locked_until", lambda *_: None)
    guess(say, 6)
    assert say(given(say), "stranger").text == IN


def test_a_refusal_that_undoes_would_forget_the_wrong_codes(
    say: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why it is a card: what a handler wrote is gone where it leaves."""

    def refuse(talk: Talk, *, counts: bool) -> Card:
        assert counts
        invite.miss(talk.db, talk.person.id, talk.now)
        talk.leave(Refusal("invite.wrong", Text(WRONG)))

    monkeypatch.setattr(accounts, "_void", refuse)
    assert guess(say, 6) == [WRONG] * 6
    assert misses(say) == 0


def test_the_same_member_is_locked_on_every_address(say: Chat) -> None:
    say(given(say), "second")
    guess(say, 3, "second"), guess(say, 2, "officer")
    assert say("111 111 119", "second").text == LOCKED
