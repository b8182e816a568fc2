"""Random answers about a day, each with what it means.

What arrives is made up first, and then written as an API may write it.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Any

from support.runs import DAY_STREAMS
from tap_zencoder.sandbox.faults import Fault, Respond, Truncate

Rows = dict[str, list[dict[str, Any]]]
WRONG: tuple[Any, ...] = (True, 1.5, [[]], {"a": 1})
"""Values that are nowhere what is documented."""
PAGES = ("next", "has_more", "cursor", "next_page", "total_pages", "truncated")
ABSENT = (
    Respond(404, b'{"status":"error","message":"Not found"}'),
    Respond(404, b'{"errors":["Not found"]}'),
    Respond(204),
    Respond(200, b"null"),
    Respond(200, b'{"status":"success"}'),
    Respond(200, b'{"status":"success","data":null}'),
    Respond(200, b'{"status":"success","data":{}}'),
)
REFUSED = tuple(
    Respond(status, body)
    for status in (400, 406, 410, 422)
    for body in (b'{"status":"error","message":"no"}', b"<html>", b"")
)
LIMITS: tuple[Fault, ...] = (
    Respond(429),
    Respond(429, b"", (("Retry-After", "0.01"),)),
    Respond(403, b"", (("Retry-After", "0.01"),)),
    Respond(403, b'{"status":"error","message":"Rate limit exceeded"}'),
)
PASSING: tuple[Fault, ...] = (
    Respond(408),
    Respond(500, b'{"status":"error","message":"Failed"}'),
    Respond(503, b"<html>"),
    Respond(404, b"<html>"),
    Respond(404, b"{}"),
    Respond(200),
    Respond(200, b" \n"),
    Respond(200, b"<html>"),
    Respond(200, b'{"status":"success","data":{"users":[{'),
    Respond(200, b'{"status":"error","message":"Failed"}'),
    Respond(200, b"[]"),
    Respond(200, b'"success"'),
    Respond(200, b"{}"),
    Truncate(0.5),
    Truncate(0),
)
BROKEN = (
    Respond(200, b'{"status":"partial","data":{}}'),
    Respond(200, b'{"status":"success","data":[]}'),
    Respond(200, b'{"status":"success","data":"x"}'),
    Respond(301, b"", (("Location", "/"),)),
    Respond(418, b'{"status":"error","message":"no"}'),
)
DENIED = (
    Respond(401, b'{"status":"error","message":"Unauthorized"}'),
    Respond(403, b'{"status":"error","message":"Forbidden"}'),
    Respond(403, b"<html>"),
)


class Means(Enum):
    """What an answer about a day means."""

    ANSWER = "answer"
    ABSENT = "absent"
    REFUSED = "refused"
    ERROR = "error"


@dataclass
class Answer:
    """An answer, after some failures that pass.

    ``rows`` are what should arrive. ``stopped`` streams cannot go on with it.
    """

    means: Means
    last: Fault
    before: list[Fault] = field(default_factory=list)
    rows: Rows = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)

    def fault(self, asked: int) -> Fault:
        """Return what comes back when it is asked for the so many-th time, from 0."""
        return self.before[asked] if asked < len(self.before) else self.last


def no_rows() -> Rows:
    return {stream: [] for stream in DAY_STREAMS}


def quiet_rows(day: date) -> Rows:
    """Return the rows of a day without activity."""
    return {**no_rows(), "daily": [_daily(day, 0, 0, [], [])]}


def absent(dice: random.Random) -> Answer:
    """Return one of the ways in which the API says that it has nothing."""
    return Answer(Means.ABSENT, dice.choice(ABSENT))


def refused(dice: random.Random) -> Answer:
    return Answer(Means.REFUSED, dice.choice(REFUSED))


def error(dice: random.Random, day: date) -> Answer:
    """Return an answer that no stream can use."""
    way = dice.choice(["never passes", "broken", "denied", "pages", "other days"])
    if way == "never passes":
        return Answer(Means.ERROR, dice.choice(PASSING))
    if way in {"broken", "denied"}:
        return Answer(Means.ERROR, dice.choice(BROKEN if way == "broken" else DENIED))
    written = Written(dice, day)
    if way == "pages":
        more = {dice.choice(PAGES): dice.choice([True, 7, "x", ["x"], {"x": 9}])}
        place = dice.choice([written.data, written.envelope, None])
        if place is None:
            link = (("Link", '<https://x.invalid/?p=2>; rel="next"'),)
            return Answer(Means.ERROR, written.response(link))
        place.update(more)
    else:
        entry = written.entry or _entry(dice, day)
        days = [str(day - timedelta(days=n)) for n in dice.sample([-2, -1, 1, 2], 2)]
        others = [{**entry, "day": other} for other in days]
        own = [entry] if dice.random() < 0.5 else []
        written.data["daily"] = (
            [*own, *others] if own else others[: dice.choice([1, 2])]
        )
    return Answer(Means.ERROR, written.response())


def documented(dice: random.Random, day: date) -> Answer:
    """Return an answer whose every value is documented, however it is written."""
    written = Written(dice, day)
    failures = dice.choices([*PASSING, *LIMITS], k=dice.choice([0, 0, 0, 1, 3]))
    if not failures and dice.random() < 0.1:  # asked twice
        failures = [dice.choice([*ABSENT, *REFUSED])]
    return Answer(Means.ANSWER, written.response(), failures, written.rows)


def odd(dice: random.Random, day: date) -> Answer:
    """Return an answer in which one value is not what is documented.

    Where a figure or a key should be, it stops streams; elsewhere it is kept apart.
    """
    written = Written(dice, day, is_plain=True)
    rows, data = written.rows, written.data
    wrong, every_day = dice.choice(WRONG), set(DAY_STREAMS[:3])
    # The place, and the streams that stop; or the row with null instead.
    ways: list[tuple[Any, str, set[str], Any]] = [(data, "other", set(), None)]
    for entry in data["daily"] or ():
        [row] = rows["daily"]
        ways += [
            (data, "users", {"users"}, None),
            (data, "daily", every_day, None),
            (entry, "day", every_day, None),
            (entry, "messages", {"daily"}, None),
            (entry, "ides", {"daily_ides"}, row),
        ]
    for user, row in list(zip(data["users"] or (), rows["users"], strict=True))[:1]:
        ways += [
            (user, "email", {"users"}, None),
            (user, "messages", {"users"}, None),
            (user, "last_active", set(), row),
            (user, "ides", set(), row),
        ]
    place, name, stopped, row = dice.choice(ways)
    wrong = "soon" if name == "last_active" else wrong
    place[name] = wrong
    if row is not None:
        row |= {name: None, "additional_fields": json.dumps({name: wrong})}
    return Answer(Means.ANSWER, written.response(), rows=rows, stopped=stopped)


class Written:
    """The rows of a day, and a documented envelope that says the same."""

    def __init__(
        self, dice: random.Random, day: date, *, is_plain: bool = False
    ) -> None:
        self._dice = dice
        self._is_plain = is_plain
        people = [f"{name}@example.com" for name in ("ann", "bob", "cem", "dee")]
        self._people = sorted(dice.sample(people, dice.choice([0, 1, 2, 4])))
        self.entry: dict[str, Any] | None = None
        self.rows = no_rows()
        self.data: dict[str, Any] = {
            "period": {"start": str(day), "end": str(day), "days": 1},
            "users": [
                part for email in self._people for part in self._user(day, email)
            ],
        }
        self._write_daily(day)
        self.envelope: dict[str, Any] = {"status": "success", "data": self.data}

    def response(self, headers: tuple[tuple[str, str], ...] = ()) -> Respond:
        """Return the answer as it goes over the wire."""
        body = json.dumps(self.envelope).encode()
        if self._happens(0.05):  # nearly JSON
            body = b"\xef\xbb\xbf" + body
        if self._happens(0.05):
            body = body.replace(b"{", b'{"note":["\xff","\\ud800",NaN],', 1)
        return Respond(200, body, headers)

    def _happens(self, chance: float) -> bool:
        return not self._is_plain and self._dice.random() < chance

    def _number(self, figure: int) -> Any:
        """Return a figure in one of its three forms."""
        if not self._happens(0.3):
            return figure
        return self._dice.choice([float(figure), str(figure)])

    def _user(self, day: date, email: str) -> list[dict[str, Any]]:
        dice = self._dice
        row: dict[str, Any] = {
            "day": str(day),
            "email": email,
            "messages": dice.randrange(1000),
            "last_active": dice.choice([str(day), None]),
            "ides": dice.choice([["Zed"], ["Zed", "VS Code"], [], None]),
            "languages": dice.choice([["Go"], [], None]),
            "additional_fields": None,
        }
        self.rows["users"].append(row)
        spelling = email
        if self._happens(0.3):
            spelling = dice.choice([email.upper(), f" {email}\t", email.title()])
        said = {k: v for k, v in row.items() if k not in {"day", "additional_fields"}}
        said |= {"email": spelling, "messages": self._number(row["messages"])}
        if row["last_active"] and self._happens(0.3):
            said["last_active"] += "T12:00:00Z"
        if self._happens(0.1):  # once more, throughout the same
            return [said, {**said, "email": email}]
        if row["messages"] > 2 and self._happens(0.1):  # in two parts
            part = row["messages"] // 3
            rest = {**said, "messages": part, "ides": ["Zed"], "languages": None}
            row["ides"] = [*(row["ides"] or []), "Zed"]
            row["ides"] = list(dict.fromkeys(row["ides"]))
            return [{**said, "messages": row["messages"] - part}, rest]
        if self._happens(0.1):
            said["lines"] = 3
            row["additional_fields"] = '{"lines":3}'
        return [said]

    def _write_daily(self, day: date) -> None:
        """Write the day's entry, or leave it out."""
        dice, rows = self._dice, self.rows
        active, messages = len(self._people), sum(r["messages"] for r in rows["users"])
        totals = {"total_active_users": active, "total_messages": messages}
        self.data["summary"] = {k: self._number(v) for k, v in totals.items()}
        if not active:
            self.data["users"] = dice.choice([[], None])
            if self._happens(0.3):
                self.data["summary"] = dict.fromkeys(totals)
        if not active or self._happens(0.15):
            self.data["daily"] = dice.choice([[], None])
            items: list[Any] | None = None if active else []
            row = _daily(day, active, messages, items, items)
            if None in self.data["summary"].values():
                kept = {"summary": self.data["summary"]}
                row["additional_fields"] = json.dumps(kept)
            rows["daily"] = [row]
            return
        self.entry = _entry(dice, day) | {"active_users": active, "messages": messages}
        if self._happens(0.1):
            self.entry["languages"] = None
        ides, languages = self.entry["ides"], self.entry["languages"]
        rows["daily"] = [_daily(day, active, messages, ides, languages)]
        stamp, new = {"day": str(day)}, {"additional_fields": None}
        rows["daily_ides"] = [{**stamp, **item, **new} for item in ides]
        rows["daily_languages"] = [{**stamp, **i, **new} for i in languages or []]
        said = {**self.entry, "messages": self._number(messages)}
        self.data["daily"] = [said]
        if self._happens(0.1):
            self.data["daily"].append(json.loads(json.dumps(said)))
        if self._happens(0.1):
            before = str(day - timedelta(days=1))
            self.data["daily"].insert(0, {**_entry(dice, day), "day": before})


def _entry(dice: random.Random, day: date) -> dict[str, Any]:
    ides = dice.sample(["Zed", "VS Code"], dice.randrange(3))
    languages = dice.sample(["Go", "Ada"], dice.randrange(3))
    count = dice.randrange
    return {
        "day": str(day),
        "active_users": count(9),
        "messages": count(999),
        "ides": [{"ide_name": name, "engaged_users": count(9)} for name in ides],
        "languages": [
            {"language_name": name, "engaged_users": count(9)} for name in languages
        ],
    }


def _daily(
    day: date, active: int, messages: int, ides: Any, languages: Any
) -> dict[str, Any]:
    return {
        "day": str(day),
        "active_users": active,
        "messages": messages,
        "ides": ides,
        "languages": languages,
        "additional_fields": None,
    }
