"""Organisations with what makes loading hard: odd names, new fields, other figures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from support import expected as api
from typing_extensions import override

from tap_zencoder.sandbox import Organisation
from tap_zencoder.sandbox.organisation import FOUNDED

if TYPE_CHECKING:
    from tap_zencoder.days import Window
    from tap_zencoder.sandbox.organisation import Data
    from tap_zencoder.sandbox.people import User

ODD_ADDRESSES = (
    "o'brien@example.com",
    '"quoted, with a comma"@example.com',
    "back\\slash\\n@example.com",
    "per%cent%s;semi--colon@example.com",
    "jürgen.müller+æøå@exämple.com",
    "用户@例子.example",
    "🙂@example.com",
    "CAPITALS@EXAMPLE.COM",
    "{brace}|pipe~$HOME`tick`@example.com",
    "null@example.com",
    "a" * 64 + "@" + "b" * 180 + ".example",
    "tab\there@example.com",
)


class OddOrganisation(Organisation):
    """Twelve users, each with an address that some loader might stumble over."""

    @cached_property
    def _members(self) -> list[User]:
        plain = Organisation(users=len(ODD_ADDRESSES), seed=self.seed)._members
        return [
            replace(user, email=email, since=FOUNDED, leaves=date.max)
            for user, email in zip(plain, ODD_ADDRESSES, strict=True)
        ]


class SettledOrganisation(OddOrganisation):
    """The same, later: a thousand more messages of everybody who was active."""

    def _active(self, day: date) -> list[Data]:
        users = super()._active(day)
        return [{**user, "messages": user["messages"] + 1000} for user in users]


class NulOrganisation(Organisation):
    """Addresses with a NUL character in them."""

    marked: ClassVar[tuple[str, ...]] = ("@",)

    @override
    def day(self, day: date) -> Data:
        text = json.dumps(super().day(day))
        for name in self.marked:
            text = text.replace(name, f"{name}\\u0000")
        data: Data = json.loads(text)
        return data


class NulNamesOrganisation(NulOrganisation):
    """The same in the names of an IDE and a language."""

    marked = ("@", "VS Code", "Python")


LEFT = ODD_ADDRESSES[0]


class LeftOrganisation(OddOrganisation):
    """The same, later: one user is listed on no day any more."""

    def _active(self, day: date) -> list[Data]:
        return [user for user in super()._active(day) if user["email"] != LEFT]


class NewFieldsOrganisation(OddOrganisation):
    """An API with fields that this version does not know, for some of the users."""

    @override
    def day(self, day: date) -> Data:
        data = super().day(day)
        for number, user in enumerate(data["users"]):
            if number % 2:
                user["lines"] = {"generated": 7, "kinds": ["a", "b"], "note": "it's"}
        for entry in data["daily"]:
            entry["lines_accepted"] = 1234567890123
            for ide in entry["ides"]:
                ide["version"] = "1.2"
        return data


def expected(organisation: Organisation, window: Window) -> dict[str, list[Any]]:
    """Say what the tap should make of the days, with each address as a key."""
    rows = api.expected(organisation, window)
    for user in rows["users"]:
        user["email"] = key_of(user["email"])
    return rows


def key_of(address: str) -> str:
    """Return an address as the tap sends it: `A@X.com` and `a@x.com` are one."""
    return address.strip().lower()
