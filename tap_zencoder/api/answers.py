"""What a response of Zencoder's servers means: from status, headers and body.

An answer is HTTP 200 with the whole documented envelope. What may pass is tried again,
and so is whatever is not the API speaking. Where the API has nothing, or refuses to
say, there is no answer. All else is an error: ``docs/behavior.md`` has the rules.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from tap_zencoder import errors
from tap_zencoder.api import responses
from tap_zencoder.api.reports import UsageQuery, UsageReport
from tap_zencoder.api.responses import NOT_JSON, Members, Response
from tap_zencoder.redact import redacted

USAGE_PATH = "/api/v1/data/usage"
OK, NO_CONTENT, TOO_MANY = 200, 204, 429
UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404

_MAY_PASS = {408, TOO_MANY, *range(500, 600)}
_REFUSED = {400, 406, 410, 422}
_REDIRECTS = range(300, 400)
_ENVELOPE = {"status", "data"}
_DATA = {"period", "summary", "users", "daily"}
_LIMIT = re.compile(r"rate.?limit|too many|quota|throttl", re.IGNORECASE)
_CHECK = "Check api_url and auth_url."


def read_answer(query: UsageQuery, response: Response) -> UsageReport:
    """Return the report in a response of the usage endpoint.

    Raises TransientError for what may pass, NoAnswerError for what the API does not
    have or refuses, AccessError for 401 and 403, RejectedError for any other status,
    and ContractError for what is not documented, only a part, or about other days.
    """
    if response.status != OK:
        raise _usage_error(query, response)
    envelope, notes = _envelope(query, response)
    data = _data(query, envelope)
    if not data and notes:  # what was repaired is not what the API said
        raise not_json_error(response)
    if not data:
        sentence = f"The API returned no data for {query} (HTTP 200)."
        raise errors.NoAnswerError(sentence, absent=True, received=response.received)
    unknown = {f"$.{n}": v for n, v in envelope.items() if n not in _ENVELOPE}
    unknown |= {f"$.data.{n}": v for n, v in data.items() if n not in _DATA}
    link, users = response.headers.get("Link", ""), data.get("users", b"null")
    if path := responses.sign_of_pages(unknown, link, users):
        problem = "the answer is one page of several, and pages cannot be read yet"
        raise errors.ContractError(query, redacted(path), problem)
    notes += [f"Ignoring {redacted(p)}, which is not documented." for p in unknown]
    report = UsageReport(query, response.received, data, dict.fromkeys(notes, ""))
    if query.parameter == "day":
        _check_is_about(report, query.value)
    return report


def quiet_report(day: str, received: datetime) -> UsageReport:
    """Return the report of a day for which the API has nothing."""
    data = dict.fromkeys(("summary", "users", "daily"), msgspec.Raw(b"null"))
    return UsageReport(UsageQuery("day", day), received, data)


def error_of(
    subject: object, response: Response, message: str = ""
) -> errors.ZencoderError:
    """Return the error for a status that is no success, of either endpoint.

    ``message`` is the server's own sentence, if it may be shown.
    """
    status = response.status
    if status in _MAY_PASS:
        return _may_pass(response, _status(status, message))
    if status == NOT_FOUND and not response.is_of_the_api:
        return _may_pass(response, f"HTTP 404 without the API's JSON. {_CHECK[:-1]}")
    if status in _REDIRECTS:
        return errors.RejectedError(
            f"The server answered {subject} with a redirect (HTTP {status}). Redirects "
            f"are not followed: credentials stay where they were sent. {_CHECK}"
        )
    return errors.RejectedError(f"{_rejection(subject, status, message)} {_CHECK}")


def not_json_error(response: Response) -> errors.TransientError:
    """Return the error for a body that is no JSON, or not all of it."""
    encoding = redacted(response.headers.get("Content-Encoding", ""))
    how = f", compressed with {encoding}" if encoding else ""
    size = f"{len(response.body)} bytes" if response.body.strip() else "empty"
    return errors.TransientError(f"an answer that is not JSON ({size}{how})")


def _status(status: int, message: str) -> str:
    return f"HTTP {status}: {message}" if message else f"HTTP {status}"


def _rejection(subject: object, status: int, message: str) -> str:
    return f"The server rejected {subject} ({_status(status, message)})."


def _usage_error(query: UsageQuery, response: Response) -> errors.ZencoderError:
    status, message = response.status, response.message
    if status == UNAUTHORIZED:
        return errors.AccessError(
            f"Zencoder did not accept the credentials (HTTP 401 for {query}). Check "
            "that the personal access token (client_id, client_secret) or the api_key "
            "is right, has not expired, and belongs to this organisation."
        )
    absent = status == NO_CONTENT or (status == NOT_FOUND and response.is_of_the_api)
    if absent or status in _REFUSED:
        nothing = f"The API has nothing for {query} ({_status(status, message)})."
        sentence = nothing if absent else _rejection(query, status, message)
        received = response.received
        return errors.NoAnswerError(sentence, absent=absent, received=received)
    if status != FORBIDDEN:
        return error_of(query, response, message)
    if response.names_a_pause or _LIMIT.search(message):
        return _may_pass(response, f"HTTP 403: {message or 'a limit'}")
    return errors.AccessError(
        f"Zencoder refused access to {query} (HTTP 403). The account behind the "
        "credentials needs the Owner or Manager role, and the organisation a plan with "
        "API access. If the plan has no days as old as that, set a later start_date."
    )


def _may_pass(response: Response, reason: str) -> errors.TransientError:
    is_limit = response.status in {TOO_MANY, FORBIDDEN}
    return errors.TransientError(reason, response.retry_after, is_limit=is_limit)


def _envelope(query: UsageQuery, response: Response) -> tuple[Members, list[str]]:
    """Return the members of an answer, and notes about what was replaced in it."""
    notes = []
    try:
        envelope = _members(response.body)
    except NOT_JSON:
        try:
            envelope = _members(responses.repaired(response.body))
        except NOT_JSON as error:
            raise not_json_error(response) from error
        notes.append(
            "The API sent what JSON does not allow, such as NaN or bytes that are not "
            "UTF-8. Each became null or U+FFFD."
        )
    status = msgspec.json.decode(envelope.get("status", b"null"))
    if status == "error":
        said = _status(OK, response.message)
        raise errors.TransientError(f"an error in an answer with {said}")
    if not isinstance(status, str):
        raise errors.TransientError(f"JSON that is not the API's. {_CHECK[:-1]}")
    if status != "success":
        found = redacted(status, response.secrets)
        raise errors.ContractError(
            query, "$.status", f'"success" was expected, not "{found}"'
        )
    return envelope, notes


def _members(body: bytes) -> Members:
    """Return the members of an envelope, none for other JSON, or raise a `NOT_JSON`."""
    if body.strip() == b"null":  # as good as success without data
        return {"status": msgspec.Raw(b'"success"')}
    try:
        members: Members = responses.decode(body, Members)
    except msgspec.ValidationError:
        return {}
    return members


def _data(query: UsageQuery, envelope: Members) -> Members | None:
    raw = envelope.get("data", b"null")
    try:
        data: Members | None = msgspec.json.decode(raw, type=Members | None)
    except msgspec.ValidationError as error:
        raise errors.ContractError(query, "$.data", "an object was expected") from error
    return data


def _check_is_about(report: UsageReport, day: str) -> None:
    """Raise ContractError if the answer is about other days than the one asked for.

    A cache may give another day, and whatever drops the query gets the default of
    seven. One neighbour next to the day's own entry is left to its own request.
    """
    try:
        days = {entry.day for entry in report.daily}
    except errors.ContractError:
        return  # the streams that load it will find what is wrong
    others = sorted(days - {day})
    if len(others) > 1 or (others and day not in days):
        problem = f"it is about {', '.join(others[:7])}, and not about {day} alone"
        raise errors.ContractError(report.query, "$.data.daily", problem)
    if others:
        report.notes.setdefault(
            "The API answered with figures of a day that was not requested; they are "
            "left to that day's own request.",
            "",
        )
