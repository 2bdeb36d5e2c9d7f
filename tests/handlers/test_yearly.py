"""The year in numbers: by series, topic, host and kind, each in one query, for staff and their places alone."""

from datetime import date

import pytest
from sqlalchemy import update

from models import counts, duty, registering
from models.activity import ACTIVITY
from models.counts import Line
from models.database import Db, transaction
from tests.chat import Chat
from tests.shifts import arrive, member, register, wanted

LATE = "2026-12-31T20:00:00+08:00"


@pytest.fixture
def past(say_on_both: Chat) -> Chat:
    """Two lessons of yoga with three and one people, one of whom came; and what else the tests' community held."""
    say = say_on_both
    with transaction(say.engine) as db:
        registering.register(db, wanted(db, "yoga-tue"), member(db, "lin"), 2, {}, say.clock.now())
    register(say, "yoga-tue", "he")
    register(say, "yoga-thu", "anna")
    arrive(say, "yoga-tue", "lin", "2026-11-24T12:10:00+08:00")
    say.at(LATE)
    return say


def test_staff_are_told_of_a_year(past: Chat) -> None:
    say = past
    shown = say("今年各系列办了多少场、多少人次", "officer")
    assert shown.did == "staff.report"
    assert shown.text.startswith("2026年，按系列：\n午间时光：2场，报名4人次，到场2人次\n不属于系列的：")
    by_topic = say.press("按主题", "officer")
    assert "瑜伽：2场，报名4人次，到场2人次" in by_topic.text
    assert "运动：2场，报名4人次，到场2人次" in by_topic.text
    assert "云杉联合工会：2场，报名4人次，到场2人次" in say.press("按主办方", "officer").text
    assert "讲座：1场" in say("今年按类型统计有多少场", "officer").text
    # A month likewise; what is not yet over is not counted, and what was elsewhere is not his.
    assert say("导出一下上个月的活动统计", "officer").text.startswith("2026年11月，按系列：\n午间时光：2场")
    assert "海棠" not in shown.text
    assert say("去年办了多少场活动", "officer").text == "2025年没有办活动。"
    refused = say("今年各系列办了多少场", "lin")
    assert (refused.did, refused.text) == ("staff.report", "请找服务站的工作人员，活动统计只有工作人员看。")
    assert say("yearly 99999991", "officer").text.startswith("2026年，")


def test_a_year_by_topic_and_by_host_is_one_query(past: Chat) -> None:
    class Counted(Db):
        asked = 0

        def rows(self, *arguments, **values):  # type: ignore[no-untyped-def]
            self.asked += 1
            return super().rows(*arguments, **values)

    with transaction(past.engine) as db:
        places = duty.everywhere(db, member(db, "officer"))
        watched = Counted(db._connection)
        days = (date(2026, 1, 1), date(2026, 12, 31))
        topics = counts.of_days(watched, "topic", *days, places, past.clock.now())
        hosts = counts.of_days(watched, "host", *days, places, past.clock.now())
        assert watched.asked == 2
        assert Line("瑜伽", 2, 4, 2) in topics
        assert hosts[0] == Line("云杉联合工会", 2, 4, 2)
        # Cancelled ones and those of other places are none of them.
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "yoga-thu").values(state="cancelled"))
        assert counts.of_days(db, "host", *days, places, past.clock.now())[0] == Line("云杉联合工会", 1, 3, 2)
        assert counts.of_days(db, "host", *days, [], past.clock.now()) == []
