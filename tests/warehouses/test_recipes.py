"""The recipes of docs/how-to/, copied from the pages and followed."""

from __future__ import annotations

import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import yaml
from support.meltano_project import MeltanoProject, variables
from support.runs import DAY_STREAMS, KEYS, TODAY, YESTERDAY

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Organisation, Sandbox
from warehouses import documents
from warehouses.loading import extracted
from warehouses.organisations import OddOrganisation, expected
from warehouses.stores import DuckDB, Postgres, sorted_by_key

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from warehouses.stores import Row, Store

WEEK = Window(TODAY - timedelta(days=7), YESTERDAY)
SALT = "0123456789abcdef" * 4
ADDRESSES = "Hash them"
MAPPER = "With Meltano's mapper"
WITHOUT_USERS = "Leave out `users`"
SEVERAL = "Load several organisations"
NUMBERS = "Do the numbers agree?"


def pseudonym(email: str) -> str:
    return hashlib.sha256((SALT + email).encode()).hexdigest()


def pseudonymous(rows: list[Row]) -> list[Row]:
    """Say what the recipe makes of rows of `users`."""
    return [
        {
            name: pseudonym(value) if name == "email" else value
            for name, value in row.items()
            if name != "additional_fields"
        }
        for row in rows
    ]


def recipe(salt: str) -> dict[str, Any]:
    maps: dict[str, Any] = documents.settings(ADDRESSES)[0]["config"]
    return {**maps, "stream_map_config": {"salt": salt}}


def test_no_address_leaves_the_tap() -> None:
    plain = extracted(OddOrganisation(seed=7), WEEK).decode()
    hashed = extracted(OddOrganisation(seed=7), WEEK, **recipe(SALT)).decode()
    address = re.compile(r"@[\w例ä]+\.")
    assert address.search(plain)
    assert not address.search(hashed)
    assert hashed.count('"RECORD"') == plain.count('"RECORD"')


@pytest.mark.parametrize("salt", ["", "too short"])
def test_a_missing_salt_fails_the_sync_before_any_user_is_sent(salt: str) -> None:
    sent = extracted(Organisation(12, seed=7), WEEK, status=1, **recipe(salt))
    records = [json.loads(line) for line in sent.splitlines() if b'"RECORD"' in line]
    assert records
    assert not [r for r in records if r["stream"] == "users"]


@pytest.mark.parametrize("kind", ["postgres", "duckdb"])
def test_rows_loaded_before_are_converted_and_then_replaced(
    new_store: Callable[[str], Store],
    kind: str,
) -> None:
    organisation, store = OddOrganisation(seed=7), new_store(kind)
    first_days = Window(WEEK.first, WEEK.last - timedelta(days=2))
    state = store.loader().load(extracted(organisation, first_days))
    convert(store)
    state = store.loader().load(
        extracted(organisation, WEEK, state, lookback_days=2, **recipe(SALT)),
    )
    truth = pseudonymous(
        [store.stored(row) for row in expected(organisation, WEEK)["users"]],
    )
    arrived = store.by_key("users")
    assert {json.dumps(row.pop("additional_fields")) for row in arrived} == {"null"}
    assert arrived == sorted_by_key("users", truth)
    assert store.key("users") == {"day", "email"}


def convert(store: Store) -> None:
    """Run the page's statement for rows that are there already."""
    if isinstance(store, Postgres):
        sql = documents.statement(ADDRESSES, "PostgreSQL").replace("the salt", SALT)
        with store.server.connect() as connection:
            connection.execute(f"SET search_path TO {store.schema}".encode())
            connection.execute(sql.encode())
    elif isinstance(store, DuckDB):
        sql = documents.statement(ADDRESSES, "DuckDB").replace("the salt", SALT)
        with duckdb.connect(store.folder / "store.duckdb") as database:
            database.execute("USE tap_zencoder")
            database.execute(sql)


# Meltano runs the tap with its own clock.
NOW = datetime.now(UTC).date()
DAYS = Window(NOW - timedelta(days=9), NOW - timedelta(days=2))
SLICE = {"start_date": DAYS.first, "end_date": DAYS.last}


def test_the_mapper_does_the_same_as_the_tap(tmp_path: Path) -> None:
    project = MeltanoProject.create(tmp_path)
    written = yaml.safe_load((documents.ROOT / "meltano.yml").read_text())
    [mapper] = written["plugins"]["mappers"]
    [mapping] = mapper["mappings"]
    own = {"stream_map_config": {"salt": "$EMAIL_SALT"}}
    assert mapping["config"] == {**own, **documents.settings(ADDRESSES)[0]["config"]}
    store = DuckDB(tmp_path)
    words = re.search(r"meltano run (.*) target-", documents.section(MAPPER))
    assert words
    with Sandbox(OddOrganisation(seed=7)) as sandbox:
        done = project.run(
            *words[1].split(),
            "target-duckdb",
            **variables("TAP_ZENCODER", {**sandbox.settings(), **SLICE}),
            **variables("TARGET_DUCKDB", store.loader().settings),
            EMAIL_SALT=SALT,
        )
    assert done.returncode == 0, done.stderr
    truth = pseudonymous(expected(OddOrganisation(seed=7), DAYS)["users"])
    assert store.by_key("users") == sorted_by_key("users", truth)


