"""The one secret of a community: from the environment, or from a file that is made at the first start."""

import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from bot.configuration import SHORTEST_KEY, ConfigurationError, Security
from models import community
from models.database import Db
from models.vault import Vault

VARIABLE = "LINLI_SECURITY__KEY"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the key comes from: the environment, a file, or nowhere, for what is in memory alone."""

    given: bytes | None = None
    path: Path | None = None


def source(url: str, security: Security) -> Source:
    """The environment goes before the file that is named, and that before the one beside the database."""
    if security.key:
        return Source(given=security.key.get_secret_value().strip().encode())
    return Source(path=Path(security.key_file) if security.key_file else _beside(url))


def open_vault(db: Db, url: str, security: Security) -> Vault:
    """The vault of the community in this database, which is bound to its first key. Raises ConfigurationError.

    In memory nothing outlives the process, so neither does its key.
    """
    key = source(url, security)
    if key.path and not key.path.exists() and community.key_fingerprint(db) is None:
        _make(key.path)
    vault = existing(key) or Vault(secrets.token_bytes(SHORTEST_KEY))
    check(community.bind_key(db, vault.fingerprint), vault)
    return vault


def existing(key: Source) -> Vault | None:
    """What this key opens; None where there is no place for one. Raises ConfigurationError."""
    if key.given:
        return Vault(key.given)
    return Vault(_read(key.path)) if key.path else None


def check(bound: str | None, vault: Vault) -> None:
    """With another key than the community's nothing sealed could be read. Raises ConfigurationError."""
    if bound not in (None, vault.fingerprint):
        raise ConfigurationError(
            "security.key_file: this is not the key with which the community was begun; "
            f"bring its key file here, or set {VARIABLE} to the same as before"
        )


def _beside(url: str) -> Path | None:
    """Next to a SQLite file; in the working directory for a server; nowhere for what is in memory."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return Path("linli.key")
    if address.database in (None, "", ":memory:"):
        return None
    return Path(str(address.database)).with_suffix(".key")


def _make(path: Path) -> None:
    """A new key in this file. Raises ConfigurationError."""
    try:
        _appear(path, f"{secrets.token_hex(SHORTEST_KEY)}\n")
    except FileExistsError:
        pass  # another process that starts at the same time was first, and its key is everybody's
    except OSError as error:
        raise ConfigurationError(
            f"security.key_file: cannot write {path} ({error.strerror}); name another file"
        ) from None


def _appear(path: Path, words: str) -> None:
    """A file appears whole and on the disk, or not at all. Raises FileExistsError where one is there."""
    # Only its owner may read it, from the first moment on.
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(words)
            file.flush()
            os.fsync(descriptor)
        os.link(draft, path)
    finally:
        os.unlink(draft)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path) -> bytes:
    """The key in this file, which only its owner may read. Raises ConfigurationError."""
    try:
        key = path.read_bytes().strip()
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise ConfigurationError(
            f"security.key_file: {path} is not there, and what is sealed can be read with it alone; "
            f"bring it back from your copy, or set {VARIABLE}"
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"security.key_file: cannot read {path} ({error.strerror}); name another file"
        ) from None
    if mode & 0o077:
        raise ConfigurationError(
            f"security.key_file: others may read {path}; say `chmod 600 {path}` and start again"
        )
    if len(key) < SHORTEST_KEY:
        raise ConfigurationError(
            f"security.key_file: {path} holds no key of {SHORTEST_KEY} characters; bring the right one, "
            "or remove the file where nothing was sealed yet"
        )
    return key
