"""The settings: from the file, the environment and the command line, in this order; each fault is one line."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import configuration
from bot.configuration import ConfigurationError
from tests.bot.programs import linli


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, and nothing in the environment."""
    import os

    for name in os.environ:
        if name.startswith("LINLI_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def value(key: str, *, file: str | None = None, database: str | None = None) -> object:
    section, _, name = key.partition(".")
    settings = configuration.read(Path(file) if file else None, database=database)
    return getattr(getattr(settings, section), name)


DEFAULTS = {
    "database.url": "sqlite:///linli.db",
    "server.host": "127.0.0.1",
    "server.port": 8000,
    "server.public_url": None,
    "log.level": "INFO",
    "security.key": None,
    "security.key_file": None,
    "limits.messages_a_minute": 20,
    "limits.burst": 10,
    "limits.registrations_a_minute": 5,
}
# A secret comes from the environment alone.
SECRET = "security.key"
KEY = "0123456789abcdef0123456789abcdef"
OTHERS: dict[str, tuple[str, str, object]] = {
    "database.url": ('"postgresql://a:b@c/d"', "postgresql://a:b@c/d", "postgresql://a:b@c/d"),
    "server.host": ('"0.0.0.0"', "0.0.0.0", "0.0.0.0"),
    "server.port": ("0", "0", 0),
    "server.public_url": (
        '"https://linli.example.org"',
        "https://linli.example.org",
        "https://linli.example.org",
    ),
    "log.level": ('"DEBUG"', "DEBUG", "DEBUG"),
    "security.key": (f'"{KEY}"', KEY, SecretStr(KEY)),
    "security.key_file": ('"/etc/linli.key"', "/etc/linli.key", "/etc/linli.key"),
    "limits.messages_a_minute": ("60", "60", 60),
    "limits.burst": ("1", "1", 1),
    "limits.registrations_a_minute": ("7", "7", 7),
}
IN_A_FILE = [key for key in OTHERS if key != SECRET]


def test_these_are_all_the_keys() -> None:
    assert configuration.keys() == list(DEFAULTS) == list(OTHERS)


@pytest.mark.parametrize("key", DEFAULTS)
def test_the_default(key: str) -> None:
    assert value(key) == DEFAULTS[key]


@pytest.mark.parametrize("key", IN_A_FILE)
def test_from_the_file_that_is_there(key: str, folder: Path) -> None:
    (folder / "config.toml").write_text(_written(key), "utf-8")
    assert value(key) == OTHERS[key][2]


@pytest.mark.parametrize("key", IN_A_FILE)
def test_from_a_file_that_is_named(key: str, folder: Path) -> None:
    (folder / "other.toml").write_text(_written(key), "utf-8")
    assert (value(key), value(key, file="other.toml")) == (DEFAULTS[key], OTHERS[key][2])


@pytest.mark.parametrize("key", OTHERS)
def test_from_the_environment(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_variable(key), OTHERS[key][1])
    assert value(key) == OTHERS[key][2]


def _written(key: str) -> str:
    section, _, name = key.partition(".")
    return f"[{section}]\n{name} = {OTHERS[key][0]}\n"


def _variable(key: str) -> str:
    return "LINLI_" + key.upper().replace(".", "__")


def test_the_command_line_stands_before_the_environment_and_that_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "config.toml").write_text(
        '[database]\nurl = "sqlite:///file.db"\n[server]\nport = 1\n', "utf-8"
    )
    assert (value("database.url"), value("server.port")) == ("sqlite:///file.db", 1)
    monkeypatch.setenv("LINLI_DATABASE__URL", "sqlite:///environment.db")
    assert (value("database.url"), value("server.port")) == ("sqlite:///environment.db", 1)
    assert value("database.url", database="sqlite:///option.db") == "sqlite:///option.db"


def test_what_the_tests_alone_read_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_TEST_POSTGRES", "postgresql://here")
    assert value("log.level") == "INFO"


@pytest.mark.parametrize("also", [False, True])
def test_a_secret_in_the_file_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch, also: bool) -> None:
    (folder / "config.toml").write_text(_written(SECRET), "utf-8")
    if also:  # the environment goes before it, and still it does not belong there
        monkeypatch.setenv(_variable(SECRET), KEY)
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(None)
    assert str(refused.value) == (
        "config.toml: security.key: a secret does not belong in this file; set LINLI_SECURITY__KEY, or name a file of "
        "its own as security.key_file"
    )


def test_a_key_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_variable(SECRET), KEY)
    assert KEY not in repr(configuration.read(None))
    monkeypatch.setenv(_variable(SECRET), short := KEY[:31])
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(None)
    assert str(refused.value) == (
        "LINLI_SECURITY__KEY: security.key: has fewer than 32 characters; make a new one, for example by "
        "`openssl rand -hex 32`"
    )
    assert short not in str(refused.value)


