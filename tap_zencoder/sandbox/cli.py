"""The command ``zencoder-sandbox``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING, NoReturn

import click
import msgspec

from tap_zencoder.sandbox.faults import Chance, Limit
from tap_zencoder.sandbox.oddities import ODDITIES, WORDINGS
from tap_zencoder.sandbox.organisation import FOUNDED, Organisation
from tap_zencoder.sandbox.realities import REALITIES
from tap_zencoder.sandbox.server import Sandbox
from tap_zencoder.sandbox.service import API_KEY, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PREFIX = "TAP_ZENCODER_"
_SANDBOX = "ZENCODER_SANDBOX"
"""With this variable the tap ignores the credentials and URLs of any file."""
_CREDENTIALS = {_PREFIX + name for name in ("CLIENT_ID", "CLIENT_SECRET", "API_KEY")}
_COMMAND_NOT_FOUND = 127
_RATE = click.FloatRange(0, 1)


def _list(acts: Mapping[str, object]) -> str:
    lines = (f"  {n:29} {(a.__doc__ or '').replace('`', '')}" for n, a in acts.items())
    return "\n".join(lines)


_DATA = {**REALITIES, **ODDITIES}
_MEANINGS = (
    f"\b\nRealities:\n{_list(REALITIES)}\n\n\b\nBehaviour seen in other APIs:\n"
    f"{_list({**ODDITIES, **WORDINGS})}"
)


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_MEANINGS,
)
@click.option(
    "--users",
    type=click.IntRange(0),
    default=50,
    show_default=True,
    help="Number of users.",
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="The same seed gives the same organisation, byte for byte.",
)
@click.option(
    "--founded",
    type=click.DateTime(["%Y-%m-%d"]),
    default=FOUNDED.isoformat(),
    show_default=True,
    help="Day of the first activity.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="0: any free port."
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The sandbox's date. Default: today, in UTC.",
)
@click.option(
    "--latency",
    type=click.FloatRange(0),
    default=0,
    help="Milliseconds added to each response of the usage endpoint.",
)
@click.option(
    "--token-lifetime",
    type=click.FloatRange(0),
    default=86400,
    show_default=True,
    help="Seconds until a token expires.",
)
@click.option(
    "--error-rate", type=_RATE, default=0, help="Share of requests answered with 500."
)
@click.option(
    "--throttle-rate",
    type=_RATE,
    default=0,
    help="Share of requests answered with 429.",
)
@click.option(
    "--truncate-rate", type=_RATE, default=0, help="Share of responses cut short."
)
@click.option(
    "--limit-per-minute",
    type=click.IntRange(0),
    default=0,
    help="Usage requests allowed per minute; more are answered with 429 without a "
    "Retry-After. 0: no limit.",
)
@click.option(
    "--reality",
    "realities",
    type=click.Choice([*_DATA, *WORDINGS]),
    metavar="NAME",
    multiple=True,
    help="Simulate behaviour that the API documentation leaves open: a name from the "
    "list below. Can be repeated.",
)
@click.option(
    "--request-log",
    type=click.File("a", lazy=False),
    help="Append one JSON line per request to this file.",
)
@click.option(
    "--nights",
    type=click.IntRange(1),
    default=1,
    help="Run COMMAND this many times, each time up to one day later: a rehearsal of "
    "nightly syncs. The last run ends yesterday.",
)
@click.version_option(
    package_name="tap-zencoder",
    prog_name="zencoder-sandbox",
    message="%(prog)s %(version)s, of tap-zencoder",
    help="Print the version.",
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def main(  # noqa: PLR0913, PLR0917  # one for each option
    users: int,
    seed: int,
    founded: datetime,
    port: int,
    today: datetime | None,
    latency: float,
    token_lifetime: float,
    error_rate: float,
    throttle_rate: float,
    truncate_rate: float,
    limit_per_minute: int,
    realities: tuple[str, ...],
    request_log: IO[str] | None,
    nights: int,
    command: tuple[str, ...],
) -> NoReturn:
    """Serve a local mock of the Zencoder API with made-up data.

    With `-- COMMAND ...`, run the command against the sandbox and exit with its status.
    tap-zencoder then uses the sandbox, whatever credentials and URLs its settings have.
    """
    if error_rate + throttle_rate + truncate_rate > 1:
        message = "the rates add up to more than 1"
        raise click.UsageError(message)
    day = today.date() if today else None
    chance = Chance(
        seed,
        error_rate=error_rate,
        throttle_rate=throttle_rate,
        truncate_rate=truncate_rate,
    )
    limit = Limit(limit_per_minute) if limit_per_minute else None
    try:
        sandbox = Sandbox(
            Organisation(users=users, seed=seed, founded=founded.date()),
            port=port,
            today=lambda: day or datetime.now(UTC).date(),
            latency=latency / 1000,
            token_lifetime=token_lifetime,
            faults=lambda request: (limit and limit(request)) or chance(request),
            realities=[act for name, act in _DATA.items() if name in realities],
            wordings=[act for name, act in WORDINGS.items() if name in realities],
            on_answer=_log_to(request_log) if request_log else None,
        )
    except OSError as error:
        message = f"port {port}: {error.strerror}"
        raise click.ClickException(message) from error
    with sandbox:
        sys.exit(_run_nights(command, sandbox, nights) if command else _serve(sandbox))


def _serve(sandbox: Sandbox) -> int:
    stopped = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stopped.set())
    click.echo(f"The sandbox is running at {sandbox.api_url}. To use it:\n", err=True)
    for name, value in sandbox.settings().items():
        click.echo(f"  export {_PREFIX}{name.upper()}={value}", err=True)
    click.echo(
        f"\nOr use {_PREFIX}API_KEY={API_KEY} instead of client ID and secret. Ctrl-C "
        "stops the sandbox.",
        err=True,
    )
    stopped.wait()
    return 0


def _run_nights(command: tuple[str, ...], sandbox: Sandbox, nights: int) -> int:
    """Run the command for each night, up to the first that fails."""
    settings, today = sandbox.settings(), datetime.now(UTC).date()
    for before in range(nights - 1, 0, -1):
        day = str(today - timedelta(days=before + 1))
        click.echo(f"Night {nights - before} of {nights}, up to {day}", err=True)
        if status := _run(command, {**settings, "end_date": day}):
            return status
    if nights > 1:
        click.echo(f"Night {nights} of {nights}, up to yesterday", err=True)
    return _run(command, settings)


def _run(command: tuple[str, ...], settings: dict[str, str]) -> int:
    inherited = {
        name: value for name, value in os.environ.items() if name not in _CREDENTIALS
    }
    # Not through a proxy that the environment may name.
    named = inherited.get("no_proxy") or inherited.get("NO_PROXY")
    direct = ",".join(filter(None, [named, "127.0.0.1"]))
    own = {_PREFIX + name.upper(): value for name, value in settings.items()}
    own |= {"NO_PROXY": direct, "no_proxy": direct}
    own[_SANDBOX] = msgspec.json.encode(settings).decode()
    try:
        process = subprocess.Popen(command, env={**inherited, **own})  # noqa: S603  # what the user asks for
    except OSError as error:
        click.echo(f"Error: {command[0]}: {error.strerror}", err=True)
        return _COMMAND_NOT_FOUND
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda number, _: process.send_signal(number))
    status = process.wait()
    return status if status >= 0 else 128 - status


def _log_to(file: IO[str]) -> Callable[[Request, int], None]:
    def log(request: Request, status: int) -> None:
        line = {
            "number": request.number,
            "time": datetime.now(UTC),
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "status": status,
        }
        file.write(msgspec.json.encode(line).decode() + "\n")
        file.flush()

    return log
