"""A team: partners come by a signed code and stand as invited by whom, and somebody leads."""

from sqlalchemy import select

from models import team
from models.project import PROJECT
from models.project_claim import CLAIM
from tests.chat import VAULT, Chat, Said
from tests.handlers.offered import offered, only
from tests.handlers.officers import rows

__all__ = ["offered"]


def claimed(say: Chat) -> str:
    """Bo's company gives the kits; gives the code by which its partners come."""
    say("useoffer 3", "bo")
    say.press("提交认领", "bo")
    say(say.told()["officer"].buttons["接受"], "officer")
    say.told()
    code = say("邀请伙伴", "bo")
    assert code.did == "project.invite"
    says = code_in(code)
    assert len(says.encode()) <= 64
    attached = [each for message in code.reply.messages for each in message.card.attachments]
    assert [(each.kind, each.says) for each in attached] == [("qr", says)]
    return says


def code_in(said: Said) -> str:
    return next(each for each in said.text.split("\n") if each.startswith("teamup "))


def test_a_partner_comes_by_the_code_and_stands_in_the_team(offered: Chat) -> None:
    say = offered
    says = claimed(say)
    assert say(says, "he").text == "请把码转给单位的负责人，由他来认领。"
    assert say(says, "bo").text == "请把码发给别的单位，这是您自己单位的邀请码。"
    assert say(says[:-1] + ("A" if says[-1] != "A" else "B"), "feng").text.startswith(
        "请向伙伴再要一个邀请码"
    )
    seen = say(says, "feng")
    assert seen.did == "project.claim"
    assert seen.text.startswith("白桦齿科邀请红枫文具一起来。能出哪一样？")
    say("1", "feng")
    say("2", "feng")
    done = say.press("提交认领", "feng")
    assert (done.did, done.refs) == ("project.claim", ["project:smile"])
    claim = only(say, select(CLAIM).where(CLAIM.c.invited_by_id.is_not(None)))
    assert (claim.quantity, claim.invited_by_id) == (2, 1)
    say(say.told()["officer"].buttons["接受"], "officer")
    told = say.told()
    assert "红枫文具：口腔讲师2名（由白桦齿科邀请）" in told["feng"].text
    assert "红枫文具加入了" in told["bo"].text


def test_the_invitation_reaches_who_stands_for_a_named_organization_once(offered: Chat) -> None:
    say = offered
    claimed(say)
    say.press("直接发给单位", "bo")
    say("不知道哪家", "bo")
    assert say("垂柳物业", "bo").text == "已经发给垂柳物业了。"
    told = say.told()
    assert told["liu"].text == "白桦齿科邀请您加入项2「笑一笑」，一起把它办成。"
    assert say.press("看看能出什么", "liu").text.startswith("白桦齿科邀请垂柳物业一起来。")
    say("invitefirm 1", "bo")
    say("垂柳物业", "bo")
    assert say.told() == {}
    assert say("invitefirm 1", "liu").text.startswith("请先认领一个缺口，再邀请伙伴一起来。")


def test_staff_set_the_lead_or_the_first_partner_takes_it(offered: Chat) -> None:
    say = offered
    claimed(say)
    assert say("给项2设牵头", "he").text.startswith("请找站长")
    taken = say("我们来牵头", "bo")
    assert (taken.did, taken.text) == ("project.lead", "由白桦齿科给项2「笑一笑」牵头，对吗？")
    assert say.press("我们牵头", "bo").text == "定了，由白桦齿科牵头，已经告诉团队。"
    assert only(say, select(PROJECT.c.lead_id).where(PROJECT.c.code == "smile")).lead_id is not None
    refused = say("我们来牵头", "bo")
    assert refused.text.endswith("由谁牵头工作人员说了算。")
    # The lead answers claims too.
    say(code_in(say("邀请伙伴", "bo")), "feng")
    say("1", "feng")
    say("1", "feng")
    say.press("提交认领", "feng")
    told = say.told()
    assert {"bo", "officer"} <= set(told)
    say(told["bo"].buttons["接受"], "bo")
    assert [row.state for row in rows(say, select(CLAIM.c.state).order_by(CLAIM.c.id))] == [
        "accepted",
        "accepted",
    ]
    chosen = say("给项2设牵头", "officer")
    assert chosen.did == "staff.project"
    assert say.press("红枫文具", "officer").text == "定了，由红枫文具牵头，已经告诉团队。"
    assert "牵头：红枫文具（冯经理）" in say.told()["bo"].text


def test_only_what_we_signed_is_a_code() -> None:
    """The twin: without the signature any claim's number would do."""
    made = team.sign(VAULT, 7)
    assert team.read(VAULT, made) == 7
    assert [
        team.read(VAULT, each) for each in (made[:-1], made.swapcase(), "A" * 24, "好" * 24, made + "=")
    ] == [None] * 5
