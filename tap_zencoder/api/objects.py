"""The objects inside an answer of the usage endpoint, which become rows as they are.

Each class mirrors a table of the section "Response Fields". What a class does not know
is kept in ``additional_fields``, as the text of a JSON object: text is what every
loader can store, and an object of no fixed shape costs the row in BigQuery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

if TYPE_CHECKING:
    Added = str | None | UnsetType
else:

    class Added:
        """What the tap adds: no JSON is of this type, so that no field replaces it."""


LARGEST = 2**63 - 1
Figure = Annotated[int, msgspec.Meta(ge=-LARGEST, le=LARGEST)]
"""A whole number that every loader can store."""
Key = Annotated[str, msgspec.Meta(min_length=1)]


class ApiObject(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """An object of the API, its fields in the order of its stream's schema.

    What is unset is in no message. ``key`` is the field that says which item of an
    array it is, ``placeholder`` what stands there for none, and ``items`` the kinds of
    object in its arrays.
    """

    key: ClassVar[str] = ""
    placeholder: ClassVar[str] = ""
    items: ClassVar[dict[str, type[ApiObject]]] = {}
    if TYPE_CHECKING:  # each class has them where its stream's schema has them
        day: Any = None
        additional_fields: Added = None


class IdeUsage(ApiObject, kw_only=True):
    """How many users worked in one IDE ("IDE Usage Object")."""

    day: Added = UNSET
    ide_name: Key
    engaged_users: Figure
    additional_fields: Added = UNSET
    key, placeholder = "ide_name", "(no name)"


class LanguageUsage(ApiObject, kw_only=True):
    """How many users worked in one language ("Language Usage Object")."""

    day: Added = UNSET
    language_name: Key
    engaged_users: Figure
    additional_fields: Added = UNSET
    key, placeholder = "language_name", "(no name)"


class DailyUsage(ApiObject, kw_only=True):
    """One day of the whole organisation ("Daily Data Object")."""

    day: str
    active_users: Figure
    messages: Figure
    ides: list[IdeUsage] | None = None
    languages: list[LanguageUsage] | None = None
    additional_fields: Added = None
    items = {"ides": IdeUsage, "languages": LanguageUsage}


class UserUsage(ApiObject, kw_only=True):
    """One user in the time asked for ("User Object")."""

    day: Added = UNSET
    email: Key
    messages: Figure
    last_active: str | None = None
    ides: list[str] | None = None
    languages: list[str] | None = None
    additional_fields: Added = None
    key, placeholder = "email", "(no address)"


class Period(ApiObject, kw_only=True):
    """The time an answer covers ("Period Object")."""

    start: str
    end: str
    days: Figure
    additional_fields: Added = None


class Summary(ApiObject, kw_only=True):
    """The totals of that time ("Summary Object")."""

    total_active_users: Figure
    total_messages: Figure
    additional_fields: Added = None


class PeriodSummary(ApiObject, kw_only=True):
    """A row of both: the totals of one period, as of one sync day."""

    day: Added
    period: str
    start: str
    end: str
    days: int
    total_active_users: int
    total_messages: int
    additional_fields: Added
