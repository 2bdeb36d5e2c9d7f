"""A machine that has nothing: the lock installs into an empty environment, and the program answers."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MINUTES_SECONDS = 600


def locked(name: str) -> list[str]:
    """The requirements of a lock, each with its hashes on one line."""
    return [
        line for line in (ROOT / name).read_text("utf-8").replace("\\\n", " ").splitlines() if line.strip()
    ]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_line_of_a_lock_is_a_version_with_its_hashes(name: str) -> None:
    one = re.compile(
        r"[a-z0-9][a-z0-9._-]*(?:\[[a-z,]+\])?==\S+(?: ; [^#]+?)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*"
    )
    assert [line[:60] for line in locked(name) if not one.fullmatch(line)] == []
    assert len(locked(name)) > 20


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "pyproject.toml", "Makefile"])
def test_no_registry_is_named(name: str) -> None:
    assert (
        re.findall(r"https?://\S+|--(?:extra-)?index-url|--find-links", (ROOT / name).read_text("utf-8"))
        == []
    )


def _versions(name: str) -> dict[str, str]:
    pinned = [line.split()[0].partition("==") for line in locked(name)]
    return {package.partition("[")[0]: version for package, _, version in pinned}


def test_the_lock_of_development_has_that_of_the_program() -> None:
    assert _versions("requirements.txt").items() <= _versions("requirements-dev.txt").items()


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    named = [re.split(r"[\[<>=!~ ]", each)[0] for each in project["project"]["dependencies"]]
    assert [name for name in named if name not in _versions("requirements.txt")] == []
    named = [re.split(r"[\[<>=!~ ]", each)[0] for each in project["dependency-groups"]["dev"]]
    assert [name for name in named if name not in _versions("requirements-dev.txt")] == []


def _run(*command: str, folder: Path, said: str = "") -> str:
    """What a command writes, in an environment without this tree and without settings of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LINLI_", "PYTHON"))}
    ran = subprocess.run(
        command,
        cwd=folder,
        env=kept,
        input=said,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=MINUTES_SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.chaos
def test_from_the_lock_into_an_empty_environment_it_starts(tmp_path: Path) -> None:
    tree, empty, environment = tmp_path / "tree", tmp_path / "empty", tmp_path / "environment"
    empty.mkdir()
    _copy(tree)
    _run(sys.executable, "-m", "venv", str(environment), folder=tmp_path)
    pip = [
        str(environment / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    _run(*pip, "--require-hashes", "-r", str(ROOT / "requirements.txt"), folder=empty)
    _run(*pip, "--no-deps", str(tree), folder=empty)
    linli = str(environment / "bin" / "linli")

    said = '{"from": "wang", "text": "有什么活动"}\n{"from": "anna", "text": "What\'s on?"}\n'
    answers = [
        json.loads(line) for line in _run(linli, "chat", "--json", folder=empty, said=said).splitlines()
    ]
    assert [answer["did"] for answer in answers] == ["activity.search", "activity.search"]
    assert [len(answer["messages"][0]["refs"]) for answer in answers] == [5, 5]
    assert re.match(r"找到\d+场，按时间排：", answers[0]["messages"][0]["text"])
    assert list(empty.iterdir()) == []
    # From a file too: migrations, page and demo are all in the package.
    assert "您好" in _run(linli, "chat", folder=empty)
    assert (
        _run(linli, "check", folder=empty).splitlines()[0] == "ok   database: sqlite:///linli.db is current"
    )
    page = "bot/channels/page"
    files = {
        *(f"{page}/templates/{name}.html" for name in ("page", "card", "exchange")),
        *(f"{page}/static/{name}" for name in ("page.css", "page.js", "icon.svg")),
        *("bot/demo/hongmei.toml", "bot/demo/personas.toml"),
    }
    (installed,) = environment.glob("lib/python*/site-packages/bot")
    assert [name for name in files if not (installed.parent / name).exists()] == []


def _copy(tree: Path) -> None:
    """What the package is made of, without what was built here."""
    for room in ("bot", "handlers", "models"):
        shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
