"""What the documents say about runs that fail, held against what is really printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import duckdb
import pytest
from support import checkout
from support.checkout import ROOT
from support.logs import kept
from support.meltano_project import MeltanoProject, variables, without_settings
from support.plugins import PLUGINS

from tap_zencoder.sandbox import Organisation, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.postgres_server import PostgresServer

MONITORING = (ROOT / "docs" / "how-to" / "monitoring.md").read_text()
TROUBLESHOOTING = (ROOT / "docs" / "troubleshooting.md").read_text()
UPGRADE = (ROOT / "docs" / "how-to" / "upgrade.md").read_text()
WAREHOUSES = (ROOT / "docs" / "warehouses.md").read_text()
TAP = [sys.executable, "-m", "tap_zencoder", "--config=ENV"]


def patterns() -> dict[str, str]:
    """Return the text that marks an error, for each way to run the tap."""
    [table] = re.findall(r"^\| run with .*\n(?:\|.*\n)+", MONITORING, re.MULTILINE)
    rows = re.findall(r"^\| (.*?) \| `(.*)` \|$", table, re.MULTILINE)
    return {way: text.replace("\\|", "|") for way, text in rows}


@pytest.fixture
def settings() -> Iterator[dict[str, str]]:
    """Give the variables for a few days of a sandbox."""
    with Sandbox(Organisation(users=3)) as sandbox:
        days = {"start_date": "2026-03-02", "end_date": "2026-03-06"}
        yield variables("TAP_ZENCODER", {**sandbox.settings(), **days})


@pytest.mark.parametrize("way", patterns())
def test_an_alert_finds_the_error_and_nothing_else(
    tmp_path: Path, settings: dict[str, str], way: str
) -> None:
    def log(secret: str) -> str:
        own = {**settings, "TAP_ZENCODER_CLIENT_SECRET": secret}
        if project:
            options = re.findall(r"--\S+", way)
            words = [*options, "run", "tap-zencoder", "target-jsonl"]
            done = project.meltano(
                *words, TARGET_JSONL_DESTINATION_PATH=str(tmp_path), **own
            )
        else:
            json_logs = {"SINGER_SDK_LOG_CONFIG": str(file)} if "JSON" in way else {}
            environment = {**without_settings(), **own, **json_logs}
            done = subprocess.run(
                TAP, env=environment, capture_output=True, text=True, check=False
            )
        return kept(done.stderr)

    project = MeltanoProject.create(tmp_path) if "meltano" in way else None
    file = tmp_path / "json-logs.yaml"
    section = MONITORING.split("## Logs as JSON")[1]
    file.write_text(section.split("```yaml\n")[1].split("```", maxsplit=1)[0])
    pattern = patterns()[way]
    found = [line for line in log("wrong").splitlines() if pattern in line]
    assert "The token endpoint refused" in found[0]
    assert pattern not in log(settings["TAP_ZENCODER_CLIENT_SECRET"])


def load(
    target: str, environment: dict[str, str], config: str = "ENV"
) -> subprocess.CompletedProcess[str]:
    """Load a row into a loader; return what it printed."""
    schema = '{"type":"SCHEMA","stream":"daily","key_properties":["day"],"schema":'
    schema += '{"properties":{"day":{"type":["string"],"format":"date"}}}}\n'
    record = '{"type":"RECORD","stream":"daily","record":{"day":"2026-03-02"}}\n'
    return subprocess.run(
        [PLUGINS / "loaders" / target / "venv" / "bin" / target, "--config", config],
        input=schema + record,
        env={**without_settings(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def failures() -> str:
    return TROUBLESHOOTING.split("## When the loader fails")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"password": "wrong"}, "password authentication failed"),
        ({"user": "nobodys", "password": "x"}, "permission denied for database"),
        ({"port": 9}, "Connection refused"),
        ({"host": "no-such-host.invalid"}, "failed to resolve host"),
        ({"database": "none"}, 'database "none" does not exist'),
    ],
    ids=str,
)
def test_a_loader_that_fails_says_what_the_page_lists(
    server: PostgresServer, wrong: dict[str, str | int], says: str
) -> None:
    with server.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS nobodys")
        connection.execute("CREATE ROLE nobodys LOGIN PASSWORD 'x'")
    login = {**vars(server), **wrong, "default_target_schema": "nobodys_schema"}
    done = load("target-postgres", variables("TARGET_POSTGRES", login))
    assert done.returncode != 0
    # Meltano puts the loader's name first, and then the page's grep finds this line.
    lines = [line for line in done.stderr.splitlines() if "Error" in line]
    assert says in lines[0], done.stderr
    assert says.replace('"none"', '"..."') in failures()


def test_a_locked_file_says_what_the_page_lists(tmp_path: Path) -> None:
    database, config = str(tmp_path / "x.duckdb"), tmp_path / "config.json"
    config.write_text(
        json.dumps(
            {"filepath": database, "database": "x", "default_target_schema": "y"}
        )
    )
    with duckdb.connect(database):
        done = load("target-duckdb", {}, str(config))
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if "Error" in line]
    assert any("Could not set lock on file" in line for line in lines), done.stderr
    assert "Could not set lock on file" in failures()


def test_the_debug_command_of_the_page_writes_no_address(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    """Unlike `meltano --log-level=debug run`, which it warns of."""
    section = TROUBLESHOOTING.split("## See where it happened")[1]
    command = section.split("```sh\n")[1].split("```", maxsplit=1)[0]
    assert "meltano --log-level=debug invoke tap-zencoder > /dev/null" in command
    project = MeltanoProject.create(tmp_path)
    level = {"TAP_ZENCODER_LOGLEVEL": "DEBUG"}
    own = {**without_settings(), **level, **settings}
    own["MELTANO_PROJECT_ROOT"] = str(project.folder)

    def log(**more: str) -> str:
        words = ["bash", "-c", command]
        done = subprocess.run(
            words,
            cwd=project.folder,
            env={**own, **more},
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        return kept(done.stderr)  # the test's end looks for addresses in it

    assert "Sync complete: 5 days" in log()
    wrong = {"TAP_ZENCODER_CLIENT_SECRET": "wrong"}
    assert "Raised as AccessError at:" in log(**wrong)


def test_the_grants_of_the_page_are_enough(
    server: PostgresServer,
) -> None:
    section = WAREHOUSES.split("### Grants in PostgreSQL\n")[1]
    grants = section.split("```sql\n")[1].split("```", maxsplit=1)[0]
    passwords = dict(re.findall(r"CREATE ROLE (\w+) LOGIN PASSWORD '(.*)'", grants))
    with server.connect() as connection:
        connection.execute("DROP DATABASE IF EXISTS granted")
        connection.execute("CREATE DATABASE granted")
    granted = type(server)(**{**vars(server), "database": "granted"})

    def as_role(name: str) -> PostgresServer:
        return type(server)(
            **{**vars(granted), "user": name, "password": passwords[name]}
        )

    with granted.connect() as connection:
        for name in passwords:
            connection.execute(f"DROP ROLE IF EXISTS {name}".encode())
        connection.execute(grants.encode())
    login = {
        **vars(as_role("zencoder_loader")),
        "default_target_schema": "tap_zencoder",
    }
    done = load("target-postgres", variables("TARGET_POSTGRES", login))
    assert done.returncode == 0, done.stderr
    with as_role("zencoder_models").connect() as connection:
        connection.execute(
            "CREATE TABLE zencoder_models.days AS SELECT day FROM tap_zencoder.daily"
        )
    with as_role("zencoder_reader").connect() as connection:
        rows = connection.execute("SELECT count(*) FROM zencoder_models.days")
        assert rows.fetchone() == (1,)
        allowed = connection.execute(
            "SELECT has_schema_privilege('tap_zencoder', 'usage')"
        )
        assert allowed.fetchone() == (False,)
    with server.connect() as connection:
        connection.execute("DROP DATABASE granted")


def test_an_upgrade_keeps_what_was_committed_meanwhile(tmp_path: Path) -> None:
    """With Git's own defaults, which refuse a plain `git pull` here."""
    [command] = re.findall(r"^git pull.*$", UPGRADE, re.MULTILINE)
    plain = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    plain |= {"GIT_AUTHOR_NAME": "a user", "GIT_COMMITTER_NAME": "a user"}
    plain |= {"GIT_AUTHOR_EMAIL": "", "GIT_COMMITTER_EMAIL": ""}
    source, clone = tmp_path / "source", tmp_path / "clone"
    source.mkdir()
    (source / "meltano.yml").write_text("plugins: {}\n")
    checkout.commit(source)

    def git(folder: Path, *words: str) -> int:
        return subprocess.run(
            ["git", "-C", str(folder), *words],  # noqa: S607  # the user's Git
            env={**os.environ, **plain},
            capture_output=True,
            check=False,
        ).returncode

    assert git(tmp_path, "clone", str(source), str(clone)) == 0
    (source / "README.md").write_text("New.\n")
    checkout.commit(source)
    (clone / "meltano.yml").write_text("plugins: {}\n# mine\n")
    assert git(clone, "commit", "--all", "--message=Mine") == 0
    assert git(clone, "pull") != 0
    assert git(clone, *command.split()[1:]) == 0
    assert (clone / "README.md").exists()
    assert "# mine" in (clone / "meltano.yml").read_text()
