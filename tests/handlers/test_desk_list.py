"""The day's list: masked names, private services without any, hosts see their own."""

from pathlib import Path

import pytest

from models.database import transaction
from tests import crowd, desk
from tests.chat import Chat
from tests.desk import book, scan


@pytest.fixture
def say(say: Chat, tmp_path: Path) -> Chat:
    desk.load(say.engine, tmp_path)
    return say


def test_staff_see_masked_names_and_hosts_their_own(say: Chat) -> None:
    book(say.engine, "card", "bo", "09:30")
    law = book(say.engine, "law", "lin", "10:00")
    say("取号办图书证", "he")
    listed = say("今天的预约名单", "officer")
    assert listed.did == "staff.desk"
    assert listed.text.splitlines() == [
        "云杉大厦服务站，今天，一共3份：已预约2、等叫号1。",
        "",
        "1. 09:10 A001 何*，图书证办理【等叫号】",
        "",
        "2. 09:30 约1 薄*，图书证办理【已预约】",
        "",
        "3. 10:00 已约，法律咨询【已预约】",
    ]
    assert "林" not in listed.text
    # No more than his own to who gives it, and the whole name.
    own = say("今天的预约名单", "lawyer")
    assert own.text.splitlines() == [
        "云杉大厦服务站，今天，一共1份：已预约1。",
        "",
        f"10:00 约{law} 林一，法律咨询【已预约】",
    ]
    assert say("今天的预约名单", "far").text == "今天没有人预约，也没有人取号。"
    assert say("明天的预约名单", "officer").text == "11月24日没有人预约，也没有人取号。"


def test_a_long_list_goes_on(say: Chat) -> None:
    with transaction(say.engine) as db:
        crowd.add_many(db, 14, "tower")
    for nth in range(14):
        book(say.engine, "stamp", f"crowd-{nth}", f"{9 + nth // 4:02}:{15 * (nth % 4):02}")
    first = say("今天的预约名单", "officer")
    assert len(first.refs) == 12
    rest = say.press("后面的", "officer")
    assert rest.refs == ["booking:13", "booking:14"]
    assert say("daymore 12", "far").text.startswith("请再看看号")
    assert say("daymore 12", "lin").text == "请把号或凭证给工作人员看，由他们来办。"
    scan(say, "officer", desk.pass_of(say, 1))
    assert "已预约13、已到1" in say("daylist", "officer").text
