"""The sums of a month: what the points, the groups and all come to, and which days are missing."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from models import measure, metric
from models.database import transaction
from tests import street
from tests.chat import Chat
from tests.handlers.test_measures import DAY, enter


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    street.load(say_on_both.engine, tmp_path)
    return say_on_both


def test_groups_make_the_sum_of_the_points(say: Chat) -> None:
    for name, amount in (("北点", 3200), ("南点", 1100), ("楼点", 700), ("北点", 3300)):
        enter(say, name, DAY, amount)
    enter(say, "楼点", date(2026, 11, 1), 1)
    enter(say, "楼点", date(2026, 10, 31), 9000)
    shown = say("湿垃圾本月多少", "lin")
    assert (shown.did, shown.text) == (
        "measure.show",
        "湿垃圾 2026年11月共5.101吨。\n· 北点：3.3吨\n· 南点：1.1吨\n· 楼点：0.701吨\n"
        "其中：\n· 居民区：4.4吨\n· 园区：0.701吨",
    )
    with transaction(say.engine) as db:
        month = measure.month(db, metric.points(db, 1), DAY.replace(day=1))
        sums = [sum(amount for _, amount in part) for part in (month.points, month.groups)]
        assert sums == [month.total, month.total] == [5101, 5101]
    assert "2026年10月共9吨。" in say("湿垃圾10月合计", "lin").text
    own = say("湿垃圾数据", "weigher")
    assert [each.name for _, one in own.messages for each in one.attachments] == ["湿垃圾-2026-11.xlsx"]
    assert [each.name for _, one in shown.messages for each in one.attachments] == []
    # What is missing is named to who enters it.
    enter(say, "北点", DAY - timedelta(2), 100)
    assert "北点还没记：22日" in say("湿垃圾", "weigher").text
