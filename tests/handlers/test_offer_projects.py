"""我们想提供项目: the officers of the chosen place have it the same minute, and accept it or decline it with a reason."""

from sqlalchemy import select

from models.project import PROJECT
from models.project_claim import CLAIM
from models.project_part import PART
from tests.chat import Chat, Said
from tests.handlers.offered import offered, only
from tests.handlers.officers import rows

__all__ = ["offered"]


def put(say: Chat) -> Said:
    assert say("我们想提供一个项目", "bo").text.startswith("想提供什么项目？")
    for line in ("社区口腔健康日", "300份", "海棠苑", "60岁以上的老人"):
        say(line, "bo")
    seen = say("12月1日到12月31日", "bo")
    for part in ("社区口腔健康日 300份", "单位：白桦齿科", "地点：海棠苑", "说明：60岁以上的老人"):
        assert part in seen.text
    done = say.press("提交", "bo")
    assert (done.did, done.refs) == ("offer.project", ["offer:chat-5"])
    return say.told()["chief"]


def test_it_is_accepted_and_published_with_what_the_company_gives(offered: Chat) -> None:
    say = offered
    asked = put(say)
    assert asked.text.startswith("请答复：白桦齿科想给这里提供一个项目。")
    assert asked.labels == ["接受项目", "不接受"]
    # The officer of another place does not decide it.
    assert say(asked.buttons["接受项目"], "officer").text == "请找街长，海棠苑的事由工作人员办。"
    say(asked.buttons["接受项目"], "chief")
    done = say.press("马上发布", "chief")
    assert (done.did, done.text) == ("staff.offer", "发布了：项3「社区口腔健康日」。")
    made = only(say, select(PROJECT).where(PROJECT.c.origin == "company"))
    assert (made.state, made.summary) == ("ready", "60岁以上的老人")
    claim = only(say, select(CLAIM).where(CLAIM.c.project_id == made.id))
    assert (claim.state, claim.quantity) == ("accepted", 300)
    part = only(say, select(PART).where(PART.c.project_id == made.id))
    assert (part.taken, part.unit, part.state) == (300, "份", "filled")
    assert "接受了：项3「社区口腔健康日」，谢谢您。" in say.told()["bo"].text
    assert say(asked.buttons["不接受"], "chief").text == "不用再办，这一条已经处理过了。"
    assert "项3" in say("project 3").text


def test_it_is_declined_with_a_reason(offered: Chat) -> None:
    say = offered
    asked = put(say)
    say(asked.buttons["不接受"], "chief")
    assert say("十二月场地排满了", "chief").text == "没有接受，原因已经告诉对方。"
    assert say.told()["bo"].text == "海棠苑这次没有接受「社区口腔健康日」。原因：十二月场地排满了"
    assert rows(say, select(PROJECT).where(PROJECT.c.origin == "company")) == []
    refused = say("我们想提供一个项目", "he")
    assert (refused.did, refused.labels) == ("offer.project", ["我有资源"])


def test_a_draft_waits_for_its_officer(offered: Chat) -> None:
    say = offered
    asked = put(say)
    say(asked.buttons["接受项目"], "chief")
    assert say.press("先存草稿", "chief").text == "存成草稿了：项3「社区口腔健康日」。"
    made = only(say, select(PROJECT).where(PROJECT.c.origin == "company"))
    assert made.state == "draft"
    assert rows(say, select(CLAIM).where(CLAIM.c.project_id == made.id)) == []
