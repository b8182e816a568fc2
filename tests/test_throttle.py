from __future__ import annotations

import time

from tap_zencoder.throttle import Throttle


def test_a_retry_halves_what_is_allowed_and_a_success_adds_one() -> None:
    throttle = Throttle(16)
    seen = [throttle.allowed]
    for _ in range(6):
        throttle.failed(None)
        seen.append(throttle.allowed)
    for _ in range(3):
        throttle.succeeded()
        seen.append(throttle.allowed)
    assert seen == [16, 8, 4, 2, 1, 1, 1, 2, 3, 4]


def test_no_success_allows_more_than_the_most() -> None:
    throttle = Throttle(2)
    throttle.succeeded()
    assert throttle.allowed == 2


def test_everyone_waits_for_the_longest_pause_asked_for() -> None:
    throttle = Throttle(4)
    throttle.failed(0.2)
    throttle.failed(0.01)
    started = time.monotonic()
    throttle.wait()
    assert time.monotonic() - started >= 0.19


def test_nobody_waits_when_no_pause_was_asked_for() -> None:
    throttle = Throttle(4)
    throttle.failed(None)
    started = time.monotonic()
    throttle.wait()
    assert time.monotonic() - started < 0.1
