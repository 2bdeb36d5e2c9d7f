"""At the desk: who is called when, what becomes of him, and who may do it."""

from pathlib import Path

import pytest

from tests import desk
from tests.chat import Chat
from tests.desk import book, scan, state, states


@pytest.fixture
def say(say: Chat, tmp_path: Path) -> Chat:
    desk.load(say.engine, tmp_path)
    return say


def draw(say: Chat, *people: str) -> None:
    for nth, who in enumerate(people):
        say.at(desk.at(f"09:10:{nth:02}"))
        say("取号办图书证", who)


def test_bookings_whose_time_has_come_go_first_then_numbers_in_order(say: Chat) -> None:
    draw(say, "lin", "he")
    early = book(say.engine, "card", "bo", "10:00")
    due = book(say.engine, "card", "cen", "09:30")
    say.at(desk.at("09:20:00"))
    for number in (early, due):
        scan(say, "officer", desk.pass_of(say, number))
    say.at(desk.at("09:31:00"))
    called = say("叫下一个", "officer")
    assert (called.did, called.refs) == ("staff.desk", [f"booking:{due}"])
    assert called.text == (
        f"请叫约{due}（岑*），图书证办理，到3号窗口。\n后面还有3位。先叫到点的预约，再按取号的顺序。"
    )
    assert called.labels == ["办好了", "再叫一次", "过号", "没来", "叫下一个"]
    second = say("5号窗口叫下一个", "second")
    assert second.text.startswith("请叫A001（林*），图书证办理，到5号窗口。")
    assert say.told()["lin"].text == "请到5号窗口，轮到您了：A001，图书证办理。"
    # His desk is known from now on, and who is not settled is named.
    third = say("下一位", "second")
    assert third.text.splitlines()[0] == "请叫A002（何*），图书证办理，到5号窗口。"
    assert third.text.splitlines()[-1].startswith("还没有记结果的：A001。")
    # Nobody else is there: who is early is called too.
    assert say("叫下一个", "second").text.startswith(f"请叫约{early}（薄*）")
    nobody = say("叫下一个", "officer")
    assert nobody.text.startswith("现在没有人在等。")
    assert nobody.labels == [f"约{due}办好了", "今天的名单"]
    assert say("A001办好了", "second").text == "记下了：A001办好了。"
    assert say(f"约{early}没来", "second").text.startswith(f"记下了：约{early}没有来。")
    assert states(say.engine) == ["served", "called", "absent", "called"]


def test_what_becomes_of_who_was_called(say: Chat) -> None:
    draw(say, "lin", "he", "bo", "cen", "anna")
    say("叫下一个", "officer")
    say.told()
    assert say.press("再叫一次", "officer").text == "又叫了一次：A001（林*），图书证办理。"
    assert set(say.told()) == {"lin"}
    # At most once a minute.
    say("recall 1", "officer")
    assert say.told() == {}
    assert say("过号A001", "officer").text == "A001过号了，后面3位叫完再叫一次。"
    order = [say("叫下一个", "officer").refs[0] for _ in range(5)]
    assert order == [f"booking:{number}" for number in (2, 3, 4, 1, 5)]
    # Not there again: that was it.
    assert say("A001过号", "officer").text.startswith("记下了：A001没有来。")
    assert "重新取号" in say.told()["lin"].labels
    assert say("passover 1", "officer").text == "A001现在是：没有来。"
    assert say("served 1", "officer").text == "记下了：A001办好了。"
    for head in ("served", "missed", "passover", "recall"):
        assert say(f"{head} 1", "officer").text == "A001现在是：已办。"
    assert states(say.engine)[0] == "served"


def test_nobody_else_may(say: Chat) -> None:
    draw(say, "lin")
    before = states(say.engine)
    for who in ("he", "bo"):
        for head in ("callnext", "recall 1", "passover 1", "served 1", "missed 1", "served 99", "daylist"):
            said = say(head, who)
            assert (said.did, said.text) == ("staff.desk", "请把号或凭证给工作人员看，由他们来办。")
    # Staff of another place hear the same as of no number, and call nobody here.
    for line in ("served 1", "served 99", "daymore 1", "约1到了", "约99到了"):
        said = say(line, "far")
        assert (said.refs, said.text) == ([], "请再看看号，今天没有这个号。写法是A012，或者约17。"), line
    assert say("叫下一个", "far").text.startswith("现在没有人在等。")
    assert say("served 99", "officer").text.startswith("请再看看号，今天没有这个号。")
    assert say("A009办好了", "officer").text.startswith("请再看看号，今天没有这个号。")
    assert states(say.engine) == before


def test_a_slip_about_the_time_is_refused(say: Chat) -> None:
    later = book(say.engine, "card", "bo", "11:00")
    assert say(f"missed {later}", "officer").text == f"请到了时间再记，约{later}约的时间还没有到。"
    assert state(say, later) == "booked"
    tomorrow = book(say.engine, "card", "cen", "11:00", ahead=1)
    assert say(f"served {tomorrow}", "officer").text == f"请到那一天再记，约{tomorrow}约的不是今天。"


def test_who_gives_a_private_service_calls_for_it_and_nobody_else_sees_who_comes(say: Chat) -> None:
    number = book(say.engine, "law", "lin", "09:00")
    let_in = scan(say, "officer", desk.pass_of(say, number))
    assert let_in.text == f"到了：约{number}，法律咨询，今天 11月23日 周一 09:00。"
    assert say("叫下一个", "officer").text.startswith("现在没有人在等。")
    called = say("叫下一个", "lawyer")
    assert called.text == f"请叫约{number}（林一），法律咨询。"
    assert say.told()["lin"].text == f"请到云杉大厦服务站，轮到您了：约{number}，法律咨询。"
    # Of others the lawyer calls nobody.
    say("取号办图书证", "he")
    assert say("叫下一个", "lawyer").text.startswith("现在没有人在等。")
    assert say("served 2", "lawyer").text.startswith("请再看看号")


def test_who_only_plays_staff_calls_himself_alone(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    from models import duty

    draw(say, "lin", "officer")
    monkeypatch.setattr(duty, "plays", lambda *_: True)
    assert say("served 1", "officer").text == "请先发给自己看看。演示到这里为止，不会发给别人。"
    assert say("叫下一个", "officer").text.startswith("请叫A002（站*）")
    assert set(say.told()) == {"officer"}
    assert states(say.engine) == ["queued", "called"]


def test_in_english(say: Chat) -> None:
    draw(say, "anna")
    assert "Your number is A001" in say("take a number", "anna").text
    say("call next", "officer")
    assert say.told()["anna"].text == "Please go to 3号窗口, it's your turn: A001, 图书证办理."
    assert say("A001 is done", "officer").text == "记下了：A001办好了。"
