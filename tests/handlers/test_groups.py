"""A group is bound to a place by a code of its staff, once, and by nobody else."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from handlers.acknowledgements import answers
from models import broadcast, broadcasting, duty, group_binding, group_notice, invite
from models.audience import Audience
from models.card import Card
from models.change import CHANGE
from models.database import transaction
from models.delivery import DELIVERY
from models.invite import INVITE
from models.member import ADDRESS, ROLE
from models.notice import NOTICE
from models.text import Text
from tests.chat import VAULT, Chat, Said
from tests.models.test_duty import member, place

NOT_STAFF = "请到服务站问一问，这件事您在这里还不能办。"
USELESS = "请工作人员私聊我们说“群码”，要一个新的。这个码不对，或者用过了、过期了。"
BOUND = "好了，云杉大厦的通知也发到这个群。不想要了，工作人员在这里说“解绑”。"


def code_in(said: Said) -> str:
    found = re.search(r"\d{3} \d{3} \d{3}", said.text)
    assert found
    return found[0]


def staff(say: Chat, who: str, code: str) -> None:
    with transaction(say.engine) as db:
        db.insert(insert(ROLE), member_id=member(db, who), kind="staff", place_id=place(db, code))


def bound(say: Chat) -> dict[str, str]:
    with transaction(say.engine) as db:
        keys = {row.id: row.key for row in db.rows(select(ADDRESS))}
        found = {keys[key]: group_binding.find(db, key) for key in keys}
    return {key: row.place_code for key, row in found.items() if row is not None}


def test_a_code_of_staff_said_in_the_group_binds_it(say_on_both: Chat) -> None:
    say = say_on_both
    given = say("绑定群", "officer")
    assert (given.did, given.to) == ("staff.group", ["officer"])
    assert "云杉大厦的群码" in given.text
    assert "11月24日" in given.text
    said = say(code_in(given), "officer", group="g1")
    assert (said.did, said.to, said.text) == ("staff.group", ["group:g1"], BOUND)
    assert bound(say) == {"group:g1": "tower"}
    with transaction(say.engine) as db:
        (noted,) = db.rows(select(CHANGE).where(CHANGE.c.subject == "group"))
        assert (noted.after, noted.reason, noted.actor_id) == ("bound", "云杉大厦", member(db, "officer"))


@pytest.mark.parametrize(
    "line",
    [
        "群码 云杉大厦",
        "给云杉大厦要一个群码",
        "group code for Spruce Tower",
        "绑定我们的群",
        "link our group",
    ],
)
def test_a_code_is_asked_for_in_words(say: Chat, line: str) -> None:
    assert say(line, "officer").text.startswith("云杉大厦的群码")


def test_a_code_is_given_for_a_place_that_somebody_covers_and_to_staff_alone(say: Chat) -> None:
    assert say("群码 海棠苑", "officer").text == "请到服务站问一问，海棠苑的事由工作人员办。"
    assert say("群码 云杉大厦", "lin").text == NOT_STAFF
    assert say("群码 云杉大厦服务站", "officer").text.startswith("云杉大厦服务站的群码")


def test_with_several_places_it_is_asked_which(say: Chat) -> None:
    staff(say, "officer", "estate")
    asked = say("绑定群", "officer")
    assert (asked.text, asked.labels[:2]) == ("群绑到哪里？", ["云杉大厦", "海棠苑"])
    # One below them is said by name.
    assert say("海棠苑北区", "officer").text.startswith("海棠苑北区的群码")


@pytest.mark.parametrize(
    "code", ["123 456 789", "join 123456789", "我的码是123456789", "bindgroup 123456789"]
)
def test_a_code_that_is_none_binds_nothing_and_counts(say: Chat, code: str) -> None:
    for _ in range(invite.MOST_WRONG):
        assert say(code, "officer", group="g1").text == USELESS
    given = code_in(say("绑定群", "officer"))
    assert say(given, "officer", group="g1").text.startswith("请在今天 11月23日 周一 09:25以后再试")
    assert bound(say) == {}


def test_a_code_is_good_once(say_on_both: Chat) -> None:
    say = say_on_both
    code = code_in(say("绑定群", "officer"))
    assert say(code, "officer", group="g1").text == BOUND
    assert say(code, "officer", group="g2").text == USELESS
    assert bound(say) == {"group:g1": "tower"}


def test_a_code_ends_after_a_day(say: Chat) -> None:
    code = code_in(say("绑定群", "officer"))
    say.clock.move(say.clock.now() + timedelta(hours=24))
    assert say(code, "officer", group="g1").text == USELESS
    assert bound(say) == {}


def test_an_older_code_is_void(say: Chat) -> None:
    old, new = code_in(say("绑定群", "officer")), code_in(say("绑定群", "officer"))
    assert say(old, "officer", group="g1").text == USELESS
    assert say(new, "officer", group="g1").text == BOUND


def test_only_who_is_staff_of_the_place_in_that_moment_binds(say_on_both: Chat) -> None:
    say = say_on_both
    staff(say, "he", "estate")
    code = code_in(say("绑定群", "officer"))
    for who in ("lin", "he"):
        assert say(code, who, group="g1").text == "请这里的工作人员来发，别人发的群码不算。"
    assert bound(say) == {}
    # It is still good for who may.
    assert say(code, "officer", group="g1").text == BOUND


def test_without_the_guard_anybody_would_bind(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    code = code_in(say("绑定群", "officer"))
    monkeypatch.setattr(duty, "covers", lambda *_: True)
    assert say(code, "lin", group="g1").text == BOUND


def test_who_lost_the_duty_meanwhile_binds_nothing(say: Chat) -> None:
    code = code_in(say("绑定群", "officer"))
    with transaction(say.engine) as db:
        db.run(ROLE.delete())
    assert say(code, "officer", group="g1").text == "请这里的工作人员来发，别人发的群码不算。"
    assert bound(say) == {}


def test_in_private_a_group_code_joins_nobody(say_on_both: Chat) -> None:
    say = say_on_both
    code = code_in(say("绑定群", "officer"))
    assert say(code, "officer").text == "请到要绑定的群里@我们，再发这个群码。"
    assert say(code, "lin").text == "请再看看这个码。它不对，或者用过了、过期了。"
    with transaction(say.engine) as db:
        (address,) = db.rows(select(ADDRESS).where(ADDRESS.c.key == "lin"))
        assert address.member_id == member(db, "lin")
    assert say(code, "officer", group="g1").text == BOUND


def told(say: Chat) -> list[tuple[str, str]]:
    """Whom the ledger has something for, and what it says."""
    with transaction(say.engine) as db:
        rows = db.rows(
            select(ADDRESS.c.key, NOTICE.c.cards)
            .join(DELIVERY, DELIVERY.c.address_id == ADDRESS.c.id)
            .join(NOTICE, NOTICE.c.id == DELIVERY.c.notice_id)
        )
    return [(row.key, row.cards[0]["text"][0]) for row in rows]


@pytest.mark.parametrize("line", ["{}", "join {}", "我的关联码是{}"])
def test_a_personal_code_said_in_a_group_is_void_and_binds_nobody(say: Chat, line: str) -> None:
    """Everybody there has read it."""
    code = code_in(say("关联我的另一个账号", "he"))
    if line.startswith("join"):
        code = code.replace(" ", "")
    said = say(line.format(code), "lin", group="g1")
    assert said.to == ["group:g1"]
    assert said.text == "请在私聊里发个人的码。发到群里的这个，已经作废。"
    assert [key for key, _ in told(say)] == ["he"]
    assert bound(say) == {}
    assert say(code, "lin").text == "请再看看这个码。它不对，或者用过了、过期了。"
    with transaction(say.engine) as db:
        assert [row.revoked is None for row in db.rows(select(INVITE))] == [False]
        assert db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == "lin")) == member(db, "lin")


def test_a_staff_code_said_in_a_group_gives_nobody_its_duties(say: Chat) -> None:
    with transaction(say.engine) as db:
        officer = member(db, "officer")
        made = invite.make(db, VAULT, officer, None, "staff", say.clock.now())
    say(str(made), "stranger", group="g1")
    say(str(made), "stranger")
    with transaction(say.engine) as db:
        assert db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == "stranger")) != officer


def test_staff_unbind_in_the_group(say_on_both: Chat) -> None:
    say = say_on_both
    say(code_in(say("绑定群", "officer")), "officer", group="g1")
    assert say("解绑", "lin", group="g1").text == "请找站长，云杉大厦的事由工作人员办。"
    assert bound(say) == {"group:g1": "tower"}
    done = say("解绑", "officer", group="g1")
    assert (done.did, done.to, done.text) == (
        "staff.group",
        ["group:g1"],
        "解绑了，云杉大厦的通知不再发到这个群。",
    )
    assert bound(say) == {}
    assert say("解绑", "officer", group="g1").text == "这里没有绑定的群，不用解绑。"


def test_staff_unbind_from_elsewhere(say: Chat) -> None:
    say(code_in(say("绑定群", "officer")), "officer", group="g1")
    asked = say("解绑群", "officer")
    assert (asked.text, asked.labels[0]) == ("解绑哪个群？", "云杉大厦的群（今天 11月23日 周一 09:10绑定）")
    assert say("1", "officer").text == "解绑了，云杉大厦的通知不再发到这个群。"
    assert bound(say) == {}
    assert say("解绑群", "lin").text == "这里没有绑定的群，不用解绑。"


def test_a_code_that_is_not_written_is_asked_for(say: Chat) -> None:
    assert say("bindgroup", "officer", group="g1").text == "请@我们，再发9位数字的群码，比如“123 456 789”。"
    assert say("bindgroup 123456789", "officer").text == "请到要绑定的群里@我们，再发群码。"


def test_a_broadcast_goes_to_the_groups_of_its_place_too_and_says_so(say_on_both: Chat) -> None:
    say = say_on_both
    say(code_in(say("绑定群", "officer")), "officer", group="g1")
    say.told()
    seen = say("通知云杉大厦全体：周五空调检修", "officer")
    assert "\n另发到1个群。\n" in seen.text
    say.press("确认发送", "officer")
    sent = say.told()
    assert (sent["group:g1"].text, sent["group:g1"].labels) == ("【云杉大厦 · 站长】\n\n周五空调检修", [])
    assert sent["lin"].text == sent["group:g1"].text
    assert "group:g1" not in say.told()


def test_a_place_without_readers_is_told_in_its_group_alone(say_on_both: Chat) -> None:
    say = say_on_both
    staff(say, "officer", "estate-station")
    say(code_in(say("群码 海棠苑居民服务站", "officer")), "officer", group="g1")
    say.told()
    seen = say("通知海棠苑居民服务站的人：周五关门", "officer")
    assert "现在没有人收得到。\n另发到1个群。\n" in seen.text
    assert say.press("确认发送", "officer").text == "好的，正在发到1个群。"
    assert say.told("2026-11-23T12:00:00+08:00")["group:g1"].text.endswith("周五关门")


def test_an_emergency_leads_out_of_the_group_to_be_answered(say: Chat) -> None:
    say(code_in(say("绑定群", "officer")), "officer", group="g1")
    with transaction(say.engine) as db:
        words, audience = {"zh-Hans": "请立刻离开"}, Audience((place(db, "tower"),))
        found = broadcast.propose(
            db, member(db, "officer"), words, audience, say.clock.now(), kind="emergency"
        )
        found = broadcast.move(db, found, "held", None, say.clock.now())
        card = Card(Text("请立刻离开"), choices=answers(found.number))
        group_notice.tell(db, found, [card], say.clock.now(), "urgent", say.clock.now() + timedelta(days=1))
    (message,) = say.told()["group:g1"].reply.messages
    assert [(each.label, each.private) for each in message.card.choices] == [(Text("收到"), True)]


def test_a_broadcast_goes_to_no_group_of_another_place_and_none_that_was_unbound(say: Chat) -> None:
    staff(say, "officer", "estate")
    for group, name in (("g1", "云杉大厦"), ("g2", "海棠苑")):
        say(code_in(say(f"群码 {name}", "officer")), "officer", group=group)
    say("解绑", "officer", group="g1")
    assert "个群" not in say("通知云杉大厦全体：周五空调检修", "officer").text
    say.press("确认发送", "officer")
    assert not [to for to in say.told() if to.startswith("group:")]


def test_what_was_stopped_reaches_no_group(say: Chat) -> None:
    say(code_in(say("绑定群", "officer")), "officer", group="g1")
    say.told()
    now = say.clock.now()
    with transaction(say.engine) as db:
        words, audience = {"zh-Hans": "周五空调检修"}, Audience((place(db, "tower"),))
        found = broadcast.propose(db, member(db, "officer"), words, audience, now, kind="notice")
        found = broadcast.move(db, found, "held", None, now)
        found = broadcasting.begin(db, found, (Card(Text("周五空调检修")),), now)
        broadcasting.stop(db, found, None, now)
    assert "group:g1" not in say.told()


def test_what_was_paused_reaches_no_group_before_it_goes_on(say_on_both: Chat) -> None:
    say = say_on_both
    say(code_in(say("绑定群", "officer")), "officer", group="g1")
    say.told()
    now = say.clock.now()
    with transaction(say.engine) as db:
        words, audience = {"zh-Hans": "周五空调检修"}, Audience((place(db, "tower"),))
        found = broadcast.propose(db, member(db, "officer"), words, audience, now, kind="notice")
        found = broadcast.move(db, found, "held", None, now)
        found = broadcasting.begin(db, found, (Card(Text("周五空调检修")),), now)
        broadcasting.pause(db, found, None, now)
    assert "group:g1" not in say.told()
    with transaction(say.engine) as db:
        broadcasting.resume(db, broadcast.read(db, found.id), None, now)
    assert "group:g1" in say.told()
