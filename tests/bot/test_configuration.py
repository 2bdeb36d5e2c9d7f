"""The settings: from the file, the environment and the command line, in this order; each fault is one line."""

from contextlib import nullcontext
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bot import configuration
from bot.configuration import Carrier, ConfigurationError
from models.schedule import Quiet
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
    "telegram.token": None,
    "telegram.base_url": "https://api.telegram.org/bot",
    "telegram.secret_token": None,
    "telegram.mode": "polling",
    "telegram.messages_a_second": 29.5,
    "wechat.app_id": None,
    "wechat.app_secret": None,
    "wechat.token": None,
    "wechat.encoding_aes_key": None,
    "wechat.api_base_url": "https://api.weixin.qq.com",
    "wechat.notices": {},
    "wecom.robots": None,
    "schedule.quiet": "22:00-08:00",
    "schedule.remind": ("1d", "2h"),
    "schedule.ask_absent": True,
    "waiting.answer": ("72h 24h", "24h 6h", "4h 1h"),
    "waiting.call": 5,
    "waiting.turn": "30m",
    "waiting.note": "24h",
    "waiting.cutoff": "60m",
    "needs.answer_days": 1,
    "needs.assign_days": 2,
    "needs.resolve_days": 7,
    "needs.extended_days": 15,
    "needs.claim_days": 3,
    "needs.ask_again": "28d",
    "needs.lapse": "3d",
    "bookings.lock": "2h",
    "bookings.ahead_days": 14,
    "bookings.most": 5,
    "bookings.missed": 2,
}
# A secret comes from the environment, or from a file of its own.
SECRET = "security.key"
SECRETS = [
    "security.key",
    *("telegram.token", "telegram.secret_token"),
    *("wechat.app_secret", "wechat.token", "wechat.encoding_aes_key"),
    "wecom.robots",
]
KEY = "0123456789abcdef0123456789abcdef"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ROBOT = "https://qyapi.example.org/cgi-bin/webhook/send?key=0123-canary"
REMINDER = Carrier(kind="template", id="t1", fields={"thing1": "title"})
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
    "telegram.token": ('"1:abc_DEF-9"', "1:abc_DEF-9", SecretStr("1:abc_DEF-9")),
    "telegram.base_url": ('"http://127.0.0.1:1/bot"', "http://127.0.0.1:1/bot", "http://127.0.0.1:1/bot"),
    "telegram.secret_token": (f'"{KEY}"', KEY, SecretStr(KEY)),
    "telegram.mode": ('"webhook"', "webhook", "webhook"),
    "telegram.messages_a_second": ("500.5", "500.5", 500.5),
    "wechat.app_id": ('"wx1"', "wx1", "wx1"),
    "wechat.app_secret": (f'"{KEY}"', KEY, SecretStr(KEY)),
    "wechat.token": ('"abc123"', "abc123", SecretStr("abc123")),
    "wechat.encoding_aes_key": (f'"{AES_KEY}"', AES_KEY, SecretStr(AES_KEY)),
    "wechat.api_base_url": ('"http://127.0.0.1:1"', "http://127.0.0.1:1", "http://127.0.0.1:1"),
    "wechat.notices": (
        '{ reminder = { kind = "template", id = "t1", fields = { thing1 = "title" } } }',
        '{"reminder": {"kind": "template", "id": "t1", "fields": {"thing1": "title"}}}',
        {"reminder": REMINDER},
    ),
    "wecom.robots": (
        f'{{ tower = "{ROBOT}" }}',
        f'{{"tower": "{ROBOT}"}}',
        {"tower": SecretStr(ROBOT)},
    ),
    "schedule.quiet": ('"21:30-07:00"', "21:30-07:00", "21:30-07:00"),
    "schedule.remind": ('["3h", "10m"]', "3h, 10m", ("3h", "10m")),
    "schedule.ask_absent": ("false", "false", False),
    "waiting.answer": ('["2d 3h", "1d 20m"]', "2d 3h, 1d 20m", ("2d 3h", "1d 20m")),
    "waiting.call": ("3", "3", 3),
    "waiting.turn": ('"10m"', "10m", "10m"),
    "waiting.note": ('"2d"', "2d", "2d"),
    "waiting.cutoff": ('"2h"', "2h", "2h"),
    "needs.answer_days": ("2", "2", 2),
    "needs.assign_days": ("3", "3", 3),
    "needs.resolve_days": ("10", "10", 10),
    "needs.extended_days": ("30", "30", 30),
    "needs.claim_days": ("5", "5", 5),
    "needs.ask_again": ('"14d"', "14d", "14d"),
    "needs.lapse": ('"7d"', "7d", "7d"),
    "bookings.lock": ('"1d"', "1d", "1d"),
    "bookings.ahead_days": ("30", "30", 30),
    "bookings.most": ("2", "2", 2),
    "bookings.missed": ("3", "3", 3),
}
IN_A_FILE = [key for key in OTHERS if key not in SECRETS]


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


