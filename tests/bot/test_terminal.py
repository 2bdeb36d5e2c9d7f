"""A conversation in the terminal: numbers for buttons, to the end of the input."""

import io
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import App
from bot.channels.terminal import Terminal, save
from tests.bot.programs import linli
from tests.chat import MENU

_SEATS = text("SELECT sum(seats) FROM activity")


async def conversation(
    app: App, monkeypatch: pytest.MonkeyPatch, *lines: str, handle: str = "lin"
) -> list[str]:
    """Everything that the bot writes while these lines are typed."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    written: list[str] = []
    await Terminal(handle, written.append).run(app)
    return [answer.strip() for answer in written]


async def test_it_greets_and_ends_with_the_input(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    (greeting,) = await conversation(app, monkeypatch)
    assert greeting.splitlines()[0] == "您好，要办什么直接说就行，比如："
    assert greeting.splitlines()[-11:] == [
        *(f"{nth} {label}" for nth, label in enumerate(MENU, 1)),
        "9 更多说法",
        "",
        "发数字就行。",
    ]


async def test_numbers_stand_for_buttons(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    _, found, shown, asked, done, mine = await conversation(
        app, monkeypatch, "这周四中午有什么活动", "1", "1", "1", "我的报名"
    )
    assert found.splitlines()[2] == "1. 午间瑜伽【可报 余20】"
    assert shown.splitlines()[0] == "午间瑜伽【可报 余20】"
    assert shown.splitlines()[-4:] == ["1 报名", "2 问联系人", "", "发数字就行。"]
    assert asked.splitlines()[0] == "报名「午间瑜伽」，1位，对吗？"
    assert asked.splitlines()[-1] == "也可以发：返回 / 取消"
    assert done.splitlines()[0] == "报名成功。开始前都可以取消。"
    assert mine.splitlines()[:3] == ["您报名了1场：", "", "午间瑜伽【1位】"]
    assert await app.read(lambda db: db.value(_SEATS)) == 1


async def test_blank_lines_say_nothing(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = await conversation(app, monkeypatch, "", "  ", "你好", "\t")
    assert [answer.splitlines()[0] for answer in answers[1:]] == ["您好！要办什么，直接说就行。"]


async def test_the_handle_says_who_speaks(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    (greeting,) = await conversation(app, monkeypatch, handle="mei")
    assert greeting.splitlines()[0] == "您好，要辦什麼直接說就行，比如："


def test_as_a_program_it_keeps_what_was_said(tmp_path: Path) -> None:
    first = linli("chat", "--as", "wang", folder=tmp_path, said="语言\n2\n")
    again = linli("chat", "--as", "wang", folder=tmp_path)
    assert [(ran.returncode, ran.stderr) for ran in (first, again)] == [(0, ""), (0, "")]
    assert "您好，要办什么直接说就行" in first.stdout
    assert "您好，要辦什麼直接說就行" in again.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["linli.db", "linli.key"]


async def test_files_come_into_the_working_directory(
    app: App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    _, at_once, told, *saved = await conversation(app, monkeypatch, "导出我的数据")
    assert at_once.splitlines() == [
        "正在整理，一分钟内发到这里：一份网页，打开就能看；一份JSON文件，给电脑读。"
    ]
    assert "文件：我的数据-2026-11-23.html\n文件：我的数据-2026-11-23.json" in told
    assert saved == ["已存到这里：我的数据-2026-11-23.html", "已存到这里：我的数据-2026-11-23.json"]
    page, data = sorted(tmp_path.iterdir())
    assert (page.name, data.name) == ("我的数据-2026-11-23.html", "我的数据-2026-11-23.json")
    assert "您在银杏社区的数据" in page.read_text("utf-8")
    assert page.stat().st_mode & 0o777 == 0o600


def test_a_file_replaces_no_other_and_leaves_its_folder_never(tmp_path: Path) -> None:
    saved = [save(name, name.encode(), tmp_path) for name in ("a.html", "a.html", "../a.html", "/etc/a.html")]
    assert [path.name for path in saved] == ["a.html", "a-2.html", "a-3.html", "a-4.html"]
    assert {path.parent for path in saved} == {tmp_path}
    assert (tmp_path / "a.html").read_bytes() == b"a.html"
