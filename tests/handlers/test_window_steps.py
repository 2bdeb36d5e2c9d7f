"""The window's steps: each told once, handed over against the code alone, by who works there alone."""

import re
from pathlib import Path

import pytest
from sqlalchemy import update

from models import vault, window_case
from models.change import CHANGE
from models.database import transaction
from models.member import ROLE
from models.notice import NOTICE
from models.window_case import WINDOW_CASE
from tests import crowd, windows
from tests.chat import VAULT, Chat
from tests.handlers.test_window_cases import register
from tests.street import rows


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    windows.load(say_on_both.engine, tmp_path)
    register(say_on_both)
    say_on_both.told()
    return say_on_both


def code_in(text: str) -> str:
    found = re.search(r"取件码(\d{6})", text)
    assert found is not None
    return found[1]


def back(say: Chat) -> str:
    """The case comes back; gives its code."""
    for words in ("专1 验好了", "专1 寄出 SF1", "专1 寄回来了"):
        say(words, "clerk")
    return code_in(say.told()["lin"].text)


def test_each_step_is_told_once_and_the_code_closes_it(say: Chat) -> None:
    early = say("专1 寄出 SF123", "clerk")
    assert (early.did, early.text.split("\n")[0]) == ("staff.case", "请先办前面的，现在是“已登记”。")
    assert say("专1材料验好了", "clerk").text.startswith("记下了。已经告诉办事人。")
    told = say.told()
    assert list(told) == ["lin"]
    assert told["lin"].text == "专1「安徽婚姻档案查询」材料验好了，窗口接着寄出去，寄了再告诉您。"
    # A colleague says the same again: nothing happens twice.
    assert say("专1 验好了", "colleague").text.startswith("这一步记过了，办事人也知道了。")
    assert say.told() == {}
    say("专1 退回 缺授权书原件", "clerk")
    why = "请补好材料再到银杏受理中心，专1「安徽婚姻档案查询」退回来了。原因：缺授权书原件"
    assert say.told()["lin"].text == why
    assert "退回补材料：缺授权书原件" in say("专1").text
    say("专1 验好了", "clerk"), say("寄出专1 单号SF1234567", "clerk")
    assert "快递单号SF1234567。" in say.told()["lin"].text
    assert say("下一步 1", "clerk").did != "staff.case"
    sent = say("专1 到了", "clerk")
    assert sent.text.startswith("记下了。取件码发给办事人了，来取的时候请他报。")
    code = code_in(say.told()["lin"].text)
    # The code stands nowhere as it is, and staff never read it.
    stored = str(rows(say, NOTICE.c.cards) + rows(say, WINDOW_CASE.c.digest) + rows(say, CHANGE.c.detail))
    assert code not in stored + sent.text + say("专1", "clerk").text + say("我的专窗件").text
    done = say(f"专1 取件码 {code}", "clerk")
    assert (done.did, rows(say, WINDOW_CASE.c.state)) == ("staff.case", [("collected",)])
    assert say.told()["lin"].text == "专1「安徽婚姻档案查询」取走了，办完了。"
    assert say(f"专1 取件码 {code}", "clerk").text.startswith("这一步记过了")
    assert say("collect 1", "clerk").text.startswith("不用再办，这一件是“已取走”。")
    assert say("专窗列表", "clerk").text == "都办完了，现在没有跨省专窗件在等。"
    steps = [
        after for after, subject in rows(say, CHANGE.c.after, CHANGE.c.subject) if subject == "window case"
    ]
    assert steps == ["registered", "checked", "returned", "checked", "sent", "back", "collected"]


def test_by_buttons_it_is_asked(say: Chat) -> None:
    listed = say("专窗列表", "clerk")
    assert (listed.did, listed.refs) == ("staff.case", ["window_case:1"])
    assert listed.text.startswith("在办的专窗件有1件，等得最久的在前：")
    say.press("去办", "clerk")
    assert say.press("下一步", "clerk").labels[:2] == ["材料验好", "返回"]
    say.press("材料验好", "clerk")
    assert say.press("下一步", "clerk").labels[:2] == ["寄出", "退回"]
    say.press("寄出", "clerk")
    assert say("没有", "clerk").text.startswith("记下了。已经告诉办事人。")
    # WeChat types the numbers.
    assert say("casestep 1", "clerk").labels[:2] == ["寄回来了", "退回"]
    assert say("2", "clerk").text == "为什么退回？写一句，办事人会看到。"
    assert say("对方说章不清楚", "clerk").text.startswith("记下了。已经告诉办事人。")
    assert "原因：对方说章不清楚" in say.told()["lin"].text


@pytest.mark.parametrize("who", ["lin", "he", "officer", "steward", "counsel"])
def test_nobody_else_makes_a_step(say: Chat, who: str) -> None:
    for words in ("专1 验好了", "casestep 1", "collect 1"):
        assert say(words, who).did == "staff.case"
    assert rows(say, WINDOW_CASE.c.state) == [("registered",)]
    mine = say("专1 验好了", who)
    assert mine.refs == (["window_case:1"] if who == "lin" else [])
    if who != "officer" and who != "steward":
        assert say("专窗列表", who).text == "请找窗口的工作人员，专窗列表由他们看。"