def test_these_are_all_the_secrets() -> None:
    assert {f"{section}.{key}" for section, key in configuration.SECRETS} == set(SECRETS)


@pytest.mark.parametrize("also", [False, True])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_the_file_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, secret: str, also: bool
) -> None:
    (folder / "config.toml").write_text(_written(secret), "utf-8")
    if also:  # the environment goes before it, and still it does not belong there
        monkeypatch.setenv(_variable(secret), OTHERS[secret][1])
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(None)
    assert str(refused.value) == (
        f"config.toml: {secret}: a secret does not belong in this file; set {_variable(secret)}, or name a file of "
        f"its own as {secret}_file"
    )


@pytest.mark.parametrize("in_the_file", [False, True])
@pytest.mark.parametrize("secret", SECRETS[1:])
def test_a_secret_may_stand_in_a_file_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch, secret: str, in_the_file: bool
) -> None:
    (folder / "secret").write_text(f"{OTHERS[secret][1]}\n", "utf-8")
    section, _, key = secret.partition(".")
    if in_the_file:
        (folder / "config.toml").write_text(f"[{section}]\n{key}_file = 'secret'\n", "utf-8")
    else:
        monkeypatch.setenv(f"{_variable(secret)}_FILE", "secret")
    assert value(secret) == OTHERS[secret][2]
    monkeypatch.setenv(_variable(secret), "X")  # the secret itself goes before its file
    with pytest.raises(ConfigurationError) if secret != "wechat.app_secret" else nullcontext():
        assert value(secret) == SecretStr("X")


def test_a_file_of_a_secret_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "config.toml").write_text("[telegram]\ntoken_file = 'nowhere'\n", "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(None)
    assert str(refused.value) == (
        "config.toml: telegram.token_file: nowhere cannot be read (No such file or directory); check the path"
    )


@pytest.mark.parametrize(
    "secret", ["telegram.token", "wechat.token", "telegram.secret_token", "wechat.encoding_aes_key"]
)
def test_a_secret_of_another_form_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv(_variable(secret), "canary?!")
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(None)
    assert str(refused.value).startswith(f"{_variable(secret)}: {secret}: ")
    assert "canary" not in str(refused.value)


def test_notices_that_are_no_json_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_WECHAT__NOTICES", "{")
    with pytest.raises(ConfigurationError, match="is no JSON; write it as an object of objects"):
        configuration.read(None)


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


KEYS = f"the keys are {', '.join(DEFAULTS)}"
NO_DATABASE = "is no database; write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"


@pytest.mark.parametrize(
    ("written", "error"),
    [
        (b"[server]\nprot = 1\n", f"config.toml: server.prot: unknown key; {KEYS}"),
        (b"[sever]\nport = 1\n", f"config.toml: sever: unknown key; {KEYS}"),
        (b"[signal]\ntoken = 'x'\n", f"config.toml: signal: unknown key; {KEYS}"),
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


@pytest.mark.parametrize("quiet", ["22:00", "25:00-08:00", "22-8", "never"])
def test_quiet_hours_are_from_one_time_to_another(quiet: str, folder: Path) -> None:
    (folder / "config.toml").write_text(f'[schedule]\nquiet = "{quiet}"\n', "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(None)
    assert str(refused.value) == (
        'config.toml: schedule.quiet: are no hours; write them as "22:00-08:00", or "" for none'
    )


@pytest.mark.parametrize("remind", ["1w", "0d", "2", "soon"])
def test_a_reminder_comes_days_hours_or_minutes_before(remind: str, folder: Path) -> None:
    (folder / "config.toml").write_text(f'[schedule]\nremind = ["1d", "{remind}"]\n', "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(None)
    assert str(refused.value) == (
        f'config.toml: schedule.remind: "{remind}" is no time before the start; write it as "1d", "2h" or "30m"'
    )


def test_the_schedule_runs_on_the_clock_of_the_community(folder: Path) -> None:
    (folder / "config.toml").write_text('[schedule]\nquiet = ""\nremind = ["30m", "2d", "30m"]\n', "utf-8")
    zone = ZoneInfo("Asia/Shanghai")
    schedule = configuration.read(None).schedule.of(zone)
    assert (schedule.zone, schedule.quiet) == (zone, None)
    assert schedule.remind == (timedelta(days=2), timedelta(minutes=30))
    usual = configuration.Schedule().of(zone)
    assert (usual.quiet, usual.remind) == (Quiet(time(22), time(8)), (timedelta(days=1), timedelta(hours=2)))
