"""The order in which a line is heard; groups, repeats, what is not understood, and a handler that fails."""

from concurrent.futures import Future
from threading import Event

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot import dispatch
from bot.inbound import Inbound, Reply
from handlers.talk import ACTIONS, Phrase, Talk, anybody, examples, menu, on
from models import member
from models.card import Card
from models.database import Db, transaction
from models.member import MEMBER, Person
from models.place import PLACE
from models.text import Text
from tests.chat import MENU, Chat
from tests.handlers.tea import CUPS, DRINK, SURE

MISSED = "请换个说法，比如“周六有什么活动”，或者点下面一个。这一句我们没听懂。"
MISSED_AGAIN = "请点下面一个，或者再换个说法。这一句我们还是没听懂。"
PERSON = "请说您的问题，我们转给站长（云杉大厦）。想当面问，请到离您最近的服务站。\n\n云杉大厦服务站\n"
STATION = (
    "点“转人工”，刚才的话就转给站长（云杉大厦）。\n"
    "想当面问，请到离您最近的服务站；也可以从下面选一个。\n\n云杉大厦服务站\n"
)
HOURS = "地址：云杉路1号2楼\n开放时间：周一至周五 09:00–18:00、周六 09:00–12:00"
HELLO = "您好！要办什么，直接说就行。"
NOTHING_OPEN = "没有填到一半的，不用退出。想办什么，直接说就行。"


@pytest.fixture
def failing(own_handlers: None) -> None:
    """摔一跤 writes something and fails."""

    @on("test.fail", head="fail", allow=anybody, phrases=(Phrase("摔一跤", weight=4),))
    def fail(talk: Talk) -> Card:
        member.speak(talk.db, talk.person.id, "en", talk.now)
        raise ZeroDivisionError("a handler fails")


# The order.


@pytest.mark.usefixtures("order_tea")
def test_an_escape_word_comes_before_an_answer(say: Chat) -> None:
    say("点茶")
    assert say("菜单").did == "help"
    assert say("取消").did == "cancel"


@pytest.mark.usefixtures("order_tea")
def test_a_known_head_comes_before_an_answer(say: Chat) -> None:
    say("点茶")
    assert say("show 4").did == "activity.show"
    assert say("show me 4").text == CUPS


@pytest.mark.usefixtures("order_tea")
def test_a_number_of_what_was_shown_comes_before_the_answer_to_a_choice(say: Chat) -> None:
    say("点茶"), say("龙井"), say("2")
    say("周六有什么活动")
    assert say("1").refs == ["activity:sorting"]
    assert say("2").text == "点好了：龙井，2杯。"


@pytest.mark.usefixtures("order_tea")
def test_an_answer_comes_before_a_number_where_a_number_is_wanted(say: Chat) -> None:
    say("点茶"), say("龙井")
    say("周六有什么活动")
    assert say("1").text == SURE


@pytest.mark.usefixtures("order_tea")
def test_an_answer_comes_before_understanding(say: Chat) -> None:
    say("点茶")
    assert say("瑜伽").text == CUPS


def test_understanding_comes_last_but_for_not_understood(say: Chat) -> None:
    assert say("瑜伽").did == "activity.search"
    assert say("呜哩哇啦").did == "unknown"


def test_a_number_means_what_the_last_message_showed(say: Chat) -> None:
    say("周六有什么活动"), say("周四有什么活动")
    assert say("2").refs == ["activity:yoga-thu"]
    assert say("1").did == "activity.register"


def test_a_number_that_nothing_has_is_not_understood(say: Chat) -> None:
    say("周六有什么活动")
    assert (say("9").did, say("9").text) == ("unknown", MISSED_AGAIN)


# Help, menu, greetings, people.


