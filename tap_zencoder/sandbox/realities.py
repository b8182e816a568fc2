"""What the real API may do where its documentation is silent: one name per answer.

Which of them the real API gives is not known. The sandbox can give any of them, alone
and together, so that the tap is tried with all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.sandbox.organisation import Data, Organisation

RETENTION = timedelta(days=30)
"""How long history is kept, where it is not kept for ever: a month..."""
LONG_RETENTION = timedelta(days=90)
"""...or as long as the widest period that the API has."""
_DAY = timedelta(days=1)


class Refused(Exception):  # noqa: N818  # an answer, not a mistake
    """The answer is an error instead of data."""

    def __init__(
        self, status: int, message: str = "", body: bytes | None = None
    ) -> None:
        """Keep the HTTP status and the API's sentence, or a body instead of it."""
        super().__init__(message)
        self.status = status
        self.body = body


@dataclass(frozen=True)
class Asked:
    """What was asked, of whom, and when: ``day`` is None where a period was asked."""

    organisation: Organisation
    day: date | None
    today: date


Reality: TypeAlias = "Callable[[Data, Asked], Data]"


def quiet_days_are_zero(data: Data, asked: Asked) -> Data:
    """List a day without activity in ``daily``, with zeros."""
    if asked.day is None or data["daily"] or asked.day > asked.today:
        return data
    nothing = {"active_users": 0, "messages": 0, "ides": [], "languages": []}
    return {**data, "daily": [{"day": asked.day.isoformat(), **nothing}]}


def daily_is_empty(data: Data, _: Asked) -> Data:
    """Leave ``daily`` empty, whatever happened."""
    return {**data, "daily": []}


def today_is_empty(data: Data, asked: Asked) -> Data:
    """Have no activity for the day that is not over yet."""
    return _nothing(data) if asked.day == asked.today else data


def today_is_refused(data: Data, asked: Asked) -> Data:
    """Answer 400 for a day that is not over yet."""
    if asked.day is not None and asked.day >= asked.today:
        raise Refused(400, "Invalid day parameter. Day must be in the past")
    return data


def yesterday_still_moves(data: Data, asked: Asked) -> Data:
    """Have only half of yesterday's users yet."""
    if asked.day != asked.today - _DAY:
        return data
    return {**data, "users": data["users"][::2]}


def days_begin_later(data: Data, asked: Asked) -> Data:
    """Cut days by a zone in which it is still yesterday: today is to come."""
    if asked.day is None:
        return _with_end(data, asked.today - _DAY)
    return _nothing(data) if asked.day >= asked.today else data


def days_begin_earlier(data: Data, asked: Asked) -> Data:
    """Cut days by a zone in which it is tomorrow already."""
    return _with_end(data, asked.today + _DAY) if asked.day is None else data


def neighbours_come_along(data: Data, asked: Asked) -> Data:
    """List the day before in ``daily`` too, next to the day's own entry."""
    if asked.day is None or not data["daily"]:
        return data
    before = asked.organisation.day(asked.day - _DAY)["daily"]
    return {**data, "daily": [*before, *data["daily"]]}


def old_days_are_empty(data: Data, asked: Asked) -> Data:
    """Keep a month of history, and have older days without activity."""
    if asked.day is None or asked.day >= asked.today - RETENTION:
        return data
    return _nothing(data)


def old_days_are_refused(data: Data, asked: Asked) -> Data:
    """Keep a month of history, and answer 400 for older days."""
    if asked.day is not None and asked.day < asked.today - RETENTION:
        raise Refused(400, "Invalid day parameter. Day is out of range")
    return data


def idle_users_are_listed(data: Data, _: Asked) -> Data:
    """List users who sent nothing, too."""
    idle: Data = {"messages": 0, "last_active": None, "ides": [], "languages": []}
    return {**data, "users": [*data["users"], {"email": "idle@example.com", **idle}]}


def last_active_is_null(data: Data, _: Asked) -> Data:
    """Do not say when anybody was active."""
    return _with_last_active(data, lambda _: None)


