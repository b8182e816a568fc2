"""Zencoder as a client sees it: logins, retries and the pace of requests."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from typing import Any, TypeVar

import backoff

from tap_zencoder import errors
from tap_zencoder.api import login, reports
from tap_zencoder.api.responses import UNAUTHORIZED, Response
from tap_zencoder.checks.settings import Settings
from tap_zencoder.transport.authentication import (
    ApiKey,
    Authenticator,
    ClientCredentials,
    Headers,
)
from tap_zencoder.transport.connection import Connection
from tap_zencoder.transport.throttle import Throttle

ATTEMPTS = 6
FIRST_DELAY = 1.0
"""Seconds: the most that the first retry waits. Each further one doubles it..."""
LONGEST_DELAY = 30.0
"""...up to so many seconds."""
PATIENCE = 300.0
"""Seconds for which an API that has answered before may say that it is asked too often.
Some limits are for each minute, and do not say when it ends."""
_Answer = TypeVar("_Answer")


class Client:
    """Zencoder as the settings reach it: one login and one pace for a whole sync.

    Any number of threads may use it at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._usage_url = settings.api_url + reports.USAGE_PATH
        self._auth = self._authenticator(settings)
        self._connection = Connection(
            user_agent=settings.user_agent,
            timeout=settings.request_timeout,
            at_once=settings.concurrency,
        )
        self.throttle = Throttle(settings.concurrency)
        self.tally = Tally()
        self._has_answered = False

    def report(self, query: reports.UsageQuery) -> reports.UsageReport:
        """Return the answer to a query.

        Raises:
            UnavailableError: All of `ATTEMPTS` tries failed.
            ZencoderError: Any other error of `reports.read_report`, at once.
        """
        with suppress(errors.DayRefusedError, errors.DayEmptyError):
            return self._answer(query)
        # Such days may be left out for good, so what passes must not be believed.
        time.sleep(FIRST_DELAY)
        return self._answer(query)

    def close(self) -> None:
        """Close every socket; a later request opens new ones."""
        self._connection.close()

    def _authenticator(self, settings: Settings) -> Authenticator:
        if settings.api_key:
            return ApiKey(settings.api_key)
        secrets = {
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
        }
        body = {**secrets, "grant_type": "client_credentials"}
        log_in = partial(self._log_in, settings.auth_url, body)
        return ClientCredentials(tuple(secrets.values()), log_in)

    def _answer(self, query: reports.UsageQuery) -> reports.UsageReport:
        try:
            report = self._persistently(query, partial(self._ask, query))
        except errors.AccessDeniedError as error:
            if query.parameter == "day" and self._may_read:
                raise errors.DayRefusedError(str(error)) from error
            raise
        self._has_answered = True
        return report

    @cached_property
    def _may_read(self) -> bool:
        """Whether the credentials may read analytics, though not of every day."""
        query = reports.UsageQuery("period", reports.PERIODS[0])
        try:
            self._persistently(query, partial(self._ask, query))
        except errors.AccessDeniedError:
            return False
        return True

    def _ask(self, query: reports.UsageQuery) -> reports.UsageReport:
        with self.throttle.turn(), self._pausing():
            headers = self._auth.headers()
            response = self._get(query, headers)
            if response.status == UNAUTHORIZED and self._auth.renew(headers):
                self.throttle.wait()
                response = self._get(query, self._auth.headers())
            secrets = self._auth.secrets
            return reports.read_report(query, response._replace(secrets=secrets))

    @contextmanager
    def _pausing(self) -> Iterator[None]:
        """Slow everybody down after a failure, before anybody else has a turn."""
        try:
            yield
        except errors.TransientError as error:
            self.throttle.failed(error.retry_after)
            raise

    def _get(self, query: reports.UsageQuery, headers: Headers) -> Response:
        self.tally.count_request()
        url, parameters = self._usage_url, dict([query])
        return self._connection.send("GET", url, params=parameters, headers=headers)

    def _log_in(self, url: str, body: dict[str, str]) -> login.Token:
        def ask() -> login.Token:
            self.throttle.wait()  # no turn: whoever logs in has one already
            self.tally.count_request()
            with self._pausing():
                return login.read_token(self._connection.send("POST", url, json=body))

        return self._persistently(login.LOGIN, ask)

    def _persistently(self, subject: object, ask: Callable[[], _Answer]) -> _Answer:
        started = time.monotonic()
        failures = 0

        def is_hopeless(error: Exception) -> bool:
            nonlocal failures
            failures += 1
            if self._is_patient_with(error):
                return time.monotonic() - started > PATIENCE
            return failures >= ATTEMPTS

        retrying = backoff.on_exception(
            backoff.expo,
            errors.TransientError,
            factor=FIRST_DELAY,
            max_value=LONGEST_DELAY,
            giveup=is_hopeless,
            on_backoff=lambda details: self._on_retry(subject, details),
            logger=None,
        )
        try:
            answer = retrying(ask)()
        except errors.TransientError as error:
            raise errors.UnavailableError(
                f"Gave up on {subject} after {failures} attempts. Last error: {error}. "
                "Try again later; the next sync continues where this one stopped.",
            ) from error
        self.throttle.succeeded()
        return answer

    def _is_patient_with(self, error: Exception) -> bool:
        """Return whether an error will pass for sure: other days were answered."""
        return isinstance(error, errors.RateLimitError) and self._has_answered

    def _on_retry(self, subject: object, details: Any) -> None:
        error: errors.TransientError = details["exception"]
        pause = max(details["wait"], error.retry_after or 0)
        is_news = self.tally.count_retry(details["tries"], pause)
        most = "" if self._is_patient_with(error) else f" of {ATTEMPTS}"
        # Not a logger of the module: a logging configuration, which is read after the
        # imports, disables the loggers that it finds.
        logging.getLogger("tap-zencoder.client").log(
            logging.WARNING if is_news else logging.DEBUG,
            "Attempt %d%s for %s failed: %s. Trying again in %.1f s.",
            details["tries"],
            most,
            subject,
            error,
            pause,
        )


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
