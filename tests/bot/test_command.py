"""The command line: what a newcomer reads, what an operator is told, and how each command ends."""

import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.command import app
from tests import databases
from tests.bot.programs import PATIENCE_SECONDS, linli, serving
from tests.conftest import PACK

ANY_PORT = {"LINLI_SERVER__PORT": "0"}
NO_KEY = "ok   key: linli.key does not exist yet; `linli run` makes it"
COMMANDS = ["run", "worker", "deliveries", "chat", "load", "check", "migrate", "invite", "wechat"]


@pytest.fixture
def server() -> Iterator[str]:
    """An empty PostgreSQL database, as an operator writes its address."""
    with databases.postgres() as engine:
        yield engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_these_are_all_the_commands() -> None:
    commands = [each.name or each.callback.__name__ for each in app.registered_commands if each.callback]
    assert commands + [each.name for each in app.registered_groups] == COMMANDS


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_the_help_names_every_command_and_says_what_it_does(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ran = linli(*arguments, folder=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("Usage: linli [OPTIONS] COMMAND [ARGS]...\n")
    told = re.findall(r"^  (\w+)  +(\S.+)$", ran.stdout, re.MULTILINE)
    assert [name for name, _ in told] == COMMANDS
    assert [sentence for _, sentence in told if not re.fullmatch(r"[A-Z][\w ,]+\.", sentence)] == []


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("run", {"--config", "--database"}),
        ("chat", {"--config", "--database", "--as", "--json", "--now", "--pack"}),
        ("load", {"--config", "--database"}),
        ("check", {"--config", "--database"}),
        ("migrate", {"--config", "--database"}),
        ("invite", {"--config", "--database", "--revoke"}),
    ],
)
def test_the_help_of_a_command_says_each_option(tmp_path: Path, command: str, options: set[str]) -> None:
    ran = linli(command, "--help", folder=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    said = dict(re.findall(r"^  (--\w+)(?: [A-Z0-9]+)?  +(\S.+)$", ran.stdout, re.MULTILINE))
    assert said.keys() == options | {"--help"}
    assert all(re.search(r"[a-z]{3}", sentence) for sentence in said.values())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("nonsense",), "linli: No such command 'nonsense'; see `linli --help`"),
        (("run", "--nope"), "linli: No such option: --nope; see `linli run --help`"),
        (("load",), "linli: Missing argument 'PACK.toml'; see `linli load --help`"),
        (
            ("run", "--config", "no.toml"),
            "linli: no.toml: cannot be read (No such file or directory); check the path",
        ),
        (("load", "no.toml"), "linli: no.toml: there is no such file; check the path"),
        (
            ("chat", "--database", "sqlite:///nowhere/a.db"),
            "linli: database.url: the database does not answer (unable to open database file); check the address "
            "and start it",
        ),
        (
            ("chat", "--database", "sqlite:///broken.db"),
            "linli: database.url: the database does not answer (file is not a database); check the address and start it",
        ),
    ],
)
def test_a_fault_of_use_is_one_line_and_exit_two(
    tmp_path: Path, arguments: tuple[str, ...], error: str
) -> None:
    (tmp_path / "broken.db").write_text("no database\n" * 100, "utf-8")
    ran = linli(*arguments, folder=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", f"{error}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["broken.db"]


@pytest.mark.parametrize("command", ["run", "chat", "migrate", "load"])
def test_a_server_that_does_not_answer_is_one_line(tmp_path: Path, command: str) -> None:
    packs = [str(PACK)] if command == "load" else []
    url = "postgresql://a:b@127.0.0.1:1/c"
    ran = linli(command, *packs, "--database", url, folder=tmp_path, environment=ANY_PORT)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert re.fullmatch(
        r"linli: database\.url: the database does not answer \(.*\); check the address and start it\n",
        ran.stderr,
    )


def test_a_wrong_pack_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text('[community]\nname = "甲"\ntimezone = "Asia/Nowhere"\n', "utf-8")
    error = 'linli: pack.toml: community: timezone: "Asia/Nowhere" is no time zone; write one like "Asia/Shanghai"\n'
    for command in (
        ("load", "pack.toml"),
        ("chat", "--pack", "pack.toml"),
        ("chat", "--json", "--pack", "pack.toml"),
    ):
        ran = linli(*command, folder=tmp_path)
        assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", error)
    assert [path.name for path in tmp_path.iterdir()] == ["pack.toml"]


def test_load_says_what_it_loaded_and_never_duplicates(tmp_path: Path) -> None:
    first, again = (linli("load", str(PACK), folder=tmp_path) for _ in range(2))
    assert (first.returncode, first.stderr) == (again.returncode, again.stderr) == (0, "")
    assert first.stdout == again.stdout
    assert {"1 × community", "12 × activity", "5 × member"} <= set(first.stdout.strip().split(", "))
    with closing(_sqlite(tmp_path)) as database:
        counts = [
            database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("activity", "member")
        ]
    assert counts == [12, 5]


def test_check_of_nothing_yet(tmp_path: Path) -> None:
    ran = linli("check", folder=tmp_path, environment={"LINLI_SERVER__PORT": "1"})
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "ok   database: sqlite:///linli.db does not exist yet; `linli run` makes it",
        NO_KEY,
        "ok   server: nothing serves on 127.0.0.1:1 yet; `linli run` does",
    ]
    assert list(tmp_path.iterdir()) == []


def test_check_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    ran = linli("check", "--database", "sqlite:///nowhere/a.db", folder=tmp_path)
    assert (ran.returncode, ran.stdout.splitlines()[0]) == (
        1,
        "FAIL database: sqlite:///nowhere/a.db lies in a folder that does not exist; create it",
    )


