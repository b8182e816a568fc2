"""Zencoder as a client sees it: logins, retries and the pace of requests."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import backoff

from tap_zencoder.api.answers import UNAUTHORIZED, USAGE_PATH, read_answer
from tap_zencoder.api.reports import UsageQuery, UsageReport
from tap_zencoder.api.responses import Response
from tap_zencoder.checks.settings import Settings
from tap_zencoder.errors import NoAnswerError, TransientError, UnavailableError
from tap_zencoder.transport import authentication
from tap_zencoder.transport.connection import Connection
from tap_zencoder.transport.throttle import Tally, Throttle

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
    """Zencoder as the settings reach it, for threads that share a login and a pace."""

    def __init__(self, settings: Settings) -> None:
        self._usage_url = settings.api_url + USAGE_PATH
        self._auth = self._authenticator(settings)
        self._connection = Connection(
            user_agent=settings.user_agent,
            timeout=settings.request_timeout,
            at_once=settings.concurrency,
        )
        self.throttle = Throttle(settings.concurrency)
        self.tally = Tally()
        self._has_answered = False

    def report(self, query: UsageQuery) -> UsageReport:
        """Return the answer to a query.

        Raises UnavailableError after `ATTEMPTS`, and the errors of `read_answer`.
        """
        with suppress(NoAnswerError):
            return self._answer(query)
        # It may pass, and a day that is believed to have no answer is not asked again.
        time.sleep(FIRST_DELAY)
        return self._answer(query)

    def close(self) -> None:
        """Close every socket; a later request opens new ones."""
        self._connection.close()

    def _authenticator(self, settings: Settings) -> authentication.Authenticator:
        if settings.api_key:
            return authentication.ApiKey(settings.api_key)
        secrets = {
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
        }
        body = {**secrets, "grant_type": "client_credentials"}
        log_in = partial(self._log_in, settings.auth_url, body)
        return authentication.ClientCredentials(tuple(secrets.values()), log_in)

    def _answer(self, query: UsageQuery) -> UsageReport:
        report = self._persistently(query, partial(self._ask, query))
        self._has_answered = True
        return report

    def _ask(self, query: UsageQuery) -> UsageReport:
        with self.throttle.turn():
            headers = self._auth.headers()
            response = self._get(query, headers)
            if response.status == UNAUTHORIZED and self._auth.renew(headers):
                self.throttle.wait()
                response = self._get(query, self._auth.headers())
            return read_answer(query, response._replace(secrets=self._auth.secrets))

    def _get(self, query: UsageQuery, headers: authentication.Headers) -> Response:
        self.tally.count_request()
        url, parameters = self._usage_url, dict([query])
        return self._connection.send("GET", url, params=parameters, headers=headers)

    def _log_in(self, url: str, body: dict[str, str]) -> authentication.Token:
        def ask() -> authentication.Token:
            self.tally.count_request()
            with self.throttle.slowed_by_failures():  # whoever logs in has a turn
                response = self._connection.send("POST", url, json=body)
                return authentication.read_token(response)

        return self._persistently(authentication.LOGIN, ask)

    def _persistently(self, subject: object, ask: Callable[[], _Answer]) -> _Answer:
        started, failures = time.monotonic(), 0

        def is_hopeless(error: Any) -> bool:
            nonlocal failures
            failures += 1
            will_pass = self._has_answered and error.is_limit
            is_patient = will_pass and time.monotonic() - started <= PATIENCE
            return failures >= ATTEMPTS and not is_patient

        retrying = backoff.on_exception(
            backoff.expo,
            TransientError,
            factor=FIRST_DELAY,
            max_value=LONGEST_DELAY,
            giveup=is_hopeless,
            on_backoff=lambda details: self._log_retry(subject, details),
            logger=None,
        )
        try:
            answer = retrying(ask)()
        except TransientError as error:
            raise UnavailableError(
                f"Gave up on {subject} after {failures} attempts. Last error: {error}. "
                "Try again later; the next sync continues where this one stopped."
            ) from error
        self.throttle.succeeded()
        return answer

    def _log_retry(self, subject: object, details: Any) -> None:
        error: TransientError = details["exception"]
        pause = max(details["wait"], error.retry_after or 0)
        is_news = self.tally.count_retry(details["tries"], pause)
        most = "" if self._has_answered and error.is_limit else f" of {ATTEMPTS}"
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