@pytest.mark.parametrize(
    "line", ["菜单", "帮助", "menu", "help", "/start", "/help", "？", "菜单。", "你能做什么", "怎么用"]
)
def test_help_is_collected_from_the_handlers(say: Chat, line: str) -> None:
    helped = say(line)
    assert (helped.did, helped.labels) == ("help", [*MENU, "更多说法"])
    shown = "\n".join(f"· {text.message}" for text in examples()[:8])
    assert helped.text == f"您好，要办什么直接说就行，比如：\n{shown}"


def test_every_example_of_the_help_is_understood(say: Chat) -> None:
    dids = []
    for example in examples():
        dids.append(say(example.message, "he").did)
        say("取消", "he")
    ranked = sorted(ACTIONS.values(), key=lambda action: action.rank)
    assert dids == [action.name for action in ranked if action.example and not action.for_staff]
    assert len(dids) > 40


@pytest.mark.usefixtures("own_handlers")
def test_a_new_handler_is_in_menu_and_help_by_being_there(say: Chat) -> None:
    @on("test.dance", head="dance", allow=anybody, menu=Text("跳舞"), example=Text("跳个舞"), rank=1)
    def dance(_talk: Talk) -> Card:
        return Card(Text("跳。"))

    assert menu()[0].says == "dance"
    helped = say("菜单")
    assert "· 跳个舞\n· 周六有什么活动" in helped.text
    assert helped.labels == ["跳舞", *MENU, "更多说法"]
    assert say("1").text == "跳。"


def test_the_menu_leads_somewhere(say: Chat) -> None:
    say("菜单")
    assert say("1").did == "activity.search"
    say("菜单")
    assert say("我的报名").did == "registration.list"
    say("菜单")
    assert say("5").did == "profile.show"
    say("菜单")
    assert say("4").did == "need.report"
    say("取消"), say("菜单")
    assert say("8").did == "language.set"


@pytest.mark.parametrize(
    "line", ["你好", "您好！", "侬好", "早上好", "hello", "Hi!", "谢谢", "谢谢你", "好的", "再见"]
)
def test_a_greeting_is_returned(say: Chat, line: str) -> None:
    greeted = say(line)
    assert (greeted.did, greeted.text, greeted.labels) == ("smalltalk", HELLO, MENU)


@pytest.mark.parametrize("line", ["人工", "转人工", "human", "人工。"])
def test_people_are_named_with_address_and_hours(say: Chat, line: str) -> None:
    shown = say(line)
    assert (shown.did, shown.refs, shown.labels) == ("help", ["place:tower-station"], ["返回", "取消"])
    assert shown.text == PERSON + HOURS


@pytest.mark.parametrize(
    ("who", "station"), [("lin", "tower-station"), ("he", "estate-station"), ("new", "tower-station")]
)
def test_the_station_is_the_nearest_to_work_else_to_home_else_any(say: Chat, who: str, station: str) -> None:
    assert say("人工", who).refs == [f"place:{station}"]


def test_work_comes_before_home(say: Chat) -> None:
    home = select(PLACE.c.id).where(PLACE.c.code == "estate").scalar_subquery()
    with transaction(say.engine) as db:
        db.run(update(MEMBER).where(MEMBER.c.code == "lin").values(home_id=home))
    assert say("人工").refs == ["place:tower-station"]


# Not understood.


def test_the_third_misunderstanding_shows_the_menu_and_the_nearest_station(say: Chat) -> None:
    first, second, third = say("呜哩哇啦"), say("哇啦呜哩"), say("呜哇呜哇")
    assert [first.did, second.did, third.did] == ["unknown"] * 3
    assert [first.text, second.text, third.text] == [MISSED, MISSED_AGAIN, STATION + HOURS]
    assert [first.labels, second.labels, third.labels] == [MENU, MENU, ["转人工", *MENU]]
    assert third.refs == ["place:tower-station"]


def test_what_is_understood_starts_the_count_anew(say: Chat) -> None:
    say("呜哩哇啦"), say("哇啦呜哩"), say("周六有什么活动")
    assert say("呜哩哇啦").text == MISSED
    for line in ("菜单", "取消", "返回"):
        say(line), say("呜哩哇啦"), say(line)
        assert say("呜哩哇啦").text == MISSED


