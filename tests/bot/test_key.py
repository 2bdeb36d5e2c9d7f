"""The community's key: where it comes from, who may read it, and that another one is noticed at once."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot import key
from bot.app import open_app
from bot.clock import FixedClock
from bot.configuration import ConfigurationError, Security
from models.database import open_engine, transaction
from models.vault import Vault
from tests import databases
from tests.bot.programs import linli, serving, start
from tests.conftest import PACK

GIVEN = "a key that the environment gives, for tests"
OTHER = "another key that the environment gives, too"
IN_ENVIRONMENT = {"LINLI_SECURITY__KEY": GIVEN}
WRONG = (
    "security.key_file: this is not the key with which the community was begun; bring its key file here, or set "
    "LINLI_SECURITY__KEY to the same as before"
)


def lost(path: str) -> str:
    return (
        f"security.key_file: {path} is not there, and what is sealed can be read with it alone; bring it back from your "
        "copy, or set LINLI_SECURITY__KEY"
    )


def opened(url: str, clock: FixedClock, **security: str) -> Vault:
    """The vault of an app on this database."""
    app = open_app(url, clock, [PACK], Security.model_validate(security))
    app.close()
    return app.equipment.vault


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(ConfigurationError) as refused:
        work()
    return str(refused.value)


def test_it_is_made_beside_the_database_for_its_owner_alone(tmp_path: Path, clock: FixedClock) -> None:
    before = os.umask(0)  # the widest one; the file is closed all the same
    try:
        vault = opened(f"sqlite:///{tmp_path}/our.db", clock)
    finally:
        os.umask(before)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["our.db", "our.key"]
    assert mode(tmp_path / "our.key") == 0o600
    written = (tmp_path / "our.key").read_text("ascii")
    assert (len(written), int(written, 16) > 0, written[-1]) == (65, True, "\n")
    again = opened(f"sqlite:///{tmp_path}/our.db", clock)
    assert again.open(vault.seal("13912345678")) == "13912345678"


def test_two_communities_have_two_keys(tmp_path: Path, clock: FixedClock) -> None:
    one, other = (opened(f"sqlite:///{tmp_path}/{name}.db", clock) for name in ("one", "other"))
    assert other.open(one.seal("13912345678")) is None


def test_in_memory_no_file_is_made(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one, other = (opened("sqlite://", clock) for _ in range(2))
    assert list(tmp_path.iterdir()) == []
    assert one.fingerprint != other.fingerprint


def test_the_environment_goes_before_the_named_file_and_that_before_the_one_beside(tmp_path: Path) -> None:
    named, url = str(tmp_path / "named.key"), f"sqlite:///{tmp_path}/our.db"
    secret = SecretStr(f"{GIVEN}\n")  # as a file that was read into the environment ends
    assert key.source(url, Security(key=secret, key_file=named)) == key.Source(given=GIVEN.encode())
    assert key.source(url, Security(key_file=named)) == key.Source(path=Path(named))
    assert key.source(url, Security()) == key.Source(path=tmp_path / "our.key")
    assert key.source("postgresql://a:b@c/d", Security()) == key.Source(path=Path("linli.key"))
    assert key.source("sqlite://", Security()) == key.Source()


def test_a_named_file_is_made_where_it_is_named(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "secrets").mkdir()
    named = tmp_path / "secrets" / "linli.key"
    opened(f"sqlite:///{tmp_path}/our.db", clock, key_file=str(named))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["our.db", "secrets"]
    assert (mode(named), [path.name for path in named.parent.iterdir()]) == (0o600, ["linli.key"])


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o660, 0o777, 0o610])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, clock: FixedClock, bits: int) -> None:
    url, path = f"sqlite:///{tmp_path}/our.db", tmp_path / "our.key"
    opened(url, clock)
    path.chmod(bits)
    assert refusal(lambda: opened(url, clock)) == (
        f"security.key_file: others may read {path}; say `chmod 600 {path}` and start again"
    )
    path.chmod(0o400)
    opened(url, clock)


@pytest.mark.parametrize("written", ["", "\n", "x" * 31, f"  {'x' * 31}\n\n"])
def test_a_short_key_is_refused(tmp_path: Path, clock: FixedClock, written: str) -> None:
    path = tmp_path / "our.key"
    path.touch(0o600)
    path.write_text(written, "ascii")
    assert refusal(lambda: opened(f"sqlite:///{tmp_path}/our.db", clock)) == (
        f"security.key_file: {path} holds no key of 32 characters; bring the right one, or remove the file where "
        "nothing was sealed yet"
    )
    path.write_text("x" * 32, "ascii")
    opened(f"sqlite:///{tmp_path}/our.db", clock)


def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, clock: FixedClock) -> None:
    url = f"sqlite:///{tmp_path}/our.db"
    nowhere = tmp_path / "nowhere" / "our.key"
    assert refusal(lambda: opened(url, clock, key_file=str(nowhere))) == (
        f"security.key_file: cannot write {nowhere} (No such file or directory); name another file"
    )
    assert refusal(lambda: opened(url, clock, key_file=str(tmp_path))) == (
        f"security.key_file: cannot read {tmp_path} (Is a directory); name another file"
    )


@pytest.mark.parametrize("kind", ["file", "environment"])
def test_another_key_is_noticed_by_its_fingerprint(tmp_path: Path, clock: FixedClock, kind: str) -> None:
    url, path = f"sqlite:///{tmp_path}/our.db", tmp_path / "our.key"
    opened(url, clock)
    right = path.read_text("ascii")
    if kind == "file":
        path.write_text("f" * 64, "ascii")
        assert refusal(lambda: opened(url, clock)) == WRONG
    else:
        assert refusal(lambda: opened(url, clock, key=OTHER)) == WRONG
    # The same key does, wherever it comes from.
    opened(url, clock, key=right)


def test_a_lost_key_is_not_replaced(tmp_path: Path, clock: FixedClock) -> None:
    url, path = f"sqlite:///{tmp_path}/our.db", tmp_path / "our.key"
    opened(url, clock)
    away = path.rename(tmp_path / "away")
    assert refusal(lambda: opened(url, clock)) == lost(str(path))
    assert not path.exists()
    away.rename(path)
    opened(url, clock)


def test_without_the_fingerprint_a_lost_key_would_be_replaced(tmp_path: Path, clock: FixedClock) -> None:
    url, path = f"sqlite:///{tmp_path}/our.db", tmp_path / "our.key"
    sealed = opened(url, clock).seal("13912345678")
    path.unlink()
    engine = open_engine(url)
    with transaction(engine) as db:
        db.run(text("UPDATE community SET key_fingerprint = NULL"))
    engine.dispose()
    assert opened(url, clock).open(sealed) is None


def test_of_many_who_start_at_once_one_makes_the_key(tmp_path: Path) -> None:
    for nth in range(20):
        path = tmp_path / f"{nth}.key"
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(key._make, [path] * 8))
        assert (mode(path), len(key._read(path))) == (0o600, 64)
    assert len(list(tmp_path.iterdir())) == 20


def test_without_the_link_the_last_one_would_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "our.key"
    key._make(path)
    made = path.read_bytes()
    key._make(path)
    assert path.read_bytes() == made
    monkeypatch.setattr(os, "link", lambda draft, into: Path(into).write_bytes(Path(draft).read_bytes()))
    key._make(path)
    assert path.read_bytes() != made


def test_two_programs_that_start_at_once_in_an_empty_folder_have_one_key(tmp_path: Path) -> None:
    running = [start("chat", "--as", who, folder=tmp_path) for who in ("lin", "wang")]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in running]
    assert ended == [("", 0)] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["linli.db", "linli.key"]
    assert linli("chat", folder=tmp_path).returncode == 0


# -- as an operator sees it


@pytest.mark.parametrize("ran", ["run", "chat"])
def test_a_wrong_key_is_one_line_and_exit_two(tmp_path: Path, ran: str) -> None:
    assert linli("chat", folder=tmp_path).returncode == 0
    wrong = linli(ran, folder=tmp_path, environment={**IN_ENVIRONMENT, "LINLI_SERVER__PORT": "0"})
    assert (wrong.returncode, wrong.stdout, wrong.stderr) == (2, "", f"linli: {WRONG}\n")
    (tmp_path / "linli.key").unlink()
    gone = linli(ran, folder=tmp_path, environment={"LINLI_SERVER__PORT": "0"})
    assert (gone.returncode, gone.stdout, gone.stderr) == (2, "", f"linli: {lost('linli.key')}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["linli.db"]


def test_with_the_key_in_the_environment_there_is_no_file(tmp_path: Path) -> None:
    with serving(tmp_path, IN_ENVIRONMENT):
        pass
    assert {path.suffix for path in tmp_path.iterdir()} & {".key"} == set()
    assert linli("chat", folder=tmp_path, environment=IN_ENVIRONMENT).returncode == 0


def test_a_server_database_takes_the_key_from_the_environment_or_from_here(tmp_path: Path) -> None:
    with databases.postgres() as engine:
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        option = ("--database", url)
        assert linli("migrate", *option, folder=tmp_path).returncode == 0
        assert linli("chat", *option, folder=tmp_path).returncode == 0
        assert [(path.name, mode(path)) for path in tmp_path.iterdir()] == [("linli.key", 0o600)]
        here = (tmp_path / "linli.key").read_text("ascii").strip()
        elsewhere = tmp_path / "elsewhere"  # another machine on the same database
        elsewhere.mkdir()
        told = linli("chat", *option, folder=elsewhere)
        assert (told.returncode, told.stderr) == (2, f"linli: {lost('linli.key')}\n")
        shared = {"LINLI_SECURITY__KEY": here}
        assert linli("chat", *option, folder=elsewhere, environment=shared).returncode == 0
        assert list(elsewhere.iterdir()) == []


def checked(folder: Path, **environment: str) -> tuple[int, str]:
    ran = linli("check", folder=folder, environment=environment)
    (line,) = (line for line in ran.stdout.splitlines() if line[5:].startswith("key:"))
    return ran.returncode, line


def test_check_says_where_the_key_comes_from_and_never_what_it_is(tmp_path: Path) -> None:
    assert checked(tmp_path) == (0, "ok   key: linli.key does not exist yet; `linli run` makes it")
    given = {"LINLI_SECURITY__KEY": GIVEN}
    assert checked(tmp_path, **given) == (0, "ok   key: from LINLI_SECURITY__KEY; keep a copy of it")
    assert list(tmp_path.iterdir()) == []
    linli("chat", folder=tmp_path)
    assert checked(tmp_path) == (0, "ok   key: from linli.key; keep a copy of it")
    assert checked(tmp_path, **given) == (1, f"FAIL key: {WRONG}")
    (tmp_path / "linli.key").chmod(0o644)
    assert checked(tmp_path) == (
        1,
        "FAIL key: security.key_file: others may read linli.key; say `chmod 600 linli.key` and start again",
    )
    (tmp_path / "linli.key").unlink()
    assert checked(tmp_path) == (1, f"FAIL key: {lost('linli.key')}")
    assert [path.name for path in tmp_path.iterdir()] == ["linli.db"]
