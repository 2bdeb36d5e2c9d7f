"""专业服务: its provider and who asked read a consultation; nobody else learns that it is there, not even staff."""

from pathlib import Path

import pytest

from models import consultation, erasure
from models import member as members
from models.change import CHANGE
from models.database import transaction
from models.need import NEED
from models.need_line import LINE
from models.notice import NOTICE
from tests import street
from tests.chat import VAULT, Chat, Said
from tests.shifts import member
from tests.street import rows

WORDS = "试用期被口头辞退，有赔偿吗"
UNKNOWN = "没有找到这个咨询，请发“我的咨询”看看。"


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    street.load(say_on_both.engine, tmp_path)
    return say_on_both


def ask(say: Chat, who: str = "lin", words: str = WORDS) -> Said:
    fields = say("专业服务", who)
    # A field that nobody could read is not there.
    assert fields.labels[:3] == ["劳动法", "知识产权", "财税"]
    say.press("劳动法", who)
    return say(words, who)


def test_a_question_goes_there_and_back(say: Chat) -> None:
    sent = ask(say, words=f"{WORDS}，电话13812345678")
    assert (sent.did, sent.refs) == ("consultation.ask", ["need:1"])
    assert sent.text == "转给贝塔律所了，编号需1，11月26日 周四 18:00前给您第一次答复。"
    told = say.told()
    assert list(told) == ["lawyer"]
    # Its reader alone gets the number as it was said.
    assert told["lawyer"].text == (
        f"有人来咨询劳动法，11月26日 周四 18:00前请答复。\n{WORDS}，电话13812345678"
    )
    assert "138****5678" in say("consultation 1", "lawyer").text
    assert "13812345678" not in str(rows(say, LINE.c.text) + rows(say, NOTICE.c.cards))
    assert "13812345678" not in str(rows(say, NEED.c.title) + rows(say, CHANGE.c.detail))
    early = say("consultend 1", "lawyer")
    assert early.text == "请先答复，对方还在等。"
    assert say("consultreply 1", "lawyer").text == "请写给对方的答复，发出就到。"
    assert say("要看理由，带合同来。", "lawyer").text.startswith("已经发给对方。")
    assert say.told()["lin"].text == "贝塔律所答复您的咨询需1：\n要看理由，带合同来。"
    say.press("再问一句", "lin")
    assert say("口头说的算吗？", "lin").text.startswith("转过去了，11月26日 周四 18:00前给您答复。")
    assert say.told()["lawyer"].text == "咨询需1，对方又问了一句。\n口头说的算吗？"
    assert rows(say, NEED.c.state) == [("reopened",)]
    say("consultreply 1", "lawyer"), say("算。", "lawyer"), say.told()
    assert say.press("结束咨询", "lin").text == "结束了，说过的只有双方看得到。"
    assert say("consultend 1", "lin").text == "请重新问一个，这个咨询已经结束了。"
    assert rows(say, NEED.c.state, NEED.c.visibility) == [("closed", "private")]
    # What was not answered in time is named once more, what was is not.
    ask(say)
    late = say.told("2026-11-26T18:30:00+08:00")["lawyer"].text
    assert late.count("今天要答复：咨询需2，对方还在等。") == 1
    assert "咨询需1" not in late


OTHERS = ("he", "accountant", "acme-rep", "officer", "chief", "estate-officer")
# Whatever shows needs, projects, or what somebody has to do; by number, list, search and the words themselves.
LOOKS = (
    *(
        "consultation 1",
        "consultreply 1",
        "consultend 1",
        "need 1",
        "support 1",
        "addto 1",
        "solved 1",
        "reopen 1",
    ),
    *(
        "withdrawneed 1",
        "contest 1",
        "handleneed 1",
        "acceptneed 1",
        "assignneed 1",
        "answerneed 1",
        "rejectneed 1",
    ),
    *(
        "referneed 1",
        "plan 1",
        "writeplan 1",
        "check 1",
        "mayshow 1",
        "timeline 1",
        "受理 1",
        "办结 1",
        "派给站长 1",
    ),
    *(
        "我的咨询",
        "我的策划",
        "大家反映的",
        "我的诉求",
        "待办诉求",
        "诉求队列",
        "待核对",
        "劳动法",
        "辞退赔偿",
        WORDS,
    ),
    *(
        "收件箱",
        "云杉大厦有什么问题",
        "走访情况",
        "周报",
        "社区项目",
        "看看大家的资源",
        "needqueue",
        "needsearch",
        "checks",
    ),
)


def test_nobody_else_learns_of_it(say: Chat) -> None:
    ask(say)
    say.told()
    for who in OTHERS:
        for line in LOOKS:
            told = say(line, who)
            assert [WORDS in told.text and line != WORDS, "劳动法" in told.text, "need:1" in told.refs] == [
                False,
                False,
                False,
            ], (who, line, told.text)
            say("取消", who)
    assert rows(say, NEED.c.state, NEED.c.officer_id, NEED.c.title) == [("new", None, "劳动法")]
    assert len(rows(say, LINE.c.id)) == 1
    for who in ("officer", "chief"):
        assert (
            say("咨询情况", who).text
            == "一年里的咨询，内容只有机构看得到：\n· 贝塔律所：1个，等答复1个，过期0个"
        )
    assert say("咨询情况", "lin").text.startswith("请找服务站的工作人员")
    # Days later nobody was told more of it than that one is late.
    later = say.told("2026-12-23T20:00:00+08:00")
    assert [who for who, each in later.items() if "需1" in each.text or "劳动法" in each.text] == ["lawyer"]


def test_the_guard_is_what_refuses(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: without it another provider reads it."""
    ask(say)
    assert say("consultation 1", "accountant").text == UNKNOWN
    assert say("consultation 999", "accountant").text == UNKNOWN
    monkeypatch.setattr(consultation, "check", lambda *_: True)
    assert WORDS in say("consultation 1", "accountant").text


def test_who_leaves_takes_the_words_along(say: Chat) -> None:
    ask(say)
    with transaction(say.engine) as db:
        erasure.erase(db, member(db, "lin"), say.clock.now())
    assert rows(say, LINE.c.text, LINE.c.member_id) == [(None, None)]
    assert say("consultation 1", "lawyer").text.startswith("说过的话已经删了。")
    with transaction(say.engine) as db:
        assert consultation.lines(db, VAULT, 1) == []


def test_a_visitor_of_the_demo_asks_and_reads_nothing(say: Chat) -> None:
    with transaction(say.engine) as db:
        members.play(db, "console", "visitor", "lawyer", say.clock.now())
    ask(say)
    assert say("consultation 1", "visitor").text == UNKNOWN
    assert "visitor" not in say.told()
    assert ask(say, "visitor").text == "请先发给自己看看。演示到这里为止，不会发给别人。"
