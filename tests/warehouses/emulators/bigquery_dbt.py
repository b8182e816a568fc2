"""The command ``dbt`` for BigQuery, without credentials."""

import sys

import google.auth  # type: ignore[import-not-found]
from dbt.cli.main import cli
from google.auth.credentials import (  # type: ignore[import-not-found]
    AnonymousCredentials,
)

google.auth.default = lambda *_, **__: (AnonymousCredentials(), None)

sys.exit(cli())
