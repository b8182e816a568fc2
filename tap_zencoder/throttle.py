"""How hard the tap leans on the API, shared by all workers of a sync."""

from __future__ import annotations

import threading
import time


class Throttle:
    """The number of requests allowed at once, and a pause that holds for everyone.

    A retry halves the number, a success adds one, between 1 and ``most``.
    """

    def __init__(self, most: int) -> None:
        """Start with ``most`` requests at once and no pause."""
        self._most = most
        self._allowed = most
        self._resume_at = 0.0
        self._lock = threading.Lock()

    @property
    def allowed(self) -> int:
        """How many requests may be under way at once."""
        return self._allowed

    def succeeded(self) -> None:
        """Take note of an answer."""
        with self._lock:
            self._allowed = min(self._most, self._allowed + 1)

    def failed(self, retry_after: float | None) -> None:
        """Take note of a failed attempt and of the pause, in seconds, it asks for."""
        with self._lock:
            self._allowed = max(1, self._allowed // 2)
            if retry_after is not None:
                resume_at = time.monotonic() + retry_after
                self._resume_at = max(self._resume_at, resume_at)

    def wait(self) -> None:
        """Sleep until nobody has asked for a pause any more."""
        while (left := self._resume_at - time.monotonic()) > 0:
            time.sleep(left)
