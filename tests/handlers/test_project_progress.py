"""How far a project is: staff of its place alone say it, while it runs."""

from bot.inbound import Inbound
from models.photo import Sent
from tests.chat import Chat, Said
from tests.handlers.given import claimed, quick

__all__ = ["quick"]


def test_staff_alone_say_how_far_it_is(quick: Chat) -> None:
    say = quick
    assert say("sayprogress 3", "chief").text.startswith("项3「长椅翻新」现在是：认领中。")
    claimed(say, "枫叶认领长椅翻新项目的木漆12桶", "bo")
    say.told()
    say.press("接受", "chief")
    say("项3开工", "chief")
    assert say("sayprogress 3", "bo").text.startswith("请找")
    asked = say("报进度项3", "chief")
    assert asked.text.splitlines()[0] == "完成了百分之几？"
    assert "请写0到100的数字。" in say("120", "chief").text
    say("40", "chief")
    say("刷了四张，问我13800138000", "chief")
    say.send(Inbound("console", "chief", attached=True, photo=Sent("console", "bench.jpg", "bench.jpg")))
    # Everybody reads the sentence; the photo is kept for staff, since nobody on it was asked.
    shown = say("项3", "lin")
    assert "进度：40%，刷了四张，问我" in shown.text
    assert "13800138000" not in shown.text
    assert pictures(shown) == []
    assert pictures(say("项3", "chief")) == ["bench.jpg"]


def pictures(said: Said) -> list[str]:
    return [each.name for _, shown in said.messages for each in shown.attachments]
