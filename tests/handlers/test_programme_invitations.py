"""Units are invited to a programme, and say whether they come, send somebody, or do not."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import unit
from models.board_invitation import INVITATION
from tests import programme
from tests.chat import Chat
from tests.handlers.officers import rows


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    programme.load(say_on_both, tmp_path)
    return say_on_both


def states(say: Chat) -> list[tuple[str, str | None]]:
    return [(row.state, row.words) for row in rows(say, select(INVITATION).order_by(INVITATION.c.id))]


def test_invited_replied_and_seen(say: Chat) -> None:
    say("邀请单位参加长桌会", "chief")
    say("青瓷科技、读书会", "chief")
    done = say.press("邀请", "chief")
    assert (done.did, done.text) == ("staff.project", "邀请了2家单位。")
    told = say.told()
    assert told["qing"].text == "请回复一下：长桌会邀请青瓷科技参加。"
    assert told["qing"].labels == ["参加", "派代表", "不参加"]
    say.press("派代表", "qing")
    assert say("王经理，行政部", "qing").text == "记下了，青瓷科技派王经理，行政部参加长桌会。"
    assert say("不参加", "du").text == "记下了，读书会这次不参加长桌会。"
    assert states(say) == [("delegated", "王经理，行政部"), ("not_coming", None)]
    # It may be changed, and an old button does nothing twice.
    say.press("参加", "du")
    say(told["du"].buttons["参加"], "du")
    assert states(say)[1] == ("coming", None)
    seen = say(f"replies {rows(say, select(INVITATION.c.board_id))[0].board_id}", "chief")
    assert seen.text == "长桌会的回复：\n青瓷科技：派代表（王经理，行政部）\n读书会：参加"


def test_all_units_of_ones_own_places_and_no_unit_twice(say: Chat) -> None:
    for _ in range(2):
        say("邀请单位参加长桌会", "officer")
        say.press("全部单位", "officer")
        last = say.press("邀请", "officer")
        say.told()
    assert last.text == "邀请了0家单位。"
    assert len(states(say)) == 3
    # The estate is not the tower's.
    say("邀请单位参加长桌会", "officer")
    assert "海棠苑的事由工作人员办" in say("海棠居委", "officer").text


def test_only_who_stands_for_the_unit_replies(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say("邀请单位参加长桌会", "chief")
    say("青瓷科技", "chief")
    say.press("邀请", "chief")
    assert say("boardcome 1", "du").text == "请找青姐，青瓷科技的事由联系人办。"
    assert states(say) == [("invited", None)]
    # The twin: without the guard anybody would reply for anybody.
    monkeypatch.setattr(unit, "check", lambda *_: None)
    say("boardcome 1", "du")
    assert states(say) == [("coming", None)]
