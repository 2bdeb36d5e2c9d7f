"""Two accounts, one person: a code said in the second one joins them, after one question."""

import re

import pytest
from sqlalchemy import select

from bot.inbound import Inbound
from models import member
from models.activity import ACTIVITY
from models.conversation import CONVERSATION
from models.database import transaction
from models.invite import WRONG_CODE
from models.member import ADDRESS
from tests.chat import Chat, Said

QUESTION = (
    "把这里和「林一」在终端的账号合成一个人吗？两边都是您本人的才点确认。合了以后，报名和资料不能再分回去。\n"
    "两边的报名和预约都留着；同一场、同一项有两次的，只算早的那次，名额不相加。资料和订阅合成一份。"
)
DONE = "关联好了，林一。\n以后的通知都发到这里；想换，就在另一个账号说“通知发到这里”。"


def code_of(say: Chat, who: str = "lin") -> str:
    return str(re.findall(r"\d{3} \d{3} \d{3}", say("关联账号", who).text)[0])


def members(say: Chat) -> dict[str, int]:
    with transaction(say.engine) as db:
        return {row.key: row.member_id for row in db.rows(select(ADDRESS.c.key, ADDRESS.c.member_id))}


def taken(say: Chat, code: str) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(ACTIVITY.c.seats).where(ACTIVITY.c.code == code)))


@pytest.fixture
def met(say: Chat) -> Chat:
    """Somebody who is no newcomer any more."""
    say("你好", "second")
    return say


@pytest.mark.parametrize(
    "line",
    [
        "关联账号",
        "绑定微信",
        "关联我的另一个账号",
        "绑定",
        "link my accounts",
        "Link my WeChat",
        "connect accounts",
    ],
)
def test_a_code_is_given_on_asking(say: Chat, line: str) -> None:
    said = say(line)
    assert (said.did, len(re.findall(r"\d{3} \d{3} \d{3}", said.text))) == ("account.link", 1)
    assert said.messages[0][1].attachments[0].kind == "qr"


def test_two_accounts_become_one(met: Chat) -> None:
    say = met
    code = code_of(say)
    asked = say(code, "second")
    assert (asked.did, asked.text) == ("account.join", QUESTION)
    assert say.press("先不关联", "second").text == "好的，没有关联，一切照旧。"
    say(code, "second")
    done = say.press("确认关联", "second")
    assert (done.did, done.text) == ("account.join", DONE)
    known = members(say)
    assert known["lin"] == known["second"]


def test_the_registrations_of_both_stay_and_seats_never_add(say_on_both: Chat) -> None:
    say = say_on_both
    for who, line in (("second", "报名垃圾分类值守"), ("lin", "报名垃圾分类值守"), ("lin", "报名周四的瑜伽")):
        say(line, who), say("确认报名", who)
    code = code_of(say)
    say(code, "second"), say("确认关联", "second")
    for who in ("lin", "second"):
        assert say("我的报名", who).refs == ["activity:yoga-thu", "activity:sorting"]
    assert (taken(say, "sorting"), taken(say, "yoga-thu")) == (1, 1)


def test_whom_the_pack_knows_stays_also_where_he_says_the_code(met: Chat) -> None:
    say = met
    before = members(say)["lin"]
    code = code_of(say, "second")
    assert say(code).text.startswith("把这里和在终端的那个账号合成一个人吗？")
    assert say("确认关联").text == DONE.replace("这里；", "另一个账号；").replace(
        "就在另一个账号", "就在这里"
    )
    assert {members(say)[who] for who in ("lin", "second")} == {before}


def test_a_code_that_is_said_where_it_was_given_changes_nothing(say: Chat) -> None:
    assert say(code_of(say)).text == "不用关联，这里已经是同一个人。要关联别的账号，请到那边发这个码。"


def test_two_of_the_pack_stay_two(say: Chat) -> None:
    assert say(code_of(say), "he").text == "请到服务站找工作人员。两边都是社区登记过的人，这里不能合成一个。"


def test_a_code_that_runs_out_while_it_is_asked_is_no_wrong_one(met: Chat) -> None:
    say = met
    say(code_of(say), "second")
    say.at("2026-11-23T09:30:00+08:00")
    assert say("确认关联", "second").text == "请再看看这个码。它不对，或者用过了、过期了。"
    with transaction(say.engine) as db:
        assert db.rows(select(WRONG_CODE)) == []


def test_the_code_is_not_remembered_while_it_is_asked(met: Chat) -> None:
    say = met
    code = code_of(say).replace(" ", "")
    say(code, "second")
    with transaction(say.engine) as db:
        memories = [str(row) for row in db.rows(select(CONVERSATION.c.memory))]
    assert [each for each in memories if code in each] == []


def test_a_form_that_waits_stays_where_it_is(met: Chat) -> None:
    say = met
    say("报名手冲咖啡", "second")
    code = code_of(say)
    assert say(f"关联码 {code}", "second").text == QUESTION
    joined = say.press("确认关联", "second")
    assert [shown.text.partition("\n")[0] for _, shown in joined.messages] == [
        "关联好了，林一。",
        "第1步，共2步",
    ]


def test_where_notices_go_is_said(met: Chat) -> None:
    say = met
    say(code_of(say), "second"), say("确认关联", "second")
    places = {}
    for who, line in (("lin", "通知发到这里"), ("second", "send notices here")):
        assert say(line, who).did == "profile.edit"
        key = members(say)[who]
        with transaction(say.engine) as db:
            address = member.address_for(db, key)
            places[who] = db.value(select(ADDRESS.c.key).where(ADDRESS.c.id == address))
    assert places == {"lin": "lin", "second": "second"}


# Scanned.


def scan(say: Chat, says: str, who: str = "second") -> Said:
    return say.send(Inbound("console", who, says, scanned=True))


def test_a_scanned_code_asks_too(met: Chat) -> None:
    code = code_of(met).replace(" ", "")
    asked = scan(met, f"join {code}")
    assert (asked.did, asked.text) == ("account.join", QUESTION)


@pytest.mark.parametrize(
    "says", ["unsubscribe", "answer 5.1", "withdraw 3", "unbind 1", "erase", "link", "invite", "here"]
)
def test_what_a_scan_may_not_do_opens_the_help(met: Chat, says: str) -> None:
    assert scan(met, says).did == "help"


def test_a_scan_of_an_activity_shows_it(met: Chat) -> None:
    assert scan(met, "show 3").refs == ["activity:coffee"]
