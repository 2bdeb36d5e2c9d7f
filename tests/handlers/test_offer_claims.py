"""用这个认领: what somebody offers becomes a claim in one tap, and no more of it than there is."""

from sqlalchemy import select, update

from models.database import transaction
from models.offer import OFFER
from models.project_claim import CLAIM
from tests.chat import Chat
from tests.handlers.offered import make, offered, only, stand_down
from tests.handlers.officers import rows

__all__ = ["offered"]
KITS = select(OFFER.c.taken, OFFER.c.state).where(OFFER.c.code == "birch-kits")


def test_an_offer_becomes_a_claim_and_is_free_again_when_it_is_not_taken(offered: Chat) -> None:
    say = offered
    fits = say("offermatch 2", "bo")
    assert (fits.did, fits.refs) == ("offer.match", ["offer:birch-kits", "project:smile"])
    assert "合适在：同类、数量够、" in fits.text
    preview = say.press("用这个认领", "bo")
    assert preview.did == "project.claim"
    assert preview.text.startswith("给项2「笑一笑」认领护牙包300份，")
    button = preview.buttons["提交认领"]
    done = say(button, "bo")
    assert (done.did, done.refs) == ("project.claim", ["project:smile"])
    assert done.text.startswith("提交了：认1，护牙包300份。")
    # Pressed again it does nothing more.
    say(button, "bo")
    claim = only(say, select(CLAIM))
    assert (claim.quantity, claim.state) == (300, "offered")
    assert tuple(only(say, KITS)) == (300, "open")
    asked = say.told()["officer"]
    assert asked.labels[:2] == ["接受", "不接受"]
    # The part is full for everybody else now.
    assert say("useoffer 3", "feng").text == "看看别的项目吧，「护牙包」已经够了。"
    say(asked.buttons["不接受"], "officer")
    say("这次已经有了", "officer")
    assert only(say, select(CLAIM)).state == "declined"
    assert tuple(only(say, KITS)) == (0, "open")


def test_who_has_nothing_that_fits_is_told_what_else_to_do(offered: Chat) -> None:
    say = offered
    none = say("useoffer 4", "feng")
    assert none.text == "请先登记资源，或者直接认领。您登记的里面没有合适的。"
    assert none.labels == ["我有资源", "直接认领"]
    assert say("useoffer 999", "feng").text == "请看看别的项目，没有找到这个缺口。"
    # What staff have not looked at yet is no offer to claim with.
    make(say, "我们公司可以提供2名口腔讲师", "feng")
    assert say("useoffer 4", "feng").text == none.text
    say(say.told()["officer"].buttons["公开资源"], "officer")
    say("useoffer 4", "feng")
    say.press("提交认领", "feng")
    row = only(say, select(OFFER.c.taken, OFFER.c.state).where(OFFER.c.code == "chat-5"))
    assert tuple(row) == (2, "filled")


def test_who_stands_for_a_company_no_more_gives_nothing_of_it(offered: Chat) -> None:
    say = offered
    make(say, "我们公司可以提供2名口腔讲师", "bo")
    say(say.told()["officer"].buttons["公开资源"], "officer")
    say("useoffer 4", "bo")
    stand_down(say, "bo")
    refused = say.press("提交认领", "bo")
    assert refused.text == "请让白桦齿科的负责人来办，这一条是他们的。"
    assert say("useoffer 4", "bo").text == "请先登记资源，或者直接认领。您登记的里面没有合适的。"
    assert say("dropoffer 5", "bo").text == refused.text
    assert say("我的资源", "bo").text == "您还没有登记过。说“我有资源”就能登记。"
    assert rows(say, select(CLAIM)) == []


def test_another_quantity_and_what_was_taken_meanwhile(offered: Chat) -> None:
    say = offered
    say("useoffer 3", "bo")
    say.press("改数量", "bo")
    assert say("301", "bo").text.startswith("请写300份以内，")
    assert say("120", "bo").text.startswith("给项2「笑一笑」认领护牙包120份，")
    with transaction(say.engine) as db:
        db.run(update(OFFER).where(OFFER.c.code == "birch-kits").values(taken=400))
    assert say.press("提交认领", "bo").text == "看看我的资源，这一条现在不够了。"
    assert (rows(say, select(CLAIM)), only(say, KITS).taken) == ([], 400)
    say("useoffer 3", "bo")
    assert say.press("提交认领", "bo").text.startswith("提交了：认1，护牙包100份。")