def test_check_from_the_schema_to_the_community(tmp_path: Path) -> None:
    with closing(_sqlite(tmp_path)) as old:
        old.execute("CREATE TABLE alembic_version (version_num TEXT)")
    assert _checked(tmp_path) == (
        1,
        ["FAIL database: sqlite:///linli.db has an older schema; run `linli migrate`"],
    )
    (tmp_path / "linli.db").unlink()
    migrated = linli("migrate", folder=tmp_path)
    assert (migrated.returncode, migrated.stdout) == (0, "sqlite:///linli.db has the current schema\n")
    assert _checked(tmp_path) == (
        1,
        [
            "ok   database: sqlite:///linli.db is current",
            "FAIL community: none yet; run `linli load PACK.toml`",
            NO_KEY,
        ],
    )
    linli("load", str(PACK), folder=tmp_path)
    assert _checked(tmp_path) == (
        0,
        [
            "ok   database: sqlite:///linli.db is current",
            "ok   community: its clocks run in Asia/Shanghai",
            NO_KEY,
        ],
    )


def _sqlite(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "linli.db", isolation_level=None)


def _checked(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    """Exit code, and all lines but that of the server."""
    ran = linli("check", *arguments, folder=folder)
    assert ran.stderr == ""
    lines = ran.stdout.splitlines()
    assert re.match(r"ok   server: (?:nothing|something) serves on 127\.0\.0\.1:8000", lines[-1])
    return ran.returncode, lines[:-1]


def test_check_of_a_server_that_does_not_answer_hides_its_password(tmp_path: Path) -> None:
    code, (line,) = _checked(tmp_path, "--database", "postgresql://a:secret@127.0.0.1:1/c")
    assert code == 1
    assert re.fullmatch(r"FAIL database: postgresql\S*://a:\*\*\*@127\.0\.0\.1:1/c does not answer .*", line)


def test_a_database_of_a_newer_linli_is_refused(tmp_path: Path) -> None:
    with closing(_sqlite(tmp_path)) as newer:
        newer.execute("CREATE TABLE alembic_version (version_num TEXT)")
        newer.execute("INSERT INTO alembic_version VALUES ('9999')")
    ran = linli("chat", folder=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "linli: database.url: the schema is not known here (Can't locate revision identified by '9999'); "
        "install the Linli that made it\n"
    )


def test_a_server_is_migrated_by_who_runs_it(tmp_path: Path, server: str) -> None:
    option = ("--database", server)
    for command in (("run",), ("chat",), ("chat", "--json"), ("load", str(PACK))):
        ran = linli(*command, *option, folder=tmp_path, environment=ANY_PORT)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert (
            ran.stderr
            == "linli: database.url: the database has not the current schema; run `linli migrate`\n"
        )
    code, (line,) = _checked(tmp_path, *option)
    assert (code, line.split(" ")[-1]) == (1, "migrate`")
    migrated = linli("migrate", *option, folder=tmp_path)
    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert migrated.stdout.endswith(" has the current schema\n")
    assert _checked(tmp_path, *option)[1][1] == "FAIL community: none yet; run `linli load PACK.toml`"
    assert linli("load", str(PACK), *option, folder=tmp_path).returncode == 0
    assert _checked(tmp_path, *option)[0] == 0
    said = '{"from": "lin", "text": "你好"}\n'
    assert '"smalltalk"' in linli("chat", "--json", *option, folder=tmp_path, said=said).stdout


def test_a_taken_port_is_one_line_and_touches_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = linli("run", folder=tmp_path, environment={"LINLI_SERVER__PORT": f"{port}"})
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        f"linli: server.host, server.port: cannot serve on 127.0.0.1:{port} (Address already in use); give another host or port\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.1", "::zz"])
def test_a_wrong_host_is_one_line(tmp_path: Path, host: str) -> None:
    ran = linli("run", folder=tmp_path, environment={"LINLI_SERVER__HOST": host, "LINLI_SERVER__PORT": "0"})
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert ran.stderr.startswith(f"linli: server.host, server.port: cannot serve on {host}:0 (")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_run_tells_where_it_is_and_stops_without_a_trace(tmp_path: Path, stop: signal.Signals) -> None:
    with serving(tmp_path) as running:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", running.address)
        assert running.stop(stop) == (0, "")
    # It was tidy: the write-ahead log is in the database.
    assert sorted(path.name for path in tmp_path.iterdir()) == ["linli.db", "linli.key"]


def test_check_sees_what_serves(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        port = running.address.rpartition(":")[2]
        ran = linli("check", folder=tmp_path, environment={"LINLI_SERVER__PORT": port})
        assert (ran.returncode, ran.stdout.splitlines()[-1]) == (
            0,
            f"ok   server: something serves on 127.0.0.1:{port}",
        )


def test_ctrl_c_ends_a_conversation_at_once(tmp_path: Path) -> None:
    here = str(Path(__file__).parent.parent.parent)
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "chat"],
        cwd=tmp_path,
        env={"PYTHONPATH": here},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while process.stdout.read(2) not in (b"> ", b"\n>"):
            pass
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == -signal.SIGINT
        assert process.stderr.read() == b""


def test_the_package_declares_the_same_entry() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parent.parent.parent / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["scripts"] == {"linli": "bot.command:main"}
    entry = (Path(__file__).parent.parent.parent / "bot" / "__main__.py").read_text("utf-8")
    assert "from bot.command import main\n" in entry
    assert entry.splitlines()[-2:] == ['if __name__ == "__main__":', "    main()"]
