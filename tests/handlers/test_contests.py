"""A contest of ideas: a topic, a team of all sides by a code, a plan, the jury's word, and the winner open for claims."""

from pathlib import Path

import pytest

from models import contest
from tests import programme
from tests.chat import Chat, Said


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    programme.load(say_on_both, tmp_path)
    return say_on_both


def posted(say: Chat) -> Said:
    say("出一个题目", "chief")
    say("让大家爱走楼梯", "chief")
    say.press("先不写", "chief")
    say.press("银杏街道", "chief")
    say("12月20日", "chief")
    return say.press("发布题目", "chief")


def formed(say: Chat) -> str:
    """A team with one unit; gives the code by which others come in."""
    say("有什么题目", "qing")
    say.press("组队", "qing")
    made = say("楼梯音乐", "qing")
    return next(line for line in made.text.splitlines() if line.startswith("entryjoin "))


def submitted(say: Chat) -> Said:
    code = formed(say)
    for who in ("du", "ju"):
        say(code, who)
        say.press("加入", who)
    say("entryplan 3", "qing")
    say("每层楼梯放一段音乐，踩一级响一声。", "qing")
    say("音箱6个、志愿者4人", "qing")
    return say.press("交方案", "qing")


def test_from_the_topic_to_the_plan(say: Chat) -> None:
    shown = posted(say)
    assert (shown.did, shown.text.splitlines()[0]) == (
        "contest.post",
        "企业、社会组织、社区各出一家单位，一起组队。",
    )
    code = formed(say)
    assert say("组队", "lin").did == "unknown"
    assert say("entryform 1", "lin").text == "请单位的联系人来组队；还没登记的，到服务站登记一下。"
    joined = say(code, "du")
    assert joined.text == "读书会加入「楼梯音乐」，对吗？"
    assert "社会组织：读书会\n社区：还缺一家" in say.press("加入", "du").text
    say(code, "du")
    assert say.press("加入", "du").text.startswith("已经在队里了。")
    # Whoever has no code, or one that we did not make, stays out.
    assert say("entryshow 3", "ju").text == "请找队里单位的联系人，这个方案由他们来办。"
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert say(wrong, "ju").text == "请让队里的人再发一次，这个码我们没认出来。"


def test_a_team_that_lacks_a_side_hands_nothing_in(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    posted(say)
    code = formed(say)
    say(code, "du")
    say.press("加入", "du")
    assert say("entryplan 3", "qing").text == "请先邀请社区的单位加入，几方到齐了才能交方案。"
    assert programme.state(say, 3) == "draft"
    # The twin: without the guard the plan would be handed in.
    monkeypatch.setattr(contest, "check_complete", lambda *_: None)
    say("entryplan 3", "qing")
    say("放音乐", "qing")
    say("音箱6个", "qing")
    say.press("交方案", "qing")
    assert programme.state(say, 3) == "submitted"


def test_all_sides_hand_it_in_before_the_day(say: Chat) -> None:
    posted(say)
    done = submitted(say)
    assert (done.did, done.refs) == ("contest.submit", ["project:chat-3"])
    assert done.text.startswith(
        "方案交了，评审完告诉您。\n\n项3「楼梯音乐」\n每层楼梯放一段音乐，踩一级响一声。\n状态：已提交"
    )
    assert say("entryplan 3", "ju").text.startswith("方案已经交了，等评审的结果。")
    assert "楼梯音乐" not in say("project 3", "lin").text
    say.at("2026-12-21T09:00:00+08:00")
    assert say("有什么题目", "qing").text == "过几天再来看看，现在没有开放的题目。"
    say("entryform 1", "qing")
    assert say("再来一个", "qing").text == "请看看别的题目，「让大家爱走楼梯」到12月20日 周日 23:59为止。"


def test_only_staff_post_topics(say: Chat) -> None:
    assert say("出一个题目", "lin").text == "请找服务站的工作人员，项目由他们发起；有想法可以直接反映。"
