"""Stores that are files, more with each load: CSV, Parquet on S3, JSON Lines in GCS.

What they hold is read as docs/warehouses.md says.
"""

from __future__ import annotations

import abc
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import duckdb
import requests
from support.runs import KEYS
from typing_extensions import override

from warehouses import documents
from warehouses.servers import command
from warehouses.stores import Row, Store, as_dates, own_columns

if TYPE_CHECKING:
    from pathlib import Path

    from warehouses.loading import Loader

BUCKET = "lake"


class Files(Store):
    """Files of each stream, a new one for each load."""

    title: ClassVar[str]

    @abc.abstractmethod
    def files(self, stream: str) -> list[Path]:
        """Return the files of a stream, copied into the folder of their name."""

    def latest(self, stream: str) -> str:
        """Return the page's question for the rows that count, by a stream's key."""
        question = documents.statement(self.title, "the latest rows").strip(" ;\n")
        key = ", ".join(KEYS[stream])
        assert "BY day, email " in question
        return question.replace("BY day, email ", f"BY {key} ")

    @override
    def rows(self, stream: str) -> list[Row]:
        answer = self.ask(stream, self.latest(stream))
        return [own_columns(answer.columns, row) for row in answer.fetchall()]

    @override
    def arrived(self, stream: str) -> int:
        """Return how many rows there are in all files."""
        everything = self.latest(stream).partition("\nQUALIFY")[0]
        return len(self.ask(stream, everything).fetchall())

    @override
    def types(self, stream: str) -> dict[str, str]:
        answer = self.ask(stream, self.latest(stream))
        return dict(zip(answer.columns, map(str, answer.types), strict=True))

    def ask(self, stream: str, question: str) -> Any:
        """Return the answer to a question about the files that it calls users."""
        files = [str(file) for file in self.files(stream)]
        return duckdb.sql(re.sub(r"\('users[^']*'", f"({files}", question))


@dataclass(frozen=True)
class Csv(Files):
    """A folder of CSV files."""

    folder: Path

    plugin = "target-csv"
    title = "CSV"

    @override
    def loader(self, **settings: Any) -> Loader:
        own = {"output_path": str(self.folder)}
        return self._loader(command(self.plugin, self.plugin), {**own, **settings})

    @override
    def files(self, stream: str) -> list[Path]:
        return sorted(self.folder.glob(f"{stream}-*.csv"))

    @override
    def stored(self, row: Row) -> Row:
        return as_dates(
            {k: str(v) if isinstance(v, list) else v for k, v in row.items()}
        )


class Objects(Files):
    """Objects in a bucket."""

    address: str

    @abc.abstractmethod
    def objects(self) -> dict[str, str]:
        """Return the address of each object by its name."""

    @override
    def files(self, stream: str) -> list[Path]:
        folder = self.folder / stream
        folder.mkdir(exist_ok=True)
        for name, address in self.objects().items():
            if name.startswith(f"tap_zencoder/{stream}/"):
                content = requests.get(address, timeout=60).content
                folder.joinpath(name.replace("/", "-")).write_bytes(content)
        return sorted(folder.iterdir())


@dataclass(frozen=True)
class S3(Objects):
    """A bucket of moto, with Parquet files."""

    address: str
    folder: Path

    plugin = "target-s3"
    title = "Parquet on S3"

    @override
    def loader(self, **settings: Any) -> Loader:
        aws = {
            "aws_bucket": BUCKET,
            "aws_region": "us-east-1",
            "aws_access_key_id": "made up",
            "aws_secret_access_key": "made up",
            "aws_endpoint_override": self.address,
        }
        loader = self._loader(command(self.plugin, self.plugin), settings)
        provider = {**loader.settings["cloud_provider"], "aws": aws}
        own = {"prefix": "tap_zencoder", "cloud_provider": provider}
        return replace(loader, settings={**loader.settings, **own})

    @override
    def objects(self) -> dict[str, str]:
        listed = requests.get(f"{self.address}/{BUCKET}?list-type=2", timeout=60).text
        names = re.findall(r"<Key>([^<]*)</Key>", listed)
        return {name: f"{self.address}/{BUCKET}/{quote(name)}" for name in names}

    @override
    def stored(self, row: Row) -> Row:
        return as_dates(row)


@dataclass(frozen=True)
class GoogleStorage(Objects):
    """A bucket of gcp-storage-emulator, with JSON Lines."""

    address: str
    folder: Path

    plugin = "target-gcs"
    title = "Google Cloud Storage"

    @override
    def loader(self, **settings: Any) -> Loader:
        own = {"bucket_name": BUCKET, "key_prefix": "tap_zencoder"}
        loader = self._loader(command(self.plugin, self.plugin), {**own, **settings})
        return replace(loader, environment={"STORAGE_EMULATOR_HOST": self.address})

    @override
    def objects(self) -> dict[str, str]:
        place = f"{self.address}/storage/v1/b/{BUCKET}/o"
        listed = requests.get(place, timeout=60).json()["items"]
        return {
            each["name"]: f"{place}/{quote(each['name'], safe='')}?alt=media"
            for each in listed
        }

    @override
    def stored(self, row: Row) -> Row:
        return as_dates(row)
