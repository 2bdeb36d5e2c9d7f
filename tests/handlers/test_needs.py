"""What became of what people reported: one's own, what others reported around, and saying 我也遇到."""

import pytest
from sqlalchemy import update

from models import need_reading, personal
from models.database import transaction
from models.member import ROLE
from models.need import NEED
from tests.chat import VAULT, Chat
from tests.handlers.needs import WORDS, member_of, reported
from tests.handlers.officers import make

UNKNOWN = "请再看看编号，没有找到需{}。发“我的诉求”，能看到您自己的。"


def test_ones_own_are_shown_in_ones_own_words(say_on_both: Chat) -> None:
    say = say_on_both
    first = reported(say)
    second = reported(say, "门口的垃圾桶满了三天", category="other", title="其他")
    seen = say("我的诉求")
    assert (seen.did, seen.refs) == ("need.status", [f"need:{second}", f"need:{first}"])
    assert seen.text.startswith("您反映的有2件：")
    assert WORDS in seen.text
    assert "垃圾桶" in seen.text
    for line in ("我上次报的楼道灯修得怎么样了", f"需{first}进展", "needs", f"need {first}"):
        one = say(line)
        assert one.did == "need.status", line
    assert say("我上次报的楼道灯修得怎么样了").refs == [f"need:{first}"]
    one = say(f"need {first}")
    assert f"需{first}「照明」" in one.text
    assert "云杉大厦，三楼靠电梯" in one.text
    assert "已收到" in one.text
    assert "反映人" in one.text
    assert one.labels[:2] == ["补充几句", "撤回诉求"]
    nothing = say("what's the status of my request", "he")
    assert nothing.did == "need.status"
    assert nothing.text.startswith("您还没有反映过问题。")


@pytest.fixture
def private(say: Chat) -> tuple[Chat, int]:
    """One that everybody knew, with a supporter, and that staff then made private."""
    number = reported(say, picture="stairs.jpg")
    say(f"支持 {number}", "he")
    say("待核对", "officer")
    say.press("核对", "officer")
    say.press("可以公开", "officer")
    with transaction(say.engine) as db:
        db.run(update(NEED).where(NEED.c.id == number).values(visibility="private"))
    return say, number


LINES = (
    "需{number}进展",
    "need {number}",
    "支持 {number}",
    "support {number}",
    "addto {number}",
    "reopen {number}",
    "没修好,{number} 重新打开",
    "isdone {number}",
    "withdrawneed {number}",
    "contest {number}",
    "云杉大厦最近大家都反映了什么问题",
    "有没有人报过灯不亮",
    "needsearch",
    "我的诉求",
    "needs",
    "导出我的数据",
    "照明那个问题我也要+1",
    "云杉大厦三楼的灯坏了，三楼楼道的灯不亮",
    "云杉大厦三楼楼道的灯一直不亮",
)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("who", ["he", "anna"])
def test_a_private_need_never_leaves(private: tuple[Chat, int], line: str, who: str) -> None:
    say, number = private
    said = say(line.format(number=number), who)
    shown = said.text + "".join(str(card.card.dump()) for card in said.reply.messages)
    assert f"need:{number}" not in said.refs
    assert "楼道的灯一直不亮，晚上" not in shown
    assert "stairs.jpg" not in shown
    assert "「照明」" not in shown
    assert "三楼靠电梯" not in shown


def test_an_export_calls_it_by_its_number_alone(private: tuple[Chat, int]) -> None:
    say, number = private
    he, lin = member_of(say, "he"), member_of(say, "lin")
    with transaction(say.engine) as db:
        theirs = str(
            [section.rows for section in personal.export(db, he, VAULT) if section.table != "notice"]
        )
        own = str([section.rows for section in personal.export(db, lin, VAULT)])
    assert (WORDS in theirs, "照明" in theirs) == (False, False)
    assert WORDS in own
    assert say(f"need {number}", "he").refs == []


def test_its_number_is_as_unknown_as_one_that_is_not_there(private: tuple[Chat, int]) -> None:
    say, number = private
    for each in (number, 999):
        assert say(f"need {each}", "he").text == UNKNOWN.format(each)
    assert WORDS in say(f"need {number}").text
    assert WORDS in say(f"need {number}", "officer").text
    # Who plays staff in the demo reads what everybody does.
    with transaction(say.engine) as db:
        db.run(update(ROLE).values(played=True))
    assert say(f"need {number}", "officer").text == UNKNOWN.format(number)


def test_without_the_guard_it_would_leave(private: tuple[Chat, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what is asked of each need is what keeps it in."""
    say, number = private
    monkeypatch.setattr(need_reading, "is_public", lambda _one: True)
    assert WORDS in say(f"need {number}", "he").text


def test_staff_of_another_place_are_nobody(say: Chat) -> None:
    number = reported(say, visibility="private")
    with transaction(say.engine) as db:
        make(db, "he", "staff", "estate")
    assert say(f"need {number}", "he").text == UNKNOWN.format(number)
    with transaction(say.engine) as db:
        make(db, "he", "staff", "tower")
    assert WORDS in say(f"need {number}", "he").text