def test_a_salt_in_the_environment_is_in_no_output_of_meltano_config(
    tmp_path: Path,
) -> None:
    name = "TAP_ZENCODER_STREAM_MAP_CONFIG"
    assert f"{name}={{" in documents.section(ADDRESSES)
    entry = {"name": "tap-zencoder", **documents.settings(ADDRESSES)[0]}
    project = MeltanoProject.create(tmp_path, entry)
    salt = {name: json.dumps({"salt": SALT})}
    done = project.meltano("config", "print", "tap-zencoder", **salt)
    assert done.returncode == 0, done.stderr
    assert "stream_map_config" in done.stdout
    assert SALT not in done.stdout + done.stderr


def test_people_can_be_left_out_altogether(tmp_path: Path) -> None:
    [leave_out] = documents.settings(WITHOUT_USERS)
    project = MeltanoProject.create(tmp_path, {"name": "tap-zencoder", **leave_out})
    with Sandbox(Organisation(12, seed=7)) as sandbox:
        taps = variables("TAP_ZENCODER", {**sandbox.settings(), **SLICE})
        folder = {"TARGET_JSONL_DESTINATION_PATH": str(tmp_path)}
        done = project.run("tap-zencoder", "target-jsonl", **taps, **folder)
    assert done.returncode == 0, done.stderr
    loaded = {
        file.stem: len(file.read_text().splitlines())
        for file in tmp_path.glob("*.jsonl")
    }
    truth = expected(Organisation(12, seed=7), DAYS)
    streams = ("daily", "daily_ides", "daily_languages")
    assert loaded == {stream: len(truth[stream]) for stream in streams}


def test_several_organisations_share_tables(
    tmp_path: Path,
    new_store: Callable[[str], Store],
) -> None:
    [documented] = documents.settings(SEVERAL)
    recipe = documented["plugins"]["extractors"]
    store = new_store("postgres")
    assert isinstance(store, Postgres)
    for extractor in recipe[1:]:
        assert extractor["load_schema"] == "tap_zencoder"
        extractor["load_schema"] = store.schema
    project = MeltanoProject.create(tmp_path, *recipe)
    organisations = {"north": Organisation(5, seed=1), "south": Organisation(5, seed=2)}
    connection = variables("TARGET_POSTGRES", vars(store.server))
    taps: dict[str, str] = {}
    with ExitStack() as sandboxes:
        for name, organisation in organisations.items():
            sandbox = sandboxes.enter_context(Sandbox(organisation))
            settings = {**sandbox.settings(), **SLICE}
            taps |= variables(f"TAP_ZENCODER__{name.upper()}", settings)
        line = re.search(
            r"^meltano run (.*)$", documents.section(SEVERAL), re.MULTILINE
        )
        assert line
        done = project.run(*line[1].split(), **taps, **connection)
    assert done.returncode == 0, done.stdout + done.stderr
    for stream in DAY_STREAMS:
        truth = [
            {**store.stored(row), "organization": name}
            for name, organisation in organisations.items()
            for row in expected(organisation, DAYS)[stream]
        ]
        key = ("organization", *KEYS[stream])
        assert store.key(stream) == set(key)
        assert by(key, store.rows(stream)) == by(key, truth)
    assert disagreements(store) == []


def disagreements(store: Postgres) -> list[Any]:
    """Ask the page's question, in the form that it has for several organisations."""
    of_one = documents.statement(NUMBERS, "daily against users")
    words = r"(SELECT |GROUP BY |ORDER BY |USING \()(?=day)"
    of_several, places = re.subn(words, r"\1organization, ", of_one)
    assert places == 5
    with store.server.connect() as connection:
        connection.execute(f"SET search_path TO {store.schema}".encode())
        return connection.execute(of_several.encode()).fetchall()


def test_organisations_can_be_loaded_at_the_same_time(tmp_path: Path) -> None:
    names = ("north", "south")
    recipe = [
        {"name": f"tap-zencoder--{name}", "inherit_from": "tap-zencoder"}
        for name in names
    ]
    project = MeltanoProject.create(tmp_path, *recipe)
    assert project.meltano("state", "list").returncode == 0  # makes the database

    def load(name: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / name).mkdir()
        with Sandbox(Organisation(5, seed=1)) as sandbox:
            settings = {**sandbox.settings(), **SLICE}
            return project.run(
                f"tap-zencoder--{name}",
                "target-jsonl",
                **variables(f"TAP_ZENCODER__{name.upper()}", settings),
                TARGET_JSONL_DESTINATION_PATH=str(tmp_path / name),
            )

    with ThreadPoolExecutor() as executor:
        for name, done in zip(names, executor.map(load, names), strict=True):
            assert done.returncode == 0, done.stderr
            lines = (tmp_path / name / "users.jsonl").read_text().splitlines()
            assert len(lines) == len(expected(Organisation(5, seed=1), DAYS)["users"])


def by(key: tuple[str, ...], rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [row[name] for name in key])