KEYS = "the keys are database.url, server.host, server.port, server.public_url, log.level, security.key, "
KEYS += "security.key_file, limits.messages_a_minute, limits.burst, limits.registrations_a_minute"
NO_DATABASE = "is no database; write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"


@pytest.mark.parametrize(
    ("written", "error"),
    [
        (b"[server]\nprot = 1\n", f"config.toml: server.prot: unknown key; {KEYS}"),
        (b"[sever]\nport = 1\n", f"config.toml: sever: unknown key; {KEYS}"),
        (b"[telegram]\ntoken = 'x'\n", f"config.toml: telegram: unknown key; {KEYS}"),
        (b"port = 1\n", "config.toml: port: stands outside a section; put it under one, as [server]"),
        (
            b"[server]\nport = 'many'\n",
            "config.toml: server.port: input should be a valid integer, unable to parse string as an integer, not "
            "'many'; see config.toml for what it may be",
        ),
        (
            b"[server]\nport = 65536\n",
            "config.toml: server.port: input should be less than or equal to 65535, not '65536'; see config.toml for "
            "what it may be",
        ),
        (
            b"[log]\nlevel = 'LOUD'\n",
            "config.toml: log.level: input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR', not 'LOUD'; see config.toml "
            "for what it may be",
        ),
        (
            b"[limits]\nburst = 0\n",
            "config.toml: limits.burst: input should be greater than or equal to 1, not '0'; see config.toml for what "
            "it may be",
        ),
        (
            b"[limits]\nburst = true\n",
            "config.toml: limits.burst: is no number, not 'True'; see config.toml for what it may be",
        ),
        (b"[database]\nurl = 'mysql://a:secret@b/c'\n", f"config.toml: database.url: {NO_DATABASE}"),
        (
            b"[database]\nurl = 'postgresql://a:secret@b:many/c'\n",
            f"config.toml: database.url: {NO_DATABASE}",
        ),
        (b"[database]\nurl = 'linli.db'\n", f"config.toml: database.url: {NO_DATABASE}"),
        (
            "[server]\nhost = '本机'\n".encode("gbk"),
            "config.toml: encoding: this is not UTF-8; save the file as UTF-8",
        ),
        (
            b"[server\n",
            "config.toml: TOML: Expected ']' at the end of a table declaration (at line 1, column 8); mend that line",
        ),
    ],
)
def test_a_fault_in_the_file_is_one_line_with_file_key_and_mend(
    folder: Path, written: bytes, error: str
) -> None:
    (folder / "config.toml").write_bytes(written)
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(None)
    assert str(refused.value) == error


@pytest.mark.parametrize(
    ("variable", "text", "error"),
    [
        ("LINLI_SERVER__PROT", "1", f"LINLI_SERVER__PROT: server.prot: unknown key; {KEYS}"),
        ("LINLI_SEVER__PORT", "1", f"LINLI_SEVER__PORT: sever: unknown key; {KEYS}"),
        ("LINLI_SERVER", "1", "LINLI_SERVER: names no key; write it as LINLI_SERVER__PORT"),
        ("LINLI_DATABASE__URL", "mysql://a:secret@b/c", f"LINLI_DATABASE__URL: database.url: {NO_DATABASE}"),
        (
            "LINLI_SERVER__PORT",
            "",
            "LINLI_SERVER__PORT: server.port: input should be a valid integer, unable to parse string as an integer, "
            "not ''; see config.toml for what it may be",
        ),
        (
            "LINLI_SERVER__PUBLIC_URL",
            "linli.example.org",
            "LINLI_SERVER__PUBLIC_URL: server.public_url: string should match pattern '^https?://\\S+$', not "
            "'linli.example.org'; see config.toml for what it may be",
        ),
    ],
)
def test_a_fault_in_the_environment_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, error: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(None)
    assert str(refused.value) == error


def test_a_fault_in_the_option_names_the_option() -> None:
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(None, database="oracle://a")
    assert str(refused.value) == f"--database: database.url: {NO_DATABASE}"


def test_a_file_that_is_named_must_be_there(folder: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(folder / "no.toml")
    assert (
        str(refused.value) == f"{folder}/no.toml: cannot be read (No such file or directory); check the path"
    )
    with pytest.raises(ConfigurationError, match=r"cannot be read \(Is a directory\); check the path"):
        configuration.read(folder)


@pytest.mark.parametrize("command", [("run",), ("chat",), ("check",), ("migrate",), ("load", "pack.toml")])
def test_every_command_leaves_with_two_and_one_line(folder: Path, command: tuple[str, ...]) -> None:
    (folder / "config.toml").write_text("[server]\nprot = 1\n", "utf-8")
    ran = linli(*command, folder=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"linli: config.toml: server.prot: unknown key; {KEYS}\n"
    assert [path.name for path in folder.iterdir()] == ["config.toml"]
