"""The rules of the house that no type and no linter knows, read from the code itself."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import handlers
from handlers.talk import ACTIONS

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "models")
PACK = ROOT / "bot" / "demo" / "hongmei.toml"
CHINESE = re.compile(r"[\u3400-\u9fff]")
_ROOM = handlers  # importing it makes its actions known


def modules(*rooms: str) -> list[Path]:
    """All files of these rooms but the generated steps of the migrations."""
    found = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    return [path.relative_to(ROOT) for path in found if "versions" not in path.parts]


def read(path: Path) -> str:
    return (ROOT / path).read_text("utf-8")


def code_of(path: Path) -> str:
    """The code without comments and docstrings, as one statement a line or more."""
    tree = ast.parse(read(path))
    for node in ast.walk(tree):
        if isinstance(
            node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def holding(pattern: str, *rooms: str) -> set[str]:
    """The files whose code holds the pattern."""
    return {str(path) for path in modules(*rooms) if re.search(pattern, code_of(path))}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """The import contract over the rooms in this folder."""
    linter = Path(sys.executable).parent / "lint-imports"
    command = [str(linter), "--no-cache", "--config", str(folder / "pyproject.toml")]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False
    )


def test_imports_run_downwards_only() -> None:
    ran = lint(ROOT)
    assert (ran.returncode, "2 kept, 0 broken" in ran.stdout) == (0, True), ran.stdout


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("models/upwards.py", "import handlers.talk", "models is not allowed to import handlers"),
        ("handlers/upwards.py", "from bot import clock", "handlers is not allowed to import bot"),
        ("models/upwards.py", "import bot.clock", "models is not allowed to import bot"),
        ("handlers/upwards.py", "import asyncio", "handlers is not allowed to import asyncio"),
        ("models/upwards.py", "import socket", "models is not allowed to import socket"),
    ],
)
def test_an_import_that_goes_upwards_is_found(tmp_path: Path, file: str, line: str, broken: str) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / file).write_text(f'"""Made to break the rule."""\n\n{line}\n', "utf-8")
    ran = lint(tmp_path)
    assert (ran.returncode, broken in ran.stdout) == (1, True), ran.stdout


def test_transactions_begin_and_end_in_three_places() -> None:
    ends = r"\.(?:commit|rollback)\(|\b(?:BEGIN|COMMIT|ROLLBACK)\b"
    assert holding(ends, *ROOMS) == {"bot/worker.py", "models/database.py", "models/migrations/env.py"}


def test_the_time_is_asked_of_one_clock() -> None:
    asks = r"\bdatetime\.(?:now|utcnow|today)\b|\bdate\.today\(|\btime\.(?:time|localtime|gmtime)\("
    assert holding(asks, *ROOMS) == {"bot/clock.py"}


def test_nothing_lives_in_a_database_session() -> None:
    session = r"(?i)pg_advisory|pg_notify|\bLISTEN\b|\bUNLISTEN\b|['\"]SET (?:SESSION|LOCAL|TIME|search_path|\w+ ?(?:=|TO))"
    assert holding(session, *ROOMS) == set()


@pytest.mark.parametrize("path", modules(*ROOMS, "tests"), ids=str)
def test_a_module_opens_with_a_sentence(path: Path) -> None:
    said = ast.get_docstring(ast.parse(read(path))) or ""
    assert re.match(r"[\w`@].*?[.:?](?:\s|$)", said, re.DOTALL), said


# What the code itself shows in Chinese outside a Text: examples in error lines, and the bot's own name.
SHOWN = {
    # As the platform's pages call it, and as its forms write a date.
    "this server's address is not in the account's list (IP白名单); add it on the platform's page",
    "the account may not use this; it must be verified (认证), and the interface granted",
    "{0.year}年{0.month}月{0.day}日 {0:%H:%M}",
    "not found; please ask for it again / 请再要一次",
    'a line is an object, as {"from": "wang", "text": "你好"}',
    'from: is missing; say who speaks, as {"from": "wang", "text": "你好"}',
    "Linli (邻里): the chat bot of an urban subdistrict. Start with `linli run` or `linli chat`.",
    "请过一会儿再试 / please try again in a moment",
    "已结束 / over",
}
SPEAKING = {
    *(
        "bot/app.py",
        "bot/channels/page/cards.py",
        "bot/channels/page/looking.py",
        "bot/channels/page/posted.py",
        "bot/channels/page/words.py",
        "bot/channels/rendering.py",
        "bot/channels/telegram/answering.py",
        "bot/channels/wechat/attaching.py",
        "bot/channels/wechat/forms.py",
        "bot/channels/wechat/menu.py",
        "bot/dispatch.py",
        "bot/screen.py",
    ),
    "bot/channels/terminal.py",
    "bot/channels/wechat/callback.py",
}


def test_what_is_said_is_said_by_handlers() -> None:
    found = {path: list(_chinese(ast.parse(code_of(path)))) for path in modules("bot")}
    plain = {words for each in found.values() for words, is_text in each if not is_text}
    assert plain == SHOWN
    assert {str(path) for path, each in found.items() if any(is_text for _, is_text in each)} == SPEAKING


def _chinese(node: ast.AST, *, is_text: bool = False) -> Iterator[tuple[str, bool]]:
    """Every Chinese string, and whether it stands in a Text."""
    is_text = is_text or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text"
    )
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value):
        yield node.value, is_text
    for child in ast.iter_child_nodes(node):
        yield from _chinese(child, is_text=is_text)


# Filled while the rooms are imported, by decorators, and by nothing else.
REGISTERS = {
    ("models/still.py", "CHECKS_FOR"),
    ("models/still.py", "CHECKS"),
    ("handlers/recipes.py", "RECIPES"),
    ("handlers/talk.py", "ACTIONS"),
    ("models/pack.py", "SECTIONS"),
    ("models/moves.py", "MACHINES"),
    ("models/personal.py", "DECLARED"),
    ("handlers/need_cards.py", "_FOR_STAFF"),
    ("handlers/closing.py", "_THANKED"),
    ("handlers/closing.py", "_ANSWERED"),
    ("models/checking.py", "DECIDED"),
    ("handlers/jobs.py", "JOBS"),
}
_CHANGING = {
    *(
        "append",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "clear",
        "update",
        "setdefault",
        "add",
        "discard",
    ),
    *("sort", "reverse", "appendleft", "popleft", "move_to_end"),
}


def test_modules_keep_no_state() -> None:
    assert {(str(path), name) for path in modules(*ROOMS) for name in _changed(path)} == REGISTERS


def _changed(path: Path) -> Iterator[str]:
    """Names of the module that one of its functions changes."""
    tree = ast.parse(read(path))
    own = {
        target.id
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(target, ast.Name)
    }
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for node in (inner for function in functions for inner in ast.walk(function)):
        if isinstance(node, ast.Global):
            yield from node.names
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            yield from _named(node.value, own)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _CHANGING
        ):
            yield from _named(node.func.value, own)


def _named(node: ast.expr, own: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Name) and node.id in own:
        yield node.id


def test_state_in_a_module_would_be_found(tmp_path: Path) -> None:
    made = tmp_path / "made.py"
    made.write_text("seen = {}\nlast = []\n\ndef keep(x):\n    seen[x] = 1\n    last.append(x)\n", "utf-8")
    assert set(_changed(made)) == {"seen", "last"}


# General words that the demo happens to use for one of its own.
GENERAL = {"读书会", "议事会", "跑团", "607室", "多功能厅", "合唱团", "中心花园", "人才服务"}


def _names() -> set[str]:
    """Every name that the demo gives: places, organizations, series, boards and members."""
    pack = tomllib.loads(PACK.read_text("utf-8"))
    given = [pack["community"]["name"]]
    for section in ("place", "organization", "member"):
        for entry in pack[section]:
            given += [entry["name"], *entry.get("aliases", ())]
    given += [entry.get("series") for entry in pack["activity"]] + [entry["name"] for entry in pack["board"]]
    return {name for name in given if name and len(name) > 1} - GENERAL


def test_no_name_of_the_demo_stands_in_the_code() -> None:
    names = "|".join(
        rf"\b{re.escape(name)}\b" if name.isascii() else re.escape(name)
        for name in sorted(_names(), key=len, reverse=True)
    )
    endings = ("*.py", "*.toml", "*.html")
    files = [path for room in (*ROOMS, "tests") for ending in endings for path in (ROOT / room).rglob(ending)]
    # The bench measures the demo itself; these tests ask whether it is there.
    about = {PACK, Path(__file__), *(ROOT / "tests" / "bench").rglob("*.py")}
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in {*files, *ROOT.glob("*.toml")} - about
        for name in re.findall(names, code_of(path) if path.suffix == ".py" else read(path))
    }
    assert found == set()


def test_the_demo_has_names_enough_to_look_for() -> None:
    names = _names()
    assert len(names) > 150
    assert {"恒隆广场", "虹梅庭", "Plaza 66", "Emma Wright", "福民小项目", "恒享生活"} <= names


def test_every_action_says_who_may() -> None:
    calls = [
        (str(path), {word.arg for word in node.keywords})
        for path in modules("handlers")
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "on"
    ]
    assert [path for path, words in calls if not {"head", "allow"} <= words] == []
    assert len(calls) == len(ACTIONS)
    assert all(callable(action.allow) for action in ACTIONS.values())


def test_every_file_of_handlers_has_its_transcripts() -> None:
    speaking = {Path(f"{action.handler.__module__.replace('.', '/')}.py").stem for action in ACTIONS.values()}
    written = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "handlers").glob("test_*.py")}
    assert speaking - written == set()
