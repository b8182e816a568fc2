"""Airbyte's declarative CDK: airbyte_manifest.yaml, its messages to stdout."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml
from airbyte_cdk.entrypoint import AirbyteEntrypoint, launch
from airbyte_cdk.sources.declarative.concurrent_declarative_source import (
    ConcurrentDeclarativeSource,
)

arguments = sys.argv[1:]
manifest = Path(__file__).with_name("airbyte_manifest.yaml").read_text()
catalog = AirbyteEntrypoint.extract_catalog(arguments)
config = AirbyteEntrypoint.extract_config(arguments)
state = AirbyteEntrypoint.extract_state(arguments)
launch(
    ConcurrentDeclarativeSource(
        catalog=ConcurrentDeclarativeSource.read_catalog(catalog) if catalog else None,
        config=ConcurrentDeclarativeSource.read_config(config) if config else None,
        state=ConcurrentDeclarativeSource.read_state(state) if state else None,
        source_config=yaml.safe_load(manifest),
    ),
    arguments,
)
