"""Every error the tap can explain: ``str(error)`` is the sentence a user reads.

It says what is wrong and what to do, without a secret, a token or an e-mail address.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from datetime import datetime

from tap_zencoder.redact import redacted


class ZencoderError(Exception):
    """Something the tap knows how to explain."""


class SettingsError(ZencoderError):
    """The settings cannot be used: the problems are clauses without a full stop."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"Bad settings: {'; '.join(problems)}.")


class StateError(ZencoderError):
    """The state (bookmarks) cannot be used."""


class CatalogError(ZencoderError):
    """The catalog cannot be used."""


class OutputClosedError(ZencoderError):
    """Nobody reads the tap's messages."""


class OutputError(ZencoderError):
    """Messages cannot be written to stdout, for a reason of the operating system."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"Messages cannot be written to stdout: {problem}.")


class ExhaustedError(ZencoderError):
    """This machine has run out of something that the tap needs."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"This machine has no {what} left for the tap. Free some, or raise the "
            "limit, and run it again; a lower concurrency needs less."
        )


class StreamsStoppedError(ZencoderError):
    """Some streams stopped; the others are complete."""


class AccessError(ZencoderError):
    """The credentials were refused, or may not read analytics."""


class NetworkError(ZencoderError):
    """No request can get through as networks, addresses and certificates are set up."""


class AnswerError(ZencoderError):
    """There is no answer that can be used, to one question: others may have one."""


class UnavailableError(AnswerError):
    """Every attempt failed."""


class ContractError(AnswerError):
    """An answer breaks the documented contract at a JSON path, so it is not trusted."""

    def __init__(self, subject: object, path: str, problem: str) -> None:
        super().__init__(
            f"The answer for {subject} breaks the documented contract at {path}: "
            f"{problem}. All earlier days are saved. If the API has changed, a newer "
            "version of the tap may support it."
        )
        self.problem = problem


class RejectedError(AnswerError):
    """The server calls the request itself wrong; asking again will not help."""


class NoAnswerError(RejectedError):
    """The API has nothing for a day (it is absent), or refuses to be asked about it.

    What that means depends on the position of the day: `tap_zencoder.sync.positions`.
    """

    def __init__(self, sentence: str, *, absent: bool, received: datetime) -> None:
        super().__init__(sentence)
        self.absent = absent
        self.received = received


class TransientError(ZencoderError):
    """An attempt failed in a way that may pass, such as ``HTTP 503``.

    ``retry_after`` is the pause that the server asks for, in seconds.
    """

    def __init__(
        self, reason: str, retry_after: float | None = None, *, is_limit: bool = False
    ) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.is_limit = is_limit


def unknown_name(name: str, known: Iterable[str]) -> str:
    """Return a name that does not exist, with the one that may have been meant."""
    similar = difflib.get_close_matches(name, known, n=1)
    hint = f" (did you mean {similar[0]}?)" if similar else ""
    return f"{redacted(name)}{hint}"


def problem_and_path(error: Exception) -> tuple[str, str]:
    """Return what msgspec found wrong, and the path below the value it read."""
    problem, _, path = str(error).partition(" - at `$")
    return problem, path.rstrip("`")
