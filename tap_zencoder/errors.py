"""Every error the tap can explain: ``str(error)`` is the sentence a user reads.

It says what is wrong and what to do about it, and never holds a secret, a token or an
e-mail address.
"""

from __future__ import annotations

from collections.abc import Sequence


class ZencoderError(Exception):
    """Something the tap knows how to explain."""


class SettingsError(ZencoderError):
    """The settings cannot be used. ``problems`` are clauses without a full stop."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"Bad settings: {'; '.join(problems)}.")
        self.problems = tuple(problems)


class StateError(ZencoderError):
    """The state (bookmarks) cannot be used."""


class CatalogError(ZencoderError):
    """The catalog cannot be used."""


class OutputClosedError(ZencoderError):
    """Nobody reads the tap's messages any more."""


class OutputError(ZencoderError):
    """Messages cannot be written to stdout, for a reason of the operating system."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"Messages cannot be written to stdout: {problem}.")


class StreamsStoppedError(ZencoderError):
    """Some streams could not go on; the others are complete."""


class AuthenticationError(ZencoderError):
    """The credentials were refused."""


class AccessDeniedError(ZencoderError):
    """The credentials are good, but may not read analytics."""

    def __init__(self, subject: object) -> None:
        super().__init__(
            f"Zencoder refused access to {subject} (HTTP 403). The account behind "
            "the credentials needs the Owner or Manager role, and the organisation "
            "a plan with API access.",
        )


class RequestRejectedError(ZencoderError):
    """The API calls the request itself wrong; asking again will not help."""


class DayRefusedError(RequestRejectedError):
    """The API does not want to be asked about this day (HTTP 400)."""


class ContractError(ZencoderError):
    """An answer breaks the documented contract, so its rows cannot be trusted."""

    def __init__(self, subject: object, path: str, problem: str) -> None:
        super().__init__(
            f"The answer for {subject} breaks the documented contract at {path}: "
            f"{problem}. No row of this stream was written from it; what was synced "
            "before is kept. If the API has changed, a newer version of the tap may "
            "know it.",
        )


class CertificateError(ZencoderError):
    """A server could not prove who it is. No setting turns the check off."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"The TLS certificate of {host} could not be verified. If your network "
            "inspects TLS, name its CA bundle in REQUESTS_CA_BUNDLE.",
        )


class EnvironmentSettingsError(ZencoderError):
    """What the environment says about networks leaves no way to a server."""

    def __init__(self, host: str, problem: str) -> None:
        super().__init__(
            f"No request to {host} can be made: {problem}. Check api_url and auth_url, "
            "and in the environment the proxy (HTTPS_PROXY, ALL_PROXY) and the file of "
            "certificates (REQUESTS_CA_BUNDLE).",
        )


class BodyTooLargeError(ZencoderError):
    """An answer is too large to be what it should be. ``limit`` is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The server's answer is larger than {limit // 2**20} MiB, which no day of "
            "usage is. Check api_url and auth_url.",
        )


class TransientError(ZencoderError):
    """An attempt failed in a way that may pass, such as ``HTTP 503``.

    ``retry_after`` is how long the server asked us to wait, in seconds.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class UnavailableError(ZencoderError):
    """Every attempt failed."""

    def __init__(self, subject: object, attempts: int, last: TransientError) -> None:
        super().__init__(
            f"Gave up on {subject} after {attempts} attempts. Last error: {last}. Try "
            "again later; the next sync continues where this one stopped.",
        )
