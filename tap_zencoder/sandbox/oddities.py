"""What other APIs of this kind do: one name per answer.

They come from public reports of people who load such data every night. Whether the
real API gives any of them is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

from tap_zencoder.sandbox.organisation import Data
from tap_zencoder.sandbox.realities import (
    LONG_RETENTION,
    RETENTION,
    Asked,
    Reality,
    Refused,
)

LATE = timedelta(days=3)
"""How far behind an API is whose figures come late."""
_ODD = {"ides": ["VS Code", None, 7, {"name": "Zed"}], "languages": None}

Wording: TypeAlias = "Callable[[bytes], tuple[bytes, tuple[tuple[str, str], ...]]]"
"""Returns another body for a body, and the headers that come with it."""


def last_active_is_in_words(data: Data, _: Asked) -> Data:
    """Say "Never", a time since 1970 or an American date where a date should be."""
    forms = ("Never", 1772409600, "03/02/2026", " 2026-03-02 ")
    users = [
        {**user, "last_active": forms[index % len(forms)]}
        for index, user in enumerate(data["users"])
    ]
    return {**data, "users": users}


def tools_are_odd(data: Data, _: Asked) -> Data:
    """Have null, a number and an object among the names of a user's IDEs."""
    return {**data, "users": [{**user, **_ODD} for user in data["users"]]}


def figures_are_text(data: Data, _: Asked) -> Data:
    """Write figures as text, and days as timestamps."""
    users = [{**user, "messages": str(user["messages"])} for user in data["users"]]
    daily = [
        {
            **entry,
            "day": f"{entry['day']}T00:00:00Z",
            "active_users": str(entry["active_users"]),
            "messages": str(entry["messages"]),
        }
        for entry in data["daily"]
    ]
    return {**data, "users": users, "daily": daily}


def users_lose_their_address(data: Data, _: Asked) -> Data:
    """List two users without their addresses, on days on which others have theirs."""
    if len(data["users"]) <= 2:  # noqa: PLR2004  # those two
        return data
    nameless = [{**user, "email": None} for user in data["users"][:2]]
    return {**data, "users": [*nameless, *data["users"][2:]]}


def tools_have_no_name(data: Data, _: Asked) -> Data:
    """Leave the name of the first IDE and language of a day empty."""
    daily = [
        {
            **entry,
            "ides": _nameless(entry["ides"], "ide_name", ""),
            "languages": _nameless(entry["languages"], "language_name", None),
        }
        for entry in data["daily"]
    ]
    return {**data, "daily": daily}


def one_day_is_broken(data: Data, asked: Asked) -> Data:
    """Have text instead of a figure, on the fifth day before today."""
    if asked.day != asked.today - timedelta(days=5):
        return data
    users = [{**user, "messages": "many"} for user in data["users"]]
    return {**data, "users": users}


def users_come_once_for_each_team(data: Data, _: Asked) -> Data:
    """List a user once for each team, with the whole figure each time."""
    users = [{**u, "team": team} for u in data["users"] for team in ("web", "data")]
    return {**data, "users": users}


def erased_users_share_an_address(data: Data, _: Asked) -> Data:
    """List two users who were erased under one address, with equal figures."""
    erased = {"email": "erased@example.com", "messages": 1, "last_active": None}
    erased |= {"ides": [], "languages": []}
    if not data["daily"]:
        return data
    [entry] = data["daily"][:1]
    entry = {**entry, "active_users": entry["active_users"] + 2}
    entry["messages"] += 2
    return {**data, "users": [*data["users"], erased, erased], "daily": [entry]}


def quiet_totals_are_null(data: Data, _: Asked) -> Data:
    """Have null for the totals of a day without activity."""
    if data["users"]:
        return data
    totals = {"total_active_users": None, "total_messages": None}
    return {**data, "summary": totals}


def quiet_days_are_not_found(data: Data, asked: Asked) -> Data:
    """Answer 404 for a day without activity."""
    return _quiet(data, asked, Refused(404, "Not found"))


