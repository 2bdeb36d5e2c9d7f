"""The JSON chat, exactly as section 3 of the contract says."""

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.app import App, open_app
from bot.channels.json_lines import JSONLines, _dump
from bot.channels.rendering import Attached, Rendered
from bot.clock import SystemClock
from models import notice
from models.card import Card
from models.database import Db
from models.member import ADDRESS
from models.text import Text
from tests.bot.programs import linli
from tests.conftest import PACK

Lines = list[dict[str, Any]]
_MEMBERS = text("SELECT count(*) FROM member")


class Script:
    """A conversation as the contract writes it: an object in, an object out."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._channel = JSONLines()

    async def raw(self, line: str) -> dict[str, Any]:
        answer = await self._channel.answer(self.app, line)
        return dict(json.loads(json.dumps(answer, ensure_ascii=False)))

    async def __call__(self, **line: Any) -> dict[str, Any]:
        named = {("from" if key == "who" else key): value for key, value in line.items()}
        return await self.raw(json.dumps(named, ensure_ascii=False))


@pytest.fixture
def script(app: App) -> Script:
    return Script(app)


def buttons(answer: dict[str, Any]) -> list[list[str]]:
    """Those of the last message."""
    return list(answer["messages"][-1]["buttons"])


async def test_a_message_has_the_keys_of_the_contract(script: Script) -> None:
    answer = await script(who="lin", text="这周四中午有什么活动")
    assert answer.keys() == {"did", "messages"}
    assert answer["did"] == "activity.search"
    (message,) = answer["messages"]
    assert message.keys() == {"to", "text", "buttons", "refs", "attachments"}
    assert message["to"] == "lin"
    assert message["text"].splitlines()[0] == "找到2场，按时间排："
    assert message["buttons"] == [["1. 午间瑜伽"], ["2. 手冲咖啡体验"]]
    assert message["refs"] == ["activity:yoga-thu", "activity:coffee"]
    assert message["attachments"] == []


async def test_press_means_a_whole_label_of_the_newest_message_with_buttons(script: Script) -> None:
    await script(who="lin", text="这周四中午有什么活动")
    shown = await script(who="lin", press="2. 手冲咖啡体验")
    assert (shown["did"], shown["messages"][0]["refs"]) == ("activity.show", ["activity:coffee"])
    asked = await script(who="lin", press="报名")
    assert asked["did"] == "activity.register"
    assert buttons(asked) == [["跳过"], ["返回", "取消"]] or buttons(asked) == [["跳过", "返回", "取消"]]
    assert (await script(who="lin", press="跳过"))["did"] == "answer"
    assert (await script(who="lin", press="确认报名"))["did"] == "activity.register"
    assert (await script(who="lin", text="我的报名"))["messages"][0]["refs"] == ["activity:coffee"]


async def test_a_label_of_an_older_message_is_only_what_it_says(script: Script) -> None:
    assert buttons(await script(who="lin", text="午间瑜伽周四的详情")) == [["报名", "问联系人"]]
    await script(who="lin", text="我的报名")
    asked = await script(who="lin", press="报名")
    assert asked["messages"][0]["text"].splitlines()[0] == "要报哪一场？"


async def test_an_answer_without_buttons_leaves_the_older_ones(script: Script) -> None:
    await script(who="lin", text="这周四中午有什么活动")
    await script(who="lin", text="你好", channel="wechat")
    shown = await script(who="lin", press="1. 午间瑜伽")
    assert shown["messages"][0]["refs"] == ["activity:yoga-thu"]


async def test_everybody_has_buttons_of_his_own(script: Script) -> None:
    await script(who="lin", text="周四的瑜伽")
    await script(who="he", text="太极")
    asked = await script(who="lin", press="报名")
    assert asked["messages"][0]["refs"] == ["activity:yoga-thu"]


async def test_what_no_handler_takes_yet_is_answered_with_what_can_be_done(script: Script) -> None:
    answer = await script(who="lin", photo="broken-lamp.jpg")
    assert answer["did"] == "unknown"
    assert answer["messages"][0]["text"].startswith("照片收到了。要反映问题，点“反映问题”")


async def test_a_location_finds_what_is_near(script: Script) -> None:
    answer = await script(who="lin", location=[31.201, 121.401])
    assert answer["did"] == "activity.search"
    assert answer["messages"][0]["text"].startswith("1公里内有7场，近的在前：")


@pytest.mark.parametrize(
    ("says", "did"),
    [
        ("show 3", "activity.show"),
        ("at 1", "activity.search"),
        ("https://example.org/x", "help"),
        ("unsubscribe", "help"),
        ("withdraw 3", "help"),
        ("answer 5.1", "help"),
    ],
)
async def test_a_scan_says_what_may_be_scanned(script: Script, says: str, did: str) -> None:
    assert (await script(who="lin", scan=says))["did"] == did


async def test_what_a_code_says_is_said_by_scanning_it(script: Script) -> None:
    await script(who="neighbour", text="你好")
    given = await script(who="lin", text="关联账号")
    (code,) = given["messages"][0]["attachments"]
    asked = await script(who="neighbour", scan=code["says"])
    assert (asked["did"], asked["messages"][0]["buttons"][0]) == ("account.join", ["确认关联"])
    joined = await script(who="neighbour", press="确认关联")
    assert [(each["to"], each["text"].partition("，")[0]) for each in joined["messages"]] == [
        ("neighbour", "关联好了"),
        ("lin", "请看一眼：您的账号关联了终端。不是您本人办的"),
    ]


async def test_a_new_handle_is_a_new_member_on_first_contact(script: Script) -> None:
    async def members() -> int:
        return int(await script.app.read(lambda db: db.value(_MEMBERS)))

    assert await members() == 5
    answer = await script(who="新来的", text="周四的瑜伽")
    assert (answer["did"], answer["messages"][0]["to"]) == ("activity.search", "新来的")
    assert await members() == 6
    await script(who="新来的", text="你好")
    await script(who="lin", text="你好")
    assert await members() == 6


async def test_a_handle_on_another_channel_is_somebody_else(script: Script) -> None:
    await script(who="lin", text="报名周四的瑜伽")
    await script(who="lin", text="确认报名")
    assert (await script(who="lin", text="我的报名"))["messages"][0]["refs"] == ["activity:yoga-thu"]
    assert (await script(who="lin", text="我的报名", channel="telegram"))["messages"][0]["refs"] == []


async def test_on_wechat_the_text_carries_the_numbers_to_type(script: Script) -> None:
    found = await script(who="lin", text="这周四中午有什么活动", channel="wechat")
    message = found["messages"][0]
    assert message["buttons"] == []
    assert message["text"].splitlines() == [
        "找到2场，按时间排：",
        "",
        "1. 午间瑜伽【可报 余20】",
        "   11月26日 周四 12:10–13:00 · 云杉大厦服务站 · 免费",
        "",
        "2. 手冲咖啡体验【可报 余2】",
        "   11月26日 周四 12:30–13:30 · 云杉大厦 · 免费",
        "",
        "发数字就行。",
    ]
    shown = await script(who="lin", text="2", channel="wechat")
    assert (shown["did"], shown["messages"][0]["refs"]) == ("activity.show", ["activity:coffee"])


async def test_on_wechat_a_long_answer_is_several_messages(script: Script) -> None:
    texts = [
        each["text"] for each in (await script(who="lin", text="有什么活动", channel="wechat"))["messages"]
    ]
    assert [len(each.encode()) <= 2048 for each in texts] == [True] * len(texts)


async def test_in_a_group_a_search_is_for_all_and_a_form_for_one(script: Script) -> None:
    found = await script(who="lin", text="这周四中午有什么活动", group="g1")
    assert [each["to"] for each in found["messages"]] == ["group:g1"]
    shown = await script(who="he", press="1. 午间瑜伽", group="g1")
    assert (shown["did"], shown["messages"][0]["to"]) == ("activity.show", "group:g1")
    asked = await script(who="he", press="报名", group="g1")
    assert (asked["did"], [each["to"] for each in asked["messages"]]) == ("activity.register", ["he"])
    done = await script(who="he", press="确认报名")
    assert (done["did"], done["messages"][0]["refs"]) == ("activity.register", ["activity:yoga-thu"])
    mine = await script(who="he", text="我的报名", group="g1")
    assert [each["to"] for each in mine["messages"]] == ["he"]


async def test_now_moves_the_clock_and_never_back(script: Script) -> None:
    assert (await script(who="he", text="今天有什么活动"))["messages"][0]["refs"] == []
    assert await script(now="2026-11-24T09:00:00+08:00") == {"did": "", "messages": []}
    found = await script(who="he", text="今天有什么活动")
    assert found["messages"][0]["refs"] == ["activity:yoga-tue", "activity:closed"]
    for earlier in ("2026-11-24T08:59:59+08:00", "2026-11-23T00:00:00Z", "2020-01-01T00:00:00"):
        answer = await script(now=earlier)
        assert answer == {"error": "now: the clock does not go back; give a later time"}
    assert script.app.clock.now() == datetime.fromisoformat("2026-11-24T09:00:00+08:00")
    assert await script(now="2026-11-24T09:00:00+08:00") == {"did": "", "messages": []}
    # Without an offset it is a time of the community's zone.
    await script(now="2026-11-25T10:00:00")
    assert script.app.clock.now() == datetime.fromisoformat("2026-11-25T10:00:00+08:00")


FAULTY = [
    "[",
    "",
    "{",
    "null",
    "5",
    '"你好"',
    "[]",
    '[{"from": "lin", "text": "你好"}]',
    "{}",
    '{"from": "lin"}',
    '{"text": "你好"}',
    '{"from": "", "text": "你好"}',
    '{"from": 7, "text": "你好"}',
    '{"from": null, "text": "你好"}',
    '{"from": "lin", "text": null}',
    '{"from": "lin", "text": 5}',
    '{"from": "lin", "text": ["你好"]}',
    '{"from": "lin", "text": "你好", "press": "报名"}',
    '{"from": "lin", "text": "你好", "photo": "a.jpg"}',
    '{"from": "lin", "press": ""}',
    '{"from": "lin", "press": {}}',
    '{"from": "lin", "photo": ""}',
    '{"from": "lin", "scan": 1}',
    '{"from": "lin", "location": "31.2, 121.4"}',
    '{"from": "lin", "location": [31.2]}',
    '{"from": "lin", "location": [31.2, 121.4, 5]}',
    '{"from": "lin", "location": ["31.2", "121.4"]}',
    '{"from": "lin", "location": [131.2, 21.4]}',
    '{"from": "lin", "location": [31.2, 221.4]}',
    '{"from": "lin", "location": [true, false]}',
    '{"from": "lin", "location": [NaN, 121.4]}',
    '{"from": "lin", "location": [Infinity, 121.4]}',
    '{"from": "lin", "location": {}}',
    '{"from": "lin", "text": "你好", "channel": "fax"}',
    '{"from": "lin", "text": "你好", "channel": ""}',
    '{"from": "lin", "text": "你好", "channel": 5}',
    '{"from": "lin", "text": "你好", "group": ""}',
    '{"from": "lin", "text": "你好", "group": []}',
    '{"from": "lin", "text": "你好", "foo": "bar"}',
    '{"who": "lin", "text": "你好"}',
    '{"now": ""}',
    '{"now": "tomorrow"}',
    '{"now": "2026-13-01T00:00:00+08:00"}',
    '{"now": 5}',
    '{"now": null}',
    '{"now": "2026-11-24T09:00:00+08:00", "from": "lin", "text": "你好"}',
    '{"from": "l\\u0000in", "text": "你好"}',
    '{"from": "l\\nin", "text": "你好"}',
    '{"from": "%s", "text": "你好"}' % ("林" * 101),
    '{"from": "\\ud83d", "text": "你好"}',
    '{"from": "lin", "text": "\\ud83d"}',
    '{"from": "lin", "text": "你好", "group": "\\udc00"}',
    "[" * 100_000,
    '{"from": ' * 100_000,
]


async def test_a_faulty_line_is_an_error_and_the_conversation_goes_on(script: Script) -> None:
    await script(who="lin", text="报名周四的瑜伽")
    answers = {line: await script.raw(line) for line in FAULTY}
    assert {line[:60]: answer for line, answer in answers.items() if answer.keys() != {"error"}} == {}
    errors = [answer["error"] for answer in answers.values()]
    assert [error for error in errors if not error or "\n" in error] == []
    assert (await script(who="lin", press="确认报名"))["did"] == "activity.register"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('{"from": "lin"}', "one of text, press, location, photo, scan is needed, and only one"),
        ('{"text": "你好"}', 'from: is missing; say who speaks, as {"from": "wang", "text": "你好"}'),
        ('{"from": "lin", "text": 5}', "text: is no text; write a string"),
        (
            '{"from": "lin", "location": [91, 0]}',
            "location: is no place; write [latitude, longitude] in degrees",
        ),
        (
            '{"from": "lin", "text": "你好", "channel": "fax"}',
            "channel: there is no 'fax'; the channels are console, page, telegram, wechat",
        ),
        ('{"now": "soon"}', "now: 'soon' is no time; write it as \"2026-11-25T18:30:00+08:00\""),
    ],
)
async def test_an_error_names_the_field_and_the_mend(script: Script, line: str, error: str) -> None:
    assert await script.raw(line) == {"error": error}


async def test_everything_that_is_due_on_the_way_comes_in_its_order_at_its_own_time(
    script: Script, app: App
) -> None:
    await script(who="wang", text="你好")
    start = app.clock.now()
    seen: list[str] = []

    def tell(db: Db) -> None:
        address = db.value(select(ADDRESS.c.id).where(ADDRESS.c.key == "wang"))
        for hours in (3, 1, 2, 30):
            # It says when it goes out: after that it would be of no use any more.
            due = start + timedelta(hours=hours)
            card = Card(Text("{count}点", count=hours))
            notice.tell(db, [card], [address], start, due=due, expires=due + timedelta(seconds=1))

    await app.read(tell)
    for hours in (2, 24, 48):
        moved = await script(now=(start + timedelta(hours=hours)).isoformat())
        seen.append(" ".join(each["text"] for each in moved["messages"]))
    assert seen == ["1点 2点", "3点", "30点"]


async def test_now_needs_a_fixed_clock() -> None:
    opened = open_app("sqlite://", SystemClock(), [PACK])
    answer = await JSONLines().answer(opened, '{"now": "2026-11-24T09:00:00+08:00"}')
    opened.close()
    assert answer == {"error": "now: the clock is not fixed; start with --now"}


@pytest.mark.parametrize("said", ["", " ", "\u0000\u200b", "\n", "。" * 20_000, "\u202e", "😀" * 3000])
async def test_odd_texts_are_texts(script: Script, said: str) -> None:
    answer = await script(who="lin", text=said)
    assert answer.keys() == {"did", "messages"}
    assert answer["did"] == "unknown"


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    replaced = io.StringIO()
    monkeypatch.setattr("sys.stdin", replaced)
    return replaced


async def test_exactly_one_object_a_line_in_order_to_the_end_of_the_input(
    app: App, stdin: io.StringIO
) -> None:
    stdin.write(
        '{"from": "lin", "text": "你好"}\n[\n\n{"from": "he", "text": "我的报名"}\n{"now": "2026-11-24"}'
    )
    stdin.seek(0)
    written: list[str] = []
    await JSONLines(written.append).run(app)
    answers = [json.loads(line) for line in written]
    assert [answer.get("did", "error") for answer in answers] == [
        "smalltalk",
        "error",
        "registration.list",
        "",
    ]
    assert all("\n" not in line for line in written)


def test_as_a_program_with_a_fixed_clock_and_a_pack(tmp_path: Path) -> None:
    said: Lines = [
        {"from": "lin", "text": "今天有什么活动"},
        {"now": "2026-11-26T08:00:00+08:00"},
        {"from": "lin", "text": "今天有什么活动"},
        {"from": "lin", "text": 5},
        {"from": "anna", "text": "你好"},
    ]
    ran = linli(
        *("chat", "--json", "--now", "2026-11-23T09:10:00+08:00", "--pack", str(PACK)),
        folder=tmp_path,
        said="".join(json.dumps(line, ensure_ascii=False) + "\n" for line in said),
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [answer.get("did", "error") for answer in answers] == [
        *("activity.search", "", "activity.search", "error", "smalltalk")
    ]
    refs = [answer["messages"][0]["refs"] for answer in (answers[0], answers[2])]
    assert refs == [[], ["activity:pressure", "activity:yoga-thu", "activity:coffee"]]
    # In memory, and nothing left behind.
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "error"),
    [
        (
            ("--now", "soon"),
            "linli: --now: 'soon' is no time; write it as \"2026-11-25T18:30:00+08:00\"",
        ),
        (("--pack", "no.toml"), "linli: no.toml: there is no such file; check the path"),
    ],
)
def test_a_wrong_option_is_one_line(tmp_path: Path, option: tuple[str, str], error: str) -> None:
    ran = linli("chat", "--json", *option, folder=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr.strip()) == (2, "", error)


async def test_files_are_attachments_of_what_comes_by_itself(script: Script) -> None:
    answer = await script(who="lin", text="导出我的数据")
    at_once, files = answer["messages"]
    assert (answer["did"], at_once["attachments"]) == ("privacy.export", [])
    assert files["attachments"] == [
        {"kind": "file", "name": "我的数据-2026-11-23.html"},
        {"kind": "file", "name": "我的数据-2026-11-23.json"},
    ]
    assert (files["to"], files["buttons"]) == ("lin", [["删除我的数据"]])


def test_a_code_is_dumped_with_what_it_says() -> None:
    rendered = Rendered(
        "签到", attachments=(Attached("qr", "签到码", "linli:1"), Attached("image", "灯.jpg"))
    )
    assert _dump("lin", rendered)["attachments"] == [
        {"kind": "qr", "name": "签到码", "says": "linli:1"},
        {"kind": "image", "name": "灯.jpg"},
    ]