def test_an_empty_line_is_not_understood(say: Chat) -> None:
    for line in ("", " ", "\u200b", "。", "😀"):
        assert say(line, "he").did == "unknown"


def test_an_endless_line_is_heard_to_its_limit(say: Chat) -> None:
    assert say("周六有什么活动" + "啊" * 100_000).did in ("activity.search", "unknown")


def test_an_attachment_is_told_that_it_is_not_seen(say: Chat) -> None:
    told = say.send(Inbound("console", "lin", attached=True))
    assert (told.did, told.labels) == ("unknown", MENU)
    assert told.text == "请用文字说一句。图片和文件，我们现在还看不了。"
    assert say.send(Inbound("console", "lin", "周六有什么活动", attached=True)).did == "activity.search"


@pytest.mark.usefixtures("order_tea")
def test_an_attachment_in_mid_form_leaves_it_open(say: Chat) -> None:
    say("点茶")
    told = say.send(Inbound("console", "lin", attached=True))
    assert told.messages[-1][1].text == DRINK
    assert say("龙井").text == CUPS


# Groups.


def test_a_search_in_a_group_is_answered_in_the_group(say: Chat) -> None:
    said = say("周六有什么活动", group="g1")
    assert (said.did, said.to) == ("activity.search", ["group:g1"])
    assert said.refs == ["activity:sorting", "activity:full"]


def test_registering_in_a_group_goes_to_the_person(say: Chat) -> None:
    asked = say("报名周四的瑜伽", group="g1")
    assert (asked.did, asked.to) == ("activity.register", ["lin"])
    done = say("确认")
    assert (done.did, done.to) == ("activity.register", ["lin"])
    for line in ("我的报名", "报名周四的瑜伽", "取消周四的瑜伽", "语言"):
        assert say(line, group="g1").to == ["lin"]
        say("取消")


def test_a_group_does_not_see_who_is_registered(say: Chat) -> None:
    say("报名周四的瑜伽"), say("确认")
    shown = say("周四的瑜伽几点", group="g1")
    assert shown.text.splitlines()[0] == "午间瑜伽【可报 余19】"
    assert shown.labels == ["报名"]
    assert say("周四的瑜伽几点").labels == ["取消报名", "提醒设置", "我的签到码", "问联系人"]


def test_a_line_in_a_group_never_answers_a_private_form(say: Chat) -> None:
    confirm = say("报名周四的瑜伽").buttons["确认报名"]
    past = say(confirm, group="g1")
    assert (past.to, past.text) == (["group:g1"], "请看下面，刚才那个按钮已经过期。")
    for line in ("1", "确认", "确认报名"):
        assert say(line, group="g2").did == "unknown"
    assert say("我的报名", group="g1").refs == []


def test_a_way_out_said_in_a_group_leaves_the_persons_own_form(say: Chat) -> None:
    say("报名周四的瑜伽")
    left = say("取消", group="g1")
    assert (left.did, left.to) == ("cancel", ["lin"])
    nothing = say("返回", group="g1")
    assert (nothing.text, nothing.to) == (NOTHING_OPEN, ["group:g1"])


@pytest.mark.usefixtures("order_tea")
def test_a_line_in_a_group_leaves_a_private_question_unanswered_and_unshown(say: Chat) -> None:
    say("点茶")
    said = say("周六有什么活动", group="g1")
    assert (said.to, len(said.messages)) == (["group:g1"], 1)
    told = say("龙井", group="g1", forwarded=True)
    assert (told.did, told.to) == ("unknown", ["group:g1"])
    assert say("龙井").text == CUPS


@pytest.mark.usefixtures("order_tea")
def test_a_list_that_a_group_sent_to_the_person_does_not_take_the_answer_to_a_question(say: Chat) -> None:
    say("报名周四的瑜伽"), say("确认"), say("报名周二的瑜伽"), say("确认")
    say("点茶"), say("龙井")
    assert say("我的报名", group="g1").to == ["lin"]
    assert say("2").text == SURE


