from __future__ import annotations

import threading
import time

from tap_zencoder.transport.throttle import Throttle


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


def taker_of_a_turn(throttle: Throttle) -> tuple[threading.Thread, threading.Event]:
    """Return a thread that will take a turn, and what it sets once it has one."""
    taken = threading.Event()

    def take_a_turn() -> None:
        with throttle.turn():
            taken.set()

    return threading.Thread(target=take_a_turn, daemon=True), taken


def test_turns_are_limited_to_what_is_allowed() -> None:
    throttle = Throttle(2)
    throttle.failed(None)
    other, taken = taker_of_a_turn(throttle)
    with throttle.turn():
        other.start()
        assert not taken.wait(0.1)
    assert taken.wait(1)
    other.join()


def test_a_turn_waits_for_a_pause_that_was_asked_for_meanwhile() -> None:
    throttle = Throttle(1)
    ended = []

    def take_a_turn() -> None:
        with throttle.turn():
            ended.append(time.monotonic())

    other = threading.Thread(target=take_a_turn)
    with throttle.turn():
        other.start()
        throttle.failed(0.3)
        asked = time.monotonic()
    other.join()
    assert ended[0] - asked >= 0.29


def test_a_success_lets_somebody_in_who_waits_while_others_are_under_way() -> None:
    throttle = Throttle(2)
    throttle.failed(None)
    other, taken = taker_of_a_turn(throttle)
    with throttle.turn():
        other.start()
        assert not taken.wait(0.1)
        throttle.succeeded()
        assert taken.wait(1)
    other.join()


def test_waiting_takes_no_processor() -> None:
    throttle = Throttle(4)
    throttle.failed(0.3)
    spent = time.process_time()
    throttle.wait()
    with throttle.turn():
        pass
    assert time.process_time() - spent < 0.1
