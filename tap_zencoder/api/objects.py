"""The objects inside an answer of the usage endpoint, which become rows as they are.

Each class mirrors a table of the section "Response Fields". The vendor adds fields
without notice, so whatever a class does not know is kept in ``additional_fields``, as
the text of a JSON object. Text is what every loader can store; an object of no fixed
shape is not: streamed to BigQuery, it costs the row.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

if TYPE_CHECKING:
    Added = str | None | UnsetType
else:

    class Added:
        """What the tap adds to a row itself.

        No JSON value is of this type: a field that the API adds under the same name
        counts as the unknown field that it is.
        """


Name = Annotated[str, msgspec.Meta(min_length=1)]
NO_NAME = "(no name)"
NO_ADDRESS = "(no address)"
"""The keys of what comes without one: an IDE or a language, and a user."""


class ApiObject(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """An object of the API, decoded strictly; what is unset is in no message.

    The fields of a row stand in the order of its stream's schema.
    """

    nested: ClassVar[dict[str, type[ApiObject]]] = {}
    """The kinds of object that the array fields hold, by field name."""
    names: ClassVar[dict[str, str]] = {}
    """The fields that say which item of an array it is, and what stands for none."""
    ornaments: ClassVar[frozenset[str]] = frozenset()
    """The fields that are no figures: null where their value cannot be used."""

    if TYPE_CHECKING:  # each class has them where its stream's schema has them
        day: Any
        additional_fields: Added


class IdeUsage(ApiObject, kw_only=True):
    """How many users worked in one IDE ("IDE Usage Object")."""

    day: Added = UNSET
    ide_name: Name
    engaged_users: int
    additional_fields: Added = UNSET
    names = {"ide_name": NO_NAME}


class LanguageUsage(ApiObject, kw_only=True):
    """How many users worked in one language ("Language Usage Object")."""

    day: Added = UNSET
    language_name: Name
    engaged_users: int
    additional_fields: Added = UNSET
    names = {"language_name": NO_NAME}


class DailyUsage(ApiObject, kw_only=True):
    """One day of the whole organisation ("Daily Data Object")."""

    day: date
    active_users: int
    messages: int
    ides: list[IdeUsage] | None = None
    languages: list[LanguageUsage] | None = None
    additional_fields: Added = UNSET
    nested = {"ides": IdeUsage, "languages": LanguageUsage}


class DailyArrays(msgspec.Struct):
    """The same day, for whoever reads one of its arrays and nothing else."""

    day: Any
    active_users: Any = None
    messages: Any = None
    ides: msgspec.Raw = msgspec.Raw(b"null")
    languages: msgspec.Raw = msgspec.Raw(b"null")


class UserUsage(ApiObject, kw_only=True):
    """One user in the time asked for ("User Object")."""

    day: Added = UNSET
    email: Name
    messages: int
    last_active: str | None = None
    ides: list[str] | None = None
    languages: list[str] | None = None
    additional_fields: Added = UNSET
    names = {"email": NO_ADDRESS}
    ornaments = frozenset({"last_active", "ides", "languages"})


class Period(ApiObject, kw_only=True):
    """The time an answer covers ("Period Object")."""

    start: date
    end: date
    days: int
    additional_fields: Added = UNSET


class Summary(ApiObject, kw_only=True):
    """The totals of that time ("Summary Object")."""

    total_active_users: int
    total_messages: int
    additional_fields: Added = UNSET