def test_the_numbers_of_a_group_are_its_own(say: Chat) -> None:
    say("周四有什么活动", group="g1")
    say("周六有什么活动")
    say("有什么讲座", group="g2")
    assert say("2", group="g1").refs == ["activity:yoga-thu"]
    assert say("2").refs == ["activity:full"]
    assert say("1", group="g2").refs == ["activity:closed"]


def test_what_goes_to_the_person_leaves_the_numbers_of_the_group(say: Chat) -> None:
    say("周四有什么活动", group="g1")
    say("报名周六的垃圾分类值守", group="g1")
    assert say("2", group="g1").refs == ["activity:yoga-thu"]
    assert say("1").did == "activity.register"
    assert say("我的报名").refs == ["activity:sorting"]


def test_what_a_group_was_shown_anybody_in_it_goes_on_with(say: Chat) -> None:
    say("云杉大厦有什么活动", group="g1")
    shown = say("2", "he", group="g1")
    assert (shown.did, shown.to, shown.refs) == ("activity.show", ["group:g1"], ["activity:closed"])
    say("周六有什么活动", group="g1")
    assert say("只看可报名的", "he", group="g1").refs == ["activity:sorting"]
    say("周四有什么活动", group="g1")
    asked = say("报名", "he", group="g1")
    assert asked.to == ["he"]
    assert asked.refs == ["activity:pressure", "activity:yoga-thu", "activity:coffee"]


@pytest.mark.usefixtures("order_tea")
def test_a_group_does_not_hear_of_a_draft_that_is_set_aside(say: Chat) -> None:
    say("点茶")
    say.at("2026-11-24T09:10:00+08:00")
    assert "上次没填完的" not in say("周六有什么活动", group="g1").text
    assert "上次没填完的" in say("周六有什么活动").text
    assert "上次没填完的" not in say("周六有什么活动").text


def test_help_and_what_is_not_understood_stay_in_the_group(say: Chat) -> None:
    for line, did in (("菜单", "help"), ("你好", "smalltalk"), ("呜哩哇啦", "unknown")):
        said = say(line, group="g1")
        assert (said.did, said.to) == (did, ["group:g1"])


# Rights.


@pytest.mark.usefixtures("own_handlers")
def test_what_is_not_allowed_is_refused_under_its_own_name(say: Chat) -> None:
    def nobody(_db: Db, _person: Person) -> bool:
        return False

    ran = []

    @on("test.secret", head="secret", allow=nobody, private=True, phrases=(Phrase("开保险箱", weight=4),))
    def secret(_talk: Talk) -> Card:
        ran.append(1)
        return Card(Text("开了。"))

    for line in ("开保险箱", "secret"):
        refused = say(line)
        assert (refused.did, refused.labels) == ("test.secret", MENU)
        assert refused.text == "请到服务站问一问，这件事您在这里还不能办。"
    assert say("开保险箱", group="g1").to == ["lin"]
    assert ran == []


def test_every_action_says_who_may() -> None:
    assert [action.head for action in ACTIONS.values() if not callable(action.allow)] == []


# Repeats.


def test_a_message_delivered_twice_has_one_effect_and_the_same_answer(say_on_both: Chat) -> None:
    say = say_on_both
    say("报名周四的瑜伽", message="m1")
    once = say("确认", message="m2")
    assert once.did == "activity.register"
    again = say("确认", message="m2")
    assert (again.did, again.reply, again.messages) == (once.did, once.reply, once.messages)
    assert say("确认", message="m3").did != "activity.register"
    assert "午间瑜伽【可报 余19】" in say("周四的瑜伽", "he").text


