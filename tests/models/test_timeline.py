"""The public timeline: from the log of changes, with roles instead of names, and without reasons."""

from handlers import timelines
from handlers.words import Reader, say
from models import need, need_line, timeline
from models.database import transaction
from models.timeline import Point
from tests.chat import SCHEDULE, Chat
from tests.handlers.needs import member_of, reported


def test_it_says_what_happened_and_in_which_role(say_on_both: Chat) -> None:
    chat = say_on_both
    number = reported(chat, state="rejected")
    officer, other, now = member_of(chat, "officer"), member_of(chat, "he"), chat.clock.now()
    with transaction(chat.engine) as db:
        need_line.add(db, number, officer, "note", now, words="业主是老上访户", checked="passed")
        need_line.add(db, number, officer, "answer", now, words="灯属于业主自家", checked="passed")
        need_line.add(db, number, other, "addition", now, words="四楼也是")
        points = timeline.of(db, "need", number)
        stages = timelines.stages(db, "need", number)
    assert [(each.what, each.role) for each in points] == [
        ("new", "reporter"),
        ("triaged", "staff"),
        ("rejected", "staff"),
        ("answer", "staff"),
    ]
    assert points[1] == Point("triaged", now, "staff", points[1].who)
    reader = Reader("zh-Hans", now, SCHEDULE.zone)
    words = [say(each.what, reader) + "，" + say(each.who, reader) for each in stages if each.who]
    assert words == [
        "已收到，反映人",
        "已受理，云杉大厦工作人员",
        "不予受理，云杉大厦工作人员",
        "给了答复，云杉大厦工作人员",
    ]
    shown = chat(f"need {number}", "mei").text
    for secret in ("林一", "站长", "不归我们管", "老上访户", "四楼也是"):
        assert secret not in shown
    assert need.ref(number) in chat(f"need {number}", "mei").refs
