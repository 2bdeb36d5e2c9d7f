"""What somebody says of a service: one tap, once; a low one asks for a word to the head of the station."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models.booking import BOOKING
from models.database import transaction
from tests import desk
from tests.chat import Chat
from tests.desk import book


@pytest.fixture
def say(say: Chat, tmp_path: Path) -> Chat:
    desk.load(say.engine, tmp_path)
    return say


def ratings(say: Chat) -> list[int | None]:
    with transaction(say.engine) as db:
        return [row.rating for row in db.rows(select(BOOKING.c.rating).order_by(BOOKING.c.id))]


def test_one_tap_says_how_it_was_and_counts_once(say: Chat) -> None:
    for who in ("lin", "he"):
        say("取号办图书证", who)
        say("叫下一个", "officer")
        say.press("办好了", "officer")
    asked = say.told()["lin"]
    assert asked.text == "「图书证办理」办好了。办得怎么样？点一下就好，不想答也没关系。"
    assert asked.labels == ["不好", "不太好", "一般", "好", "很好"]
    good = say.press("很好", "lin")
    assert (good.did, good.text) == ("service.rate", "谢谢，记下了：很好。")
    assert say("grade 11", "lin").text == "谢谢，您评过了：很好。"
    assert say("评价一下刚才的服务", "he").labels == asked.labels
    # Nobody says it for somebody else.
    for line in ("grade 25", "grade 995", "grade 20", "gradewhy 2"):
        assert say(line, "lin").text == "办完了才请您评价，现在没有要评的。"
    assert ratings(say) == [5, None]


def test_who_says_little_of_it_may_say_why_to_the_head_of_the_station(say: Chat) -> None:
    say("取号办图书证", "lin")
    say("叫下一个", "officer")
    say.press("办好了", "officer")
    say.told()
    low = say.press("不好", "lin")
    assert low.text == "记下了：不好。哪里不好，可以写一句转给站长；不写也可以。"
    assert say.press("写几句", "lin").text == "哪里不好？写一句，云杉大厦会看到您的称呼。"
    sent = say("等了一个小时", "lin")
    assert sent.did == "service.rate"
    assert sent.text.startswith("已经转给站长（云杉大厦）")
    assert "等了一个小时" in say.told()["officer"].text
    again = say("gradewhy 1", "lin")
    assert (again.text, again.labels) == ("已经转给站长了，回复会发到这里。", ["看看"])
    assert ratings(say) == [1]


def test_of_a_private_service_its_name_is_not_passed_on(say: Chat) -> None:
    number = book(say.engine, "law", "lin", "09:00")
    say(f"served {number}", "lawyer")
    say.told()
    say.press("不太好", "lin")
    say.press("写几句", "lin")
    say("没有说清楚", "lin")
    assert "法律" not in say.told()["officer"].text
