"""Once more: a copy with the same parts and no claims; next year's edition is kept for last year's claimants first."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models import editions, project_claim, project_part, standing
from models.database import transaction
from models.project import PROJECT
from models.project_claim import CLAIM
from tests import crowd, programme
from tests.chat import Chat
from tests.handlers.officers import rows


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    """陪老人散步 is finished: 青瓷科技 gave two of its four people, and nobody came for the money."""
    say = say_on_both
    programme.load(say, tmp_path)
    walk = programme.number(say, "walk")
    with transaction(say.engine) as db:
        _, hands = project_part.of(db, walk)
        qing = crowd.member(db, "qing")
        (celadon,) = standing.of(db, qing)
        given = project_claim.enter(db, hands, qing, celadon, 2, say.clock.now())
        for after in ("accepted", "delivered", "confirmed"):
            one = project_claim.find(db, given or 0)
            assert one is not None
            assert project_claim.go(db, one, after, qing, say.clock.now())
    programme.bring(say, walk, "ready", "running", "delivered", result="走了40次")
    return say


def test_a_copy_has_the_parts_and_no_claims(say: Chat) -> None:
    walk = programme.number(say, "walk")
    say(f"复制项{walk}", "chief")
    done = say.press("和原来一样", "chief")
    assert (done.did, done.refs) == ("staff.project", ["project:chat-3"])
    assert "状态：草稿" in done.text
    assert "志愿者：还缺4人（共4人）" in done.text
    assert rows(say, select(CLAIM.c.id).where(CLAIM.c.project_id == 3)) == []
    assert rows(say, select(PROJECT.c.edition_of_id).where(PROJECT.c.id == 3))[0].edition_of_id is None
    assert say(f"copyproject {walk}", "lin").text == "请找站长、总干事，云杉大厦的事由工作人员办。"
    assert say("copyproject 1", "chief").text == "请等「为老人拍照」做完再来，做完的才能复制和续办。"


def claims(say: Chat) -> list[Any]:
    return rows(say, select(CLAIM).where(CLAIM.c.project_id == 3))


def renewed(say: Chat) -> None:
    say(f"续办{programme.number(say, 'walk')}", "chief")
    say.press("就办2027年", "chief")
    assert say.press("发布", "chief").text.startswith(
        "发布了。先留给去年一起做的，12月7日 周一 09:10起大家都能认领。"
    )


def test_last_years_come_first_for_a_fortnight(say: Chat) -> None:
    renewed(say)
    told = say.told()
    assert {who: each.text for who, each in told.items()} == {
        "qing": "今年还来吗？「陪老人散步」又开始了，12月7日 周一 09:10前先留给去年一起做的单位。"
    }
    late = say("claimpart 3", "du")
    while late.did == "answer" and "以后再来" not in late.text:
        late = say.press(late.labels[0], "du")
    assert late.text == "请在12月7日 周一 09:10以后再来，在那以前先留给上一届的伙伴。"
    assert say.press("开放时告诉我", "du").text == "好的，12月7日 周一 09:10开放时告诉您。"
    # Money is kept for them as well.
    say("pledge 3", "du")
    say.press("我个人", "du")
    say("100", "du")
    assert say.press("记下意向", "du").text == late.text
    assert claims(say) == []
    # Last year's claimant has the number of a claim, on the last minute too.
    say.at("2026-12-07T09:09:00+08:00")
    asked = say("claimpart 3", "qing")
    for each in ("青瓷科技", "志愿者", "2"):
        label = next((label for label in asked.labels if each in label), each)
        asked = say.press(label, "qing") if label in asked.labels else say(label, "qing")
    done = say.press("确认认领", "qing")
    assert done.text.startswith("提交了：认2，志愿者2人")
    assert [(row.id, row.quantity, row.state) for row in claims(say)] == [(2, 2, "offered")]
    # Who waited hears of it once, and may claim then.
    opened = say.told("2026-12-07T09:30:00+08:00")
    assert opened["du"].text == "「陪老人散步」现在大家都能认领。"
    assert "qing" not in opened
    assert "以后再来" not in say("claimpart 3", "du").text


def test_without_the_guard_others_would_come_first(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed(say)
    monkeypatch.setattr(editions, "check", lambda *_: None)
    assert "以后再来" not in say("claimpart 3", "du").text