def test_a_repeat_after_a_restart_gets_the_same_answer(say_on_both: Chat) -> None:
    say = say_on_both
    once = say("周六有什么活动", message="m1")
    say("报名垃圾分类值守"), say("确认")
    say.restart()
    again = say("周六有什么活动", message="m1")
    assert (again.reply, again.messages) == (once.reply, once.messages)
    assert say("我的报名").refs == ["activity:sorting"]


def test_a_repeat_changes_nothing_of_what_was_shown(say: Chat) -> None:
    say("周六有什么活动", message="m1")
    say("周四有什么活动", message="m2")
    say("周六有什么活动", message="m1")
    assert say("2").refs == ["activity:yoga-thu"]


def test_the_same_id_on_another_channel_is_another_message(say: Chat) -> None:
    assert say("周六有什么活动", message="m1").did == "activity.search"
    assert say("菜单", channel="telegram", message="m1").did == "help"


def test_a_repeat_in_a_group_goes_where_the_answer_went(say: Chat) -> None:
    once = say("周六有什么活动", group="g1", message="m1")
    assert say("周六有什么活动", group="g1", message="m1").to == once.to == ["group:g1"]


# A handler that fails.


@pytest.mark.usefixtures("failing")
def test_a_failing_handler_is_an_apology_with_the_number_of_its_trace(say_on_both: Chat) -> None:
    say = say_on_both
    with capture_logs() as logged:
        failed = say("摔一跤")
    (entry,) = logged
    assert (entry["event"], entry["log_level"]) == ("message failed", "error")
    assert isinstance(entry["exc_info"], ZeroDivisionError)
    assert failed.did == "unknown"
    assert failed.text == (
        f"请再说一次。刚才这句没办成，是我们出了差错；之前填的、办好的都还在。再不行，请到服务站报编号{entry['trace']}。"
    )
    assert "lin" not in str({key: value for key, value in entry.items() if key != "exc_info"})
    assert say("周六有什么活动").text.startswith("找到2场")  # nothing of what it wrote is left


@pytest.mark.usefixtures("failing", "order_tea")
def test_a_failing_handler_leaves_the_form_as_it_was(say: Chat) -> None:
    say("点茶"), say("龙井")
    with capture_logs():
        say("摔一跤")
    assert say("2").text == SURE


@pytest.mark.usefixtures("failing")
def test_a_failed_message_delivered_twice_gets_the_same_apology(say: Chat) -> None:
    with capture_logs() as logged:
        once, again = say("摔一跤", message="m1"), say("摔一跤", message="m1")
    assert (again.did, again.messages, len(logged)) == (once.did, once.messages, 1)


@pytest.mark.usefixtures("failing")
def test_the_first_line_of_a_newcomer_may_fail(say: Chat) -> None:
    with capture_logs():
        assert "出了差错" in say("摔一跤", "new").text
    assert say("周六有什么活动", "new").did == "activity.search"


@pytest.mark.usefixtures("failing")
def test_the_neighbours_of_a_failing_message_notice_nothing(say_on_both: Chat) -> None:
    chat = say_on_both
    chat("报名周四的瑜伽", "he")

    def answer(who: str, line: str) -> "Future[Reply]":
        def work(db: Db) -> Reply:
            return dispatch.answer(db, Inbound("console", who, line), chat.clock.now(), chat.equipment)

        return chat.worker.submit(who, work)

    lines = [
        ("lin", "周六有什么活动"),
        ("mei", "摔一跤"),
        ("he", "确认"),
        ("anna", "摔一跤"),
        ("officer", "菜单"),
    ]
    with capture_logs() as logged:
        # What waits together behind one message is taken together, into one transaction on SQLite.
        all_wait = Event()
        chat.worker.submit("first", lambda _db: all_wait.wait(30))
        waiting = [answer(who, line) for who, line in lines]
        all_wait.set()
        dids = [future.result(30).did for future in waiting]
    assert dids == ["activity.search", "unknown", "activity.register", "unknown", "help"]
    assert len(logged) == 2
    assert chat("我的报名", "he").refs == ["activity:yoga-thu"]
