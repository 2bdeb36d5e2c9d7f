"""config.toml and the environment become one frozen object; a key that nothing uses is an error."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

PREFIX = "LINLI_"
# What is shorter could be found by trying.
SHORTEST_KEY = 32
# Read by the tests alone, not a setting of the program.
_NOT_SETTINGS = {"LINLI_TEST_POSTGRES"}


class ConfigurationError(Exception):
    """One line with file or variable, key and mend."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _no_truth(value: object) -> object:
    """TOML's true is no number."""
    if isinstance(value, bool):
        raise ValueError("is no number")
    return value


class Database(_Section):
    url: str = "sqlite:///linli.db"

    @field_validator("url")
    @classmethod
    def _is_known_kind(cls, url: str) -> str:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            known = make_url(url).drivername in ("sqlite", "postgresql")
        except (ArgumentError, ValueError):
            known = False
        if not known:
            # What stands there is not shown: it may hold a password.
            raise ValueError("is no database; write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return url


class Server(_Section):
    host: str = "127.0.0.1"
    port: Annotated[int, BeforeValidator(_no_truth)] = Field(default=8000, ge=0, le=65535)
    public_url: str | None = Field(default=None, pattern=r"^https?://\S+$")


class Log(_Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Security(_Section):
    key: SecretStr | None = None
    key_file: str | None = Field(default=None, min_length=1)

    @field_validator("key")
    @classmethod
    def _is_long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key and len(key.get_secret_value().strip()) < SHORTEST_KEY:
            # What stands there is not shown, however short it is.
            raise ValueError(
                f"has fewer than {SHORTEST_KEY} characters; make a new one, for example by `openssl rand -hex 32`"
            )
        return key


class Limits(_Section):
    messages_a_minute: Annotated[int, BeforeValidator(_no_truth)] = Field(default=20, ge=1)
    burst: Annotated[int, BeforeValidator(_no_truth)] = Field(default=10, ge=1)
    registrations_a_minute: Annotated[int, BeforeValidator(_no_truth)] = Field(default=5, ge=1)


class Configuration(_Section):
    database: Database = Database()
    server: Server = Server()
    log: Log = Log()
    security: Security = Security()
    limits: Limits = Limits()


def read(path: Path | None, *, database: str | None = None) -> Configuration:
    """Reads the file (config.toml where there is one), then the environment, then `--database`."""
    file = path or Path("config.toml")
    values, origin = _from_file(file, required=path is not None), str(file)
    if "key" in values.get("security", {}):
        raise ConfigurationError(
            f"{origin}: security.key: a secret does not belong in this file; set {PREFIX}SECURITY__KEY, "
            "or name a file of its own as security.key_file"
        )
    origins = {(section, key): origin for section, keys in values.items() for key in keys}
    for name, text in os.environ.items():
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS:
            section, _, key = name.removeprefix(PREFIX).lower().partition("__")
            if not key:
                raise ConfigurationError(f"{name}: names no key; write it as {PREFIX}SERVER__PORT")
            values.setdefault(section, {})[key] = text
            origins[section, key] = name
    if database:
        values.setdefault("database", {})["url"] = database
        origins["database", "url"] = "--database"
    try:
        return Configuration.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(_mend(error, origins, origin)) from None


def _from_file(file: Path, *, required: bool) -> dict[str, dict[str, object]]:
    if not required and not file.exists():
        return {}
    try:
        document = tomllib.loads(file.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file}: encoding: this is not UTF-8; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: TOML: {error}; mend that line") from None
    for name, section in document.items():
        if not isinstance(section, dict):
            raise ConfigurationError(
                f"{file}: {name}: stands outside a section; put it under one, as [server]"
            )
    return document


def _mend(error: ValidationError, origins: dict[tuple[str, str], str], file: str) -> str:
    """The first thing that is wrong, with the file or variable that it stands in."""
    problem = error.errors()[0]
    place = tuple(str(part) for part in problem["loc"])
    where = next((origin for key, origin in origins.items() if key[: len(place)] == place[:2]), file)
    name = ".".join(place)
    if problem["type"] == "extra_forbidden":
        return f"{where}: {name}: unknown key; the keys are {', '.join(keys())}"
    message = problem["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    if ";" in message:
        return f"{where}: {name}: {message}"
    return (
        f"{where}: {name}: {message}, not {str(problem['input'])[:60]!r}; see config.toml for what it may be"
    )


def keys() -> list[str]:
    """Every key that there is, as `section.key`."""
    return [
        f"{section}.{key}"
        for section, declared in Configuration.model_fields.items()
        if isinstance(declared.annotation, type) and issubclass(declared.annotation, BaseModel)
        for key in declared.annotation.model_fields
    ]