def quiet_days_have_no_content(data: Data, asked: Asked) -> Data:
    """Answer 204 for a day without activity."""
    return _quiet(data, asked, Refused(204, body=b""))


def quiet_days_are_null(data: Data, asked: Asked) -> Data:
    """Answer null for a day without activity."""
    return _quiet(data, asked, Refused(200, body=b"null"))


def quiet_days_are_empty(data: Data, asked: Asked) -> Data:
    """Answer an empty body for a day without activity, as a broken proxy does."""
    return _quiet(data, asked, Refused(200, body=b""))


def quiet_days_have_null_data(data: Data, asked: Asked) -> Data:
    """Answer success without data for a day without activity."""
    body = b'{"status":"success","data":null}'
    return _quiet(data, asked, Refused(200, body=body))


def days_come_late(data: Data, asked: Asked) -> Data:
    """Answer 400 for the last three days."""
    if asked.day is not None and asked.day >= asked.today - LATE:
        raise Refused(400, "Invalid day parameter. Day is not available yet")
    return data


def old_days_are_gone(data: Data, asked: Asked) -> Data:
    """Answer 410 for what is older than 90 days, the API's widest period."""
    return _old(data, asked, LONG_RETENTION, Refused(410, "Gone"))


def old_days_are_forbidden(data: Data, asked: Asked) -> Data:
    """Answer 403 for what is older than a month, which the plan does not include."""
    refusal = Refused(403, "Your plan includes 30 days of history")
    return _old(data, asked, RETENTION, refusal)


def answers_have_pages(data: Data, _: Asked) -> Data:
    """Give one page of several."""
    return {**data, "users": data["users"][:1], "has_more": True}


def names_are_broken(body: bytes) -> tuple[bytes, Any]:
    """Write half of a surrogate pair into the name of an IDE and into a new field."""
    broken = body.replace(b'"VS Code"', b'"VS \\ud83d Code"')
    return broken.replace(b'{"email"', b'{"note":"\\udc00","email"'), ()


def fields_are_not_a_number(body: bytes) -> tuple[bytes, Any]:
    """Have NaN, which JSON does not know, in a new field."""
    return body.replace(b'{"email"', b'{"rate":NaN,"email"'), ()


def answers_begin_with_a_mark(body: bytes) -> tuple[bytes, Any]:
    """Put a byte order mark before the body."""
    return b"\xef\xbb\xbf" + body, ()


def answers_are_brotli(body: bytes) -> tuple[bytes, Any]:
    """Compress the body in a way that was not asked for."""
    return bytes(255 - byte for byte in body), (("Content-Encoding", "br"),)


def _named(functions: tuple[Any, ...]) -> dict[str, Any]:
    return {act.__name__.replace("_", "-"): act for act in functions}


ODDITIES: dict[str, Reality] = _named(
    (
        old_days_are_gone,
        old_days_are_forbidden,
        days_come_late,
        quiet_days_are_not_found,
        quiet_days_have_no_content,
        quiet_days_are_null,
        quiet_days_are_empty,
        quiet_days_have_null_data,
        quiet_totals_are_null,
        one_day_is_broken,
        users_come_once_for_each_team,
        erased_users_share_an_address,
        users_lose_their_address,
        tools_have_no_name,
        tools_are_odd,
        last_active_is_in_words,
        figures_are_text,
        answers_have_pages,
    )
)
WORDINGS: dict[str, Wording] = _named(
    (
        names_are_broken,
        fields_are_not_a_number,
        answers_begin_with_a_mark,
        answers_are_brotli,
    )
)


def _nameless(items: list[Data], name: str, nothing: str | None) -> list[Data]:
    return [{**item, name: nothing} for item in items[:1]] + items[1:]


def _quiet(data: Data, asked: Asked, answer: Refused) -> Data:
    if asked.day is not None and not data["users"]:
        raise answer
    return data


def _old(data: Data, asked: Asked, retention: timedelta, answer: Refused) -> Data:
    if asked.day is not None and asked.day < asked.today - retention:
        raise answer
    return data