def last_active_is_a_timestamp(data: Data, _: Asked) -> Data:
    """Give the time as well, without a zone."""
    return _with_last_active(data, lambda day: f"{day}T17:30:00")


def last_active_has_a_zone(data: Data, _: Asked) -> Data:
    """Give the time as well, in a zone where that moment has another date."""
    return _with_last_active(data, lambda day: f"{day}T23:30:00.000+02:00")


def last_active_is_later(data: Data, asked: Asked) -> Data:
    """Give the last activity ever, not that of the day asked for."""
    return _with_last_active(data, lambda _: asked.today.isoformat())


def users_come_twice(data: Data, _: Asked) -> Data:
    """List a user once for each half of what they did."""
    halves = [
        {**user, **half}
        for user in data["users"]
        for half in (
            {"messages": user["messages"] - 1, "languages": []},
            {"messages": 1, "ides": []},
        )
    ]
    return {**data, "users": halves}


def users_come_in_capitals(data: Data, asked: Asked) -> Data:
    """Write e-mail addresses in capitals on every other day."""
    if asked.day is None or asked.day.toordinal() % 2:
        return data
    users = [{**user, "email": user["email"].upper()} for user in data["users"]]
    return {**data, "users": users}


def users_come_in_two_spellings(data: Data, _: Asked) -> Data:
    """List a user once in each case, where somebody signed in with another."""
    others = [
        {**user, "email": user["email"].upper(), "messages": user["messages"] + 1}
        for user in data["users"]
    ]
    return {**data, "users": [*data["users"], *others]}


def lines_of_code_are_counted(data: Data, _: Asked) -> Data:
    """Have the announced fields for lines of code, everywhere."""
    return {
        **data,
        "summary": _with_lines(data["summary"], "total_messages"),
        "users": [_with_lines(user, "messages") for user in data["users"]],
        "daily": [_with_lines(entry, "messages") for entry in data["daily"]],
    }


def numbers_are_floats(data: Data, _: Asked) -> Data:
    """Write every number with a fraction of zero."""
    floats = _floats(data)
    assert isinstance(floats, dict)  # noqa: S101  # what went in comes out
    return floats


def data_is_forbidden(_: Data, __: Asked) -> Data:
    """Let credentials log in that may not read data."""
    raise Refused(403, "Forbidden")


def organisation_is_another(_: Data, __: Asked) -> Data:
    """Let credentials log in that belong to another organisation."""
    raise Refused(401, "Unauthorized")


REALITIES: dict[str, Reality] = {
    reality.__name__.replace("_", "-"): reality
    for reality in (
        # From what may be missing over what is added to how values are written.
        data_is_forbidden,
        organisation_is_another,
        today_is_refused,
        today_is_empty,
        yesterday_still_moves,
        days_begin_later,
        days_begin_earlier,
        old_days_are_refused,
        old_days_are_empty,
        neighbours_come_along,
        daily_is_empty,
        quiet_days_are_zero,
        idle_users_are_listed,
        users_come_twice,
        users_come_in_capitals,
        users_come_in_two_spellings,
        last_active_is_null,
        last_active_is_a_timestamp,
        last_active_has_a_zone,
        last_active_is_later,
        lines_of_code_are_counted,
        numbers_are_floats,
    )
}


def _nothing(data: Data) -> Data:
    nothing = {"total_active_users": 0, "total_messages": 0}
    return {**data, "summary": nothing, "users": [], "daily": []}


def _with_end(data: Data, end: date) -> Data:
    return {**data, "period": {**data["period"], "end": end.isoformat()}}


def _with_lines(item: Data, messages: str) -> Data:
    lines = {"lines_generated": 12 * item[messages], "lines_accepted": item[messages]}
    return {**item, **lines, "acceptance": {"rate": 0.5}}


def _with_last_active(data: Data, say: Callable[[str], str | None]) -> Data:
    users = [
        {**user, "last_active": user["last_active"] and say(user["last_active"])}
        for user in data["users"]
    ]
    return {**data, "users": users}


def _floats(value: object) -> object:
    if isinstance(value, dict):
        return {name: _floats(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_floats(inner) for inner in value]
    return float(value) if isinstance(value, int) else value
