"""Signs that an answer is but a part: the documented API has no pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_MORE = {"has_more", "has_next", "has_next_page", "more", "truncated", "is_truncated"}
_NEXT = {"next", "next_page", "next_url", "next_link", "next_cursor", "next_token"}
_NEXT |= {"next_page_token", "next_page_url", "continuation_token"}
_TOTAL = {"total", "total_count", "total_users", "total_items", "total_results"}
_PAGES = {"total_pages", "page_count", "pages", "last_page"}
_NEUTRAL = {"page", "page_number", "page_size", "per_page", "limit", "offset", "cursor"}
_HOLDERS = {"pagination", "paging", "page_info", "meta", "links", "_links"}


def sign_of_more(members: Mapping[str, Any], count: int) -> str | None:
    """Return the path of a member that says that more than ``count`` users exist.

    Also of one that speaks of pages where none says that this is all. ``members`` are
    the undocumented ones, by path.
    """
    says_all, unclear = False, None
    for path, name, value in _members(members):
        if name in _MORE | _NEXT:
            is_more = bool(value)
        elif name in _TOTAL:
            is_more = isinstance(value, int | float) and value > count
        elif name in _PAGES:
            is_more = isinstance(value, int | float) and value > 1
        else:
            unclear = unclear or (path if name in _NEUTRAL else None)
            continue
        if is_more:
            return path
        says_all = True
    return None if says_all else unclear


def _members(members: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield path, plain name and value of each member, and of those inside holders."""
    for path, value in members.items():
        last = path.rpartition(".")[2]
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", last).lower()
        if name in _HOLDERS and isinstance(value, dict):
            yield from _members({f"{path}.{inner}": v for inner, v in value.items()})
        else:
            yield path, name, value
