"""Collected by `make test-schedules` alone: each run installs everything anew."""

from __future__ import annotations

import os

SELECTED = os.environ.get("TEST_SCHEDULES") == "all"
collect_ignore = [] if SELECTED else ["test_schedules.py"]
