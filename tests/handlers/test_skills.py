"""Skills that roles take: said by whoever has one, confirmed once by staff of the place, and taken back."""

from pathlib import Path

import pytest

from models import shift
from models.database import transaction
from tests import crowd, roles
from tests.chat import Chat


def opened(chat: Chat, folder: Path) -> Chat:
    """The estate has staff of its own."""
    roles.load(chat.engine, folder)
    with transaction(chat.engine) as db:
        crowd.add(db, "warden", "estate-station")
        crowd.make_staff(db, "warden", "estate")
    return chat


@pytest.fixture
def on_both(say_on_both: Chat, tmp_path: Path) -> Chat:
    return opened(say_on_both, tmp_path)


@pytest.fixture
def chat(say: Chat, tmp_path: Path) -> Chat:
    return opened(say, tmp_path)


def test_a_skill_is_said_and_confirmed_once(on_both: Chat) -> None:
    say = on_both
    refused = say("报名周六的救护岗", "he")
    assert (refused.did, refused.refs) == ("activity.register", ["activity:guard-am"])
    assert refused.text.startswith("请先让工作人员确认一次您会急救，「路口文明引导」的「救护岗」要这个。")
    assert say.press("我有这个技能", "he").did == "skill.claim"
    assert "已经问过他们了" in say("skilled 2", "he").text
    assert say("我的技能", "he").text == "您的技能：急救（等确认）"
    assert "先让工作人员确认一次" in say("报名周六的救护岗", "he").text
    told = say.told()
    assert list(told) == ["warden"]
    assert told["warden"].text.startswith("请确认一次：何二说会急救，想报「路口文明引导」的「救护岗」。")
    # Staff of another place, and whoever else.
    assert "不归您管" in say("skillok 1", "officer").text
    assert "不归您管" in say("skillok 1", "he").text
    assert say.press("确认技能", "warden").text == "确认了，何二会急救。已经告诉本人。"
    assert say("skillok 1", "warden").text == "不用再点，何二的急救已经确认过了。"
    assert say.told()["he"].text == "现在可以报要急救的岗位了，工作人员确认了您会。"
    say("报名周六的救护岗", "he")
    assert say.press("确认报名", "he").text.startswith("报名成功。")
    assert "技能：急救" in say("我的资料", "he").text


def test_staff_confirm_by_name_list_and_take_back(chat: Chat) -> None:
    assert chat("确认技能 急救 给 何二", "he").text == "请找服务站的工作人员，技能由他们确认。"
    assert "按名字没有找到" in chat("确认技能 急救 给 林一", "warden").text
    assert "请这样说" in chat("确认技能 开飞机 给 何二", "warden").text
    assert chat("确认技能 急救 给 何二", "warden").text == "确认何二会急救，以后都能报要这个的岗位，对吗？"
    assert chat("是", "warden").did == "skill.confirm"
    listed = chat("技能名单", "warden")
    assert "何二 · 急救【已确认】" in listed.text
    assert chat("技能名单", "officer").text == "现在没有要确认的技能，也没有确认过的。"
    assert chat.press("撤回确认", "warden").did == "skill.refuse"
    assert "先让工作人员确认一次" in chat("报名周六的救护岗", "he").text


def test_without_the_gate_anybody_takes_the_role(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shift, "check_skill", lambda *_: None)
    chat("报名周六的救护岗", "he")
    assert chat.press("确认报名", "he").text.startswith("报名成功。")
