"""The command line: `linli run`, `worker`, `deliveries`, `chat`, `load`, `check`, `migrate`, `invite`, `wechat`."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import configuration
from bot.configuration import Configuration, ConfigurationError

app = typer.Typer(
    help="Linli (邻里): the chat bot of an urban subdistrict. Start with `linli run` or `linli chat`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The settings; config.toml where there is one."),
]
DatabaseURL = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Instead of database.url: sqlite:///… or postgresql://…"),
]


class UseError(Exception):
    """One line for the person at the keyboard, who can mend it."""


@app.command()
def run(config: ConfigFile = None, database: DatabaseURL = None) -> None:
    """Serve the chat page and every channel that is configured. Without settings: the demo community."""
    with _told(config, database) as settings:
        from uvicorn.loops.auto import auto_loop_factory

        from bot.web import serve

        # The event loop that uvicorn would choose by itself: the fastest that is installed.
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            runner.run(serve(settings))


@app.command()
def worker(config: ConfigFile = None, database: DatabaseURL = None) -> None:
    """Send and remind only, beside linli run.

    On the same PostgreSQL, in a second process or on another machine.
    """
    with _told(config, database) as settings:
        from uvicorn.loops.auto import auto_loop_factory

        from bot.working import work

        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            runner.run(work(settings))


@app.command()
def deliveries(
    number: Annotated[
        int | None, typer.Argument(metavar="NUMBER", help="One of them: its whole story.")
    ] = None,
    config: ConfigFile = None,
    database: DatabaseURL = None,
) -> None:
    """Say what waits to be sent, and what was not.

    With a number, everything that happened to that one.
    """
    with _told(config, database) as settings:
        from bot.deliveries import report

        typer.echo("\n".join(report(settings, number)))


@app.command()
def chat(
    config: ConfigFile = None,
    database: DatabaseURL = None,
    handle: Annotated[str, typer.Option("--as", metavar="HANDLE", help="Who speaks.")] = "me",
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, in and out.")] = False,
    now: Annotated[
        str | None, typer.Option("--now", metavar="ISO8601", help="Fix the clock at this time (with --json).")
    ] = None,
    pack: Annotated[
        list[Path] | None, typer.Option("--pack", metavar="FILE", help="Load this community first.")
    ] = None,
) -> None:
    """Talk to the bot in the terminal. With --json as a script does, and in memory by default."""
    if json and database is None:
        database = "sqlite://"
    with _told(config, database) as settings:
        from bot.app import open_app
        from bot.channels import Channel
        from bot.channels.json_lines import JSONLines
        from bot.channels.terminal import Terminal
        from bot.clock import Clock, FixedClock, SystemClock

        moment = _moment(now) if now else None
        clock: Clock = (
            FixedClock(moment if moment.tzinfo else moment.replace(tzinfo=UTC)) if moment else SystemClock()
        )
        opened = open_app(
            settings.database.url,
            clock,
            pack or [],
            settings.security,
            schedule=settings.schedule,
            public_url=settings.server.public_url,
            waiting=settings.waiting,
            needs=settings.needs,
            bookings=settings.bookings,
        )
        if moment and moment.tzinfo is None:
            # A time without offset is the community\'s, whose zone is known only now.
            opened.clock = FixedClock(moment.replace(tzinfo=opened.zone))
        channel: Channel = JSONLines() if json else Terminal(handle)
        # Ctrl-C ends at once: what was answered is committed, and whoever waits for a line would wait on.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            asyncio.run(channel.run(opened))
        finally:
            opened.close()


@app.command()
def load(
    packs: Annotated[
        list[Path],
        typer.Argument(
            metavar="PACK.toml",
            help="Community packs, and tables of services (.csv, .xlsx): docs/services.md.",
        ),
    ],
    config: ConfigFile = None,
    database: DatabaseURL = None,
) -> None:
    """Put community packs into the database. Again updates by id, and never duplicates."""
    with _told(config, database) as settings:
        from bot import community

        engine = community.open_database(settings.database.url, packs)
        try:
            counts = community.load(engine, packs)
        finally:
            engine.dispose()
        typer.echo(", ".join(f"{count} × {name}" for name, count in counts.items()))


@app.command()
def check(config: ConfigFile = None, database: DatabaseURL = None) -> None:
    """Say what is configured, reachable and migrated. Exit 1 if anything of it does not work."""
    with _told(config, database) as settings:
        from bot.checking import findings

        found = findings(settings)
        for works, line in found:
            typer.echo(f"{'ok  ' if works else 'FAIL'} {line}")
        if not all(works for works, _ in found):
            raise typer.Exit(1)


@app.command()
def migrate(config: ConfigFile = None, database: DatabaseURL = None) -> None:
    """Bring the database to the current schema. On SQLite run, chat and load do it themselves."""
    with _told(config, database) as settings:
        from models.database import open_engine
        from models.migrate import upgrade

        engine = open_engine(settings.database.url)
        upgrade(engine)
        typer.echo(f"{engine.url.render_as_string(hide_password=True)} has the current schema")
        engine.dispose()


@app.command()
def invite(
    member: Annotated[str, typer.Argument(metavar="MEMBER", help="The id of a member of your packs.")],
    config: ConfigFile = None,
    database: DatabaseURL = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Make an unused code void instead.")] = False,
) -> None:
    """Give a code, good once, that makes an account this member."""
    with _told(config, database) as settings:
        from bot import inviting

        act = inviting.revoke if revoke else inviting.give
        typer.echo("\n".join(act(settings, member)))


wechat = typer.Typer(help="Set the menu of the WeChat account, draw codes for posters.", no_args_is_help=True)
app.add_typer(wechat, name="wechat")


@wechat.command("menu")
def set_wechat_menu(config: ConfigFile = None) -> None:
    """Set the menu of the account to what the bot offers, and say what it is."""
    with _told(config, None) as settings:
        from bot.channels.wechat.command import set_menu

        typer.echo("\n".join(asyncio.run(set_menu(settings))))


@wechat.command("qr")
def draw_wechat_code(
    ref: Annotated[str, typer.Argument(metavar="activity:ID|place:ID", help="An id of your packs.")],
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE.png", help="Else it is named after the id.")
    ] = None,
    config: ConfigFile = None,
    database: DatabaseURL = None,
) -> None:
    """Draw a code: whoever scans it gets to the activity, or says where he is."""
    with _told(config, database) as settings:
        from bot.channels.wechat.command import draw_code

        typer.echo("\n".join(asyncio.run(draw_code(settings, ref, output))))


@contextmanager
def _told(config: Path | None, database: str | None) -> Iterator[Configuration]:
    """Errors of use and data become one line and exit 2; everything else is a fault and shows its trace."""
    try:
        settings = configuration.read(config, database=database)
        _log(settings)
        yield settings
    except Exception as error:
        line = _mend(error)
        if line is None:
            raise
        _leave(line)


def _mend(error: Exception) -> str | None:
    """What the person at the keyboard can mend; None for a fault of ours."""
    if isinstance(error, ConfigurationError | UseError):
        return str(error)
    if isinstance(error, ModuleNotFoundError) and error.name == "psycopg":
        return "database.url: PostgreSQL needs one package more; run: pip install 'psycopg[binary]'"

    from alembic.util import CommandError
    from sqlalchemy.exc import DatabaseError, OperationalError

    from models.pack import PackError

    if isinstance(error, PackError):
        return str(error)
    if type(error) in (OperationalError, DatabaseError):
        reason = _first_line(getattr(error, "orig", None))
        return f"database.url: the database does not answer ({reason}); check the address and start it"
    if isinstance(error, CommandError):
        return f"database.url: the schema is not known here ({_first_line(error)}); install the Linli that made it"
    return None


def _log(settings: Configuration) -> None:
    from bot.logs import configure

    configure(settings.log.level)


def _leave(message: str) -> None:
    typer.echo(f"linli: {message}", err=True)
    raise typer.Exit(2)


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UseError(f'--now: {text!r} is no time; write it as "2026-11-25T18:30:00+08:00"') from None
    return moment


def main() -> None:
    """The entry point of the package's script."""
    if hasattr(sys.stdout, "reconfigure"):
        # Chinese goes out right also where the terminal's locale is not UTF-8.
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        code = app(sys.argv[1:] or ["--help"], prog_name="linli", standalone_mode=False)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        where = context.command_path if context else "linli"
        typer.echo(f"linli: {error.format_message().rstrip('.')}; see `{where} --help`", err=True)
        code = 2
    sys.exit(code)
