"""A number, or a label, means what the last message showed; also where that was told without having been asked for."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from bot.channels import CHANNELS
from bot.channels.rendering import numbered, render_outgoing
from models import conversation
from models.activity import ACTIVITY
from models.card import Card, Choice
from models.claim import Claim
from models.conversation import CONVERSATION, Memory
from models.database import transaction
from models.delivery import DELIVERY
from models.notice import Outgoing, Part
from models.text import Text
from tests.chat import Chat

DAY_BEFORE = "2026-11-25T12:10:00+08:00"
FREED = "好的，「午间瑜伽」的名额让给别人了。要是又能来，请重新报名。"
ASK = Card(Text("还来吗？"), choices=(Choice(Text("会来"), "coming 2"), Choice(Text("来不了"), "absent 2")))


def register(say: Chat, channel: str = "wechat", which: str = "周四的瑜伽") -> None:
    say(f"报名{which}", "wx", channel=channel)
    assert say("确认报名", "wx", channel=channel).did == "activity.register"


def seats(say: Chat) -> int:
    with transaction(say.engine) as db:
        held = select(func.sum(ACTIVITY.c.seats)).where(ACTIVITY.c.code.in_(["yoga-thu", "pressure"]))
        return int(db.value(held))


def test_a_number_means_what_was_pushed_last(say_on_both: Chat) -> None:
    say = say_on_both
    register(say)
    say("最近有什么活动", "wx", channel="wechat")
    assert "wx" in say.told(DAY_BEFORE)
    assert say("2", "wx", channel="wechat").text.startswith(FREED)
    assert seats(say) == 0


def test_where_one_presses_a_number_means_the_list_that_has_numbers(say: Chat) -> None:
    register(say, "telegram")
    say("最近有什么活动", "wx", channel="telegram")
    assert "wx" in say.told(DAY_BEFORE)
    assert say("2", "wx", channel="telegram").did == "activity.show"
    assert seats(say) == 1


def test_it_means_what_was_shown_after_it_again(say: Chat) -> None:
    register(say)
    say.told(DAY_BEFORE)
    say("最近有什么活动", "wx", channel="wechat")
    assert say("2", "wx", channel="wechat").did == "activity.show"
    assert seats(say) == 1


def test_what_came_in_a_form_of_the_platform_showed_no_numbers(say: Chat) -> None:
    register(say)
    say("最近有什么活动", "wx", channel="wechat")
    say.told(DAY_BEFORE)
    with transaction(say.engine) as db:
        before = datetime.fromisoformat("2026-11-25T12:00:00+08:00")
        db.run(update(CONVERSATION).values(free_until=before, free_left=4))
    assert say("2", "wx", channel="wechat").did == "activity.show"
    assert seats(say) == 1


def test_a_label_means_what_was_pushed_and_not_an_older_button(say: Chat) -> None:
    register(say, which="周四的瑜伽")
    say.told(DAY_BEFORE)
    # Whatever stood on an older card: the label of the newer one counts.
    with transaction(say.engine) as db:
        row = conversation.look(db, "wechat", "wx")
        assert row is not None
        memory = Memory.load(row.memory)
        memory.menu = [["来不了", "absent 1"], ["早先的", "show 1"]]
        conversation.keep(db, row.address, memory, known=True)
    assert say("来不了", "wx", channel="wechat").text.startswith(FREED)


def test_of_two_with_the_same_label_it_asks_which(say: Chat) -> None:
    register(say)
    register(say, which="冬季血压管理")
    say.told(DAY_BEFORE)
    assert say("来不了", "wx", channel="wechat").text.startswith("取消哪一场？")
    assert seats(say) == 2


def test_what_is_long_ago_is_not_answered(say: Chat) -> None:
    register(say)
    say("最近有什么活动", "wx", channel="wechat")
    say.told(DAY_BEFORE)
    with transaction(say.engine) as db:
        db.run(update(DELIVERY).values(settled=say.clock.now() - timedelta(hours=37)))
    assert say("2", "wx", channel="wechat").did == "activity.show"


def outgoing(channel: str, kind: str | None) -> Outgoing:
    claim = Claim(1, 1, datetime.fromisoformat(DAY_BEFORE))
    return Outgoing(claim, 1, channel, "wx", 1, "zh-Hans", (Part(ASK), Part(ASK)), kind=kind)


def test_numbers_stand_only_where_they_are_typed_and_on_news_alone(say: Chat) -> None:
    assert [each.first for each in numbered(outgoing("wechat", "reminder")).parts] == [1, 3]
    for channel, kind in (("wechat", None), *((each, "reminder") for each in CHANNELS if each != "wechat")):
        assert [each.first for each in numbered(outgoing(channel, kind)).parts] == [None, None]
    told = numbered(outgoing("wechat", "reminder"))
    texts = [each.text for each in render_outgoing(told, say.clock.now(), say.equipment.schedule.zone)]
    assert texts[0] == "还来吗？\n\n1 会来\n2 来不了\n\n发数字就行。"
