"""The jury's word, as staff enter it: on the short list, not chosen with the reason, or won and open for claims."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from models.change import CHANGE
from models.contest import TOPIC
from models.database import transaction
from tests import programme
from tests.chat import Chat
from tests.handlers.officers import rows
from tests.handlers.test_contests import posted, submitted


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    programme.load(say_on_both, tmp_path)
    posted(say_on_both)
    submitted(say_on_both)
    say_on_both.told()
    return say_on_both


def test_the_winner_is_open_for_claims(say: Chat) -> None:
    assert say("评审结果", "chief").text.startswith("这些题目有方案在等结果：")
    say.press("看方案", "chief")
    say.press("录结果", "chief")
    say.press("入围", "chief")
    assert say.press("录入", "chief").text.startswith("录好了，已经告诉队里的单位。")
    told = say.told()
    assert {who: each.text for who, each in told.items()} == dict.fromkeys(
        ("qing", "du", "ju"), "恭喜入围：「楼梯音乐」进了下一轮。"
    )
    say("entryresult 3", "chief")
    say.press("入选", "chief")
    say.press("录入", "chief")
    assert programme.state(say, 3) == "claiming"
    assert say.told()["ju"].text == "恭喜入选：「楼梯音乐」已经公开，大家都能认领。"
    assert "音箱：还缺6个（共6个）" in say("project 3", "lin").text
    log = rows(say, select(CHANGE.c.after).where(CHANGE.c.subject == "project", CHANGE.c.subject_id == 3))
    assert [row.after for row in log] == ["draft", "submitted", "shortlisted", "won", "published", "claiming"]
    assert say("entryresult 3", "chief").text.startswith("结果已经录过了。")


def test_a_topic_of_the_whole_community_is_not_everybodys_to_read(say: Chat) -> None:
    with transaction(say.engine) as db:
        db.run(update(TOPIC).values(place_id=None))
    for who in ("lin", "qing"):
        assert say("entryjury 1", who).text.startswith("请找")
    assert "楼梯音乐" in say("entryjury 1", "chief").text


def test_not_chosen_has_a_reason_and_only_its_staff_say_so(say: Chat) -> None:
    assert say("entryresult 3", "officer").text == "请找总干事，银杏街道的事由工作人员办。"
    say("entryresult 3", "chief")
    say.press("没入选", "chief")
    say("楼梯间不能放音箱", "chief")
    say.press("录入", "chief")
    assert programme.state(say, 3) == "not_selected"
    assert say.told()["qing"].text == "「楼梯音乐」这次没有入选。原因：楼梯间不能放音箱"
