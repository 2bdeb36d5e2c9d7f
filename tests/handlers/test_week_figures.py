"""The figures of a week: each counted from its rows, in words and in a picture, for the staff of the place alone."""

import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import insert, select

from handlers import week_files
from handlers.papers.fonts import font, missing
from handlers.papers.sheet import WIDTH, Words
from models.booking import BOOKING
from models.database import Db, transaction
from models.member import MEMBER
from models.place import PLACE
from models.service import SERVICE
from models.visit import VISIT
from tests.chat import Chat
from tests.handlers.test_posters import attached, made

# A Wednesday of the week before that of the tests, and one of the week before it.
LAST, BEFORE = (
    datetime.fromisoformat("2026-11-18T10:00:00+08:00"),
    datetime.fromisoformat("2026-11-11T10:00:00+08:00"),
)
TEXT = """云杉大厦服务站，11月16日至11月22日：
来了6人次，比前一周多5
· 办事：3（前一周1）
· 参观：2（前一周0）
· 没说来做什么：1（前一周0）
· 其中扫打印码：1（前一周0）
· 签到了活动：4（前一周0）
· 约好的：3（前一周1）
· 取号的：2（前一周0）
· 办好的：3（前一周0）
· 没来的：1（前一周1）
· 评价平均：4.6分，3人评（前一周没有）

图片：云杉大厦服务站周报2026-11-16.png"""


def fill(db: Db) -> None:
    place = int(db.value(select(PLACE.c.id).where(PLACE.c.code == "tower-station")))
    other = int(db.value(select(PLACE.c.id).where(PLACE.c.code == "estate-station")))
    member = int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin")))
    service = int(db.value(select(SERVICE.c.id)))

    def come(
        purpose: str | None, at: datetime, how: str = "screen", where: int = place, **more: object
    ) -> None:
        row = {
            "place_id": where,
            "member_id": member,
            "seats": 1,
            "entered": at,
            "how": how,
            "purpose": purpose,
        }
        db.run(insert(VISIT), **{**row, **more})

    for purpose, how in (
        ("办事", "screen"),
        ("办事", "printed"),
        ("办事", "screen"),
        ("参观", "screen"),
        (None, "digits"),
    ):
        come(purpose, LAST, how)
    come("办事", BEFORE)
    come("参观", datetime.fromisoformat("2026-11-22T23:59:59+08:00"))
    # Of this week, of another station, taken back, and at an activity.
    come("办事", datetime.fromisoformat("2026-11-23T00:00:00+08:00"))
    come("办事", LAST, where=other)
    come("办事", LAST, undone=LAST)
    come(None, LAST, activity_id=1, seats=4)

    def booked(
        state: str, at: datetime, nth: int, *, number: int | None = None, rating: int | None = None
    ) -> None:
        slot = (
            {"starts": at + timedelta(hours=nth), "ends": at + timedelta(hours=nth + 1)}
            if number is None
            else {}
        )
        row = {"service_id": service, "place_id": place, "member_id": member, "party": 1, "day": at.date()}
        db.run(insert(BOOKING), **row, **slot, number=number, state=state, rating=rating, at=at)

    booked("served", LAST, 0, rating=5)
    booked("served", LAST, 1, rating=5)
    booked("absent", LAST, 2)
    booked("cancelled", LAST, 3)
    booked("revoked", LAST, 4)
    booked("served", LAST, 0, number=1, rating=4)
    booked("queued", LAST, 0, number=2)
    booked("absent", BEFORE, 0)


@pytest.fixture
def filled(say_on_both: Chat) -> Chat:
    with transaction(say_on_both.engine) as db:
        fill(db)
    return say_on_both


def test_every_figure_is_counted_from_its_rows(filled: Chat) -> None:
    said = filled("上周服务站报表", "officer")
    assert (said.did, said.refs, said.text) == ("staff.report", ["place:tower-station"], TEXT)
    assert said.labels == ["看前一周", "看后一周"]
    assert filled.press("看后一周", "officer").text.splitlines()[1:3] == [
        "到现在来了1人次，前一周一共6",
        "· 办事：1（前一周3）",
    ]
    assert filled("weekfigures 35900000", "officer").text.splitlines()[1] == "到现在来了1人次，前一周一共6"
    # No week to come.
    assert filled("weekfigures 99900000", "officer").labels == ["看前一周"]


def test_the_picture_says_the_same(filled: Chat) -> None:
    said = filled("周报", "officer")
    (picture,) = attached(said)
    assert [each.name for each in said.messages[0][1].attachments] == ["云杉大厦服务站周报2026-11-16.png"]
    kind, png = made(filled, picture, "officer")
    with Image.open(io.BytesIO(png)) as opened:
        assert (kind, opened.width, opened.height > 600) == ("image/png", 1080, True)
        dark = sum(opened.convert("L").histogram()[:100])
    # Letters are drawn, and no empty boxes.
    assert dark > 10_000
    assert missing(TEXT) == ""


def test_what_is_drawn(filled: Chat) -> None:
    chart = week_files.Chart(
        finding="来了6人次，比前一周多5",
        under="云杉大厦服务站 · 11月16日至11月22日",
        bars=(("办事", 3, 1), ("名字很长很长很长很长很长的事", 2, 0), ("参观", 0, 4)),
        rows=(("约好的", "3", "1"),),
        heads=("这一周", "前一周"),
        before="前一周",
        source="银杏社区的签到、预约和取号记录，数到11月23日 周一 09:10",
        language="zh-Hans",
    )
    sheet = week_files.draw(chart)
    words = [each.words for each in sheet.items if isinstance(each, Words)]
    assert words == [
        "来了6人次，比前一周多5", "云杉大厦服务站 · 11月16日至11月22日",
        "办事", "3", "前一周 1", "名字很长很长很长很", "长很长的事", "2", "前一周 0", "参观", "0", "前一周 4",
        "这一周", "前一周", "约好的", "3", "1",
        "银杏社区的签到、预约和取号记录，数到11月23日 周一 09:10",
    ]  # fmt: skip
    # Of the longest bar the last number stays on the sheet, whatever the language.
    wide = replace(chart, bars=(("Get something done", 12_345, 12_345),), before="Week before")
    ends = [each for each in week_files.draw(wide).items if isinstance(each, Words)]
    (number,) = [each for each in ends if each.words == "Week before 12345"]
    assert number.left + font("sans").measure(number.words, number.size) <= WIDTH - 72 + 1
    right = [each.left for each in sheet.items if isinstance(each, Words)]
    assert min(right) >= 72
    nothing = week_files.draw(week_files.Chart("没有", "", (), (), ("", ""), "", "", "zh-Hans"))
    assert nothing.height < sheet.height


def test_only_staff_of_the_place_read_it(filled: Chat) -> None:
    refused = filled("上周服务站报表")
    assert (refused.did, refused.text) == ("staff.report", "请找服务站的工作人员，报表只有工作人员看。")
    assert "海棠苑居民服务站的事由工作人员办" in filled("海棠苑居民服务站上周报表", "officer").text
    (picture,) = attached(filled("周报", "officer"))
    with pytest.raises(KeyError, match="duty"):
        made(filled, picture, "lin")


@pytest.mark.parametrize(
    ("said", "did"),
    [
        ("云杉服务站这周的数据", "staff.report"),
        ("last week's station figures", "staff.report"),
        ("本月报告", "staff.report"),
        ("上周服务站客流", "staff.report"),
        ("我想学用大模型写周报", "activity.search"),
    ],
)
def test_how_it_is_asked_for(say: Chat, said: str, did: str) -> None:
    assert say(said, "officer").did == did