def test_wrong_codes_are_counted_and_a_lost_one_is_replaced(say: Chat) -> None:
    code = back(say)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for left in range(4, 0, -1):
        assert say(f"专1 取件码 {wrong}", "clerk").text == f"请再对一遍，取件码不对，还可以试{left}次。"
    locked = "请让办事人发“专1换取件码”，错的次数太多，之前的码不再收。"
    assert say(f"专1 取件码 {wrong}", "colleague").text == locked
    # Then even the right one does not open it, until its owner has a new one.
    assert say(f"专1 取件码 {code}", "clerk").text == locked
    assert rows(say, WINDOW_CASE.c.state, WINDOW_CASE.c.wrong) == [("back", 5)]
    assert say("专1 换取件码", "clerk").text == "请让办事人自己说，这一步只有本人能办。"
    fresh = say("专1取件码丢了")
    assert (fresh.did, fresh.text) == ("service.case", "新的取件码马上发给您，之前那个不能用了。")
    new = code_in(say.told()["lin"].text)
    assert new not in fresh.text
    if new != code:
        assert say(f"专1 取件 {code}", "clerk").text.startswith("请再对一遍")
    assert say(f"专1 取件 {new[:3]} {new[3:]}", "clerk").text.startswith("记下了。")
    assert rows(say, WINDOW_CASE.c.state) == [("collected",)]


def test_without_the_count_anybody_could_try_them_all(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    code = back(say)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    monkeypatch.setattr(window_case, "MOST_WRONG", 10**6)
    for _ in range(6):
        say(f"专1 取件码 {wrong}", "clerk")
    assert say(f"专1 取件码 {code}", "clerk").text.startswith("记下了。")


def test_a_code_is_good_for_its_own_case_alone(say: Chat) -> None:
    code = back(say)
    with transaction(say.engine) as db:
        one = window_case.find(db, 1)
        assert one is not None
        assert window_case._digest(VAULT, 1, code) == one.digest
        assert window_case._digest(VAULT, 2, code) != one.digest
        assert window_case._digest(vault.Vault(b"another key"), 1, code) != one.digest


def test_who_plays_the_window_reads_no_name_and_tells_nobody(say: Chat) -> None:
    with transaction(say.engine) as db:
        crowd.make_staff(db, "he", "gate-centre")
    assert "办事人：林一" in say("专1", "he").text
    with transaction(say.engine) as db:
        db.run(update(ROLE).where(ROLE.c.member_id == crowd.member(db, "he")).values(played=True))
    assert "林一" not in say("专1", "he").text + say("专窗列表", "he").text
    assert say("专1 验好了", "he").text == "请先发给自己看看。演示到这里为止，不会发给别人。"
    assert (say.told(), rows(say, WINDOW_CASE.c.state)) == ({}, [("registered",)])


def test_who_plays_the_window_reads_neither_parcel_nor_why_papers_came_back(say: Chat) -> None:
    for words in ("专1 验好了", "专1 寄出 SF1234567", "专1 退回 缺前夫的授权书"):
        say(words, "clerk")
    with transaction(say.engine) as db:
        crowd.make_staff(db, "he", "gate-centre")
    asked = ("专1", "专窗列表", "casestep 1")
    # The twin: who really works there reads both.
    real = "".join(say(words, "he").text for words in asked)
    assert [each for each in ("SF1234567", "前夫") if each not in real] == []
    with transaction(say.engine) as db:
        db.run(update(ROLE).where(ROLE.c.member_id == crowd.member(db, "he")).values(played=True))
    played = "".join(say(words, "he").text for words in asked)
    assert [each in played for each in ("专1", "SF1234567", "前夫")] == [True, False, False]


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_no_window_waits_for_who_is_erased(say: Chat, steps: int) -> None:
    said = ("专1 退回 缺前夫的授权书", "专1 验好了", "专1 寄出 SF1", "专1 寄回来了")
    for words in ("专1 验好了", *said[: steps + 1])[: steps + 2]:
        say(words, "clerk")
    say("删除我的数据"), say("确认删除")
    kept = rows(say, WINDOW_CASE.c.state, WINDOW_CASE.c.member_id, WINDOW_CASE.c.tracking)
    assert kept == [("withdrawn", None, None)]
    assert say("专窗列表", "clerk").text == "都办完了，现在没有跨省专窗件在等。"
    shown = say("专1", "clerk").text
    assert ("已撤回" in shown, "前夫" in shown) == (True, False)
    assert say("专1 寄回来了", "clerk").text.startswith("不用再办，这一件是“已撤回”。")


def test_who_is_not_erased_keeps_what_is_on_its_way(say: Chat) -> None:
    for words in ("专1 验好了", "专1 寄出 SF1"):
        say(words, "clerk")
    assert say("专1 不办了").text.startswith("现在停不下来，这件已经寄出去了。")
    assert rows(say, WINDOW_CASE.c.state) == [("sent",)]
