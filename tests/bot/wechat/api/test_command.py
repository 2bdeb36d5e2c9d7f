"""`linli wechat menu` and `linli wechat qr`: the program as an operator calls it."""

from pathlib import Path

import pytest

from bot.channels.wechat import menu
from tests.bot.programs import linli
from tests.conftest import PACK
from tests.fakes.wechat_api import APP_ID, APP_SECRET, WeChatAPI


@pytest.fixture
def environment(api: WeChatAPI) -> dict[str, str]:
    return {
        "LINLI_WECHAT__APP_ID": APP_ID,
        "LINLI_WECHAT__APP_SECRET": APP_SECRET,
        "LINLI_WECHAT__API_BASE_URL": api.url,
    }


def test_menu_sets_the_menu_and_says_what_it_is(
    tmp_path: Path, api: WeChatAPI, environment: dict[str, str]
) -> None:
    ran = linli("wechat", "menu", folder=tmp_path, environment=environment)
    assert (ran.returncode, ran.stderr) == (0, "")
    buttons, _ = menu.ours()
    assert [each["name"] for each in api.menu] == [each["name"] for each in buttons]
    first, *lines = ran.stdout.splitlines()
    assert first.startswith("The menu is set. Phones show it within 24 hours")
    assert lines == menu.lines(buttons)


def test_a_refusal_is_one_line_with_its_mend(
    tmp_path: Path, api: WeChatAPI, environment: dict[str, str]
) -> None:
    api.fail("cgi-bin/menu/create", 48001)
    ran = linli("wechat", "menu", folder=tmp_path, environment=environment)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.splitlines()[-1] == (
        "linli: wechat: the platform refuses: cgi-bin/menu/create: 48001; "
        "the account may not use this; it must be verified (认证), and the interface granted"
    )
    assert "canary" not in ran.stderr


def test_without_an_account_it_says_what_is_missing(tmp_path: Path) -> None:
    ran = linli("wechat", "menu", folder=tmp_path)
    assert (ran.returncode, ran.stderr) == (
        2,
        "linli: wechat.app_id: is missing; set LINLI_WECHAT__APP_ID\n",
    )


def test_qr_draws_a_code_for_an_activity_and_for_a_place(
    tmp_path: Path, api: WeChatAPI, environment: dict[str, str]
) -> None:
    assert linli("load", str(PACK), folder=tmp_path).returncode == 0
    ran = linli(
        "wechat",
        "qr",
        "place:tower-station",
        "--output",
        "wall.png",
        folder=tmp_path,
        environment=environment,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    told, address = ran.stdout.splitlines()
    assert told == "wall.png: 云杉大厦服务站, for good"
    assert (tmp_path / "wall.png").read_bytes().startswith(b"\x89PNG")
    ran = linli("wechat", "qr", "activity:coffee", folder=tmp_path, environment=environment)
    assert ran.stdout.startswith("activity-coffee.png: ")
    scenes = [code["action_info"]["scene"]["scene_str"] for code in api.codes]
    assert [scene.split("_")[0] for scene in scenes] == ["at", "show"]
    assert address == f"http://weixin.qq.com/q/{scenes[0]}"


@pytest.mark.parametrize(
    ("ref", "line"),
    [
        ("place:nowhere", "place:nowhere: there is none; write an id of your packs"),
        ("lin", "lin: is neither; write activity:ID or place:ID, with an id of your packs"),
    ],
)
def test_what_is_not_there_has_no_code(
    tmp_path: Path, api: WeChatAPI, environment: dict[str, str], ref: str, line: str
) -> None:
    linli("load", str(PACK), folder=tmp_path)
    ran = linli("wechat", "qr", ref, folder=tmp_path, environment=environment)
    assert (ran.returncode, ran.stderr) == (2, f"linli: {line}\n")
    assert api.calls == []


def test_without_a_database_it_says_what_comes_first(tmp_path: Path, environment: dict[str, str]) -> None:
    ran = linli("wechat", "qr", "place:tower-station", folder=tmp_path, environment=environment)
    line = "database.url: sqlite:///linli.db does not exist yet; run `linli load PACK.toml` first"
    assert (ran.returncode, ran.stderr) == (2, f"linli: {line}\n")
    assert list(tmp_path.glob("*.db")) == []
