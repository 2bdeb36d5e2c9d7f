"""The hall's name opens four lists, each in at most two messages, and each line of them opens its detail."""

from pathlib import Path

import pytest
from sqlalchemy import update

from bot import community
from models.database import transaction
from models.project import PROJECT
from tests.chat import Chat
from tests.conftest import PACK
from tests.street import rows

HALL = 'hall = { name = "银杏厅", resources = "社区资源", culture = "公益文化" }\n'
MORE = """
[[organization]]
id = "green"
kind = "social"
name = "青苗环保服务社"
place = "estate"

[[activity]]
id = "swap"
kind = "charity"
title = "旧物交换"
place = "estate"
host = "green"
starts = 2026-11-29T10:00:00+08:00
ends = 2026-11-29T11:00:00+08:00
"""


@pytest.fixture
def hall(say_on_both: Chat, tmp_path: Path) -> Chat:
    file = tmp_path / "hall.toml"
    whole = PACK.read_text("utf-8").replace(
        'timezone = "Asia/Shanghai"\n', f'timezone = "Asia/Shanghai"\n{HALL}'
    )
    file.write_text(whole + MORE, "utf-8")
    community.load(say_on_both.engine, [file])
    return say_on_both


def test_each_list_opens_in_two_messages(hall: Chat) -> None:
    say = hall
    opened = say("银杏厅")
    assert (opened.did, opened.text) == ("hall.show", "银杏厅里有四样，点一个就能看：")
    assert opened.labels[:4] == ["社区资源", "社会组织", "公益文化", "成果展示"]
    resources = say("1")
    assert (resources.did, resources.refs) == ("offer.search", ["offer:union-people"])
    say("银杏厅")
    social = say("社会组织")
    assert (social.did, social.refs) == ("hall.social", ["organization:green"])
    detail = say("1")
    assert (detail.did, detail.refs) == ("hall.organization", ["organization:green", "activity:swap"])
    say("银杏厅")
    culture = say("3")
    assert (culture.did, culture.refs) == (
        "hall.culture",
        ["activity:taiji", "activity:night", "activity:sorting", "activity:swap"],
    )
    assert say("1").did == "activity.show"
    say("银杏厅")
    assert say("成果展示").text.startswith("还没有公布的成果")
    with transaction(say.engine) as db:
        done = update(PROJECT).values(state="reported", result="拍了三十户。", shown_at=say.clock.now())
        db.run(done.where(PROJECT.c.code == "photos"))
    assert say("hallresults").refs == ["project:photos"]
    assert rows(say, PROJECT.c.code) == [("photos",)]


def test_a_word_that_is_no_hall_opens_nothing(say: Chat) -> None:
    assert say("银杏厅").did != "hall.show"
    assert say("hall").text.startswith("请从下面选一个，这里没有这样一个大厅。")
    assert say("socialorg 999").text.startswith("请从列表里选一个")
