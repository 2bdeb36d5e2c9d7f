"""Projects found and shown: by what is missing, by board, by loosely said names; and followed where nobody is needed."""

from tests.chat import Chat
from tests.handlers.given import claimed, quick

__all__ = ["quick"]


def test_projects_are_found_by_what_is_missing_by_board_and_by_name(quick: Chat) -> None:
    say = quick
    found = say("现在有什么项目可以让公司认领")
    assert (found.did, found.refs) == (
        "project.search",
        ["project:benches", "project:corner", "project:photos"],
    )
    assert "急救包500套、培训医生4名、引导志愿者2名" in found.text
    assert say("Which community projects still need people?", "anna").refs == [
        "project:corner",
        "project:photos",
    ]
    assert say("邻里友好有什么项目").refs == ["project:benches"]
    assert say("海棠苑有什么项目").refs == ["project:benches", "project:photos"]
    for line in ("急救角项目现在还缺什么", "大堂急救角项目情况", "项2", "急救角那个项目"):
        shown = say(line)
        assert (shown.did, shown.refs) == ("project.show", ["project:corner"]), line
    assert "急救包：还缺500套（共500套）" in shown.text
    assert shown.labels == ["认领", "我来参加"]
    assert "看看别的项目吧，没有找到这个。" in say("项99").text


def test_who_gives_what_is_named_for_organizations_and_counted_for_people(quick: Chat) -> None:
    say = quick
    claimed(say, "枫叶认领急救角项目的急救包300套", "bo")
    say("我想参加急救角项目", "lin")
    say.press("引导志愿者", "lin")
    say.press("确认参加", "lin")
    shown = say("大堂急救角谁认领了", "he")
    assert "急救包：还缺200套（共500套）。枫叶医药300套（等答复）" in shown.text
    assert "引导志愿者：还缺1名（共2名）。居民1位" in shown.text
    assert "林一" not in shown.text
    assert "柏四" not in shown.text
