"""The command line, with one plain line when it fails."""

from __future__ import annotations

import logging
import os
import select
import stat
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import click

from tap_zencoder import errors
from tap_zencoder.checks import sources
from tap_zencoder.singer import set_up_logging
from tap_zencoder.tap import TapZencoder

FAILED = 1
_ENVIRONMENT = "ENV"
_SIGNAL_WITHIN = 0.2
"""Seconds a signal may take to arrive that has ended the target already."""
_EPILOG = """\b
Examples:
  tap-zencoder --config config.json --test
  tap-zencoder --config config.json --discover > catalog.json
  tap-zencoder --config config.json --state state.json | target-jsonl

To try it without an account: zencoder-sandbox -- tap-zencoder --config ENV

Documentation: README.md and docs/ of the tap-zencoder repository.
"""


@click.command(
    "tap-zencoder",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EPILOG,
)
@click.option(
    "--config",
    "configs",
    multiple=True,
    metavar="FILE|ENV",
    help="A JSON file of settings, or ENV for the variables TAP_ZENCODER_*. Can be "
    "repeated: later files win, and the environment wins over all files.",
)
@click.option("--state", metavar="FILE", help="The saved state to resume from.")
@click.option("--catalog", metavar="FILE", help="The streams and columns to sync.")
@click.option("--discover", is_flag=True, help="Print the catalog.")
@click.option(
    "--test",
    is_flag=False,
    flag_value="all",
    type=click.Choice(["all", "schema"]),
    help="Check credentials, role and network, and print one line. With --test=schema, "
    "print only the SCHEMA messages.",
)
@click.option("--about", is_flag=True, help="Describe the tap and its settings.")
@click.option(
    "--format",
    "about_format",
    type=click.Choice(["json", "markdown"], case_sensitive=False),
    help="Output format of --about.",
)
@click.option("--version", is_flag=True, help="Print the version.")
def command(configs: tuple[str, ...], **options: Any) -> None:
    """Write daily usage of Zencoder, the AI coding assistant, as Singer messages.

    Messages go to stdout, logs to stderr.
    """
    set_up_logging()
    state, catalog = options["state"], options["catalog"]
    if options["version"]:
        TapZencoder.print_version(print_fn=click.echo)
    elif options["about"]:
        TapZencoder.print_about(options["about_format"])
    elif options["discover"]:
        TapZencoder(validate_config=False, setup_mapper=False).run_discovery()
    elif options["test"] == "all":
        click.echo(TapZencoder(**_settings(configs)).check_connection())
    elif options["test"] == "schema":
        TapZencoder(**_settings(configs)).write_schemas()
    else:
        TapZencoder.print_version(print_fn=TapZencoder.logger.info)
        TapZencoder(
            **_settings(configs),
            state=sources.read_json(state, sources.state_error) if state else None,
            catalog=sources.read_json(catalog, sources.catalog_error)
            if catalog
            else None,
        ).sync_all()


def run() -> int:
    """Run the command line, and return the exit status."""
    _leave_with_the_reader()
    try:
        command(standalone_mode=False)
    except SystemExit as stopped:  # by a signal
        return stopped.code if isinstance(stopped.code, int) else FAILED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (errors.OutputClosedError, BrokenPipeError):
        # Ctrl-C in a shell ends both, and the target may be quicker.
        time.sleep(_SIGNAL_WITHIN)
        return TapZencoder.stopped_with or FAILED
    except Exception as error:  # noqa: BLE001  # the last line of defence
        _log(error)
        return FAILED
    return 0


def _settings(configs: tuple[str, ...]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for source in configs:
        if source.upper() == _ENVIRONMENT != source and not Path(source).exists():
            problem = f"--config {source}: did you mean --config ENV?"
            raise errors.SettingsError([problem])
        if source != _ENVIRONMENT:
            config |= sources.read_json(source, sources.settings_error)
    return {"config": config, "parse_env_config": _ENVIRONMENT in configs}


def _log(error: Exception) -> None:
    logger = TapZencoder.logger
    if not logger.hasHandlers():  # it is the log that could not be set up
        logging.basicConfig(format="%(asctime)s | %(levelname)s | %(message)s")
    logger.error("%s", _error_for_user(error))
    # The frames only: the messages of foreign exceptions may hold anything.
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.debug("Raised as %s at:\n%s", type(error).__name__, frames)


def _error_for_user(error: Exception) -> errors.ZencoderError:
    """Return an error with a sentence, without text from elsewhere in it."""
    if isinstance(error, errors.ZencoderError):
        return error
    if isinstance(error, MemoryError):
        return errors.ExhaustedError("memory")
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return errors.ExhaustedError("threads (ulimit -u)")
    if isinstance(error, OSError) and error.filename is None:  # of stdout
        return errors.OutputError(error.strerror or type(error).__name__)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return errors.ZencoderError(
        f"Unexpected {type(error).__name__} at {Path(frame.filename).name}:"
        f"{frame.lineno}: a bug in tap-zencoder. All earlier days are saved. "
        "TAP_ZENCODER_LOGLEVEL=DEBUG shows more."
    )


def _leave_with_the_reader() -> None:
    """End the process as soon as nobody reads its output.

    A write would show it, but a tap that waits for the API may not write for minutes.
    """
    output = sys.stdout.fileno()
    mode = os.fstat(output).st_mode
    if hasattr(select, "poll") and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        threading.Thread(target=_watch, args=(output,), daemon=True).start()


def _watch(output: int) -> None:
    closed = select.poll()
    closed.register(output, 0)  # errors are always reported; nothing else is wanted
    closed.poll()
    time.sleep(_SIGNAL_WITHIN)  # as above
    os._exit(TapZencoder.stopped_with or FAILED)
