"""What can go wrong, each with the sentence a user reads.

``str(error)`` is that sentence: it says what is wrong and what to do about it, and
never holds a secret, a token or an e-mail address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Whatever has an @ in it; the part before it may be quoted, and then have spaces.
_ADDRESS = re.compile(r'"[^"]*"@\S*|\S*(?:@|%40)\S*', re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202f-\ud7ff\uf900-\ufffd]+")
_LONGEST_QUOTE = 200
_LONGEST_READ = 2000


def quoted(text: str, secrets: Sequence[str] = ()) -> str:
    """Return foreign text fit for a log line.

    Control characters become spaces, words with an e-mail address in them and the given
    secrets are masked, and what is longer than 200 characters is cut.
    """
    if len(text) > _LONGEST_READ:
        # Not within a word, or an address could lose the sign that it is one.
        text = text[:_LONGEST_READ].rpartition(" ")[0] or text[:_LONGEST_READ]
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    text = _UNPRINTABLE.sub(" ", text)
    text = _ADDRESS.sub("***", text).strip()
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}..."


class ZencoderError(Exception):
    """Something the tap knows how to explain."""


class SettingsError(ZencoderError):
    """The settings cannot be used; all problems are told at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep the problems, each a clause without a full stop."""
        super().__init__(f"Bad settings: {'; '.join(problems)}.")
        self.problems = tuple(problems)


class StateError(ZencoderError):
    """The state (bookmarks) cannot be used."""


class CatalogError(ZencoderError):
    """The catalog cannot be used."""


class OutputClosedError(ZencoderError):
    """Whoever read the tap's messages is gone; there is nobody left to tell."""


class OutputError(ZencoderError):
    """Messages cannot be written to stdout."""

    def __init__(self, problem: str) -> None:
        """Give the operating system's reason."""
        super().__init__(f"Messages cannot be written to stdout: {problem}.")


class AuthenticationError(ZencoderError):
    """The credentials were refused."""


class AccessDeniedError(ZencoderError):
    """The credentials are good, but may not read analytics."""

    def __init__(self, subject: object) -> None:
        """Name the request that was refused."""
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
        """Name the request, the JSON path in its answer and what is wrong there."""
        super().__init__(
            f"The answer for {subject} breaks the documented contract at {path}: "
            f"{problem}. No row of this stream was written from it; what was synced "
            "before is kept. If the API has changed, a newer version of the tap may "
            "know it.",
        )


class CertificateError(ZencoderError):
    """A server could not prove who it is."""

    def __init__(self, host: str) -> None:
        """Say what to do: there is no setting that turns the check off."""
        super().__init__(
            f"The TLS certificate of {host} could not be verified. If your network "
            "inspects TLS, name its CA bundle in REQUESTS_CA_BUNDLE.",
        )


class EnvironmentSettingsError(ZencoderError):
    """What the environment says about networks leaves no way to a server."""

    def __init__(self, host: str, problem: str) -> None:
        """Name the host and the problem, but not what the environment holds."""
        super().__init__(
            f"No request to {host} can be made: {problem}. Check api_url and auth_url, "
            "and in the environment the proxy (HTTPS_PROXY, ALL_PROXY) and the file of "
            "certificates (REQUESTS_CA_BUNDLE).",
        )


class BodyTooLargeError(ZencoderError):
    """An answer is too large to be what it should be."""

    def __init__(self, limit: int) -> None:
        """Name the limit, in bytes."""
        super().__init__(
            f"The server's answer is larger than {limit // 2**20} MiB, which no day of "
            "usage is. Check api_url and auth_url.",
        )


class TransientError(ZencoderError):
    """An attempt failed in a way that may pass; the client tries again.

    ``retry_after`` is how long the server asked us to wait, in seconds.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        """Keep a short reason such as ``HTTP 503`` or ``no answer within 60 s``."""
        super().__init__(reason)
        self.retry_after = retry_after


class UnavailableError(ZencoderError):
    """Every attempt failed."""

    def __init__(self, subject: object, attempts: int, last: TransientError) -> None:
        """Name the request, how often it was tried and how the last try ended."""
        super().__init__(
            f"Zencoder stayed unavailable for {subject}: {attempts} attempts, the last "
            f"one ended with: {last}. Try again later; a sync continues where the last "
            "one stopped.",
        )
