"""How hard the tap leans on the API, decided for all workers of a sync together."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator


class Throttle:
    """How many requests may be under way at once, and a pause that holds for everyone.

    A retry halves the number, a success adds one, between 1 and ``most``.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._allowed = most
        self._under_way = 0
        self._resume_at = 0.0
        self._changed = threading.Condition()

    @property
    def allowed(self) -> int:
        return self._allowed

    def succeeded(self) -> None:
        """Allow one more request."""
        with self._changed:
            self._allowed = min(self.most, self._allowed + 1)
            self._changed.notify_all()

    def failed(self, retry_after: float | None) -> None:
        """Halve what is allowed; ``retry_after`` is a pause for all, in seconds."""
        with self._changed:
            self._allowed = max(1, self._allowed // 2)
            if retry_after is not None:
                resume_at = time.monotonic() + retry_after
                self._resume_at = max(self._resume_at, resume_at)

    def wait(self) -> None:
        """Wait until nobody has asked for a pause any more."""
        while (left := self._left()) > 0:
            time.sleep(left)

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until one more request is allowed, and count it until it is over."""
        with self._changed:
            while (left := self._left()) > 0 or self._under_way >= self._allowed:
                self._changed.wait(timeout=left if left > 0 else None)
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def _left(self) -> float:
        return self._resume_at - time.monotonic()
