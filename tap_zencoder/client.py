"""Zencoder as a client sees it: logins, retries and the pace of requests."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, TypeVar

import backoff

from tap_zencoder import api
from tap_zencoder.auth import ApiKey, ClientCredentials
from tap_zencoder.connection import Connection
from tap_zencoder.errors import TransientError, UnavailableError
from tap_zencoder.progress import Tally
from tap_zencoder.responses import UNAUTHORIZED, Response
from tap_zencoder.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_zencoder.auth import Authenticator
    from tap_zencoder.settings import Settings

ATTEMPTS = 6
FIRST_DELAY = 1.0
"""Seconds: the most that the first retry waits. Each further one doubles it."""
_Answer = TypeVar("_Answer")


class Zencoder:
    """Zencoder as the settings reach it: one login and one pace for a whole sync."""

    def __init__(self, settings: Settings) -> None:
        """Do nothing yet; the first request logs in."""
        self._settings = settings
        self._url = settings.api_url + api.USAGE_PATH
        self._auth: Authenticator = (
            ApiKey(settings.api_key)
            if settings.api_key is not None
            else ClientCredentials(self._log_in)
        )
        self.throttle = Throttle(settings.concurrency)
        self.tally = Tally()

    @contextlib.contextmanager
    def connect(self) -> Iterator[Callable[[api.UsageQuery], api.UsageReport]]:
        """Give a function that answers a query, for any number of threads.

        It raises UnavailableError after `ATTEMPTS` tries, and every other error of
        `api.read_usage` at once. Leaving the context closes all connections.
        """
        with Connection(self._settings, self._settings.concurrency) as connection:
            yield lambda query: self._persistently(
                query,
                lambda: self._ask(connection, query),
            )

    def _ask(self, connection: Connection, query: api.UsageQuery) -> api.UsageReport:
        with self.throttle.turn():
            credentials = self._auth.headers()
            response = self._get(connection, query, credentials)
            if response.status == UNAUTHORIZED and self._auth.renew(credentials):
                self.throttle.wait()
                response = self._get(connection, query, self._auth.headers())
        return api.read_usage(query, response)

    def _get(
        self,
        connection: Connection,
        query: api.UsageQuery,
        credentials: dict[str, str],
    ) -> Response:
        self.tally.count_request()
        response = connection.send(
            "GET",
            self._url,
            params=query.parameters,
            headers=credentials,
        )
        settings = self._settings
        known = (settings.client_id, settings.client_secret)
        sent = [value.removeprefix("Bearer ") for value in credentials.values()]
        return response._replace(secrets=(*sent, *filter(None, known)))

    def _log_in(self) -> api.Token:
        settings = self._settings
        credentials = {
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "grant_type": "client_credentials",
        }
        with Connection(settings, requests_at_once=1) as connection:

            def ask() -> api.Token:
                self.throttle.wait()  # no turn: whoever logs in has one already
                url = settings.auth_url
                self.tally.count_request()
                return api.read_token(connection.send("POST", url, json=credentials))

            return self._persistently(api.LOGIN, ask)

    def _persistently(self, subject: object, ask: Callable[[], _Answer]) -> _Answer:
        retrying = backoff.on_exception(
            backoff.expo,
            TransientError,
            max_tries=ATTEMPTS,
            factor=FIRST_DELAY,
            on_backoff=lambda details: self._note_retry(subject, details),
            logger=None,
        )
        try:
            answer = retrying(ask)()
        except TransientError as error:
            raise UnavailableError(subject, ATTEMPTS, error) from error
        self.throttle.succeeded()
        return answer

    def _note_retry(self, subject: object, details: Any) -> None:
        error: TransientError = details["exception"]
        self.throttle.failed(error.retry_after)
        self.tally.count_retry()
        # Not a logger of the module: a logging configuration, which is read after the
        # imports, disables the loggers that it finds.
        logging.getLogger("tap-zencoder.client").warning(
            "Attempt %d of %d for %s failed: %s. Trying again in %.1f s.",
            details["tries"],
            ATTEMPTS,
            subject,
            error,
            max(details["wait"], error.retry_after or 0),
        )
