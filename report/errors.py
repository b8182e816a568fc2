"""What can be wrong, in one sentence for the user."""

from __future__ import annotations


class ReportError(Exception):
    """The page cannot be made, and its text says why."""
