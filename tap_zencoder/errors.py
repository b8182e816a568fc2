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


class RequestRejectedError(ZencoderError):
    """The API calls the request itself wrong; asking again will not help."""


class DayRefusedError(RequestRejectedError):
    """The API does not want to be asked about this day (such as HTTP 400)."""


class DayEmptyError(RequestRejectedError):
    """The API returned nothing at all for a day (such as HTTP 204 or 404).

    If it answers for other days, nobody was active on this one.
    """


class ExhaustedError(ZencoderError):
    """This machine has run out of something that the tap needs."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"This machine has no {what} left for the tap. Free some, or raise the "
            "limit, and run it again; a lower concurrency needs less."
        )


class ContractError(ZencoderError):
    """An answer breaks the documented contract, so its rows cannot be trusted."""


class NetworkSetupError(ZencoderError):
    """No request can get through as networks and addresses are set up."""


class CertificateError(NetworkSetupError):
    """A server could not prove who it is. No setting turns the check off."""


class BodyTooLargeError(ZencoderError):
    """An answer is too large to be what it should be."""


class TransientError(ZencoderError):
    """An attempt failed in a way that may pass, such as ``HTTP 503``.

    ``retry_after`` is how long the server asked us to wait, in seconds.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class RateLimitError(TransientError):
    """The API was asked too often (HTTP 429)."""


class UnavailableError(ZencoderError):
    """Every attempt failed."""
