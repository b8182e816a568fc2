"""A page's commands as a user would run them, with the sandbox as the account."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from support import postgres_server
from support.checkout import ROOT
from support.meltano_project import without_settings

from documents.blocks import Block, commands

PLACEHOLDER = re.compile(r"export( \w+=\S*\.\.\.\S*)+( *#.*)?")
"""A line for a user's own values: the sandbox and the test set them instead."""
INSTALLS = re.compile(
    r"-m venv|pip install|pipx|uv tool|git (clone|pull)|make (demo|install)|"
    r"output/demo|meltano (init|install|add)|^cd ",
)
"""What only `make test-documents` runs: it installs, or needs what was just made."""
SOURCE = "https://your-git-host.example/tap-zencoder.git"
"""Where the documents say the repository is. In a test, it is the copy."""
SQL = {
    "duckdb": """
import duckdb
with duckdb.connect("output/zencoder.duckdb", read_only=True) as database:
    database.execute("USE tap_zencoder")
    print(database.sql({sql!r}))
""",
    "postgres": """
import psycopg
with psycopg.connect(options="-c search_path=tap_zencoder") as connection:
    cursor = connection.execute({sql!r})
    print(*(cursor if cursor.description else []), sep="\\n")
""",
}
"""How a block of SQL runs, by the word in its comment `<!-- run: WORD -->`."""
ON_REQUEST = "make test-documents"
"""The word for a block that needs what another one installs."""

_MARK = "---- the block of line"
_NOWHERE = "http://127.0.0.1:9"


def runs(block: Block) -> bool:
    """Tell whether a block is run: commands, unless a comment says why not."""
    if block.language == "sql":
        return "run" in block.comments
    return block.language == "sh" and "not run" not in block.comments


def installs(block: Block) -> bool:
    """Tell whether a block is, or has, what only `make test-documents` runs."""
    return is_on_request(block) or any(
        INSTALLS.search(command) for command in commands(block)
    )


def is_on_request(block: Block) -> bool:
    """Tell whether a comment leaves a block to `make test-documents`."""
    return block.comments.get("run") == ON_REQUEST


def pipelines(block: Block) -> set[str]:
    """Return the pipelines of Meltano in a block: each takes seconds."""
    bare = {re.sub(r" +#.*", "", command) for command in commands(block)}
    found = {command for command in bare if command.startswith("meltano run ")}
    return set() if is_on_request(block) else found


def script(
    page: list[Block], *, installing: bool, before: frozenset[str] = frozenset()
) -> str:
    """Return what blocks run, for bash: all of it, or without what installs.

    Nor is a pipeline run again that came before, on this page or on another, unless the
    block says what it prints.
    """
    lines: list[str] = []
    for block in page:
        again = frozenset() if installing or block.prints else before
        before = before | pipelines(block)
        lines.append(f"echo '{_MARK} {block.line}'")
        if block.language == "sql":
            lines.append(_python(SQL[block.comments["run"]].format(sql=block.text)))
        elif installing or not is_on_request(block):
            lines += [
                command
                for command in commands(block)
                if not PLACEHOLDER.fullmatch(command)
                and command not in again
                and (installing or not INSTALLS.search(command))
            ]
    return "\n".join(lines) + "\n"


def _python(code: str) -> str:
    return f"{sys.executable} - <<'END'\n{code.strip()}\nEND"


def run(text: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a script in a copy of the checkout; return its status and what it printed."""
    file = folder.parent / "commands.sh"
    file.write_text(text)
    done = subprocess.run(
        ["zencoder-sandbox", "--users=6", "--", "bash", "-euo", "pipefail", file],  # noqa: S607  # of make's PATH
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
        check=False,
    )
    return done.returncode, done.stdout


def printed(output: str, block: Block) -> str:
    """Return what a block has printed."""
    _, _, after = output.partition(f"{_MARK} {block.line}\n")
    return after.partition(_MARK)[0]


def provide_pipx(folder: Path) -> None:
    """Put pipx beside a copy of the checkout, which users have and this project not."""
    programs = folder.parent / "tools" / "of-pipx"
    programs.mkdir(parents=True)
    (programs / "pipx").write_text('#!/bin/sh\nexec uv tool run pipx "$@"\n')
    (programs / "pipx").chmod(0o755)


def environment(folder: Path, *, installing: bool) -> dict[str, str]:
    """Return the environment of a user of a copy, without settings of this machine.

    Only who installs reaches the network. What is installed for all of a user's
    projects goes beside the copy.
    """
    plain = without_settings()
    plain.pop("VIRTUAL_ENV", None)
    tools = folder.parent / "tools"
    loaders = sorted((ROOT / ".meltano" / "loaders").glob("*/venv/bin"))
    path = [
        tools / "of-pipx",
        tools / "of-uv",
        folder / ".venv" / "bin",
        *plain["PATH"].split(os.pathsep),
        *([] if installing else loaders),
        postgres_server.programs(),
    ]
    own = {
        "PATH": os.pathsep.join(map(str, path)),
        "PIPX_HOME": str(tools / "pipx"),
        "PIPX_BIN_DIR": str(tools / "of-pipx"),
        "UV_TOOL_DIR": str(tools / "uv"),
        "UV_TOOL_BIN_DIR": str(tools / "of-uv"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{folder.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": SOURCE,
    }
    offline = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), _NOWHERE)
    return plain | own | ({} if installing else offline)
