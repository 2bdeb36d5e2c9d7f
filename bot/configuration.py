"""config.toml and the environment become one frozen object; a key that nothing uses is an error."""

import json
import os
import re
import tomllib
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from models import schedule

PREFIX = "LINLI_"
_HOURS = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")
_SPAN = re.compile(r"[1-9]\d{0,2}[dhm]")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
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


class Telegram(_Section):
    token: SecretStr | None = None
    base_url: str = Field(default="https://api.telegram.org/bot", pattern=r"^https?://\S+/bot$")
    secret_token: SecretStr | None = None
    mode: Literal["polling", "webhook"] = "polling"
    messages_a_second: Annotated[float, BeforeValidator(_no_truth)] = Field(default=29.5, ge=1, le=1000)

    @field_validator("token")
    @classmethod
    def _has_its_form(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not re.fullmatch(r"\d+:[A-Za-z0-9_-]{3,}", token.get_secret_value()):
            raise ValueError("is no token of a bot; copy it from @BotFather, as 123456:ABC-DEF")
        return token

    @field_validator("secret_token")
    @classmethod
    def _can_be_a_header(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret.get_secret_value()):
            raise ValueError("needs 16 to 256 of A-Z, a-z, 0-9, _ and -; make one by `openssl rand -hex 32`")
        return secret


class Carrier(_Section):
    """What carries a kind of notice where nobody has written lately: a message of the platform's own form.

    `fields` fills its fields: the name there, and which fact of the notice stands in it.
    """

    kind: Literal["template", "subscription"]
    id: str = Field(min_length=1)
    fields: dict[str, str] | None = None


class WeChat(_Section):
    app_id: str | None = Field(default=None, min_length=1)
    app_secret: SecretStr | None = None
    token: SecretStr | None = None
    encoding_aes_key: SecretStr | None = None
    api_base_url: str = Field(default="https://api.weixin.qq.com", pattern=r"^https?://\S+[^/]$")
    notices: dict[str, Carrier] = {}

    @field_validator("notices", mode="before")
    @classmethod
    def _from_the_environment(cls, notices: object) -> object:
        try:
            return json.loads(notices) if isinstance(notices, str) else notices
        except ValueError:
            raise ValueError("is no JSON; write it as an object of objects") from None

    @field_validator("token")
    @classmethod
    def _has_its_form(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not re.fullmatch(r"[A-Za-z0-9]{3,32}", token.get_secret_value()):
            raise ValueError("is 3 to 32 letters and digits, the same as on the platform's page")
        return token

    @field_validator("encoding_aes_key")
    @classmethod
    def _is_whole(cls, key: SecretStr | None) -> SecretStr | None:
        if key and not re.fullmatch(r"[A-Za-z0-9]{43}", key.get_secret_value()):
            raise ValueError("is 43 letters and digits; copy it whole from the platform's page")
        return key


class WeCom(_Section):
    """Group robots: each speaks for the place by whose id it stands. Whoever has its address can speak as it."""

    robots: dict[str, SecretStr] | None = None

    @field_validator("robots", mode="before")
    @classmethod
    def _from_the_environment(cls, robots: object) -> object:
        if not isinstance(robots, str):
            return robots
        try:
            return json.loads(robots) if robots.lstrip().startswith("{") else tomllib.loads(robots)
        except ValueError:
            # What stands there is not shown.
            raise ValueError(
                'is no table; write it as {"PLACE": "https://…"}, by the ids of places'
            ) from None

    @field_validator("robots")
    @classmethod
    def _are_addresses(cls, robots: dict[str, SecretStr] | None) -> dict[str, SecretStr] | None:
        for place, url in (robots or {}).items():
            if not re.fullmatch(r"https?://\S+", url.get_secret_value()):
                raise ValueError(f"{place}: is no address; copy the whole webhook address of the robot")
        return robots


class Waiting(_Section):
    """How long who is offered a free seat has to answer, and when it is too late for that."""

    answer: tuple[str, ...] = ("72h 24h", "24h 6h", "4h 1h")
    call: Annotated[int, BeforeValidator(_no_truth)] = Field(default=5, ge=1, le=100)
    turn: str = "30m"
    note: str = "24h"
    cutoff: str = "60m"

    @field_validator("answer", mode="before")
    @classmethod
    def _from_the_environment(cls, answer: object) -> object:
        if not isinstance(answer, str):
            return answer
        return [each.strip() for each in answer.strip("[]").split(",") if each.strip()]

    @field_validator("answer")
    @classmethod
    def _are_pairs(cls, answer: tuple[str, ...]) -> tuple[str, ...]:
        for each in answer:
            spans = each.split()
            if len(spans) != 2 or not all(_SPAN.fullmatch(span) for span in spans):
                raise ValueError(
                    f'"{each}" is no pair; write it as "72h 24h": before the start, and to answer'
                )
        return answer

    @field_validator("turn", "note", "cutoff")
    @classmethod
    def _is_span(cls, span: str) -> str:
        if not _SPAN.fullmatch(span):
            raise ValueError(f'"{span}" is no length of time; write it as "1d", "2h" or "30m"')
        return span

    def times(self) -> schedule.Waiting:
        """The same as the rules read it, the longest first."""
        pairs = (tuple(_span(span) for span in each.split()) for each in self.answer)
        answer = tuple(sorted(((least, given) for least, given in pairs), reverse=True))
        return schedule.Waiting(answer, self.call, _span(self.turn), _span(self.note), _span(self.cutoff))


def _span(written: str) -> timedelta:
    return timedelta(**{_UNITS[written[-1]]: int(written[:-1])})


class Needs(_Section):
    """In how many working days what people report is answered, given to somebody and resolved."""

    answer_days: Annotated[int, BeforeValidator(_no_truth)] = Field(default=1, ge=1, le=60)
    assign_days: Annotated[int, BeforeValidator(_no_truth)] = Field(default=2, ge=1, le=60)
    resolve_days: Annotated[int, BeforeValidator(_no_truth)] = Field(default=7, ge=1, le=60)
    extended_days: Annotated[int, BeforeValidator(_no_truth)] = Field(default=15, ge=1, le=120)
    claim_days: Annotated[int, BeforeValidator(_no_truth)] = Field(default=3, ge=1, le=60)
    ask_again: str = "28d"
    lapse: str = "3d"

    @field_validator("ask_again", "lapse")
    @classmethod
    def _is_span(cls, span: str) -> str:
        if not _SPAN.fullmatch(span):
            raise ValueError(f'"{span}" is no length of time; write it as "28d", "12h" or "30m"')
        return span

    def deadlines(self) -> schedule.Deadlines:
        """The same as the rules read it."""
        return schedule.Deadlines(
            self.answer_days,
            self.assign_days,
            self.resolve_days,
            self.extended_days,
            self.claim_days,
            _span(self.ask_again),
            _span(self.lapse),
        )


class Bookings(_Section):
    """Until when a slot can be changed, how far ahead it is booked, and how many one person may have."""

    lock: str = "2h"
    ahead_days: Annotated[int, BeforeValidator(_no_truth)] = Field(default=14, ge=1, le=60)
    most: Annotated[int, BeforeValidator(_no_truth)] = Field(default=5, ge=1, le=60)
    missed: Annotated[int, BeforeValidator(_no_truth)] = Field(default=2, ge=1, le=60)

    @field_validator("lock")
    @classmethod
    def _is_span(cls, span: str) -> str:
        if not _SPAN.fullmatch(span):
            raise ValueError(f'"{span}" is no length of time; write it as "2h", "1d" or "30m"')
        return span

    def rules(self) -> schedule.Bookings:
        """The same as the rules read it."""
        return schedule.Bookings(_span(self.lock), self.ahead_days, self.most, self.missed)


class Schedule(_Section):
    quiet: str = "22:00-08:00"
    remind: tuple[str, ...] = ("1d", "2h")
    ask_absent: bool = True

    @field_validator("quiet")
    @classmethod
    def _are_hours(cls, quiet: str) -> str:
        if quiet and not _HOURS.fullmatch(quiet):
            raise ValueError('are no hours; write them as "22:00-08:00", or "" for none')
        return quiet

    @field_validator("remind", mode="before")
    @classmethod
    def _from_the_environment(cls, remind: object) -> object:
        return (
            [each for each in re.split(r"[\s,]+", remind.strip("[]")) if each]
            if isinstance(remind, str)
            else remind
        )

    @field_validator("remind")
    @classmethod
    def _are_spans(cls, remind: tuple[str, ...]) -> tuple[str, ...]:
        for each in remind:
            if not _SPAN.fullmatch(each):
                raise ValueError(f'"{each}" is no time before the start; write it as "1d", "2h" or "30m"')
        return remind

    def of(
        self,
        zone: ZoneInfo,
        waiting: Waiting | None = None,
        needs: Needs | None = None,
        bookings: Bookings | None = None,
    ) -> schedule.Schedule:
        """The same on the clock of a community, with the times of those who wait for a seat, of needs and of bookings."""
        found = _HOURS.fullmatch(self.quiet)
        quiet = schedule.Quiet(time.fromisoformat(found[1]), time.fromisoformat(found[2])) if found else None
        spans = (_span(each) for each in self.remind)
        remind = tuple(sorted(set(spans), reverse=True))
        times = (waiting or Waiting()).times()
        deadlines = (needs or Needs()).deadlines()
        rules = (bookings or Bookings()).rules()
        return schedule.Schedule(zone, quiet, remind, times, self.ask_absent, deadlines, rules)


class Configuration(_Section):
    database: Database = Database()
    server: Server = Server()
    log: Log = Log()
    security: Security = Security()
    limits: Limits = Limits()
    telegram: Telegram = Telegram()
    wechat: WeChat = WeChat()
    wecom: WeCom = WeCom()
    schedule: Schedule = Schedule()
    waiting: Waiting = Waiting()
    needs: Needs = Needs()
    bookings: Bookings = Bookings()


def _is_secret(annotation: object) -> bool:
    return annotation is SecretStr or any(_is_secret(each) for each in get_args(annotation))


# Each secret as section and key.
SECRETS = frozenset(
    (section, key)
    for section, declared in Configuration.model_fields.items()
    if isinstance(declared.annotation, type) and issubclass(declared.annotation, BaseModel)
    for key, field in declared.annotation.model_fields.items()
    if _is_secret(field.annotation)
)


def read(path: Path | None, *, database: str | None = None) -> Configuration:
    """Reads the file (config.toml where there is one), then the environment, then `--database`."""
    file = path or Path("config.toml")
    values, origin = _from_file(file, required=path is not None), str(file)
    for section, key in SECRETS:
        if key in values.get(section, {}):
            raise ConfigurationError(
                f"{origin}: {section}.{key}: a secret does not belong in this file; set "
                f"{PREFIX}{section.upper()}__{key.upper()}, or name a file of its own as {section}.{key}_file"
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
    _read_secrets(values, origins)
    try:
        return Configuration.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(_mend(error, origins, origin)) from None


def _read_secrets(values: dict[str, dict[str, object]], origins: dict[tuple[str, str], str]) -> None:
    """A secret may stand in a file of its own: `KEY_file` names it where KEY itself is not set."""
    for section, key in SECRETS - {("security", "key")}:  # its file is made by the program, see bot/key.py
        named = values.get(section, {}).pop(f"{key}_file", None)
        if named is not None and key not in values[section]:
            origin = origins[section, key] = origins[section, f"{key}_file"]
            values[section][key] = _secret(str(named), f"{origin}: {section}.{key}_file")


def _secret(path: str, where: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "this is not UTF-8"
        raise ConfigurationError(f"{where}: {path} cannot be read ({why}); check the path") from None


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
    if place[:2] in SECRETS:
        return f"{where}: {name}: {message}; see config.toml for what it may be"
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
