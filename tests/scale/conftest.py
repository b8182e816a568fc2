"""Collected by `make test-scale` alone: it takes minutes."""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("TEST_SCALE") == "all" else ["test_dagster.py"]
