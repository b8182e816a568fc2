"""How hard the tap leans on the API, decided for all workers of a sync together."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from tap_zencoder.errors import TransientError


class Throttle:
    """How many requests may be under way at once, and a pause that holds for everyone.

    A retry halves the number, a success adds one, up to ``most``.
    """

    def __init__(self, most: int) -> None:
        self.most = self.allowed = most
        self._under_way = 0
        self._resume_at = 0.0
        self._changed = threading.Condition()

    def succeeded(self) -> None:
        """Allow one more request."""
        with self._changed:
            self.allowed = min(self.most, self.allowed + 1)
            self._changed.notify_all()

    def failed(self, retry_after: float | None) -> None:
        """Halve what is allowed; ``retry_after`` is a pause for all, in seconds."""
        with self._changed:
            self.allowed = max(1, self.allowed // 2)
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
            while (left := self._left()) > 0 or self._under_way >= self.allowed:
                self._changed.wait(timeout=left if left > 0 else None)
            self._under_way += 1
        try:
            with self.slowed_by_failures():
                yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    @contextlib.contextmanager
    def slowed_by_failures(self) -> Iterator[None]:
        """Wait for pauses; after a failure, slow down before others have a turn."""
        self.wait()
        try:
            yield
        except TransientError as error:
            self.failed(error.retry_after)
            raise

    def _left(self) -> float:
        return self._resume_at - time.monotonic()


class Tally:
    """How many requests a sync made, and how many of them were tried again."""

    def __init__(self) -> None:
        self.requests = 0
        self.retries = 0
        self._pauses_end = 0.0
        self._last_attempt = 0
        self._lock = threading.Lock()

    def count_request(self) -> None:
        with self._lock:
            self.requests += 1

    def count_retry(self, attempt: int, pause: float) -> bool:
        """Count a failed attempt that is followed by a pause, in seconds.

        Returns whether it is news: while pauses last, each attempt is, once. Workers
        that fail together would otherwise all log the same.
        """
        with self._lock:
            self.retries += 1
            now = time.monotonic()
            if now >= self._pauses_end:
                self._last_attempt = 0
            is_news = attempt > self._last_attempt
            self._last_attempt = max(self._last_attempt, attempt)
            self._pauses_end = max(self._pauses_end, now + pause)
            return is_news
